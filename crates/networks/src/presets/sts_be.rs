//! Belgium, the security token service of social security: token, Timestamp and Body are signed.

use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "sts_be",
    title: "Belgian social security, STS",
    about: "Belgian social security and eHealth: the call that gets a SAML assertion.",
    request: Shape {
        timestamp: Some(300),
        signature: Some(SignatureShape::rsa_sha256(
            ReferenceForm::Direct,
            &[MessagePart::SigningToken, MessagePart::Timestamp, MessagePart::Body],
        )),
        ..Shape::EMPTY
    },
    reply: Reply::Plain,
    http: SOAP11,
    messaging: None,
    partner: Partner {
        issuer: "Belgian eID or Certipost, eHealth certificates",
        name: "what the directory of the platform knows of the certificate",
        extended_key_usage: &[],
        named_by: None,
        checks_revocation: false,
        lists_after_their_end: 0,
        revocation: "by the service",
    },
    choices: &[],
    sources: &[
        Source {
            title: "e-Contract/mycarenet, mycarenet-ehealth-sts, WSSecuritySOAPHandler.java: token, Timestamp and Body are signed, and the \
                    token is referred to; its timestamp lives for 60 s",
            reliability: Reliability::Read,
        },
        Source {
            title: "rsa-sha256: that client leaves the algorithms to its WSS4J, which took SHA-1 up to version 3",
            reliability: Reliability::Unverified,
        },
        AROUND,
    ],
};
