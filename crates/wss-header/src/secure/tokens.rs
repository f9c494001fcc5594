//! Protection tokens of an outgoing message: each is in the header once, before all references to it.

use std::sync::Arc;

use wss_c14n::{Writer, name};
use wss_crypto::{Certificate, Digest, DigestMethod, Secret};
use wss_tokens::{
    CertificatePath, ENCRYPTED_KEY, PasswordKeyUse, ReferenceForm, USERNAME_TOKEN, write_derived_key,
    write_encrypted_key_sha1, write_kerberos_sha1, write_kerberos_token, write_password_key_token,
    write_security_context, write_token_reference, write_x509_token,
};
use wss_xmlenc::{KeyMethod, write_encrypted_key};

use super::{Securing, no_such};
use crate::correlation::SentKey;
use crate::error::SecureError;
use crate::key_sending::KeySending;
use crate::key_uses::{KeyId, KeyUse, KeyUseError, LEAST_OCTETS};
use crate::part::Part;
use crate::protection_token::{ProtectionKind, ProtectionToken};

/// A protection token in the header, or about to be.
pub(super) struct Placed {
    kind: Arc<ProtectionKind>,
    /// A password makes a separate key for each use.
    key_use: Option<PasswordKeyUse>,
    /// Its Id; `None` for a key that only the request contained.
    pub(super) id: Option<String>,
    secret: Secret,
    /// The canonical `wsse:SecurityTokenReference` to it, as a document of its own.
    reference: String,
}

impl Placed {
    /// Whether it fits this use of `token`.
    pub(super) fn is_of(&self, token: &ProtectionToken, key_use: PasswordKeyUse) -> bool {
        Arc::ptr_eq(&self.kind, &token.kind) && self.key_use.is_none_or(|own| own == key_use)
    }
}

/// A key for one use.
pub(super) struct KeyForUse {
    /// New elements before the element that uses the key.
    pub(super) elements: String,
    pub(super) secret: Secret,
    /// The content of `ds:KeyInfo`.
    pub(super) key_info: String,
    /// The Id of the protection token, which `Part::SigningToken` names.
    pub(super) token_id: Option<String>,
    /// The Id of the token that derives the key from it, if there is one.
    pub(super) derived_id: Option<String>,
}

fn reference_to(id: &str, value_type: Option<&str>, token_type: Option<&str>) -> String {
    let mut writer = Writer::new();
    write_token_reference(&mut writer, id, value_type, token_type);
    writer.finish()
}

impl Securing {
    /// The key of `token` for one use of `len` octets, and the tokens that it needs.
    pub(super) fn key_for(
        &mut self,
        token: &ProtectionToken,
        wanted: KeyUse,
        len: usize,
    ) -> Result<KeyForUse, SecureError> {
        let key_use = match wanted {
            KeyUse::Mac => PasswordKeyUse::Mac,
            KeyUse::Content(_) | KeyUse::Wrap | KeyUse::Derive => PasswordKeyUse::Encryption,
        };
        let mut elements = String::new();
        let flag = matches!(*token.kind, ProtectionKind::Username { .. }).then_some(key_use);
        let known = |placed: &Placed| placed.is_of(token, key_use);
        let at = match self.placed.iter().position(known) {
            Some(at) => at,
            None => {
                let secret_len = if token.derived.is_some() { 32 } else { len };
                let placed = self.place_token(token, key_use, flag, secret_len, &mut elements)?;
                self.placed.push(placed);
                self.placed.len() - 1
            }
        };
        let derived_id = self.fresh_id("DK")?;
        let mut nonce = [0; 16];
        self.recipe.random.fill(&mut nonce)?;
        let placed = self.placed.get(at).ok_or(SecureError::NeedsRequest)?;
        let token_id = placed.id.clone();
        let (id, origin) = (KeyId::of(&placed.secret), token.kind.origin());
        let octets = placed.secret.len();
        if octets == 0 || (octets < LEAST_OCTETS && !self.recipe.short_secrets) {
            return Err(KeyUseError::TooShort { octets }.into());
        }
        self.uses.note(&id, origin, if token.derived.is_some() { KeyUse::Derive } else { wanted })?;
        let Some(version) = token.derived else {
            // Passwords and tickets make keys of a fixed length: a cipher uses the leading octets.
            let is_cut = flag.is_some()
                || (key_use == PasswordKeyUse::Encryption && matches!(*token.kind, ProtectionKind::Kerberos { .. }));
            let secret = match placed.secret.as_octets().get(..len) {
                Some(leading) if is_cut => Secret::new(leading.to_vec()),
                _ if key_use == PasswordKeyUse::Encryption && placed.secret.len() != len => {
                    return Err(SecureError::KeyLength { found: placed.secret.len(), wanted: len });
                }
                _ => placed.secret.clone(),
            };
            return Ok(KeyForUse { elements, secret, key_info: placed.reference.clone(), token_id, derived_id: None });
        };
        let (derived, secret) = write_derived_key(version, &derived_id, &placed.reference, &nonce, &placed.secret, len);
        elements.push_str(&derived);
        let key_info = reference_to(&derived_id, Some(version.derived_key_type()), None);
        Ok(KeyForUse { elements, secret, key_info, token_id, derived_id: Some(derived_id) })
    }

    fn place_token(
        &mut self,
        token: &ProtectionToken,
        key_use: PasswordKeyUse,
        flag: Option<PasswordKeyUse>,
        len: usize,
        elements: &mut String,
    ) -> Result<Placed, SecureError> {
        let (id, secret, reference) = match &*token.kind {
            ProtectionKind::EncryptedKey { recipient, sending, reference } => {
                let secret = Secret::generate(self.recipe.random.as_ref(), len)?;
                let (id, written) = self.encrypted_key(recipient, sending, *reference, &secret, &[])?;
                elements.push_str(&written);
                let reference = reference_to(&id, None, Some(ENCRYPTED_KEY));
                (Some(id), secret, reference)
            }
            ProtectionKind::Username { username, password, iterations } => {
                let id = self.fresh_id("UT")?;
                let mut random = [0; 15];
                self.recipe.random.fill(&mut random)?;
                let (element, secret) =
                    write_password_key_token(&id, username, password.secret(), key_use, &random, *iterations);
                elements.push_str(&element);
                let reference = reference_to(&id, Some(USERNAME_TOKEN), None);
                (Some(id), secret, reference)
            }
            ProtectionKind::SecurityContext { version, identifier, instance, secret } => {
                let id = self.fresh_id("SCT")?;
                elements.push_str(&write_security_context(*version, &id, identifier, instance.as_deref()));
                let reference = reference_to(&id, Some(version.context_type()), None);
                (Some(id), secret.clone(), reference)
            }
            ProtectionKind::Assertion { secret } => {
                let assertion = self.first_assertion().ok_or_else(|| no_such(&Part::Assertion))?;
                (Some(assertion.id.clone()), secret.clone(), assertion.reference(None))
            }
            ProtectionKind::Kerberos { initiator, form } => {
                let id = self.fresh_id("KT")?;
                let ticket = initiator.ticket().ok_or(SecureError::NoTicket)?;
                let written = write_kerberos_token(&id, *form, &ticket.gss_token);
                let (element, sha1) = written.ok_or(SecureError::NoTicket)?;
                elements.push_str(&element);
                self.correlation.keys.push(SentKey {
                    sha1,
                    secret: ticket.key.clone(),
                    kerberos: Some(*form),
                    recipient: None,
                });
                let value_type = form.value_type();
                let reference = reference_to(&id, Some(&value_type), Some(&value_type));
                (Some(id), ticket.key, reference)
            }
            ProtectionKind::Request => {
                let request = self.request.as_ref().ok_or(SecureError::NeedsRequest)?;
                // The first transported key protected the request as a whole.
                let key = request.keys.first().ok_or(SecureError::NeedsRequest)?;
                let mut writer = Writer::new();
                match key.kerberos {
                    None => write_encrypted_key_sha1(&mut writer, &key.sha1),
                    Some(form) => write_kerberos_sha1(&mut writer, &key.sha1, form),
                }
                (None, key.secret.clone(), writer.finish())
            }
        };
        Ok(Placed { kind: Arc::clone(&token.kind), key_use: flag, id, secret, reference })
    }

    /// The Id of a new EncryptedKey, and the element after the token that it refers to, if there is one. The key is
    /// kept for the reply.
    pub(super) fn encrypted_key(
        &mut self,
        recipient: &Certificate,
        sending: &KeySending,
        reference: ReferenceForm,
        secret: &Secret,
        listed: &[String],
    ) -> Result<(String, String), SecureError> {
        let (id, token_id) = (self.fresh_id("EK")?, self.fresh_id("X509")?);
        let mut out = String::new();
        if reference.needs_token() {
            let mut writer = Writer::new();
            // Only the recipient's certificate is known, so it is the whole path.
            let path = [recipient];
            let path = match reference {
                ReferenceForm::DirectPath => CertificatePath::PkiPath(&path),
                ReferenceForm::DirectPkcs7 => CertificatePath::Pkcs7(&path),
                _ => CertificatePath::None,
            };
            write_x509_token(&mut writer, &token_id, recipient, path);
            out.push_str(&writer.finish());
        }
        let mut key_info = Writer::within(&[name::XENC, name::DS]);
        let key = recipient.public_key();
        let (method, wrapped) = if key.kind().agreement().is_some() {
            let agreed = sending.agreement.wrap(key, secret, self.recipe.random.as_ref())?;
            let names_recipient = |writer: &mut Writer| reference.write(writer, recipient, &token_id);
            sending.agreement.write(&mut key_info, &agreed.originator, names_recipient);
            (KeyMethod::Wrap(sending.agreement.wrap), agreed.wrapped)
        } else {
            reference.write(&mut key_info, recipient, &token_id);
            (KeyMethod::Transport(sending.transport.clone()), key.wrap_key(&sending.transport, secret)?)
        };
        out.push_str(&write_encrypted_key(Some(&id), &method, Some(&key_info.finish()), &wrapped, listed));
        let sha1 = Digest::of(DigestMethod::Sha1, &wrapped).as_octets().to_vec();
        let recipient = Some(recipient.clone());
        self.correlation.keys.push(SentKey { sha1, secret: secret.clone(), kerberos: None, recipient });
        Ok((id, out))
    }
}
