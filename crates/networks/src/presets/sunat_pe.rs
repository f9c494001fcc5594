//! Peru, SUNAT: a user name and a password as text, over TLS.

use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "sunat_pe",
    title: "SUNAT (Peru)",
    about: "The tax office of Peru: electronic invoices.",
    request: Shape {
        credential: Credential::PasswordText,
        leniencies: &[Leniency::ProtectedTransport],
        ..Shape::EMPTY
    },
    reply: Reply::Plain,
    http: Http { client_certificate: Some(false), ..SOAP11 },
    messaging: None,
    partner: Partner {
        issuer: "a public authority, in TLS",
        name: "the user name: the tax number (RUC) and the name of the user",
        extended_key_usage: &[],
        named_by: None,
        checks_revocation: false,
        lists_after_their_end: 0,
        revocation: "by TLS",
    },
    choices: &[],
    sources: &[
        Source {
            title: "thegreenter/greenter, packages/ws: WSSESecurityHeader.php and SoapClient.php: user, password as text with its Type, SOAP 1.1",
            reliability: Reliability::Read,
        },
        Source {
            title: "whether the services take Nonce and Created, which we write and that client does not: not checked",
            reliability: Reliability::Unverified,
        },
        AROUND,
        WSS4J,
    ],
};
