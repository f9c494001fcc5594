//! Parts of an envelope: their places and their Ids. Each element that a signature of the recipe names has an Id before
//! the first step.

use std::collections::BTreeMap;

use wss_c14n::{Element, id_of};
use wss_soap::{Envelope, Role, SecurityHeader};

use crate::element_path::ElementPath;
use crate::error::SecureError;
use crate::part::Part;

/// The Ids of the parts.
pub(super) struct Ids {
    /// The Ids of the elements that are a part, in document order.
    known: BTreeMap<Part, Vec<String>>,
    /// The Ids that the caller chose for elements that do not exist yet.
    chosen: BTreeMap<Part, String>,
}

impl Ids {
    /// No Ids yet, except those that the caller chose.
    pub(super) fn new(chosen: BTreeMap<Part, String>) -> Self {
        Self { known: BTreeMap::new(), chosen }
    }

    pub(super) fn insert(&mut self, part: Part, ids: Vec<String>) {
        self.known.insert(part, ids);
    }

    pub(super) fn contains(&self, part: &Part) -> bool {
        self.known.contains_key(part)
    }

    /// The Id that the caller chose for a part.
    pub(super) fn chosen(&self, part: &Part) -> Option<&String> {
        self.chosen.get(part)
    }

    /// The Id that the caller chose for the first element of a kind, once.
    pub(super) fn take_chosen(&mut self, part: &Part) -> Option<String> {
        self.chosen.remove(part)
    }

    /// The Ids of a part; empty if it has none.
    pub(super) fn of(&self, part: &Part) -> &[String] {
        self.known.get(part).map(Vec::as_slice).unwrap_or_default()
    }

    /// Notes that an element with the Id `new` replaced the element `old`: its ciphertext, which is then signed in its
    /// place.
    pub(super) fn replace(&mut self, old: Element<'_>, new: &str) {
        let Some(old) = id_of(old) else { return };
        let all = self.known.values_mut().flatten();
        all.filter(|id| **id == *old).for_each(|id| new.clone_into(id));
    }
}

/// The elements of an envelope that a part names by its place; `None` if the part is not named by a place, and an error
/// if the envelope does not have it.
pub(super) fn elements_at_place<'d>(
    part: &Part,
    envelope: Envelope<'d>,
    role: &Role,
) -> Result<Option<Vec<Element<'d>>>, SecureError> {
    let found = match part {
        Part::Body => vec![envelope.body],
        Part::HeaderBlock { namespace, local } => vec![header_block(envelope, namespace, local, part)?],
        Part::Element(_) | Part::EveryElement(_) | Part::EveryHeaderBlock { .. } => {
            let found = all_at_place(part, envelope, role);
            match found.len() {
                0 => return Err(no_such(part)),
                2.. if matches!(part, Part::Element(_)) => return Err(several(part, found.len())),
                _ => found,
            }
        }
        _ => return Ok(None),
    };
    Ok(Some(found))
}

fn all_at_place<'d>(part: &Part, envelope: Envelope<'d>, role: &Role) -> Vec<Element<'d>> {
    match part {
        Part::Element(path) | Part::EveryElement(path) => path.find(envelope, role),
        Part::HeaderBlock { namespace, local } | Part::EveryHeaderBlock { namespace, local } => {
            envelope.blocks().filter(|block| block.is(namespace, local)).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether an envelope with this number of attachments has an optional part.
pub(super) fn is_there(part: &Part, envelope: Envelope<'_>, role: &Role, attachments: usize) -> bool {
    match part {
        Part::Attachments => attachments > 0,
        part => !all_at_place(part, envelope, role).is_empty(),
    }
}

/// Whether a receiver accepts a signature over this element: it is the Body, a header block, something inside them that
/// is for the receiver with this role, or a child of its Security header.
pub(super) fn may_be_signed(
    element: Element<'_>,
    envelope: Envelope<'_>,
    own: Option<SecurityHeader<'_>>,
    role: &Role,
) -> bool {
    let own = own.map(|header| header.element);
    let parent = element.parent();
    match parent {
        None => false,
        Some(_) if element == envelope.body => true,
        Some(_) if parent == envelope.header => own != Some(element),
        Some(_) if parent == own => true,
        Some(_) => ElementPath::is_for(element, envelope, role),
    }
}

pub(super) fn no_such(part: &Part) -> SecureError {
    SecureError::NoSuchPart { part: part.clone() }
}

fn several(part: &Part, found: usize) -> SecureError {
    SecureError::SeveralOfPart { part: part.clone(), found }
}

fn header_block<'d>(
    envelope: Envelope<'d>,
    namespace: &str,
    local: &str,
    part: &Part,
) -> Result<Element<'d>, SecureError> {
    let mut found = envelope.blocks().filter(|block| block.is(namespace, local));
    match (found.next(), found.next()) {
        (Some(block), None) => Ok(block),
        (None, _) => Err(no_such(part)),
        (Some(_), Some(_)) => Err(several(part, found.count() + 2)),
    }
}
