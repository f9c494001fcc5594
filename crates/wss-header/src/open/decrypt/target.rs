//! Targets: the places where ciphertext of the envelope may be.

use wss_c14n::{Element, name};

use crate::element_path::ElementPath;
use crate::open::replacement::PlaintextPlace;
use crate::open::revision::Revision;
use crate::receiver::Receiver;
use crate::waiver::Waiver;

/// An EncryptedData at an allowed place.
pub(super) struct Target<'d> {
    pub(super) data: Element<'d>,
    /// The element that its plaintext replaces: the EncryptedData, or the EncryptedHeader around it.
    pub(super) replaced: Element<'d>,
    pub(super) place: PlaintextPlace,
}

impl<'d> Target<'d> {
    /// The target that a list names: inside the Body or a header block, an `EncryptedHeader` among the header blocks, or a
    /// child of our header after the owner of the list; and a header block itself, if the receiver accepts that.
    pub(super) fn find(
        revision: &Revision<'d>,
        named: Element<'d>,
        list_owner: Element<'_>,
        receiver: &Receiver,
    ) -> Option<Self> {
        if named.is(name::WSSE11.uri, "EncryptedHeader") {
            return Self::in_header_block(revision, named);
        }
        if !named.is(name::XENC.uri, "EncryptedData") {
            return None;
        }
        let parent = named.parent()?;
        if revision.is_in_header(named) {
            let is_behind = named.span().start > list_owner.span().start;
            return is_behind.then_some(Self { data: named, replaced: named, place: PlaintextPlace::Header });
        }
        let body = revision.envelope.body;
        if body.contains(named) && named != body {
            let alone = parent == body && parent.children().nth(1).is_none() && !parent.has_character_data();
            let place = if alone { PlaintextPlace::WholeBody } else { PlaintextPlace::Body };
            return Some(Self { data: named, replaced: named, place });
        }
        if parent.is(name::WSSE11.uri, "EncryptedHeader") {
            return Self::in_header_block(revision, parent).filter(|target| target.data == named);
        }
        if revision.is_block(named) {
            let is_accepted = receiver.waives(Waiver::EncryptedDataAsHeaderBlocks);
            return is_accepted.then_some(Self { data: named, replaced: named, place: PlaintextPlace::Header });
        }
        let is_inside = ElementPath::is_of(named, revision.envelope);
        is_inside.then_some(Self { data: named, replaced: named, place: PlaintextPlace::InsideBlock })
    }

    /// The target that ciphertext is by itself, if no list names it.
    pub(super) fn of_data(revision: &Revision<'d>, data: Element<'d>, receiver: &Receiver) -> Option<Self> {
        if revision.is_in_header(data) {
            return Some(Self { data, replaced: data, place: PlaintextPlace::Header });
        }
        // Any element of the header block precedes it.
        Self::find(revision, data, revision.header.element, receiver)
    }

    fn in_header_block(revision: &Revision<'d>, block: Element<'d>) -> Option<Self> {
        let placed = block.is(name::WSSE11.uri, "EncryptedHeader") && block.parent() == revision.envelope.header;
        let mut children = block.children();
        let data = children.next().filter(|data| data.is(name::XENC.uri, "EncryptedData"))?;
        (placed && children.next().is_none()).then_some(Self { data, replaced: block, place: PlaintextPlace::Header })
    }
}
