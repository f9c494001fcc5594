//! Signatures of the header, and the places they cover.

use std::ops::Range;

use wss_c14n::{Element, name};
use wss_crypto::{Digest, DigestMethod, VerifyingKey};
use wss_tokens::ValidatedCertificate;
use wss_xmldsig::{Signature, Transform};

use super::{Opening, Scene};
use crate::error::OpenError;
use crate::opened::SignatureEvidence;
use crate::part::Part;

impl Opening<'_> {
    pub(super) fn signature(&mut self, scene: &Scene<'_>, element: Element<'_>) -> Result<(), OpenError> {
        self.signature_count += 1;
        if self.signature_count > self.receiver.limits.signatures {
            return Err(OpenError::TooMany { what: "signatures", allowed: self.receiver.limits.signatures });
        }
        let signature = Signature::parse(element, &wss_xmldsig::Limits::default())?;
        if signature.has_object() {
            return Err(OpenError::Enveloping);
        }
        for reference in signature.signed_info().references() {
            let exclusive = |transform: &Transform| matches!(transform, Transform::Canonicalization(c) if c.method().is_exclusive());
            if reference.transforms().len() != 1 || !reference.transforms().iter().all(exclusive) {
                return Err(OpenError::Transforms { uri: reference.uri().to_owned() });
            }
        }
        let mut signer = None;
        let mut budget = self.digest_budget;
        let verified = wss_xmldsig::verify::<OpenError>(
            &signature,
            &self.receiver.policy.signature,
            |signature| {
                let found = self.resolve_signer(signature.key_info())?;
                let key = VerifyingKey::from(found.0.certificate().public_key().clone());
                signer = Some(found);
                Ok(key)
            },
            scene.ids,
            &mut budget,
        )?;
        self.digest_budget = budget;
        let (signer, token_span) = signer.ok_or(OpenError::NoKey)?;
        let mut covered = Vec::new();
        for reference in verified.references() {
            let apex = reference.whole_element().ok_or(OpenError::Enveloping)?;
            if let Some(part) = self.place(scene, apex, element)? {
                covered.push((part, apex.span()));
            }
        }
        let signed_info = signature.signed_info().octets().map_err(wss_xmldsig::VerifyError::from)?;
        let key_id = signer.certificate().public_key().spki();
        self.replay_keys.push(replay_key(b"signature", &[key_id, &signed_info]));
        self.evidence.signatures.push(SignatureEvidence {
            signer: signer.certificate().clone(),
            path: signer.path().iter().map(ToString::to_string).collect(),
            method: verified.method(),
            parts: covered.iter().map(|(part, _)| part.clone()).collect(),
        });
        self.signatures.push(ProvenSignature { signer, covered, token_span });
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
        let misplaced = || OpenError::Place { path: apex.path() };
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
                (ns, "BinarySecurityToken") if ns == name::WSSE.uri => Ok(Some(Part::Token)),
                (ns, "Signature") if ns == name::DS.uri => Ok(Some(Part::Signature)),
                _ => Ok(None),
            };
        }
        if scene.envelope.header == Some(parent) && apex != scene.header.element {
            return Ok(Some(Part::header_block(apex_name.namespace, apex_name.local)));
        }
        // The signature's own KeyInfo, or the reference inside it.
        let own = signature.children().find(|child| child.is(name::DS.uri, "KeyInfo"));
        if own.is_some_and(|own| own == apex || own == parent) {
            return Ok(None);
        }
        Err(misplaced())
    }
}

/// A signature that verified, with what it covers in the revision at hand.
pub(super) struct ProvenSignature {
    pub(super) signer: ValidatedCertificate,
    pub(super) covered: Vec<(Part, Range<usize>)>,
    pub(super) token_span: Option<Range<usize>>,
}

impl ProvenSignature {
    /// Whether it covers a part; for the token, the very token its key came from.
    pub(super) fn covers(&self, part: &Part) -> bool {
        self.covered
            .iter()
            .any(|(covered, span)| covered == part && (*part != Part::Token || self.token_span.as_ref() == Some(span)))
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
