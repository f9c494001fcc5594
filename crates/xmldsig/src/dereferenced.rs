//! The target of a `ds:RetrievalMethod` or a `xenc:CipherReference`: as a reference, without a digest.

use wss_c14n::{Budget, Element};

use crate::error::VerifyError;
use crate::policy::AlgorithmPolicy;
use crate::reference::{Dereference, Reference};

/// The octets that an element names by its `@URI`, after the transforms in its `Transforms`: a `ds:RetrievalMethod` or a
/// `xenc:CipherReference`. Their algorithms are checked against `policy` first.
///
/// # Errors
/// [`VerifyError::Malformed`] if a transform is, [`VerifyError::NotAdmitted`], and as for [`Reference::octets`].
///
/// # Specification
/// XML Signature 1.1 §4.5.3; XML Encryption 1.1 §3.3.1.
pub fn dereferenced_octets<'d>(
    element: Element<'d>,
    documents: &dyn Dereference<'d>,
    policy: &AlgorithmPolicy,
    budget: &Budget,
) -> Result<Vec<u8>, VerifyError> {
    let reference = Reference::without_digest(element, budget)?;
    policy.check_transforms(&reference)?;
    reference.octets(element, documents, budget)
}
