//! Norway, Sikker digital post: AS4 without encryption in the header, since the payload is an encrypted ASiC container.

use super::as4;
use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "dpi_no",
    title: "Sikker digital post (Norway)",
    about: "Digital post from Norwegian administrations to citizens.",
    request: Shape {
        timestamp: Some(120),
        signature: Some(SignatureShape {
            parts_if_present: &[MessagePart::Attachments],
            ..SignatureShape::rsa_sha256(
                ReferenceForm::Direct,
                &[MessagePart::Body, MessagePart::Timestamp, as4::MESSAGING],
            )
        }),
        ..Shape::EMPTY
    },
    reply: Reply::Secured(Shape {
        timestamp: Some(120),
        signature: Some(SignatureShape::rsa_sha256(
            ReferenceForm::Direct,
            &[MessagePart::Body, MessagePart::Timestamp, as4::MESSAGING],
        )),
        ..Shape::EMPTY
    }),
    http: as4::HTTP,
    messaging: Some(Messaging::ANY),
    partner: Partner {
        issuer: "Buypass or Commfides (enterprise certificates of Norway)",
        name: "the organisation number in the subject",
        extended_key_usage: &[],
        named_by: None,
        checks_revocation: false,
        lists_after_their_end: 0,
        revocation: "revocation lists or OCSP",
    },
    choices: &[],
    sources: &[
        Source { title: "the Java client of Digipost", reliability: Reliability::Read },
        Source {
            title: "the lifetime of the timestamp, 120 seconds, is not checked",
            reliability: Reliability::Unverified,
        },
        AROUND,
    ],
};
