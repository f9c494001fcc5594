//! The secret of a SAML assertion, as a protection token: its issuer encrypted the secret to the receiver.

use wss_crypto::Secret;
use wss_tokens::PasswordKeyUse;

use crate::error::SecureError;
use crate::key_uses::KeyOrigin;
use crate::part::Part;
use crate::placing::{NewToken, Placing};
use crate::protection_token::{Home, ProtectionKind, ProtectionToken};

struct Saml {
    secret: Secret,
}

impl ProtectionToken {
    /// The secret of the SAML assertion that the recipe attaches first: holder of key, if the issuer gave the subject a
    /// secret.
    #[must_use]
    pub fn of_assertion(secret: Secret) -> Self {
        Self::new(Saml { secret })
    }
}

impl ProtectionKind for Saml {
    fn name(&self) -> &'static str {
        "secret of the assertion"
    }

    fn origin(&self) -> KeyOrigin {
        KeyOrigin::OneExchange
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.secret)
    }

    fn home(&self) -> Home {
        Home::Issued
    }

    fn place(&self, placing: &mut Placing<'_>, _: PasswordKeyUse, _: usize) -> Result<NewToken, SecureError> {
        let no_such = || SecureError::NoSuchPart { part: Part::Assertion };
        let assertion = placing.assertion.ok_or_else(no_such)?;
        let (id, reference) = (assertion.id.clone(), assertion.reference(None));
        Ok(NewToken { elements: String::new(), id: Some(id), secret: self.secret.clone(), reference })
    }
}
