//! Tokens that are signed and endorse: the message signature covers the token, and a signature by it covers the message
//! signature.

use ws_security::policy::Policy;
use ws_security::{KerberosSession, KerberosTicket, Secret};

use crate::common::*;
use crate::shapes::{SP, Shape};
use crate::{REQUEST, exchanged, says, sides};

fn token(kind: &str, include: &str, inside: &str) -> String {
    format!("<sp:{kind} sp:IncludeToken=\"{SP}/IncludeToken/{include}\"><wsp:Policy>{inside}</wsp:Policy></sp:{kind}>")
}

fn certificate_token() -> String {
    token("X509Token", "AlwaysToRecipient", "<sp:WssX509V3Token10/>")
}

fn user() -> String {
    token("UsernameToken", "AlwaysToRecipient", "<sp:NoPassword/>")
}

/// The policy of a shape, with supporting tokens.
fn and(shape: &Shape, kind: &str, tokens: &str) -> String {
    let more = match tokens {
        "" => String::new(),
        tokens => format!("<sp:{kind}SupportingTokens><wsp:Policy>{tokens}</wsp:Policy></sp:{kind}SupportingTokens>"),
    };
    shape.policy().replace("</wsp:All>", &format!("{more}</wsp:All>"))
}

fn shapes() -> Vec<Shape> {
    let mut shapes = Vec::new();
    for binding in ["asymmetric", "derived", "one-key"] {
        let plain = Shape::default().with("binding", binding);
        shapes.push(plain.clone());
        for (choice, word) in [
            ("layout", "Strict"),
            ("layout", "LaxTsFirst"),
            ("order", "encrypt-first"),
            ("signature", "encrypted"),
            ("tokens", "protected"),
        ] {
            shapes.push(plain.clone().with(choice, word));
        }
    }
    shapes.into_iter().filter(Shape::is_meant).collect()
}

#[test]
fn the_message_signature_covers_a_token_that_is_signed_and_endorses() {
    for shape in shapes() {
        for tokens in [certificate_token(), user(), certificate_token() + &user()] {
            let text = and(&shape, "SignedEndorsing", &tokens);
            let (client, service) = sides(&shape, &text).unwrap_or_else(|error| panic!("{}: {error}", shape.name()));
            exchanged(&client.exchanges()[0], &service.exchanges()[0])
                .unwrap_or_else(|error| panic!("{}: {tokens}: {error}", shape.name()));
        }
    }
}

#[test]
fn a_token_that_is_signed_or_endorses_alone_is_refused_where_it_has_to_do_both() {
    for shape in shapes() {
        for tokens in [certificate_token(), user()] {
            let (_, service) = sides(&shape, &and(&shape, "SignedEndorsing", &tokens)).expect("both sides");
            let open = |text: &str| {
                let (client, _) = sides(&shape, text).expect("both sides");
                let plan = client.exchanges()[0].plan().expect("a plan");
                let message = plan.message(REQUEST).secure().expect("secured").message;
                service.exchanges()[0]
                    .open(&message, None)
                    .map(drop)
                    .map_err(|error| format!("{error} {}", shape.name()))
            };
            says(open(&and(&shape, "Endorsing", &tokens)), "token");
            let refused = open(&and(&shape, "", "")).expect_err("nobody endorses it");
            assert!(refused.contains("endors") || refused.contains("token is not in the message"), "{refused}");
        }
        // A certificate of the header shows nothing before the message is open.
        let (_, service) = sides(&shape, &and(&shape, "SignedEndorsing", &certificate_token())).expect("both sides");
        let (client, _) = sides(&shape, &and(&shape, "Endorsing", &certificate_token())).expect("both sides");
        let message = client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message;
        says(service.exchanges()[0].open(&message, None), "the message signature does not cover its token");
        // A message that the policy refuses does not count as received: whoever changes a message cannot have the genuine one
        // refused as its replay.
        says(service.exchanges()[0].open(&message, None), "the message signature does not cover its token");
    }
}

#[test]
fn a_token_that_cannot_be_signed_before_it_endorses_is_refused_with_the_reason() {
    let shape = Shape::default();
    let never = token("X509Token", "Never", "<sp:WssX509V3Token10/>");
    let embedded = token("X509Token", "AlwaysToRecipient", "<sp:RequireEmbeddedTokenReference/>");
    let derived = token("UsernameToken", "AlwaysToRecipient", "<sp:NoPassword/><sp:RequireDerivedKeys/>");
    let ticket = token("KerberosToken", "AlwaysToRecipient", "<sp:WssKerberosV5ApReqToken11/>");
    for (kind, token, why) in [
        ("SignedEndorsing", &never, "have it sent"),
        ("SignedEndorsing", &embedded, "not embedded"),
        ("SignedEndorsing", &derived, "derived"),
        ("SignedEndorsing", &ticket, "take sp:EndorsingSupportingTokens"),
        ("SignedEndorsingEncrypted", &certificate_token(), "must stay readable"),
    ] {
        let read = Policy::from_wsdl(&and(&shape, kind, token)).expect("a policy");
        let keys = shape.client(identity("alice"), certificate("bob"), certificate("ca"));
        says(read.client(&keys), why);
        assert!(!read.listing().next().expect("a request").is_usable(), "{token}");
    }
}

/// The client of a ticket is not the signer of the Body, where a certificate is; and the reply is under the key that came
/// encrypted to the service, and not under that of the ticket.
#[test]
fn a_ticket_endorses_what_a_certificate_signs() {
    const GSS_TOKEN: &[u8] = b"\x60\x0e\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01\x00\x6e";
    let key = || Secret::new(vec![11; 32]);
    let initiator = move || Some(KerberosTicket { gss_token: GSS_TOKEN.to_vec(), key: key() });
    let acceptor = move |token: &[u8]| {
        (token == GSS_TOKEN).then(|| KerberosSession { principal: "ann@EXAMPLE".to_owned(), key: key() })
    };
    let ticket = token("KerberosToken", "Once", "<sp:WssGssKerberosV5ApReqToken11/>");
    for binding in ["asymmetric", "derived", "one-key"] {
        let shape = Shape::default().with("binding", binding);
        let by = |tokens: &str| {
            let policy = Policy::from_wsdl(&and(&shape, "Endorsing", tokens)).expect("a policy");
            let client = shape.client(identity("alice"), certificate("bob"), certificate("ca"));
            let service = shape.service(identity("bob"), certificate("alice"), certificate("ca"));
            let client = policy.client(&client.kerberos_initiator(initiator)).expect("a client");
            (client, policy.service(&service.kerberos_acceptor(acceptor)).expect("a service"))
        };
        for tokens in [ticket.clone(), ticket.clone() + &certificate_token()] {
            let (client, service) = by(&tokens);
            exchanged(&client.exchanges()[0], &service.exchanges()[0])
                .unwrap_or_else(|error| panic!("{binding}: {error}"));
        }
        let (_, service) = by(&ticket);
        for weaker in ["", &certificate_token()] {
            let (client, _) = by(weaker);
            let message =
                client.exchanges()[0].plan().expect("a plan").message(REQUEST).secure().expect("secured").message;
            says(service.exchanges()[0].open(&message, None), "endors");
        }
    }
}

/// The key of an endorsing signature is derived from that of a user: the user is the one whose token the derivation names.
#[test]
fn a_user_endorses_by_a_derived_key() {
    let user = token("UsernameToken", "AlwaysToRecipient", "<sp:NoPassword/><sp:RequireDerivedKeys/>");
    for binding in ["asymmetric", "derived", "one-key"] {
        let shape = Shape::default().with("binding", binding);
        let (client, service) = sides(&shape, &and(&shape, "Endorsing", &user)).expect("both sides");
        let (client, service) = (&client.exchanges()[0], &service.exchanges()[0]);
        let sent = client.plan().expect("a plan").message(REQUEST).secure().expect("secured").message;
        let opened = service.open(&sent, None).unwrap_or_else(|error| panic!("{binding}: {error}"));
        assert_eq!(opened.user().map(|user| user.username()), Some("ann"), "{binding}");
        exchanged(client, service).unwrap_or_else(|error| panic!("{binding}: {error}"));
        let other = sent.replacen(">ann<", ">eve<", 1);
        assert_ne!(other, sent);
        says(service.open(&other, None), "");
    }
}
