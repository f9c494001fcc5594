//! eDelivery AS4 2.0, alternative elliptic curve profile: ECDSA with SHA-256 and ECDH-ES on P-256.

use super::as4;
use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "edelivery_2_0_ec",
    title: "eDelivery AS4 2.0, alternative elliptic curve profile",
    about: "The European Commission's profile of AS4 with ECDSA and ECDH on P-256.",
    request: as4::user_message(
        SignatureMethod::EcdsaSha256,
        ReferenceForm::Direct,
        Transport::AgreementOfEdelivery2,
        ReferenceForm::SubjectKeyIdentifier,
    ),
    reply: Reply::Secured(as4::signal(SignatureMethod::EcdsaSha256, ReferenceForm::Direct)),
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
