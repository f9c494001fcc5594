//! ML-DSA and ML-KEM in the shim, and SLH-DSA in [`slh_dsa`](super::slh_dsa).

#[cfg(not(feature = "post-quantum"))]
mod kinds {
    use crate::algorithm::PostQuantum;
    use crate::provider::{PostQuantumPrivateKey, PostQuantumPublicKey, Refusal};
    use crate::secret::Secret;

    const MISSING: Refusal = Refusal::Feature("post-quantum");

    /// A key that this build cannot hold.
    pub(crate) enum Private {}
    /// A key that this build cannot hold.
    pub(crate) enum Public {}

    impl PostQuantumPrivateKey for Private {
        fn load(_kind: PostQuantum, _pkcs8: &[u8]) -> Result<Self, Refusal> {
            Err(MISSING)
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

    impl PostQuantumPublicKey for Public {
        fn load(_kind: PostQuantum, _spki: &[u8], _key: &[u8]) -> Result<Self, Refusal> {
            Err(MISSING)
        }

        fn verify(&self, _context: &[u8], _message: &[u8], _value: &[u8]) -> Result<(), Refusal> {
            match *self {}
        }

        fn encapsulate(&self) -> Result<(Secret, Vec<u8>), Refusal> {
            match *self {}
        }
    }
}

#[cfg(feature = "post-quantum")]
mod kinds {
    use wss_crypto_shim as shim;

    use crate::algorithm::PostQuantum;
    use crate::provider::aws_lc::slh_dsa;
    use crate::provider::{OrFailed as _, PostQuantumPrivateKey, PostQuantumPublicKey, Refusal};
    use crate::secret::Secret;

    pub(crate) enum Private {
        Shim(shim::Key),
        SlhDsa(slh_dsa::Private),
    }

    impl PostQuantumPrivateKey for Private {
        fn load(kind: PostQuantum, pkcs8: &[u8]) -> Result<Self, Refusal> {
            if kind.is_hash_based() {
                return slh_dsa::Private::load(kind, pkcs8).map(Self::SlhDsa);
            }
            shim::Key::from_pkcs8(pkcs8).map(Self::Shim).or_failed()
        }

        fn public(&self) -> Result<Vec<u8>, Refusal> {
            match self {
                Self::Shim(key) => key.raw_public().or_failed(),
                Self::SlhDsa(key) => Ok(key.public()),
            }
        }

        fn expanded(&self) -> Result<Secret, Refusal> {
            match self {
                Self::Shim(key) => key.raw_private().map(Secret::new).or_failed(),
                Self::SlhDsa(_) => Err(Refusal::Failed),
            }
        }

        fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Refusal> {
            match self {
                Self::Shim(key) => key.sign_whole(message).or_failed(),
                Self::SlhDsa(key) => key.sign(message),
            }
        }

        fn decapsulate(&self, encapsulated: &[u8]) -> Result<Secret, Refusal> {
            match self {
                Self::Shim(key) => key.decapsulate(encapsulated).map(Secret::new).or_failed(),
                Self::SlhDsa(_) => Err(Refusal::Failed),
            }
        }
    }

    pub(crate) enum Public {
        Shim(shim::Key),
        SlhDsa(slh_dsa::Public),
    }

    impl PostQuantumPublicKey for Public {
        fn load(kind: PostQuantum, spki: &[u8], key: &[u8]) -> Result<Self, Refusal> {
            if kind.is_hash_based() {
                return slh_dsa::Public::load(kind, key).map(Self::SlhDsa);
            }
            shim::Key::from_spki(spki).map(Self::Shim).or_failed()
        }

        fn verify(&self, context: &[u8], message: &[u8], value: &[u8]) -> Result<(), Refusal> {
            match self {
                Self::Shim(key) => key.verify_whole(context, message, value).then_some(()).or_failed(),
                Self::SlhDsa(key) => key.verify(context, message, value),
            }
        }

        fn encapsulate(&self) -> Result<(Secret, Vec<u8>), Refusal> {
            match self {
                Self::Shim(key) => key.encapsulate().map(|(secret, value)| (Secret::new(secret), value)).or_failed(),
                Self::SlhDsa(_) => Err(Refusal::Failed),
            }
        }
    }
}

pub(crate) use kinds::{Private, Public};
