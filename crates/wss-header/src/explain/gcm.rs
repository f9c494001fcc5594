//! GCM with an initialization vector that has not 12 octets: whether the tag fits.
//!
//! NIST SP 800-38D §7.1: the first counter block of such a vector is its GHASH. XML Encryption 1.1 §5.2.4 has 12 octets. The
//! tag alone proves the key, so that nothing is decrypted.

use wss_crypto::{ContentEncryption, CryptoError, Random, Secret, encrypt};
use wss_text::Slice as _;

const BLOCK: usize = 16;
/// What an octet of GHASH counts for: it is computed bit by bit.
pub(super) const COST: u64 = 8;
/// The other lengths of vectors.
pub(super) const LENGTHS: [usize; 3] = [16, 8, 32];

/// Whether the last 16 octets are the tag of the others, the first `length` of which are the vector.
pub(super) fn has_tag(method: ContentEncryption, key: &Secret, octets: &[u8], length: usize) -> bool {
    let computed = || {
        let block = of_blocks(method)?;
        let (vector, rest) = octets.split_at_checked(length)?;
        let (text, tag) = rest.split_at_checked(rest.len().checked_sub(BLOCK)?)?;
        let hash = GHash(u128::from_be_bytes(encrypted(block, key, [0; BLOCK])?));
        let first = hash.of(&[], vector);
        let mask = u128::from_be_bytes(encrypted(block, key, first.to_be_bytes())?);
        Some((hash.of(&[], text) ^ mask).to_be_bytes() == *tag)
    };
    computed().unwrap_or(false)
}

/// The method that has the same block cipher, without GCM.
const fn of_blocks(method: ContentEncryption) -> Option<ContentEncryption> {
    Some(match method {
        ContentEncryption::Aes128Gcm => ContentEncryption::Aes128Cbc,
        ContentEncryption::Aes192Gcm => ContentEncryption::Aes192Cbc,
        ContentEncryption::Aes256Gcm => ContentEncryption::Aes256Cbc,
        _ => return None,
    })
}

/// One block under the block cipher: the first that CBC makes under a vector of zeros.
fn encrypted(method: ContentEncryption, key: &Secret, block: [u8; BLOCK]) -> Option<[u8; BLOCK]> {
    let octets = encrypt(method, key, &block, &OneVector(&[0; BLOCK])).ok()?;
    octets.get(BLOCK..2 * BLOCK)?.try_into().ok()
}

/// The vector of a message in place of a random one. What it encrypts is never sent.
pub(super) struct OneVector<'v>(pub(super) &'v [u8]);

impl Random for OneVector<'_> {
    fn fill(&self, octets: &mut [u8]) -> Result<(), CryptoError> {
        if octets.len() != self.0.len() {
            return Err(CryptoError::KeyMismatch);
        }
        octets.copy_from_slice(self.0);
        Ok(())
    }
}

/// GHASH under a key (NIST SP 800-38D §6.4).
struct GHash(u128);

impl GHash {
    fn of(&self, authenticated: &[u8], text: &[u8]) -> u128 {
        let lengths = (bits(authenticated) << 64) | bits(text);
        let blocks = authenticated.chunks(BLOCK).chain(text.chunks(BLOCK)).map(padded);
        blocks.chain([lengths]).fold(0, |hash, block| self.times(hash ^ block))
    }

    /// The product in the field of GCM (§6.3).
    fn times(&self, block: u128) -> u128 {
        const REDUCTION: u128 = 0xE1 << 120;
        let (mut product, mut factor) = (0, self.0);
        for bit in (0..128).rev() {
            if block >> bit & 1 == 1 {
                product ^= factor;
            }
            factor = if factor & 1 == 1 { (factor >> 1) ^ REDUCTION } else { factor >> 1 };
        }
        product
    }
}

const fn bits(octets: &[u8]) -> u128 {
    octets.len() as u128 * 8
}

fn padded(octets: &[u8]) -> u128 {
    let mut block = [0; BLOCK];
    block.iter_mut().zip(octets.slice(..)).for_each(|(to, from)| *to = *from);
    u128::from_be_bytes(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn octets(digits: &str) -> Vec<u8> {
        wss_text::octets_of_hex(digits).expect("digits")
    }

    /// Test cases 5 and 6 of the specification of GCM (McGrew and Viega), without the additional data, which the last
    /// products have apart: GHASH of the vector is the first counter block of case 6.
    #[test]
    fn the_first_counter_block_is_the_one_of_the_specification() {
        let key = Secret::new(octets("feffe9928665731c6d6a8f9467308308"));
        let hash = encrypted(ContentEncryption::Aes128Cbc, &key, [0; BLOCK]).expect("a block");
        assert_eq!(hash.to_vec(), octets("b83b533708bf535d0aa6e52980d53b78"));
        let vector = octets(
            "9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728c3c0c95156809539fcf0e2429a6b525416aedbf5a0de6a57a637b39b",
        );
        let first = GHash(u128::from_be_bytes(hash)).of(&[], &vector);
        assert_eq!(first.to_be_bytes().to_vec(), octets("3bab75780a31c059f83d2a44752f9864"));
    }

    #[test]
    fn a_tag_that_does_not_fit_is_none() {
        let key = Secret::new(vec![7; 16]);
        for octets in [&[][..], &[1; 20], &[1; 64]] {
            assert!(LENGTHS.into_iter().all(|length| !has_tag(ContentEncryption::Aes128Gcm, &key, octets, length)));
        }
    }
}
