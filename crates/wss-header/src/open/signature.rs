//! Signatures of the header, and the places they cover.

use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use wss_c14n::{Budget, Document, Element, Exceeded, IdIndex, Limit, base64_decode, name};
use wss_crypto::{Certificate, Digest, DigestMethod, DigestValue, SignatureFamily, VerifyingKey};
use wss_tokens::{
    Assertion, ConfirmationMethod, RevocationStatus, SecureConversation, SecurityTokenReference, ValidatedCertificate,
    X509_V3,
};
use wss_xmldsig::{Dereference, DereferencedToken, Signature, Transform};

use super::coverage::{Coverage, CoverageLost};
use super::keys::Holder;
use super::{Opening, Scene, SeenConfirmation};
use crate::correlation::Correlation;
use crate::error::OpenError;
use crate::key_uses::KeyId;
use crate::opened::{AuthenticatedAssertion, SignatureEvidence};
use crate::part::Part;
use crate::receiver::Receiver;
use crate::signer::Signer;
use crate::waiver::Waiver;
use wss_soap::mime::{MimeError, MimePart, content_id_of, digest, named_by};

impl<'r> Opening<'r> {
    pub(super) fn signature(&mut self, scene: &Scene<'_>, element: Element<'_>) -> Result<(), OpenError> {
        self.signature_count += 1;
        let budget = Rc::clone(&self.budget);
        let signature = Signature::parse(element, &budget)?;
        if signature.has_object() {
            return Err(OpenError::Enveloping);
        }
        for reference in signature.signed_info().references() {
            let exclusive = |transform: &Transform| match transform {
                Transform::Canonicalization(c) | Transform::SecurityTokenReference(c) => c.method().is_exclusive(),
                Transform::Attachment { .. } => true,
                Transform::EnvelopedSignature => false,
            };
            if reference.transforms().len() != 1 || !reference.transforms().iter().all(exclusive) {
                return Err(OpenError::Transforms { uri: reference.uri().into() });
            }
        }
        if self.exchange.is_some_and(|request| request.signature_values.iter().any(|value| value == signature.value()))
        {
            return Err(OpenError::Reflected);
        }
        let is_mac = signature.signed_info().method().family() == SignatureFamily::Hmac;
        let policy = &self.receiver.policy.signature;
        let documents = self.documents(scene, &signature);
        let mut found = None;
        let verified = wss_xmldsig::verify::<OpenError>(
            &signature,
            policy,
            |signature| {
                let key = self.signature_key(scene, signature.key_info(), is_mac)?;
                Ok(found.insert(key).key.clone())
            },
            &documents,
            &budget,
        )?;
        let found = found.ok_or(OpenError::NoKey)?;
        self.check_reflection(
            &found.key,
            &signature.signed_info().octets(&budget).map_err(wss_xmldsig::VerifyError::from)?,
        )?;
        let signed_info = verified.signed_info().to_vec();
        let signer = match found.holder {
            Holder::Certificate(certificate) => Signer::Certificate(certificate),
            Holder::Password(key) => {
                let user = key.proven_by_mac()?;
                self.user_proven(found.token.as_ref(), &user);
                Signer::User(user)
            }
            Holder::SharedSecret(name) => Signer::SharedSecret { name },
            Holder::SecurityContext(identifier) => Signer::SecurityContext { identifier },
            Holder::Assertion(at) => {
                let issued = self.assertions.get(at).ok_or(OpenError::NoKey)?.issued.clone();
                let method = ConfirmationMethod::HolderOfKey;
                Signer::Assertion(Box::new(AuthenticatedAssertion { issued, method }))
            }
            Holder::Kerberos(principal) => Signer::Kerberos { principal },
            Holder::License(id) => Signer::License { id },
            // Each of several recipients has a key of the request.
            Holder::RequestReceiver if self.exchange.is_some_and(Correlation::has_several_recipients) => {
                Signer::Anonymous
            }
            Holder::RequestReceiver => Signer::RequestReceiver,
            Holder::Anonymous => Signer::Anonymous,
        };
        let mut coverage = Coverage::default();
        let mut covers_token = false;
        let mut attachments = Vec::new();
        let before = self.decrypted.len();
        for reference in verified.references() {
            if let Some((url, complete)) = reference.attachment() {
                attachments.extend(content_id_of(url).map(|id| (id, complete)));
                continue;
            }
            // Attachments apart, every reference has one.
            let by = reference.canonicalization().cloned().ok_or(OpenError::Enveloping)?;
            if let Some((reference, token)) = reference.token() {
                // The token is covered; the reference proves nothing, wherever else it could stand.
                self.place(scene, reference, element)?;
                match token {
                    DereferencedToken::Element(token) => {
                        coverage.add(self.place(scene, *token, element)?, token.span(), by, before);
                    }
                    DereferencedToken::Octets { octets, .. } => {
                        covers_token |= signer.certificate().is_some_and(|certificate| certificate.der() == octets);
                    }
                }
                continue;
            }
            let apex = reference.whole_element().ok_or(OpenError::Enveloping)?;
            coverage.add(self.place(scene, apex, element)?, apex.span(), by, before);
        }
        let key_id = match &found.key {
            VerifyingKey::Public(key) => key.spki().to_vec(),
            // A MAC has one value for one key and text, and keys that make the same MACs are one key.
            VerifyingKey::Hmac(_) => signature.value().to_vec(),
        };
        self.replay_keys.push((replay_key(b"signature", &[&key_id, &signed_info]), None));
        self.note_revocation(signer.validated_certificate().map(ValidatedCertificate::revocation));
        self.evidence.signatures.push(SignatureEvidence {
            signer: signer.clone(),
            method: verified.method(),
            parts: coverage.parts().map(|(part, _)| part.clone()).collect(),
            attachments: attachments.iter().map(|(id, _)| id.into()).collect(),
            lost: Vec::new(),
        });
        self.signature_values.push(signature.value().to_vec());
        self.signed_infos.push(String::from_utf8(signed_info).expect("canonical form of text is text"));
        self.signatures.push(ProvenSignature {
            attachments,
            lost_attachments: Vec::new(),
            signer,
            span: element.span(),
            coverage,
            token_span: found.token,
            root: found.root,
            covers_token,
        });
        Ok(())
    }

    /// Notes in the evidence that no list tells of a certificate that counted.
    pub(super) fn note_revocation(&mut self, status: Option<&RevocationStatus>) {
        let is_unknown = matches!(status, Some(RevocationStatus::Unknown { .. }));
        let waived = &mut self.evidence.waived;
        if is_unknown && !waived.contains(&Waiver::RevocationNotTold) {
            waived.push(Waiver::RevocationNotTold);
        }
    }

    /// What we signed ourselves comes from nobody else, however its value, its KeyInfo or the element around it is
    /// written.
    fn check_reflection(&self, key: &VerifyingKey, signed_info: &[u8]) -> Result<(), OpenError> {
        let Some(request) = self.exchange else { return Ok(()) };
        let is_same = request.signed_infos.iter().any(|sent| sent.as_bytes() == signed_info);
        let is_own = matches!(key, VerifyingKey::Public(key) if request.own_keys.contains(key));
        if is_same || is_own { Err(OpenError::Reflected) } else { Ok(()) }
    }

    fn documents<'d>(&self, scene: &Scene<'d>, signature: &Signature<'_>) -> Documents<'d, 'r> {
        let mut references = signature.signed_info().references().iter();
        let by_token =
            references.any(|reference| matches!(reference.transforms(), [Transform::SecurityTokenReference(_)]));
        let mut certificates = Vec::new();
        if by_token {
            certificates.extend(self.receiver.trust.candidates().cloned());
            certificates.extend(self.tokens.iter().map(|token| token.certificate.clone()));
        }
        Documents {
            ids: scene.ids,
            header: scene.header.element,
            certificates,
            attachments: Arc::clone(&self.attachments),
            receiver: self.receiver,
            budget: Rc::clone(&self.budget),
        }
    }

    /// A `wsse11:SignatureConfirmation` says that the peer processed a signature of our request. An empty value
    /// counts as none, as WSS4J writes it.
    pub(super) fn confirmation(&mut self, element: Element<'_>) -> Result<(), OpenError> {
        self.budget.charge(Limit::Confirmations, 1)?;
        let value = match element.attribute("", "Value") {
            Some(text) if !text.is_empty() => {
                Some(base64_decode(&text, 1_024).ok_or_else(|| element.missing("a Value in base64"))?)
            }
            _ => None,
        };
        self.confirmations.push(SeenConfirmation { span: element.span(), value });
        Ok(())
    }

    /// The part an element is, judged by its place alone; `None` where a signature does no harm and proves
    /// nothing. A signed element anywhere else refuses the message.
    pub(super) fn place(
        &self,
        scene: &Scene<'_>,
        apex: Element<'_>,
        signature: Element<'_>,
    ) -> Result<Option<Part>, OpenError> {
        let misplaced = || OpenError::Place { path: apex.path().into() };
        if apex == scene.envelope.body {
            return Ok(Some(Part::Body));
        }
        let parent = apex.parent().ok_or_else(misplaced)?;
        let apex_name = apex.name();
        if parent == scene.header.element {
            return match (apex_name.namespace, apex_name.local) {
                _ if apex == signature => Err(misplaced()),
                (ns, "Timestamp") if ns == name::WSU.uri => Ok(Some(Part::Timestamp)),
                (ns, "UsernameToken") if ns == name::WSSE.uri => Ok(Some(Part::UsernameToken)),
                (ns, "BinarySecurityToken") if ns == name::WSSE.uri => Ok(Some(Part::SigningToken)),
                (ns, "EncryptedKey") if ns == name::XENC.uri => Ok(Some(Part::SigningToken)),
                (ns, "license") if ns == name::REL.uri => Ok(Some(Part::SigningToken)),
                _ if SecureConversation::of(apex, "SecurityContextToken").is_some() => Ok(Some(Part::SigningToken)),
                (ns, "Signature") if ns == name::DS.uri => Ok(Some(Part::Signature)),
                _ if Assertion::is_one(apex) => Ok(Some(Part::Assertion)),
                (ns, "SignatureConfirmation") if ns == name::WSSE11.uri => Ok(Some(Part::SignatureConfirmation)),
                _ => Ok(None),
            };
        }
        if scene.envelope.header == Some(parent) && apex != scene.header.element {
            return Ok(Some(Part::header_block(apex_name.namespace, apex_name.local)));
        }
        // The signature's own KeyInfo, or the reference inside it. Nothing else belongs there.
        let own = signature.children_named(name::DS.uri, "KeyInfo").next();
        let is_reference = apex.is(name::WSSE.uri, "SecurityTokenReference");
        if own.is_some_and(|own| own == apex || (own == parent && is_reference)) {
            return Ok(None);
        }
        Err(misplaced())
    }
}

/// What references of one signature name: elements by Id; and tokens, by the references of our own header.
struct Documents<'d, 'o> {
    ids: &'d IdIndex<'d>,
    header: Element<'d>,
    /// Certificates a reference may name without pointing at them.
    certificates: Vec<Certificate>,
    /// What stands beside the message.
    attachments: Arc<Vec<MimePart<'o>>>,
    receiver: &'o Receiver,
    budget: Rc<Budget>,
}

impl<'d> Dereference<'d> for Documents<'d, '_> {
    fn attachment(
        &self,
        url: &str,
        complete: bool,
        method: DigestMethod,
        budget: &Budget,
    ) -> Result<Vec<DigestValue>, Exceeded> {
        let Some(part) = named_by(&self.attachments, url) else { return Ok(Vec::new()) };
        match digest(part, complete, self.receiver.empty_line, method, budget) {
            Ok(digest) => Ok([digest.value].into_iter().chain(digest.with_empty_line).collect()),
            Err(MimeError::Limit(exceeded)) => Err(exceeded),
            Err(_) => Ok(Vec::new()),
        }
    }

    fn document(&self) -> Option<&'d Document<'d>> {
        None
    }

    fn element(&self, id: &str) -> Option<Element<'d>> {
        self.ids.get(id)
    }

    fn token(&self, reference: Element<'d>) -> Option<DereferencedToken<'d>> {
        match SecurityTokenReference::parse(reference, &self.budget).ok()? {
            SecurityTokenReference::Direct { id, .. } | SecurityTokenReference::Assertion { id, .. } => {
                let token = self.ids.get(&id).filter(|token| token.parent() == Some(self.header))?;
                let is_reference = token.is(name::WSSE.uri, "SecurityTokenReference");
                (!is_reference).then_some(DereferencedToken::Element(token))
            }
            SecurityTokenReference::Embedded(_) => None,
            named => {
                let mut found: Vec<&Certificate> = Vec::new();
                for certificate in self.certificates.iter().filter(|certificate| named.names(certificate)) {
                    if !found.contains(&certificate) {
                        found.push(certificate);
                    }
                }
                let [only] = found[..] else { return None };
                Some(DereferencedToken::Octets { value_type: X509_V3.to_owned(), octets: only.der().to_vec() })
            }
        }
    }
}

/// A signature that verified, with what it covers in the revision at hand.
pub(super) struct ProvenSignature {
    pub(super) signer: Signer,
    /// The `ds:Signature` itself.
    pub(super) span: Range<usize>,
    pub(super) coverage: Coverage,
    /// Content-IDs of the attachments it covers, and whether with their headers.
    pub(super) attachments: Vec<(String, bool)>,
    /// Content-IDs of attachments it covers as ciphertext and does not prove, and why.
    pub(super) lost_attachments: Vec<(String, CoverageLost)>,
    pub(super) token_span: Option<Range<usize>>,
    /// The secret that made it, or that its key was derived from.
    pub(super) root: Option<KeyId>,
    /// It covers the token of its own key by what the token carries, not by where it stands.
    covers_token: bool,
}

impl ProvenSignature {
    /// The parts, and the Content-IDs of attachments, that it covers and does not prove, and why.
    pub(super) fn lost(&self) -> Vec<(String, CoverageLost)> {
        let parts = self.coverage.lost().map(|(part, why)| (part.to_string(), why.clone()));
        parts.chain(self.lost_attachments.iter().cloned()).collect()
    }

    /// Whether it covers a part; for the token, the very token its key came from.
    pub(super) fn covers(&self, part: &Part) -> bool {
        match part {
            Part::SigningToken if self.covers_token => true,
            // Which there are, the package knows.
            Part::Attachments => false,
            Part::SigningToken => self.coverage.parts().any(|(_, span)| self.token_span.as_ref() == Some(span)),
            part => self.coverage.parts().any(|(covered, _)| covered == part),
        }
    }
}

/// SHA-256 over a domain tag and parts, each with its length.
pub(super) fn replay_key(domain: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Digest::new(DigestMethod::Sha256);
    for part in [&[domain], parts].concat() {
        digest.update(&(part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    let mut key = [0; 32];
    key.copy_from_slice(digest.finish().as_octets());
    key
}
