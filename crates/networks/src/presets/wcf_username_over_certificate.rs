//! WCF, `AuthenticationMode.UserNameForCertificate`: a fresh key for the service, and a user name token that is signed and encrypted with it.

use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "wcf_username_over_certificate",
    title: "WCF, user name over a certificate",
    about: "Services of .NET Framework with `UserNameForCertificate` and Basic256Sha256.",
    request: Shape {
        layout: Layout::Strict,
        timestamp: Some(300),
        signature: Some(SignatureShape {
            by: SignedBy::EncryptedKey {
                transport: Transport::OaepMgf1p,
                reference: ReferenceForm::Thumbprint,
                derived: Some(SecureConversation::V2005),
            },
            places_if_present: &[
                Place::Block(WSA, "To"),
                Place::Block(WSA, "Action"),
                Place::Block(WSA, "MessageID"),
                Place::Block(WSA, "ReplyTo"),
                Place::Block(WSA, "RelatesTo"),
            ],
            method: SignatureMethod::HmacSha256,
            digest: DigestMethod::Sha256,
            ..SignatureShape::rsa_sha256(ReferenceForm::Direct, &[Place::Body, Place::Timestamp, Place::UsernameToken])
        }),
        encryption: Some(EncryptionShape {
            to: EncryptedTo::KeyOfSignature,
            content: ContentEncryption::Aes256Cbc,
            places: &[Place::Body, Place::Signature, Place::UsernameToken],
        }),
        credential: Credential::PasswordText,
        leniencies: &[Leniency::CbcBeforeVerification],
        ..Shape::EMPTY
    },
    reply: Reply::Secured(Shape {
        layout: Layout::Strict,
        timestamp: Some(300),
        signature: Some(SignatureShape {
            by: SignedBy::KeyOfRequest { derived: Some(SecureConversation::V2005) },
            places_if_present: &[
                Place::Block(WSA, "To"),
                Place::Block(WSA, "Action"),
                Place::Block(WSA, "MessageID"),
                Place::Block(WSA, "ReplyTo"),
                Place::Block(WSA, "RelatesTo"),
            ],
            method: SignatureMethod::HmacSha256,
            digest: DigestMethod::Sha256,
            ..SignatureShape::rsa_sha256(ReferenceForm::Direct, &[Place::Body, Place::Timestamp])
        }),
        encryption: Some(EncryptionShape {
            to: EncryptedTo::KeyOfSignature,
            content: ContentEncryption::Aes256Cbc,
            places: &[Place::Body, Place::Signature],
        }),
        confirms: true,
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
    choices: &[WITHOUT_DERIVED_KEYS],
    sources: &[
        Source {
            title: "reports, and the policies that WCF exports; tried with Mono 6.8 in part",
            evidence: Evidence::Thread,
        },
        AROUND,
    ],
};

/// The key of the request signs and encrypts itself: `requireDerivedKeys="false"`.
pub const WITHOUT_DERIVED_KEYS: Choice = Choice {
    name: "without-derived-keys",
    why: "bindings with requireDerivedKeys=\"false\"",
    change: super::wcf::without_derived_keys,
};
