//! Denmark, OIO IDWS, holder of key: the key that a SAML 2.0 assertion names signs Body, Timestamp, WS-Addressing headers and the assertion.

use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "oio_idws_hok",
    title: "OIO IDWS, holder of key",
    about: "Danish administrations: services that are called on behalf of a user.",
    request: Shape {
        layout: Layout::Strict,
        timestamp: Some(300),
        signature: Some(SignatureShape {
            by: SignedBy::HolderOfKey,
            places_if_present: &[
                Place::Block(WSA, "To"),
                Place::Block(WSA, "From"),
                Place::Block(WSA, "FaultTo"),
                Place::Block(WSA, "ReplyTo"),
                Place::Block(WSA, "MessageID"),
                Place::Block(WSA, "RelatesTo"),
                Place::Block(WSA, "Action"),
            ],
            ..SignatureShape::rsa_sha256(ReferenceForm::Direct, &[Place::Body, Place::Timestamp, Place::Assertion])
        }),
        credential: Credential::Assertion(SamlVersion::V2_0),
        ..Shape::EMPTY
    },
    reply: Reply::Secured(Shape {
        layout: Layout::Strict,
        timestamp: Some(300),
        signature: Some(SignatureShape {
            places_if_present: &[
                Place::Block(WSA, "To"),
                Place::Block(WSA, "From"),
                Place::Block(WSA, "FaultTo"),
                Place::Block(WSA, "ReplyTo"),
                Place::Block(WSA, "MessageID"),
                Place::Block(WSA, "RelatesTo"),
                Place::Block(WSA, "Action"),
            ],
            ..SignatureShape::rsa_sha256(ReferenceForm::Direct, &[Place::Body, Place::Timestamp])
        }),
        ..Shape::EMPTY
    }),
    http: Http {
        soap: SoapVersion::V11,
        content_type: "text/xml; charset=utf-8",
        action: Action::Header,
        package: false,
        client_certificate: None,
    },
    partner: Partner {
        issuer: "OCES, the certificates of Denmark",
        name: "the subject of the certificate or assertion",
        extended_key_usage: &[],
        revocation: "by the service",
    },
    choices: &[],
    sources: &[
        Source { title: "policies and Java reference code of OIO IDWS 1.1 and 1.2", evidence: Evidence::Read },
        AROUND,
    ],
};
