//! RSASSA-PSS with parameters that the providers do not have: another digest of the mask, or another length of the salt.

use super::{KeyKind, PublicKey, RsaComponents};
use crate::algorithm::DigestMethod;
use crate::digest::Digest;
use crate::error::CryptoError;

/// The parameters of RSASSA-PSS. The methods of [`SignatureMethod`](crate::SignatureMethod) have one digest for both, and a
/// salt as long as that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PssParameters {
    /// The digest of the message.
    pub digest: DigestMethod,
    /// The digest of MGF1.
    pub mask: DigestMethod,
    /// The number of octets of the salt.
    pub salt_len: u64,
}

impl PublicKey {
    /// Verifies a signature with these parameters, for documents that have others than those of the methods.
    ///
    /// # Errors
    /// [`CryptoError::KeyMismatch`] for a key that is not [`KeyKind::Rsa`]; [`CryptoError::SignatureMismatch`].
    ///
    /// # Specification
    /// RFC 8017 §8.1.2 and §9.1.2.
    pub fn verify_pss(&self, parameters: PssParameters, message: &[u8], value: &[u8]) -> Result<(), CryptoError> {
        if !matches!(self.kind(), KeyKind::Rsa { .. }) {
            return Err(CryptoError::KeyMismatch);
        }
        let digested = Digest::of(parameters.digest, message);
        let fits = self.recover(value).zip(self.rsa_components());
        let fits = fits.and_then(|(block, RsaComponents { modulus, .. })| {
            let leading = modulus.first()?.leading_zeros() as usize;
            is_encoding(&block, modulus.len() * 8 - leading - 1, digested.as_octets(), parameters)
        });
        if fits == Some(true) { Ok(()) } else { Err(CryptoError::SignatureMismatch) }
    }
}

/// EMSA-PSS-VERIFY: whether a recovered block is an encoding of the digest in this number of bits; `None` for a block of another
/// shape. All of it is public.
fn is_encoding(block: &[u8], bits: usize, digested: &[u8], parameters: PssParameters) -> Option<bool> {
    let PssParameters { digest, mask, salt_len } = parameters;
    let len = bits.div_ceil(8);
    let (zeros, encoded) = block.split_at_checked(block.len().checked_sub(len)?)?;
    let encoded = encoded.strip_suffix(&[0xBC])?;
    let (masked, hash) = encoded.split_at_checked(encoded.len().checked_sub(digest.output_len())?)?;
    // The bits above the encoding.
    let above = !(0xFF_u8 >> (8 * len - bits));
    if zeros.iter().any(|octet| *octet != 0) || masked.first()? & above != 0 {
        return None;
    }
    let mut data: Vec<u8> =
        masked.iter().zip(mgf1(hash, masked.len(), mask)).map(|(octet, mask)| octet ^ mask).collect();
    *data.first_mut()? &= !above;
    let (padding, salt) = data.split_at_checked(data.len().checked_sub(usize::try_from(salt_len).ok()?)?)?;
    let padding = padding.strip_suffix(&[1])?;
    let made = Digest::of(digest, &[&[0; 8], digested, salt].concat());
    Some(padding.iter().all(|octet| *octet == 0) && made.as_octets() == hash)
}

/// The mask of RFC 8017 §B.2.1.
fn mgf1(seed: &[u8], len: usize, digest: DigestMethod) -> Vec<u8> {
    let blocks = (0..u32::MAX).map(|counter| Digest::of(digest, &[seed, &counter.to_be_bytes()].concat()));
    let mut mask = Vec::with_capacity(len + digest.output_len());
    for block in blocks.take(len.div_ceil(digest.output_len())) {
        mask.extend_from_slice(block.as_octets());
    }
    mask.truncate(len);
    mask
}
