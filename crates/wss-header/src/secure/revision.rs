//! Revisions of an outgoing message: one for each step. The Body, which is most of a message, is read once, unless a
//! step changes it or its namespaces in scope.

use wss_c14n::{Budget, Document, IdIndex, Limits, Splices};
use wss_soap::{Envelope, EnvelopeError, Role, SecurityHeader};

use crate::error::SecureError;

/// The message between two steps.
pub(super) enum Revision {
    /// A step follows, which reads it.
    Read(Box<Document<'static>>),
    /// The last revision.
    Last(String),
}

impl Revision {
    /// The revision after these splices; `is_read` if a step follows.
    pub(super) fn next(self, splices: Splices, is_read: bool, budget: &Budget) -> Result<Self, SecureError> {
        match self {
            Self::Read(document) => of(*document, splices, is_read, budget),
            Self::Last(text) => Ok(Self::Last(splices.apply(&text).text)),
        }
    }

    /// The document of the revision, with the Security header for this role.
    pub(super) fn read(&self, role: &Role, limits: &Limits) -> Result<Reading<'_>, SecureError> {
        let Self::Read(document) = self else { unreachable!("no step follows the last revision") };
        let index = IdIndex::build(document).map_err(EnvelopeError::from)?;
        let envelope = Envelope::locate(document)?;
        let header = SecurityHeader::locate(envelope, role, limits)?;
        Ok(Reading { document, index, envelope, header: header.ok_or(SecureError::NoHeader)? })
    }

    pub(super) fn into_text(self) -> String {
        match self {
            Self::Read(document) => document.into_source().into_owned(),
            Self::Last(text) => text,
        }
    }
}

/// A revision, and its parts for a step.
pub(super) struct Reading<'d> {
    pub(super) document: &'d Document<'d>,
    pub(super) index: IdIndex<'d>,
    pub(super) envelope: Envelope<'d>,
    /// Our header.
    pub(super) header: SecurityHeader<'d>,
}

/// Reads what the message is made of.
pub(super) fn parse<'d>(source: &'d str, budget: &Budget) -> Result<Document<'d>, SecureError> {
    Ok(Document::parse_within(source, budget).map_err(EnvelopeError::from)?)
}

/// The revision that splices make of a document.
pub(super) fn of(
    document: Document<'_>,
    splices: Splices,
    is_read: bool,
    budget: &Budget,
) -> Result<Revision, SecureError> {
    if !is_read {
        return Ok(Revision::Last(document.spliced(splices)));
    }
    let body = Envelope::locate(&document)?.body.id();
    let next = document.revised(splices, body, budget).map_err(EnvelopeError::from)?;
    Ok(Revision::Read(Box::new(next)))
}
