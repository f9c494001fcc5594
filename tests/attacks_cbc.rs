//! CBC under a signature: whoever replaces an element that leads to the key makes another plaintext of the signed
//! ciphertext.

mod common;

use common::*;
use ws_security::attachments::{Attachment, Package};
use ws_security::c14n::{Budget, Canonicalization, Document, Element, Limits, Subset, Writer, base64_encode, name};
use ws_security::crypto::decrypt;
use ws_security::prelude::*;
use ws_security::tokens::ReferenceForm;
use ws_security::xmlenc::{EncryptedData, EncryptedKey, KeyMethod, write_encrypted_key};
use ws_security::{
    AlgorithmPolicy, ContentEncryption, CoverageLost, DangerousNoReplayCache, KeyTransport, OpenError, ProtectionToken,
    RequirementError, Secret, SecureConversation, SignatureMethod, Waiver,
};

const CONTEXT: &str = "urn:uuid:6e5c2c0e-7d0a-4b4e-9a44-0f9f6b1f1b11";
const CBC: ContentEncryption = ContentEncryption::Aes128Cbc;

fn secret() -> Secret {
    Secret::new(vec![7; 16])
}

fn demanding(parts: &[Part]) -> Receiver {
    let requirements = Requirements::signed_body_and(parts.to_vec()).also_signed([Part::Timestamp]);
    Receiver::new(trust(), requirements, DangerousNoReplayCache)
        .decrypt_with(identity("bob"))
        .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())))
        .shared_secret(Some(CONTEXT.to_owned()), secret())
        .algorithms(AlgorithmPolicy::default().admit_cbc())
}

fn find<'d>(document: &'d Document<'d>, local: &str) -> Element<'d> {
    document.elements().find(|element| element.name().local == local).unwrap_or_else(|| panic!("no {local}"))
}

/// The message with Alice's signature made again over the present SignedInfo.
fn resigned(message: &str) -> String {
    let document = Document::parse(message, &Limits::default()).expect("well-formed");
    let octets = Canonicalization::default()
        .to_octets(&Subset::subtree(find(&document, "SignedInfo")), &Budget::dangerous_unbounded());
    let alice = identity("alice");
    let value = alice.signing_key().sign(SignatureMethod::RsaSha256, &octets.expect("canonical")).expect("signed");
    let old = find(&document, "SignatureValue").text().expect("text").into_owned();
    message.replace(&old, &base64_encode(&value))
}

/// The references of the signature whose URI begins so, each with its octets.
fn references(message: &str, prefix: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (start, _) in message.match_indices(&format!("<ds:Reference URI=\"#{prefix}")) {
        let end = start + message[start..].find("</ds:Reference>").expect("its end") + "</ds:Reference>".len();
        found.push(message[start..end].to_owned());
    }
    found
}

fn lost(error: &OpenError) -> (String, &'static str) {
    match error {
        OpenError::Requirement(RequirementError::CoverageLost {
            part,
            why: CoverageLost::UnsignedKey { uncovered, .. },
        }) => (part.to_string(), uncovered),
        other => panic!("{other:?}"),
    }
}

/// A Body of one block: of 256 keys about one makes an empty content of the signed ciphertext.
#[test]
fn a_body_whose_key_was_replaced_is_refused() {
    let envelope = format!("<s:Envelope xmlns:s=\"{SOAP11}\"><s:Body>pay 1</s:Body></s:Envelope>");
    let encrypting = Encrypting::to(&certificate("bob")).content(CBC).parts([Part::Body]);
    let plan =
        recipe().encrypt(encrypting).sign(Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]));
    let genuine = plan.secured(&envelope);
    assert!(demanding(&[]).open(&genuine).expect("opens").body().xml().contains("pay 1"));
    let [reference] = &references(&genuine, "EK-")[..] else { panic!("the key is signed\n{genuine}") };
    let unsigned_key = resigned(&genuine.replace(reference, ""));
    let document = Document::parse(&unsigned_key, &Limits::default()).expect("well-formed");
    let data = EncryptedData::parse(find(&document, "EncryptedData")).expect("data");
    let octets = data.cipher_octets(1_024).expect("octets");
    let makes_nothing = |key: &Secret| decrypt(CBC, key, octets.clone()).is_ok_and(|plaintext| plaintext.is_empty());
    let mut keys = (0_u128..).map(|n| Secret::new(n.to_be_bytes().to_vec()));
    let forged = keys.find(makes_nothing).expect("a key");
    let genuine_key =
        EncryptedKey::parse(find(&document, "EncryptedKey"), &Budget::dangerous_unbounded()).expect("a key");
    let bob = certificate("bob");
    let transport = KeyTransport::oaep_mgf1p();
    let wrapped = bob.public_key().wrap_key(&transport, &forged).expect("wrapped");
    let mut key_info = Writer::within(&[name::XENC, name::DS]);
    ReferenceForm::IssuerSerial.write(&mut key_info, &bob, "");
    let listed = genuine_key.data_references().to_vec();
    let method = KeyMethod::Transport(transport);
    let replacement = write_encrypted_key(genuine_key.id(), &method, Some(&key_info.finish()), &wrapped, &listed);
    let forged = unsigned_key.replace(&unsigned_key[genuine_key.element().span()], &replacement);
    assert_eq!(lost(&refuse(&demanding(&[]), &forged)), ("Body".to_owned(), "xenc:EncryptedKey"));
    // The effect of the named call: the Body is empty, which no one sent.
    let lax = demanding(&[]).dangerous_accept_cbc_under_unsigned_keys();
    assert!(!lax.open(&forged).expect("opens").body().xml().contains("pay 1"));
    // With the signature that our sender makes, the replaced key is a changed part.
    let start = genuine.find("<xenc:EncryptedKey").expect("a key");
    let end = genuine.find("</xenc:EncryptedKey>").expect("its end") + "</xenc:EncryptedKey>".len();
    let error = refuse(&demanding(&[]), &genuine.replace(&genuine[start..end], &replacement));
    assert!(matches!(error, OpenError::Verify(_)), "{error}");
}

/// Every way to a key, every kind of part: our signatures cover the way, and one that leaves out a step of it does not
/// count.
#[test]
fn signed_cbc_ciphertext_counts_only_with_every_step_to_its_key() {
    let version = SecureConversation::V1_3;
    let encrypted = || ProtectionToken::encrypted_to(&certificate("bob"));
    let context = || ProtectionToken::security_context(version, CONTEXT, secret());
    let user = || ProtectionToken::username("ann", "s3cret");
    let to = Encrypting::with_token;
    type Way = (Encrypting, &'static [(&'static str, &'static str)]);
    let ways: [Way; 7] = [
        (Encrypting::to(&certificate("bob")), &[("EK-", "xenc:EncryptedKey")]),
        (to(&encrypted()), &[("EK-", "xenc:EncryptedKey")]),
        (to(&encrypted().derived_keys(version)), &[("EK-", "xenc:EncryptedKey"), ("DK-", "wsc:DerivedKeyToken")]),
        (to(&context()), &[("SCT-", "wsc:SecurityContextToken")]),
        (to(&context().derived_keys(version)), &[("SCT-", "wsc:SecurityContextToken"), ("DK-", "wsc:DerivedKeyToken")]),
        (to(&user()), &[("UT-", "wsse:UsernameToken")]),
        (to(&user().derived_keys(version)), &[("UT-", "wsse:UsernameToken"), ("DK-", "wsc:DerivedKeyToken")]),
    ];
    let inside = "<p:To wsu:Id=\"inside\" xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\">";
    let envelope = envelope(SOAP12).replace("<p:To>", inside);
    let parts = [
        (Part::Body, "Body".to_owned()),
        (Part::Id("inside".to_owned()), "Body".to_owned()),
        (action(), action().to_string()),
    ];
    for (to, steps) in &ways {
        for (part, named) in &parts {
            let encrypting = to.clone().content(CBC).parts([part.clone()]);
            let plan = recipe().encrypt(encrypting).sign(signing()).plan().expect("a plan");
            let message = plan.message(&envelope).secure().expect("secured").message;
            let receiver = demanding(&[action()]);
            let opened = receiver.open(&message).unwrap_or_else(|error| panic!("{steps:?} {part}: {error}\n{message}"));
            assert!(opened.body().xml().contains("Ann") && opened.header_block(WSA, "Action").is_some());
            assert!(opened.evidence().signatures.iter().all(|signature| signature.lost.is_empty()));
            for (prefix, element) in *steps {
                let [reference] = &references(&message, prefix)[..] else { panic!("{prefix}\n{message}") };
                let less = resigned(&message.replace(reference, ""));
                let error = refuse(&receiver, &less);
                assert_eq!(lost(&error), (named.clone(), *element), "{part}");
                let text = error.to_string();
                assert!(
                    text.contains(named.as_str()) && text.contains("dangerous_accept_cbc_under_unsigned_keys"),
                    "{text}"
                );
                // Where the part is not demanded, it is not handed out, and the evidence says why.
                if *part == action() {
                    let opened = demanding(&[]).open(&less).expect("the Body is not concerned");
                    assert!(opened.header_block(WSA, "Action").is_none());
                    let lost = opened.evidence().signatures.iter().flat_map(|signature| &signature.lost);
                    assert!(lost.map(|lost| lost.part.to_string()).eq([named.to_string()]));
                }
                let lax = receiver.clone().dangerous_accept_cbc_under_unsigned_keys();
                let opened = lax.open(&less).expect("opens");
                assert!(opened.evidence().waived.contains(&Waiver::CbcUnderUnsignedKeys));
            }
            // An authenticating cipher decrypts with one key only, and needs none of this.
            let gcm = to.clone().content(ContentEncryption::Aes128Gcm).parts([part.clone()]);
            let message = recipe().encrypt(gcm).sign(signing()).secured(&envelope);
            assert!(steps.iter().all(|(prefix, _)| references(&message, prefix).is_empty()));
            assert!(receiver.open(&message).is_ok());
        }
    }
}

/// Another signature, made over the plaintext, still proves it: sign, encrypt, sign.
#[test]
fn a_signature_over_the_plaintext_is_not_concerned() {
    let encrypting = Encrypting::to(&certificate("bob")).content(CBC).parts([Part::Body]);
    let plan = recipe().sign(signing()).encrypt(encrypting).sign(signing()).plan().expect("a plan");
    let message = plan.message(&envelope(SOAP11)).secure().expect("secured").message;
    assert!(demanding(&[]).open(&message).is_ok());
    // Only the outer signature, which comes first, is made again.
    let [reference] = &references(&message, "EK-")[..] else { panic!("the key is signed\n{message}") };
    let opened = demanding(&[]).open(resigned(&message.replace(reference, ""))).expect("the inner signature proves it");
    let lost: Vec<bool> = opened.evidence().signatures.iter().map(|signature| !signature.lost.is_empty()).collect();
    assert_eq!(lost, [true, false]);
}

/// Of two keys one inside the other, the outer authenticates and the inner does not.
#[test]
fn nested_ciphertext_loses_what_is_around_it() {
    let inner = Encrypting::to(&certificate("bob")).content(CBC).parts([Part::Body]);
    let outer = Encrypting::to(&certificate("bob")).content(ContentEncryption::Aes256Gcm).parts([Part::Body]);
    let plan = recipe().encrypt(inner).encrypt(outer).sign(signing()).plan().expect("a plan");
    let message = plan.message(&envelope(SOAP11)).secure().expect("secured").message;
    let [reference] = &references(&message, "EK-")[..] else { panic!("one key is signed\n{message}") };
    assert!(demanding(&[]).open(&message).is_ok());
    let error = refuse(&demanding(&[]), &resigned(&message.replace(reference, "")));
    assert_eq!(lost(&error), ("Body".to_owned(), "xenc:EncryptedKey"));
}

/// Anyone can sign under a key of his own that is encrypted to the receiver: that is no licence to have ciphertext of
/// others decrypted, whose answers would tell the plaintext.
#[test]
fn an_anonymous_signature_has_no_cbc_decrypted() {
    let cbc = ws_security::ContentEncryption::Aes256Cbc;
    let theirs = Recipe::new().encrypt(Encrypting::to(&certificate("bob")).content(cbc).parts([Part::Body]));
    let theirs = theirs.secured(&envelope(SOAP11));
    let at = theirs.rfind("<xenc:CipherValue>").expect("a value") + 58;
    let token = ws_security::ProtectionToken::encrypted_to(&certificate("bob"));
    let receiver =
        receiver().decrypt_with(identity("bob")).algorithms(ws_security::AlgorithmPolicy::default().admit_cbc());
    for octet in ["", "A", "B", "Z"] {
        let mut changed = theirs.clone();
        changed.replace_range(at..at + octet.len(), octet);
        let signing = Signing::with_token(&token).parts([Part::Body, Part::Timestamp]);
        let plan = recipe().sign(signing).plan().expect("a plan");
        let message = plan.message(&changed).secure().expect("secured").message;
        assert_eq!(refuse(&receiver, &message), OpenError::UnauthenticatedCbc);
    }
}

/// The same for attachments, whose ciphertext is beside the envelope.
#[test]
fn an_anonymous_signature_has_no_attachment_under_cbc_decrypted() {
    let parts = [Part::Body, Part::Timestamp, Part::Attachments];
    let opened = |signing: Signing, requirements: Requirements| {
        let cbc = Encrypting::to(&certificate("bob")).content(CBC).parts([Part::Attachments]);
        let plan = recipe().encrypt(cbc).sign(signing.parts(parts.clone())).plan().expect("a plan");
        let note = Attachment::new("note@example.org", "text/plain", "pay 1").expect("an attachment");
        let package = plan.message(&envelope(SOAP11)).attachments(vec![note]).secure().expect("secured").message;
        let (content_type, octets) = (package.content_type(), package.write(Vec::new()).expect("written"));
        let package = Package::parse_body(&content_type, &octets, &Limits::default()).expect("a package");
        let receiver = Receiver::new(trust(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"));
        let receiver = receiver.algorithms(AlgorithmPolicy::default().admit_cbc());
        assert_eq!(lenient(receiver.clone()).open(&package).map(drop), receiver.open(&package).map(drop));
        receiver.open(&package).map(drop)
    };
    let required = || Requirements::signed(parts.clone());
    let anyone = || Signing::with_token(&ProtectionToken::encrypted_to(&certificate("bob")));
    assert_eq!(opened(Signing::with(&identity("alice")), required()), Ok(()));
    assert_eq!(opened(anyone(), required()), Err(OpenError::UnauthenticatedCbc));
    // Where everybody is an accepted signer, everybody may ask: the call says so.
    assert_eq!(opened(anyone(), required().dangerous_anonymous()), Ok(()));
}
