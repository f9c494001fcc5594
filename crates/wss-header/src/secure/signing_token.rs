//! The signing token: the elements that a signature needs for its key, and the reference to it.

use std::sync::Arc;

use wss_c14n::{Limit, Writer, name};
use wss_crypto::{Certificate, HmacKey};
use wss_tokens::{CertificatePath, ReferenceForm, write_x509_token};
use wss_xmldsig::{write_key_value, write_x509_certificates};

use super::counts::{charge_certificate, check_id};
use super::keying::{Keying, SignatureKey};
use super::made::Made;
use super::parts::no_such;
use super::settled::SettledRecipe;
use super::tokens::key_for;
use crate::error::SecureError;
use crate::key_uses::{KeyUse, LEAST_OCTETS};
use crate::part::Part;
use crate::protection_token::ProtectionToken;
use crate::signing::{SignedBy, Signing};

/// Makes the signing token of a signature.
pub(super) fn make(signing: &Signing, settled: &SettledRecipe, made: &mut Made) -> Result<Keying, SecureError> {
    let (key, certificate, path, reference) = match &signing.by {
        SignedBy::Token(token) => return of_protection_token(token, signing, settled, made),
        SignedBy::Certificate { key, certificate, path, reference } => (key, certificate, path, reference),
    };
    made.correlation.own_keys.push(certificate.public_key().clone());
    let key = match key {
        Some(key) => SignatureKey::Here(Arc::clone(key)),
        None => SignatureKey::Elsewhere(certificate.clone()),
    };
    match signing.holder {
        Some(_) => of_issued_token(key, certificate, settled, made),
        None => of_certificate(key, &Chain { certificate, path, reference: *reference }, signing, settled, made),
    }
}

/// The issued token of the recipe, which names the key.
fn of_issued_token(
    key: SignatureKey,
    certificate: &Certificate,
    settled: &SettledRecipe,
    made: &mut Made,
) -> Result<Keying, SecureError> {
    let token = settled.issued.first().ok_or_else(|| no_such(&Part::Assertion))?;
    made.correlation.subject_of.push((token.id.clone(), certificate.clone()));
    Ok(Keying {
        elements: String::new(),
        key_info: token.reference(None),
        token_id: Some(token.id.clone()),
        new_token: String::new(),
        reference_id: None,
        octets: Vec::new(),
        key,
    })
}

/// The certificate of a signer, the certificates above it, and how the message refers to it.
struct Chain<'s> {
    certificate: &'s Certificate,
    path: &'s [Certificate],
    reference: ReferenceForm,
}

fn of_certificate(
    key: SignatureKey,
    chain: &Chain<'_>,
    signing: &Signing,
    settled: &SettledRecipe,
    made: &mut Made,
) -> Result<Keying, SecureError> {
    let Chain { certificate, path, reference } = *chain;
    charge_certificate(reference, 1 + path.len(), &made.budget)?;
    if signing.x509_data_beside {
        made.budget.check(Limit::X509Entries, 1 + path.len())?;
    }
    let chosen = reference.sends_token().then(|| made.ids.take_chosen(&Part::SigningToken)).flatten();
    let token_id = chosen.map_or_else(|| settled.fresh_id("X509"), Ok)?;
    check_id(&token_id, &made.budget)?;
    let mut token = Writer::new();
    if reference.needs_token() {
        let path: Vec<_> = path.iter().rev().chain([certificate]).collect();
        let path = match reference {
            ReferenceForm::DirectPath => CertificatePath::PkiPath(&path),
            ReferenceForm::DirectPkcs7 => CertificatePath::Pkcs7(&path),
            _ => CertificatePath::None,
        };
        write_x509_token(&mut token, &token_id, certificate, path);
    }
    let token = token.finish();
    let by_reference = signing.token_by_reference && signing.parts.contains(&Part::SigningToken);
    let reference_id = if by_reference { Some(settled.fresh_id("STR")?) } else { None };
    let mut key_info = Writer::within(&[name::DS]);
    match reference.without_reference(certificate, path) {
        Some(item) => item.write(&mut key_info),
        None => reference.write_with_id(&mut key_info, certificate, &token_id, reference_id.as_deref()),
    }
    if signing.x509_data_beside {
        write_x509_certificates(&mut key_info, std::iter::once(certificate).chain(path));
    }
    if signing.key_value_beside {
        write_key_value(&mut key_info, certificate.public_key());
    }
    Ok(Keying {
        elements: token.clone(),
        key_info: key_info.finish(),
        token_id: Some(token_id),
        new_token: token,
        reference_id,
        octets: if reference.needs_token() { Vec::new() } else { certificate.der().to_vec() },
        key,
    })
}

fn of_protection_token(
    token: &ProtectionToken,
    signing: &Signing,
    settled: &SettledRecipe,
    made: &mut Made,
) -> Result<Keying, SecureError> {
    let len = match token.derived {
        Some(_) => token.mac_key_octets,
        None => signing.method.digest().unwrap_or(signing.digest).output_len(),
    };
    let key = key_for(token, KeyUse::Mac, len, settled, made)?;
    let octets = key.secret.as_octets().to_vec();
    let secret = match octets.len() {
        // `key_for` refused a short secret, unless short ones are allowed.
        0..LEAST_OCTETS => HmacKey::of_any_length_for_legacy_use_only(octets),
        found => HmacKey::new(octets).map_err(|_| SecureError::KeyLength { found, wanted: LEAST_OCTETS })?,
    };
    Ok(Keying {
        elements: key.elements.clone(),
        key_info: key.key_info,
        token_id: key.token_id,
        new_token: key.elements,
        reference_id: None,
        octets: Vec::new(),
        key: SignatureKey::Here(Arc::new(secret)),
    })
}
