//! US Veterans, VBMS: old algorithms, RSA-1.5 and AES-CBC.

use super::row::*;

/// The preset.
pub const NETWORK: Network = Network {
    name: "vbms_us",
    title: "VBMS (US Veterans)",
    about: "The Department of Veterans Affairs of the United States: benefits. The program adds the SAML assertion of the department \
            with `Recipe::token`: the signature does not cover it. Uploads of documents have a timestamp alone, and are not of this preset.",
    request: MESSAGE,
    reply: Reply::Secured(MESSAGE),
    http: Http {
        content_type: "text/xml;charset=UTF-8",
        action: Action::None,
        client_certificate: Some(true),
        ..SOAP11
    },
    messaging: None,
    partner: Partner {
        issuer: "the Department of Veterans Affairs",
        name: "the certificate of the service",
        extended_key_usage: &[],
        named_by: None,
        checks_revocation: false,
        lists_after_their_end: 0,
        revocation: "not known",
    },
    choices: &[SHA256],
    sources: &[
        Source {
            title: "department-of-veterans-affairs/connect_vbms 1.4.0: lib/soap_scum/ws_security.rb, lib/vbms/client.rb, and the reply of \
                    2015 in spec/fixtures/reference/encrypted_response.xml: the whole header in both directions, and HTTP",
            reliability: Reliability::Read,
        },
        Source { title: "department-of-veterans-affairs/connect_vbms#37", reliability: Reliability::Thread },
        Source {
            title: "+sha256: requests are so since 2018; with which algorithms the service signs today is not checked, and that client does \
                    not verify it",
            reliability: Reliability::Unverified,
        },
        PARTNERS,
    ],
};

const MESSAGE: Shape = Shape {
    timestamp: Some(300),
    signature: Some(SignatureShape {
        method: SignatureMethod::RsaSha1,
        digest: DigestMethod::Sha1,
        by: SignedBy::Certificate(ReferenceForm::IssuerSerial),
        ..SignatureShape::rsa_sha256(ReferenceForm::Direct, &[MessagePart::Body, MessagePart::Timestamp])
    }),
    encryption: Some(EncryptionShape {
        to: EncryptedTo::Certificate { transport: Transport::Rsa15, reference: ReferenceForm::IssuerSerial },
        content: ContentEncryption::Aes128Cbc,
        parts: &[MessagePart::Body],
    }),
    leniencies: &[Leniency::CbcBeforeVerification],
    ..Shape::EMPTY
};

/// Signatures with SHA-256.
pub const SHA256: Choice = Choice {
    name: "sha256",
    why: "the services of today: the client of the department signs with rsa-sha256 since 2018",
    change: |network| {
        for shape in network.shapes_mut() {
            if let Some(signature) = &mut shape.signature {
                (signature.method, signature.digest) = (SignatureMethod::RsaSha256, DigestMethod::Sha256);
            }
        }
    },
};
