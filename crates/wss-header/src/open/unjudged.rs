//! Signatures of the header that the receiver cannot judge, since it does not know their methods or who made them.
//!
//! Anyone may remove a signature that no other one covers, so that one that is ignored counts as one that is not there: it
//! covers nothing, names nobody and brings no key. What is required must be proven by another one.

use wss_c14n::{Element, name};
use wss_tokens::{TokenError, TrustError};
use wss_xmldsig::{SignatureError, VerifyError};

use super::revision::Revision;
use crate::error::OpenError;
use crate::receiver::Receiver;
use crate::waiver::Waiver;

/// Whether a receiver that accepts signatures which it cannot judge ignores one with this error. A value or a digest that does
/// not fit, a certificate that was revoked or has expired, and a signature of our own are judged, and refused.
pub(super) fn is_ignored(error: &OpenError, receiver: &Receiver) -> bool {
    receiver.waives(Waiver::UnjudgedSignatures) && is_unjudged(error)
}

/// Names the call that ignores the signature with this error, where another signature may prove what is required.
pub(super) fn unless_alone(error: OpenError, revision: &Revision<'_>) -> OpenError {
    let is_signature = |child: &&Element<'_>| child.is(name::DS.uri, "Signature");
    match is_unjudged(&error) && revision.children.iter().filter(is_signature).nth(1).is_some() {
        true => OpenError::Unjudged { error: Box::new(error) },
        false => error,
    }
}

fn is_unjudged(error: &OpenError) -> bool {
    match error {
        OpenError::NoKey { .. } => true,
        OpenError::Trust(error) => matches!(error, TrustError::NoPath { .. } | TrustError::NotExpected { .. }),
        OpenError::Token(TokenError::Certificate(error)) => error.is_unusable_key(),
        OpenError::Token(error) => matches!(error, TokenError::Unsupported { .. } | TokenError::Elsewhere { .. }),
        OpenError::Signature(error) | OpenError::Verify(VerifyError::Malformed(error)) => {
            matches!(error, SignatureError::UnknownAlgorithm { .. })
        }
        OpenError::Verify(error) => {
            matches!(error, VerifyError::NotAdmitted { .. } | VerifyError::Retired { .. } | VerifyError::WeakKey { .. })
        }
        _ => false,
    }
}
