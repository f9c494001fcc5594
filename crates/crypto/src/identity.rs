//! Identities: a private key and the certificate that names its holder.

use std::sync::Arc;

use crate::certificate::Certificate;
use crate::error::LoadError;
use crate::file_kind::Wanted;
use crate::key::{KeyUnwrap, PrivateKey};
use crate::signing_key::SigningKey;

/// A key that signs and unwraps, its certificate, and the certificates that lead from it to an anchor.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// use wss_crypto::{Identity, SignatureMethod};
///
/// let alice = Identity::from_pem(&file("alice.pem"), &file("alice.key"))?;
/// let value = alice.signing_key().sign(SignatureMethod::RsaSha256, b"message")?;
/// alice.certificate().public_key().verify(SignatureMethod::RsaSha256, b"message", &value)?;
/// // A key and the certificate of another key do not make an identity.
/// assert!(Identity::from_pem(&file("alice.pem"), &file("bob.key")).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Identity {
    signing: Arc<dyn SigningKey>,
    unwrapping: Arc<dyn KeyUnwrap>,
    certificate: Certificate,
    chain: Vec<Certificate>,
}

impl Identity {
    /// A key of ours and its certificate.
    ///
    /// # Errors
    /// [`LoadError::KeyMismatch`] if they do not belong together.
    pub fn new(key: PrivateKey, certificate: Certificate) -> Result<Self, LoadError> {
        if key.public_key() != certificate.public_key() {
            return Err(LoadError::KeyMismatch);
        }
        let key = Arc::new(key);
        Ok(Self { signing: key.clone(), unwrapping: key, certificate, chain: Vec::new() })
    }

    /// A key outside this process (HSM, key service) and the certificate of its public key. The caller guarantees that
    /// they belong together.
    #[must_use]
    pub fn from_parts(signing: Arc<dyn SigningKey>, unwrapping: Arc<dyn KeyUnwrap>, certificate: Certificate) -> Self {
        Self { signing, unwrapping, certificate, chain: Vec::new() }
    }

    /// Reads PEM: the first certificate is the holder's, the others lead to an anchor.
    ///
    /// # Errors
    /// [`LoadError`] as for [`PrivateKey::from_pem`], [`Certificate::all_from_pem`] and [`Identity::new`].
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, LoadError> {
        let mut certificates = Certificate::all_from_pem(certificates)?.into_iter();
        let certificate = certificates.next().ok_or(LoadError::NotFound { wanted: Wanted::Certificate })?;
        Ok(Self::new(PrivateKey::from_pem(key)?, certificate)?.chain(certificates.collect()))
    }

    /// Replaces the certificates that lead from the holder's to an anchor, nearest first.
    #[must_use]
    pub fn chain(mut self, chain: Vec<Certificate>) -> Self {
        self.chain = chain;
        self
    }

    /// The holder's certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The certificates that lead to an anchor, nearest first.
    #[must_use]
    pub fn intermediates(&self) -> &[Certificate] {
        &self.chain
    }

    /// The key, for signing.
    #[must_use]
    pub fn signing_key(&self) -> &Arc<dyn SigningKey> {
        &self.signing
    }

    /// The key, for unwrapping.
    #[must_use]
    pub fn unwrapping_key(&self) -> &Arc<dyn KeyUnwrap> {
        &self.unwrapping
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity({:?})", self.certificate)
    }
}
