//! What refusals say to a user of the command line: what the input is, the option that helps, and no call of the library.

mod common;

fn key(name: &str) -> String {
    format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))
}

const ENVELOPE: &str =
    "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><p>1</p></s:Body></s:Envelope>";

fn signed() -> String {
    let (key, cert) = (key("alice.key"), key("alice.pem"));
    let arguments = ["sign", "--key", &key, "--cert", &cert, "--part", "Body", "--timestamp", "300", "-"];
    let output = common::wss(arguments, ENVELOPE);
    String::from_utf8(output.stdout).expect("a message")
}

#[track_caller]
fn said(arguments: &[&str], input: impl AsRef<[u8]>) -> String {
    let output = common::wss(arguments.iter().copied(), input);
    assert_ne!(output.status.code(), Some(0), "{arguments:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    for call in ["Receiver::", "Limits::", "Document::", "accept_", "Package::"] {
        assert!(!said.contains(call), "{call}: {said}");
    }
    said
}

fn verify(trust: &str) -> [&str; 6] {
    ["verify", "--trust", trust, "--require", "signed:Body", "-"]
}

#[test]
fn input_that_is_no_xml_is_named() {
    let ca = key("ca.pem");
    let message = signed();
    for (input, words) in [
        (String::new(), "the input is empty"),
        (format!("\n<?xml version=\"1.0\"?>{message}"), "white space before the XML declaration"),
        (format!("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n{message}"), "the line of HTTP"),
        (format!("--x\r\nContent-Type: text/xml\r\n\r\n{message}\r\n--x--"), "without its header"),
        ("{\"error\":1}".to_owned(), "JSON"),
        ("<html><body>502</body></html>".to_owned(), "HTML"),
        ("<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html>".to_owned(), "HTML"),
        ("<?xml version=\"1.0\"?>\n<!DOCTYPE html><html/>".to_owned(), "HTML"),
        ("SOAPRequest=%3Cs%3AEnvelope".to_owned(), "a form, whose field"),
        ("-----BEGIN CERTIFICATE-----".to_owned(), "PEM"),
    ] {
        for command in [&verify(&ca)[..], &["lint", "-"], &["inspect", "-"], &["explain", "-"]] {
            let told = said(command, &input);
            assert!(told.contains(words), "{command:?}: {told}");
        }
    }
}

/// What is XML and not well-formed: each cause has a text of its own, in every command.
#[test]
fn what_is_not_well_formed_says_what_and_where() {
    let ca = key("ca.pem");
    let message = signed();
    let declared = |declaration: &str| format!("{declaration}{message}");
    for (input, words) in [
        (declared("<?xml version=\"1.1\"?>"), "another version than 1.0"),
        (declared("<?xml encoding=\"UTF-8\"?>"), "has no version"),
        (declared("<?xml standalone=\"yes\" version=\"1.0\"?>"), "in another order than version, encoding, standalone"),
        (declared("<?xml version=\"1.0\" standalone=\"1\"?>"), "neither yes nor no"),
        (declared("<?XML version=\"1.0\"?>"), "in lower case"),
        (declared("\u{FEFF}\u{FEFF}"), "written twice"),
        (format!("{message}\0\0"), "a NUL"),
        (message.replace("<p>1", "<p>\u{1}1"), "a character that XML does not have"),
        (message.replace("<p>1", "<p>&nbsp;1"), "an entity that XML does not have"),
        (message.replace("<p>1", "<p>A & B"), "write it as &amp;"),
        (message.replace("<p>1", "<p>&#0;"), "a character reference to what is no character"),
        (message.replace("<p>1</p>", "<p>1</q>"), "the end tag \"q\" does not match the start tag \"p\" at octet"),
        (message.replace("</s:Body></s:Envelope>", ""), "ends inside the element \"s:Body\""),
        (format!("{message}done"), "text after the document element"),
        (format!("{message}{message}"), "a second document element"),
    ] {
        assert_ne!(input, message, "{words}");
        for command in [&verify(&ca)[..], &["lint", "-"]] {
            let told = said(command, &input);
            assert!(told.contains(words), "{command:?}: {told}");
        }
        let explained = common::wss(["explain", "-"], &input);
        let told = String::from_utf8_lossy(&explained.stdout).into_owned();
        assert!(told.contains(words), "explain: {told}");
    }
}

#[test]
fn a_digest_that_does_not_fit_leads_to_explain_and_an_old_message_to_now() {
    let ca = key("ca.pem");
    let message = signed();
    assert!(said(&verify(&ca), message.replace("<p>1", "<p>2")).contains("`wss explain`"));
    let mut late = verify(&ca).to_vec();
    late.splice(1..1, ["--now", "2126-01-01T00:00:00Z"]);
    assert!(said(&late, &message).contains("--max-age") || said(&late, &message).contains("--clock-skew"));
}

#[test]
fn a_signature_of_a_header_is_left_to_verify() {
    let ca = key("ca.pem");
    let told = said(&["dsig", "verify", "--trust", &ca, "-"], signed());
    assert!(told.contains("wsse:SecurityTokenReference") && told.contains("`wss verify`"), "{told}");
}

#[test]
fn a_timestamp_that_is_not_there_names_its_option() {
    let (key, cert) = (key("alice.key"), key("alice.pem"));
    let arguments = ["sign", "--key", &key, "--cert", &cert, "--part", "Body", "--part", "Timestamp", "-"];
    let told = said(&arguments, ENVELOPE);
    assert!(told.contains("--timestamp"), "{told}");
}

#[test]
fn an_id_on_two_elements_is_no_reference_to_nothing() {
    let message = signed();
    let (_, rest) = message.split_once("<s:Body").expect("the Body");
    let id = rest.split_once("Id=\"").and_then(|(_, rest)| rest.split_once('"')).expect("an Id").0;
    let wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    let twice = message.replace("<p>1</p>", &format!("<p xmlns:u=\"{wsu}\" u:Id=\"{id}\">1</p>"));
    let shown = String::from_utf8(common::wss(["inspect", "-"], &twice).stdout).expect("text");
    assert!(shown.contains("more than one element") && !shown.contains("= nothing"), "{shown}");
}

#[test]
fn the_json_of_explain_speaks_of_options() {
    let message = signed().replace("<p>1</p>", &format!("<p>{}</p>", "x y ".repeat(4_000)));
    let arguments = ["explain", "--limit", "cause-octets=1", "--format", "json", "-"];
    let json = String::from_utf8(common::wss(arguments, &message).stdout).expect("text");
    assert!(json.contains("--limit cause-octets") && !json.contains("Limits::"), "{json}");
}

#[test]
fn a_weak_key_and_what_a_context_gives_name_their_options() {
    let (key, cert) = (key("weak.key"), key("weak.pem"));
    let sign = ["sign", "--allow-legacy", "--key", &key, "--cert", &cert, "--part", "Body", "-"];
    let weak = String::from_utf8(common::wss(sign, ENVELOPE).stdout).expect("a message");
    let verify = ["verify", "--pin", &cert, "--require", "signed:Body", "-"];
    let told = said(&verify, &weak);
    assert!(told.contains("an RSA key of 1024 bits") && told.contains("with --allow-legacy"), "{told}");
    let mut legacy = verify.to_vec();
    legacy.insert(1, "--allow-legacy");
    assert!(common::wss(legacy, &weak).status.success());
}

/// An invoice whose Id only its schema knows.
#[test]
fn an_id_of_a_schema_leads_to_the_option_of_documents() {
    let (key, cert) = (key("alice.key"), key("alice.pem"));
    let sign = ["dsig", "sign", "--key", &key, "--cert", &cert, "--id-attr", "Id", "--reference", "#a", "-"];
    let signed =
        String::from_utf8(common::wss(sign, "<invoice><p Id=\"a\">1</p></invoice>").stdout).expect("a document");
    let verify = ["dsig", "verify", "--cert", &cert, "-"];
    let told = said(&verify, &signed);
    assert!(told.contains("no element has this Id in an attribute that is one without its schema"), "{told}");
    assert!(told.contains("--id-attr") && !told.contains("SameDocument"), "{told}");
    let mut with_name = verify.to_vec();
    with_name.splice(2..2, ["--id-attr", "Id"]);
    assert!(common::wss(with_name, &signed).status.success());
}

#[test]
fn what_a_derived_key_is_of_is_drawn() {
    let wsc = "http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512";
    let wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    let header = format!(
        "<s:Header><w:Security xmlns:w=\"{wsse}\"><c:SecurityContextToken xmlns:c=\"{wsc}\"><c:Identifier>urn:uuid:1</c:Identifier>\
         </c:SecurityContextToken><c:DerivedKeyToken xmlns:c=\"{wsc}\"><w:SecurityTokenReference><w:Reference URI=\"urn:uuid:2\"/>\
         </w:SecurityTokenReference></c:DerivedKeyToken></w:Security></s:Header><s:Body>"
    );
    let message = ENVELOPE.replace("<s:Body>", &header);
    let shown = String::from_utf8(common::wss(["inspect", "-"], &message).stdout).expect("text");
    assert!(shown.contains("Identifier urn:uuid:1") && shown.contains("key by urn:uuid:2"), "{shown}");
}
