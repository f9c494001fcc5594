//! Assertions that endorse: their key signs the signature of the message.

use std::time::SystemTime;

use ws_security::crypto::SystemRandom;
use ws_security::policy::{Exchange, Keys, Policy, Side};
use ws_security::{
    AssertionTrust, DigestMethod, NewAssertion, Part, ProtectionToken, Recipe, ReferenceForm, SamlVersion, Secret,
    SignatureMethod, Signing, Trust,
};

use crate::common::*;
use crate::shapes::{SP, Shape};
use crate::{REQUEST, exchanged, says};

const TRUST: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";

/// How the holder of an assertion proves to be it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Holder {
    Secret,
    Certificate,
}

fn secret() -> Secret {
    Secret::new(vec![9; 32])
}

/// An assertion about Ann, whose key is a secret or that of Alice's certificate.
fn assertion(holder: Holder) -> String {
    let about = NewAssertion::new(SamlVersion::V2_0, "https://idp.example", "uid=ann").audience("urn:bank");
    let about = match holder {
        Holder::Secret => about.holder_of_secret(secret(), &certificate("bob")),
        Holder::Certificate => about.holder_of_key(&certificate("alice")),
    };
    about.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("issued")
}

fn client_keys(shape: &Shape, holder: Holder) -> Keys {
    let keys = shape.client(identity("alice"), certificate("bob"), certificate("ca")).assertion(assertion(holder));
    if holder == Holder::Secret { keys.assertion_secret(secret()) } else { keys }
}

fn service_keys(shape: &Shape) -> Keys {
    let trust = Trust::pins([certificate("carol")]);
    let issuer = AssertionTrust::for_audience("urn:bank").issuer("https://idp.example", trust);
    shape.service(identity("bob"), certificate("alice"), certificate("ca")).assertions(issuer)
}

/// The policy of a shape, whose requests have an assertion that a token service issued.
fn policy(shape: &Shape, kind: &str, holder: Holder, derived: bool) -> String {
    let key = if holder == Holder::Secret { "SymmetricKey" } else { "PublicKey" };
    let derived = if derived { "<sp:RequireDerivedKeys/>" } else { "" };
    let supporting = format!(
        "<sp:{kind}SupportingTokens><wsp:Policy><sp:IssuedToken sp:IncludeToken=\"{SP}/IncludeToken/AlwaysToRecipient\">\
         <sp:RequestSecurityTokenTemplate><t:TokenType xmlns:t=\"{TRUST}\">\
         http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0</t:TokenType>\
         <t:KeyType xmlns:t=\"{TRUST}\">{TRUST}/{key}</t:KeyType></sp:RequestSecurityTokenTemplate><wsp:Policy>{derived}\
         <sp:RequireInternalReference/></wsp:Policy></sp:IssuedToken></wsp:Policy></sp:{kind}SupportingTokens>"
    );
    shape.policy().replace("</wsp:All>", &format!("{supporting}</wsp:All>"))
}

fn client(text: &str, shape: &Shape, holder: Holder) -> Side {
    Policy::from_wsdl(text).expect("a policy").client(&client_keys(shape, holder)).expect("a client")
}

fn service(text: &str, shape: &Shape) -> Side {
    Policy::from_wsdl(text).expect("a policy").service(&service_keys(shape)).expect("a service")
}

fn request(exchange: &Exchange) -> String {
    exchange.plan().expect("a plan").message(REQUEST).secure().expect("secured").message
}

/// Every binding, holder and kind, with derived keys and without.
fn combinations() -> impl Iterator<Item = (Shape, Holder, &'static str, bool)> {
    let bindings = ["asymmetric", "derived", "one-key"].map(|binding| Shape::default().with("binding", binding));
    bindings.into_iter().flat_map(|shape| {
        [Holder::Secret, Holder::Certificate].into_iter().flat_map(move |holder| {
            let shape = shape.clone();
            ["Endorsing", "SignedEndorsing"].into_iter().flat_map(move |kind| {
                let shape = shape.clone();
                [false, true].into_iter().map(move |derived| (shape.clone(), holder, kind, derived))
            })
        })
    })
}

#[test]
fn an_assertion_endorses_what_the_binding_signs() {
    let mut count = 0;
    for (shape, holder, kind, derived) in combinations() {
        for shape in [shape.clone(), shape.clone().with("order", "encrypt-first"), shape.with("signature", "encrypted")]
        {
            let text = policy(&shape, kind, holder, derived);
            let (client, service) = (client(&text, &shape, holder), service(&text, &shape));
            exchanged(&client.exchanges()[0], &service.exchanges()[0])
                .unwrap_or_else(|error| panic!("{}, {holder:?}, {kind}, {derived}: {error}", shape.name()));
            count += 1;
        }
    }
    assert_eq!(count, 72);
}

#[test]
fn an_assertion_that_the_message_signature_does_not_cover_is_not_signed() {
    for (shape, holder, _, derived) in combinations().filter(|(_, _, kind, _)| *kind == "Endorsing") {
        let demands = service(&policy(&shape, "SignedEndorsing", holder, derived), &shape);
        let does = client(&policy(&shape, "Endorsing", holder, derived), &shape, holder);
        let error = demands.exchanges()[0].open(request(&does.exchanges()[0]).as_str(), None).expect_err("refused");
        let error = error.to_string();
        assert!(
            error.contains("no signature refers to the token") || error.contains("Assertion"),
            "{}, {holder:?}: {error}",
            shape.name()
        );
    }
}

#[test]
fn an_assertion_that_signs_nothing_or_not_the_message_signature_does_not_endorse() {
    for (shape, holder, kind, derived) in combinations() {
        let demands = service(&policy(&shape, kind, holder, derived), &shape);
        let open = |message: &str| demands.exchanges()[0].open(message, None).map(drop);
        // It is in the message, and signed where that is demanded; its key signs nothing.
        let signed = policy(&shape, "Signed", holder, derived);
        let mute =
            Policy::from_wsdl(&signed).expect("a policy").client(&client_keys(&shape, holder)).expect("a client");
        says(open(&request(&mute.exchanges()[0])), "no signature endorses");
        // It is not in the message.
        let without = client(&shape.policy(), &shape, holder);
        says(open(&request(&without.exchanges()[0])), "the token is not in the message");
    }
    // Its key signs the Body, and not the signature over the Body.
    let shape = Shape::default().with("encrypted", "nothing");
    let demands = service(&policy(&shape, "SignedEndorsing", Holder::Secret, false), &shape);
    let by = |signing: Signing| signing.method(SignatureMethod::HmacSha256).digest(DigestMethod::Sha256);
    let message = |parts: &[Part]| {
        let main = Signing::with(&identity("alice")).reference(ReferenceForm::Direct).parts([
            Part::Body,
            Part::Timestamp,
            Part::Assertion,
        ]);
        let held = by(Signing::with_token(&ProtectionToken::of_assertion(secret()))).parts(parts.iter().cloned());
        let recipe = Recipe::new().timestamp(std::time::Duration::from_secs(300)).token(assertion(Holder::Secret));
        recipe.sign(main).sign(held).plan().expect("a plan").message(REQUEST).secure().expect("secured").message
    };
    let open = |message: &str| demands.exchanges()[0].open(message, None).map(drop).map_err(|error| error.to_string());
    assert_eq!(open(&message(&[Part::Signature])), Ok(()));
    for parts in [&[Part::Body][..], &[Part::Body, Part::Timestamp], &[Part::Timestamp]] {
        open(&message(parts)).expect_err("nobody endorses the message signature");
    }
}
