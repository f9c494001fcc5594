//! What every row needs.

pub(super) use wss_crypto::{ContentEncryption, DigestMethod, SignatureMethod};
pub(super) use wss_header::Layout;
pub(super) use wss_soap::SoapVersion;
pub(super) use wss_tokens::{ReferenceForm, SamlVersion, SecureConversation};

pub(super) use crate::network::{Action, Choice, Evidence, Http, Network, Partner, Reply, Source};
pub(super) use crate::shape::{
    Credential, EncryptedTo, EncryptionShape, Leniency, Place, Shape, SignatureShape, SignedBy, Transport,
};

/// The namespace of WS-Addressing 1.0.
pub(super) const WSA: &str = "http://www.w3.org/2005/08/addressing";

/// What no source of ours says.
pub(super) const AROUND: Source = Source {
    title: "HTTP headers, the lifetime of the timestamp, and how partners are certified: not checked in a primary document",
    evidence: Evidence::Unverified,
};

/// A peer that can be run here.
pub(super) const WSS4J: Source = Source {
    title: "WSS4J 4 configured as such a client: each side opens the other's requests (tests/interop/networks.rs)",
    evidence: Evidence::Read,
};
