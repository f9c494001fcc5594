//! Supporting tokens: the tokens that a request has besides those of the binding (WS-SecurityPolicy 1.3 §8).

use std::sync::Arc;

use wss_header::Part;

use super::binding::{Binding, Tokens, read_suite};
use super::other::foreign;
use super::parts::Parts;
use super::purpose::Purpose;
use super::token::{Direction, Inclusion, OF_KEY, PasswordForm, Reference, Token, TokenKind};
use crate::assertion::Assertion;
use crate::names;
use crate::place::Location;
use crate::standing::Notes;

/// A supporting token.
#[derive(Debug, Clone)]
pub(crate) struct Supporting {
    pub(crate) token: Token,
    /// The policy says that the message signature covers it.
    pub(crate) signed: bool,
    /// It signs the message signature; over a transport, the timestamp.
    pub(crate) endorsing: bool,
    /// Whether it is encrypted.
    pub(crate) encrypted: bool,
    /// The parts that it signs besides.
    pub(crate) parts: Arc<Parts>,
    /// Its assertion.
    pub(crate) place: Location,
}

impl Supporting {
    pub(crate) fn read(assertion: &Assertion, purpose: Purpose<'_>, notes: &mut Notes) -> Vec<Self> {
        let flags = assertion.local().strip_suffix("SupportingTokens").unwrap_or_default();
        let (signed, rest) = strip(flags, "Signed");
        let (endorsing, rest) = strip(rest, "Endorsing");
        let (encrypted, rest) = strip(rest, "Encrypted");
        if !rest.is_empty() {
            notes.refused(assertion, "no assertion of WS-SecurityPolicy has this name");
            return Vec::new();
        }
        let does = [(signed, "signed"), (encrypted, "encrypted"), (endorsing, "signing the signature")];
        let does: Vec<_> = does.iter().filter(|(is, _)| *is).map(|(_, what)| *what).collect();
        let how = if does.is_empty() { "as they are".to_owned() } else { does.join(", ") };
        // WCF, and so AD FS, has an optional key without a certificate there.
        let is_left = |inner: &Arc<Assertion>| names::is_security(&inner.written.namespace) && !Token::is_one(inner);
        if assertion.nested.iter().all(is_left) && assertion.leaves_token_out() {
            notes.done(assertion, "no token: what is in it is optional");
            assertion.nested.iter().for_each(|inner| notes.all_not_ours(inner, "of a token that is left out"));
            return Vec::new();
        }
        notes.done(assertion, format!("tokens in requests, {how}"));
        let (mut tokens, mut parts) = (Vec::new(), Parts::default());
        for inner in &assertion.nested {
            match Token::is_one(inner) {
                true => tokens.push(Token::read(inner, notes)),
                false if endorsing && ["SignedParts", "SignedElements"].contains(&inner.local()) => {
                    read_endorsed(&mut parts, inner, purpose, notes);
                }
                false => refuse_beside_tokens(inner, purpose, notes),
            }
        }
        parts.finish();
        let parts = Arc::new(parts);
        if tokens.is_empty() {
            notes.refused(assertion, "it has no token");
        }
        let place = &assertion.written.place;
        let one = |token| Self { token, signed, endorsing, encrypted, parts: Arc::clone(&parts), place: place.clone() };
        tokens.into_iter().map(one).collect()
    }

    /// A token that the `sp:TransportToken` at this place has, and that comes with requests.
    pub(super) fn of_transport(token: Token, place: &Location) -> Self {
        let parts = Arc::default();
        Self { token, signed: false, endorsing: false, encrypted: false, parts, place: place.clone() }
    }

    /// The name of its assertion, if it endorses.
    pub(crate) fn name(&self) -> &'static str {
        match (self.signed, self.encrypted) {
            (false, false) => "EndorsingSupportingTokens",
            (true, false) => "SignedEndorsingSupportingTokens",
            (false, true) => "EndorsingEncryptedSupportingTokens",
            (true, true) => "SignedEndorsingEncryptedSupportingTokens",
        }
    }

    /// Whether it is a username token that only the message signature can tie to the message, although the policy does
    /// not say that it is signed.
    pub(crate) fn is_loose_user(&self, is_over_transport: bool) -> bool {
        matches!(self.token.kind, TokenKind::Username { .. }) && !self.endorsing && !self.signed && !is_over_transport
    }

    /// Why the message signature cannot cover the token of one that endorses, if so. Assertions are covered in any case.
    fn cannot_be_signed(&self) -> Option<&'static str> {
        let Token { kind, inclusion, reference, derived, .. } = &self.token;
        match kind {
            _ if derived.is_some() => Some("a token is not signed together with keys that are derived from its key"),
            TokenKind::Username { .. } => None,
            TokenKind::X509(_)
                if !inclusion.includes(Direction::Request) || *reference == Some(Reference::Embedded) =>
            {
                Some(
                    "the message signature covers a certificate that is a token of the header: have it sent, and not embedded",
                )
            }
            TokenKind::X509(_) => None,
            _ => Some(
                "certificates, users and assertions alone are signed and endorse: take sp:EndorsingSupportingTokens",
            ),
        }
    }

    /// Whether it endorses, and the message signature has to cover its token, which comes with the endorsing signature.
    pub(crate) fn has_signed_token(&self, is_over_transport: bool) -> bool {
        self.endorsing && self.signed && !is_over_transport && !self.token.kind.is_assertion()
    }

    /// The reason why no request has this token, if so: only requests have supporting tokens here.
    fn is_never_sent(&self) -> Option<&'static str> {
        match (&self.token.kind, self.token.inclusion) {
            (_, Inclusion::ToInitiator) => {
                Some("only requests have supporting tokens here: leave it out, or have it sent in requests")
            }
            (TokenKind::Username { .. } | TokenKind::Saml(_) | TokenKind::Issued(_), Inclusion::Never) => Some(
                "a user or an assertion that is never in a message proves nothing: leave it out, or have it sent in requests",
            ),
            _ => None,
        }
    }

    /// Whether it is a username token that names a user, and has nothing of a password.
    pub(crate) fn names_a_user(&self) -> bool {
        matches!(self.token.kind, TokenKind::Username { password: PasswordForm::No, .. }) && !self.endorsing
    }

    /// Whether it is an assertion that only the message signature ties to the message.
    pub(crate) fn is_loose_assertion(&self) -> bool {
        self.token.kind.is_assertion() && !self.endorsing
    }

    /// Whether it is a certificate whose key signs nothing.
    pub(crate) fn is_mere_certificate(&self) -> bool {
        matches!(self.token.kind, TokenKind::X509(_)) && !self.endorsing
    }

    /// Whether it is a username token with a password as text.
    pub(crate) fn has_text_password(&self) -> bool {
        matches!(self.token.kind, TokenKind::Username { password: PasswordForm::Text, .. })
    }

    /// The reason why this token is not supported with this binding; `None` if it is.
    pub(crate) fn cannot(&self, binding: Option<&Binding>) -> Option<&'static str> {
        let is_over_transport = binding.is_some_and(|binding| matches!(binding.tokens, Tokens::Transport));
        if binding.is_none() && (self.signed || self.encrypted) {
            return Some(
                "no binding says whose key signs or encrypts it: add an sp:TransportBinding, or take sp:SupportingTokens",
            );
        }
        if let Some(why) = self.is_never_sent() {
            return Some(why);
        }
        match &self.token.kind {
            TokenKind::Saml(_) | TokenKind::Issued(_) | TokenKind::Refused => {}
            TokenKind::Transport => return Some("TLS is no supporting token"),
            TokenKind::Username { demanded, .. } if self.endorsing && !demanded.is_empty() => return Some(OF_KEY),
            TokenKind::Username { .. } if !self.endorsing => {}
            // It is sent as it is.
            TokenKind::X509(_)
                if !self.endorsing && !self.encrypted && self.token.inclusion.includes(Direction::Request) => {}
            _ if !self.endorsing => {
                return Some(
                    "a supporting token that does not endorse must be a username token, an assertion, or a certificate that is \
                     sent and not encrypted: put other tokens into sp:EndorsingSupportingTokens",
                );
            }
            _ if self.encrypted && !is_over_transport => {
                return Some("an endorsing token must stay readable, unless it is an assertion");
            }
            _ if self.signed && !is_over_transport => return self.cannot_be_signed(),
            _ => {}
        }
        let signs_nothing = match binding {
            None => true,
            Some(binding) => is_over_transport && !binding.timestamp,
        };
        (self.endorsing && signs_nothing).then_some("it has no signature and no timestamp to sign")
    }
}

/// Reads the parts that an endorsing token signs besides the signature of the message.
fn read_endorsed(parts: &mut Parts, inner: &Assertion, purpose: Purpose<'_>, notes: &mut Notes) {
    parts.read(inner, purpose, notes);
    if !parts.every_signed.is_empty() {
        notes.refused(inner, "an endorsing token signs the header blocks that are named: name each");
    }
    if parts.signed.contains(&Part::Attachments) {
        notes.refused(inner, "an endorsing token signs no attachments: name them in sp:SignedParts of the message");
    }
}

/// Refuses what supporting tokens do not have.
fn refuse_beside_tokens(inner: &Assertion, purpose: Purpose<'_>, notes: &mut Notes) {
    match inner.local() {
        "AlgorithmSuite" if names::is_security(&inner.written.namespace) => {
            read_suite(inner, purpose, notes);
            notes.refused(inner, "a suite for supporting tokens alone is not supported");
        }
        "SignedParts" | "SignedElements" | "EncryptedParts" | "EncryptedElements" | "ContentEncryptedElements" => {
            notes.refused(inner, "only endorsing tokens have parts of their own, and only to sign");
        }
        _ => foreign(inner, notes),
    }
}

fn strip<'a>(flags: &'a str, flag: &str) -> (bool, &'a str) {
    flags.strip_prefix(flag).map_or((false, flags), |rest| (true, rest))
}
