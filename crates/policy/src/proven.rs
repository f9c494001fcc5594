//! Checks of an opened message beyond its form: that the token of the binding signs, the signatures of endorsing tokens
//! with the parts of their own, and how keys came. [`Requirements`](wss_header::Requirements) check the rest.

use wss_header::{AuthenticatedAssertion, Evidence, Part, SignatureEvidence, Signer, TransportFacts};
use wss_tokens::ConfirmationMethod;

use crate::form::BrokenAssertion;
use crate::terms::{Binding, Direction, Supporting, Terms, Token, TokenKind, Tokens, X509Form};

/// The facts about an opened message.
pub(crate) struct Proven<'a> {
    pub(crate) evidence: &'a Evidence,
    /// The assertions about the sender.
    pub(crate) assertions: &'a [AuthenticatedAssertion],
    /// The parts that endorsing tokens sign if the message has them, and that the message has, each with the number of
    /// its elements.
    pub(crate) present: &'a [(Part, usize)],
    /// The header blocks under `sp:SignedParts` without a name, each with the number of its elements.
    pub(crate) every: &'a [(Part, usize)],
}

impl Proven<'_> {
    /// The first assertion that the message breaks.
    pub(crate) fn breach(&self, terms: &Terms, direction: Direction) -> Option<BrokenAssertion> {
        let binding = terms.binding.as_ref();
        let by_token = binding.and_then(|binding| self.by_token(terms, binding, direction));
        let of_binding = by_token.or_else(|| binding.and_then(|binding| self.of_binding(binding, direction)));
        let of_tokens = || self.endorsements(terms, direction).or_else(|| self.user(terms, direction));
        let others = || of_tokens().or_else(|| self.every_block());
        of_binding.or_else(others).map(|(name, why)| BrokenAssertion::of(terms, &[name], why))
    }

    /// The maker of the signature that proves the message. The maker may be anonymous although the message is not: an
    /// endorsing signature names the sender.
    fn signer(&self) -> Option<&Signer> {
        self.evidence.signatures.iter().find(|signature| signature.proves).map(|signature| &signature.signer)
    }

    /// Checks that the token of the binding signs the message, and not another one that the receiver trusts as well.
    fn by_token(&self, terms: &Terms, binding: &Binding, direction: Direction) -> Option<(&'static str, String)> {
        let token = binding.tokens.signing(direction)?;
        let (names, is_judged) = match (&binding.tokens, &token.kind) {
            (Tokens::Asymmetric { .. }, _) if direction == Direction::Request => {
                (["InitiatorToken", "InitiatorSignatureToken"], true)
            }
            (Tokens::Asymmetric { .. }, _) => (["RecipientToken", "RecipientSignatureToken"], true),
            // A key that is encrypted to a certificate names no sender, and replies are under the key of their request.
            (_, TokenKind::X509(_)) => (PROTECTS, false),
            (_, TokenKind::SecurityContext(_)) => (PROTECTS, true),
            _ => (PROTECTS, direction == Direction::Request),
        };
        let signer = self.signer().filter(|_| is_judged)?;
        if is_by(&token.kind, signer) || self.is_by_holder(&token.kind, signer) {
            return None;
        }
        let name = names.into_iter().find(|name| terms.notes.find(&[name]).is_some())?;
        Some((name, format!("the signature is by no {}", words(&token.kind))))
    }

    /// Whether the key that an assertion of the token names is that of the certificate that signed. Another signer
    /// would not be the subject of the assertion.
    fn is_by_holder(&self, kind: &TokenKind, signer: &Signer) -> bool {
        let (TokenKind::Saml(version) | TokenKind::Issued(version)) = kind else { return false };
        let is_held = |assertion: &AuthenticatedAssertion| {
            assertion.confirmed_by() == ConfirmationMethod::HolderOfKey
                && version.is_none_or(|version| version == assertion.assertion().version())
        };
        signer.certificate().is_some()
            && self.evidence.signatures.iter().all(|signature| signature.signer == *signer)
            && self.assertions.iter().any(is_held)
    }

    /// The breach if the policy wants every header block signed and the signature leaves one out.
    fn every_block(&self) -> Option<(&'static str, String)> {
        let proof = self.evidence.signatures.iter().find(|signature| signature.proves);
        let missing = |(part, count): &&(Part, usize)| proof.is_none_or(|proof| covered(proof, part) < *count);
        let (part, _) = self.every.iter().find(missing)?;
        Some(("SignedParts", format!("no signature covers {part}")))
    }

    fn of_binding(&self, binding: &Binding, direction: Direction) -> Option<(&'static str, String)> {
        if matches!(binding.tokens, Tokens::Asymmetric { .. }) {
            let version = match binding.tokens.signing(direction).map(|token| &token.kind) {
                Some(TokenKind::X509(X509Form::V1)) => Some(1),
                Some(TokenKind::X509(X509Form::V3)) => Some(3),
                _ => None,
            };
            let certificate = self.signer().and_then(Signer::certificate);
            if let Some((version, found)) = version.zip(certificate.map(|certificate| certificate.version()))
                && version != found
            {
                return Some(("X509Token", format!("the certificate is of version {found}")));
            }
        }
        if let Some(inner) = self.inner_element().filter(|_| binding.only_entire) {
            return Some(("OnlySignEntireHeadersAndBody", format!("a signature refers to {inner} inside a part")));
        }
        let suite = binding.suite.as_ref().filter(|_| !matches!(binding.tokens, Tokens::Transport))?;
        let wanted = suite.key_transport();
        let mut algorithms = self.evidence.decrypted.iter().filter_map(|decrypted| decrypted.key.algorithm());
        let other = algorithms.find(|algorithm| *algorithm != wanted.uri())?;
        Some((suite.name, format!("a key is encrypted with {other}")))
    }

    /// An element inside the Body or a header block that a signature covers. It may have been encrypted.
    fn inner_element(&self) -> Option<&Part> {
        let mut parts = self.evidence.signatures.iter().flat_map(|signature| &signature.parts);
        parts.find(|part| matches!(part, Part::Element(_) | Part::EveryElement(_)))
    }

    /// Checks that each endorsing token has a signature of its own, over that of the message, or over the timestamp,
    /// and over its parts.
    fn endorsements(&self, terms: &Terms, direction: Direction) -> Option<(&'static str, String)> {
        let endorsed = if terms.is_over_transport() { Part::Timestamp } else { Part::Signature };
        let is_endorsing = |signature: &&SignatureEvidence| match endorsed {
            Part::Signature => signature.endorses,
            _ => signature.parts.contains(&endorsed),
        };
        let mut free: Vec<&SignatureEvidence> = self.evidence.signatures.iter().filter(is_endorsing).collect();
        // The token with the most parts of its own takes the first signature that covers them. Two tokens of one holder may be
        // met by two signatures with the same value: that holder could always sign twice.
        let mut tokens: Vec<&Supporting> = terms.endorsing(direction).collect();
        let parts =
            |supporting: &&Supporting| supporting.parts.signed.len() + usize::from(supporting.parts.signed_body);
        tokens.sort_by_key(|supporting| std::cmp::Reverse(parts(supporting)));
        for supporting in tokens {
            let mut lacked = None;
            let has_token_covered =
                terms.protects_tokens() && Token::protects(Some(&supporting.token), false, direction);
            let is_token_signed = supporting.has_signed_token(terms.is_over_transport());
            let mut is_unsigned = false;
            let fits = free.iter().position(|signature| {
                if !is_by(&supporting.token.kind, &signature.signer) {
                    return false;
                }
                if is_token_signed && !signature.token_is_proven {
                    is_unsigned = true;
                    return false;
                }
                let token = (has_token_covered && !signature.covers_token).then_some(Part::SigningToken);
                let lacks = token.or_else(|| self.lacks(supporting, signature));
                let fits = lacks.is_none();
                lacked = lacks.or(lacked.take());
                fits
            });
            let Some(at) = fits else {
                if is_unsigned && lacked.is_none() {
                    return Some((supporting.name(), "the message signature does not cover its token".to_owned()));
                }
                return Some(match lacked {
                    Some(Part::SigningToken) => {
                        ("ProtectTokens", "no endorsing signature covers its own token".to_owned())
                    }
                    Some(part) => (supporting.name(), format!("no endorsing signature covers {part}")),
                    None => (supporting.name(), format!("no signature by its token covers {endorsed}")),
                });
            };
            free.remove(at);
        }
        None
    }

    /// The breach of a demand on the children of a username token. They may have been encrypted.
    fn user(&self, terms: &Terms, direction: Direction) -> Option<(&'static str, String)> {
        let user = self.evidence.user.as_ref().filter(|_| direction == Direction::Request)?;
        let demanded = terms.supporting.iter().filter_map(|supporting| match &supporting.token.kind {
            TokenKind::Username { demanded, .. } => Some(demanded),
            _ => None,
        });
        let lacks = |local: &&&str| if **local == "Nonce" { !user.had_nonce() } else { !user.had_created() };
        if let Some(local) = demanded.flatten().find(lacks) {
            return Some((local, format!("the username token has no {local}")));
        }
        let wants_text = |supporting: &Supporting| supporting.has_text_password() && !supporting.endorsing;
        let is_other = !user.password_was_clear_text() && terms.supporting.iter().any(wants_text);
        is_other.then(|| ("UsernameToken", "the password is a digest, without sp:HashPassword".to_owned()))
    }

    /// A part of its own of which the signature of the token does not cover each element.
    fn lacks(&self, supporting: &Supporting, signature: &SignatureEvidence) -> Option<Part> {
        let body = supporting.parts.signed_body.then_some((&Part::Body, 1));
        let optional = self.present.iter().map(|(part, count)| (part, *count));
        let optional = optional.filter(|(part, _)| supporting.parts.signed.contains(part));
        let mut demanded = body.into_iter().chain(optional);
        demanded.find(|(part, count)| covered(signature, part) < *count).map(|(part, _)| part.clone())
    }
}

/// The number of elements of a part that a signature covers.
fn covered(signature: &SignatureEvidence, part: &Part) -> usize {
    let is_it = |known: &&Part| match (known, part) {
        (Part::HeaderBlock { namespace, local }, Part::EveryHeaderBlock { namespace: of, local: named }) => {
            namespace == of && local == named
        }
        _ => *known == part,
    };
    signature.parts.iter().filter(is_it).count()
}

const NO_TLS: &str = "the caller vouches for no TLS: open it with the facts of a TLS connection, if it came over one";

/// The breach if the policy demands TLS alone and the message came without it.
pub(crate) fn without_tls() -> BrokenAssertion {
    BrokenAssertion { name: "TransportBinding".to_owned(), place: None, why: NO_TLS.to_owned() }
}

/// The breach if the policy demands a property of the transport for which the caller does not vouch.
pub(crate) fn of_transport(terms: &Terms, direction: Direction, transport: &TransportFacts) -> Option<BrokenAssertion> {
    terms.binding.as_ref().filter(|binding| matches!(binding.tokens, Tokens::Transport))?;
    let (name, why) = if !transport.is_protected() {
        ("TransportBinding", NO_TLS)
    } else if terms.knows_client(direction) && transport.client_certificate().is_none() {
        let why = "the caller knows no certificate of the client: add the one of its TLS connection to the facts";
        ("RequireClientCertificate", why)
    } else {
        return None;
    };
    Some(BrokenAssertion { name: name.to_owned(), ..BrokenAssertion::of(terms, &[name, "HttpsToken"], why) })
}

/// The names of the token of the symmetric binding that signs.
const PROTECTS: [&str; 2] = ["ProtectionToken", "SignatureToken"];

fn words(kind: &TokenKind) -> &'static str {
    match kind {
        TokenKind::X509(_) => "certificate",
        TokenKind::Username { .. } => "password of a user",
        TokenKind::Kerberos(_) => "ticket",
        TokenKind::SecurityContext(_) => "security context",
        TokenKind::Saml(_) | TokenKind::Issued(_) => "key that an assertion names",
        TokenKind::Transport | TokenKind::Refused => "token that can sign",
    }
}

/// Whether a signature is one by a token.
fn is_by(kind: &TokenKind, signer: &Signer) -> bool {
    match kind {
        TokenKind::X509(_) => matches!(signer, Signer::Certificate(_)),
        TokenKind::Username { .. } => matches!(signer, Signer::User(_)),
        TokenKind::Kerberos(_) => matches!(signer, Signer::Kerberos { .. }),
        TokenKind::SecurityContext(_) => matches!(signer, Signer::SecurityContext { .. }),
        TokenKind::Saml(demanded) | TokenKind::Issued(demanded) => match signer {
            Signer::Assertion(of) => demanded.is_none_or(|version| version == of.assertion().version()),
            _ => false,
        },
        TokenKind::Transport | TokenKind::Refused => false,
    }
}
