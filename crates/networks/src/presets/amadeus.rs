//! Amadeus: a password digest over the SHA-1 of the password. Only a request that opens a session has the header.

use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "amadeus",
    title: "Amadeus Web Services 4.0",
    about: "Travel agencies: flights and bookings.",
    request: Shape {
        credential: Credential::PasswordDigestOfSha1,
        leniencies: &[Leniency::ProtectedTransport],
        ..Shape::EMPTY
    },
    reply: Reply::Plain,
    http: Http { client_certificate: Some(false), ..SOAP11 },
    messaging: None,
    partner: Partner {
        issuer: "a public authority, in TLS",
        name: "the office and its user",
        extended_key_usage: &[],
        named_by: None,
        checks_revocation: false,
        lists_after_their_end: 0,
        revocation: "by TLS",
    },
    choices: &[],
    sources: &[
        Source {
            title: "amabnl/amadeus-ws-client, Session/Handler/SoapHeader4.php: the digest, Created in milliseconds, headers of WS-Addressing",
            reliability: Reliability::Read,
        },
        AROUND,
    ],
};
