//! Agreement: two pairs of keys on one curve give one secret (NIST SP 800-56A §5.7.1.2, RFC 7748 §6.1), and the fresh pair
//! that a message has for it.

use zeroize::Zeroizing;

use super::encoding::{Spki, ec_pkcs8, x25519_pkcs8};
use super::{KeyKind, Private, PrivateKey, PublicKey};
use crate::error::CryptoError;
use crate::provider::{EcPrivateKey as _, X25519PrivateKey as _};
use crate::random::Random;
use crate::secret::Secret;

/// How often a scalar is drawn, at most: one in 2^32 is not below the order of the curve.
const MOST_DRAWS: usize = 8;

/// Points are on their curve, since a [`PublicKey`] is; what is left to refuse is a curve that is not the key's, and a
/// point of small order.
pub(super) fn agree(key: &PrivateKey, other: &PublicKey) -> Result<Secret, CryptoError> {
    if key.public.kind != other.kind {
        return Err(CryptoError::KeyMismatch);
    }
    let other = Spki::parse(&other.spki).map_err(|_| CryptoError::KeyMismatch)?;
    let (agreed, is_of_prime_order) = match (&*key.inner, other) {
        (Private::Ec(key), Spki::Ec { point, .. }) => (key.agree(point), true),
        (Private::X25519(key), Spki::X25519 { point }) => (key.agree(point), false),
        (Private::Rsa { .. } | Private::Ec(_) | Private::Ed25519(_) | Private::X25519(_), _) => {
            return Err(CryptoError::KeyMismatch);
        }
    };
    let secret = agreed.map_err(|refusal| refusal.or(CryptoError::Agreement))?;
    // RFC 7748 §6.1: all zeros is what a point of small order gives, whoever multiplies it. The other curves have no such
    // points, and x = 0 is a point of theirs as good as any.
    let is_zero = !is_of_prime_order && secret.equals(&[0; 32]);
    if is_zero { Err(CryptoError::Agreement) } else { Ok(secret) }
}

impl PrivateKey {
    /// A fresh key of the kind of `recipient`, to agree with it once and be forgotten.
    ///
    /// # Errors
    /// [`CryptoError::KeyMismatch`] if keys of this kind do not agree; [`CryptoError::Provider`] if there is no randomness.
    pub fn ephemeral_for(recipient: &PublicKey, random: &dyn Random) -> Result<Self, CryptoError> {
        for _ in 0..MOST_DRAWS {
            let pkcs8 = match recipient.kind {
                KeyKind::Ec(curve) => {
                    let mut scalar = drawn(curve.field_len(), random)?;
                    if let Some(first) = scalar.first_mut() {
                        *first &= curve.leading_octet();
                    }
                    ec_pkcs8(curve, &scalar)
                }
                KeyKind::X25519 => x25519_pkcs8(&drawn(32, random)?),
                KeyKind::Rsa { .. } | KeyKind::Ed25519 => return Err(CryptoError::KeyMismatch),
            };
            // A scalar that is zero, or not below the order, does not load.
            if let Ok(key) = Self::from_der(&pkcs8) {
                return Ok(key);
            }
        }
        Err(CryptoError::Provider)
    }
}

fn drawn(len: usize, random: &dyn Random) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    let mut octets = Zeroizing::new(vec![0; len]);
    random.fill(&mut octets)?;
    Ok(octets)
}
