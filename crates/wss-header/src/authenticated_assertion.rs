//! Assertions whose subject the sender proved to be.

use wss_tokens::{ConfirmationMethod, IssuedAssertion};

/// A SAML assertion that the receiver accepts: its issuer is trusted, it is for this audience and valid now, and the
/// sender proved to be its subject. Only [`Receiver::open`](crate::Receiver::open) makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatedAssertion {
    pub(crate) issued: IssuedAssertion,
    pub(crate) method: ConfirmationMethod,
}

impl AuthenticatedAssertion {
    /// The assertion.
    #[must_use]
    pub fn assertion(&self) -> &IssuedAssertion {
        &self.issued
    }

    /// How the sender proved to be its subject.
    #[must_use]
    pub fn confirmed_by(&self) -> ConfirmationMethod {
        self.method
    }
}
