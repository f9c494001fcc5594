//! Apache WSS4J 2.4 with SAML 1.1 and 2.0 (later ones need an OpenSAML that is not to be had here), both ways.

use std::time::{Duration, SystemTime};

use ws_security::c14n::name;
use ws_security::crypto::SystemRandom;
use ws_security::{
    AssertionTrust, ConfirmationMethod, DangerousNoReplayCache, Encrypting, NewAssertion, Part, Receiver, Recipe,
    Requirements, SamlName, SamlVersion, SignerRule, Signing, Trust,
};

use crate::driver::Driver;
use crate::peer::{self, MARKER, Matrix};

const ISSUER: &str = "https://idp.example";
const AUDIENCE: &str = "urn:bank";

fn receiver(version: SamlVersion) -> Receiver {
    let trust = Trust::anchors([peer::certificate("ca")]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors);
    let assertions = AssertionTrust::for_audience(AUDIENCE)
        .issuer(ISSUER, Trust::pins([peer::certificate("carol")]))
        .sender_vouches(trust.clone())
        .accept_bearer();
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).saml_token(version);
    Receiver::new(trust, requirements, DangerousNoReplayCache)
        .over_protected_transport()
        .assertions(assertions)
        .decrypt_with(peer::identity("bob"))
}

#[test]
fn assertions_go_both_ways_however_they_are_confirmed() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("saml", "Saml");
    let mut matrix = Matrix::new(&["ours > WSS4J DOM", "ours > WSS4J streaming", "WSS4J > ours"]);
    let alice = peer::identity("alice");
    for (soap, soap_name) in [(name::SOAP11.uri, "soap11"), (name::SOAP12.uri, "soap12")] {
        let envelope = peer::envelope(soap);
        for (version, number) in [(SamlVersion::V1_1, "1"), (SamlVersion::V2_0, "2")] {
            for (method, method_name) in [
                (ConfirmationMethod::HolderOfKey, "holder"),
                (ConfirmationMethod::SenderVouches, "vouches"),
                (ConfirmationMethod::Bearer, "bearer"),
            ] {
                for encrypted in [false, true] {
                    let row = format!(
                        "{soap_name} saml{number} {method_name}{}",
                        if encrypted { ", assertion encrypted" } else { "" }
                    );
                    let claim =
                        NewAssertion::new(version, ISSUER, "uid=ann").audience(AUDIENCE).attribute("role", ["teller"]);
                    let claim = match method {
                        ConfirmationMethod::HolderOfKey => claim.holder_of_key(alice.certificate()),
                        ConfirmationMethod::SenderVouches => claim,
                        ConfirmationMethod::Bearer | ConfirmationMethod::IdCard => claim.bearer(),
                    };
                    let issued =
                        claim.sign(&peer::identity("carol"), SystemTime::now(), &SystemRandom).expect("issued");
                    let signing = Signing::with(&alice).parts([Part::Body, Part::Timestamp]);
                    let signing = match method {
                        ConfirmationMethod::HolderOfKey => signing.holder_of_key(),
                        ConfirmationMethod::SenderVouches => signing.parts([Part::Assertion]),
                        ConfirmationMethod::Bearer | ConfirmationMethod::IdCard => signing,
                    };
                    let recipe = Recipe::new().timestamp(Duration::from_secs(300)).token(issued).sign(signing);
                    let hidden = Encrypting::to(&peer::certificate("bob")).parts([Part::Assertion]);
                    let recipe = if encrypted { recipe.encrypt(hidden) } else { recipe };
                    let ours = recipe.plan().expect("a plan").message(&envelope).secure().expect("secured").message;
                    for (engine, column) in [("dom", "ours > WSS4J DOM"), ("stax", "ours > WSS4J streaming")] {
                        let found = driver.ask(&format!("verify\t{engine}"), &ours);
                        matrix.cell(&row, column, shows_the_marker(found), None);
                    }
                    assert!(driver.ask("verify\tdom", &ours.replace("uid=ann", "uid=eve")).is_err() || encrypted);
                    if encrypted {
                        continue;
                    }
                    let spec = format!("version={number},method={method_name}");
                    let theirs = driver.ask(&format!("secure\t{spec}"), &envelope).and_then(|message| {
                        assert!(receiver(version).open(message.replace("uid=ann", "uid=eve")).is_err());
                        let opened =
                            receiver(version).open(&message).map_err(|error| format!("{error:?}\n{message}"))?;
                        let said = opened.assertions().first().ok_or("no assertion")?;
                        assert_eq!(said.confirmed_by(), method);
                        assert_eq!(said.assertion().subject().map(SamlName::value), Some("uid=ann"));
                        assert_eq!(said.assertion().attribute("role").expect("stated"), ["teller"]);
                        Ok(opened.body().xml().to_owned())
                    });
                    matrix.cell(&row, "WSS4J > ours", shows_the_marker(theirs), None);
                }
            }
        }
    }
    matrix.finish("WSS4J 2.4, SAML");
}

fn shows_the_marker(body: Result<String, String>) -> Result<(), String> {
    let body = body?;
    let shown = body.contains(MARKER) || body.contains(&MARKER.replace("&amp;", "&"));
    if shown { Ok(()) } else { Err(format!("no marker in {body}")) }
}
