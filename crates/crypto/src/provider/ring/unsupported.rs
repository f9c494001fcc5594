//! Kinds of keys that this provider does not have: DSA and the post-quantum ones.

use crate::algorithm::{DigestMethod, PostQuantum};
use crate::provider::{DsaNumbers, DsaPublicKey, PostQuantumPrivateKey, PostQuantumPublicKey, Refusal};
use crate::secret::Secret;

/// A key that this provider cannot hold.
pub(crate) enum Dsa {}
/// A key that this provider cannot hold.
pub(crate) enum PostQuantumPrivate {}
/// A key that this provider cannot hold.
pub(crate) enum PostQuantumPublic {}

impl DsaPublicKey for Dsa {
    fn load(_numbers: DsaNumbers<'_>) -> Result<Self, Refusal> {
        Err(Refusal::Unsupported)
    }

    fn verify(&self, _digest: DigestMethod, _message: &[u8], _value: &[u8]) -> Result<(), Refusal> {
        match *self {}
    }
}

impl PostQuantumPrivateKey for PostQuantumPrivate {
    fn load(_kind: PostQuantum, _pkcs8: &[u8]) -> Result<Self, Refusal> {
        Err(Refusal::Unsupported)
    }

    fn public(&self) -> Result<Vec<u8>, Refusal> {
        match *self {}
    }

    fn expanded(&self) -> Result<Secret, Refusal> {
        match *self {}
    }

    fn sign(&self, _message: &[u8]) -> Result<Vec<u8>, Refusal> {
        match *self {}
    }

    fn decapsulate(&self, _encapsulated: &[u8]) -> Result<Secret, Refusal> {
        match *self {}
    }
}

impl PostQuantumPublicKey for PostQuantumPublic {
    fn load(_kind: PostQuantum, _spki: &[u8], _key: &[u8]) -> Result<Self, Refusal> {
        Err(Refusal::Unsupported)
    }

    fn verify(&self, _context: &[u8], _message: &[u8], _value: &[u8]) -> Result<(), Refusal> {
        match *self {}
    }

    fn encapsulate(&self) -> Result<(Secret, Vec<u8>), Refusal> {
        match *self {}
    }
}
