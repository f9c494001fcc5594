//! Terms: the values that apply to one message from beginning to end.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::SystemTime;

use wss_c14n::{Budget, Element, name};
use wss_soap::Envelope;
use wss_soap::mime::{Package, Spool};
use wss_tokens::{AssertionTrust, Trust};

use super::Arrived;
use super::proven::ProvenSignature;
use crate::correlation::Correlation;
use crate::element_path::ElementPath;
use crate::error::OpenError;
use crate::freshness::{NotFresh, Validity};
use crate::part::Part;
use crate::receiver::Receiver;
use crate::transport::TransportFacts;
use crate::waiver::Waiver;

/// The values that apply to one message, whatever it contains.
pub(crate) struct Terms<'r> {
    pub(super) receiver: &'r Receiver,
    /// The trust in signers, with the responses of OCSP that came with the message.
    pub(super) trust: Cow<'r, Trust>,
    /// The trust in issuers of assertions and in attesters, with the same responses.
    pub(super) assertions: Option<Cow<'r, AssertionTrust>>,
    /// The parts that one signature must cover.
    pub(super) demanded: Arc<BTreeSet<Part>>,
    /// Whether only those parts are returned, without the Body, unless it is one of them: a signature over them proves
    /// the message.
    pub(super) only_demanded: bool,
    pub(super) now: SystemTime,
    /// The budget of the message, through all its revisions.
    pub(super) budget: Budget,
    /// The caller's statement about the transport.
    pub(super) transport: Option<&'r TransportFacts>,
    /// The receiver, or the caller for this message, vouches for the transport.
    pub(super) is_protected: bool,
    /// The request that the message answers.
    pub(super) request: Option<&'r Correlation>,
    /// The spool for the plaintext of large attachments.
    pub(super) spool: Option<&'r Spool>,
}

impl<'r> Terms<'r> {
    /// The terms for a message of this many octets.
    pub(super) fn new(
        receiver: &'r Receiver,
        demanded: Arc<BTreeSet<Part>>,
        incoming: Arrived<'r>,
        octets: u64,
    ) -> Self {
        let issuers = receiver.keys.assertions.as_ref();
        let (trust, assertions) = match incoming.stapled {
            [] => (Cow::Borrowed(&receiver.trust), issuers.map(Cow::Borrowed)),
            stapled => (
                Cow::Owned(receiver.trust.clone().stapled(stapled)),
                issuers.map(|issuers| Cow::Owned(issuers.clone().stapled(stapled))),
            ),
        };
        Self {
            receiver,
            trust,
            assertions,
            demanded,
            only_demanded: false,
            now: receiver.clock.now(),
            budget: Budget::new(&receiver.limits, octets),
            transport: incoming.transport,
            is_protected: receiver.waives(Waiver::ProtectedTransport)
                || incoming.transport.is_some_and(TransportFacts::is_protected),
            request: incoming.request,
            spool: incoming.package.and_then(Package::spool),
        }
    }

    /// The parts that the receiver names in its requirements.
    pub(super) fn named_parts(&self) -> impl Iterator<Item = &Part> {
        let requirements = &self.receiver.requirements;
        let encrypted = requirements.encrypted.iter().chain(&requirements.encrypted_if_present);
        self.signable().chain(encrypted).chain(&requirements.present)
    }

    /// The parts that must be signed, and those that must be signed if the message has them.
    pub(super) fn signable(&self) -> impl Iterator<Item = &Part> {
        self.demanded.iter().chain(&self.receiver.requirements.signed_if_present)
    }

    /// The part under which the receiver requires a signature over `element` by its path; `None` if it does not.
    pub(super) fn signed_element(&self, element: Element<'_>, envelope: Envelope<'_>) -> Option<&Part> {
        let is_named = |path: &ElementPath| path.names(element, envelope, &self.receiver.role);
        self.signable().find(|part| part.path().is_some_and(is_named))
    }

    /// Whether the receiver names a header block with the name of `element`, or understands it.
    pub(super) fn understands(&self, element: Element<'_>) -> bool {
        self.named_parts().any(|part| part.names_block(element)) || self.receiver.has_understood(element)
    }

    /// Whether `element` is ciphertext at a place where such an element may be. Its plaintext is checked at the end.
    pub(super) fn is_ciphertext_of_one(&self, element: Element<'_>, envelope: Envelope<'_>) -> bool {
        let may_be = |path: &ElementPath| path.names_sibling_of(element, envelope, &self.receiver.role);
        element.is(name::XENC.uri, "EncryptedData") && self.signable().any(|part| part.path().is_some_and(may_be))
    }

    /// Whether the signer is accepted. Anyone can make an anonymous signature, and would learn from the answers how other
    /// people's ciphertext decrypts.
    pub(super) fn accept_signer(&self, signature: &ProvenSignature) -> bool {
        self.receiver.requirements.anonymous || !signature.signer.is_anonymous()
    }

    /// Refuses an instant that is too old, has expired, or is in the future.
    pub(super) fn check_fresh(
        &self,
        what: &'static str,
        created: Option<SystemTime>,
        expires: Option<SystemTime>,
    ) -> Result<(), OpenError> {
        Ok(NotFresh::check(what, Validity { created, expires }, self.now, self.receiver.window)?)
    }
}
