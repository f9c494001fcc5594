//! A message, as far as it can be read without keys.

use std::collections::BTreeMap;

use wss_c14n::{Budget, Document, Element, IdIndex, Limit, Limits, name};
use wss_header::{OpenError, Part};
use wss_soap::{Envelope, EnvelopeError, Role, SecurityHeader, UnauthenticatedFault};
use wss_xmldsig::Signature;

/// The parts of a message that can be read without keys.
pub(crate) struct Read<'a> {
    pub(super) envelope: Envelope<'a>,
    pub(super) ids: IdIndex<'a>,
    pub(super) has_header: bool,
    /// The children of the Security header.
    pub(super) children: Vec<Element<'a>>,
    /// The signatures of the Security header, in order.
    pub(super) signatures: Vec<Signature<'a>>,
    pub(super) budget: &'a Budget,
}

/// Reads a message within `limits`, once for all checks.
///
/// # Errors
/// If the message is no envelope, or costs more than the limits admit.
pub(crate) fn with_read<T>(
    message: &str,
    limits: &Limits,
    ask: impl FnOnce(&Read<'_>) -> Result<T, OpenError>,
) -> Result<T, OpenError> {
    let budget = Budget::new(limits, message.len() as u64);
    let document = Document::parse_within(message, &budget).map_err(EnvelopeError::from)?;
    // A receiver that does not accept white space around identifiers has refused it.
    let document = document.collapsing_identifiers(true);
    let envelope = Envelope::locate(&document)?;
    let header = SecurityHeader::locate(envelope, &Role::UltimateReceiver, limits)?;
    let ids = IdIndex::build(&document).map_err(|error| OpenError::Envelope(EnvelopeError::from(error)))?;
    let has_header = header.is_some();
    let children: Vec<Element<'_>> = header.into_iter().flat_map(SecurityHeader::children).collect();
    budget.check(Limit::HeaderChildren, children.len())?;
    let signatures = children.iter().filter(|child| is_signature(**child));
    let signatures = signatures.map(|element| Signature::parse(*element, &budget)).collect::<Result<_, _>>()?;
    ask(&Read { envelope, ids, has_header, children, signatures, budget: &budget })
}

/// The fault in the Body, if no signature refers to it: a service may send one before it knows what the policy demands, and CXF
/// protects a fault by the policy of its endpoint alone.
pub(crate) fn unproven_fault(read: &Read<'_>) -> Option<OpenError> {
    let fault = UnauthenticatedFault::of(read.envelope)?;
    let references = read.signatures.iter().flat_map(|signature| signature.signed_info().references());
    let mut targets = references.map(|reference| reference.uri().strip_prefix('#').and_then(|id| read.ids.get(id)));
    let may_be_body = |target: Option<Element<'_>>| target.is_none_or(|target| target.contains(read.envelope.body));
    let error = OpenError::UnauthenticatedFault { code: fault.code().into(), reason: fault.reason().into() };
    (!targets.any(may_be_body)).then_some(error)
}

/// The parts that a message has, each with the number of its elements.
pub(crate) fn present<'p>(read: &Read<'_>, parts: impl Iterator<Item = &'p Part>) -> Vec<(Part, usize)> {
    let count = |part: &Part| match part {
        Part::EveryHeaderBlock { namespace, local } => {
            read.envelope.blocks().filter(|block| block.is(namespace, local)).count()
        }
        Part::EveryElement(path) => path.find(read.envelope, &Role::UltimateReceiver).len(),
        _ => 1,
    };
    parts.map(|part| (part.clone(), count(part))).filter(|(_, count)| *count > 0).collect()
}

/// The number of header blocks for the ultimate receiver of each name, in these namespaces; `None` is every namespace.
pub(crate) fn counted_blocks(read: &Read<'_>, namespaces: &[Option<String>]) -> Vec<(Part, usize)> {
    let mut counted: BTreeMap<Part, usize> = BTreeMap::new();
    for block in read.blocks_of(namespaces) {
        let name = block.name();
        *counted.entry(Part::every_header_block(name.namespace, name.local)).or_default() += 1;
    }
    counted.into_iter().collect()
}

impl<'a> Read<'a> {
    /// The header blocks for the ultimate receiver in these namespaces; `None` is every namespace.
    pub(super) fn blocks_of(&self, namespaces: &[Option<String>]) -> impl Iterator<Item = Element<'a>> {
        let version = self.envelope.version;
        let is_one = move |block: &Element<'a>| {
            let is_named = |of: &Option<String>| of.as_deref().is_none_or(|of| block.name().namespace == of);
            !block.is(name::WSSE.uri, "Security")
                && Role::of(*block, version) == Role::UltimateReceiver
                && namespaces.iter().any(is_named)
        };
        self.envelope.blocks().filter(is_one)
    }
}

pub(super) fn is_signature(element: Element<'_>) -> bool {
    element.is(name::DS.uri, "Signature")
}
