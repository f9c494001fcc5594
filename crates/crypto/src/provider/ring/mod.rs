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

use aes_kw::cipher::KeyInit as _;
use cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use ring::hmac;
use zeroize::Zeroizing;

use super::{OrFailed as _, Provider, Refusal, camellia};
use crate::algorithm::{Aes, BlockCipher, DigestMethod};
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

/// A key-wrapping key.
macro_rules! kek {
    ($cipher:ty, $wrapping:expr) => {
        <$cipher>::new_from_slice($wrapping).or_failed()?
    };
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

    fn aes_wrap(aes: Aes, wrapping: &[u8], key: &[u8]) -> Result<Vec<u8>, Refusal> {
        let mut output = vec![0; key.len() + 8];
        match aes {
            Aes::Aes128 => kek!(aes_kw::KwAes128, wrapping).wrap_key(key, &mut output).map(drop),
            Aes::Aes192 => kek!(aes_kw::KwAes192, wrapping).wrap_key(key, &mut output).map(drop),
            Aes::Aes256 => kek!(aes_kw::KwAes256, wrapping).wrap_key(key, &mut output).map(drop),
        }
        .or_failed()?;
        Ok(output)
    }

    fn aes_unwrap(aes: Aes, wrapping: &[u8], wrapped: &[u8]) -> Result<Secret, Refusal> {
        let mut output = Zeroizing::new(vec![0; wrapped.len().checked_sub(8).or_failed()?]);
        match aes {
            Aes::Aes128 => kek!(aes_kw::KwAes128, wrapping).unwrap_key(wrapped, &mut output).map(drop),
            Aes::Aes192 => kek!(aes_kw::KwAes192, wrapping).unwrap_key(wrapped, &mut output).map(drop),
            Aes::Aes256 => kek!(aes_kw::KwAes256, wrapping).unwrap_key(wrapped, &mut output).map(drop),
        }
        .or_failed()?;
        Ok(Secret::new(std::mem::take(&mut output)))
    }

    fn aes_wrap_padded(aes: Aes, wrapping: &[u8], key: &[u8]) -> Result<Vec<u8>, Refusal> {
        let mut output = vec![0; key.len().next_multiple_of(8) + 8];
        match aes {
            Aes::Aes128 => kek!(aes_kw::KwpAes128, wrapping).wrap_key(key, &mut output).map(drop),
            Aes::Aes192 => kek!(aes_kw::KwpAes192, wrapping).wrap_key(key, &mut output).map(drop),
            Aes::Aes256 => kek!(aes_kw::KwpAes256, wrapping).wrap_key(key, &mut output).map(drop),
        }
        .or_failed()?;
        Ok(output)
    }

    fn aes_unwrap_padded(aes: Aes, wrapping: &[u8], wrapped: &[u8]) -> Result<Secret, Refusal> {
        let mut output = Zeroizing::new(vec![0; wrapped.len()]);
        let len = match aes {
            Aes::Aes128 => kek!(aes_kw::KwpAes128, wrapping).unwrap_key(wrapped, &mut output).map(<[u8]>::len),
            Aes::Aes192 => kek!(aes_kw::KwpAes192, wrapping).unwrap_key(wrapped, &mut output).map(<[u8]>::len),
            Aes::Aes256 => kek!(aes_kw::KwpAes256, wrapping).unwrap_key(wrapped, &mut output).map(<[u8]>::len),
        };
        output.truncate(len.or_failed()?);
        Ok(Secret::new(std::mem::take(&mut output)))
    }
}
