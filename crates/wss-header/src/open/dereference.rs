//! Dereferencing: the targets of the references of one signature.
//!
//! Elements are named by Id, attachments by `cid:` URL, and tokens by the references of our own header (STR-Transform).

use std::cell::Cell;

use wss_c14n::{Budget, Document, Element, Exceeded, Subset, name};
use wss_crypto::{Certificate, DigestMethod, DigestValue};
use wss_soap::mime::{MimeError, MimePart, digest, named_by};
use wss_tokens::{SecurityTokenReference, X509_V3};
use wss_xmldsig::{Dereference, DereferencedToken, Signature, Transform};

use super::facts::Facts;
use super::keys::with_hash;
use super::revision::Revision;
use super::shapes::{other_form, reference_shape};
use super::terms::Terms;
use crate::waiver::Waiver;

/// The possible targets of the references of one signature.
pub(super) struct Documents<'a, 'd> {
    revision: &'a Revision<'d>,
    terms: &'a Terms<'a>,
    /// Certificates that a reference can identify without a token in the message.
    certificates: Vec<&'a Certificate>,
    attachments: &'a [MimePart<'a>],
    /// The element whose digested octets are kept, until it was digested once.
    kept: Cell<Option<Element<'d>>>,
}

impl<'a, 'd> Documents<'a, 'd> {
    pub(super) fn new(
        revision: &'a Revision<'d>,
        terms: &'a Terms<'a>,
        facts: &'a Facts<'a>,
        signature: &Signature<'_>,
    ) -> Self {
        let mut references = signature.signed_info().references().iter();
        let by_token =
            references.any(|reference| matches!(reference.transforms(), [Transform::SecurityTokenReference(_)]));
        let documents = match by_token {
            true => Self::with_certificates(revision, terms, facts),
            false => Self::without_certificates(revision, terms, facts),
        };
        let is_kept = facts.signatures.iter().any(|signature| signature.coverage.has_text());
        documents.kept.set((!terms.only_demanded && !is_kept).then_some(revision.envelope.body));
        documents
    }

    /// Also finds tokens that are not in the message and whose certificates are known.
    pub(super) fn with_certificates(revision: &'a Revision<'d>, terms: &'a Terms<'a>, facts: &'a Facts<'a>) -> Self {
        let seen = facts.tokens.iter().map(|token| &token.certificate);
        let certificates = terms.receiver.trust.candidates().chain(seen).collect();
        Self { certificates, ..Self::without_certificates(revision, terms, facts) }
    }

    fn without_certificates(revision: &'a Revision<'d>, terms: &'a Terms<'a>, facts: &'a Facts<'a>) -> Self {
        let attachments = &facts.attachments.parts;
        Self { revision, terms, certificates: Vec::new(), attachments, kept: Cell::new(None) }
    }
}

impl<'d> Dereference<'d> for Documents<'_, 'd> {
    fn attachment(
        &self,
        url: &str,
        complete: bool,
        method: DigestMethod,
        budget: &Budget,
    ) -> Result<Vec<DigestValue>, Exceeded> {
        let Some(part) = named_by(self.attachments, url) else { return Ok(Vec::new()) };
        let in_both_readings = self.terms.receiver.waives(Waiver::EmptyLineAfterAttachmentHeaders);
        match digest(part, complete, in_both_readings, method, budget) {
            Ok(digest) => Ok([digest.value].into_iter().chain(digest.with_empty_line).collect()),
            Err(MimeError::Limit(exceeded)) => Err(exceeded),
            Err(_) => Ok(Vec::new()),
        }
    }

    fn document(&self) -> Option<&'d Document<'d>> {
        self.terms.receiver.waives(Waiver::WholeDocumentSignatures).then_some(self.revision.document)
    }

    fn accepts_other_ecdsa_values(&self) -> bool {
        self.terms.receiver.waives(Waiver::OtherEcdsaValues)
    }

    fn paths(&self) -> Option<&'d Document<'d>> {
        self.terms.receiver.waives(Waiver::ElementPathsInReferences).then_some(self.revision.document)
    }

    fn element(&self, id: &str) -> Option<Element<'d>> {
        let receiver = self.terms.receiver;
        let pointed = || self.revision.ids.get(&other_form(&format!("#{id}"), &self.revision.ids, receiver)?);
        self.revision.ids.get(id).or_else(pointed)
    }

    /// The Body is returned as it was digested.
    fn keeps(&self, covered: &Subset<'d>) -> bool {
        let is_kept = !covered.has_exclusions() && covered.apex().is_some() && covered.apex() == self.kept.get();
        if is_kept {
            self.kept.set(None);
        }
        is_kept
    }

    fn element_without_hash(&self, uri: &str) -> Option<Element<'d>> {
        let is_accepted = self.terms.receiver.waives(Waiver::ReferencesWithoutHash);
        let behind = || self.revision.ids.get(&other_form(uri, &self.revision.ids, self.terms.receiver)?);
        self.revision.ids.get(uri).filter(|_| is_accepted).or_else(behind)
    }

    fn token(&self, reference: Element<'d>) -> Option<DereferencedToken<'d>> {
        let reference =
            SecurityTokenReference::parse_as(reference, reference_shape(self.terms.receiver), &self.terms.budget);
        let reference = reference.ok()?;
        match with_hash(reference, self.revision, self.terms) {
            SecurityTokenReference::Direct { id, .. } | SecurityTokenReference::Assertion { id, .. } => {
                let token = self.revision.header_child(&id)?;
                let is_reference = token.is(name::WSSE.uri, "SecurityTokenReference");
                (!is_reference).then_some(DereferencedToken::Element(token))
            }
            SecurityTokenReference::Embedded(_) => None,
            named => {
                let mut found: Vec<&Certificate> = Vec::new();
                for certificate in self.certificates.iter().filter(|certificate| named.names(certificate)) {
                    if !found.contains(certificate) {
                        found.push(certificate);
                    }
                }
                let [only] = found[..] else { return None };
                Some(DereferencedToken::Octets { value_type: X509_V3.to_owned(), octets: only.der().to_vec() })
            }
        }
    }
}
