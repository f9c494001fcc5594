//! AES key wrap (RFC 3394), and with padding (RFC 5649). aws-lc-rs has both for AES-128 and AES-256. AES-192 is done block by
//! block, and padding in the shim for every size.

use aws_lc_rs::cipher::{DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext};
use aws_lc_rs::key_wrap::{AES_128, AES_256, AesKek, KeyWrap as _};
use wss_crypto_shim as shim;
use zeroize::Zeroizing;

use super::block_cipher::unbound;
use crate::algorithm::{Aes, BlockCipher};
use crate::provider::{OrFailed as _, Refusal, rfc3394};
use crate::secret::Secret;

pub(super) fn wrap(aes: Aes, wrapping: &[u8], key: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut output = vec![0; key.len() + 8];
    let len = match aes {
        Aes::Aes128 => AesKek::new(&AES_128, wrapping).and_then(|kek| Ok(kek.wrap(key, &mut output)?.len())),
        Aes::Aes192 => return wrap_192(wrapping, key),
        Aes::Aes256 => AesKek::new(&AES_256, wrapping).and_then(|kek| Ok(kek.wrap(key, &mut output)?.len())),
    };
    output.truncate(len.or_failed()?);
    Ok(output)
}

pub(super) fn unwrap(aes: Aes, wrapping: &[u8], wrapped: &[u8]) -> Result<Secret, Refusal> {
    let mut output = Zeroizing::new(vec![0; wrapped.len()]);
    let len = match aes {
        Aes::Aes128 => AesKek::new(&AES_128, wrapping).and_then(|kek| Ok(kek.unwrap(wrapped, &mut output)?.len())),
        Aes::Aes192 => return unwrap_192(wrapping, wrapped),
        Aes::Aes256 => AesKek::new(&AES_256, wrapping).and_then(|kek| Ok(kek.unwrap(wrapped, &mut output)?.len())),
    };
    output.truncate(len.or_failed()?);
    Ok(Secret::new(std::mem::take(&mut output)))
}

pub(super) fn wrap_padded(aes: Aes, wrapping: &[u8], key: &[u8]) -> Result<Vec<u8>, Refusal> {
    // The shim selects the cipher by the length of the key.
    let fits = wrapping.len() == aes.key_len();
    fits.then(|| shim::wrap_padded(wrapping, key)).flatten().or_failed()
}

pub(super) fn unwrap_padded(aes: Aes, wrapping: &[u8], wrapped: &[u8]) -> Result<Secret, Refusal> {
    let fits = wrapping.len() == aes.key_len();
    fits.then(|| shim::unwrap_padded(wrapping, wrapped)).flatten().map(Secret::new).or_failed()
}

fn wrap_192(wrapping: &[u8], key: &[u8]) -> Result<Vec<u8>, Refusal> {
    let ecb = EncryptingKey::ecb(unbound(BlockCipher::Aes(Aes::Aes192), wrapping)?).or_failed()?;
    rfc3394::wrap(key, |block| ecb.less_safe_encrypt(block, EncryptionContext::None).map(drop).or_failed())
}

fn unwrap_192(wrapping: &[u8], wrapped: &[u8]) -> Result<Secret, Refusal> {
    let ecb = DecryptingKey::ecb(unbound(BlockCipher::Aes(Aes::Aes192), wrapping)?).or_failed()?;
    rfc3394::unwrap(wrapped, |block| ecb.decrypt(block, DecryptionContext::None).map(drop).or_failed())
}
