//! Tokens other than certificates: users, assertions, security contexts; over the transport and in both bindings.

use std::time::SystemTime;

use ws_security::crypto::SystemRandom;
use ws_security::policy::{Keys, Policy};
use ws_security::prelude::{Part, Signing};
use ws_security::{
    AssertionTrust, MemoryReplayCache, NewAssertion, Recipe, ReferenceForm, SamlVersion, Secret, SignatureMethod,
    SignerRule, TransportFacts, Trust,
};

use crate::common::*;
use crate::reading::{with_id, wsdl};
use crate::shapes::{PASSWORD, SP, Shape, policy};
use crate::{REQUEST, exchanged, says, with_context};

fn transport(tokens: &str) -> String {
    policy(&format!(
        "<sp:TransportBinding><wsp:Policy><sp:TransportToken><wsp:Policy><sp:HttpsToken/></wsp:Policy></sp:TransportToken>\
         <sp:AlgorithmSuite><wsp:Policy><sp:Basic256Sha256/></wsp:Policy></sp:AlgorithmSuite><sp:IncludeTimestamp/></wsp:Policy>\
         </sp:TransportBinding>{tokens}"
    ))
}

fn user(inside: &str) -> String {
    format!(
        "<sp:SupportingTokens><wsp:Policy><sp:UsernameToken sp:IncludeToken=\"{SP}/IncludeToken/AlwaysToRecipient\">\
         <wsp:Policy>{inside}</wsp:Policy></sp:UsernameToken></wsp:Policy></sp:SupportingTokens>"
    )
}

fn trust() -> Trust {
    Trust::anchors([certificate("ca")]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors)
}

fn keys() -> Keys {
    Keys::new(trust(), MemoryReplayCache::default()).asymmetric_signature(SignatureMethod::RsaSha256)
}

fn service() -> Keys {
    service_of(keys())
}

fn service_of(keys: Keys) -> Keys {
    keys.passwords(|user: &str| (user == "ann").then(|| Secret::new(PASSWORD.as_bytes().to_vec())))
}

#[test]
fn over_a_transport_a_user_has_a_password_as_text_or_as_a_digest() {
    let facts = TransportFacts::server_authenticated_tls;
    let text = Policy::from_wsdl(&transport(&user(""))).expect("a policy");
    let hash = Policy::from_wsdl(&transport(&user("<sp:HashPassword/>"))).expect("a policy");
    let message = |policy: &Policy, password: &str| {
        let client = policy.client(&keys().user("ann", password)).expect("a client");
        client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message
    };
    let open = |policy: &Policy, message: &str| {
        let service = policy.service(&service()).expect("a service");
        let opened = service.exchanges()[0].open_over(facts(), message, None);
        opened.map(|opened| opened.user().is_some()).map_err(|error| error.to_string())
    };
    assert_eq!(open(&text, &message(&text, PASSWORD)), Ok(true));
    assert_eq!(open(&hash, &message(&hash, PASSWORD)), Ok(true));
    says(open(&text, &message(&text, "other")), "the password is wrong");
    says(open(&hash, &message(&text, PASSWORD)), "no digest");
    says(open(&text, REQUEST), "there is no Security header");
}

#[test]
fn a_transport_is_what_its_policy_says() {
    let opened = |https: &str, facts: TransportFacts| {
        let policy = Policy::from_wsdl(&transport(&user("")).replace("<sp:HttpsToken/>", https)).expect("a policy");
        let client = policy.client(&keys().user("ann", PASSWORD)).expect("a client");
        let message = client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message;
        let service = policy.service(&service()).expect("a service");
        service.exchanges()[0].open_over(facts, &message, None).map(|_| ()).map_err(|error| error.to_string())
    };
    let tls = TransportFacts::server_authenticated_tls;
    let nested = "<sp:HttpsToken><wsp:Policy><sp:RequireClientCertificate/></wsp:Policy></sp:HttpsToken>";
    for https in ["<sp:HttpsToken/>", "<sp:HttpsToken RequireClientCertificate=\"false\"/>"] {
        assert_eq!(opened(https, tls()), Ok(()));
        let refused = opened(https, TransportFacts::dangerous_unprotected()).expect_err("refused");
        assert!(refused.contains("vouches for no TLS"), "{refused}");
    }
    for https in [nested, "<sp:HttpsToken RequireClientCertificate=\"true\"/>"] {
        let refused = opened(https, tls()).expect_err("refused");
        assert!(refused.contains("certificate of the client"), "{refused}");
        assert_eq!(opened(https, tls().with_client_certificate(certificate("alice"))), Ok(()));
    }
}

#[test]
fn a_user_is_covered_by_the_signature_of_the_message_even_where_the_policy_does_not_say_so() {
    let shape = Shape::default();
    let with = |user: &str| shape.policy().replace("</wsp:All>", &format!("{user}</wsp:All>"));
    let loose = Policy::from_wsdl(&with(&user("<sp:HashPassword/>"))).expect("a policy");
    let signed = user("<sp:HashPassword/>").replace("sp:SupportingTokens", "sp:SignedSupportingTokens");
    let signed = Policy::from_wsdl(&with(&signed)).expect("a policy");
    let client = shape.client(identity("alice"), certificate("bob"), certificate("ca"));
    let service = || shape.service(identity("bob"), certificate("alice"), certificate("ca"));
    let client = loose.client(&client).expect("a client");
    let own_service = loose.service(&service()).expect("a service");
    exchanged(&client.exchanges()[0], &own_service.exchanges()[0]).expect("exchanged");
    // The message of a client that does as the policy says names a user whom anyone can have put there.
    let plain = shape.clone().with("encrypted", "nothing");
    let text = plain.policy().replace("</wsp:All>", &format!("{}</wsp:All>", user("<sp:HashPassword/>")));
    let own_service = Policy::from_wsdl(&text).expect("a policy").service(&service()).expect("a service");
    let signing =
        Signing::with(&identity("alice")).reference(ReferenceForm::Direct).parts([Part::Body, Part::Timestamp]);
    let recipe = Recipe::new().timestamp(std::time::Duration::from_secs(300)).username_digest("ann", PASSWORD);
    let message = recipe.sign(signing).plan().expect("a plan").message(REQUEST).secure().expect("secured").message;
    let refused = own_service.exchanges()[0].open(&message, None).map(drop).expect_err("nothing ties the user");
    assert!(refused.to_string().contains("UsernameToken"), "{refused}");
    let listed: Vec<_> = loose.listing().collect();
    let told =
        listed[0].alternatives[0].iter().filter(|judged| judged.standing.what().contains("covers it all the same"));
    assert_eq!(told.map(|judged| &*judged.name).collect::<Vec<_>>(), ["SupportingTokens"]);
    exchanged(&client.exchanges()[0], &signed.service(&service()).expect("a service").exchanges()[0])
        .expect("exchanged");
}

#[test]
fn an_endorsing_certificate_signs_the_timestamp_over_a_transport() {
    let token = "<sp:EndorsingSupportingTokens><wsp:Policy><sp:X509Token/></wsp:Policy></sp:EndorsingSupportingTokens>";
    let policy = Policy::from_wsdl(&transport(token)).expect("a policy");
    let client = policy.client(&keys().identity(identity("alice"))).expect("a client");
    let plan = client.exchanges()[0].plan().expect("a plan");
    let message = plan.message(REQUEST).secure().expect("secured").message;
    let service = policy.service(&keys()).expect("a service");
    let opened =
        service.exchanges()[0].open_over(TransportFacts::server_authenticated_tls(), &message, None).expect("opened");
    assert_eq!(opened.signer().and_then(ws_security::Signer::certificate), Some(&certificate("alice")));
    let unsigned = Policy::from_wsdl(&transport("")).expect("a policy");
    let client = unsigned.client(&keys()).expect("a client");
    let message = client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message;
    says(
        service.exchanges()[0].open_over(TransportFacts::server_authenticated_tls(), &message, None),
        "no signature endorses the message",
    );
}

fn saml_token() -> String {
    format!(
        "<sp:SamlToken sp:IncludeToken=\"{SP}/IncludeToken/AlwaysToRecipient\"><wsp:Policy><sp:WssSamlV20Token11/></wsp:Policy>\
         </sp:SamlToken>"
    )
}

/// A policy whose initiator has an assertion in place of its certificate.
fn with_saml_initiator(text: &str) -> String {
    let start = text.find("<sp:X509Token").expect("a token");
    let end = text.find("</sp:X509Token>").expect("its end") + "</sp:X509Token>".len();
    [&text[..start], &saml_token(), &text[end..]].concat()
}

fn with_saml_supporting(text: &str) -> String {
    let token = saml_token();
    text.replace(
        "</wsp:All>",
        &format!("<sp:SignedSupportingTokens><wsp:Policy>{token}</wsp:Policy></sp:SignedSupportingTokens></wsp:All>"),
    )
}

/// An assertion about ann, for whoever has the key of a certificate or, without one, for whoever bears it.
fn about_ann(holder: Option<&str>) -> String {
    let new = NewAssertion::new(SamlVersion::V2_0, "https://idp.example", "uid=ann").audience("urn:bank");
    let new = match holder {
        Some(holder) => new.holder_of_key(&certificate(holder)),
        None => new.bearer(),
    };
    new.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("issued")
}

fn issuer() -> AssertionTrust {
    let trust = Trust::pins([certificate("carol")]);
    AssertionTrust::for_audience("urn:bank").issuer("https://idp.example", trust).accept_bearer()
}

#[test]
fn an_assertion_is_the_token_of_the_initiator_or_a_supporting_one() {
    let shape = Shape::default();
    let (initiator, supporting) = (with_saml_initiator(&shape.policy()), with_saml_supporting(&shape.policy()));
    let (holder, bearer) = (about_ann(Some("alice")), about_ann(None));
    // Who presents a bearer assertion of another is not its holder.
    let presents = {
        let policy = Policy::from_wsdl(&supporting).expect("a policy");
        let keys = shape.client(identity("alice"), certificate("bob"), certificate("ca")).assertion(bearer.as_str());
        let client = policy.client(&keys).expect("a client");
        client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message
    };
    let demands = Policy::from_wsdl(&initiator).expect("a policy");
    let service = shape.service(identity("bob"), certificate("alice"), certificate("ca")).assertions(issuer());
    let service = demands.service(&service).expect("a service");
    let refused = service.exchanges()[0].open(&presents, None).expect_err("refused").to_string();
    assert!(refused.contains("InitiatorToken") && refused.contains("key that an assertion names"), "{refused}");
    for (text, assertion) in [(initiator, holder), (supporting, bearer)] {
        let policy = Policy::from_wsdl(&text).expect("a policy");
        let client =
            shape.client(identity("alice"), certificate("bob"), certificate("ca")).assertion(assertion.as_str());
        let service = shape.service(identity("bob"), certificate("alice"), certificate("ca")).assertions(issuer());
        let service = policy.service(&service).expect("a service");
        exchanged(&policy.client(&client).expect("a client").exchanges()[0], &service.exchanges()[0])
            .expect("exchanged");
        // A certificate alone is refused.
        let plain = Policy::from_wsdl(&shape.policy()).expect("a policy");
        let client = plain.client(&client).expect("a client");
        let message = client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message;
        let refused = service.exchanges()[0].open(&message, None).expect_err("refused").to_string();
        assert!(refused.contains("SAML 2.0 token") || refused.contains("SamlToken"), "{refused}");
    }
}

/// The holder of an assertion may sign under a certificate of its key. Whoever else signs is not that holder, even if the
/// holder signs as well.
#[test]
fn a_certificate_that_signs_for_an_assertion_is_of_its_holder_alone() {
    let shape = Shape::default().with("encrypted", "nothing");
    let demands = Policy::from_wsdl(&with_saml_initiator(&shape.policy())).expect("a policy");
    let keys = shape.service(identity("bob"), certificate("alice"), certificate("ca")).assertions(issuer());
    let service = demands.service(&keys).expect("a service");
    let of_message = [Part::Body, Part::Timestamp];
    let by = |name: &str| Signing::with(&identity(name)).parts(of_message.clone());
    let open = |message: &str| service.exchanges()[0].open(message, None).map(drop).map_err(|error| error.to_string());
    let holder = about_ann(Some("alice"));
    let genuine = recipe().token(&holder).sign(by("alice").parts([Part::Assertion])).secured(REQUEST);
    assert_eq!(open(&genuine), Ok(()));
    for first in [by("alice").holder_of_key(), by("alice").parts([Part::Assertion])] {
        let message = recipe().token(&holder).sign(first).sign(by("carol")).secured(REQUEST);
        let refused = open(&message).expect_err("another signer");
        assert!(refused.contains("InitiatorToken"), "{refused}");
    }
    let older = NewAssertion::new(SamlVersion::V1_1, "https://idp.example", "uid=ann").audience("urn:bank");
    let older = older.holder_of_key(&certificate("alice"));
    let older = older.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("issued");
    let message = recipe().token(&older).sign(by("alice").parts([Part::Assertion])).secured(REQUEST);
    let refused = open(&message).expect_err("another version");
    assert!(refused.contains("SAML 2.0 token"), "{refused}");
}

/// Where the policy has nothing signed in every message, what is there is signed by its token all the same.
#[test]
fn parts_that_may_be_missing_are_signed_by_the_token_of_the_binding_too() {
    let shape = Shape::default();
    let without_timestamp = shape.policy().replace("<sp:IncludeTimestamp/>", "");
    let body = "<sp:SignedParts><sp:Body/></sp:SignedParts>";
    let to =
        "<sp:SignedParts><sp:Header Name=\"To\" Namespace=\"http://www.w3.org/2005/08/addressing\"/></sp:SignedParts>";
    let and_body = without_timestamp.replace(body, &format!("{to}{body}"));
    let of_message = |parts: &str| format!("<wsp:Policy>{parts}</wsp:Policy>");
    let binding = with_id(&with_saml_initiator(&without_timestamp.replace(body, "")), "binding");
    let service = shape.service(identity("bob"), certificate("alice"), certificate("ca"));
    let service = service.assertions(issuer()).dangerous_unsigned_body();
    let described = Policy::from_wsdl(&wsdl(&binding, &of_message(to), &of_message(body))).expect("a policy");
    let service = described.service(&service).expect("a service");
    let message = |text: &str, assertion: String| {
        let keys = shape.client(identity("alice"), certificate("bob"), certificate("ca")).assertion(assertion);
        let client = Policy::from_wsdl(text).expect("a policy").client(&keys).expect("a client");
        client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message
    };
    let open = |message: &str| {
        let opened = service.exchanges()[0].open_over(TransportFacts::server_authenticated_tls(), message, None);
        opened.map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(open(&message(&with_saml_initiator(&and_body), about_ann(Some("alice")))), Ok(()));
    let refused = open(&message(&with_saml_supporting(&and_body), about_ann(None))).expect_err("refused");
    assert!(refused.contains("InitiatorToken") && refused.contains("key that an assertion names"), "{refused}");
}

#[test]
fn a_security_context_protects_both_directions() {
    let shape = Shape::default().with("binding", "derived");
    let policy = Policy::from_wsdl(&with_context(
        "<sp:RequireDerivedKeys/><sp:BootstrapPolicy><wsp:Policy><sp:SignedParts><sp:Body/></sp:SignedParts></wsp:Policy>\
         </sp:BootstrapPolicy>",
    ));
    let policy = policy.expect("a policy");
    let context =
        |secret: u8| Shape::default().agreed(keys().security_context("urn:uuid:1", Secret::new(vec![secret; 32])));
    let client = policy.client(&context(7)).expect("a client");
    let service = policy.service(&context(7)).expect("a service");
    exchanged(&client.exchanges()[0], &service.exchanges()[0]).expect("exchanged");
    let other = policy.service(&context(8)).expect("a service");
    says(exchanged(&client.exchanges()[0], &other.exchanges()[0]), "decryption failed");
    // A key that the message brings is none of the context.
    let by_key = Policy::from_wsdl(&shape.with("supporting", "user").policy()).expect("a policy");
    let client = by_key.client(&context(7).partner(certificate("bob")).user("ann", PASSWORD)).expect("a client");
    let message = client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message;
    let receives = service_of(context(7)).identity(identity("bob"));
    let service = policy.service(&receives).expect("a service");
    let refused = service.exchanges()[0].open(&message, None).expect_err("refused").to_string();
    assert!(refused.contains("security context"), "{refused}");
}

/// The initiator signs. A certificate that endorses, or a user, does not replace its signature.
#[test]
fn in_the_asymmetric_binding_the_signature_of_the_message_is_by_the_initiator() {
    let shape = Shape::default().with("supporting", "endorsing");
    let users = user("<sp:NoPassword/>").replace("sp:SupportingTokens", "sp:EndorsingSupportingTokens");
    let and_user = |shape: &Shape| {
        let text = shape.policy().replace("</wsp:All>", &format!("{users}</wsp:All>"));
        text.replace("<sp:WssX509V3Token10/>", "")
    };
    let service = || shape.service(identity("bob"), certificate("alice"), certificate("ca"));
    let service = Policy::from_wsdl(&and_user(&shape)).expect("a policy").service(&service()).expect("a service");
    let message = |shape: &Shape| {
        let client = shape.client(identity("alice"), certificate("bob"), certificate("ca"));
        let client = Policy::from_wsdl(&and_user(shape)).expect("a policy").client(&client).expect("a client");
        client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message
    };
    // The user endorses by a MAC, so that the methods of the policy have one.
    assert!(service.exchanges()[0].open(message(&shape).as_str(), None).expect("opened").user().is_some());
    let by_secret = message(&shape.clone().with("binding", "derived"));
    let refused = service.exchanges()[0].open(&by_secret, None).expect_err("refused").to_string();
    assert!(refused.contains("InitiatorToken"), "{refused}");
}
