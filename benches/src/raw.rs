//! The operations with keys that no message with an encrypted key can do without, in the backend alone: AWS-LC, called as
//! aws-lc-rs has it, without any code of ours. The keys of the recipient are prepared once, as those of a sender and a
//! receiver are.

use std::hint::black_box;

use aws_lc_rs::agreement::{self, ParsedPublicKey, UnparsedPublicKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::key_wrap::{AES_128, AesKek, KeyWrap as _};
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, OaepPublicEncryptingKey, PrivateDecryptingKey, PublicEncryptingKey,
};
use ws_security::Identity;
use ws_security::c14n::base64_decode;
use ws_security::crypto::KeyAgreement;

use crate::work::key_file;

/// What sends a content key of 16 octets to a recipient, and what receives it.
pub(crate) enum RawTransport {
    /// RSA-OAEP with SHA-1.
    Oaep { sealing: OaepPublicEncryptingKey, opening: OaepPrivateDecryptingKey, wrapped: Vec<u8> },
    /// A key for the message alone, agreement, HKDF with SHA-256, and AES-128 key wrap.
    Agreed { recipient: ParsedPublicKey, own: agreement::PrivateKey, originator: Vec<u8>, wrapped: Vec<u8> },
}

/// The content key.
const CONTENT_KEY: [u8; 16] = [7; 16];

impl RawTransport {
    /// To the identity of this name in `vectors/keys`.
    ///
    /// # Panics
    /// If its keys cannot be read.
    pub(crate) fn to(name: &str, identity: &Identity) -> Self {
        let public = identity.certificate().public_key();
        let private = private_key(name);
        let algorithm = match public.kind().agreement() {
            None => return Self::oaep(public.spki(), &private),
            Some(KeyAgreement::X25519) => &agreement::X25519,
            Some(_) => &agreement::ECDH_P256,
        };
        let own = match public.kind().agreement() {
            // RFC 8410 §7: the scalar is the end of PKCS#8.
            Some(KeyAgreement::X25519) => {
                let (_, scalar) = private.split_last_chunk::<32>().expect("a key");
                agreement::PrivateKey::from_private_key(algorithm, scalar)
            }
            _ => agreement::PrivateKey::from_private_key_der(algorithm, &private),
        };
        let recipient = UnparsedPublicKey::new(algorithm, public.spki()).try_into().expect("a key");
        let (originator, wrapped) = agreed(&recipient);
        Self::Agreed { recipient, own: own.expect("a key"), originator, wrapped }
    }

    fn oaep(public: &[u8], private: &[u8]) -> Self {
        let sealing = PublicEncryptingKey::from_der(public).expect("a key");
        let opening = PrivateDecryptingKey::from_pkcs8(private).expect("a key");
        let sealing = OaepPublicEncryptingKey::new(sealing).expect("a key");
        let opening = OaepPrivateDecryptingKey::new(opening).expect("a key");
        let wrapped = transported(&sealing);
        Self::Oaep { sealing, opening, wrapped }
    }

    /// Sends the content key.
    pub(crate) fn wrap(&self) {
        match self {
            Self::Oaep { sealing, .. } => drop(black_box(transported(sealing))),
            Self::Agreed { recipient, .. } => drop(black_box(agreed(recipient))),
        }
    }

    /// Receives it. The originator's key is of the message, so that it is parsed here.
    pub(crate) fn unwrap(&self) {
        let mut key = [0; 256];
        let received = match self {
            Self::Oaep { opening, wrapped, .. } => {
                opening.decrypt(&OAEP_SHA1_MGF1SHA1, wrapped, &mut key, None).expect("decrypts")
            }
            Self::Agreed { own, originator, wrapped, .. } => {
                let originator = UnparsedPublicKey::new(own.algorithm(), originator);
                let derived = agreement::agree(own, originator, (), |secret| Ok(derived(secret))).expect("agrees");
                AesKek::new(&AES_128, &derived).expect("a key").unwrap(wrapped, &mut key).expect("unwraps")
            }
        };
        assert_eq!(received, CONTENT_KEY);
    }
}

fn transported(recipient: &OaepPublicEncryptingKey) -> Vec<u8> {
    let mut wrapped = vec![0; recipient.ciphertext_size()];
    recipient.encrypt(&OAEP_SHA1_MGF1SHA1, &CONTENT_KEY, &mut wrapped, None).expect("encrypts");
    wrapped
}

/// The fresh public key, and the wrapped key.
fn agreed(recipient: &ParsedPublicKey) -> (Vec<u8>, Vec<u8>) {
    let fresh = agreement::PrivateKey::generate(recipient.alg()).expect("random");
    let public = fresh.compute_public_key().expect("a point").as_ref().to_vec();
    let derived = agreement::agree(&fresh, recipient.clone(), (), |secret| Ok(derived(secret))).expect("agrees");
    let mut wrapped = vec![0; CONTENT_KEY.len() + 8];
    AesKek::new(&AES_128, &derived).expect("a key").wrap(&CONTENT_KEY, &mut wrapped).expect("wraps");
    (public, wrapped)
}

fn derived(secret: &[u8]) -> [u8; 16] {
    let mut key = [0; 16];
    Salt::new(HKDF_SHA256, &[]).extract(secret).expand(&[], Octets16).expect("a length").fill(&mut key).expect("fills");
    key
}

/// The number of octets that are derived.
struct Octets16;

impl aws_lc_rs::hkdf::KeyType for Octets16 {
    fn len(&self) -> usize {
        16
    }
}

/// The DER of a private key.
fn private_key(name: &str) -> Vec<u8> {
    let pem = String::from_utf8(key_file(&format!("{name}.key"))).expect("PEM");
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    base64_decode(&base64, usize::MAX).expect("base64")
}
