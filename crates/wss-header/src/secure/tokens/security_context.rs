//! The secret of a security context, as a protection token (WS-SecureConversation 1.3).

use wss_crypto::Secret;
use wss_tokens::{PasswordKeyUse, SecureConversation, write_security_context};

use crate::error::SecureError;
use crate::key_uses::KeyOrigin;
use crate::placing::{NewToken, Placing, reference_to};
use crate::protection_token::{ProtectionKind, ProtectionToken};

#[derive(Clone)]
struct SecurityContext {
    version: SecureConversation,
    identifier: String,
    instance: Option<String>,
    secret: Secret,
}

impl ProtectionToken {
    /// The secret of a security context both sides agreed on before (WS-SecureConversation).
    #[must_use]
    pub fn security_context(version: SecureConversation, identifier: impl Into<String>, secret: Secret) -> Self {
        Self::new(SecurityContext { version, identifier: identifier.into(), instance: None, secret })
    }

    /// The instance of a security context whose keys were renewed; ignored for other tokens.
    #[must_use]
    pub fn instance(self, wanted: impl Into<String>) -> Self {
        self.adjusted(|context: &mut SecurityContext| context.instance = Some(wanted.into()))
    }
}

impl ProtectionKind for SecurityContext {
    fn name(&self) -> &'static str {
        "SecurityContextToken"
    }

    fn origin(&self) -> KeyOrigin {
        KeyOrigin::ManyMessages
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.secret)
    }

    fn place(&self, placing: &mut Placing<'_>, _: PasswordKeyUse, _: usize) -> Result<NewToken, SecureError> {
        let id = placing.fresh_id("SCT")?;
        let elements = write_security_context(self.version, &id, &self.identifier, self.instance.as_deref());
        let reference = reference_to(&id, Some(self.version.context_type()), None);
        Ok(NewToken { elements, id: Some(id), secret: self.secret.clone(), reference })
    }
}
