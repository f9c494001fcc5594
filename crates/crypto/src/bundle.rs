//! Bundles: the certificates of a PEM file, of which some may have keys that are not supported.
//!
//! Files of authorities hold many certificates. One with a DSA key or on a curve of its own would otherwise keep out
//! all others. It is skipped and reported; a path that needs it fails for want of its issuer.

use std::fmt;

use crate::certificate::Certificate;
use crate::error::LoadError;
use crate::file_kind::Wanted;
use crate::pem;
use crate::recognize::told;

/// The certificates of a PEM file, in order; or the one of a DER file.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// use wss_crypto::CertificateBundle;
///
/// let bundle = CertificateBundle::from_pem(&[file("ca.pem"), file("alice.pem")].concat())?;
/// assert_eq!(bundle.certificates().len(), 2);
/// assert!(bundle.skipped().is_empty());
/// # Ok::<(), wss_crypto::LoadError>(())
/// ```
#[derive(Debug, Clone)]
pub struct CertificateBundle {
    certificates: Vec<Certificate>,
    skipped: Vec<SkippedCertificate>,
}

/// A certificate of a bundle that was skipped, since its key is not supported. Its Display is a sentence for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedCertificate {
    /// Its position in the file, from 1.
    pub position: usize,
    /// Why it cannot be used.
    pub why: LoadError,
}

impl fmt::Display for SkippedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "certificate {} of the file is skipped: {}", self.position, self.why)
    }
}

impl CertificateBundle {
    /// Reads a PEM or DER file.
    ///
    /// # Errors
    /// [`LoadError::NotFound`] if there is no certificate; [`LoadError`] as for [`Certificate::from_der`] if one is
    /// malformed, or if none has a supported key.
    pub fn from_pem(octets: &[u8]) -> Result<Self, LoadError> {
        Self::read(octets).map_err(|error| told(error, Wanted::Certificate, octets))
    }

    fn read(octets: &[u8]) -> Result<Self, LoadError> {
        let mut bundle = Self { certificates: Vec::new(), skipped: Vec::new() };
        for (position, der) in (1..).zip(pem::certificates(octets)?) {
            match Certificate::from_der(&der) {
                Ok(certificate) => bundle.certificates.push(certificate),
                Err(why) if why.is_unusable_key() => {
                    bundle.skipped.push(SkippedCertificate { position, why });
                }
                Err(error) => return Err(error),
            }
        }
        match bundle.skipped.first() {
            Some(skipped) if bundle.certificates.is_empty() => Err(skipped.why.clone()),
            _ => Ok(bundle),
        }
    }

    /// The certificates that can be used, in order.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The certificates that can be used, in order.
    #[must_use]
    pub fn into_certificates(self) -> Vec<Certificate> {
        self.certificates
    }

    /// The certificates that were skipped.
    #[must_use]
    pub fn skipped(&self) -> &[SkippedCertificate] {
        &self.skipped
    }
}
