//! Mexico, SAT: SHA-1 with RSA over the Timestamp. Later calls have no Security header, but a plain XML Signature and a bearer
//! token.

use super::row::*;
pub use crate::sat_call::{ACTIONS, CallError, authorization, signed_call};

/// The preset.
pub const NETWORK: Network = Network {
    name: "sat_mx",
    title: "SAT, bulk download (Mexico)",
    about: "The tax office of Mexico: the call that gets a token for bulk downloads. The later ones have no \
            Security header: its module has calls of their own for them.",
    request: Shape {
        layout: Layout::Strict,
        timestamp: Some(300),
        signature: Some(SignatureShape {
            method: SignatureMethod::RsaSha1,
            digest: DigestMethod::Sha1,
            ..SignatureShape::rsa_sha256(ReferenceForm::Direct, &[MessagePart::Timestamp])
        }),
        ..Shape::EMPTY
    },
    reply: Reply::Secured(TIMESTAMP_OVER_TLS),
    http: Http {
        action: Action::Always("http://DescargaMasivaTerceros.gob.mx/IAutenticacion/Autentica"),
        client_certificate: Some(false),
        ..SOAP11
    },
    messaging: None,
    partner: Partner {
        issuer: "the SAT",
        name: "the tax number (RFC) in attribute 2.5.4.45 of the subject",
        extended_key_usage: &[],
        named_by: None,
        checks_revocation: false,
        lists_after_their_end: 0,
        revocation: "by the service",
    },
    choices: &[],
    sources: &[
        Source {
            title: "phpcfdi/sat-ws-descarga-masiva: the whole header (FielRequestBuilder.php), HTTP (Service.php, ServiceConsumer.php), and a \
                    reply with its timestamp (tests/_files/authenticate)",
            reliability: Reliability::Read,
        },
        Source {
            title: "the later calls: phpcfdi/sat-ws-descarga-masiva and luisiturrios1/python-cfdiclient digest the same",
            reliability: Reliability::Read,
        },
        Source {
            title: "whether the service takes later calls with another form of signature, and how it reads this one: not checked",
            reliability: Reliability::Unverified,
        },
        AROUND,
    ],
};
