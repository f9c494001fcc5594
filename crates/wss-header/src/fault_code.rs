//! The code of the standard's list for each error (SOAP Message Security 1.1.1 §12).

use wss_soap::FaultCode;
use wss_tokens::TokenError;
use wss_xmldsig::{SignatureError, VerifyError};
use wss_xmlenc::DecryptError;

use crate::error::{OpenError, RequirementError};

impl From<&OpenError> for FaultCode {
    fn from(error: &OpenError) -> Self {
        match error {
            OpenError::Unjudged { error } => Self::from(&**error),
            OpenError::Token(error) => token(error),
            OpenError::Signature(error) => signature(error),
            OpenError::Verify(error) => verify(error),
            OpenError::Decrypt(error) => decrypt(error),
            OpenError::Requirement(error) => requirement(error),
            OpenError::AlgorithmInOtherNamespace { .. } | OpenError::UnauthenticatedCbc => Self::UnsupportedAlgorithm,
            OpenError::Outside { .. }
            | OpenError::NotForUs { .. }
            | OpenError::LongerSecret { .. }
            | OpenError::ShorterKey { .. } => Self::FailedCheck,
            OpenError::NoKey { .. }
            | OpenError::AmbiguousKey
            | OpenError::NoReference
            | OpenError::KeyElsewhere { .. }
            | OpenError::Elsewhere(_) => Self::SecurityTokenUnavailable,
            OpenError::Trust(_) | OpenError::Password(_) | OpenError::Replay(_) => Self::FailedAuthentication,
            OpenError::NotFresh(_) => Self::MessageExpired,
            OpenError::NotUnderstood { .. } => Self::MustUnderstand,
            OpenError::Envelope(_)
            | OpenError::Header(_)
            | OpenError::UnauthenticatedFault { .. }
            | OpenError::UnauthenticatedError { .. }
            | OpenError::Structure(_)
            | OpenError::Enveloping
            | OpenError::Transforms { .. }
            | OpenError::AbsentTransforms { .. }
            | OpenError::CertificateInPem { .. }
            | OpenError::InclusiveCanonicalization { .. }
            | OpenError::LocalTime { .. }
            | OpenError::NoZone { .. }
            | OpenError::WholeDocument
            | OpenError::ElementPath
            | OpenError::OtherFilter
            | OpenError::MacLength
            | OpenError::IdInOtherNamespace { .. }
            | OpenError::KeyOutsideHeader { .. }
            | OpenError::NoHash { .. }
            | OpenError::WhiteSpace { .. }
            | OpenError::AttachmentTransform { .. }
            | OpenError::UriForm { .. }
            | OpenError::IdByAnotherName { .. }
            | OpenError::IdBySchema { .. }
            | OpenError::OtherEncoding { .. }
            | OpenError::Misdeclared { .. }
            | OpenError::NoCreated
            | OpenError::KeyValue
            | OpenError::DerivedKeyType
            | OpenError::Place { .. }
            | OpenError::UnnamedElement { .. }
            | OpenError::EncryptedData { .. }
            | OpenError::KeyUse(_)
            | OpenError::NoAttachment { .. }
            | OpenError::Attachment(_)
            | OpenError::Limit(_)
            | OpenError::TwoTimestamps
            | OpenError::TwoUsernames
            | OpenError::Confirmation
            | OpenError::Reflected
            | OpenError::Bsp { .. }
            | OpenError::UnknownKind { .. }
            | OpenError::Interchangeable { .. }
            | OpenError::OtherSoapVersion { .. } => Self::InvalidSecurity,
        }
    }
}

fn token(error: &TokenError) -> FaultCode {
    match error {
        TokenError::Unsupported { .. } => FaultCode::UnsupportedSecurityToken,
        TokenError::Dangling { .. } | TokenError::Elsewhere { .. } => FaultCode::SecurityTokenUnavailable,
        TokenError::Forward { .. } => FaultCode::InvalidSecurity,
        _ => FaultCode::InvalidSecurityToken,
    }
}

fn signature(error: &SignatureError) -> FaultCode {
    match error {
        SignatureError::UnknownAlgorithm { .. } => FaultCode::UnsupportedAlgorithm,
        _ => FaultCode::InvalidSecurity,
    }
}

fn verify(error: &VerifyError) -> FaultCode {
    match error {
        VerifyError::NotAdmitted { .. } | VerifyError::Retired { .. } => FaultCode::UnsupportedAlgorithm,
        VerifyError::Malformed(error) => signature(error),
        _ => FaultCode::FailedCheck,
    }
}

fn decrypt(error: &DecryptError) -> FaultCode {
    match error {
        DecryptError::UnknownAlgorithm { .. }
        | DecryptError::NotAdmitted { .. }
        | DecryptError::Retired { .. }
        | DecryptError::NotAKeyWrap { .. } => FaultCode::UnsupportedAlgorithm,
        DecryptError::Failed => FaultCode::FailedCheck,
        _ => FaultCode::InvalidSecurity,
    }
}

fn requirement(error: &RequirementError) -> FaultCode {
    match error {
        RequirementError::Anonymous
        | RequirementError::UncoveredHolderToken { .. }
        | RequirementError::NoToken { .. }
        | RequirementError::UnboundToken { .. } => FaultCode::FailedAuthentication,
        _ => FaultCode::InvalidSecurity,
    }
}
