//! Whether a certificate is valid at an instant (RFC 5280 §4.1.2.5).

use std::time::SystemTime;

use wss_crypto::Certificate;

use crate::error::TrustError;

pub(super) fn check_validity(certificate: &Certificate, now: SystemTime) -> Result<(), TrustError> {
    let subject = || certificate.subject().to_string();
    let (not_before, not_after) = certificate.validity();
    if now < not_before {
        return Err(TrustError::NotYetValid { subject: subject().into(), not_before, now });
    }
    if now > not_after {
        return Err(TrustError::Expired { subject: subject().into(), not_after, now });
    }
    Ok(())
}
