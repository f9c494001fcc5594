//! `sp:Wss10` and `sp:Wss11`: the references that both sides know, and signature confirmation (WS-SecurityPolicy 1.3 §9).

use super::other::unexpected;
use super::token::Reference;
use crate::assertion::Assertion;
use crate::names;
use crate::standing::Notes;

/// The options of SOAP Message Security.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wss {
    /// Replies confirm the signatures of their request.
    pub(crate) confirmation: bool,
    /// The references that both sides know.
    supported: Vec<Reference>,
}

impl Wss {
    pub(crate) fn read(&mut self, assertion: &Assertion, notes: &mut Notes) {
        notes.done(assertion, "the options of SOAP Message Security");
        for inner in &assertion.nested {
            if !names::is_security(&inner.written.namespace) {
                unexpected(inner, notes);
                continue;
            }
            let mut supports = |reference: Option<Reference>, what: &str| {
                self.supported.extend(reference);
                notes.done(inner, format!("references by {what} are understood"));
            };
            match inner.local() {
                "MustSupportRefKeyIdentifier" => supports(Some(Reference::KeyIdentifier), "key identifier"),
                "MustSupportRefIssuerSerial" => supports(Some(Reference::IssuerSerial), "issuer and serial number"),
                "MustSupportRefThumbprint" => supports(Some(Reference::Thumbprint), "thumbprint"),
                "MustSupportRefEmbeddedToken" => supports(None, "embedded token"),
                "MustSupportRefEncryptedKey" => supports(None, "the SHA-1 of an encrypted key"),
                "MustSupportRefExternalURI" => {
                    notes.not_ours(inner, "tokens at other places are given by the keys, and never fetched");
                }
                "RequireSignatureConfirmation" => {
                    self.confirmation = true;
                    notes.done(inner, "replies confirm the signatures of their request");
                }
                _ => unexpected(inner, notes),
            }
        }
    }

    /// The form of references to certificates whose token does not name one, in the order of CXF.
    pub(crate) fn reference(&self) -> Reference {
        let order = [Reference::KeyIdentifier, Reference::IssuerSerial, Reference::Thumbprint];
        order.into_iter().find(|form| self.supported.contains(form)).unwrap_or(Reference::IssuerSerial)
    }
}
