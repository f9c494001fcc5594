//! ENTSOG AS4 3.6. Attachments must be compressed.

use super::as4;
use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "entsog_3_6",
    title: "ENTSOG AS4 3.6",
    about: "Transmission system operators for gas in Europe, and their customers.",
    request: as4::user_message(
        SignatureMethod::RsaSha256,
        ReferenceForm::IssuerSerial,
        Transport::Oaep(DigestMethod::Sha256),
        ReferenceForm::IssuerSerial,
    ),
    reply: Reply::Secured(as4::signal(SignatureMethod::RsaSha256, ReferenceForm::IssuerSerial)),
    http: as4::HTTP,
    messaging: Some(as4::COMPRESSED),
    partner: Partner::PINNED,
    choices: &[BINARY_TOKENS],
    sources: &[
        Source { title: "phase4, P-Mode and sender of the ENTSOG profile", reliability: Reliability::Read },
        AROUND,
        super::as4::EXCHANGED,
    ],
};

/// Both certificates in tokens: for gateways that follow eDelivery AS4.
pub const BINARY_TOKENS: Choice = Choice {
    name: "binary-tokens",
    why: "gateways that follow eDelivery AS4",
    change: |network| super::as4::refer_by(network, ReferenceForm::Direct, ReferenceForm::Direct),
};
