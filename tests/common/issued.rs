//! Assertions that are written by hand, and signed by Carol.

use ws_security::c14n::{Budget, Canonicalization, Document, Limits, Subset, base64_encode};
use ws_security::xmldsig::{NewReference, PendingSignature, Transform};
use ws_security::{DigestMethod, SamlVersion, SignatureMethod};

use super::{certificate, identity};

/// Carol signs an assertion that was written by hand.
pub(crate) fn sign_by_hand(assertion: &str, version: SamlVersion) -> String {
    let transforms = vec![Transform::EnvelopedSignature, Transform::Canonicalization(Canonicalization::default())];
    sign_with(assertion, version, transforms)
}

/// As [`sign_by_hand`], with these transforms.
pub(crate) fn sign_with(assertion: &str, version: SamlVersion, transforms: Vec<Transform>) -> String {
    let document = Document::parse(assertion, &Limits::default()).expect("well-formed");
    let ids = [attribute(version).trim_end_matches('='), "id"];
    let id = ids.iter().find_map(|id| document.root().attribute("", id)).expect("an Id");
    let subset = Subset::subtree(document.root());
    let reference = NewReference::digest(
        format!("#{id}"),
        &subset,
        transforms,
        DigestMethod::Sha256,
        &Budget::dangerous_unbounded(),
    )
    .expect("digested");
    let carol = identity("carol");
    let pending = PendingSignature::new(SignatureMethod::RsaSha256, &[reference], None, Some(x509_data("carol")));
    let value = pending.value(carol.signing_key().as_ref()).expect("signed");
    let place = match version {
        SamlVersion::V1_1 => assertion.rfind("</").expect("an end"),
        SamlVersion::V2_0 => assertion.find("</saml2:Issuer>").expect("an issuer") + "</saml2:Issuer>".len(),
    };
    format!("{}{}{}", &assertion[..place], pending.finish(&value), &assertion[place..])
}

pub(crate) fn x509_data(name: &str) -> String {
    let der = base64_encode(certificate(name).der());
    format!("<ds:X509Data><ds:X509Certificate>{der}</ds:X509Certificate></ds:X509Data>")
}

/// The attribute with the id, up to its value.
pub(crate) fn attribute(version: SamlVersion) -> &'static str {
    if version == SamlVersion::V1_1 { "AssertionID=" } else { "ID=" }
}
