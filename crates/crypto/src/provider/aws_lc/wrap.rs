//! AES key wrap (RFC 3394). aws-lc-rs has it for AES-128 and AES-256. This module implements AES-192, block by block.

use aws_lc_rs::cipher::{DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext};
use aws_lc_rs::key_wrap::{AES_128, AES_256, AesKek, KeyWrap as _};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::block_cipher::unbound;
use crate::algorithm::{Aes, BlockCipher};
use crate::provider::{OrFailed as _, Refusal};
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

const INITIAL_VALUE: [u8; 8] = [0xA6; 8];

/// RFC 3394 §2.2.1.
fn wrap_192(wrapping: &[u8], key: &[u8]) -> Result<Vec<u8>, Refusal> {
    if key.len() < 16 || !key.len().is_multiple_of(8) {
        return Err(Refusal::Failed);
    }
    let ecb = EncryptingKey::ecb(unbound(BlockCipher::Aes(Aes::Aes192), wrapping)?).or_failed()?;
    let mut output = [&INITIAL_VALUE, key].concat();
    let count = key.len() / 8;
    let mut block = Zeroizing::new([0u8; 16]);
    for step in 0..6 * count {
        let at = 8 * (step % count + 1);
        block[..8].copy_from_slice(&output[..8]);
        block[8..].copy_from_slice(&output[at..at + 8]);
        ecb.less_safe_encrypt(block.as_mut_slice(), EncryptionContext::None).or_failed()?;
        let counter = (step as u64 + 1).to_be_bytes();
        for (octet, (encrypted, counter)) in output.iter_mut().zip(block.iter().zip(counter)) {
            *octet = encrypted ^ counter;
        }
        output[at..at + 8].copy_from_slice(&block[8..]);
    }
    Ok(output)
}

/// RFC 3394 §2.2.2.
fn unwrap_192(wrapping: &[u8], wrapped: &[u8]) -> Result<Secret, Refusal> {
    if wrapped.len() < 24 || !wrapped.len().is_multiple_of(8) {
        return Err(Refusal::Failed);
    }
    let ecb = DecryptingKey::ecb(unbound(BlockCipher::Aes(Aes::Aes192), wrapping)?).or_failed()?;
    let mut output = Zeroizing::new(wrapped.to_vec());
    let count = wrapped.len() / 8 - 1;
    let mut block = Zeroizing::new([0u8; 16]);
    for step in (0..6 * count).rev() {
        let at = 8 * (step % count + 1);
        let counter = (step as u64 + 1).to_be_bytes();
        for (octet, (wrapped, counter)) in block.iter_mut().zip(output.iter().zip(counter)) {
            *octet = wrapped ^ counter;
        }
        block[8..].copy_from_slice(&output[at..at + 8]);
        ecb.decrypt(block.as_mut_slice(), DecryptionContext::None).or_failed()?;
        output[..8].copy_from_slice(&block[..8]);
        output[at..at + 8].copy_from_slice(&block[8..]);
    }
    let fits = bool::from(output[..8].ct_eq(&INITIAL_VALUE));
    fits.then(|| Secret::new(output[8..].to_vec())).or_failed()
}
