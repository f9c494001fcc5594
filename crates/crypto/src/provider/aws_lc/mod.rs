//! Provider `aws-lc-rs`: AWS-LC for everything, and the shim for functions that aws-lc-rs does not expose.

mod block_cipher;
mod curve25519;
mod digest;
mod dsa;
mod ec;
mod md;
mod post_quantum;
mod rsa;
#[cfg(feature = "post-quantum")]
mod slh_dsa;
mod wrap;

use aws_lc_rs::{aead, hmac, rand};
use wss_crypto_shim as shim;

use super::{GcmInPieces, OrFailed as _, Provider, Refusal, camellia, triple_des};
use crate::algorithm::{Aes, BlockCipher, DigestMethod, Wrap};
use crate::digest_value::DigestValue;
use crate::secret::Secret;

/// The provider.
pub(crate) struct AwsLc;

impl Provider for AwsLc {
    const NAME: &'static str = "aws-lc-rs";

    type Digest = digest::Digest;
    type Gcm = Gcm;
    type RsaPrivate = rsa::Private;
    type RsaPublic = rsa::Public;
    type EcPrivate = ec::Private;
    type EcPublic = ec::Public;
    type Ed25519Private = curve25519::Private;
    type Ed25519Public = curve25519::Public;
    type X25519Private = curve25519::Agreeing;
    type DsaPublic = dsa::Public;
    type PostQuantumPrivate = post_quantum::Private;
    type PostQuantumPublic = post_quantum::Public;

    fn dsa_public(pkcs8: &[u8]) -> Result<Vec<u8>, Refusal> {
        shim::Key::from_pkcs8(pkcs8).and_then(|key| key.spki()).or_failed()
    }

    fn hmac(method: DigestMethod, key: &[u8], message: &[u8]) -> DigestValue {
        let algorithm = match method {
            DigestMethod::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            DigestMethod::Sha224 => hmac::HMAC_SHA224,
            DigestMethod::Sha256 => hmac::HMAC_SHA256,
            DigestMethod::Sha384 => hmac::HMAC_SHA384,
            DigestMethod::Sha512 => hmac::HMAC_SHA512,
            DigestMethod::Sha3_224
            | DigestMethod::Sha3_256
            | DigestMethod::Sha3_384
            | DigestMethod::Sha3_512
            | DigestMethod::Md5
            | DigestMethod::Ripemd160 => return super::hmac::<digest::Digest>(method, key, message),
        };
        DigestValue::from_slice(hmac::sign(&hmac::Key::new(algorithm, key), message).as_ref())
    }

    fn random(octets: &mut [u8]) -> Result<(), Refusal> {
        rand::fill(octets).or_failed()
    }

    fn gcm_seal(aes: Aes, key: &[u8], octets: &mut Vec<u8>) -> Result<(), Refusal> {
        seal(&gcm_key(aes, key)?, octets)
    }

    fn gcm_open(aes: Aes, key: &[u8], octets: &mut [u8]) -> Result<usize, Refusal> {
        open(&gcm_key(aes, key)?, &[], octets)
    }

    fn chacha20_poly1305_seal(key: &[u8], octets: &mut Vec<u8>) -> Result<(), Refusal> {
        seal(&aead_key(&aead::CHACHA20_POLY1305, key)?, octets)
    }

    fn chacha20_poly1305_open(key: &[u8], additional: &[u8], octets: &mut [u8]) -> Result<usize, Refusal> {
        open(&aead_key(&aead::CHACHA20_POLY1305, key)?, additional, octets)
    }

    fn cbc_encrypt(cipher: BlockCipher, key: &[u8], iv: &[u8], blocks: &mut [u8]) -> Result<(), Refusal> {
        block_cipher::encrypt_cbc(cipher, key, iv, blocks)
    }

    fn cbc_decrypt(cipher: BlockCipher, key: &[u8], iv: &[u8], blocks: &mut [u8]) -> Result<(), Refusal> {
        block_cipher::decrypt_cbc(cipher, key, iv, blocks)
    }

    fn wrap(method: Wrap, wrapping: &[u8], iv: &[u8], key: &[u8]) -> Result<Vec<u8>, Refusal> {
        match method {
            Wrap::Rfc3394(aes) => wrap::wrap(aes, wrapping, key),
            Wrap::Rfc5649(aes) => wrap::wrap_padded(aes, wrapping, key),
            Wrap::TripleDes => triple_des::wrap::<Self>(wrapping, iv, key),
            Wrap::Camellia(size) => camellia::wrap(size, wrapping, key),
        }
    }

    fn unwrap(method: Wrap, wrapping: &[u8], wrapped: &[u8]) -> Result<Secret, Refusal> {
        match method {
            Wrap::Rfc3394(aes) => wrap::unwrap(aes, wrapping, wrapped),
            Wrap::Rfc5649(aes) => wrap::unwrap_padded(aes, wrapping, wrapped),
            Wrap::TripleDes => triple_des::unwrap::<Self>(wrapping, wrapped),
            Wrap::Camellia(size) => camellia::unwrap(size, wrapping, wrapped),
        }
    }
}

pub(crate) struct Gcm(shim::Gcm);

impl GcmInPieces for Gcm {
    fn start(aes: Aes, key: &[u8], nonce: &[u8; 12], seals: bool) -> Result<Self, Refusal> {
        // The shim selects the cipher by the length of the key.
        let gcm = if key.len() == aes.key_len() { shim::Gcm::start(key, nonce, seals) } else { None };
        gcm.map(Self).or_failed()
    }

    fn update(&mut self, octets: &mut [u8]) -> Result<(), Refusal> {
        self.0.update(octets).or_failed()
    }

    fn tag(self) -> Result<[u8; 16], Refusal> {
        self.0.tag().or_failed()
    }

    fn tag_fits(self, tag: &[u8; 16]) -> bool {
        self.0.tag_fits(tag)
    }
}

fn gcm_key(aes: Aes, key: &[u8]) -> Result<aead::LessSafeKey, Refusal> {
    let algorithm = match aes {
        Aes::Aes128 => &aead::AES_128_GCM,
        Aes::Aes192 => &aead::AES_192_GCM,
        Aes::Aes256 => &aead::AES_256_GCM,
    };
    aead_key(algorithm, key)
}

fn aead_key(algorithm: &'static aead::Algorithm, key: &[u8]) -> Result<aead::LessSafeKey, Refusal> {
    aead::UnboundKey::new(algorithm, key).map(aead::LessSafeKey::new).or_failed()
}

/// The nonce precedes the plaintext, and the tag follows it.
fn seal(key: &aead::LessSafeKey, octets: &mut Vec<u8>) -> Result<(), Refusal> {
    let (iv, plaintext) = octets.split_at_mut_checked(12).or_failed()?;
    let nonce = aead::Nonce::try_assume_unique_for_key(iv).or_failed()?;
    let tag = key.seal_in_place_separate_tag(nonce, aead::Aad::empty(), plaintext).or_failed()?;
    octets.extend_from_slice(tag.as_ref());
    Ok(())
}

fn open(key: &aead::LessSafeKey, additional: &[u8], octets: &mut [u8]) -> Result<usize, Refusal> {
    let (iv, sealed) = octets.split_at_mut_checked(12).or_failed()?;
    let nonce = aead::Nonce::try_assume_unique_for_key(iv).or_failed()?;
    let plaintext = key.open_in_place(nonce, aead::Aad::from(additional), sealed).or_failed()?;
    Ok(12 + plaintext.len())
}
