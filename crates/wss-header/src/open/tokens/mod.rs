//! Tokens of the header: a module for each kind, which implements [`TokenKind`], and the table of all kinds.
//!
//! Everything that depends on the kind of a token asks this table: the walk over the header (`header`), the search for the
//! key that a reference identifies (`keys`), and the part that a signature covers (`cover`). To add a kind, write its
//! module, which also has the call of [`Receiver`](crate::Receiver) that accepts such tokens, and its line in [`KINDS`].

mod derived_key;
mod encrypted_key;
mod kerberos;
mod kind;
mod license;
pub(super) mod saml;
mod security_context;
mod unknown;
mod username;
mod x509;

use wss_c14n::{Element, Limit, name};
use wss_tokens::{KerberosToken, SecurityContextToken, UsernameToken};
use wss_xmlenc::EncryptedKey;

use super::facts::Facts;
use super::revision::Revision;
use super::terms::Terms;
use crate::error::OpenError;
use crate::part::Part;
pub(super) use kind::{TokenKind, no_key_of};
pub(super) use username::check_shape as check_username;

/// Every kind of token. A token is of the first kind that recognises it.
pub(super) const KINDS: [&dyn TokenKind; 10] = [
    &x509::X509,
    &kerberos::Kerberos,
    &unknown::UnknownBinary,
    &username::Username,
    &saml::Saml,
    &saml::EncryptedSaml,
    &license::License,
    &security_context::SecurityContext,
    &derived_key::DerivedKey,
    &encrypted_key::WrappedKey,
];

/// The limit that counts a child of our header, besides that on all children; `None` if there is no such limit.
pub(crate) fn limit_of_child(child: Element<'_>) -> Option<Limit> {
    match child.is(name::DS.uri, "Signature") {
        true => Some(Limit::Signatures),
        false => kind_of(child).map(|kind| kind.limit()),
    }
}

/// The kind of a token; `None` for an element that is no token.
pub(super) fn kind_of(element: Element<'_>) -> Option<&'static dyn TokenKind> {
    KINDS.into_iter().find(|kind| kind.is_one(element))
}

/// The part that a signature covers with this token of our header; `None` for an element that is no token.
pub(super) fn part_of(element: Element<'_>) -> Option<Part> {
    kind_of(element)?.part()
}

/// Notes the tokens of a revision. Many senders put a token after the signature that refers to it, against BSP R5205;
/// it is a claim wherever it is.
pub(super) fn note(revision: &Revision<'_>, terms: &Terms<'_>, facts: &mut Facts<'_>) -> Result<(), OpenError> {
    let kinds = revision.children.iter().filter_map(|child| kind_of(*child));
    terms.budget.check(Limit::Tokens, kinds.filter(|kind| kind.limit() == Limit::Tokens).count())?;
    revision.children.iter().try_for_each(|child| note_one(*child, terms, facts))
}

/// Notes a child of our header, if it is a token.
pub(super) fn note_one(child: Element<'_>, terms: &Terms<'_>, facts: &mut Facts<'_>) -> Result<(), OpenError> {
    kind_of(child).map_or(Ok(()), |kind| kind.note(child, terms, facts))
}

/// Reads a token as what refers to it reads it, for reports.
pub(super) fn check_referred(token: Element<'_>, terms: &Terms<'_>) -> Result<(), OpenError> {
    match () {
        () if UsernameToken::is_one(token) => username::check_key_shape(token, terms.receiver)?,
        () if KerberosToken::is_one(token) => drop(KerberosToken::parse(token)?),
        () if SecurityContextToken::is_one(token) => drop(SecurityContextToken::parse(token)?),
        () if token.is(name::XENC.uri, "EncryptedKey") => drop(EncryptedKey::parse(token, &terms.budget)?),
        // The others are read in their turn.
        () => {}
    }
    Ok(())
}
