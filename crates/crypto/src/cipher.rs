//! Content ciphers and key wraps, with the layouts of XML Encryption.

use subtle::{Choice, ConditionallySelectable as _, ConstantTimeGreater as _};
use zeroize::Zeroizing;

use crate::algorithm::{Aes, BlockCipher, ContentEncryption, KeyWrap, Mode};
use crate::error::CryptoError;
use crate::provider::{Chosen, Provider as _, Refusal, chacha20};
use crate::random::Random;
use crate::secret::Secret;

/// The number of octets of a GCM tag.
const TAG: usize = 16;

fn not_encrypted(refusal: Refusal) -> CryptoError {
    refusal.or(CryptoError::Provider)
}

fn not_decrypted(refusal: Refusal) -> CryptoError {
    refusal.or(CryptoError::Decryption)
}

/// Encrypts `plaintext`. The result is a fresh initialisation vector, the ciphertext and, for GCM, the tag.
///
/// # Errors
/// [`CryptoError::KeyMismatch`] if the key has another length than the method demands;
/// [`CryptoError::Provider`], [`CryptoError::Unsupported`].
///
/// # Specification
/// XML Encryption 1.1 §5.2. CBC pads as PKCS#7 does, which is a legal choice of its padding octets.
///
/// ```
/// use wss_crypto::{ContentEncryption, Secret, SystemRandom, decrypt, encrypt};
///
/// let method = ContentEncryption::Aes256Gcm;
/// let key = Secret::generate(&SystemRandom, method.key_len())?;
/// let mut octets = encrypt(method, &key, b"plaintext", &SystemRandom)?;
/// assert_eq!(decrypt(method, &key, octets.clone())?, b"plaintext");
/// octets[0] ^= 1;
/// assert!(decrypt(method, &key, octets).is_err());
/// # Ok::<(), wss_crypto::CryptoError>(())
/// ```
pub fn encrypt(
    method: ContentEncryption,
    key: &Secret,
    plaintext: &[u8],
    random: &dyn Random,
) -> Result<Vec<u8>, CryptoError> {
    let mut octets = Vec::with_capacity(method.iv_len() + plaintext.len() + TAG);
    octets.resize(method.iv_len(), 0);
    octets.extend_from_slice(plaintext);
    encrypt_in_place(method, key, octets, random)
}

/// As [`encrypt`], in place: before the plaintext, `octets` has [`ContentEncryption::iv_len`] octets of room for the
/// initialisation vector. With 16 octets of capacity behind it, nothing is copied.
///
/// # Errors
/// As [`encrypt`]; [`CryptoError::Provider`] if there is no such room.
pub fn encrypt_in_place(
    method: ContentEncryption,
    key: &Secret,
    octets: Vec<u8>,
    random: &dyn Random,
) -> Result<Vec<u8>, CryptoError> {
    // Wiped unless it becomes ciphertext.
    let mut octets = Zeroizing::new(octets);
    if key.len() != method.key_len() {
        return Err(CryptoError::KeyMismatch);
    }
    let iv_len = method.iv_len();
    random.fill(octets.get_mut(..iv_len).ok_or(CryptoError::Provider)?)?;
    match method.mode() {
        Mode::Gcm(aes) => Chosen::gcm_seal(aes, key.as_octets(), &mut octets).map_err(not_encrypted)?,
        Mode::ChaCha20Poly1305 => {
            Chosen::chacha20_poly1305_seal(key.as_octets(), &mut octets).map_err(not_encrypted)?;
        }
        Mode::ChaCha20 => {
            let (iv, plaintext) = octets.split_at_mut(iv_len);
            // The counter begins at zero, so that it does not overflow.
            iv[..4].fill(0);
            chacha20(key.as_octets(), iv, plaintext).map_err(not_encrypted)?;
        }
        Mode::Cbc(cipher) => {
            let pad = cipher.block_len() - (octets.len() - iv_len) % cipher.block_len();
            octets.extend(std::iter::repeat_n(pad as u8, pad));
            let (iv, blocks) = octets.split_at_mut(iv_len);
            Chosen::cbc_encrypt(cipher, key.as_octets(), iv, blocks).map_err(not_encrypted)?;
        }
    }
    Ok(std::mem::take(&mut *octets))
}

/// Decrypts a result of [`encrypt`]. The octets are decrypted in place and wiped on failure.
///
/// # Errors
/// As [`decrypt_and`].
///
/// # Specification
/// XML Encryption 1.1 §5.2. Only the last octet of CBC padding counts.
pub fn decrypt(method: ContentEncryption, key: &Secret, octets: Vec<u8>) -> Result<Vec<u8>, CryptoError> {
    decrypt_and(method, key, octets, Some)
}

/// Decrypts a result of [`encrypt`] and calls `read` on the plaintext before it reports whether decryption failed. The
/// work is thus the same for wrong padding, a wrong tag, and a plaintext that `read` rejects. After a wrong tag `read`
/// gets as many zeros as the plaintext would have had, after wrong padding the decrypted octets; its result is then
/// dropped.
///
/// # Errors
/// [`CryptoError::Decryption`], whatever went wrong; [`CryptoError::Unsupported`].
pub fn decrypt_and<T>(
    method: ContentEncryption,
    key: &Secret,
    octets: Vec<u8>,
    read: impl FnOnce(Vec<u8>) -> Option<T>,
) -> Result<T, CryptoError> {
    decrypt_beside_and(method, key, &[], octets, read)
}

/// As [`decrypt_and`], with additional data, which the tag of ChaCha20-Poly1305 covers and no other method has.
///
/// # Errors
/// As [`decrypt_and`].
///
/// # Specification
/// RFC 9231 §2.6.8.
pub fn decrypt_beside_and<T>(
    method: ContentEncryption,
    key: &Secret,
    additional: &[u8],
    octets: Vec<u8>,
    read: impl FnOnce(Vec<u8>) -> Option<T>,
) -> Result<T, CryptoError> {
    let mut octets = Zeroizing::new(octets);
    let opened = match method.mode() {
        _ if key.len() != method.key_len() => Err(CryptoError::Decryption),
        Mode::ChaCha20Poly1305 => chacha20_open(key, additional, &mut octets).map(|end| (end, Choice::from(1))),
        _ if !additional.is_empty() => Err(CryptoError::Decryption),
        Mode::Gcm(aes) => gcm_open(aes, key, &mut octets).map(|end| (end, Choice::from(1))),
        Mode::ChaCha20 => chacha20_decrypt(key, &mut octets).map(|end| (end, Choice::from(1))),
        Mode::Cbc(cipher) => cbc_decrypt(cipher, key, &mut octets),
    };
    let (end, holds) = match opened {
        Ok(opened) => opened,
        Err(CryptoError::Decryption) => {
            octets.fill(0);
            let tag = if method.is_authenticated() { TAG } else { 0 };
            (octets.len().saturating_sub(tag), Choice::from(0))
        }
        Err(unsupported) => return Err(unsupported),
    };
    octets.truncate(end);
    octets.drain(..method.iv_len().min(end));
    let made = read(std::mem::take(&mut octets));
    made.filter(|_| bool::from(holds)).ok_or(CryptoError::Decryption)
}

/// Decrypts the octets after the initialisation vector and returns where the plaintext ends.
fn gcm_open(aes: Aes, key: &Secret, octets: &mut [u8]) -> Result<usize, CryptoError> {
    if octets.len() < 12 + TAG {
        return Err(CryptoError::Decryption);
    }
    Chosen::gcm_open(aes, key.as_octets(), octets).map_err(not_decrypted)
}

fn chacha20_open(key: &Secret, additional: &[u8], octets: &mut [u8]) -> Result<usize, CryptoError> {
    if octets.len() < 12 + TAG {
        return Err(CryptoError::Decryption);
    }
    Chosen::chacha20_poly1305_open(key.as_octets(), additional, octets).map_err(not_decrypted)
}

fn chacha20_decrypt(key: &Secret, octets: &mut [u8]) -> Result<usize, CryptoError> {
    let len = octets.len();
    let (iv, ciphertext) =
        octets.split_at_mut_checked(ContentEncryption::ChaCha20.iv_len()).ok_or(CryptoError::Decryption)?;
    chacha20(key.as_octets(), iv, ciphertext).map_err(not_decrypted)?;
    Ok(len)
}

/// Decrypts the octets after the initialisation vector; returns where the plaintext ends, and whether the padding is
/// right. If it is wrong, the end is computed as for a whole block of padding.
fn cbc_decrypt(cipher: BlockCipher, key: &Secret, octets: &mut [u8]) -> Result<(usize, Choice), CryptoError> {
    let block = cipher.block_len();
    if octets.len() < 2 * block || !octets.len().is_multiple_of(block) {
        return Err(CryptoError::Decryption);
    }
    let (iv, blocks) = octets.split_at_mut(block);
    Chosen::cbc_decrypt(cipher, key.as_octets(), iv, blocks).map_err(not_decrypted)?;
    let pad = u32::from(octets.last().copied().unwrap_or(0));
    // Whether 0 < pad <= block, without a branch on it.
    let holds = pad.ct_gt(&0) & !pad.ct_gt(&(block as u32));
    let pad = u32::conditional_select(&(block as u32), &pad, holds);
    Ok((octets.len() - pad as usize, holds))
}

/// Wraps a key with another key.
///
/// # Errors
/// [`CryptoError::KeyMismatch`] if the wrapping key has another length than the method demands, or it does not wrap keys as long
/// as `key`; [`CryptoError::Provider`], [`CryptoError::Unsupported`].
///
/// # Specification
/// XML Encryption 1.1 §5.6: RFC 3394, RFC 3217 §3 for 3DES, and RFC 3657 §3 for Camellia.
///
/// ```
/// use wss_crypto::{KeyWrap, Secret, SystemRandom, unwrap, wrap};
///
/// let (wrapping, key) = (Secret::generate(&SystemRandom, 16)?, Secret::generate(&SystemRandom, 32)?);
/// let wrapped = wrap(KeyWrap::Aes128, &wrapping, &key, &SystemRandom)?;
/// assert!(unwrap(KeyWrap::Aes128, &wrapping, &wrapped)?.equals(key.as_octets()));
/// # Ok::<(), wss_crypto::CryptoError>(())
/// ```
pub fn wrap(method: KeyWrap, wrapping: &Secret, key: &Secret, random: &dyn Random) -> Result<Vec<u8>, CryptoError> {
    let kind = method.wrap();
    if wrapping.len() != method.key_len() || !kind.takes(key.len()) {
        return Err(CryptoError::KeyMismatch);
    }
    let mut iv = vec![0; kind.iv_len()];
    if !iv.is_empty() {
        random.fill(&mut iv)?;
    }
    Chosen::wrap(kind, wrapping.as_octets(), &iv, key.as_octets()).map_err(not_encrypted)
}

/// Unwraps a result of [`wrap`].
///
/// # Errors
/// [`CryptoError::Decryption`], whatever went wrong; [`CryptoError::Unsupported`].
pub fn unwrap(method: KeyWrap, wrapping: &Secret, wrapped: &[u8]) -> Result<Secret, CryptoError> {
    let kind = method.wrap();
    if wrapping.len() != method.key_len() || !kind.gives(wrapped.len()) {
        return Err(CryptoError::Decryption);
    }
    Chosen::unwrap(kind, wrapping.as_octets(), wrapped).map_err(not_decrypted)
}

#[cfg(test)]
mod tests {
    use super::{decrypt_and, encrypt};
    use crate::algorithm::ContentEncryption;
    use crate::error::CryptoError;
    use crate::random::SystemRandom;
    use crate::secret::Secret;

    /// Every fault of the ciphertext, with whether the plaintext was read, and how many octets of it.
    #[test]
    fn wrong_padding_and_wrong_tags_are_read_before_they_are_refused() {
        let methods = ContentEncryption::ALL
            .into_iter()
            .filter(|method| encrypt(*method, &Secret::new(vec![7; method.key_len()]), b"", &SystemRandom).is_ok());
        for method in methods {
            let key = Secret::new(vec![7; method.key_len()]);
            let genuine = encrypt(method, &key, &[9; 100], &SystemRandom).expect("encrypted");
            for at in 0..genuine.len() {
                let mut changed = genuine.clone();
                changed[at] ^= 0x80;
                let mut seen = None;
                let opened = decrypt_and(method, &key, changed, |octets| {
                    seen = Some(octets.len());
                    Some(octets)
                });
                assert!(seen.is_some_and(|seen| (80..=112).contains(&seen)), "{method:?} {at}: {seen:?}");
                assert!(!method.is_authenticated() || opened.is_err(), "{method:?} {at}");
            }
            let unread = decrypt_and(method, &key, genuine.clone(), |_| None::<()>);
            assert!(matches!(unread, Err(CryptoError::Decryption)), "{method:?}: a plaintext that cannot be read");
            let other = Secret::new(vec![8; method.key_len()]);
            let mut seen = 0;
            let _either = decrypt_and(method, &other, genuine.clone(), |octets| {
                seen = octets.len();
                Some(())
            });
            assert!(seen >= 80, "{method:?}: a wrong key");
        }
    }
}
