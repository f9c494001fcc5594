//! IHE XUA: a SAML 2.0 bearer assertion in the Security header, over TLS.

use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "xua",
    title: "IHE XUA",
    about: "Documents of patients: the Swiss EPR, and other networks on profiles of IHE.",
    request: Shape {
        credential: Credential::Assertion(SamlVersion::V2_0),
        leniencies: &[Leniency::ProtectedTransport],
        ..Shape::EMPTY
    },
    reply: Reply::Plain,
    http: SOAP12,
    messaging: None,
    partner: Partner {
        issuer: "the community",
        name: "the issuer of the assertion, its audience and its attributes",
        extended_key_usage: &[],
        named_by: None,
        checks_revocation: false,
        lists_after_their_end: 0,
        revocation: "by the community",
    },
    choices: &[],
    sources: &[
        Source {
            title: "Swiss EPR: the X-Assertion provider and the clients of its reference environment",
            reliability: Reliability::Read,
        },
        Source { title: "other national extensions (ELGA, VIHF)", reliability: Reliability::Unverified },
        AROUND,
    ],
};
