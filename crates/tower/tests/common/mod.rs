//! Alice, Bob, and a service of Bob's on loopback.
#![allow(dead_code, reason = "every test binary uses a part of this")]

use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use ws_security::SoapVersion;
use ws_security::prelude::*;
use wss_tower::{OpenLayer, OpenedRequest, SecureLayer, SoapMessage};

pub(crate) const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
pub(crate) const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";
pub(crate) const LIFETIME: Duration = Duration::from_secs(300);

pub(crate) fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(crate) fn identity(name: &str) -> Identity {
    Identity::from_pem(&file(&format!("{name}.pem")), &file(&format!("{name}.key"))).expect(name)
}

pub(crate) fn trust() -> Trust {
    Trust::anchors_pem(&file("ca.pem")).expect("anchors").signer(SignerRule::AnyBelowTheAnchors)
}

pub(crate) fn envelope(soap: &str, body: &str) -> String {
    format!("<s:Envelope xmlns:s=\"{soap}\"><s:Body>{body}</s:Body></s:Envelope>")
}

pub(crate) fn receiver(name: &str, parts: &[Part]) -> Receiver {
    let required = Requirements::signed_body_and(parts.to_vec()).encrypted([Part::Body]);
    Receiver::new(trust(), required, MemoryReplayCache::default()).decrypt_with(identity(name))
}

pub(crate) fn plan(name: &str, encrypting: Encrypting, parts: &[Part]) -> Plan {
    let signing = Signing::with(&identity(name)).parts(parts.to_vec());
    let recipe = Recipe::new().timestamp(LIFETIME).signature_confirmation();
    recipe.sign(signing).encrypt(encrypting.parts([Part::Body])).plan().expect("a plan")
}

pub(crate) fn service_layer(parts: &[Part]) -> OpenLayer {
    OpenLayer::new(receiver("bob", parts), plan("bob", Encrypting::to_requester(), parts))
}

pub(crate) fn client_plan(parts: &[Part]) -> Plan {
    let signing = Signing::with(&identity("alice")).parts(parts.to_vec());
    let encrypting = Encrypting::to(identity("bob").certificate()).parts([Part::Body]);
    Recipe::new().timestamp(LIFETIME).sign(signing).encrypt(encrypting).plan().expect("a plan")
}

pub(crate) fn client_layer(parts: &[Part]) -> SecureLayer {
    let required = Requirements::signed_body_and(parts.to_vec()).encrypted([Part::Body]).signature_confirmation();
    let receiver = Receiver::new(trust(), required, MemoryReplayCache::default()).decrypt_with(identity("alice"));
    SecureLayer::new(client_plan(parts), receiver)
}

pub(crate) const SIGNED: [Part; 2] = [Part::Body, Part::Timestamp];

pub(crate) async fn pay(request: OpenedRequest) -> SoapMessage {
    let body = request.body().xml().to_owned();
    assert!(request.signer().certificate().is_some());
    let version = SoapVersion::of(envelope(if body.contains(SOAP12) { SOAP12 } else { SOAP11 }, ""));
    envelope(version.namespace(), "<b:accepted xmlns:b=\"urn:bank\"/>").into()
}

pub(crate) async fn listens(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/pay", listener.local_addr().expect("an address"));
    drop(tokio::spawn(async move { axum::serve(listener, router).await }));
    url
}
