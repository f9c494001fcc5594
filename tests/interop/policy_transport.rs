//! CXF 3.5 and we, each configured by the same policy with a transport binding: our client calls its service over TLS, and its
//! client ours. A relay on loopback has TLS on CXF's side.

use std::time::SystemTime;

use ws_security::c14n::base64_encode;
use ws_security::crypto::SystemRandom;
use ws_security::policy::{Policy, Side};
use ws_security::{AssertionTrust, NewAssertion, SamlVersion, TransportFacts, Trust};

use crate::driver::Driver;
use crate::peer::{self, Matrix};
use crate::policy_shapes::{SP, Shape, policy};

const COLUMNS: [&str; 2] = ["our client > CXF", "CXF > our service"];
const ENVELOPE: [&str; 2] =
    ["<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>", "</s:Body></s:Envelope>"];
const PAY: &str = "<pay xmlns=\"urn:bank\">4711</pay>";

/// Carol's bearer assertion about Ann.
fn assertion() -> String {
    let about = NewAssertion::new(SamlVersion::V2_0, "https://idp.example", "uid=ann").audience("urn:bank");
    let about = about.attribute("role", ["teller"]).bearer();
    about.sign(&peer::identity("carol"), SystemTime::now(), &SystemRandom).expect("issued")
}

/// A policy whose messages TLS protects, with these tokens.
struct Row {
    name: &'static str,
    tokens: String,
    /// What names the sender, as written and in another way.
    tampered: [&'static str; 2],
}

fn rows() -> Vec<Row> {
    let always = format!("sp:IncludeToken=\"{SP}/IncludeToken/AlwaysToRecipient\"");
    let tokens = |kind: &str, token: &str| format!("<sp:{kind}><wsp:Policy>{token}</wsp:Policy></sp:{kind}>");
    let saml = format!("<sp:SamlToken {always}><wsp:Policy><sp:WssSamlV20Token11/></wsp:Policy></sp:SamlToken>");
    let x509 = format!("<sp:X509Token {always}><wsp:Policy><sp:WssX509V3Token10/></wsp:Policy></sp:X509Token>");
    let row = |name, tokens, tampered| Row { name, tokens, tampered };
    let (subject, expires) = (["uid=ann", "uid=eve"], ["<wsu:Expires>2", "<wsu:Expires>3"]);
    vec![
        row("TLS, endorsing certificate", tokens("EndorsingSupportingTokens", &x509), expires),
        row("TLS, supporting SAML, bearer", tokens("SupportingTokens", &saml), subject),
        row("TLS, signed supporting SAML, bearer", tokens("SignedSupportingTokens", &saml), subject),
    ]
}

impl Row {
    fn policy(&self) -> String {
        policy(&format!(
            "<sp:TransportBinding><wsp:Policy><sp:TransportToken><wsp:Policy><sp:HttpsToken><wsp:Policy/></sp:HttpsToken></wsp:Policy>\
             </sp:TransportToken><sp:AlgorithmSuite><wsp:Policy><sp:Basic256Sha256/></wsp:Policy></sp:AlgorithmSuite><sp:Layout>\
             <wsp:Policy><sp:Lax/></wsp:Policy></sp:Layout><sp:IncludeTimestamp/></wsp:Policy></sp:TransportBinding>{}",
            self.tokens
        ))
    }

    fn client(&self) -> Result<Side, String> {
        let keys = Shape::default().client(peer::identity("alice"), peer::certificate("bob"), peer::certificate("ca"));
        let policy = Policy::from_wsdl(&self.policy()).map_err(|error| error.to_string())?;
        policy.client(&keys.assertion(assertion().as_str())).map_err(|error| error.to_string())
    }

    fn service(&self) -> Result<Side, String> {
        let issuer = Trust::pins([peer::certificate("carol")]);
        let assertions = AssertionTrust::for_audience("urn:bank").issuer("https://idp.example", issuer).accept_bearer();
        let keys = Shape::default().service(peer::identity("bob"), peer::certificate("alice"), peer::certificate("ca"));
        let policy = Policy::from_wsdl(&self.policy()).map_err(|error| error.to_string())?;
        policy.service(&keys.assertions(assertions)).map_err(|error| error.to_string())
    }
}

fn our_call(driver: &mut Driver, path: &str, row: &Row) -> Result<(), String> {
    let port = driver.ask(&format!("publish-tls\tbearer\t{path}"), &row.policy())?;
    let port: u16 = port.trim().parse().map_err(|_| format!("{port:?} is no port"))?;
    let client = row.client()?;
    let exchange = &client.exchanges()[0];
    let send = |tampered: bool| {
        let request = ENVELOPE.join(PAY);
        let sent = exchange.plan().ok_or("no plan")?.message(&request).secure().map_err(|error| error.to_string())?;
        let [from, to] = row.tampered;
        let message = if tampered { sent.message.replacen(from, to, 1) } else { sent.message.clone() };
        if tampered == (message == sent.message) {
            return Err(format!("{from} is not in {message}"));
        }
        let answer = peer::post(port, path, "text/xml; charset=utf-8", message.as_bytes());
        Ok((message, String::from_utf8(answer.body).map_err(|error| error.to_string())?))
    };
    let (message, reply) = send(false)?;
    let opened = exchange.open_over(TransportFacts::server_authenticated_tls(), &reply);
    let opened = opened.map_err(|error| format!("{error}\n{message}\n{reply}"))?;
    if !opened.unauthenticated_body().contains("accepted") {
        return Err(format!("{message}\n{reply}"));
    }
    let (_, refused) = send(true)?;
    if refused.contains("Fault") { Ok(()) } else { Err(format!("the tampered twin is accepted: {refused}")) }
}

fn their_call(driver: &mut Driver, row: &Row) -> Result<(), String> {
    let service = row.service()?;
    let serving = peer::serve_once(move |request| {
        let exchange = &service.exchanges()[0];
        let opened = exchange.open_over(TransportFacts::server_authenticated_tls(), request);
        drop(opened.map_err(|error| format!("{error}\n{request}"))?);
        let reply = ENVELOPE.join("<accepted xmlns=\"urn:bank\">4711</accepted>");
        let reply = exchange.plan().ok_or("no plan")?.message(&reply).secure();
        reply.map(|reply| reply.message).map_err(|error| error.to_string())
    });
    let policy = base64_encode(row.policy().as_bytes());
    let called = driver.ask(&format!("follow-tls\tbearer\t{}\t{policy}", serving.port()), PAY);
    serving.judge(called, |body| body.contains("accepted"))
}

#[test]
fn cxf_and_we_speak_by_policies_of_the_transport() {
    if !peer::wanted() {
        return;
    }
    let (mut driver, _) = Driver::java("cxf", "Cxf").listening();
    let mut matrix = Matrix::new(&COLUMNS);
    for (at, row) in rows().iter().enumerate() {
        let [ours, theirs] = COLUMNS;
        let outcome = our_call(&mut driver, &format!("transport-{at}"), row);
        matrix.cell(row.name, ours, outcome, None);
        matrix.cell(row.name, theirs, their_call(&mut driver, row), None);
    }
    matrix.finish("Apache CXF 3.5 by policies of the transport, over HTTPS");
}
