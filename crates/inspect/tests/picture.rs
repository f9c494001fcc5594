//! The picture of a message: the golden messages of networks, what it says of keys and assertions, and what it calls broken.

use std::path::{Path, PathBuf};

use serde_json::Value;
use ws_security::Limits;
use wss_inspect::Message;

fn networks() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/networks")
}

fn picture(octets: &[u8]) -> Value {
    let message = Message::read(octets, &Limits::default()).expect("a message");
    serde_json::to_value(message.picture().expect("a picture").json()).expect("JSON")
}

fn golden(name: &str) -> Vec<u8> {
    std::fs::read(networks().join(name)).expect(name)
}

fn items(picture: &Value) -> Vec<&Value> {
    let headers = picture["headers"].as_array().expect("headers");
    headers.iter().flat_map(|header| header["items"].as_array().expect("items")).collect()
}

fn links<'p>(picture: &'p Value, kind: &str) -> Vec<&'p Value> {
    let links = items(picture).into_iter().flat_map(|item| item["links"].as_array().expect("links"));
    links.filter(|link| link["kind"] == kind).collect()
}

fn says(picture: &Value) -> String {
    let all = items(picture).into_iter().flat_map(|item| item["says"].as_array().expect("facts"));
    all.filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
}

/// Whether the picture calls anything broken.
fn problems(picture: &Value) -> String {
    picture["problems"].as_array().expect("problems").iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
}

/// Each is a message as its network sends it, and all of them open. What is encrypted cannot be digested without its key.
#[test]
fn no_golden_message_of_a_network_is_called_broken() {
    let (mut seen, mut sealed) = (0, 0);
    for network in std::fs::read_dir(networks()).expect("the networks") {
        for file in std::fs::read_dir(network.expect("a network").path()).expect("its messages") {
            let path = file.expect("a message").path();
            let picture = picture(&std::fs::read(&path).expect("octets"));
            // The later calls of SAT have an XML Signature inside the Body in place of the header.
            let expected = match path.ends_with("sat_mx/call.xml") {
                true => "there is no Security header among the header blocks",
                false => "",
            };
            assert_eq!(problems(&picture), expected, "{}", path.display());
            for item in items(&picture) {
                assert_ne!(item["valueFits"], false, "{}: {item}", path.display());
            }
            for link in links(&picture, "covers") {
                assert_ne!(link["digestFits"], false, "{}: {link}", path.display());
                sealed += usize::from(link["digestFits"].is_null() && link["reference"].to_string().contains("cid:"));
            }
            for data in picture["encrypted"].as_array().expect("ciphertexts") {
                assert_ne!(data["for"].as_array().map(Vec::len), Some(0), "{}: {data}", path.display());
            }
            seen += 1;
        }
    }
    assert!(seen > 40 && sealed > 6, "{seen} messages, {sealed} attachments that are ciphertext");
}

/// As above, with one octet changed of what is not ciphertext.
#[test]
fn a_golden_message_that_was_changed_is_called_broken() {
    let text = String::from_utf8_lossy(&golden("edelivery_2_0/request.mime")).into_owned();
    let changed = text.replace("</s:Body>", "1</s:Body>");
    assert_ne!(text, changed);
    let broken = problems(&picture(changed.as_bytes()));
    assert!(broken.contains("the digest of") && broken.contains("Body"), "{broken}");
    assert!(!broken.contains("cid:"), "{broken}");
}

/// The value, not a digest: the key is in the message, so that everyone can see it.
#[test]
fn a_signature_value_that_does_not_fit_is_a_problem() {
    let text = String::from_utf8(golden("dgws_dk/request.xml")).expect("UTF-8");
    let at = text
        .rfind("SignatureValue>")
        .map(|end| text[..end].rfind("SignatureValue>").expect("the start"))
        .expect("a value");
    let value = at + "SignatureValue>".len() + 4;
    let other = if text[value..].starts_with('A') { "B" } else { "A" };
    let changed = format!("{}{other}{}", &text[..value], &text[value + 1..]);
    let picture = picture(changed.as_bytes());
    assert!(problems(&picture).contains("the signature value does not fit"), "{picture:#}");
}

#[test]
fn keys_are_named_as_the_message_names_them() {
    let message = |key_info: &str| {
        format!(
            "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' xmlns:d='http://www.w3.org/2000/09/xmldsig#' \
             xmlns:d11='http://www.w3.org/2009/xmldsig11#' xmlns:e='http://www.w3.org/2001/04/xmlenc#'><s:Header><w:Security \
             xmlns:w='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'><e:EncryptedKey>\
             <d:KeyInfo>{key_info}</d:KeyInfo><e:ReferenceList><e:DataReference URI='#x'/></e:ReferenceList></e:EncryptedKey>\
             </w:Security></s:Header><s:Body><e:EncryptedData Id='x'/></s:Body></s:Envelope>"
        )
    };
    let rsa = "<d:KeyValue><d:RSAKeyValue><d:Modulus>rTQ=</d:Modulus></d:RSAKeyValue></d:KeyValue>";
    for (key_info, words) in [
        (
            "<d:X509Data><d:X509IssuerSerial><d:X509IssuerName>CN=Root</d:X509IssuerName><d:X509SerialNumber>7</d:X509SerialNumber>\
             </d:X509IssuerSerial></d:X509Data>",
            "issuer \"CN=Root\", serial 7",
        ),
        ("<d:X509Data><d:X509SKI>AQID</d:X509SKI></d:X509Data>", "subject key identifier AQID"),
        ("<d:X509Data><d:X509SubjectName>CN=Bob</d:X509SubjectName></d:X509Data>", "subject \"CN=Bob\""),
        (
            "<d:X509Data><d11:X509Digest Algorithm='urn:a'>AQID</d11:X509Digest></d:X509Data>",
            "certificate digest AQID by urn:a",
        ),
        ("<d:KeyName>bob</d:KeyName>", "KeyName \"bob\""),
        (rsa, "a public key by its value"),
        ("<d11:DEREncodedKeyValue>AQID</d11:DEREncodedKeyValue>", "a public key by its value"),
        (
            "<e:AgreementMethod Algorithm='urn:dh'><e:OriginatorKeyInfo><d:KeyName>zoe</d:KeyName></e:OriginatorKeyInfo>\
             <e:RecipientKeyInfo><d:KeyName>bob</d:KeyName></e:RecipientKeyInfo></e:AgreementMethod>",
            "the recipient's KeyName \"bob\"",
        ),
    ] {
        let picture = picture(message(key_info).as_bytes());
        let keys: Vec<&str> = links(&picture, "key by").iter().filter_map(|link| link["reference"].as_str()).collect();
        assert!(keys.iter().any(|key| key.contains(words)), "{words}: {keys:?}");
        // The ciphertext that the key opens is for the same.
        let recipient = words.trim_start_matches("the recipient's ");
        let told = &picture["encrypted"][0]["for"];
        assert!(told[0].as_str().is_some_and(|told| told.contains(recipient)), "{words}: {told}");
        assert!(!told.to_string().contains("zoe"), "{told}");
    }
    assert!(says(&picture(message("<e:AgreementMethod Algorithm='urn:dh'/>").as_bytes())).contains("agreed by urn:dh"));
}

#[test]
fn assertions_say_who_what_and_how_long() {
    let picture = picture(&golden("oio_idws_hok/request.xml"));
    let told = says(&picture);
    for fact in ["issuer ", "subject ", "valid from ", "valid until ", "for ", "confirmed by ", "holder's key: "] {
        assert!(told.lines().any(|line| line.starts_with(fact)), "{fact}: {told}");
    }
}

#[test]
fn ciphertext_says_whom_it_is_for() {
    for (name, words) in [
        ("peppol_as4_2/request.mime", "subject CN=Bob,O=Exemple,C=FR, issuer CN=Example CA"),
        ("edelivery_2_0/request.mime", "subject key identifier o5l8jcP85nML4R7/4uM9KJcL0AY="),
        ("wcf_mutual_certificate_1_0/request.xml", "serial 4098"),
    ] {
        let picture = picture(&golden(name));
        let told = picture["encrypted"][0]["for"][0].as_str().unwrap_or_default();
        assert!(told.contains(words), "{name}: {told}");
    }
}

/// Two signatures of one path are each judged by their own references.
#[test]
fn signatures_beside_each_other_are_not_mixed_up() {
    let text = String::from_utf8(golden("digikoppeling_wus_s/request.xml")).expect("UTF-8");
    let start = text.find("<ds:Signature").expect("a signature");
    let end = text.find("</ds:Signature>").expect("its end") + "</ds:Signature>".len();
    let signature = &text[start..end];
    let digest = signature.find("<ds:DigestValue>").expect("a digest") + "<ds:DigestValue>".len();
    let other = if signature[digest..].starts_with('A') { "B" } else { "A" };
    let id = signature.split(" Id=\"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned);
    let broken = format!("{}{other}{}", &signature[..digest], &signature[digest + 1..]);
    let broken = id.map_or(broken.clone(), |id| broken.replace(&format!(" Id=\"{id}\""), ""));
    let both = format!("{}{signature}{broken}{}", &text[..start], &text[end..]);
    let picture = picture(both.as_bytes());
    let all: Vec<_> = items(&picture).into_iter().filter(|item| item["name"] == "Signature").collect();
    let fits = |item: &Value| item["links"].as_array().expect("links").iter().all(|link| link["digestFits"] != false);
    assert_eq!(all.len(), 2);
    assert!(fits(all[0]) && !fits(all[1]), "{picture:#}");
}

/// The key that a signature names is elsewhere, and another one is in the message: nothing is known of the value.
#[test]
fn a_value_by_a_key_that_is_elsewhere_is_not_called_wrong() {
    let text = String::from_utf8(golden("digikoppeling_wus_s/request.xml")).expect("UTF-8");
    let start = text.find("<wsse:SecurityTokenReference").expect("a reference");
    let end = text.find("</wsse:SecurityTokenReference>").expect("its end");
    let elsewhere = "<wsse:SecurityTokenReference><wsse:KeyIdentifier EncodingType=\"http://docs.oasis-open.org/wss/2004/01/\
        oasis-200401-wss-soap-message-security-1.0#Base64Binary\" ValueType=\"http://docs.oasis-open.org/wss/\
        oasis-wss-soap-message-security-1.1#ThumbprintSHA1\">AAECAwQFBgcICQoLDA0ODxAREhM=</wsse:KeyIdentifier>";
    let (before, after) = (&text[..start], &text[end..]);
    assert!(before.contains("<wsse:BinarySecurityToken"), "a key that is at hand");
    let value = text.split("SignatureValue>").nth(1).and_then(|value| value.split('<').next()).expect("a value");
    // Of the key in the message it would be known.
    let other = format!("{}AAAA", &value[4..]);
    for (message, expected) in [
        (format!("{before}{elsewhere}{after}").replace(value, &other), Value::Null),
        (text.replace(value, &other), Value::Bool(false)),
    ] {
        let picture = picture(message.as_bytes());
        let all = items(&picture);
        let signature = all.iter().find(|item| item["name"] == "Signature").expect("a signature");
        assert_eq!(signature["valueFits"], expected, "{signature:#}");
    }
}
