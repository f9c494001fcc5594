//! Requirements: checks whether the facts prove them.

use std::ops::Range;

use wss_c14n::{Element, name};
use wss_soap::{Role, must_understand};
use wss_tokens::{AuthenticatedUser, ConfirmationMethod};

use super::facts::{Facts, SeenConfirmation};
use super::keys::KeyRing;
use super::narrow::{self, Shown};
use super::other_namespace::child_told;
use super::proven::ProvenSignature;
use super::relation;
use super::replacement::PlaintextPlace;
use super::revision::{Revision, unauthenticated_fault};
use super::terms::Terms;
use super::{author, lacking, remains};
use crate::authenticated_assertion::AuthenticatedAssertion;
use crate::correlation::Correlation;
use crate::element_path::is_block_for;
use crate::error::{HeaderError, LostCoverage, LostPart, OpenError, RequirementError, WhyNoToken};
use crate::held_token::HeldToken;
use crate::part::Part;
use crate::required_token::RequiredToken;
use crate::requirements::Requirements;
use crate::signer::Signer;
use crate::waiver::Waiver;

/// The signature that proves the required parts, and the signer responsible for it.
pub(super) struct Proof {
    /// The index of the signature.
    pub(super) at: usize,
    pub(super) signer: Signer,
}

/// The result of checking the requirements.
pub(super) struct Conclusion {
    /// `None` if nothing must be signed. An error is kept until tokens and remaining ciphertext were checked.
    pub(super) proof: Result<Option<Proof>, OpenError>,
    /// The assertions about the sender.
    pub(super) assertions: Vec<AuthenticatedAssertion>,
    pub(super) user: Option<AuthenticatedUser>,
}

impl Conclusion {
    /// The conclusion about the sender from `proof`.
    fn of(proof: Result<Option<Proof>, OpenError>, terms: &Terms<'_>, facts: &Facts<'_>) -> Self {
        let signature = signature_of(&proof, facts);
        let assertions = author::confirmed_assertions(signature, terms, facts);
        // If a Body is returned that need not be signed, no signature identifies its author: only the password was checked.
        let identifies = terms.only_demanded || terms.demanded.contains(&Part::Body);
        let user = author::user(signature.filter(|_| identifies), terms, facts);
        Self { proof, assertions, user }
    }

    fn shown<'a>(&'a self, facts: &'a Facts<'_>) -> Shown<'a> {
        Shown {
            signature: self.signature(facts),
            signer: self.proof.as_ref().ok().and_then(Option::as_ref).map(|proof| &proof.signer),
            user: self.user.as_ref(),
            assertions: &self.assertions,
        }
    }

    /// The signature that proves the required parts, if there is one.
    pub(super) fn signature<'f>(&self, facts: &'f Facts<'_>) -> Option<&'f ProvenSignature> {
        signature_of(&self.proof, facts)
    }
}

/// Checks the facts of the last revision against the requirements.
pub(super) fn check(
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &Facts<'_>,
    ring: &mut KeyRing,
) -> Result<Conclusion, OpenError> {
    check_version(revision, terms)?;
    check_understood(revision, terms, facts)?;
    if let Some(timestamp) = &facts.timestamp {
        terms.check_fresh("Timestamp", timestamp.created, timestamp.expires)?;
    }
    let conclusion = conclude(revision, terms, facts);
    check_tokens(&conclusion, revision, terms, facts)?;
    if let Err(error) = check_encrypted(&terms.receiver.requirements, facts, revision) {
        // A part that is still ciphertext did come encrypted: the error says to whom.
        remains::find(revision, terms, facts, ring, None)?;
        return Err(error);
    }
    check_present(terms, facts, revision)?;
    check_confirmations(terms, &facts.confirmations)?;
    relation::check(revision, terms)?;
    // If there is no proof, the error about that comes first.
    if conclusion.proof.is_ok() {
        narrow::check(&conclusion.shown(facts), terms, facts)?;
    }
    Ok(conclusion)
}

/// The first conclusion that has the required tokens; if there is none, the first one.
fn conclude(revision: &Revision<'_>, terms: &Terms<'_>, facts: &Facts<'_>) -> Conclusion {
    let proofs = match find_proofs(terms, facts) {
        Ok(proofs) => proofs,
        Err(error) => return Conclusion::of(Err(error), terms, facts),
    };
    let mut first = None;
    for proof in proofs {
        let conclusion = Conclusion::of(Ok(proof), terms, facts);
        let tokens = check_tokens(&conclusion, revision, terms, facts);
        if tokens.and_then(|()| narrow::check(&conclusion.shown(facts), terms, facts)).is_ok() {
            return conclusion;
        }
        first.get_or_insert(conclusion);
    }
    first.unwrap_or_else(|| Conclusion::of(Err(nothing_signed(facts)), terms, facts))
}

fn signature_of<'f>(proof: &Result<Option<Proof>, OpenError>, facts: &'f Facts<'_>) -> Option<&'f ProvenSignature> {
    facts.signatures.get(proof.as_ref().ok()?.as_ref()?.at)
}

/// Refuses a message of another version of SOAP than a path of the requirements. The version is not signed: a
/// requirement for one version would not hold in the other.
fn check_version(revision: &Revision<'_>, terms: &Terms<'_>) -> Result<(), OpenError> {
    let version = revision.envelope.version;
    let is_other = |part: &&Part| part.path().is_some_and(|path| !path.fits(version));
    match terms.named_parts().find(is_other) {
        Some(part) => Err(RequirementError::OtherSoapVersion { part: part.clone() }.into()),
        None => Ok(()),
    }
}

/// Refuses a header block that is for this receiver, must be understood, and is not. This includes another Security
/// header for the next receiver, since it is not read.
fn check_understood(revision: &Revision<'_>, terms: &Terms<'_>, facts: &Facts<'_>) -> Result<(), OpenError> {
    let envelope = revision.envelope;
    for block in envelope.blocks() {
        if !must_understand(block, envelope.version) {
            continue;
        }
        let role = Role::of(block, envelope.version);
        let is_opened = role == terms.receiver.role && block.is(name::WSSE.uri, "Security");
        let is_ours = role == terms.receiver.role || role.is_next();
        if !is_ours || is_opened {
            continue;
        }
        let is_required = facts.demanded.iter().any(|part| part.names_block(block));
        if !is_required && !terms.receiver.has_understood(block) {
            return Err(OpenError::NotUnderstood { block: block.name().to_string().into() });
        }
    }
    Ok(())
}

/// Finds the signatures that cover all required parts, each with every signer responsible for it. It returns at least
/// one; the only one is `None` if nothing must be signed.
fn find_proofs(terms: &Terms<'_>, facts: &Facts<'_>) -> Result<Vec<Option<Proof>>, OpenError> {
    if facts.demanded.is_empty() {
        return Ok(vec![None]);
    }
    check_places(facts)?;
    let requirements = &terms.receiver.requirements;
    let mut refused = Refused::default();
    let mut proofs = Vec::new();
    for (at, signature) in facts.signatures.iter().enumerate() {
        let uncovered = facts.demanded.iter().filter(|part| !facts.is_part_covered_by(part, signature));
        let parts: Vec<Part> = uncovered.cloned().collect();
        if !parts.is_empty() {
            if refused.nearest.as_ref().is_none_or(|nearest| parts.len() < nearest.parts.len()) {
                refused.nearest = Some(Uncovered { signature, parts });
            }
            continue;
        }
        let authors = author::authors(signature, terms, facts);
        refused.without_author |= authors.is_empty();
        for signer in authors {
            match requirements.token_lacked_by(&signer) {
                Some(token) => refused.other_kind = Some(token),
                None => proofs.push(Some(Proof { at, signer })),
            }
        }
    }
    if proofs.is_empty() { Err(refused.error(terms, facts)) } else { Ok(proofs) }
}

/// The signatures that prove no message, for the error if there is no other.
#[derive(Default)]
struct Refused<'f> {
    /// The signature that covers the most required parts, but not all.
    nearest: Option<Uncovered<'f>>,
    /// Whether a signature covers all required parts, and nobody is responsible for it.
    without_author: bool,
    /// The token that a signer lacks.
    other_kind: Option<RequiredToken>,
}

impl Refused<'_> {
    fn error(self, terms: &Terms<'_>, facts: &Facts<'_>) -> OpenError {
        if let Some(token) = self.other_kind {
            return RequirementError::NoToken { token, why: WhyNoToken::OtherSigner }.into();
        }
        if self.without_author {
            return no_author(terms, facts).into();
        }
        match self.nearest {
            Some(nearest) => nearest.error(facts),
            None => nothing_signed(facts),
        }
    }
}

/// A token whose holder signed, where no signature covers the token.
fn uncovered_holder_token(terms: &Terms<'_>, facts: &Facts<'_>) -> Option<HeldToken> {
    let mut uncertain = facts.signatures.iter().filter(|signature| !facts.is_token_certain(signature, terms));
    uncertain.find_map(|signature| HeldToken::of(&signature.signer))
}

/// The reason why nobody is responsible for a signature over all required parts.
fn no_author(terms: &Terms<'_>, facts: &Facts<'_>) -> RequirementError {
    // The holder of a key signed or endorsed it.
    if let Some(token) = uncovered_holder_token(terms, facts) {
        return RequirementError::UncoveredHolderToken { token };
    }
    match terms.request.is_some_and(Correlation::has_several_recipients) {
        true => RequirementError::SeveralRecipients,
        false => RequirementError::Anonymous,
    }
}

/// The error if no signature covers any of the parts that must be signed.
fn nothing_signed(facts: &Facts<'_>) -> OpenError {
    not_covered(facts.demanded.iter().cloned().collect(), facts)
}

/// Refuses a message with no element, or with several, at a path that must be signed; or with several header blocks of
/// a required name. If a block is missing, the check of the signatures gives a better error.
fn check_places(facts: &Facts<'_>) -> Result<(), OpenError> {
    let is_absent_block = |part: &Part| matches!(part, Part::HeaderBlock { .. }) && facts.places.of(part).is_empty();
    let mut named = facts.demanded.iter().filter(|part| part.is_counted() && !is_absent_block(part));
    match named.find(|part| facts.places.exactly(part).is_none()) {
        Some(part) => Err(not_one(part, facts)),
        None => Ok(()),
    }
}

fn not_one(part: &Part, facts: &Facts<'_>) -> OpenError {
    let found = facts.places.of(part).len();
    RequirementError::NotOneElement { part: part.clone(), found }.into()
}

/// A signature, and the required parts that it does not cover.
struct Uncovered<'f> {
    signature: &'f ProvenSignature,
    parts: Vec<Part>,
}

impl Uncovered<'_> {
    /// The reason why the parts are not proven: the signature lost one of them, or never covered them.
    fn error(self, facts: &Facts<'_>) -> OpenError {
        let is_demanded = |lost: &LostCoverage| match &lost.part {
            LostPart::Part(part) => self.parts.contains(part),
            LostPart::Attachment(_) => self.parts.contains(&Part::Attachments),
        };
        match self.signature.lost().find(is_demanded) {
            Some(LostCoverage { part, why }) => RequirementError::CoverageLost { part, why }.into(),
            None => not_covered(self.parts, facts),
        }
    }
}

pub(super) fn not_signed(missing: Vec<Part>) -> OpenError {
    RequirementError::NotSigned { missing, absent: Vec::new() }.into()
}

/// As [`not_signed`], with the parts that the message does not have.
fn not_covered(missing: Vec<Part>, facts: &Facts<'_>) -> OpenError {
    let is_absent = |part: &&Part| match part {
        Part::Timestamp => facts.timestamp.is_none(),
        Part::UsernameToken => facts.users.is_empty(),
        part => part.is_counted() && facts.places.of(part).is_empty(),
    };
    let absent = missing.iter().filter(is_absent).cloned().collect();
    RequirementError::NotSigned { missing, absent }.into()
}

/// Refuses a message without the tokens that are required, each tied to the message.
fn check_tokens(
    conclusion: &Conclusion,
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &Facts<'_>,
) -> Result<(), OpenError> {
    let requirements = &terms.receiver.requirements;
    let lost = |part: Part| {
        let mut lost = facts.signatures.iter().flat_map(ProvenSignature::lost);
        let LostCoverage { part, why } = lost.find(|lost| lost.part == LostPart::Part(part.clone()))?;
        Some(OpenError::from(RequirementError::CoverageLost { part, why }))
    };
    // If there is no other reason, the message has the token, and nothing ties it to the message.
    let missing = |token: RequiredToken, part: Part, why: Option<WhyNoToken>| match (&conclusion.proof, lost(part), why)
    {
        // A fact that ties tokens to the message is missing, too: that error comes first.
        (Err(error), _, None) => error.clone(),
        (_, Some(error), _) => error,
        (_, None, None) => RequirementError::UnboundToken { token }.into(),
        (_, None, Some(why)) => RequirementError::NoToken { token, why }.into(),
    };
    if requirements.username && conclusion.user.is_none() {
        let is_there = facts.users.iter().any(|token| token.user.is_some());
        let why = (!is_there).then(|| lacking::username(revision, terms));
        return Err(missing(RequiredToken::Username, Part::UsernameToken, why));
    }
    for version in &requirements.assertions {
        if !conclusion.assertions.iter().any(|assertion| assertion.issued.version() == *version) {
            let mut seen = facts.assertions.iter().filter(|seen| seen.issued.version() == *version);
            let presented = [ConfirmationMethod::Bearer, ConfirmationMethod::IdCard];
            let is_bearer = seen.any(|seen| presented.iter().any(|method| seen.issued.methods().contains(method)));
            if let Some(token) = uncovered_holder_token(terms, facts) {
                return Err(RequirementError::UncoveredHolderToken { token }.into());
            }
            let why = (!is_bearer).then(|| lacking::assertion(*version, revision, terms, facts));
            return Err(missing(RequiredToken::Saml(*version), Part::Assertion, why));
        }
    }
    Ok(())
}

/// Refuses a message without a required part. A header block for another receiver does not count.
fn check_present(terms: &Terms<'_>, facts: &Facts<'_>, revision: &Revision<'_>) -> Result<(), OpenError> {
    let (receiver, envelope) = (terms.receiver, revision.envelope);
    let present = facts.present(&receiver.requirements.present, revision);
    let is_for_us = |part: &Part| match part {
        Part::HeaderBlock { .. } | Part::EveryHeaderBlock { .. } => envelope
            .blocks()
            .any(|block| part.names_block(block) && is_block_for(block, envelope.version, &receiver.role)),
        _ => true,
    };
    match receiver.requirements.present.iter().find(|part| !present.contains(part) || !is_for_us(part)) {
        Some(part) => Err(RequirementError::Absent { part: part.clone() }.into()),
        None => Ok(()),
    }
}

/// Refuses a message with an unencrypted part that must be encrypted. If there are several of a part, each must be.
fn check_encrypted(requirements: &Requirements, facts: &Facts<'_>, revision: &Revision<'_>) -> Result<(), OpenError> {
    let decryptions = &facts.decryptions;
    let optional = facts.present(&requirements.encrypted_if_present, revision);
    for part in requirements.encrypted.iter().chain(&optional) {
        // Ciphertexts are counted by their places: one that was encrypted twice counts once.
        let all_of = |spans: &mut dyn Iterator<Item = Range<usize>>| {
            let mut spans = spans.peekable();
            let is_of_part = |span| decryptions.of_part(part).any(|decrypted| decrypted.span == span);
            spans.peek().is_some() && spans.all(is_of_part)
        };
        let encrypted = match part {
            Part::Body => decryptions.elements.iter().any(|decrypted| decrypted.place == PlaintextPlace::WholeBody),
            Part::Signature => all_of(&mut facts.signatures.iter().map(|signature| signature.span.clone())),
            Part::Assertion => all_of(&mut facts.assertions.iter().map(|seen| seen.span.clone())),
            Part::UsernameToken => all_of(&mut facts.users.iter().map(|token| token.span.clone())),
            Part::HeaderBlock { namespace, local } => {
                let named = revision.envelope.blocks().filter(|block| block.is(namespace, local));
                all_of(&mut named.map(Element::span))
            }
            Part::Attachments => facts.attachments.opened().count() == facts.attachments.parts.len(),
            Part::Element(_) | Part::EveryElement(_) | Part::EveryHeaderBlock { .. } => {
                let found = facts.places.exactly(part).ok_or_else(|| not_one(part, facts))?;
                found.iter().all(|span| decryptions.made(span, revision.document))
            }
            Part::Timestamp | Part::SigningToken | Part::SignatureConfirmation | Part::Id(_) => false,
        };
        if !encrypted {
            return Err(RequirementError::NotEncrypted { part: part.clone() }.into());
        }
    }
    Ok(())
}

/// Refuses a reply whose confirmations do not match the signatures of the request one to one.
fn check_confirmations(terms: &Terms<'_>, confirmations: &[SeenConfirmation]) -> Result<(), OpenError> {
    let Some(request) = terms.request else { return Ok(()) };
    if confirmations.is_empty() {
        let required = terms.receiver.requirements.confirmation;
        return if required { Err(RequirementError::NotConfirmed.into()) } else { Ok(()) };
    }
    let mut unconfirmed: Vec<&Vec<u8>> = request.signatures.iter().map(|signature| &signature.value).collect();
    for confirmation in confirmations {
        match &confirmation.value {
            Some(value) => {
                let at = unconfirmed.iter().position(|sent| *sent == value).ok_or(OpenError::Confirmation)?;
                unconfirmed.swap_remove(at);
            }
            // A confirmation without a value says that the request had no signature.
            None if request.signatures.is_empty() => {}
            None => return Err(OpenError::Confirmation),
        }
    }
    if unconfirmed.is_empty() { Ok(()) } else { Err(RequirementError::NotConfirmed.into()) }
}

/// Checks two more facts about the signature that proves the message: that a reply is one, and that the signed Body is
/// the element that is returned.
pub(super) fn check_bound(
    signature: &ProvenSignature,
    body: Element<'_>,
    terms: &Terms<'_>,
    facts: &Facts<'_>,
) -> Result<(), OpenError> {
    let confirmed = |seen: &SeenConfirmation| signature.coverage.has(&Part::SignatureConfirmation, &seen.span);
    if terms.request.is_some() && !facts.confirmations.iter().all(confirmed) {
        return Err(RequirementError::NotConfirmed.into());
    }
    check_direction(signature, terms, !facts.confirmations.is_empty())?;
    if terms.demanded.contains(&Part::Body) && !signature.coverage.has(&Part::Body, &body.span()) {
        return Err(not_signed(vec![Part::Body]));
    }
    Ok(())
}

/// If both sides sign with one key, tells a reply from a request by the signatures that it confirms.
fn check_direction(signature: &ProvenSignature, terms: &Terms<'_>, confirms: bool) -> Result<(), OpenError> {
    if terms.receiver.waives(Waiver::EitherDirection) {
        return Ok(());
    }
    let is_shared = signature.root.is_some() && signature.signer != Signer::RequestReceiver;
    match (terms.request, confirms) {
        (None, true) if is_shared => Err(RequirementError::IsReply.into()),
        (Some(_), false) if is_shared => Err(RequirementError::UnboundReply.into()),
        _ => Ok(()),
    }
}

/// Replaces the error if something is missing and something else explains it better: a fault, an empty Security header, or an
/// element in the wrong namespace.
pub(super) fn unless_fault(error: OpenError, revision: &Revision<'_>, facts: &Facts<'_>) -> OpenError {
    let is_missing = match &error {
        OpenError::Requirement(RequirementError::NotSigned { .. }) => true,
        OpenError::Requirement(RequirementError::NoToken { why, .. }) => {
            facts.signatures.is_empty() || *why == WhyNoToken::Absent
        }
        _ => false,
    };
    if !is_missing {
        return error;
    }
    let is_unsigned = facts.signatures.is_empty();
    if let Some(fault) = unauthenticated_fault(revision.envelope).filter(|_| is_unsigned) {
        return fault;
    }
    if is_unsigned && revision.children.is_empty() {
        return HeaderError::Empty.into();
    }
    let error = unless_timestamp_elsewhere(error, revision);
    let is_known = matches!(error, OpenError::Requirement(RequirementError::OtherTimestamp { .. }));
    if is_known {
        return error;
    }
    if let Some(element) = revision.children.iter().find_map(|child| child_told(*child)) {
        return HeaderError::Overlooked { element }.into();
    }
    beside(&error, revision).map_or(error, OpenError::from)
}

/// What is missing in the header stands beside it, or in a header for another role.
fn beside(error: &OpenError, revision: &Revision<'_>) -> Option<HeaderError> {
    let is_meant = |element: Element<'_>| match error {
        OpenError::Requirement(RequirementError::NoToken { token, why: WhyNoToken::Absent }) => token.is_one(element),
        _ => element.is(name::DS.uri, "Signature"),
    };
    if revision.children.iter().any(|child| is_meant(*child)) {
        return None;
    }
    let envelope = revision.envelope;
    let headers = envelope.blocks().filter(|block| block.is(name::WSSE.uri, "Security"));
    let in_others = headers.flat_map(Element::children);
    let others = envelope.blocks().chain(envelope.root.children()).chain(envelope.body.children());
    let found = in_others.chain(others).find(|element| is_meant(*element))?;
    let header = found.parent().filter(|parent| parent.is(name::WSSE.uri, "Security"));
    Some(HeaderError::Beside {
        element: Box::new(found.qualified_name().into()),
        path: found.path().into(),
        actor: header.map(|header| match Role::of(header, envelope.version) {
            Role::Uri(actor) => Box::new(actor.into()),
            Role::UltimateReceiver => Box::default(),
        }),
    })
}

/// What is missing is a timestamp, and one is elsewhere or in another namespace: says where.
fn unless_timestamp_elsewhere(error: OpenError, revision: &Revision<'_>) -> OpenError {
    let OpenError::Requirement(RequirementError::NotSigned { missing, absent }) = &error else { return error };
    if *missing != [Part::Timestamp] || *absent != [Part::Timestamp] {
        return error;
    }
    let mut header = revision.envelope.header.into_iter().flat_map(Element::descendants_and_self);
    match header.find(|inner| inner.name().local == "Timestamp") {
        Some(found) => {
            RequirementError::OtherTimestamp { path: found.path().into(), namespace: found.name().namespace.into() }
                .into()
        }
        None => error,
    }
}
