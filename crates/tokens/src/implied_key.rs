//! Implied derived keys (WS-SecureConversation 1.3 §7.2): a `wsse:SecurityTokenReference` with the attribute `wsc:Nonce` means
//! the key that is derived from the secret of its token, without a `wsc:DerivedKeyToken`.

use wss_c14n::xsd::collapsed;
use wss_c14n::{Element, base64_decode, name};
use wss_crypto::Secret;

use crate::derivation::{MAX_LENGTH, MAX_NONCE, MIN_NONCE, derive};
use crate::error::TokenError;

/// The attributes of a reference that imply a derived key, and its derivation.
#[derive(Clone)]
pub struct ImpliedDerivedKey {
    nonce: Vec<u8>,
    length: usize,
}

impl std::fmt::Debug for ImpliedDerivedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ImpliedDerivedKey({} octets)", self.length)
    }
}

impl ImpliedDerivedKey {
    const DEFAULT_LENGTH: usize = 32;

    /// Whether a reference has the nonce that implies a derived key.
    #[must_use]
    pub fn is_in(reference: Element<'_>) -> bool {
        attribute(reference, "Nonce").is_some()
    }

    /// Reads the attributes of a reference: a nonce of 16 to 64 octets, and a length of 16 to 64 octets, 32 without one.
    /// `None` if it implies no derived key.
    ///
    /// # Errors
    /// [`TokenError::DerivedKey`] outside these bounds.
    pub fn of(reference: Element<'_>) -> Result<Option<Self>, TokenError> {
        let Some(nonce) = attribute(reference, "Nonce") else { return Ok(None) };
        let nonce = base64_decode(&nonce, MAX_NONCE).filter(|nonce| nonce.len() >= MIN_NONCE);
        let nonce = nonce.ok_or(TokenError::DerivedKey("its nonce is not base64 of 16 to 64 octets"))?;
        let length = match attribute(reference, "Length") {
            None => Self::DEFAULT_LENGTH,
            Some(text) => {
                let length = collapsed(&text).parse().ok().filter(|length| (16..=MAX_LENGTH as usize).contains(length));
                length.ok_or(TokenError::DerivedKey("16 to 64 octets may be derived"))?
            }
        };
        Ok(Some(Self { nonce, length }))
    }

    /// `wsc:Nonce`.
    #[must_use]
    pub fn nonce(&self) -> &[u8] {
        &self.nonce
    }

    /// The number of octets of the derived key.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// Derives the key: `P_SHA1` with the default label, from the start of the stream.
    #[must_use]
    pub fn derive(&self, secret: &Secret) -> Secret {
        derive(secret, &self.nonce, 0, self.length)
    }
}

fn attribute<'d>(reference: Element<'d>, local: &'static str) -> Option<std::borrow::Cow<'d, str>> {
    [name::WSC13, name::WSC2005].iter().find_map(|wsc| reference.attribute(wsc.uri, local))
}
