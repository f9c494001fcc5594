//! The plan: a checked recipe, which can be used for many messages.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use wss_c14n::Limits;
use wss_crypto::{DigestMethod, Secret, SignatureFamily};
use wss_tokens::ReferenceForm;

use crate::allowance::Allowance;
use crate::attached::Attached;
use crate::emission;
use crate::encrypting::{EncryptedTo, Encrypting};
use crate::error::{LayoutDefect, PlanError, Treatment};
use crate::issued_token::IssuedToken;
use crate::key_sending::check_strong;
use crate::key_uses::{KeyId, KeyUse, KeyUseError, KeyUses, LEAST_OCTETS};
use crate::layout::Layout;
use crate::part::Part;
use crate::protection_token::{Home, ProtectionKind, ProtectionToken};
use crate::recipe::{Recipe, Step};
use crate::referencing::has_fitting_prefixes;
use crate::signing::{HolderToken, SignedBy, Signing};
use crate::username::Username;

/// Receivers read years of four digits.
const LONGEST_LIFETIME: Duration = Duration::from_secs(36_500 * 86_400);

/// A checked recipe. It can secure any number of messages, in any number of threads.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// use wss_crypto::Identity;
/// use wss_header::{Part, Plan, Recipe, Signing};
///
/// let alice = Identity::from_pem(&file("alice.pem"), &file("alice.key"))?;
/// let plan: Plan = Recipe::new().sign(Signing::with(&alice).parts([Part::Body])).plan()?;
/// let envelope = |amount: &str| {
///     format!("<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><pay>{amount}</pay></s:Body></s:Envelope>")
/// };
/// // One plan secures many messages.
/// for amount in ["1499.90", "7.00"] {
///     let secured = plan.message(&envelope(amount)).secure()?;
///     assert!(secured.message.contains("<ds:SignatureValue>"));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Plan {
    pub(crate) recipe: Recipe,
    /// The tokens of the recipe, already parsed.
    pub(crate) issued: Vec<IssuedToken>,
    pub(crate) attached: Vec<Attached>,
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plan").field("steps", &self.recipe.steps.len()).finish_non_exhaustive()
    }
}

impl Recipe {
    /// Checks the recipe. Uses no key, clock or randomness.
    ///
    /// # Errors
    /// [`PlanError`]: all misuse is found here.
    pub fn plan(self) -> Result<Plan, PlanError> {
        Plan::new(self)
    }
}

impl Plan {
    /// As [`Recipe::limits`](crate::Recipe::limits), for a plan that a policy made.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.recipe.limits = limits;
        self
    }

    fn new(mut recipe: Recipe) -> Result<Self, PlanError> {
        let issued =
            recipe.tokens.iter().map(|xml| IssuedToken::read(xml, &recipe.limits)).collect::<Result<Vec<_>, _>>()?;
        cover_holder_token(&mut recipe, &issued);
        let attached =
            recipe.attached.iter().map(|xml| Attached::read(xml, &recipe.limits)).collect::<Result<Vec<_>, _>>()?;
        let has_token = recipe.username.is_some() || !issued.is_empty() || !attached.is_empty();
        if recipe.steps.is_empty() && recipe.header.timestamps.is_empty() && !has_token {
            return Err(PlanError::Empty);
        }
        check_timestamps(&recipe)?;
        check_layout(&recipe)?;
        recipe.header.check()?;
        check_ids(&recipe)?;
        recipe.username.as_ref().map_or(Ok(()), Username::check)?;
        check_steps(&recipe, &issued)?;
        check_lengths(&recipe)?;
        check_uses(&recipe)?;
        emission::check(&recipe)?;
        check_password(&recipe)?;
        Ok(Self { recipe, issued, attached })
    }
}

/// Adds the token that names the key of a signature to the parts of that signature.
fn cover_holder_token(recipe: &mut Recipe, issued: &[IssuedToken]) {
    let Some(token) = issued.first() else { return };
    let part = if token.is_assertion() { Part::Assertion } else { Part::SigningToken };
    for step in &mut recipe.steps {
        if let Step::Sign(signing) = step
            && signing.holder == Some(HolderToken::Covered)
            && !signing.parts.iter().any(|part| matches!(part, Part::Assertion | Part::SigningToken))
        {
            signing.parts.push(part.clone());
        }
    }
}

fn check_timestamps(recipe: &Recipe) -> Result<(), PlanError> {
    match recipe.header.timestamps.as_slice() {
        [Some(lifetime)] if *lifetime < recipe.header.precision.unit() => Err(PlanError::NoLifetime),
        [Some(lifetime)] if *lifetime > LONGEST_LIFETIME => Err(PlanError::LongLifetime),
        [] | [_] => Ok(()),
        _ => Err(PlanError::TwoTimestamps),
    }
}

/// Checks each step with what the steps before it leave: whether something is signed, and an assertion still readable.
fn check_steps(recipe: &Recipe, issued: &[IssuedToken]) -> Result<(), PlanError> {
    let legacy = recipe.allows(Allowance::LegacyAlgorithms);
    let mut has_assertion = issued.iter().any(IssuedToken::is_assertion);
    let mut signed_before = false;
    for step in &recipe.steps {
        match step {
            Step::Sign(signing) => {
                check_parts(&signing.parts, recipe, has_assertion, signed_before)?;
                check_optional(&signing.parts, &signing.optional.parts)?;
                let has_holder = issued.first().is_some_and(|first| !first.is_assertion() || has_assertion);
                check_signing(signing, has_assertion, has_holder, legacy)?;
                signed_before = true;
            }
            Step::Encrypt(encrypting) => {
                if encrypting.optional.is_empty() || !encrypting.parts.is_empty() {
                    check_parts(&encrypting.parts, recipe, has_assertion, signed_before)?;
                }
                check_optional(&encrypting.parts, &encrypting.optional.parts)?;
                check_encrypting(encrypting, has_assertion, legacy)?;
                // After this step the part is ciphertext, and no longer names a key.
                let is_issued = |id: &String| issued.iter().any(|token| token.id == *id);
                let hides = |part: &Part| match part {
                    Part::Assertion => true,
                    Part::Id(id) => is_issued(id),
                    _ => false,
                };
                has_assertion &= !encrypting.parts.iter().any(hides);
            }
        }
    }
    Ok(())
}

/// Refuses a password as text that nothing keeps secret.
fn check_password(recipe: &Recipe) -> Result<(), PlanError> {
    let encrypts_username = recipe
        .steps
        .iter()
        .any(|step| matches!(step, Step::Encrypt(encrypting) if encrypting.parts.contains(&Part::UsernameToken)));
    let clear_text = recipe.username.as_ref().is_some_and(Username::is_clear_text);
    match clear_text && !encrypts_username && !recipe.allows(Allowance::ProtectedTransport) {
        true => Err(PlanError::ClearTextPassword),
        false => Ok(()),
    }
}

/// Checks that the layout has a place for each step. In a strict one, a signature over another follows it, so no
/// element that must be decrypted first may be between them.
fn check_layout(recipe: &Recipe) -> Result<(), PlanError> {
    let places_timestamp = matches!(recipe.header.layout, Layout::LaxTimestampFirst | Layout::LaxTimestampLast);
    if places_timestamp && recipe.header.timestamps.is_empty() {
        return Err(PlanError::Layout { defect: LayoutDefect::NoTimestamp });
    }
    let is_strict = recipe.header.layout == Layout::Strict;
    let (mut signed, mut encrypted) = (false, false);
    for step in &recipe.steps {
        let Step::Sign(signing) = step else {
            encrypted = signed;
            continue;
        };
        if signing.token_after_signature && is_strict {
            return Err(PlanError::Layout { defect: LayoutDefect::TokenAfterSignature });
        }
        let is_sent = matches!(&signing.by, SignedBy::Certificate { reference, .. } if reference.needs_token());
        if signing.token_after_signature && (!is_sent || signing.holder.is_some()) {
            return Err(PlanError::Layout { defect: LayoutDefect::TokenNotSent });
        }
        let is_plain = |part: &Part| matches!(part, Part::Signature | Part::SigningToken | Part::Timestamp);
        let are_plain =
            signing.optional.blocks.is_empty() && signing.parts.iter().chain(&signing.optional.parts).all(is_plain);
        if is_strict && encrypted && signing.endorses() && !are_plain {
            return Err(PlanError::Layout { defect: LayoutDefect::EncryptedBetween });
        }
        signed = true;
    }
    Ok(())
}

/// Checks that the recipe uses each Id that it is given. If it does not, the caller means another part.
fn check_ids(recipe: &Recipe) -> Result<(), PlanError> {
    let signs = |is_meant: &dyn Fn(&Signing) -> bool| {
        recipe.steps.iter().any(|step| matches!(step, Step::Sign(signing) if is_meant(signing)))
    };
    let has_token = |signing: &Signing| match &signing.by {
        SignedBy::Certificate { reference, .. } => signing.holder.is_none() && reference.sends_token(),
        SignedBy::Token(_) => false,
    };
    for part in recipe.header.ids.keys() {
        let names = |signing: &Signing| signing.parts.contains(part) || signing.optional.parts.contains(part);
        let is_used = match part {
            // A token that the envelope has already may have no Id.
            Part::Timestamp => !recipe.header.timestamps.is_empty() || signs(&names),
            Part::UsernameToken => recipe.username.is_some(),
            Part::Signature => signs(&|_| true),
            Part::SigningToken => signs(&has_token),
            _ => signs(&names),
        };
        if !is_used {
            return Err(PlanError::IdOfNothing { part: part.clone() });
        }
    }
    Ok(())
}

fn check_parts(parts: &[Part], recipe: &Recipe, has_assertion: bool, signed_before: bool) -> Result<(), PlanError> {
    if parts.is_empty() {
        return Err(PlanError::NoParts);
    }
    let mut seen = BTreeSet::new();
    for part in parts {
        if !seen.insert(part) {
            return Err(PlanError::TwiceInOneStep { part: part.clone() });
        }
        let there = match part {
            Part::Signature => signed_before,
            Part::UsernameToken => recipe.username.is_some(),
            Part::SignatureConfirmation => recipe.confirms,
            Part::Assertion => has_assertion,
            Part::Timestamp
            | Part::Body
            | Part::SigningToken
            | Part::Attachments
            | Part::HeaderBlock { .. }
            | Part::EveryHeaderBlock { .. }
            | Part::Element(_)
            | Part::EveryElement(_)
            | Part::Id(_) => true,
        };
        if !there {
            return Err(PlanError::NotThere { part: part.clone() });
        }
    }
    Ok(())
}

/// Refuses optional parts that cannot be optional, or that are named twice.
fn check_optional(parts: &[Part], optional: &[Part]) -> Result<(), PlanError> {
    let mut seen: BTreeSet<&Part> = parts.iter().collect();
    for part in optional {
        let is_optional = part.is_counted() || matches!(part, Part::Attachments);
        if !is_optional {
            return Err(PlanError::CannotBe { part: part.clone(), treatment: Treatment::Optional });
        }
        if !seen.insert(part) {
            return Err(PlanError::TwiceInOneStep { part: part.clone() });
        }
    }
    Ok(())
}

fn check_signing(signing: &Signing, has_assertion: bool, has_holder: bool, legacy: bool) -> Result<(), PlanError> {
    for canonicalization in signing.canonicalizations() {
        if !has_fitting_prefixes(canonicalization) {
            return Err(PlanError::PrefixList { uri: canonicalization.method().uri() });
        }
    }
    let own = signing.all_referencing().filter_map(|referencing| referencing.digest);
    if own.chain([signing.digest]).any(DigestMethod::is_retired) {
        return Err(PlanError::Retired);
    }
    if !legacy {
        let own = signing.all_referencing().filter_map(|referencing| referencing.digest);
        if let Some(digest) = own.chain([signing.digest]).find(|digest| digest.is_legacy()) {
            return Err(PlanError::Legacy { uri: digest.uri() });
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
                return Err(PlanError::CannotBe { part: Part::SigningToken, treatment: Treatment::SignedByReference });
            }
            if signing.parts.contains(&Part::SigningToken) && token.kind.home() == Home::Request {
                return Err(PlanError::NotThere { part: Part::SigningToken });
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
                ReferenceForm::KeyName
                | ReferenceForm::KeyValue
                | ReferenceForm::DerKeyValue
                | ReferenceForm::X509Data(_) => false,
                form => form.needs_token() || signing.token_by_reference,
            };
            if signing.holder.is_some() && (!has_holder || signing.token_by_reference) {
                return Err(PlanError::NotThere { part: Part::Assertion });
            }
            if signing.parts.contains(&Part::SigningToken) && !reachable && signing.holder.is_none() {
                return Err(PlanError::NotThere { part: Part::SigningToken });
            }
            check_strong(certificate, legacy)?;
        }
    }
    Ok(())
}

fn check_encrypting(encrypting: &Encrypting, has_assertion: bool, legacy: bool) -> Result<(), PlanError> {
    for part in &encrypting.parts {
        // A timestamp or token must stay readable.
        if matches!(part, Part::Timestamp | Part::SigningToken) {
            return Err(PlanError::CannotBe { part: part.clone(), treatment: Treatment::Encrypted });
        }
    }
    if !legacy && encrypting.content.is_legacy() {
        return Err(PlanError::Legacy { uri: encrypting.content.uri() });
    }
    match &encrypting.to {
        EncryptedTo::Token(token) => {
            if token.kind.home() == Home::Issued && encrypting.parts.contains(&Part::Assertion) {
                return Err(PlanError::CannotBe {
                    part: Part::Assertion,
                    treatment: Treatment::EncryptedWithItsOwnKey,
                });
            }
            let is_short = token.kind.most_octets().is_some_and(|most| encrypting.content.key_len() > most);
            if is_short && token.derived.is_none() {
                return Err(PlanError::PasswordTooShort);
            }
            check_token(token, has_assertion, legacy)
        }
        EncryptedTo::Certificate { recipient: Some(recipient), sending, reference } => {
            sending.check_recipient(recipient, *reference, legacy)
        }
        EncryptedTo::Certificate { recipient: None, sending, .. } => sending.check_algorithms(legacy),
    }
}

fn check_token(token: &ProtectionToken, has_assertion: bool, legacy: bool) -> Result<(), PlanError> {
    if token.derived.is_some() && !(16..=64).contains(&token.mac_key_octets) {
        return Err(PlanError::KeyMismatch);
    }
    if token.kind.home() == Home::Issued && !has_assertion {
        return Err(PlanError::NotThere { part: Part::Assertion });
    }
    token.kind.check(legacy)
}

/// The largest number of octets of a secret that is encrypted to its recipient.
const MOST_OCTETS: usize = 64;

/// The number of octets of a secret from which keys are derived, unless the token names another number.
const DERIVED_FROM: usize = 32;

/// The tokens of the steps that have one, each with its uses.
fn token_uses(steps: &[Step]) -> impl Iterator<Item = (&ProtectionToken, KeyUse, usize)> {
    steps.iter().filter_map(|step| match step {
        Step::Sign(Signing { by: SignedBy::Token(token), method, digest, .. }) => {
            Some((token, KeyUse::Mac, method.digest().unwrap_or(*digest).output_len()))
        }
        Step::Encrypt(Encrypting { to: EncryptedTo::Token(token), content, .. }) => {
            Some((token, KeyUse::Content(*content), content.key_len()))
        }
        _ => None,
    })
}

/// The number of octets of a secret that is made for one message: the number that its token names, or that its uses in
/// the recipe need.
pub(crate) fn secret_octets(steps: &[Step], kind: &Arc<dyn ProtectionKind>) -> usize {
    if let Some(octets) = kind.octets() {
        return octets;
    }
    let own = || token_uses(steps).filter(|(token, ..)| Arc::ptr_eq(&token.kind, kind));
    if own().any(|(token, ..)| token.derived.is_some()) {
        return DERIVED_FROM;
    }
    let ciphers = own().filter(|(_, key_use, _)| *key_use != KeyUse::Mac).map(|(.., len)| len);
    ciphers.max().or_else(|| own().map(|(.., len)| len).max()).unwrap_or(DERIVED_FROM)
}

/// Checks that the number of octets that a token names fits the ciphers of the recipe.
fn check_lengths(recipe: &Recipe) -> Result<(), PlanError> {
    for (token, key_use, wanted) in token_uses(&recipe.steps) {
        let Some(found) = token.kind.octets() else { continue };
        if found > MOST_OCTETS {
            return Err(PlanError::KeyOctets { octets: found });
        }
        if found < LEAST_OCTETS && !recipe.allows(Allowance::ShortSecrets) {
            return Err(KeyUseError::TooShort { octets: found }.into());
        }
        if token.derived.is_none() && key_use != KeyUse::Mac && found != wanted {
            return Err(PlanError::KeyLength { found, wanted });
        }
    }
    Ok(())
}

/// One secret must have one use. This is checked here as far as the secret is known; the rest is checked when it is
/// used.
fn check_uses(recipe: &Recipe) -> Result<(), PlanError> {
    let mut uses = KeyUses::new(recipe.allows(Allowance::OneKeyToSignAndEncrypt));
    let mut kinds: Vec<&Arc<dyn ProtectionKind>> = Vec::new();
    for (token, key_use, _) in token_uses(&recipe.steps) {
        let id = match token.kind.secret() {
            Some(secret) => {
                if secret.is_empty() || (secret.len() < LEAST_OCTETS && !recipe.allows(Allowance::ShortSecrets)) {
                    return Err(KeyUseError::TooShort { octets: secret.len() }.into());
                }
                KeyId::of(secret)
            }
            // A secret that does not exist yet is identified by the place of its token, and one that is made for each kind
            // of use by that kind as well.
            None => {
                let at = kinds.iter().position(|kind| Arc::ptr_eq(kind, &token.kind)).unwrap_or(kinds.len());
                kinds.push(&token.kind);
                let is_other = token.kind.makes_a_key_for_each_use() && key_use == KeyUse::Mac;
                let which = if is_other { " for MACs" } else { "" };
                KeyId::of(&Secret::new(format!("token {at}{which}").into_bytes()))
            }
        };
        let key_use = if token.derived.is_some() { KeyUse::Derive } else { key_use };
        uses.note(&id, token.kind.origin(), key_use)?;
    }
    Ok(())
}
