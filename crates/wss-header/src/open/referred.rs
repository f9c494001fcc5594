//! The form in which a signature refers to its certificate, for requirements that name the form.

use wss_c14n::Budget;
use wss_crypto::{DigestMethod, NameForm};
use wss_tokens::{PKCS7, ReferenceForm, ReferenceShape, SecurityTokenReference, X509_PKI_PATH, X509Item};
use wss_xmldsig::{KeyHint, KeyInfo, X509Data};

use super::facts::SeenToken;
use crate::error::OpenError;

/// The form of the only reference in `key_info`; `None` if it is no reference to a certificate.
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
        KeyHint::X509Data(data) => return Ok(item_of(data).map(ReferenceForm::X509Data)),
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
        SecurityTokenReference::ThumbprintSha1(_) | SecurityTokenReference::Thumbprint { .. } => {
            Some(ReferenceForm::Thumbprint)
        }
        SecurityTokenReference::X509Data(data) if !data.issuer_serials.is_empty() => Some(ReferenceForm::IssuerSerial),
        SecurityTokenReference::Embedded(_) => Some(ReferenceForm::Embedded),
        _ => None,
    })
}

/// The most specific item of a `ds:X509Data`; `None` if no item names a certificate.
fn item_of(data: &X509Data) -> Option<X509Item> {
    Some(match data.certificates.len() {
        2.. => X509Item::Path,
        1 => X509Item::Certificate,
        _ if !data.issuer_serials.is_empty() => X509Item::IssuerSerial(NameForm::default()),
        _ if !data.subject_key_identifiers.is_empty() => X509Item::SubjectKeyIdentifier,
        _ if !data.subject_names.is_empty() => X509Item::SubjectName(NameForm::default()),
        _ => X509Item::Digest(data.digests.iter().find_map(|digest| DigestMethod::from_uri(&digest.algorithm))?),
    })
}

/// Whether a reference of the form `found` satisfies `wanted`. The message does not show in which spelling a name was
/// meant, nor how an identifier was computed. The value of a key is the same in both of its elements, and so is a
/// digest of a certificate by any method.
pub(super) fn is_form(found: ReferenceForm, wanted: ReferenceForm) -> bool {
    let plain = |form| match form {
        ReferenceForm::IssuerSerialAs(_) => ReferenceForm::IssuerSerial,
        ReferenceForm::ComputedKeyIdentifier => ReferenceForm::SubjectKeyIdentifier,
        ReferenceForm::DerKeyValue => ReferenceForm::KeyValue,
        ReferenceForm::X509Data(item) => ReferenceForm::X509Data(match item {
            X509Item::IssuerSerial(_) => X509Item::IssuerSerial(NameForm::default()),
            X509Item::SubjectName(_) => X509Item::SubjectName(NameForm::default()),
            X509Item::Digest(_) => X509Item::Digest(DigestMethod::Sha256),
            // A signer may send its path with its certificate, or not.
            X509Item::Path => X509Item::Certificate,
            other => other,
        }),
        other => other,
    };
    plain(found) == plain(wanted)
}
