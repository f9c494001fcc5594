//! Content ciphers and key wraps, with the layouts of XML Encryption.

use crate::algorithm::{ContentEncryption, DigestMethod, KeyWrap};
use crate::digest::Digest;
use crate::error::CryptoError;
use crate::provider::imp;
use crate::random::Random;
use crate::secret::Secret;

/// The raw cipher a method runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlockCipher {
    Aes,
    TripleDes,
}

/// Encrypts `plaintext`: a fresh initialisation vector, the ciphertext, and for GCM the tag.
///
/// # Errors
/// [`CryptoError::KeyMismatch`] if the key has another length than the method demands;
/// [`CryptoError::Provider`].
///
/// # Specification
/// XML Encryption 1.1 §5.2. CBC pads as PKCS#7 does, which is a legal choice of its padding octets.
pub fn encrypt(
    method: ContentEncryption,
    key: &Secret,
    plaintext: &[u8],
    random: &dyn Random,
) -> Result<Vec<u8>, CryptoError> {
    if key.len() != method.key_len() {
        return Err(CryptoError::KeyMismatch);
    }
    let iv_len = method.iv_len();
    let mut octets = Vec::with_capacity(iv_len + plaintext.len() + 16);
    octets.resize(iv_len, 0);
    random.fill(&mut octets)?;
    octets.extend_from_slice(plaintext);
    if method.is_authenticated() {
        imp::gcm_seal(key.as_octets(), &mut octets).ok_or(CryptoError::Provider)?;
        return Ok(octets);
    }
    let block = iv_len;
    let pad = block - plaintext.len() % block;
    octets.extend(std::iter::repeat_n(pad as u8, pad));
    let (iv, blocks) = octets.split_at_mut(iv_len);
    imp::cbc_encrypt(cbc_cipher(method), key.as_octets(), iv, blocks).ok_or(CryptoError::Provider)?;
    Ok(octets)
}

/// Decrypts what [`encrypt`] lays out. The octets are decrypted in place and wiped on failure.
///
/// # Errors
/// [`CryptoError::Decryption`], whatever went wrong.
///
/// # Specification
/// XML Encryption 1.1 §5.2; CBC padding counts by its last octet alone.
pub fn decrypt(method: ContentEncryption, key: &Secret, octets: Vec<u8>) -> Result<Vec<u8>, CryptoError> {
    let mut octets = zeroize::Zeroizing::new(octets);
    let iv_len = method.iv_len();
    if key.len() != method.key_len() {
        return Err(CryptoError::Decryption);
    }
    if method.is_authenticated() {
        if octets.len() < iv_len + 16 {
            return Err(CryptoError::Decryption);
        }
        let plaintext = imp::gcm_open(key.as_octets(), &mut octets).ok_or(CryptoError::Decryption)?;
        octets.truncate(plaintext);
        octets.drain(..iv_len);
        return Ok(std::mem::take(&mut octets));
    }
    let block = iv_len;
    if octets.len() < 2 * block || !octets.len().is_multiple_of(block) {
        return Err(CryptoError::Decryption);
    }
    let (iv, blocks) = octets.split_at_mut(iv_len);
    imp::cbc_decrypt(cbc_cipher(method), key.as_octets(), iv, blocks).ok_or(CryptoError::Decryption)?;
    let pad = octets.last().copied().unwrap_or(0) as usize;
    if pad == 0 || pad > block {
        return Err(CryptoError::Decryption);
    }
    let len = octets.len() - pad;
    octets.truncate(len);
    octets.drain(..iv_len);
    Ok(std::mem::take(&mut octets))
}

fn cbc_cipher(method: ContentEncryption) -> BlockCipher {
    if method == ContentEncryption::TripleDesCbc { BlockCipher::TripleDes } else { BlockCipher::Aes }
}

/// Wraps a key under another.
///
/// # Errors
/// [`CryptoError::KeyMismatch`] if the wrapping key has the wrong length; [`CryptoError::Provider`].
///
/// # Specification
/// XML Encryption 1.1 §5.6: RFC 3394, and RFC 3217 §3 for 3DES.
pub fn wrap(method: KeyWrap, wrapping: &Secret, key: &Secret, random: &dyn Random) -> Result<Vec<u8>, CryptoError> {
    if wrapping.len() != method.key_len() {
        return Err(CryptoError::KeyMismatch);
    }
    if method != KeyWrap::TripleDes {
        return imp::aes_wrap(wrapping.as_octets(), key.as_octets()).ok_or(CryptoError::Provider);
    }
    if key.is_empty() || !key.len().is_multiple_of(8) {
        return Err(CryptoError::KeyMismatch);
    }
    let mut iv = [0; 8];
    random.fill(&mut iv)?;
    let checksum = Digest::of(DigestMethod::Sha1, key.as_octets());
    let mut inner = [key.as_octets(), &checksum.as_octets()[..8]].concat();
    let provider = || CryptoError::Provider;
    imp::cbc_encrypt(BlockCipher::TripleDes, wrapping.as_octets(), &iv, &mut inner).ok_or_else(provider)?;
    let mut outer: Vec<u8> = iv.iter().chain(&inner).rev().copied().collect();
    imp::cbc_encrypt(BlockCipher::TripleDes, wrapping.as_octets(), &TRIPLE_DES_IV, &mut outer).ok_or_else(provider)?;
    Ok(outer)
}

/// Unwraps what [`wrap`] wraps.
///
/// # Errors
/// [`CryptoError::Decryption`], whatever went wrong.
pub fn unwrap(method: KeyWrap, wrapping: &Secret, wrapped: &[u8]) -> Result<Secret, CryptoError> {
    let failed = || CryptoError::Decryption;
    if wrapping.len() != method.key_len() {
        return Err(failed());
    }
    if method != KeyWrap::TripleDes {
        if wrapped.len() < 24 || !wrapped.len().is_multiple_of(8) {
            return Err(failed());
        }
        return imp::aes_unwrap(wrapping.as_octets(), wrapped).map(Secret::new).ok_or_else(failed);
    }
    // IV, at least one block of key, checksum. The keys it wraps are not only 3DES keys.
    if wrapped.len() < 24 || !wrapped.len().is_multiple_of(8) {
        return Err(failed());
    }
    let mut octets = wrapped.to_vec();
    imp::cbc_decrypt(BlockCipher::TripleDes, wrapping.as_octets(), &TRIPLE_DES_IV, &mut octets).ok_or_else(failed)?;
    octets.reverse();
    let (iv, inner) = octets.split_at_mut(8);
    imp::cbc_decrypt(BlockCipher::TripleDes, wrapping.as_octets(), iv, inner).ok_or_else(failed)?;
    let (key, checksum) = inner.split_at(inner.len() - 8);
    let key = Secret::new(key.to_vec());
    let expected = Digest::of(DigestMethod::Sha1, key.as_octets());
    if !Secret::new(checksum.to_vec()).equals(&expected.as_octets()[..8]) {
        return Err(failed());
    }
    Ok(key)
}

const TRIPLE_DES_IV: [u8; 8] = [0x4A, 0xDD, 0xA2, 0x2C, 0x79, 0xE8, 0x21, 0x05];
