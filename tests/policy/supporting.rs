//! Supporting tokens beside what protects them: the transport, an endorsement, encryption that the policy does not say; and the
//! alternative that a request follows.

use std::time::SystemTime;

use ws_security::crypto::SystemRandom;
use ws_security::policy::{Exchange, Keys, Policy, Side};
use ws_security::{AssertionTrust, MemoryReplayCache, NewAssertion, SamlVersion, TransportFacts, Trust};

use crate::common::*;
use crate::shapes::{PASSWORD, SP, Shape, policy};
use crate::{REQUEST, exchanged, says};

fn always(kind: &str, inside: &str) -> String {
    let include = format!("sp:IncludeToken=\"{SP}/IncludeToken/AlwaysToRecipient\"");
    format!("<sp:{kind} {include}><wsp:Policy>{inside}</wsp:Policy></sp:{kind}>")
}

fn supporting(kind: &str, token: &str) -> String {
    format!("<sp:{kind}SupportingTokens><wsp:Policy>{token}</wsp:Policy></sp:{kind}SupportingTokens>")
}

/// The policy of a shape, and more.
fn and(shape: &Shape, more: &str) -> String {
    shape.policy().replace("</wsp:All>", &format!("{more}</wsp:All>"))
}

fn assertion() -> String {
    let about = NewAssertion::new(SamlVersion::V2_0, "https://idp.example", "uid=ann").audience("urn:bank").bearer();
    about.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("issued")
}

fn keys() -> (Keys, Keys) {
    let issuer = Trust::pins([certificate("carol")]);
    let issuer = AssertionTrust::for_audience("urn:bank").issuer("https://idp.example", issuer).accept_bearer();
    let shape = Shape::default();
    let client = shape.client(identity("alice"), certificate("bob"), certificate("ca")).assertion(assertion());
    let service = shape.service(identity("bob"), certificate("alice"), certificate("ca")).assertions(issuer);
    (client, service)
}

fn client(text: &str) -> Result<Side, String> {
    Policy::from_wsdl(text).expect("a policy").client(&keys().0).map_err(|error| error.to_string())
}

fn service(text: &str) -> Result<Side, String> {
    Policy::from_wsdl(text).expect("a policy").service(&keys().1).map_err(|error| error.to_string())
}

fn request(text: &str) -> String {
    let client = client(text).expect("a client");
    client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message
}

/// What the service of a policy says of a request by another one.
fn refused(demands: &str, does: &str) -> String {
    let service = service(demands).expect("a service");
    service.exchanges()[0].open(request(does).as_str(), None).expect_err("refused").to_string()
}

fn both(text: &str) -> Result<(), String> {
    exchanged(&client(text)?.exchanges()[0], &service(text)?.exchanges()[0])
}

#[test]
fn the_transport_encrypts_what_a_policy_has_encrypted() {
    let tls = |more: &str| {
        policy(&format!(
            "<sp:TransportBinding><wsp:Policy><sp:TransportToken><wsp:Policy><sp:HttpsToken/></wsp:Policy></sp:TransportToken>\
             <sp:AlgorithmSuite><wsp:Policy><sp:Basic256Sha256/></wsp:Policy></sp:AlgorithmSuite><sp:IncludeTimestamp/>\
             </wsp:Policy></sp:TransportBinding>{more}"
        ))
    };
    let open = |exchange: &Exchange, message: &str| {
        let opened = exchange.open_over(TransportFacts::server_authenticated_tls(), message, None);
        opened.map(|_| ()).map_err(|error| error.to_string())
    };
    let (user, saml) = (always("UsernameToken", ""), always("SamlToken", "<sp:WssSamlV20Token11/>"));
    let certificate = always("X509Token", "<sp:WssX509V3Token10/>");
    let parts = "<sp:SignedParts><sp:Body/></sp:SignedParts><sp:EncryptedParts><sp:Body/></sp:EncryptedParts>";
    let missing = "the token is not in the message";
    for (more, lacks) in [
        (supporting("Encrypted", &user), missing),
        (supporting("SignedEncrypted", &user), missing),
        (supporting("SignedEncrypted", &saml), missing),
        (supporting("Endorsing", &certificate) + parts, "no signature endorses the message"),
    ] {
        let (text, bare) = (tls(&more), tls(""));
        let service = service(&text).unwrap_or_else(|error| panic!("{more}: {error}"));
        assert_eq!(open(&service.exchanges()[0], &request(&text)), Ok(()), "{more}");
        says(open(&service.exchanges()[0], &request(&bare)), lacks);
    }
    // Without a binding, nobody signs or encrypts it.
    for kind in ["Encrypted", "Signed", "SignedEncrypted"] {
        let loose = policy(&supporting(kind, &user));
        says(service(&loose), "add an sp:TransportBinding");
        says(client(&loose), "add an sp:TransportBinding");
    }
}

#[test]
fn a_password_as_text_is_encrypted_even_where_the_policy_does_not_say_so() {
    for shape in
        [Shape::default(), Shape::default().with("binding", "derived"), Shape::default().with("binding", "one-key")]
    {
        for shape in [shape.clone(), shape.clone().with("encrypted", "nothing"), shape.with("order", "encrypt-first")] {
            let text = and(&shape, &supporting("Signed", &always("UsernameToken", "")));
            assert!(!request(&text).contains(PASSWORD), "{}", shape.name());
            both(&text).unwrap_or_else(|error| panic!("{}: {error}", shape.name()));
            assert!(refused(&text, &shape.policy()).contains("UsernameToken"), "{}", shape.name());
        }
    }
}

/// The form of a token that was ciphertext is judged once the message is open.
#[test]
fn what_a_policy_says_of_a_user_holds_for_one_that_was_encrypted() {
    let shape = Shape::default();
    let of = |kind: &str, inside: &str| and(&shape, &supporting(kind, &always("UsernameToken", inside)));
    let (text, hashed) = (of("SignedEncrypted", ""), of("SignedEncrypted", "<sp:HashPassword/>"));
    let dated = of("SignedEncrypted", "<sp:Created/><sp:Nonce/>");
    for policy in [&text, &hashed, &dated, &of("Signed", "<sp:Created/><sp:Nonce/>")] {
        both(policy).unwrap_or_else(|error| panic!("{error}\n{policy}"));
    }
    assert!(refused(&text, &hashed).contains("without sp:HashPassword"));
    assert!(refused(&hashed, &text).contains("digest"));
}

/// Anyone can sign under a key that he encrypted to the service, and put the assertion of another into his message.
#[test]
fn who_endorses_an_anonymous_signature_presents_what_it_covers() {
    let shape = Shape::default().with("binding", "derived");
    let saml = supporting("Signed", &always("SamlToken", "<sp:WssSamlV20Token11/>"));
    let hashed = supporting("Signed", &always("UsernameToken", "<sp:HashPassword/>"));
    let endorsed = shape.clone().with("supporting", "endorsing");
    for token in [&saml, &hashed] {
        both(&and(&endorsed, token)).unwrap_or_else(|error| panic!("{error}\n{token}"));
        assert!(refused(&and(&endorsed, token), &and(&shape, token)).contains("endorses"), "{token}");
        let alone = service(&and(&shape, token)).map(|_| ()).expect_err("nobody is known");
        assert!(alone.contains("sp:EndorsingSupportingTokens"), "{alone}");
    }
    // A signature by a certificate presents what it covers, and a password as text is known to its user alone.
    both(&and(&Shape::default(), &saml)).expect("exchanged");
    both(&and(&shape, &supporting("Signed", &always("UsernameToken", "")))).expect("exchanged");
}

/// The message signature does not cover the block, so that anyone can add one.
#[test]
fn an_endorsing_token_signs_each_block_of_a_name() {
    let parts = "<sp:SignedParts><sp:Header Name=\"Role\" Namespace=\"urn:app\"/></sp:SignedParts>";
    let text = and(&Shape::default(), &supporting("Endorsing", &(always("X509Token", "") + parts)));
    let role = |name: &str| format!("<r:Role xmlns:r=\"urn:app\">{name}</r:Role>");
    let (client, service) = (client(&text).expect("a client"), service(&text).expect("a service"));
    let message = |roles: &str| {
        let request = REQUEST.replace("<s:Header>", &format!("<s:Header>{roles}"));
        client.exchanges()[0].plan().expect("a plan").message(&request).secure().expect("secured").message
    };
    let open =
        |message: &str| service.exchanges()[0].open(message, None).map(|_| ()).map_err(|error| error.to_string());
    for roles in [String::new(), role("clerk"), role("clerk") + &role("teller")] {
        assert_eq!(open(&message(&roles)), Ok(()), "{roles}");
    }
    for at in ["<s:Header>", "</s:Header>"] {
        let added = match at {
            "<s:Header>" => [at, &role("admin")].concat(),
            _ => [&role("admin"), at].concat(),
        };
        let refused = open(&message(&role("clerk")).replacen(at, &added, 1)).expect_err("an unsigned block");
        assert!(refused.contains("Role"), "{refused}");
    }
}

#[test]
fn a_service_opens_each_request_by_the_alternative_that_it_follows() {
    let shapes = [Shape::default().with("binding", "derived").with("supporting", "user"), Shape::default()];
    let inside = |shape: &Shape| {
        let text = shape.policy();
        let (start, end) = (text.find("<wsp:All>").expect("a start"), text.find("</wsp:All>").expect("an end"));
        text[start..end].to_owned() + "</wsp:All>"
    };
    let all: String = shapes.iter().map(inside).collect();
    let text = policy("").replace("<wsp:All></wsp:All>", &all);
    let side = service(&text).expect("a service");
    for (at, shape) in shapes.iter().enumerate() {
        let client = client(&shape.policy()).expect("a client");
        let exchange = side.fitting("", request(&shape.policy()).as_str()).expect("an operation");
        assert_eq!(exchange.alternative(), at + 1, "{}", shape.name());
        exchanged(&client.exchanges()[0], exchange).unwrap_or_else(|error| panic!("{}: {error}", shape.name()));
    }
    // What has the form of none is refused by the first.
    let other = request(&Shape::default().with("encrypted", "nothing").policy());
    let first = side.fitting("", &other).expect("an operation");
    assert_eq!(first.alternative(), 1);
    says(first.open(&other, None), "SymmetricBinding");
    says(side.fitting("", REQUEST).expect("an operation").open(REQUEST, None), "there is no Security header");
    says(side.fitting("other", &other), "no operation \"other\": it has \"\"");
    let strict = side.with_receivers(|receiver| {
        receiver.limits(ws_security::Limits::default().with(ws_security::Limit::DocumentOctets, 10))
    });
    let request = request(&shapes[1].policy());
    says(strict.fitting("", &request).expect("an operation").open(&request, None), "Limit::DocumentOctets");
}

/// A description whose only binding has these operations.
fn description(operations: &str) -> String {
    format!(
        "<d:definitions xmlns:d=\"http://schemas.xmlsoap.org/wsdl/\" targetNamespace=\"urn:bank\"><d:binding name=\"B\">{operations}\
         </d:binding></d:definitions>"
    )
}

#[test]
fn an_operation_has_its_own_alternatives_and_not_those_of_another_of_its_name() {
    let pay = |input: &str| format!("<d:operation name=\"pay\"><d:input>{input}</d:input></d:operation>");
    let (plain, strong) = (Shape::default().policy(), Shape::default().with("supporting", "endorsing").policy());
    let either = strong.replace("</wsp:ExactlyOne>", &format!("{plain}</wsp:ExactlyOne>"));
    let request = request(&plain);
    for (operations, opens) in [(pay(&either), true), (pay(&strong) + &pay(&either), false)] {
        let side = service(&description(&operations)).expect("a service");
        let opened = side.fitting("pay", &request).expect("an operation").open(&request, None);
        assert_eq!(opened.is_ok(), opens, "{operations}");
    }
}

#[test]
fn a_request_is_not_sent_in_clear_for_want_of_keys_because_replies_are_protected() {
    let shape = Shape::default();
    let plain = shape.policy();
    let optional = plain.replace("</wsp:ExactlyOne>", "<wsp:All/></wsp:ExactlyOne>");
    let of = |input: &str, output: &str| {
        let text = description(&format!(
            "<d:operation name=\"pay\"><d:input>{input}</d:input><d:output>{output}</d:output></d:operation>"
        ));
        Policy::from_wsdl(&text).expect("a policy")
    };
    let anchors = Trust::pins([certificate("bob")]);
    let keys = || shape.agreed(Keys::new(anchors.clone(), MemoryReplayCache::default()).partner(certificate("bob")));
    let refused = of(&optional, &plain).client(&keys()).expect_err("refused").to_string();
    assert!(refused.contains("Keys::identity") && refused.contains("Keys::dangerous_unprotected"), "{refused}");
    let agreed = of(&optional, &plain).client(&keys().dangerous_unprotected()).expect("agreed");
    assert!(agreed.exchanges()[0].plan().is_none() && agreed.exchanges()[0].alternative() == 2);
    let whole = of(&optional, &plain).client(&keys().identity(identity("alice"))).expect("a client");
    assert_eq!(whole.exchanges()[0].alternative(), 1);
    // Where no alternative of the request has any protection, none is missed.
    assert!(of("", &plain).client(&keys()).is_ok());
}
