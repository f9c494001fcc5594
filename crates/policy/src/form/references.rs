//! Checks how signatures and keys refer to their certificates.

use wss_c14n::{Element, name};

use super::Form;
use crate::terms::{Direction, Inclusion, Reference, Token, TokenKind, Tokens};

impl<'a> Form<'a> {
    /// The token of the key to which keys are encrypted.
    pub(super) fn recipient(&self) -> Option<&'a Token> {
        match (&self.terms.binding.as_ref()?.tokens, self.direction) {
            (Tokens::Asymmetric { recipient_encryption, .. }, Direction::Request) => recipient_encryption.as_ref(),
            (Tokens::Asymmetric { initiator_encryption, .. }, Direction::Reply) => initiator_encryption.as_ref(),
            (Tokens::Symmetric { encryption, .. }, Direction::Request) => encryption.as_ref(),
            _ => None,
        }
    }

    /// Checks the reference to the certificate in keys that are encrypted to it.
    pub(super) fn recipients(&mut self, token: &Token) {
        let Some(reference) = token.reference.filter(|reference| *reference != Reference::Embedded) else { return };
        if !matches!(token.kind, TokenKind::X509(_)) || token.inclusion.includes(self.direction) {
            return;
        }
        let (local, ending, assertion) = written(reference);
        let is_so = |key: &Element<'a>| {
            key.children_named(name::DS.uri, "KeyInfo").any(|key_info| refers(key_info, local, ending))
        };
        if !self.named(name::XENC.uri, "EncryptedKey").iter().all(is_so) {
            self.breach(&[assertion], "a key refers to its certificate in another form");
        }
    }

    pub(super) fn certificate(&mut self, token: &Token, signature: Element<'a>) {
        let Some(key_info) = signature.children_named(name::DS.uri, "KeyInfo").next() else { return };
        let is_direct = refers(key_info, "Reference", "");
        let is_embedded = refers(key_info, "Embedded", "");
        let includes = token.inclusion.includes(self.direction);
        if includes && !is_direct && !is_embedded && !self.refers_besides(token, key_info) {
            let name = match self.direction {
                Direction::Request => ["InitiatorToken", "InitiatorSignatureToken", "X509Token"],
                Direction::Reply => ["RecipientToken", "RecipientSignatureToken", "X509Token"],
            };
            self.breach(&name, "the signature refers to its certificate as to one that is not in the message");
        }
        // "Once" does not say whether replies have the token.
        if !includes && is_direct && token.inclusion != Inclusion::Once {
            self.breach(&["X509Token"], "the certificate is in the message, against sp:IncludeToken");
        }
        let Some(reference) = token.reference.filter(|_| !includes) else { return };
        let (local, ending, assertion) = written(reference);
        if !refers(key_info, local, ending) {
            self.breach(&[assertion], "the signature refers to its certificate in another form");
        }
    }

    /// Whether the certificate is in the message, and the signature refers to it in the form that the token demands, as CXF
    /// reads both demands.
    fn refers_besides(&self, token: &Token, key_info: Element<'a>) -> bool {
        let Some(reference) = token.reference else { return false };
        let (local, ending, _) = written(reference);
        !self.named(name::WSSE.uri, "BinarySecurityToken").is_empty() && refers(key_info, local, ending)
    }
}

/// The element of a form of reference, the end of its `ValueType`, and the assertion that demands the form.
fn written(reference: Reference) -> (&'static str, &'static str, &'static str) {
    match reference {
        Reference::Thumbprint => ("KeyIdentifier", "#ThumbprintSHA1", "RequireThumbprintReference"),
        Reference::KeyIdentifier => ("KeyIdentifier", "#X509SubjectKeyIdentifier", "RequireKeyIdentifierReference"),
        Reference::IssuerSerial => ("X509IssuerSerial", "", "RequireIssuerSerialReference"),
        Reference::Embedded => ("Embedded", "", "RequireEmbeddedTokenReference"),
    }
}

/// Whether a `ds:KeyInfo` has an element of this name whose `ValueType` has this end.
fn refers(key_info: Element<'_>, local: &str, ending: &str) -> bool {
    key_info.descendants_and_self().any(|inner| {
        let kind = inner.attribute("", "ValueType").unwrap_or_default();
        inner.name().local == local && kind.ends_with(ending)
    })
}
