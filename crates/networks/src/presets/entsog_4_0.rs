//! ENTSOG AS4 4.0: the algorithms of eDelivery AS4 2.0.

use super::as4;
use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "entsog_4_0",
    title: "ENTSOG AS4 4.0",
    about: "Transmission system operators for gas in Europe, and their customers.",
    request: as4::user_message(
        SignatureMethod::Ed25519,
        ReferenceForm::IssuerSerial,
        Transport::AgreementOfEdelivery2,
        ReferenceForm::IssuerSerial,
    ),
    reply: Reply::Secured(as4::signal(SignatureMethod::Ed25519, ReferenceForm::IssuerSerial)),
    http: as4::HTTP,
    messaging: Some(as4::COMPRESSED),
    partner: Partner::PINNED,
    choices: &[ECDSA],
    sources: &[
        Source { title: "phase4, P-Mode and sender of the ENTSOG profile", reliability: Reliability::Read },
        AROUND,
        super::as4::EXCHANGED,
    ],
};

/// ECDSA with SHA-256, and ECDH-ES, on P-256: partners with such certificates.
pub const ECDSA: Choice = Choice {
    name: "ecdsa",
    why: "partners with certificates on P-256",
    change: |network| {
        network.request = as4::user_message(
            SignatureMethod::EcdsaSha256,
            ReferenceForm::IssuerSerial,
            Transport::AgreementOfEdelivery2,
            ReferenceForm::IssuerSerial,
        );
        network.reply = Reply::Secured(as4::signal(SignatureMethod::EcdsaSha256, ReferenceForm::IssuerSerial));
    },
};
