//! X25519 (RFC 7748), all of it in aws-lc-rs.

use aws_lc_rs::agreement::{PrivateKey, UnparsedPublicKey, X25519, agree};

use crate::provider::{OrFailed as _, Refusal, X25519PrivateKey};
use crate::secret::Secret;

pub(crate) struct Private {
    key: PrivateKey,
    point: Vec<u8>,
}

impl X25519PrivateKey for Private {
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
