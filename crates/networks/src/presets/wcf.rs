//! The common parts of the presets of WCF.

use super::row::*;

/// The headers of WS-Addressing that WCF signs.
const SIGNED_IF_PRESENT: &[MessagePart] = &[
    MessagePart::Block { namespace: WSA, local: "To" },
    MessagePart::Block { namespace: WSA, local: "Action" },
    MessagePart::Block { namespace: WSA, local: "MessageID" },
    MessagePart::Block { namespace: WSA, local: "ReplyTo" },
    MessagePart::Block { namespace: WSA, local: "RelatesTo" },
];

/// The shape that all messages share.
const MESSAGE: Shape = Shape {
    layout: Layout::Strict,
    timestamp: Some(300),
    leniencies: &[Leniency::CbcBeforeVerification],
    ..Shape::EMPTY
};

/// A message of the asymmetric binding, in either direction.
pub(crate) const BETWEEN_CERTIFICATES: Shape = Shape {
    signature: Some(SignatureShape {
        parts_if_present: SIGNED_IF_PRESENT,
        ..SignatureShape::rsa_sha256(ReferenceForm::Direct, &[MessagePart::Body, MessagePart::Timestamp])
    }),
    encryption: Some(encrypted(
        EncryptedTo::Certificate { transport: Transport::OaepMgf1p, reference: ReferenceForm::IssuerSerial },
        &[MessagePart::Body, MessagePart::Signature],
    )),
    ..MESSAGE
};

/// A request of the symmetric binding: under a fresh key for the service, perhaps with an endorsing signature.
pub(crate) const fn under_a_fresh_key(
    endorsed_by: Option<Endorsement>,
    signed: &'static [MessagePart],
    confidential: &'static [MessagePart],
) -> Shape {
    let key = SignedBy::EncryptedKey {
        transport: Transport::OaepMgf1p,
        reference: ReferenceForm::Thumbprint,
        derived: Some(SecureConversation::V2005),
    };
    Shape {
        signature: Some(SignatureShape { endorsed_by, ..mac(key, signed) }),
        encryption: Some(encrypted(EncryptedTo::KeyOfSignature, confidential)),
        ..MESSAGE
    }
}

/// A reply of the symmetric binding: under the key of the request, which it confirms.
pub(crate) const UNDER_THE_KEY_OF_THE_REQUEST: Shape = Shape {
    signature: Some(mac(
        SignedBy::KeyOfRequest { derived: Some(SecureConversation::V2005) },
        &[MessagePart::Body, MessagePart::Timestamp],
    )),
    encryption: Some(encrypted(EncryptedTo::KeyOfSignature, &[MessagePart::Body, MessagePart::Signature])),
    confirms: true,
    ..MESSAGE
};

const fn mac(by: SignedBy, parts: &'static [MessagePart]) -> SignatureShape {
    SignatureShape {
        by,
        parts_if_present: SIGNED_IF_PRESENT,
        method: SignatureMethod::HmacSha256,
        digest: DigestMethod::Sha256,
        ..SignatureShape::rsa_sha256(ReferenceForm::Direct, parts)
    }
}

const fn encrypted(to: EncryptedTo, parts: &'static [MessagePart]) -> EncryptionShape {
    EncryptionShape { to, content: ContentEncryption::Aes256Cbc, parts }
}

pub(crate) const HTTP: Http = Http { client_certificate: Some(false), ..SOAP12 };

pub(crate) const PARTNER: Partner = Partner {
    issuer: "as the binding says",
    name: "the DNS name or the certificate that the client expects",
    extended_key_usage: &[],
    named_by: None,
    checks_revocation: false,
    lists_after_their_end: 0,
    revocation: "as the binding says",
};

pub(crate) const SOURCES: &[Source] = &[
    Source {
        title: "reports, and the policies that WCF exports; tried with Mono 6.8 in part",
        reliability: Reliability::Thread,
    },
    AROUND,
];

/// The key of the request signs and encrypts without derivation: `requireDerivedKeys="false"`.
pub(crate) const WITHOUT_DERIVED_KEYS: Choice = Choice {
    name: "without-derived-keys",
    why: "bindings with requireDerivedKeys=\"false\"",
    change: without_derived_keys,
};

/// One key signs and encrypts, in both directions.
fn without_derived_keys(network: &mut Network) {
    for shape in network.shapes_mut() {
        if let Some(SignatureShape {
            by: SignedBy::EncryptedKey { derived, .. } | SignedBy::KeyOfRequest { derived },
            ..
        }) = &mut shape.signature
        {
            *derived = None;
        }
        shape.leniencies = &[Leniency::CbcBeforeVerification, Leniency::OneKeyToSignAndEncrypt];
    }
}
