//! RSA. aws-lc-rs signs and verifies with SHA-256, SHA-384 and SHA-512 and keys of 2 048 bits and more. The shim
//! handles the rest, and all decryption.

use std::sync::OnceLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, ParsedPublicKey, RsaEncoding, RsaKeyPair, VerificationAlgorithm};
use wss_crypto_shim as shim;
use zeroize::Zeroizing;

use super::md::md;
use crate::algorithm::RsaPadding::{Pkcs1, Pss};
use crate::algorithm::{DigestMethod, Oaep, RsaPadding};
use crate::provider::{OrFailed as _, Refusal, RsaPrivateKey, RsaPublicKey};
use crate::secret::Secret;

fn scheme(padding: RsaPadding) -> shim::Scheme {
    match padding {
        Pkcs1 => shim::Scheme::Pkcs1,
        Pss => shim::Scheme::Pss,
    }
}

/// `None` if aws-lc-rs does not sign with it.
fn encoding(padding: RsaPadding, digest: DigestMethod) -> Option<&'static dyn RsaEncoding> {
    match (padding, digest) {
        (Pkcs1, DigestMethod::Sha256) => Some(&signature::RSA_PKCS1_SHA256),
        (Pkcs1, DigestMethod::Sha384) => Some(&signature::RSA_PKCS1_SHA384),
        (Pkcs1, DigestMethod::Sha512) => Some(&signature::RSA_PKCS1_SHA512),
        (Pss, DigestMethod::Sha256) => Some(&signature::RSA_PSS_SHA256),
        (Pss, DigestMethod::Sha384) => Some(&signature::RSA_PSS_SHA384),
        (Pss, DigestMethod::Sha512) => Some(&signature::RSA_PSS_SHA512),
        (
            Pkcs1 | Pss,
            DigestMethod::Sha1
            | DigestMethod::Sha224
            | DigestMethod::Sha3_224
            | DigestMethod::Sha3_256
            | DigestMethod::Sha3_384
            | DigestMethod::Sha3_512
            | DigestMethod::Md5
            | DigestMethod::Ripemd160,
        ) => None,
    }
}

/// `None` if aws-lc-rs does not verify it.
fn verification(padding: RsaPadding, digest: DigestMethod) -> Option<&'static dyn VerificationAlgorithm> {
    match (padding, digest) {
        (Pkcs1, DigestMethod::Sha256) => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        (Pkcs1, DigestMethod::Sha384) => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
        (Pkcs1, DigestMethod::Sha512) => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
        (Pss, DigestMethod::Sha256) => Some(&signature::RSA_PSS_2048_8192_SHA256),
        (Pss, DigestMethod::Sha384) => Some(&signature::RSA_PSS_2048_8192_SHA384),
        (Pss, DigestMethod::Sha512) => Some(&signature::RSA_PSS_2048_8192_SHA512),
        (
            Pkcs1 | Pss,
            DigestMethod::Sha1
            | DigestMethod::Sha224
            | DigestMethod::Sha3_224
            | DigestMethod::Sha3_256
            | DigestMethod::Sha3_384
            | DigestMethod::Sha3_512
            | DigestMethod::Md5
            | DigestMethod::Ripemd160,
        ) => None,
    }
}

pub(crate) struct Private {
    /// `None` for keys below 2 048 bits, which aws-lc-rs refuses.
    pair: Option<RsaKeyPair>,
    pkcs8: Zeroizing<Vec<u8>>,
    /// Parsed on first use: most keys only sign.
    shim: OnceLock<Option<shim::Key>>,
}

impl Private {
    fn shim(&self) -> Result<&shim::Key, Refusal> {
        self.shim.get_or_init(|| shim::Key::from_pkcs8(&self.pkcs8)).as_ref().or_failed()
    }
}

impl RsaPrivateKey for Private {
    fn load(pkcs8: &[u8]) -> Result<Self, Refusal> {
        let pair = RsaKeyPair::from_pkcs8(pkcs8).ok();
        let key = Self { pair, pkcs8: Zeroizing::new(pkcs8.to_vec()), shim: OnceLock::new() };
        if key.pair.is_none() {
            key.shim()?;
        }
        Ok(key)
    }

    fn sign(&self, padding: RsaPadding, digest: DigestMethod, message: &[u8]) -> Result<Vec<u8>, Refusal> {
        let (Some(pair), Some(encoding)) = (&self.pair, encoding(padding, digest)) else {
            return self.shim()?.sign(md(digest), scheme(padding), message).or_failed();
        };
        let mut value = vec![0; pair.public_modulus_len()];
        pair.sign(encoding, &SystemRandom::new(), message, &mut value).or_failed()?;
        Ok(value)
    }

    fn oaep_decrypt(&self, oaep: Oaep<'_>, ciphertext: &[u8]) -> Result<Secret, Refusal> {
        let plaintext = self.shim()?.oaep_decrypt(md(oaep.digest), md(oaep.mgf), oaep.label, ciphertext);
        plaintext.map(Secret::new).or_failed()
    }

    fn decrypt_raw(&self, ciphertext: &[u8]) -> Result<Secret, Refusal> {
        self.shim()?.rsa_decrypt_raw(ciphertext).map(Secret::new).or_failed()
    }
}

pub(crate) struct Public {
    spki: Vec<u8>,
    is_long: bool,
    /// A key almost always verifies with one method, so the form parsed for the first one is kept.
    parsed: OnceLock<(RsaPadding, DigestMethod, Option<ParsedPublicKey>)>,
    shim: OnceLock<Option<shim::Key>>,
}

impl Public {
    fn shim(&self) -> Result<&shim::Key, Refusal> {
        self.shim.get_or_init(|| shim::Key::from_spki(&self.spki)).as_ref().or_failed()
    }

    /// The key in the form that aws-lc-rs verifies with, if it can.
    fn parsed(&self, padding: RsaPadding, digest: DigestMethod) -> Option<&ParsedPublicKey> {
        let algorithm = verification(padding, digest).filter(|_| self.is_long)?;
        let parse = || (padding, digest, ParsedPublicKey::new(algorithm, &self.spki).ok());
        let (parsed_padding, parsed_digest, key) = self.parsed.get_or_init(parse);
        key.as_ref().filter(|_| (*parsed_padding, *parsed_digest) == (padding, digest))
    }
}

impl RsaPublicKey for Public {
    fn load(spki: &[u8], modulus: &[u8], _exponent: &[u8]) -> Result<Self, Refusal> {
        let is_long =
            modulus.len() >= 256 && (modulus.len() > 256 || modulus.first().is_some_and(|first| *first >= 0x80));
        Ok(Self { spki: spki.to_vec(), is_long, parsed: OnceLock::new(), shim: OnceLock::new() })
    }

    fn verify(&self, padding: RsaPadding, digest: DigestMethod, message: &[u8], value: &[u8]) -> Result<(), Refusal> {
        match self.parsed(padding, digest) {
            Some(key) => key.verify_sig(message, value).or_failed(),
            None => {
                let verified = self.shim()?.verify(md(digest), scheme(padding), message, value);
                verified.then_some(()).or_failed()
            }
        }
    }

    fn oaep_encrypt(&self, oaep: Oaep<'_>, plaintext: &[u8]) -> Result<Vec<u8>, Refusal> {
        self.shim()?.oaep_encrypt(md(oaep.digest), md(oaep.mgf), oaep.label, plaintext).or_failed()
    }

    fn pkcs1_encrypt(&self, plaintext: &[u8]) -> Result<Vec<u8>, Refusal> {
        self.shim()?.pkcs1_encrypt(plaintext).or_failed()
    }
}
