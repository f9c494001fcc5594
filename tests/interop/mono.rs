//! Mono's WCF from Debian with mutual certificates (WS-Security 1.0), as a client and as a service over HTTP. The test
//! compiles its program.

use std::path::PathBuf;
use std::process::Command;

use ws_security::{DigestMethod, Receiver};

use crate::driver::{self, Driver};
use crate::exchange::{DOTNET, Keys, Shape};
use crate::peer::{self, Matrix};

/// WCF's default suite, Basic256.
const MUTUAL: Shape = Shape {
    name: "mutual certificates, Basic256",
    keys: Keys::Certificates,
    bits: 256,
    digest: DigestMethod::Sha1,
    sha1: true,
    encrypt_first: false,
    wcf: true,
};

/// What our receiver has to be told: Mono's replies have the Action of a message without WS-Addressing.
const ADAPT: fn(Receiver) -> Receiver =
    |receiver| receiver.understands("http://schemas.microsoft.com/ws/2005/05/addressing/none", "Action");

/// The folder with the program and the keys, unless the packages are not there.
fn compiled() -> Option<PathBuf> {
    if Command::new("mcs").arg("--version").output().is_err() {
        eprintln!(
            "SKIPPED: mcs is not installed (Debian: mono-mcs and libmono-system-servicemodel4.0a-cil), Mono was not run"
        );
        return None;
    }
    let folder = peer::scratch("mono");
    let source = peer::root().join("tests/interop/mono/Mono.cs");
    driver::made_once(&folder, &[std::fs::read(&source).expect("a source")], || {
        for name in ["alice", "bob"] {
            let (key, pem) = (format!("vectors/keys/{name}.key"), format!("vectors/keys/{name}.pem"));
            // Mono reads no newer encryption.
            driver::run(
                Command::new("openssl")
                    .args(["pkcs12", "-export", "-passout", "pass:changeit", "-certpbe", "PBE-SHA1-3DES"])
                    .args(["-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1", "-inkey", &key, "-in", &pem, "-out"])
                    .arg(folder.join(format!("{name}.p12")))
                    .current_dir(peer::root()),
            );
            driver::run(
                Command::new("openssl")
                    .args(["x509", "-outform", "DER", "-in", &pem, "-out"])
                    .arg(folder.join(format!("{name}.cer")))
                    .current_dir(peer::root()),
            );
        }
        let libraries = "-r:System.ServiceModel,System.IdentityModel,System.Runtime.Serialization,System.Xml";
        driver::run(Command::new("mcs").args(["-out:Mono.exe", libraries]).arg(&source).current_dir(&folder));
    });
    Some(folder)
}

#[test]
fn a_service_and_a_client_of_mono_speak_with_ours() {
    if !peer::wanted() {
        return;
    }
    let Some(folder) = compiled() else { return };
    let mono = |verb: &str| {
        let mut command = Command::new("mono");
        command.arg(folder.join("Mono.exe")).arg(&folder).arg(verb);
        command
    };
    let mut matrix = Matrix::new(&["Mono > ours", "our reply > Mono", "our client > Mono"]);

    let serving = peer::serve_once(|request| MUTUAL.serve(request, |signing| signing.reference(DOTNET), ADAPT));
    let called = driver::output_of(mono("call").arg(format!("http://localhost:{}/bank/", serving.port())));
    matrix.cell(MUTUAL.name, "Mono > ours", serving.end().expect("Mono calls").answer.map(drop), None);
    let said = String::from_utf8_lossy(&called.stdout).into_owned();
    let accepted = if said.contains("<accepted") { Ok(()) } else { Err(said) };
    matrix.cell(MUTUAL.name, "our reply > Mono", accepted, None);

    let (_driver, port) = Driver::start(&mut mono("serve")).listening();
    let post = |message: &str| {
        let answer = peer::post_action(port, "bank/", "text/xml; charset=utf-8", "urn:pay", message.as_bytes());
        String::from_utf8(answer.body).expect("UTF-8")
    };
    let (request, sent) = MUTUAL.request();
    matrix.cell(MUTUAL.name, "our client > Mono", MUTUAL.open_reply(&post(&request), &sent, ADAPT), None);
    let refused = post(&MUTUAL.request().0.replacen("<wsu:Expires>2", "<wsu:Expires>3", 1));
    assert!(!refused.contains("EncryptedData"), "the tampered twin: {refused}");
    matrix.finish("Mono 6.8, WCF over HTTP");
}
