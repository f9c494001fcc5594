//! A service behind mutual TLS: what the connection proved reaches the opened message and its report.

mod common;
#[path = "../../../tests/common/pki.rs"]
mod pki;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::routing::post;
use axum::serve::{IncomingStream, Listener};
use common::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};
use ws_security::bsp::{Enforcement, Outcome, Report, Rule, Variant};
use ws_security::prelude::*;
use ws_security::{Secret, TransportFacts};
use wss_tower::{OpenLayer, OpenedRequest, SoapMessage, UnsignedRequest};

fn private_key(name: &str) -> PrivateKeyDer<'static> {
    PrivateKeyDer::from_pem_slice(&file(&format!("{name}.key"))).expect(name)
}

fn der(certificate: &Certificate) -> CertificateDer<'static> {
    certificate.der().to_vec().into()
}

fn roots(certificate: CertificateDer<'static>) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).expect("a root");
    roots
}

/// Connections over TLS whose client has a certificate of our authority.
struct MutualTls {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for MutualTls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        loop {
            let Ok((stream, address)) = self.listener.accept().await else { continue };
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

#[derive(Clone)]
struct Connection(TransportFacts);

impl Connected<IncomingStream<'_, MutualTls>> for Connection {
    fn connect_info(stream: IncomingStream<'_, MutualTls>) -> Self {
        let (_, session) = stream.io().get_ref();
        let protocol = session.protocol_version().and_then(|version| version.as_str()).expect("after the handshake");
        let suite = session.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str()).expect("a suite");
        let presented = session.peer_certificates().and_then(<[_]>::first).expect("the client must have one");
        let client = Certificate::from_der(presented).expect("a certificate");
        Self(TransportFacts::server_authenticated_tls().with_client_certificate(client).negotiated(protocol, suite))
    }
}

/// What the report says of the transport.
fn judged(report: Option<&Report>) -> String {
    let report = report.expect("a report");
    let all = [Rule::R2001, Rule::R2002, Rule::U4_2_2, Rule::U4_2_3, Rule::U4_2_4];
    let is_met = all.iter().all(|rule| report.verdict(*rule).outcome() == Outcome::Pass);
    format!("transport judged: {is_met}")
}

async fn log_in(request: UnsignedRequest) -> SoapMessage {
    let client = request.transport().client_certificate().map(|client| client.subject().to_string());
    let judged = judged(request.evidence().bsp.as_ref());
    envelope(SOAP11, &format!("<hello>{} {judged}</hello>", client.unwrap_or_default())).into()
}

async fn pay_judged(request: OpenedRequest) -> SoapMessage {
    envelope(SOAP12, &format!("<hello>{}</hello>", judged(request.evidence().bsp.as_ref()))).into()
}

async fn listens_with_tls() -> (SocketAddr, RootCertStore) {
    let authority = pki::Spec::authority("root", "root").made("ca", "ca");
    let localhost = pki::extension(&[0x55, 0x1D, 17], false, &pki::sequence(&[&pki::der(0x82, b"localhost")]));
    let server = pki::Spec::leaf("localhost", "root").also(localhost).made("bob", "ca");
    let clients = roots(CertificateDer::from_pem_slice(&file("ca.pem")).expect("the authority"));
    let verifier = WebPkiClientVerifier::builder(Arc::new(clients)).build().expect("a verifier");
    let config = ServerConfig::builder().with_client_cert_verifier(verifier);
    let config = config.with_single_cert(vec![der(&server)], private_key("bob")).expect("a configuration");

    let report = || Enforcement::Report(Variant::as_deployed());
    let passwords = |user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec()));
    let required = Requirements::dangerous_unsigned().username_token();
    let unsigned = Receiver::new(Trust::no_certificates(), required, MemoryReplayCache::default());
    let reply = || Recipe::new().timestamp(LIFETIME).dangerous_reply_without_confirmation().plan().expect("a plan");
    let unsigned = OpenLayer::new(unsigned.passwords(passwords).bsp(report()), reply()).over_tls();
    let required = Requirements::signed(SIGNED).encrypted([Part::Body]);
    let signed = Receiver::new(trust(), required, MemoryReplayCache::default()).decrypt_with(identity("bob"));
    let signed = OpenLayer::new(signed.bsp(report()), reply());
    // The server that ends TLS tells what it knows of the connection.
    let facts = |mut request: axum::extract::Request| {
        let connection = request.extensions().get::<ConnectInfo<Connection>>().cloned();
        let ConnectInfo(Connection(facts)) = connection.expect("each request has a connection");
        request.extensions_mut().insert(facts);
        request
    };
    let router = Router::new().route("/log-in", post(log_in)).layer(unsigned);
    let router = router.merge(Router::new().route("/pay", post(pay_judged)).layer(signed));
    let router = router.layer(tower::util::MapRequestLayer::new(facts));

    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let listener = MutualTls { listener, acceptor: TlsAcceptor::from(Arc::new(config)) };
    drop(tokio::spawn(async move {
        axum::serve(listener, router.into_make_service_with_connect_info::<Connection>()).await
    }));
    (address, roots(der(&authority)))
}

/// What the service answers over TLS; an error if the connection fails.
async fn answer(
    address: SocketAddr,
    config: ClientConfig,
    path: &str,
    soap: &str,
    body: &str,
) -> std::io::Result<String> {
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = TcpStream::connect(address).await?;
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    let kind = if soap == SOAP12 { "application/soap+xml" } else { "text/xml" };
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    let mut answered = Vec::new();
    // Some servers do not end TLS before the connection.
    let read = stream.read_to_end(&mut answered).await;
    if answered.is_empty() {
        read?;
    }
    Ok(String::from_utf8_lossy(&answered).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_certificate_and_the_cipher_suite_reach_the_opened_message() {
    let (address, roots) = listens_with_tls().await;
    let config = || ClientConfig::builder().with_root_certificates(roots.clone());
    let alice = || {
        let chain = vec![der(identity("alice").certificate())];
        config().with_client_auth_cert(chain, private_key("alice")).expect("a client")
    };
    let recipe = Recipe::new().timestamp(LIFETIME).username_text("ann", "s3cret").over_protected_transport();
    let plan = recipe.plan().expect("a plan");
    let token = || plan.message(&envelope(SOAP11, "<a/>")).secure().expect("secured").message;
    let answered = answer(address, alice(), "/log-in", SOAP11, &token()).await.expect("an answer");
    let subject = identity("alice").certificate().subject().to_string();
    assert!(answered.starts_with("HTTP/1.1 200"), "{answered}");
    let subject = subject.replace('"', "").split(',').next().unwrap_or_default().to_owned();
    assert!(answered.contains(&subject) && answered.contains("transport judged: true"), "{subject}: {answered}");

    let signed = client_plan(&SIGNED).message(&envelope(SOAP12, "<a/>")).secure().expect("secured").message;
    let answered = answer(address, alice(), "/pay", SOAP12, &signed).await.expect("an answer");
    assert!(answered.starts_with("HTTP/1.1 200") && answered.contains("transport judged: true"), "{answered}");

    // Without a certificate there is no connection.
    let stranger = answer(address, config().with_no_client_auth(), "/log-in", SOAP11, &token()).await;
    assert!(stranger.is_err(), "{stranger:?}");
}
