//! What a certificate may be used for, and the calls that take it for more.

use wss_crypto::{Certificate, KeyUsage};

use super::{Purpose, Trust};
use crate::trust_error::TrustError;

impl Trust {
    /// Accepts a certificate of an authority as that of a signer, as tools make it that mark every certificate so. Its path is
    /// validated as that of any other, and it counts for the path lengths of the authorities above it. Whoever holds its
    /// key can issue certificates as well.
    #[must_use]
    pub fn accept_authorities_as_signers(self) -> Self {
        self.changed(|trust| trust.accepts_authorities = true)
    }

    /// Whether [`Trust::accept_authorities_as_signers`] was called.
    #[must_use]
    pub fn accepts_authorities_as_signers(&self) -> bool {
        self.accepts_authorities
    }

    /// Accepts a certificate of version 1 as that of a signer, as `openssl x509 -req` makes it without extensions. Nothing in it
    /// says what its key is for. As an authority below an anchor it is still refused.
    #[must_use]
    pub fn accept_certificates_of_version_1(self) -> Self {
        self.changed(|trust| trust.accepts_version_1 = true)
    }

    /// Whether [`Trust::accept_certificates_of_version_1`] was called.
    #[must_use]
    pub fn accepts_certificates_of_version_1(&self) -> bool {
        self.accepts_version_1
    }

    /// Accepts paths that are signed with MD5, RIPEMD-160, SHA-1, a digest of 224 bits or DSA, or by keys of RSA or DSA from
    /// 1 024 bits or on P-224. Whoever makes a certificate with a chosen collision, or breaks the key, is trusted as well: it is
    /// for reading archives. [`TrustError::WeakSignature`] names the method of a path that needs this call.
    #[must_use]
    pub fn dangerous_old_path_signatures(self) -> Self {
        self.changed(|trust| trust.accepts_old_signatures = true)
    }

    /// Whether [`Trust::dangerous_old_path_signatures`] was called.
    #[must_use]
    pub fn accepts_old_path_signatures(&self) -> bool {
        self.accepts_old_signatures
    }

    /// Accepts signers whose certificate has a key usage that permits no signatures on messages, such as keyEncipherment alone:
    /// pinned ones, and those below the anchors. Their authority said that the key is for something else, so whoever may use
    /// it for that, as a server that decrypts, signs messages as well. A certificate without that extension, with
    /// digitalSignature or with nonRepudiation needs no such call. It is about signatures alone: nobody encrypts to a key that is
    /// not for that.
    #[must_use]
    pub fn accept_any_key_usage(self) -> Self {
        self.changed(|trust| trust.accepts_any_key_usage = true)
    }

    /// Whether [`Trust::accept_any_key_usage`] was called.
    #[must_use]
    pub fn accepts_any_key_usage(&self) -> bool {
        self.accepts_any_key_usage
    }

    /// Refuses a certificate whose key usage does not permit `purpose`. Both digitalSignature and nonRepudiation permit
    /// signatures on messages (RFC 5280 §4.2.1.3): certificates for qualified signatures and seals have the second alone.
    pub(super) fn check_key_usage(&self, certificate: &Certificate, purpose: Purpose) -> Result<(), TrustError> {
        let Some(usage) = certificate.key_usage() else { return Ok(()) };
        let subject = || certificate.subject().to_string().into();
        match purpose {
            Purpose::Signing if !signs(usage) && !self.accepts_any_key_usage => {
                Err(TrustError::NotForSignatures { subject: subject(), usage: usage.to_string().into() })
            }
            Purpose::Encryption if !(usage.key_encipherment || usage.key_agreement) => {
                Err(TrustError::NotForEncryption { subject: subject(), usage: usage.to_string().into() })
            }
            _ => Ok(()),
        }
    }
}

fn signs(usage: KeyUsage) -> bool {
    usage.digital_signature || usage.content_commitment
}
