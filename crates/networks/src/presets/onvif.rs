//! ONVIF: a password digest, mostly over plain HTTP. The time is the one of the device: give a ShiftedClock.

use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "onvif",
    title: "ONVIF",
    about: "Cameras and recorders.",
    request: Shape {
        credential: Credential::PasswordDigest,
        leniencies: &[Leniency::UnprotectedTransport],
        ..Shape::EMPTY
    },
    reply: Reply::Plain,
    http: Http { client_certificate: Some(false), ..SOAP12 },
    messaging: None,
    partner: Partner {
        issuer: "none",
        name: "the user of the device",
        extended_key_usage: &[],
        named_by: None,
        checks_revocation: false,
        lists_after_their_end: 0,
        revocation: "none",
    },
    choices: &[],
    sources: &[
        Source { title: "ONVIF Core Specification and its clients", reliability: Reliability::Read },
        AROUND,
        WSS4J,
    ],
};
