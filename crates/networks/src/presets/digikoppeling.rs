//! The common parts of the presets of Digikoppeling WUS.

use super::row::*;

const fn block(local: &'static str) -> MessagePart {
    MessagePart::Block { namespace: WSA, local }
}

/// What every request has (WA001), beside the Body and the timestamp (WB002, WB004); and what it may have.
const OF_REQUEST: [&[MessagePart]; 2] = [
    &[MessagePart::Body, MessagePart::Timestamp, block("To"), block("Action"), block("MessageID")],
    &[block("From"), block("FaultTo"), block("ReplyTo"), block("RelatesTo")],
];

/// The same of every reply. `wsa:To` may be missing: some products filter it out.
const OF_REPLY: [&[MessagePart]; 2] = [
    &[MessagePart::Body, MessagePart::Timestamp, block("Action"), block("MessageID"), block("RelatesTo")],
    &[block("To"), block("From"), block("FaultTo"), block("ReplyTo")],
];

/// A signature over Body, Timestamp and every header of WS-Addressing.
const fn signed([parts, parts_if_present]: [&'static [MessagePart]; 2]) -> SignatureShape {
    SignatureShape { parts_if_present, ..SignatureShape::rsa_sha256(ReferenceForm::Direct, parts) }
}

/// A request that is signed.
pub(crate) const SIGNED: Shape = Shape {
    timestamp: Some(300),
    signature: Some(signed(OF_REQUEST)),
    takes: Taken {
        methods: &[SignatureMethod::RsaSha384, SignatureMethod::RsaSha512],
        digests: &[DigestMethod::Sha384, DigestMethod::Sha512],
        open_end: true,
        ..Taken::NOTHING
    },
    ..Shape::EMPTY
};

/// The same, with the Body encrypted after it was signed.
pub(crate) const ENCRYPTED: Shape = Shape {
    encryption: Some(EncryptionShape {
        to: EncryptedTo::Certificate { transport: Transport::OaepMgf1p, reference: ReferenceForm::Direct },
        content: ContentEncryption::Aes256Gcm,
        parts: &[MessagePart::Body],
    }),
    takes: Taken {
        contents: &[ContentEncryption::Aes128Gcm],
        transports: &[
            Transport::Oaep(DigestMethod::Sha256),
            Transport::Oaep(DigestMethod::Sha384),
            Transport::Oaep(DigestMethod::Sha512),
        ],
        ..SIGNED.takes
    },
    ..SIGNED
};

/// The reply to a request of this shape: it confirms the signature of the request (WB014).
pub(crate) const fn reply(request: Shape) -> Shape {
    Shape { signature: Some(signed(OF_REPLY)), confirms: true, ..request }
}

pub(crate) const HTTP: Http = Http { client_certificate: Some(true), ..SOAP11 };

pub(crate) const PARTNER: Partner = Partner {
    issuer: "PKIoverheid, private services",
    name: "the organisation identification number (OIN) in the serial number of the subject",
    extended_key_usage: &["1.3.6.1.5.5.7.3.2"],
    named_by: Some("2.5.4.5"),
    checks_revocation: true,
    lists_after_their_end: 0,
    revocation: "demanded (PKI002, PKI003): revocation lists of PKIoverheid",
};

pub(crate) const SOURCES: &[Source] = &[
    Source {
        title: "Digikoppeling WUS koppelvlakstandaard 3.x, for references, parts, times, confirmations and the SOAPAction (WA001, WS002, WB001 \
                to WB014)",
        reliability: Reliability::Read,
    },
    Source {
        title: "Digikoppeling Beveiligingsstandaarden en voorschriften, chapters 3 and 5 (PKI001 to PKI005, SIGN001 to SIGN004, ENC001 to \
                ENC004): the OIN, revocation; SHA-256, SHA-384 or SHA-512; AES-128 or AES-256 in GCM mode; RSA-OAEP",
        reliability: Reliability::Read,
    },
    Source {
        title: "PKIoverheid, Programme of Requirements part 3h (Private Services): certificates have the extended key usages of \
                clients and of servers",
        reliability: Reliability::Read,
    },
    AROUND,
    WSS4J,
];
