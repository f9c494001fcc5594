//! Protection tokens of an outgoing message: each is in the header once, before all references to it. The module of a
//! kind, which implements [`ProtectionKind`], has everything that depends on the kind.

pub(super) mod encrypted_key;
mod kerberos;
mod request;
mod saml;
mod security_context;
mod username;

use std::sync::Arc;

use wss_c14n::Limit;
use wss_crypto::Secret;
use wss_tokens::{NewDerivedKey, PasswordKeyUse, WrittenDerivedKey};

use super::counts::{charge_child, charge_token, check_id};
use super::made::Made;
use super::placed::Placed;
use super::settled::SettledRecipe;
use crate::allowance::Allowance;
use crate::error::SecureError;
use crate::key_uses::{KeyId, KeyUse, KeyUseError, LEAST_OCTETS};
use crate::placing::{NewToken, reference_to};
use crate::plan::secret_octets;
use crate::protection_token::{Home, ProtectionToken};

/// A key for one use.
pub(super) struct KeyForUse {
    /// New elements before the element that uses the key.
    pub(super) elements: String,
    pub(super) secret: Secret,
    /// The content of `ds:KeyInfo`.
    pub(super) key_info: String,
    /// The Id of the protection token, which `Part::SigningToken` names.
    pub(super) token_id: Option<String>,
    /// The Id of the token that derives the key from it, if there is one.
    pub(super) derived_id: Option<String>,
}

/// The key of `token` for one use of `len` octets, and the tokens that it needs.
pub(super) fn key_for(
    token: &ProtectionToken,
    wanted: KeyUse,
    len: usize,
    settled: &SettledRecipe,
    made: &mut Made,
) -> Result<KeyForUse, SecureError> {
    let key_use = match wanted {
        KeyUse::Mac => PasswordKeyUse::Mac,
        KeyUse::Content(_) | KeyUse::Wrap | KeyUse::Derive => PasswordKeyUse::Encryption,
    };
    let mut elements = String::new();
    let flag = token.kind.makes_a_key_for_each_use().then_some(key_use);
    let known = |placed: &Placed| placed.is_of(token, key_use);
    let at = match made.tokens.protection.iter().position(known) {
        Some(at) => at,
        None => {
            let octets = secret_octets(&settled.recipe.steps, &token.kind);
            let new = token.kind.place(&mut settled.placing(&mut made.correlation), key_use, octets)?;
            let NewToken { elements: written, id, secret, reference } = new;
            elements = written;
            charge_token(token, &made.budget)?;
            id.iter().try_for_each(|id| check_id(id, &made.budget))?;
            if let (Home::Header, Some((recipient, _))) = (token.kind.home(), token.kind.certificate()) {
                made.recipients.count(recipient, &made.budget)?;
            }
            made.tokens.protection.push(Placed { kind: Arc::clone(&token.kind), key_use: flag, id, secret, reference });
            made.tokens.protection.len() - 1
        }
    };
    let derived_id = settled.fresh_id("DK")?;
    let mut nonce = [0; 16];
    settled.recipe.random.fill(&mut nonce)?;
    let placed = made.tokens.protection.get(at).ok_or(SecureError::NeedsRequest)?;
    let token_id = placed.id.clone();
    let (id, origin) = (KeyId::of(&placed.secret), token.kind.origin());
    let octets = placed.secret.len();
    if octets == 0 || (octets < LEAST_OCTETS && !settled.recipe.allows(Allowance::ShortSecrets)) {
        return Err(KeyUseError::TooShort { octets }.into());
    }
    made.tokens.uses.note(&id, origin, if token.derived.is_some() { KeyUse::Derive } else { wanted })?;
    let Some(version) = token.derived else {
        let is_cut = token.kind.gives_leading_octets(key_use);
        let secret = match placed.secret.as_octets().get(..len) {
            Some(leading) if is_cut => Secret::new(leading.to_vec()),
            _ if key_use == PasswordKeyUse::Encryption && placed.secret.len() != len => {
                return Err(SecureError::KeyLength { found: placed.secret.len(), wanted: len });
            }
            _ => placed.secret.clone(),
        };
        return Ok(KeyForUse { elements, secret, key_info: placed.reference.clone(), token_id, derived_id: None });
    };
    charge_child(Limit::KeysDerived, &made.budget)?;
    check_id(&derived_id, &made.budget)?;
    let WrittenDerivedKey { token, secret } =
        NewDerivedKey { version, id: &derived_id, source: &placed.reference, nonce: &nonce, length: len }
            .write(&placed.secret);
    elements.push_str(&token);
    let key_info = reference_to(&derived_id, Some(version.derived_key_type()), None);
    Ok(KeyForUse { elements, secret, key_info, token_id, derived_id: Some(derived_id) })
}
