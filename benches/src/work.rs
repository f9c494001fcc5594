//! What is measured: the verbs as a program calls them, and the raw operations that none of them can do without.

use std::hint::black_box;
use std::time::Duration;

use ws_security::c14n::{Budget, Canonicalization, Document, Gathered, Sink, Subset, base64_decode, base64_encode};
use ws_security::crypto::{Digest, DigestMethod, KeyTransport, PublicKey, SystemRandom, decrypt, encrypt, unwrap};
use ws_security::prelude::*;
use ws_security::xmlenc::{Agreed, Agreement};
use ws_security::{ContentEncryption, DangerousNoReplayCache, Limit, Limits, Secret, SignatureMethod};

use crate::raw::RawTransport;
use crate::root;

/// As many octets as a SignedInfo of two references has.
const SIGNED_INFO: [u8; 800] = [7; 800];
/// A second of validity would not outlast the measurement.
const LONG: Duration = Duration::from_secs(86_400);

/// A kind of key, by the certificate of `vectors/keys`.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// RSA-2048 with SHA-256, PKCS#1 v1.5.
    Rsa,
    /// ECDSA on P-256 with SHA-256.
    Ecdsa,
    /// Ed25519.
    Ed25519,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rsa, Self::Ecdsa, Self::Ed25519];

    /// Its name in the tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// The name of its key and its certificate in `vectors/keys`.
    #[must_use]
    pub fn key(self) -> &'static str {
        self.row().1
    }

    fn row(self) -> (&'static str, &'static str, SignatureMethod) {
        match self {
            Self::Rsa => ("RSA-2048", "alice", SignatureMethod::RsaSha256),
            Self::Ecdsa => ("ECDSA P-256", "ec256", SignatureMethod::EcdsaSha256),
            Self::Ed25519 => ("Ed25519", "ed25519", SignatureMethod::Ed25519),
        }
    }
}

/// The content of a file of `vectors/keys`.
///
/// # Panics
/// If it cannot be read.
#[must_use]
pub fn key_file(name: &str) -> Vec<u8> {
    std::fs::read(root().join("vectors/keys").join(name)).expect("a file of vectors/keys")
}

/// The identity of this name in `vectors/keys`.
///
/// # Panics
/// If its certificate or its key cannot be read.
#[must_use]
pub fn identity(name: &str) -> Identity {
    Identity::from_pem(&key_file(&format!("{name}.pem")), &key_file(&format!("{name}.key"))).expect("an identity")
}

/// A sender and a receiver: Body and Timestamp are signed, and the certificate is trusted below an anchor.
pub struct Signatures {
    identity: Identity,
    method: SignatureMethod,
    public: PublicKey,
    value: Vec<u8>,
    plan: Plan,
    receiver: Receiver,
}

impl Signatures {
    /// With a key of this kind.
    ///
    /// # Panics
    /// If the keys of `vectors` are missing.
    #[must_use]
    pub fn with(kind: Kind) -> Self {
        let (_, name, method) = kind.row();
        let identity = identity(name);
        let parts = [Part::Body, Part::Timestamp];
        let recipe = Recipe::new().limits(large()).timestamp(LONG).sign(Signing::with(&identity).parts(parts.clone()));
        let anchors = Trust::anchors_pem(&key_file("ca.pem")).expect("anchors");
        let trust = anchors.signer(SignerRule::Certificate(identity.certificate().clone()));
        let receiver = Receiver::new(trust, Requirements::signed(parts), DangerousNoReplayCache)
            .limits(large())
            .window(LONG, Duration::from_secs(60));
        let value = identity.signing_key().sign(method, &SIGNED_INFO).expect("signs");
        let public = identity.certificate().public_key().clone();
        Self { plan: recipe.plan().expect("a plan"), identity, method, public, value, receiver }
    }

    /// Signs a message, from text to text.
    ///
    /// # Panics
    /// Never for an envelope.
    #[must_use]
    pub fn sign(&self, envelope: &str) -> String {
        self.plan.message(envelope).secure().expect("secured").message
    }

    /// Opens a message, from text to the authenticated Body.
    ///
    /// # Panics
    /// If it is not one of [`Signatures::sign`].
    pub fn verify(&self, message: &str) {
        drop(black_box(self.receiver.open(message).expect("opens")));
    }

    /// The raw private operation.
    ///
    /// # Panics
    /// Never.
    pub fn raw_private(&self) {
        black_box(self.identity.signing_key().sign(self.method, &SIGNED_INFO).expect("signs"));
    }

    /// The raw public operation.
    ///
    /// # Panics
    /// Never.
    pub fn raw_public(&self) {
        self.public.verify(self.method, black_box(&SIGNED_INFO), &self.value).expect("verifies");
    }

    /// What verifying cannot do without: reading, one canonical form into a digest, and the raw public operation.
    pub fn raw_verify(&self, message: &str) {
        digest(message);
        self.raw_public();
    }

    /// What signing cannot do without: reading, one canonical form into a digest, the raw private operation, and one copy.
    pub fn raw_sign(&self, envelope: &str) {
        digest(envelope);
        self.raw_private();
        black_box(envelope.to_owned());
    }
}

/// A kind of key that content keys are encrypted to.
#[derive(Debug, Clone, Copy)]
pub enum Recipient {
    /// RSA-2048, with OAEP.
    Rsa,
    /// ECDH-ES on P-256, as eDelivery AS4 2.0 has it: HKDF, and AES-128 key wrap.
    P256,
    /// X25519, in the same way.
    X25519,
}

impl Recipient {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rsa, Self::P256, Self::X25519];

    /// Its name in the tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// Its name, and the name of its key and certificate in `vectors/keys`.
    fn row(self) -> (&'static str, &'static str) {
        match self {
            Self::Rsa => ("RSA-2048", "bob"),
            Self::P256 => ("ECDH-ES P-256", "ka-ec256"),
            Self::X25519 => ("X25519", "ka-x25519"),
        }
    }
}

/// A sender and a receiver: the Body is encrypted with AES-128-GCM, under a key that is encrypted to the receiver.
pub struct Encryption {
    recipient: Identity,
    secret: Secret,
    wrapped: Wrapped,
    raw: RawTransport,
    plan: Plan,
    receiver: Receiver,
}

/// A content key as the recipient's key alone unwraps it.
enum Wrapped {
    Transported(Vec<u8>),
    Agreed(Agreed),
}

impl Default for Encryption {
    /// To an RSA key.
    fn default() -> Self {
        Self::to(Recipient::Rsa)
    }
}

/// The cipher of the recipes.
const CIPHER: ContentEncryption = ContentEncryption::Aes128Gcm;

impl Encryption {
    /// To a key of this kind.
    ///
    /// # Panics
    /// If the keys of `vectors` are missing.
    #[must_use]
    pub fn to(recipient: Recipient) -> Self {
        let (_, name) = recipient.row();
        let identity = identity(name);
        let encrypting = Encrypting::to(identity.certificate()).agreement(Agreement::edelivery_2()).content(CIPHER);
        let plan = Recipe::new().limits(large()).encrypt(encrypting.parts([Part::Body])).plan().expect("a plan");
        let receiver =
            Receiver::new(Trust::no_certificates(), Requirements::dangerous_unsigned(), DangerousNoReplayCache)
                .decrypt_with(identity.clone())
                .limits(large());
        let secret = Secret::generate(&SystemRandom, CIPHER.key_len()).expect("random");
        let (wrapped, raw) = (wrapped(&identity, &secret), RawTransport::to(name, &identity));
        Self { recipient: identity, secret, wrapped, raw, plan, receiver }
    }

    /// Encrypts a content key, without a message.
    ///
    /// # Panics
    /// Never.
    pub fn wrap(&self) {
        drop(black_box(wrapped(&self.recipient, &self.secret)));
    }

    /// Decrypts a content key, without a message.
    ///
    /// # Panics
    /// Never.
    pub fn unwrap(&self) {
        let (key, len) = (self.recipient.unwrapping_key(), CIPHER.key_len());
        black_box(match &self.wrapped {
            Wrapped::Transported(octets) => {
                key.unwrap_key(&KeyTransport::oaep_mgf1p(), octets, Some(len)).expect("unwraps")
            }
            Wrapped::Agreed(agreed) => {
                let Agreement { derivation, wrap, .. } = Agreement::edelivery_2();
                let originator = PublicKey::from_spki(agreed.originator.spki()).expect("a key");
                let secret = key.agree(&originator).expect("agrees");
                let wrapping = derivation.derive(&secret, wrap.key_len()).expect("derives");
                unwrap(wrap, &wrapping, &agreed.wrapped).expect("unwraps")
            }
        });
    }

    /// The raw operations that encrypt a content key, of the backend alone.
    ///
    /// # Panics
    /// Never.
    pub fn raw_wrap(&self) {
        self.raw.wrap();
    }

    /// The raw operations that decrypt a content key, of the backend alone.
    ///
    /// # Panics
    /// Never.
    pub fn raw_unwrap(&self) {
        self.raw.unwrap();
    }

    /// Encrypts the Body, from text to text.
    ///
    /// # Panics
    /// Never for an envelope.
    #[must_use]
    pub fn encrypt(&self, envelope: &str) -> String {
        self.plan.message(envelope).secure().expect("secured").message
    }

    /// Decrypts the Body of a message.
    ///
    /// # Panics
    /// If it is not one of [`Encryption::encrypt`].
    pub fn decrypt(&self, message: &str) {
        let transport = ws_security::TransportFacts::dangerous_unprotected();
        drop(black_box(self.receiver.open_unsigned(message, transport).expect("opens")));
    }

    /// What encrypting cannot do without but for the key: the cipher and base64.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn raw_encrypt(&self, envelope: &str) -> String {
        base64_encode(&encrypt(CIPHER, &self.secret, envelope.as_bytes(), &SystemRandom).expect("encrypts"))
    }

    /// What decrypting cannot do without but for the key: base64 and the cipher.
    ///
    /// # Panics
    /// If it is not text of [`Encryption::raw_encrypt`].
    pub fn raw_decrypt(&self, text: &str) {
        let octets = base64_decode(text, usize::MAX).expect("base64");
        black_box(decrypt(CIPHER, &self.secret, octets).expect("decrypts"));
    }
}

fn wrapped(recipient: &Identity, secret: &Secret) -> Wrapped {
    let key = recipient.certificate().public_key();
    match key.kind().agreement() {
        None => Wrapped::Transported(key.wrap_key(&KeyTransport::oaep_mgf1p(), secret).expect("wraps")),
        Some(_) => Wrapped::Agreed(Agreement::edelivery_2().wrap(key, secret, &SystemRandom).expect("agrees")),
    }
}

/// Reads a text.
///
/// # Panics
/// If it is not well-formed.
pub fn read(text: &str) {
    black_box(parsed(text));
}

/// Reads a text and writes the exclusive canonical form of the whole document.
///
/// # Panics
/// If it is not well-formed.
pub fn canonicalize(text: &str) {
    let document = parsed(text);
    let budget = Budget::dangerous_unbounded();
    black_box(Canonicalization::default().to_octets(&Subset::document(&document), &budget).expect("canonical form"));
}

/// Reads a text and digests the canonical form of its Body.
///
/// # Panics
/// If it is not an envelope.
pub fn digest(text: &str) {
    let document = parsed(text);
    let body = document.root().children().last().expect("a Body");
    let mut sink = Gathered::new(Digested(Digest::new(DigestMethod::Sha256)));
    Canonicalization::default().write(&Subset::subtree(body), &mut sink).expect("canonical form");
    let Digested(digest) = sink.finish();
    black_box(digest.finish());
}

/// The limits of a service that takes large messages.
fn large() -> Limits {
    let octets = 128 << 20;
    let limits = Limits::default().with(Limit::DocumentOctets, octets).with(Limit::PlaintextOctets, octets);
    limits.with(Limit::Nodes, octets / 16)
}

fn parsed(text: &str) -> Document<'_> {
    Document::parse(text, &Limits::dangerous_unbounded()).expect("well-formed")
}

/// A digest as a sink.
struct Digested(Digest);

impl Sink for Digested {
    fn put(&mut self, octets: &[u8]) {
        self.0.update(octets);
    }
}
