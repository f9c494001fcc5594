//! Revisions of an outgoing message: one for each step. The Body, which is most of a message, is read once, unless a
//! step changes it or its namespaces in scope.

use wss_c14n::{Budget, Document, IdIndex, Limit, Limits, Splices};
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
    /// The revision after these splices.
    pub(super) fn next(self, splices: Splices, follower: Follower, budget: &Budget) -> Result<Self, SecureError> {
        match self {
            Self::Read(document) => of(*document, splices, follower, budget),
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

/// What follows a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Follower {
    /// A step, which reads it.
    Step,
    /// Nothing: it is the message.
    Nothing,
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
    follower: Follower,
    budget: &Budget,
) -> Result<Revision, SecureError> {
    if follower == Follower::Nothing && !may_be_over(&document, budget.limits()) {
        return Ok(Revision::Last(document.spliced(splices)));
    }
    let body = Envelope::locate(&document)?.body.id();
    let next = document.revised(splices, body, budget).map_err(EnvelopeError::from)?;
    Ok(Revision::Read(Box::new(next)))
}

/// More than the last step adds to a document of each: a signature or a list of as many references as the limits allow, with
/// its tokens.
const ADDED: [(Limit, u64); 9] = [
    (Limit::Nodes, 4_096),
    (Limit::AllDeclarations, 512),
    (Limit::NamespacesInScope, 16),
    (Limit::Depth, 32),
    (Limit::Attributes, 16),
    (Limit::Declarations, 16),
    (Limit::NodesPerKibibyte, 64),
    (Limit::NameOctets, 64),
    (Limit::ValueOctets, 4_096),
];

/// Whether a receiver may refuse the revision after this one because it is too large. The last one is read only then.
fn may_be_over(document: &Document<'_>, limits: &Limits) -> bool {
    let there = |limit: &Limit| match limit {
        Limit::Nodes => document.node_count(),
        Limit::AllDeclarations => document.declaration_count(),
        Limit::NamespacesInScope => scope_of_header(document),
        _ => 0,
    };
    ADDED.iter().any(|(limit, added)| there(limit) as u64 + added > limits.get(*limit))
}

/// The namespaces in scope in the SOAP Header.
fn scope_of_header(document: &Document<'_>) -> usize {
    let header = Envelope::locate(document).ok().and_then(|envelope| envelope.header);
    header.map_or(0, |header| header.namespaces_in_scope().len())
}
