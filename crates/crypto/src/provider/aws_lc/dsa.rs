//! DSA, which AWS-LC has and aws-lc-rs has not.

use wss_crypto_shim as shim;

use super::digest::Digest;
use crate::algorithm::DigestMethod;
use crate::provider::{DigestInPieces as _, DsaNumbers, DsaPublicKey, OrFailed as _, Refusal};

pub(crate) struct Public(shim::DsaPublicKey);

impl DsaPublicKey for Public {
    fn load(numbers: DsaNumbers<'_>) -> Result<Self, Refusal> {
        let DsaNumbers { p, q, g, y } = numbers;
        shim::DsaPublicKey::new(shim::DsaNumbers { p, q, g, y }).map(Self).or_failed()
    }

    fn verify(&self, digest: DigestMethod, message: &[u8], value: &[u8]) -> Result<(), Refusal> {
        self.0.verify(Digest::of(digest, message).as_octets(), value).then_some(()).or_failed()
    }
}
