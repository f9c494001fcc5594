//! Revisions: the message as received, and after each decryption.

use std::cell::RefCell;
use std::collections::HashSet;

use wss_c14n::{Document, Element, IdError, IdIndex, Limit, ParseError, Piece, name};
use wss_soap::mime::xop::include_in;
use wss_soap::{Envelope, EnvelopeError, Role, SecurityHeader, UnauthenticatedFault};
use wss_xmlenc::DecryptError;

use super::shapes::{check_armour, ids_of};
use super::terms::Terms;
use crate::ebms_error::EbmsError;
use crate::error::{HeaderError, OpenError};

/// One revision, and its parts.
pub(super) struct Revision<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) envelope: Envelope<'d>,
    pub(super) ids: IdIndex<'d>,
    /// The Security header for this receiver.
    pub(super) header: SecurityHeader<'d>,
    /// The children of that header, in document order.
    pub(super) children: Vec<Element<'d>>,
    /// The SHA-1 of each ticket, to compare with references.
    pub(super) tickets: TokensBySha1,
    /// The SHA-1 of each encrypted key, to compare with references.
    pub(super) encrypted_keys: TokensBySha1,
}

/// The tokens of our header of one kind whose SHA-1 was computed so far, in document order; `None` for one that has
/// none. Each is read once, however many references there are.
#[derive(Default)]
pub(super) struct TokensBySha1(RefCell<Vec<Option<Vec<u8>>>>);

impl TokensBySha1 {
    /// The first of `tokens` with this SHA-1. They are the same for each call.
    pub(super) fn find<'d>(
        &self,
        tokens: impl Iterator<Item = Element<'d>>,
        digest: &[u8],
        sha1: impl Fn(Element<'d>) -> Result<Option<Vec<u8>>, OpenError>,
    ) -> Result<Option<Element<'d>>, OpenError> {
        let mut read = self.0.borrow_mut();
        for (at, token) in tokens.enumerate() {
            if at == read.len() {
                read.push(sha1(token)?);
            }
            if read.get(at).is_some_and(|known| known.as_deref() == Some(digest)) {
                return Ok(Some(token));
            }
        }
        Ok(None)
    }
}

/// Parses a revision. Plaintext is parsed under the same limits as the message. Exceeding a limit inside plaintext is
/// reported as a decryption failure, so that it is no oracle.
pub(super) fn parse<'d>(
    source: &'d str,
    piece: Option<Piece>,
    as_it_came: bool,
    terms: &Terms<'_>,
) -> Result<Document<'d>, OpenError> {
    let document = Document::parse_around(source, piece, &terms.budget);
    document.map(|document| terms.receiver.reading(document)).map_err(|error| match error {
        // The length of a revision is known from its ciphertext; under CBC up to the padding of a plaintext that opened.
        ParseError::Limit(exceeded) if exceeded.limit == Limit::ParsedOctets => exceeded.into(),
        error if as_it_came => EnvelopeError::from(error).into(),
        _ => DecryptError::Failed.into(),
    })
}

impl<'d> Revision<'d> {
    /// Finds the parts of a revision. Ids must be unique, and none may be one of `retired_ids`, which belonged to
    /// decrypted ciphertext.
    pub(super) fn read(
        document: &'d Document<'d>,
        terms: &Terms<'_>,
        retired_ids: &HashSet<String>,
    ) -> Result<Self, OpenError> {
        let envelope = Envelope::locate(document)?;
        if let Some(include) = include_in(document) {
            return Err(EnvelopeError::Include { path: include.path().into() }.into());
        }
        let header = SecurityHeader::locate(envelope, &terms.receiver.role, terms.budget.limits())?;
        let ids = ids_of(document, terms.receiver).map_err(EnvelopeError::from)?;
        if let Some(id) = ids.ids().find(|id| retired_ids.contains(*id)) {
            let found = ids.get(id).map(Element::path).unwrap_or_default();
            let places = Box::new(["ciphertext that was decrypted".into(), found.into()]);
            return Err(EnvelopeError::from(IdError::Duplicate { id: id.into(), places }).into());
        }
        let header =
            header.ok_or_else(|| unauthenticated_fault(envelope).unwrap_or_else(|| no_header(envelope).into()))?;
        terms.budget.check(Limit::HeaderChildren, header.children().count())?;
        check_armour(header.element, terms.receiver)?;
        let (tickets, encrypted_keys) = Default::default();
        Ok(Self { document, envelope, ids, header, children: header.children().collect(), tickets, encrypted_keys })
    }

    /// Whether `element` is a child of our header.
    pub(super) fn is_in_header(&self, element: Element<'_>) -> bool {
        element.parent() == Some(self.header.element)
    }

    /// Whether `element` is a child of the SOAP Header.
    pub(super) fn is_block(&self, element: Element<'_>) -> bool {
        self.envelope.header.is_some() && element.parent() == self.envelope.header
    }

    /// The child of our header with this Id.
    pub(super) fn header_child(&self, id: &str) -> Option<Element<'d>> {
        self.ids.get(id).filter(|token| token.parent() == Some(self.header.element))
    }
}

/// The error if no Security header is ours; it names the receiver of the first one, if there are some.
fn no_header(envelope: Envelope<'_>) -> HeaderError {
    let mut others = envelope.blocks().filter(|block| block.is(name::WSSE.uri, "Security"));
    match others.next().map(|block| Role::of(block, envelope.version)) {
        Some(Role::Uri(actor)) => HeaderError::OtherActor { actor: actor.into() },
        Some(Role::UltimateReceiver) => HeaderError::OtherActor { actor: "".into() },
        None => without_header(envelope),
    }
}

/// The error if there is no Security header at all; it names an element that may have been meant for one.
pub(super) fn without_header(envelope: Envelope<'_>) -> HeaderError {
    let is_security = |block: &Element<'_>| block.name().local.eq_ignore_ascii_case("Security");
    if let Some(meant) = envelope.blocks().find(is_security) {
        return match meant.name().namespace == name::WSSE.uri {
            true => HeaderError::Misspelt { element: meant.qualified_name().into() },
            false => HeaderError::OtherNamespace { namespace: meant.name().namespace.into() },
        };
    }
    let is_header = |inner: &Element<'_>| inner.is(name::WSSE.uri, "Security");
    if let Some(header) = envelope.root.descendants_and_self().find(is_header) {
        return HeaderError::Elsewhere { path: header.path().into() };
    }
    let first = |is: fn(&Element<'_>) -> bool| envelope.root.descendants_and_self().find(is);
    if let Some(signature) = first(|inner| inner.is(name::DS.uri, "Signature")) {
        return HeaderError::SignatureElsewhere { path: signature.path().into() };
    }
    let ciphertext =
        first(|inner| inner.is(name::XENC.uri, "EncryptedData") || inner.is(name::XENC.uri, "EncryptedKey"));
    if let Some(found) = ciphertext {
        return HeaderError::CiphertextElsewhere { path: found.path().into() };
    }
    let token = first(|inner| {
        ["UsernameToken", "BinarySecurityToken"].iter().any(|local| inner.is(name::WSSE.uri, local))
            || inner.is(name::WSU.uri, "Timestamp")
    });
    token.map_or(HeaderError::Absent, |found| HeaderError::TokenElsewhere {
        element: found.qualified_name().into(),
        path: found.path().into(),
    })
}

/// The fault in the Body, or the error of ebMS, as an error which says that anyone may have sent it.
pub(super) fn unauthenticated_fault(envelope: Envelope<'_>) -> Option<OpenError> {
    let error = || {
        let error = EbmsError::of(envelope)?;
        Some(OpenError::UnauthenticatedError { code: error.code, reason: error.reason })
    };
    let Some(fault) = UnauthenticatedFault::of(envelope) else { return error() };
    Some(OpenError::UnauthenticatedFault { code: fault.code().into(), reason: fault.reason().into() })
}
