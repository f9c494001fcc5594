//! RSA. ring signs and verifies with SHA-256, SHA-384 and SHA-512 and keys of 2 048 bits and more. The crate `rsa`
//! handles the rest, and all decryption, blinded.

use ring::signature::{self, RsaEncoding, RsaKeyPair, RsaParameters, RsaPublicKeyComponents};
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::traits::{PublicKeyParts as _, SignatureScheme as _};

use super::digest::Digest;
use super::oaep::{self, with_digest};
use super::rng::{rng, rng_of_ring};
use crate::algorithm::RsaPadding::{Pkcs1, Pss};
use crate::algorithm::{DigestMethod, Oaep, RsaPadding};
use crate::provider::{DigestInPieces as _, OrFailed as _, Refusal, RsaPrivateKey, RsaPublicKey};
use crate::secret::Secret;

/// `None` if ring does not sign with it.
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

/// `None` if ring does not verify it.
fn verification(padding: RsaPadding, digest: DigestMethod) -> Option<&'static RsaParameters> {
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
    /// `None` for keys below 2 048 or above 4 096 bits, which ring refuses.
    pair: Option<RsaKeyPair>,
    key: Box<rsa::PrivateKey>,
}

impl RsaPrivateKey for Private {
    fn load(pkcs8: &[u8]) -> Result<Self, Refusal> {
        let key = Box::new(rsa::PrivateKey::from_pkcs8_der(pkcs8).or_failed()?);
        Ok(Self { pair: RsaKeyPair::from_pkcs8(pkcs8).ok(), key })
    }

    fn sign(&self, padding: RsaPadding, digest: DigestMethod, message: &[u8]) -> Result<Vec<u8>, Refusal> {
        if let (Some(pair), Some(encoding), Some(random)) = (&self.pair, encoding(padding, digest), rng_of_ring()) {
            let mut value = vec![0; pair.public().modulus_len()];
            pair.sign(encoding, random, message, &mut value).or_failed()?;
            return Ok(value);
        }
        let digested = Digest::of(digest, message);
        let (random, digested) = (&mut rng(), digested.as_octets());
        with_digest!(digest, D => match padding {
            Pkcs1 => rsa::Pkcs1v15Sign::new::<D>().sign(Some(random), &self.key, digested),
            Pss => rsa::Pss::<D>::new().sign(Some(random), &self.key, digested),
        })
        .or_failed()
    }

    fn oaep_decrypt(&self, oaep: Oaep<'_>, ciphertext: &[u8]) -> Result<Secret, Refusal> {
        // `rsa` 0.10.0 does not look at the first octet, which must be zero (RFC 8017 §7.1.2). Both operations run, whatever
        // is wrong.
        let block = self.decrypt_raw(ciphertext)?;
        let plaintext = oaep::decrypt(&self.key, oaep, ciphertext).map(Secret::new);
        let starts_with_zero = block.as_octets().first() == Some(&0);
        plaintext.and_then(|plaintext| starts_with_zero.then_some(plaintext).or_failed())
    }

    fn decrypt_raw(&self, ciphertext: &[u8]) -> Result<Secret, Refusal> {
        let value = crypto_bigint::BoxedUint::from_be_slice(ciphertext, self.key.n_bits_precision()).or_failed()?;
        let plain = rsa::hazmat::rsa_decrypt_and_check(&*self.key, Some(&mut rng()), &value).or_failed()?;
        let octets = plain.to_be_bytes();
        let size = self.key.size();
        let mut block = vec![0; size.saturating_sub(octets.len())];
        block.extend_from_slice(octets.get(octets.len().saturating_sub(size)..).or_failed()?);
        Ok(Secret::new(block))
    }
}

pub(crate) struct Public {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    key: Box<rsa::PublicKey>,
}

impl RsaPublicKey for Public {
    fn load(_spki: &[u8], modulus: &[u8], exponent: &[u8]) -> Result<Self, Refusal> {
        let number =
            |octets: &[u8]| crypto_bigint::BoxedUint::from_be_slice(octets, octets.len() as u32 * 8).or_failed();
        let key = Box::new(rsa::PublicKey::new(number(modulus)?, number(exponent)?).or_failed()?);
        Ok(Self { modulus: modulus.to_vec(), exponent: exponent.to_vec(), key })
    }

    fn verify(&self, padding: RsaPadding, digest: DigestMethod, message: &[u8], value: &[u8]) -> Result<(), Refusal> {
        if let Some(parameters) = verification(padding, digest).filter(|_| self.key.n().bit_width() >= 2_048) {
            let key = RsaPublicKeyComponents { n: &self.modulus, e: &self.exponent };
            return key.verify(parameters, message, value).or_failed();
        }
        let digested = Digest::of(digest, message);
        let digested = digested.as_octets();
        with_digest!(digest, D => match padding {
            Pkcs1 => rsa::Pkcs1v15Sign::new::<D>().verify(&self.key, digested, value),
            Pss => rsa::Pss::<D>::new().verify(&self.key, digested, value),
        })
        .or_failed()
    }

    fn oaep_encrypt(&self, oaep: Oaep<'_>, plaintext: &[u8]) -> Result<Vec<u8>, Refusal> {
        oaep::encrypt(&self.key, oaep, plaintext)
    }

    fn pkcs1_encrypt(&self, plaintext: &[u8]) -> Result<Vec<u8>, Refusal> {
        self.key.encrypt(&mut rng(), rsa::Pkcs1v15Encrypt, plaintext).or_failed()
    }
}
