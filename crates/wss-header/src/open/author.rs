//! Authorship: who answers for what a signature covers, and which tokens belong to the message.
//!
//! Whoever sees a token on the way can put it into a message of his own, cover it with a signature of his own, and encrypt
//! it to the receiver. So a token names the author of a message only by a key that it proves, by a password that none but
//! the receiver can read, or over a transport that the caller declares protected. A digest of a password, a bearer
//! assertion, a license or a ticket that is merely covered by an anonymous signature names nobody.

use std::ops::Range;

use wss_tokens::{AuthenticatedUser, ConfirmationMethod};

use super::Opening;
use super::assertions::holds_key;
use super::signature::ProvenSignature;
use crate::error::{OpenError, RequirementError};
use crate::opened::AuthenticatedAssertion;
use crate::part::Part;
use crate::signer::Signer;

/// Which signature proves what is demanded, and who answers for it; `None` where nothing is demanded.
pub(super) type Proof = Result<Option<(usize, Signer)>, OpenError>;

impl Opening<'_> {
    /// Who answers for what a signature covers: its signer; for an anonymous one whoever endorsed it by signing it, or the
    /// user whose token it covers, if nobody else can have put that token there.
    pub(super) fn author(&self, signature: &ProvenSignature) -> Option<Signer> {
        if !signature.signer.is_anonymous() {
            return Some(signature.signer.clone());
        }
        let endorses = |other: &&ProvenSignature| {
            !other.signer.is_anonymous() && other.coverage.has(&Part::Signature, &signature.span)
        };
        if let Some(endorsing) = self.signatures.iter().find(endorses) {
            return Some(endorsing.signer.clone());
        }
        for (span, user) in &self.usernames {
            if let Some(user) = user.as_ref().filter(|user| self.is_senders_own(signature, span, user)) {
                return Some(Signer::User(user.clone()));
            }
        }
        self.receiver.requirements.anonymous.then_some(Signer::Anonymous)
    }

    /// Whether the username token at `span`, which an anonymous signature covers, was put there by its user.
    fn is_senders_own(&self, signature: &ProvenSignature, span: &Range<usize>, user: &AuthenticatedUser) -> bool {
        let is_covered = signature.coverage.has(&Part::UsernameToken, span);
        let is_secret = user.password_was_clear_text() && self.is_encrypted_by(signature, span);
        is_covered && (self.is_protected || is_secret)
    }

    /// Whether the token at `span` came encrypted, at every layer, by whoever made the signature: under the secret that
    /// signs, or a key derived from it. Under another key it may be ciphertext of someone else's message, whose digest
    /// is known from there.
    fn is_encrypted_by(&self, signature: &ProvenSignature, span: &Range<usize>) -> bool {
        let mut layers = self.decrypted.iter().filter(|d| d.is_username && d.span == *span).peekable();
        signature.root.is_some() && layers.peek().is_some() && layers.all(|layer| layer.root == signature.root)
    }

    /// Whether the token at `span`, with nothing but itself to prove, belongs to the message that `proof` proves: someone
    /// known put it there.
    fn is_presented(&self, proof: Option<&ProvenSignature>, part: &Part, span: &Range<usize>) -> bool {
        let by_signer = |proof: &ProvenSignature| !proof.signer.is_anonymous() && proof.coverage.has(part, span);
        self.is_protected || proof.is_some_and(by_signer)
    }

    /// Whether the user of the token at `span` wrote the message that `proof` proves, or its signer presents that token.
    fn is_user_of(&self, proof: &ProvenSignature, span: &Range<usize>, user: &AuthenticatedUser) -> bool {
        let is_own = |signature: &ProvenSignature| {
            matches!(&signature.signer, Signer::User(_)) && signature.token_span.as_ref() == Some(span)
        };
        let endorses = |other: &ProvenSignature| other.coverage.has(&Part::Signature, &proof.span);
        let by_key = self.signatures.iter().any(|other| is_own(other) && (other.span == proof.span || endorses(other)));
        by_key
            || self.is_presented(Some(proof), &Part::UsernameToken, span)
            || (proof.signer.is_anonymous() && self.is_senders_own(proof, span, user))
    }

    /// Whether what `other` proves belongs to the message that `proof` proves: it signs that signature, or all that is
    /// demanded, as a signature without the Timestamp does not, which may be of any age.
    fn belongs_to(&self, other: &ProvenSignature, proof: Option<&ProvenSignature>) -> bool {
        proof.is_none_or(|proof| other.span == proof.span || other.coverage.has(&Part::Signature, &proof.span))
            || self.demanded.iter().all(|part| self.is_covered_by(other, part))
    }

    /// The user of the message, if it has one. Where nothing proves the message as a whole, a user whose password was
    /// checked.
    pub(super) fn user(&self, proof: Option<&ProvenSignature>) -> Option<AuthenticatedUser> {
        let known = self.usernames.iter().filter_map(|(span, user)| Some((span, user.as_ref()?)));
        let mut own = known.filter(|(span, user)| proof.is_none_or(|proof| self.is_user_of(proof, span, user)));
        own.next().map(|(_, user)| user.clone())
    }

    /// The signature that proves what is demanded, if that was proven.
    pub(super) fn proof_of(&self, proof: &Proof) -> Option<&ProvenSignature> {
        let (at, _) = proof.as_ref().ok()?.as_ref()?;
        self.signatures.get(*at)
    }

    /// Whether the message has the tokens that are required, each tied to the message.
    pub(super) fn check_tokens(&self, proof: &Proof, confirmed: &[AuthenticatedAssertion]) -> Result<(), OpenError> {
        let requirements = &self.receiver.requirements;
        let missing = |token: &'static str, is_there: bool| match proof {
            // What ties tokens to the message is missing, too: that comes first.
            Err(error) if is_there => error.clone(),
            _ if is_there => RequirementError::UnboundToken { token }.into(),
            _ => RequirementError::NoToken { token }.into(),
        };
        if requirements.username && self.evidence.user.is_none() {
            return Err(missing("username", self.usernames.iter().any(|(_, user)| user.is_some())));
        }
        for version in &requirements.assertions {
            if !confirmed.iter().any(|assertion| assertion.issued.version() == *version) {
                let mut seen = self.assertions.iter().filter(|seen| seen.issued.version() == *version);
                let is_bearer = seen.any(|seen| seen.issued.methods().contains(&ConfirmationMethod::Bearer));
                return Err(missing("SAML", is_bearer));
            }
        }
        Ok(())
    }

    /// The assertions whose sender was shown to be their subject, and by what.
    pub(super) fn confirmed_assertions(&self, proof: Option<&ProvenSignature>) -> Vec<AuthenticatedAssertion> {
        let mut confirmed = Vec::new();
        let of_message = || self.signatures.iter().filter(|other| self.belongs_to(other, proof));
        for seen in &self.assertions {
            let method = seen.issued.methods().iter().copied().find(|method| match method {
                ConfirmationMethod::HolderOfKey => of_message().any(|s| holds_key(s, &seen.issued)),
                ConfirmationMethod::SenderVouches => of_message().any(|s| self.vouches(s, seen)),
                ConfirmationMethod::Bearer => self.is_presented(proof, &Part::Assertion, &seen.span),
            });
            if let Some(method) = method {
                confirmed.push(AuthenticatedAssertion { issued: seen.issued.clone(), method });
            }
        }
        confirmed
    }
}
