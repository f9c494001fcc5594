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
            OpenError::Signature(SignatureError::UnknownAlgorithm { .. })
            | OpenError::Verify(VerifyError::NotAdmitted { .. } | VerifyError::Retired { .. })
            | OpenError::Decrypt(
                DecryptError::UnknownAlgorithm { .. }
                | DecryptError::NotAdmitted { .. }
                | DecryptError::Retired { .. }
                | DecryptError::NotAKeyWrap { .. },
            )
            | OpenError::AlgorithmInOtherNamespace { .. }
            | OpenError::UnauthenticatedCbc => Self::UnsupportedAlgorithm,
            OpenError::Verify(VerifyError::Malformed(SignatureError::UnknownAlgorithm { .. })) => {
                Self::UnsupportedAlgorithm
            }
            OpenError::Verify(VerifyError::Malformed(_)) => Self::InvalidSecurity,
            OpenError::Verify(_)
            | OpenError::Outside { .. }
            | OpenError::NotForUs { .. }
            | OpenError::LongerSecret { .. }
            | OpenError::ShorterKey { .. }
            | OpenError::Decrypt(DecryptError::Failed) => Self::FailedCheck,
            OpenError::NoKey { .. }
            | OpenError::AmbiguousKey
            | OpenError::NoReference
            | OpenError::KeyElsewhere { .. }
            | OpenError::Elsewhere(_) => Self::SecurityTokenUnavailable,
            OpenError::Trust(_)
            | OpenError::Password(_)
            | OpenError::Replay(_)
            | OpenError::Requirement(
                RequirementError::Anonymous
                | RequirementError::UncoveredHolderToken { .. }
                | RequirementError::NoToken { .. }
                | RequirementError::UnboundToken { .. },
            ) => Self::FailedAuthentication,
            OpenError::NotFresh(_) => Self::MessageExpired,
            OpenError::NotUnderstood { .. } => Self::MustUnderstand,
            OpenError::Envelope(_)
            | OpenError::Header(_)
            | OpenError::UnauthenticatedFault { .. }
            | OpenError::UnauthenticatedError { .. }
            | OpenError::Structure(_)
            | OpenError::Signature(_)
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
            | OpenError::Decrypt(_)
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
            | OpenError::OtherSoapVersion { .. }
            | OpenError::Requirement(_) => Self::InvalidSecurity,
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
