//! WCF, `AuthenticationMode.MutualCertificate` with WSS 1.0: the asymmetric binding; signed, then encrypted with the signature.

use super::row::*;
use super::wcf;

/// The preset.
pub const NETWORK: Network = Network {
    name: "wcf_mutual_certificate_1_0",
    title: "WCF, mutual certificates, WSS 1.0",
    about: "Services of .NET Framework with `MutualCertificate` in WSS 1.0 and Basic256Sha256.",
    request: wcf::BETWEEN_CERTIFICATES,
    reply: Reply::Secured(wcf::BETWEEN_CERTIFICATES),
    http: wcf::HTTP,
    messaging: None,
    partner: wcf::PARTNER,
    choices: &[],
    sources: wcf::SOURCES,
};
