//! What remains encrypted: ciphertext in what is handed out that nobody opened.
//!
//! Whoever takes an `xenc:EncryptedKey` or a list out of the header leaves ciphertext where the sender meant plaintext, and
//! a signature over that ciphertext still verifies. So a part that holds ciphertext is not handed out as that part, unless
//! the caller expects ciphertext for other receivers.

use std::fmt;

use wss_c14n::{Document, Element, Limit, name};

use super::signature::ProvenSignature;
use super::{Opening, Scene};
use crate::error::{OpenError, RequirementError};
use crate::part::Part;

/// Why ciphertext was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhyEncrypted {
    /// No list of the Security header for this receiver names it: it is for another receiver, or the list, or the
    /// `xenc:EncryptedKey` with the list, was taken away.
    NotListed,
    /// The header names it, and no key of this receiver opens it.
    NoKey,
}

impl fmt::Display for WhyEncrypted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotListed => "no list in the Security header for this receiver names it",
            Self::NoKey => "no key of this receiver opens it",
        })
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
                let is_listed = is_assertion || id.as_ref().is_some_and(|id| self.for_others.contains(id));
                let why = if is_listed { WhyEncrypted::NoKey } else { WhyEncrypted::NotListed };
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

    /// Whether it is ciphertext to this day, and not inside other ciphertext. The EncryptedData of an attachment stays
    /// where it is when the attachment is decrypted.
    fn is_left(&self, data: Element<'_>, scene: &Scene<'_>) -> bool {
        let is_opened = data.parent() == Some(scene.header.element)
            && data.attribute("", "Id").is_some_and(|id| self.opened_data.contains(id.as_ref()));
        let mut around = data.ancestors_and_self().skip(1);
        !is_opened && !around.any(|outer| outer.is(name::XENC.uri, "EncryptedData"))
    }
}
