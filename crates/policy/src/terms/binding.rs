//! Bindings: the tokens of both sides, and how messages are protected with them (WS-SecurityPolicy 1.3 §6, §7).

use super::other::{foreign, unexpected};
use super::purpose::Purpose;
use super::token::{Direction, OF_KEY, Token, TokenKind, demands_client_certificate};
use crate::assertion::Assertion;
use crate::names;
use crate::standing::Notes;
use crate::suite::{CUSTOM, Home, Suite};

/// A binding assertion.
#[derive(Debug, Clone)]
pub(crate) struct Binding {
    pub(crate) tokens: Tokens,
    /// `None` only if it was refused, or if it leaves the algorithms to the keys and they have none.
    pub(crate) suite: Option<Suite>,
    /// Its suite leaves the algorithms to the configuration of both sides.
    pub(crate) names_no_algorithms: bool,
    pub(crate) layout: Layout,
    pub(crate) timestamp: bool,
    pub(crate) encrypt_first: bool,
    pub(crate) encrypt_signature: bool,
    pub(crate) protect_tokens: bool,
    pub(crate) only_entire: bool,
    /// The client authenticates to the transport by its certificate.
    pub(crate) client_certificate: bool,
    /// A token that requests bring over the transport, as its `sp:TransportToken` says.
    pub(super) brought: Option<Token>,
}

/// The tokens of a binding.
#[derive(Debug, Clone)]
pub(crate) enum Tokens {
    Asymmetric {
        /// The initiator signs with it.
        initiator: Option<Token>,
        /// Replies are encrypted to it.
        initiator_encryption: Option<Token>,
        /// The recipient signs with it.
        recipient: Option<Token>,
        /// Requests are encrypted to it.
        recipient_encryption: Option<Token>,
    },
    Symmetric {
        signature: Option<Token>,
        encryption: Option<Token>,
        /// Whether both are one token.
        is_one: bool,
    },
    Transport,
}

impl Tokens {
    /// Whether one symmetric token signs and encrypts, and no keys are derived from its own.
    pub(crate) fn is_one_key(&self) -> bool {
        matches!(self, Self::Symmetric { signature: Some(token), is_one: true, .. } if token.derived.is_none())
    }

    /// Whether there are two symmetric tokens, and no keys are derived from theirs: both may name one certificate, and have the
    /// one key that is encrypted to it.
    pub(crate) fn may_be_one_key(&self) -> bool {
        let Self::Symmetric { signature, encryption, is_one: false } = self else { return false };
        [signature, encryption].into_iter().flatten().all(|token| token.derived.is_none())
    }
}

/// Whether messages have the signature of a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signs {
    Nothing,
    /// It signs only what a message may have.
    IfPresent,
    Always,
}

/// The order of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    Strict,
    Lax,
    TimestampFirst,
    TimestampLast,
}

impl Tokens {
    /// The token that signs messages in this direction.
    pub(crate) fn signing(&self, direction: Direction) -> Option<&Token> {
        match (self, direction) {
            (Self::Asymmetric { initiator, .. }, Direction::Request) => initiator.as_ref(),
            (Self::Asymmetric { recipient, .. }, Direction::Reply) => recipient.as_ref(),
            (Self::Symmetric { signature, .. }, _) => signature.as_ref(),
            (Self::Transport, _) => None,
        }
    }
}

impl Binding {
    pub(crate) fn read(assertion: &Assertion, purpose: Purpose<'_>, notes: &mut Notes) -> Self {
        let mut binding = Self {
            tokens: match assertion.local() {
                "AsymmetricBinding" => Tokens::Asymmetric {
                    initiator: None,
                    initiator_encryption: None,
                    recipient: None,
                    recipient_encryption: None,
                },
                "SymmetricBinding" => Tokens::Symmetric { signature: None, encryption: None, is_one: false },
                _ => Tokens::Transport,
            },
            suite: None,
            names_no_algorithms: false,
            layout: Layout::Lax,
            timestamp: false,
            encrypt_first: false,
            encrypt_signature: false,
            protect_tokens: false,
            only_entire: false,
            client_certificate: false,
            brought: None,
        };
        notes.done(
            assertion,
            match binding.tokens {
                Tokens::Asymmetric { .. } => "each side signs with its key, and encrypts to the other's",
                Tokens::Symmetric { .. } => "both sides sign and encrypt with keys that both have",
                Tokens::Transport => {
                    "the transport protects messages; those that have a Security header are opened with `open_over`"
                }
            },
        );
        for inner in &assertion.nested {
            binding.property(inner, purpose, notes);
        }
        binding.check(assertion, notes);
        binding
    }

    /// Checks that it has everything that a binding must have.
    fn check(&self, assertion: &Assertion, notes: &mut Notes) {
        let has_tokens = match &self.tokens {
            Tokens::Asymmetric { initiator, recipient, .. } => initiator.is_some() && recipient.is_some(),
            Tokens::Symmetric { signature, .. } => signature.is_some(),
            Tokens::Transport => true,
        };
        if !has_tokens {
            notes.refused(assertion, "a token of the binding is missing");
        }
        if self.suite.is_none() && !self.names_no_algorithms {
            notes.refused(assertion, "the binding has no algorithm suite that is done");
        }
    }

    fn property(&mut self, inner: &Assertion, purpose: Purpose<'_>, notes: &mut Notes) {
        if !names::is_security(&inner.written.namespace) {
            return foreign(inner, notes);
        }
        match inner.local() {
            "AlgorithmSuite" => {
                self.suite = read_suite(inner, purpose, notes);
                self.names_no_algorithms = inner.nested.iter().any(|suite| is_custom(suite));
            }
            "Layout" => self.layout = Layout::read(inner, notes),
            "IncludeTimestamp" => {
                self.timestamp = true;
                notes.done(inner, "messages have a wsu:Timestamp, which is signed");
            }
            "SignBeforeEncrypting" | "EncryptBeforeSigning" | "EncryptSignature"
                if matches!(self.tokens, Tokens::Transport) =>
            {
                notes.not_ours(inner, "TLS encrypts the whole message");
            }
            "EncryptBeforeSigning" => {
                self.encrypt_first = true;
                notes.done(inner, "messages are encrypted, and then signed");
            }
            "SignBeforeEncrypting" => notes.done(inner, "messages are signed, and then encrypted"),
            "EncryptSignature" => {
                self.encrypt_signature = true;
                notes.done(inner, "the signature is encrypted");
            }
            "ProtectTokens" => {
                self.protect_tokens = true;
                notes.done(inner, "each signature covers its own token, where the message has it");
            }
            "OnlySignEntireHeadersAndBody" => {
                self.only_entire = true;
                notes.done(inner, "signatures cover whole header blocks and the whole Body");
            }
            _ => self.token(inner, notes),
        }
    }

    fn token(&mut self, inner: &Assertion, notes: &mut Notes) {
        match (&mut self.tokens, inner.local()) {
            (Tokens::Asymmetric { initiator, initiator_encryption, .. }, "InitiatorToken") => {
                *initiator = of_pair(inner, "the client signs with it, and replies are encrypted to it", notes);
                initiator_encryption.clone_from(initiator);
            }
            (Tokens::Asymmetric { initiator, .. }, "InitiatorSignatureToken") => {
                *initiator = of_pair(inner, "the client signs with it", notes);
            }
            (Tokens::Asymmetric { initiator_encryption, .. }, "InitiatorEncryptionToken") => {
                *initiator_encryption = of_pair(inner, "replies are encrypted to it", notes);
            }
            (Tokens::Asymmetric { recipient, recipient_encryption, .. }, "RecipientToken") => {
                *recipient = of_pair(inner, "the service signs with it, and requests are encrypted to it", notes);
                recipient_encryption.clone_from(recipient);
                refuse_assertion(inner, recipient.as_ref(), notes);
            }
            (Tokens::Asymmetric { recipient, .. }, "RecipientSignatureToken") => {
                *recipient = of_pair(inner, "the service signs with it", notes);
                refuse_assertion(inner, recipient.as_ref(), notes);
            }
            (Tokens::Asymmetric { recipient_encryption, .. }, "RecipientEncryptionToken") => {
                *recipient_encryption = of_pair(inner, "requests are encrypted to it", notes);
                refuse_assertion(inner, recipient_encryption.as_ref(), notes);
            }
            (Tokens::Symmetric { signature, encryption, is_one }, "ProtectionToken") => {
                *signature = of_secret(inner, "its key, or one that is sent to it, signs and encrypts", notes);
                encryption.clone_from(signature);
                *is_one = true;
            }
            (Tokens::Symmetric { signature, .. }, "SignatureToken") => {
                *signature = of_secret(inner, "its key, or one that is sent to it, signs", notes);
            }
            (Tokens::Symmetric { encryption, .. }, "EncryptionToken") => {
                *encryption = of_secret(inner, "its key, or one that is sent to it, encrypts", notes);
            }
            (Tokens::Transport, "TransportToken") => {
                let token = Token::inside(inner, "what protects the transport", notes);
                self.client_certificate |= inner.nested.iter().any(|https| demands_client_certificate(https));
                match token {
                    Some(Token { kind: TokenKind::Transport, .. }) | None => {}
                    // CXF sends it over TLS as a supporting token.
                    Some(token @ Token { kind: TokenKind::Issued(_), .. }) => {
                        let also = "of TLS, for which the caller vouches; requests have the token besides, as a supporting token";
                        notes.add(&inner.written.place, also);
                        self.brought = Some(token);
                    }
                    Some(_) => {
                        let why = "a transport is protected by an sp:HttpsToken: a token that messages have is one of \
                                   sp:SupportingTokens or, if its key signs the timestamp, sp:EndorsingSupportingTokens";
                        notes.withdraw(inner, why);
                    }
                }
            }
            _ => unexpected(inner, notes),
        }
    }
}

/// The token of a side of the asymmetric binding, which needs a pair of keys.
fn of_pair(inner: &Assertion, what: &'static str, notes: &mut Notes) -> Option<Token> {
    let token = Token::inside(inner, what, notes)?;
    if token.kind.has_no_pair() {
        let why = "its token has no pair of keys: take an sp:X509Token, sp:SamlToken or sp:IssuedToken, or an \
                   sp:SymmetricBinding or sp:TransportBinding";
        notes.refused(inner, why);
    }
    Some(token)
}

/// Refuses an assertion as the token of the service in the asymmetric binding.
fn refuse_assertion(inner: &Assertion, token: Option<&Token>, notes: &mut Notes) {
    if token.is_some_and(|token| token.kind.is_assertion()) {
        notes.withdraw(inner, "a service signs and decrypts with the key of its certificate: take an sp:X509Token");
    }
}

/// The token of the symmetric binding, which needs a key.
fn of_secret(inner: &Assertion, what: &'static str, notes: &mut Notes) -> Option<Token> {
    let token = Token::inside(inner, what, notes)?;
    if matches!(&token.kind, TokenKind::Username { demanded, .. } if !demanded.is_empty()) {
        notes.refused(inner, OF_KEY);
    }
    if matches!(token.kind, TokenKind::Transport) {
        notes.refused(inner, "TLS has no key for messages: take another token, or an sp:TransportBinding");
    }
    Some(token)
}

impl Layout {
    fn read(assertion: &Assertion, notes: &mut Notes) -> Self {
        notes.done(assertion, "the order of the header");
        let mut layout = Self::Lax;
        for inner in &assertion.nested {
            let (read, what) = match inner.local() {
                "Strict" => (Self::Strict, "what is signed or referred to is before the signature and the reference"),
                "Lax" => (Self::Lax, "any order that SOAP Message Security admits"),
                "LaxTsFirst" => (Self::TimestampFirst, "the timestamp is the first child of the header"),
                "LaxTsLast" => (Self::TimestampLast, "the timestamp is the last child of the header"),
                _ => {
                    foreign(inner, notes);
                    continue;
                }
            };
            layout = read;
            notes.done(inner, what);
        }
        layout
    }
}

/// Whether it is the suite of CXF whose algorithms are not in the policy.
fn is_custom(suite: &Assertion) -> bool {
    suite.local() == CUSTOM && names::is_cxf_suite(&suite.written.namespace)
}

/// Reads `sp:AlgorithmSuite`.
pub(super) fn read_suite(assertion: &Assertion, purpose: Purpose<'_>, notes: &mut Notes) -> Option<Suite> {
    notes.done(assertion, "the algorithms of messages, and no others");
    let mut found = None;
    for inner in &assertion.nested {
        let namespace = &*inner.written.namespace;
        let home = if names::is_cxf_suite(namespace) { Home::Cxf } else { Home::Oasis };
        if home == Home::Oasis && !names::is_security(namespace) {
            foreign(inner, notes);
            continue;
        }
        match inner.local() {
            "XPath10" | "XPathFilter20" | "AbsXPath" => notes.done(inner, "how the policy writes paths"),
            "STRTransform10" => notes.done(inner, "tokens may be signed through a reference"),
            "InclusiveC14N" | "InclusiveC14N11" => {
                notes.refused(inner, "inclusive canonicalisation is not written: gateways break such signatures");
            }
            "SOAPNormalization10" => notes.refused(inner, "SOAP Message Normalization is not supported"),
            _ if is_custom(inner) && found.is_some() => notes.refused(inner, "a binding has one suite"),
            _ if is_custom(inner) => {
                notes.done(inner, "the algorithms that are given with the keys: the policy names none");
                found = purpose.custom().cloned();
            }
            name => match Suite::find(home, name) {
                Some(_) if found.is_some() => notes.refused(inner, "a binding has one suite"),
                Some(suite) => {
                    let digest = suite.digest.uri().rsplit('#').next().unwrap_or_default();
                    let content = suite.content.uri().rsplit('#').next().unwrap_or_default();
                    let transport = suite.key_transport().uri().rsplit('#').next().unwrap_or_default().to_owned();
                    notes.done(
                        inner,
                        format!("{digest}, {content}, {transport}; signatures of SHA-1, or as the keys say"),
                    );
                    found = Some(suite);
                }
                None => notes.refused(inner, "no algorithm suite has this name"),
            },
        }
    }
    found
}
