//! The Ids of a document, of any kind, whether they are unique or not.
//!
//! A short hash of each Id is kept, not its text: a look-up reads only the texts with an equal hash, however long the
//! others are. The hash has a key, so that nobody can make a message of Ids with equal hashes.

use std::hash::{BuildHasher, RandomState};

use wss_c14n::{Document, Element, NodeId, id_of};

#[derive(Default)]
pub(crate) struct Ids {
    state: RandomState,
    /// Sorted by hash, and then by document order.
    known: Vec<(u32, NodeId)>,
}

impl Ids {
    pub(crate) fn of(document: &Document<'_>) -> Self {
        let mut ids = Self::default();
        for element in document.elements() {
            if let Some(id) = id_of(element) {
                ids.known.push((ids.hash(&id), element.id()));
            }
        }
        ids.known.sort_unstable();
        ids
    }

    fn hash(&self, id: &str) -> u32 {
        self.state.hash_one(id) as u32
    }

    /// The first element of the document with this Id.
    pub(crate) fn first<'d>(&self, document: &'d Document<'d>, id: &str) -> Option<Element<'d>> {
        let hash = self.hash(id);
        let from = self.known.partition_point(|(known, _)| *known < hash);
        let equal = self.known.iter().skip(from).take_while(|(known, _)| *known == hash);
        let mut elements = equal.filter_map(|(_, node)| document.element(*node));
        elements.find(|element| id_of(*element).is_some_and(|known| known == id))
    }
}
