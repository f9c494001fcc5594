//! Python's zeep: signed messages and username token digests.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use ws_security::TransportFacts;
use ws_security::c14n::name;
use ws_security::{
    DangerousNoReplayCache, Part, Receiver, Recipe, ReferenceForm, Requirements, Secret, SignerRule, Signing, Trust,
};

use crate::driver::{self, Driver};
use crate::peer::{self, MARKER, Matrix};

/// The interpreter of a virtual environment with the Python peers.
pub(crate) fn environment() -> PathBuf {
    const PACKAGES: [&str; 4] = ["zeep==4.3.1", "xmlsec==1.3.17", "lxml==6.1.3", "signxml==5.2.0"];
    let folder = peer::scratch("zeep");
    let python = folder.join("bin/python");
    driver::made_once(&folder, &PACKAGES.map(Vec::from), || {
        driver::run(Command::new("python3").args(["-m", "venv"]).arg(&folder));
        driver::run(Command::new(&python).args(["-m", "pip", "install", "-q"]).args(PACKAGES));
    });
    python
}

/// A Python driver that gets the folder of keys.
pub(crate) fn driver(script: &str) -> Driver {
    let script = peer::root().join("tests/interop").join(script);
    Driver::start(Command::new(environment()).arg(script).arg(peer::root().join("vectors/keys")))
}

#[test]
fn signed_messages_and_username_tokens_go_both_ways() {
    if !peer::wanted() {
        return;
    }
    let mut zeep = driver("zeep/driver.py");
    let mut matrix = Matrix::new(&["ours > zeep", "zeep > ours"]);
    for (soap, version) in [(name::SOAP11.uri, "soap11"), (name::SOAP12.uri, "soap12")] {
        let envelope = peer::envelope(soap);
        let ours = Recipe::new()
            .timestamp(Duration::from_secs(300))
            .sign(
                Signing::with(&peer::identity("alice"))
                    .reference(ReferenceForm::Direct)
                    .parts([Part::Body, Part::Timestamp]),
            )
            .plan()
            .expect("a plan")
            .message(&envelope)
            .secure()
            .expect("secured")
            .message;
        let row = format!("{version} sign direct RsaSha256");
        matrix.cell(&row, "ours > zeep", zeep.ask("verify", &ours).map(drop), None);
        assert!(zeep.ask("verify", &ours.replace("4711", "4712")).is_err(), "the tampered twin");
        let trust =
            Trust::anchors([peer::certificate("ca")]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors);
        let receiver =
            Receiver::new(trust, Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache)
                // zeep puts the token after the signature, against BSP R5205.
                .accept_forward_references();
        let theirs = zeep.ask("sign", &envelope).and_then(|message| {
            assert!(receiver.open(message.replace("4711", "4712")).is_err(), "the tampered twin");
            receiver
                .open(&message)
                .map(|opened| opened.body().xml().to_owned())
                .map_err(|error| format!("{error:?} {message}"))
        });
        let outcome = theirs.and_then(|body| if body.contains(MARKER) { Ok(()) } else { Err(body) });
        matrix.cell(&row, "zeep > ours", outcome, None);

        let row = format!("{version} username token digest");
        let users = Receiver::new(
            Trust::no_certificates(),
            Requirements::dangerous_unsigned().username_token(),
            DangerousNoReplayCache,
        )
        .passwords(|user: &str| (user == "alice").then(|| Secret::new(b"s3cret".to_vec())));
        let theirs = zeep.ask("digest", &envelope);
        let outcome = theirs.and_then(|message| {
            users
                .open_unsigned(&message, TransportFacts::dangerous_unprotected())
                .map(drop)
                .map_err(|e| format!("{e:?} {message}"))
        });
        matrix.cell(&row, "zeep > ours", outcome, None);
        matrix.cell(&row, "ours > zeep", Err(String::new()), Some("zeep verifies no username tokens"));
    }
    matrix.finish("zeep");
}
