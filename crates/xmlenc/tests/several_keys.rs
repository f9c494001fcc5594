//! Documents whose recipient holds several keys, of which one is the right one.

use std::sync::Arc;

use wss_c14n::{Budget, Document, Element, Limit, Limits, TakeAlong, Writer, name};
use wss_crypto::{
    ContentEncryption, DigestMethod, KeyDerivation, KeyTransport, KeyUnwrap, KeyWrap, OtherInfo, PrivateKey, PublicKey,
    Secret, SystemRandom,
};
use wss_xmlenc::{
    Agreement, AlgorithmPolicy, DecryptError, Decrypted, ElementPlaintext, EncryptedData, Encryption, KeyMethod,
    KeySource, PlaintextType, decrypt_document, decrypt_xml, encrypt_element, encrypt_octets, write_encrypted_key,
};

const SOURCE: &str = "<r><part>4711</part></r>";

#[derive(Default)]
struct Keys {
    private: Vec<Arc<dyn KeyUnwrap>>,
    secrets: Vec<Secret>,
}

impl KeySource for Keys {
    fn secrets(&self, _: Option<Element<'_>>) -> Vec<Secret> {
        self.secrets.clone()
    }

    fn private_keys(&self, _: Option<Element<'_>>) -> Vec<Arc<dyn KeyUnwrap>> {
        self.private.clone()
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
    Agreement { derivation, wrap: KeyWrap::Aes128, ..Agreement::default() }
}

/// The document with its part encrypted to `recipient`, whom nothing names.
fn encrypted_to(recipient: &PublicKey) -> String {
    let content = ContentEncryption::Aes128Gcm;
    let key = Secret::generate(&SystemRandom, content.key_len()).expect("random");
    let agreed = agreement().wrap(recipient, &key, &SystemRandom).expect("agrees");
    let mut info = Writer::within(&[name::DS]);
    agreement().write(&mut info, &agreed.originator, |_| {});
    let method = KeyMethod::Wrap(KeyWrap::Aes128);
    let sent = write_encrypted_key(None, &method, Some(&info.finish()), &agreed.wrapped, &[]);
    encrypted(content, &key, Some(&sent))
}

/// The document with its part encrypted under `key`, for which `key_info` is.
fn encrypted(content: ContentEncryption, key: &Secret, key_info: Option<&str>) -> String {
    let document = Document::parse(SOURCE, &Limits::default()).expect("well-formed");
    let part = document.elements().find(|element| element.name().local == "part").expect("a part");
    let data = encrypt_element(
        ElementPlaintext { element: part, along: TakeAlong::Namespaces, kind: &PlaintextType::Element },
        Encryption::new(content, key).key_info(key_info),
        &SystemRandom,
        &Budget::new(&Limits::default(), SOURCE.len() as u64),
    );
    format!("<r>{}</r>", data.expect("encrypts"))
}

/// A key of the vectors.
fn key(name: &str) -> PrivateKey {
    let path = format!("{}/../../vectors/keys/{name}.key", env!("CARGO_MANIFEST_DIR"));
    PrivateKey::from_pem(&std::fs::read(path).expect("a key of the vectors")).expect(name)
}

/// What a decryption charges must not tell whether padding or XML was wrong: another key is tried with what is left.
#[test]
fn what_is_left_of_a_limit_tells_nothing_of_padding() {
    let content = ContentEncryption::Aes128Cbc;
    let key = Secret::generate(&SystemRandom, content.key_len()).expect("random");
    let kind = PlaintextType::Content;
    let mut left = Vec::new();
    for len in 32..80 {
        // No plaintext is well-formed; its padding is right, or that of a wrong key.
        let xml = encrypt_octets("<".repeat(len).as_bytes(), &kind, Encryption::new(content, &key), &SystemRandom);
        let xml = xml.expect("encrypts");
        let document = Document::parse(xml.as_str(), &Limits::default()).expect("well-formed");
        let data = EncryptedData::parse(document.root()).expect("data");
        for key in [key.clone(), Secret::generate(&SystemRandom, content.key_len()).expect("random")] {
            let budget = Budget::new(&Limits::default(), 1_000);
            let failed = decrypt_xml(&data, &key, &budget);
            assert!(matches!(failed, Err(DecryptError::Failed)), "{len}");
            left.push((len / 16, budget.left(Limit::ParsedOctets)));
        }
    }
    left.dedup();
    assert_eq!(left.len(), 3, "as many as lengths of ciphertext: {left:?}");
}

fn fresh_keys(like: &PublicKey, count: usize) -> Vec<Arc<dyn KeyUnwrap>> {
    let fresh = || Arc::new(PrivateKey::ephemeral_for(like, &SystemRandom).expect("a key")) as Arc<dyn KeyUnwrap>;
    (0..count).map(|_| fresh()).collect()
}

fn decrypted(message: &str, keys: Vec<Arc<dyn KeyUnwrap>>, limits: &Limits) -> Result<Decrypted, DecryptError> {
    let keys = Keys { private: keys, ..Keys::default() };
    decrypt_document(message, &keys, &AlgorithmPolicy::everything_for_legacy_use_only(), limits)
}

#[test]
fn each_key_on_the_curve_is_tried() {
    for name in ["ka-ec256", "ka-x25519"] {
        let recipient = key(name);
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

/// The ciphers whose plaintext nothing authenticates, too: there a wrong key gives octets with a padding in one of 16 cases.
const CIPHERS: [ContentEncryption; 3] =
    [ContentEncryption::Aes128Gcm, ContentEncryption::Aes256Cbc, ContentEncryption::TripleDesCbc];

/// Under RSA-1.5 a wrong key does not show when it unwraps: it gives a substitute, and only the content tells.
#[test]
fn each_rsa_key_is_tried_up_to_the_content() {
    let wrong = || ["alice", "carol"].map(|name| Arc::new(key(name)) as Arc<dyn KeyUnwrap>).to_vec();
    let bob = key("bob");
    for transport in [KeyTransport::Rsa15, KeyTransport::oaep_mgf1p()] {
        for content in CIPHERS {
            for round in 0..24 {
                let secret = Secret::generate(&SystemRandom, content.key_len()).expect("random");
                let wrapped = bob.public_key().wrap_key(&transport, &secret).expect("wraps");
                let method = KeyMethod::Transport(transport.clone());
                let sent = write_encrypted_key(None, &method, None, &wrapped, &[]);
                let message = encrypted(content, &secret, Some(&sent));
                let what = format!("{transport:?} {content:?}, round {round}");
                for at in 0..3 {
                    let mut keys = wrong();
                    keys.insert(at, Arc::new(bob.clone()));
                    match decrypted(&message, keys, &Limits::default()) {
                        Ok(Decrypted::Document(text)) => assert!(text.contains(">4711</part>"), "{what}: {text}"),
                        other => panic!("{what}, as number {at}: {other:?}"),
                    }
                }
                assert_eq!(decrypted(&message, wrong(), &Limits::default()), Err(DecryptError::Failed), "{what}");
            }
        }
    }
}

#[test]
fn each_secret_of_the_length_is_tried() {
    for content in CIPHERS {
        for round in 0..24 {
            let secret = Secret::generate(&SystemRandom, content.key_len()).expect("random");
            let message = encrypted(content, &secret, None);
            let wrong = || Secret::generate(&SystemRandom, content.key_len()).expect("random");
            let try_with = |secrets| {
                let keys = Keys { secrets, ..Keys::default() };
                let policy = AlgorithmPolicy::everything_for_legacy_use_only();
                decrypt_document(&message, &keys, &policy, &Limits::default())
            };
            let found = try_with(vec![Secret::new(vec![7; 17]), wrong(), wrong(), secret]);
            assert!(matches!(found, Ok(Decrypted::Document(_))), "{content:?}, round {round}: {found:?}");
            assert_eq!(try_with(vec![wrong(), wrong()]), Err(DecryptError::Failed), "{content:?}");
        }
    }
}

/// Neither the error of a key that is tried later nor a limit says whether the padding was right under the one before.
#[test]
fn errors_of_later_keys_say_nothing_of_padding() {
    let content = ContentEncryption::Aes128Cbc;
    let bob = key("bob");
    let limits = Limits::default().with(Limit::EncryptedKeys, 1);
    let octets = PlaintextType::Other(Some("urn:octets".into()));
    let of = |secret: &Secret, kind: &PlaintextType, plain: &[u8]| {
        let fresh = Secret::generate(&SystemRandom, content.key_len()).expect("random");
        let wrapped = bob.public_key().wrap_key(&KeyTransport::oaep_mgf1p(), secret).expect("wraps");
        let method = KeyMethod::Transport(KeyTransport::oaep_mgf1p());
        let sent = write_encrypted_key(None, &method, None, &wrapped, &[]).repeat(3);
        [secret, &fresh].map(|key| {
            let data =
                encrypt_octets(plain, kind, Encryption::new(content, key).key_info(sent.as_str()), &SystemRandom)
                    .expect("encrypts");
            decrypted(&format!("<r>{data}</r>"), vec![Arc::new(bob.clone())], &limits)
        })
    };
    for round in 0..16 {
        let secret = Secret::generate(&SystemRandom, content.key_len()).expect("random");
        // What a wrong key gives may be short content by chance, but no long one.
        let open = b"<open".repeat(12);
        for (kind, plain) in [(&octets, &b"4711"[..]), (&PlaintextType::Content, &open)] {
            let outcomes = of(&secret, kind, plain);
            assert!(outcomes.iter().all(|outcome| *outcome == Err(DecryptError::Failed)), "{round}: {outcomes:?}");
        }
    }
}

/// Where nothing authenticates the plaintext, padding fits by chance under a wrong key, which must not pass for the right one.
#[test]
fn octets_of_a_wrong_key_are_not_handed_out() {
    let content = ContentEncryption::Aes128Cbc;
    let mut refused = 0;
    for _ in 0..400 {
        let secrets = [(); 2].map(|()| Secret::generate(&SystemRandom, content.key_len()).expect("random"));
        let [wrong, right] = secrets;
        let octets = PlaintextType::Other(Some("urn:octets".into()));
        let data = encrypt_octets(b"4711", &octets, Encryption::new(content, &right), &SystemRandom).expect("encrypts");
        for secrets in
            [vec![wrong.clone(), right.clone()], vec![right.clone(), wrong], vec![right.clone(), right.clone()]]
        {
            let one = secrets.iter().all(|secret| secret.as_octets() == right.as_octets());
            let keys = Keys { secrets, ..Keys::default() };
            let policy = AlgorithmPolicy::everything_for_legacy_use_only();
            match decrypt_document(&data, &keys, &policy, &Limits::default()) {
                Ok(Decrypted::Octets(found)) => assert_eq!(found, b"4711"),
                Err(DecryptError::Failed) if !one => refused += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    // A padding fits in one of 16 cases, in either order of the two.
    assert!(refused > 0 && refused < 200, "{refused}");
}

#[test]
fn each_rsa_key_that_is_tried_is_charged() {
    let bob = key("bob");
    let content = ContentEncryption::Aes128Gcm;
    let secret = Secret::generate(&SystemRandom, content.key_len()).expect("random");
    let transport = KeyTransport::oaep_mgf1p();
    let wrapped = bob.public_key().wrap_key(&transport, &secret).expect("wraps");
    let sent = write_encrypted_key(None, &KeyMethod::Transport(transport), None, &wrapped, &[]);
    let message = encrypted(content, &secret, Some(&sent));
    let keys = || ["alice", "carol", "bob"].map(|name| Arc::new(key(name)) as Arc<dyn KeyUnwrap>).to_vec();
    let limits = |count| Limits::default().with(Limit::KeysTried, count);
    assert!(decrypted(&message, keys(), &limits(3)).is_ok());
    assert!(matches!(decrypted(&message, keys(), &limits(2)), Err(DecryptError::Limit(_))));
}
