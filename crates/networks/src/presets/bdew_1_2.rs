//! BDEW AS4 1.2. Attachments must be compressed. The keys of the network are on brainpoolP256r1.

use super::as4;
use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "bdew_1_2",
    title: "BDEW AS4 1.2",
    about: "The German energy market.",
    request: as4::user_message(
        SignatureMethod::EcdsaSha256,
        ReferenceForm::DirectPath,
        Transport::AgreementOfBdew,
        ReferenceForm::SubjectKeyIdentifier,
    ),
    reply: Reply::Secured(as4::signal(SignatureMethod::EcdsaSha256, ReferenceForm::DirectPath)),
    http: Http { client_certificate: Some(true), ..as4::HTTP },
    partner: Partner {
        issuer: "the smart metering PKI of Germany (SM-PKI), with keys on brainpoolP256r1, one for each of signing, encryption and TLS",
        name: "the certificate that the market partner published",
        extended_key_usage: &[],
        named_by: None,
        checks_revocation: true,
        revocation: "revocation lists only; a certificate whose list is more than three days too old is not trusted",
    },
    choices: &[],
    sources: &[
        Source { title: "BDEW AS4 profile 1.2, as phase4 and WSS4J implement it", evidence: Evidence::Read },
        AROUND,
    ],
};
