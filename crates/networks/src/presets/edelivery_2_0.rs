//! eDelivery AS4 2.0, common profile: Ed25519 and X25519. A party has two certificates, since a key of either kind has one use.

use super::as4;
use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "edelivery_2_0",
    title: "eDelivery AS4 2.0, common profile",
    about: "The European Commission's profile of AS4 with Ed25519 and X25519.",
    request: as4::user_message(
        SignatureMethod::Ed25519,
        ReferenceForm::Direct,
        Transport::AgreementOfEdelivery2,
        ReferenceForm::SubjectKeyIdentifier,
    ),
    reply: Reply::Secured(as4::signal(SignatureMethod::Ed25519, ReferenceForm::Direct)),
    http: as4::HTTP,
    messaging: Some(Messaging::ANY),
    partner: Partner::PINNED,
    choices: &[],
    sources: &[
        Source {
            title: "eDelivery AS4 2.0 specification, for the algorithms; how the recipient is referred to is not checked",
            reliability: Reliability::Read,
        },
        AROUND,
        super::as4::EXCHANGED,
    ],
};
