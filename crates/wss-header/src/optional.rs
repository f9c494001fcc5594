//! What a step does with parts that a message may have or not.

use wss_c14n::{Exceeded, Limit, Limits};
use wss_soap::{Envelope, Role};

use crate::element_path::is_block_for;
use crate::part::Part;

/// Parts that a step takes if the message has them.
#[derive(Clone, Default)]
pub(crate) struct Optional {
    /// Those that are named.
    pub(crate) parts: Vec<Part>,
    /// Namespaces of which every header block is taken, whatever its name; `None` for every namespace.
    pub(crate) blocks: Vec<Option<String>>,
}

impl Optional {
    pub(crate) fn add(&mut self, parts: impl IntoIterator<Item = Part>) {
        if self.parts.is_empty() {
            // A vector is taken over, without a copy.
            self.parts = parts.into_iter().collect();
        } else {
            self.parts.extend(parts);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.blocks.is_empty()
    }

    /// The header blocks of its namespaces that an envelope has for this role, each name once, without those that `named` or its
    /// own parts name already. Each becomes a reference or ciphertext: they are bounded before they are compared with each other.
    pub(crate) fn blocks_of(
        &self,
        envelope: Envelope<'_>,
        role: &Role,
        named: &[Part],
        limits: &Limits,
    ) -> Result<Vec<Part>, Exceeded> {
        let mut found: Vec<Part> = Vec::new();
        if self.blocks.is_empty() {
            return Ok(found);
        }
        for block in envelope.blocks().filter(|block| is_block_for(*block, envelope.version, role)) {
            let name = block.name();
            let is_meant = |of: &Option<String>| of.as_deref().is_none_or(|of| of == name.namespace);
            let is_named = named.iter().chain(&self.parts).chain(&found).any(|part| part.names_block(block));
            if self.blocks.iter().any(is_meant) && !is_named {
                limits.check(Limit::References, found.len() + 1)?;
                found.push(Part::every_header_block(name.namespace, name.local));
            }
        }
        Ok(found)
    }
}
