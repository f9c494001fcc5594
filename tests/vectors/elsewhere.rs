//! Documents of xmlsec1 under ML-KEM, with the private key kept elsewhere: it is asked for the secret and nothing else.

use std::sync::{Arc, Mutex, mpsc};

use ws_security::c14n::{Element, Limits};
use ws_security::crypto::CryptoError;
use ws_security::xmlenc::{AlgorithmPolicy, DecryptError, Decrypted, KeySource, decrypt_document};
use ws_security::{KeyTransport, KeyUnwrap, PrivateKey, PublicKey, Secret};

use crate::corpus;

const CASES: [(&str, &str, usize); 3] = [
    ("enc-aes128gcm-em-ml-kem-512", "ml-kem-512", 768),
    ("enc-aes256-em-ml-kem-768", "ml-kem-768", 1_088),
    ("enc-aes256gcm-em-ml-kem-1024", "ml-kem-1024", 1_568),
];

type Question = (Vec<u8>, mpsc::Sender<Result<Secret, CryptoError>>);

/// What is here of a key that another thread has: a line to it, and the lengths of what it was asked.
struct Elsewhere {
    line: mpsc::Sender<Question>,
    asked: Mutex<Vec<usize>>,
}

impl Elsewhere {
    /// `changed` is what the service makes of a secret before it answers.
    fn of(name: &str, changed: fn(Secret) -> Result<Secret, CryptoError>) -> Arc<Self> {
        let pem = corpus::read(&format!("keys/xmlsec/ml-kem/{name}-key.p8-pem"));
        let (line, questions) = mpsc::channel::<Question>();
        std::thread::spawn(move || {
            let key = PrivateKey::from_pem_with_password(&pem, Some("secret123")).expect("a key");
            for (encapsulated, answer) in questions {
                let secret = KeyUnwrap::decapsulate(&key, &encapsulated).and_then(changed);
                answer.send(secret).expect("someone waits");
            }
        });
        Arc::new(Self { line, asked: Mutex::default() })
    }
}

impl KeyUnwrap for Elsewhere {
    fn unwrap_key(&self, _: &KeyTransport, _: &[u8], _: Option<usize>) -> Result<Secret, CryptoError> {
        panic!("nothing is transported")
    }

    fn decapsulate(&self, encapsulated: &[u8]) -> Result<Secret, CryptoError> {
        self.asked.lock().expect("a lock").push(encapsulated.len());
        let (answer, answered) = mpsc::channel();
        self.line.send((encapsulated.to_owned(), answer)).expect("the service is there");
        answered.recv().expect("an answer")
    }
}

struct Keys(Arc<Elsewhere>);

impl KeySource for Keys {
    fn secrets(&self, _: Option<Element<'_>>) -> Vec<Secret> {
        Vec::new()
    }

    fn private_keys(&self, _: Option<Element<'_>>) -> Vec<Arc<dyn KeyUnwrap>> {
        vec![Arc::clone(&self.0) as Arc<dyn KeyUnwrap>]
    }

    fn originators(&self, _: Element<'_>) -> Vec<PublicKey> {
        Vec::new()
    }

    fn master_secrets(&self, _: Option<&str>) -> Vec<Secret> {
        Vec::new()
    }
}

fn decrypt(case: &str, key: &Arc<Elsewhere>) -> Result<Decrypted, DecryptError> {
    let source = String::from_utf8(corpus::read(&format!("xmlenc/aleksey-xmlenc-01/{case}.xml"))).expect("UTF-8");
    let policy = AlgorithmPolicy::everything_for_legacy_use_only();
    decrypt_document(&source, &Keys(Arc::clone(key)), &policy, &Limits::default())
}

#[test]
#[cfg_attr(
    not(all(feature = "aws-lc-rs", feature = "post-quantum")),
    ignore = "ML-KEM needs the provider AWS-LC and the feature post-quantum (ALGORITHMS.md)"
)]
fn ml_kem_decrypts_with_a_key_kept_elsewhere() {
    if corpus::folder().is_none() {
        return;
    }
    for (case, name, len) in CASES {
        let key = Elsewhere::of(name, Ok);
        let Decrypted::Document(text) = decrypt(case, &key).expect(case) else { panic!("{case}: a document") };
        assert!(text.contains("<Number>4019 2445 0277 5567</Number>"), "{case}: {text}");
        assert_eq!(*key.asked.lock().expect("a lock"), [len], "{case}: one question, with what the message has");

        // Another secret, a short one and none are refused alike.
        let flipped = |secret: Secret| Ok(Secret::new(secret.as_octets().iter().map(|octet| octet ^ 1).collect()));
        let short = |secret: Secret| Ok(Secret::new(secret.as_octets()[..8].to_vec()));
        let wrong: [fn(Secret) -> Result<Secret, CryptoError>; 3] = [flipped, short, |_| Err(CryptoError::Decryption)];
        for changed in wrong {
            let refused = decrypt(case, &Elsewhere::of(name, changed)).map(drop);
            assert_eq!(refused, Err(DecryptError::Failed), "{case}");
        }
        // A key of another set of parameters.
        let (_, other, _) = CASES.into_iter().find(|(_, other, _)| *other != name).expect("another");
        assert!(decrypt(case, &Elsewhere::of(other, Ok)).is_err(), "{case}: the key of {other}");
    }
}
