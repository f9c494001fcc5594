//! What a user of other tools types first: commands and options that do not exist here, files of another kind, and parts without
//! a namespace. Each is told what does that here.

mod common;

const ENVELOPE: &str =
    "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><p>1</p></s:Body></s:Envelope>";

/// What is said of a line of the shell, in which `KEYS/` is the folder of keys.
#[track_caller]
fn said(line: &str, input: &str) -> String {
    let output = common::wss(line.split(' '), input);
    assert_ne!(output.status.code(), Some(0), "{line}");
    // Lines are broken anywhere.
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn says(line: &str, words: &[&str]) {
    let said = said(line, ENVELOPE);
    words.iter().for_each(|word| assert!(said.contains(word), "{line}: {word:?} is not in: {said}"));
}

#[test]
fn commands_of_other_tools_lead_to_those_that_do_it_here() {
    for (line, words) in [
        ("decrypt -", &["wss verify", "--decrypt-key", "wss xenc decrypt"][..]),
        ("validate -", &["wss verify", "wss lint", "wss dsig verify"]),
        ("check -", &["wss verify"]),
        ("open -", &["wss verify"]),
        ("show -", &["wss inspect"]),
        ("debug -", &["wss explain"]),
        ("canonicalize -", &["wss c14n"]),
        ("presets", &["wss networks"]),
        ("dsig validate -", &["wss dsig verify"]),
        ("xenc sign -", &["wss dsig"]),
    ] {
        says(line, words);
        // No other word that looks alike.
        assert!(!said(line, ENVELOPE).contains("similar"), "{line}");
    }
    // What no other tool has is still told by its letters.
    says("verfy -", &["'verify'"]);
}

#[test]
fn options_of_other_commands_lead_to_those_of_this_one() {
    for (line, words) in [
        ("verify --key KEYS/bob.key -", &["--decrypt-key", "--decrypt-cert", "--trust"][..]),
        ("verify --require signed:Body --cert KEYS/alice.pem -", &["--pin"]),
        ("verify --ca KEYS/ca.pem -", &["--trust"]),
        ("explain --p12 KEYS/alice.p12 -", &["--decrypt-p12"]),
        ("verify --password x -", &["--decrypt-password-file", "--user-file"]),
        ("verify --part Body -", &["--require signed:PART"]),
        ("sign --password x -", &["--password-file", "env:NAME"]),
        ("encrypt --recipient KEYS/bob.pem -", &["--to"]),
        ("secure --keystore KEYS/alice.p12 -", &["--p12"]),
        ("--limit references=9 xenc decrypt --decrypt-key KEYS/bob.key -", &["--key KEY"]),
    ] {
        says(line, words);
    }
}

#[test]
fn a_file_of_another_kind_leads_to_its_option() {
    for (line, words) in [
        ("sign --key KEYS/alice.p12 --cert KEYS/alice.pem -", &["alice.p12", "PKCS#12", "--p12 or --decrypt-p12"][..]),
        ("sign --key KEYS/alice.pem --cert KEYS/alice.pem -", &["this is a certificate, and no private key"]),
        ("sign --key KEYS/alice.key --cert KEYS/alice.key -", &["this is a private key, and no certificate"]),
        // The file that is at fault is named.
        (
            "sign --key KEYS/alice.key --cert KEYS/alice.p12 -",
            &["alice.p12: this is a PKCS#12 key store, and no certificate"],
        ),
        (
            "sign --p12 KEYS/alice.pem --password-file KEYS/ca.crl -",
            &["no key store", "--key and --cert, or --decrypt-key and --decrypt-cert"],
        ),
        ("verify --require signed:Body --trust KEYS/dave.p7b -", &["dave.p7b", "PKCS#7", "openssl pkcs7"]),
        ("verify --require signed:Body --pin KEYS/alice.key -", &["this is a private key, and no certificate"]),
        ("dsig verify --key KEYS/alice.p12 -", &["PKCS#12", "--p12"]),
    ] {
        says(line, words);
    }
}

#[test]
fn a_thumbprint_leads_to_the_certificate() {
    let sha1 = "1A:9D:E3:90:66:18:D1:95:33:DC:FC:10:63:C2:73:01:B8:AB:7B:5C";
    let words = &["looks like the thumbprint", "openssl x509", "-sha256"];
    says(&format!("verify --require signed:Body --pin {sha1} -"), words);
    let sha256 = "2a53610957777b4c8e8ef2acd94768174030d74fcfe2405bcd32e7e2378706f5";
    says(&format!("encrypt --to {sha256} -"), words);
    let rule = format!("verify --require signed:Body --trust KEYS/ca.pem --signer SHA1:{sha1} -");
    says(&rule, &["to trust one certificate alone, give its file with --pin"]);
}

#[test]
fn a_header_block_without_its_namespace_leads_to_the_namespace() {
    let sign = "sign --key KEYS/alice.key --cert KEYS/alice.pem --part";
    let to = "a header block is named with its namespace, as {http://www.w3.org/2005/08/addressing}To;";
    says(&format!("{sign} To -"), &[to]);
    says(&format!("{sign} wsa:To -"), &[to]);
    says("verify --trust KEYS/ca.pem --require signed:To -", &[to]);
    says(&format!("{sign} my:Block -"), &["as {NAMESPACE}Block;"]);
    assert!(!said(&format!("{sign} Boddy -"), ENVELOPE).contains("namespace,"));
}

#[test]
fn who_only_encrypts_is_told_the_command_for_that() {
    let line = "secure --user ann --password-file KEYS/ca.crl --to KEYS/bob.pem --encrypt-part UsernameToken -";
    says(line, &["the signer is missing", "`wss encrypt`"]);
    assert!(!said("sign -", ENVELOPE).contains("wss encrypt"));
}

#[test]
fn who_only_signs_is_told_the_command_for_that() {
    let line = "secure --key KEYS/alice.key --cert KEYS/alice.pem --user ann --password-file KEYS/ca.crl";
    says(&format!("{line} -"), &["the recipient is missing", "`wss sign`"]);
    assert!(!said(&format!("{line} --encrypt-part Body -"), ENVELOPE).contains("wss sign"));
}

#[test]
fn a_token_that_is_named_as_a_header_block_leads_to_its_word() {
    let wsse = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}";
    let utility = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}";
    let ds = "{http://www.w3.org/2000/09/xmldsig#}";
    let keys = "--key KEYS/alice.key --cert KEYS/alice.pem --timestamp 300 --user ann --password-file KEYS/ca.crl";
    for (part, word) in [
        (format!("{wsse}UsernameToken"), "the word UsernameToken alone"),
        (format!("{wsse}BinarySecurityToken"), "the word SigningToken alone"),
        (format!("{utility}Timestamp"), "the word Timestamp alone"),
        (format!("{ds}Signature"), "the word Signature alone"),
    ] {
        says(&format!("sign {keys} --part {part} -"), &["inside the Security header", word]);
        let signed = common::wss(format!("sign {keys} --part Body -").split(' '), ENVELOPE).stdout;
        let signed = String::from_utf8(signed).expect("a message");
        let line = format!("verify --trust KEYS/ca.pem --require signed:{part} -");
        assert!(said(&line, &signed).contains(word), "{}", said(&line, &signed));
    }
    assert!(!said(&format!("sign {keys} --part {wsse}Other -"), ENVELOPE).contains("the word"));
}

#[test]
fn the_help_of_parts_has_every_word() {
    let help = String::from_utf8(common::wss(["sign", "--help"], "").stdout).expect("text");
    let (_, part) = help.split_once("--part <").expect("the option");
    let part = part.split("\n      --").next().expect("its help");
    for word in [
        "Body",
        "Timestamp",
        "Signature",
        "UsernameToken",
        "SigningToken",
        "Assertion",
        "SignatureConfirmation",
        "Attachments",
    ] {
        assert!(ws_security::Part::parse(word).is_some() && part.contains(word), "{word}: {part}");
    }
}

#[test]
fn a_document_that_is_no_message_leads_to_the_commands_for_documents() {
    let verify = "verify --trust KEYS/ca.pem --require signed:Body -";
    let data = "<e:EncryptedData xmlns:e=\"http://www.w3.org/2001/04/xmlenc#\"/>";
    let body = ENVELOPE.replace("<p>1</p>", data);
    let signed = "<invoice><d:Signature xmlns:d=\"http://www.w3.org/2000/09/xmldsig#\"/></invoice>";
    for (input, word) in [(data, "`wss xenc decrypt`"), (&body, "`wss xenc decrypt`"), (signed, "`wss dsig verify`")] {
        let said = said(verify, input);
        assert!(said.contains(word), "{said}");
    }
}
