//! The validity of a certificate at an instant (RFC 5280 §4.1.2.5), and the tolerance for the clocks of others.

use std::time::{Duration, SystemTime};

use wss_crypto::Certificate;

use crate::trust_error::TrustError;

/// The largest time by which the clock of an authority or a responder may be ahead: the default of a receiver.
pub(super) const CLOCK_SKEW: Duration = Duration::from_secs(60);

pub(super) fn check_validity(certificate: &Certificate, now: SystemTime) -> Result<(), TrustError> {
    let subject = || certificate.subject().to_string();
    let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
    if now < not_before {
        return Err(TrustError::NotYetValid { subject: subject().into(), not_before, now });
    }
    if now > not_after {
        return Err(TrustError::Expired { subject: subject().into(), not_after, now });
    }
    Ok(())
}
