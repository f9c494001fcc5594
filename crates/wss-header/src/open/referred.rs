//! How a signature refers to its certificate, for requirements that name the form.

use wss_c14n::Budget;
use wss_tokens::{PKCS7, ReferenceForm, ReferenceShape, SecurityTokenReference, X509_PKI_PATH};
use wss_xmldsig::{KeyHint, KeyInfo};

use super::facts::SeenToken;
use crate::error::OpenError;

/// The form of the only reference in `key_info`; `None` where it is no reference to a certificate.
pub(super) fn form_of(
    key_info: Option<&KeyInfo<'_>>,
    tokens: &[SeenToken],
    shape: ReferenceShape,
    budget: &Budget,
) -> Result<Option<ReferenceForm>, OpenError> {
    let Some([hint]) = key_info.map(KeyInfo::hints) else { return Ok(None) };
    let reference = match hint {
        KeyHint::SecurityTokenReference(element) => SecurityTokenReference::parse_as(*element, shape, budget)?,
        KeyHint::KeyName(_) => return Ok(Some(ReferenceForm::KeyName)),
        KeyHint::KeyValue(_) => return Ok(Some(ReferenceForm::KeyValue)),
        KeyHint::X509Data(_) => return Ok(Some(ReferenceForm::X509Data)),
        _ => return Ok(None),
    };
    Ok(match reference {
        SecurityTokenReference::Direct { id, .. } => {
            let token = tokens.iter().find(|token| token.id.as_deref() == Some(id.as_str()));
            token.map(|token| match token.value_type {
                X509_PKI_PATH => ReferenceForm::DirectPath,
                PKCS7 => ReferenceForm::DirectPkcs7,
                _ => ReferenceForm::Direct,
            })
        }
        SecurityTokenReference::SubjectKeyIdentifier(_) => Some(ReferenceForm::SubjectKeyIdentifier),
        SecurityTokenReference::ThumbprintSha1(_) => Some(ReferenceForm::Thumbprint),
        SecurityTokenReference::X509Data(data) if !data.issuer_serials.is_empty() => Some(ReferenceForm::IssuerSerial),
        SecurityTokenReference::Embedded(_) => Some(ReferenceForm::Embedded),
        _ => None,
    })
}

/// Whether a reference of the form `found` is one of the form `wanted`: on the wire nobody sees in which spelling a name was
/// meant, nor how an identifier came to be.
pub(super) fn is_form(found: ReferenceForm, wanted: ReferenceForm) -> bool {
    let plain = |form| match form {
        ReferenceForm::IssuerSerialAs(_) => ReferenceForm::IssuerSerial,
        ReferenceForm::ComputedKeyIdentifier => ReferenceForm::SubjectKeyIdentifier,
        other => other,
    };
    plain(found) == plain(wanted)
}
