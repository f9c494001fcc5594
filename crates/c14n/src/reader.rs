//! Octets to tape: the strict, linear reader.
//!
//! One forward pass over UTF-8 text, XML 1.0 (fifth edition) with Namespaces in XML 1.0 and no DTD. Every
//! well-formedness and namespace constraint is checked; [`Limits`] are charged as the pass goes; the work is
//! linear in the octets for every input, namespace look-up and duplicate-attribute checks included.
//!
//! While it reads, the pass notes where the source is not canonical as it stands. Text and end tags that are
//! canonical leave no trace on the tape: the canonicaliser copies them as part of a longer run.
//!
//! Reads top-down: [`read`] is the content loop, then one function per production.

use std::collections::HashMap;

use memchr::{memchr, memchr_iter, memchr3, memmem};
use wss_budget::{Exceeded, Limit, Limits};

use crate::document::{Attribute, Declaration, Kind, Node, Pair, Tape, flag};
use crate::error::{ParseError, Problem};
use crate::name;

/// Reads `source` to a tape.
pub(crate) fn read(source: &str, limits: &Limits) -> Result<Tape, ParseError> {
    if source.len() > limits.size(Limit::DocumentOctets) {
        return Err(over(limits, Limit::DocumentOctets));
    }
    check_characters(source.as_bytes())?;
    let mut reader = Reader::new(source, limits);
    reader.document()?;
    Ok(reader.finish())
}

/// The id of the empty prefix; its initial binding is pair 0, no namespace.
pub(crate) const NO_PREFIX: u32 = 0;
/// The pair of no prefix and no namespace.
pub(crate) const NO_NAMESPACE: u32 = 0;
/// The pair of `xml` and its namespace.
pub(crate) const XML_PAIR: u32 = 1;
const XML_PREFIX: u32 = 1;
const XMLNS_PREFIX: u32 = 2;
const UNBOUND: u32 = u32::MAX;
/// The parent of top-level nodes.
pub(crate) const NO_NODE: u32 = u32::MAX;

struct Reader<'s, 'l> {
    octets: &'s [u8],
    limits: &'l Limits,
    nodes: Vec<Node>,
    attributes: Vec<Attribute>,
    declarations: Vec<Declaration>,
    pairs: Vec<Pair>,
    prefixes: Vec<(u32, u32)>,
    uris: Vec<(u32, u32)>,
    arena: String,
    /// The open elements: their nodes and where their undo entries begin.
    open: Vec<(u32, u32)>,
    /// The pair each prefix is bound to at this place, by prefix id.
    bound: Vec<u32>,
    /// The node that last declared each prefix, by prefix id.
    declared_by: Vec<u32>,
    undo: Vec<(u32, u32)>,
    in_scope: usize,
    /// The first attribute of the start tag at hand.
    first_attribute: usize,
    prefix_ids: HashMap<&'s [u8], u32>,
    recent_prefixes: [(u64, u32); 64],
    pairs_by_source: HashMap<(u32, &'s [u8]), u32>,
    pair_ids: HashMap<(u32, u32), u32>,
    uri_ids: HashMap<String, u32>,
    root: u32,
}

impl<'s, 'l> Reader<'s, 'l> {
    fn new(source: &'s str, limits: &'l Limits) -> Self {
        let mut reader = Self {
            octets: source.as_bytes(),
            limits,
            // Room for an element every 12 octets: what is not touched costs nothing, growing would copy, and one
            // large block keeps allocators from handing the pages of every document back to the system.
            nodes: Vec::with_capacity((source.len() / 12 + 8).min(limits.size(Limit::Nodes).saturating_add(1))),
            attributes: Vec::with_capacity(source.len() / 64 + 8),
            declarations: Vec::new(),
            pairs: Vec::new(),
            prefixes: Vec::new(),
            uris: Vec::new(),
            arena: String::new(),
            open: Vec::with_capacity(32),
            bound: Vec::new(),
            declared_by: Vec::new(),
            undo: Vec::new(),
            in_scope: 0,
            first_attribute: 0,
            prefix_ids: HashMap::new(),
            recent_prefixes: [(0, 0); 64],
            pairs_by_source: HashMap::new(),
            pair_ids: HashMap::new(),
            uri_ids: HashMap::new(),
            root: NO_NODE,
        };
        let empty = reader.new_prefix("");
        let xml = reader.new_prefix("xml");
        let xmlns = reader.new_prefix("xmlns");
        debug_assert_eq!((empty, xml, xmlns), (NO_PREFIX, XML_PREFIX, XMLNS_PREFIX));
        reader.prefix_ids.insert(b"xml", XML_PREFIX);
        reader.prefix_ids.insert(b"xmlns", XMLNS_PREFIX);
        let no_uri = reader.new_uri("");
        let xml_uri = reader.new_uri(name::XML);
        reader.pairs.push(Pair { prefix: NO_PREFIX, uri: no_uri, relative: false });
        reader.pairs.push(Pair { prefix: XML_PREFIX, uri: xml_uri, relative: false });
        reader.pair_ids.insert((NO_PREFIX, no_uri), NO_NAMESPACE);
        reader.pair_ids.insert((XML_PREFIX, xml_uri), XML_PAIR);
        if let Some(bound) = reader.bound.get_mut(..2) {
            bound.copy_from_slice(&[NO_NAMESPACE, XML_PAIR]);
        }
        reader
    }

    fn finish(self) -> Tape {
        Tape {
            nodes: self.nodes,
            attributes: self.attributes,
            declarations: self.declarations,
            pairs: self.pairs,
            prefixes: self.prefixes,
            uris: self.uris,
            arena: self.arena,
            root: self.root,
        }
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

    fn document(&mut self) -> Result<(), ParseError> {
        let mut at = 0;
        if self.octets.starts_with(b"\xEF\xBB\xBF") {
            at = 3;
        }
        at = self.declaration(at)?;
        loop {
            at = self.blanks(at);
            match (self.at(at), self.at(at + 1)) {
                (b'<', b'!') => {
                    at = if self.rest(at).starts_with(b"<!--") {
                        self.comment(at)?
                    } else if self.rest(at).starts_with(b"<!DOCTYPE") {
                        return Err(ParseError::Dtd { offset: at });
                    } else {
                        return Err(malformed(at, Problem::Markup));
                    }
                }
                (b'<', b'?') => at = self.processing_instruction(at)?,
                (b'<', _) => {
                    if self.root != NO_NODE {
                        return Err(malformed(at, Problem::SecondRoot));
                    }
                    self.root = self.nodes.len() as u32;
                    at = self.start_tag(at)?;
                    at = self.content(at)?;
                }
                _ if at >= self.octets.len() => break,
                _ => return Err(malformed(at, Problem::OutsideRoot)),
            }
        }
        if self.root == NO_NODE {
            return Err(malformed(at, Problem::NoRoot));
        }
        Ok(())
    }

    /// Content until the document element ends.
    fn content(&mut self, mut at: usize) -> Result<usize, ParseError> {
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
                        return Err(malformed(at, Problem::Markup));
                    }
                }
                b'?' => self.processing_instruction(at)?,
                _ => self.start_tag(at)?,
            };
        }
        Ok(at)
    }

    // XMLDecl ::= '<?xml' VersionInfo EncodingDecl? SDDecl? S? '?>'

    fn declaration(&self, start: usize) -> Result<usize, ParseError> {
        let rest = self.rest(start);
        if !rest.starts_with(b"<?xml") || !matches!(rest.get(5), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            return Ok(start);
        }
        let wrong = || malformed(start, Problem::Declaration);
        let length = memmem::find(rest, b"?>").ok_or_else(wrong)?;
        let mut body = rest.get(5..length).unwrap_or(&[]);
        let version = pseudo_attribute(&mut body, b"version").ok_or_else(wrong)?;
        if version != b"1.0" {
            return Err(wrong());
        }
        if let Some(encoding) = pseudo_attribute(&mut body, b"encoding") {
            let ascii = encoding.eq_ignore_ascii_case(b"us-ascii") && self.octets.is_ascii();
            if !encoding.eq_ignore_ascii_case(b"utf-8") && !ascii {
                let valid = encoding.first().is_some_and(u8::is_ascii_alphabetic)
                    && encoding.iter().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(b));
                if !valid {
                    return Err(wrong());
                }
                return Err(ParseError::Encoding { encoding: String::from_utf8_lossy(encoding).into_owned() });
            }
        }
        if let Some(standalone) = pseudo_attribute(&mut body, b"standalone")
            && standalone != b"yes"
            && standalone != b"no"
        {
            return Err(wrong());
        }
        if body.iter().any(|b| !is_blank(*b)) {
            return Err(wrong());
        }
        Ok(start + length + 2)
    }

    // CharData ::= [^<&]* - ([^<&]* ']]>' [^<&]*), with references between

    /// Text up to the next `<`; only text that is not canonical as it stands is recorded.
    #[inline]
    fn text(&mut self, start: usize) -> Result<usize, ParseError> {
        let rest = self.rest(start);
        let window = rest.get(..48).unwrap_or(rest);
        let end = match window.iter().position(|b| class(*b) & TEXT_STOP != 0) {
            Some(length) if window.get(length) == Some(&b'<') => return Ok(start + length),
            _ => start + memchr(b'<', rest).ok_or_else(|| malformed(self.octets.len(), Problem::UnexpectedEnd))?,
        };
        let text = self.octets.get(start..end).unwrap_or(&[]);
        if let Some(first) = memchr3(b'&', b'>', b'\r', text) {
            self.check_text(start, first, text)?;
            self.leaf_node(Kind::Text, start, end, end, 0, 0)?;
        }
        Ok(end)
    }

    #[cold]
    fn check_text(&self, start: usize, first: usize, text: &[u8]) -> Result<(), ParseError> {
        let mut at = first;
        while let Some(found) = text.get(at..).and_then(|rest| memchr::memchr2(b'&', b'>', rest)) {
            at += found;
            if text.get(at) == Some(&b'&') {
                let (_, length) = reference(text.get(at..).unwrap_or(&[]))
                    .ok_or_else(|| malformed(start + at, Problem::Reference))?;
                at += length;
            } else {
                if at >= 2 && text.get(at - 2..at) == Some(b"]]") {
                    return Err(malformed(start + at, Problem::CDataEnd));
                }
                at += 1;
            }
        }
        Ok(())
    }

    fn cdata(&mut self, start: usize) -> Result<usize, ParseError> {
        let content = start + 9;
        let length = memmem::find(self.rest(content), b"]]>").ok_or_else(|| malformed(start, Problem::CData))?;
        let end = content + length + 3;
        self.leaf_node(Kind::CData, start, content, end, 0, 0)?;
        Ok(end)
    }

    fn comment(&mut self, start: usize) -> Result<usize, ParseError> {
        let content = start + 4;
        let length = memmem::find(self.rest(content), b"--").ok_or_else(|| malformed(start, Problem::Comment))?;
        let end = content + length + 3;
        if self.at(end - 1) != b'>' {
            return Err(malformed(content + length, Problem::Comment));
        }
        let flags = self.rewrite_if_return(start, end);
        self.leaf_node(Kind::Comment, start, content, end, 0, flags)?;
        Ok(end)
    }

    // PI ::= '<?' PITarget (S (Char* - (Char* '?>' Char*)))? '?>'

    fn processing_instruction(&mut self, start: usize) -> Result<usize, ParseError> {
        let wrong = || malformed(start, Problem::ProcessingInstruction);
        let target = start + 2;
        let target_end = self.ncname(target)?;
        let target_len = target_end - target;
        if target_len > self.limits.size(Limit::NameOctets) {
            return Err(over(self.limits, Limit::NameOctets));
        }
        if self.octets.get(target..target_end).is_some_and(|t| t.eq_ignore_ascii_case(b"xml")) {
            return Err(wrong());
        }
        let data = self.blanks(target_end);
        if data == target_end && !self.rest(data).starts_with(b"?>") {
            return Err(wrong());
        }
        let length = memmem::find(self.rest(data), b"?>").ok_or_else(wrong)?;
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

    /// Records a node without children. `content` is where its text begins.
    fn leaf_node(
        &mut self,
        kind: Kind,
        start: usize,
        content: usize,
        end: usize,
        name_len: u16,
        flags: u8,
    ) -> Result<(), ParseError> {
        let index = self.nodes.len();
        if index >= self.limits.size(Limit::Nodes) {
            return Err(over(self.limits, Limit::Nodes));
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

    // STag ::= '<' QName (S Attribute)* S? '>'    EmptyElemTag ::= '<' QName (S Attribute)* S? '/>'

    fn start_tag(&mut self, start: usize) -> Result<usize, ParseError> {
        let index = self.nodes.len();
        if index >= self.limits.size(Limit::Nodes) {
            return Err(over(self.limits, Limit::Nodes));
        }
        if self.open.len() >= self.limits.size(Limit::Depth) {
            return Err(over(self.limits, Limit::Depth));
        }
        let (name_end, prefix_len) = self.qname(start + 1)?;
        let prefix = self.prefix_id(start + 1, prefix_len);
        let first_attribute = self.attributes.len();
        self.first_attribute = first_attribute;
        let first_undo = self.undo.len();
        let mut flags = flag::AS_IS;
        let mut at = name_end;
        loop {
            match self.at(at) {
                b'>' => {
                    at += 1;
                    break;
                }
                b'/' => {
                    if self.at(at + 1) != b'>' {
                        return Err(malformed(at, Problem::Tag));
                    }
                    at += 2;
                    flags = (flags | flag::EMPTY) & !flag::AS_IS;
                    break;
                }
                _ => {}
            }
            let name_start = self.blanks(at);
            if name_start == at {
                return Err(malformed(at, Problem::WhiteSpace));
            }
            let one_space = name_start == at + 1 && self.at(at) == b' ';
            at = name_start;
            if !one_space {
                flags &= !flag::AS_IS;
            }
            if matches!(self.at(at), b'>' | b'/') {
                flags &= !flag::AS_IS;
                continue;
            }
            at = self.attribute(at, index as u32, first_undo, &mut flags)?;
        }
        let pair = self.resolve(prefix, start)?;
        if prefix == XMLNS_PREFIX {
            return Err(malformed(start, Problem::ReservedNamespace));
        }
        let count = self.attributes.len() - first_attribute;
        if count > 0 {
            self.resolve_attributes(first_attribute, count, start, &mut flags)?;
        }
        self.nodes.push(Node {
            start: start as u32,
            tag_end: at as u32,
            end: at as u32,
            next: index as u32 + 1,
            parent: self.open.last().map_or(NO_NODE, |open| open.0),
            pair,
            attributes: first_attribute as u32,
            name_len: (name_end - start - 1) as u16,
            kind: Kind::Element,
            flags,
        });
        if flags & flag::EMPTY != 0 {
            self.close_scope(first_undo);
        } else {
            self.open.push((index as u32, first_undo as u32));
        }
        Ok(at)
    }

    // Attribute ::= QName Eq AttValue

    #[inline]
    fn attribute(&mut self, start: usize, node: u32, first_undo: usize, flags: &mut u8) -> Result<usize, ParseError> {
        let (name_end, prefix_len) = self.qname(start)?;
        let mut at = name_end;
        if self.at(at) == b'=' && matches!(self.at(at + 1), b'"' | b'\'') {
            at += 1;
        } else {
            *flags &= !flag::AS_IS;
            at = self.equals(at)?;
        }
        let quote = self.at(at);
        if quote != b'"' {
            if quote != b'\'' {
                return Err(malformed(at, Problem::Quote));
            }
            *flags &= !flag::AS_IS;
        }
        let value_start = at + 1;
        let (value_end, rewrite) = self.attribute_value(value_start, quote)?;
        if value_end - value_start > self.limits.size(Limit::ValueOctets) {
            return Err(over(self.limits, Limit::ValueOctets));
        }
        if rewrite {
            *flags &= !flag::AS_IS;
        }
        let name_len = name_end - start;
        let is_default = prefix_len == 0 && self.octets.get(start..name_end) == Some(b"xmlns");
        if is_default || (prefix_len == 5 && self.octets.get(start..start + 5) == Some(b"xmlns")) {
            *flags = (*flags | flag::DECLARES) & !flag::AS_IS;
            let (local_start, local_len) = if is_default { (start, 0) } else { (start + 6, name_len - 6) };
            self.declare(node, first_undo, local_start, local_len, value_start, value_end, rewrite)?;
        } else {
            let prefix = if prefix_len == 0 { NO_PREFIX } else { self.prefix_id(start, prefix_len) };
            if self.attributes.len() - self.first_attribute >= self.limits.size(Limit::Attributes) {
                return Err(over(self.limits, Limit::Attributes));
            }
            self.attributes.push(Attribute {
                name_start: start as u32,
                value_start: value_start as u32,
                value_end: value_end as u32,
                pair: prefix,
                name_len: name_len as u16,
                prefix_len: prefix_len as u16,
                rewrite,
            });
        }
        Ok(value_end + 1)
    }

    #[cold]
    fn equals(&self, start: usize) -> Result<usize, ParseError> {
        let equals = self.blanks(start);
        if self.at(equals) != b'=' {
            return Err(malformed(equals, Problem::Equals));
        }
        let value = self.blanks(equals + 1);
        if value - start > self.limits.size(Limit::EqualsBlanks) {
            return Err(over(self.limits, Limit::EqualsBlanks));
        }
        Ok(value)
    }

    /// Finds the closing quote. The flag says whether the value must be rewritten in canonical form.
    #[inline]
    fn attribute_value(&self, start: usize, quote: u8) -> Result<(usize, bool), ParseError> {
        let mut at = start;
        let mut rewrite = false;
        loop {
            let rest = self.rest(at);
            let Some(length) = rest.iter().position(|b| class(*b) & VALUE_STOP != 0) else {
                return Err(malformed(start, Problem::Quote));
            };
            at += length;
            match self.at(at) {
                b if b == quote => return Ok((at, rewrite)),
                b'\'' => at += 1,
                b'&' => {
                    let (_, length) = reference(self.rest(at)).ok_or_else(|| malformed(at, Problem::Reference))?;
                    rewrite = true;
                    at += length;
                }
                b'<' => return Err(malformed(at, Problem::LessThanInValue)),
                _ => {
                    rewrite = true;
                    at += 1;
                }
            }
        }
    }

    /// Binds a prefix, or the default namespace, for the element being read.
    #[allow(clippy::too_many_arguments, reason = "four spans of one declaration")]
    fn declare(
        &mut self,
        node: u32,
        first_undo: usize,
        local_start: usize,
        local_len: usize,
        value_start: usize,
        value_end: usize,
        rewrite: bool,
    ) -> Result<(), ParseError> {
        let prefix = self.prefix_id(local_start, local_len);
        let declared_by = self.declared_by.get_mut(prefix as usize);
        if declared_by.as_deref() == Some(&node) {
            return Err(malformed(local_start, Problem::DuplicateAttribute));
        }
        if let Some(declared_by) = declared_by {
            *declared_by = node;
        }
        let source = self.octets.get(value_start..value_end).unwrap_or(&[]);
        let pair = match self.pairs_by_source.get(&(prefix, source)) {
            Some(pair) => *pair,
            None => self.new_pair(prefix, source, local_start, rewrite)?,
        };
        let Some(bound) = self.bound.get_mut(prefix as usize) else {
            return Err(malformed(local_start, Problem::UnboundPrefix));
        };
        if *bound == UNBOUND {
            self.in_scope += 1;
        }
        self.undo.push((prefix, *bound));
        *bound = pair;
        self.declarations.push(Declaration { node, pair });
        if self.undo.len() - first_undo > self.limits.size(Limit::Declarations) {
            return Err(over(self.limits, Limit::Declarations));
        }
        if self.in_scope > self.limits.size(Limit::NamespacesInScope) {
            return Err(over(self.limits, Limit::NamespacesInScope));
        }
        if self.declarations.len() > self.limits.size(Limit::AllDeclarations) {
            return Err(over(self.limits, Limit::AllDeclarations));
        }
        Ok(())
    }

    fn new_pair(&mut self, prefix: u32, source: &'s [u8], at: usize, rewrite: bool) -> Result<u32, ParseError> {
        let text = std::str::from_utf8(source).unwrap_or_default();
        let decoded = if rewrite { decode_value(text) } else { text.to_owned() };
        let xml = decoded == name::XML;
        if prefix == XMLNS_PREFIX || decoded == name::XMLNS || xml != (prefix == XML_PREFIX) {
            return Err(malformed(at, Problem::ReservedNamespace));
        }
        if decoded.is_empty() && prefix != NO_PREFIX {
            return Err(malformed(at, Problem::EmptyNamespace));
        }
        let relative = !decoded.is_empty() && !is_absolute(&decoded);
        let uri = match self.uri_ids.get(&decoded) {
            Some(uri) => *uri,
            None => self.new_uri(&decoded),
        };
        // Two spellings of one name are one pair, so that pairs compare as prefix and namespace do.
        let pair = match self.pair_ids.get(&(prefix, uri)) {
            Some(pair) => *pair,
            None => {
                let pair = self.pairs.len() as u32;
                self.pairs.push(Pair { prefix, uri, relative });
                self.pair_ids.insert((prefix, uri), pair);
                pair
            }
        };
        self.pairs_by_source.insert((prefix, source), pair);
        Ok(pair)
    }

    #[inline]
    fn resolve(&self, prefix: u32, at: usize) -> Result<u32, ParseError> {
        match self.bound.get(prefix as usize) {
            Some(&pair) if pair != UNBOUND => Ok(pair),
            _ => Err(malformed(at, Problem::UnboundPrefix)),
        }
    }

    /// Binds attribute prefixes, sorts the attributes in canonical order and finds duplicates.
    #[inline]
    fn resolve_attributes(&mut self, first: usize, count: usize, at: usize, flags: &mut u8) -> Result<(), ParseError> {
        for index in first..first + count {
            let Some(attribute) = self.attributes.get(index) else { break };
            if attribute.prefix_len > 0 {
                let pair = self.resolve(attribute.pair, at)?;
                *flags |= flag::PREFIXED_ATTRIBUTES;
                if let Some(attribute) = self.attributes.get_mut(index) {
                    attribute.pair = pair;
                }
            }
        }
        if count == 1 {
            return Ok(());
        }
        let order = CanonicalOrder { octets: self.octets, pairs: &self.pairs, uris: &self.uris, arena: &self.arena };
        let Some(attributes) = self.attributes.get_mut(first..) else { return Ok(()) };
        match order.sort(attributes) {
            Sorted::Already => {}
            Sorted::Now => *flags &= !flag::AS_IS,
            Sorted::Duplicate => return Err(malformed(at, Problem::DuplicateAttribute)),
        }
        Ok(())
    }

    // ETag ::= '</' QName S? '>'

    #[inline]
    fn end_tag(&mut self, start: usize) -> Result<usize, ParseError> {
        let Some((index, first_undo)) = self.open.pop() else {
            return Err(malformed(start, Problem::EndTag));
        };
        let next = self.nodes.len() as u32;
        let octets = self.octets;
        let Some(node) = self.nodes.get_mut(index as usize) else {
            return Err(malformed(start, Problem::EndTag));
        };
        let name_start = node.start as usize + 1;
        let name_len = node.name_len as usize;
        let name = octets.get(name_start..name_start + name_len).unwrap_or(&[]);
        let found = octets.get(start + 2..start + 2 + name_len).unwrap_or(&[]);
        if !same(name, found) {
            return Err(malformed(start, Problem::EndTag));
        }
        let mut at = start + 2 + name_len;
        if octets.get(at) != Some(&b'>') {
            while octets.get(at).copied().is_some_and(is_blank) {
                at += 1;
            }
            if octets.get(at) != Some(&b'>') {
                return Err(malformed(start, Problem::EndTag));
            }
            node.flags |= flag::END_REWRITE;
        }
        node.end = at as u32 + 1;
        node.next = next;
        self.close_scope(first_undo as usize);
        Ok(at + 1)
    }

    #[inline]
    fn close_scope(&mut self, first_undo: usize) {
        while self.undo.len() > first_undo {
            let Some((prefix, pair)) = self.undo.pop() else { break };
            if pair == UNBOUND {
                self.in_scope -= 1;
            }
            if let Some(bound) = self.bound.get_mut(prefix as usize) {
                *bound = pair;
            }
        }
    }

    // QName ::= (NCName ':')? NCName

    /// The end of the name at `start`, and the length of its prefix (0: none).
    #[inline(always)]
    fn qname(&self, start: usize) -> Result<(usize, usize), ParseError> {
        let mut end = self.ncname(start)?;
        let mut prefix_len = 0;
        if self.at(end) == b':' {
            prefix_len = end - start;
            end = self.ncname(end + 1).map_err(|_| malformed(start, Problem::QName))?;
            if self.at(end) == b':' {
                return Err(malformed(start, Problem::QName));
            }
        }
        if end - start > self.limits.size(Limit::NameOctets) {
            return Err(over(self.limits, Limit::NameOctets));
        }
        Ok((end, prefix_len))
    }

    #[inline(always)]
    fn ncname(&self, start: usize) -> Result<usize, ParseError> {
        let rest = self.rest(start);
        if rest.first().is_none_or(|b| class(*b) & NAME_START == 0) {
            return self.ncname_unicode(start);
        }
        let length = rest.iter().position(|b| class(*b) & NAME == 0).unwrap_or(rest.len());
        if rest.get(length).is_some_and(|b| *b >= 0x80) {
            return self.ncname_unicode(start);
        }
        Ok(start + length)
    }

    #[cold]
    fn ncname_unicode(&self, start: usize) -> Result<usize, ParseError> {
        let text = std::str::from_utf8(self.rest(start)).unwrap_or_default();
        let length = name::ncname_len(text);
        if length == 0 {
            return Err(malformed(start, Problem::Name));
        }
        Ok(start + length)
    }

    #[inline]
    fn blanks(&self, mut at: usize) -> usize {
        while is_blank(self.at(at)) {
            at += 1;
        }
        at
    }

    // Interning

    /// The id of the prefix at `start`; short prefixes seen lately cost one comparison.
    #[inline]
    fn prefix_id(&mut self, start: usize, length: usize) -> u32 {
        if length == 0 {
            return NO_PREFIX;
        }
        let word: Option<[u8; 8]> = self.octets.get(start..start + 8).and_then(|w| w.try_into().ok());
        let (Some(word), true) = (word, length < 8) else {
            return self.prefix_id_slow(start, length);
        };
        let key = u64::from_le_bytes(word) & ((1 << (8 * length)) - 1);
        let slot = (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58) as usize;
        if let Some(recent) = self.recent_prefixes.get(slot)
            && recent.0 == key
        {
            return recent.1;
        }
        let id = self.prefix_id_slow(start, length);
        if let Some(recent) = self.recent_prefixes.get_mut(slot) {
            *recent = (key, id);
        }
        id
    }

    #[cold]
    fn prefix_id_slow(&mut self, start: usize, length: usize) -> u32 {
        let octets = self.octets.get(start..start + length).unwrap_or(&[]);
        if let Some(id) = self.prefix_ids.get(octets) {
            return *id;
        }
        let id = self.new_prefix(std::str::from_utf8(octets).unwrap_or_default());
        self.prefix_ids.insert(octets, id);
        id
    }

    fn new_prefix(&mut self, prefix: &str) -> u32 {
        let start = self.arena.len() as u32;
        self.arena.push_str(prefix);
        self.prefixes.push((start, self.arena.len() as u32));
        self.bound.push(UNBOUND);
        self.declared_by.push(NO_NODE);
        self.prefixes.len() as u32 - 1
    }

    fn new_uri(&mut self, uri: &str) -> u32 {
        let start = self.arena.len() as u32;
        self.arena.push_str(uri);
        self.uris.push((start, self.arena.len() as u32));
        let id = self.uris.len() as u32 - 1;
        self.uri_ids.insert(uri.to_owned(), id);
        id
    }
}

/// The attribute order of Canonical XML: by namespace name, then by local name.
struct CanonicalOrder<'a> {
    octets: &'a [u8],
    pairs: &'a [Pair],
    uris: &'a [(u32, u32)],
    arena: &'a str,
}

/// What sorting found.
enum Sorted {
    Already,
    Now,
    Duplicate,
}

impl CanonicalOrder<'_> {
    /// Sorts in canonical order: by insertion where there are few, which finds duplicates on the way.
    fn sort(&self, attributes: &mut [Attribute]) -> Sorted {
        if attributes.len() > 8 {
            let sorted = attributes.is_sorted_by(|left, right| self.compare(left, right).is_le());
            if !sorted {
                attributes.sort_unstable_by(|left, right| self.compare(left, right));
            }
            let twice = attributes.windows(2).any(|two| match two {
                [left, right] => self.compare(left, right).is_eq(),
                _ => false,
            });
            return match (twice, sorted) {
                (true, _) => Sorted::Duplicate,
                (false, true) => Sorted::Already,
                (false, false) => Sorted::Now,
            };
        }
        let mut outcome = Sorted::Already;
        for last in 1..attributes.len() {
            let mut at = last;
            while let Some([left, right]) = at.checked_sub(1).and_then(|before| attributes.get_mut(before..at + 1)) {
                match self.compare(left, right) {
                    std::cmp::Ordering::Less => break,
                    std::cmp::Ordering::Equal => return Sorted::Duplicate,
                    std::cmp::Ordering::Greater => {
                        std::mem::swap(left, right);
                        outcome = Sorted::Now;
                        at -= 1;
                    }
                }
            }
        }
        outcome
    }

    #[inline]
    fn compare(&self, left: &Attribute, right: &Attribute) -> std::cmp::Ordering {
        let by_namespace = if left.pair == right.pair {
            std::cmp::Ordering::Equal
        } else {
            self.namespace(left).cmp(self.namespace(right))
        };
        by_namespace.then_with(|| {
            let (left, right) = (self.local(left), self.local(right));
            // Most names differ in their first octet; a call to compare the rest costs more than they hold.
            left.first().cmp(&right.first()).then_with(|| left.cmp(right))
        })
    }

    fn namespace(&self, attribute: &Attribute) -> &[u8] {
        if attribute.prefix_len == 0 {
            return &[];
        }
        self.pairs
            .get(attribute.pair as usize)
            .and_then(|pair| self.uris.get(pair.uri as usize))
            .and_then(|(start, end)| self.arena.as_bytes().get(*start as usize..*end as usize))
            .unwrap_or(&[])
    }

    fn local(&self, attribute: &Attribute) -> &[u8] {
        let start = attribute.name_start as usize;
        let local = start + if attribute.prefix_len == 0 { 0 } else { attribute.prefix_len as usize + 1 };
        self.octets.get(local..start + attribute.name_len as usize).unwrap_or(&[])
    }
}

/// Equality of two short names, without a call for the usual lengths.
#[inline(always)]
fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let (left_words, left_rest) = left.as_chunks::<8>();
    let (right_words, right_rest) = right.as_chunks::<8>();
    left_words.iter().zip(right_words).all(|(l, r)| u64::from_ne_bytes(*l) == u64::from_ne_bytes(*r))
        && left_rest.iter().zip(right_rest).all(|(l, r)| l == r)
}

/// `name S? = S? "value"` at the front of an XML declaration's body, preceded by white space.
fn pseudo_attribute<'b>(body: &mut &'b [u8], name: &[u8]) -> Option<&'b [u8]> {
    let trimmed = body.trim_ascii_start();
    if trimmed.len() == body.len() {
        return None;
    }
    let rest = trimmed.strip_prefix(name)?.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, rest) = rest.split_first()?;
    if *quote != b'"' && *quote != b'\'' {
        return None;
    }
    let length = memchr(*quote, rest)?;
    let (value, rest) = rest.split_at_checked(length)?;
    *body = rest.get(1..)?;
    Some(value)
}

/// The character a reference at the front of `text` stands for, and the length of the reference.
#[inline]
pub(crate) fn reference(text: &[u8]) -> Option<(char, usize)> {
    let body = text.get(1..)?;
    if body.first() != Some(&b'#') {
        let known: [(&[u8], char); 5] =
            [(b"lt;", '<'), (b"gt;", '>'), (b"amp;", '&'), (b"quot;", '"'), (b"apos;", '\'')];
        return known.iter().find(|(name, _)| body.starts_with(name)).map(|(name, c)| (*c, name.len() + 1));
    }
    let (radix, mut at) = if body.get(1) == Some(&b'x') { (16, 2) } else { (10, 1) };
    let first = at;
    let mut value = 0u32;
    loop {
        let octet = *body.get(at)?;
        if octet == b';' {
            break;
        }
        value = value.saturating_mul(radix).saturating_add((octet as char).to_digit(radix)?);
        at += 1;
    }
    let character = char::from_u32(value).filter(|c| at > first && is_char(*c))?;
    Some((character, at + 2))
}

/// The Char production of XML 1.0.
pub(crate) fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// The normalised value of an attribute (XML 1.0 §3.3.3, CDATA type).
pub(crate) fn decode_value(source: &str) -> String {
    let octets = source.as_bytes();
    let mut value = String::with_capacity(source.len());
    let mut at = 0;
    while at < octets.len() {
        let rest = octets.get(at..).unwrap_or(&[]);
        let length = rest.iter().position(|b| matches!(b, b'&' | b'\t' | b'\n' | b'\r')).unwrap_or(rest.len());
        value.push_str(source.get(at..at + length).unwrap_or_default());
        at += length;
        match octets.get(at) {
            Some(b'&') => {
                let Some((character, length)) = reference(octets.get(at..).unwrap_or(&[])) else { break };
                value.push(character);
                at += length;
            }
            Some(b'\r') => {
                value.push(' ');
                at += if octets.get(at + 1) == Some(&b'\n') { 2 } else { 1 };
            }
            Some(_) => {
                value.push(' ');
                at += 1;
            }
            None => {}
        }
    }
    value
}

/// Whether a namespace name begins with a URI scheme (RFC 3986 §3.1).
fn is_absolute(uri: &str) -> bool {
    match uri.split_once(':') {
        Some((scheme, _)) => {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
        }
        None => false,
    }
}

/// Refuses octets outside the Char production; `octets` is UTF-8, so surrogates cannot occur.
fn check_characters(octets: &[u8]) -> Result<(), ParseError> {
    let mut noncharacter_lead = false;
    for (index, chunk) in octets.chunks(128).enumerate() {
        let mut control = 0u8;
        let mut lead = 0u8;
        for octet in chunk {
            control |= u8::from((*octet < 0x20) & (*octet != b'\t') & (*octet != b'\n') & (*octet != b'\r'));
            lead |= u8::from(*octet == 0xEF);
        }
        if control != 0 {
            let within = chunk.iter().position(|b| *b < 0x20 && !is_blank(*b)).unwrap_or(0);
            return Err(malformed(index * 128 + within, Problem::Character));
        }
        noncharacter_lead |= lead != 0;
    }
    if noncharacter_lead {
        for at in memchr_iter(0xEF, octets) {
            if matches!(octets.get(at + 1..at + 3), Some([0xBF, 0xBE | 0xBF])) {
                return Err(malformed(at, Problem::Character));
            }
        }
    }
    Ok(())
}

#[inline(always)]
pub(crate) fn is_blank(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\n' | b'\r')
}

const NAME_START: u8 = 1;
const NAME: u8 = 2;
const TEXT_STOP: u8 = 4;
const VALUE_STOP: u8 = 8;

#[inline(always)]
fn class(octet: u8) -> u8 {
    CLASSES[octet as usize]
}

/// What each octet may begin, continue or end.
static CLASSES: [u8; 256] = {
    let mut classes = [0u8; 256];
    let mut octet = 0usize;
    while octet < 128 {
        let b = octet as u8;
        if b.is_ascii_alphabetic() || b == b'_' {
            classes[octet] |= NAME_START | NAME;
        }
        if b.is_ascii_digit() || b == b'-' || b == b'.' {
            classes[octet] |= NAME;
        }
        if matches!(b, b'<' | b'&' | b'>' | b'\r') {
            classes[octet] |= TEXT_STOP;
        }
        if matches!(b, b'"' | b'\'' | b'&' | b'<' | b'\t' | b'\n' | b'\r') {
            classes[octet] |= VALUE_STOP;
        }
        octet += 1;
    }
    classes
};

#[cold]
fn malformed(offset: usize, problem: Problem) -> ParseError {
    ParseError::Malformed { offset, problem }
}

#[cold]
fn over(limits: &Limits, limit: Limit) -> ParseError {
    Exceeded { limit, allowed: limits.get(limit) }.into()
}
