//! CXF 3.5 and we, each configured by the same policy with supporting tokens: our client calls its service, and its client ours.
//! With a transport binding they speak over TLS, which a relay on loopback has on CXF's side.

use std::time::SystemTime;

use ws_security::c14n::base64_encode;
use ws_security::crypto::SystemRandom;
use ws_security::policy::{Exchange, Policy, Side};
use ws_security::{AssertionTrust, Correlation, NewAssertion, SamlVersion, Secret, TransportFacts, Trust};

use crate::driver::Driver;
use crate::peer::{self, Matrix};
use crate::policy_shapes::{SP, Shape, policy};

const COLUMNS: [&str; 2] = ["our client > CXF", "CXF > our service"];
const ENVELOPE: [&str; 2] =
    ["<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>", "</s:Body></s:Envelope>"];
const PAY: &str = "<pay xmlns=\"urn:bank\">4711</pay>";
/// What the driver of CXF has for Ann.
const PASSWORD: &str = "s3cret";

/// Carol's assertion about Ann: for whoever brings it, or for the holder of Alice's key.
fn assertion(confirmed: Confirmed) -> String {
    let about = NewAssertion::new(SamlVersion::V2_0, "https://idp.example", "uid=ann").audience("urn:bank");
    let about = about.attribute("role", ["teller"]);
    let about = match confirmed {
        Confirmed::ByBearer => about.bearer(),
        Confirmed::ByHolderOfKey => about.holder_of_key(&peer::certificate("alice")),
    };
    about.sign(&peer::identity("carol"), SystemTime::now(), &SystemRandom).expect("issued")
}

/// How an assertion is confirmed; CXF is told by a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Confirmed {
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
}

/// What protects the Body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Binding {
    Transport,
    Certificates,
}

/// A policy with these supporting tokens.
struct Row {
    name: String,
    kind: &'static str,
    binding: Binding,
    confirmed: Confirmed,
    tokens: String,
    /// Octets that prove something, and others; a message that was changed so is refused.
    tampered: Vec<[&'static str; 2]>,
}

fn rows() -> Vec<Row> {
    use Binding::{Certificates, Transport};
    use Confirmed::{ByBearer, ByHolderOfKey};
    let always = format!("sp:IncludeToken=\"{SP}/IncludeToken/AlwaysToRecipient\"");
    let token = |kind: &str, inside: &str| format!("<sp:{kind} {always}><wsp:Policy>{inside}</wsp:Policy></sp:{kind}>");
    let saml = token("SamlToken", "<sp:WssSamlV20Token11/>");
    let x509 = token("X509Token", "<sp:WssX509V3Token10/>");
    let text = token("UsernameToken", "<sp:WssUsernameToken10/>");
    let hashed = token("UsernameToken", "<sp:HashPassword/><sp:WssUsernameToken10/>");
    let (subject, expires) = (["uid=ann", "uid=eve"], ["<wsu:Expires>2", "<wsu:Expires>3"]);
    let user = [">ann<", ">eve<"];
    let password = vec![user, [">s3cret<", ">secret<"]];
    let digest = vec![user, ["#PasswordDigest\">", "#PasswordDigest\">A"]];
    [
        (Transport, "EndorsingSupportingTokens", "certificate", ByBearer, &x509, vec![expires]),
        (Transport, "SupportingTokens", "SAML, bearer", ByBearer, &saml, vec![subject]),
        (Transport, "SignedSupportingTokens", "SAML, bearer", ByBearer, &saml, vec![subject]),
        (Transport, "EndorsingSupportingTokens", "SAML, holder of key", ByHolderOfKey, &saml, vec![subject, expires]),
        (
            Transport,
            "SignedEndorsingSupportingTokens",
            "SAML, holder of key",
            ByHolderOfKey,
            &saml,
            vec![subject, expires],
        ),
        (Transport, "SupportingTokens", "user, password as text", ByBearer, &text, password.clone()),
        (Transport, "SignedSupportingTokens", "user, password as text", ByBearer, &text, password),
        (Transport, "SignedSupportingTokens", "user, hashed password", ByBearer, &hashed, digest.clone()),
        (Certificates, "SupportingTokens", "user, hashed password", ByBearer, &hashed, digest),
        // CXF encrypts the token.
        (Certificates, "SignedSupportingTokens", "user, hashed password", ByBearer, &hashed, vec![expires]),
        (Certificates, "SupportingTokens", "SAML, bearer", ByBearer, &saml, vec![subject, expires]),
        (Certificates, "SignedSupportingTokens", "SAML, bearer", ByBearer, &saml, vec![subject, expires]),
        (Certificates, "SignedSupportingTokens", "SAML, holder of key", ByHolderOfKey, &saml, vec![subject, expires]),
        (
            Certificates,
            "EndorsingSupportingTokens",
            "SAML, holder of key",
            ByHolderOfKey,
            &saml,
            vec![subject, expires],
        ),
    ]
    .into_iter()
    .map(|(binding, kind, what, confirmed, token, tampered)| Row {
        name: format!("{} {kind}: {what}", if binding == Transport { "TLS," } else { "certificates," }),
        kind,
        binding,
        confirmed,
        tokens: format!("<sp:{kind}><wsp:Policy>{token}</wsp:Policy></sp:{kind}>"),
        tampered,
    })
    .collect()
}

impl Row {
    fn policy(&self) -> String {
        let all = |kind: &str, inside: &str| format!("<sp:{kind}><wsp:Policy>{inside}</wsp:Policy></sp:{kind}>");
        let suite =
            all("AlgorithmSuite", "<sp:Basic256Sha256/>") + &all("Layout", "<sp:Lax/>") + "<sp:IncludeTimestamp/>";
        let certificate = |include: &str, inside: &str| {
            format!(
                "<sp:X509Token sp:IncludeToken=\"{SP}/IncludeToken/{include}\"><wsp:Policy>{inside}<sp:WssX509V3Token10/></wsp:Policy>\
                 </sp:X509Token>"
            )
        };
        let (binding, parts) = match self.binding {
            Binding::Transport => {
                let token = all("TransportToken", "<sp:HttpsToken><wsp:Policy/></sp:HttpsToken>");
                (all("TransportBinding", &(token + &suite)), "")
            }
            Binding::Certificates => {
                let initiator = all("InitiatorToken", &certificate("AlwaysToRecipient", ""));
                let recipient = all("RecipientToken", &certificate("Never", "<sp:RequireIssuerSerialReference/>"));
                let parts =
                    "<sp:SignedParts><sp:Body/></sp:SignedParts><sp:EncryptedParts><sp:Body/></sp:EncryptedParts>";
                (all("AsymmetricBinding", &(initiator + &recipient + &suite)), parts)
            }
        };
        policy(&format!("{binding}{}{parts}", self.tokens))
    }

    fn client(&self) -> Result<Side, String> {
        let keys = Shape::default().client(peer::identity("alice"), peer::certificate("bob"), peer::certificate("ca"));
        let policy = Policy::from_wsdl(&self.policy()).map_err(|error| error.to_string())?;
        let keys = keys.assertion(assertion(self.confirmed)).user("ann", PASSWORD);
        policy.client(&keys).map_err(|error| error.to_string())
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
        let policy = Policy::from_wsdl(&self.policy()).map_err(|error| error.to_string())?;
        policy.service(&keys.assertions(assertions)).map_err(|error| error.to_string())
    }

    /// Each twin of a message.
    fn twins(&self, message: &str) -> Result<Vec<String>, String> {
        let change = |[from, to]: &[&str; 2]| match message.contains(from) {
            true => Ok(message.replacen(from, to, 1)),
            false => Err(format!("{from} is not in {message}")),
        };
        self.tampered.iter().map(change).collect()
    }

    /// What CXF's client does otherwise.
    fn explained(&self) -> Option<&'static str> {
        match (self.binding, self.kind) {
            (Binding::Certificates, "SupportingTokens") => {
                Some("CXF does not sign a supporting token, so that nothing says that the signer put it there")
            }
            (Binding::Certificates, "EndorsingSupportingTokens") => {
                Some("CXF's client makes no endorsing signature with an assertion in the asymmetric binding")
            }
            _ => None,
        }
    }

    /// The Body of a message.
    fn open(&self, exchange: &Exchange, message: &str, request: Option<&Correlation>) -> Result<Opening, String> {
        let (body, correlation) = match self.binding {
            Binding::Transport => {
                let opened = exchange.open_over(TransportFacts::server_authenticated_tls(), message);
                (opened.map(|opened| opened.unauthenticated_body().to_owned()), None)
            }
            Binding::Certificates => {
                let opened = exchange.open(message, request);
                let correlation = opened.as_ref().ok().map(|opened| opened.correlation().clone());
                (opened.map(|opened| opened.body().xml().to_owned()), correlation)
            }
        };
        let body = body.map_err(|error| format!("{error}\n{message}"))?;
        Ok(Opening { body, correlation })
    }

    /// What a service of ours answers.
    fn answer(&self, request: &str) -> Result<String, String> {
        for twin in self.twins(request)? {
            if self.open(&self.service()?.exchanges()[0], &twin, None).is_ok() {
                return Err(format!("the tampered twin is accepted: {twin}"));
            }
        }
        let service = self.service()?;
        let exchange = &service.exchanges()[0];
        let opened = self.open(exchange, request, None)?;
        let reply = ENVELOPE.join("<accepted xmlns=\"urn:bank\">4711</accepted>");
        let reply = exchange.plan().ok_or("no plan")?.message(&reply);
        let reply = match &opened.correlation {
            Some(request) => reply.answering(request).secure(),
            None => reply.secure(),
        };
        reply.map(|reply| reply.message).map_err(|error| error.to_string())
    }
}

/// What was opened.
struct Opening {
    body: String,
    correlation: Option<Correlation>,
}

fn our_call(driver: &mut Driver, plain: u16, path: &str, row: &Row) -> Result<(), String> {
    let (verb, word) =
        (if row.binding == Binding::Transport { "publish-tls" } else { "publish" }, row.confirmed.word());
    let answer = driver.ask(&format!("{verb}\t{word}\t{path}"), &row.policy())?;
    let port = match row.binding {
        Binding::Transport => answer.trim().parse().map_err(|_| format!("{answer:?} is no port"))?,
        Binding::Certificates => plain,
    };
    let client = row.client()?;
    let exchange = &client.exchanges()[0];
    let secure = || {
        let request = ENVELOPE.join(PAY);
        exchange.plan().ok_or("no plan")?.message(&request).secure().map_err(|error| error.to_string())
    };
    let post = |message: &str| {
        let answer = peer::post(port, path, "text/xml; charset=utf-8", message.as_bytes());
        String::from_utf8(answer.body).map_err(|error| error.to_string())
    };
    let sent = secure()?;
    let reply = post(&sent.message)?;
    let opened =
        row.open(exchange, &reply, Some(&sent.correlation)).map_err(|error| format!("{error}\n{}", sent.message))?;
    if !opened.body.contains("accepted") {
        return Err(format!("{}\n{reply}", sent.message));
    }
    for at in 0..row.tampered.len() {
        // Each twin is one of a message that CXF has not seen.
        let refused = post(&row.twins(&secure()?.message)?[at])?;
        if !refused.contains("Fault") {
            return Err(format!("the twin with {:?} is accepted: {refused}", row.tampered[at]));
        }
    }
    Ok(())
}

fn their_call(driver: &mut Driver, row: Row) -> Result<(), String> {
    let (policy, word) = (base64_encode(row.policy().as_bytes()), row.confirmed.word());
    let over_tls = row.binding == Binding::Transport;
    let serving = peer::serve_once(move |request| row.answer(request));
    let port = serving.port();
    let command = match over_tls {
        true => format!("follow-tls\t{word}\t{port}\t{policy}"),
        false => format!("follow\t{word}\thttp://localhost:{port}/\t{policy}"),
    };
    let called = driver.ask(&command, PAY);
    serving.judge(called, |body| body.contains("accepted"))
}

#[test]
fn cxf_and_we_speak_by_policies_with_supporting_tokens() {
    if !peer::wanted() {
        return;
    }
    let (mut driver, port) = Driver::java("cxf", "Cxf").listening();
    let mut matrix = Matrix::new(&COLUMNS);
    for (at, row) in rows().into_iter().enumerate() {
        let ([ours, theirs], name) = (COLUMNS, row.name.clone());
        matrix.cell(&name, ours, our_call(&mut driver, port, &format!("tokens-{at}"), &row), None);
        let explained = row.explained();
        matrix.cell(&name, theirs, their_call(&mut driver, row), explained);
    }
    matrix.finish("Apache CXF 3.5 by policies with supporting tokens");
}
