//! The session key of a Kerberos ticket, as a protection token (Kerberos Token Profile 1.1.1).

use std::sync::Arc;

use wss_bsp::emission::{self, Broken};
use wss_tokens::{KerberosForm, KerberosInitiator, PasswordKeyUse, WrittenKerberosToken, write_kerberos_token};

use crate::correlation::SentKey;
use crate::error::SecureError;
use crate::key_uses::KeyOrigin;
use crate::placing::{NewToken, Placing, reference_to};
use crate::protection_token::{ProtectionKind, ProtectionToken};

#[derive(Clone)]
struct Kerberos {
    initiator: Arc<dyn KerberosInitiator>,
    form: KerberosForm,
}

impl ProtectionToken {
    /// The session key of a Kerberos ticket, with a new ticket for each message. Replies use it through
    /// [`ProtectionToken::of_request`].
    #[must_use]
    pub fn kerberos(initiator: impl KerberosInitiator + 'static) -> Self {
        Self::new(Kerberos { initiator: Arc::new(initiator), form: KerberosForm::default() })
    }

    /// The form of a Kerberos token; ignored for other tokens.
    #[must_use]
    pub fn kerberos_form(self, wanted: KerberosForm) -> Self {
        self.adjusted(|ticket: &mut Kerberos| ticket.form = wanted)
    }
}

impl ProtectionKind for Kerberos {
    fn name(&self) -> &'static str {
        "Kerberos ticket"
    }

    fn origin(&self) -> KeyOrigin {
        KeyOrigin::OneExchange
    }

    fn gives_leading_octets(&self, key_use: PasswordKeyUse) -> bool {
        key_use == PasswordKeyUse::Encryption
    }

    fn broken(&self) -> Vec<Broken> {
        emission::ticket(self.form).collect()
    }

    fn place(&self, placing: &mut Placing<'_>, _: PasswordKeyUse, _: usize) -> Result<NewToken, SecureError> {
        let id = placing.fresh_id("KT")?;
        let ticket = self.initiator.ticket().ok_or(SecureError::NoTicket)?;
        let written = write_kerberos_token(&id, self.form, &ticket.gss_token);
        let WrittenKerberosToken { token: elements, sha1 } = written.ok_or(SecureError::NoTicket)?;
        let sent = SentKey { sha1, secret: ticket.key.clone(), kerberos: Some(self.form), recipient: None };
        placing.correlation.keys.push(sent);
        let value_type = self.form.value_type();
        let reference = reference_to(&id, Some(&value_type), Some(&value_type));
        Ok(NewToken { elements, id: Some(id), secret: ticket.key, reference })
    }
}
