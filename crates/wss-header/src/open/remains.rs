//! What remains encrypted: ciphertext in what is handed out that nobody opened.
//!
//! Whoever takes an `xenc:EncryptedKey` or a list out of the header leaves ciphertext where the sender meant plaintext, and
//! a signature over that ciphertext still verifies. So a part that holds ciphertext is not handed out as that part, unless
//! the caller expects ciphertext for other receivers.

use std::fmt;

use wss_c14n::{Document, Element, Limit, name};
use wss_text::WireText;
use wss_xmldsig::{KeyInfo, VerifyError};
use wss_xmlenc::{EncryptedKey, KeyMethod};

use super::named::{described, named_by};
use super::signature::ProvenSignature;
use super::{Opening, Scene};
use crate::error::{OpenError, RequirementError};
use crate::part::Part;

/// Why ciphertext was not opened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhyEncrypted {
    /// No list of the Security header for this receiver names it: it is for another receiver, or the list, or the
    /// `xenc:EncryptedKey` with the list, was taken away.
    NotListed,
    /// The header names it, and no key of this receiver opens it.
    NoKey {
        /// To whom it is encrypted, as the message says.
        addressee: WireText,
        /// How many private keys and secrets the receiver has.
        known: usize,
    },
}

/// How many keys for decryption there are, and how to add one.
struct Holdings(usize);

impl fmt::Display for Holdings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, are) = (self.0, if self.0 == 1 { "key is" } else { "keys are" });
        write!(f, "{count} {are} known: add the one that fits with `decrypt_with` or `shared_secret`")
    }
}

impl fmt::Display for WhyEncrypted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotListed => f.write_str("no list in the Security header for this receiver names it"),
            Self::NoKey { addressee, known } => {
                write!(f, "no key of ours fits: it is encrypted to {addressee}, and {}", Holdings(*known))
            }
        }
    }
}

/// Ciphertext that remains in a message that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemainingCiphertext {
    /// The part that holds it: `Body`, a header block, or `Security` for a child of the Security header.
    pub part: String,
    /// The path of the `xenc:EncryptedData`.
    pub path: String,
    /// Its Id.
    pub id: Option<String>,
    /// Why it was not opened.
    pub why: WhyEncrypted,
}

impl Opening<'_> {
    /// Finds what remains encrypted in the Body, in our header, and in the header blocks that `signature` covers; refuses
    /// it unless the receiver expects ciphertext for others.
    pub(super) fn remains(
        &self,
        document: &Document<'_>,
        scene: &Scene<'_>,
        signature: Option<&ProvenSignature>,
    ) -> Result<Vec<RemainingCiphertext>, OpenError> {
        let mut holders = vec![(Part::Body.to_string(), scene.envelope.body)];
        for (part, span) in signature.iter().flat_map(|signature| signature.coverage.parts()) {
            if let (Part::HeaderBlock { .. }, Some(block)) = (part, document.element_at(span.start)) {
                holders.push((part.to_string(), block));
            }
        }
        holders.push(("Security".to_owned(), scene.header.element));
        let mut remains = Vec::new();
        for (part, holder) in holders {
            for data in holder.descendants_and_self().filter(|inner| inner.is(name::XENC.uri, "EncryptedData")) {
                if !self.is_left(data, scene) {
                    continue;
                }
                self.budget.check(Limit::EncryptedData, remains.len() + 1)?;
                let id = data.attribute("", "Id").map(|id| id.into_owned());
                // An encrypted assertion needs no list.
                let is_assertion = data.parent().is_some_and(|parent| parent.is(name::SAML2.uri, "EncryptedAssertion"));
                let listed = id.as_ref().and_then(|id| self.for_others.get(id)).cloned();
                let of_assertion = || is_assertion.then(|| named_by(data.parent()));
                let addressee = listed.or_else(of_assertion).or_else(|| self.only_addressees(scene));
                let why = match addressee {
                    Some(addressee) => self.no_key_for(addressee),
                    None => WhyEncrypted::NotListed,
                };
                let found = RemainingCiphertext { part: part.clone(), path: data.path(), id, why };
                if !self.receiver.ciphertext_for_others {
                    let RemainingCiphertext { path, why, .. } = found;
                    return Err(RequirementError::StillEncrypted { path: path.into(), why }.into());
                }
                remains.push(found);
            }
        }
        Ok(remains)
    }

    pub(super) fn no_key_for(&self, addressee: WireText) -> WhyEncrypted {
        WhyEncrypted::NoKey { addressee, known: self.receiver.identities.len() + self.receiver.secrets.len() }
    }

    /// To whom an `xenc:KeyInfo` says a key is encrypted, in words.
    pub(super) fn addressee_in(&self, key_info: Option<Element<'_>>) -> WireText {
        let references = key_info.into_iter().flat_map(Element::descendants_and_self);
        let mut uris = references.filter(|inner| inner.is(name::WSSE.uri, "Reference"));
        let uri = uris.next().and_then(|reference| reference.attribute("", "URI"));
        let named = uri.as_deref().and_then(|uri| uri.strip_prefix('#'));
        let token = self.tokens.iter().find(|token| named.is_some() && token.id.as_deref() == named);
        token.map_or_else(|| named_by(key_info), |token| described(&token.certificate).into())
    }

    /// To whom the keys of our header are encrypted, if there are some and none is for us.
    fn only_addressees(&self, scene: &Scene<'_>) -> Option<WireText> {
        let mut addressee = None;
        let keys = scene.header.element.children_named(name::XENC.uri, "EncryptedKey");
        for element in keys.take(self.budget.limits().size(Limit::EncryptedKeys)) {
            let key = EncryptedKey::parse(element, &self.budget).ok()?;
            let KeyMethod::Transport(_) = key.method() else { return None };
            let key_info = key.key_info().map(|key_info| KeyInfo::parse(key_info, &self.budget)).transpose().ok()?;
            if self.recipient(key_info.as_ref()).ok()?.is_some() {
                return None;
            }
            addressee.get_or_insert_with(|| self.addressee_in(key.key_info()));
        }
        addressee
    }

    /// A digest that does not match, where ciphertext is left that the signer had in plaintext, says less than to whom
    /// it is encrypted. What the message says of that can be read without any key.
    pub(super) fn unless_encrypted_to_others(&self, error: OpenError) -> OpenError {
        let is_digest = matches!(error, OpenError::Verify(VerifyError::DigestMismatch { .. }));
        match self.for_others.iter().next().filter(|_| is_digest) {
            Some((id, addressee)) => OpenError::NotForUs { id: id.into(), why: self.no_key_for(addressee.clone()) },
            None => error,
        }
    }

    /// Whether it is ciphertext to this day, and not inside other ciphertext. The EncryptedData of an attachment stays
    /// where it is when the attachment is decrypted.
    fn is_left(&self, data: Element<'_>, scene: &Scene<'_>) -> bool {
        let is_opened = data.parent() == Some(scene.header.element)
            && data.attribute("", "Id").is_some_and(|id| self.opened_data.contains(id.as_ref()));
        let mut around = data.ancestors_and_self().skip(1);
        !is_opened && !around.any(|outer| outer.is(name::XENC.uri, "EncryptedData"))
    }
}
