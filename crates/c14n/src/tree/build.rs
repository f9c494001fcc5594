//! The one pass that builds a tree from the tape.

use std::ops::Range;

use wss_budget::{Budget, Exceeded, Limit};
use wss_text::Slice as _;

use super::store::{Node, Pieces, Places, Scopes, Stored, Values};
use crate::chars;
use crate::document::{Document, NodeId};
use crate::element::Element;
use crate::lexical;
use crate::tape::{self, Kind, NO_NAMESPACE, NO_NODE, Tape, XML_PAIR, flag};

/// Builds the storage of the tree of a document.
///
/// # Errors
/// [`Exceeded`] for [`Limit::XPathNodes`] and [`Limit::XPathHeld`].
pub(super) fn built(document: &Document<'_>, budget: &Budget) -> Result<Stored, Exceeded> {
    let mut builder = Builder::new(document, budget)?;
    for index in 0..document.tape.nodes.len() as u32 {
        builder.node(index)?;
    }
    builder.leave_until(u32::MAX)?;
    Ok(builder.finish())
}

/// An element that is open.
struct Open {
    /// Its number, and its place among the stored nodes.
    number: u32,
    stored: usize,
    /// The first node of the tape after its subtree.
    until: u32,
    /// The pairs in scope, in the order of their prefixes, and their scope.
    in_scope: Vec<u32>,
    scope: u32,
    /// The octet of the source at which its content ends.
    content_end: usize,
    /// The octet of the source at which its markup ends.
    end: usize,
}

struct Builder<'d> {
    document: &'d Document<'d>,
    budget: &'d Budget,
    tree: Stored,
    open: Vec<Open>,
    /// The end of the source that was read.
    at: usize,
    /// The octet at which the text begins that has no node yet.
    text_start: usize,
    /// The octets that scopes take.
    scope_octets: u64,
}

impl<'d> Builder<'d> {
    fn new(document: &'d Document<'d>, budget: &'d Budget) -> Result<Self, Exceeded> {
        let tape = &document.tape;
        let tree = Stored {
            nodes: Pieces::new(),
            places: Places::new(),
            scopes: Scopes::new(),
            text: String::with_capacity(most_text(document)),
            attributes: attributes_of(tape),
            contents: Values::with_capacity(0, 0),
            of_tape: vec![0; tape.nodes.len()],
        };
        let mut builder = Self { document, budget, tree, open: Vec::new(), at: 0, text_start: 0, scope_octets: 0 };
        builder.push(NO_NODE, 0, 0)?;
        Ok(builder)
    }

    fn finish(mut self) -> Stored {
        let end = self.tree.places.len;
        if let Some(root) = self.tree.nodes.get_mut(0) {
            root.end = end;
        }
        self.tree.scopes.finish();
        self.tree
    }

    /// Adds a node without children. `behind` is the number of its nodes that are not stored: its namespaces and attributes.
    fn push(&mut self, tape: u32, more: u32, behind: u32) -> Result<u32, Exceeded> {
        self.budget.charge(Limit::XPathNodes, 1 + u64::from(behind))?;
        let number = self.tree.places.push(behind);
        let parent = self.open.last().map_or(0, |open| open.number);
        let text = self.tree.text.len() as u32;
        self.tree.nodes.push(Node { number, parent, end: self.tree.places.len, text, tape, more });
        if let Some(of_tape) = self.tree.of_tape.get_mut(tape as usize) {
            *of_tape = number;
        }
        Ok(number)
    }

    /// Takes the next node of the tape.
    fn node(&mut self, index: u32) -> Result<(), Exceeded> {
        self.leave_until(index)?;
        let document = self.document;
        let Some(node) = document.tape.nodes.get(index as usize).copied() else { return Ok(()) };
        let source = |range: Range<usize>| document.source().slice(range);
        let (start, content, end) = (node.start as usize, node.tag_end as usize, node.end as usize);
        if !self.open.is_empty() {
            self.tree.text.push_str(source(self.at..start));
        }
        self.at = end;
        match node.kind {
            Kind::Text => lexical::push_text(source(start..end), &mut self.tree.text),
            Kind::CData => lexical::push_line_ends(source(content..end - 3), &mut self.tree.text),
            Kind::Element => self.element(index)?,
            Kind::Comment => self.leaf(index, source(content..end - 3))?,
            Kind::ProcessingInstruction => self.leaf(index, source(content..end - 2))?,
        }
        Ok(())
    }

    /// Adds a comment or a processing instruction.
    fn leaf(&mut self, tape: u32, content: &str) -> Result<(), Exceeded> {
        self.text_node()?;
        lexical::push_line_ends(content, &mut self.tree.contents.text);
        let place = self.tree.contents.end();
        self.push(tape, place, 0)?;
        Ok(())
    }

    /// Adds a text node for the text since the last markup, if there is any.
    fn text_node(&mut self) -> Result<(), Exceeded> {
        let (start, end) = (self.text_start, self.tree.text.len());
        self.text_start = end;
        if start < end {
            self.push(NO_NODE, 0, 0)?;
            let last = self.tree.nodes.len() - 1;
            if let Some(node) = self.tree.nodes.get_mut(last) {
                node.text = start as u32;
            }
        }
        Ok(())
    }

    fn element(&mut self, tape: u32) -> Result<(), Exceeded> {
        self.text_node()?;
        let document = self.document;
        let (in_scope, scope) = self.in_scope(tape)?;
        let attributes = document.tape.attributes_of(tape).len();
        let number = self.push(tape, scope, (in_scope.len() + attributes) as u32)?;
        let stored = self.tree.nodes.len() - 1;
        self.attributes(tape);
        let element = Element::new(document, NodeId(tape));
        let until = document.tape.nodes.get(tape as usize).map_or(0, |node| node.next);
        let (content, end) = (element.content_span(), element.span().end);
        self.open.push(Open { number, stored, until, in_scope, scope, content_end: content.end, end });
        self.at = content.start;
        Ok(())
    }

    fn attributes(&mut self, tape: u32) {
        let document = self.document;
        let values = &mut self.tree.attributes;
        for attribute in document.tape.attributes_of(tape) {
            let raw = document.source().slice(attribute.value_span());
            match attribute.name.written.rewrites_value() {
                true => values.text.push_str(&chars::decode_value(raw)),
                false => values.text.push_str(raw),
            }
            values.end();
        }
    }

    /// The pairs in scope at an element below the one that is open, and their scope.
    fn in_scope(&mut self, tape: u32) -> Result<(Vec<u32>, u32), Exceeded> {
        let known = &self.document.tape;
        let declares = known.nodes.get(tape as usize).is_some_and(|node| node.flags & flag::DECLARES != 0);
        let mut pairs = match self.open.last() {
            Some(open) if !declares => return Ok((open.in_scope.clone(), open.scope)),
            Some(open) => open.in_scope.clone(),
            None => vec![XML_PAIR],
        };
        for declaration in known.declarations_of(tape) {
            let prefix = known.pair(declaration.pair).prefix;
            pairs.retain(|pair| known.pair(*pair).prefix != prefix);
            if declaration.pair != NO_NAMESPACE {
                pairs.push(declaration.pair);
            }
        }
        pairs.sort_by_key(|pair| known.prefix(known.pair(*pair).prefix).as_bytes());
        let scope = match self.tree.scopes.known(&pairs) {
            Some(scope) => scope,
            None => {
                self.scope_octets += Scopes::octets(pairs.len());
                self.budget.check_held(Limit::XPathHeld, self.scope_octets)?;
                self.tree.scopes.add(&pairs)
            }
        };
        Ok((pairs, scope))
    }

    /// Ends the elements whose subtree ends before `index` of the tape.
    fn leave_until(&mut self, index: u32) -> Result<(), Exceeded> {
        while let Some(last) = self.open.pop_if(|open| open.until <= index) {
            let source = self.document.source();
            self.tree.text.push_str(source.slice(self.at..last.content_end));
            self.at = last.end;
            // The text belongs to the element that ends.
            self.open.push(last);
            self.text_node()?;
            let Some(last) = self.open.pop() else { break };
            let end = self.tree.places.len;
            if let Some(node) = self.tree.nodes.get_mut(last.stored) {
                node.end = end;
            }
        }
        Ok(())
    }
}

/// Room for the values of all attributes. Decoding makes none longer.
fn attributes_of(tape: &Tape) -> Values {
    Values::with_capacity(
        tape.attributes.iter().map(|attribute| attribute.value_span().len()).sum(),
        tape.attributes.len(),
    )
}

/// No less than the octets of character data: those that are no markup.
fn most_text(document: &Document<'_>) -> usize {
    let markup = |node: &tape::Node| match node.kind {
        Kind::Element if node.flags & flag::EMPTY != 0 => node.tag_end - node.start,
        // With the end tag.
        Kind::Element => node.tag_end - node.start + u32::from(node.name_len) + 3,
        Kind::Comment | Kind::ProcessingInstruction => node.end - node.start,
        Kind::Text | Kind::CData => 0,
    };
    let markup: usize = document.tape.nodes.iter().map(|node| markup(node) as usize).sum();
    document.source().len().saturating_sub(markup)
}
