//! The public operation of RSA on a signature value: it gives the padded digest.
//!
//! It is for reports on signatures that do not verify, and for retired digests and sizes, which the providers do not
//! verify. Everything in it is public, so that its time may depend on the values.

use wss_text::Slice as _;

use super::{PublicKey, RsaComponents};
use crate::algorithm::DigestMethod;
use crate::digest::Digest;
use crate::error::CryptoError;

/// The number of octets of a limb.
const LIMB: usize = size_of::<u64>();

impl PublicKey {
    /// The padded digest in an RSA signature value, as long as the modulus; `None` for other keys, and for a value that
    /// is not below the modulus.
    ///
    /// The block shows with which padding and digest a value that does not verify was made. By itself it proves
    /// nothing: [`PublicKey::verify_pss`] checks one for RSASSA-PSS.
    ///
    /// # Specification
    /// RFC 8017 §5.2.2 (RSAVP1).
    #[must_use]
    pub fn recover(&self, value: &[u8]) -> Option<Vec<u8>> {
        let RsaComponents { modulus, exponent } = self.rsa_numbers()?;
        power(value, &exponent, &modulus)
    }
}

impl PublicKey {
    /// RSASSA-PKCS1-v1_5 as in RFC 8017 §8.2.2: the recovered octets must equal the expected ones, octet by octet.
    pub(super) fn verify_retired(&self, digest: DigestMethod, message: &[u8], value: &[u8]) -> Result<(), CryptoError> {
        let digested = Digest::of(digest, message);
        let info = [digest.digest_info(), digested.as_octets()].concat();
        // RFC 8017 §9.2: eight octets of padding at least.
        let pad =
            value.len().checked_sub(info.len() + 3).filter(|pad| *pad >= 8).ok_or(CryptoError::SignatureMismatch)?;
        let expected = [&[0, 1][..], &vec![0xFF; pad], &[0], &info].concat();
        if self.recover(value) == Some(expected) { Ok(()) } else { Err(CryptoError::SignatureMismatch) }
    }
}

/// `base` to the power of `exponent`, modulo an odd `modulus` of the same length; all big-endian.
fn power(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Option<Vec<u8>> {
    let odd = modulus.last().is_some_and(|last| last % 2 == 1);
    if !odd || base.len() != modulus.len() {
        return None;
    }
    let field = Field::new(limbs(modulus));
    let base = limbs(base);
    if !is_below(&base, &field.modulus) {
        return None;
    }
    let base = field.times(&base, &field.square_of_radix);
    let mut one = vec![0; field.modulus.len()];
    *one.first_mut()? = 1;
    let mut result = field.times(&one, &field.square_of_radix);
    for bit in exponent.iter().flat_map(|octet| (0..8).rev().map(move |at| octet >> at & 1)) {
        result = field.times(&result, &result);
        if bit == 1 {
            result = field.times(&result, &base);
        }
    }
    Some(octets(&field.times(&result, &one), modulus.len()))
}

/// Montgomery's arithmetic modulo an odd number. The least significant limb is first.
struct Field {
    modulus: Vec<u64>,
    /// The negative inverse of the modulus, modulo the size of a limb.
    inverse: u64,
    square_of_radix: Vec<u64>,
}

impl Field {
    fn new(modulus: Vec<u64>) -> Self {
        let least = modulus.first().copied().unwrap_or(1);
        // Newton's iteration doubles the number of correct bits.
        let inverse =
            (0..6).fold(1_u64, |inverse, _| inverse.wrapping_mul(2_u64.wrapping_sub(least.wrapping_mul(inverse))));
        let mut field = Self { modulus, inverse: inverse.wrapping_neg(), square_of_radix: Vec::new() };
        field.square_of_radix = field.radix_in_form();
        field
    }

    /// The radix in Montgomery's form, which is its square. Powers of two in this form take far fewer steps than one
    /// doubling for each bit of the square.
    fn radix_in_form(&self) -> Vec<u64> {
        let radix_bits = 64 * self.modulus.len();
        let zeros: u32 =
            self.modulus.iter().rev().take_while(|limb| **limb == 0).map(|limb| limb.leading_zeros()).sum();
        let zeros = zeros + self.modulus.iter().rev().find(|limb| **limb != 0).map_or(0, |limb| limb.leading_zeros());
        // Two, in the form of Montgomery: the highest power of two not above the modulus, doubled (modulo it) up to twice the
        // radix.
        let mut two = vec![0; self.modulus.len()];
        let highest = radix_bits.saturating_sub(zeros as usize + 1);
        if let Some(limb) = two.get_mut(highest / 64) {
            *limb = 1 << (highest % 64);
        }
        for _ in highest..=radix_bits {
            double(&mut two, &self.modulus);
        }
        let mut power = two.clone();
        let bits = usize::BITS - radix_bits.leading_zeros();
        for bit in (0..bits.saturating_sub(1)).rev() {
            power = self.times(&power, &power);
            if radix_bits >> bit & 1 == 1 {
                double(&mut power, &self.modulus);
            }
        }
        power
    }

    /// The product of two numbers, divided by the radix.
    fn times(&self, left: &[u64], right: &[u64]) -> Vec<u64> {
        let mut sum = vec![0_u64; self.modulus.len() + 2];
        for digit in left {
            add_product(&mut sum, right, *digit);
            let factor = sum.first().copied().unwrap_or(0).wrapping_mul(self.inverse);
            add_product(&mut sum, &self.modulus, factor);
            // The lowest limb is now zero.
            sum.rotate_left(1);
        }
        let overflows = sum.get(self.modulus.len()).is_some_and(|limb| *limb != 0);
        sum.truncate(self.modulus.len());
        if overflows || !is_below(&sum, &self.modulus) {
            subtract(&mut sum, &self.modulus);
        }
        sum
    }
}

/// Adds `factor` times `right` to `sum`, which has room for it.
fn add_product(sum: &mut [u64], right: &[u64], factor: u64) {
    let mut carry = 0_u128;
    let mut right = right.iter();
    for limb in sum {
        let product = right.next().map_or(0, |digit| u128::from(*digit) * u128::from(factor));
        let total = u128::from(*limb) + product + carry;
        *limb = total as u64;
        carry = total >> 64;
    }
}

fn double(number: &mut [u64], modulus: &[u64]) {
    let mut carry = 0;
    for limb in number.iter_mut() {
        (*limb, carry) = (*limb << 1 | carry, *limb >> 63);
    }
    if carry == 1 || !is_below(number, modulus) {
        subtract(number, modulus);
    }
}

fn subtract(number: &mut [u64], other: &[u64]) {
    let mut borrow = false;
    for (limb, digit) in number.iter_mut().zip(other) {
        let (less, first) = limb.overflowing_sub(*digit);
        let (less, second) = less.overflowing_sub(u64::from(borrow));
        (*limb, borrow) = (less, first || second);
    }
}

fn is_below(number: &[u64], other: &[u64]) -> bool {
    number.iter().rev().lt(other.iter().rev())
}

fn limbs(octets: &[u8]) -> Vec<u64> {
    octets.rchunks(LIMB).map(|chunk| chunk.iter().fold(0, |limb, octet| limb << 8 | u64::from(*octet))).collect()
}

fn octets(limbs: &[u64], len: usize) -> Vec<u8> {
    let all: Vec<u8> = limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
    all.slice(all.len().saturating_sub(len)..).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_powers_are_those_of_arithmetic() {
        for (base, exponent, modulus) in
            [(3_u64, 17_u64, 1_000_003_u64), (999_999, 65_537, 1_000_003), (0, 3, 7), (6, 2, 7)]
        {
            let expected = (0..exponent).fold(1_u128, |power, _| power * u128::from(base) % u128::from(modulus)) as u64;
            let power = power(&base.to_be_bytes(), &exponent.to_be_bytes(), &modulus.to_be_bytes());
            assert_eq!(power, Some(expected.to_be_bytes().to_vec()), "{base}^{exponent} mod {modulus}");
        }
    }

    #[test]
    fn numbers_of_several_limbs_and_odd_lengths_are_whole() {
        // 2^64k is a small number modulo 2^96 - 17 = 2^64 · 2^32 - 17: 2^96 ≡ 17.
        let modulus = [vec![0xFF; 11], vec![0xEF]].concat();
        let base = [vec![0; 3], vec![1], vec![0; 8]].concat();
        let cubed = power(&base, &[3], &modulus).expect("below");
        // (2^64)^3 = (2^96)^2 ≡ 289.
        assert_eq!(cubed, [vec![0; 10], vec![1, 33]].concat());
        assert_eq!(power(&modulus, &[3], &modulus), None, "not below the modulus");
        assert_eq!(power(&[1], &[3], &modulus), None, "of another length");
    }
}
