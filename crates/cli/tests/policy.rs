//! `wss policy`: what it prints, and its exit codes.

mod common;

use std::path::PathBuf;

use common::wss;

const SP: &str = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702";

fn policy(parts: &str) -> String {
    format!(
        "<wsp:Policy xmlns:wsp=\"http://www.w3.org/ns/ws-policy\" xmlns:sp=\"{SP}\">\n<sp:AsymmetricBinding><wsp:Policy>\
         <sp:InitiatorToken><wsp:Policy><sp:X509Token/></wsp:Policy></sp:InitiatorToken><sp:RecipientToken><wsp:Policy>\
         <sp:X509Token/></wsp:Policy></sp:RecipientToken><sp:AlgorithmSuite><wsp:Policy><sp:Basic256Sha256/></wsp:Policy>\
         </sp:AlgorithmSuite><sp:IncludeTimestamp/></wsp:Policy></sp:AsymmetricBinding>\n{parts}</wsp:Policy>"
    )
}

const BODY: &str = "<sp:SignedParts><sp:Body/></sp:SignedParts>";

fn says(code: i32, arguments: &[&str], input: &str) -> (String, String) {
    let output = wss(arguments.iter().copied(), input);
    let text = |octets| String::from_utf8(octets).expect("UTF-8");
    let (out, diagnostics) = (text(output.stdout), text(output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {diagnostics}");
    (out, diagnostics)
}

#[test]
fn a_policy_is_printed_with_what_becomes_of_each_assertion_and_its_place() {
    let (out, _) = says(0, &["policy", "-"], &policy(BODY));
    assert!(out.contains("SignedParts: what is signed [3:1]"), "{out}");
    assert!(out.contains("Basic256Sha256: sha256, aes256-cbc, rsa-oaep-mgf1p"), "{out}");
    let (out, _) = says(0, &["policy", "--format", "json", "-"], &policy(BODY));
    let judged = out.matches("\"standing\": \"done\"").count();
    assert!(judged > 15 && !out.contains("refused"), "{out}");
}

#[test]
fn an_assertion_that_cannot_be_done_is_marked_and_the_command_fails() {
    let parts = "<sp:SignedElements><sp:XPath>//a</sp:XPath></sp:SignedElements>";
    let (out, diagnostics) = says(1, &["policy", "-"], &policy(parts));
    assert!(out.contains("REFUSED XPath: only direct paths"), "{out}");
    assert!(diagnostics.contains("cannot be done"), "{diagnostics}");
    assert!(says(1, &["policy", "-"], "<a/>").1.contains("document element"));
    assert!(says(2, &["policy", "--operation", "none", "-"], &policy(BODY)).1.contains("no operation"));
}

#[test]
fn what_one_side_alone_does_is_marked_and_the_command_fails() {
    let user = "<sp:SignedSupportingTokens><wsp:Policy><sp:UsernameToken><wsp:Policy><sp:NoPassword/></wsp:Policy>\
                </sp:UsernameToken></wsp:Policy></sp:SignedSupportingTokens>";
    let (out, diagnostics) = says(1, &["policy", "-"], &policy(&format!("{BODY}{user}")));
    assert!(out.contains("CLIENT ONLY UsernameToken: to a service, a user without a password proves nothing"), "{out}");
    assert!(diagnostics.contains("can be done by a client alone: request"), "{diagnostics}");
    let (out, _) = says(1, &["policy", "--format", "json", "-"], &policy(&format!("{BODY}{user}")));
    assert!(out.contains("\"usable_by_client\": true") && out.contains("\"usable_by_service\": false"), "{out}");
}

#[test]
fn a_listing_speaks_of_options() {
    let transport = format!(
        "<wsp:Policy xmlns:wsp=\"http://www.w3.org/ns/ws-policy\" xmlns:sp=\"{SP}\"><sp:TransportBinding><wsp:Policy>\
         <sp:TransportToken><wsp:Policy><sp:HttpsToken><wsp:Policy/></sp:HttpsToken></wsp:Policy></sp:TransportToken>\
         <sp:AlgorithmSuite><wsp:Policy><sp:Basic256Sha256/></wsp:Policy></sp:AlgorithmSuite></wsp:Policy>\
         </sp:TransportBinding></wsp:Policy>"
    );
    let license = policy("<sp:SupportingTokens><wsp:Policy><sp:RelToken/></wsp:Policy></sp:SupportingTokens>");
    for (code, policy, option) in
        [(0, &transport, "opened with --over-protected-transport"), (1, &license, "attached with --token,")]
    {
        for format in ["text", "json"] {
            let (out, _) = says(code, &["policy", "--format", format, "-"], policy);
            assert!(out.contains(option) && !out.contains("::") && !out.contains('`'), "{out}");
        }
    }
}

#[test]
fn a_message_that_nothing_can_be_said_of_is_not_said_to_fit() {
    let message = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/messages/soap11-sign-RsaSha256-valid.xml");
    let unknown = policy(BODY).replace(SP, "http://schemas.xmlsoap.org/ws/2002/12/secext");
    let (out, diagnostics) = says(1, &["policy", "--check", message, "-"], &unknown);
    assert!(out.is_empty() && diagnostics.contains("cannot be judged"), "{out} {diagnostics}");
}

#[test]
fn an_import_that_is_missing_is_named() {
    let text = "<d:definitions xmlns:d=\"http://schemas.xmlsoap.org/wsdl/\" xmlns:b=\"urn:b\"><d:import location=\"b.wsdl\" \
                namespace=\"urn:b\"/><d:service name=\"S\"><d:port name=\"P\" binding=\"b:B\"/></d:service></d:definitions>";
    let (_, diagnostics) = says(1, &["policy", "-"], text);
    assert!(diagnostics.contains("\"b.wsdl\"") && diagnostics.contains("--import"), "{diagnostics}");
}

#[test]
fn a_message_is_checked_against_a_policy() {
    let messages = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/messages/");
    let file = |name: &str, text: &str| {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("policy-{}-{name}", std::process::id()));
        std::fs::write(&path, text).expect("a file");
        path.display().to_string()
    };
    let message = format!("{messages}soap11-sign-RsaSha256-valid.xml");
    let (fits, demands) = (policy(BODY), policy(&format!("{BODY}<sp:EncryptedParts><sp:Body/></sp:EncryptedParts>")));
    let (fits, demands) = (file("fits.xml", &fits), file("demands.xml", &demands));
    let (out, _) = says(0, &["policy", "--check", &message, &fits], "");
    assert!(out.contains("nothing that can be seen"), "{out}");
    let (out, diagnostics) = says(1, &["policy", "--check", &message, &demands], "");
    assert!(out.contains("EncryptedParts") && out.contains("the Body is not encrypted"), "{out}");
    assert!(diagnostics.contains("breaks EncryptedParts"), "{diagnostics}");
}

#[test]
fn the_limits_of_a_policy_have_an_option() {
    let optional = "<sp:RequiredParts xmlns:p=\"http://www.w3.org/ns/ws-policy\" p:Optional=\"true\"><sp:Header \
                    Namespace=\"urn:x\"/></sp:RequiredParts>";
    let text = policy(&optional.repeat(7));
    let (_, diagnostics) = says(1, &["policy", "-"], &text);
    assert!(diagnostics.contains("raise the limit with --policy-limit alternatives=…"), "{diagnostics}");
    let (out, _) = says(0, &["policy", "--policy-limit", "alternatives=128", "-"], &text);
    assert!(out.contains("alternative 128"), "{out}");
    for wrong in ["alternatives", "alternatives=many", "other=1"] {
        let (_, diagnostics) = says(2, &["policy", "--policy-limit", wrong, "-"], &text);
        assert!(diagnostics.contains("write NAME=VALUE"), "{diagnostics}");
    }
}

#[test]
fn what_is_in_another_file_is_asked_for_by_the_option() {
    let reference = "<wsp:Policy xmlns:wsp=\"http://www.w3.org/ns/ws-policy\"><wsp:PolicyReference URI=\"other.wsdl#p\"/></wsp:Policy>";
    for format in ["text", "json"] {
        let (out, told) = says(1, &["policy", "--format", format, "-"], reference);
        assert!(out.contains("--import") && !out.contains('`'), "{out}");
        assert!(!told.contains('`'), "{told}");
    }
}

#[test]
fn a_file_that_nothing_names_is_refused_and_one_that_a_reference_names_is_read() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(format!("policy-{}.xml", std::process::id()));
    std::fs::write(&file, policy(BODY)).expect("written");
    let to = "<wsp:Policy xmlns:wsp=\"http://www.w3.org/ns/ws-policy\"><wsp:PolicyReference URI=\"http://a.example/p.xml\"/></wsp:Policy>";
    let import = |location: &str| format!("{location}={}", file.display());
    let (out, _) = says(0, &["policy", "--import", &import("http://a.example/p.xml"), "-"], to);
    assert!(out.contains("SignedParts: what is signed"), "{out}");
    let (_, why) = says(2, &["policy", "--import", &import("http://a.example/q.xml"), "-"], to);
    assert!(why.contains("q.xml") && why.contains("names this location"), "{why}");
    let twice = import("http://a.example/p.xml");
    let (_, why) = says(2, &["policy", "--import", &twice, "--import", &twice, "-"], to);
    assert!(why.contains("there twice"), "{why}");
    std::fs::remove_file(file).expect("removed");
}
