//! US Veterans, VBMS: old algorithms, RSA-1.5 and AES-CBC.

use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "vbms_us",
    title: "VBMS (US Veterans)",
    about: "The Department of Veterans Affairs of the United States: benefits.",
    request: Shape {
        timestamp: Some(300),
        signature: Some(SignatureShape {
            method: SignatureMethod::RsaSha1,
            digest: DigestMethod::Sha1,
            by: SignedBy::Certificate(ReferenceForm::IssuerSerial),
            ..SignatureShape::rsa_sha256(ReferenceForm::Direct, &[MessagePart::Body, MessagePart::Timestamp])
        }),
        encryption: Some(EncryptionShape {
            to: EncryptedTo::Certificate { transport: Transport::Rsa15, reference: ReferenceForm::IssuerSerial },
            content: ContentEncryption::Aes128Cbc,
            parts: &[MessagePart::Body],
        }),
        leniencies: &[Leniency::CbcBeforeVerification],
        ..Shape::EMPTY
    },
    reply: Reply::Secured(Shape {
        timestamp: Some(300),
        signature: Some(SignatureShape {
            method: SignatureMethod::RsaSha1,
            digest: DigestMethod::Sha1,
            by: SignedBy::Certificate(ReferenceForm::IssuerSerial),
            ..SignatureShape::rsa_sha256(ReferenceForm::Direct, &[MessagePart::Body, MessagePart::Timestamp])
        }),
        encryption: Some(EncryptionShape {
            to: EncryptedTo::Certificate { transport: Transport::Rsa15, reference: ReferenceForm::IssuerSerial },
            content: ContentEncryption::Aes128Cbc,
            parts: &[MessagePart::Body],
        }),
        leniencies: &[Leniency::CbcBeforeVerification],
        ..Shape::EMPTY
    }),
    http: Http { package: true, client_certificate: Some(true), ..SOAP11 },
    messaging: None,
    partner: Partner {
        issuer: "the Department of Veterans Affairs",
        name: "the certificate of the service",
        extended_key_usage: &[],
        named_by: None,
        checks_revocation: false,
        lists_after_their_end: 0,
        revocation: "not known",
    },
    choices: &[],
    sources: &[
        Source { title: "department-of-veterans-affairs/connect_vbms#37", reliability: Reliability::Thread },
        AROUND,
    ],
};
