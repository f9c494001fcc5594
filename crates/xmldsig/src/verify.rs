//! Core validation, the signature first (XML Signature 1.1 §3.2).

use wss_c14n::{Budget, Limit};
use wss_crypto::{VerifyingKey, plain_ecdsa_value};

use crate::error::VerifyError;
use crate::policy::AlgorithmPolicy;
use crate::reference::Dereference;
use crate::signature::Signature;
use crate::verified::{VerifiedReference, VerifiedSignature};

/// Verifies a signature and all its references.
///
/// The order is fixed: first the algorithms are checked against `policy`, then `key` is called, then the signature
/// value is verified, and only then are references followed. Everything is charged to `budget` before it is done.
///
/// # Errors
/// [`VerifyError`], or any error of `key`.
///
/// # Specification
/// XML Signature 1.1 §3.2; XML Signature Best Practices, best practice 1.
///
/// ```
/// use wss_c14n::{Budget, Document, Limits, name};
/// use wss_crypto::{HmacKey, SignatureMethod};
/// use wss_xmldsig::{AlgorithmPolicy, DocumentSigning, SameDocument, Signature, VerifyError, sign_document, verify};
///
/// # let signing = DocumentSigning::new(SignatureMethod::HmacSha256);
/// let key = || HmacKey::new(b"0123456789abcdef".to_vec()).expect("a key");
/// # let order = Document::parse("<order><amount>4711</amount></order>", &Limits::default())?;
/// # let signed = sign_document(&order, &[String::new()], &signing, &key())?;
/// let is_valid = |text: &str| -> Result<bool, Box<dyn std::error::Error>> {
///     let document = Document::parse(text, &Limits::default())?;
///     let targets = SameDocument::new(&document)?;
///     let budget = Budget::new(&Limits::default(), text.len() as u64);
///     let element = document.root().children_named(name::DS.uri, "Signature").next().ok_or("a signature")?;
///     let signature = Signature::parse(element, &budget)?;
///     let policy = AlgorithmPolicy::modern_2026();
///     let verified = verify(&signature, &policy, |_| Ok::<_, VerifyError>(key().into()), &targets, &budget);
///     Ok(verified.is_ok())
/// };
/// assert!(is_valid(&signed)?);
/// assert!(!is_valid(&signed.replace("4711", "4712"))?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify<'d, E: From<VerifyError>>(
    signature: &Signature<'d>,
    policy: &AlgorithmPolicy,
    key: impl FnOnce(&Signature<'d>) -> Result<VerifyingKey, E>,
    documents: &dyn Dereference<'d>,
    budget: &Budget,
) -> Result<VerifiedSignature<'d>, E> {
    policy.check(signature)?;
    let key = key(signature)?;
    policy.check_key(&key)?;

    let signed_info = signature.signed_info();
    budget.charge(Limit::PublicKeyOperations, 1).map_err(VerifyError::from)?;
    let octets = signed_info.octets(budget).map_err(VerifyError::from)?;
    match (&key, signed_info.mac_bits(), signed_info.other_pss()) {
        (VerifyingKey::Public(key), None, Some(pss)) => key.verify_pss(pss, &octets, signature.value()),
        (VerifyingKey::Hmac(key), Some(_), _) if policy.admits_short_macs() => {
            key.dangerous_verify_short(signed_info.method(), &octets, signature.value())
        }
        (VerifyingKey::Hmac(key), Some(_), _) => {
            key.verify_truncated_for_legacy_use_only(signed_info.method(), &octets, signature.value())
        }
        (VerifyingKey::Public(_), Some(_), _) => return Err(VerifyError::KeyMismatch.into()),
        (key, None, _) => {
            let in_context =
                |value: &[u8]| key.verify_in_context(signed_info.method(), signed_info.context(), &octets, value);
            let as_written = in_context(signature.value());
            match as_written.is_err().then(|| ecdsa_in_plain_form(key, signature.value())).flatten() {
                Some(_) if !documents.accepts_other_ecdsa_values() => return Err(VerifyError::EcdsaValue.into()),
                Some(plain) => {
                    budget.charge(Limit::PublicKeyOperations, 1).map_err(VerifyError::from)?;
                    in_context(&plain)
                }
                None => as_written,
            }
        }
    }
    .map_err(VerifyError::from)?;

    let references = signed_info
        .references()
        .iter()
        .map(|reference| reference.verify(signature.element(), documents, budget))
        .collect::<Result<Vec<_>, _>>()?;
    if let Some(first) = references.first().filter(|_| references.iter().all(VerifiedReference::covers_nothing)) {
        return Err(VerifyError::NothingSelected { uri: first.uri().into() }.into());
    }
    Ok(VerifiedSignature::new(signature.element(), signed_info.method(), octets, references))
}

/// The value of an EC key in the form of XML Signature, if it is in another one.
fn ecdsa_in_plain_form(key: &VerifyingKey, value: &[u8]) -> Option<Vec<u8>> {
    let VerifyingKey::Public(key) = key else { return None };
    let point = key.ec_point()?.octets;
    // An uncompressed point is an octet and two numbers.
    plain_ecdsa_value(value, point.len().checked_sub(1)? / 2)
}
