//! The walker that all methods share, and escaping.
//!
//! The walker passes over the tape once and gives long slices of the source to the sink. A slice ends only where the
//! canonical form differs from the source: at a tag that must be rewritten, at a text, comment or processing
//! instruction that the reader marked, at an excluded subtree. The methods differ only in which namespaces an element
//! must declare: [`exclusive`](crate::exclusive) and [`inclusive`](crate::inclusive) decide that.

use memchr::{memchr, memchr3};

use crate::chars::{is_blank, reference};
use crate::error::CanonicalizeError;
use crate::exclusive::{self, InclusivePrefixes};
use crate::inclusive::{self, Inherited};
use crate::method::Canonicalization;
use crate::sink::Sink;
use crate::subset::Subset;
use crate::tape::{Attribute, Kind, Node, Tape, flag};
use crate::tape::{NO_NAMESPACE, NO_PREFIX, XML_PAIR};

pub(crate) fn write<S: Sink>(
    subset: &Subset<'_>,
    canonicalization: &Canonicalization,
    sink: &mut S,
) -> Result<(), CanonicalizeError> {
    let tape = &subset.document.tape;
    let method = canonicalization.method();
    let inclusive_prefixes = if method.is_exclusive() {
        exclusive::listed(tape, canonicalization.prefixes())
    } else {
        InclusivePrefixes::All
    };
    let (first, end) = match subset.apex {
        Some(apex) => (apex.id().0, tape.nodes.get(apex.id().0 as usize).map_or(0, |node| node.next)),
        None => (0, tape.nodes.len() as u32),
    };
    if subset.excluded.first().is_some_and(|id| id.0 == subset.apex.map_or(tape.root, |apex| apex.id().0)) {
        return Err(CanonicalizeError::EmptySubset);
    }
    refuse_relative_namespaces(tape, first, end)?;
    let mut walker = Walker {
        tape,
        source: subset.document.source().as_bytes(),
        sink,
        inclusive_prefixes,
        comments: subset.comments && method.with_comments(),
        excluded: subset.excluded.iter().map(|id| id.0).collect(),
        rendered: vec![NOT_RENDERED; tape.prefixes.len()],
        frames: Vec::new(),
        undo: Vec::new(),
        needed: Vec::new(),
        run: 0,
    };
    for (prefix, pair) in [(NO_PREFIX, NO_NAMESPACE), (1, XML_PAIR)] {
        if let Some(rendered) = walker.rendered.get_mut(prefix as usize) {
            *rendered = pair;
        }
    }
    match subset.apex {
        Some(_) => {
            let inherited = inclusive::inherited(subset, method);
            walker.apex(first, end, &inherited)
        }
        None => walker.document(tape.root),
    }
}

const NOT_RENDERED: u32 = u32::MAX;

struct Walker<'a, S> {
    tape: &'a Tape,
    source: &'a [u8],
    sink: &'a mut S,
    inclusive_prefixes: InclusivePrefixes,
    comments: bool,
    /// The excluded nodes that are still ahead, in document order.
    excluded: std::collections::VecDeque<u32>,
    /// By prefix id: the pair that the nearest output ancestor rendered.
    rendered: Vec<u32>,
    frames: Vec<Frame>,
    undo: Vec<(u32, u32)>,
    /// The pairs that the current element must declare.
    needed: Vec<u32>,
    /// The start of the source that is not written yet.
    run: usize,
}

/// An open element that has work to do when it ends.
struct Frame {
    node: u32,
    until: u32,
    first_undo: usize,
}

impl<S: Sink> Walker<'_, S> {
    /// Top-level nodes: a line feed separates each processing instruction or comment from the root.
    fn document(&mut self, root: u32) -> Result<(), CanonicalizeError> {
        let mut at = 0;
        while let Some(node) = self.tape.nodes.get(at as usize).copied() {
            self.run = node.start as usize;
            let skipped = node.kind == Kind::Comment && !self.comments;
            if at == root {
                self.subtree(at, node.next)?;
                self.flush(node.end as usize);
            } else if !skipped {
                if at > root {
                    self.sink.put(b"\n");
                }
                self.misc(&node);
                self.flush(node.end as usize);
                if at < root {
                    self.sink.put(b"\n");
                }
            }
            at = node.next;
        }
        Ok(())
    }

    /// An apex element inherits from its omitted ancestors.
    fn apex(&mut self, first: u32, end: u32, inherited: &Inherited) -> Result<(), CanonicalizeError> {
        let Some(node) = self.tape.nodes.get(first as usize).copied() else { return Ok(()) };
        self.run = node.start as usize;
        if !self.inclusive_prefixes.is_none() {
            for pair in self.tape.in_scope(first) {
                let prefix = self.tape.pair(pair).prefix;
                if self.inclusive_prefixes.contains(prefix) {
                    self.need(pair, prefix);
                }
            }
        }
        self.element(first, &node, inherited)?;
        self.subtree(first + 1, end)?;
        self.flush(node.end as usize);
        Ok(())
    }

    /// Nodes `at..end`, then the end tags of all elements that are still open.
    fn subtree(&mut self, mut at: u32, end: u32) -> Result<(), CanonicalizeError> {
        let tape = self.tape;
        while at < end {
            while self.frames.last().is_some_and(|frame| frame.until <= at) {
                self.leave();
            }
            let Some(node) = tape.nodes.get(at as usize) else { break };
            if let Some(excluded) = self.excluded.front().copied() {
                if excluded < at {
                    self.excluded.pop_front();
                    continue;
                }
                if excluded == at {
                    self.flush(node.start as usize);
                    self.run = node.end as usize;
                    at = node.next;
                    continue;
                }
            }
            if node.kind == Kind::Element {
                self.element(at, node, &Inherited::default())?;
            } else {
                self.misc(node);
            }
            at += 1;
        }
        while !self.frames.is_empty() {
            self.leave();
        }
        Ok(())
    }

    #[inline]
    fn element(&mut self, index: u32, node: &Node, inherited: &Inherited) -> Result<(), CanonicalizeError> {
        self.need(node.pair, self.tape.pair(node.pair).prefix);
        if node.flags & (flag::PREFIXED_ATTRIBUTES | flag::DECLARES) != 0 {
            self.need_more(index, node);
        }
        if self.needed.is_empty() && node.flags & flag::AS_IS != 0 && inherited.is_empty() {
            if node.flags & flag::END_REWRITE != 0 {
                self.frames.push(Frame { node: index, until: node.next, first_undo: self.undo.len() });
            }
            return Ok(());
        }
        self.start_tag(index, node, inherited)
    }

    fn need_more(&mut self, index: u32, node: &Node) {
        let tape = self.tape;
        if node.flags & flag::PREFIXED_ATTRIBUTES != 0 {
            for attribute in tape.attributes_of(index).iter().filter(|attribute| attribute.prefix_len > 0) {
                self.need(attribute.pair, tape.pair(attribute.pair).prefix);
            }
        }
        if node.flags & flag::DECLARES != 0 && !self.inclusive_prefixes.is_none() {
            for declaration in tape.declarations_of(index) {
                let prefix = tape.pair(declaration.pair).prefix;
                if self.inclusive_prefixes.contains(prefix) {
                    self.need(declaration.pair, prefix);
                }
            }
        }
    }

    /// Notes that `pair` must be in force here, and what to restore when the element ends.
    #[inline]
    fn need(&mut self, pair: u32, prefix: u32) {
        if let Some(rendered) = self.rendered.get_mut(prefix as usize)
            && *rendered != pair
        {
            self.undo.push((prefix, *rendered));
            *rendered = pair;
            self.needed.push(pair);
        }
    }

    fn start_tag(&mut self, index: u32, node: &Node, inherited: &Inherited) -> Result<(), CanonicalizeError> {
        let tape = self.tape;
        let first_undo = self.undo.len() - self.needed.len();
        let name_end = node.start as usize + 1 + node.name_len as usize;
        self.flush(name_end);
        if self.needed.len() > 1 {
            self.needed.sort_unstable_by(|l, r| {
                tape.prefix(tape.pair(*l).prefix).as_bytes().cmp(tape.prefix(tape.pair(*r).prefix).as_bytes())
            });
        }
        if let Some(exceeded) = self.sink.exceeded() {
            return Err(exceeded.into());
        }
        for index in 0..self.needed.len() {
            self.declaration(self.needed.get(index).copied().unwrap_or_default())?;
        }
        self.needed.clear();
        if inherited.is_empty() {
            for attribute in tape.attributes_of(index) {
                self.attribute(attribute);
            }
        } else {
            self.merged_attributes(index, inherited);
        }
        self.sink.put(b">");
        self.run = node.tag_end as usize;
        if node.flags & flag::EMPTY != 0 {
            self.end_tag(node);
            self.restore(first_undo);
        } else if self.undo.len() > first_undo || node.flags & flag::END_REWRITE != 0 {
            self.frames.push(Frame { node: index, until: node.next, first_undo });
        }
        Ok(())
    }

    fn declaration(&mut self, pair: u32) -> Result<(), CanonicalizeError> {
        let pair = self.tape.pair(pair);
        let uri = self.tape.uri(pair.uri);
        if pair.relative {
            return Err(CanonicalizeError::RelativeNamespace { uri: uri.into() });
        }
        if pair.prefix == NO_PREFIX {
            self.sink.put(b" xmlns=\"");
        } else {
            self.sink.put(b" xmlns:");
            self.sink.put(self.tape.prefix(pair.prefix).as_bytes());
            self.sink.put(b"=\"");
        }
        escape_value(uri.as_bytes(), self.sink);
        self.sink.put(b"\"");
        Ok(())
    }

    fn attribute(&mut self, attribute: &Attribute) {
        let start = attribute.name_start as usize;
        let name_end = start + attribute.name_len as usize;
        let value = attribute.value_start as usize..attribute.value_end as usize;
        self.sink.put(b" ");
        let plain = name_end + 2 == value.start && self.source.get(value.start - 1) == Some(&b'"');
        if plain && !attribute.rewrite {
            self.sink.put(self.source.get(start..value.end + 1).unwrap_or(&[]));
            return;
        }
        self.sink.put(self.source.get(start..name_end).unwrap_or(&[]));
        self.sink.put(b"=\"");
        let value = self.source.get(value).unwrap_or(&[]);
        if attribute.rewrite {
            rewrite_value(value, self.sink)
        } else {
            self.sink.put(value)
        }
        self.sink.put(b"\"");
    }

    /// The attributes of an apex and those that it inherits, in canonical order.
    fn merged_attributes(&mut self, index: u32, inherited: &Inherited) {
        let tape = self.tape;
        let source = self.source;
        let uri = |attribute: &Attribute| match attribute.prefix_len {
            0 => "",
            _ => tape.uri(tape.pair(attribute.pair).uri),
        };
        let local = |attribute: &Attribute| {
            let start = attribute.name_start as usize;
            let skip = if attribute.prefix_len == 0 { 0 } else { attribute.prefix_len as usize + 1 };
            source.get(start + skip..start + attribute.name_len as usize).unwrap_or(&[])
        };
        let own = tape.attributes_of(index).iter().filter(|a| !(a.pair == XML_PAIR && inherited.replaces(local(a))));
        let mut all: Vec<(&str, &[u8], Result<&Attribute, &str>)> = own.map(|a| (uri(a), local(a), Ok(a))).collect();
        all.extend(inherited.iter().map(|(local, value)| (crate::name::XML, local.as_bytes(), Err(value))));
        all.sort_by(|l, r| (l.0.as_bytes(), l.1).cmp(&(r.0.as_bytes(), r.1)));
        for (_, local, attribute) in all {
            match attribute {
                Ok(attribute) => self.attribute(attribute),
                Err(value) => {
                    self.sink.put(b" xml:");
                    self.sink.put(local);
                    self.sink.put(b"=\"");
                    escape_value(value.as_bytes(), self.sink);
                    self.sink.put(b"\"");
                }
            }
        }
    }

    fn end_tag(&mut self, node: &Node) {
        let start = node.start as usize + 1;
        self.sink.put(b"</");
        self.sink.put(self.source.get(start..start + node.name_len as usize).unwrap_or(&[]));
        self.sink.put(b">");
    }

    fn leave(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        self.restore(frame.first_undo);
        let Some(node) = self.tape.nodes.get(frame.node as usize).copied() else { return };
        if node.flags & flag::END_REWRITE != 0 {
            let close = self.source.get(..node.end as usize).and_then(|s| memchr::memrchr(b'<', s)).unwrap_or(self.run);
            self.flush(close);
            self.end_tag(&node);
            self.run = node.end as usize;
        }
    }

    fn restore(&mut self, first_undo: usize) {
        while self.undo.len() > first_undo {
            let Some((prefix, pair)) = self.undo.pop() else { break };
            if let Some(rendered) = self.rendered.get_mut(prefix as usize) {
                *rendered = pair;
            }
        }
    }

    /// Text, CDATA, comments and processing instructions that the reader recorded.
    fn misc(&mut self, node: &Node) {
        let (start, end) = (node.start as usize, node.end as usize);
        match node.kind {
            Kind::Comment if !self.comments => {
                self.flush(start);
                self.run = end;
            }
            Kind::Comment | Kind::ProcessingInstruction if node.flags & flag::REWRITE == 0 => {}
            Kind::Comment => {
                self.flush(start);
                rewrite_line_ends(self.source.get(start..end).unwrap_or(&[]), self.sink);
                self.run = end;
            }
            Kind::ProcessingInstruction => {
                self.flush(start + 2 + node.name_len as usize);
                let data = self.source.get(node.tag_end as usize..end - 2).unwrap_or(&[]);
                if !data.is_empty() {
                    self.sink.put(b" ");
                    rewrite_line_ends(data, self.sink);
                }
                self.run = end - 2;
            }
            Kind::Text => {
                self.flush(start);
                rewrite_text(self.source.get(start..end).unwrap_or(&[]), self.sink);
                self.run = end;
            }
            Kind::CData => {
                self.flush(start);
                escape_text(self.source.get(node.tag_end as usize..end - 3).unwrap_or(&[]), self.sink);
                self.run = end;
            }
            Kind::Element => {}
        }
    }

    /// Writes the source up to `end` unchanged.
    #[inline]
    fn flush(&mut self, end: usize) {
        if let Some(run) = self.source.get(self.run..end)
            && !run.is_empty()
        {
            self.sink.put(run);
        }
        self.run = end;
    }
}

/// The canonical form is undefined if a declaration on an element of the subset is a relative URI.
fn refuse_relative_namespaces(tape: &Tape, first: u32, end: u32) -> Result<(), CanonicalizeError> {
    if !tape.pairs.iter().any(|pair| pair.relative) {
        return Ok(());
    }
    let inside = tape.declarations.iter().filter(|d| (first..end).contains(&d.node));
    match inside.map(|d| tape.pair(d.pair)).find(|pair| pair.relative) {
        Some(pair) => Err(CanonicalizeError::RelativeNamespace { uri: tape.uri(pair.uri).into() }),
        None => Ok(()),
    }
}

/// Writes character data of the source: references, `>` and carriage returns are rewritten.
fn rewrite_text(source: &[u8], sink: &mut impl Sink) {
    let mut rest = source;
    while let Some(length) = memchr3(b'&', b'>', b'\r', rest) {
        let (before, after) = rest.split_at(length);
        sink.put(before);
        rest = match after.first() {
            Some(b'>') => {
                sink.put(b"&gt;");
                after.get(1..).unwrap_or(&[])
            }
            Some(b'&') => {
                let Some((character, length)) = reference(after) else { break };
                match character {
                    '&' => sink.put(b"&amp;"),
                    '<' => sink.put(b"&lt;"),
                    '>' => sink.put(b"&gt;"),
                    '\r' => sink.put(b"&#xD;"),
                    other => sink.put(other.encode_utf8(&mut [0; 4]).as_bytes()),
                }
                after.get(length..).unwrap_or(&[])
            }
            _ => line_feed(after, sink),
        };
    }
    sink.put(rest);
}

/// Writes a line feed for the line end at the front of `source`, and returns the text after it.
fn line_feed<'s>(source: &'s [u8], sink: &mut impl Sink) -> &'s [u8] {
    sink.put(b"\n");
    source.get(if source.get(1) == Some(&b'\n') { 2 } else { 1 }..).unwrap_or(&[])
}

/// Writes literal text, as in a CDATA section.
fn escape_text(source: &[u8], sink: &mut impl Sink) {
    let mut rest = source;
    while let Some(length) = rest.iter().position(|b| matches!(b, b'&' | b'<' | b'>' | b'\r')) {
        let (before, after) = rest.split_at(length);
        sink.put(before);
        let escaped: &[u8] = match after.first() {
            Some(b'&') => b"&amp;",
            Some(b'<') => b"&lt;",
            Some(b'>') => b"&gt;",
            _ => {
                rest = line_feed(after, sink);
                continue;
            }
        };
        sink.put(escaped);
        rest = after.get(1..).unwrap_or(&[]);
    }
    sink.put(rest);
}

fn rewrite_line_ends(source: &[u8], sink: &mut impl Sink) {
    let mut rest = source;
    while let Some(length) = memchr(b'\r', rest) {
        let (before, after) = rest.split_at(length);
        sink.put(before);
        rest = line_feed(after, sink);
    }
    sink.put(rest);
}

/// Writes an attribute value of the source: references, literal white space and quotes are rewritten.
fn rewrite_value(source: &[u8], sink: &mut impl Sink) {
    let mut rest = source;
    while let Some(length) = rest.iter().position(|b| matches!(b, b'&' | b'"') || (*b != b' ' && is_blank(*b))) {
        let (before, after) = rest.split_at(length);
        sink.put(before);
        let mut length = 1;
        match after.first() {
            Some(b'&') => {
                let Some((character, found)) = reference(after) else { break };
                length = found;
                escape_value(character.encode_utf8(&mut [0; 4]).as_bytes(), sink);
            }
            Some(b'"') => sink.put(b"&quot;"),
            other => {
                if other == Some(&b'\r') && after.get(1) == Some(&b'\n') {
                    length = 2;
                }
                sink.put(b" ");
            }
        }
        rest = after.get(length..).unwrap_or(&[]);
    }
    sink.put(rest);
}

/// Writes a normalised value, escaped as Canonical XML §2.3 says for attribute nodes.
pub(crate) fn escape_value(value: &[u8], sink: &mut impl Sink) {
    let mut rest = value;
    while let Some(length) = rest.iter().position(|b| matches!(b, b'&' | b'<' | b'"' | b'\t' | b'\n' | b'\r')) {
        let (before, after) = rest.split_at(length);
        sink.put(before);
        sink.put(match after.first() {
            Some(b'&') => b"&amp;",
            Some(b'<') => b"&lt;",
            Some(b'"') => b"&quot;",
            Some(b'\t') => b"&#x9;",
            Some(b'\n') => b"&#xA;",
            _ => b"&#xD;",
        });
        rest = after.get(1..).unwrap_or(&[]);
    }
    sink.put(rest);
}

/// Writes text, escaped as Canonical XML §2.3 says for text nodes. A carriage return becomes a reference.
pub(crate) fn escape_character_data(text: &[u8], sink: &mut impl Sink) {
    let mut rest = text;
    while let Some(length) = rest.iter().position(|b| matches!(b, b'&' | b'<' | b'>' | b'\r')) {
        let (before, after) = rest.split_at(length);
        sink.put(before);
        sink.put(match after.first() {
            Some(b'&') => b"&amp;",
            Some(b'<') => b"&lt;",
            Some(b'>') => b"&gt;",
            _ => b"&#xD;",
        });
        rest = after.get(1..).unwrap_or(&[]);
    }
    sink.put(rest);
}
