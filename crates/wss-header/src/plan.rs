//! The plan: a recipe that was checked, reused for every message.

use std::collections::BTreeSet;

use wss_crypto::{ContentEncryption, DigestMethod, KeyKind, KeyTransport};

use crate::error::{PlanError, SecureError};
use crate::part::Part;
use crate::recipe::{Encrypting, Recipe, Signing, Step};
use crate::secure::{Next, Securing};
use wss_xmldsig::PendingSignature;

/// A checked recipe. Any number of messages can be secured with it, by any number of threads.
#[derive(Clone)]
pub struct Plan {
    pub(crate) recipe: Recipe,
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plan").field("steps", &self.recipe.steps.len()).finish_non_exhaustive()
    }
}

impl Plan {
    pub(crate) fn new(recipe: Recipe) -> Result<Self, PlanError> {
        if recipe.steps.is_empty() && recipe.timestamps.is_empty() && recipe.username.is_none() {
            return Err(PlanError::Empty);
        }
        match recipe.timestamps.as_slice() {
            [] => {}
            [lifetime] if lifetime.is_zero() => return Err(PlanError::NoLifetime),
            [_] => {}
            _ => return Err(PlanError::TwoTimestamps),
        }
        let mut signed_before = false;
        for step in &recipe.steps {
            match step {
                Step::Sign(signing) => {
                    check_parts(&signing.parts, &recipe, signed_before)?;
                    check_signing(signing, recipe.legacy)?;
                    signed_before = true;
                }
                Step::Encrypt(encrypting) => {
                    check_parts(&encrypting.parts, &recipe, signed_before)?;
                    check_encrypting(encrypting, recipe.legacy)?;
                }
            }
        }
        let encrypts_username = recipe
            .steps
            .iter()
            .any(|step| matches!(step, Step::Encrypt(encrypting) if encrypting.parts.contains(&Part::UsernameToken)));
        let clear_text = recipe.username.as_ref().is_some_and(|username| username.clear_text);
        if clear_text && !encrypts_username && !recipe.protected_transport {
            return Err(PlanError::ClearTextPassword);
        }
        Ok(Self { recipe })
    }

    /// Secures a SOAP 1.1 or 1.2 envelope.
    ///
    /// What the recipe does not touch leaves octet for octet as it came.
    ///
    /// # Errors
    /// [`SecureError`].
    pub fn secure(&self, envelope: &str) -> Result<String, SecureError> {
        match Securing::begin(self, envelope)?.run()? {
            Next::Done(message) => Ok(message),
            Next::Sign(..) => Err(SecureError::NothingPending),
        }
    }

    /// Secures an envelope up to the first signature whose key lives elsewhere.
    ///
    /// # Errors
    /// [`SecureError`]; [`SecureError::NothingPending`] if the recipe has no such signature.
    pub fn prepare(&self, envelope: &str) -> Result<PendingMessage, SecureError> {
        match Securing::begin(self, envelope)?.run()? {
            Next::Done(_) => Err(SecureError::NothingPending),
            Next::Sign(securing, pending) => Ok(PendingMessage { securing, pending }),
        }
    }
}

/// A message that waits for a signature made elsewhere (HSM, key service).
pub struct PendingMessage {
    securing: Box<Securing>,
    pending: PendingSignature,
}

impl PendingMessage {
    /// The octets to sign, with [`PendingMessage::method`].
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.pending.octets()
    }

    /// The signature method.
    #[must_use]
    pub fn method(&self) -> wss_crypto::SignatureMethod {
        self.pending.method()
    }

    /// Takes the signature value (ECDSA: `r ‖ s`) and runs the steps that are left.
    ///
    /// # Errors
    /// [`SecureError`]; [`SecureError::NothingPending`] if a second such signature follows.
    pub fn finish(self, value: &[u8]) -> Result<String, SecureError> {
        let signature = self.pending.finish(value);
        match self.securing.signed(&signature).run()? {
            Next::Done(message) => Ok(message),
            Next::Sign(..) => Err(SecureError::NothingPending),
        }
    }
}

impl std::fmt::Debug for PendingMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingMessage").field("method", &self.method()).finish_non_exhaustive()
    }
}

fn check_parts(parts: &[Part], recipe: &Recipe, signed_before: bool) -> Result<(), PlanError> {
    if parts.is_empty() {
        return Err(PlanError::NoParts);
    }
    let mut seen = BTreeSet::new();
    for part in parts {
        if !seen.insert(part) {
            return Err(PlanError::TwiceInOneStep { part: part.to_string() });
        }
        let there = match part {
            Part::Signature => signed_before,
            Part::UsernameToken => recipe.username.is_some(),
            Part::Timestamp | Part::Body | Part::Token | Part::HeaderBlock { .. } | Part::Id(_) => true,
        };
        if !there {
            return Err(PlanError::NotThere { part: part.to_string() });
        }
    }
    Ok(())
}

fn check_signing(signing: &Signing, legacy: bool) -> Result<(), PlanError> {
    let kind = signing.certificate.public_key().kind();
    if !kind.can_run(signing.method) || signing.key.as_ref().is_some_and(|key| !key.can_run(signing.method)) {
        return Err(PlanError::KeyMismatch);
    }
    if !signing.reference.fits(&signing.certificate) {
        return Err(PlanError::ReferenceForm);
    }
    if signing.parts.contains(&Part::Token) && !signing.reference.needs_token() {
        return Err(PlanError::NotThere { part: Part::Token.to_string() });
    }
    if !legacy {
        for digest in [signing.digest, signing.method.digest()] {
            if matches!(digest, DigestMethod::Sha1 | DigestMethod::Sha224) {
                return Err(PlanError::Legacy { uri: digest.uri() });
            }
        }
        if !kind.is_strong() {
            return Err(PlanError::Legacy { uri: "an RSA key below 2048 bits or with a small exponent" });
        }
    }
    Ok(())
}

fn check_encrypting(encrypting: &Encrypting, legacy: bool) -> Result<(), PlanError> {
    for part in &encrypting.parts {
        // Header blocks need wsse11:EncryptedHeader (BSP R5614); a timestamp or token must stay readable.
        if matches!(part, Part::HeaderBlock { .. } | Part::Timestamp | Part::Token) {
            return Err(PlanError::CannotBe { part: part.to_string(), verb: "encrypted" });
        }
    }
    let kind = encrypting.recipient.public_key().kind();
    let usable = encrypting.recipient.key_usage().is_none_or(|usage| usage.key_encipherment);
    if !matches!(kind, KeyKind::Rsa { .. }) || !usable {
        return Err(PlanError::Recipient);
    }
    if !encrypting.reference.fits(&encrypting.recipient) {
        return Err(PlanError::ReferenceForm);
    }
    if !legacy {
        if encrypting.content == ContentEncryption::TripleDesCbc {
            return Err(PlanError::Legacy { uri: encrypting.content.uri() });
        }
        if encrypting.transport == KeyTransport::Rsa15 {
            return Err(PlanError::Legacy { uri: encrypting.transport.uri() });
        }
        if !kind.is_strong() {
            return Err(PlanError::Legacy { uri: "an RSA key below 2048 bits or with a small exponent" });
        }
    }
    Ok(())
}
