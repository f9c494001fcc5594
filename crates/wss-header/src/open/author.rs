//! Authorship: who is responsible for the parts that a signature covers, and which tokens belong to the message.
//!
//! Whoever sees a token can put it into a message of his own, cover it with a signature of his own, and encrypt it to
//! the receiver. So a token identifies the sender only through a key, through a password that only the receiver can
//! read, or over a transport that the caller declares protected. A password digest, a bearer assertion, a license or a
//! ticket under an anonymous signature identifies nobody, unless a known signer endorses that signature: that signer
//! presents the token.

use std::ops::Range;
use std::sync::Arc;

use wss_tokens::{AuthenticatedUser, ConfirmationMethod};

use super::facts::Facts;
use super::proven::ProvenSignature;
use super::terms::Terms;
use super::tokens::saml::{holds_key, vouches};
use crate::authenticated_assertion::AuthenticatedAssertion;
use crate::part::Part;
use crate::signer::Signer;

/// The parties responsible for the parts that a signature covers: its signer. For an anonymous signature, everyone who
/// endorsed it, and the user of a covered token, if nobody else can have put that token there.
pub(super) fn authors(signature: &ProvenSignature, terms: &Terms<'_>, facts: &Facts<'_>) -> Vec<Signer> {
    if !signature.signer.is_anonymous() {
        let certain = facts.is_token_certain(signature, terms).then(|| signature.signer.clone());
        return certain.into_iter().collect();
    }
    let endorsing = endorsements(signature, terms, facts).map(|endorsing| endorsing.signer.clone());
    let own = known_users(facts).filter(|(span, user)| is_senders_own(signature, span, user, terms, facts));
    let users = own.map(|(_, user)| Signer::User(user.clone()));
    let nobody = terms.receiver.requirements.anonymous.then_some(Signer::Anonymous);
    endorsing.chain(users).chain(nobody).collect()
}

/// The user of the message that `proof` proves, if it has one. If nothing proves the message as a whole, it is a user
/// whose password was checked.
pub(super) fn user(proof: Option<&ProvenSignature>, terms: &Terms<'_>, facts: &Facts<'_>) -> Option<AuthenticatedUser> {
    let is_own = |span: &Range<usize>, user: &AuthenticatedUser| {
        proof.is_none_or(|proof| is_user_of(proof, span, user, terms, facts))
    };
    known_users(facts).find(|(span, user)| is_own(span, user)).map(|(_, user)| user.clone())
}

/// The assertions whose subject is the sender, and the method that proved it.
pub(super) fn confirmed_assertions(
    proof: Option<&ProvenSignature>,
    terms: &Terms<'_>,
    facts: &Facts<'_>,
) -> Vec<AuthenticatedAssertion> {
    let mut confirmed = Vec::new();
    let of_message = || facts.signatures.iter().filter(|other| belongs_to(other, proof, facts));
    for (at, seen) in facts.assertions.iter().enumerate() {
        let method = seen.issued.methods().iter().copied().find(|method| match method {
            ConfirmationMethod::HolderOfKey => of_message().any(|s| holds_key(s, (at, seen), terms, facts)),
            ConfirmationMethod::SenderVouches => of_message().any(|s| vouches(s, seen, terms, facts)),
            ConfirmationMethod::Bearer | ConfirmationMethod::IdCard => {
                is_presented(proof, &Part::Assertion, &seen.span, terms, facts)
            }
        });
        if let Some(method) = method {
            confirmed.push(AuthenticatedAssertion { issued: Arc::clone(&seen.issued), method });
        }
    }
    confirmed
}

/// Whether the facts that `other` proves belong to the message that `proof` proves: `other` signs that signature, or
/// all required parts. A signature without the Timestamp, for example, may be of any age.
fn belongs_to(other: &ProvenSignature, proof: Option<&ProvenSignature>, facts: &Facts<'_>) -> bool {
    proof.is_none_or(|proof| other.span == proof.span || other.coverage.has(&Part::Signature, &proof.span))
        || facts.demanded.iter().all(|part| facts.is_part_covered_by(part, other))
}

/// The authenticated users, and the places of their tokens.
fn known_users<'f>(facts: &'f Facts<'_>) -> impl Iterator<Item = (&'f Range<usize>, &'f AuthenticatedUser)> {
    facts.users.iter().filter_map(|token| Some((&token.span, token.user.as_ref()?)))
}

/// Whether the user of the username token at `span`, which an anonymous signature covers, put it there.
fn is_senders_own(
    signature: &ProvenSignature,
    span: &Range<usize>,
    user: &AuthenticatedUser,
    terms: &Terms<'_>,
    facts: &Facts<'_>,
) -> bool {
    let is_covered = signature.coverage.has(&Part::UsernameToken, span);
    let is_secret = user.password_was_clear_text() && is_encrypted_by(signature, span, facts);
    is_covered && (terms.is_protected || is_secret)
}

/// Whether the maker of the signature encrypted the username token at `span`, at every layer: with the signing secret,
/// or a key derived from it. Under another key it may be ciphertext from someone else's message, whose digest is known
/// from there.
fn is_encrypted_by(signature: &ProvenSignature, span: &Range<usize>, facts: &Facts<'_>) -> bool {
    let mut layers = facts.decryptions.layers_of_username(span).peekable();
    signature.root.is_some() && layers.peek().is_some() && layers.all(|layer| layer.root == signature.root)
}

/// Whether the token at `span`, which proves nothing by itself, belongs to the message that `proof` proves: a known
/// signer put it there, and made that signature, or endorsed an anonymous one.
fn is_presented(
    proof: Option<&ProvenSignature>,
    part: &Part,
    span: &Range<usize>,
    terms: &Terms<'_>,
    facts: &Facts<'_>,
) -> bool {
    let is_known =
        |proof: &ProvenSignature| !proof.signer.is_anonymous() || endorsements(proof, terms, facts).next().is_some();
    let by_signer = |proof: &ProvenSignature| proof.coverage.has(part, span) && is_known(proof);
    terms.is_protected || proof.is_some_and(by_signer)
}

/// The signatures of known signers over a signature.
pub(super) fn endorsements<'f>(
    signature: &ProvenSignature,
    terms: &'f Terms<'_>,
    facts: &'f Facts<'_>,
) -> impl Iterator<Item = &'f ProvenSignature> {
    let span = signature.span.clone();
    let endorses =
        move |other: &&ProvenSignature| !other.signer.is_anonymous() && other.coverage.has(&Part::Signature, &span);
    facts.signatures.iter().filter(endorses).filter(|other| facts.is_token_certain(other, terms))
}

/// Whether the user of the token at `span` made the message that `proof` proves, or its signer presents that token.
fn is_user_of(
    proof: &ProvenSignature,
    span: &Range<usize>,
    user: &AuthenticatedUser,
    terms: &Terms<'_>,
    facts: &Facts<'_>,
) -> bool {
    let is_own =
        |signature: &ProvenSignature| matches!(&signature.signer, Signer::User(_)) && signature.is_by_secret_of(span);
    let endorses = |other: &ProvenSignature| other.coverage.has(&Part::Signature, &proof.span);
    let by_key = facts.signatures.iter().any(|other| is_own(other) && (other.span == proof.span || endorses(other)));
    by_key
        || is_presented(Some(proof), &Part::UsernameToken, span, terms, facts)
        || (proof.signer.is_anonymous() && is_senders_own(proof, span, user, terms, facts))
}
