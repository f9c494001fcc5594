//! Trust anchors: the authorities of the caller, checked before they are trusted.

use std::sync::Arc;
use std::time::SystemTime;

use rustls_pki_types::{CertificateDer, TrustAnchor};
use webpki::anchor_from_trusted_cert;
use wss_crypto::{Certificate, LoadError, SkippedCertificate};

use crate::trust_error::TrustError;

/// Anchors without a rule are not a trust yet. [`TrustAnchors::signer`] adds the rule.
#[derive(Debug, Clone)]
#[must_use = "anchors become a trust with `signer`"]
pub struct TrustAnchors {
    pub(super) anchors: Anchors,
    pub(super) skipped: Vec<SkippedCertificate>,
}

impl TrustAnchors {
    /// The certificates of the file that are no anchors, since their keys are of unsupported kinds. Report them: nothing
    /// below them is trusted.
    #[must_use]
    pub fn skipped(&self) -> &[SkippedCertificate] {
        &self.skipped
    }
}

impl From<Anchors> for TrustAnchors {
    fn from(anchors: Anchors) -> Self {
        Self { anchors, skipped: Vec::new() }
    }
}

/// Anchors, parsed once for all messages.
#[derive(Debug, Clone)]
pub(super) struct Anchors {
    certificates: Arc<[Certificate]>,
    /// The same anchors in the same order, in the type of webpki.
    parsed: Arc<[TrustAnchor<'static>]>,
    /// Whether the caller waived the checks of anchors.
    pub(super) are_unchecked: bool,
}

impl Anchors {
    pub(super) fn none() -> Self {
        Self { certificates: Arc::new([]), parsed: Arc::new([]), are_unchecked: false }
    }

    pub(super) fn new(certificates: Vec<Certificate>, are_unchecked: bool) -> Result<Self, TrustError> {
        if !are_unchecked {
            certificates.iter().try_for_each(check)?;
        }
        let parsed = certificates.iter().map(|certificate| {
            let der = CertificateDer::from(certificate.der());
            let anchor = anchor_from_trusted_cert(&der).map(|anchor| anchor.to_owned());
            anchor.map_err(|_| LoadError::Malformed { what: "certificate of a trust anchor" }.into())
        });
        let parsed = parsed.collect::<Result<Vec<_>, TrustError>>()?;
        Ok(Self { certificates: certificates.into(), parsed: parsed.into(), are_unchecked })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Certificate> {
        self.certificates.iter()
    }

    pub(super) fn parsed(&self) -> &[TrustAnchor<'static>] {
        &self.parsed
    }

    /// The certificate of one of [`Anchors::parsed`].
    pub(super) fn certificate(&self, parsed: &TrustAnchor<'_>) -> Option<&Certificate> {
        let is_it =
            |known: &TrustAnchor<'static>| std::ptr::eq(std::ptr::from_ref(known).cast(), std::ptr::from_ref(parsed));
        self.parsed.iter().position(is_it).and_then(|at| self.certificates.get(at))
    }

    /// Checks an anchor at the end of a path with this number of authorities below it. webpki does not check anchors.
    pub(super) fn judge(&self, anchor: &Certificate, authorities: usize, now: SystemTime) -> Result<(), TrustError> {
        if !self.are_unchecked {
            super::validity::check_validity(anchor, now)?;
        }
        let allowed = anchor.basic_constraints().and_then(|constraints| constraints.path_len);
        match allowed {
            Some(allowed) if authorities as u64 > u64::from(allowed) => {
                Err(TrustError::PathLength { subject: anchor.subject().to_string().into() })
            }
            _ => Ok(()),
        }
    }
}

/// Whether the certificate is marked as an authority.
fn check(certificate: &Certificate) -> Result<(), TrustError> {
    let unfit = |why| Err(TrustError::UnfitAnchor { subject: certificate.subject().to_string().into(), why });
    if certificate.version() < 3 {
        return unfit("it has version 1 or 2, which cannot say that it is an authority");
    }
    if !certificate.basic_constraints().is_some_and(|constraints| constraints.is_ca) {
        return unfit("its basic constraints do not say that it is an authority");
    }
    if certificate.key_usage().is_some_and(|usage| !usage.key_cert_sign) {
        return unfit("its key usage does not permit signatures on certificates");
    }
    Ok(())
}
