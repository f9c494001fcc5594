//! The common parts of the AS4 networks: ebMS 3.0, packages, attachments that are compressed, signed and then
//! encrypted, and receipts that are signed.

use super::row::*;

pub(crate) const MESSAGING: MessagePart = MessagePart::Block { namespace: wss_ebms::NAMESPACE, local: "Messaging" };

/// A user message: signature over Body, `eb:Messaging` and attachments, then encryption of the attachments.
pub(crate) const fn user_message(
    method: SignatureMethod,
    token: ReferenceForm,
    transport: Transport,
    recipient: ReferenceForm,
) -> Shape {
    Shape {
        signature: Some(signature(method, token, &[MessagePart::Body, MESSAGING, MessagePart::Attachments])),
        encryption: Some(EncryptionShape {
            to: EncryptedTo::Certificate { transport, reference: recipient },
            content: ContentEncryption::Aes128Gcm,
            parts: &[MessagePart::Attachments],
        }),
        ..Shape::EMPTY
    }
}

/// A receipt or an error: a signature over Body and `eb:Messaging`.
pub(crate) const fn signal(method: SignatureMethod, token: ReferenceForm) -> Shape {
    Shape { signature: Some(signature(method, token, &[MessagePart::Body, MESSAGING])), ..Shape::EMPTY }
}

const fn signature(method: SignatureMethod, token: ReferenceForm, parts: &'static [MessagePart]) -> SignatureShape {
    SignatureShape { method, ..SignatureShape::rsa_sha256(token, parts) }
}

/// The preset's own recipes and receivers, beside peers with the same algorithms.
pub(super) const EXCHANGED: Source = Source {
    title: "phase4 over HTTP and WSS4J 4.0.1: each opens our messages and we open theirs (tests/interop/phase4.rs, as4.rs)",
    reliability: Reliability::Read,
};

/// Each part of the payload is compressed.
pub(crate) const COMPRESSED: Messaging = Messaging { compressed: true, ..Messaging::ANY };

pub(crate) const HTTP: Http = Http {
    soap: SoapVersion::V12,
    content_type: "application/soap+xml; charset=UTF-8",
    action: Action::None,
    package: true,
    client_certificate: None,
};

/// Changes how certificates are referred to, in both directions.
pub(crate) fn refer_by(network: &mut Network, signer: ReferenceForm, recipient: ReferenceForm) {
    for shape in network.shapes_mut() {
        if let Some(SignatureShape { by: SignedBy::Certificate(form), .. }) = &mut shape.signature {
            *form = signer;
        }
        if let Some(EncryptionShape { to: EncryptedTo::Certificate { reference, .. }, .. }) = &mut shape.encryption {
            *reference = recipient;
        }
    }
}
