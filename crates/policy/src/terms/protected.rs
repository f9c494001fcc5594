//! The parts of the messages in a direction that are signed and encrypted.

use wss_header::Part;

use super::Terms;
use super::binding::{Signs, Tokens};
use super::parts::is_in_body_or_header;
use super::supporting::Supporting;
use super::token::{Direction, Token, TokenKind};

impl Terms {
    /// The parts of a message that its signature covers in any case.
    pub(crate) fn always_signed(&self, direction: Direction) -> Vec<Part> {
        let mut parts = Vec::new();
        if self.parts.signed_body {
            parts.push(Part::Body);
        }
        if self.binding.as_ref().is_some_and(|binding| binding.timestamp) {
            parts.push(Part::Timestamp);
        }
        let is_over_transport = self.is_over_transport();
        let is_covered = |supporting: &Supporting| {
            let is_early = supporting.has_signed_token(is_over_transport);
            (supporting.signed && !is_early) || supporting.is_loose_user(is_over_transport)
        };
        parts.extend(self.supported(direction, is_covered));
        parts
    }

    /// The parts of a message that are encrypted in any case, without its signatures. A protected transport encrypts the whole
    /// message.
    pub(crate) fn always_encrypted(&self, direction: Direction) -> Vec<Part> {
        if self.is_over_transport() {
            return Vec::new();
        }
        let body = self.parts.encrypted_body.then_some(Part::Body);
        body.into_iter().chain(self.supported(direction, |supporting| supporting.encrypted)).collect()
    }

    /// Whether messages have an encrypted part.
    pub(crate) fn encrypts(&self, direction: Direction) -> bool {
        if self.is_over_transport() {
            return false;
        }
        let optional = self.parts.encrypted.len() + self.parts.content.len() + self.parts.every_encrypted.len();
        !self.always_encrypted(direction).is_empty() || optional > 0 || self.hides_signature(direction)
    }

    /// Whether messages have a signature that is encrypted.
    pub(crate) fn hides_signature(&self, direction: Direction) -> bool {
        self.binding.as_ref().is_some_and(|binding| binding.encrypt_signature)
            && self.signs(direction) != Signs::Nothing
    }

    /// Whether messages have a signature of the binding.
    pub(crate) fn signs(&self, direction: Direction) -> Signs {
        let Some(binding) = &self.binding else { return Signs::Nothing };
        let Some(token) = binding.tokens.signing(direction) else { return Signs::Nothing };
        let is_mac = matches!(binding.tokens, Tokens::Symmetric { .. });
        let is_request = direction == Direction::Request;
        let is_covered = |supporting: &Supporting| {
            is_request && (supporting.is_loose_assertion() || (supporting.signed && supporting.is_mere_certificate()))
        };
        if !self.always_signed(direction).is_empty()
            || self.parts.signed.iter().any(|part| self.makes(part, direction))
            || self.supporting.iter().any(is_covered)
            || (binding.protect_tokens && Token::protects(Some(token), is_mac, direction))
        {
            return Signs::Always;
        }
        match self.parts.signed.iter().any(is_in_body_or_header) || !self.parts.every_signed.is_empty() {
            true => Signs::IfPresent,
            false => Signs::Nothing,
        }
    }

    /// Whether our messages have the part, so that a step can name it.
    pub(crate) fn makes(&self, part: &Part, direction: Direction) -> bool {
        let is_request = direction == Direction::Request;
        let is_user = |supporting: &Supporting| {
            matches!(supporting.token.kind, TokenKind::Username { .. }) && !supporting.endorsing
        };
        let is_assertion = |supporting: &Supporting| supporting.token.kind.is_assertion();
        let binding = self.binding.as_ref();
        let of_binding = || binding.and_then(|binding| binding.tokens.signing(direction));
        match part {
            Part::Timestamp => binding.is_some_and(|binding| binding.timestamp),
            Part::UsernameToken => is_request && self.supporting.iter().any(is_user),
            Part::Assertion => {
                is_request
                    && (self.supporting.iter().any(is_assertion)
                        || of_binding().is_some_and(|token| token.kind.is_assertion()))
            }
            _ => false,
        }
    }

    /// Whether the messages of a binding that has its own keys use none of them.
    pub(super) fn is_neither_signed_nor_encrypted(&self, direction: Direction) -> bool {
        self.signs(direction) == Signs::Nothing && !self.encrypts(direction)
    }

    /// Whether a request has a password as text, and the policy does not say that it is encrypted. Our clients encrypt it,
    /// and so does CXF.
    pub(crate) fn shows_password(&self, direction: Direction) -> bool {
        let shows =
            |supporting: &Supporting| supporting.has_text_password() && !supporting.endorsing && !supporting.encrypted;
        direction == Direction::Request && !self.is_over_transport() && self.supporting.iter().any(shows)
    }

    /// Whether a request has a user whose key signs nothing.
    pub(crate) fn sends_user(&self, direction: Direction) -> bool {
        let is_one = |supporting: &Supporting| {
            matches!(supporting.token.kind, TokenKind::Username { .. }) && !supporting.endorsing
        };
        direction == Direction::Request && self.supporting.iter().any(is_one)
    }

    /// Whether the policy says that tokens of a message are encrypted.
    pub(crate) fn encrypts_tokens(&self, direction: Direction) -> bool {
        direction == Direction::Request && self.supporting.iter().any(|supporting| supporting.encrypted)
    }

    /// The tokens of requests for which `is` holds, as parts.
    fn supported(&self, direction: Direction, is: impl Fn(&Supporting) -> bool) -> Vec<Part> {
        let mut parts = Vec::new();
        for supporting in self.supporting.iter().filter(|supporting| direction == Direction::Request && is(supporting))
        {
            let part = match supporting.token.kind {
                TokenKind::Username { .. } => Part::UsernameToken,
                TokenKind::Saml(_) | TokenKind::Issued(_) => Part::Assertion,
                _ => continue,
            };
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        parts
    }
}
