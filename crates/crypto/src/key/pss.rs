//! RSASSA-PSS with parameters that the providers do not have: another digest of the mask, or another length of the salt.

use wss_text::octets;

use super::{PssParameters, PublicKey, RsaComponents};
use crate::algorithm::DigestMethod;
use crate::digest::Digest;
use crate::error::CryptoError;

impl PublicKey {
    /// Verifies a signature with these parameters, for documents that have others than those of the methods.
    ///
    /// # Errors
    /// [`CryptoError::KeyMismatch`] for a key that is not of RSA, or that is restricted to other parameters
    /// ([`KeyKind::can_run_pss`](crate::KeyKind::can_run_pss)); [`CryptoError::SignatureMismatch`].
    ///
    /// # Specification
    /// RFC 8017 §8.1.2 and §9.1.2; RFC 4055 §3.3.
    pub fn verify_pss(&self, parameters: PssParameters, message: &[u8], value: &[u8]) -> Result<(), CryptoError> {
        if !self.kind().can_run_pss(parameters) {
            return Err(CryptoError::KeyMismatch);
        }
        let digested = Digest::of(parameters.digest, message);
        let fits = self.recover(value).and_then(|block| self.encodes(&block, digested.as_octets(), parameters));
        if fits == Some(true) { Ok(()) } else { Err(CryptoError::SignatureMismatch) }
    }

    /// Whether a recovered block is an encoding of the digest; `None` for a block of another shape. All of it is public.
    fn encodes(&self, block: &[u8], digested: &[u8], parameters: PssParameters) -> Option<bool> {
        let PssParameters { digest, mask, salt_len } = parameters;
        let PssEncoding { data_block, hash } = self.pss_encoding(block, digest, mask)?;
        let (padding, salt) =
            data_block.split_at_checked(data_block.len().checked_sub(usize::try_from(salt_len).ok()?)?)?;
        let padding = padding.strip_suffix(&[1])?;
        let made = Digest::of(digest, &[&[0; 8], digested, salt].concat());
        Some(padding.iter().all(|octet| *octet == 0) && made.as_octets() == hash)
    }

    /// The encoding of RSASSA-PSS in a block that [`PublicKey::recover`] gave; `None` for a block of another shape. It proves
    /// nothing by itself.
    ///
    /// # Specification
    /// RFC 8017 §9.1.2, steps 4 to 9.
    #[must_use]
    pub fn pss_encoding(&self, block: &[u8], digest: DigestMethod, mask: DigestMethod) -> Option<PssEncoding> {
        let RsaComponents { modulus, .. } = self.rsa_numbers()?;
        let bits = modulus.len() * 8 - modulus.first()?.leading_zeros() as usize - 1;
        let len = bits.div_ceil(8);
        let (zeros, encoded) = block.split_at_checked(block.len().checked_sub(len)?)?;
        let encoded = encoded.strip_suffix(&[0xBC])?;
        let (masked, hash) = encoded.split_at_checked(encoded.len().checked_sub(digest.output_len())?)?;
        // The bits above the encoding.
        let above = !(0xFF_u8 >> (8 * len - bits));
        if zeros.iter().any(|octet| *octet != 0) || masked.first()? & above != 0 {
            return None;
        }
        let masks = mgf1(hash, masked.len(), mask);
        let mut data_block: Vec<u8> = masked.iter().zip(masks).map(|(octet, mask)| octet ^ mask).collect();
        *data_block.first_mut()? &= !above;
        Some(PssEncoding { data_block, hash: hash.to_vec() })
    }
}

/// The encoding of RSASSA-PSS, without its mask (RFC 8017 §9.1).
#[derive(Clone, PartialEq, Eq)]
pub struct PssEncoding {
    /// Zeros, the octet 1, and the salt.
    pub data_block: Vec<u8>,
    /// The digest of eight zeros, the digest of the message, and the salt.
    pub hash: Vec<u8>,
}

impl std::fmt::Debug for PssEncoding {
    /// Octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PssEncoding")
            .field("data_block", &octets(&self.data_block))
            .field("hash", &octets(&self.hash))
            .finish()
    }
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
