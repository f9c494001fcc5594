//! Ed25519 (RFC 8032), all of it in ring, and X25519 (RFC 7748), which ring has only for keys that it makes itself:
//! x25519-dalek handles it.

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use x25519_dalek::{X25519_BASEPOINT_BYTES, x25519};
use zeroize::Zeroizing;

use crate::algorithm::EdDsa;
use crate::provider::{Ed25519PrivateKey, Ed25519PublicKey, OrFailed as _, Refusal, X25519PrivateKey};
use crate::secret::Secret;

pub(crate) struct Private(Ed25519KeyPair);

impl Ed25519PrivateKey for Private {
    fn load(seed: &[u8; 32]) -> Result<Self, Refusal> {
        Ed25519KeyPair::from_seed_unchecked(seed).map(Self).or_failed()
    }

    fn point(&self) -> Vec<u8> {
        self.0.public_key().as_ref().to_vec()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Refusal> {
        Ok(self.0.sign(message).as_ref().to_vec())
    }
}

pub(crate) struct Public([u8; 32]);

impl Ed25519PublicKey for Public {
    fn load(point: &[u8; 32]) -> Result<Self, Refusal> {
        Ok(Self(*point))
    }

    fn verify(&self, instance: EdDsa, _context: &[u8], message: &[u8], value: &[u8]) -> Result<(), Refusal> {
        match instance {
            EdDsa::Pure => UnparsedPublicKey::new(&ED25519, &self.0).verify(message, value).or_failed(),
            EdDsa::WithContext | EdDsa::Prehashed => Err(Refusal::Unsupported),
        }
    }
}

pub(crate) struct Agreeing(Zeroizing<[u8; 32]>);

impl X25519PrivateKey for Agreeing {
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
