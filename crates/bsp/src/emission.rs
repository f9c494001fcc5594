//! Breaches in a message that is yet to be made, so that a plan breaks a MUST only if the caller says so.
//!
//! Each function judges one choice of a sender. `wss_header::Recipe` knows the choices, and the breaches that the
//! caller asked for.

use wss_c14n::CanonicalizationMethod;
use wss_crypto::{Certificate, ContentEncryption};
use wss_tokens::{KerberosForm, ReferenceForm};

use super::check::is_rfc4514;
use super::table::Rule;

/// A requirement that would be broken, and the reason.
pub type Broken = (Rule, &'static str);

/// A `ds:KeyInfo` of a signature that has another child beside its reference to a token.
pub const SECOND_CHILD: Broken = (Rule::R5402, "a second child of ds:KeyInfo");

/// A token that follows the reference to it.
pub const TOKEN_AFTER_REFERENCE: Broken = (Rule::R5205, "a token after the signature that refers to it");

/// Canonicalising `ds:SignedInfo` with this method.
#[must_use]
pub fn signed_info(method: CanonicalizationMethod) -> Option<Broken> {
    (method != CanonicalizationMethod::Exclusive)
        .then_some((Rule::R5404, "ds:SignedInfo under another canonicalisation than the exclusive one"))
}

/// Breaches by a reference whose only transform is this canonicalisation; `None`: one without transforms.
pub fn transform(method: Option<CanonicalizationMethod>) -> impl Iterator<Item = Broken> {
    let broken = [
        (method.is_none(), (Rule::R5416, "a reference without ds:Transforms")),
        (is_other(method), (Rule::R5423, "another transform than exclusive canonicalisation")),
        (is_other(method), (Rule::R5412, "a last transform other than exclusive canonicalisation")),
    ];
    broken.into_iter().filter_map(|(is_broken, broken)| is_broken.then_some(broken))
}

fn is_other(method: Option<CanonicalizationMethod>) -> bool {
    method.is_some_and(|method| method != CanonicalizationMethod::Exclusive)
}

/// A clear-text password without its Type.
pub const PASSWORD_WITHOUT_TYPE: Broken = (Rule::R4201, "a password without its Type");

/// Encrypting content with this algorithm.
#[must_use]
pub fn content(method: ContentEncryption) -> Option<Broken> {
    (method == ContentEncryption::Aes192Cbc).then_some((Rule::R5620, "AES-192-CBC"))
}

/// Sending a Kerberos ticket in this form.
pub fn ticket(form: KerberosForm) -> impl Iterator<Item = Broken> {
    let broken = [
        (Rule::R6902, "a Kerberos token other than #GSS_Kerberosv5_AP_REQ"),
        (Rule::R6907, "a reference to a Kerberos token of another type"),
    ];
    broken.into_iter().filter(move |_| form != KerberosForm::Gss)
}

/// A reference to some certificate in this form. `key_info` is the rule that demands a wsse:SecurityTokenReference in
/// this `ds:KeyInfo`: [`Rule::R5417`] in a signature, [`Rule::R5426`] in an EncryptedKey; `None` in an xenc:RecipientKeyInfo,
/// of which the profile says nothing.
#[must_use]
pub fn form(reference: ReferenceForm, key_info: Option<Rule>) -> Option<Broken> {
    let bare = match reference {
        ReferenceForm::ComputedKeyIdentifier => {
            return Some((Rule::R5210, "a key identifier that the certificate does not have"));
        }
        ReferenceForm::Certificate => return Some((Rule::R5206, "a key identifier that is the certificate itself")),
        ReferenceForm::KeyName => "ds:KeyName in ds:KeyInfo",
        ReferenceForm::KeyValue => "ds:KeyValue in ds:KeyInfo",
        ReferenceForm::DerKeyValue => "dsig11:DEREncodedKeyValue in ds:KeyInfo",
        ReferenceForm::X509Data(_) => "ds:X509Data in ds:KeyInfo",
        _ => return None,
    };
    Some((key_info?, bare))
}

/// A reference to this certificate in this form, beyond what [`form`] judges.
#[must_use]
pub fn certificate(certificate: &Certificate, reference: ReferenceForm) -> Option<Broken> {
    match reference {
        ReferenceForm::Direct | ReferenceForm::Embedded if certificate.version() == 1 => {
            Some((Rule::R3033, "a certificate of version 1 in a token"))
        }
        ReferenceForm::IssuerSerialAs(form) if !is_rfc4514(&certificate.issuer().written(form)) => {
            Some((Rule::R5409, "an issuer name that is not written as RFC 4514 has it"))
        }
        _ => None,
    }
}

/// References to these certificates in these forms, all in one message: if a token is in the message, every reference
/// to it must be direct.
#[must_use]
pub fn named_otherwise(names: &[(&Certificate, ReferenceForm)]) -> Option<Broken> {
    let mut in_header = names.iter().filter(|(_, form)| *form == ReferenceForm::Direct);
    let otherwise = |token: &Certificate| names.iter().any(|(named, form)| *named == token && names_by_value(*form));
    in_header
        .any(|(token, _)| otherwise(token))
        .then_some((Rule::R3022, "a certificate that is sent as a token, and named otherwise elsewhere"))
}

/// Whether a form identifies a certificate by its content, not by its place.
fn names_by_value(form: ReferenceForm) -> bool {
    matches!(
        form,
        ReferenceForm::IssuerSerial
            | ReferenceForm::IssuerSerialAs(_)
            | ReferenceForm::SubjectKeyIdentifier
            | ReferenceForm::ComputedKeyIdentifier
            | ReferenceForm::Thumbprint
            | ReferenceForm::Certificate
    )
}
