//! Ed25519 (RFC 8032) and X25519 (RFC 7748) in aws-lc-rs, and in the shim the instances of EdDSA that it lacks.

use aws_lc_rs::agreement::{PrivateKey, UnparsedPublicKey, X25519, agree};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, ParsedPublicKey};
use wss_crypto_shim as shim;

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
        self.0.try_sign(message).map(|value| value.as_ref().to_vec()).or_failed()
    }
}

pub(crate) struct Public {
    parsed: ParsedPublicKey,
    point: [u8; 32],
}

impl Ed25519PublicKey for Public {
    fn load(point: &[u8; 32]) -> Result<Self, Refusal> {
        Ok(Self { parsed: ParsedPublicKey::new(&ED25519, point).or_failed()?, point: *point })
    }

    fn verify(&self, instance: EdDsa, context: &[u8], message: &[u8], value: &[u8]) -> Result<(), Refusal> {
        let verified = match instance {
            EdDsa::Pure => return self.parsed.verify_sig(message, value).or_failed(),
            EdDsa::WithContext => shim::verify_ed25519ctx(&self.point, context, message, value),
            EdDsa::Prehashed => shim::verify_ed25519ph(&self.point, context, message, value),
        };
        verified.then_some(()).or_failed()
    }
}

pub(crate) struct Agreeing {
    key: PrivateKey,
    point: Vec<u8>,
}

impl X25519PrivateKey for Agreeing {
    fn load(scalar: &[u8; 32]) -> Result<Self, Refusal> {
        let key = PrivateKey::from_private_key(&X25519, scalar).or_failed()?;
        let point = key.compute_public_key().or_failed()?.as_ref().to_vec();
        Ok(Self { key, point })
    }

    fn point(&self) -> Vec<u8> {
        self.point.clone()
    }

    fn agree(&self, point: &[u8; 32]) -> Result<Secret, Refusal> {
        let other = UnparsedPublicKey::new(&X25519, point);
        agree(&self.key, other, Refusal::Failed, |secret| Ok(Secret::new(secret.to_vec())))
    }
}
