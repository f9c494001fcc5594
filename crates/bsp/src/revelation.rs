//! Decrypts with the keys of a receiver as much of a message as they can decrypt, whatever else is wrong with it.

use std::ops::Range;

use wss_soap::mime::{MimePart, Package};

use super::check::{self, Digests};
use super::holdings::{Decryption, Holdings, Revealed};
use super::targets::Targets;

/// A message, decrypted as far as possible.
pub(crate) struct Revelation {
    /// Its last revision; `None` if nothing was decrypted.
    pub(crate) source: Option<String>,
    /// The decrypted spans.
    pub(crate) revealed: Vec<Revealed>,
    /// The spans of all ciphertext of the message in the last revision.
    pub(crate) carried: Vec<Revealed>,
    /// The digests of each signature, computed when it is next in order.
    pub(crate) in_order: Digests,
    /// The attachments that were ciphertext, in plaintext.
    pub(crate) attachments: Vec<MimePart<'static>>,
}

impl Revelation {
    /// `None` if nothing of the message can be processed.
    pub(crate) fn of(holdings: &dyn Holdings, message: &str, package: Option<&Package<'_>>) -> Option<Self> {
        let mut in_order = Digests::new();
        let limits = holdings.limits();
        let decryption = holdings.decrypt(message, package, &mut |document, header, children| {
            let targets = Targets::read(document, &limits);
            let at = targets.security.iter().position(|security| security.span() == *header);
            let Some(at) = at else { return };
            let digests = check::digests(&targets, &limits);
            let due =
                digests.into_iter().filter(|((security, child, _), _)| *security == at && children.contains(child));
            in_order.extend(due);
        })?;
        let Decryption { source, revealed, carried, attachments } = decryption;
        let mut revelation = Self { source, revealed: Vec::new(), carried, in_order, attachments };
        let wire = |now: &Range<usize>| revelation.on_the_wire(now.clone());
        revelation.revealed = revealed.into_iter().map(|now| Revealed { wire: wire(&now), now }).collect();
        Some(revelation)
    }

    /// The span in the message for the span `now` in the last revision.
    pub(crate) fn on_the_wire(&self, now: Range<usize>) -> Range<usize> {
        let known = self.carried.iter().find(|known| known.now.start <= now.start && now.end <= known.now.end);
        known.map_or(0..0, |known| known.wire.clone())
    }
}
