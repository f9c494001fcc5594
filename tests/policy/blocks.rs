//! Header blocks that a policy protects without naming each, or that WCF names by an assertion of its own.

use ws_security::policy::{Policy, Side, Standing};
use ws_security::{ContentEncryption, Encrypting, Part, Recipe};

use crate::common::*;
use crate::shapes::{Shape, policy};
use crate::{REQUEST, says, sides};

const BODY: &str = "<sp:SignedParts><sp:Body/></sp:SignedParts>";

/// A request with this block.
fn with_block(block: &str) -> String {
    REQUEST.replacen("<s:Header>", &format!("<s:Header>{block}"), 1)
}

fn secured(client: &Side, request: &str) -> String {
    client.exchanges()[0].plan().expect("a plan").message(request).secure().expect("secured").message
}

fn open(service: &Side, message: &str) -> Result<(), String> {
    service.exchanges()[0].open(message, None).map(drop).map_err(|error| error.to_string())
}

/// Anyone can encrypt a block to the service, and put it beside what the client signed. Until it is open nobody knows its name.
#[test]
fn a_block_that_anyone_encrypts_to_the_service_is_refused_where_every_block_is_signed() {
    let added = |message: &str| {
        let role = "<r:Role xmlns:r=\"urn:app\">admin</r:Role>";
        let start = message.find("<s:Header>").expect("a header") + "<s:Header>".len();
        let message = [&message[..start], role, &message[start..]].concat();
        let to = Encrypting::to(&certificate("bob")).content(ContentEncryption::Aes256Cbc);
        let recipe = Recipe::new().encrypt(to.parts([Part::header_block("urn:app", "Role")]));
        recipe.plan().expect("a plan").message(&message).secure().expect("secured").message
    };
    for signature in ["readable", "encrypted"] {
        let shape = Shape::default().with("signature", signature);
        let by = |parts: &str| sides(&shape, &shape.policy().replace(BODY, parts)).expect("both sides");
        for every in
            ["<sp:SignedParts/>", "<sp:SignedParts><sp:Body/><sp:Header Namespace=\"urn:app\"/></sp:SignedParts>"]
        {
            let ((client, service), (_, other)) = (by(every), by(every));
            let message = secured(&client, REQUEST);
            let attacked = added(&message);
            assert!(attacked.contains("EncryptedHeader") && !attacked.contains("admin"), "{attacked}");
            says(open(&service, &attacked), "no signature covers every:{urn:app}Role");
            assert_eq!(open(&other, &message), Ok(()), "{every}");
        }
        // Where the Body alone is signed, a block that nobody signed is there, and proves nothing.
        let (client, service) = by(BODY);
        assert_eq!(open(&service, &added(&secured(&client, REQUEST))), Ok(()));
    }
}

/// The application adds a block that neither side names to this library.
#[test]
fn blocks_that_the_caller_adds_are_signed_and_encrypted_where_the_policy_has_their_namespace() {
    let role = |name: &str| format!("<r:{name} xmlns:r=\"urn:app\">clerk</r:{name}>");
    let other = "<o:Role xmlns:o=\"urn:other\">clerk</o:Role>";
    let request = with_block(&(role("Role") + &role("Role") + &role("Unit")));
    let signed = "<sp:SignedParts><sp:Body/><sp:Header Namespace=\"urn:app\"/></sp:SignedParts>";
    let hidden = "<sp:EncryptedParts><sp:Header Namespace=\"urn:app\"/></sp:EncryptedParts>";
    let named = "<sp:EncryptedParts><sp:Header Name=\"Role\" Namespace=\"urn:app\"/>\
                 <sp:Header Name=\"Unit\" Namespace=\"urn:app\"/></sp:EncryptedParts>";
    for binding in ["asymmetric", "derived", "one-key"] {
        let shape = Shape::default().with("binding", binding);
        let by = |signed: &str, encrypted: &str| {
            let text = shape.policy().replace(BODY, signed).replace("</wsp:All>", &format!("{encrypted}</wsp:All>"));
            sides(&shape, &text).unwrap_or_else(|error| panic!("{text}: {error}"))
        };
        let (plain, _) = by(BODY, "");
        for (signed, encrypted, refused) in [
            (signed, "", "no signature refers to"),
            ("<sp:SignedParts/>", "", "no signature refers to"),
            (BODY, hidden, "the header block {urn:app}Role is in clear text"),
            (BODY, named, "{urn:app}Role is in clear text"),
            (signed, hidden, "in clear text"),
            ("<sp:SignedParts/>", hidden, "in clear text"),
        ] {
            let (client, service) = by(signed, encrypted);
            let message = secured(&client, &request);
            assert_eq!(message.contains("clerk"), encrypted.is_empty(), "{message}");
            assert_eq!(open(&service, &message), Ok(()), "{binding}, {signed}, {encrypted}: {message}");
            assert_eq!(open(&service, &secured(&client, REQUEST)), Ok(()), "a message without such blocks");
            let elsewhere = with_block(other);
            assert!(secured(&client, &elsewhere).contains("clerk"), "a block of another namespace");
            says(open(&service, &secured(&plain, &request)), refused);
        }
        let (client, service) = by(BODY, hidden);
        let visible = secured(&client, REQUEST).replacen("<s:Header>", &format!("<s:Header>{}", role("Unit")), 1);
        says(open(&service, &visible), "the header block {urn:app}Unit is in clear text");
    }
    // What is encrypted first is another element when it is signed.
    let first = Shape::default().with("order", "encrypt-first");
    for signed in [signed, "<sp:SignedParts/>"] {
        let text = first.policy().replace(BODY, signed).replace("</wsp:All>", &format!("{hidden}</wsp:All>"));
        says(sides(&first, &text).map(drop), "EncryptBeforeSigning");
    }
}

const CONTEXT: &str = "http://schemas.microsoft.com/ws/2006/05/context";

/// A policy with the assertion of WCF, of this level.
fn including(shape: &Shape, attribute: &str) -> String {
    let assertion = format!("<c:IncludeContext xmlns:c=\"{CONTEXT}\"{attribute}/>");
    shape.policy().replace("</wsp:All>", &format!("{assertion}</wsp:All>"))
}

fn level(level: &str) -> String {
    format!(" ProtectionLevel=\"{level}\"")
}

#[test]
fn a_context_of_wcf_is_protected_as_its_assertion_says() {
    let context =
        format!("<c:Context xmlns:c=\"{CONTEXT}\"><c:Property name=\"instanceId\">4711</c:Property></c:Context>");
    let request = with_block(&context);
    let shape = Shape::default();
    let by = |attribute: &str| sides(&shape, &including(&shape, attribute)).expect("both sides");
    let (signs, demands_signed) = by(&level("Sign"));
    let (hides, demands_hidden) = by(&level("EncryptAndSign"));
    let (default, demands_default) = by("");
    let (none, demands_none) = by(&level("None"));
    let (plain, _) = sides(&shape, &shape.policy()).expect("both sides");
    for (client, service) in
        [(&signs, &demands_signed), (&hides, &demands_hidden), (&default, &demands_default), (&none, &demands_none)]
    {
        assert_eq!(open(service, &secured(client, &request)), Ok(()));
        assert_eq!(open(service, &secured(client, REQUEST)), Ok(()), "a message without a context");
    }
    assert!(!secured(&hides, &request).contains("instanceId") && secured(&signs, &request).contains("instanceId"));
    for (weaker, service) in [
        (&plain, &demands_signed),
        (&plain, &demands_default),
        (&none, &demands_signed),
        (&plain, &demands_hidden),
        (&signs, &demands_hidden),
    ] {
        says(open(service, &secured(weaker, &request)), "Context");
    }
    // One that another one was put in the place of.
    let other = secured(&signs, &request).replacen("4711</c:Property>", "4712</c:Property>", 1);
    says(open(&demands_signed, &other), "digest");
}

#[test]
fn a_context_of_wcf_is_refused_where_nobody_protects_it_and_left_to_tls() {
    let judged = |text: &str| {
        let read = Policy::from_wsdl(text).expect("a policy");
        let listed = read.listing().next().expect("a request");
        let found = listed.alternatives[0].iter().rfind(|judged| &*judged.name == "IncludeContext").expect("listed");
        (listed.is_usable(), found.standing.clone())
    };
    let alone = |attribute: &str| policy(&format!("<c:IncludeContext xmlns:c=\"{CONTEXT}\"{attribute}/>"));
    let tls = |attribute: &str| {
        let binding = "<sp:TransportBinding><wsp:Policy><sp:TransportToken><wsp:Policy><sp:HttpsToken/></wsp:Policy>\
                       </sp:TransportToken><sp:AlgorithmSuite><wsp:Policy><sp:Basic256Sha256/></wsp:Policy>\
                       </sp:AlgorithmSuite></wsp:Policy></sp:TransportBinding>";
        alone(attribute).replace("<wsp:All>", &format!("<wsp:All>{binding}"))
    };
    let shape = Shape::default();
    for (text, is_usable, word, says) in [
        (including(&shape, &level("Sign")), true, "done", "signed where it is there"),
        (including(&shape, &level("EncryptAndSign")), true, "done", "signed and encrypted"),
        (including(&shape, &level("None")), true, "not ours", "WCF"),
        (including(&shape, &level("Encrypt")), false, "refused", "EncryptAndSign"),
        (including(&shape, " protectionLevel=\"Sign\""), false, "refused", "no attribute protectionLevel"),
        (including(&shape.clone().with("order", "encrypt-first"), &level("Sign")), true, "done", "signed"),
        (alone(&level("Sign")), false, "refused", "add a binding"),
        (alone(&level("None")), true, "not ours", "WCF"),
        (tls(&level("EncryptAndSign")), true, "not ours", "TLS"),
    ] {
        let (found, standing): (bool, Standing) = judged(&text);
        assert_eq!((found, standing.word()), (is_usable, word), "{text}: {standing:?}");
        assert!(standing.what().contains(says), "{standing:?}");
    }
    // What is encrypted first is another element when it is signed.
    let first = including(&shape.clone().with("order", "encrypt-first"), &level("EncryptAndSign"));
    says(sides(&shape, &first).map(drop), "EncryptBeforeSigning");
}
