//! The common parts of the presets of Digikoppeling WUS.

use super::row::*;

/// A signature over Body, Timestamp and every header of WS-Addressing.
pub(crate) const SIGNED: Shape = Shape {
    timestamp: Some(300),
    signature: Some(SignatureShape {
        parts_if_present: ADDRESSING,
        ..SignatureShape::rsa_sha256(ReferenceForm::Direct, &[MessagePart::Body, MessagePart::Timestamp])
    }),
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

pub(crate) const HTTP: Http = Http { client_certificate: Some(true), ..SOAP11 };

pub(crate) const PARTNER: Partner = Partner {
    issuer: "PKIoverheid, private services",
    name: "the organisation identification number (OIN) in the serial number of the subject",
    extended_key_usage: &["1.3.6.1.5.5.7.3.2"],
    named_by: Some("2.5.4.5"),
    checks_revocation: false,
    lists_after_their_end: 0,
    revocation: "revocation lists of PKIoverheid",
};

pub(crate) const SOURCES: &[Source] = &[
    Source {
        title: "Digikoppeling WUS koppelvlakstandaard 3.x, for references, parts, times and confirmations",
        reliability: Reliability::Read,
    },
    Source {
        title: "Digikoppeling Beveiligingsstandaarden en voorschriften, chapter 5 (SIGN001 to SIGN004, ENC001 to ENC004): SHA-256, \
                SHA-384 or SHA-512; AES-128 or AES-256 in GCM mode; RSA-OAEP",
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
