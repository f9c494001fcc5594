//! Signatures of the header: shape, value, signer, and coverage.

use std::collections::BTreeSet;

use wss_c14n::{Canonicalization, Element, Limit};
use wss_crypto::{DigestMethod, SignatureFamily, VerifyingKey};
use wss_soap::mime::content_id_of;
use wss_text::WireText;
use wss_tokens::{ReferenceForm, TokenError};
use wss_xmldsig::{
    AlgorithmRole, CoveredAttachment, DereferencedToken, FilterMethod, Reference, Signature, SignatureError, Transform,
    VerifiedReference,
};

use super::cover::{Apex, apex_at};
use super::coverage::Coverage;
use super::dereference::Documents;
use super::facts::Facts;
use super::keys::{Holder, KeyRing, KeySearch};
use super::named::naming;
use super::proven::{HeldAssertion, ProvenSignature, SignedAttachment, SignedAttachments};
use super::referred;
use super::replay_key::replay_key;
use super::revision::Revision;
use super::shapes::{check_form, meant, reference_shape};
use super::terms::Terms;
use crate::correlation::Correlation;
use crate::element_path::ElementPath;
use crate::error::OpenError;
use crate::part::Part;
use crate::receiver::Receiver;
use crate::signer::Signer;
use crate::waiver::Waiver;

/// Verifies a `ds:Signature` of our header.
pub(super) fn verify(
    revision: &Revision<'_>,
    terms: &Terms<'_>,
    facts: &Facts<'_>,
    ring: &mut KeyRing,
    element: Element<'_>,
) -> Result<ProvenSignature, OpenError> {
    let signature = parse(element, terms)?;
    check_shape(&signature, revision, terms.receiver)?;
    check_not_sent(&signature, terms.request)?;

    let documents = Documents::new(revision, terms, facts, &signature);
    let mut found = None;
    let verified = wss_xmldsig::verify::<OpenError>(
        &signature,
        &terms.receiver.signature_policy(),
        |signature| {
            let is_mac = signature.signed_info().method().family() == SignatureFamily::Hmac;
            let key_info = signature.key_info();
            let key = KeySearch::new(revision, terms, facts, ring).signature_key(key_info, is_mac);
            let key = key.map_err(|error| naming(error, key_info, revision, terms, facts))?;
            Ok(found.insert(key).key.clone())
        },
        &documents,
        &terms.budget,
    )
    .map_err(|error| meant(error, revision.document, |url| facts.attachments.missing(url)))?;
    let found = found.ok_or_else(OpenError::no_key)?;
    check_not_reflected(&found.key, verified.signed_info(), terms)?;

    let held = held_assertion(&found.holder);
    let signer = found.holder.signer()?;
    let method = verified.method();
    let (signed_info, references) = verified.into_parts();
    let mut covering = Covering::new(revision, terms, element, &signer, facts.decryptions.elements.len());
    references.into_iter().try_for_each(|reference| covering.add(reference))?;
    covering.add_inside()?;
    let Covering { elements: coverage, attachments, token: covers_token, .. } = covering;
    Ok(ProvenSignature {
        replay_key: replay_key_of(&found.key, signature.value(), &signed_info),
        signer,
        method,
        digests: demanded_digests(&signature, terms),
        reference: demanded_form(&signature, terms, facts)?,
        span: element.span(),
        coverage,
        attachments,
        covers_token,
        token: found.token,
        root: found.root,
        held,
        value: signature.into_value(),
        signed_info: text_of(signed_info),
    })
}

/// The assertion that names the key of a signature, if one does.
fn held_assertion(holder: &Holder) -> Option<HeldAssertion> {
    match holder {
        Holder::Assertion { at, certificate, .. } => Some(HeldAssertion { at: *at, certificate: certificate.clone() }),
        _ => None,
    }
}

/// The digest methods of the references, if the receiver demands some.
fn demanded_digests(signature: &Signature<'_>, terms: &Terms<'_>) -> BTreeSet<DigestMethod> {
    let is_demanded = !terms.receiver.requirements.narrow.digest_methods.is_empty();
    let references = signature.signed_info().references().iter().filter(|_| is_demanded);
    references.map(|reference| reference.digest_method()).collect()
}

/// The form of the reference to the key, if the receiver demands some.
fn demanded_form(
    signature: &Signature<'_>,
    terms: &Terms<'_>,
    facts: &Facts<'_>,
) -> Result<Option<ReferenceForm>, OpenError> {
    match terms.receiver.requirements.narrow.signer_references.is_empty() {
        true => Ok(None),
        false => referred::form_of(signature.key_info(), &facts.tokens, reference_shape(terms.receiver), &terms.budget),
    }
}

/// Whether no digest differs, for reports: neither the signature value nor its key is checked. A digest that cannot be
/// computed does not differ.
pub(super) fn digests_fit(revision: &Revision<'_>, terms: &Terms<'_>, facts: &Facts<'_>, element: Element<'_>) -> bool {
    let Some(element) = revision.document.element(element.id()) else { return true };
    let Ok(signature) = parse(element, terms) else { return true };
    let documents = Documents::new(revision, terms, facts, &signature);
    let mut references = signature.signed_info().references().iter();
    references.all(|reference| reference.digest_fits(element, &documents, &terms.budget) != Ok(false))
}

/// Reads a `ds:Signature`, in the shapes that the receiver accepts.
pub(super) fn parse<'d>(element: Element<'d>, terms: &Terms<'_>) -> Result<Signature<'d>, OpenError> {
    if element.children().any(Signature::is_bare_reference) {
        return match terms.receiver.waives(Waiver::KeyInfoOfOtherShapes) {
            true => Ok(Signature::parse_with_bare_reference(element, &terms.budget)?),
            false => Err(TokenError::NoKeyInfo.into()),
        };
    }
    Ok(Signature::parse(element, &terms.budget)?)
}

fn text_of(canonical: Vec<u8>) -> String {
    String::from_utf8(canonical).expect("canonical form of text is text")
}

/// Refuses `ds:Object`, and references other than to attachments and to whole elements in one canonicalisation. An
/// enveloped-signature may precede it: a signed element from which it removes something is refused in [`Covering::add`]. The
/// receiver's calls admit more.
pub(super) fn check_shape(
    signature: &Signature<'_>,
    revision: &Revision<'_>,
    receiver: &Receiver,
) -> Result<(), OpenError> {
    if signature.has_object() && !receiver.waives(Waiver::ObjectsInSignatures) {
        return Err(OpenError::Enveloping);
    }
    let signed_info = signature.signed_info();
    if signed_info.has_cut_mac() {
        return Err(SignatureError::TruncatedMac.into());
    }
    if signed_info.other_pss().is_some() {
        return Err(SignatureError::OtherPss.into());
    }
    if signed_info.mac_bits().is_some() && !receiver.waives(Waiver::LengthsOfWholeMacs) {
        return Err(OpenError::MacLength);
    }
    let method = signed_info.canonicalization().method();
    if !method.is_exclusive() && !receiver.signature_policy().admits_canonicalization(method) {
        return Err(OpenError::InclusiveCanonicalization { what: "ds:SignedInfo".into(), method: method.uri() });
    }
    for reference in signed_info.references() {
        let uri = || WireText::from(reference.uri());
        if !reference.has_uri() {
            return Err(SignatureError::from(reference.element().missing("URI")).into());
        }
        let is_path = names_by_path(reference, receiver)?;
        if reference.uri().is_empty() && !is_path && !receiver.waives(Waiver::WholeDocumentSignatures) {
            return Err(OpenError::WholeDocument);
        }
        check_form(reference.uri(), &revision.ids, receiver)?;
        if revision.ids.contains(reference.uri()) && !receiver.waives(Waiver::ReferencesWithoutHash) {
            return Err(OpenError::NoHash { uri: uri() });
        }
        let canonicalization = match reference.transforms() {
            [Transform::Attachment { .. }] => continue,
            _ if content_id_of(reference.uri()).is_some() => {
                return Err(OpenError::AttachmentTransform { uri: uri() });
            }
            // Both imply inclusive canonicalisation.
            [] | [Transform::EnvelopedSignature] if receiver.waives(Waiver::AbsentTransforms) => continue,
            [] | [Transform::EnvelopedSignature] => return Err(OpenError::AbsentTransforms { uri: uri() }),
            [Transform::Canonicalization(only) | Transform::SecurityTokenReference(only)]
            | [Transform::Filter(_), Transform::Canonicalization(only)]
            | [Transform::EnvelopedSignature, Transform::Canonicalization(only)] => only,
            _ => return Err(OpenError::Transforms { uri: uri() }),
        };
        let method = canonicalization.method();
        if !method.is_exclusive() && !receiver.waives(Waiver::InclusiveCanonicalization) {
            let what = format!("reference {:?}", reference.uri()).into();
            return Err(OpenError::InclusiveCanonicalization { what, method: method.uri() });
        }
    }
    Ok(())
}

/// Whether a reference names its element by a path of XPath Filter 2.0. Every other filter is refused here, whatever
/// the policy admits: the nodes that it selects are no part of the message.
fn names_by_path(reference: &Reference<'_>, receiver: &Receiver) -> Result<bool, OpenError> {
    let mut filters = reference.transforms().iter().filter_map(|transform| match transform {
        Transform::Filter(filter) => Some(filter.method()),
        _ => None,
    });
    match filters.next() {
        None => Ok(false),
        Some(FilterMethod::XPathFilter2) if !receiver.waives(Waiver::ElementPathsInReferences) => {
            Err(OpenError::ElementPath)
        }
        Some(FilterMethod::XPathFilter2) if !reference.names_by_path() => Err(OpenError::OtherFilter),
        Some(FilterMethod::XPathFilter2) => Ok(true),
        Some(other) => {
            Err(SignatureError::UnknownAlgorithm { role: AlgorithmRole::Transform, uri: other.uri().into() }.into())
        }
    }
}

/// Refuses a signature value of the request: it is our own, sent back to us.
fn check_not_sent(signature: &Signature<'_>, request: Option<&Correlation>) -> Result<(), OpenError> {
    let is_sent = |request: &Correlation| request.signatures.iter().any(|sent| sent.value == signature.value());
    if request.is_some_and(is_sent) { Err(OpenError::Reflected) } else { Ok(()) }
}

/// Refuses data that the request signs, and signatures by one of our own keys, however the value, the KeyInfo or the
/// element around it is written.
fn check_not_reflected(key: &VerifyingKey, signed_info: &[u8], terms: &Terms<'_>) -> Result<(), OpenError> {
    let Some(request) = terms.request else { return Ok(()) };
    let is_same = request.signatures.iter().any(|sent| sent.signed_info.as_bytes() == signed_info);
    let is_own = match key {
        VerifyingKey::Public(key) => request.is_signed_by(key, &terms.budget)?,
        _ => false,
    };
    if is_same || is_own { Err(OpenError::Reflected) } else { Ok(()) }
}

/// Collects what the references of a signature cover.
struct Covering<'r, 'd> {
    revision: &'r Revision<'d>,
    terms: &'r Terms<'r>,
    signature: Element<'r>,
    signer: &'r Signer,
    /// The number of elements that were decrypted before.
    plaintexts: usize,
    elements: Coverage,
    attachments: SignedAttachments,
    /// Whether the content of the signing token is covered.
    token: bool,
    /// Elements inside parts that the receiver does not name, and how they are canonicalised: another reference may hold them
    /// in their places.
    inside: Vec<(Element<'d>, ElementPath, Canonicalization)>,
}

impl<'r, 'd> Covering<'r, 'd> {
    /// `plaintexts` elements were decrypted before this signature.
    fn new(
        revision: &'r Revision<'d>,
        terms: &'r Terms<'r>,
        signature: Element<'r>,
        signer: &'r Signer,
        plaintexts: usize,
    ) -> Self {
        Self {
            revision,
            terms,
            signature,
            signer,
            plaintexts,
            elements: Coverage::default(),
            attachments: SignedAttachments::default(),
            token: false,
            inside: Vec::new(),
        }
    }

    fn add(&mut self, reference: VerifiedReference<'d>) -> Result<(), OpenError> {
        if let Some(CoveredAttachment { url, is_complete }) = reference.attachment() {
            self.add_attachment(url, is_complete);
            return Ok(());
        }
        let other_shape = || OpenError::Transforms { uri: reference.uri().into() };
        let by = reference.canonicalization().cloned().ok_or_else(other_shape)?;
        if let Some((reference, token)) = reference.token() {
            return self.add_token(reference, token, by);
        }
        let is_whole = |apex: Option<Element<'_>>| apex.is_none_or(|apex| apex == self.revision.envelope.root);
        if reference.subset().is_some_and(|subset| is_whole(subset.apex())) {
            return self.add_document(&by);
        }
        // If no whole element is covered, the covered element contains this signature, which the enveloped-signature transform
        // left out.
        let apex = reference.whole_element().ok_or_else(other_shape)?;
        match apex_at(apex, self.revision, self.terms, self.signature)? {
            Apex::Inside(path) => self.inside.push((apex, path, by)),
            what => {
                self.elements.add(what.part(apex)?, apex.span(), by, self.plaintexts);
                self.elements.keep(reference.into_kept().map(text_of));
            }
        }
        Ok(())
    }

    /// A URL of another scheme than `cid:` names no attachment, so that nothing is covered.
    fn add_attachment(&mut self, url: &str, complete: bool) {
        let Some(content_id) = content_id_of(url) else { return };
        self.attachments.named.push(content_id.clone());
        let signed = SignedAttachment { content_id, complete, typed: complete, as_ciphertext: false };
        self.attachments.proven.push(signed);
    }

    /// The token is covered. The reference to it proves nothing, but must be at an allowed place.
    fn add_token(
        &mut self,
        reference: Element<'d>,
        token: &DereferencedToken<'d>,
        by: Canonicalization,
    ) -> Result<(), OpenError> {
        self.part_at(reference)?;
        match token {
            DereferencedToken::Element(token) => {
                let part = self.part_at(*token)?;
                self.elements.add(part, token.span(), by, self.plaintexts);
            }
            DereferencedToken::Octets { octets, .. } => {
                self.token |= self.signer.certificate().is_some_and(|certificate| certificate.der() == octets);
            }
        }
        Ok(())
    }

    fn add_document(&mut self, by: &Canonicalization) -> Result<(), OpenError> {
        if !self.terms.receiver.waives(Waiver::WholeDocumentSignatures) {
            return Err(OpenError::WholeDocument);
        }
        for element in parts_of_document(self.revision, self.signature) {
            // Each element is compared with the others, as if a reference named it.
            self.terms.budget.check(Limit::References, self.elements.len() + 1)?;
            let part = self.part_at(element)?;
            self.elements.add(part, element.span(), by.clone(), self.plaintexts);
        }
        Ok(())
    }

    /// The part that `element` is. It must be at a place where a signature may cover one.
    fn part_at(&self, element: Element<'_>) -> Result<Option<Part>, OpenError> {
        apex_at(element, self.revision, self.terms, self.signature)?.part(element)
    }

    /// Adds the elements inside parts, now that it is known what is covered around them and holds them in their places.
    fn add_inside(&mut self) -> Result<(), OpenError> {
        for (apex, path, by) in std::mem::take(&mut self.inside) {
            let part = match self.elements.holds(&apex.span()) {
                true => Some(Part::Element(path)),
                false => Apex::Inside(path).part(apex)?,
            };
            self.elements.add(part, apex.span(), by, self.plaintexts);
        }
        Ok(())
    }
}

/// The elements that a signature over the whole document without itself covers: the Body, the other header blocks, and
/// the children of our header.
fn parts_of_document<'d>(revision: &Revision<'d>, signature: Element<'_>) -> impl Iterator<Item = Element<'d>> {
    let header = revision.header.element;
    let blocks = revision.envelope.blocks().filter(move |block| *block != header);
    let span = signature.span();
    let children = revision.children.iter().copied().filter(move |child| child.span() != span);
    std::iter::once(revision.envelope.body).chain(blocks).chain(children.collect::<Vec<_>>())
}

/// The replay key of a signature: its key and the signed data.
fn replay_key_of(key: &VerifyingKey, value: &[u8], signed_info: &[u8]) -> [u8; 32] {
    match key {
        VerifyingKey::Public(key) => replay_key(b"signature", &[key.spki(), signed_info]),
        // A MAC has one value for one key and text, and keys that make the same MACs are one key.
        VerifyingKey::Hmac(_) => replay_key(b"signature", &[value, signed_info]),
    }
}
