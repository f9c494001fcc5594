//! Python's zeep: signed messages and username token digests.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use ws_security::TransportFacts;
use ws_security::c14n::{base64_decode, base64_encode, name};
use ws_security::{
    DangerousNoReplayCache, Part, Receiver, Recipe, ReferenceForm, Requirements, Secret, SignerRule, Signing, Trust,
};

use crate::peer::{self, MARKER, Matrix};

/// The interpreter of a virtual environment with the Python peers, made once.
pub(crate) fn environment() -> PathBuf {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    let make = || {
        let folder = peer::scratch("zeep");
        let python = folder.join("bin/python");
        let run = |command: &mut Command| {
            let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
            assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
        };
        if !folder.join("ready").exists() {
            run(Command::new("python3").args(["-m", "venv"]).arg(&folder));
            run(Command::new(&python).args(["-m", "pip", "install", "-q", "zeep==4.3.1", "xmlsec", "lxml"]));
            std::fs::write(folder.join("ready"), "").expect("a file");
        }
        python
    };
    MADE.get_or_init(make).clone()
}

struct Zeep {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Zeep {
    fn start() -> Self {
        let python = environment();
        let mut child = Command::new(&python)
            .arg(peer::root().join("tests/interop/zeep/driver.py"))
            .arg(peer::root().join("vectors/keys"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python");
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, input, output }
    }

    fn ask(&mut self, verb: &str, message: &str) -> Result<String, String> {
        writeln!(self.input, "{verb}\t{}", base64_encode(message.as_bytes())).expect("the driver listens");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the driver answers");
        match line.trim_end().split_once(' ') {
            Some(("OK", answer)) => {
                Ok(String::from_utf8(base64_decode(answer, usize::MAX / 2).expect("base64")).expect("UTF-8"))
            }
            _ => Err(line),
        }
    }
}

impl Drop for Zeep {
    fn drop(&mut self) {
        let _ended = self.child.kill();
    }
}

#[test]
fn signed_messages_and_username_tokens_go_both_ways() {
    if !peer::wanted() {
        return;
    }
    let mut zeep = Zeep::start();
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
