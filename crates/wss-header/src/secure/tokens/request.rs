//! The key of the request, as the protection token of a reply: named by the identifier of its token (SOAP Message
//! Security 1.1.1 §7.7).

use wss_c14n::Writer;
use wss_tokens::{PasswordKeyUse, write_encrypted_key_sha1, write_kerberos_sha1};

use crate::error::SecureError;
use crate::key_uses::KeyOrigin;
use crate::placing::{NewToken, Placing};
use crate::protection_token::{Home, ProtectionKind, ProtectionToken};

struct OfRequest;

impl ProtectionToken {
    /// The key of the request that the message answers, named by `#EncryptedKeySHA1`: for
    /// [`Outgoing::answering`](crate::Outgoing::answering). The request must prove that it is its key: its signature
    /// was made with it, covers its `xenc:EncryptedKey`, or covers ciphertext that it opened. Anyone can put another
    /// key beside it.
    #[must_use]
    pub fn of_request() -> Self {
        Self::new(OfRequest)
    }
}

impl ProtectionKind for OfRequest {
    fn name(&self) -> &'static str {
        "key of the request"
    }

    /// The key of the request is of one of two kinds, with the same rule.
    fn origin(&self) -> KeyOrigin {
        KeyOrigin::EncryptedKey
    }

    fn home(&self) -> Home {
        Home::Request
    }

    fn place(&self, placing: &mut Placing<'_>, _: PasswordKeyUse, _: usize) -> Result<NewToken, SecureError> {
        let request = placing.request.ok_or(SecureError::NeedsRequest)?;
        // The key of the signature comes first, if it is known.
        let key = request.keys.first().ok_or(SecureError::NeedsRequest)?;
        let mut writer = Writer::new();
        match key.kerberos {
            None => write_encrypted_key_sha1(&mut writer, &key.sha1),
            Some(form) => write_kerberos_sha1(&mut writer, &key.sha1, form),
        }
        Ok(NewToken { elements: String::new(), id: None, secret: key.secret.clone(), reference: writer.finish() })
    }
}
