//! Czech Republic, EET: the Body is signed in both directions. It is retired, and stays here as a test case.

use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "eet_cz",
    title: "EET (Czech Republic, retired)",
    about: "The tax office of the Czech Republic: sales, until 2023.",
    request: Shape {
        signature: Some(SignatureShape::rsa_sha256(ReferenceForm::Direct, &[MessagePart::Body])),
        ..Shape::EMPTY
    },
    reply: Reply::Secured(Shape {
        signature: Some(SignatureShape::rsa_sha256(ReferenceForm::Direct, &[MessagePart::Body])),
        ..Shape::EMPTY
    }),
    http: Http {
        action: Action::Always("http://fs.mfcr.cz/eet/OdeslaniTrzby"),
        client_certificate: Some(false),
        ..SOAP11
    },
    messaging: None,
    partner: Partner {
        issuer: "requests: the authority of EET; replies: I.CA or PostSignum",
        name: "replies: the organisation (2.5.4.10) of the subject is \u{201C}Česká republika - Generální finanční ředitelství\u{201D}",
        extended_key_usage: &[],
        named_by: None,
        checks_revocation: true,
        lists_after_their_end: 0,
        revocation: "lists, for replies",
    },
    choices: &[],
    sources: &[
        Source {
            title: "todvora/eet-client, SecureEETCommunication.java: signature, reference, subject of replies, revocation. Replies to checks and to errors are not signed",
            reliability: Reliability::Read,
        },
        AROUND,
    ],
};
