//! The common part of sending and receiving: the algorithms that terms and keys agree on, and references.

use wss_crypto::{DigestMethod, KeyTransport, SignatureMethod};
use wss_tokens::ReferenceForm;

use crate::keys::{Consent, Keys};
use crate::lack::Lack;
use crate::suite::Suite;
use crate::terms::{Binding, Direction, Terms, Token, TokenKind, Tokens, X509Form};

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
        let no_suite = match binding.names_no_algorithms {
            true => Lack::key(
                "what its sp:CustomAlgorithmSuite leaves to both sides, the algorithms,",
                "Keys::custom_suite",
            ),
            false => Lack::Together { what: "the binding has no algorithm suite" },
        };
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
        let Suite { name, digest, content, asymmetric, symmetric, .. } = &self.suite;
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
        if encrypts && self.suite.key_transport() == KeyTransport::Rsa15 {
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
