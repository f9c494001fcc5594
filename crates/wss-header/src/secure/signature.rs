//! Signatures of an outgoing message: the parts of the revision are digested (`references`) and listed in a canonical
//! SignedInfo.

use wss_c14n::{Budget, IdIndex, Limit, Splices};
use wss_soap::EnvelopeError;
use wss_text::Slice as _;
use wss_tokens::PasswordKeyUse;
use wss_xmldsig::PendingSignature;

use super::counts::{charge_child, check_prefixes};
use super::early;
use super::insertion::{InsertionPoints, goes_in_front};
use super::keying::{Keying, SignatureKey};
use super::made::Made;
use super::parts::no_such;
use super::references::References;
use super::revision::{Follower, Reading, Revision, parse};
use super::settled::SettledRecipe;
use super::signing_token;
use crate::correlation::SentSignature;
use crate::error::SecureError;
use crate::part::Part;
use crate::signing::{SignedBy, Signing};

/// A signature without its value.
pub(super) struct UnvaluedSignature {
    pub(super) pending: PendingSignature,
    place: SignatureOffsets,
}

/// The place of a signature in the revision, and the tokens that it brings.
struct SignatureOffsets {
    /// The tokens that the signature needs and the header does not have yet.
    tokens: String,
    /// Whether they follow the signature.
    is_before_tokens: bool,
    /// The offset for these tokens: the front of our header, that of a new step, or that of the signature.
    of_tokens: usize,
    /// The offset for the signature, after the protection tokens.
    of_signature: usize,
}

/// A signature that needs its value, the key that makes it, and the revision into which it is then inserted.
pub(super) struct Prepared {
    pub(super) signature: UnvaluedSignature,
    pub(super) key: SignatureKey,
    pub(super) revision: Revision,
}

/// Digests the parts of `signing`, which is the step `step`, and lists them in a signature.
pub(super) fn prepare(
    step: usize,
    signing: &Signing,
    revision: Revision,
    settled: &SettledRecipe,
    made: &mut Made,
) -> Result<Prepared, SecureError> {
    charge_child(Limit::Signatures, &made.budget)?;
    check_prefixes(signing, &made.budget)?;
    let in_front = match &signing.by {
        SignedBy::Token(token) => goes_in_front(settled, &made.tokens, token, PasswordKeyUse::Mac),
        SignedBy::Certificate { .. } => false,
    };
    // The token may have been placed before, for an earlier signature that covers it.
    let mut keying = match made.tokens.keying.remove(&step) {
        Some(keying) => keying,
        None => signing_token::make(signing, settled, made)?,
    };
    let mut revision = early::place_endorsing_tokens(step, signing, revision, settled, made)?;
    keying.elements = settled.written(keying.elements);
    // Whether octets depend on the elements around them, or are not digested in the form in which they are written.
    let needs_context = signing.needs_context() || !settled.recipe.header.prefixes.is_empty();
    let mut placed = None;
    let making = Making { signing, keying: &keying, in_front, settled };
    if needs_context {
        let (next, place) = making.place_tokens(revision, made)?;
        (revision, placed) = (next, Some(place));
    }
    let signature_id = made.ids.take_chosen(&Part::Signature).map_or_else(|| settled.fresh_id("SIG"), Ok)?;
    let reading = revision.read(&settled.recipe.header.role, &settled.recipe.limits)?;
    let pending = making.pending(&signature_id, &reading, made)?;
    let signature = match placed {
        Some(place) => UnvaluedSignature {
            pending: making.in_context(pending, &place, &signature_id, &reading, &made.budget)?,
            place,
        },
        None => {
            let points = InsertionPoints::new(settled, &made.tokens, &reading);
            UnvaluedSignature { pending, place: making.place(points) }
        }
    };
    Ok(Prepared { signature, key: keying.key, revision })
}

/// A signature while it is made.
#[derive(Clone, Copy)]
struct Making<'s> {
    signing: &'s Signing,
    keying: &'s Keying,
    /// Whether its tokens go to the front of our header.
    in_front: bool,
    settled: &'s SettledRecipe,
}

impl Making<'_> {
    /// The place of the signature, and the tokens that it needs.
    fn place(&self, points: InsertionPoints<'_, '_>) -> SignatureOffsets {
        let Self { signing, keying, in_front, .. } = *self;
        let of_signature = points.of_signature(signing);
        let of_tokens = match &signing.by {
            _ if in_front => points.front(),
            // A signature may be after others, but later steps that precede those use its token, too (R5205, R3212).
            SignedBy::Token(_) if !signing.token_after_signature => points.of_step().min(of_signature),
            _ => of_signature,
        };
        let (tokens, is_before_tokens) = (keying.elements.clone(), signing.token_after_signature);
        SignatureOffsets { tokens, is_before_tokens, of_tokens, of_signature }
    }

    /// Inserts the tokens before the signature is made, so that they are canonicalised at their place.
    fn place_tokens(&self, revision: Revision, made: &Made) -> Result<(Revision, SignatureOffsets), SecureError> {
        let settled = self.settled;
        let reading = revision.read(&settled.recipe.header.role, &settled.recipe.limits)?;
        let mut place = self.place(InsertionPoints::new(settled, &made.tokens, &reading));
        let tokens = std::mem::take(&mut place.tokens);
        if !place.is_before_tokens {
            place.of_signature += tokens.len();
        }
        let mut splices = Splices::new();
        splices.insert(place.of_tokens, tokens);
        // The signature is made from this revision, so that the revision is read again.
        Ok((revision.next(splices, Follower::Step, &made.budget)?, place))
    }

    /// The digests of all parts, in a SignedInfo.
    fn pending(&self, id: &str, reading: &Reading<'_>, made: &Made) -> Result<PendingSignature, SecureError> {
        let Self { signing, keying, settled, .. } = *self;
        let references =
            References { settled, made, signing, keying, header: reading.header, index: &reading.index }.all()?;
        let (id, key_info) = (Some(id.to_owned()), Some(keying.key_info.clone()));
        let pending =
            PendingSignature::canonicalized(&signing.canonicalization, signing.method, &references, id, key_info);
        Ok(pending.prefixes(settled.recipe.header.prefixes.clone()))
    }

    /// The signature whose SignedInfo is canonicalised at its place.
    fn in_context(
        &self,
        pending: PendingSignature,
        place: &SignatureOffsets,
        id: &str,
        reading: &Reading<'_>,
        budget: &Budget,
    ) -> Result<PendingSignature, SecureError> {
        let source = reading.document.source();
        // The form depends on what is around the signature, not on the content of the Body, which follows it.
        let body = reading.envelope.body.content_span();
        let placed = [
            source.slice(..place.of_signature),
            &pending.finish(&[]),
            source.slice(place.of_signature..body.start),
            source.slice(body.end..),
        ]
        .concat();
        let document = parse(&placed, budget)?;
        let index = IdIndex::build(&document).map_err(EnvelopeError::from)?;
        let signature = index.get(id).ok_or_else(|| no_such(&Part::Signature))?;
        Ok(pending.placed(signature, &self.signing.canonicalization, budget)?)
    }
}

impl UnvaluedSignature {
    /// Inserts the signature with its value, and the tokens that it needs, at their offsets.
    pub(super) fn insert(
        self,
        value: &[u8],
        revision: Revision,
        follower: Follower,
        made: &mut Made,
    ) -> Result<Revision, SecureError> {
        let Self { pending, place } = self;
        let signature = pending.finish(value);
        made.nodes.add(&[&signature, &place.tokens], 0, &made.budget)?;
        let mut splices = Splices::new();
        if place.is_before_tokens {
            splices.insert(place.of_signature, signature);
            splices.insert(place.of_signature, place.tokens);
        } else {
            splices.insert(place.of_tokens, place.tokens);
            splices.insert(place.of_signature, signature);
        }
        let next = revision.next(splices, follower, &made.budget)?;
        let signed_info = std::str::from_utf8(pending.octets()).expect("canonical XML is UTF-8").to_owned();
        made.correlation.signatures.push(SentSignature { value: value.to_vec(), signed_info, method: None });
        Ok(next)
    }
}
