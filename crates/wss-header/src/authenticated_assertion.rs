//! Assertions whose subject the sender proved to be.

use std::sync::Arc;

use wss_tokens::{ConfirmationMethod, IssuedAssertion, SamlName};

/// A SAML assertion that the receiver accepts: its issuer is trusted, it is for this audience and valid now, and the
/// sender proved to be its subject, or to be the party that the issuer names to act for the subject. Only
/// [`Receiver::open`](crate::Receiver::open) makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatedAssertion {
    /// The assertion, which may be the larger part of a message: all signers that it names share it.
    pub(crate) issued: Arc<IssuedAssertion>,
    pub(crate) method: ConfirmationMethod,
}

impl AuthenticatedAssertion {
    /// The assertion.
    #[must_use]
    pub fn assertion(&self) -> &IssuedAssertion {
        &self.issued
    }

    /// The method by which the sender proved to be its subject.
    #[must_use]
    pub fn confirmed_by(&self) -> ConfirmationMethod {
        self.method
    }

    /// The parties other than the subject that the issuer names to confirm it in that way: the sender acts for the
    /// subject then. Empty if the subject confirms itself.
    pub fn confirmers(&self) -> impl Iterator<Item = &SamlName> {
        self.issued.confirmers(self.method).filter(|confirmer| Some(*confirmer) != self.issued.subject())
    }
}
