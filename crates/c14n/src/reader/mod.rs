//! Octets to tape: the strict, linear reader.
//!
//! One forward pass over UTF-8 text, XML 1.0 (fifth edition) with Namespaces in XML 1.0 and no DTD. Every
//! well-formedness and namespace constraint is checked; [`Limits`] are charged as the pass goes; the work is
//! linear in the octets for every input, namespace look-up and duplicate-attribute checks included.
//!
//! While it reads, the pass notes where the source is not canonical as it is written. Text and end tags that are
//! canonical leave no trace on the tape: the canonicaliser copies them as part of a longer run.
//!
//! Reads top-down: [`read`] is the content loop; `declaration` reads the XML declaration, `tag` tags and attributes.
//! `stops` finds where names, text and values end, `intern` knows names again, `order` sorts attributes.

pub(crate) mod declaration;
mod intern;
mod order;
mod stops;
mod tag;

use memchr::{memchr, memchr_iter, memchr3, memmem};
use wss_budget::{Exceeded, Limit, Limits};

use crate::chars::{check_characters, is_blank, reference};
use crate::error::{ParseError, Problem, malformed};
use crate::tape::{Attribute, Declaration, Kind, NO_NAMESPACE, NO_NODE, Node, Tape, flag};
use intern::{KnownNames, Names, QName};
use stops::Stops;

/// Reads `source` to a tape.
pub(crate) fn read(source: &str, limits: &Limits) -> Result<Tape, ParseError> {
    if source.len() > limits.size(Limit::DocumentOctets) {
        return Err(over(limits, Limit::DocumentOctets));
    }
    check_characters(source.as_bytes())?;
    let mut reader = Reader::new(source, limits);
    match reader.document() {
        Ok(()) => Ok(reader.finish()),
        // Every step that fails says why before it returns.
        Err(Failed) => Err(reader.failure.unwrap_or(malformed(0, Problem::Markup))),
    }
}

/// How many nodes a document of so many octets may have.
fn max_nodes_of(octets: usize, limits: &Limits) -> usize {
    const FREE: usize = 16 << 10;
    (octets / 1_024).saturating_mul(limits.size(Limit::NodesPerKibibyte)).saturating_add(FREE)
}

struct Reader<'s, 'l> {
    octets: &'s [u8],
    limits: &'l Limits,
    stops: Stops<'s>,
    names: Names<'s>,
    known: KnownNames,
    /// The name read last that was not known.
    last_name: QName,
    /// What [`Limit::Nodes`] and [`Limit::NodesPerKibibyte`] allow.
    max_nodes: usize,
    nodes: Vec<Node>,
    attributes: Vec<Attribute>,
    declarations: Vec<Declaration>,
    /// How many attributes there may be when the start tag at hand ends.
    attributes_allowed: usize,
    /// The open elements: their nodes, and what is bound again when they end.
    open: Vec<(u32, u32)>,
    root: u32,
    /// Why reading failed.
    failure: Option<ParseError>,
}

/// Reading failed, for the reason in [`Reader::failure`]. Results are thus small enough for registers.
struct Failed;

impl<'s, 'l> Reader<'s, 'l> {
    fn new(source: &'s str, limits: &'l Limits) -> Self {
        Self {
            octets: source.as_bytes(),
            limits,
            stops: Stops::new(source.as_bytes()),
            names: Names::new(),
            known: KnownNames::new(),
            last_name: QName::default(),
            max_nodes: limits.size(Limit::Nodes).min(max_nodes_of(source.len(), limits)),
            // Room for an element every 16 octets. Unused room costs nothing, growth would copy, and with one large
            // block the allocator does not return the pages of every document to the system.
            nodes: Vec::with_capacity((source.len() / 16 + 8).min(limits.size(Limit::Nodes).saturating_add(1))),
            attributes: Vec::with_capacity(source.len() / 64 + 8),
            declarations: Vec::new(),
            attributes_allowed: 0,
            open: Vec::with_capacity(32),
            root: NO_NODE,
            failure: None,
        }
    }

    fn finish(self) -> Tape {
        self.names.into_tape(Tape {
            nodes: self.nodes,
            attributes: self.attributes,
            declarations: self.declarations,
            root: self.root,
            ..Tape::default()
        })
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
        self.octets.get(at..).unwrap_or(&[])
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
                    if self.root != NO_NODE {
                        return Err(self.malformed(at, Problem::SecondRoot));
                    }
                    self.root = self.nodes.len() as u32;
                    at = self.start_tag(at)?;
                    at = self.content(at)?;
                }
                _ if at >= self.octets.len() => break,
                _ => return Err(self.malformed(at, Problem::OutsideRoot)),
            }
        }
        if self.root == NO_NODE {
            return Err(self.malformed(at, Problem::NoRoot));
        }
        Ok(())
    }

    /// Content until the document element ends.
    fn content(&mut self, mut at: usize) -> Result<usize, Failed> {
        while !self.open.is_empty() {
            at = self.text(at)?;
            at = match self.at(at + 1) {
                b'/' => self.end_tag(at)?,
                b'!' => {
                    let rest = self.rest(at);
                    if rest.starts_with(b"<!--") {
                        self.comment(at)?
                    } else if rest.starts_with(b"<![CDATA[") {
                        self.cdata(at)?
                    } else {
                        return Err(self.malformed(at, Problem::Markup));
                    }
                }
                b'?' => self.processing_instruction(at)?,
                _ => self.start_tag(at)?,
            };
        }
        Ok(at)
    }

    // CharData ::= [^<&]* - ([^<&]* ']]>' [^<&]*), with references between

    /// Text up to the next `<`; only text that is not canonical as it is written is recorded.
    #[inline(always)]
    fn text(&mut self, start: usize) -> Result<usize, Failed> {
        let stop = self.stops.text(start);
        if self.at(stop) == b'<' { Ok(stop) } else { self.other_text(start, stop) }
    }

    /// Text whose first stop, at `stop`, is not `<`.
    #[inline(never)]
    fn other_text(&mut self, start: usize, stop: usize) -> Result<usize, Failed> {
        let length =
            memchr(b'<', self.rest(stop)).ok_or_else(|| self.malformed(self.octets.len(), Problem::UnexpectedEnd))?;
        let end = stop + length;
        let text = self.octets.get(start..end).unwrap_or(&[]);
        if let Some(first) = memchr3(b'&', b'>', b'\r', text) {
            self.check_text(start, first, text)?;
            self.leaf_node(Kind::Text, start, end, end, 0, 0)?;
        }
        Ok(end)
    }

    #[cold]
    fn check_text(&mut self, start: usize, first: usize, text: &[u8]) -> Result<(), Failed> {
        let mut at = first;
        while let Some(found) = text.get(at..).and_then(|rest| memchr::memchr2(b'&', b'>', rest)) {
            at += found;
            if text.get(at) == Some(&b'&') {
                let (_, length) = reference(text.get(at..).unwrap_or(&[]))
                    .ok_or_else(|| self.malformed(start + at, Problem::Reference))?;
                at += length;
            } else {
                if at >= 2 && text.get(at - 2..at) == Some(b"]]") {
                    return Err(self.malformed(start + at, Problem::CDataEnd));
                }
                at += 1;
            }
        }
        Ok(())
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
        if target_len > self.limits.size(Limit::NameOctets) {
            return Err(self.over(Limit::NameOctets));
        }
        if self.octets.get(target..target_end).is_some_and(|t| t.eq_ignore_ascii_case(b"xml")) {
            return Err(self.malformed(start, Problem::ProcessingInstruction));
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
        let used = self.nodes.len();
        if used >= self.max_nodes {
            let limit = if used >= self.limits.size(Limit::Nodes) { Limit::Nodes } else { Limit::NodesPerKibibyte };
            return Err(self.over(limit));
        }
        // Each node begins with `<`, except texts, each of which ends with one.
        let starts = memchr_iter(b'<', self.octets).filter(|at| self.at(at + 1) != b'/').count();
        let needed = if used < starts { starts } else { starts.saturating_mul(2) };
        self.nodes.reserve_exact(needed.max(used + used / 2 + 8).min(self.max_nodes) - used);
        Ok(())
    }

    /// As [`Reader::grow_nodes`]. Each attribute has an equals sign, and at least five octets.
    #[cold]
    fn grow_attributes(&mut self) {
        let used = self.attributes.len();
        let most = memchr_iter(b'=', self.octets).count().min(self.octets.len() / 5);
        self.attributes.reserve_exact(most.saturating_sub(used).max(8));
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
        let index = self.nodes.len();
        if index == self.nodes.capacity() || index >= self.max_nodes {
            self.grow_nodes()?;
        }
        self.nodes.push(Node {
            start: start as u32,
            tag_end: content as u32,
            end: end as u32,
            next: index as u32 + 1,
            parent: self.open.last().map_or(NO_NODE, |open| open.0),
            pair: NO_NAMESPACE,
            attributes: self.attributes.len() as u32,
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
