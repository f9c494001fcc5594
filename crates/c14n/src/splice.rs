//! Splices: replacements over a source text. Applying them makes the next revision.
//!
//! Text that no splice replaces stays as it was, octet for octet. Replacements are wiped on drop: some are decrypted
//! text.

use std::ops::Range;

use crate::element::Element;
use crate::piece::Piece;
use crate::wiped::Wiped;

/// Replacements of spans of one source text.
///
/// ```
/// use wss_c14n::Splices;
///
/// let source = "<a><b/><c/></a>";
/// let mut splices = Splices::new();
/// splices.replace(3..7, "<plain>text</plain>");
/// let next = splices.apply(source);
/// assert_eq!(next.text, "<a><plain>text</plain><c/></a>");
/// // The span of `<c/>` in the next revision.
/// assert_eq!(&next.text[next.moved.span(&(7..11)).expect("not replaced")], "<c/>");
/// ```
#[derive(Default)]
pub struct Splices {
    edits: Vec<(Range<usize>, Text)>,
}

/// The next revision of a text.
#[derive(Clone)]
pub struct Spliced {
    /// The text.
    pub text: String,
    /// How the offsets moved.
    pub moved: Moved,
}

impl std::fmt::Debug for Spliced {
    /// Octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Spliced").field("text", &self.text.len()).field("moved", &self.moved).finish()
    }
}

/// The next revision of a text, which is wiped.
pub struct WipedSpliced {
    /// The text.
    pub text: Wiped,
    /// How the offsets moved.
    pub moved: Moved,
    /// The longest piece of it that was read, for [`Document::parse_around`](crate::Document::parse_around).
    pub piece: Option<Piece>,
}

impl std::fmt::Debug for WipedSpliced {
    /// Octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WipedSpliced")
            .field("text", &self.text.len())
            .field("moved", &self.moved)
            .finish_non_exhaustive()
    }
}

/// The text that replaces a span.
enum Text {
    Given(Wiped),
    Read(Box<Piece>),
}

impl Text {
    fn as_str(&self) -> &str {
        match self {
            Self::Given(text) => text,
            Self::Read(piece) => piece.text(),
        }
    }
}

impl std::fmt::Debug for Splices {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Splices").field("edits", &self.edits.len()).finish()
    }
}

impl Splices {
    /// No replacements yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces `span` by `text`.
    pub fn replace(&mut self, span: Range<usize>, text: impl Into<String>) {
        self.edits.push((span, Text::Given(text.into().into())));
    }

    /// Replaces `span` by content that was read.
    pub fn replace_by(&mut self, span: Range<usize>, mut piece: Piece) {
        // Only the tape of the longest one is used again.
        let mut read = self.edits.iter_mut().filter_map(|(_, text)| match text {
            Text::Read(piece) if piece.is_read() => Some(piece),
            _ => None,
        });
        match read.next() {
            Some(longest) if longest.text().len() >= piece.text().len() => piece.forget_tape(),
            Some(longest) => longest.forget_tape(),
            None => {}
        }
        self.edits.push((span, Text::Read(Box::new(piece))));
    }

    /// Inserts `text` before offset `at`. Several insertions at one offset keep the order in which they were made.
    pub fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    /// Inserts `text` at the front of the content of `element`. An empty-element tag becomes a start tag and an end tag.
    pub fn insert_content(&mut self, element: Element<'_>, text: impl Into<String>) {
        if element.is_empty_tag() {
            self.replace_content(element, text);
        } else {
            self.insert(element.content_span().start, text);
        }
    }

    /// Replaces the content of `element`. An empty-element tag becomes a start tag and an end tag, and insertions into it before
    /// its slash stay.
    pub fn replace_content(&mut self, element: Element<'_>, text: impl Into<String>) {
        if !element.is_empty_tag() {
            return self.replace(element.content_span(), text);
        }
        let end = element.span().end;
        let content = [">", &text.into(), "</", element.qualified_name(), ">"].concat();
        self.replace(end - "/>".len()..end, content);
    }

    /// Whether there is no replacement.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// Whether one of them replaces something of `span`, or inserts something in it or at one of its ends.
    pub(crate) fn touch(&self, span: &Range<usize>) -> bool {
        self.edits.iter().any(|(edited, _)| edited.start <= span.end && edited.end >= span.start)
    }

    /// The next revision of `source`.
    ///
    /// # Panics
    /// If two spans overlap, or a span is not on character boundaries of `source`. Spans come from elements of the
    /// document, never from its content.
    #[must_use]
    pub fn apply(self, source: &str) -> Spliced {
        let mut text = String::with_capacity(self.octets_of_next(source));
        let (moved, _) = self.write(source, &mut text);
        Spliced { text, moved }
    }

    /// As [`Splices::apply`], for a revision that is wiped. The longest of the pieces is kept.
    ///
    /// # Panics
    /// As [`Splices::apply`].
    #[must_use]
    pub fn apply_and_keep(self, source: &str) -> WipedSpliced {
        let mut text = Wiped::with_capacity(self.octets_of_next(source));
        let (moved, piece) = self.write(source, &mut text);
        WipedSpliced { text, moved, piece }
    }

    /// The length of the next revision of `source`.
    fn octets_of_next(&self, source: &str) -> usize {
        let grown: usize = self.edits.iter().map(|(_, text)| text.as_str().len()).sum();
        let replaced: usize = self.edits.iter().map(|(span, _)| span.len()).sum();
        (source.len() + grown).saturating_sub(replaced)
    }

    /// Appends the next revision of `source` to `next`.
    fn write(mut self, source: &str, next: &mut String) -> (Moved, Option<Piece>) {
        self.edits.sort_by_key(|(span, _)| (span.start, span.end));
        let mut moved = Moved { edits: Vec::with_capacity(self.edits.len()) };
        let mut longest: Option<Box<Piece>> = None;
        let mut at = 0;
        for (span, text) in self.edits {
            assert!(span.start >= at, "splices do not overlap");
            next.push_str(&source[at..span.start]);
            let start = next.len();
            next.push_str(text.as_str());
            at = span.end;
            moved.edits.push((span, start..next.len()));
            if let Text::Read(mut piece) = text
                && piece.is_read()
            {
                piece.put_at(start);
                longest = Some(piece);
            }
        }
        next.push_str(&source[at..]);
        (moved, longest.map(|piece| *piece))
    }
}

/// How the offsets of one revision map to the next.
#[derive(Debug, Clone, Default)]
pub struct Moved {
    edits: Vec<(Range<usize>, Range<usize>)>,
}

impl Moved {
    /// The range of the text that replaced exactly `span`.
    #[must_use]
    pub fn replaced(&self, span: &Range<usize>) -> Option<Range<usize>> {
        self.edits.iter().find(|(old, _)| old == span).map(|(_, new)| new.clone())
    }

    /// The range of `span` in the next revision. A span that contains replacements grows or shrinks with them. `None`
    /// if it lies inside replaced text or partly overlaps it.
    #[must_use]
    pub fn span(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let mut start = span.start;
        let mut end = span.end;
        for (old, new) in &self.edits {
            let delta = |offset: usize| offset - old.end + new.end;
            let before = old.end <= span.start && !(old.is_empty() && old.start == span.start && span.is_empty());
            if before {
                start = delta(span.start);
                end = delta(span.end);
            } else if old.start >= span.end {
                break;
            } else if old.start >= span.start && old.end <= span.end {
                end = delta(span.end);
            } else {
                return None;
            }
        }
        Some(start..end)
    }
}

#[cfg(test)]
mod tests {
    use wss_budget::Budget;

    use super::*;

    /// `0123456789` with two replacements and an insertion, made from the last to the first.
    fn applied() -> Spliced {
        let mut splices = Splices::new();
        assert!(splices.is_empty());
        splices.replace(7..9, "");
        splices.insert(6, "I");
        splices.insert(6, "J");
        splices.replace(2..4, "xyz");
        assert!(!splices.is_empty());
        splices.apply("0123456789")
    }

    #[test]
    fn the_order_of_replacements_is_that_of_their_places_and_of_insertions_at_one_place_their_own() {
        assert_eq!(applied().text, "01xyz45IJ69");
    }

    #[test]
    fn a_span_moves_with_what_is_before_it_and_grows_with_what_is_in_it() {
        let Spliced { text: next, moved } = applied();
        let text = |span| moved.span(&span).map(|span| &next[span]);
        for (span, wanted) in [
            (0..2, "01"),
            (0..1, "0"),
            (2..4, "xyz"),
            (1..5, "1xyz4"),
            (4..6, "45"),
            (5..7, "5IJ6"),
            (6..7, "6"),
            (7..9, ""),
            (6..10, "69"),
            (9..10, "9"),
            (0..10, "01xyz45IJ69"),
        ] {
            assert_eq!(text(span.clone()), Some(wanted), "{span:?}");
        }
        // The spans are cut, or replaced together with the text around them.
        for span in [1..3, 3..5, 2..3, 3..4, 7..8, 8..10] {
            assert_eq!(text(span.clone()), None, "{span:?}");
        }
        // The spans are empty, so they stay before text that is inserted there.
        assert_eq!([2..2, 4..4, 6..6, 9..9].map(|span| moved.span(&span)), [2..2, 5..5, 7..7, 10..10].map(Some));
        assert_eq!([2..4, 7..9].map(|span| moved.replaced(&span)), [2..5, 10..10].map(Some));
        assert_eq!([1..4, 4..6].map(|span| moved.replaced(&span)), [None, None]);
    }

    #[test]
    fn the_longest_piece_is_kept_wherever_it_is() {
        let budget = Budget::dangerous_unbounded();
        let contents = ["<a/>", "<b>long</b>", "<c></c>"];
        for [first, second, third] in [[0, 1, 2], [1, 0, 2], [2, 0, 1], [0, 2, 1], [2, 1, 0], [1, 2, 0]] {
            let mut splices = Splices::new();
            for at in [first, second, third] {
                let text = Wiped::from(format!("<r>{}</r>", contents[at]));
                splices.replace_by(3 + at..4 + at, Piece::read(text, budget.limits()).expect("well-formed"));
            }
            let WipedSpliced { text: next, piece, .. } = splices.apply_and_keep("<x>012</x>");
            assert_eq!(next.as_str(), "<x><a/><b>long</b><c></c></x>");
            let piece = piece.expect("one of them");
            assert!(piece.is_read() && piece.text() == contents[1], "{:?}", piece.text());
        }
    }
}
