//! Revisions of an outgoing message: one for each step. The Body, which is most of a message, is read once, unless a
//! step changes it or its namespaces in scope.

use wss_c14n::{Document, IdIndex, Limits, Splices};
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
    pub(super) fn next(self, splices: Splices, is_read: bool) -> Result<Self, SecureError> {
        match self {
            Self::Read(document) => of(*document, splices, is_read),
            Self::Last(text) => Ok(Self::Last(splices.apply(&text).text)),
        }
    }

    /// The document of the revision, with the Security header for this role.
    pub(super) fn read(&self, role: &Role) -> Result<Reading<'_>, SecureError> {
        let Self::Read(document) = self else { unreachable!("no step follows the last revision") };
        let index = IdIndex::build(document).map_err(EnvelopeError::from)?;
        let envelope = Envelope::locate(document)?;
        let header = SecurityHeader::locate(envelope, role, &Limits::dangerous_unbounded())?;
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

/// The limits for strangers do not apply to the caller's own envelope.
pub(super) fn parse(source: &str) -> Result<Document<'_>, SecureError> {
    Ok(Document::parse(source, &Limits::dangerous_unbounded()).map_err(EnvelopeError::from)?)
}

/// The revision that splices make of a document.
pub(super) fn of(document: Document<'_>, splices: Splices, is_read: bool) -> Result<Revision, SecureError> {
    if !is_read {
        return Ok(Revision::Last(document.spliced(splices)));
    }
    let body = Envelope::locate(&document)?.body.id();
    let next = document.revised(splices, body).map_err(EnvelopeError::from)?;
    Ok(Revision::Read(Box::new(next)))
}
