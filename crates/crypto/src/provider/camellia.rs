//! Camellia (RFC 3713), for old messages: CBC, and key wrap (RFC 3657 §3.4.3). Neither provider has it: the crate camellia
//! does it for both.

use cipher::{
    BlockCipherDecrypt as _, BlockCipherEncrypt as _, BlockModeDecrypt as _, BlockModeEncrypt as _, KeyInit as _,
    KeyIvInit as _,
};

use super::{OrFailed as _, Refusal, rfc3394};
use crate::algorithm::Camellia;
use crate::secret::Secret;

/// Runs an expression with the cipher of a size as `$cipher`.
macro_rules! of_size {
    ($size:expr, $cipher:ident => $run:expr) => {
        match $size {
            Camellia::Camellia128 => {
                type $cipher = camellia::Camellia128;
                $run
            }
            Camellia::Camellia192 => {
                type $cipher = camellia::Camellia192;
                $run
            }
            Camellia::Camellia256 => {
                type $cipher = camellia::Camellia256;
                $run
            }
        }
    };
}

/// The octets as whole blocks; octets that do not fill a block are a failure.
fn whole(octets: &mut [u8]) -> Result<&mut [cipher::Array<u8, cipher::consts::U16>], Refusal> {
    let (blocks, rest) = cipher::Array::slice_as_chunks_mut(octets);
    if rest.is_empty() { Ok(blocks) } else { Err(Refusal::Failed) }
}

pub(super) fn cbc_encrypt(size: Camellia, key: &[u8], iv: &[u8], blocks: &mut [u8]) -> Result<(), Refusal> {
    let blocks = whole(blocks)?;
    of_size!(size, Cipher => cbc::Encryptor::<Cipher>::new_from_slices(key, iv).or_failed()?.encrypt_blocks(blocks));
    Ok(())
}

pub(super) fn cbc_decrypt(size: Camellia, key: &[u8], iv: &[u8], blocks: &mut [u8]) -> Result<(), Refusal> {
    let blocks = whole(blocks)?;
    of_size!(size, Cipher => cbc::Decryptor::<Cipher>::new_from_slices(key, iv).or_failed()?.decrypt_blocks(blocks));
    Ok(())
}

/// Wraps `key`.
pub(super) fn wrap(size: Camellia, wrapping: &[u8], key: &[u8]) -> Result<Vec<u8>, Refusal> {
    of_size!(size, Cipher => {
        let cipher = Cipher::new_from_slice(wrapping).or_failed()?;
        rfc3394::wrap(key, |block| {
            cipher.encrypt_block(block.into());
            Ok(())
        })
    })
}

/// Unwraps a key: fails unless the integrity check holds.
pub(super) fn unwrap(size: Camellia, wrapping: &[u8], wrapped: &[u8]) -> Result<Secret, Refusal> {
    of_size!(size, Cipher => {
        let cipher = Cipher::new_from_slice(wrapping).or_failed()?;
        rfc3394::unwrap(wrapped, |block| {
            cipher.decrypt_block(block.into());
            Ok(())
        })
    })
}
