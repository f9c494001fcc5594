//! Grafts: the tape of a text, made from the tape of one element's content, which was read before. The offsets of the
//! content move, its names stay, and only the text around it is read.

use std::ops::Range;

use wss_budget::{Limit, Limits};
use wss_text::Slice as _;

use crate::document::NodeId;
use crate::reader;
use crate::tape::{Declaration, Kind, NO_NAMESPACE, NO_NODE, NO_PREFIX, Node, Pair, Tape, flag};
use crate::wiped::Wiped;

/// The namespaces that may be in scope at the new place of the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The same namespaces, and no other.
    Same,
    /// The same namespaces, and prefixes that were not bound before, which the content thus does not use.
    Wider,
}

/// The largest product of the numbers of pairs (prefix and namespace) in the two tapes: each pair is compared with
/// each.
const MOST_COMPARED: usize = 1 << 10;

/// Content that is the same in two texts, at another place.
#[derive(Debug)]
pub(crate) struct Moved<'t> {
    /// The text in which it is now.
    pub(crate) next: &'t str,
    /// Its span there.
    pub(crate) new: Range<usize>,
    /// Its span in the text before.
    pub(crate) old: Range<usize>,
}

/// The tape of the next text. It takes over, from the tape of the text before, the content of the element `kept`, which has
/// moved; the text around it is read within the limits. `None` if all must be read.
pub(crate) fn grafted(
    tape: Tape,
    kept: NodeId,
    Moved { next, new, old }: Moved<'_>,
    scope: Scope,
    limits: &Limits,
) -> Option<Tape> {
    // Offsets have 32 bits, also those that move.
    if next.len() >= u32::MAX as usize {
        return None;
    }
    // The element has nothing else in it: text beside the content would be one node with the text in it.
    let (before, behind) = (next.slice(..new.start), next.slice(new.end..));
    if !behind.starts_with("</") || (declares_ascii(before) && !next.slice(new.clone()).is_ascii()) {
        return None;
    }
    // The text may hold plaintext, so that it is wiped.
    let around = Wiped::from([before, behind].concat());
    let around = reader::read(&around, limits).ok()?;
    // An empty-element tag that ends there is beside the content.
    let is_bearer =
        |node: &Node| node.kind == Kind::Element && node.flags & flag::EMPTY == 0 && node.tag_end as usize == new.start;
    let bearer = around.nodes.iter().position(is_bearer)?;
    Graft::new(tape, around, kept, bearer as u32, scope)?
        .grow(new.len() as u32, new.start.wrapping_sub(old.start) as u32)
}

/// Whether the XML declaration, if there is one, says that all of the document is ASCII.
fn declares_ascii(before: &str) -> bool {
    let declaration =
        before.trim_start_matches('\u{FEFF}').strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"));
    declaration.is_some_and(|(declaration, _)| declaration.to_ascii_lowercase().contains("ascii"))
}

/// Two tapes that become one: that of the revision before, of which a subtree is kept, and that of everything around it.
struct Graft {
    tape: Tape,
    around: Tape,
    /// The element whose content is kept, on the tape before.
    kept: u32,
    /// That element on the tape of the text around it.
    bearer: u32,
}

impl Graft {
    /// `None` if the namespaces in scope are others than before, so that names in the content may mean something else.
    fn new(mut tape: Tape, mut around: Tape, NodeId(kept): NodeId, bearer: u32, scope: Scope) -> Option<Self> {
        if around.pairs.len().saturating_mul(tape.pairs.len()) > MOST_COMPARED {
            return None;
        }
        let before = tape.in_scope(kept);
        let now = around.in_scope(bearer);
        let has_default = |tape: &Tape, pairs: &[u32]| pairs.iter().any(|pair| tape.pair(*pair).prefix == NO_PREFIX);
        let had_default = has_default(&tape, &before);
        if has_default(&around, &now) != had_default || (scope == Scope::Same && now.len() != before.len()) {
            return None;
        }
        let adopted: Vec<u32> = (0u32..).zip(&around.pairs).map(|(pair, _)| adopt(&mut tape, &around, pair)).collect();
        let adopted = |pair: u32| adopted.get(pair as usize).copied().unwrap_or(NO_NAMESPACE);
        let now: Vec<u32> = now.into_iter().map(adopted).collect();
        if !before.iter().all(|pair| now.contains(pair)) {
            return None;
        }
        around.nodes.iter_mut().for_each(|node| node.pair = adopted(node.pair));
        around.declarations.iter_mut().for_each(|declaration| declaration.pair = adopted(declaration.pair));
        let prefixed = around.attributes.iter_mut().filter(|attribute| attribute.is_prefixed());
        prefixed.for_each(|attribute| attribute.name.pair = adopted(attribute.name.pair));
        Some(Self { tape, around, kept, bearer })
    }

    /// Puts the nodes around at both ends of the kept subtree, which has `octets` octets and moves by `by`.
    fn grow(self, octets: u32, by: u32) -> Option<Tape> {
        let Self { mut tape, mut around, kept, bearer } = self;
        let (first, end) = (kept + 1, tape.nodes.get(kept as usize)?.next);
        let (first_attribute, end_attribute) = (tape.attributes_before(first), tape.attributes_before(end));
        let (nodes, attributes) = (end - first, end_attribute - first_attribute);
        let of_bearer = around.attributes_before(bearer + 1);
        let nodes_by = bearer.wrapping_sub(kept);
        let kept_nodes = tape.nodes.get_mut(first as usize..end as usize)?;
        // Most documents have no such attributes.
        if tape.instructions > 0 {
            let is_one = |node: &&Node| node.kind == Kind::ProcessingInstruction;
            tape.instructions = kept_nodes.iter().filter(is_one).count() as u32;
        }
        for node in kept_nodes {
            node.move_by(by);
            node.next = node.next.wrapping_add(nodes_by);
            node.parent = node.parent.wrapping_add(nodes_by);
            node.attributes = node.attributes.wrapping_add(of_bearer).wrapping_sub(first_attribute);
        }
        for attribute in tape.attributes.get_mut(first_attribute as usize..end_attribute as usize)? {
            attribute.name_start = attribute.name_start.wrapping_add(by);
            attribute.value_end = attribute.value_end.wrapping_add(by);
        }
        let (before, behind) = around.nodes.split_at_mut(bearer as usize + 1);
        // The nodes around the kept subtree are those that end after the bearer's start tag.
        for node in before.iter_mut().filter(|node| node.next > bearer) {
            node.end = node.end.wrapping_add(octets);
            node.next += nodes;
        }
        for node in behind.iter_mut() {
            node.move_by(octets);
            node.next += nodes;
            node.attributes += attributes;
            if node.parent != NO_NODE && node.parent > bearer {
                node.parent += nodes;
            }
        }
        let (_, attributes_behind) = around.attributes.split_at_mut(of_bearer as usize);
        for attribute in attributes_behind {
            attribute.name_start = attribute.name_start.wrapping_add(octets);
            attribute.value_end = attribute.value_end.wrapping_add(octets);
        }
        let index_of =
            |tape: &Tape, node: u32| tape.declarations.partition_point(|declaration| declaration.node < node);
        let declared = index_of(&tape, first)..index_of(&tape, end);
        let declared_around = index_of(&around, bearer + 1);
        for Declaration { node, .. } in tape.declarations.get_mut(declared.clone())? {
            *node = node.wrapping_add(nodes_by);
        }
        for Declaration { node, .. } in around.declarations.get_mut(declared_around..)? {
            *node += nodes;
        }
        surround(&mut tape.nodes, first as usize..end as usize, &around.nodes, bearer as usize + 1);
        let kept_attributes = first_attribute as usize..end_attribute as usize;
        surround(&mut tape.attributes, kept_attributes, &around.attributes, of_bearer as usize);
        surround(&mut tape.declarations, declared, &around.declarations, declared_around);
        Some(Tape { root: around.root, instructions: around.instructions + tape.instructions, ..tape })
    }
}

impl Node {
    fn move_by(&mut self, octets: u32) {
        for offset in [&mut self.start, &mut self.tag_end, &mut self.end] {
            *offset = offset.wrapping_add(octets);
        }
    }
}

/// Keeps a range of `all`, and puts the first `before` items of `around` before it and the others behind it.
fn surround<T: Copy>(all: &mut Vec<T>, kept: Range<usize>, around: &[T], before: usize) {
    let Some((before, behind)) = around.split_at_checked(before) else { return };
    all.truncate(kept.end);
    // A long tape that doubled its room would take more memory than everything around.
    all.reserve_exact((around.len() + kept.len()).saturating_sub(all.len()));
    all.extend_from_slice(behind);
    drop(all.splice(..kept.start, before.iter().copied()));
}

/// The id on this tape of a pair of another tape. The pair is added if it is missing.
fn adopt(tape: &mut Tape, other: &Tape, pair: u32) -> u32 {
    let new = other.pair(pair);
    let (prefix, uri) = (other.prefix(new.prefix), other.uri(new.uri));
    let prefix = id_of(&mut tape.prefixes, &mut tape.arena, prefix);
    let uri = id_of(&mut tape.uris, &mut tape.arena, uri);
    let known = tape.pairs.iter().position(|pair| (pair.prefix, pair.uri) == (prefix, uri));
    let known = known.unwrap_or_else(|| {
        tape.pairs.push(Pair { prefix, uri, ..new });
        tape.pairs.len() - 1
    });
    known as u32
}

/// The id of a text of the arena. The text is added if it is missing.
fn id_of(texts: &mut Vec<(u32, u32)>, arena: &mut String, text: &str) -> u32 {
    let is_it = |(start, end): &(u32, u32)| arena.get(*start as usize..*end as usize) == Some(text);
    let known = texts.iter().position(is_it).unwrap_or_else(|| {
        let start = arena.len() as u32;
        arena.push_str(text);
        texts.push((start, arena.len() as u32));
        texts.len() - 1
    });
    known as u32
}

/// Whether a document is within the limits for a whole document.
pub(crate) fn fits(tape: &Tape, octets: usize, limits: &Limits) -> bool {
    let within = |limit: Limit, count: usize| count <= limits.size(limit);
    within(Limit::Nodes, tape.nodes.len())
        && tape.nodes.len() <= reader::max_nodes_of(octets, limits)
        && within(Limit::AllDeclarations, tape.declarations.len())
        && within(Limit::Depth, depth(tape))
}

/// The largest number of elements that are open at once.
fn depth(tape: &Tape) -> usize {
    let mut open: Vec<u32> = Vec::new();
    let mut deepest = 0;
    for (index, node) in (0u32..).zip(&*tape.nodes).filter(|(_, node)| node.kind == Kind::Element) {
        while open.pop_if(|until| *until <= index).is_some() {}
        open.push(node.next);
        deepest = deepest.max(open.len());
    }
    deepest
}
