//! Colombia, DIAN: a service of WCF that demands a signature over wsa:To alone.

use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "dian_co",
    title: "DIAN (Colombia)",
    about: "The tax office of Colombia: electronic invoices.",
    request: Shape {
        timestamp: Some(60000),
        signature: Some(SignatureShape::rsa_sha256(
            ReferenceForm::Direct,
            &[MessagePart::Block { namespace: WSA, local: "To" }],
        )),
        ..Shape::EMPTY
    },
    reply: Reply::Secured(TIMESTAMP_OVER_TLS),
    http: Http { client_certificate: Some(false), ..SOAP12 },
    messaging: None,
    partner: Partner {
        issuer: "an authority that ONAC accredited",
        name: "the tax number (NIT) of the subject",
        extended_key_usage: &[],
        named_by: None,
        checks_revocation: false,
        lists_after_their_end: 0,
        revocation: "by the service",
    },
    choices: &[],
    sources: &[
        Source {
            title: "Stenfrank/ubl21dian, src/BinarySecurityToken/SOAP.php and src/Client.php: the whole header, the lifetime, and HTTP, where it \
                    leaves the action out of the content type: the service reads wsa:Action. bit4bit/facho signs the Timestamp, too, and \
                    lets it live for 6000 s. A recorded reply has a timestamp of five minutes that nobody signs",
            reliability: Reliability::Read,
        },
        Source {
            title: "luisgoncalves/xades4j#134 and mvantellingen/python-zeep#997",
            reliability: Reliability::Thread,
        },
        PARTNERS,
    ],
};
