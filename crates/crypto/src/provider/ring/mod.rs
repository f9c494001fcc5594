//! Provider `ring`: ring for everything it has, RustCrypto for the rest.
//!
//! ring signs and verifies RSA of 2 048 bits and more with SHA-2, P-256 with SHA-256 and P-384 with SHA-384, and
//! computes digests, MACs and AES-GCM. `rsa` transports keys, blinded, and signs what ring does not.

mod curve25519;
mod digest;
mod ec;
mod gcm;
mod oaep;
mod rng;
mod rsa;
mod unsupported;
mod wrap;

use cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use ring::hmac;

use super::{OrFailed as _, Provider, Refusal, camellia, triple_des};
use crate::algorithm::{Aes, BlockCipher, DigestMethod, Wrap};
use crate::digest_value::DigestValue;
use crate::secret::Secret;

/// The provider.
pub(crate) struct Ring;

/// CBC with one cipher. Octets that do not fill a block are a failure.
macro_rules! run_cbc {
    ($mode:ident, $method:ident, $cipher:ty, $key:expr, $iv:expr, $blocks:expr) => {{
        let mut mode = cbc::$mode::<$cipher>::new_from_slices($key, $iv).or_failed()?;
        let (blocks, rest) = cipher::Array::slice_as_chunks_mut($blocks);
        if !rest.is_empty() {
            return Err(Refusal::Failed);
        }
        mode.$method(blocks);
        Ok(())
    }};
}

impl Provider for Ring {
    const NAME: &'static str = "ring";

    type Digest = digest::Digest;
    type Gcm = gcm::Gcm;
    type RsaPrivate = rsa::Private;
    type RsaPublic = rsa::Public;
    type EcPrivate = ec::Private;
    type EcPublic = ec::Public;
    type Ed25519Private = curve25519::Private;
    type Ed25519Public = curve25519::Public;
    type X25519Private = curve25519::Agreeing;
    type DsaPublic = unsupported::Dsa;
    type PostQuantumPrivate = unsupported::PostQuantumPrivate;
    type PostQuantumPublic = unsupported::PostQuantumPublic;

    fn dsa_public(_pkcs8: &[u8]) -> Result<Vec<u8>, Refusal> {
        Err(Refusal::Unsupported)
    }

    fn hmac(method: DigestMethod, key: &[u8], message: &[u8]) -> DigestValue {
        let algorithm = match method {
            DigestMethod::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            DigestMethod::Sha224
            | DigestMethod::Sha3_224
            | DigestMethod::Sha3_256
            | DigestMethod::Sha3_384
            | DigestMethod::Sha3_512
            | DigestMethod::Md5
            | DigestMethod::Ripemd160 => return super::hmac::<digest::Digest>(method, key, message),
            DigestMethod::Sha256 => hmac::HMAC_SHA256,
            DigestMethod::Sha384 => hmac::HMAC_SHA384,
            DigestMethod::Sha512 => hmac::HMAC_SHA512,
        };
        DigestValue::from_slice(hmac::sign(&hmac::Key::new(algorithm, key), message).as_ref())
    }

    fn random(octets: &mut [u8]) -> Result<(), Refusal> {
        getrandom::fill(octets).or_failed()
    }

    fn gcm_seal(aes: Aes, key: &[u8], octets: &mut Vec<u8>) -> Result<(), Refusal> {
        gcm::seal(aes, key, octets)
    }

    fn gcm_open(aes: Aes, key: &[u8], octets: &mut [u8]) -> Result<usize, Refusal> {
        gcm::open(aes, key, octets)
    }

    fn chacha20_poly1305_seal(key: &[u8], octets: &mut Vec<u8>) -> Result<(), Refusal> {
        gcm::seal_chacha20(key, octets)
    }

    fn chacha20_poly1305_open(key: &[u8], additional: &[u8], octets: &mut [u8]) -> Result<usize, Refusal> {
        gcm::open_chacha20(key, additional, octets)
    }

    fn cbc_encrypt(cipher: BlockCipher, key: &[u8], iv: &[u8], blocks: &mut [u8]) -> Result<(), Refusal> {
        match cipher {
            BlockCipher::Aes(Aes::Aes128) => run_cbc!(Encryptor, encrypt_blocks, aes::Aes128, key, iv, blocks),
            BlockCipher::Aes(Aes::Aes192) => run_cbc!(Encryptor, encrypt_blocks, aes::Aes192, key, iv, blocks),
            BlockCipher::Aes(Aes::Aes256) => run_cbc!(Encryptor, encrypt_blocks, aes::Aes256, key, iv, blocks),
            BlockCipher::TripleDes => run_cbc!(Encryptor, encrypt_blocks, des::TdesEde3, key, iv, blocks),
            BlockCipher::Camellia(size) => camellia::cbc_encrypt(size, key, iv, blocks),
        }
    }

    fn cbc_decrypt(cipher: BlockCipher, key: &[u8], iv: &[u8], blocks: &mut [u8]) -> Result<(), Refusal> {
        match cipher {
            BlockCipher::Aes(Aes::Aes128) => run_cbc!(Decryptor, decrypt_blocks, aes::Aes128, key, iv, blocks),
            BlockCipher::Aes(Aes::Aes192) => run_cbc!(Decryptor, decrypt_blocks, aes::Aes192, key, iv, blocks),
            BlockCipher::Aes(Aes::Aes256) => run_cbc!(Decryptor, decrypt_blocks, aes::Aes256, key, iv, blocks),
            BlockCipher::TripleDes => run_cbc!(Decryptor, decrypt_blocks, des::TdesEde3, key, iv, blocks),
            BlockCipher::Camellia(size) => camellia::cbc_decrypt(size, key, iv, blocks),
        }
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
