//! Policies as products write them: what they leave out, say twice, or say in words of their own.

use std::time::SystemTime;

use ws_security::crypto::SystemRandom;
use ws_security::policy::{Keys, Message, Opening, Policy, PolicyReader};
use ws_security::{
    AssertionTrust, MemoryReplayCache, NewAssertion, SamlVersion, Secret, SignatureMethod, TransportFacts, Trust,
};

use crate::common::*;
use crate::reading::{with_id, wsdl};
use crate::shapes::{PASSWORD, SP, Shape, policy};
use crate::{REPLY, REQUEST, exchanged, says, sides};

const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

fn all(inside: &str) -> String {
    format!("<wsp:Policy>{inside}</wsp:Policy>")
}

fn transport(timestamp: &str) -> String {
    let token = all("<sp:HttpsToken RequireClientCertificate=\"false\"/>");
    let suite = all("<sp:Basic256Sha256/>");
    let inside = format!(
        "<sp:TransportToken>{token}</sp:TransportToken><sp:AlgorithmSuite>{suite}</sp:AlgorithmSuite>{timestamp}"
    );
    format!("<sp:TransportBinding>{}</sp:TransportBinding>", all(&inside))
}

fn supporting(kind: &str, token: &str) -> String {
    format!("<sp:{kind}SupportingTokens>{}</sp:{kind}SupportingTokens>", all(token))
}

fn token(kind: &str, include: &str, inside: &str) -> String {
    format!("<sp:{kind} sp:IncludeToken=\"{SP}/IncludeToken/{include}\">{}</sp:{kind}>", all(inside))
}

fn user() -> String {
    token("UsernameToken", "AlwaysToRecipient", "<sp:WssUsernameToken10/>")
}

fn client() -> Keys {
    Shape::default().client(identity("alice"), certificate("bob"), certificate("ca"))
}

fn service() -> Keys {
    Shape::default().service(identity("bob"), certificate("alice"), certificate("ca"))
}

fn and(shape: &Shape, more: &str) -> String {
    shape.policy().replace("</wsp:All>", &format!("{more}</wsp:All>"))
}

fn request(text: &str, keys: &Keys) -> String {
    let client = Policy::from_wsdl(text).expect("a policy").client(keys).expect("a client");
    client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message
}

/// The Body and the header, and what each `sp:XPath` names, of one version of SOAP or of both.
fn paths(assertion: &str, paths: &[&str]) -> String {
    let path = |path: &str| {
        format!(
            "<sp:XPath xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:t=\"http://www.w3.org/2003/05/soap-envelope\" \
             xmlns:w=\"{WSSE}\" xmlns:d=\"http://www.w3.org/2000/09/xmldsig#\" xmlns:b=\"urn:bank\" xmlns:x=\"urn:x\" \
             xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" \
             xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\">{path}</sp:XPath>"
        )
    };
    format!("<sp:{assertion}>{}</sp:{assertion}>", paths.iter().map(|one| path(one)).collect::<String>())
}

/// WCF with `mode="Transport"`: TLS does it all. With a user, requests have him, and replies have nothing.
#[test]
fn where_tls_does_it_all_there_is_nothing_to_do() {
    let bare = transport("").replace("Basic256Sha256", "Basic256");
    let bare = Policy::from_wsdl(&policy(&bare)).expect("a policy");
    let (client_side, service_side) =
        (bare.client(&client()).expect("a client"), bare.service(&service()).expect("a service"));
    for exchange in [&client_side.exchanges()[0], &service_side.exchanges()[0]] {
        assert!(exchange.plan().is_none() && exchange.receiver().is_none());
    }
    let text = policy(&(transport("") + &supporting("Signed", &user())));
    let with_user = Policy::from_wsdl(&text).expect("a policy");
    let (client_side, service_side) =
        (with_user.client(&client()).expect("a client"), with_user.service(&service()).expect("a service"));
    let sent = client_side.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured");
    let opened = service_side.exchanges()[0].open_over(TransportFacts::server_authenticated_tls(), &sent.message, None);
    assert!(opened.expect("opened").user().is_some());
    assert!(client_side.exchanges()[0].receiver().is_none() && service_side.exchanges()[0].plan().is_none());
    says(
        service_side.exchanges()[0].open_over(TransportFacts::server_authenticated_tls(), REQUEST, None),
        "no Security header",
    );
}

/// What TLS alone knows is not said to be judged here, and another alternative or port is found beside it.
#[test]
fn what_is_left_to_tls_stays_with_tls() {
    let shape = Shape::default();
    let two = shape.policy().replace("<wsp:All>", &format!("<wsp:All>{}</wsp:All><wsp:All>", transport("")));
    let service_side = Policy::from_wsdl(&two).expect("a policy").service(&service()).expect("a service");
    let signed = request(&shape.policy(), &client());
    assert_eq!(service_side.fitting("", &signed).expect("an operation").alternative(), 2);
    let bare = service_side.fitting("", REQUEST).expect("an operation");
    assert_eq!(bare.alternative(), 1);
    says(bare.open_over(TransportFacts::dangerous_unprotected(), REQUEST, None), "vouches for no TLS");
    says(bare.open_over(TransportFacts::server_authenticated_tls(), REQUEST, None), "all of TLS");
    let one = wsdl(&with_id(&policy(&transport("")), "binding"), "", "");
    let other = with_id(&Shape::default().with("binding", "derived").policy(), "other");
    let binding = format!(
        "{other}<d:binding name=\"C\" type=\"b:T\"><wsp:PolicyReference URI=\"#other\"/><d:operation name=\"pay\">\
         <soap:operation soapAction=\"urn:pay\"/><d:input/><d:output/></d:operation></d:binding><d:service name=\"S\">"
    );
    let both = one.replace("<d:service name=\"S\">", &binding);
    let both = both.replace("</d:service>", "<d:port name=\"Q\" binding=\"b:C\"/></d:service>");
    let bare = Keys::new(Trust::no_certificates(), MemoryReplayCache::default());
    let client_side = Policy::from_wsdl(&both).expect("a policy").client(&bare).expect("a client");
    assert_eq!(client_side.operation("pay").expect("TLS is enough").port(), "P");
}

/// Of a message without a Security header, the connection and the parts are judged; nothing opens it.
#[test]
fn a_service_behind_tls_alone_demands_the_certificate_of_the_client_and_the_parts() {
    let to = "<sp:RequiredParts><sp:Header Name=\"To\" Namespace=\"http://www.w3.org/2005/08/addressing\"/></sp:RequiredParts>";
    let knows_client = transport("").replace("\"false\"", "\"true\"");
    let nested = transport("").replace(
        "<sp:HttpsToken RequireClientCertificate=\"false\"/>",
        &format!("<sp:HttpsToken>{}</sp:HttpsToken>", all("<sp:RequireClientCertificate/>")),
    );
    let tls = TransportFacts::server_authenticated_tls;
    let known = || tls().with_client_certificate(certificate("alice"));
    let without_to = REQUEST.replace("To", "From");
    let of = |text: &str| Policy::from_wsdl(&policy(text)).expect("a policy").service(&service()).expect("a service");
    for (text, facts, message, refused) in [
        (knows_client.clone(), known(), REQUEST, None),
        (nested.clone(), known(), REQUEST, None),
        (knows_client.clone(), tls(), REQUEST, Some("knows no certificate of the client")),
        (nested, tls(), REQUEST, Some("knows no certificate of the client")),
        (knows_client.clone(), TransportFacts::dangerous_unprotected(), REQUEST, Some("vouches for no TLS")),
        (transport("") + to, tls(), REQUEST, None),
        (transport("") + to, tls(), &without_to, Some("To is not there")),
        (transport("") + to, TransportFacts::dangerous_unprotected(), REQUEST, Some("vouches for no TLS")),
        (knows_client.clone() + to, known(), REQUEST, None),
        (knows_client.clone() + to, known(), &without_to, Some("To is not there")),
        (knows_client.clone() + to, tls(), REQUEST, Some("knows no certificate of the client")),
        (to.to_owned(), TransportFacts::dangerous_unprotected(), REQUEST, None),
        (to.to_owned(), TransportFacts::dangerous_unprotected(), &without_to, Some("To is not there")),
    ] {
        let side = of(&text);
        let exchange = side.operation("").expect("an operation");
        assert!(exchange.opening().is_none() && exchange.receiver().is_none(), "{text}");
        match refused {
            None => assert_eq!(exchange.check_over(&facts, message), Ok(()), "{text}"),
            Some(why) => says(exchange.check_over(&facts, message), why),
        }
        says(exchange.open_over(facts, message, None).map(drop), "check_over");
        says(exchange.open(message, None).map(drop), "check_over");
    }
    // A part that may be in ciphertext is not there: nobody decrypts it.
    let hidden = request(&Shape::default().with("encrypted", "Body and To").policy(), &client());
    let side = of(&(transport("") + to));
    says(side.exchanges()[0].check_over(&tls(), hidden.as_str()), "To is not there");
    // TLS alone, and what has a Security header.
    let bare = of(&transport(""));
    assert_eq!(bare.exchanges()[0].check_over(&tls(), REQUEST), Ok(()));
    says(bare.exchanges()[0].check_over(&TransportFacts::dangerous_unprotected(), REQUEST), "vouches for no TLS");
    let stamped = of(&knows_client.replace("</sp:TransportBinding>", "").replace(
        "</wsp:Policy></sp:AlgorithmSuite></wsp:Policy>",
        "</wsp:Policy></sp:AlgorithmSuite><sp:IncludeTimestamp/></wsp:Policy></sp:TransportBinding>",
    ));
    says(stamped.exchanges()[0].check_over(&known(), REQUEST), "open_over");
    // An alternative whose messages have no header is taken for those that have the form of no other.
    let shape = Shape::default();
    let two = shape.policy().replace("<wsp:All>", &format!("<wsp:All>{knows_client}</wsp:All><wsp:All>"));
    let both = Policy::from_wsdl(&two).expect("a policy").service(&service()).expect("a service");
    let signed = request(&shape.policy(), &client());
    assert_eq!(both.fitting("", &signed).expect("an operation").opening(), Some(Opening::Body));
    let plain = both.fitting("", REQUEST).expect("an operation");
    assert_eq!(plain.opening(), None);
    says(plain.check_over(&tls(), REQUEST), "knows no certificate of the client");
}

/// A reply over TLS confirms the request whose reply it is, and no other.
#[test]
fn a_reply_over_tls_confirms_its_own_request() {
    let confirms = format!("<sp:Wss11>{}</sp:Wss11>", all("<sp:RequireSignatureConfirmation/>"));
    let endorsing = supporting("Endorsing", &token("X509Token", "AlwaysToRecipient", "<sp:WssX509V3Token10/>"));
    let text = policy(&(transport("<sp:IncludeTimestamp/>") + &endorsing + &confirms));
    let read = Policy::from_wsdl(&text).expect("a policy");
    let (client_side, service_side) =
        (read.client(&client()).expect("a client"), read.service(&service()).expect("a service"));
    let (client_side, service_side) = (&client_side.exchanges()[0], &service_side.exchanges()[0]);
    let facts = TransportFacts::server_authenticated_tls;
    let exchanged = || {
        let sent = client_side.plan().expect("a plan").message(REQUEST).secure().expect("secured");
        let opened = service_side.open_over(facts(), &sent.message, None).expect("opened");
        let reply = service_side.plan().expect("a plan").message(REPLY).answering(opened.correlation());
        (sent.correlation, reply.secure().expect("secured").message)
    };
    let ((own, reply), (other, _)) = (exchanged(), exchanged());
    assert!(client_side.open_over(facts(), &reply, Some(&own)).is_ok());
    says(client_side.open_over(facts(), &reply, Some(&other)), "confirm");
    says(client_side.open_over(facts(), &reply, None), "Some(&sent.correlation)");
}

/// IBM WebSphere names what it encrypts by paths, the signature among them, and each path for both versions of SOAP.
#[test]
fn what_paths_name_in_the_security_header_is_encrypted() {
    let security = |version: &str, local: &str| format!("/{version}:Envelope/{version}:Header/w:Security/{local}");
    let named = |local: &str| paths("EncryptedElements", &[&security("s", local), &security("t", local)]);
    let shape = Shape::default();
    let hashed = token("UsernameToken", "AlwaysToRecipient", "<sp:HashPassword/>");
    let signed_user = supporting("Signed", &hashed);
    for (named, says_why) in [
        (named("d:Signature"), "a signature is in clear text"),
        (named("w:UsernameToken"), "the token is in clear text"),
    ] {
        let text = and(&shape, &(signed_user.clone() + &named));
        let (client_side, service_side) = sides(&shape, &text).expect("both sides");
        exchanged(&client_side.exchanges()[0], &service_side.exchanges()[0]).expect("exchanged");
        let visible = request(&and(&shape, &signed_user), &client());
        says(service_side.exchanges()[0].open(&visible, None), says_why);
    }
    says(sides(&shape, &and(&shape, &named("w:UsernameToken"))).map(drop), "leave the path out");
    let content = named("d:Signature").replace("EncryptedElements", "ContentEncryptedElements");
    says(sides(&shape, &and(&shape, &content)).map(drop), "whole elements");
    for (local, says_why) in [("u:Timestamp", "stays readable"), ("x:Timestamp", "are parts")] {
        says(sides(&shape, &and(&shape, &named(local))).map(drop), says_why);
    }
    let element = |version: &str| format!("/{version}:Envelope/{version}:Body/b:pay");
    let inner = |paths_of: &[&str]| {
        let text = Shape::default().policy().replace("<sp:OnlySignEntireHeadersAndBody/>", "");
        let text = text.replace("<sp:EncryptedParts><sp:Body/></sp:EncryptedParts>", "");
        text.replace("</wsp:All>", &format!("{}</wsp:All>", paths("SignedElements", paths_of)))
    };
    let (client_side, service_side) = sides(&shape, &inner(&[&element("s"), &element("t")])).expect("both sides");
    exchanged(&client_side.exchanges()[0], &service_side.exchanges()[0]).expect("both versions");
    let (_, other) = sides(&shape, &inner(&[&element("t")])).expect("both sides");
    says(
        other.exchanges()[0]
            .open(request(&inner(&[]).replace("<sp:SignedElements></sp:SignedElements>", ""), &client()), None),
        "SOAP",
    );
}

/// A token of the Security header that a path names for the signature is signed, where the message has it.
#[test]
fn what_paths_name_in_the_security_header_is_signed() {
    let shape = Shape::default();
    let saml = token("SamlToken", "AlwaysToRecipient", "<sp:WssSamlV20Token11/>");
    let named = paths("SignedElements", &["/s:Envelope/s:Header/w:Security/saml2:Assertion"]);
    let text = and(&shape, &(supporting("", &saml) + &named)).replace("<sp:OnlySignEntireHeadersAndBody/>", "");
    let about = NewAssertion::new(SamlVersion::V2_0, "https://idp.example", "uid=ann").audience("urn:bank").bearer();
    let bearer = about.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("issued");
    let issuer =
        AssertionTrust::for_audience("urn:bank").issuer("https://idp.example", Trust::pins([certificate("carol")]));
    let read = Policy::from_wsdl(&text).expect("a policy");
    let service_side = read.service(&service().assertions(issuer.accept_bearer())).expect("a service");
    let client_side = read.client(&client().assertion(bearer.as_str())).expect("a client");
    exchanged(&client_side.exchanges()[0], &service_side.exchanges()[0]).expect("exchanged");
    // Of another version than the one that the policy has.
    let old = NewAssertion::new(SamlVersion::V1_1, "https://idp.example", "uid=ann").audience("urn:bank").bearer();
    let old = old.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("issued");
    says(read.client(&client().assertion(old)), "another version of SAML");
    let two = and(&shape, &(supporting("Signed", &saml) + &supporting("Signed", &saml.replace("V20", "V11"))));
    says(Policy::from_wsdl(&two).expect("a policy").client(&client().assertion(bearer)), "two versions");
}

/// A service whose users nothing but the transport protects, as Axis2 and Oracle have them.
#[test]
fn a_user_without_a_binding_is_sent_once_the_caller_says_that_the_transport_protects_it() {
    let text = policy(&supporting("", &user()));
    let read = Policy::from_wsdl(&text).expect("a policy");
    says(read.client(&client()), "Keys::over_protected_transport");
    let message = request(&text, &client().over_protected_transport());
    assert!(message.contains(PASSWORD));
    let service_side = read.service(&service()).expect("a service");
    let open = |facts: TransportFacts| service_side.exchanges()[0].open_over(facts, &message, None).map(drop);
    assert_eq!(open(TransportFacts::server_authenticated_tls()), Ok(()));
    says(open(TransportFacts::dangerous_unprotected()), "clear text");
}

/// WCF over TLS: an assertion whose secret both sides have endorses by a MAC.
#[test]
fn an_issued_token_endorses_by_its_secret() {
    let issued = "<sp:IssuedToken sp:IncludeToken=\"".to_owned()
        + SP
        + "/IncludeToken/AlwaysToRecipient\"><sp:RequestSecurityTokenTemplate><t:KeyType \
           xmlns:t=\"http://docs.oasis-open.org/ws-sx/ws-trust/200512\">http://docs.oasis-open.org/ws-sx/ws-trust/200512/SymmetricKey\
           </t:KeyType></sp:RequestSecurityTokenTemplate></sp:IssuedToken>";
    let text = policy(&(transport("<sp:IncludeTimestamp/>") + &supporting("Endorsing", &issued)));
    let secret = || Secret::new(vec![9; 32]);
    let about = NewAssertion::new(SamlVersion::V2_0, "https://idp.example", "uid=ann").audience("urn:bank");
    let about = about.holder_of_secret(secret(), &certificate("bob"));
    let assertion = about.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("issued");
    let issuer =
        AssertionTrust::for_audience("urn:bank").issuer("https://idp.example", Trust::pins([certificate("carol")]));
    let keys = |keys: Keys| keys.symmetric_signature(SignatureMethod::HmacSha256);
    let bare = Keys::new(Trust::no_certificates(), MemoryReplayCache::default());
    let sends = keys(bare).assertion(assertion).assertion_secret(secret());
    let message = request(&text, &sends);
    assert!(message.contains("hmac-sha256"), "{message}");
    let read = Policy::from_wsdl(&text).expect("a policy");
    let service_side = read.service(&keys(service()).assertions(issuer)).expect("a service");
    let facts = TransportFacts::server_authenticated_tls();
    let opened = service_side.exchanges()[0].open_over(facts, &message, None).expect("opened");
    assert!(matches!(opened.signer(), Some(ws_security::Signer::Assertion(_))), "{:?}", opened.signer());
}

/// Axis2 and Metro have their own configuration in policies; others are passed over where the caller says so.
#[test]
fn what_products_say_of_themselves_is_passed_over() {
    let shape = Shape::default();
    for namespace in ["http://ws.apache.org/rampart/policy", "http://schemas.sun.com/2006/03/wss/client"] {
        let text = and(&shape, &format!("<r:Config xmlns:r=\"{namespace}\"><r:user>ann</r:user></r:Config>"));
        assert!(sides(&shape, &text).is_ok(), "{namespace}");
    }
    let text = and(&shape, "<a:Feature xmlns:a=\"urn:product\"/>");
    says(Policy::from_wsdl(&text).expect("a policy").client(&client()), "`PolicyReader::not_ours`");
    let read = PolicyReader::new().not_ours("urn:product").read(&text).expect("a policy");
    assert!(read.client(&client()).is_ok());
    let read = PolicyReader::new().not_ours(SP).read(&and(&shape, "<sp:Unknown/>")).expect("a policy");
    says(read.client(&client()), "Unknown");
}

/// WebLogic and WebSphere write the draft of WS-SecurityPolicy 1.2.
#[test]
fn the_draft_of_2005_is_read_as_the_standard() {
    let shape = Shape::default();
    let draft = shape.policy().replace(SP, &SP.replace("200702", "200512"));
    assert!(!draft.contains("200702"), "{draft}");
    let (client_side, service_side) = sides(&shape, &draft).expect("both sides");
    exchanged(&client_side.exchanges()[0], &service_side.exchanges()[0]).expect("exchanged");
}

#[test]
fn tokens_of_replies_are_not_dropped() {
    for (include, why) in [("AlwaysToInitiator", "only requests have"), ("Never", "never in a message")] {
        let text = and(&Shape::default(), &supporting("Signed", &token("UsernameToken", include, "")));
        says(sides(&Shape::default(), &text).map(drop), why);
    }
    let binding = with_id(&Shape::default().policy(), "binding");
    let of_reply = |include: &str| {
        let tokens = all(&supporting("Signed", &token("UsernameToken", include, "")));
        Policy::from_wsdl(&wsdl(&binding, "", &tokens)).expect("a policy").client(&client())
    };
    says(of_reply("Always"), "supporting tokens of replies");
    let endorsing = supporting("Endorsing", &token("X509Token", "Never", "<sp:WssX509V3Token10/>"));
    let endorsed = Policy::from_wsdl(&wsdl(&binding, "", &all(&endorsing))).expect("a policy");
    says(endorsed.client(&client()), "supporting tokens of replies");
    assert!(of_reply("AlwaysToRecipient").is_ok(), "requests alone have it");
}

/// What no side is made of is not listed as done, and a token of the operation is one of requests.
#[test]
fn the_listing_says_that_tokens_of_replies_are_refused() {
    let user = supporting("Signed", &token("UsernameToken", "Always", ""));
    let binding = with_id(&Shape::default().policy(), "binding");
    let words = |text: &str, message: Message| {
        let read = Policy::from_wsdl(text).expect("a policy");
        let listed = read.listing().find(|listed| listed.message == message).expect("a message");
        let of = |name: &str| {
            let found = listed.alternatives[0].iter().find(|judged| &*judged.name == name).expect(name);
            (found.standing.word(), found.standing.what().to_owned())
        };
        (listed.is_usable(), of("SignedSupportingTokens"), of("UsernameToken").0)
    };
    let (is_usable, (word, why), inside) = words(&wsdl(&binding, "", &all(&user)), Message::Reply);
    assert!(!is_usable && why.contains("leave them out of the reply"), "{why}");
    assert_eq!((word, inside), ("refused", "not ours"));
    let both = all(&user);
    for (text, message) in [
        (wsdl(&binding, &both, ""), Message::Request),
        // Both messages have one policy, and are judged each by itself.
        (wsdl(&binding, &both, &both), Message::Request),
        (wsdl(&with_id(&and(&Shape::default(), &user), "binding"), "", ""), Message::Reply),
    ] {
        let (is_usable, (word, what), _) = words(&text, message);
        assert!(is_usable && word == "done" && what.contains("in requests"), "{what}");
    }
    let (is_usable, ..) = words(&wsdl(&binding, &both, &both), Message::Reply);
    assert!(!is_usable);
}

/// What is required of messages would not be judged.
#[test]
fn confirmations_and_unnamed_parts_are_not_required_of_messages() {
    let required = "<sp:RequiredParts><sp:Header Name=\"To\" Namespace=\"http://www.w3.org/2005/08/addressing\"/></sp:RequiredParts>";
    let confirmed = format!("<sp:Wss11>{}</sp:Wss11>", all("<sp:RequireSignatureConfirmation/>"));
    says(sides(&Shape::default(), &policy(&confirmed)).map(drop), "confirmations are required of messages");
    let unnamed = required.replace(" Name=\"To\"", "");
    says(sides(&Shape::default(), &and(&Shape::default(), &unnamed)).map(drop), "give its Name");
}

/// Each header block is each, and not each that this side knows.
#[test]
fn every_header_block_is_signed_where_the_policy_says_every_one() {
    let shape = Shape::default();
    let body = "<sp:SignedParts><sp:Body/></sp:SignedParts>";
    let of_namespace = "<sp:SignedParts><sp:Body/><sp:Header Namespace=\"urn:app\"/></sp:SignedParts>";
    let known = |keys: Keys| keys.header_block("urn:app", "Known");
    let hidden = Shape::default().with("signature", "encrypted");
    let shapes = [&shape, &hidden].map(|shape| [(shape, "<sp:SignedParts/>"), (shape, of_namespace)]);
    for (shape, every) in shapes.into_iter().flatten() {
        let text = shape.policy().replace(body, every);
        let read = Policy::from_wsdl(&text).expect("a policy");
        let client_side = read.client(&known(client())).expect("a client");
        let service_side = read.service(&known(service())).expect("a service");
        let secured = |block: &str| {
            let blocks = format!("<s:Header><p:{block} xmlns:p=\"urn:app\">x</p:{block}>");
            let plan = client_side.exchanges()[0].plan().expect("a plan");
            plan.message(&REQUEST.replace("<s:Header>", &blocks)).secure().expect("secured").message
        };
        let open = |message: &str| service_side.exchanges()[0].open(message, None).map(drop);
        assert_eq!(open(&secured("Known")), Ok(()), "{every}");
        assert_eq!(open(&secured("Unknown")), Ok(()), "{every}");
        let of_body = shape.clone().with("signed", "Body and To").policy();
        let of_body = Policy::from_wsdl(&of_body).expect("a policy").client(&client()).expect("a client");
        let block = REQUEST.replace("<s:Header>", "<s:Header><p:Unknown xmlns:p=\"urn:app\">x</p:Unknown>");
        let unsigned = of_body.exchanges()[0].plan().expect("a plan").message(&block).secure().expect("secured");
        says(open(&unsigned.message), "Unknown");
    }
    // A block that was encrypted after it was signed is another element.
    let shape = Shape::default().with("encrypted", "Body and To");
    let text = shape.policy().replace(body, "<sp:SignedParts/>");
    let (client_side, service_side) = sides(&shape, &text).expect("both sides");
    exchanged(&client_side.exchanges()[0], &service_side.exchanges()[0]).expect("exchanged");
}

/// An alternative port that demands nothing is not taken because keys for the other are missing.
#[test]
fn an_unprotected_port_is_not_taken_for_want_of_keys() {
    let one = wsdl(&with_id(&Shape::default().with("binding", "derived").policy(), "binding"), "", "");
    let binding = "<d:binding name=\"C\" type=\"b:T\"><d:operation name=\"pay\"><soap:operation soapAction=\"urn:pay\"/><d:input/><d:output/>\
                  </d:operation></d:binding><d:service name=\"S\">";
    let both = one.replace("<d:service name=\"S\">", binding);
    let both = both.replace("</d:service>", "<d:port name=\"Q\" binding=\"b:C\"/></d:service>");
    let read = Policy::from_wsdl(&both).expect("a policy");
    let bare = Keys::new(Trust::no_certificates(), MemoryReplayCache::default());
    let unable = read.client(&bare.clone()).expect("another port");
    says(unable.operation("pay"), "no alternative");
    let chosen = read.port("Q").expect("a port").client(&bare).expect("a client");
    assert!(chosen.operation("pay").expect("an operation").plan().is_none());
    let able = read.client(&client()).expect("a client");
    assert!(able.operation("pay").expect("an operation").plan().is_some());
}
