//! ChaCha20 (RFC 8439 §2.4) without a tag, as old documents of xmlsec1 use it. Neither provider has it alone: the crate
//! chacha20 does it for both.

use chacha20::ChaCha20;
use cipher::{KeyIvInit as _, StreamCipher as _, StreamCipherSeek as _};

use super::{OrFailed as _, Refusal};

/// The number of octets of a block.
const BLOCK: u64 = 64;

/// Encrypts or decrypts in place. `vector` is the counter of the first block, little-endian in four octets, and the nonce of
/// twelve. Fails if the counter would begin anew.
pub(crate) fn chacha20(key: &[u8], vector: &[u8], octets: &mut [u8]) -> Result<(), Refusal> {
    let (counter, nonce) = vector.split_first_chunk().or_failed()?;
    let mut cipher = ChaCha20::new_from_slices(key, nonce).or_failed()?;
    cipher.try_seek(u64::from(u32::from_le_bytes(*counter)) * BLOCK).or_failed()?;
    cipher.try_apply_keystream(octets).or_failed()
}
