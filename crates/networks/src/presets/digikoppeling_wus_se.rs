//! The Netherlands, Digikoppeling WUS, signed and then encrypted. The reply is encrypted to the certificate of the request.

use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "digikoppeling_wus_se",
    title: "Digikoppeling WUS 2W-be-SE",
    about: "Dutch administrations among themselves; Edukoppeling of Dutch schools.",
    request: Shape {
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
        encryption: Some(EncryptionShape {
            to: EncryptedTo::Certificate { transport: Transport::OaepMgf1p, reference: ReferenceForm::Direct },
            content: ContentEncryption::Aes256Gcm,
            places: &[Place::Body],
        }),
        ..Shape::EMPTY
    },
    reply: Reply::Secured(Shape {
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
        encryption: Some(EncryptionShape {
            to: EncryptedTo::Certificate { transport: Transport::OaepMgf1p, reference: ReferenceForm::Direct },
            content: ContentEncryption::Aes256Gcm,
            places: &[Place::Body],
        }),
        confirms: true,
        ..Shape::EMPTY
    }),
    http: Http {
        soap: SoapVersion::V11,
        content_type: "text/xml; charset=utf-8",
        action: Action::Header,
        package: false,
        client_certificate: Some(true),
    },
    partner: Partner {
        issuer: "PKIoverheid, private services",
        name: "the organisation identification number (OIN) in the serial number of the subject",
        extended_key_usage: &[],
        revocation: "revocation lists of PKIoverheid",
    },
    choices: &[],
    sources: &[
        Source {
            title: "Digikoppeling WUS koppelvlakstandaard 3.x, for references, parts, times and confirmations",
            evidence: Evidence::Read,
        },
        Source {
            title: "the algorithms are in a separate document of Digikoppeling; RSA with SHA-256 and AES-256-GCM are not checked",
            evidence: Evidence::Unverified,
        },
        AROUND,
        WSS4J,
    ],
};
