//! 3DES key wrap (RFC 3217 §3), for old messages, with the CBC and the digest of a provider.

use zeroize::Zeroizing;

use super::{DigestInPieces as _, OrFailed as _, Provider, Refusal};
use crate::algorithm::{BlockCipher, DigestMethod};
use crate::secret::Secret;

const OUTER_IV: [u8; 8] = [0x4A, 0xDD, 0xA2, 0x2C, 0x79, 0xE8, 0x21, 0x05];

/// The number of octets of the checksum, which are the first ones of a digest.
const CHECKSUM: usize = 8;

/// RFC 3217 §3.1, for keys of any cipher.
pub(super) fn wrap<P: Provider>(wrapping: &[u8], iv: &[u8], key: &[u8]) -> Result<Vec<u8>, Refusal> {
    let digest = P::Digest::of(DigestMethod::Sha1, key);
    let checksum = digest.as_octets().get(..CHECKSUM).or_failed()?;
    let mut inner = Zeroizing::new([key, checksum].concat());
    P::cbc_encrypt(BlockCipher::TripleDes, wrapping, iv, &mut inner)?;
    let mut outer: Vec<u8> = iv.iter().chain(inner.iter()).rev().copied().collect();
    P::cbc_encrypt(BlockCipher::TripleDes, wrapping, &OUTER_IV, &mut outer)?;
    Ok(outer)
}

/// RFC 3217 §3.2: initialisation vector, at least one block of key, checksum.
pub(super) fn unwrap<P: Provider>(wrapping: &[u8], wrapped: &[u8]) -> Result<Secret, Refusal> {
    let mut octets = Zeroizing::new(wrapped.to_vec());
    P::cbc_decrypt(BlockCipher::TripleDes, wrapping, &OUTER_IV, &mut octets)?;
    octets.reverse();
    let (iv, inner) = octets.split_at_mut_checked(BlockCipher::TripleDes.block_len()).or_failed()?;
    P::cbc_decrypt(BlockCipher::TripleDes, wrapping, iv, inner)?;
    let (key, checksum) = inner.split_at_checked(inner.len().saturating_sub(CHECKSUM)).or_failed()?;
    let key = Secret::new(key.to_vec());
    let expected = P::Digest::of(DigestMethod::Sha1, key.as_octets());
    let fits = Secret::new(checksum.to_vec()).equals(expected.as_octets().get(..CHECKSUM).or_failed()?);
    fits.then_some(key).or_failed()
}
