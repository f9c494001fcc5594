//! The plan: a recipe that was checked, reused for every message.

use std::collections::BTreeSet;
use std::sync::Arc;

use wss_crypto::{Certificate, KeyTransport, Secret, SignatureFamily};
use wss_tokens::ReferenceForm;

use crate::attached::AttachedToken;
use crate::attachments::{Attachment, SecuredPackage};
use crate::emission;
use crate::error::{PlanError, SecureError};
use crate::exchange::Exchange;
use crate::key_uses::{KeyId, KeyUse, KeyUseError, KeyUses, LEAST_OCTETS};
use crate::part::Part;
use crate::protection_token::{ProtectionKind, ProtectionToken};
use crate::recipe::{EncryptedTo, Encrypting, Recipe, SignedBy, Signing, Step};
use crate::secure::{Done, Next, Securing};
use wss_soap::SoapVersion;
use wss_soap::mime::{MimeError, boundary_of};
use wss_xmldsig::PendingSignature;

/// A checked recipe. Any number of messages can be secured with it, by any number of threads.
#[derive(Clone)]
pub struct Plan {
    pub(crate) recipe: Recipe,
    pub(crate) attached: Vec<AttachedToken>,
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plan").field("steps", &self.recipe.steps.len()).finish_non_exhaustive()
    }
}

impl Plan {
    pub(crate) fn new(recipe: Recipe) -> Result<Self, PlanError> {
        let attached = recipe.attached.iter().map(|xml| AttachedToken::read(xml)).collect::<Result<Vec<_>, _>>()?;
        let tokens = recipe.username.is_some() || !attached.is_empty();
        if recipe.steps.is_empty() && recipe.timestamps.is_empty() && !tokens {
            return Err(PlanError::Empty);
        }
        match recipe.timestamps.as_slice() {
            [] => {}
            [lifetime] if lifetime.is_zero() => return Err(PlanError::NoLifetime),
            [_] => {}
            _ => return Err(PlanError::TwoTimestamps),
        }
        let has_assertion = attached.iter().any(|token| token.version.is_some());
        let mut signed_before = false;
        let mut has_assertion = has_assertion;
        for step in &recipe.steps {
            match step {
                Step::Sign(signing) => {
                    check_parts(&signing.parts, &recipe, has_assertion, signed_before)?;
                    let has_subject = attached.first().is_some_and(|first| first.version.is_none() || has_assertion);
                    check_signing(signing, has_assertion, has_subject, recipe.legacy)?;
                    signed_before = true;
                }
                Step::Encrypt(encrypting) => {
                    check_parts(&encrypting.parts, &recipe, has_assertion, signed_before)?;
                    check_encrypting(encrypting, has_assertion, recipe.legacy)?;
                    // From here on it is ciphertext, and names no key.
                    let is_attached = |id: &String| attached.iter().any(|token| token.id == *id);
                    let hides = |part: &Part| match part {
                        Part::Assertion => true,
                        Part::Id(id) => is_attached(id),
                        _ => false,
                    };
                    has_assertion &= !encrypting.parts.iter().any(hides);
                }
            }
        }
        check_uses(&recipe)?;
        emission::check(&recipe)?;
        let encrypts_username = recipe
            .steps
            .iter()
            .any(|step| matches!(step, Step::Encrypt(encrypting) if encrypting.parts.contains(&Part::UsernameToken)));
        let clear_text = recipe.username.as_ref().is_some_and(|username| username.clear_text);
        if clear_text && !encrypts_username && !recipe.protected_transport {
            return Err(PlanError::ClearTextPassword);
        }
        Ok(Self { recipe, attached })
    }

    /// Secures a SOAP 1.1 or 1.2 envelope.
    ///
    /// What the recipe does not touch leaves octet for octet as it came.
    ///
    /// # Errors
    /// [`SecureError`].
    pub fn secure(&self, envelope: &str) -> Result<String, SecureError> {
        self.run(envelope, None).map(|(message, _)| message)
    }

    /// Secures a request, and gives what is needed to open its reply with
    /// [`Receiver::open_reply`](crate::Receiver::open_reply).
    ///
    /// # Errors
    /// [`SecureError`].
    pub fn secure_request(&self, envelope: &str) -> Result<(String, Exchange), SecureError> {
        self.run(envelope, None)
    }

    /// Secures the reply to a request: confirms its signatures, uses its key, encrypts to its signer, as the recipe
    /// says.
    ///
    /// # Errors
    /// [`SecureError`]; [`SecureError::NeedsRequest`] if the request has no key, or no certificate, that the recipe
    /// uses.
    pub fn secure_reply(&self, envelope: &str, request: &Exchange) -> Result<String, SecureError> {
        self.run(envelope, Some(request)).map(|(message, _)| message)
    }

    /// Secures an envelope with its attachments, which the recipe signs and encrypts as [`Part::Attachments`].
    ///
    /// Attachments are digested now, and encrypted when the package is written, neither held whole in memory; but a
    /// recipe that signs what it has encrypted encrypts them now, in memory.
    ///
    /// # Errors
    /// [`SecureError`]; [`MimeError::DuplicateId`] if two attachments have one Content-ID.
    ///
    /// # Specification
    /// SOAP Messages with Attachments Profile 1.1.1.
    pub fn secure_package(&self, envelope: &str, attachments: Vec<Attachment>) -> Result<SecuredPackage, SecureError> {
        self.package(envelope, attachments, None).map(|(package, _)| package)
    }

    /// As [`Plan::secure_package`], for a request: gives what is needed to open its reply, and to check its receipt.
    ///
    /// # Errors
    /// [`SecureError`].
    pub fn secure_request_package(
        &self,
        envelope: &str,
        attachments: Vec<Attachment>,
    ) -> Result<(SecuredPackage, Exchange), SecureError> {
        self.package(envelope, attachments, None)
    }

    /// As [`Plan::secure_package`], for the reply to a request.
    ///
    /// # Errors
    /// [`SecureError`].
    pub fn secure_reply_package(
        &self,
        envelope: &str,
        attachments: Vec<Attachment>,
        request: &Exchange,
    ) -> Result<SecuredPackage, SecureError> {
        self.package(envelope, attachments, Some(request)).map(|(package, _)| package)
    }

    fn package(
        &self,
        envelope: &str,
        attachments: Vec<Attachment>,
        request: Option<&Exchange>,
    ) -> Result<(SecuredPackage, Exchange), SecureError> {
        let pending = self.begin_package(envelope, attachments, request)?;
        match pending.securing.run()? {
            Next::Done(done) => Ok(pending.frame.around(done)),
            Next::Sign(..) => Err(SecureError::NothingPending),
        }
    }

    fn begin_package(
        &self,
        envelope: &str,
        attachments: Vec<Attachment>,
        request: Option<&Exchange>,
    ) -> Result<Begun, SecureError> {
        let mut seen = BTreeSet::new();
        if let Some(twice) = attachments.iter().find(|attachment| !seen.insert(attachment.content_id())) {
            return Err(MimeError::DuplicateId { id: twice.content_id().into() }.into());
        }
        let mut octets = [0; 16];
        self.recipe.random.fill(&mut octets)?;
        let frame = Frame { version: SoapVersion::of(envelope), boundary: boundary_of(&octets) };
        Ok(Begun { securing: Securing::begin(self, envelope, attachments, request)?, frame })
    }

    fn run(&self, envelope: &str, request: Option<&Exchange>) -> Result<(String, Exchange), SecureError> {
        match Securing::begin(self, envelope, Vec::new(), request)?.run()? {
            Next::Done(done) => Ok((done.message, done.exchange)),
            Next::Sign(..) => Err(SecureError::NothingPending),
        }
    }

    /// Secures an envelope up to the first signature whose key lives elsewhere.
    ///
    /// # Errors
    /// [`SecureError`]; [`SecureError::NothingPending`] if the recipe has no such signature.
    pub fn prepare(&self, envelope: &str) -> Result<PendingMessage, SecureError> {
        match Securing::begin(self, envelope, Vec::new(), None)?.run()? {
            Next::Done(..) => Err(SecureError::NothingPending),
            Next::Sign(securing, pending) => Ok(PendingMessage { securing, pending }),
        }
    }

    /// As [`Plan::prepare`], for an envelope with its attachments.
    ///
    /// # Errors
    /// [`SecureError`]; [`SecureError::NothingPending`] if the recipe has no such signature.
    pub fn prepare_package(&self, envelope: &str, attachments: Vec<Attachment>) -> Result<PendingPackage, SecureError> {
        let Begun { securing, frame } = self.begin_package(envelope, attachments, None)?;
        match securing.run()? {
            Next::Done(..) => Err(SecureError::NothingPending),
            Next::Sign(securing, pending) => {
                Ok(PendingPackage { message: PendingMessage { securing, pending }, frame })
            }
        }
    }
}

/// A package that is being secured.
struct Begun {
    securing: Securing,
    frame: Frame,
}

/// What a package is written with.
#[derive(Debug)]
struct Frame {
    version: SoapVersion,
    boundary: String,
}

impl Frame {
    fn around(self, done: Done) -> (SecuredPackage, Exchange) {
        let (envelope, attachments) = (done.message, done.attachments.into());
        let Self { version, boundary } = self;
        (SecuredPackage { envelope, version, attachments, included: Vec::new(), boundary }, done.exchange)
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
        self.done(value).map(|done| done.message)
    }

    fn done(self, value: &[u8]) -> Result<Done, SecureError> {
        match self.securing.signed(&self.pending, value).run()? {
            Next::Done(done) => Ok(done),
            Next::Sign(..) => Err(SecureError::NothingPending),
        }
    }
}

/// A package that waits for a signature made elsewhere (HSM, key service).
#[derive(Debug)]
pub struct PendingPackage {
    message: PendingMessage,
    frame: Frame,
}

impl PendingPackage {
    /// The octets to sign, with [`PendingPackage::method`].
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.message.octets()
    }

    /// The signature method.
    #[must_use]
    pub fn method(&self) -> wss_crypto::SignatureMethod {
        self.message.method()
    }

    /// Takes the signature value (ECDSA: `r ‖ s`) and runs the steps that are left; gives what is needed to open the
    /// reply, too.
    ///
    /// # Errors
    /// [`SecureError`]; [`SecureError::NothingPending`] if a second such signature follows.
    pub fn finish(self, value: &[u8]) -> Result<(SecuredPackage, Exchange), SecureError> {
        Ok(self.frame.around(self.message.done(value)?))
    }
}

impl std::fmt::Debug for PendingMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingMessage").field("method", &self.method()).finish_non_exhaustive()
    }
}

fn check_parts(parts: &[Part], recipe: &Recipe, has_assertion: bool, signed_before: bool) -> Result<(), PlanError> {
    if parts.is_empty() {
        return Err(PlanError::NoParts);
    }
    let mut seen = BTreeSet::new();
    for part in parts {
        if !seen.insert(part) {
            return Err(PlanError::TwiceInOneStep { part: part.to_string().into() });
        }
        let there = match part {
            Part::Signature => signed_before,
            Part::UsernameToken => recipe.username.is_some(),
            Part::SignatureConfirmation => recipe.confirms,
            Part::Assertion => has_assertion,
            Part::Timestamp | Part::Body | Part::Token | Part::Attachments | Part::HeaderBlock { .. } | Part::Id(_) => {
                true
            }
        };
        if !there {
            return Err(PlanError::NotThere { part: part.to_string().into() });
        }
    }
    Ok(())
}

fn check_signing(signing: &Signing, has_assertion: bool, has_subject: bool, legacy: bool) -> Result<(), PlanError> {
    if !legacy {
        if signing.digest.is_legacy() {
            return Err(PlanError::Legacy { uri: signing.digest.uri() });
        }
        if signing.method.is_legacy() {
            return Err(PlanError::Legacy { uri: signing.method.uri() });
        }
    }
    match &signing.by {
        SignedBy::Token(token) => {
            if signing.method.family() != SignatureFamily::Hmac {
                return Err(PlanError::KeyMismatch);
            }
            check_token(token, has_assertion, legacy)?;
            if signing.token_by_reference {
                return Err(PlanError::CannotBe { part: Part::Token.to_string().into(), verb: "signed by reference" });
            }
            if signing.parts.contains(&Part::Token) && matches!(*token.kind, ProtectionKind::Request) {
                return Err(PlanError::NotThere { part: Part::Token.to_string().into() });
            }
        }
        SignedBy::Certificate { key, certificate, reference, .. } => {
            let kind = certificate.public_key().kind();
            if !kind.can_run(signing.method) || key.as_ref().is_some_and(|key| !key.can_run(signing.method)) {
                return Err(PlanError::KeyMismatch);
            }
            if !reference.fits(certificate) {
                return Err(PlanError::ReferenceForm);
            }
            let reachable = match reference {
                ReferenceForm::Embedded => false,
                ReferenceForm::KeyName | ReferenceForm::KeyValue | ReferenceForm::X509Data => false,
                form => form.needs_token() || signing.token_by_reference,
            };
            if signing.as_subject && (!has_subject || signing.token_by_reference) {
                return Err(PlanError::NotThere { part: Part::Assertion.to_string().into() });
            }
            if signing.parts.contains(&Part::Token) && !reachable && !signing.as_subject {
                return Err(PlanError::NotThere { part: Part::Token.to_string().into() });
            }
            check_strong(certificate, legacy)?;
        }
    }
    Ok(())
}

fn check_encrypting(encrypting: &Encrypting, has_assertion: bool, legacy: bool) -> Result<(), PlanError> {
    for part in &encrypting.parts {
        // A timestamp or token must stay readable.
        if matches!(part, Part::Timestamp | Part::Token) {
            return Err(PlanError::CannotBe { part: part.to_string().into(), verb: "encrypted" });
        }
    }
    if !legacy && encrypting.content.is_legacy() {
        return Err(PlanError::Legacy { uri: encrypting.content.uri() });
    }
    match &encrypting.to {
        EncryptedTo::Token(token) => {
            let is_password = matches!(*token.kind, ProtectionKind::Username { .. });
            if matches!(*token.kind, ProtectionKind::Assertion { .. }) && encrypting.parts.contains(&Part::Assertion) {
                return Err(PlanError::CannotBe {
                    part: Part::Assertion.to_string().into(),
                    verb: "encrypted with its own key",
                });
            }
            if is_password && token.derived.is_none() && encrypting.content.key_len() > 20 {
                return Err(PlanError::PasswordTooShort);
            }
            check_token(token, has_assertion, legacy)
        }
        EncryptedTo::Certificate { recipient: Some(recipient), transport, reference } => {
            check_recipient(recipient, transport, *reference, legacy)
        }
        EncryptedTo::Certificate { recipient: None, transport, .. } => check_transport(transport, legacy),
    }
}

fn check_token(token: &ProtectionToken, has_assertion: bool, legacy: bool) -> Result<(), PlanError> {
    if token.derived.is_some() && !(16..=64).contains(&token.mac_key_octets) {
        return Err(PlanError::KeyMismatch);
    }
    match &*token.kind {
        ProtectionKind::EncryptedKey { recipient, transport, reference } => {
            check_recipient(recipient, transport, *reference, legacy)
        }
        ProtectionKind::Assertion { .. } if !has_assertion => {
            Err(PlanError::NotThere { part: Part::Assertion.to_string().into() })
        }
        ProtectionKind::SecurityContext { .. }
        | ProtectionKind::Assertion { .. }
        | ProtectionKind::Username { .. }
        | ProtectionKind::Kerberos { .. }
        | ProtectionKind::Request => Ok(()),
    }
}

/// Whether a certificate can be encrypted to.
pub(crate) fn check_recipient(
    recipient: &Certificate,
    transport: &KeyTransport,
    reference: ReferenceForm,
    legacy: bool,
) -> Result<(), PlanError> {
    let usable = recipient.key_usage().is_none_or(|usage| usage.key_encipherment);
    if !recipient.public_key().kind().can_transport_keys() || !usable {
        return Err(PlanError::Recipient);
    }
    if !reference.fits(recipient) {
        return Err(PlanError::ReferenceForm);
    }
    check_transport(transport, legacy)?;
    check_strong(recipient, legacy)
}

fn check_transport(transport: &KeyTransport, legacy: bool) -> Result<(), PlanError> {
    if transport.method().is_legacy() && !legacy {
        return Err(PlanError::Legacy { uri: transport.uri() });
    }
    Ok(())
}

fn check_strong(certificate: &Certificate, legacy: bool) -> Result<(), PlanError> {
    if legacy || certificate.public_key().kind().is_strong() {
        return Ok(());
    }
    Err(PlanError::Legacy { uri: "an RSA key below 2048 bits or with a small exponent" })
}

/// One secret has one use, as far as can be told before it is there; the rest is found when it is used.
fn check_uses(recipe: &Recipe) -> Result<(), PlanError> {
    let mut uses = KeyUses::new(recipe.one_key);
    let mut kinds: Vec<&Arc<ProtectionKind>> = Vec::new();
    for step in &recipe.steps {
        let (token, key_use) = match step {
            Step::Sign(Signing { by: SignedBy::Token(token), .. }) => (token, KeyUse::Mac),
            Step::Encrypt(Encrypting { to: EncryptedTo::Token(token), content, .. }) => {
                (token, KeyUse::Content(*content))
            }
            _ => continue,
        };
        let id = match &*token.kind {
            // Passwords make one key for each use.
            ProtectionKind::Username { .. } => continue,
            ProtectionKind::SecurityContext { secret, .. } | ProtectionKind::Assertion { secret } => {
                if secret.is_empty() || (secret.len() < LEAST_OCTETS && !recipe.short_secrets) {
                    return Err(KeyUseError::TooShort { octets: secret.len() }.into());
                }
                KeyId::of(secret)
            }
            // A secret that is not there yet has the place of its token for a name.
            ProtectionKind::EncryptedKey { .. } | ProtectionKind::Kerberos { .. } | ProtectionKind::Request => {
                let at = kinds.iter().position(|kind| Arc::ptr_eq(kind, &token.kind)).unwrap_or(kinds.len());
                kinds.push(&token.kind);
                KeyId::of(&Secret::new(format!("token {at}").into_bytes()))
            }
        };
        let key_use = if token.derived.is_some() { KeyUse::Derive } else { key_use };
        uses.note(&id, token.kind.origin(), key_use)?;
    }
    Ok(())
}
