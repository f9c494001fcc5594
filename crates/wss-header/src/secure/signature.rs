//! Signatures of an outgoing message: the parts of the revision are digested and listed in a canonical SignedInfo.

use wss_c14n::{Canonicalization, Element, IdIndex, Subset, Writer, id_of, name};
use wss_crypto::{HmacKey, SigningKey};
use wss_tokens::{Assertion, CertificatePath, PasswordKeyUse, ReferenceForm, X509_V3, write_x509_token};
use wss_xmldsig::{DereferencedToken, NewReference, PendingSignature, Transform, write_key_value};

use super::parts::no_such;
use super::{Awaited, Securing, SignaturePlace, Signed, locate, parse};
use crate::error::SecureError;
use crate::key_uses::{KeyUse, LEAST_OCTETS};
use crate::part::Part;
use crate::recipe::{SignedBy, Signing};
use wss_soap::EnvelopeError;
use wss_soap::SecurityHeader;

/// The parts of a signature that depend on its key.
#[derive(Default)]
struct Keying {
    /// New elements before the signature.
    elements: String,
    /// The content of `ds:KeyInfo`.
    key_info: String,
    /// The Id of the token that contains or identifies the key; and the token, if it is among the new elements.
    token_id: Option<String>,
    new_token: String,
    /// The Id of the reference in `ds:KeyInfo`, if the token is signed through it; and the octets of the token, if it
    /// is not in the message.
    reference_id: Option<String>,
    octets: Vec<u8>,
    secret: Option<HmacKey>,
}

impl Securing {
    /// Signs, or stops if the key is elsewhere.
    pub(super) fn sign(&mut self, signing: &Signing) -> Result<Signed, SecureError> {
        let in_front = matches!(&signing.by, SignedBy::Token(token) if self.goes_in_front(token, PasswordKeyUse::Mac));
        let keying = self.keying(signing)?;
        let signature = self.prepare_signature(signing, &keying, in_front)?;
        self.place.tokens = keying.elements;
        let key: &dyn SigningKey = match (&signing.by, &keying.secret) {
            (SignedBy::Token(_), Some(secret)) => secret,
            (SignedBy::Token(_), None) => return Err(no_such(&Part::SigningToken)),
            (SignedBy::Certificate { key: Some(key), .. }, _) => key.as_ref(),
            (SignedBy::Certificate { key: None, certificate, .. }, _) => {
                return Ok(Signed::Elsewhere(Awaited { signature, certificate: certificate.clone() }));
            }
        };
        let value = signature.value(key)?;
        self.insert_signature(&signature, &value);
        Ok(Signed::Here)
    }

    fn keying(&mut self, signing: &Signing) -> Result<Keying, SecureError> {
        if let SignedBy::Certificate { certificate, .. } = &signing.by {
            self.correlation.own_keys.push(certificate.public_key().clone());
        }
        match &signing.by {
            SignedBy::Certificate { certificate, .. } if signing.holder_of_key => {
                let token = self.issued.first().ok_or_else(|| no_such(&Part::Assertion))?;
                self.correlation.subject_of.push((token.id.clone(), certificate.as_ref().clone()));
                let (key_info, token_id) = (token.reference(None), Some(token.id.clone()));
                Ok(Keying { key_info, token_id, ..Keying::default() })
            }
            SignedBy::Certificate { certificate, path, reference, .. } => {
                let token_id = self.fresh_id("X509")?;
                let mut token = Writer::new();
                if reference.needs_token() {
                    let path: Vec<_> = path.iter().rev().chain([certificate.as_ref()]).collect();
                    let path = match reference {
                        ReferenceForm::DirectPath => CertificatePath::PkiPath(&path),
                        ReferenceForm::DirectPkcs7 => CertificatePath::Pkcs7(&path),
                        _ => CertificatePath::None,
                    };
                    write_x509_token(&mut token, &token_id, certificate, path);
                }
                let token = token.finish();
                let by_reference = signing.token_by_reference && signing.parts.contains(&Part::SigningToken);
                let reference_id = if by_reference { Some(self.fresh_id("STR")?) } else { None };
                let mut key_info = Writer::within(&[name::DS]);
                reference.write_with_id(&mut key_info, certificate, &token_id, reference_id.as_deref());
                if signing.key_value_beside {
                    write_key_value(&mut key_info, certificate.public_key());
                }
                Ok(Keying {
                    elements: token.clone(),
                    key_info: key_info.finish(),
                    token_id: Some(token_id),
                    new_token: token,
                    reference_id,
                    octets: if reference.needs_token() { Vec::new() } else { certificate.der().to_vec() },
                    secret: None,
                })
            }
            SignedBy::Token(token) => {
                let len = match token.derived {
                    Some(_) => token.mac_key_octets,
                    None => signing.method.digest().unwrap_or(signing.digest).output_len(),
                };
                let key = self.key_for(token, KeyUse::Mac, len)?;
                let octets = key.secret.as_octets().to_vec();
                let secret = match octets.len() {
                    // A short secret was refused above, unless short ones are allowed.
                    0..LEAST_OCTETS => HmacKey::of_any_length_for_legacy_use_only(octets),
                    found => {
                        HmacKey::new(octets).map_err(|_| SecureError::KeyLength { found, wanted: LEAST_OCTETS })?
                    }
                };
                Ok(Keying {
                    elements: key.elements.clone(),
                    key_info: key.key_info,
                    token_id: key.token_id,
                    new_token: key.elements,
                    secret: Some(secret),
                    ..Keying::default()
                })
            }
        }
    }

    /// Digests the parts and lists them in a signature without its value.
    fn prepare_signature(
        &mut self,
        signing: &Signing,
        keying: &Keying,
        in_front: bool,
    ) -> Result<PendingSignature, SecureError> {
        let signature_id = self.fresh_id("SIG")?;
        let document = parse(&self.revision)?;
        let index = IdIndex::build(&document).map_err(EnvelopeError::from)?;
        let (_, header) = locate(&document, &self.recipe.role)?;
        let canonicalization = Canonicalization::default().inclusive_prefixes(&signing.inclusive_prefixes);
        let digest = |id: &str, element: Element<'_>| {
            let subset = Subset::subtree(element).without_comments();
            let transforms = vec![Transform::Canonicalization(canonicalization.clone())];
            NewReference::digest(format!("#{id}"), &subset, transforms, signing.digest)
        };
        let sign_error = wss_xmldsig::SignError::from;
        let mut references = Vec::new();
        let mut parts = signing.parts.clone();
        // Confirmations prove nothing if no signature covers them.
        if self.recipe.confirms && !parts.contains(&Part::SignatureConfirmation) {
            parts.push(Part::SignatureConfirmation);
        }
        for part in &parts {
            match part {
                Part::SigningToken if keying.reference_id.is_some() => {
                    references.push(token_by_reference(signing, keying, header)?);
                }
                Part::SigningToken => {
                    let id = keying.token_id.as_ref().ok_or_else(|| no_such(part))?;
                    if let Some(token) = index.get(id) {
                        references.push(digest(id, token).map_err(sign_error)?);
                        continue;
                    }
                    let mut writer = Writer::new();
                    writer.start_unqualified("new");
                    writer.raw(&keying.new_token);
                    writer.end();
                    let wrapped = writer.finish();
                    let new = parse(&wrapped)?;
                    let token = new.root().children().find(|token| id_of(*token).as_deref() == Some(id));
                    references.push(digest(id, token.ok_or_else(|| no_such(part))?).map_err(sign_error)?);
                }
                Part::Assertion => {
                    for (assertion, reference) in &self.assertion_references {
                        let at = index.get(reference).ok_or_else(|| no_such(part))?;
                        let token = index.get(assertion).ok_or_else(|| no_such(part))?;
                        let canonicalization = stating_default(token.namespace_of_prefix(""));
                        let token = DereferencedToken::Element(token);
                        let uri = format!("#{reference}");
                        let new = NewReference::of_token(uri, at, &token, canonicalization, signing.digest);
                        references.push(new.map_err(sign_error)?);
                    }
                }
                Part::Attachments => {
                    let complete = signing.complete_attachments;
                    if self.attachments.is_empty() {
                        return Err(no_such(part));
                    }
                    for attachment in &self.attachments {
                        let value = attachment.digest(complete, signing.digest)?;
                        references.push(NewReference::of_attachment(attachment.url(), complete, signing.digest, value));
                    }
                    // The EncryptedData of an attachment says how to read it, so it is signed as well.
                    for id in &self.encrypted_attachments {
                        let data = index.get(id).ok_or_else(|| no_such(part))?;
                        references.push(digest(id, data).map_err(sign_error)?);
                    }
                }
                Part::Signature | Part::SignatureConfirmation => {
                    let (namespace, local) = match part {
                        Part::Signature => (name::DS.uri, "Signature"),
                        _ => (name::WSSE11.uri, "SignatureConfirmation"),
                    };
                    for element in header.children().filter(|child| child.is(namespace, local)) {
                        let id = id_of(element).ok_or_else(|| no_such(part))?;
                        references.push(digest(&id, element).map_err(sign_error)?);
                    }
                }
                part => {
                    let ids = self.ids.of(part);
                    if ids.is_empty() {
                        return Err(no_such(part));
                    }
                    for id in ids {
                        let element = index.get(id).ok_or_else(|| no_such(part))?;
                        references.push(digest(id, element).map_err(sign_error)?);
                    }
                }
            }
        }
        let own = keying.token_id.as_ref().filter(|_| parts.contains(&Part::SigningToken));
        for id in self.keys_to_sign.iter().filter(|id| own != Some(*id)) {
            // Assertions have no Id of type xs:ID: they are signed through `Part::Assertion`.
            let key = index.get(id).filter(|key| !Assertion::is_one(*key));
            references.extend(key.map(|key| digest(id, key)).transpose().map_err(sign_error)?);
        }
        let key_info = Some(keying.key_info.clone());
        let pending = PendingSignature::new(signing.method, &references, Some(signature_id), key_info);
        let of_signature = self.place_in(header, &index);
        let of_tokens = if in_front { header.element.content_span().start } else { of_signature };
        self.place = SignaturePlace { tokens: String::new(), of_tokens, of_signature };
        Ok(pending)
    }
}

/// The binding of a default namespace in scope is always listed, so that peers that write it in any case read the token
/// like us.
fn stating_default(default: Option<&str>) -> Canonicalization {
    match default {
        Some(_) => Canonicalization::default().inclusive_prefixes("#default"),
        None => Canonicalization::default(),
    }
}

/// The output of the STR-Transform for the token.
fn token_by_reference(
    signing: &Signing,
    keying: &Keying,
    header: SecurityHeader<'_>,
) -> Result<NewReference, SecureError> {
    let no_token = || no_such(&Part::SigningToken);
    let default = header.element.namespace_of_prefix("");
    let mut writer = Writer::new();
    writer.start(name::DS, "new");
    if let Some(uri) = default {
        writer.declare_as("", uri);
    }
    writer.raw(&keying.new_token);
    writer.start(name::DS, "KeyInfo");
    writer.raw(&keying.key_info);
    writer.end();
    writer.end();
    let wrapped = writer.finish();
    let new = parse(&wrapped)?;
    let info = new.root().children().last().ok_or_else(no_token)?;
    let reference = info.children().next().ok_or_else(no_token)?;
    let token = match new.root().children_named(name::WSSE.uri, "BinarySecurityToken").next() {
        Some(token) => DereferencedToken::Element(token),
        None => DereferencedToken::Octets { value_type: X509_V3.to_owned(), octets: keying.octets.clone() },
    };
    let canonicalization = stating_default(default);
    let uri = format!("#{}", keying.reference_id.as_deref().unwrap_or_default());
    let reference = NewReference::of_token(uri, reference, &token, canonicalization, signing.digest);
    Ok(reference.map_err(wss_xmldsig::SignError::from)?)
}
