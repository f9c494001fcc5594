//! The storage of a tree: nodes in pieces, the places of numbers, scopes that elements share, and values end to end.
//!
//! A document of few octets can have many nodes, and each node many namespaces. So nothing here is larger than the nodes that
//! are stored need, and nothing is copied when it grows.

use std::collections::HashMap;

use wss_text::Slice as _;

/// All of a tree but its document.
pub(super) struct Stored {
    pub(super) nodes: Pieces<Node>,
    pub(super) places: Places,
    pub(super) scopes: Scopes,
    /// All character data in document order, so that the string-value of an element is one slice.
    pub(super) text: String,
    pub(super) attributes: Values,
    /// Those of comments and processing instructions.
    pub(super) contents: Values,
    /// The tree node of each element, comment and processing instruction of the tape.
    pub(super) of_tape: Vec<u32>,
}

/// A node that is stored: the root, an element, a text, a comment or a processing instruction. The namespaces and attributes of
/// an element have numbers after its own, and are not stored: the tape has the attributes, and elements without declarations
/// share their namespaces.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) number: u32,
    /// The number of its parent.
    pub(super) parent: u32,
    /// The number of the first node after its subtree.
    pub(super) end: u32,
    /// The octets of `text` before it.
    pub(super) text: u32,
    /// Its node of the tape; `NO_NODE` for a root or a text.
    pub(super) tape: u32,
    /// The scope of an element; the place in `contents` of a comment or a processing instruction.
    pub(super) more: u32,
}

/// A vector that grows by pieces, so that growing copies nothing.
pub(super) struct Pieces<T> {
    pieces: Vec<Vec<T>>,
}

/// The members of a piece.
const PIECE: usize = 1_024;

impl<T: Copy> Pieces<T> {
    pub(super) fn new() -> Self {
        Self { pieces: Vec::new() }
    }

    pub(super) fn push(&mut self, member: T) {
        match self.pieces.last_mut().filter(|piece| piece.len() < PIECE) {
            Some(piece) => piece.push(member),
            None => {
                // The first piece is as small as the tree.
                let capacity = if self.pieces.is_empty() { 0 } else { PIECE };
                let mut piece = Vec::with_capacity(capacity);
                piece.push(member);
                self.pieces.push(piece);
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.pieces.last().map_or(0, |last| (self.pieces.len() - 1) * PIECE + last.len())
    }

    pub(super) fn get(&self, index: usize) -> Option<T> {
        self.pieces.get(index / PIECE)?.get(index % PIECE).copied()
    }

    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        self.pieces.get_mut(index / PIECE)?.get_mut(index % PIECE)
    }
}

/// Which numbers are those of stored nodes: a bit for each number, and how many there are before each word of bits.
pub(super) struct Places {
    words: Pieces<(u64, u32)>,
    /// The number of numbers.
    pub(super) len: u32,
    stored: u32,
}

impl Places {
    pub(super) fn new() -> Self {
        Self { words: Pieces::new(), len: 0, stored: 0 }
    }

    /// Takes the next number for a stored node, and as many after it for what is not stored.
    pub(super) fn push(&mut self, behind: u32) -> u32 {
        let number = self.len;
        self.fill(number as usize / 64 + 1);
        if let Some((bits, _)) = self.words.get_mut(number as usize / 64) {
            *bits |= 1 << (number % 64);
        }
        (self.len, self.stored) = (number + 1 + behind, self.stored + 1);
        self.fill((self.len as usize).div_ceil(64));
        number
    }

    fn fill(&mut self, words: usize) {
        while self.words.len() < words {
            self.words.push((0, self.stored));
        }
    }

    /// The number of stored nodes before this number.
    pub(super) fn stored_before(&self, number: u32) -> usize {
        match self.words.get(number as usize / 64) {
            Some((bits, before)) => before as usize + (bits & ((1 << (number % 64)) - 1)).count_ones() as usize,
            None => self.stored as usize,
        }
    }
}

/// The namespaces in scope at elements. Elements with the same ones share a scope.
pub(super) struct Scopes {
    pairs: Vec<u32>,
    /// Where each scope ends.
    ends: Vec<u32>,
    known: HashMap<Box<[u32]>, u32>,
}

impl Scopes {
    pub(super) fn new() -> Self {
        Self { pairs: Vec::new(), ends: Vec::new(), known: HashMap::new() }
    }

    /// The scope of these pairs, if an element has it already.
    pub(super) fn known(&self, pairs: &[u32]) -> Option<u32> {
        self.known.get(pairs).copied()
    }

    /// Adds a scope that is not known yet.
    pub(super) fn add(&mut self, pairs: &[u32]) -> u32 {
        let scope = self.ends.len() as u32;
        self.pairs.extend_from_slice(pairs);
        self.ends.push(self.pairs.len() as u32);
        self.known.insert(pairs.into(), scope);
        scope
    }

    /// No more scopes are added.
    pub(super) fn finish(&mut self) {
        self.known = HashMap::new();
    }

    /// The octets that one more scope of so many pairs takes.
    pub(super) const fn octets(pairs: usize) -> u64 {
        // With its key in the map, and what vectors keep free.
        (pairs * 16 + 96) as u64
    }

    pub(super) fn pairs(&self, scope: u32) -> &[u32] {
        let start = scope.checked_sub(1).and_then(|before| self.ends.get(before as usize)).copied().unwrap_or(0);
        let end = self.ends.get(scope as usize).copied().unwrap_or(0);
        self.pairs.slice(start as usize..end as usize)
    }
}

/// Texts end to end.
pub(super) struct Values {
    pub(super) text: String,
    ends: Vec<u32>,
}

impl Values {
    pub(super) fn with_capacity(octets: usize, count: usize) -> Self {
        Self { text: String::with_capacity(octets), ends: Vec::with_capacity(count) }
    }

    /// Ends the text that was added.
    pub(super) fn end(&mut self) -> u32 {
        self.ends.push(self.text.len() as u32);
        self.ends.len() as u32 - 1
    }

    pub(super) fn get(&self, index: u32) -> &str {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before as usize)).copied().unwrap_or(0);
        let end = self.ends.get(index as usize).copied().unwrap_or(0);
        self.text.slice(start as usize..end as usize)
    }
}
