//! The answer of an OCSP response about a certificate (RFC 6960 §3.2, §4.2.2.2).
//!
//! A response counts if its signer is the issuer of the certificate, or if that issuer certified the signer for OCSP. The
//! answer must be current. rustls-webpki leaves revocation by OCSP to its caller.

use std::time::{Duration, SystemTime};

use wss_c14n::{Budget, Limit};
use wss_crypto::{Certificate, CertificateStatus, OcspResponse, SingleResponse};

use super::validity::{CLOCK_SKEW, check_validity};
use crate::trust_error::TrustError;

/// `id-kp-OCSPSigning`.
const OCSP_SIGNING: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 9];
/// The largest age of an answer that does not say when the next one is due.
const AGE_WITHOUT_NEXT_UPDATE: Duration = Duration::from_secs(24 * 60 * 60);
/// The largest number of answers of one response about one certificate.
const MAX_ANSWERS: usize = 4;

/// The conditions under which the answers of responders count.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Freshness {
    pub(crate) now: SystemTime,
    /// The largest age of an answer, whatever the answer itself says.
    pub(crate) max_age: Option<Duration>,
}

/// The signer of a response about certificates of `issuer`: the issuer, or one that it certified for that. Its own status is
/// not judged here.
pub(crate) fn signer<'c>(
    response: &'c OcspResponse,
    issuer: &'c Certificate,
    now: SystemTime,
    budget: &Budget,
) -> Result<&'c Certificate, TrustError> {
    budget.charge(Limit::PublicKeyOperations, 1)?;
    if response.verify_signature_of(issuer).is_ok() {
        return Ok(issuer);
    }
    for delegate in response.certificates().iter().filter(|delegate| may_sign(delegate, issuer)) {
        budget.charge(Limit::PublicKeyOperations, 2)?;
        if response.verify_signature_of(delegate).is_ok() && delegate.verify_signature_of(issuer).is_ok() {
            check_validity(delegate, now)?;
            return Ok(delegate);
        }
    }
    Err(TrustError::ResponseNotGenuine { authority: issuer.subject().to_string().into() })
}

/// Whether a certificate issued in the name of `issuer` permits its holder to sign for the issuer. Here, a certificate
/// without extended key usages, or for any of them, is not enough.
fn may_sign(delegate: &Certificate, issuer: &Certificate) -> bool {
    let signs = delegate.key_usage().is_none_or(|usage| usage.digital_signature);
    let usages = delegate.extended_key_usage().unwrap_or_default();
    signs && delegate.issuer() == issuer.subject() && usages.iter().any(|usage| usage == OCSP_SIGNING)
}

/// The status in a response whose signer was judged; `None` if the response says nothing about the certificate. An
/// answer that revokes counts however old it is.
pub(crate) fn status(
    response: &OcspResponse,
    certificate: &Certificate,
    issuer: &Certificate,
    freshness: Freshness,
) -> Option<Result<(), TrustError>> {
    let mut judged = None;
    for answer in response.about(certificate, issuer).take(MAX_ANSWERS) {
        match judge(answer, certificate, freshness) {
            Ok(()) => judged = Some(Ok(())),
            Err(error @ TrustError::Revoked { .. }) => return Some(Err(error)),
            Err(error) => judged = judged.or(Some(Err(error))),
        }
    }
    judged
}

fn judge(answer: &SingleResponse, certificate: &Certificate, freshness: Freshness) -> Result<(), TrustError> {
    let subject = || certificate.subject().to_string();
    let Freshness { now, max_age } = freshness;
    let (this_update, next_update) = (answer.this_update(), answer.next_update());
    let age = now.duration_since(this_update).unwrap_or_default();
    let is_early = now.checked_add(CLOCK_SKEW).is_some_and(|latest| this_update > latest);
    let is_late = match next_update {
        Some(next_update) => next_update <= now,
        None => age > AGE_WITHOUT_NEXT_UPDATE,
    };
    match answer.status() {
        CertificateStatus::Revoked => Err(TrustError::Revoked { subject: subject().into() }),
        _ if is_early || is_late || max_age.is_some_and(|most| age > most) => {
            Err(TrustError::ResponseNotCurrent { subject: subject().into(), this_update, now })
        }
        CertificateStatus::Unknown => Err(TrustError::ResponseUnknown { subject: subject().into() }),
        CertificateStatus::Good => Ok(()),
    }
}
