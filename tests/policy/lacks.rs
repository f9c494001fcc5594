//! What the listing calls done is demanded: of a policy, each such assertion is left out once. What a sender makes of the rest
//! is refused by the side that has the whole.

use std::collections::BTreeSet;
use std::time::SystemTime;

use ws_security::c14n::{Document, Limits};
use ws_security::crypto::SystemRandom;
use ws_security::policy::{Exchange, Keys, Opening, Policy, PolicyOpenError, Side, SideError, Standing};
use ws_security::{AssertionTrust, Correlation, NewAssertion, SamlVersion, Secret, TransportFacts, Trust};

use crate::REQUEST;
use crate::common::*;
use crate::shapes::{SP, Shape, policy, singles};
use crate::with_context;

/// A reply with all that a request has.
const REPLY: &str = REQUEST;

/// Assertions without which a sender makes the same messages, or weaker ones that are as good, and why.
const SAME: [(&str, &str); 21] = [
    ("Layout", "any order is the default"),
    ("Layout/Lax", "any order is the default"),
    ("Wss11", "what it has inside is left out on its own"),
    ("MustSupportRefEncryptedKey", "it demands nothing of a message"),
    ("MustSupportRefIssuerSerial", "it demands nothing of a message"),
    ("MustSupportRefThumbprint", "it demands nothing of a message"),
    ("X509Token/RequireIssuerSerialReference", "it is the default"),
    ("InitiatorToken/X509Token/WssX509V3Token10", "it is the default"),
    ("RecipientToken/X509Token/WssX509V3Token10", "it is the default"),
    ("EndorsingSupportingTokens/X509Token/WssX509V3Token10", "it is the default"),
    ("ProtectionToken/X509Token/WssX509V3Token10", "it is the default"),
    ("RecipientToken/X509Token/WssX509PkiPathV1Token10", "the certificate is not in the message"),
    ("OnlySignEntireHeadersAndBody", "our signatures cover nothing else, and any other is refused"),
    ("SignedElements", "it is inside the Body, which is signed"),
    ("SignedElements/XPath", "it is inside the Body, which is signed"),
    ("SignedParts/Body", "without a part it is all parts"),
    ("EncryptedParts/Body", "without a part it is the Body"),
    ("SamlToken/WssSamlV20Token11", "the assertion has this version"),
    ("SC13SecurityContextToken", "it is the default"),
    ("UsernameToken/WssUsernameToken10", "both versions have one form"),
    ("TransportBinding/TransportToken", "the caller vouches for the transport"),
];

/// What is of the content of a message, which no sender makes; and what a digest has in any case.
const NOT_OURS: [&str; 6] = [
    "RequiredParts",
    "RequiredParts/Header",
    "RequiredElements",
    "RequiredElements/XPath",
    "UsernameToken/Created",
    "UsernameToken/Nonce",
];

fn supporting(kind: &str, inside: &str) -> String {
    format!("<sp:{kind}><wsp:Policy>{inside}</wsp:Policy></sp:{kind}>")
}

fn x509(include: &str, inside: &str) -> String {
    format!(
        "<sp:X509Token sp:IncludeToken=\"{SP}/IncludeToken/{include}\"><wsp:Policy>{inside}</wsp:Policy></sp:X509Token>"
    )
}

/// A policy of a shape, with more assertions.
fn and(shape: &Shape, more: &str) -> String {
    shape.policy().replace("</wsp:All>", &format!("{more}</wsp:All>"))
}

fn over_transport(more: &str) -> String {
    policy(&format!(
        "<sp:TransportBinding><wsp:Policy><sp:TransportToken><wsp:Policy><sp:HttpsToken/></wsp:Policy></sp:TransportToken>\
         <sp:AlgorithmSuite><wsp:Policy><sp:Basic256Sha256/></wsp:Policy></sp:AlgorithmSuite><sp:IncludeTimestamp/></wsp:Policy>\
         </sp:TransportBinding>{more}"
    ))
}

/// Policies with every assertion that is done, each with a name.
fn policies() -> Vec<(String, String)> {
    let to = "<sp:Header Name=\"To\" Namespace=\"http://www.w3.org/2005/08/addressing\"/>";
    let path = |assertion: &str| {
        format!(
            "<sp:{assertion}><sp:XPath xmlns:b=\"urn:bank\" xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">\
             /s:Envelope/s:Body/b:pay</sp:XPath></sp:{assertion}>"
        )
    };
    let user = |inside: &str| {
        format!(
            "<sp:UsernameToken sp:IncludeToken=\"{SP}/IncludeToken/AlwaysToRecipient\"><wsp:Policy>{inside}</wsp:Policy>\
             </sp:UsernameToken>"
        )
    };
    let saml = format!(
        "<sp:SamlToken sp:IncludeToken=\"{SP}/IncludeToken/AlwaysToRecipient\"><wsp:Policy><sp:WssSamlV20Token11/></wsp:Policy>\
         </sp:SamlToken>"
    );
    let own_parts = |parts: &str| {
        let inside = format!("{}<sp:SignedParts>{parts}</sp:SignedParts>", x509("AlwaysToRecipient", ""));
        supporting("EndorsingSupportingTokens", &inside)
    };
    let plain = Shape::default();
    let clear = plain.clone().with("encrypted", "nothing");
    let digest = user("<sp:HashPassword/><sp:Created/><sp:Nonce/>");
    let mut all: Vec<(String, String)> = singles().into_iter().map(|shape| (shape.name(), shape.policy())).collect();
    let more = [
        ("required parts", and(&plain, &format!("<sp:RequiredParts>{to}</sp:RequiredParts>"))),
        ("required elements", and(&clear, &path("RequiredElements"))),
        ("encrypted element", and(&clear, &path("EncryptedElements"))),
        ("encrypted content", and(&clear, &path("ContentEncryptedElements"))),
        ("digest", and(&plain, &supporting("SignedEncryptedSupportingTokens", &digest))),
        ("clear digest", and(&plain, &supporting("SignedSupportingTokens", &digest))),
        ("assertion", and(&plain, &supporting("SignedSupportingTokens", &saml))),
        ("endorsing with Body", and(&plain, &own_parts("<sp:Body/>"))),
        (
            "signed endorsing",
            and(&plain, &supporting("SignedEndorsingSupportingTokens", &x509("AlwaysToRecipient", ""))),
        ),
        ("endorsing with Body and To", and(&clear, &own_parts(&format!("<sp:Body/>{to}")))),
        (
            "endorsing with To, symmetric",
            and(&clear.clone().with("binding", "derived"), &own_parts(&format!("<sp:Body/>{to}"))),
        ),
        ("thumbprint, derived", plain.clone().with("binding", "derived").with("recipient", "thumbprint").policy()),
        ("path", and(&plain, "").replace("WssX509V3Token10", "WssX509PkiPathV1Token10")),
        (
            "embedded",
            plain.policy().replacen(
                "<wsp:Policy><sp:WssX509V3Token10/>",
                "<wsp:Policy><sp:RequireEmbeddedTokenReference/>",
                1,
            ),
        ),
        ("transport, digest", over_transport(&supporting("SupportingTokens", &digest))),
        ("transport, endorsing", over_transport(&own_parts(&format!("<sp:Body/>{to}")))),
        (
            "transport, endorsing element",
            over_transport(&own_parts("").replace("<sp:SignedParts></sp:SignedParts>", &path("SignedElements"))),
        ),
        ("transport, assertion", over_transport(&supporting("SupportingTokens", &saml))),
        ("context", with_context("<sp:RequireDerivedKeys/><sp:SC13SecurityContextToken/>")),
    ];
    all.extend(more.map(|(name, text)| (name.to_owned(), text)));
    all
}

/// Both sides have all keys; only the sender agrees to what weakens a message.
struct Both {
    sender: [Keys; 2],
    receiver: [Keys; 2],
}

impl Both {
    fn new() -> Self {
        let shape = Shape::default();
        let new = NewAssertion::new(SamlVersion::V2_0, "https://idp.example", "uid=ann").audience("urn:bank").bearer();
        let assertion = new.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("issued");
        let secret = || Secret::new(vec![7; 32]);
        let issuer = || {
            let trust = Trust::pins([certificate("carol")]);
            AssertionTrust::for_audience("urn:bank").issuer("https://idp.example", trust).accept_bearer()
        };
        let client = || {
            let keys = shape.client(identity("alice"), certificate("bob"), certificate("ca")).allow_legacy_algorithms();
            keys.assertion(assertion.as_str()).security_context("urn:uuid:1", secret())
        };
        let service = || {
            let keys =
                shape.service(identity("bob"), certificate("alice"), certificate("ca")).allow_legacy_algorithms();
            keys.assertions(issuer()).security_context("urn:uuid:1", secret()).partner(certificate("alice"))
        };
        let weak = |keys: Keys| keys.dangerous_unsigned_body().dangerous_unprotected();
        Self { sender: [weak(client()), weak(service())], receiver: [client(), service()] }
    }
}

/// Opens a message and says how it went; the correlation of a request, for its reply.
fn opened(exchange: &Exchange, message: &str, request: Option<&Correlation>) -> Result<Correlation, String> {
    let text = |error: PolicyOpenError| error.to_string();
    match exchange.opening() {
        Some(Opening::Body) => exchange.open(message, request).map(|opened| opened.correlation().clone()).map_err(text),
        Some(Opening::Parts) => {
            exchange.open_parts(message, request).map(|opened| opened.correlation().clone()).map_err(text)
        }
        Some(_) => {
            let facts = TransportFacts::server_authenticated_tls();
            exchange.open_over(facts, message, request).map(|opened| opened.correlation().clone()).map_err(text)
        }
        None => Err("there is no receiver".to_owned()),
    }
}

fn usable(side: Result<Side, SideError>) -> Option<Side> {
    side.ok().filter(|side| !side.exchanges().is_empty())
}

enum Outcome {
    /// No message can be made so.
    NotMade,
    Refused(String),
    Accepted,
}

/// Request and reply of one policy, opened by another.
fn outcome(sent: &Policy, demanded: &Policy) -> Outcome {
    // An assertion without a signature of its holder is good for one message.
    let both = Both::new();
    let made = usable(sent.client(&both.sender[0])).zip(usable(sent.service(&both.sender[1])));
    let Some((client, own_service)) = made else { return Outcome::NotMade };
    let whole_client = usable(demanded.client(&both.receiver[0])).expect("a client");
    let whole_service = usable(demanded.service(&both.receiver[1])).expect("a service");
    let (client, own_service) = (&client.exchanges()[0], &own_service.exchanges()[0]);
    let (message, correlation) = match client.plan().map(|plan| plan.message(REQUEST).secure()) {
        Some(Ok(sent)) => (sent.message, Some(sent.correlation)),
        Some(Err(_)) => return Outcome::NotMade,
        None => (REQUEST.to_owned(), None),
    };
    if let Err(why) = opened(&whole_service.exchanges()[0], &message, None) {
        return Outcome::Refused(why);
    }
    let whole_client = &whole_client.exchanges()[0];
    if whole_client.receiver().is_none() {
        return Outcome::Accepted;
    }
    let Ok(request) = opened(own_service, &message, None) else { return Outcome::Accepted };
    let reply = match own_service.plan().map(|plan| plan.message(REPLY).answering(&request).secure()) {
        Some(Ok(reply)) => reply.message,
        Some(Err(_)) => return Outcome::Accepted,
        None => REPLY.to_owned(),
    };
    match opened(whole_client, &reply, correlation.as_ref()) {
        Ok(_) => Outcome::Accepted,
        Err(why) => Outcome::Refused(why),
    }
}

/// Whether a path ends with these names.
fn is_path(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

/// The policy without the element at a line and column, and the element.
fn without(text: &str, line: usize, column: usize) -> (String, String) {
    let start: usize = text.lines().take(line - 1).map(|line| line.len() + 1).sum::<usize>() + column - 1;
    let document = Document::parse(text, &Limits::default()).expect("XML");
    let span = document.element_at(start).expect("an element").span();
    ([&text[..span.start], &text[span.end..]].concat(), text[span].to_owned())
}

#[test]
fn a_message_without_what_an_assertion_demands_is_refused() {
    let (mut accepted, mut refused, mut not_made, mut used) = (Vec::new(), 0, 0, BTreeSet::new());
    let mut broken = Vec::new();
    for (name, text) in policies() {
        let whole = Policy::from_wsdl(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        if let Outcome::Refused(why) = outcome(&whole, &whole) {
            broken.push(format!("{name}: refuses its own message: {why}"));
            continue;
        }
        let listing: Vec<_> = whole.listing().collect();
        let mut seen = BTreeSet::new();
        for judged in listing.iter().flat_map(|listed| &listed.alternatives[0]) {
            if !matches!(judged.standing, Standing::Done(_))
                || !seen.insert((judged.place.line(), judged.place.column()))
            {
                continue;
            }
            let (rest, _) = without(&text, judged.place.line(), judged.place.column());
            let sent = Policy::from_wsdl(&rest).unwrap_or_else(|error| panic!("{name}: {error}"));
            match outcome(&sent, &whole) {
                Outcome::NotMade => not_made += 1,
                Outcome::Refused(_) => refused += 1,
                Outcome::Accepted if NOT_OURS.iter().any(|end| is_path(&judged.place.path(), end)) => {}
                Outcome::Accepted => match SAME.iter().find(|(same, _)| is_path(&judged.place.path(), same)) {
                    Some((same, _)) => drop(used.insert(*same)),
                    None => accepted.push(format!("{name}: {}: {}", judged.place.path(), judged.standing.what())),
                },
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    accepted.sort();
    assert!(
        accepted.is_empty(),
        "{} are accepted, {refused} refused, {not_made} not made:\n{}",
        accepted.len(),
        accepted.join("\n")
    );
    let never: Vec<_> = SAME.iter().filter(|(same, _)| !used.contains(same)).collect();
    assert!(never.is_empty(), "{never:?} are refused by now");
    // Without its binding, a policy with parts makes no message.
    assert!(refused > 220, "{refused} refused, {not_made} not made");
}
