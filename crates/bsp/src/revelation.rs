//! What the keys of a receiver show of a message: as much plaintext as they open, whatever else is wrong with it.

use std::ops::Range;
use std::rc::Rc;

use wss_c14n::Budget;

use super::check::{self, Digests};
use super::report::Revealed;
use super::scene::Scene;
use crate::open::Opening;
use crate::policy::AlgorithmPolicy;
use crate::receiver::Receiver;
use wss_soap::mime::{MimePart, Package};

/// A message as far as it could be decrypted.
pub(super) struct Revelation {
    /// Its last revision.
    pub(super) source: String,
    /// What came out of ciphertext.
    pub(super) revealed: Vec<Revealed>,
    /// All ciphertext of the message, where it stands in the last revision.
    pub(super) carried: Vec<Revealed>,
    /// The digests of each signature, when its turn comes.
    pub(super) in_order: Digests,
    /// The attachments that were ciphertext, as they are in the clear.
    pub(super) attachments: Vec<MimePart<'static>>,
}

impl Revelation {
    /// Decrypts in order what the keys of `receiver` open, with whatever algorithm; `None` if the envelope has no
    /// header for it, or is in no state to be processed.
    pub(super) fn of(receiver: &Receiver, message: &str, package: Option<&Package<'_>>) -> Option<Self> {
        let lenient = receiver
            .clone()
            .algorithms(AlgorithmPolicy::everything_for_legacy_use_only())
            .dangerous_decrypt_cbc_before_verification()
            .accept_forward_references();
        let mut in_order = Digests::new();
        let attachments = package.map(Package::attachments).unwrap_or_default().to_vec();
        let beside: u64 = attachments.iter().map(|part| part.unauthenticated_octets().len()).sum();
        let budget = Rc::new(Budget::new(&lenient.limits, message.len() as u64 + beside));
        let mut opening = Opening::new(&lenient, budget, package, attachments, std::collections::BTreeSet::new(), None);
        let (source, carried) = opening.reveal(message, |document, header, children| {
            let scene = Scene::read(document);
            let at = scene.security.iter().position(|security| security.span() == *header);
            let Some(at) = at else { return };
            let digests = check::digests(&scene, &receiver.limits);
            let due =
                digests.into_iter().filter(|((security, child, _), _)| *security == at && children.contains(child));
            in_order.extend(due);
        })?;
        let mut revelation = Self { source, revealed: Vec::new(), carried, in_order, attachments: Vec::new() };
        revelation.attachments.extend(opening.opened_attachments().map(MimePart::to_owned));
        let opened = opening.revealed();
        revelation.revealed = opened.map(|now| Revealed { wire: revelation.on_the_wire(now.clone()), now }).collect();
        Some(revelation)
    }

    /// Where what stands at `now` in the last revision came from.
    pub(super) fn on_the_wire(&self, now: Range<usize>) -> Range<usize> {
        let known = self.carried.iter().find(|known| known.now.start <= now.start && now.end <= known.now.end);
        known.map_or(0..0, |known| known.wire.clone())
    }
}
