//! US eHealth Exchange: the holder of the key of a SAML 2.0 assertion signs the Timestamp; mutual TLS protects the rest.

use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "ehealth_exchange_us",
    title: "eHealth Exchange (US)",
    about: "Hospitals and agencies of the United States, with CONNECT.",
    request: Shape {
        timestamp: Some(300),
        signature: Some(SignatureShape {
            by: SignedBy::HolderOfKey,
            ..SignatureShape::rsa_sha256(ReferenceForm::Direct, &[MessagePart::Timestamp])
        }),
        credential: Credential::Assertion(SamlVersion::V2_0),
        leniencies: &[Leniency::UncoveredHolderTokens],
        ..Shape::EMPTY
    },
    reply: Reply::Plain,
    http: Http { client_certificate: Some(true), ..SOAP12 },
    messaging: None,
    partner: Partner {
        issuer: "the certification authority of the network",
        name: "the host name in the subject alternative names",
        extended_key_usage: &[],
        named_by: None,
        checks_revocation: false,
        lists_after_their_end: 0,
        revocation: "OCSP or lists, by the service",
    },
    choices: &[],
    sources: &[
        Source { title: "CONNECT, its client and its policies", reliability: Reliability::Read },
        Source { title: "the algorithms of replies", reliability: Reliability::Unverified },
        AROUND,
    ],
};
