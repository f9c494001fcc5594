//! Policies where a description attaches them: at operations and messages of the binding and of the port type, by references, and
//! by policies that refer to others. CXF reads the same description as we.

use ws_security::c14n::base64_encode;
use ws_security::policy::{Policy, Side};

use crate::driver::Driver;
use crate::peer::{self, Matrix};
use crate::policy_bindings::{all, asymmetric, derived, supporting, token, x509};
use crate::policy_shapes::{SP, Shape};

const COLUMNS: [&str; 2] = ["our client > CXF", "CXF > our service"];
const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const SIGNED: &str = "<sp:SignedParts><sp:Body/></sp:SignedParts>";
const ENCRYPTED: &str = "<sp:EncryptedParts><sp:Body/></sp:EncryptedParts>";
const PAY: &str = "<pay xmlns=\"urn:bank\">4711</pay>";

/// What is attached to each element of a description.
#[derive(Clone, Default)]
struct Attached {
    name: &'static str,
    /// Those that others refer to.
    policies: String,
    binding: String,
    /// Of `pay`, in the binding: the operation, its input and its output.
    bound: [String; 3],
    /// The same in the port type, but for the messages, which have `wsp:PolicyURIs` there.
    operation: String,
    input_uris: &'static str,
    /// The message of the request.
    message: String,
    /// The port type, the service and the port.
    around: [String; 3],
    /// SOAP 1.2 in place of 1.1.
    is_soap12: bool,
    /// What CXF does otherwise.
    explained: Option<&'static str>,
}

fn named(id: &str, inside: &str) -> String {
    format!("<wsp:Policy wsu:Id=\"{id}\">{inside}</wsp:Policy>")
}

fn refers(to: &str) -> String {
    format!("<wsp:PolicyReference URI=\"#{to}\"/>")
}

impl Attached {
    fn wsdl(&self) -> String {
        let Self { policies, binding, bound: [operation, input, output], input_uris, message, .. } = self;
        let [port_type, service, port] = &self.around;
        let soap = if self.is_soap12 {
            "http://schemas.xmlsoap.org/wsdl/soap12/"
        } else {
            "http://schemas.xmlsoap.org/wsdl/soap/"
        };
        let uris = if input_uris.is_empty() { String::new() } else { format!(" wsp:PolicyURIs=\"{input_uris}\"") };
        let element = |name: &str| format!("<x:element name=\"{name}\" type=\"x:string\"/>");
        let part = |name: &str| format!("<d:part name=\"p\" element=\"b:{name}\"/>");
        let body = "<soap:body use=\"literal\"/>";
        // `ask` has nothing of its own.
        format!(
            "<d:definitions xmlns:d=\"http://schemas.xmlsoap.org/wsdl/\" xmlns:soap=\"{soap}\" \
             xmlns:wsp=\"http://www.w3.org/ns/ws-policy\" xmlns:sp=\"{SP}\" xmlns:wsu=\"{WSU}\" xmlns:b=\"urn:bank\" \
             xmlns:x=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"urn:bank\">{policies}<d:types><x:schema \
             targetNamespace=\"urn:bank\" elementFormDefault=\"qualified\">{elements}</x:schema></d:types><d:message \
             name=\"pay\">{message}{pay}</d:message><d:message name=\"ask\">{ask}</d:message><d:message \
             name=\"accepted\">{accepted}</d:message><d:portType name=\"T\">{port_type}<d:operation name=\"ask\"><d:input \
             message=\"b:ask\"/><d:output message=\"b:accepted\"/></d:operation><d:operation name=\"pay\">{abstract_one}\
             <d:input message=\"b:pay\"{uris}/><d:output message=\"b:accepted\"/></d:operation></d:portType><d:binding name=\"B\" \
             type=\"b:T\">{binding}<soap:binding transport=\"http://schemas.xmlsoap.org/soap/http\"/><d:operation \
             name=\"ask\"><soap:operation soapAction=\"urn:ask\"/><d:input>{body}</d:input><d:output>{body}</d:output>\
             </d:operation><d:operation name=\"pay\">{operation}<soap:operation soapAction=\"urn:pay\"/><d:input>{input}{body}\
             </d:input><d:output>{output}{body}</d:output></d:operation></d:binding><d:service name=\"S\">{service}<d:port name=\"P\" \
             binding=\"b:B\">{port}<soap:address location=\"http://localhost/\"/></d:port></d:service></d:definitions>",
            elements = ["pay", "ask", "accepted"].map(element).concat(),
            pay = part("pay"),
            ask = part("ask"),
            accepted = part("accepted"),
            abstract_one = self.operation,
        )
    }

    /// An envelope of SOAP 1.1 in the version of the binding.
    fn in_version(&self, envelope: &str) -> String {
        match self.is_soap12 {
            true => {
                envelope.replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
            }
            false => envelope.to_owned(),
        }
    }

    fn client(&self) -> Result<Side, String> {
        let keys = Shape::default().client(peer::identity("alice"), peer::certificate("bob"), peer::certificate("ca"));
        let keys = keys.user("ann", "s3cret").dangerous_unsigned_body();
        let policy = Policy::from_wsdl(&self.wsdl()).map_err(|error| error.to_string())?;
        policy.client(&keys).map_err(|error| error.to_string())
    }

    fn service(&self) -> Result<Side, String> {
        let keys = Shape::default().service(peer::identity("bob"), peer::certificate("alice"), peer::certificate("ca"));
        let known = |user: &str| (user == "ann").then(|| ws_security::Secret::new(b"s3cret".to_vec()));
        let policy = Policy::from_wsdl(&self.wsdl()).map_err(|error| error.to_string())?;
        policy.service(&keys.passwords(known)).map_err(|error| error.to_string())
    }

    /// What a client of ours sends by this description to a service of CXF, and what it opens; or why not.
    fn asks(&self, port: u16, path: &str, change: impl Fn(String) -> String) -> Result<(), String> {
        self.sends(REQUEST, port, path, change)
    }

    fn sends(&self, request: &str, port: u16, path: &str, change: impl Fn(String) -> String) -> Result<(), String> {
        let client = self.client()?;
        let exchange = client.operation("pay").map_err(|error| error.to_string())?;
        let sent = exchange
            .plan()
            .ok_or("no plan")?
            .message(&self.in_version(request))
            .secure()
            .map_err(|error| error.to_string())?;
        let message = change(sent.message);
        let kind = if self.is_soap12 {
            "application/soap+xml; charset=utf-8; action=\"urn:pay\""
        } else {
            "text/xml; charset=utf-8"
        };
        let answer = peer::post_action(port, path, kind, "urn:pay", message.as_bytes());
        let reply = String::from_utf8(answer.body).map_err(|error| error.to_string())?;
        let opened = exchange.open_parts(&reply, Some(&sent.correlation));
        opened.map(drop).map_err(|error| format!("{error}\n{message}\n{reply}"))
    }

    fn our_call(&self, weaker: &Self, driver: &mut Driver, port: u16, path: &str) -> Result<(), String> {
        driver.ask(&format!("publish-wsdl\t{path}"), &self.wsdl())?;
        self.asks(port, path, |message| message)?;
        // CXF protects a fault by what is attached around its message.
        match self.sends(&REQUEST.replace("4711", "fault"), port, path, |message| message) {
            Err(refused) if !refused.starts_with("the message is a SOAP Fault that nobody signed") => {
                return Err(refused);
            }
            _ => {}
        }
        let tampered = self.asks(port, path, |message| message.replacen("<wsu:Expires>2", "<wsu:Expires>3", 1));
        let weak = weaker.asks(port, path, |message| message);
        match (tampered, weak) {
            (Ok(()), _) => Err("the tampered twin is accepted".to_owned()),
            (_, Ok(())) => Err("the weaker message is accepted".to_owned()),
            (Err(_), Err(refused)) if refused.contains("Fault") => Ok(()),
            (_, Err(other)) => Err(format!("not by a fault: {other}")),
        }
    }

    /// CXF's client follows a description, and our service this one.
    fn followed(&self, driver: &mut Driver, by: &Self) -> Result<(), String> {
        let service = self.service()?;
        let reply = self.in_version(REPLY);
        let serving = peer::serve_once(move |request| {
            let exchange = service.operation("pay").map_err(|error| error.to_string())?;
            let opened = exchange.open(request, None).map_err(|error| format!("{error}\n{request}"))?;
            let reply = exchange.plan().ok_or("no plan")?.message(&reply).answering(opened.correlation()).secure();
            reply.map(|reply| reply.message).map_err(|error| error.to_string())
        });
        let (port, wsdl) = (serving.port(), base64_encode(by.wsdl().as_bytes()));
        let called = driver.ask(&format!("follow-wsdl\thttp://localhost:{port}/\t{wsdl}"), PAY);
        serving.judge(called, |body| body.contains("accepted"))
    }

    fn their_call(&self, weaker: &Self, driver: &mut Driver) -> Result<(), String> {
        self.followed(driver, self)?;
        match self.followed(driver, weaker) {
            Ok(()) => Err("the weaker message is accepted".to_owned()),
            Err(refused) if refused.contains("the message breaks") => Ok(()),
            Err(other) => Err(format!("not because of a breach: {other}")),
        }
    }
}

const REQUEST: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><pay xmlns=\"urn:bank\">4711</pay>\
     </s:Body></s:Envelope>";
const REPLY: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><accepted \
     xmlns=\"urn:bank\">4711</accepted></s:Body></s:Envelope>";

/// Each with a description that demands less of the request.
fn rows() -> Vec<(Attached, Attached)> {
    let endpoint = || named("endpoint", &asymmetric(""));
    let parts = || named("signed", SIGNED) + &named("encrypted", ENCRYPTED);
    let user = token("UsernameToken", "AlwaysToRecipient", "<sp:WssUsernameToken10/>");
    let user = named("user", &all("SignedSupportingTokens", &user));
    let base = |name| Attached {
        name,
        policies: endpoint() + &parts() + &user,
        binding: refers("endpoint"),
        ..Attached::default()
    };
    let both = refers("signed") + &refers("encrypted");
    let nested = named("endpoint", &(refers("keys") + &refers("parts")))
        + &named("keys", &asymmetric(""))
        + &named("parts", &both)
        + &parts();
    let less = |at: &Attached, change: fn(&mut Attached)| {
        let mut weaker = at.clone();
        change(&mut weaker);
        (at.clone(), weaker)
    };
    let bound = Attached { bound: [both.clone(), String::new(), String::new()], ..base("operation of the binding") };
    let each = Attached {
        bound: [String::new(), both.clone(), refers("signed")],
        ..base("input and output of the binding, each its own")
    };
    let of_user = Attached {
        bound: [refers("signed"), refers("user"), String::new()],
        ..base("operation of the binding, a user at its input")
    };
    let abstract_one = Attached { operation: both.clone(), ..base("operation of the port type") };
    let uris = Attached {
        bound: [refers("signed"), String::new(), String::new()],
        input_uris: "#encrypted",
        ..base("input of the port type, by PolicyURIs")
    };
    let message = Attached {
        bound: [refers("signed"), String::new(), String::new()],
        message: refers("encrypted"),
        ..base("message")
    };
    let symmetric_endpoint =
        named("endpoint", &(derived("") + &supporting("Endorsing", &x509("AlwaysToRecipient", ""))));
    let at_port =
        Attached { around: [String::new(), String::new(), refers("signed") + &refers("encrypted")], ..base("port") };
    let at_service = Attached { around: [String::new(), both.clone(), String::new()], ..base("service") };
    let at_port_type = Attached { around: [both.clone(), String::new(), String::new()], ..base("port type") };
    let soap12_symmetric = Attached {
        is_soap12: true,
        policies: symmetric_endpoint + &parts(),
        bound: [String::new(), both.clone(), both.clone()],
        ..base("SOAP 1.2, symmetric, input and output")
    };
    let either = Attached {
        bound: [
            refers("signed"),
            format!(
                "<wsp:Policy><wsp:ExactlyOne><wsp:All>{}</wsp:All><wsp:All>{}</wsp:All></wsp:ExactlyOne></wsp:Policy>",
                refers("encrypted"),
                refers("user")
            ),
            String::new(),
        ],
        ..base("alternatives at the input")
    };
    let nested =
        Attached { policies: nested, ..base("binding, by a policy that refers to others, and one of them to others") };
    vec![
        less(&bound, |weaker| weaker.bound[0] = refers("signed")),
        less(&each, |weaker| weaker.bound[1] = refers("signed")),
        less(&of_user, |weaker| weaker.bound[1] = String::new()),
        less(&abstract_one, |weaker| weaker.operation = refers("signed")),
        less(&uris, |weaker| weaker.input_uris = ""),
        less(&message, |weaker| weaker.message = String::new()),
        less(&at_port, |weaker| weaker.around[2] = refers("signed")),
        less(&at_service, |weaker| weaker.around[1] = refers("signed")),
        less(&at_port_type, |weaker| weaker.around[0] = refers("signed")),
        less(&soap12_symmetric, |weaker| weaker.bound[1] = refers("signed")),
        less(&either, |weaker| weaker.bound[1] = String::new()),
        less(&nested, |weaker| weaker.policies = weaker.policies.replace(ENCRYPTED, "")),
    ]
}

#[test]
fn cxf_and_we_speak_by_the_policy_of_a_description() {
    if !peer::wanted() {
        return;
    }
    let (mut driver, port) = Driver::java("cxf", "Cxf").listening();
    let mut matrix = Matrix::new(&COLUMNS);
    for (at, (row, weaker)) in rows().iter().enumerate() {
        let [ours, theirs] = COLUMNS;
        let outcome = row.our_call(weaker, &mut driver, port, &format!("described-{at}"));
        matrix.cell(row.name, ours, outcome, row.explained);
        matrix.cell(row.name, theirs, row.their_call(weaker, &mut driver), row.explained);
    }
    matrix.finish("Apache CXF 3.5 by policies that a description attaches");
}
