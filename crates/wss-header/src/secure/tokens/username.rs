//! A key derived from a password, as a protection token (Username Token Profile 1.1.1 §4).

use wss_c14n::Limit;
use wss_tokens::{NewPasswordKeyToken, Password, PasswordKeyUse, USERNAME_TOKEN};

use crate::error::SecureError;
use crate::key_uses::KeyOrigin;
use crate::placing::{NewToken, Placing, reference_to};
use crate::protection_token::{ProtectionKind, ProtectionToken};

struct Username {
    username: String,
    password: Password,
    iterations: u32,
}

impl ProtectionToken {
    /// A key derived from a user's password (Username Token Profile 1.1.1 §4), digested 1 000 times. It signs with HMAC
    /// and encrypts with AES-128 at most, and is as weak as the password: for peers that support nothing better.
    #[must_use]
    pub fn username(username: impl Into<String>, password: impl Into<Password>) -> Self {
        Self::new(Username { username: username.into(), password: password.into(), iterations: 1_000 })
    }
}

impl ProtectionKind for Username {
    fn name(&self) -> &'static str {
        "UsernameToken"
    }

    fn origin(&self) -> KeyOrigin {
        KeyOrigin::ManyMessages
    }

    fn makes_a_key_for_each_use(&self) -> bool {
        true
    }

    fn limit(&self) -> Limit {
        Limit::UsernameTokens
    }

    fn most_octets(&self) -> Option<usize> {
        Some(20)
    }

    fn gives_leading_octets(&self, _: PasswordKeyUse) -> bool {
        true
    }

    fn place(&self, placing: &mut Placing<'_>, key_use: PasswordKeyUse, _: usize) -> Result<NewToken, SecureError> {
        let id = placing.fresh_id("UT")?;
        let mut random = [0; 15];
        placing.random.fill(&mut random)?;
        let password = self.password.secret();
        let (elements, secret) = NewPasswordKeyToken {
            id: &id,
            username: &self.username,
            password,
            key_use,
            random: &random,
            iterations: self.iterations,
        }
        .write();
        let reference = reference_to(&id, Some(USERNAME_TOKEN), None);
        Ok(NewToken { elements, id: Some(id), secret, reference })
    }
}
