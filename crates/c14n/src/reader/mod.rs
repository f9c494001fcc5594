//! Octets to tape: the strict, linear reader.
//!
//! One forward pass over UTF-8 text, XML 1.0 (fifth edition) with Namespaces in XML 1.0 and no DTD. Every
//! well-formedness and namespace constraint is checked; [`Limits`] are charged as the pass goes; the work is
//! linear in the octets for every input, namespace look-up and duplicate-attribute checks included.
//!
//! While it reads, the pass notes where the source is not canonical as it is written. Canonical end tags, and canonical
//! text without references, leave no trace on the tape: the canonicaliser copies them as part of a longer run.
//!
//! Reads top-down: [`read`] is the content loop; `declaration` reads the XML declaration, `tag` tags and attributes.
//! `stops` finds where names, text and values end, `intern` knows names again, `order` sorts attributes.

pub(crate) mod declaration;
mod intern;
mod order;
mod stops;
mod tag;

use memchr::{memchr, memchr_iter, memmem};
use wss_budget::{Exceeded, Limit, Limits};
use wss_text::Slice as _;

use crate::chars::{check_characters, chunk, is_blank, no_reference, reference};
use crate::error::{ParseError, Problem, malformed, name_at};
use crate::spare::Spare;
use crate::tape::{Kind, NO_NAMESPACE, NO_NODE, Node, Tape, flag};
use intern::{FEW, Key, KnownNames, Names};
use stops::Stops;

/// Reads `source` to a tape.
pub(crate) fn read(source: &str, limits: &Limits) -> Result<Tape, ParseError> {
    // Offsets of the tape have 32 bits.
    if source.len() > limits.size(Limit::DocumentOctets).min(u32::MAX as usize) {
        return Err(over(limits, Limit::DocumentOctets));
    }
    let mut reader = Reader::new(source, limits);
    let outcome = reader.document();
    // A character that XML does not allow is reported before any other fault, wherever it is.
    if outcome.is_err() || reader.stops.is_suspicious() {
        check_characters(source.as_bytes())?;
    }
    match outcome {
        // The reader itself is not moved: its tables are large.
        Ok(()) => Ok(reader.names.into_tape(reader.tape)),
        // Every step that fails records why before it returns.
        Err(Failed) => {
            // The number of attributes is checked when a tag ends, but it may have been too large before.
            reader.check_attributes().unwrap_or(());
            Err(reader.failure.unwrap_or(malformed(0, Problem::Markup)).naming(source))
        }
    }
}

/// The number of nodes that a document of this length may have.
pub(crate) fn max_nodes_of(octets: usize, limits: &Limits) -> usize {
    const FREE: usize = 16 << 10;
    (octets / 1_024).saturating_mul(limits.size(Limit::NodesPerKibibyte)).saturating_add(FREE)
}

/// The numbers of nodes and attributes for which room is made at first. Unused room of a short document costs nothing,
/// and with one large block the allocator does not return the pages of every document to the system. For a long
/// document, samples at equal distances are counted, and a little is added.
fn likely(octets: &[u8]) -> (usize, usize) {
    const LONG: usize = 1 << 20;
    const PIECES: usize = 32;
    const PIECE: usize = 512;
    if octets.len() < LONG {
        return (octets.len() / 16 + 8, octets.len() / 32 + 8);
    }
    let (mut nodes, mut attributes) = (0, 0);
    for piece in octets.chunks(octets.len() / PIECES).filter_map(|part| part.get(..PIECE)) {
        nodes += starts(piece);
        attributes += memchr_iter(b'=', piece).count();
    }
    let of_all = |count: usize| (count + count / 8 + 8) * (octets.len() / (PIECES * PIECE));
    // An element has at least four octets.
    (of_all(nodes).min(octets.len() / 4), of_all(attributes).min(most_attributes(octets.len())))
}

/// The number of tags, comments and other pieces of markup that begin in some octets, without end tags.
fn starts(octets: &[u8]) -> usize {
    memchr_iter(b'<', octets).filter(|at| octets.get(at + 1) != Some(&b'/')).count()
}

/// The largest number of attributes in this many octets: each has at least five.
fn most_attributes(octets: usize) -> usize {
    octets / 5
}

struct Reader<'s, 'l> {
    source: &'s str,
    octets: &'s [u8],
    limits: &'l Limits,
    bounds: Bounds,
    stops: Stops<'s>,
    names: Names<'s>,
    known: KnownNames,
    /// The nodes and attributes that were read. Their names are in `names`.
    tape: Tape,
    tag: Tag,
    open: Vec<Open>,
    /// The node of the innermost open element.
    parent: u32,
    /// Why reading failed.
    failure: Option<ParseError>,
}

/// Limits that are compared often.
struct Bounds {
    /// The number of nodes for which there is room, within the limits.
    nodes: usize,
    /// The number of nodes that [`Limit::Nodes`] and [`Limit::NodesPerKibibyte`] allow.
    max_nodes: usize,
    depth: usize,
    attributes: usize,
    value_octets: usize,
}

/// The start tag at hand, or the last one.
struct Tag {
    /// The mark from which bindings are restored when the element ends.
    undo: u32,
    first_attribute: usize,
    flags: u8,
}

/// An element whose end tag has not come.
struct Open {
    name: Key,
    node: u32,
    /// The mark from which bindings are restored when it ends.
    undo: u32,
    name_len: u32,
}

/// Reading failed, for the reason in [`Reader::failure`]. Results are thus small enough for registers.
struct Failed;

impl<'s, 'l> Reader<'s, 'l> {
    #[inline(always)]
    fn new(source: &'s str, limits: &'l Limits) -> Self {
        let octets = source.as_bytes();
        let max_nodes = limits.size(Limit::Nodes).min(max_nodes_of(octets.len(), limits));
        let (nodes, attributes) = likely(octets);
        let nodes = Spare::with_capacity(nodes.min(max_nodes));
        let bounds = Bounds {
            nodes: max_nodes.min(nodes.capacity()),
            max_nodes,
            depth: limits.size(Limit::Depth),
            attributes: limits.size(Limit::Attributes),
            value_octets: limits.size(Limit::ValueOctets),
        };
        let attributes = Spare::with_capacity(attributes);
        let declarations = Vec::with_capacity(FEW);
        Self {
            source,
            octets,
            limits,
            bounds,
            stops: Stops::new(octets),
            names: Names::new(),
            known: KnownNames::NONE,
            tape: Tape { nodes, attributes, declarations, root: NO_NODE, ..Tape::default() },
            tag: Tag { undo: 0, first_attribute: 0, flags: 0 },
            open: Vec::with_capacity(32),
            parent: NO_NODE,
            failure: None,
        }
    }

    #[cold]
    fn fail(&mut self, error: ParseError) -> Failed {
        self.failure = Some(error);
        Failed
    }

    #[cold]
    fn malformed(&mut self, offset: usize, problem: Problem) -> Failed {
        self.fail(malformed(offset, problem))
    }

    #[cold]
    fn over(&mut self, limit: Limit) -> Failed {
        self.fail(over(self.limits, limit))
    }

    /// The octet at `at`; 0, which no document contains, past the end.
    #[inline(always)]
    fn at(&self, at: usize) -> u8 {
        self.octets.get(at).copied().unwrap_or(0)
    }

    #[inline(always)]
    fn rest(&self, at: usize) -> &'s [u8] {
        self.octets.slice(at..)
    }

    // document ::= prolog element Misc*

    fn document(&mut self) -> Result<(), Failed> {
        let mut at = 0;
        if self.octets.starts_with(b"\xEF\xBB\xBF") {
            at = 3;
        }
        at = declaration::read(self.octets, at).map_err(|error| self.fail(error))?;
        loop {
            at = self.blanks(at);
            match (self.at(at), self.at(at + 1)) {
                (b'<', b'!') => {
                    at = if self.rest(at).starts_with(b"<!--") {
                        self.comment(at)?
                    } else if self.rest(at).starts_with(b"<!DOCTYPE") {
                        return Err(self.fail(ParseError::Dtd { offset: at }));
                    } else {
                        return Err(self.malformed(at, Problem::Markup));
                    }
                }
                (b'<', b'?') => at = self.processing_instruction(at)?,
                (b'<', _) => {
                    if self.tape.root != NO_NODE {
                        return Err(self.malformed(at, Problem::SecondRoot));
                    }
                    self.tape.root = self.tape.nodes.len() as u32;
                    at = self.element(at)?;
                }
                _ if at >= self.octets.len() => break,
                _ => return Err(self.outside_root(at)),
            }
        }
        if self.tape.root == NO_NODE {
            return Err(self.malformed(at, Problem::NoRoot));
        }
        Ok(())
    }

    /// Text outside the document element.
    #[cold]
    fn outside_root(&mut self, at: usize) -> Failed {
        let problem = match self.rest(at) {
            [0xEF, 0xBB, 0xBF, ..] => Problem::InnerMark,
            _ if self.tape.root == NO_NODE => Problem::BeforeRoot,
            _ => Problem::AfterRoot,
        };
        self.malformed(at, problem)
    }

    /// The document element, whose start tag is at `start`.
    fn element(&mut self, start: usize) -> Result<usize, Failed> {
        let octets = self.octets;
        let mut at = start;
        let mut stop = start;
        loop {
            at = match chunk(octets, stop) {
                Some(b"</") => self.end_tag(octets, stop)?,
                Some([b'<', next]) if *next > b'?' => self.start_tag(octets, stop)?,
                _ if octets.get(stop) == Some(&b'<') => self.other_markup(stop)?,
                _ => self.other_text(at, stop)?,
            };
            if self.open.is_empty() {
                return Ok(at);
            }
            stop = self.stops.next(at);
        }
    }

    /// A comment, processing instruction or CDATA section in content.
    #[inline(never)]
    fn other_markup(&mut self, at: usize) -> Result<usize, Failed> {
        let rest = self.rest(at);
        if rest.starts_with(b"<?") {
            self.processing_instruction(at)
        } else if rest.starts_with(b"<!--") {
            self.comment(at)
        } else if rest.starts_with(b"<![CDATA[") {
            self.cdata(at)
        } else if rest.starts_with(b"<!") {
            Err(self.malformed(at, Problem::Markup))
        } else {
            Err(self.no_name(at))
        }
    }

    /// A tag that does not begin with a name.
    #[cold]
    fn no_name(&mut self, at: usize) -> Failed {
        match self.check_room() {
            Ok(()) => self.malformed(at + 1, Problem::Name),
            Err(failed) => failed,
        }
    }

    /// Whether one more element is within the limits.
    #[inline(always)]
    fn check_room(&mut self) -> Result<(), Failed> {
        if self.tape.nodes.len() >= self.bounds.nodes {
            self.grow_nodes()?;
        }
        if self.open.len() >= self.bounds.depth {
            return Err(self.over(Limit::Depth));
        }
        Ok(())
    }

    // CharData ::= [^<&]* - ([^<&]* ']]>' [^<&]*), with references between

    /// Text up to the next `<`, if its first stop, at `stop`, is another octet. A node is recorded only if the text has
    /// references, `>` or CR.
    #[inline(never)]
    fn other_text(&mut self, start: usize, stop: usize) -> Result<usize, Failed> {
        let octets = self.octets;
        let mut is_recorded = false;
        let mut flags = flag::AS_IS;
        let mut at = stop;
        loop {
            match octets.get(at) {
                Some(b'<') => break,
                Some(b'&') => {
                    is_recorded = true;
                    at += match self.rest(at) {
                        [_, b'l' | b'g', b't', b';', ..] => 4,
                        [_, b'a', b'm', b'p', b';', ..] => 5,
                        [_, b'#', b'x', b'D', b';', ..] => 5,
                        rest => {
                            flags = 0;
                            match reference(rest) {
                                Some((_, length)) => length,
                                None => return Err(self.malformed_text(at, no_reference(rest))),
                            }
                        }
                    };
                }
                Some(b'>') => {
                    if octets.get(start..at).is_some_and(|before| before.ends_with(b"]]")) {
                        return Err(self.malformed_text(at, Problem::CDataEnd));
                    }
                    (is_recorded, flags) = (true, 0);
                    at += 1;
                }
                Some(b'\r') => {
                    (is_recorded, flags) = (true, 0);
                    at += 1;
                }
                Some(_) => at += 1,
                None => return Err(self.malformed_text(at, Problem::UnexpectedEnd)),
            }
            at = self.stops.next(at);
        }
        if is_recorded {
            self.leaf_node(Kind::Text, start, at, at, 0, flags)?;
        }
        Ok(at)
    }

    /// Text without an end is reported before a fault inside it.
    #[cold]
    fn malformed_text(&mut self, at: usize, problem: Problem) -> Failed {
        if memchr(b'<', self.rest(at)).is_none() {
            return self.unclosed();
        }
        self.malformed(at, problem)
    }

    /// The document ends inside an element.
    #[cold]
    fn unclosed(&mut self) -> Failed {
        let offset = self.octets.len();
        let open = self.open.last().and_then(|open| self.tape.nodes.get(open.node as usize));
        let Some(start_offset) = open.map(|node| node.start as usize) else {
            return self.malformed(offset, Problem::UnexpectedEnd);
        };
        let start = name_at(self.octets, start_offset + 1);
        self.fail(ParseError::Unclosed { offset, start, start_offset })
    }

    fn cdata(&mut self, start: usize) -> Result<usize, Failed> {
        let content = start + 9;
        let length = memmem::find(self.rest(content), b"]]>").ok_or_else(|| self.malformed(start, Problem::CData))?;
        let end = content + length + 3;
        self.leaf_node(Kind::CData, start, content, end, 0, 0)?;
        Ok(end)
    }

    fn comment(&mut self, start: usize) -> Result<usize, Failed> {
        let content = start + 4;
        let length = memmem::find(self.rest(content), b"--").ok_or_else(|| self.malformed(start, Problem::Comment))?;
        let end = content + length + 3;
        if self.at(end - 1) != b'>' {
            return Err(self.malformed(content + length, Problem::Comment));
        }
        let flags = self.rewrite_if_return(start, end);
        self.leaf_node(Kind::Comment, start, content, end, 0, flags)?;
        Ok(end)
    }

    // PI ::= '<?' PITarget (S (Char* - (Char* '?>' Char*)))? '?>'

    fn processing_instruction(&mut self, start: usize) -> Result<usize, Failed> {
        let target = start + 2;
        let target_end = self.ncname(target)?;
        let target_len = target_end - target;
        if target_len > self.max_name() {
            return Err(self.over(Limit::NameOctets));
        }
        match self.octets.get(target..target_end) {
            Some(b"xml") if start > 0 => return Err(self.malformed(start, Problem::LateDeclaration)),
            Some(reserved) if reserved.eq_ignore_ascii_case(b"xml") => {
                return Err(self.malformed(start, Problem::ReservedTarget));
            }
            _ => {}
        }
        let data = self.blanks(target_end);
        if data == target_end && !self.rest(data).starts_with(b"?>") {
            return Err(self.malformed(start, Problem::ProcessingInstruction));
        }
        let length = memmem::find(self.rest(data), b"?>")
            .ok_or_else(|| self.malformed(start, Problem::ProcessingInstruction))?;
        let end = data + length + 2;
        let mut flags = self.rewrite_if_return(start, end);
        let as_is =
            if length == 0 { data == target_end } else { data == target_end + 1 && self.at(target_end) == b' ' };
        if !as_is {
            flags |= flag::REWRITE;
        }
        self.tape.instructions += 1;
        self.leaf_node(Kind::ProcessingInstruction, start, data, end, target_len as u16, flags)?;
        Ok(end)
    }

    fn rewrite_if_return(&self, start: usize, end: usize) -> u8 {
        match self.octets.get(start..end).and_then(|octets| memchr(b'\r', octets)) {
            Some(_) => flag::REWRITE,
            None => 0,
        }
    }

    /// Makes room for all nodes that can still come, at once: doubling the room again and again would take several times
    /// the memory.
    #[cold]
    fn grow_nodes(&mut self) -> Result<(), Failed> {
        let used = self.tape.nodes.len();
        if used >= self.bounds.max_nodes {
            let limit = if used >= self.limits.size(Limit::Nodes) { Limit::Nodes } else { Limit::NodesPerKibibyte };
            return Err(self.over(limit));
        }
        // Each node begins with `<`, except texts, each of which ends with one.
        let starts = starts(self.octets);
        let needed = if used < starts { starts } else { starts.saturating_mul(2) };
        self.tape.nodes.reserve_exact(needed.max(used + used / 2 + 8).min(self.bounds.max_nodes) - used);
        self.bounds.nodes = self.bounds.max_nodes.min(self.tape.nodes.capacity());
        Ok(())
    }

    /// As [`Reader::grow_nodes`], with room for a tag of a few attributes behind the last one. Each has an equals sign.
    #[cold]
    fn grow_attributes(&mut self) {
        let used = self.tape.attributes.len();
        let most = memchr_iter(b'=', self.octets).count().min(most_attributes(self.octets.len()));
        self.tape.attributes.reserve_exact(most.saturating_sub(used) + FEW);
    }

    /// The largest length of a name in octets. The tape has 16 bits for it.
    fn max_name(&self) -> usize {
        self.limits.size(Limit::NameOctets).min(u16::MAX as usize)
    }

    /// Records a node without children. `content` is where its text begins.
    fn leaf_node(
        &mut self,
        kind: Kind,
        start: usize,
        content: usize,
        end: usize,
        name_len: u16,
        flags: u8,
    ) -> Result<(), Failed> {
        let index = self.tape.nodes.len();
        if index >= self.bounds.nodes {
            self.grow_nodes()?;
        }
        self.tape.nodes.push(Node {
            start: start as u32,
            tag_end: content as u32,
            end: end as u32,
            next: index as u32 + 1,
            parent: self.parent,
            pair: NO_NAMESPACE,
            attributes: self.tape.attributes.len() as u32,
            name_len,
            kind,
            flags,
        });
        Ok(())
    }

    #[inline]
    fn blanks(&self, mut at: usize) -> usize {
        while is_blank(self.at(at)) {
            at += 1;
        }
        at
    }
}

#[cold]
fn over(limits: &Limits, limit: Limit) -> ParseError {
    Exceeded { limit, allowed: limits.get(limit) }.into()
}
