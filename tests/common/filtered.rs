//! A document with a signature whose reference selects by XPath.

use ws_security::c14n::{Budget, Document, Limits, base64_encode, name};
use ws_security::crypto::{Digest, HmacKey};
use ws_security::xmldsig::{
    AlgorithmPolicy, FilterMethod, SameDocument, Signature, VerifiedReference, VerifyError, verify,
};
use ws_security::{DigestMethod, SignatureMethod, SigningKey};

/// What is signed, without the signature.
pub(crate) const ORDER: &str = "<order><amount>4711</amount></order>";
/// Keeps all but the signature.
pub(crate) const NOT_THE_SIGNATURE: &str = "not(ancestor-or-self::ds:Signature) and string(/) != ''";

fn key() -> HmacKey {
    HmacKey::new(b"0123456789abcdef".to_vec()).expect("a key")
}

/// The document, signed with a reference to all of it that has this transform; `kept` is what the transform keeps.
pub(crate) fn signed_with(uri: &str, transform: &str, kept: &str) -> String {
    signed_of(&format!(" URI=\"{uri}\""), transform, kept)
}

/// As [`signed_with`], with these attributes of the reference.
pub(crate) fn signed_of(attributes: &str, transform: &str, kept: &str) -> String {
    let digest = base64_encode(Digest::of(DigestMethod::Sha256, kept.as_bytes()).as_octets());
    let algorithm = |local: &str, uri: &str| format!("<ds:{local} Algorithm=\"{uri}\"></ds:{local}>");
    let signed_info = format!(
        "<ds:SignedInfo>{}{}<ds:Reference{attributes}><ds:Transforms>{transform}</ds:Transforms>{}\
         <ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>",
        algorithm("CanonicalizationMethod", "http://www.w3.org/2001/10/xml-exc-c14n#"),
        algorithm("SignatureMethod", SignatureMethod::HmacSha256.uri()),
        algorithm("DigestMethod", DigestMethod::Sha256.uri()),
    );
    let declaration = format!(" xmlns:ds=\"{}\"", name::DS.uri);
    let octets = signed_info.replacen("<ds:SignedInfo", &format!("<ds:SignedInfo{declaration}"), 1);
    let value = base64_encode(&key().sign(SignatureMethod::HmacSha256, octets.as_bytes()).expect("signed"));
    let signature = format!(
        "<ds:Signature{declaration}>{signed_info}<ds:SignatureValue>{value}</ds:SignatureValue></ds:Signature>"
    );
    ORDER.replace("</order>", &format!("{signature}</order>"))
}

/// A `ds:Transform` with these children.
pub(crate) fn transform(method: FilterMethod, children: &str) -> String {
    format!("<ds:Transform Algorithm=\"{}\">{children}</ds:Transform>", method.uri())
}

/// The document, signed by XPath.
pub(crate) fn signed() -> String {
    let expression = format!("<ds:XPath>{NOT_THE_SIGNATURE}</ds:XPath>");
    signed_with("", &transform(FilterMethod::XPath, &expression), ORDER)
}

/// The policy that admits the transform.
pub(crate) fn admitting() -> AlgorithmPolicy {
    AlgorithmPolicy::default().admit_transform(FilterMethod::XPath)
}

/// What its first signature covers: for each reference, whether it is filtered, and whether it counts as covering anything.
pub(crate) fn verified(text: &str, policy: AlgorithmPolicy, limits: Limits) -> Result<Vec<(bool, bool)>, VerifyError> {
    let document = Document::parse(text, &Limits::default()).expect("a document");
    let targets = SameDocument::new(&document).expect("Ids").run_filters();
    let element = document.elements().find(|element| element.is(name::DS.uri, "Signature")).expect("a signature");
    let budget = Budget::new(&limits, text.len() as u64);
    let signature = Signature::parse(element, &budget)?;
    let verified = verify(&signature, &policy, |_| Ok::<_, VerifyError>(key().into()), &targets, &budget)?;
    let covers =
        |reference: &VerifiedReference<'_>| reference.whole_element().is_some() || reference.subset().is_some();
    Ok(verified.references().iter().map(|reference| (reference.is_filtered(), covers(reference))).collect())
}
