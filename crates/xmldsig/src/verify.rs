//! Core validation, the signature first (XML Signature 1.1 §3.2).

use wss_c14n::{Budget, Limit};
use wss_crypto::VerifyingKey;

use crate::error::VerifyError;
use crate::policy::AlgorithmPolicy;
use crate::reference::Dereference;
use crate::signature::Signature;
use crate::verified::VerifiedSignature;

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
    key.verify(signed_info.method(), &octets, signature.value()).map_err(VerifyError::from)?;

    let references = signed_info
        .references()
        .iter()
        .map(|reference| reference.verify(signature, documents, budget))
        .collect::<Result<_, _>>()?;
    Ok(VerifiedSignature::new(signature.element(), signed_info.method(), octets, references))
}
