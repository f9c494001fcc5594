//! Key wrap (RFC 3394) over any cipher of blocks of 16 octets, for the ciphers that a provider does not wrap with.

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{OrFailed as _, Refusal};
use crate::secret::Secret;

const INITIAL_VALUE: [u8; 8] = [0xA6; 8];

/// RFC 3394 §2.2.1. `encrypt` encrypts one block in place.
pub(super) fn wrap(key: &[u8], encrypt: impl Fn(&mut [u8; 16]) -> Result<(), Refusal>) -> Result<Vec<u8>, Refusal> {
    if key.len() < 16 || !key.len().is_multiple_of(8) {
        return Err(Refusal::Failed);
    }
    let mut output = [&INITIAL_VALUE, key].concat();
    let count = key.len() / 8;
    let mut block = Zeroizing::new([0u8; 16]);
    for step in 0..6 * count {
        let at = 8 * (step % count + 1);
        block[..8].copy_from_slice(&output[..8]);
        block[8..].copy_from_slice(&output[at..at + 8]);
        encrypt(&mut block)?;
        let counter = (step as u64 + 1).to_be_bytes();
        for (octet, (encrypted, counter)) in output.iter_mut().zip(block.iter().zip(counter)) {
            *octet = encrypted ^ counter;
        }
        output[at..at + 8].copy_from_slice(&block[8..]);
    }
    Ok(output)
}

/// RFC 3394 §2.2.2. `decrypt` decrypts one block in place.
pub(super) fn unwrap(
    wrapped: &[u8],
    decrypt: impl Fn(&mut [u8; 16]) -> Result<(), Refusal>,
) -> Result<Secret, Refusal> {
    if wrapped.len() < 24 || !wrapped.len().is_multiple_of(8) {
        return Err(Refusal::Failed);
    }
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
        decrypt(&mut block)?;
        output[..8].copy_from_slice(&block[..8]);
        output[at..at + 8].copy_from_slice(&block[8..]);
    }
    let fits = bool::from(output[..8].ct_eq(&INITIAL_VALUE));
    fits.then(|| Secret::new(output[8..].to_vec())).or_failed()
}
