//! Oracle OWSM: the symmetric binding without derived keys, with HMAC over SHA-256.

use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "owsm",
    title: "Oracle OWSM, symmetric",
    about: "Services of Oracle's middleware with `wss11_x509_token_with_message_protection` and SHA-256.",
    request: Shape {
        timestamp: Some(300),
        signature: Some(SignatureShape {
            by: SignedBy::EncryptedKey {
                transport: Transport::OaepMgf1p,
                reference: ReferenceForm::Thumbprint,
                derived: None,
            },
            endorsed_by: Some(Endorsement { reference: ReferenceForm::Direct, method: SignatureMethod::RsaSha256 }),
            method: SignatureMethod::HmacSha256,
            digest: DigestMethod::Sha256,
            ..SignatureShape::rsa_sha256(ReferenceForm::Direct, &[MessagePart::Body, MessagePart::Timestamp])
        }),
        encryption: Some(EncryptionShape {
            to: EncryptedTo::KeyOfSignature,
            content: ContentEncryption::Aes128Cbc,
            parts: &[MessagePart::Body],
        }),
        leniencies: &[Leniency::CbcBeforeVerification, Leniency::OneKeyToSignAndEncrypt],
        ..Shape::EMPTY
    },
    reply: Reply::Secured(Shape {
        timestamp: Some(300),
        signature: Some(SignatureShape {
            by: SignedBy::KeyOfRequest { derived: None },
            method: SignatureMethod::HmacSha256,
            digest: DigestMethod::Sha256,
            ..SignatureShape::rsa_sha256(ReferenceForm::Direct, &[MessagePart::Body, MessagePart::Timestamp])
        }),
        encryption: Some(EncryptionShape {
            to: EncryptedTo::KeyOfSignature,
            content: ContentEncryption::Aes128Cbc,
            parts: &[MessagePart::Body],
        }),
        confirms: true,
        leniencies: &[Leniency::CbcBeforeVerification, Leniency::OneKeyToSignAndEncrypt],
        ..Shape::EMPTY
    }),
    http: Http { client_certificate: Some(false), ..SOAP11 },
    messaging: None,
    partner: Partner {
        issuer: "as the policy says",
        name: "the certificate in the key store of the service",
        extended_key_usage: &[],
        named_by: None,
        checks_revocation: false,
        lists_after_their_end: 0,
        revocation: "as the policy says",
    },
    choices: &[],
    sources: &[Source { title: "tilln/jmeter-wssecurity#19", reliability: Reliability::Thread }, AROUND],
};
