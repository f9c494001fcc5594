//! Output: the content of a message that meets its requirements, and the evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::SystemTime;

use wss_bsp::Report;
use wss_c14n::{Budget, Canonicalization, Element, Splices, Subset, name};
use wss_crypto::Certificate;
use wss_soap::mime::{Canonical, MimePart, canonical_type};
use wss_tokens::{AuthenticatedUser, KerberosToken, RevocationStatus, ValidatedCertificate};
use wss_xmlenc::EncryptedKey;

use super::author::endorsements;
use super::facts::{DecryptedElement, Facts};
use super::header::sealed_attachments;
use super::keys::KeyRing;
use super::proven::{ProvenSignature, SignedAttachment};
use super::replay_key::replay_key;
use super::require::{Proof, check_bound, not_signed};
use super::revision::Revision;
use super::terms::Terms;
use super::tokens::saml::replay_keys;
use crate::addressing;
use crate::attachments::AuthenticatedAttachment;
use crate::authenticated_assertion::AuthenticatedAssertion;
use crate::correlation::{Correlation, SentKey, SentSignature};
use crate::error::{OpenError, RemainingCiphertext, RequirementError, WhyEncrypted};
use crate::key_uses::KeyId;
use crate::opened::{
    Block, Content, Evidence, Opened, OpenedParts, SignatureEvidence, TimestampEvidence, UnsignedOpened,
};
use crate::part::Part;
use crate::pending_replay::{Entry, EntryOf, PendingReplay, Remembered};
use crate::requirements::Requirements;
use crate::signer::Signer;
use crate::transport::TransportFacts;
use crate::waiver::Waiver;

/// The result of checking the last revision.
pub(super) struct Met {
    /// `None` if nothing must be signed.
    pub(super) proof: Option<Proof>,
    pub(super) assertions: Vec<AuthenticatedAssertion>,
    pub(super) user: Option<AuthenticatedUser>,
    pub(super) report: Option<Report>,
    pub(super) remaining: Vec<RemainingCiphertext>,
}

/// The result of opening: [`Opened`] or [`UnsignedOpened`].
pub(crate) trait Output: Sized {
    /// Whether only the demanded parts are returned.
    const ONLY_DEMANDED: bool;

    /// The parts that one signature must cover.
    fn demanded(requirements: &Requirements) -> Result<Arc<BTreeSet<Part>>, OpenError>;

    /// Makes the result from the content of the last revision.
    fn of(parts: Parts, terms: &Terms<'_>, attachments: &[MimePart<'_>]) -> Result<Self, OpenError>;

    /// Its evidence, in which the replay store is noted.
    fn evidence_mut(&mut self) -> &mut Evidence;
}

/// The parts that every output has.
pub(crate) struct Parts {
    /// `None` if only the demanded parts are returned.
    body: Option<String>,
    /// The Body as it was sent, if the receiver keeps it.
    as_sent: Option<String>,
    content: Content,
    signer: Option<Signer>,
    assertions: Vec<AuthenticatedAssertion>,
    correlation: Correlation,
    forwarded: Option<String>,
    evidence: Evidence,
}

/// Reads the last revision of a message that meets its requirements.
pub(super) fn take<O: Output>(
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    mut facts: Facts<'_>,
    ring: KeyRing,
    met: Met,
) -> Result<PendingReplay<O>, OpenError> {
    let proof = met.proof.as_ref().map(|proof| proof.at);
    let content = Content::read(revision, terms, &facts, proof.and_then(|at| facts.signatures.get(at)))?;
    let body = (!terms.only_demanded).then(|| read_body(revision, terms, &mut facts, proof)).transpose()?;
    let signature = proof.and_then(|at| facts.signatures.get(at));
    let remembered = remembered(terms, &facts, &ring, &met.assertions);
    let keys = keys_of_message(ring, signature, revision, &facts, terms);
    let signer = met.proof.map(|proof| proof.signer);
    let requester = signer.as_ref().filter(|signer| is_requester(signer, signature, terms, &facts));
    let certificate = requester.and_then(|signer| certificate_of(signer, &facts));
    let message_id = addressing::message_id(revision.envelope);
    let keeps_body = terms.receiver.keeps_body && body.is_some();
    let parts = Parts {
        body,
        as_sent: keeps_body.then(|| revision.envelope.body.standalone()),
        content,
        signer,
        assertions: met.assertions,
        evidence: Evidence {
            user: met.user,
            bsp: met.report,
            remaining: met.remaining,
            ..evidence(terms, &facts, signature)
        },
        correlation: Correlation { certificate, keys, message_id, ..correlation(facts.signatures) },
        forwarded: forwarded(revision, terms),
    };
    let opened = O::of(parts, terms, &facts.attachments.parts)?;
    Ok(PendingReplay { opened, evidence: O::evidence_mut, remembered })
}

impl Output for Opened {
    const ONLY_DEMANDED: bool = false;

    fn demanded(requirements: &Requirements) -> Result<Arc<BTreeSet<Part>>, OpenError> {
        let mut demanded = requirements.signed.clone();
        if !demanded.contains(&Part::Body) {
            Arc::make_mut(&mut demanded).insert(Part::Body);
        }
        Ok(demanded)
    }

    fn of(mut parts: Parts, terms: &Terms<'_>, attachments: &[MimePart<'_>]) -> Result<Self, OpenError> {
        let body = parts.body.take().ok_or_else(no_body)?;
        let as_sent = parts.as_sent.take();
        Ok(Self { body, as_sent, parts: OpenedParts::of(parts, terms, attachments)? })
    }

    fn evidence_mut(&mut self) -> &mut Evidence {
        &mut self.parts.evidence
    }
}

impl Output for OpenedParts {
    const ONLY_DEMANDED: bool = true;

    fn demanded(requirements: &Requirements) -> Result<Arc<BTreeSet<Part>>, OpenError> {
        match requirements.signed.is_empty() {
            true => Err(RequirementError::NothingSigned.into()),
            false => Ok(requirements.signed.clone()),
        }
    }

    fn of(parts: Parts, terms: &Terms<'_>, _: &[MimePart<'_>]) -> Result<Self, OpenError> {
        let Parts { body: _, as_sent: _, content, signer, assertions, correlation, forwarded, mut evidence } = parts;
        let signer = signer.ok_or_else(OpenError::no_key)?;
        if !terms.demanded.contains(&Part::Body) {
            evidence.waived.push(Waiver::UnsignedBody);
        }
        Ok(Self { content, signer, assertions, correlation, forwarded, evidence })
    }

    fn evidence_mut(&mut self) -> &mut Evidence {
        &mut self.evidence
    }
}

impl Output for UnsignedOpened {
    const ONLY_DEMANDED: bool = false;

    fn demanded(requirements: &Requirements) -> Result<Arc<BTreeSet<Part>>, OpenError> {
        Ok(requirements.signed.clone())
    }

    fn of(parts: Parts, terms: &Terms<'_>, attachments: &[MimePart<'_>]) -> Result<Self, OpenError> {
        let Parts { body, as_sent: _, content, signer, assertions, correlation, forwarded, mut evidence } = parts;
        evidence.waived.push(Waiver::UnsignedBody);
        let is_covered = |id: &str| content.attachments.iter().any(|covered| covered.content_id() == id);
        let others = attachments.iter().filter(|part| !part.content_id().is_some_and(is_covered));
        Ok(Self {
            unauthenticated_attachments: others.map(MimePart::to_owned).collect(),
            body: body.ok_or_else(no_body)?,
            content,
            signer,
            assertions,
            correlation,
            forwarded,
            transport: terms.transport.cloned().unwrap_or_else(TransportFacts::dangerous_unprotected),
            evidence,
        })
    }

    fn evidence_mut(&mut self) -> &mut Evidence {
        &mut self.evidence
    }
}

impl Content {
    /// Reads header blocks, named elements and attachments of the last revision, each as it was digested; nothing if
    /// nothing must be signed.
    fn read(
        revision: &Revision<'_>,
        terms: &Terms<'_>,
        facts: &Facts<'_>,
        signature: Option<&ProvenSignature>,
    ) -> Result<Self, OpenError> {
        let Some(signature) = signature else {
            // Anyone who saw the request can write a confirmation of it.
            let is_anyones = terms.receiver.requirements.confirmation && !facts.confirmations.is_empty();
            return match is_anyones && terms.request.is_some() && !terms.is_protected {
                true => Err(RequirementError::ConfirmedByAnyone.into()),
                false => Ok(Self::default()),
            };
        };
        check_bound(signature, revision.envelope.body, terms, facts)?;
        let blocks = read_blocks(signature, revision, facts, &terms.budget)?;
        let elements = read_elements(signature, revision, terms, facts)?;
        let encrypted = still_encrypted(revision, facts);
        if let (true, Some(id)) = (facts.demanded.contains(&Part::Attachments), encrypted.first()) {
            let (path, why) = (format!("cid:{id}"), WhyEncrypted::NotListed);
            return Err(RequirementError::StillEncrypted { path: path.into(), why }.into());
        }
        let mut content = Self { blocks, elements, ..Self::default() };
        content.read_attachments(signature, facts, &encrypted, &terms.budget)?;
        Ok(content)
    }

    /// Reads the attachments that a signature covers, and the Content-IDs of the others.
    fn read_attachments(
        &mut self,
        signature: &ProvenSignature,
        facts: &Facts<'_>,
        encrypted: &[String],
        budget: &Budget,
    ) -> Result<(), OpenError> {
        for part in &facts.attachments.parts {
            let is_named = |signed: &&SignedAttachment| {
                part.content_id() == Some(&signed.content_id) && !encrypted.contains(&signed.content_id)
            };
            let references: Vec<_> = signature.attachments.proven.iter().filter(is_named).collect();
            let Some(first) = references.first() else {
                self.unauthenticated_attachments.push(part.content_id().map(str::to_owned));
                continue;
            };
            // A reference that covers ciphertext has the ciphertext itself, and no canonical form that depends on a
            // media type, which anyone can choose.
            let content = match references.iter().all(|reference| reference.as_ciphertext) {
                true => Canonical::as_it_is(part),
                false => Canonical::of(part, budget).map_err(OpenError::Attachment)?,
            };
            // Anyone can change the type, unless a reference covers it.
            let is_typed = references.iter().any(|reference| reference.typed);
            self.attachments.push(AuthenticatedAttachment {
                content_id: first.content_id.clone(),
                content: content.into_owned(),
                content_type: canonical_type(part.unauthenticated_fields()).filter(|_| is_typed),
            });
        }
        Ok(())
    }
}

/// The error if a Body was not read. Every output with a Body was read together with it.
fn no_body() -> OpenError {
    not_signed(vec![Part::Body])
}

/// The Body of the last revision. If the signature `proof` covers it, it is in the form that was digested: the very
/// octets, if they were kept.
fn read_body(
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &mut Facts<'_>,
    proof: Option<usize>,
) -> Result<String, OpenError> {
    let (body, span) = (revision.envelope.body, revision.envelope.body.span());
    let signed = proof.and_then(|at| facts.signatures.get(at)?.coverage.canonicalization(&Part::Body, &span).cloned());
    // Another signature may have digested the Body in the same canonical form; its octets are then used.
    let kept = signed
        .as_ref()
        .and_then(|form| facts.signatures.iter_mut().find_map(|signature| signature.coverage.take_text(&span, form)));
    kept.map_or_else(|| canonical(body, signed.as_ref(), &terms.budget), Ok)
}

/// The elements that must be signed and are named by their paths. The signature covers each.
fn read_elements(
    signature: &ProvenSignature,
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &Facts<'_>,
) -> Result<Vec<(Part, String)>, OpenError> {
    let signed = facts.places.all().filter(|(part, _)| part.path().is_some() && facts.demanded.contains(*part));
    let elements = signed.map(|(part, span)| {
        let canonicalization = signature.coverage.canonicalization_inside(span);
        let element = revision.document.element_at(span.start).filter(|_| canonicalization.is_some());
        let element = element.ok_or_else(|| not_signed(vec![part.clone()]))?;
        Ok((part.clone(), canonical(element, canonicalization, &terms.budget)?))
    });
    elements.collect()
}

/// The header blocks that a signature covers.
fn read_blocks(
    signature: &ProvenSignature,
    revision: &Revision<'_>,
    facts: &Facts<'_>,
    budget: &Budget,
) -> Result<Vec<Block>, OpenError> {
    // If the Body is not covered, only blocks that are named are returned: an element of the Body may have been moved
    // among the blocks.
    let is_body_covered = signature.covers(&Part::Body);
    let is_demanded = |part: &Part| match part {
        Part::HeaderBlock { namespace, local } => {
            let every = Part::every_header_block(namespace, local);
            is_body_covered || facts.demanded.contains(part) || facts.demanded.contains(&every)
        }
        _ => false,
    };
    let blocks = signature.coverage.parts().filter(|(part, _)| is_demanded(part));
    let blocks = blocks.filter_map(|(part, span)| Some((part, revision.document.element_at(span.start)?)));
    let blocks = blocks.map(|(part, element)| {
        let (namespace, local) = (element.name().namespace.to_owned(), element.name().local.to_owned());
        let signed = signature.coverage.canonicalization(part, &element.span());
        Ok(Block { namespace, local, xml: canonical(element, signed, budget)? })
    });
    blocks.collect()
}

/// The canonical form in which `element` was signed, without comments, as in the reference; exclusive canonical form if
/// nothing signed it.
fn canonical(element: Element<'_>, signed: Option<&Canonicalization>, budget: &Budget) -> Result<String, OpenError> {
    let unsigned = Canonicalization::default();
    let subset = Subset::subtree(element).without_comments();
    Ok(signed.unwrap_or(&unsigned).to_text(&subset, budget).map_err(wss_xmldsig::VerifyError::from)?)
}

/// Content-IDs of attachments that are ciphertext according to our header, and that were not decrypted. A list that
/// named them may have been removed, and the signer of ciphertext did not mean it to be read.
fn still_encrypted(revision: &Revision<'_>, facts: &Facts<'_>) -> Vec<String> {
    sealed_attachments(revision, facts).map(|(_, id)| id).collect()
}

/// The message without our header, if the receiver forwards.
fn forwarded(revision: &Revision<'_>, terms: &Terms<'_>) -> Option<String> {
    terms.receiver.forwards.then(|| {
        let mut splices = Splices::new();
        splices.replace(revision.header.element.span(), "");
        splices.apply(revision.document.source()).text
    })
}

/// Whether a reply may be encrypted to the signer of the message that `proof` proves. Whoever sees a message can replace the
/// endorsement of an anonymous signature by one of his own: he would read the reply to what he cannot read. So an endorser is the
/// requester only if the endorsed signature covers his token.
fn is_requester(signer: &Signer, proof: Option<&ProvenSignature>, terms: &Terms<'_>, facts: &Facts<'_>) -> bool {
    let Some(proof) = proof.filter(|proof| proof.signer.is_anonymous()) else { return true };
    endorsements(proof, terms, facts).any(|other| other.signer == *signer && other.is_token_covered_by(proof))
}

/// The certificate of a signer, or the certificate with which the subject of an assertion signed, if the issuer named
/// one.
fn certificate_of(signer: &Signer, facts: &Facts<'_>) -> Option<Certificate> {
    let Signer::Assertion(_) = signer else { return signer.certificate().cloned() };
    let made = facts.signatures.iter().find(|signature| signature.signer == *signer)?;
    facts.assertions.get(made.held.as_ref()?.at)?.certificate.clone()
}

/// The state that the message leaves for its reply.
fn correlation(signatures: Vec<ProvenSignature>) -> Correlation {
    let sent = |ProvenSignature { value, signed_info, .. }| SentSignature { value, signed_info, method: None };
    Correlation { signatures: signatures.into_iter().map(sent).collect(), ..Correlation::default() }
}

/// The keys that a reply may use, that of the signature first. Anyone can put a key of his own into the header, to read
/// the reply. So a key counts only if `signature`, which proves the message, or a signature that it endorses, was made
/// with the key, or if `signature` covers the element that brought the key, or ciphertext that the key opened. If
/// nothing proves the message, all keys count.
fn keys_of_message(
    ring: KeyRing,
    signature: Option<&ProvenSignature>,
    revision: &Revision<'_>,
    facts: &Facts<'_>,
    terms: &Terms<'_>,
) -> Vec<SentKey> {
    let Some(signature) = signature.filter(|_| !ring.brought.is_empty()) else { return ring.brought };
    // If a signature is itself signed, no other key makes its value.
    let is_its_own = |other: &&ProvenSignature| {
        other.span == signature.span || signature.coverage.has(&Part::Signature, &other.span)
    };
    let roots: Vec<&KeyId> =
        facts.signatures.iter().filter(is_its_own).filter_map(|signature| signature.root.as_ref()).collect();
    let covered = revision.children.iter().filter(|child| signature.coverage.contains(&child.span()));
    let covered: Vec<Vec<u8>> = covered.filter_map(|child| sha1_of(*child, &terms.budget)).collect();
    let opens = |id: &KeyId| {
        let of_key = |decrypted: &DecryptedElement| decrypted.root.as_ref() == Some(id);
        let mut opened = facts.decryptions.elements.iter().enumerate().filter(|(_, decrypted)| of_key(decrypted));
        opened.any(|(at, decrypted)| signature.coverage.contains_ciphertext(&decrypted.span, at))
    };
    let keys = ring.brought.into_iter().map(|key| (KeyId::of(&key.secret), key));
    let known = keys.filter(|(id, key)| roots.contains(&id) || covered.contains(&key.sha1) || opens(id));
    let (signing, others): (Vec<_>, Vec<_>) = known.partition(|(id, _)| roots.contains(&id));
    signing.into_iter().chain(others).map(|(_, key)| key).collect()
}

/// The SHA-1 by which later messages name an EncryptedKey or a ticket; `None` for any other element.
fn sha1_of(token: Element<'_>, budget: &Budget) -> Option<Vec<u8>> {
    if token.is(name::XENC.uri, "EncryptedKey") {
        return EncryptedKey::parse(token, budget).ok().map(|key| key.sha1().to_vec());
    }
    let ticket = KerberosToken::is_one(token).then(|| KerberosToken::parse(token).ok())?;
    ticket.map(|ticket| ticket.sha1().to_vec())
}

/// The keys for the replay store: every signature, every nonce, every assertion that may be used once, and every EncryptedKey.
/// Whoever sees ciphertext, or the digest of its plaintext, can sign it without knowing the plaintext, and would be answered.
fn remembered(
    terms: &Terms<'_>,
    facts: &Facts<'_>,
    ring: &KeyRing,
    assertions: &[AuthenticatedAssertion],
) -> Remembered {
    let until: SystemTime = terms.now.checked_add(terms.receiver.window.to_remember()).unwrap_or(terms.now);
    let signatures = facts.signatures.iter().map(|signature| signature.replay_key);
    let of_window = signatures.chain(facts.users.iter().filter_map(|token| token.replay_key));
    // An assertion is used, too, if its holder signs, whatever the signature covers: it may have endorsed the signature
    // of another.
    let holders = facts.signatures.iter().filter_map(|signature| match &signature.signer {
        Signer::Assertion(assertion) => Some(&**assertion),
        _ => None,
    });
    let used: BTreeMap<_, _> = replay_keys(assertions.iter().chain(holders)).collect();
    let of_assertions = used.into_iter().map(|(key, at_least)| (key, at_least.max(until)));
    let of_message = of_window.map(|key| (key, until)).chain(of_assertions);
    let of_message = of_message.map(|(key, until)| Entry { of: EntryOf::Message, key, until });
    let is_remembered = !terms.receiver.waives(Waiver::RepeatedEncryptedKeys);
    let encrypted = ring.unwrapped_octets().filter(|_| is_remembered);
    let encrypted = encrypted.map(|octets| replay_key(b"encrypted key", &[octets]));
    let of_keys = encrypted.map(|key| Entry { of: EntryOf::EncryptedKey, key, until });
    let ciphertexts = facts.decryptions.repeatable.iter();
    let of_ciphertexts = ciphertexts.map(|key| Entry { of: EntryOf::Ciphertext, key: *key, until });
    Remembered::new(Arc::clone(&terms.receiver.clock), of_message.chain(of_keys).chain(of_ciphertexts).collect())
}

/// The evidence of the message that `proof` proves, without the facts that its requirements add.
fn evidence(terms: &Terms<'_>, facts: &Facts<'_>, proof: Option<&ProvenSignature>) -> Evidence {
    let signatures = facts.signatures.iter().map(|signature| SignatureEvidence {
        signer: signature.signer.clone(),
        method: signature.method,
        parts: signature.coverage.parts_once().cloned().collect(),
        attachments: signature.attachments.named.iter().map(Into::into).collect(),
        lost: signature.lost().collect(),
        endorses: proof.is_some_and(|proof| signature.coverage.has(&Part::Signature, &proof.span)),
        covers_token: signature.covers_own_token(),
        proves: proof.is_some_and(|proof| proof.span == signature.span),
        token_is_proven: proof.is_some_and(|proof| signature.is_token_covered_by(proof)),
    });
    let of_message = is_revocation_unknown(facts).then_some(Waiver::RevocationNotTold);
    Evidence {
        signatures: signatures.collect(),
        decrypted: facts.decryptions.evidence.clone(),
        timestamp: facts.own_timestamp(proof, terms).map(|timestamp| {
            let (created, expires) = (timestamp.created, timestamp.expires);
            TimestampEvidence { created, expires }
        }),
        user: None,
        ignored: facts.ignored.clone(),
        remaining: Vec::new(),
        waived: terms.receiver.waivers(&terms.demanded, terms.is_protected, of_message),
        bsp: None,
    }
}

/// Whether no list covers a certificate that was used: that of a signer, or of the issuer of an assertion.
fn is_revocation_unknown(facts: &Facts<'_>) -> bool {
    let signers = facts.signatures.iter().filter_map(|signature| signature.signer.validated_certificate());
    let signers = signers.map(ValidatedCertificate::revocation);
    let issuers = facts.assertions.iter().filter_map(|seen| seen.issued.issuer_revocation());
    signers.chain(issuers).any(|status| matches!(status, RevocationStatus::Unknown { .. }))
}
