//! Denmark, Den Gode Webservice 1.0.1: an id-card in the Security header, over TLS or the health network. Nothing else is signed.

use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "dgws_dk",
    title: "Danish health services, Den Gode Webservice",
    about: "Health services of Denmark with SOSI id-cards, such as the shared medicine card, with DGWS 1.0.1. The program adds the \
            header block `medcom:Header`, and refuses a `medcom:MessageID` that it had before: nothing signs it. Cards of the \
            levels 1 and 2 prove nothing and are refused, and so are cards of DGWS 1.0, whose times have no zone. Signatures of \
            level 5 over the message are not made: no source that we read makes one.",
    request: Shape {
        credential: Credential::IdCard { level: 3, signed: (SignatureMethod::RsaSha256, DigestMethod::Sha256) },
        ..MESSAGE
    },
    reply: Reply::Secured(MESSAGE),
    http: SOAP11,
    messaging: None,
    partner: Partner {
        issuer: "OCES, the certificates of Denmark",
        name: "the issuer of the card, which is the security token service of the network, and the attributes of the card",
        extended_key_usage: &[],
        named_by: None,
        checks_revocation: false,
        lists_after_their_end: 0,
        revocation: "of the certificate that signed the card, by the lists of its authority",
    },
    choices: &[USER, SHA1, LOCAL_TIMES],
    sources: &[
        Source {
            title: "scandihealth/seal.java, the library SOSI Seal: SAMLUtil, SAMLRequestDOMBuilder, SAMLReplyDOMBuilder, \
                    IDCardDOMBuilder, SignatureUtil; the schemas of DGWS 1.0.1 in trifork/dgws; trifork/unsealed (SHA-256)",
            reliability: Reliability::Read,
        },
        Source { title: "+local-times: scandihealth/lpr3-docs#48", reliability: Reliability::Thread },
        Source { title: "level 5, and which services still take SHA-1", reliability: Reliability::Unverified },
        AROUND,
    ],
};

/// The schemas of the header, which Seal enforces, allow `wsu:Created` alone and no attributes; Seal reads whole
/// seconds.
const MESSAGE: Shape = Shape {
    layout: Layout::Strict,
    timestamp: Some(300),
    leniencies: &[Leniency::BareHeader, Leniency::ProtectedTransport],
    ..Shape::EMPTY
};

/// Services for people, not systems.
pub const USER: Choice = Choice {
    name: "user",
    why: "services that a person calls: the card states level 4, that of a user",
    change: |network| {
        if let Credential::IdCard { level, .. } = &mut network.request.credential {
            *level = 4;
        }
    },
};

/// Cards of the token service with SHA-1.
pub const SHA1: Choice = Choice {
    name: "sha1",
    why: "cards that the security token service signed with SHA-1, as DGWS 1.0 has it",
    change: |network| {
        if let Credential::IdCard { signed, .. } = &mut network.request.credential {
            *signed = (SignatureMethod::RsaSha1, DigestMethod::Sha1);
        }
    },
};

/// Clients that write the time of their zone.
pub const LOCAL_TIMES: Choice = Choice {
    name: "local-times",
    why: "clients whose timestamp has the offset of their zone",
    change: |network| {
        for shape in network.shapes_mut() {
            shape.leniencies = &[Leniency::BareHeader, Leniency::ProtectedTransport, Leniency::LocalTimes];
        }
    },
};
