//! Username tokens from which a key is derived, as they are written (Username Token Profile 1.1.1 §4).

use std::fmt;

use wss_c14n::{Writer, base64_encode, name};
use wss_crypto::{Secret, password_key};

use crate::password_key_use::PasswordKeyUse;

/// A token to write, from which a key is derived.
pub struct NewPasswordKeyToken<'a> {
    /// `@wsu:Id`.
    pub id: &'a str,
    /// The user.
    pub username: &'a str,
    /// The password of the user.
    pub password: &'a Secret,
    /// The use of the key, which the salt states.
    pub key_use: PasswordKeyUse,
    /// 15 random octets of the salt.
    pub random: &'a [u8; 15],
    /// The number of iterations.
    pub iterations: u32,
}

impl NewPasswordKeyToken<'_> {
    /// Writes the token in canonical form, as a document of its own; and derives the key.
    #[must_use]
    pub fn write(&self) -> (String, Secret) {
        let salt = [&[self.key_use.flag()], self.random.as_slice()].concat();
        let mut writer = Writer::new();
        writer.start(name::WSSE, "UsernameToken");
        writer.attribute_in(name::WSU, "Id", self.id);
        writer.leaf(name::WSSE, "Username", self.username);
        writer.leaf(name::WSSE11, "Salt", &base64_encode(&salt));
        writer.leaf(name::WSSE11, "Iteration", &self.iterations.to_string());
        writer.end();
        (writer.finish(), password_key(self.password, &salt, self.iterations))
    }
}

impl fmt::Debug for NewPasswordKeyToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewPasswordKeyToken").field("key_use", &self.key_use).finish_non_exhaustive()
    }
}
