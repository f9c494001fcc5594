//! Each network: the client's request is opened by its service, the reply by the client, and each line of the shapes,
//! broken once, is refused.

mod common;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use common::{Wire, client, client_keys, envelope, has_attachments, identity, names, open, send, service};
use common::{assertion, now, service_keys};
use wss_crypto::{ContentEncryption, DigestMethod, SignatureMethod};
use wss_header::{Clock, Correlation, DangerousNoReplayCache, FixedClock, MemoryReplayCache};
use wss_networks::{
    ALL, Credential, EncryptedTo, Leniency, MessagePart, Network, Opening, PartyKeys, Reply, Shape, SignedBy, Transport,
};
use wss_tokens::{AssertionTrust, NewAssertion, ReferenceForm, SamlVersion, Trust};

/// A clock that shows this time.
fn at(time: SystemTime) -> Arc<dyn Clock> {
    Arc::new(FixedClock(time))
}

/// The side of the request, and what the reply answers.
struct Exchange {
    request: Wire,
    sent: Correlation,
    opened: Correlation,
}

fn exchange(network: &Network) -> Exchange {
    let text = envelope(network, &network.request);
    let (request, sent) = send(network, client(network).recipe, &text, has_attachments(&network.request), None);
    let opened = open(&network.request, &service(network).receiver, &request, None)
        .unwrap_or_else(|error| panic!("{}: the request: {error}\n{}", network.name, request.text()));
    Exchange { request, sent, opened }
}

fn round_trip(network: &Network) {
    let Exchange { sent, opened, .. } = exchange(network);
    let (Some(shape), Some(recipe), Some(receiver)) =
        (network.reply_shape(), service(network).recipe, client(network).receiver)
    else {
        return;
    };
    let (wire, _) = send(network, recipe, &envelope(network, shape), has_attachments(shape), Some(&opened));
    open(shape, &receiver, &wire, Some(&sent))
        .unwrap_or_else(|error| panic!("{}: the reply: {error}\n{}", network.name, wire.text()));
}

/// Runs a check for each network, and says for which it fails.
fn for_each(check: fn(&Network)) {
    let fails = |network: &&Network| std::panic::catch_unwind(|| check(network)).is_err();
    let wrong: Vec<_> = ALL.iter().filter(fails).map(|network| network.name).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn each_request_is_opened_by_its_service_and_each_reply_by_its_client() {
    for_each(round_trip);
}

#[test]
fn each_choice_of_a_network_holds_for_both_sides() {
    for_each(|network| {
        for choice in network.choices {
            assert_eq!(network.choice(choice.name).map(|found| found.why), Some(choice.why));
            let chosen = network.clone().choose(*choice);
            let differs = chosen.request != network.request || chosen.reply != network.reply;
            assert!(differs, "{}: {} changes nothing", network.name, choice.name);
            round_trip(&chosen);
        }
    });
}

/// Each way to break a line of the shape, with what is broken. `None` where the shape has no such line.
fn broken(shape: &Shape) -> Vec<(String, Shape)> {
    let mut all: Vec<(String, Shape)> = Vec::new();
    if shape.timestamp.is_some() {
        let mut other = *shape;
        other.timestamp = None;
        if let Some(signature) = &mut other.signature {
            signature.parts = without(signature.parts, MessagePart::Timestamp);
        }
        // Where nobody signs the timestamp, anyone can add or remove it.
        let is_covered = shape.signature.is_none_or(|signature| signature.parts.contains(&MessagePart::Timestamp));
        // Without an end, the timestamp of an unsigned message proves nothing either.
        let is_covered = is_covered && !shape.allows(Leniency::BareHeader);
        // Nothing else is in the header: without it, there is none to make.
        let is_all = other.signature.is_none() && other.encryption.is_none() && other.credential == Credential::None;
        if is_covered && !is_all && other.signature.is_none_or(|signature| !signature.parts.is_empty()) {
            all.push(("no timestamp".to_owned(), other));
        }
    }
    if let Some(signature) = shape.signature {
        for place in signature.parts {
            let parts = without(signature.parts, *place);
            if !parts.is_empty() {
                let mut other = *shape;
                other.signature.as_mut().expect("a signature").parts = parts;
                all.push((format!("{place:?} is not signed"), other));
            }
        }
        let mut other = *shape;
        // What the network leaves to the sender is no breach.
        let is_free = shape.takes.methods.contains(&other_method(signature.method));
        let another = if is_free { SignatureMethod::RsaSha1 } else { other_method(signature.method) };
        other.signature.as_mut().expect("a signature").method = another;
        all.push(("another signature method".to_owned(), other));
        let mut other = *shape;
        other.signature.as_mut().expect("a signature").digest = match signature.digest {
            DigestMethod::Sha384 => DigestMethod::Sha256,
            _ if shape.takes.digests.contains(&DigestMethod::Sha384) => DigestMethod::Sha1,
            _ => DigestMethod::Sha384,
        };
        all.push(("another digest".to_owned(), other));
        if let SignedBy::Certificate(form) = signature.by {
            let mut other = *shape;
            let another = match form {
                ReferenceForm::Direct if signature.parts.contains(&MessagePart::SigningToken) => {
                    ReferenceForm::DirectPath
                }
                ReferenceForm::Direct => ReferenceForm::Thumbprint,
                _ => ReferenceForm::Direct,
            };
            let signature = other.signature.as_mut().expect("a signature");
            signature.by = SignedBy::Certificate(another);
            all.push(("another reference".to_owned(), other));
        }
        if matches!(signature.by, SignedBy::EncryptedKey { .. } | SignedBy::KeyOfRequest { .. }) {
            // Whoever has a message that its sender signed for anyone can encrypt it to this receiver.
            let mut other = *shape;
            let changed = other.signature.as_mut().expect("a signature");
            changed.by = SignedBy::Certificate(ReferenceForm::Direct);
            changed.method = signature.endorsed_by.map_or(SignatureMethod::RsaSha1, |endorsement| endorsement.method);
            all.push(("a private key signs, and endorses".to_owned(), other));
            other.signature.as_mut().expect("a signature").endorsed_by = None;
            all.push(("a private key signs".to_owned(), other));
        }
        if signature.endorsed_by.is_some() {
            let mut other = *shape;
            other.signature.as_mut().expect("a signature").endorsed_by = None;
            all.push(("no endorsing signature".to_owned(), other));
        }
    }
    if let Some(encryption) = shape.encryption {
        let mut other = *shape;
        other.encryption = None;
        all.push(("no encryption".to_owned(), other));
        for place in encryption.parts.iter().filter(|place| **place != MessagePart::Signature) {
            let parts = without(encryption.parts, *place);
            // A password as text goes nowhere without encryption: the plan refuses it.
            if !parts.is_empty() && *place != MessagePart::UsernameToken {
                let mut other = *shape;
                other.encryption.as_mut().expect("an encryption").parts = parts;
                all.push((format!("{place:?} is not encrypted"), other));
            }
        }
        let mut other = *shape;
        other.encryption.as_mut().expect("an encryption").content = match encryption.content {
            _ if !shape.takes.contents.is_empty() => ContentEncryption::Aes192Gcm,
            ContentEncryption::Aes256Gcm | ContentEncryption::Aes128Cbc => ContentEncryption::Aes128Gcm,
            _ => ContentEncryption::Aes256Gcm,
        };
        all.push(("another cipher".to_owned(), other));
        if let EncryptedTo::Certificate { transport, .. } = encryption.to
            && let Some(another) = other_transport(transport)
            && let another = if shape.takes.transports.is_empty() { another } else { Transport::Rsa15 }
        {
            let mut other = *shape;
            if let Some(EncryptedTo::Certificate { transport, .. }) = other.encryption.as_mut().map(|it| &mut it.to) {
                *transport = another;
            }
            all.push(("another key transport".to_owned(), other));
        }
    }
    if shape.confirms {
        all.push(("no confirmation".to_owned(), Shape { confirms: false, ..*shape }));
    }
    let holds_key = shape.signature.is_some_and(|signature| signature.by == SignedBy::HolderOfKey);
    if shape.credential != Credential::None && shape.signature.is_some() && !holds_key {
        let mut other = Shape { credential: Credential::None, ..*shape };
        for place in [MessagePart::Assertion, MessagePart::UsernameToken] {
            let signature = other.signature.as_mut().expect("a signature");
            signature.parts = without(signature.parts, place);
            if let Some(encryption) = &mut other.encryption {
                encryption.parts = without(encryption.parts, place);
            }
        }
        all.push(("no credential".to_owned(), other));
    }
    match shape.credential {
        Credential::PasswordDigest => {
            all.push(("password as text".to_owned(), Shape { credential: Credential::PasswordText, ..*shape }));
            let hashed = Credential::PasswordDigestOfSha1;
            all.push(("digest of the SHA-1".to_owned(), Shape { credential: hashed, ..*shape }));
        }
        Credential::PasswordDigestOfSha1 => {
            let plain = Credential::PasswordDigest;
            all.push(("digest of the password".to_owned(), Shape { credential: plain, ..*shape }));
        }
        _ => {}
    }
    all
}

fn without(parts: &'static [MessagePart], place: MessagePart) -> &'static [MessagePart] {
    let rest: Vec<_> = parts.iter().copied().filter(|known| *known != place).collect();
    rest.leak()
}

fn other_method(method: SignatureMethod) -> SignatureMethod {
    match method {
        SignatureMethod::RsaSha256 => SignatureMethod::RsaSha512,
        SignatureMethod::EcdsaSha256 => SignatureMethod::EcdsaSha512,
        SignatureMethod::HmacSha256 => SignatureMethod::HmacSha512,
        // An Ed25519 key has no other method, so another key signs.
        _ => SignatureMethod::RsaSha256,
    }
}

fn other_transport(transport: Transport) -> Option<Transport> {
    match transport {
        Transport::Oaep(_) => Some(Transport::OaepMgf1p),
        Transport::OaepMgf1p | Transport::Rsa15 => Some(Transport::Oaep(DigestMethod::Sha512)),
        Transport::AgreementOfEdelivery2 => Some(Transport::AgreementOfBdew),
        Transport::AgreementOfBdew => Some(Transport::AgreementOfEdelivery2),
        _ => None,
    }
}

/// Keys for a broken shape: an Ed25519 key cannot make another signature, so Alice signs, whom the service trusts, too.
fn keys_for(network: &Network, keys: PartyKeys, is_ed25519: bool) -> PartyKeys {
    let method = network.request.signature.map(|signature| signature.method);
    if is_ed25519 && method == Some(SignatureMethod::RsaSha256) { keys.identity(identity("alice")) } else { keys }
}

/// The shape with each choice that the network leaves to its sender.
fn taken(shape: &Shape) -> Vec<(String, Shape)> {
    let mut all = Vec::new();
    let of = |change: &dyn Fn(&mut Shape)| {
        let mut other = *shape;
        change(&mut other);
        other
    };
    for method in shape.takes.methods {
        all.push((format!("{method:?}"), of(&|other| other.signature.as_mut().expect("a signature").method = *method)));
    }
    for digest in shape.takes.digests {
        all.push((format!("{digest:?}"), of(&|other| other.signature.as_mut().expect("a signature").digest = *digest)));
    }
    for cipher in shape.takes.contents {
        all.push((
            format!("{cipher:?}"),
            of(&|other| other.encryption.as_mut().expect("an encryption").content = *cipher),
        ));
    }
    for another in shape.takes.transports {
        let change = |other: &mut Shape| {
            if let Some(EncryptedTo::Certificate { transport, .. }) = other.encryption.as_mut().map(|it| &mut it.to) {
                *transport = *another;
            }
        };
        all.push((format!("{another:?}"), of(&change)));
    }
    if shape.takes.open_end {
        all.push(("no end".to_owned(), Shape { leniencies: &[Leniency::BareHeader], ..*shape }));
    }
    all
}

#[test]
fn a_receiver_takes_what_the_network_leaves_to_the_sender() {
    let mut count = 0;
    for network in ALL {
        for (what, shape) in taken(&network.request) {
            let sender = Network { request: shape, ..network.clone() };
            let text = envelope(network, &network.request);
            let (wire, _) = send(&sender, client(&sender).recipe, &text, has_attachments(&network.request), None);
            let receiver = service(network).receiver;
            open(&network.request, &receiver, &wire, None)
                .unwrap_or_else(|error| panic!("{}: {what}: {error}\n{}", network.name, wire.text()));
            // One without an end is no older than the receiver allows.
            let later = receiver.clock(at(now() + Duration::from_secs(3600)));
            assert!(open(&network.request, &later, &wire, None).is_err(), "{}: {what}, an hour later", network.name);
            count += 1;
        }
    }
    assert_eq!(count, 5 + 9, "both presets of Digikoppeling");
}

#[test]
fn each_line_of_a_request_that_is_broken_once_is_refused() {
    for_each(|network| {
        let is_ed25519 =
            network.request.signature.is_some_and(|signature| signature.method == SignatureMethod::Ed25519);
        let trust = wss_tokens::Trust::pins([common::certificate(names(network)[0]), common::certificate("alice")]);
        let service = network.service(&service_keys(network).trust(trust), DangerousNoReplayCache).expect("a service");
        for (what, shape) in broken(&network.request) {
            let sender = Network { request: shape, ..network.clone() };
            let keys = keys_for(&sender, client_keys(network), is_ed25519);
            let recipe = sender.client(&keys, DangerousNoReplayCache).expect("a client").recipe.clock(at(now()));
            let recipe = recipe.allow_legacy_algorithms().over_protected_transport();
            let (wire, _) =
                send(&sender, recipe, &envelope(network, &network.request), has_attachments(&network.request), None);
            let opened = open(&network.request, &service.receiver.clone().clock(at(now())), &wire, None);
            assert!(opened.is_err(), "{}: {what}, and it is opened\n{}", network.name, wire.text());
        }
    });
}

#[test]
fn each_line_of_a_reply_that_is_broken_once_is_refused() {
    for_each(|network| {
        let Some(shape) = network.reply_shape() else { return };
        let Exchange { sent, opened, .. } = exchange(network);
        let is_ed25519 = shape.signature.is_some_and(|signature| signature.method == SignatureMethod::Ed25519);
        let trust = wss_tokens::Trust::pins([common::certificate(names(network)[1]), common::certificate("carol")]);
        let receiver = network.client(&client_keys(network).trust(trust), DangerousNoReplayCache).expect("a client");
        let receiver = receiver.receiver.expect("a receiver").clock(at(now()));
        for (what, broken) in broken(shape) {
            let sender = Network { reply: Reply::Secured(broken), ..network.clone() };
            let is_rsa = broken.signature.is_some_and(|signature| signature.method == SignatureMethod::RsaSha256);
            let keys = service_keys(network).partner(common::certificate(names(network)[0]));
            let keys = if is_ed25519 && is_rsa { keys.identity(identity("carol")) } else { keys };
            let recipe = sender
                .service(&keys, DangerousNoReplayCache)
                .expect("a service")
                .recipe
                .expect("a recipe")
                .clock(at(now()));
            let recipe = recipe.allow_legacy_algorithms().dangerous_reply_without_confirmation();
            let (wire, _) = send(&sender, recipe, &envelope(network, shape), has_attachments(shape), Some(&opened));
            let reply = open(shape, &receiver, &wire, Some(&sent));
            assert!(reply.is_err(), "{}: {what}, and it is opened\n{}", network.name, wire.text());
        }
    });
}

/// A partner who may sign messages, and whom the service trusts to vouch for assertions elsewhere, writes one himself.
#[test]
fn an_assertion_is_confirmed_as_the_network_has_it() {
    for_each(|network| {
        let Credential::Assertion(_) = network.request.credential else { return };
        let assertions = AssertionTrust::for_audience("urn:service")
            .issuer("https://idp.example", Trust::pins([common::certificate("carol")]))
            .sender_vouches(Trust::pins([common::certificate("alice")]))
            .accept_bearer();
        let keys = service_keys(network).assertions(assertions);
        let receiver = network.service(&keys, DangerousNoReplayCache).expect("a service").receiver.clock(at(now()));
        let random = common::Counted::default();
        let new = || NewAssertion::new(SamlVersion::V2_0, "https://idp.example", "uid=bob").audience("urn:service");
        let signed = |new: NewAssertion| new.sign(&identity("carol"), now(), &random).expect("one");
        let vouched = new().unsigned(now(), &random).expect("one");
        let mut others = vec![vouched, signed(new())];
        let holds_key = network.request.signature.is_some_and(|signature| signature.by == SignedBy::HolderOfKey);
        if holds_key {
            others.push(signed(new().bearer()));
        }
        let mut sender = network.clone();
        if let Some(signature) = &mut sender.request.signature {
            signature.by = SignedBy::Certificate(ReferenceForm::Direct);
        }
        for other in others {
            let keys = client_keys(network).assertion(other.clone());
            let recipe = sender.client(&keys, DangerousNoReplayCache).expect("a client").recipe.clock(at(now()));
            let text = envelope(network, &network.request);
            let (wire, _) = send(&sender, recipe, &text, has_attachments(&network.request), None);
            assert!(open(&network.request, &receiver, &wire, None).is_err(), "{}: {other}", network.name);
        }
    });
}

#[test]
fn a_request_of_a_stranger_is_refused() {
    for_each(|network| {
        let receiver = service(network).receiver;
        let stranger = client_keys(network)
            .identity(identity(names(network)[3]))
            .user("eve", "s3cret")
            .assertion(assertion(&network.request, "alice"));
        let sender = rsa(network);
        let recipe = sender.client(&stranger, DangerousNoReplayCache).expect("a client").recipe.clock(at(now()));
        let text = envelope(network, &network.request);
        let (wire, _) = send(&sender, recipe, &text, has_attachments(&network.request), None);
        assert!(open(&network.request, &receiver, &wire, None).is_err(), "{}", network.name);
    });
}

/// The network with a method that Carol's RSA key can make.
fn rsa(network: &Network) -> Network {
    let mut network = network.clone();
    if let Some(signature) = &mut network.request.signature
        && matches!(signature.method, SignatureMethod::Ed25519 | SignatureMethod::EcdsaSha256)
    {
        signature.method = SignatureMethod::RsaSha256;
    }
    network
}

#[test]
fn a_body_that_was_changed_is_refused_where_it_is_signed() {
    for_each(|network| {
        let Exchange { request, .. } = exchange(network);
        if network.request.opening() == Opening::Body && request.text().contains("1499.90") {
            let changed = request.replace("1499.90", "9999.90");
            assert!(open(&network.request, &service(network).receiver, &changed, None).is_err(), "{}", network.name);
        }
    });
}

/// Whoever reads the header by names may take the one that nobody signed.
#[test]
fn a_second_block_beside_a_signed_one_is_refused() {
    for_each(|network| {
        let Some(signature) = &network.request.signature else { return };
        let Exchange { request, .. } = exchange(network);
        for place in signature.parts.iter().chain(signature.parts_if_present) {
            let MessagePart::Block { namespace, local } = place else { continue };
            if !request.text().contains(&format!(":{local}")) {
                continue;
            }
            let twin = format!("<x:{local} xmlns:x=\"{namespace}\">urn:other</x:{local}>");
            let text = request.text();
            let start = text.find("Header>").expect("a Header") + "Header>".len();
            let (before, after) = text.split_at(start);
            let forged =
                Wire { content_type: request.content_type.clone(), octets: format!("{before}{twin}{after}").into() };
            let outcome = open(&network.request, &service(network).receiver, &forged, None);
            assert!(outcome.is_err(), "{}: a second {local}", network.name);
        }
    });
}

#[test]
fn a_second_delivery_is_refused() {
    for_each(|network| {
        let receiver = network
            .service(&service_keys(network), MemoryReplayCache::default())
            .expect("a service")
            .receiver
            .clock(at(now()));
        let Exchange { request, .. } = exchange(network);
        open(&network.request, &receiver, &request, None).expect("the first delivery");
        if let Credential::IdCard { .. } = network.request.credential {
            // A card is presented with each request of a session, and nothing else of the message is signed.
            open(&network.request, &receiver, &request, None).expect("the second delivery");
            return;
        }
        assert!(open(&network.request, &receiver, &request, None).is_err(), "{}", network.name);
    });
}

#[test]
fn an_old_timestamp_is_refused() {
    for_each(|network| {
        if let Some(lifetime) = network.request.timestamp {
            let then = now() - Duration::from_secs(lifetime.max(300) + 120);
            let recipe = client(network).recipe.clock(at(then));
            let text = envelope(network, &network.request);
            let (wire, _) = send(network, recipe, &text, has_attachments(&network.request), None);
            assert!(open(&network.request, &service(network).receiver, &wire, None).is_err(), "{}", network.name);
        }
    });
}

#[test]
fn a_key_that_is_missing_is_named_with_its_call() {
    for_each(|network| {
        let none = network.client(&PartyKeys::new(), DangerousNoReplayCache);
        let error = none.err().expect("nothing was given").to_string();
        assert!(error.contains(network.name) && error.contains("PartyKeys::"), "{error}");
    });
}
