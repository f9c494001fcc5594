//! Judgement: whether what was proven is what was demanded, and what may then be read.

use std::time::SystemTime;

use wss_c14n::{Budget, Canonicalization, Document, Element, Subset, name};

use super::author::Proof;
use super::coverage::CoverageLost;
use super::remains::WhyEncrypted;
use super::signature::ProvenSignature;
use super::{Opening, Read, Scene, SeenConfirmation};
use crate::attachments::AuthenticatedAttachment;
use crate::correlation::Correlation;
use crate::error::{OpenError, RequirementError};
use crate::opened::{AuthenticatedAssertion, Block};
use crate::part::Part;
use crate::signer::Signer;
use wss_soap::mime::{Canonical, MimePart, canonical_type, content_id_of};
use wss_soap::{Envelope, Role, must_understand};

impl Opening<'_> {
    /// Every block for us that must be understood is.
    pub(super) fn check_understood(&self, scene: &Scene<'_>) -> Result<(), OpenError> {
        let envelope = scene.envelope;
        for block in envelope.blocks().filter(|block| !block.is(name::WSSE.uri, "Security")) {
            if !must_understand(block, envelope.version) {
                continue;
            }
            let block_name = block.name();
            let (namespace, local) = (block_name.namespace.to_owned(), block_name.local.to_owned());
            let understood = self.demanded.contains(&Part::header_block(namespace.clone(), local.clone()))
                || self.receiver.understood.contains(&(namespace, local));
            let ours = Role::of(block, envelope.version) == self.receiver.role || is_next(block, envelope);
            if ours && !understood {
                return Err(OpenError::NotUnderstood { block: block_name.to_string().into() });
            }
        }
        Ok(())
    }

    pub(super) fn check_freshness(&self) -> Result<(), OpenError> {
        match &self.timestamp {
            Some((_, created, expires)) => self.check_created(*created, *expires),
            None => Ok(()),
        }
    }

    pub(super) fn check_created(&self, created: SystemTime, expires: Option<SystemTime>) -> Result<(), OpenError> {
        let skew = self.receiver.clock_skew;
        let oldest = created.checked_add(self.receiver.max_age).ok_or(OpenError::NotFresh)?;
        let end = expires.map_or(oldest, |expires| expires.min(oldest));
        let fresh = self.now.checked_add(skew).is_some_and(|latest| created <= latest)
            && end.checked_add(skew).is_some_and(|end| self.now < end);
        if fresh { Ok(()) } else { Err(OpenError::NotFresh) }
    }

    /// What must have come encrypted did.
    pub(super) fn check_encrypted(&self) -> Result<(), OpenError> {
        for part in &self.receiver.requirements.encrypted {
            let encrypted = match part {
                Part::Body => self.decrypted.iter().any(|d| d.in_body && d.whole_content),
                Part::Signature => {
                    let decrypted = self.decrypted.iter().filter(|d| d.is_signature).count();
                    decrypted > 0 && decrypted == self.signature_count
                }
                Part::UsernameToken => self.decrypted.iter().any(|d| d.is_username),
                Part::Assertion => {
                    let decrypted = self.decrypted.iter().filter(|d| d.is_assertion).count();
                    decrypted > 0 && decrypted == self.assertions.len()
                }
                Part::HeaderBlock { .. } => self.decrypted.iter().any(|d| d.block.as_ref() == Some(part)),
                Part::Attachments => self.opened_attachments().count() == self.attachments.len(),
                Part::Timestamp | Part::SigningToken | Part::SignatureConfirmation | Part::Id(_) => false,
            };
            if !encrypted {
                return Err(RequirementError::NotEncrypted { part: part.to_string().into() }.into());
            }
        }
        Ok(())
    }

    /// Confirmations of the request match it one to one.
    pub(super) fn check_confirmations(&self) -> Result<(), OpenError> {
        let Some(request) = self.exchange else { return Ok(()) };
        if self.confirmations.is_empty() {
            let required = self.receiver.requirements.confirmation;
            return if required { Err(RequirementError::NotConfirmed.into()) } else { Ok(()) };
        }
        let mut unconfirmed: Vec<&Vec<u8>> = request.signature_values.iter().collect();
        for confirmation in &self.confirmations {
            match &confirmation.value {
                Some(value) => {
                    let at = unconfirmed.iter().position(|sent| *sent == value).ok_or(OpenError::Confirmation)?;
                    unconfirmed.swap_remove(at);
                }
                // Says that the request had no signature.
                None if request.signature_values.is_empty() => {}
                None => return Err(OpenError::Confirmation),
            }
        }
        if unconfirmed.is_empty() { Ok(()) } else { Err(RequirementError::NotConfirmed.into()) }
    }

    /// Under a key that both sides have, a reply is told from a request by the signatures that it confirms.
    pub(super) fn check_direction(&self, signature: &ProvenSignature) -> Result<(), OpenError> {
        let is_shared = signature.root.is_some() && signature.signer != Signer::RequestReceiver;
        if !is_shared || self.receiver.either_direction {
            return Ok(());
        }
        match (self.exchange, self.confirmations.is_empty()) {
            (None, false) => Err(RequirementError::IsReply.into()),
            (Some(_), true) => Err(RequirementError::UnboundReply.into()),
            (None, true) | (Some(_), false) => Ok(()),
        }
    }

    pub(super) fn is_covered_by(&self, signature: &ProvenSignature, part: &Part) -> bool {
        let is_named = |part: &MimePart<'_>| signature.attachments.iter().any(|(id, _)| part.content_id() == Some(id));
        match part {
            Part::Attachments => self.attachments.iter().all(is_named),
            part => signature.covers(part),
        }
    }

    /// The first signature that covers all that is demanded, and whose it is.
    pub(super) fn proof(&self) -> Proof {
        if self.demanded.is_empty() {
            return Ok(None);
        }
        let mut fewest: Option<(&ProvenSignature, Vec<String>)> = None;
        let mut anonymous = false;
        let mut other_kind = None;
        let requirements = &self.receiver.requirements;
        for (at, signature) in self.signatures.iter().enumerate() {
            let missing: Vec<String> = self
                .demanded
                .iter()
                .filter(|part| !self.is_covered_by(signature, part))
                .map(ToString::to_string)
                .collect();
            if missing.is_empty() {
                match self.author(signature) {
                    Some(signer) if requirements.certificate && signer.certificate().is_none() => {
                        other_kind = Some("X.509");
                    }
                    Some(signer) if requirements.kerberos && !matches!(signer, Signer::Kerberos { .. }) => {
                        other_kind = Some("Kerberos");
                    }
                    Some(signer) => return Ok(Some((at, signer))),
                    None => anonymous = true,
                }
            } else if fewest.as_ref().is_none_or(|(_, fewest)| missing.len() < fewest.len()) {
                fewest = Some((signature, missing));
            }
        }
        if let Some(token) = other_kind {
            return Err(RequirementError::NoToken { token }.into());
        }
        if anonymous && self.exchange.is_some_and(Correlation::has_several_recipients) {
            return Err(RequirementError::SeveralRecipients.into());
        }
        if anonymous {
            return Err(RequirementError::Anonymous.into());
        }
        let Some((signature, missing)) = fewest else {
            let missing: Vec<String> = self.demanded.iter().map(ToString::to_string).collect();
            return Err(RequirementError::NotSigned { missing: missing.join(", ").into() }.into());
        };
        let demands = |lost: &(String, CoverageLost)| {
            missing.contains(&lost.0) || self.attachments.iter().any(|part| part.content_id() == Some(&lost.0))
        };
        Err(match signature.lost().into_iter().find(demands) {
            Some((part, why)) => RequirementError::CoverageLost { part: part.into(), why }.into(),
            None => RequirementError::NotSigned { missing: missing.join(", ").into() }.into(),
        })
    }

    /// What signatures cover and do not prove goes into the evidence.
    pub(super) fn note_lost_coverage(&mut self) {
        for (signature, evidence) in self.signatures.iter().zip(&mut self.evidence.signatures) {
            evidence.parts = signature.coverage.parts().map(|(part, _)| part.clone()).collect();
            let lost = signature.lost().into_iter();
            evidence.lost = lost.map(|(part, why)| (part.into(), why)).collect();
        }
    }

    /// Body and covered header blocks of the last revision, if it proved what is demanded.
    pub(super) fn read(
        &self,
        document: &Document<'_>,
        scene: &Scene<'_>,
        proof: Option<(usize, Signer)>,
        assertions: Vec<AuthenticatedAssertion>,
    ) -> Result<Read, OpenError> {
        let body = scene.envelope.body;
        let proof = proof.and_then(|(at, signer)| Some((self.signatures.get(at)?, signer)));
        let Some((signature, signer)) = proof else {
            return Ok(Read {
                body: canonical(body, None, &self.budget)?,
                blocks: Vec::new(),
                signer: None,
                assertions,
                attachments: Vec::new(),
                unauthenticated_attachments: Vec::new(),
                forwarded: None,
            });
        };
        let confirmed = |seen: &SeenConfirmation| signature.coverage.has(&Part::SignatureConfirmation, &seen.span);
        if self.exchange.is_some() && !self.confirmations.iter().all(confirmed) {
            return Err(RequirementError::NotConfirmed.into());
        }
        self.check_direction(signature)?;
        // The node that was proven is the node that is read.
        if self.demanded.contains(&Part::Body) && !signature.coverage.has(&Part::Body, &body.span()) {
            return Err(RequirementError::NotSigned { missing: Part::Body.to_string().into() }.into());
        }
        let blocks = signature.coverage.parts().filter(|(part, _)| matches!(part, Part::HeaderBlock { .. }));
        let blocks = blocks.filter_map(|(part, span)| Some((part, document.element_at(span.start)?)));
        let blocks = blocks.map(|(part, element)| {
            let (namespace, local) = (element.name().namespace.to_owned(), element.name().local.to_owned());
            let signed = signature.coverage.canonicalization(part, &element.span());
            Ok(Block { namespace, local, xml: canonical(element, signed, &self.budget)? })
        });
        let blocks = blocks.collect::<Result<_, OpenError>>()?;
        let encrypted = self.still_encrypted(scene);
        if let (true, Some(id)) = (self.demanded.contains(&Part::Attachments), encrypted.first()) {
            let (path, why) = (format!("cid:{id}"), WhyEncrypted::NotListed);
            return Err(RequirementError::StillEncrypted { path: path.into(), why }.into());
        }
        let (attachments, unauthenticated_attachments) = self.attachments(signature, &encrypted)?;
        let signed = signature.coverage.canonicalization(&Part::Body, &body.span());
        Ok(Read {
            body: canonical(body, signed, &self.budget)?,
            blocks,
            signer: Some(signer),
            assertions,
            attachments,
            unauthenticated_attachments,
            forwarded: None,
        })
    }

    /// Content-IDs of attachments that our header says are ciphertext, and that nothing opened: a list that named them
    /// may have been taken away, and who signed ciphertext did not mean it to be read.
    fn still_encrypted(&self, scene: &Scene<'_>) -> Vec<String> {
        let data = scene.header.element.children_named(name::XENC.uri, "EncryptedData");
        let left =
            data.filter(|data| !data.attribute("", "Id").is_some_and(|id| self.opened_data.contains(id.as_ref())));
        let references = left.flat_map(Element::descendants_and_self);
        let references = references.filter(|inner| inner.is(name::XENC.uri, "CipherReference"));
        references.filter_map(|reference| content_id_of(&reference.attribute("", "URI")?)).collect()
    }

    /// The attachments a signature covers, as they were digested; and the Content-IDs of the others.
    fn attachments(
        &self,
        signature: &ProvenSignature,
        encrypted: &[String],
    ) -> Result<(Vec<AuthenticatedAttachment>, Vec<Option<String>>), OpenError> {
        let (mut covered, mut others) = (Vec::new(), Vec::new());
        for part in self.attachments.iter() {
            let named = |(id, _): &&(String, bool)| part.content_id() == Some(id) && !encrypted.contains(id);
            let references: Vec<_> = signature.attachments.iter().filter(named).collect();
            let first = references.first();
            let Some((id, _)) = first else {
                others.push(part.content_id().map(str::to_owned));
                continue;
            };
            let content = Canonical::of(part, &self.budget).map_err(OpenError::Attachment)?;
            // The type is anyone's unless some reference covers the header.
            let complete = references.iter().any(|(_, complete)| *complete);
            let content_type = canonical_type(part.unauthenticated_fields()).filter(|_| complete);
            covered.push(AuthenticatedAttachment {
                content_id: id.clone(),
                content: content.into_owned(),
                content_type,
            });
        }
        Ok((covered, others))
    }
}

/// The canonical form in which `element` was signed, its comments left out as the reference leaves them out; exclusive
/// canonical form where nothing signed it.
fn canonical(element: Element<'_>, signed: Option<&Canonicalization>, budget: &Budget) -> Result<String, OpenError> {
    let unsigned = Canonicalization::default();
    let subset = Subset::subtree(element).without_comments();
    Ok(signed.unwrap_or(&unsigned).to_text(&subset, budget).map_err(wss_xmldsig::VerifyError::from)?)
}

/// Whether a block is for whoever receives it next.
fn is_next(block: Element<'_>, envelope: Envelope<'_>) -> bool {
    const NEXT: [&str; 2] =
        ["http://schemas.xmlsoap.org/soap/actor/next", "http://www.w3.org/2003/05/soap-envelope/role/next"];
    matches!(Role::of(block, envelope.version), Role::Uri(uri) if NEXT.contains(&uri.as_str()))
}
