//! WCF, `AuthenticationMode.MutualCertificate` with WSS 1.1: a fresh key for the service, and an endorsing signature of the
//! client.

use super::row::*;
use super::wcf;

/// The preset.
pub const NETWORK: Network = Network {
    name: "wcf_mutual_certificate_1_1",
    title: "WCF, mutual certificates, WSS 1.1",
    about: "Services of .NET Framework with `MutualCertificate` in WSS 1.1 and Basic256Sha256.",
    request: wcf::under_a_fresh_key(
        Some(Endorsement { reference: ReferenceForm::Direct, method: SignatureMethod::RsaSha256 }),
        &[MessagePart::Body, MessagePart::Timestamp],
        &[MessagePart::Body, MessagePart::Signature],
    ),
    reply: Reply::Secured(wcf::UNDER_THE_KEY_OF_THE_REQUEST),
    http: wcf::HTTP,
    messaging: None,
    partner: wcf::PARTNER,
    choices: &[WITHOUT_DERIVED_KEYS],
    sources: wcf::SOURCES,
};

/// The key of the request signs and encrypts without derivation: `requireDerivedKeys="false"`.
pub const WITHOUT_DERIVED_KEYS: Choice = wcf::WITHOUT_DERIVED_KEYS;
