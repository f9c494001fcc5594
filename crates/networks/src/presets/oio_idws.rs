//! The common parts of the presets of OIO IDWS.

use super::row::*;

/// A request with a SAML 2.0 assertion that is signed with the message, by this key.
pub(crate) const fn request(by: SignedBy) -> Shape {
    let signed = signature(by, &[MessagePart::Body, MessagePart::Timestamp, MessagePart::Assertion]);
    Shape { signature: Some(signed), credential: Credential::Assertion(SamlVersion::V2_0), ..MESSAGE }
}

pub(crate) const REPLY: Shape = Shape {
    signature: Some(signature(
        SignedBy::Certificate(ReferenceForm::Direct),
        &[MessagePart::Body, MessagePart::Timestamp],
    )),
    ..MESSAGE
};

const MESSAGE: Shape = Shape { layout: Layout::Strict, timestamp: Some(300), ..Shape::EMPTY };

const fn signature(by: SignedBy, parts: &'static [MessagePart]) -> SignatureShape {
    SignatureShape { by, parts_if_present: ADDRESSING, ..SignatureShape::rsa_sha256(ReferenceForm::Direct, parts) }
}

pub(crate) const HTTP: Http = SOAP11;

pub(crate) const PARTNER: Partner = Partner {
    issuer: "OCES, the certificates of Denmark",
    name: "the subject of the certificate or assertion",
    extended_key_usage: &[],
    named_by: None,
    checks_revocation: false,
    lists_after_their_end: 0,
    revocation: "by the service",
};

pub(crate) const SOURCES: &[Source] = &[
    Source { title: "policies and Java reference code of OIO IDWS 1.1 and 1.2", reliability: Reliability::Read },
    AROUND,
];
