//! The names that every preset needs.

pub(super) use wss_crypto::{ContentEncryption, DigestMethod, SignatureMethod};
pub(super) use wss_header::Layout;
pub(super) use wss_soap::SoapVersion;
pub(super) use wss_tokens::{ReferenceForm, SamlVersion, SecureConversation, X509Item};

pub(super) use crate::messaging::Messaging;
pub(super) use crate::network::{Action, Choice, Http, Network, Partner, Reliability, Reply, Source};
pub(super) use crate::shape::{
    BrokenRule, Credential, EncryptedTo, EncryptionShape, Endorsement, Leniency, MessagePart, Shape, SignatureShape,
    SignedBy, Taken, Transport,
};

/// The namespace of WS-Addressing 1.0.
pub(super) const WSA: &str = wss_header::AddressingVersion::V1_0.namespace();

/// The reply of a service of WCF over TLS: its Security header must be understood, and has a timestamp of five minutes that
/// nobody signs.
pub(super) const TIMESTAMP_OVER_TLS: Shape =
    Shape { timestamp: Some(300), leniencies: &[Leniency::ProtectedTransport], ..Shape::EMPTY };

/// Every header of WS-Addressing.
pub(super) const ADDRESSING: &[MessagePart] = &[
    MessagePart::Block { namespace: WSA, local: "To" },
    MessagePart::Block { namespace: WSA, local: "From" },
    MessagePart::Block { namespace: WSA, local: "FaultTo" },
    MessagePart::Block { namespace: WSA, local: "ReplyTo" },
    MessagePart::Block { namespace: WSA, local: "MessageID" },
    MessagePart::Block { namespace: WSA, local: "RelatesTo" },
    MessagePart::Block { namespace: WSA, local: "Action" },
];

/// SOAP 1.1 over HTTP, where the operation is in the header `SOAPAction`.
pub(super) const SOAP11: Http = Http {
    soap: SoapVersion::V11,
    content_type: "text/xml; charset=utf-8",
    action: Action::Header,
    package: false,
    client_certificate: None,
};

/// SOAP 1.2 over HTTP, where the operation is a parameter of the content type.
pub(super) const SOAP12: Http = Http {
    soap: SoapVersion::V12,
    content_type: "application/soap+xml; charset=utf-8",
    action: Action::Parameter,
    package: false,
    client_certificate: None,
};

/// The source of facts that no document confirms.
pub(super) const AROUND: Source = Source {
    title: "HTTP headers, the lifetime of the timestamp, and how partners are certified: not checked in a primary document",
    reliability: Reliability::Unverified,
};

/// The same, where a real client shows the headers and the lifetime.
pub(super) const PARTNERS: Source = Source {
    title: "how partners are certified: not checked in a primary document",
    reliability: Reliability::Unverified,
};

/// The source of facts that a run of WSS4J confirms.
pub(super) const WSS4J: Source = Source {
    title: "WSS4J 4 configured as such a client: each side opens the other's requests (tests/interop/networks.rs)",
    reliability: Reliability::Read,
};
