//! Opening: from octets of the wire to [`Opened`](crate::Opened).
//!
//! [`verify`] is the whole way. Values move along it, and each file has one step: [`Arrived`] is what came, [`Terms`] what
//! holds for this message from beginning to end, [`Revision`] the message as it reads after the decryptions so far,
//! [`Facts`] what was proven until now, and [`KeyRing`] the keys that were found.
//!
//! The children of our Security header are processed in order, which undoes the sender's steps, the last one first. So
//! a signature is verified before anything after it is decrypted. Decryption makes a new revision, and the facts are
//! carried into it by their spans. After the last child the requirements are checked against the facts. The replay
//! store is asked last, by the caller with the [`PendingReplay`].
//!
//! In reading order: `incoming`, `terms` (with `shapes`), `revision`, `facts` (with `proven`, `places`, `carry`, `span` and
//! `replacement`); `header`, which calls `tokens`, `signature` (with `dereference`, `cover`, `moves`, `narrow` and `coverage`),
//! `decrypt` and `keys`; `require` (with `author` and `lacking`), `unjudged`, `remains`, `relation`, `replay_key`, `output`.
//! `referred` and `named` say what a key reference identifies, and `other_namespace` what was overlooked. `reveal` walks the same
//! way for reports, and verifies nothing; `misshapen` reads with it what the steps would refuse for its shape.

mod author;
mod carry;
mod cover;
mod coverage;
mod decrypt;
mod dereference;
mod facts;
mod header;
mod incoming;
mod keys;
mod lacking;
mod misshapen;
mod moves;
mod named;
mod narrow;
mod other_namespace;
mod output;
mod places;
mod proven;
mod referred;
mod relation;
mod remains;
mod replacement;
mod replay_key;
mod require;
mod reveal;
mod revision;
mod shapes;
mod signature;
mod span;
mod terms;
mod token_place;
mod tokens;
mod unjudged;

use wss_bsp::Judging;
use wss_c14n::Wiped;

pub(crate) use decrypt::lasting_name;
pub(crate) use incoming::Arrived;
pub use misshapen::Misshapen;
pub use named::key_in_words;
pub(crate) use named::named_by;
pub(crate) use reveal::{RevealedList, Stage, reveal, survey};
pub(crate) use tokens::limit_of_child;

use crate::elsewhere::{self, Asking, AsyncKeyUnwrap};
use crate::error::OpenError;
use crate::pending_replay::PendingReplay;
use crate::receiver::Receiver;
use crate::trace;
use crate::transport::TransportFacts;
use crate::waiver::Waiver;
use facts::Facts;
use keys::KeyRing;
use output::{Met, Output};
use revision::{Revision, parse};
use terms::Terms;

/// Opens a message, except for the question whether it is new. The type of the result decides what must be signed.
pub(crate) fn open<O: Output>(receiver: &Receiver, incoming: Arrived<'_>) -> Result<PendingReplay<O>, OpenError> {
    process(receiver, incoming, None)
}

/// As [`open`], but asks keys elsewhere for their operations.
pub(crate) async fn open_asking<O: Output>(
    receiver: &Receiver,
    incoming: Arrived<'_>,
    keys: &dyn AsyncKeyUnwrap,
) -> Result<PendingReplay<O>, OpenError> {
    elsewhere::answered(keys, |asking| process(receiver, incoming, Some(asking))).await
}

fn process<O: Output>(
    receiver: &Receiver,
    incoming: Arrived<'_>,
    asking: Option<&Asking>,
) -> Result<PendingReplay<O>, OpenError> {
    let (octets, is_reply) = (incoming.octets.len(), incoming.request.is_some());
    let open = || elsewhere::attempt(receiver, asking, |receiver| verify(receiver, incoming));
    trace::opening(octets, is_reply, open, |pending| (pending.evidence)(&mut pending.opened))
}

/// The whole way from the received message to the result.
fn verify<O: Output>(receiver: &Receiver, incoming: Arrived<'_>) -> Result<PendingReplay<O>, OpenError> {
    let demanded = O::demanded(&receiver.requirements)?;
    incoming.check(receiver, &demanded)?;
    let message = incoming.read(receiver)?;
    let terms = Terms { only_demanded: O::ONLY_DEMANDED, ..Terms::new(receiver, demanded, incoming, message.octets()) };
    let mut profile = Judging::of(&receiver.bsp, receiver, incoming.package, incoming.request.is_some());
    let negotiated = incoming.transport.and_then(TransportFacts::protocol_and_cipher_suite).or(incoming.negotiated);
    if let Some((protocol, suite)) = negotiated {
        profile = profile.map(|profile| profile.transport(protocol, suite));
    }
    let mut facts = Facts::new(message.attachments, terms.demanded.clone());
    let mut ring = KeyRing::new(receiver);
    let mut position = 0;
    // Revisions with decrypted text are wiped on drop.
    let mut decrypted: Option<Wiped> = None;
    // The part of the next revision that is parsed already: a plaintext.
    let mut piece = None;
    loop {
        let next = {
            let source = decrypted.as_ref().map_or(&*message.text, |revision| revision.as_str());
            let document = parse(source, piece.take(), decrypted.is_none(), &terms)?;
            let revision = Revision::read(&document, &terms, &facts.decryptions.retired_ids)?;
            if let Some(profile) = profile.as_mut().filter(|_| decrypted.is_none()) {
                profile.message(&document)?;
            }
            facts.identify(&revision, &terms)?;
            let noted = tokens::note(&revision, &terms, &mut facts);
            let step = noted
                .map_err(|error| unjudged::unless_alone(error, &revision))
                .and_then(|()| header::process(&revision, &terms, &mut facts, &mut ring, &mut position));
            let step = step.map_err(|error| shapes::unless_white_space(error, &document, receiver));
            let step = step.map_err(shapes::unless_in_other_namespace);
            let step = step.map_err(|error| remains::unless_encrypted(error, &revision, &terms, &facts))?;
            let step = match step {
                None if receiver.waives(Waiver::UnlistedEncryptedData) => {
                    decrypt::decrypt_unlisted(&revision, &terms, &mut facts, &mut ring)?
                }
                step => step,
            };
            match step {
                Some(replacement) => facts.record(replacement, source, &terms.budget)?,
                None => {
                    let conclusion = require::check(&revision, &terms, &facts, &mut ring);
                    let conclusion = conclusion.map_err(|error| require::unless_fault(error, &revision, &facts))?;
                    let report = profile.map(|profile| facts.judge(profile, &document)).transpose()?;
                    let remaining = remains::find(&revision, &terms, &facts, &mut ring, conclusion.signature(&facts))?;
                    let proof = conclusion.proof.map_err(|error| require::unless_fault(error, &revision, &facts))?;
                    cover::check_places(&revision, &terms, &facts.signatures)?;
                    relation::check_read(&revision, &terms, &facts)?;
                    let met =
                        Met { proof, assertions: conclusion.assertions, user: conclusion.user, report, remaining };
                    return output::take(&revision, &terms, facts, ring, met);
                }
            }
        };
        (decrypted, piece) = (Some(next.0), next.1);
    }
}
