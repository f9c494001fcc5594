//! Diffie-Hellman over finite fields (RFC 2631), for old messages. No provider has it in a form that takes a group from
//! a key: crypto-bigint does it for both, in a time that does not depend on the private number.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use zeroize::Zeroizing;

use super::{OrFailed as _, Refusal};
use crate::secret::Secret;

/// The numbers of a group, big-endian, without leading zeros: the modulus, the order of its subgroup, and the generator of
/// that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) p: Vec<u8>,
    pub(crate) q: Vec<u8>,
    pub(crate) g: Vec<u8>,
}

/// A private key.
pub(crate) struct DhPrivate {
    group: Group,
    /// The private number, as long as the order.
    number: Zeroizing<Vec<u8>>,
}

impl DhPrivate {
    /// Fails unless the number is above zero and below the order.
    pub(crate) fn load(group: Group, number: &[u8]) -> Result<Self, Refusal> {
        let pad = group.q.len().checked_sub(number.len()).or_failed()?;
        let number = Zeroizing::new([&vec![0; pad], number].concat());
        let fits = number.iter().any(|octet| *octet != 0) && *number < group.q;
        fits.then_some(Self { group, number }).or_failed()
    }

    /// Its public number.
    pub(crate) fn public(&self) -> Result<Vec<u8>, Refusal> {
        power(&self.group.g, &self.number, &self.group.p)
    }

    /// The secret, as long as the modulus (RFC 2631 §2.1.2). Fails unless the other number is of the subgroup, and is not 1.
    pub(crate) fn agree(&self, group: &Group, other: &[u8]) -> Result<Secret, Refusal> {
        let is_one = |number: &[u8]| {
            number.split_last().is_some_and(|(last, rest)| *last == 1 && rest.iter().all(|octet| *octet == 0))
        };
        // RFC 2631 §2.1.5.
        let fits = *group == self.group && !is_one(other) && is_one(&power(other, &group.q, &group.p)?);
        if !fits {
            return Err(Refusal::Failed);
        }
        power(other, &self.number, &self.group.p).map(Secret::new)
    }
}

/// `base` to the power of `exponent`, modulo an odd `modulus`, as long as that. Fails unless the base is below it.
fn power(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Result<Vec<u8>, Refusal> {
    let number = |octets: &[u8], len: usize| {
        let bits = u32::try_from(len.next_multiple_of(8) * 8).or_failed()?;
        BoxedUint::from_be_slice(octets, bits).or_failed()
    };
    let pad = modulus.len().checked_sub(base.len()).or_failed()?;
    if [&vec![0; pad], base].concat().as_slice() >= modulus {
        return Err(Refusal::Failed);
    }
    let modulus_number: Option<Odd<BoxedUint>> = Odd::new(number(modulus, modulus.len())?).into();
    let parameters = BoxedMontyParams::new(modulus_number.or_failed()?);
    let base = BoxedMontyForm::new(number(base, modulus.len())?, &parameters);
    let octets = base.pow(&number(exponent, exponent.len())?).retrieve().to_be_bytes();
    octets.get(octets.len().saturating_sub(modulus.len())..).map(<[u8]>::to_vec).or_failed()
}
