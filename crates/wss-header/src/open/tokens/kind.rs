//! A kind of token while a message is opened: one trait, which each module of this folder implements once.
//!
//! A token in a message is a claim. Its kind reads it ([`TokenKind::read`]), and knows which part a signature covers
//! with it ([`TokenKind::part`]) and which key it brings or names: a public one ([`TokenKind::public_key`]), or a
//! secret, for a reference that names the token by its Id ([`TokenKind::secret`]) or in another way
//! ([`TokenKind::secret_named`]). The result includes the [`Holder`](crate::open::keys::Holder) of that key.

use wss_c14n::{Element, Limit, name};
use wss_tokens::{SecurityTokenReference, TokenError};

use crate::error::OpenError;
use crate::open::facts::Facts;
use crate::open::keys::{FoundKey, FoundSecret, KeyRing, KeySearch, Wanted};
use crate::open::replacement::Replacement;
use crate::open::revision::Revision;
use crate::open::terms::Terms;
use crate::part::Part;

/// A kind of token.
pub(crate) trait TokenKind: Sync {
    /// Whether `element` is a token of this kind.
    fn is_one(&self, element: Element<'_>) -> bool;

    /// The part that a signature covers with such a token of our header. Most tokens bring the key of a signature.
    fn part(&self) -> Option<Part> {
        Some(Part::SigningToken)
    }

    /// The limit that counts such tokens of our header.
    fn limit(&self) -> Limit {
        Limit::Tokens
    }

    /// Notes a token of our header before the children are processed in order, for kinds to which references may precede.
    /// It is called once for each revision.
    fn note(&self, _token: Element<'_>, _terms: &Terms<'_>, _facts: &mut Facts<'_>) -> Result<(), OpenError> {
        Ok(())
    }

    /// Reads a token of our header in its turn. Most matter only if something refers to them.
    fn read(
        &self,
        _token: Element<'_>,
        _revision: &Revision<'_>,
        _terms: &Terms<'_>,
        _facts: &mut Facts<'_>,
        _ring: &mut KeyRing,
    ) -> Result<Option<Replacement>, OpenError> {
        Ok(None)
    }

    /// The public key of the token that `reference` at `place` identifies; `None` if it identifies no token of this kind.
    /// For kinds whose key needs no certificate of a trusted path.
    fn public_key(
        &self,
        _search: &mut KeySearch<'_, '_>,
        _place: Element<'_>,
        _reference: &SecurityTokenReference<'_>,
    ) -> Result<Option<FoundKey>, OpenError> {
        Ok(None)
    }

    /// The secret of a token, whose type is `stated` according to the reference; `None` if it is not one of ours.
    fn secret(
        &self,
        _search: &mut KeySearch<'_, '_>,
        token: Element<'_>,
        _stated: Option<&str>,
        _wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        Err(no_key_of(token).into())
    }

    /// The secret of the token that `reference` at `place` identifies in another way than by its Id; `None` if it
    /// identifies no token of this kind, or no secret of ours.
    fn secret_named(
        &self,
        _search: &mut KeySearch<'_, '_>,
        _place: Element<'_>,
        _reference: &SecurityTokenReference<'_>,
        _wanted: Wanted,
    ) -> Result<Option<FoundSecret>, OpenError> {
        Ok(None)
    }
}

/// The error for a token that brings no secret. A binary token is named by its type.
pub(crate) fn no_key_of(token: Element<'_>) -> TokenError {
    let value_type = token.attribute("", "ValueType").filter(|_| token.is(name::WSSE.uri, "BinarySecurityToken"));
    let uri = value_type.map_or_else(|| token.name().to_string(), |uri| uri.into_owned());
    TokenError::Unsupported { uri: uri.into() }
}
