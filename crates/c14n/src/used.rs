//! Use: which of the namespaces in scope a piece of a document uses.
//!
//! Names of elements and attributes use prefixes, and so do values: a QName, a PrefixList, an XPath expression. Only a schema
//! tells which value is one. Therefore each name in text or in an attribute value counts: the longest runs of name
//! characters, without digits, dots and hyphens in front (the XPath expression `1-p:x` has the prefix `p`), that are equal
//! to a prefix in scope. Any name at all counts as a use of the default namespace, or of its absence.
//!
//! References are read, and comments, processing instructions and the marks of CDATA sections do not end a name: `p&#x61;y:x`
//! and `p<!-- -->ay:x` have the prefix `pay`.

use std::collections::HashMap;

use memchr::{memchr, memmem};
use wss_text::Slice as _;

use crate::chars::reference;
use crate::element::Element;
use crate::name::{is_name_more, is_name_start};
use crate::tape::{Kind, NO_NAMESPACE};

/// The namespaces in scope around pieces of one document, and those that the piece at hand uses.
pub(crate) struct Uses<'a> {
    /// Prefixes and namespaces. If there is no default namespace, the last entry is its absence: the empty prefix with no name.
    around: Vec<(&'a str, &'a str)>,
    /// The entry of each pair of the tape that is in scope.
    of_pair: Vec<Option<u32>>,
    of_prefix: HashMap<&'a str, usize>,
    /// By the first octet of a prefix, the lengths of the prefixes that begin with it, one bit for each. Those above 63 are one.
    lengths: [u64; 256],
    longest: usize,
    /// The entry of the default namespace.
    default: usize,
    /// The entries that the piece uses: those with its number.
    used: Vec<u32>,
    piece: u32,
    /// The number of entries that it does not use, as far as it was read.
    left: usize,
    name: Name,
}

/// A name that goes on, or may go on behind a comment.
#[derive(Default)]
struct Name {
    text: String,
    /// Whether it is longer than every prefix. The text is then not kept.
    is_long: bool,
}

/// Text that is so long is searched for each prefix.
const LONG: usize = 4 << 10;
/// More prefixes than these are looked for together, name by name.
const FEW: usize = 8;

impl<'a> Uses<'a> {
    /// The namespaces in scope at `place`; none without a place.
    pub(crate) fn at(place: Option<Element<'a>>, of: Element<'a>) -> Self {
        let tape = &of.document().tape;
        let pairs = place.map(|place| tape.in_scope(place.id().0)).unwrap_or_default();
        let mut around = Vec::with_capacity(pairs.len() + 1);
        let mut of_pair = vec![None; tape.pairs.len()];
        for pair in pairs {
            if let Some(known) = of_pair.get_mut(pair as usize) {
                *known = Some(around.len() as u32);
            }
            let pair = tape.pair(pair);
            around.push((tape.prefix(pair.prefix), tape.uri(pair.uri)));
        }
        let default = around.iter().position(|(prefix, _)| prefix.is_empty()).unwrap_or_else(|| {
            if let Some(none) = of_pair.get_mut(NO_NAMESPACE as usize) {
                *none = Some(around.len() as u32);
            }
            around.push(("", ""));
            around.len() - 1
        });
        let mut lengths = [0; 256];
        for prefix in around.iter().map(|(prefix, _)| prefix.as_bytes()) {
            if let Some(known) = prefix.first().and_then(|first| lengths.get_mut(usize::from(*first))) {
                *known |= bit(prefix.len());
            }
        }
        let of_prefix = around.iter().enumerate().map(|(at, (prefix, _))| (*prefix, at)).collect();
        let longest = around.iter().map(|(prefix, _)| prefix.len()).max().unwrap_or(0);
        let used = vec![0; around.len()];
        Self { around, of_pair, of_prefix, lengths, longest, default, used, piece: 0, left: 0, name: Name::default() }
    }

    /// The namespaces in scope, with the absence of a default namespace.
    pub(crate) fn around(&self) -> &[(&'a str, &'a str)] {
        &self.around
    }

    /// The entries of [`Uses::around`] that an element uses, with everything in it. One that it only declares anew may be
    /// among them.
    pub(crate) fn of(&mut self, element: Element<'a>) -> impl Iterator<Item = usize> {
        self.piece += 1;
        self.left = self.around.len() - self.absent(element);
        self.read(element);
        let piece = self.piece;
        self.used.iter().enumerate().filter(move |(_, used)| **used == piece).map(|(at, _)| at)
    }

    /// The number of prefixes that are nowhere a whole name of its source, so that nothing in it can use them. Where a character
    /// of a name is written by its number, or a name goes on behind a comment, the source does not tell.
    fn absent(&self, element: Element<'_>) -> usize {
        let source = element.document().source().slice(element.span());
        let octets = source.as_bytes();
        let is_of_name = |at| {
            let written = reference(octets.slice(at..));
            written.is_some_and(|(character, _)| is_name_start(character) || is_name_more(character))
        };
        let is_hidden = || {
            ["<!", "<?"].into_iter().any(|mark| memmem::find(octets, mark.as_bytes()).is_some())
                || memmem::find_iter(octets, "&#").any(is_of_name)
        };
        if source.len() < LONG || self.around.len() > FEW || is_hidden() {
            return 0;
        }
        let is_absent = |prefix: &str| {
            let mut found = memmem::find_iter(source.as_bytes(), prefix);
            !prefix.is_empty() && !found.any(|start| is_name_at(source, start, prefix.len()))
        };
        self.around.iter().filter(|(prefix, _)| is_absent(prefix)).count()
    }

    fn read(&mut self, element: Element<'a>) {
        let (tape, source) = (&element.document().tape, element.document().source());
        let first = element.id().0;
        let Some(node) = tape.nodes.get(first as usize) else { return };
        let (end, last) = (node.end as usize, node.next);
        let mut at = node.start as usize;
        for id in first..last {
            let Some(node) = tape.nodes.get(id as usize).filter(|_| self.left > 0) else { return };
            self.text_and_end_tags(source.slice(at..node.start as usize));
            at = node.end as usize;
            match node.kind {
                Kind::Element => {
                    self.end_name();
                    self.mark_pair(node.pair);
                    for attribute in tape.attributes_of(id) {
                        if attribute.is_prefixed() {
                            self.mark_pair(attribute.name.pair);
                        }
                        self.text(source.slice(attribute.value_span()), true);
                        self.end_name();
                    }
                    at = node.tag_end as usize;
                }
                Kind::Text => self.text(source.slice(node.start as usize..at), true),
                Kind::CData => self.text(source.slice(node.tag_end as usize..at - "]]>".len()), false),
                Kind::Comment | Kind::ProcessingInstruction => {
                    let mark = if node.kind == Kind::Comment { "-->" } else { "?>" };
                    let outer = std::mem::take(&mut self.name);
                    self.text(source.slice(node.tag_end as usize..at - mark.len()), false);
                    self.end_name();
                    self.name = outer;
                }
            }
        }
        self.text_and_end_tags(source.slice(at..end));
        self.end_name();
    }

    /// Source between two pieces of markup of the tape: text without references, and end tags.
    fn text_and_end_tags(&mut self, mut source: &str) {
        while let Some(start) = memchr(b'<', source.as_bytes()) {
            self.text(source.slice(..start), false);
            self.end_name();
            let end = memchr(b'>', source.slice(start..).as_bytes()).map_or(source.len(), |end| start + end + 1);
            source = source.slice(end..);
        }
        self.text(source, false);
    }

    /// The names in some text. The last one may go on.
    fn text(&mut self, text: &str, has_references: bool) {
        let octets = text.as_bytes();
        let mut at = 0;
        while at < octets.len() {
            if at > LONG && !has_references && self.is_left_to_search() {
                return self.long_text(text.slice(at..));
            }
            let end = at + name_len(text.slice(at..));
            let part = text.slice(at..end);
            at = match octets.get(end) {
                None => return self.go_on(part),
                Some(b'&') if has_references => {
                    self.go_on(part);
                    let (character, len) = reference(octets.get(end..).unwrap_or(&[])).unwrap_or((' ', 1));
                    match is_name_more(character) || is_name_start(character) {
                        true => self.go_on(character.encode_utf8(&mut [0; 4])),
                        false => self.end_name(),
                    }
                    end + len
                }
                Some(_) => {
                    match self.name.is_empty() {
                        true => self.whole_name(part),
                        false => {
                            self.go_on(part);
                            self.end_name();
                        }
                    }
                    end + text.slice(end..).chars().next().map_or(1, char::len_utf8)
                }
            };
        }
    }

    /// Whether no name at hand goes on, and only few prefixes are still looked for.
    fn is_left_to_search(&self) -> bool {
        self.name.is_empty() && self.is_used(self.default) && self.left <= FEW
    }

    /// As [`Uses::text`] for text that begins with a whole name: a search for each prefix that is left.
    fn long_text(&mut self, text: &str) {
        // The last name may go on. A blank ends one, as does any other octet that is in no name.
        let is_end = |octet: &u8| octet.is_ascii() && !is_ascii_name(*octet);
        let end = text.as_bytes().iter().rposition(is_end).map_or(0, |end| end + 1);
        let (whole, last) = (text.slice(..end), text.slice(end..));
        for at in 0..self.around.len() {
            let Some((prefix, _)) = self.around.get(at).filter(|_| !self.is_used(at)) else { continue };
            if memmem::find_iter(whole.as_bytes(), prefix).any(|start| is_name_at(whole, start, prefix.len())) {
                self.mark(at);
            }
        }
        // It has no octet that ends a name, but may have other characters that do.
        let mut rest = last;
        while !rest.is_empty() {
            let len = name_len(rest);
            self.go_on(rest.slice(..len));
            if let Some(other) = rest.slice(len..).chars().next() {
                self.end_name();
                rest = rest.slice(len + other.len_utf8()..);
            } else {
                rest = "";
            }
        }
    }

    /// A part of a name that may go on.
    fn go_on(&mut self, part: &str) {
        let is_new = self.name.is_empty();
        let part = if is_new { part.trim_start_matches(|c| !is_name_start(c)) } else { part };
        if self.name.is_long || self.name.text.len() + part.len() > self.longest {
            self.name.is_long |= !part.is_empty();
        } else {
            self.name.text.push_str(part);
        }
    }

    fn end_name(&mut self) {
        if self.name.is_long {
            self.mark(self.default);
        } else if !self.name.text.is_empty() {
            let text = std::mem::take(&mut self.name.text);
            self.whole_name(&text);
            self.name.text = text;
        }
        self.name.clear();
    }

    /// A name, maybe with digits, dots and hyphens before it.
    #[inline]
    fn whole_name(&mut self, name: &str) {
        let name = match name.as_bytes().first() {
            Some(first) if first.is_ascii_alphabetic() => name,
            _ => name.trim_start_matches(|c| !is_name_start(c)),
        };
        let Some(first) = name.as_bytes().first() else { return };
        self.mark(self.default);
        let lengths = self.lengths.get(usize::from(*first)).copied().unwrap_or(0);
        if lengths & bit(name.len()) != 0
            && let Some(at) = self.of_prefix.get(name)
        {
            self.mark(*at);
        }
    }

    #[inline]
    fn mark_pair(&mut self, pair: u32) {
        if let Some(Some(at)) = self.of_pair.get(pair as usize).copied() {
            self.mark(at as usize);
        }
    }

    #[inline]
    fn mark(&mut self, at: usize) {
        if let Some(used) = self.used.get_mut(at)
            && *used != self.piece
        {
            *used = self.piece;
            self.left = self.left.saturating_sub(1);
        }
    }

    fn is_used(&self, at: usize) -> bool {
        self.used.get(at) == Some(&self.piece)
    }
}

impl Name {
    fn is_empty(&self) -> bool {
        self.text.is_empty() && !self.is_long
    }

    fn clear(&mut self) {
        self.text.clear();
        self.is_long = false;
    }
}

const fn bit(len: usize) -> u64 {
    1 << (if len < 63 { len } else { 63 })
}

const fn is_ascii_name(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'_' | b'-' | b'.')
}

/// The length of the name characters at the front of `text`.
#[inline]
fn name_len(text: &str) -> usize {
    let mut at = 0;
    loop {
        let octets = text.as_bytes().get(at..).unwrap_or(&[]);
        let ascii = octets.iter().position(|octet| !is_ascii_name(*octet)).unwrap_or(octets.len());
        at += ascii;
        match octets.get(ascii) {
            Some(128..) => match text.slice(at..).chars().next() {
                Some(c) if is_name_start(c) || is_name_more(c) => at += c.len_utf8(),
                _ => return at,
            },
            _ => return at,
        }
    }
}

/// Whether the `len` octets at `start` are a whole name, maybe with digits, dots and hyphens before it.
fn is_name_at(text: &str, start: usize, len: usize) -> bool {
    let is_name = |c: char| is_name_start(c) || is_name_more(c);
    let before = text.slice(..start).chars().rev().find(|c| !is_name_more(*c));
    !text.slice(start + len..).chars().next().is_some_and(is_name) && !before.is_some_and(is_name_start)
}
