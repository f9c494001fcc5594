//! Spain, FACe: RSA and digests with SHA-512 over Body and Timestamp. Its clients write local times and
//! references without transforms; we write UTC and transforms, and accept both.

use wss_bsp::Rule;

use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "face_es",
    title: "FACe (Spain)",
    about: "Invoices to Spanish administrations.",
    request: Shape {
        timestamp: Some(60),
        signature: Some(SignatureShape {
            method: SignatureMethod::RsaSha512,
            digest: DigestMethod::Sha512,
            ..SignatureShape::rsa_sha256(ReferenceForm::Direct, &[MessagePart::Body, MessagePart::Timestamp])
        }),
        leniencies: &[Leniency::LocalTimes, Leniency::AbsentTransforms],
        ..Shape::EMPTY
    },
    reply: Reply::Plain,
    http: Http { content_type: "text/xml", ..SOAP11 },
    messaging: None,
    partner: Partner {
        issuer: "an authority that FACe recognises",
        name: "the certificate that the sender registered",
        extended_key_usage: &[],
        named_by: None,
        checks_revocation: false,
        lists_after_their_end: 0,
        revocation: "by the service",
    },
    choices: &[INCLUSIVE],
    sources: &[
        Source {
            title: "josemmo/Facturae-PHP, src/Face/SoapClient.php: algorithms, references, order, lifetime, HTTP",
            reliability: Reliability::Read,
        },
        Source { title: "josemmo/Facturae-PHP#32 and #152", reliability: Reliability::Thread },
        Source {
            title: "how partners are certified, and whether the services take references with transforms, which we write and \
                    that client does not: not checked",
            reliability: Reliability::Unverified,
        },
        WSS4J,
    ],
};

/// Inclusive canonicalisation, to which the callers of its common client fall back.
pub const INCLUSIVE: Choice = Choice {
    name: "inclusive",
    why: "clients whose callers fall back to inclusive Canonical XML 1.0 (josemmo/Facturae-PHP#152)",
    change: |network| {
        network.request.leniencies =
            &[Leniency::LocalTimes, Leniency::AbsentTransforms, Leniency::InclusiveCanonicalization];
        network.request.breaks = &[
            BrokenRule { rule: Rule::R5404, reason: "ds:SignedInfo is in Canonical XML 1.0" },
            BrokenRule { rule: Rule::R5412, reason: "the last transform of a reference is Canonical XML 1.0" },
            BrokenRule { rule: Rule::R5423, reason: "the references are in Canonical XML 1.0" },
        ];
    },
};
