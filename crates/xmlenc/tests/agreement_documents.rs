//! Content keys of documents that are agreed on, where the recipient holds several keys on one curve.

use std::sync::Arc;

use wss_c14n::{Document, Element, Limit, Limits, TakeAlong, Writer, name};
use wss_crypto::{
    ContentEncryption, DigestMethod, KeyDerivation, KeyUnwrap, KeyWrap, OtherInfo, PrivateKey, PublicKey, Secret,
    SystemRandom,
};
use wss_xmlenc::{
    Agreement, AlgorithmPolicy, DecryptError, Decrypted, KeyMethod, KeySource, PlaintextType, decrypt_document,
    encrypt_octets, plaintext_of, write_encrypted_key,
};

const SOURCE: &str = "<r><part>4711</part></r>";

struct Keys(Vec<Arc<dyn KeyUnwrap>>);

impl KeySource for Keys {
    fn secrets(&self, _: Option<Element<'_>>) -> Vec<Secret> {
        Vec::new()
    }

    fn private_keys(&self, _: Option<Element<'_>>) -> Vec<Arc<dyn KeyUnwrap>> {
        self.0.clone()
    }

    fn originators(&self, _: Element<'_>) -> Vec<PublicKey> {
        Vec::new()
    }

    fn master_secrets(&self, _: Option<&str>) -> Vec<Secret> {
        Vec::new()
    }
}

fn agreement() -> Agreement {
    let derivation = KeyDerivation::ConcatKdf { digest: DigestMethod::Sha256, other_info: OtherInfo::default() };
    Agreement { derivation, wrap: KeyWrap::Aes128 }
}

/// The document with its part encrypted to `recipient`, whom nothing names.
fn encrypted_to(recipient: &PublicKey) -> String {
    let document = Document::parse(SOURCE, &Limits::default()).expect("well-formed");
    let part = document.elements().find(|element| element.name().local == "part").expect("a part");
    let content = ContentEncryption::Aes128Gcm;
    let key = Secret::generate(&SystemRandom, content.key_len()).expect("random");
    let agreed = agreement().wrap(recipient, &key, &SystemRandom).expect("agrees");
    let mut info = Writer::within(&[name::DS]);
    agreement().write(&mut info, &agreed.originator, |_| {});
    let method = KeyMethod::Wrap(KeyWrap::Aes128);
    let sent = write_encrypted_key(None, &method, Some(&info.finish()), &agreed.wrapped, &[]);
    let octets = plaintext_of(part, &PlaintextType::Element, TakeAlong::Namespaces);
    let data = encrypt_octets(&octets, &PlaintextType::Element, content, &key, None, Some(&sent), &SystemRandom);
    format!("<r>{}</r>", data.expect("encrypts"))
}

fn fresh_keys(like: &PublicKey, count: usize) -> Vec<Arc<dyn KeyUnwrap>> {
    let fresh = || Arc::new(PrivateKey::ephemeral_for(like, &SystemRandom).expect("a key")) as Arc<dyn KeyUnwrap>;
    (0..count).map(|_| fresh()).collect()
}

fn decrypted(message: &str, keys: Vec<Arc<dyn KeyUnwrap>>, limits: &Limits) -> Result<Decrypted, DecryptError> {
    decrypt_document(message, &Keys(keys), &AlgorithmPolicy::everything_for_legacy_use_only(), limits)
}

#[test]
fn each_key_on_the_curve_is_tried() {
    for name in ["ka-ec256", "ka-x25519"] {
        let path = format!("{}/../../vectors/keys/{name}.key", env!("CARGO_MANIFEST_DIR"));
        let recipient = PrivateKey::from_pem(&std::fs::read(path).expect("a key of the vectors")).expect(name);
        let public = recipient.public_key().clone();
        let message = encrypted_to(&public);
        let last = |others| {
            let mut keys = fresh_keys(&public, others);
            keys.push(Arc::new(recipient.clone()));
            keys
        };
        let Decrypted::Document(text) = decrypted(&message, last(2), &Limits::default()).expect(name) else {
            panic!("{name}: a document")
        };
        assert!(text.contains(">4711</part>"), "{text}");
        assert_eq!(decrypted(&message, fresh_keys(&public, 2), &Limits::default()), Err(DecryptError::Failed));
        // Each try is an operation with a private key.
        let limits = Limits::default().with(Limit::PrivateKeyOperations, 2);
        assert!(decrypted(&message, last(1), &limits).is_ok(), "{name}");
        assert!(matches!(decrypted(&message, last(2), &limits), Err(DecryptError::Limit(_))), "{name}");
    }
}
