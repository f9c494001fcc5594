//! How peers name keys in shapes of their own: in hexadecimal, by digests of no profile, by a name, and for ciphertext in every
//! place where a KeyInfo may be. What a call accepts is named by the error, and a name never opens anything for another key.

mod common;
#[path = "common/encrypted.rs"]
mod encrypted;

use common::*;
use encrypted::*;
use ws_security::bsp::Rule;
use ws_security::c14n::{base64_encode, name};
use ws_security::crypto::Digest;
use ws_security::prelude::*;
use ws_security::tokens::X509_V3;
use ws_security::xmlenc::PlaintextType;
use ws_security::{DangerousNoReplayCache, DigestMethod, ReferenceForm, Waiver};

const BASE64: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";
const TYPES: &str = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

fn service() -> Receiver {
    let trust = trust().known([certificate("alice"), certificate("bob"), certificate("carol")]);
    Receiver::new(trust, Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache)
        .decrypt_with(identity("bob"))
}

/// What Alice signed, with another content of `ds:KeyInfo`.
fn signed_naming(content: &str) -> String {
    let message = recipe().sign(signing().reference(ReferenceForm::Thumbprint)).secured(&envelope(SOAP11));
    in_key_info(&message, content)
}

/// The message with another content of its first `ds:KeyInfo`.
fn in_key_info(message: &str, content: &str) -> String {
    let (before, rest) = message.split_once("<ds:KeyInfo").expect("a KeyInfo");
    let (tag, rest) = rest.split_once('>').expect("its tag");
    let (_, after) = rest.split_once("</ds:KeyInfo>").expect("its end");
    format!("{before}<ds:KeyInfo{tag}>{content}</ds:KeyInfo>{after}")
}

/// What Alice signed and then encrypted to Bob, whose key is named so; `token` is in front of it.
fn encrypted_naming(content: &str, token: &str) -> String {
    let key = in_key_info(&key_to_bob(&sixteen(), oaep(), &[ID]), content);
    let encrypt = |octets: &[u8]| data(&sixteen(), &PlaintextType::Content, None, octets);
    shaped(Signed::Plaintext, &encrypt, &format!("{token}{key}"), "")
}

fn reference(content: &str) -> String {
    format!(
        "<w:SecurityTokenReference xmlns:w=\"{}\">{}</w:SecurityTokenReference>",
        name::WSSE.uri,
        content.replace("<wsse:", "<w:").replace("</wsse:", "</w:")
    )
}

fn digits(octets: &[u8], between: &str) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect::<Vec<_>>().join(between)
}

fn digest(of: &Certificate, method: DigestMethod) -> Vec<u8> {
    Digest::of(method, of.der()).as_octets().to_vec()
}

/// That the strict receiver names the call, that the call opens the message, and that the name of another certificate does not.
#[track_caller]
fn opens_by(call: &str, accepting: &Receiver, waiver: Waiver, own: &str, others: &str) {
    let error = service().open(own).map(drop).expect_err("refused").to_string();
    assert!(error.contains(&format!("`{call}`")), "{error}");
    let opened = accepting.open(own).unwrap_or_else(|error| panic!("{error}\n{own}"));
    assert!(opened.body().xml().contains(AMOUNT));
    assert!(opened.evidence().waived.contains(&waiver));
    assert!(accepting.open(others).is_err(), "{others}");
}

/// Items of a `ds:X509Data` in hexadecimal.
fn items_in_hexadecimal(of: &Certificate) -> Vec<String> {
    let serial: u64 = of.serial_decimal().parse().expect("a short one");
    let ski = of.subject_key_identifier().expect("one");
    let (sha256, dsig11) = (digest(of, DigestMethod::Sha256), name::DSIG11.uri);
    vec![
        format!(
            "<ds:X509IssuerSerial><ds:X509IssuerName>{}</ds:X509IssuerName><ds:X509SerialNumber>0x{serial:X}\
             </ds:X509SerialNumber></ds:X509IssuerSerial>",
            of.issuer()
        ),
        format!("<ds:X509SKI>{}</ds:X509SKI>", digits(ski, "")),
        format!("<ds:X509SKI>{}</ds:X509SKI>", digits(ski, ":").to_lowercase()),
        format!(
            "<d:X509Digest xmlns:d=\"{dsig11}\" Algorithm=\"{SHA256}\">{}</d:X509Digest>",
            digits(&sha256, "").to_lowercase()
        ),
    ]
}

#[test]
fn items_in_hexadecimal_open_by_a_call_with_a_reference_around_them_and_without() {
    let call = "accept_hexadecimal_identifiers";
    let (accepting, waiver) = (service().accept_hexadecimal_identifiers(), Waiver::HexadecimalIdentifiers);
    let of = |name: &str| items_in_hexadecimal(&certificate(name));
    let around: [fn(&str) -> String; 2] = [
        |item| format!("<ds:X509Data>{item}</ds:X509Data>"),
        |item| reference(&format!("<ds:X509Data>{item}</ds:X509Data>")),
    ];
    for around in around {
        for (own, other) in of("alice").iter().zip(of("carol")) {
            let [own, other] = [own, &other].map(|item| signed_naming(&around(item)));
            opens_by(call, &accepting, waiver, &own, &other);
        }
        for (own, other) in of("bob").iter().zip(of("carol")) {
            let [own, other] = [own, &other].map(|item| encrypted_naming(&around(item), ""));
            opens_by(call, &accepting, waiver, &own, &other);
        }
    }
    let error = service().open(signed_naming(&around[0](&of("alice")[0]))).map(drop).expect_err("refused").to_string();
    assert!(error.contains(&certificate("alice").serial_decimal()), "what belongs there: {error}");
    // A number of digits alone that is another certificate's in decimal stays that one's.
    let decimal = |serial: &str| of("alice")[0].replace("0x1001", serial);
    assert!(accepting.open(signed_naming(&around[0](&decimal("4097")))).is_ok());
    assert!(accepting.open(signed_naming(&around[0](&decimal("4098")))).is_err());
}

/// PEM as a file has it, as an editor left it, and the base64 of a whole file (loopbackio/strong-soap#225; Java's
/// CertificateFactory, and so WSS4J, reads the last).
#[test]
fn certificates_in_pem_open_by_a_call() {
    let (call, accepting) = ("accept_certificates_in_pem", service().accept_certificates_in_pem());
    let waiver = Waiver::CertificatesInPem;
    let armours: [fn(&str) -> String; 4] = [
        |lines| format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"),
        |lines| format!(" -----BEGIN CERTIFICATE----- {} -----END CERTIFICATE----- ", lines.replace('\n', " ")),
        |lines| {
            base64_encode(format!("-----BEGIN CERTIFICATE-----\r\n{lines}\r\n-----END CERTIFICATE-----").as_bytes())
        },
        |lines| {
            let file =
                base64_encode(format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n").as_bytes());
            file.split_at(5).0.to_owned() + "\n" + file.split_at(5).1
        },
    ];
    let holders: [fn(&str) -> String; 3] = [
        |text| format!("<ds:X509Data><ds:X509Certificate>{text}</ds:X509Certificate></ds:X509Data>"),
        |text| {
            reference(&format!(
                "<wsse:KeyIdentifier EncodingType=\"{BASE64}\" ValueType=\"{X509_V3}\">{text}</wsse:KeyIdentifier>"
            ))
        },
        |text| {
            reference(&format!(
                "<wsse:Embedded><wsse:BinarySecurityToken EncodingType=\"{BASE64}\" ValueType=\"{X509_V3}\">{text}\
                 </wsse:BinarySecurityToken></wsse:Embedded>"
            ))
        },
    ];
    let lines = |name: &str| {
        let text = base64_encode(certificate(name).der());
        text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect::<Vec<_>>().join("\n")
    };
    for armour in armours {
        for holder in holders {
            let of = |name: &str| holder(&armour(&lines(name)));
            opens_by(call, &accepting, waiver, &signed_naming(&of("alice")), &signed_naming(&of("carol")));
            opens_by(call, &accepting, waiver, &encrypted_naming(&of("bob"), ""), &encrypted_naming(&of("carol"), ""));
        }
    }
    // Two certificates are not one, and what is inside must be one.
    for wrong in
        [format!("{0}{0}", armours[0](&lines("alice"))), armours[0]("AAAA"), armours[0]("-----"), armours[2]("")]
    {
        for holder in holders {
            assert!(accepting.open(signed_naming(&holder(&wrong))).is_err(), "{wrong}");
        }
    }
}

#[test]
fn key_identifiers_that_say_hexadecimal_open_by_a_call() {
    let kind =
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509SubjectKeyIdentifier";
    let encoding = BASE64.replace("Base64Binary", "HexBinary");
    let of = |name: &str| {
        let certificate = certificate(name);
        let ski = digits(certificate.subject_key_identifier().expect("one"), "");
        reference(&format!(
            "<wsse:KeyIdentifier EncodingType=\"{encoding}\" ValueType=\"{kind}\">{ski}</wsse:KeyIdentifier>"
        ))
    };
    let (call, accepting) = ("accept_hexadecimal_identifiers", service().accept_hexadecimal_identifiers());
    let waiver = Waiver::HexadecimalIdentifiers;
    opens_by(call, &accepting, waiver, &signed_naming(&of("alice")), &signed_naming(&of("carol")));
    opens_by(call, &accepting, waiver, &encrypted_naming(&of("bob"), ""), &encrypted_naming(&of("carol"), ""));
}

#[test]
fn thumbprints_by_other_digests_open_by_a_call() {
    let (call, accepting) = ("accept_token_types_by_name", service().accept_token_types_by_name());
    let by = |name: &str, kind: &str, method: DigestMethod| {
        let value = base64_encode(&digest(&certificate(name), method));
        reference(&format!(
            "<wsse:KeyIdentifier EncodingType=\"{BASE64}\" ValueType=\"{kind}\">{value}</wsse:KeyIdentifier>"
        ))
    };
    let cases = [
        (format!("{TYPES}ThumbprintSHA256"), DigestMethod::Sha256),
        (format!("{TYPES}ThumbprintSHA-256"), DigestMethod::Sha256),
        (format!("{TYPES}ThumbprintSHA512"), DigestMethod::Sha512),
        (
            "http://docs.oasis-open.org/wss/oasis-wss-x509-token-profile-1.1#ThumbprintSHA384".to_owned(),
            DigestMethod::Sha384,
        ),
        ("wsse:ThumbprintSHA224".to_owned(), DigestMethod::Sha224),
        (format!("{TYPES}ThumbprintSHA1"), DigestMethod::Sha256),
    ];
    for (kind, method) in cases {
        let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| by(name, &kind, method));
        let waiver = Waiver::TokenTypesByName;
        opens_by(call, &accepting, waiver, &signed_naming(&alice), &signed_naming(&carol));
        opens_by(call, &accepting, waiver, &encrypted_naming(&bob, ""), &encrypted_naming(&carol, ""));
        // A digest by another method, or one that was cut, is that of nobody.
        let sha512 = base64_encode(&digest(&certificate("alice"), DigestMethod::Sha512));
        let own = base64_encode(&digest(&certificate("alice"), method));
        let other = if method == DigestMethod::Sha512 { own[..44].to_owned() } else { sha512 };
        let wrong = signed_naming(&alice.replace(&own, &other));
        let is_right = kind.ends_with("SHA1");
        assert_eq!(accepting.open(&wrong).is_ok(), is_right, "{kind}");
    }
}

#[test]
fn a_name_that_the_caller_gave_selects_its_certificate() {
    for key_info in ["<ds:KeyName>signer-7</ds:KeyName>".to_owned(), reference("<ds:KeyName>signer-7</ds:KeyName>")] {
        let message = signed_naming(&key_info);
        let error = service().open(&message).map(drop).expect_err("refused").to_string();
        assert!(error.contains("KeyName \"signer-7\"") && error.contains("`key_name`"), "{error}");
        let opened = service().key_name("signer-7", certificate("alice")).open(&message).expect("opens");
        assert_eq!(opened.signer().certificate(), Some(&certificate("alice")));
        // It selects and proves nothing: another certificate, and one that is not trusted.
        for wrong in [("signer-7", "bob"), ("signer-7 ", "alice"), ("signer-7", "carol")] {
            assert!(service().key_name(wrong.0, certificate(wrong.1)).open(&message).is_err(), "{wrong:?}");
        }
        let nobody = Requirements::signed([Part::Body, Part::Timestamp]);
        let nobody = Receiver::new(Trust::no_certificates(), nobody, DangerousNoReplayCache);
        assert!(nobody.key_name("signer-7", certificate("alice")).open(&message).is_err());
    }
    // A name that is given is not read as a subject.
    let subject = signed_naming(&format!("<ds:KeyName>{}</ds:KeyName>", certificate("alice").subject()));
    assert!(service().open(&subject).is_ok());
    let renamed = service().key_name(certificate("alice").subject().to_string(), certificate("bob"));
    assert!(renamed.open(&subject).is_err());
}

#[test]
fn a_name_that_the_caller_gave_selects_a_key_for_decryption() {
    for key_info in ["<ds:KeyName>box 3</ds:KeyName>".to_owned(), reference("<ds:KeyName>box 3</ds:KeyName>")] {
        let message = encrypted_naming(&key_info, "");
        let error = service().open(&message).map(drop).expect_err("refused").to_string();
        assert!(error.contains("KeyName \"box 3\"") && error.contains("`key_name`"), "{error}");
        let opened = service().key_name("box 3", certificate("bob")).open(&message).expect("opens");
        assert!(opened.body().xml().contains(AMOUNT));
        assert!(service().key_name("box 3", certificate("alice")).open(&message).is_err());
    }
}

#[test]
fn a_key_by_its_value_is_told_with_a_digest_that_finds_its_certificate() {
    let signing = signing().reference(ReferenceForm::KeyValue);
    let message = recipe().sign(signing).waive(Rule::R5417).secured(&envelope(SOAP11));
    assert!(service().open(&message).is_ok());
    let error = receiver().open(&message).map(drop).expect_err("refused").to_string();
    let spki = Digest::of(DigestMethod::Sha256, certificate("alice").public_key().spki());
    assert!(error.contains(&digits(spki.as_octets(), "").to_lowercase()), "{error}");
    assert!(error.contains("proves nobody") && error.contains("`Trust::known`"), "{error}");
    // A name beside the value says nothing more.
    let named = message.replace("<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyName>k</ds:KeyName>");
    assert!(service().open(&named).is_ok());
    assert!(receiver().open(&named).is_err());
}

#[test]
fn a_reference_in_another_form_is_told_with_the_certificate_that_it_means() {
    let alice = certificate("alice");
    let ski = alice.subject_key_identifier().expect("one");
    let der = [&[4, ski.len() as u8], ski].concat();
    let key_info = format!("<ds:X509Data><ds:X509SKI>{}</ds:X509SKI></ds:X509Data>", base64_encode(&der));
    let error = refuse(&service(), &signed_naming(&key_info)).to_string();
    assert!(error.contains("CN=Alice") && error.contains("two octets of DER"), "{error}");
}

/// A KeyInfo of an EncryptedKey in the shapes that a call accepts for signatures.
#[test]
fn keys_of_ciphertext_are_named_in_other_shapes_by_the_same_calls() {
    let of = |name: &str| {
        let certificate = certificate(name);
        let reference = reference(&format!(
            "<ds:X509Data><ds:X509SKI>{}</ds:X509SKI></ds:X509Data>",
            base64_encode(certificate.subject_key_identifier().expect("one"))
        ));
        let token = format!(
            "<w:BinarySecurityToken xmlns:w=\"{}\" ValueType=\"{}#X509v3\">{}</w:BinarySecurityToken>",
            name::WSSE.uri,
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0",
            base64_encode(certificate.der())
        );
        let direct = "<wsse:Reference URI=\"#BT\"></wsse:Reference>".replace("wsse:", "w:");
        let direct = direct.replace("<w:Reference", &format!("<w:Reference xmlns:w=\"{}\"", name::WSSE.uri));
        let in_front = token.replace(" ValueType", " Id=\"BT\" ValueType");
        [(reference.repeat(2), String::new()), (token, String::new()), (direct, in_front)]
    };
    let (call, accepting) = ("accept_key_info_of_other_shapes", service().accept_key_info_of_other_shapes());
    for ((own, token), (other, others)) in of("bob").into_iter().zip(of("carol")) {
        let [own, other] = [(own, token), (other, others)].map(|(key_info, token)| encrypted_naming(&key_info, &token));
        opens_by(call, &accepting, Waiver::KeyInfoOfOtherShapes, &own, &other);
    }
    // An empty one names the only key.
    let empty = encrypted_naming("", "");
    let error = service().open(&empty).map(drop).expect_err("refused").to_string();
    assert!(error.contains("`accept_key_info_of_other_shapes`"), "{error}");
    assert!(accepting.open(&empty).is_ok());
    let untyped = |name: &str| {
        let token = format!(
            "<w:BinarySecurityToken xmlns:w=\"{}\" Id=\"BT\">{}</w:BinarySecurityToken>",
            name::WSSE.uri,
            base64_encode(certificate(name).der())
        );
        encrypted_naming(&reference("<wsse:Reference URI=\"#BT\"></wsse:Reference>"), &token)
    };
    let accepting = service().accept_token_types_by_name();
    opens_by("accept_token_types_by_name", &accepting, Waiver::TokenTypesByName, &untyped("bob"), &untyped("carol"));
}

/// Ciphertext that no list names, and whose key is in the header: it is called by its Id or by its name.
#[test]
fn ciphertext_without_a_list_finds_its_key_in_the_header() {
    let secret = sixteen();
    let key = key_to_bob(&secret, oaep(), &[]);
    let carried = "<xenc:CarriedKeyName>session</xenc:CarriedKeyName></xenc:EncryptedKey>";
    let carried = key.replace("</xenc:EncryptedKey>", carried);
    let retrieval = "<ds:RetrievalMethod Type=\"http://www.w3.org/2001/04/xmlenc#EncryptedKey\" URI=\"#EK-1\">\
                     </ds:RetrievalMethod>";
    let message = |key_info: &str, key: &str| {
        let encrypt = |octets: &[u8]| data(&secret, &PlaintextType::Content, Some(key_info), octets);
        shaped(Signed::Plaintext, &encrypt, key, "")
    };
    let (call, accepting) = ("accept_unlisted_encrypted_data", service().accept_unlisted_encrypted_data());
    let waiver = Waiver::UnlistedEncryptedData;
    let session = "<ds:KeyName>session</ds:KeyName>";
    opens_by(call, &accepting, waiver, &message(retrieval, &key), &message(&retrieval.replace("#EK-1", "#EK-2"), &key));
    opens_by(call, &accepting, waiver, &message(session, &carried), &message(session, &key));
    // A secret of that name is the one that is meant.
    let own = accepting.shared_secret(Some("session".to_owned()), ws_security::Secret::new(vec![1; 16]));
    assert!(own.open(message(session, &carried)).is_err());
}

/// Two recipients, each with a key that lists the same ciphertext, in both orders.
#[test]
fn ciphertext_for_two_recipients_opens_for_each() {
    let secret = sixteen();
    let bob = key_to_bob(&secret, oaep(), &[ID]);
    let other = bob.replace(&certificate("bob").subject().to_string(), "CN=Somebody else").replace("EK-1", "EK-2");
    let encrypt = |octets: &[u8]| data(&secret, &PlaintextType::Content, None, octets);
    for keys in [format!("{bob}{other}"), format!("{other}{bob}")] {
        let opened = service().open(shaped(Signed::Plaintext, &encrypt, &keys, ""));
        assert!(opened.expect("opens").body().xml().contains(AMOUNT));
    }
    // Both for us: the second key has nothing left to decrypt.
    let twice = format!("{bob}{}", bob.replace("EK-1", "EK-2"));
    refuse_strictly(&service(), &shaped(Signed::Plaintext, &encrypt, &twice, ""));
    // A list may not name what is not there, even if its key is for somebody else.
    let nothing = other.replace(&format!("#{ID}"), "#ED-2");
    refuse(&service(), &shaped(Signed::Plaintext, &encrypt, &format!("{bob}{nothing}"), ""));
}
