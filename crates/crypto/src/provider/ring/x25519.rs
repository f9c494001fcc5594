//! X25519 (RFC 7748): ring has it for keys that it makes itself alone, so x25519-dalek does it.

use x25519_dalek::{X25519_BASEPOINT_BYTES, x25519};
use zeroize::Zeroizing;

use crate::provider::{Refusal, X25519PrivateKey};
use crate::secret::Secret;

pub(crate) struct Private(Zeroizing<[u8; 32]>);

impl X25519PrivateKey for Private {
    fn load(scalar: &[u8; 32]) -> Result<Self, Refusal> {
        Ok(Self(Zeroizing::new(*scalar)))
    }

    fn point(&self) -> Vec<u8> {
        x25519(*self.0, X25519_BASEPOINT_BYTES).to_vec()
    }

    fn agree(&self, point: &[u8; 32]) -> Result<Secret, Refusal> {
        Ok(Secret::new(Zeroizing::new(x25519(*self.0, *point)).to_vec()))
    }
}
