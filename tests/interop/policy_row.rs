//! A policy that CXF 3.5 and we are configured by: our client calls its service, and its client ours. Where the transport
//! protects the message, a relay on loopback has TLS on CXF's side.

use std::time::SystemTime;

use ws_security::c14n::base64_encode;
use ws_security::crypto::SystemRandom;
use ws_security::policy::{Exchange, Opening, Policy, Side};
use ws_security::{AssertionTrust, Correlation, ElementPath, NewAssertion, SamlVersion, Secret, TransportFacts, Trust};

use wss_kerberos::{Acceptor, Initiator};

use crate::driver::Driver;
use crate::peer::{self, Matrix};
use crate::policy_shapes::Shape;
use crate::{policy_bindings, policy_tokens};

const COLUMNS: [&str; 2] = ["our client > CXF", "CXF > our service"];
const WSA: &str = "http://www.w3.org/2005/08/addressing";
const PAY: &str = "<pay xmlns=\"urn:bank\">4711</pay>";
/// What the driver of CXF has for Ann.
const PASSWORD: &str = "s3cret";

/// How an assertion is confirmed; CXF is told by a word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confirmed {
    ByBearer,
    ByHolderOfKey,
}

impl Confirmed {
    fn word(self) -> &'static str {
        match self {
            Self::ByBearer => "bearer",
            Self::ByHolderOfKey => "holder-of-key",
        }
    }

    /// Carol's assertion about Ann: for whoever brings it, or for the holder of Alice's key.
    fn assertion(self, version: SamlVersion) -> String {
        let about = NewAssertion::new(version, "https://idp.example", "uid=ann").audience("urn:bank");
        let about = about.attribute("role", ["teller"]);
        let about = match self {
            Self::ByBearer => about.bearer(),
            Self::ByHolderOfKey => about.holder_of_key(&peer::certificate("alice")),
        };
        about.sign(&peer::identity("carol"), SystemTime::now(), &SystemRandom).expect("issued")
    }
}

/// A policy, and what is to be tried with it.
#[derive(Clone)]
pub(crate) struct Row {
    name: String,
    policy: String,
    confirmed: Confirmed,
    tampered: Vec<[&'static str; 2]>,
    weaker: Vec<(String, &'static str)>,
    their_service: Option<&'static str>,
    their_client: Option<&'static str>,
}

/// An envelope with this payload, and with these header blocks of WS-Addressing.
fn envelope(blocks: &[(&str, &str)], payload: &str) -> String {
    let blocks = blocks.iter().map(|(name, value)| format!("<a:{name} xmlns:a=\"{WSA}\">{value}</a:{name}>"));
    let header = Some(blocks.collect::<String>()).filter(|blocks| !blocks.is_empty());
    let header = header.map(|blocks| format!("<s:Header>{blocks}</s:Header>")).unwrap_or_default();
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">{header}<s:Body>{payload}</s:Body></s:Envelope>"
    )
}

/// The text of an element without children.
fn text_of(element: &str) -> String {
    element.split(['<', '>']).nth(2).unwrap_or_default().to_owned()
}

/// The payload of a reply, where it is signed without the Body.
fn answer() -> ElementPath {
    ElementPath::in_body([("urn:bank", "accepted")])
}

/// What was opened.
struct Opened {
    body: String,
    message_id: Option<String>,
    correlation: Option<Correlation>,
}

impl Row {
    pub(crate) fn new(name: impl Into<String>, policy: String) -> Self {
        Self {
            name: name.into(),
            policy,
            confirmed: Confirmed::ByBearer,
            tampered: vec![["<wsu:Expires>2", "<wsu:Expires>3"]],
            weaker: Vec::new(),
            their_service: None,
            their_client: None,
        }
    }

    pub(crate) fn confirmed(self, confirmed: Confirmed) -> Self {
        Self { confirmed, ..self }
    }

    /// Octets that prove something, and others; a message that was changed so is refused. Otherwise it is another end of the
    /// timestamp.
    pub(crate) fn tampered(self, tampered: Vec<[&'static str; 2]>) -> Self {
        Self { tampered, ..self }
    }

    /// A policy of CXF's client that demands less, and what our service says of its message.
    pub(crate) fn weaker(mut self, policy: String, says: &'static str) -> Self {
        assert_ne!(policy, self.policy, "{}", self.name);
        self.weaker.push((policy, says));
        self
    }

    /// What the service of CXF does otherwise.
    pub(crate) fn their_service(self, why: &'static str) -> Self {
        Self { their_service: Some(why), ..self }
    }

    /// What the client of CXF does otherwise.
    pub(crate) fn their_client(self, why: &'static str) -> Self {
        Self { their_client: Some(why), ..self }
    }

    /// The policy, in which `from` gave way to `to`.
    pub(crate) fn with(&self, from: &str, to: &str) -> String {
        let changed = self.policy.replace(from, to);
        assert_ne!(changed, self.policy, "{}: {from}", self.name);
        changed
    }

    /// How an assertion is confirmed, of which version it is, and whether the suite has a cipher that BSP R5620 does not list.
    fn word(&self) -> String {
        let beyond = if self.policy.contains("Basic192") { "-beyond-bsp" } else { "" };
        let version = if self.saml() == SamlVersion::V1_1 { "-of-saml-1.1" } else { "" };
        format!("{}{version}{beyond}", self.confirmed.word())
    }

    fn saml(&self) -> SamlVersion {
        if self.policy.contains("WssSamlV11Token") { SamlVersion::V1_1 } else { SamlVersion::V2_0 }
    }

    /// Whether messages have header blocks of WS-Addressing.
    fn addresses(&self) -> bool {
        self.policy.contains("Addressing>")
    }

    fn has_tickets(&self) -> bool {
        self.policy.contains("KerberosToken")
    }

    fn is_over_tls(&self) -> bool {
        self.policy.contains("TransportBinding")
    }

    fn client(&self) -> Result<Side, String> {
        let keys = Shape::default().client(peer::identity("alice"), peer::certificate("bob"), peer::certificate("ca"));
        let policy = Policy::from_wsdl(&self.policy).map_err(|error| error.to_string())?;
        let keys = keys.assertion(self.confirmed.assertion(self.saml())).user("ann", PASSWORD);
        let keys = match self.has_tickets() {
            true => keys.kerberos_initiator(Initiator::new("HTTP@localhost").map_err(|error| error.to_string())?),
            false => keys,
        };
        policy.client(&self.agreed(keys)).map_err(|error| error.to_string())
    }

    fn service(&self) -> Result<Side, String> {
        let issuer = Trust::pins([peer::certificate("carol")]);
        let assertions = AssertionTrust::for_audience("urn:bank").issuer("https://idp.example", issuer);
        let assertions = match self.confirmed {
            Confirmed::ByBearer => assertions.accept_bearer(),
            Confirmed::ByHolderOfKey => assertions,
        };
        let keys = Shape::default().service(peer::identity("bob"), peer::certificate("alice"), peer::certificate("ca"));
        let keys = keys.passwords(|user: &str| (user == "ann").then(|| Secret::new(PASSWORD.as_bytes().to_vec())));
        let policy = Policy::from_wsdl(&self.policy).map_err(|error| error.to_string())?;
        let keys = match self.has_tickets() {
            true => keys.kerberos_acceptor(Acceptor::new().map_err(|error| error.to_string())?),
            false => keys,
        };
        policy.service(&self.agreed(keys.assertions(assertions))).map_err(|error| error.to_string())
    }

    /// Suites with legacy algorithms need their call.
    fn agreed(&self, keys: ws_security::policy::Keys) -> ws_security::policy::Keys {
        match self.policy.contains("Sha256/>") {
            true => keys,
            false => keys.allow_legacy_algorithms(),
        }
    }

    /// Each twin of a message.
    fn twins(&self, message: &str) -> Result<Vec<String>, String> {
        let change = |[from, to]: &[&str; 2]| match message.contains(from) {
            true => Ok(message.replacen(from, to, 1)),
            false => Err(format!("{from} is not in {message}")),
        };
        self.tampered.iter().map(change).collect()
    }

    /// The Body of a message.
    fn open(&self, exchange: &Exchange, message: &str, request: Option<&Correlation>) -> Result<Opened, String> {
        let opened = match exchange.opening() {
            Some(Opening::Body) => exchange.open(message, request).map(|opened| Opened {
                body: opened.body().xml().to_owned(),
                message_id: opened.header_block(WSA, "MessageID").map(|id| text_of(id.xml())),
                correlation: Some(opened.correlation().clone()),
            }),
            Some(Opening::Parts) => exchange.open_parts(message, request).map(|opened| Opened {
                body: opened.elements(&answer()).map(|element| element.xml().to_owned()).collect(),
                message_id: None,
                correlation: Some(opened.correlation().clone()),
            }),
            _ => {
                exchange.open_over(TransportFacts::server_authenticated_tls(), message, request).map(|opened| Opened {
                    body: opened.unauthenticated_body().to_owned(),
                    message_id: None,
                    correlation: Some(opened.correlation().clone()),
                })
            }
        };
        opened.map_err(|error| format!("{error}\n{message}"))
    }

    /// What a service of ours answers.
    fn answer(&self, request: &str) -> Result<String, String> {
        for twin in self.twins(request)? {
            let service = self.service()?;
            let exchange = service.fitting("", request).map_err(|error| error.to_string())?;
            if self.open(exchange, &twin, None).is_ok() {
                return Err(format!("the tampered twin is accepted: {twin}"));
            }
        }
        let service = self.service()?;
        let exchange = service.fitting("", request).map_err(|error| error.to_string())?;
        let opened = self.open(exchange, request, None)?;
        let written =
            || request.split_once("MessageID").map(|(_, rest)| text_of(&format!("<a{rest}"))).unwrap_or_default();
        let id = opened.message_id.clone().unwrap_or_else(written);
        let id = id.as_str();
        let blocks = [("Action", "urn:bank:Bank:payResponse"), ("MessageID", "urn:uuid:2"), ("RelatesTo", id)];
        let blocks = if self.addresses() { &blocks[..] } else { &[] };
        let reply = envelope(blocks, "<accepted xmlns=\"urn:bank\">4711</accepted>");
        let Some(plan) = exchange.plan() else { return Ok(reply) };
        let reply = plan.message(&reply);
        let reply = match &opened.correlation {
            Some(request) => reply.answering(request).secure(),
            None => reply.secure(),
        };
        reply.map(|reply| reply.message).map_err(|error| error.to_string())
    }

    fn our_call(&self, driver: &mut Driver, plain: u16, path: &str) -> Result<(), String> {
        let (verb, word) = (if self.is_over_tls() { "publish-tls" } else { "publish" }, self.word());
        let answer = driver.ask(&format!("{verb}\t{word}\t{path}"), &self.policy)?;
        let port = match self.is_over_tls() {
            true => answer.trim().parse().map_err(|_| format!("{answer:?} is no port"))?,
            false => plain,
        };
        let client = self.client()?;
        let exchange = &client.exchanges()[0];
        let secure = || {
            let blocks = [("Action", "urn:pay"), ("MessageID", "urn:uuid:1"), ("To", "http://localhost/bank")];
            let request = envelope(if self.addresses() { &blocks[..] } else { &[] }, PAY);
            exchange.plan().ok_or("no plan")?.message(&request).secure().map_err(|error| error.to_string())
        };
        let post = |message: &str| {
            let answer = peer::post(port, path, "text/xml; charset=utf-8", message.as_bytes());
            String::from_utf8(answer.body).map_err(|error| error.to_string())
        };
        let sent = secure()?;
        let reply = post(&sent.message)?;
        let opened = match exchange.receiver() {
            Some(_) => self.open(exchange, &reply, Some(&sent.correlation)),
            None => Ok(Opened { body: reply.clone(), message_id: None, correlation: None }),
        };
        let opened = opened.map_err(|error| format!("{error}\n{}", sent.message))?;
        if !opened.body.contains("accepted") {
            return Err(format!("{}\n{reply}", sent.message));
        }
        for at in 0..self.tampered.len() {
            // Each twin is one of a message that CXF has not seen.
            let refused = post(&self.twins(&secure()?.message)?[at])?;
            if !refused.contains("Fault") {
                return Err(format!("the twin with {:?} is accepted: {refused}", self.tampered[at]));
            }
        }
        Ok(())
    }

    /// CXF's client follows a policy, and our service that of the row.
    fn followed(&self, driver: &mut Driver, policy: &str) -> Result<(), String> {
        let (encoded, word) = (base64_encode(policy.as_bytes()), self.word());
        let own = self.clone();
        let serving = peer::serve_once(move |request| own.answer(request));
        let port = serving.port();
        let command = match self.is_over_tls() {
            true => format!("follow-tls\t{word}\t{port}\t{encoded}"),
            false => format!("follow\t{word}\thttp://localhost:{port}/\t{encoded}"),
        };
        let called = driver.ask(&command, PAY);
        serving.judge(called, |body| body.contains("accepted"))
    }

    fn their_call(&self, driver: &mut Driver) -> Result<(), String> {
        self.followed(driver, &self.policy)?;
        for (weaker, says) in &self.weaker {
            let lenient = Self { tampered: Vec::new(), ..self.clone() };
            match lenient.followed(driver, weaker) {
                Ok(()) => return Err(format!("our service accepts what is made by {weaker}")),
                Err(refused) if !refused.contains(says) => return Err(format!("not because of {says}: {refused}")),
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// Both cells of the row.
    fn run(&self, matrix: &mut Matrix, driver: &mut Driver, plain: u16, path: &str) {
        let [ours, theirs] = COLUMNS;
        matrix.cell(&self.name, ours, self.our_call(driver, plain, path), self.their_service);
        matrix.cell(&self.name, theirs, self.their_call(driver), self.their_client);
    }
}

/// Runs the rows whose name has the words of `WSS_POLICY`.
pub(crate) fn run(rows: impl Iterator<Item = Row>, path: &str, title: &str) {
    let (mut driver, port) = Driver::java("cxf", "Cxf").listening();
    let mut matrix = Matrix::new(&COLUMNS);
    let only = std::env::var("WSS_POLICY").unwrap_or_default();
    for (at, row) in rows.enumerate().filter(|(_, row)| row.name.contains(&only)) {
        row.run(&mut matrix, &mut driver, port, &format!("{path}-{at}"));
    }
    matrix.finish(title);
}

#[test]
fn cxf_and_we_speak_by_policies_with_supporting_tokens() {
    if !peer::wanted() {
        return;
    }
    let rows = policy_tokens::rows().into_iter().chain(policy_bindings::rows());
    run(rows, "tokens", "Apache CXF 3.5 by policies with supporting tokens");
}
