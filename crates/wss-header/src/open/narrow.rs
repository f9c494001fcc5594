//! Narrower requirements: they demand one of several forms for tokens, algorithms and references.

use wss_text::WireText;
use wss_tokens::AuthenticatedUser;
use wss_xmldsig::AlgorithmRole;

use super::facts::Facts;
use super::proven::{ProvenSignature, SignedAttachment};
use super::referred::is_form;
use super::terms::Terms;
use crate::authenticated_assertion::AuthenticatedAssertion;
use crate::error::{OpenError, RequirementError};
use crate::part::Part;
use crate::required_token::RequiredToken;
use crate::requirements::Narrow;
use crate::signer::Signer;

/// The facts that a message proves.
pub(super) struct Shown<'a> {
    /// The signature over the required parts, and the signer responsible for it; `None` if nothing must be signed.
    pub(super) signature: Option<&'a ProvenSignature>,
    pub(super) signer: Option<&'a Signer>,
    pub(super) user: Option<&'a AuthenticatedUser>,
    pub(super) assertions: &'a [AuthenticatedAssertion],
}

/// Checks a message that already proves its parts and its other tokens.
pub(super) fn check(shown: &Shown<'_>, terms: &Terms<'_>, facts: &Facts<'_>) -> Result<(), OpenError> {
    let narrow = &terms.receiver.requirements.narrow;
    check_passwords(narrow, facts)?;
    check_expires(shown.signature, terms, facts)?;
    check_any_token(shown, narrow)?;
    check_key(shown.signature, narrow)?;
    check_endorsed(shown.signature, narrow, terms, facts)?;
    check_algorithms(narrow, facts)?;
    check_reference(shown.signature, narrow)?;
    check_complete(shown.signature, narrow)
}

/// Refuses a user whose password came as text.
fn check_passwords(narrow: &Narrow, facts: &Facts<'_>) -> Result<(), OpenError> {
    let mut users = facts.users.iter().filter_map(|token| token.user.as_ref());
    match narrow.digest && users.any(|user| user.password_was_clear_text()) {
        true => Err(RequirementError::ClearTextPassword.into()),
        false => Ok(()),
    }
}

/// Refuses a message without a timestamp of its own that has an expiry.
fn check_expires(signature: Option<&ProvenSignature>, terms: &Terms<'_>, facts: &Facts<'_>) -> Result<(), OpenError> {
    if !terms.receiver.requirements.narrow.expires {
        return Ok(());
    }
    if facts.timestamp.as_ref().is_none_or(|timestamp| timestamp.expires.is_none()) {
        return Err(RequirementError::NoExpires.into());
    }
    match facts.own_timestamp(signature, terms) {
        Some(_) => Ok(()),
        None => Err(RequirementError::UnsignedExpires.into()),
    }
}

/// Refuses a message that has none of the tokens of a list, for each list.
fn check_any_token(shown: &Shown<'_>, narrow: &Narrow) -> Result<(), OpenError> {
    let Shown { signer, user, assertions, .. } = shown;
    let authenticates = |token: &RequiredToken| match token {
        RequiredToken::Username => user.is_some(),
        RequiredToken::X509 | RequiredToken::Kerberos => signer.is_some_and(|signer| token.is_of(signer)),
        RequiredToken::Saml(version) => assertions.iter().any(|assertion| assertion.issued.version() == *version),
    };
    match narrow.any_token.iter().find(|tokens| !tokens.iter().any(authenticates)) {
        Some(tokens) => Err(RequirementError::NoneOfTokens { tokens: RequiredToken::words(tokens).into() }.into()),
        None => Ok(()),
    }
}

/// Refuses a signature with a private key where one with a secret is demanded.
fn check_key(signature: Option<&ProvenSignature>, narrow: &Narrow) -> Result<(), OpenError> {
    let by_secret = || signature.is_some_and(|signature| signature.root.is_some());
    if !narrow.by_secret || by_secret() { Ok(()) } else { Err(RequirementError::NotByASecret.into()) }
}

/// Refuses a message if no token of a list endorses its signature, for each list.
fn check_endorsed(
    signature: Option<&ProvenSignature>,
    narrow: &Narrow,
    terms: &Terms<'_>,
    facts: &Facts<'_>,
) -> Result<(), OpenError> {
    let endorses = |other: &&ProvenSignature| {
        signature.is_some_and(|signature| other.coverage.has(&Part::Signature, &signature.span))
    };
    let is_by = |token: &RequiredToken| {
        facts
            .signatures
            .iter()
            .filter(endorses)
            .any(|other| token.is_of(&other.signer) && facts.is_token_certain(other, terms))
    };
    match narrow.endorsed_by.iter().find(|tokens| !tokens.iter().any(is_by)) {
        Some(tokens) => Err(RequirementError::NotEndorsed { tokens: RequiredToken::words(tokens).into() }.into()),
        None => Ok(()),
    }
}

/// Refuses algorithms that the policy admits and these requirements do not. Every signature of the header is checked,
/// since each of them may identify the sender, as an endorsing one does.
fn check_algorithms(narrow: &Narrow, facts: &Facts<'_>) -> Result<(), OpenError> {
    let methods = &narrow.signature_methods;
    let mut used = facts.signatures.iter().map(|signature| signature.method);
    if let Some(method) = used.find(|method| !methods.is_empty() && !methods.contains(method)) {
        return Err(other(AlgorithmRole::SignatureMethod, method.uri(), methods.iter().map(|method| method.uri())));
    }
    let digests = &narrow.digest_methods;
    let mut used = facts.signatures.iter().flat_map(|signature| &signature.digests);
    if let Some(digest) = used.find(|digest| !digests.is_empty() && !digests.contains(digest)) {
        return Err(other(AlgorithmRole::Digest, digest.uri(), digests.iter().map(|method| method.uri())));
    }
    let ciphers = &narrow.content_ciphers;
    let mut decrypted = facts.decryptions.evidence.iter().map(|line| line.content);
    match decrypted.find(|cipher| !ciphers.is_empty() && !ciphers.contains(cipher)) {
        Some(cipher) => {
            let required = ciphers.iter().map(|method| method.uri());
            Err(other(AlgorithmRole::ContentEncryption, cipher.uri(), required))
        }
        None => Ok(()),
    }
}

fn other(role: AlgorithmRole, uri: &'static str, required: impl Iterator<Item = &'static str>) -> OpenError {
    let required: Vec<_> = required.collect();
    RequirementError::OtherAlgorithm { role, uri, required: WireText::of(required.join(" or ")) }.into()
}

/// Refuses a signature that refers to its certificate in a form that is not required.
fn check_reference(signature: Option<&ProvenSignature>, narrow: &Narrow) -> Result<(), OpenError> {
    let wanted = &narrow.signer_references;
    let Some(signature) = signature.filter(|_| !wanted.is_empty()) else { return Ok(()) };
    match signature.reference.is_some_and(|found| wanted.iter().any(|form| is_form(found, *form))) {
        true => Ok(()),
        false => {
            let required: Vec<_> = wanted.iter().map(ToString::to_string).collect();
            let required = WireText::of(required.join(", or "));
            Err(RequirementError::OtherReference { found: signature.reference, required }.into())
        }
    }
}

/// Refuses an attachment that is signed without its header.
fn check_complete(signature: Option<&ProvenSignature>, narrow: &Narrow) -> Result<(), OpenError> {
    let proven = signature.map(|signature| signature.attachments.proven.as_slice()).unwrap_or_default();
    let is_complete = |id: &str| proven.iter().any(|attachment| attachment.complete && attachment.content_id == id);
    let without = |attachment: &&SignedAttachment| !is_complete(&attachment.content_id);
    match proven.iter().find(without).filter(|_| narrow.complete_attachments) {
        Some(attachment) => {
            Err(RequirementError::IncompleteAttachment { content_id: (&attachment.content_id).into() }.into())
        }
        None => Ok(()),
    }
}
