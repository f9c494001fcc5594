//! What the listing and the check say of assertions that are at odd places, of other domains, or done by one side alone.

use std::time::SystemTime;

use ws_security::crypto::SystemRandom;
use ws_security::policy::{Judged, Message, Policy, PolicyReader};
use ws_security::{AssertionTrust, NewAssertion, SamlVersion, TransportFacts, Trust};

use crate::common::*;
use crate::reading::{with_id, wsdl};
use crate::shapes::{SP, Shape, policy};
use crate::{REQUEST, says, with_context};

fn token(kind: &str, inside: &str) -> String {
    let include = format!("sp:IncludeToken=\"{SP}/IncludeToken/AlwaysToRecipient\"");
    format!("<sp:{kind} {include}><wsp:Policy>{inside}</wsp:Policy></sp:{kind}>")
}

fn over_tls(transport: &str) -> String {
    policy(&format!(
        "<sp:TransportBinding><wsp:Policy><sp:TransportToken><wsp:Policy>{transport}</wsp:Policy></sp:TransportToken>\
         <sp:AlgorithmSuite><wsp:Policy><sp:Basic256Sha256/></wsp:Policy></sp:AlgorithmSuite><sp:IncludeTimestamp/>\
         </wsp:Policy></sp:TransportBinding>"
    ))
}

/// What is said of the assertions of this name in the policy of a request: the standing, and the words.
fn said(text: &str, name: &str) -> Vec<(&'static str, String)> {
    let read = Policy::from_wsdl(text).expect("a policy");
    let listed = read.listing().next().expect("a request");
    let of = |judged: &&Judged| &*judged.name == name;
    let said = |judged: &Judged| (judged.standing.word(), judged.standing.what().to_owned());
    listed.alternatives[0].iter().filter(of).map(said).collect()
}

#[test]
fn assertions_about_other_things_are_listed_with_their_domain() {
    for (namespace, local, domain) in [
        ("http://schemas.xmlsoap.org/ws/2004/09/policy/encoding", "Utf816FFFECharacterEncoding", "encoding"),
        ("http://schemas.xmlsoap.org/ws/2004/09/policy/addressing", "UsingAddressing", "WS-Addressing"),
        ("http://schemas.sun.com/ws/2006/05/sc/client", "SCClientConfiguration", "Metro"),
        ("http://schemas.sun.com/ws/2006/05/sc/server", "SCConfiguration", "Metro"),
        ("http://schemas.sun.com/ws/2006/05/trust/client", "PreconfiguredSTS", "Metro"),
        ("http://schemas.sun.com/ws/2006/05/trust/server", "STSConfiguration", "Metro"),
        ("http://sun.com/2006/03/rm", "Ordered", "WS-ReliableMessaging"),
        ("http://sun.com/2006/03/rm/client", "ResendInterval", "WS-ReliableMessaging"),
        ("http://schemas.microsoft.com/net/2005/02/rm/policy", "RmFlowControl", "WS-ReliableMessaging"),
        ("http://schemas.microsoft.com/ws-rx/wsrmp/200702", "InactivityTimeout", "WS-ReliableMessaging"),
        ("http://docs.oasis-open.org/ws-rx/wsrmp/200702", "RMAssertion", "WS-ReliableMessaging"),
        ("http://docs.oasis-open.org/ws-rx/wsmc/200702", "MCSupported", "WS-MakeConnection"),
        ("http://schemas.xmlsoap.org/ws/2005/05/identity", "RequireFederatedIdentityProvisioning", "information cards"),
    ] {
        let shape = Shape::default().policy();
        let text = shape.replace("</wsp:All>", &format!("<o:{local} xmlns:o=\"{namespace}\"/></wsp:All>"));
        let said = said(&text, local);
        assert!(matches!(&said[..], [("not ours", what)] if what.contains(domain)), "{namespace}: {said:?}");
    }
}

#[test]
fn the_security_assertions_of_wcf_are_known() {
    let wcf = |local: &str| format!("<m:{local} xmlns:m=\"http://schemas.microsoft.com/ws/2005/07/securitypolicy\"/>");
    let context = with_context(&format!("<sp:RequireDerivedKeys/>{}", wcf("RequireCancel")));
    assert!(matches!(&said(&context, "RequireCancel")[..], [("not ours", what)] if what.contains("WS-Trust")));
    let endorsing = format!(
        "<sp:EndorsingSupportingTokens><wsp:Policy>{}</wsp:Policy></sp:EndorsingSupportingTokens>",
        wcf("RsaToken")
    );
    let text = Shape::default().policy().replace("</wsp:All>", &format!("{endorsing}</wsp:All>"));
    assert!(matches!(&said(&text, "RsaToken")[..], [("refused", what)] if what.contains("without a certificate")));
}

/// CXF has the token of a token service there, and sends it over TLS.
#[test]
fn a_token_of_a_token_service_that_the_transport_has_comes_with_requests() {
    let text = over_tls(&token("IssuedToken", ""));
    assert!(matches!(&said(&text, "TransportToken")[..], [("done", what)] if what.contains("supporting token")));
    assert!(matches!(&said(&text, "IssuedToken")[..], [("done", _)]));
    let about = NewAssertion::new(SamlVersion::V2_0, "https://idp.example", "uid=ann").audience("urn:bank").bearer();
    let assertion = about.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("issued");
    let trust = Trust::pins([certificate("carol")]);
    let issuer = AssertionTrust::for_audience("urn:bank").issuer("https://idp.example", trust).accept_bearer();
    let shape = Shape::default();
    let read = Policy::from_wsdl(&text).expect("a policy");
    let client = shape.client(identity("alice"), certificate("bob"), certificate("ca")).assertion(assertion);
    let client = read.client(&client).expect("a client");
    let service = shape.service(identity("bob"), certificate("alice"), certificate("ca")).assertions(issuer);
    let service = read.service(&service).expect("a service");
    let open = |message: &str| {
        let opened = service.exchanges()[0].open_over(TransportFacts::server_authenticated_tls(), message, None);
        opened.map(|opened| opened.assertions().len()).map_err(|error| error.to_string())
    };
    let message = client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message;
    assert_eq!(open(&message), Ok(1));
    let bare = Policy::from_wsdl(&over_tls("<sp:HttpsToken/>")).expect("a policy");
    let bare = bare.client(&shape.client(identity("alice"), certificate("bob"), certificate("ca"))).expect("a client");
    let message = bare.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message;
    says(open(&message), "the token is not in the message");
}

#[test]
fn another_token_of_the_transport_is_refused_and_nothing_inside_it_is_said_to_be_done() {
    for kind in ["X509Token", "UsernameToken", "SamlToken", "KerberosToken", "SecureConversationToken"] {
        let text = over_tls(&token(kind, "<sp:RequireDerivedKeys/>"));
        assert!(
            matches!(&said(&text, "TransportToken")[..], [("refused", what)] if what.contains("sp:HttpsToken")),
            "{kind}"
        );
        for inside in [kind, "RequireDerivedKeys"] {
            assert!(said(&text, inside).iter().all(|(standing, _)| *standing != "done"), "{kind}: {inside}");
        }
    }
}

#[test]
fn a_message_without_its_header_or_its_token_does_not_fit() {
    let supporting =
        |token: &str| format!("<sp:SupportingTokens><wsp:Policy>{token}</wsp:Policy></sp:SupportingTokens>");
    let check = |text: &str, message: &str| {
        let found = Policy::from_wsdl(text).expect("a policy").check("", Message::Request, message).expect("judged");
        found.iter().map(|broken| format!("{}: {}", broken.name, broken.why)).collect::<Vec<_>>()
    };
    let header = |inside: &str| {
        let wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
        REQUEST.replace("<s:Header>", &format!("<s:Header><w:Security xmlns:w=\"{wsse}\">{inside}</w:Security>"))
    };
    let encrypted = "<a:EncryptedAssertion xmlns:a=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>";
    for kind in ["UsernameToken", "SamlToken", "IssuedToken", "X509Token"] {
        let text = policy(&supporting(&token(kind, "")));
        assert_eq!(check(&text, REQUEST), [format!("{kind}: there is no Security header")]);
        assert_eq!(check(&text, &header("")), [format!("{kind}: the token is not in the message")]);
        let is_assertion = ["SamlToken", "IssuedToken"].contains(&kind);
        assert_eq!(check(&text, &header(encrypted)).is_empty(), is_assertion, "{kind}");
    }
    let old = policy(&supporting(&token("SamlToken", "<sp:WssSamlV11Token11/>")));
    assert_eq!(check(&old, &header(encrypted)), ["SamlToken: the token is not in the message"]);
}

#[test]
fn the_policy_of_a_fault_is_named_with_its_place() {
    let text = wsdl(&with_id(&Shape::default().policy(), "binding"), "", "").replace(
        "<d:output></d:output>",
        "<d:output></d:output>\n<d:fault name=\"Broke\"><wsp:PolicyReference URI=\"#binding\"/></d:fault>",
    );
    let read = PolicyReader::new().read(&text).expect("a policy");
    let line = text.lines().position(|line| line.contains("<d:fault")).expect("the fault") + 1;
    let [unread] = read.unread() else { panic!("{:?}", read.unread()) };
    assert!(unread.contains("the fault \"Broke\"") && unread.contains(&format!(" {line}:1 fault")), "{unread}");
}

#[test]
fn what_one_side_alone_does_is_listed_so() {
    let text = |kind: &str, token: &str, binding: &str| {
        let more = format!("<sp:{kind}SupportingTokens><wsp:Policy>{token}</wsp:Policy></sp:{kind}SupportingTokens>");
        Shape::default().with("binding", binding).policy().replace("</wsp:All>", &format!("{more}</wsp:All>"))
    };
    let mere = token("UsernameToken", "<sp:NoPassword/>");
    let digest = token("UsernameToken", "<sp:HashPassword/>");
    let versions = ["20", "11"].map(|version| token("SamlToken", &format!("<sp:WssSamlV{version}Token11/>"))).concat();
    for (text, name, sides) in [
        (text("Signed", &mere, "asymmetric"), "UsernameToken", (true, false)),
        (text("Signed", &token("X509Token", ""), "asymmetric"), "X509Token", (true, false)),
        (text("Signed", &digest, "derived"), "UsernameToken", (true, false)),
        (text("Signed", &versions, "asymmetric"), "SamlToken", (false, true)),
        (text("Signed", &digest, "asymmetric"), "UsernameToken", (true, true)),
        (with_context(""), "SecureConversationToken", (false, false)),
        (with_context("<sp:RequireDerivedKeys/>"), "SecureConversationToken", (true, true)),
    ] {
        let read = Policy::from_wsdl(&text).expect("a policy");
        let listed = read.listing().next().expect("a request");
        assert_eq!((listed.is_usable_by_client(), listed.is_usable_by_service()), sides, "{text}");
        assert_eq!(listed.is_usable(), sides == (true, true), "{text}");
        let word = match sides {
            (true, true) => "done",
            (true, false) => "client only",
            (false, true) => "service only",
            (false, false) => "refused",
        };
        assert!(said(&text, name).iter().any(|(standing, _)| *standing == word), "{word}: {:?}", said(&text, name));
    }
}
