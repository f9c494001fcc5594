//! Placing a protection token: the input that its kind needs from the message, and its output.

use wss_c14n::Writer;
use wss_crypto::{CryptoError, Random, Secret, fresh_name};
use wss_tokens::write_token_reference;

use crate::correlation::Correlation;
use crate::issued_token::IssuedToken;

/// The message that is made, as far as the kinds of protection tokens need it.
pub(crate) struct Placing<'s> {
    pub(crate) random: &'s dyn Random,
    /// The first assertion among the issued tokens.
    pub(crate) assertion: Option<&'s IssuedToken>,
    /// The request that the message answers.
    pub(crate) request: Option<&'s Correlation>,
    /// The state for the reply, which keeps the keys that this message brings.
    pub(crate) correlation: &'s mut Correlation,
}

/// A protection token of a message.
pub(crate) struct NewToken {
    /// The new elements of the header: the token, after the elements that it refers to.
    pub(crate) elements: String,
    /// Its Id; `None` for a key that only the request contained.
    pub(crate) id: Option<String>,
    pub(crate) secret: Secret,
    /// The canonical `wsse:SecurityTokenReference` to it, as a document of its own.
    pub(crate) reference: String,
}

impl Placing<'_> {
    /// See [`fresh_id`].
    pub(crate) fn fresh_id(&self, kind: &str) -> Result<String, CryptoError> {
        fresh_id(self.random, kind)
    }
}

/// An Id that no one can guess and no message contains.
pub(crate) fn fresh_id(random: &dyn Random, kind: &str) -> Result<String, CryptoError> {
    fresh_name(random, &format!("{kind}-"))
}

/// The canonical `wsse:SecurityTokenReference` to the token with this Id, as a document of its own.
pub(crate) fn reference_to(id: &str, value_type: Option<&str>, token_type: Option<&str>) -> String {
    let mut writer = Writer::new();
    write_token_reference(&mut writer, id, value_type, token_type);
    writer.finish()
}
