//! The common part of sending and receiving: the algorithms that terms and keys agree on, references, and the parts
//! that every message has.

use wss_crypto::{DigestMethod, SignatureMethod};
use wss_header::Part;
use wss_tokens::ReferenceForm;

use crate::keys::{Consent, Keys};
use crate::lack::Lack;
use crate::suite::{Suite, Transport};
use crate::terms::{Binding, Direction, Supporting, Terms, Token, TokenKind, Tokens, X509Form};

/// The algorithms of the messages.
pub(crate) struct Means {
    pub(crate) suite: Suite,
    pub(crate) legacy: bool,
}

impl Means {
    /// The suite of the binding, with the methods that the keys name; refused if it has legacy algorithms to which
    /// nobody agreed.
    pub(crate) fn of(terms: &Terms, keys: &Keys) -> Result<Option<Self>, Lack> {
        let Some(binding) = &terms.binding else { return Ok(None) };
        let no_suite = Lack::Together { what: "the binding has no algorithm suite" };
        let mut suite = binding.suite.clone().ok_or(no_suite)?;
        suite.asymmetric = keys.asymmetric.unwrap_or(suite.asymmetric);
        suite.symmetric = keys.symmetric.unwrap_or(suite.symmetric);
        let means = Self { legacy: keys.agrees(Consent::LegacyAlgorithms), suite };
        means.check(terms, binding, keys)?;
        Ok(Some(means))
    }

    fn check(&self, terms: &Terms, binding: &Binding, keys: &Keys) -> Result<(), Lack> {
        if self.legacy {
            return Ok(());
        }
        let Suite { name, digest, content, transport, asymmetric, symmetric, .. } = &self.suite;
        let consent = |what: &str, instead: &str| {
            let why = format!("the suite {name} has {what}, which is legacy{instead}");
            Err(Lack::consent(Consent::LegacyAlgorithms, why))
        };
        let (mut signs, mut macs) = match binding.tokens {
            Tokens::Asymmetric { .. } => (true, false),
            Tokens::Symmetric { .. } => (false, true),
            Tokens::Transport => (false, false),
        };
        for supporting in terms.supporting.iter().filter(|supporting| supporting.endorsing) {
            // An assertion names a public key or, as assertions of WCF do, a secret.
            let has_secret = keys.own.assertion_secret.is_some();
            match &supporting.token.kind {
                TokenKind::X509(_) => signs = true,
                kind if kind.is_assertion() && !has_secret => signs = true,
                _ => macs = true,
            }
        }
        if signs && asymmetric.is_legacy() {
            return consent(asymmetric.uri(), "; `Keys::asymmetric_signature` says another");
        }
        if macs && symmetric.is_legacy() {
            return consent(symmetric.uri(), "; `Keys::symmetric_signature` says another");
        }
        if (signs || macs) && digest.is_legacy() {
            return consent(digest.uri(), "");
        }
        let encrypts = !matches!(binding.tokens, Tokens::Transport);
        if encrypts && content.is_legacy() {
            return consent(content.uri(), "");
        }
        if encrypts && *transport == Transport::Rsa15 {
            return consent(self.suite.key_transport().uri(), "");
        }
        Ok(())
    }

    pub(crate) fn digest(&self) -> DigestMethod {
        self.suite.digest
    }

    pub(crate) fn methods(&self) -> [SignatureMethod; 2] {
        [self.suite.asymmetric, self.suite.symmetric]
    }
}

/// The form in which a message in `direction` refers to the certificate of `token`.
pub(crate) fn reference(terms: &Terms, token: &Token, direction: Direction) -> ReferenceForm {
    use crate::terms::Reference;
    let TokenKind::X509(form) = token.kind else { return ReferenceForm::Direct };
    if token.reference == Some(Reference::Embedded) {
        return ReferenceForm::Embedded;
    }
    if token.inclusion.includes(direction) {
        return match form {
            X509Form::PkiPath => ReferenceForm::DirectPath,
            X509Form::Pkcs7 => ReferenceForm::DirectPkcs7,
            X509Form::Any | X509Form::V1 | X509Form::V3 => ReferenceForm::Direct,
        };
    }
    token.reference.unwrap_or_else(|| terms.wss.reference()).form()
}

/// The parts of a message that its signature covers in any case.
pub(crate) fn always_signed(terms: &Terms, direction: Direction) -> Vec<Part> {
    let mut parts = Vec::new();
    if terms.parts.signed_body {
        parts.push(Part::Body);
    }
    if terms.binding.as_ref().is_some_and(|binding| binding.timestamp) {
        parts.push(Part::Timestamp);
    }
    let is_over_transport = terms.is_over_transport();
    let is_covered = |supporting: &Supporting| {
        let is_early = supporting.has_signed_token(is_over_transport);
        (supporting.signed && !is_early) || supporting.is_loose_user(is_over_transport)
    };
    parts.extend(supported(terms, direction, is_covered));
    parts
}

/// The parts of a message that are encrypted in any case, without its signatures. A protected transport encrypts the whole
/// message.
pub(crate) fn always_encrypted(terms: &Terms, direction: Direction) -> Vec<Part> {
    if terms.is_over_transport() {
        return Vec::new();
    }
    let body = terms.parts.encrypted_body.then_some(Part::Body);
    body.into_iter().chain(supported(terms, direction, |supporting| supporting.encrypted)).collect()
}

/// Whether `sp:ProtectTokens` applies to a token in messages of this direction: one that the messages contain. No peer
/// signs a token outside the message through its reference.
pub(crate) fn protects(token: Option<&Token>, is_mac: bool, direction: Direction) -> bool {
    token.is_some_and(|token| match token.kind {
        // The key that is encrypted to a certificate comes with the request, and replies refer to it.
        TokenKind::X509(_) if is_mac => direction == Direction::Request,
        TokenKind::X509(_) => {
            token.inclusion.includes(direction) && token.reference != Some(crate::terms::Reference::Embedded)
        }
        _ => direction == Direction::Request,
    })
}

/// Whether messages have an encrypted part.
pub(crate) fn encrypts(terms: &Terms, direction: Direction) -> bool {
    if terms.is_over_transport() {
        return false;
    }
    let optional = terms.parts.encrypted.len() + terms.parts.content.len() + terms.parts.every_encrypted.len();
    let has_signature = terms.binding.as_ref().is_some_and(|binding| binding.encrypt_signature);
    !always_encrypted(terms, direction).is_empty() || optional > 0 || has_signature
}

/// Whether a request has a password as text, and the policy does not say that it is encrypted. Our clients encrypt it,
/// and so does CXF.
pub(crate) fn shows_password(terms: &Terms, direction: Direction) -> bool {
    let shows =
        |supporting: &Supporting| supporting.has_text_password() && !supporting.endorsing && !supporting.encrypted;
    direction == Direction::Request && !terms.is_over_transport() && terms.supporting.iter().any(shows)
}

/// Whether a request has a user whose key signs nothing.
pub(crate) fn sends_user(terms: &Terms, direction: Direction) -> bool {
    let is_one =
        |supporting: &Supporting| matches!(supporting.token.kind, TokenKind::Username { .. }) && !supporting.endorsing;
    direction == Direction::Request && terms.supporting.iter().any(is_one)
}

/// Whether the policy says that tokens of a message are encrypted.
pub(crate) fn encrypts_tokens(terms: &Terms, direction: Direction) -> bool {
    direction == Direction::Request && terms.supporting.iter().any(|supporting| supporting.encrypted)
}

/// The tokens of requests for which `is` holds, as parts.
fn supported(terms: &Terms, direction: Direction, is: impl Fn(&Supporting) -> bool) -> Vec<Part> {
    let mut parts = Vec::new();
    for supporting in terms.supporting.iter().filter(|supporting| direction == Direction::Request && is(supporting)) {
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
