//! eDelivery AS4 1.14 and 1.15, common profile.

use super::as4;
use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "edelivery_1_15",
    title: "eDelivery AS4 1.15, common profile",
    about: "The European Commission's profile of AS4, for messages between administrations and businesses.",
    request: as4::user_message(
        SignatureMethod::RsaSha256,
        ReferenceForm::Direct,
        Transport::Oaep(DigestMethod::Sha256),
        ReferenceForm::Direct,
    ),
    reply: Reply::Secured(as4::signal(SignatureMethod::RsaSha256, ReferenceForm::Direct)),
    http: as4::HTTP,
    messaging: Some(Messaging::ANY),
    partner: Partner::PINNED,
    choices: &[KEY_IDENTIFIERS, ISSUER_SERIALS, CERTIFICATE_PATHS],
    sources: &[
        Source {
            title: "eDelivery AS4 1.15 specification, with the defaults of Domibus",
            reliability: Reliability::Read,
        },
        Source { title: "phase4, P-Mode and sender of the CEF profile", reliability: Reliability::Read },
        AROUND,
        Source {
            title: "phase4 over HTTP: it opens our messages and we open its, with receipts (tests/interop/phase4.rs)",
            reliability: Reliability::Read,
        },
    ],
};

/// Both certificates by subject key identifier: the default of phase4's sender for this profile.
pub const KEY_IDENTIFIERS: Choice = Choice {
    name: "key-identifiers",
    why: "the default of phase4's sender for this profile",
    change: |network| {
        super::as4::refer_by(network, ReferenceForm::SubjectKeyIdentifier, ReferenceForm::SubjectKeyIdentifier)
    },
};

/// Both certificates by issuer and serial number: a policy that Domibus ships.
pub const ISSUER_SERIALS: Choice = Choice {
    name: "issuer-serials",
    why: "a policy that Domibus ships",
    change: |network| super::as4::refer_by(network, ReferenceForm::IssuerSerial, ReferenceForm::IssuerSerial),
};

/// The signer's whole path in its token: a policy that Domibus ships.
pub const CERTIFICATE_PATHS: Choice = Choice {
    name: "certificate-paths",
    why: "a policy that Domibus ships",
    change: |network| super::as4::refer_by(network, ReferenceForm::DirectPath, ReferenceForm::Direct),
};
