//! Pieces: content that is parsed apart from its document, such as a plaintext, and then put into it without parsing it
//! again.

use std::borrow::Cow;
use std::ops::Range;

use wss_budget::{Budget, Limit, Limits};
use wss_text::Slice as _;

use crate::doctype::DeclaredIds;
use crate::document::Document;
use crate::error::ParseError;
use crate::graft::{Moved, Scope, fits, grafted};
use crate::identifier::Identifiers;
use crate::reader;
use crate::tape::Tape;
use crate::wiped::Wiped;

/// The content of a root element that was parsed, for a place where the same namespaces are in scope as in that root.
/// Its text is wiped on drop.
///
/// ```
/// use wss_c14n::{Budget, Document, Limits, Piece, Splices, Wiped};
///
/// let budget = Budget::new(&Limits::default(), 1_000);
/// let document = Document::parse("<a xmlns='urn:a'><b/></a>", budget.limits())?;
/// let place = document.root().children().next().expect("one child").span();
///
/// let piece = Piece::read(Wiped::from("<root xmlns='urn:a'><c/><d/></root>"), budget.limits())?;
/// let mut splices = Splices::new();
/// splices.replace_by(place, piece);
/// let next = splices.apply_and_keep(document.source());
/// let next = Document::parse_around(&next.text, next.piece, &budget)?;
/// assert_eq!(next.source(), "<a xmlns='urn:a'><c/><d/></a>");
/// assert!(next.root().children().all(|child| child.name().namespace == "urn:a"));
/// # Ok::<(), wss_c14n::ParseError>(())
/// ```
pub struct Piece {
    document: Document<'static>,
    /// The span of the content in the text of `document`.
    content: Range<usize>,
    /// The octet at which the content begins in the document that it was put into.
    at: usize,
}

impl Piece {
    /// Reads the text of a root element with the content. Nothing is charged: the caller has charged as much for every text
    /// that it might read in its place, so that no charge tells of what is secret in this one.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn read(text: Wiped, limits: &Limits) -> Result<Self, ParseError> {
        let tape = reader::read(&text, limits)?;
        let source = Cow::Owned(text.into_text());
        let (declared_ids, identifiers) = (DeclaredIds::new(), Identifiers::default());
        let document = Document { source, tape, declared_ids, identifiers };
        let content = document.root().content_span();
        Ok(Self { document, content, at: 0 })
    }

    /// The document that was read, with the root around the content.
    #[must_use]
    pub fn document(&self) -> &Document<'static> {
        &self.document
    }

    /// The text of the content.
    #[must_use]
    pub fn text(&self) -> &str {
        self.document.source().slice(self.content.clone())
    }

    /// Drops the tape and keeps the text, which will be read again.
    pub(crate) fn forget_tape(&mut self) {
        self.document.tape = Tape::default();
    }

    /// Whether its tape is still there.
    pub(crate) fn is_read(&self) -> bool {
        !self.document.tape.nodes.is_empty()
    }

    /// Notes that it was put into a document where its text begins at `at`.
    pub(crate) fn put_at(&mut self, at: usize) {
        self.at = at;
    }

    /// The tape of `source`, made by reading only the text around the content. `None` if all must be read, which also
    /// finds the error if there is one.
    fn put_into(mut self, source: &str, limits: &Limits) -> Option<Tape> {
        let (root, old) = (self.document.root().id(), self.content.clone());
        let new = self.at..self.at + old.len();
        if old.is_empty()
            || source.len() > limits.size(Limit::DocumentOctets)
            || source.get(new.clone())? != self.text()
        {
            return None;
        }
        let tape = std::mem::take(&mut self.document.tape);
        // The text of the piece is no longer needed.
        drop(self);
        let tape = grafted(tape, root, Moved { next: source, new, old }, Scope::Same, limits)?;
        fits(&tape, source.len(), limits).then_some(tape)
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        if let Cow::Owned(text) = std::mem::take(&mut self.document.source) {
            drop(Wiped::from(text));
        }
    }
}

impl<'d> Document<'d> {
    /// As [`Document::parse_within`], for a text of which a piece is already read. If nothing else is in the element that the
    /// piece was put into, and the same namespaces are in scope there as in the root that the piece was read with, only what
    /// is around the piece is read. The result is that of reading all of it, if the limits are those that the piece was read
    /// with.
    ///
    /// # Errors
    /// As [`Document::parse_within`].
    pub fn parse_around(source: &'d str, piece: Option<Piece>, budget: &Budget) -> Result<Self, ParseError> {
        budget.charge(Limit::ParsedOctets, source.len() as u64)?;
        match piece.and_then(|piece| piece.put_into(source, budget.limits())) {
            Some(tape) => {
                let (declared_ids, identifiers) = (DeclaredIds::new(), Identifiers::default());
                Ok(Self { source: Cow::Borrowed(source), tape, declared_ids, identifiers })
            }
            None => Self::parse(source, budget.limits()),
        }
    }
}

impl std::fmt::Debug for Piece {
    /// Shows only the number of octets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Piece").field("octets", &self.text().len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revise::tests::told;
    use crate::splice::{Splices, WipedSpliced};

    const CONTENTS: [&str; 10] = [
        "<c>\u{fc}</c>",
        "<c/>",
        "<p:c q='1'><d xmlns='urn:d'><!--c--><?pi?></d>t&amp;t</p:c>",
        "text",
        "t&lt;t",
        "t>t",
        "<c/>tail",
        " <c/>\n<c/> ",
        "]]",
        "<p:c xmlns:p='urn:other' p:a='1'/><a><b><c><d/></c></b></a>",
    ];

    const PLACES: [&str; 12] = [
        "<a xmlns:p='urn:p'><x/>@</a>",
        "<a xmlns:p='urn:p'><b><x p:k='1' xmlns:z='urn:z'/>@</b></a>",
        "<?xml version='1.0' encoding='us-ascii'?><a xmlns:p='urn:p'><b>@</b></a>",
        "<a xmlns:p='urn:p'><b>@</b></a>",
        "<a xmlns='urn:a' xmlns:p='urn:p'><b z='1'>@</b><c y='2'/><!--end--></a>",
        "<a xmlns:p='urn:p'><b> @ </b></a>",
        "<a xmlns:p='urn:p'><b>@&gt;</b></a>",
        "<a xmlns:p='urn:p'><b>&gt;@</b></a>",
        "<a xmlns:p='urn:p'><b><x/>@<y/></b></a>",
        "<a xmlns:p='urn:p'>@</a>",
        "<?pi?><a xmlns:p='urn:p' xmlns='urn:a'><b xmlns=''>@</b ></a><!--end-->",
        "<a xmlns:p='urn:p'><b>@]></b></a>",
    ];

    fn budget(limits: &Limits) -> Budget {
        Budget::new(limits, 1 << 20)
    }

    /// The text of `place` with `content` in it, where the piece replaces an empty element, and whether only the text
    /// around was read.
    fn put(place: &str, content: &str, root: &str, limits: &Limits) -> (Result<Vec<String>, String>, bool) {
        let budget = budget(&Limits::default());
        let at = place.find('@').expect("a place");
        let piece = Piece::read(Wiped::from(root.replace('@', content)), budget.limits()).expect("well-formed");
        let mut splices = Splices::new();
        splices.replace_by(at..at + 1, piece);
        let WipedSpliced { text: next, piece, .. } = splices.apply_and_keep(place);
        assert_eq!(next.as_str(), place.replace('@', content));
        let mut again = Piece::read(Wiped::from(root.replace('@', content)), budget.limits()).expect("well-formed");
        again.put_at(at);
        let is_put = again.put_into(&next, limits).is_some();
        let parsed = Document::parse_around(&next, piece, &Budget::new(limits, 1 << 20));
        (parsed.map(|document| told(&document)).map_err(|error| error.to_string()), is_put)
    }

    fn read(text: &str, limits: &Limits) -> Result<Vec<String>, String> {
        Document::parse(text, limits).map(|document| told(&document)).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_put_together_is_what_would_be_read() {
        let roots =
            ["<r xmlns:p='urn:p'>@</r>", "<r xmlns='urn:a' xmlns:p='urn:p'>@</r>", "<r xmlns:p='urn:other'>@</r>"];
        let limits = Limits::default();
        let mut puts = 0;
        for place in PLACES {
            for content in CONTENTS {
                for root in roots {
                    let wanted = read(&place.replace('@', content), &limits);
                    let (found, is_put) = put(place, content, root, &limits);
                    assert_eq!(wanted, found, "{content} in {place}, read in {root}");
                    puts += usize::from(is_put);
                }
            }
        }
        // Five places have nothing beside the content, and roots with the same namespaces; one is ASCII.
        assert_eq!(puts, 5 * CONTENTS.len() - 1);
    }

    #[test]
    fn limits_of_the_whole_hold_for_what_is_put_together() {
        let (place, root) = ("<a xmlns:p='urn:p'><b>@</b></a>", "<r xmlns:p='urn:p'>@</r>");
        let content = "<c xmlns:x='urn:x'><d/><e/></c>";
        for (limit, enough) in
            [(Limit::Depth, 4), (Limit::Nodes, 5), (Limit::AllDeclarations, 2), (Limit::DocumentOctets, 61)]
        {
            for allowed in [enough - 1, enough] {
                let limits = Limits::default().with(limit, allowed);
                let (found, is_put) = put(place, content, root, &limits);
                assert_eq!((found.is_ok(), is_put), (allowed == enough, allowed == enough), "{limit:?}: {allowed}");
                assert_eq!(found, read(&place.replace('@', content), &limits));
            }
        }
    }

    #[test]
    fn nodes_of_the_whole_are_counted_for_its_octets() {
        let limits = Limits::default().with(Limit::NodesPerKibibyte, 1);
        let half = "<c/>".repeat(10_000);
        let (place, root) = (format!("<a>{half}<b>@</b></a>"), "<r>@</r>");
        assert!(read(&place, &limits).is_ok());
        let (found, is_put) = put(&place, &half, root, &limits);
        assert!(found.is_err() && !is_put);
        assert_eq!(found, read(&place.replace('@', &half), &limits));
    }

    #[test]
    fn namespaces_in_scope_are_counted_where_the_content_is() {
        // The root declared fewer namespaces than the place has, which no caller does.
        let (place, content, root) = ("<a xmlns:p='urn:p' xmlns:q='urn:q'>@</a>", "<c xmlns:r='urn:r'/>", "<r>@</r>");
        for (allowed, is_read) in [(2, false), (3, true)] {
            let limits = Limits::default().with(Limit::NamespacesInScope, allowed);
            let (found, is_put) = put(place, content, root, &limits);
            assert_eq!((found.is_ok(), is_put), (is_read, false));
            assert_eq!(found, read(&place.replace('@', content), &limits));
        }
    }

    #[test]
    fn what_is_put_together_is_charged_and_what_is_read_alone_is_not() {
        let (root, place) = ("<r><c/></r>", "<a><c/></a>");
        for (left, of_document) in [(place.len() as u64, true), (place.len() as u64 - 1, false)] {
            let budget = budget(&Limits::default());
            let used = budget.left(Limit::ParsedOctets) - left;
            budget.charge(Limit::ParsedOctets, used).expect("as much as is left");
            let mut piece = Piece::read(Wiped::from(root), budget.limits()).expect("well-formed");
            assert_eq!(budget.left(Limit::ParsedOctets), left);
            piece.put_at(3);
            assert_eq!(Document::parse_around(place, Some(piece), &budget).is_ok(), of_document);
        }
        // The limits of each document hold.
        let limits = Limits::default().with(Limit::Nodes, 1);
        assert!(Piece::read(Wiped::from(root), &limits).is_err());
    }

    #[test]
    fn another_text_than_what_was_read_is_read() {
        let budget = budget(&Limits::default());
        for source in ["<a><d/></a>", "<a>text</a>", "<a></a>"] {
            let mut piece = Piece::read(Wiped::from("<r><c/></r>"), budget.limits()).expect("well-formed");
            piece.put_at(3);
            let parsed = Document::parse_around(source, Some(piece), &budget).expect("well-formed");
            let wanted = Document::parse(source, &Limits::default()).expect("well-formed");
            assert_eq!(told(&parsed), told(&wanted), "{source}");
        }
    }
}
