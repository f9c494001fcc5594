//! The parties of the tests: Alice's client and Bob's service, with keys of the kinds that a network has.
#![allow(dead_code, reason = "every test binary uses a part of this")]

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use std::sync::atomic::{AtomicU64, Ordering};

use wss_crypto::{Certificate, CryptoError, Identity, Random, Secret, SignatureFamily};
use wss_header::attachments::{Attachment, Package};
use wss_header::{
    Correlation, DangerousNoReplayCache, FixedClock, Limits, OpenError, Receiver, Recipe, Secured, TransportFacts,
};
use wss_networks::{Client, Credential, Leniency, MessagePart, Network, Opening, PartyKeys, Service, Shape, SignedBy};
use wss_tokens::{AssertionTrust, NewAssertion, NewIdCard, SamlVersion, Trust};

pub(crate) const WSA: &str = "http://www.w3.org/2005/08/addressing";

pub(crate) fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(crate) fn identity(name: &str) -> Identity {
    Identity::from_pem(&file(&format!("{name}.pem")), &file(&format!("{name}.key"))).expect(name)
}

pub(crate) fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(&file(&format!("{name}.pem"))).expect(name)
}

/// The names of the keys: the client signs, the service signs, the service decrypts, a stranger signs.
pub(crate) fn names(network: &Network) -> [&'static str; 4] {
    let method = network.request.signature.map(|signature| signature.method);
    match (method.map(|method| method.family()), network.request.transport()) {
        (Some(SignatureFamily::Ed25519), _) => ["ed25519", "ed-below", "ka-x25519", "carol"],
        (Some(SignatureFamily::Ecdsa), _) => match network.name {
            "bdew_1_2" => ["bp256", "ec256-bob", "ka-bp256", "carol"],
            _ => ["ec256", "ec256-bob", "ka-ec256", "carol"],
        },
        _ => ["alice", "bob", "bob", "carol"],
    }
}

/// An assertion of Carol about Alice, as the network confirms it.
pub(crate) fn assertion(shape: &Shape, issuer: &str) -> String {
    if let Credential::IdCard { level, .. } = shape.credential {
        return id_card(level, issuer);
    }
    let assertion = NewAssertion::new(SamlVersion::V2_0, "https://idp.example", "uid=alice").audience("urn:service");
    let is_holder = shape.signature.is_some_and(|signature| signature.by == SignedBy::HolderOfKey);
    let assertion = if is_holder { assertion.holder_of_key(&certificate("alice")) } else { assertion.bearer() };
    assertion.sign(&identity(issuer), now(), &Counted::default()).expect("an assertion")
}

/// A card of this level that `signer` signed as the token service does.
pub(crate) fn id_card(level: u8, signer: &str) -> String {
    let card = NewIdCard::system("https://idp.example", "journal", "25520041", "A clinic");
    let card = if level == 4 { card.user("0101010000", "Ann", "Doe", "7170") } else { card };
    card.sign(&identity(signer), now(), &Counted::default()).expect("a card")
}

pub(crate) fn client_keys(network: &Network) -> PartyKeys {
    let [client, service, recipient, _] = names(network);
    PartyKeys::new()
        .identity(identity(client))
        .partner(certificate(recipient))
        .trust(Trust::pins([certificate(service)]))
        .user("ann", "s3cret")
        .assertion(assertion(&network.request, "carol"))
}

pub(crate) fn service_keys(network: &Network) -> PartyKeys {
    let [client, service, recipient, _] = names(network);
    let trust = match network.request.credential {
        // A card names no audience.
        Credential::IdCard { .. } => AssertionTrust::dangerous_for_any_audience(),
        _ => AssertionTrust::for_audience("urn:service"),
    };
    let assertions = trust.issuer("https://idp.example", Trust::pins([certificate("carol")])).accept_bearer();
    PartyKeys::new()
        .identity(identity(service))
        .decrypting(identity(recipient))
        .trust(Trust::pins([certificate(client)]))
        .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())))
        .assertions(assertions)
}

/// The time of all messages: 2026-12-01, 12:00:00.25 UTC.
pub(crate) fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::new(1_796_126_400, 250_000_000)
}

/// Octets that are different each time and the same in each run.
#[derive(Default)]
pub(crate) struct Counted(AtomicU64);

impl Random for Counted {
    fn fill(&self, octets: &mut [u8]) -> Result<(), CryptoError> {
        let mut state =
            self.0.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5851_F42D_4C95_7F2D;
        for octet in octets {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *octet = (state >> 33) as u8;
        }
        Ok(())
    }
}

/// The client, at the time of all messages.
pub(crate) fn client(network: &Network) -> Client {
    let Client { recipe, receiver } = network.client(&client_keys(network), DangerousNoReplayCache).expect("a client");
    Client { recipe: fixed(recipe, 0), receiver: receiver.map(|receiver| receiver.clock(Arc::new(FixedClock(now())))) }
}

pub(crate) fn service(network: &Network) -> Service {
    let Service { receiver, recipe } =
        network.service(&service_keys(network), DangerousNoReplayCache).expect("a service");
    Service {
        receiver: receiver.clock(Arc::new(FixedClock(now()))),
        recipe: recipe.map(|recipe| fixed(recipe, 1 << 32)),
    }
}

/// The recipe, at the time of all messages and without chance, which begins at `first`.
pub(crate) fn fixed(recipe: Recipe, first: u64) -> Recipe {
    recipe.clock(Arc::new(FixedClock(now()))).dangerous_random(Arc::new(Counted(AtomicU64::new(first))))
}

/// An envelope with the header blocks that the shape names.
pub(crate) fn envelope(network: &Network, shape: &Shape) -> String {
    let body = if std::ptr::eq(shape, &network.request) { "pay" } else { "paid" };
    let soap = network.http.soap.namespace();
    let blocks = shape.signature.iter().flat_map(|signature| signature.parts.iter().chain(signature.parts_if_present));
    let blocks: String = blocks
        .filter_map(|place| match place {
            MessagePart::Block { namespace, local } => {
                Some(format!("<b:{local} xmlns:b=\"{namespace}\">urn:1</b:{local}>"))
            }
            _ => None,
        })
        .collect();
    format!(
        "<s:Envelope xmlns:s=\"{soap}\"><s:Header>{blocks}</s:Header><s:Body><{body} xmlns=\"urn:bank\">1499.90</{body}></s:Body></s:Envelope>"
    )
}

/// A message on the wire.
#[derive(Clone)]
pub(crate) struct Wire {
    /// For packages.
    pub(crate) content_type: Option<String>,
    pub(crate) octets: Vec<u8>,
}

impl Wire {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.octets).into_owned()
    }

    pub(crate) fn replace(&self, from: &str, to: &str) -> Self {
        Self { content_type: self.content_type.clone(), octets: self.text().replace(from, to).into_bytes() }
    }
}

/// Secures an envelope as the recipe says; a package for networks that send some.
pub(crate) fn send(
    network: &Network,
    recipe: Recipe,
    envelope: &str,
    with_attachments: bool,
    request: Option<&Correlation>,
) -> (Wire, Correlation) {
    let plan = recipe.plan().unwrap_or_else(|error| panic!("{}: {error}", network.name));
    let outgoing = plan.message(envelope);
    let outgoing = request.into_iter().fold(outgoing, |outgoing, request| outgoing.answering(request));
    if with_attachments {
        let attachment = Attachment::new("a@example.org", "application/xml", "<invoice/>").expect("an attachment");
        let attachment = attachment.compressed(None).expect("compressed");
        let Secured { message, correlation, .. } = outgoing.attachments(vec![attachment]).secure().expect("secured");
        let octets = message.write(Vec::new()).expect("written");
        return (Wire { content_type: Some(message.content_type()), octets }, correlation);
    }
    let Secured { message, correlation, .. } =
        outgoing.secure().unwrap_or_else(|error| panic!("{}: {error}", network.name));
    (Wire { content_type: None, octets: message.into_bytes() }, correlation)
}

/// Whether a message of the shape is a package: AS4 user messages are, receipts are not.
pub(crate) fn has_attachments(shape: &Shape) -> bool {
    let signed = shape.signature.iter().flat_map(|signature| signature.parts.iter().chain(signature.parts_if_present));
    let encrypted = shape.encryption.iter().flat_map(|encryption| encryption.parts);
    signed.chain(encrypted).any(|place| *place == MessagePart::Attachments)
}

/// Opens a message as the shape says.
pub(crate) fn open(
    shape: &Shape,
    receiver: &Receiver,
    wire: &Wire,
    request: Option<&Correlation>,
) -> Result<Correlation, OpenError> {
    let package = wire
        .content_type
        .as_ref()
        .map(|content_type| Package::parse_body(content_type, &wire.octets, &Limits::default()).expect("a package"));
    let facts = if shape.allows(Leniency::UnprotectedTransport) {
        TransportFacts::dangerous_unprotected()
    } else {
        TransportFacts::server_authenticated_tls()
    };
    macro_rules! opened {
        ($receiver:expr) => {
            match (&package, shape.opening()) {
                (Some(package), Opening::Body) => $receiver.open(package).map(|opened| opened.correlation().clone()),
                (None, Opening::Body) => $receiver.open(&wire.octets).map(|opened| opened.correlation().clone()),
                (_, Opening::Parts) => $receiver.open_parts(&wire.octets).map(|opened| opened.correlation().clone()),
                _ => $receiver.open_unsigned(&wire.octets, facts).map(|opened| opened.correlation().clone()),
            }
        };
    }
    match request {
        Some(request) => opened!(receiver.answering(request)),
        None => opened!(receiver),
    }
}
