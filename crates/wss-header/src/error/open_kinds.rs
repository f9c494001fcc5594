//! What kind of refusal an [`OpenError`] is, and which errors become one.

use wss_bsp::Breach;
use wss_tokens::{TokenError, TrustError};
use wss_xmldsig::{SignatureError, VerifyError};
use wss_xmlenc::DecryptError;

use super::{MissingKey, OpenError, RequirementError};

impl OpenError {
    /// Itself, without the advice to ignore a signature that cannot be judged ([`OpenError::Unjudged`]).
    #[must_use]
    pub fn reason(&self) -> &Self {
        match self {
            Self::Unjudged { error } => error.reason(),
            error => error,
        }
    }

    /// Whether the digest of a signed element does not match.
    pub(crate) fn is_digest_mismatch(&self) -> bool {
        matches!(self, Self::Verify(VerifyError::DigestMismatch { .. }))
    }

    /// Whether the receiver was configured with what it cannot demand: no message is to blame.
    #[must_use]
    pub fn is_misuse(&self) -> bool {
        matches!(
            self,
            Self::Requirement(
                RequirementError::NotOptional { .. }
                    | RequirementError::NotAPlace { .. }
                    | RequirementError::NothingSigned
            )
        )
    }

    /// Whether the message asks for more than a limit allows.
    pub(crate) fn exceeds_a_limit(&self) -> bool {
        matches!(
            self,
            Self::Limit(_)
                | Self::Token(TokenError::Limit(_))
                | Self::Signature(SignatureError::Limit(_))
                | Self::Verify(VerifyError::Limit(_))
                | Self::Decrypt(DecryptError::Limit(_))
        )
    }

    /// Whether something was not read or not found that an identifier or a reference names.
    pub(crate) fn is_of_an_identifier(&self) -> bool {
        match self {
            Self::Token(error) => !matches!(error, TokenError::Limit(_)),
            Self::Signature(error) => !matches!(error, SignatureError::Limit(_)),
            Self::Verify(error) => matches!(
                error,
                VerifyError::Malformed(_)
                    | VerifyError::Dereference { .. }
                    | VerifyError::TokenAbsent { .. }
                    | VerifyError::NotAnAttachment { .. }
                    | VerifyError::NotFetched { .. }
            ),
            Self::Decrypt(error) => !matches!(error, DecryptError::Failed | DecryptError::Limit(_)),
            Self::Unjudged { error } => error.is_of_an_identifier(),
            Self::NoKey { .. }
            | Self::NotForUs { .. }
            | Self::EncryptedData { .. }
            | Self::Outside { .. }
            | Self::Structure(_)
            | Self::Transforms { .. } => true,
            _ => false,
        }
    }

    /// [`OpenError::NoKey`], where only the caller knows what named the key.
    pub(crate) fn no_key() -> Self {
        Self::NoKey { named: "nobody".into(), certificates: Box::default(), secrets: 0, missing: MissingKey::Any }
    }
}

impl From<Breach> for OpenError {
    fn from(Breach { rule, path, why }: Breach) -> Self {
        Self::Bsp { rule, path, why }
    }
}

impl From<DecryptError> for OpenError {
    fn from(error: DecryptError) -> Self {
        match error {
            DecryptError::Elsewhere(error) => Self::Elsewhere(error),
            error => Self::Decrypt(error),
        }
    }
}

impl From<TrustError> for OpenError {
    fn from(error: TrustError) -> Self {
        match error {
            TrustError::Exceeded(exceeded) => Self::Limit(exceeded),
            other => Self::Trust(other),
        }
    }
}
