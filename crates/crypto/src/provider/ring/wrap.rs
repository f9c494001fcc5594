//! AES key wrap (RFC 3394), and with padding (RFC 5649), which ring does not have: aes-kw handles both.

use aes_kw::cipher::KeyInit as _;
use zeroize::Zeroizing;

use crate::algorithm::Aes;
use crate::provider::{OrFailed as _, Refusal};
use crate::secret::Secret;

/// A key-wrapping key.
macro_rules! kek {
    ($cipher:ty, $wrapping:expr) => {
        <$cipher>::new_from_slice($wrapping).or_failed()?
    };
}

pub(super) fn wrap(aes: Aes, wrapping: &[u8], key: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut output = vec![0; key.len() + 8];
    match aes {
        Aes::Aes128 => kek!(aes_kw::KwAes128, wrapping).wrap_key(key, &mut output).map(drop),
        Aes::Aes192 => kek!(aes_kw::KwAes192, wrapping).wrap_key(key, &mut output).map(drop),
        Aes::Aes256 => kek!(aes_kw::KwAes256, wrapping).wrap_key(key, &mut output).map(drop),
    }
    .or_failed()?;
    Ok(output)
}

pub(super) fn unwrap(aes: Aes, wrapping: &[u8], wrapped: &[u8]) -> Result<Secret, Refusal> {
    let mut output = Zeroizing::new(vec![0; wrapped.len().checked_sub(8).or_failed()?]);
    match aes {
        Aes::Aes128 => kek!(aes_kw::KwAes128, wrapping).unwrap_key(wrapped, &mut output).map(drop),
        Aes::Aes192 => kek!(aes_kw::KwAes192, wrapping).unwrap_key(wrapped, &mut output).map(drop),
        Aes::Aes256 => kek!(aes_kw::KwAes256, wrapping).unwrap_key(wrapped, &mut output).map(drop),
    }
    .or_failed()?;
    Ok(Secret::new(std::mem::take(&mut output)))
}

pub(super) fn wrap_padded(aes: Aes, wrapping: &[u8], key: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut output = vec![0; key.len().next_multiple_of(8) + 8];
    match aes {
        Aes::Aes128 => kek!(aes_kw::KwpAes128, wrapping).wrap_key(key, &mut output).map(drop),
        Aes::Aes192 => kek!(aes_kw::KwpAes192, wrapping).wrap_key(key, &mut output).map(drop),
        Aes::Aes256 => kek!(aes_kw::KwpAes256, wrapping).wrap_key(key, &mut output).map(drop),
    }
    .or_failed()?;
    Ok(output)
}

pub(super) fn unwrap_padded(aes: Aes, wrapping: &[u8], wrapped: &[u8]) -> Result<Secret, Refusal> {
    let mut output = Zeroizing::new(vec![0; wrapped.len()]);
    let len = match aes {
        Aes::Aes128 => kek!(aes_kw::KwpAes128, wrapping).unwrap_key(wrapped, &mut output).map(<[u8]>::len),
        Aes::Aes192 => kek!(aes_kw::KwpAes192, wrapping).unwrap_key(wrapped, &mut output).map(<[u8]>::len),
        Aes::Aes256 => kek!(aes_kw::KwpAes256, wrapping).unwrap_key(wrapped, &mut output).map(<[u8]>::len),
    };
    output.truncate(len.or_failed()?);
    Ok(Secret::new(std::mem::take(&mut output)))
}
