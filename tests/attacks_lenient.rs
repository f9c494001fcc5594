//! Each call that accepts another shape, switched on alone, with a message that needs it: the wrapping generator opens nothing
//! but the genuine Body and the genuine timestamp.

#[path = "common/by_path.rs"]
mod by_path;
mod common;
#[path = "common/encrypted.rs"]
mod encrypted;
#[allow(dead_code, reason = "the tests of explanations use the rest")]
#[path = "explain/forge.rs"]
mod forge;
#[path = "common/signed_again.rs"]
mod signed_again;
#[path = "common/wrapped.rs"]
mod wrapped;

use common::*;
use encrypted::*;
use signed_again::signed_again;
use ws_security::crypto::ContentEncryption;
use ws_security::prelude::*;
use ws_security::tokens::parse_instant;
use ws_security::xmlenc::PlaintextType;
use ws_security::{ProtectionToken, Secret, SecureConversation};

type Accept = fn(Receiver) -> Receiver;

fn replaced(message: &str, from: &str, to: &str) -> String {
    let changed = message.replacen(from, to, 1);
    assert_ne!(changed, message, "{from}");
    changed
}

fn between<'m>(message: &'m str, start: &str, end: &str) -> &'m str {
    message.split_once(start).and_then(|(_, rest)| rest.split_once(end)).expect("a place").0
}

/// The calls, each with messages that open by it and not without it.
fn needing() -> Vec<(&'static str, Accept, Vec<String>)> {
    let golden = signed(SOAP11);
    let created = between(&golden, "<wsu:Created>", "<").to_owned();
    let body = between(golden.split_once("<s:Body").expect("a Body").1, "wsu:Id=\"", "\"").to_owned();
    let with_created = |text: &str| signed_again(&replaced(&golden, &created, text)).expect("signed again");
    let without_hash = signed_again(&replaced(&golden, &format!("URI=\"#{body}\""), &format!("URI=\"{body}\"")));
    let token_without_hash = replaced(&golden, "<wsse:Reference URI=\"#", "<wsse:Reference URI=\"");
    let zone = created.trim_end_matches('Z');
    let to_bob = Encrypting::to(&certificate("bob")).parts([Part::header_block(WSA, "To")]);
    let block = recipe().sign(signing()).encrypt(to_bob).secured(&envelope(SOAP11));
    let around = format!("<wsse11:EncryptedHeader{}>", between(&block, "<wsse11:EncryptedHeader", ">"));
    let bare_block = replaced(&replaced(&block, &around, ""), "</wsse11:EncryptedHeader>", "");
    let token = format!(
        "<wsse:BinarySecurityToken{}</wsse:BinarySecurityToken>",
        between(&golden, "<wsse:BinarySecurityToken", "</wsse:BinarySecurityToken>")
    );
    let behind = replaced(&replaced(&golden, &token, ""), "</wsse:Security>", &format!("{token}</wsse:Security>"));

    let reference = format!(
        "<wsse:SecurityTokenReference{}</wsse:SecurityTokenReference>",
        between(&golden, "<wsse:SecurityTokenReference", "</wsse:SecurityTokenReference>")
    );
    let twice = replaced(&golden, &reference, &reference.repeat(2));
    let by_other_name = replaced(&golden, "wsu:Id=\"id-", "id=\"id-");
    let by_other_name = signed_again(&by_other_name).expect("signed again");

    let secret = sixteen();
    let (listing, plain) = (key_to_bob(&secret, oaep(), &[ID]), key_to_bob(&secret, oaep(), &[]));
    let block = format!("<k:Keys xmlns:k=\"urn:k\">{plain}</k:Keys>");
    let of_body = |kind: &PlaintextType, key_info: Option<&str>, front: &str, before: &str| {
        shaped(Signed::Plaintext, &|octets: &[u8]| data(&secret, kind, key_info, octets), front, before)
    };
    let long = Secret::new((7..39).collect());
    let (gcm, content) = (ContentEncryption::Aes128Gcm, PlaintextType::Content);
    let longer = encrypted_afterwards(&leading(&long, 16), gcm, &key_to_bob(&long, oaep(), &[ID]));
    let shorter = replaced(&encrypted_afterwards(&secret, gcm, &listing), "#aes128-gcm", "#aes256-gcm");

    let derived = ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(SecureConversation::V1_3);
    let derived = Signing::with_token(&derived).parts([Part::Body, Part::Timestamp]);
    let derived = recipe().sign(derived).secured(&envelope(SOAP11));
    let typed = "<ds:KeyInfo><wsse:SecurityTokenReference \
        xmlns:wsse11=\"http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd\" \
        wsse11:TokenType=\"http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#EncryptedKey\"";
    let at = derived.rfind("<ds:KeyInfo><wsse:SecurityTokenReference").expect("a KeyInfo");
    let derived =
        format!("{}{}", &derived[..at], derived[at..].replacen("<ds:KeyInfo><wsse:SecurityTokenReference", typed, 1));
    vec![
        (
            "accept_element_paths_in_references",
            Receiver::accept_element_paths_in_references,
            vec![
                by_path::by_path(&golden, "<s:Body", "/soap:Envelope/soap:Body"),
                by_path::by_path(&golden, "<wsu:Timestamp", "/soap:Envelope/soap:Header/wsse:Security/wsu:Timestamp"),
            ],
        ),
        (
            "accept_references_without_hash",
            Receiver::accept_references_without_hash,
            vec![
                without_hash.expect("signed again"),
                token_without_hash,
                encrypted_afterwards(
                    &secret,
                    gcm,
                    &replaced(&listing, "<xenc:DataReference URI=\"#", "<xenc:DataReference URI=\""),
                ),
            ],
        ),
        (
            "accept_encrypted_data_without_type",
            Receiver::accept_encrypted_data_without_type,
            vec![of_body(&PlaintextType::Other(None), None, &listing, "")],
        ),
        ("accept_encrypted_data_as_header_blocks", Receiver::accept_encrypted_data_as_header_blocks, vec![bare_block]),
        (
            "accept_encrypted_keys_outside_the_header",
            Receiver::accept_encrypted_keys_outside_the_header,
            vec![
                of_body(&content, Some(&plain), &list(), ""),
                of_body(&content, Some(&by_reference()), &list(), &block),
            ],
        ),
        (
            "accept_unlisted_encrypted_data",
            Receiver::accept_unlisted_encrypted_data,
            vec![of_body(&content, Some(&plain), "", ""), of_body(&content, Some(&by_reference()), &plain, "")],
        ),
        (
            "accept_token_types_by_name",
            Receiver::accept_token_types_by_name,
            vec![replaced(
                &golden,
                "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3\" wsu",
                "wsse:X509v3\" wsu",
            )],
        ),
        (
            "accept_algorithms_in_other_namespaces",
            Receiver::accept_algorithms_in_other_namespaces,
            vec![
                signed_again(&golden.replace("2001/04/xmlenc#sha256", "2000/09/xmldsig#sha256")).expect("signed again"),
                signed_again(&golden.replace("2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#rsa-sha256"))
                    .expect("signed again"),
            ],
        ),
        (
            "accept_white_space_around_identifiers",
            Receiver::accept_white_space_around_identifiers,
            vec![
                signed_again(&replaced(&golden, &format!("URI=\"#{body}\""), &format!("URI=\" #{body}&#10;\"")))
                    .expect("signed again"),
                signed_again(&golden.replace("xml-exc-c14n#\"", "xml-exc-c14n#\t\"")).expect("signed again"),
                replaced(&golden, "<wsse:Reference URI=\"#", "<wsse:Reference URI=\"\n#"),
                golden.replace("#X509v3\"", "#X509v3 \""),
                encrypted_afterwards(
                    &secret,
                    gcm,
                    &replaced(&listing, "<xenc:DataReference URI=\"#", "<xenc:DataReference URI=\" #"),
                ),
            ],
        ),
        (
            "accept_objects_in_signatures",
            Receiver::accept_objects_in_signatures,
            vec![replaced(&golden, "</ds:Signature>", "<ds:Object>1</ds:Object></ds:Signature>")],
        ),
        (
            "accept_signatures_over_the_whole_document",
            Receiver::accept_signatures_over_the_whole_document,
            vec![forge::over_the_whole_document(&golden), forge::over_the_envelope_by_its_id(&golden)],
        ),
        (
            "accept_fields_in_other_namespaces",
            Receiver::accept_fields_in_other_namespaces,
            vec![signed_again(&golden.replace("wsu:Created", "wsse:Created")).expect("signed again")],
        ),
        (
            "accept_timestamps_of_other_shapes",
            Receiver::accept_timestamps_of_other_shapes,
            vec![
                signed_again(&replaced(&golden, "</wsu:Timestamp>", "<wsu:Received>1</wsu:Received></wsu:Timestamp>"))
                    .expect("signed again"),
            ],
        ),
        ("accept_ids_by_other_names", Receiver::accept_ids_by_other_names, vec![by_other_name]),
        (
            "accept_references_of_other_forms",
            Receiver::accept_references_of_other_forms,
            vec![signed_again(&replaced(&golden, "URI=\"#", "URI=\"http://a.example/#")).expect("signed again")],
        ),
        ("accept_key_info_of_other_shapes", Receiver::accept_key_info_of_other_shapes, vec![twice]),
        ("accept_longer_secrets", Receiver::accept_longer_secrets, vec![longer]),
        ("accept_ciphers_by_key_length", Receiver::accept_ciphers_by_key_length, vec![shorter]),
        ("accept_times_without_zone", Receiver::accept_times_without_zone, vec![with_created(zone)]),
        ("accept_local_times", Receiver::accept_local_times, vec![with_created(&format!("{zone}+00:01"))]),
        ("accept_forward_references", Receiver::accept_forward_references, vec![behind]),
        (
            "accept_other_encodings",
            Receiver::accept_other_encodings,
            vec![format!("<?xml version=\"1.0\" encoding=\"ISO-8859-15\"?>{golden}")],
        ),
        (
            "accept_derived_keys_typed_as_encrypted_keys",
            Receiver::accept_derived_keys_typed_as_encrypted_keys,
            vec![derived],
        ),
    ]
}

#[test]
fn no_call_that_accepts_another_shape_opens_a_wrapped_part() {
    for (call, accept, messages) in needing() {
        for golden in messages {
            let mut strict = receiver().decrypt_with(identity("bob"));
            if call.contains("derived_keys") {
                let requirements = Requirements::signed([Part::Body, Part::Timestamp]).dangerous_anonymous();
                strict = Receiver::new(trust(), requirements, ws_security::DangerousNoReplayCache);
                strict = strict.decrypt_with(identity("bob"));
            }
            let error = strict.open(&golden).map(drop).expect_err(call).to_string();
            assert!(error.contains(&format!("`{call}`")), "{call}: {error}");
            let alone = accept(strict);
            let opened = alone.open(&golden).unwrap_or_else(|error| panic!("{call}: {error}\n{golden}"));
            let genuine = opened.body().xml().to_owned();
            assert!(genuine.contains(AMOUNT));
            // The generator reads UTF-8: the declaration of another encoding comes back in front.
            let (declaration, text) = golden.split_at(golden.find("<s:Envelope").expect("an envelope"));
            let mut tried = 0;
            for local in ["Body", "Timestamp"] {
                tried += wrapped::wrapped(text, local, |message| {
                    if let Ok(opened) = alone.open(format!("{declaration}{message}")) {
                        assert_eq!(opened.body().xml(), genuine, "{call}: {message}");
                        let expires = opened.evidence().timestamp.expect("a timestamp").expires;
                        assert!(expires < parse_instant("2036-01-01T00:00:00Z").ok(), "{call}: {message}");
                    }
                });
            }
            assert!(tried > 1_000, "{call}: {tried}");
        }
    }
}
