//! ML-DSA and ML-KEM in the shim, and SLH-DSA in the crate fips205, which is only verified.

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
    use fips205::traits::{SerDes as _, Verifier as _};
    use wss_crypto_shim as shim;

    use crate::algorithm::PostQuantum;
    use crate::der;
    use crate::provider::{OrFailed as _, PostQuantumPrivateKey, PostQuantumPublicKey, Refusal};
    use crate::secret::Secret;

    pub(crate) enum Private {
        Shim(shim::Key),
        /// Of SLH-DSA, the public key alone.
        SlhDsa(Vec<u8>),
    }

    impl PostQuantumPrivateKey for Private {
        fn load(kind: PostQuantum, pkcs8: &[u8]) -> Result<Self, Refusal> {
            if kind.only_verifies() {
                return slh_dsa_public(kind, pkcs8).map(Self::SlhDsa).or_failed();
            }
            shim::Key::from_pkcs8(pkcs8).map(Self::Shim).or_failed()
        }

        fn public(&self) -> Result<Vec<u8>, Refusal> {
            match self {
                Self::Shim(key) => key.raw_public().or_failed(),
                Self::SlhDsa(public) => Ok(public.clone()),
            }
        }

        fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Refusal> {
            match self {
                Self::Shim(key) => key.sign_whole(message).or_failed(),
                Self::SlhDsa(_) => Err(Refusal::Unsupported),
            }
        }

        fn decapsulate(&self, encapsulated: &[u8]) -> Result<Secret, Refusal> {
            match self {
                Self::Shim(key) => key.decapsulate(encapsulated).map(Secret::new).or_failed(),
                Self::SlhDsa(_) => Err(Refusal::Failed),
            }
        }
    }

    /// A private key of SLH-DSA is four strings of one length, of which the last two are the public key (RFC 9909 §5).
    fn slh_dsa_public(kind: PostQuantum, pkcs8: &[u8]) -> Option<Vec<u8>> {
        let mut outer = der::Reader::new(der::Reader::new(pkcs8).only(der::SEQUENCE)?);
        outer.expect(der::INTEGER)?;
        outer.expect(der::SEQUENCE)?;
        let key = outer.expect(der::OCTET_STRING).filter(|key| key.len() == 2 * kind.public_len())?;
        key.get(kind.public_len()..).map(<[u8]>::to_vec)
    }

    pub(crate) enum Public {
        Shim(shim::Key),
        SlhDsa(PostQuantum, Vec<u8>),
    }

    /// Verifies with the module of fips205 for a set of parameters.
    macro_rules! verify {
        ($module:ident, $key:expr, $context:expr, $message:expr, $value:expr) => {{
            use fips205::$module::{PK_LEN, PublicKey, SIG_LEN};
            let key: [u8; PK_LEN] = $key.as_slice().try_into().or_failed()?;
            let value: &[u8; SIG_LEN] = $value.try_into().or_failed()?;
            PublicKey::try_from_bytes(key).or_failed()?.verify($message, value, $context)
        }};
    }

    impl PostQuantumPublicKey for Public {
        fn load(kind: PostQuantum, spki: &[u8], key: &[u8]) -> Result<Self, Refusal> {
            if kind.only_verifies() {
                return Ok(Self::SlhDsa(kind, key.to_vec()));
            }
            shim::Key::from_spki(spki).map(Self::Shim).or_failed()
        }

        fn verify(&self, context: &[u8], message: &[u8], value: &[u8]) -> Result<(), Refusal> {
            let verified = match self {
                Self::Shim(key) => key.verify_whole(context, message, value),
                Self::SlhDsa(kind, key) => match kind {
                    PostQuantum::SlhDsaSha2_128s => verify!(slh_dsa_sha2_128s, key, context, message, value),
                    PostQuantum::SlhDsaSha2_128f => verify!(slh_dsa_sha2_128f, key, context, message, value),
                    PostQuantum::SlhDsaSha2_192s => verify!(slh_dsa_sha2_192s, key, context, message, value),
                    PostQuantum::SlhDsaSha2_192f => verify!(slh_dsa_sha2_192f, key, context, message, value),
                    PostQuantum::SlhDsaSha2_256s => verify!(slh_dsa_sha2_256s, key, context, message, value),
                    PostQuantum::SlhDsaSha2_256f => verify!(slh_dsa_sha2_256f, key, context, message, value),
                    PostQuantum::MlDsa44
                    | PostQuantum::MlDsa65
                    | PostQuantum::MlDsa87
                    | PostQuantum::MlKem512
                    | PostQuantum::MlKem768
                    | PostQuantum::MlKem1024 => return Err(Refusal::Failed),
                },
            };
            verified.then_some(()).or_failed()
        }

        fn encapsulate(&self) -> Result<(Secret, Vec<u8>), Refusal> {
            match self {
                Self::Shim(key) => key.encapsulate().map(|(secret, value)| (Secret::new(secret), value)).or_failed(),
                Self::SlhDsa(..) => Err(Refusal::Failed),
            }
        }
    }
}

pub(crate) use kinds::{Private, Public};
