//! Content ciphers and key wraps, with the layouts of XML Encryption.

use zeroize::Zeroizing;

use crate::algorithm::{Aes, BlockCipher, ContentEncryption, DigestMethod, KeyWrap, Mode, Wrap};
use crate::digest::Digest;
use crate::error::CryptoError;
use crate::provider::{Chosen, Provider as _, Refusal};
use crate::random::Random;
use crate::secret::Secret;

/// Octets of the tag of GCM.
const TAG: usize = 16;

fn not_encrypted(refusal: Refusal) -> CryptoError {
    refusal.or(CryptoError::Provider)
}

fn not_decrypted(refusal: Refusal) -> CryptoError {
    refusal.or(CryptoError::Decryption)
}

/// Encrypts `plaintext`: a fresh initialisation vector, the ciphertext, and for GCM the tag.
///
/// # Errors
/// [`CryptoError::KeyMismatch`] if the key has another length than the method demands;
/// [`CryptoError::Provider`], [`CryptoError::Unsupported`].
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
    let mut octets = Vec::with_capacity(iv_len + plaintext.len() + TAG);
    octets.resize(iv_len, 0);
    random.fill(&mut octets)?;
    octets.extend_from_slice(plaintext);
    match method.mode() {
        Mode::Gcm(aes) => Chosen::gcm_seal(aes, key.as_octets(), &mut octets).map_err(not_encrypted)?,
        Mode::Cbc(cipher) => {
            let pad = cipher.block_len() - plaintext.len() % cipher.block_len();
            octets.extend(std::iter::repeat_n(pad as u8, pad));
            let (iv, blocks) = octets.split_at_mut(iv_len);
            Chosen::cbc_encrypt(cipher, key.as_octets(), iv, blocks).map_err(not_encrypted)?;
        }
    }
    Ok(octets)
}

/// Decrypts what [`encrypt`] lays out. The octets are decrypted in place and wiped on failure.
///
/// # Errors
/// [`CryptoError::Decryption`], whatever went wrong; [`CryptoError::Unsupported`].
///
/// # Specification
/// XML Encryption 1.1 §5.2; CBC padding counts by its last octet alone.
pub fn decrypt(method: ContentEncryption, key: &Secret, octets: Vec<u8>) -> Result<Vec<u8>, CryptoError> {
    let mut octets = Zeroizing::new(octets);
    if key.len() != method.key_len() {
        return Err(CryptoError::Decryption);
    }
    let end = match method.mode() {
        Mode::Gcm(aes) => gcm_open(aes, key, &mut octets)?,
        Mode::Cbc(cipher) => cbc_decrypt(cipher, key, &mut octets)?,
    };
    octets.truncate(end);
    octets.drain(..method.iv_len());
    Ok(std::mem::take(&mut octets))
}

/// Decrypts behind the initialisation vector; says where the plaintext ends.
fn gcm_open(aes: Aes, key: &Secret, octets: &mut [u8]) -> Result<usize, CryptoError> {
    if octets.len() < 12 + TAG {
        return Err(CryptoError::Decryption);
    }
    Chosen::gcm_open(aes, key.as_octets(), octets).map_err(not_decrypted)
}

/// Decrypts behind the initialisation vector; says where the plaintext ends.
fn cbc_decrypt(cipher: BlockCipher, key: &Secret, octets: &mut [u8]) -> Result<usize, CryptoError> {
    let block = cipher.block_len();
    if octets.len() < 2 * block || !octets.len().is_multiple_of(block) {
        return Err(CryptoError::Decryption);
    }
    let (iv, blocks) = octets.split_at_mut(block);
    Chosen::cbc_decrypt(cipher, key.as_octets(), iv, blocks).map_err(not_decrypted)?;
    match octets.last().map(|pad| usize::from(*pad)) {
        Some(pad) if (1..=block).contains(&pad) => Ok(octets.len() - pad),
        Some(_) | None => Err(CryptoError::Decryption),
    }
}

/// Wraps a key under another.
///
/// # Errors
/// [`CryptoError::KeyMismatch`] if the wrapping key has the wrong length; [`CryptoError::Provider`],
/// [`CryptoError::Unsupported`].
///
/// # Specification
/// XML Encryption 1.1 §5.6: RFC 3394, and RFC 3217 §3 for 3DES.
pub fn wrap(method: KeyWrap, wrapping: &Secret, key: &Secret, random: &dyn Random) -> Result<Vec<u8>, CryptoError> {
    if wrapping.len() != method.key_len() {
        return Err(CryptoError::KeyMismatch);
    }
    match method.wrap() {
        Wrap::Rfc3394(aes) => Chosen::aes_wrap(aes, wrapping.as_octets(), key.as_octets()).map_err(not_encrypted),
        Wrap::TripleDes => triple_des_wrap(wrapping, key, random),
    }
}

/// Unwraps what [`wrap`] wraps.
///
/// # Errors
/// [`CryptoError::Decryption`], whatever went wrong; [`CryptoError::Unsupported`].
pub fn unwrap(method: KeyWrap, wrapping: &Secret, wrapped: &[u8]) -> Result<Secret, CryptoError> {
    // What wraps a key is at least three blocks of eight octets, whatever the cipher.
    if wrapping.len() != method.key_len() || wrapped.len() < 24 || !wrapped.len().is_multiple_of(8) {
        return Err(CryptoError::Decryption);
    }
    match method.wrap() {
        Wrap::Rfc3394(aes) => Chosen::aes_unwrap(aes, wrapping.as_octets(), wrapped).map_err(not_decrypted),
        Wrap::TripleDes => triple_des_unwrap(wrapping, wrapped),
    }
}

const TRIPLE_DES_IV: [u8; 8] = [0x4A, 0xDD, 0xA2, 0x2C, 0x79, 0xE8, 0x21, 0x05];

/// RFC 3217 §3.1. The keys it wraps are not only 3DES keys.
fn triple_des_wrap(wrapping: &Secret, key: &Secret, random: &dyn Random) -> Result<Vec<u8>, CryptoError> {
    if key.is_empty() || !key.len().is_multiple_of(8) {
        return Err(CryptoError::KeyMismatch);
    }
    let mut iv = [0; 8];
    random.fill(&mut iv)?;
    let checksum = Digest::of(DigestMethod::Sha1, key.as_octets());
    let mut inner = Zeroizing::new([key.as_octets(), &checksum.as_octets()[..8]].concat());
    let wrapping = wrapping.as_octets();
    Chosen::cbc_encrypt(BlockCipher::TripleDes, wrapping, &iv, &mut inner).map_err(not_encrypted)?;
    let mut outer: Vec<u8> = iv.iter().chain(inner.iter()).rev().copied().collect();
    Chosen::cbc_encrypt(BlockCipher::TripleDes, wrapping, &TRIPLE_DES_IV, &mut outer).map_err(not_encrypted)?;
    Ok(outer)
}

/// RFC 3217 §3.2: initialisation vector, at least one block of key, checksum.
fn triple_des_unwrap(wrapping: &Secret, wrapped: &[u8]) -> Result<Secret, CryptoError> {
    let mut octets = Zeroizing::new(wrapped.to_vec());
    let wrapping = wrapping.as_octets();
    Chosen::cbc_decrypt(BlockCipher::TripleDes, wrapping, &TRIPLE_DES_IV, &mut octets).map_err(not_decrypted)?;
    octets.reverse();
    let (iv, inner) = octets.split_at_mut(8);
    Chosen::cbc_decrypt(BlockCipher::TripleDes, wrapping, iv, inner).map_err(not_decrypted)?;
    let (key, checksum) = inner.split_at(inner.len() - 8);
    let key = Secret::new(key.to_vec());
    let expected = Digest::of(DigestMethod::Sha1, key.as_octets());
    if Secret::new(checksum.to_vec()).equals(&expected.as_octets()[..8]) {
        Ok(key)
    } else {
        Err(CryptoError::Decryption)
    }
}
