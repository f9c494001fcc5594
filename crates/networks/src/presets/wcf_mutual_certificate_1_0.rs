//! WCF, `AuthenticationMode.MutualCertificate` with WSS 1.0: the asymmetric binding; signed, then encrypted with the signature.

use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "wcf_mutual_certificate_1_0",
    title: "WCF, mutual certificates, WSS 1.0",
    about: "Services of .NET Framework with `MutualCertificate` in WSS 1.0 and Basic256Sha256.",
    request: Shape {
        layout: Layout::Strict,
        timestamp: Some(300),
        signature: Some(SignatureShape {
            places_if_present: &[
                Place::Block(WSA, "To"),
                Place::Block(WSA, "Action"),
                Place::Block(WSA, "MessageID"),
                Place::Block(WSA, "ReplyTo"),
                Place::Block(WSA, "RelatesTo"),
            ],
            ..SignatureShape::rsa_sha256(ReferenceForm::Direct, &[Place::Body, Place::Timestamp])
        }),
        encryption: Some(EncryptionShape {
            to: EncryptedTo::Certificate { transport: Transport::OaepMgf1p, reference: ReferenceForm::IssuerSerial },
            content: ContentEncryption::Aes256Cbc,
            places: &[Place::Body, Place::Signature],
        }),
        leniencies: &[Leniency::CbcBeforeVerification],
        ..Shape::EMPTY
    },
    reply: Reply::Secured(Shape {
        layout: Layout::Strict,
        timestamp: Some(300),
        signature: Some(SignatureShape {
            places_if_present: &[
                Place::Block(WSA, "To"),
                Place::Block(WSA, "Action"),
                Place::Block(WSA, "MessageID"),
                Place::Block(WSA, "ReplyTo"),
                Place::Block(WSA, "RelatesTo"),
            ],
            ..SignatureShape::rsa_sha256(ReferenceForm::Direct, &[Place::Body, Place::Timestamp])
        }),
        encryption: Some(EncryptionShape {
            to: EncryptedTo::Certificate { transport: Transport::OaepMgf1p, reference: ReferenceForm::IssuerSerial },
            content: ContentEncryption::Aes256Cbc,
            places: &[Place::Body, Place::Signature],
        }),
        leniencies: &[Leniency::CbcBeforeVerification],
        ..Shape::EMPTY
    }),
    http: Http {
        soap: SoapVersion::V12,
        content_type: "application/soap+xml; charset=utf-8",
        action: Action::Parameter,
        package: false,
        client_certificate: Some(false),
    },
    partner: Partner {
        issuer: "as the binding says",
        name: "the DNS name or the certificate that the client expects",
        extended_key_usage: &[],
        revocation: "as the binding says",
    },
    choices: &[],
    sources: &[
        Source {
            title: "reports, and the policies that WCF exports; tried with Mono 6.8 in part",
            evidence: Evidence::Thread,
        },
        AROUND,
    ],
};
