//! gSOAP's wsse plugin from Debian, as a client and as a service over HTTP. The test generates its stubs and compiles it.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use ws_security::c14n::name;
use ws_security::{
    AlgorithmPolicy, ContentEncryption, DangerousNoReplayCache, DigestMethod, Encrypting, KeyTransport, Part, Receiver,
    Recipe, ReferenceForm, Requirements, SignatureMethod, SignerRule, Signing, Trust,
};

use crate::driver::{self, Driver};
use crate::peer::{self, Matrix};

/// The driver, compiled, unless the packages are not there.
fn compiled() -> Option<PathBuf> {
    const SOURCES: [&str; 2] = ["bank.h", "driver.c"];
    const GSOAP: &str = "/usr/share/gsoap";
    if Command::new("soapcpp2").arg("-V").output().is_err() {
        eprintln!("SKIPPED: soapcpp2 is not installed (Debian: gsoap and libgsoap-dev), gSOAP was not run");
        return None;
    }
    let (folder, sources) = (peer::scratch("gsoap"), peer::root().join("tests/interop/gsoap"));
    let octets = SOURCES.map(|name| std::fs::read(sources.join(name)).expect("a source"));
    let plugin = |name: &str| format!("{GSOAP}/plugin/{name}");
    driver::made_once(&folder, &octets, || {
        let imports = format!("-I{GSOAP}/import");
        let header = sources.join("bank.h");
        driver::run(Command::new("soapcpp2").args(["-c", "-x", &imports]).arg(header).current_dir(&folder));
        driver::run(
            Command::new("cc")
                .args(["-w", "-I.", "-DWITH_IPV6", "-DWITH_OPENSSL", "-DWITH_GZIP", "-DWITH_DOM"])
                .args([format!("-I{GSOAP}"), format!("-I{GSOAP}/plugin"), "-odriver".to_owned()])
                .arg(sources.join("driver.c"))
                .args(["soapC.c", "soapClient.c", "soapServer.c"])
                .args(["wsseapi.c", "smdevp.c", "mecevp.c", "threads.c"].map(plugin))
                .arg(format!("{GSOAP}/custom/struct_timeval.c"))
                .args(["-lgsoapssl", "-lssl", "-lcrypto", "-lz", "-lpthread"])
                .current_dir(&folder),
        );
    });
    Some(folder.join("driver"))
}

/// What the plugin calls RSA-OAEP on the wire is padded as RSA 1.5: OpenSSL does not take its setting.
const OAEP: &str = "sha256,direct,aes256-gcm,oaep";

/// The words of a shape, as the driver has them, and what they mean.
type Shape = (&'static str, SignatureMethod, DigestMethod, Option<ContentEncryption>);

const SHAPES: [Shape; 8] = {
    use ContentEncryption::{Aes128Cbc, Aes256Cbc, Aes256Gcm};
    use DigestMethod::{Sha1, Sha256, Sha512};
    use SignatureMethod::{RsaSha1, RsaSha256, RsaSha512};
    [
        ("sha256,direct", RsaSha256, Sha256, None),
        ("sha512,direct", RsaSha512, Sha512, None),
        ("sha1,direct", RsaSha1, Sha1, None),
        ("sha256,x509data", RsaSha256, Sha256, None),
        ("sha256,direct,aes256-gcm", RsaSha256, Sha256, Some(Aes256Gcm)),
        ("sha256,direct,aes256-cbc", RsaSha256, Sha256, Some(Aes256Cbc)),
        ("sha1,direct,aes128-cbc", RsaSha1, Sha1, Some(Aes128Cbc)),
        (OAEP, RsaSha256, Sha256, Some(Aes256Gcm)),
    ]
};

fn secure((words, method, digest, cipher): Shape, own: &str, other: &str, payload: &str) -> String {
    let envelope = format!("<s:Envelope xmlns:s=\"{}\"><s:Body>{payload}</s:Body></s:Envelope>", name::SOAP11.uri);
    let signing = Signing::with(&peer::identity(own)).method(method).digest(digest).reference(ReferenceForm::Direct);
    let recipe = Recipe::new().timestamp(Duration::from_secs(300)).allow_legacy_algorithms();
    let recipe = recipe.sign(signing.parts([Part::Body, Part::Timestamp]));
    let recipe = match cipher {
        Some(cipher) => {
            let transport = if words == OAEP { KeyTransport::oaep_mgf1p() } else { KeyTransport::Rsa15 };
            let encrypting = Encrypting::to(&peer::certificate(other)).content(cipher).transport(transport);
            recipe.encrypt(encrypting.parts([Part::Body]))
        }
        None => recipe,
    };
    recipe.plan().expect("a plan").message(&envelope).secure().expect("secured").message
}

fn open((words, method, digest, cipher): Shape, own: &str, message: &str) -> Result<(), String> {
    let trust = Trust::anchors([peer::certificate("ca")]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors);
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
    let requirements = if cipher.is_some() { requirements.encrypted([Part::Body]) } else { requirements };
    let mut policy = AlgorithmPolicy::default();
    if digest == DigestMethod::Sha1 {
        policy.signature = policy.signature.admit_digest(digest).admit_signature(method);
    }
    if words != OAEP {
        assert!(policy.admit_uri("http://www.w3.org/2001/04/xmlenc#rsa-1_5"));
    }
    let receiver = Receiver::new(trust, requirements, DangerousNoReplayCache).decrypt_with(peer::identity(own));
    let receiver = match cipher {
        // gSOAP signs and then encrypts.
        Some(ContentEncryption::Aes128Cbc | ContentEncryption::Aes256Cbc) => {
            receiver.algorithms(policy.admit_cbc()).dangerous_decrypt_cbc_before_verification()
        }
        _ => receiver.algorithms(policy),
    };
    let opened = receiver.open(message).map_err(|error| format!("{error:?}\n{message}"))?;
    assert!(receiver.open(message.replacen(":Created>2", ":Created>1", 1)).is_err(), "the tampered twin");
    if opened.body().xml().contains("47.11") { Ok(()) } else { Err(opened.body().xml().to_owned()) }
}

#[test]
fn clients_and_services_of_gsoap_speak_with_ours() {
    if !peer::wanted() {
        return;
    }
    let Some(program) = compiled() else { return };
    let command = |verb: &str, own: &str, other: &str, words: &str| {
        let mut command = Command::new(&program);
        command.arg(peer::root().join("vectors/keys")).args([verb, own, other, words]);
        command
    };
    let mut arbiter = Driver::java("wss4j", "Driver");
    let mut matrix = Matrix::new(&["gSOAP > ours", "our reply > gSOAP", "ours > gSOAP", "gSOAP's reply > ours"]);
    for shape in SHAPES {
        let words = shape.0;
        let serving = peer::serve_once(move |request| {
            open(shape, "bob", request)?;
            Ok(secure(shape, "bob", "alice", "<accepted xmlns=\"urn:bank\"><amount>47.11</amount></accepted>"))
        });
        let url = format!("http://localhost:{}/", serving.port());
        let called = driver::output_of(command("call", "alice", "bob", words).arg(url));
        let served = serving.end().expect("gSOAP calls");
        let explained = (words == OAEP).then_some("gSOAP pads its OAEP as RSA 1.5; WSS4J does not decrypt it either");
        if explained.is_some() {
            assert!(arbiter.ask("verify\tdom\toff", &served.request).is_err(), "WSS4J decrypts {words}");
        }
        matrix.cell(words, "gSOAP > ours", served.answer.map(drop), explained);
        let said = String::from_utf8_lossy(&called.stdout).into_owned() + &String::from_utf8_lossy(&called.stderr);
        let accepted = if said.trim() == "47.11" { Ok(()) } else { Err(said) };
        matrix.cell(words, "our reply > gSOAP", accepted, explained);

        let (_driver, port) = Driver::start(&mut command("serve", "bob", "alice", words)).listening();
        let ask = |message: &str| {
            let answer = peer::post(port, "", "text/xml; charset=utf-8", message.as_bytes());
            String::from_utf8(answer.body).expect("UTF-8")
        };
        let ours = secure(shape, "alice", "bob", "<pay xmlns=\"urn:bank\"><amount>47.11</amount></pay>");
        let tampered = ask(&ours.replacen("<wsu:Created>2", "<wsu:Created>1", 1));
        assert!(tampered.contains("Fault"), "{words}: {tampered}");
        let reply = ask(&ours);
        let accepted = if reply.contains("Fault>") { Err(reply.clone()) } else { Ok(()) };
        matrix.cell(words, "ours > gSOAP", accepted, explained);
        matrix.cell(words, "gSOAP's reply > ours", open(shape, "alice", &reply), explained);
    }
    matrix.finish("gSOAP 2.8.124");
}
