//! Signatures of an outgoing message: the parts of the revision are digested (`references`) and listed in a canonical
//! SignedInfo.

use wss_c14n::{IdIndex, Splices, Writer, name};
use wss_crypto::{HmacKey, SigningKey};
use wss_tokens::{CertificatePath, PasswordKeyUse, ReferenceForm, write_x509_token};
use wss_xmldsig::{PendingSignature, write_key_value, write_x509_certificates};

use super::keying::Keying;
use super::parts::no_such;
use super::references::References;
use super::revision::Reading;
use super::{Awaited, Securing, SignaturePlace, Signed, parse};
use crate::error::SecureError;
use crate::key_uses::{KeyUse, LEAST_OCTETS};
use crate::part::Part;
use crate::signing::{SignedBy, Signing};
use wss_soap::EnvelopeError;
use wss_soap::SecurityHeader;

impl Securing {
    /// Signs, or stops if the key is elsewhere.
    pub(super) fn sign(&mut self, signing: &Signing) -> Result<Signed, SecureError> {
        let in_front = matches!(&signing.by, SignedBy::Token(token) if self.goes_in_front(token, PasswordKeyUse::Mac));
        let mut keying = self.keying_of_step(signing)?;
        self.place_endorsing_tokens(signing)?;
        keying.elements = self.written(keying.elements);
        if self.needs_context(signing) {
            self.place_tokens(signing, &keying, in_front)?;
        }
        let signature = self.prepare_signature(signing, &keying, in_front)?;
        let key: &dyn SigningKey = match (&signing.by, &keying.secret) {
            (SignedBy::Token(_), Some(secret)) => secret,
            (SignedBy::Token(_), None) => return Err(no_such(&Part::SigningToken)),
            (SignedBy::Certificate { key: Some(key), .. }, _) => key.as_ref(),
            (SignedBy::Certificate { key: None, certificate, .. }, _) => {
                return Ok(Signed::Elsewhere(Awaited { signature, certificate: certificate.clone() }));
            }
        };
        let value = signature.value(key)?;
        self.insert_signature(&signature, &value)?;
        Ok(Signed::Here)
    }

    pub(super) fn keying(&mut self, signing: &Signing) -> Result<Keying, SecureError> {
        if let SignedBy::Certificate { certificate, .. } = &signing.by {
            self.correlation.own_keys.push(certificate.public_key().clone());
        }
        match &signing.by {
            SignedBy::Certificate { certificate, .. } if signing.holder.is_some() => {
                let token = self.issued.first().ok_or_else(|| no_such(&Part::Assertion))?;
                self.correlation.subject_of.push((token.id.clone(), certificate.as_ref().clone()));
                let (key_info, token_id) = (token.reference(None), Some(token.id.clone()));
                Ok(Keying { key_info, token_id, ..Keying::default() })
            }
            SignedBy::Certificate { certificate, path, reference, .. } => {
                let token_id = match reference.sends_token() {
                    true => self.take_id(&Part::SigningToken, "X509")?,
                    false => self.fresh_id("X509")?,
                };
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
                let whole = || std::iter::once(certificate.as_ref()).chain(path);
                match reference.without_reference(certificate, path) {
                    Some(item) => item.write(&mut key_info),
                    None => reference.write_with_id(&mut key_info, certificate, &token_id, reference_id.as_deref()),
                }
                if signing.x509_data_beside {
                    write_x509_certificates(&mut key_info, whole());
                }
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

    /// Whether octets depend on the elements around them, or are not digested in the form in which they are written.
    fn needs_context(&self, signing: &Signing) -> bool {
        signing.needs_context() || !self.recipe.header.prefixes.is_empty()
    }

    /// The place of the signature, and the tokens that it needs.
    fn place_for(
        &self,
        signing: &Signing,
        keying: &Keying,
        in_front: bool,
        (header, index): (SecurityHeader<'_>, &IdIndex<'_>),
    ) -> SignaturePlace {
        let of_signature = self.place_of_signature(signing, header, index);
        let of_tokens = match &signing.by {
            _ if in_front => self.front_of(header),
            // A signature may be after others, but later steps that precede those use its token, too (R5205, R3212).
            SignedBy::Token(_) if !signing.token_after_signature => self.place_in(header, index).min(of_signature),
            _ => of_signature,
        };
        let (tokens, is_before_tokens) = (keying.elements.clone(), signing.token_after_signature);
        SignaturePlace { tokens, is_before_tokens, of_tokens, of_signature }
    }

    /// Inserts the tokens before the signature is made, so that they are canonicalised at their place.
    fn place_tokens(&mut self, signing: &Signing, keying: &Keying, in_front: bool) -> Result<(), SecureError> {
        let Reading { index, header, .. } = self.revision.read(&self.recipe.header.role)?;
        let mut place = self.place_for(signing, keying, in_front, (header, &index));
        let tokens = std::mem::take(&mut place.tokens);
        if !place.is_before_tokens {
            place.of_signature += tokens.len();
        }
        let mut splices = Splices::new();
        splices.insert(place.of_tokens, tokens);
        self.place = place;
        // The signature is still to be made.
        self.revision = std::mem::take(&mut self.revision).next(splices, true)?;
        Ok(())
    }

    /// Digests the parts and lists them in a signature without its value.
    fn prepare_signature(
        &mut self,
        signing: &Signing,
        keying: &Keying,
        in_front: bool,
    ) -> Result<PendingSignature, SecureError> {
        let signature_id = self.take_id(&Part::Signature, "SIG")?;
        let Reading { document, index, header, .. } = self.revision.read(&self.recipe.header.role)?;
        let references = References { securing: self, signing, keying, header, index: &index }.all()?;
        let key_info = Some(keying.key_info.clone());
        let (method, canonicalization) = (signing.method, &signing.canonicalization);
        let pending = PendingSignature::canonicalized(
            canonicalization,
            method,
            &references,
            Some(signature_id.clone()),
            key_info,
        )
        .prefixes(self.recipe.header.prefixes.clone());
        if !self.needs_context(signing) {
            self.place = self.place_for(signing, keying, in_front, (header, &index));
            return Ok(pending);
        }
        let mut placed = document.source().to_owned();
        placed.insert_str(self.place.of_signature, &pending.finish(&[]));
        let document = parse(&placed)?;
        let index = IdIndex::build(&document).map_err(EnvelopeError::from)?;
        let signature = index.get(&signature_id).ok_or_else(|| no_such(&Part::Signature))?;
        Ok(pending.placed(signature, canonicalization)?)
    }
}
