//! Ed448 (RFC 8032 §5.2) and X448 (RFC 7748 §5). Neither provider has them: the crate crrl does it for both.
//!
//! Keys of crrl are copied freely and never wiped. Therefore only the seed or the scalar is kept here, which is wiped;
//! the key that crrl makes of it exists for one call.

use crrl::ed448;
use crrl::x448::{x448, x448_base};
use sha3_of_crrl::Shake256;
use sha3_of_crrl::digest::{ExtendableOutput as _, Update as _, XofReader as _};
use zeroize::Zeroizing;

use super::{OrFailed as _, Refusal};
use crate::algorithm::EdDsa;
use crate::secret::Secret;

/// An Ed448 private key.
pub(crate) struct Ed448Private(Zeroizing<[u8; 57]>);

impl Ed448Private {
    /// Loads the 57 octets that RFC 8410 calls the private key.
    pub(crate) fn load(seed: &[u8; 57]) -> Self {
        Self(Zeroizing::new(*seed))
    }

    fn key(&self) -> ed448::PrivateKey {
        ed448::PrivateKey::from_seed(self.0.as_slice())
    }

    /// The 57 octets of its public key.
    pub(crate) fn point(&self) -> Vec<u8> {
        self.key().public_key.encode().to_vec()
    }

    /// Signs `message`: 114 octets.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.key().sign_raw(message).to_vec()
    }
}

/// An Ed448 public key.
pub(crate) struct Ed448Public(ed448::PublicKey);

impl Ed448Public {
    /// Fails unless the octets are a point on the curve that is not of small order: under a point of small order, a
    /// signature proves nothing.
    pub(crate) fn load(point: &[u8; 57]) -> Result<Self, Refusal> {
        let key = ed448::PublicKey::decode(point).filter(|key| key.point.has_low_order() == 0);
        key.map(Self).or_failed()
    }

    /// Fails unless `value` is a signature of `message`. A value that is not reduced fails. The context has at most 255
    /// octets; RFC 9231 has none for the pure instance.
    pub(crate) fn verify(&self, instance: EdDsa, context: &[u8], message: &[u8], value: &[u8]) -> Result<(), Refusal> {
        let verified = match instance {
            EdDsa::Pure | EdDsa::WithContext => self.0.verify_ctx(value, context, message),
            EdDsa::Prehashed => {
                let mut digest = [0; 64];
                Shake256::default().chain(message).finalize_xof().read(&mut digest);
                self.0.verify_ph(value, context, &digest)
            }
        };
        verified.then_some(()).or_failed()
    }
}

/// An X448 private key.
pub(crate) struct X448Private(Zeroizing<[u8; 56]>);

impl X448Private {
    /// Loads the 56 octets that RFC 8410 calls the private key.
    pub(crate) fn load(scalar: &[u8; 56]) -> Self {
        Self(Zeroizing::new(*scalar))
    }

    /// The 56 octets of its public key.
    pub(crate) fn point(&self) -> Vec<u8> {
        x448_base(&self.0).to_vec()
    }

    /// The 56 octets that this key and another public key give. They may be zeros.
    pub(crate) fn agree(&self, point: &[u8; 56]) -> Secret {
        Secret::new(Zeroizing::new(x448(point, &self.0)).to_vec())
    }
}
