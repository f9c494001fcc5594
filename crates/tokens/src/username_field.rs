//! The children of `wsse:UsernameToken` as peers write them: `wsse:Password` and its type, and the two children from
//! which a digest is made, which some peers put in another namespace.

use wss_c14n::name::{self, Namespace};
use wss_c14n::xsd::collapsed;
use wss_c14n::{Element, LeafError, base64_decode};
use wss_crypto::Secret;

use crate::error::TokenError;

pub(crate) const PASSWORD_TEXT: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText";
pub(crate) const PASSWORD_DIGEST: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest";

/// The largest number of octets of a name or a password.
pub(crate) const MAX_TEXT: usize = 1_024;

/// The largest number of octets of a nonce.
pub(crate) const MAX_NONCE: usize = 64;

/// The octets of a nonce, and whether its base64 ends within an octet: some peers make a nonce of random letters, and
/// their decoders drop the bits that are left over.
pub(crate) fn nonce_octets(nonce: Element<'_>) -> Result<(Vec<u8>, bool), LeafError> {
    let error = match nonce.base64(MAX_NONCE) {
        Ok(octets) => return Ok((octets, false)),
        Err(error) => error,
    };
    let text: String = nonce.text()?.split_ascii_whitespace().collect();
    let letters = text.trim_end_matches('=');
    let last = letters.chars().next_back().unwrap_or_default();
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let kept = match text.len() - letters.len() {
        1 => 0b11_1100,
        2 => 0b11_0000,
        _ => return Err(error),
    };
    let whole = ALPHABET.find(last).and_then(|value| ALPHABET.get(value & kept..)?.chars().next());
    let read = whole.and_then(|whole| {
        let front = letters.get(..letters.len() - 1)?;
        base64_decode(&format!("{front}{whole}{}", &text[letters.len()..]), MAX_NONCE)
    });
    read.map(|octets| (octets, true)).ok_or(error)
}

/// The content of `wsse:Password`.
#[derive(Clone)]
pub(crate) struct ClaimedPassword {
    pub(crate) value: ClaimedValue,
    /// Whether its `Type` is a name, and not the identifier of the profile.
    pub(crate) by_name: bool,
    /// Whether its `Type` is in a namespace, which makes it another attribute than that of the schema.
    pub(crate) is_qualified: bool,
}

#[derive(Clone)]
pub(crate) enum ClaimedValue {
    Text(Secret),
    Digest(Vec<u8>),
}

impl ClaimedPassword {
    pub(crate) fn parse(element: Element<'_>) -> Result<Self, TokenError> {
        // In the schema it is in no namespace. A qualified Type is another attribute (WCF and drafts have one).
        let is_kind = |namespace: &str, local: &str| local == "Type" && [name::WSSE.uri, ""].contains(&namespace);
        let mut kinds = element.attributes().filter(|(attribute, _)| is_kind(attribute.namespace, attribute.local));
        let kind = kinds.next();
        let is_qualified = kind.as_ref().is_some_and(|(attribute, _)| !attribute.namespace.is_empty());
        if kinds.next().is_some() {
            return Err(element.missing("one Type").into());
        }
        let kind = kind.map(|(_, kind)| kind);
        let text = element.text()?;
        if text.len() > MAX_TEXT {
            return Err(element.missing("a value of at most 1024 octets").into());
        }
        let ends_with = |written: &str, word: &str| written.to_ascii_lowercase().ends_with(&word.to_ascii_lowercase());
        let (is_digest, by_name) = match kind.as_deref().map(collapsed) {
            None | Some(PASSWORD_TEXT) => (false, false),
            Some(PASSWORD_DIGEST) => (true, false),
            // A `Type` with another separator than `#`, another profile before it, or in letters of another case.
            Some(other) if other.is_empty() || ends_with(other, "PasswordText") => (false, true),
            Some(other) if ends_with(other, "PasswordDigest") => (true, true),
            Some(other) => return Err(TokenError::PasswordType { uri: other.into() }),
        };
        let not_a_digest = || element.missing("base64 of a digest, as its Type says, or the Type of clear text");
        let value = match is_digest {
            false => ClaimedValue::Text(Secret::new(text.as_bytes().to_vec())),
            true => ClaimedValue::Digest(base64_decode(&text, 64).ok_or_else(not_a_digest)?),
        };
        Ok(Self { value, by_name, is_qualified })
    }
}

/// A child of a token by its name: the child of the schema, or else the only child of this name in another namespace. Peers
/// write `wsse:Created` and `wsu:Nonce`, or the namespaces of drafts.
pub(crate) struct Field<'d> {
    own: Option<Element<'d>>,
    other: Option<Element<'d>>,
}

impl<'d> Field<'d> {
    /// # Errors
    /// If there are several in the namespace of the schema.
    pub(crate) fn of(token: Element<'d>, namespace: Namespace, local: &'static str) -> Result<Self, LeafError> {
        let own = token.optional_child(namespace.uri, local)?;
        let mut others = token.children().filter(|child| own.is_none() && child.name().local == local);
        let other = others.next().filter(|_| others.next().is_none());
        Ok(Self { own, other })
    }

    pub(crate) fn is_misnamed(&self) -> bool {
        self.other.is_some()
    }

    /// The child; one in another namespace if `in_any_namespace`.
    pub(crate) fn read(&self, in_any_namespace: bool) -> Option<Element<'d>> {
        self.own.or(self.other.filter(|_| in_any_namespace))
    }
}
