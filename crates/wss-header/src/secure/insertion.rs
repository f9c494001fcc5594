//! The points of our header at which a step inserts its elements.

use wss_c14n::{Element, IdIndex, name};
use wss_soap::SecurityHeader;
use wss_tokens::PasswordKeyUse;

use super::placed::PlacedTokens;
use super::revision::Reading;
use super::settled::SettledRecipe;
use crate::layout::Layout;
use crate::part::Part;
use crate::protection_token::{Home, ProtectionToken};
use crate::recipe::Step;
use crate::signing::Signing;

/// The header of a revision, as far as the points depend on it.
#[derive(Clone, Copy)]
pub(super) struct InsertionPoints<'s, 'd> {
    settled: &'s SettledRecipe,
    tokens: &'s PlacedTokens,
    header: SecurityHeader<'d>,
    index: &'s IdIndex<'d>,
}

impl<'s, 'd> InsertionPoints<'s, 'd> {
    pub(super) fn new(settled: &'s SettledRecipe, tokens: &'s PlacedTokens, reading: &'s Reading<'d>) -> Self {
        Self { settled, tokens, header: reading.header, index: &reading.index }
    }

    fn layout(&self) -> Layout {
        self.settled.recipe.header.layout
    }

    /// The front of our header: after the timestamp, if the layout puts it first.
    pub(super) fn front(&self) -> usize {
        let is_timestamp = |child: &Element<'_>| child.is(name::WSU.uri, "Timestamp");
        let first = self.header.children().next().filter(is_timestamp);
        match first.filter(|_| self.layout().starts_with_timestamp()) {
            Some(timestamp) => timestamp.span().end,
            None => self.header.element.content_span().start,
        }
    }

    /// The point for a signature. In a strict layout, a signature over other signatures follows them.
    pub(super) fn of_signature(&self, signing: &Signing) -> usize {
        let last = self.header.children().filter(|child| child.is(name::DS.uri, "Signature")).last();
        let is_behind = self.layout() == Layout::Strict && signing.endorses();
        match last.filter(|_| is_behind) {
            Some(last) => last.span().end,
            None => self.of_step(),
        }
    }

    /// The point for a new step: before all earlier steps, and after the tokens that precede those; in a strict layout,
    /// after everything else that precedes them.
    pub(super) fn of_step(&self) -> usize {
        let placed = self.tokens.protection.iter().filter_map(|placed| placed.id.as_ref());
        let references = self.tokens.assertion_references.iter().map(|reference| &reference.id);
        let issued = self.settled.issued.iter().map(|token| &token.id).chain(references);
        let tokens = placed.chain(issued).chain(&self.tokens.endorsing).filter_map(|id| self.index.get(id));
        let behind = tokens.map(|token| token.span().end).max().unwrap_or(self.front());
        let is_step = |child: &Element<'_>| {
            let lists = || child.children().any(|list| list.is(name::XENC.uri, "ReferenceList"));
            child.is(name::DS.uri, "Signature")
                || child.is(name::XENC.uri, "ReferenceList")
                || (child.is(name::XENC.uri, "EncryptedKey") && lists())
        };
        let others = || self.header.children().filter(|child| !is_step(child));
        let behind = match self.layout() {
            Layout::Strict => others().map(|child| child.span().end).max(),
            Layout::Lax | Layout::LaxTimestampFirst | Layout::LaxTimestampLast => None,
        }
        .map_or(behind, |end| end.max(behind));
        self.header.children().find(is_step).map_or(behind, |step| step.span().start.min(behind))
    }
}

/// Whether `token` must be prepended to the whole header, so that every reference follows its token (R5205) and every
/// step precedes the one applied before it (R3212). That is so if some step encrypts header children in place.
pub(super) fn goes_in_front(
    settled: &SettledRecipe,
    tokens: &PlacedTokens,
    token: &ProtectionToken,
    key_use: PasswordKeyUse,
) -> bool {
    let may_be_in_header = |part: &Part| match part {
        Part::Signature | Part::UsernameToken | Part::SignatureConfirmation | Part::Assertion | Part::Id(_) => true,
        Part::Body
        | Part::Timestamp
        | Part::SigningToken
        | Part::Attachments
        | Part::HeaderBlock { .. }
        | Part::EveryHeaderBlock { .. }
        | Part::Element(_)
        | Part::EveryElement(_) => false,
    };
    let encrypts = |step: &Step| match step {
        Step::Encrypt(encrypting) => encrypting.parts.iter().any(may_be_in_header),
        Step::Sign(_) => false,
    };
    // An assertion is already at the front.
    token.kind.home() != Home::Issued
        && !tokens.protection.iter().any(|placed| placed.is_of(token, key_use))
        && settled.recipe.steps.iter().any(encrypts)
}
