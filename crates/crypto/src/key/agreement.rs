//! Agreement: the secret that two keys give, and fresh keys for it.

use zeroize::Zeroizing;

use super::kind::KeyKind;
use super::pkcs8::{ec_pkcs8, x448_pkcs8, x25519_pkcs8};
use super::private::{Private, PrivateKey};
use super::public::{Public, PublicKey};
use crate::error::CryptoError;
use crate::provider::{EcPrivateKey as _, X25519PrivateKey as _};
use crate::random::Random;
use crate::secret::Secret;

/// The largest number of times that a scalar is drawn. Nearly half of all numbers are not below the order of
/// brainpoolP384r1, so that one ephemeral key in 2^140 fails.
const MOST_DRAWS: usize = 128;

impl PrivateKey {
    /// The secret that this key and another one give.
    ///
    /// The point of a [`PublicKey`] is always on its curve. The faults that remain are a curve that is not the key's, and a
    /// point of small order.
    pub(super) fn agreed_with(&self, other: &PublicKey) -> Result<Secret, CryptoError> {
        if self.public.kind != other.kind {
            return Err(CryptoError::KeyMismatch);
        }
        let (agreed, is_of_prime_order) = match (&*self.inner, &*other.inner) {
            (Private::Ec(key), Public::Ec(other)) => (key.agree(other), true),
            (Private::X25519(key), Public::X25519(point)) => (key.agree(point), false),
            (Private::X448(key), Public::X448(point)) => (Ok(key.agree(point)), false),
            (Private::Dh(key), Public::Dh { group, y }) => (key.agree(group, y), true),
            _ => return Err(CryptoError::KeyMismatch),
        };
        let secret = agreed.map_err(|refusal| refusal.or(CryptoError::Agreement))?;
        // RFC 7748 §6: a point of small order gives all zeros, whoever multiplies it. The other curves have no such points,
        // and x = 0 is an ordinary point of theirs.
        let is_zero = !is_of_prime_order && secret.equals(&vec![0; secret.len()]);
        if is_zero { Err(CryptoError::Agreement) } else { Ok(secret) }
    }

    /// A fresh key of the kind of `recipient`, for one agreement with it.
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
                KeyKind::X448 => x448_pkcs8(&drawn(56, random)?),
                KeyKind::Rsa { .. }
                | KeyKind::RsaPss { .. }
                | KeyKind::Ed25519
                | KeyKind::Ed448
                | KeyKind::Dsa { .. }
                | KeyKind::Dh { .. }
                | KeyKind::PostQuantum(_) => return Err(CryptoError::KeyMismatch),
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
