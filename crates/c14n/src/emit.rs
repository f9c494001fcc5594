//! The walker that all methods share.
//!
//! The walker passes over the tape once and gives long slices of the source to the sink. A slice ends only where the
//! canonical form differs from the source: at a tag that must be rewritten, at a text, comment or processing
//! instruction that the reader marked, at an excluded subtree. The methods differ only in which namespaces an element
//! must declare: [`exclusive`](crate::exclusive) and [`inclusive`](crate::inclusive) decide that.

use smallvec::SmallVec;

use wss_text::{Slice as _, SliceMut as _};

use crate::document::NodeId;
use crate::error::CanonicalizeError;
use crate::escape::{escape_text, escape_value, rewrite_line_ends, rewrite_text, rewrite_value};
use crate::exclusive::{self, InclusivePrefixes};
use crate::inclusive::{self, Inherited};
use crate::method::Canonicalization;
use crate::sink::Sink;
use crate::subset::Subset;
use crate::tape::{Attribute, Kind, NO_NAMESPACE, NO_NODE, NO_PREFIX, Node, Tape, XML_PAIR, XML_PREFIX, flag};

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
    let mut rendered: SmallVec<[u32; 16]> = SmallVec::from_elem(NOT_RENDERED, tape.prefixes.len());
    let mut in_force: SmallVec<[bool; 32]> = SmallVec::from_elem(false, tape.pairs.len());
    let mut walker = Walker {
        tape,
        source: subset.document.source().as_bytes(),
        sink,
        inclusive_prefixes,
        comments: subset.comments && method.with_comments(),
        excluded: &subset.excluded,
        rendered: &mut rendered,
        in_force: &mut in_force,
        frames: SmallVec::new(),
        innermost: NO_NODE,
        undo: SmallVec::new(),
        needed: 0,
        run: 0,
    };
    walker.render(NO_PREFIX, NO_NAMESPACE);
    walker.render(XML_PREFIX, XML_PAIR);
    match subset.apex {
        Some(_) => {
            let inherited = inclusive::inherited(subset, method);
            walker.apex(first, end, &inherited)
        }
        None => walker.document(tape.root),
    }
}

const NOT_RENDERED: u32 = u32::MAX;
static NOTHING_INHERITED: Inherited = Inherited::nothing();

/// A node that has only the first of these flags is copied together with the text around it, if its namespace is in
/// force.
const QUIET: (u8, u8) = (flag::AS_IS, flag::AS_IS | flag::EMPTY | flag::END_REWRITE | flag::PREFIXED_ATTRIBUTES);

struct Walker<'a, S> {
    tape: &'a Tape,
    source: &'a [u8],
    sink: &'a mut S,
    inclusive_prefixes: InclusivePrefixes,
    comments: bool,
    /// The excluded nodes that are still ahead, in document order.
    excluded: &'a [NodeId],
    /// For each prefix, by its id: the pair that the nearest output ancestor rendered.
    rendered: &'a mut [u32],
    /// For each pair, by its id: whether it is the rendered one of its prefix.
    in_force: &'a mut [bool],
    frames: SmallVec<[Frame; 8]>,
    /// The node at which the last of the frames ends; [`NO_NODE`] without a frame.
    innermost: u32,
    /// The prefixes that the open elements declare, and the former binding of each.
    undo: SmallVec<[(u32, u32); 16]>,
    /// The number of prefixes that the current element must declare.
    needed: usize,
    /// The start of the source that is not written yet.
    run: usize,
}

/// An open element whose end needs work.
struct Frame {
    node: u32,
    until: u32,
    /// The number of prefixes that it declares.
    declared: usize,
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
                if self.inclusive_prefixes.contains(self.tape.pair(pair).prefix) {
                    self.need(pair);
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
        loop {
            while self.innermost <= at {
                self.leave();
            }
            while let Some((first, others)) = self.excluded.split_first()
                && first.0 < at
            {
                self.excluded = others;
            }
            if at >= end {
                break;
            }
            let excluded = self.excluded.first().map_or(NO_NODE, |id| id.0);
            if excluded == at {
                let Some(node) = tape.nodes.get(at as usize) else { break };
                self.flush(node.start as usize);
                self.run = node.end as usize;
                at = node.next;
                continue;
            }
            let until = end.min(excluded).min(self.innermost);
            at += self.quiet(tape.nodes.slice(at as usize..until as usize)) as u32;
            if at < until {
                let Some(node) = tape.nodes.get(at as usize) else { break };
                if node.kind == Kind::Element {
                    self.element(at, node, &NOTHING_INHERITED)?;
                } else {
                    self.misc(node);
                }
                at += 1;
            }
        }
        while !self.frames.is_empty() {
            self.leave();
        }
        Ok(())
    }

    /// The number of nodes at the front that are copied as they are.
    #[inline]
    fn quiet(&self, nodes: &[Node]) -> usize {
        let (wanted, looked_at) = QUIET;
        let is_quiet = |node: &Node| {
            node.flags & looked_at == wanted && self.in_force.get(node.pair as usize).copied().unwrap_or(false)
        };
        nodes.iter().position(|node| !is_quiet(node)).unwrap_or(nodes.len())
    }

    fn element(&mut self, index: u32, node: &Node, inherited: &Inherited) -> Result<(), CanonicalizeError> {
        self.need(node.pair);
        if node.flags & (flag::PREFIXED_ATTRIBUTES | flag::DECLARES) != 0 {
            self.need_more(index, node);
        }
        if self.needed == 0 && node.flags & (flag::AS_IS | flag::EMPTY) == flag::AS_IS && inherited.is_empty() {
            if node.flags & flag::END_REWRITE != 0 {
                self.enter(index, node, 0);
            }
            return Ok(());
        }
        self.start_tag(index, node, inherited)
    }

    fn need_more(&mut self, index: u32, node: &Node) {
        let tape = self.tape;
        if node.flags & flag::PREFIXED_ATTRIBUTES != 0 {
            for attribute in tape.attributes_of(index).iter().filter(|attribute| attribute.is_prefixed()) {
                self.need(attribute.name.pair);
            }
        }
        if node.flags & flag::DECLARES != 0 && !self.inclusive_prefixes.is_none() {
            for declaration in tape.declarations_of(index) {
                if self.inclusive_prefixes.contains(tape.pair(declaration.pair).prefix) {
                    self.need(declaration.pair);
                }
            }
        }
    }

    /// Puts `pair` in force for the current element, which must then declare it.
    #[inline(always)]
    fn need(&mut self, pair: u32) {
        if self.in_force.get(pair as usize) == Some(&false) {
            self.need_new(pair);
        }
    }

    #[inline(never)]
    fn need_new(&mut self, pair: u32) {
        let prefix = self.tape.pair(pair).prefix;
        let before = self.render(prefix, pair);
        self.undo.push((prefix, before));
        self.needed += 1;
    }

    /// Puts `pair` in force for its prefix, and returns the pair that was in force.
    fn render(&mut self, prefix: u32, pair: u32) -> u32 {
        let Some(rendered) = self.rendered.get_mut(prefix as usize) else { return NOT_RENDERED };
        let before = std::mem::replace(rendered, pair);
        if let Some(in_force) = self.in_force.get_mut(before as usize) {
            *in_force = false;
        }
        if let Some(in_force) = self.in_force.get_mut(pair as usize) {
            *in_force = true;
        }
        before
    }

    fn start_tag(&mut self, index: u32, node: &Node, inherited: &Inherited) -> Result<(), CanonicalizeError> {
        let declared = std::mem::take(&mut self.needed);
        let name_end = node.start as usize + 1 + node.name_len as usize;
        let is_empty = node.flags & flag::EMPTY != 0;
        if let Some(exceeded) = self.sink.exceeded() {
            return Err(exceeded.into());
        }
        if declared > 0 {
            self.flush(name_end);
            self.declarations(declared)?;
        }
        let tag_end = node.tag_end as usize;
        // The end of what is written here. The next run of canonical text begins there.
        let end = if !inherited.is_empty() {
            self.merged_attributes(index, name_end, inherited)
        } else if node.flags & flag::AS_IS != 0 {
            if is_empty { tag_end - 2 } else { tag_end - 1 }
        } else {
            self.attributes(index, name_end)
        };
        if is_empty {
            self.flush(end);
            self.sink.put(b">");
            self.end_tag(node);
            self.run = tag_end;
            self.restore(declared);
            return Ok(());
        }
        if end + 1 != tag_end {
            self.flush(end);
            self.sink.put(b">");
            self.run = tag_end;
        }
        if declared > 0 || node.flags & flag::END_REWRITE != 0 {
            self.enter(index, node, declared);
        }
        Ok(())
    }

    /// The declarations of the last `count` prefixes of [`Walker::undo`], sorted by prefix.
    fn declarations(&mut self, count: usize) -> Result<(), CanonicalizeError> {
        let tape = self.tape;
        let first = self.undo.len() - count;
        if count > 1 {
            let declared = self.undo.slice_mut(first..);
            declared.sort_unstable_by(|(left, _), (right, _)| tape.prefix(*left).cmp(tape.prefix(*right)));
        }
        for at in first..self.undo.len() {
            let prefix = self.undo.get(at).map_or(NO_PREFIX, |(prefix, _)| *prefix);
            // The default is never taken: `rendered` has an entry for each prefix of the tape.
            self.declaration(self.rendered.get(prefix as usize).copied().unwrap_or_default())?;
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
        if pair.escape {
            escape_value(uri.as_bytes(), self.sink);
        } else {
            self.sink.put(uri.as_bytes());
        }
        self.sink.put(b"\"");
        Ok(())
    }

    /// Writes the attributes in canonical order, after a name that ends at `end`. Attributes that are written
    /// canonically are added to the run if they follow it. Returns the end of the run.
    fn attributes(&mut self, index: u32, mut end: usize) -> usize {
        for attribute in self.tape.attributes_of(index) {
            end = self.attribute(attribute, end);
        }
        end
    }

    #[inline(always)]
    fn attribute(&mut self, attribute: &Attribute, end: usize) -> usize {
        let (start, after) = (attribute.name_start as usize, attribute.value_end as usize + 1);
        if attribute.name.written.is_plain() {
            if start - 1 != end {
                self.flush(end);
                self.run = start - 1;
            }
            return after;
        }
        self.flush(end);
        self.rewrite_attribute(attribute);
        self.run = after;
        after
    }

    #[inline(never)]
    fn rewrite_attribute(&mut self, attribute: &Attribute) {
        self.sink.put(b" ");
        self.sink.put(self.source.slice(attribute.name_span()));
        self.sink.put(b"=\"");
        let value = self.source.slice(attribute.value_span());
        if attribute.name.written.rewrites_value() {
            rewrite_value(value, self.sink)
        } else {
            self.sink.put(value)
        }
        self.sink.put(b"\"");
    }

    /// As `attributes`, merged with the attributes that an apex inherits.
    fn merged_attributes(&mut self, index: u32, mut end: usize, inherited: &Inherited) -> usize {
        let tape = self.tape;
        let source = self.source;
        let uri = |attribute: &Attribute| tape.uri(tape.pair(attribute.name.pair).uri);
        let local = |attribute: &Attribute| {
            let name = attribute.name_span();
            source.slice(name.start + tape.prefix_octets(attribute)..name.end)
        };
        let own =
            tape.attributes_of(index).iter().filter(|a| !(a.name.pair == XML_PAIR && inherited.replaces(local(a))));
        let mut all: Vec<(&str, &[u8], Result<&Attribute, &str>)> = own.map(|a| (uri(a), local(a), Ok(a))).collect();
        all.extend(inherited.iter().map(|(local, value)| (crate::name::XML, local.as_bytes(), Err(value))));
        all.sort_by(|l, r| (l.0.as_bytes(), l.1).cmp(&(r.0.as_bytes(), r.1)));
        for (_, local, attribute) in all {
            match attribute {
                Ok(attribute) => end = self.attribute(attribute, end),
                Err(value) => {
                    self.flush(end);
                    self.sink.put(b" xml:");
                    self.sink.put(local);
                    self.sink.put(b"=\"");
                    escape_value(value.as_bytes(), self.sink);
                    self.sink.put(b"\"");
                }
            }
        }
        end
    }

    fn end_tag(&mut self, node: &Node) {
        let start = node.start as usize + 1;
        self.sink.put(b"</");
        self.sink.put(self.source.slice(start..start + node.name_len as usize));
        self.sink.put(b">");
    }

    fn enter(&mut self, index: u32, node: &Node, declared: usize) {
        self.frames.push(Frame { node: index, until: node.next, declared });
        self.innermost = node.next;
    }

    fn leave(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        self.innermost = self.frames.last().map_or(NO_NODE, |frame| frame.until);
        self.restore(frame.declared);
        let Some(node) = self.tape.nodes.get(frame.node as usize).copied() else { return };
        if node.flags & flag::END_REWRITE != 0 {
            let close = self.source.get(..node.end as usize).and_then(|s| memchr::memrchr(b'<', s)).unwrap_or(self.run);
            self.flush(close);
            self.end_tag(&node);
            self.run = node.end as usize;
        }
    }

    /// Restores the pairs that were in force before the last `count` declarations.
    fn restore(&mut self, count: usize) {
        for _ in 0..count {
            let Some((prefix, pair)) = self.undo.pop() else { break };
            self.render(prefix, pair);
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
                rewrite_line_ends(self.source.slice(start..end), self.sink);
                self.run = end;
            }
            Kind::ProcessingInstruction => {
                self.flush(start + 2 + node.name_len as usize);
                let data = self.source.slice(node.tag_end as usize..end - 2);
                if !data.is_empty() {
                    self.sink.put(b" ");
                    rewrite_line_ends(data, self.sink);
                }
                self.run = end - 2;
            }
            Kind::Text if node.flags & flag::AS_IS != 0 => {}
            Kind::Text => {
                self.flush(start);
                rewrite_text(self.source.slice(start..end), self.sink);
                self.run = end;
            }
            Kind::CData => {
                self.flush(start);
                escape_text(self.source.slice(node.tag_end as usize..end - 3), self.sink);
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
