//! node-soap: each of its four security classes, and both of its fork strong-soap, call our service over HTTP; its own service
//! checks our username tokens, and its signature library verifies our signatures. As a client it reads no Security header of a
//! reply.

use std::process::Command;
use std::time::Duration;

use ws_security::c14n::name;
use ws_security::{
    AlgorithmPolicy, DangerousNoReplayCache, DigestMethod, Part, Receiver, Recipe, ReferenceForm, Requirements, Secret,
    SignatureMethod, SignerRule, Signing, TransportFacts, Trust,
};

use crate::driver::{self, Driver};
use crate::peer::{self, Matrix};

/// The driver, and the port of its service, unless npm is not there.
fn start() -> Option<(Driver, u16)> {
    const PACKAGES: [&str; 2] = ["soap@1.13.0", "strong-soap@5.0.10"];
    if Command::new("npm").arg("--version").output().is_err() {
        eprintln!("SKIPPED: npm is not installed, node-soap was not run");
        return None;
    }
    let folder = peer::scratch("node");
    driver::made_once(&folder, &PACKAGES.map(Into::into), || {
        driver::run(
            Command::new("npm").args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(&folder).args(PACKAGES),
        );
    });
    let mut node = Command::new("node");
    node.env("NODE_PATH", folder.join("node_modules"))
        .arg(peer::root().join("tests/interop/node/driver.js"))
        .arg(peer::root().join("vectors/keys"));
    Some(Driver::start(&mut node).listening())
}

type Adapt = fn(Receiver) -> Receiver;

/// What our receiver has to be told for a case of the driver.
const NOTHING: Adapt = |receiver| receiver;
const TLS: Adapt = Receiver::over_protected_transport;

/// Cases without a signature.
const UNSIGNED: [(&str, Adapt); 6] = [
    ("strong-soap text", TLS),
    ("strong-soap digest", NOTHING),
    ("WSSecurity text", TLS),
    ("WSSecurity text, nonce", TLS),
    ("WSSecurity text, no timestamp, no Created", TLS),
    ("WSSecurity digest", NOTHING),
];

/// Cases with one.
const SIGNED: [(&str, Adapt); 16] = [
    ("strong-soap WSSecurityCert", |receiver| with_sha1(receiver).accept_references_without_hash()),
    ("WSSecurityCert", NOTHING),
    ("WSSecurityCert wsu:Id", NOTHING),
    ("WSSecurityCert exclusive c14n alone", NOTHING),
    ("WSSecurityCert inclusive c14n", Receiver::accept_inclusive_canonicalization),
    ("WSSecurityCert rsa-sha512", NOTHING),
    ("WSSecurityCert rsa-sha1", with_sha1),
    ("WSSecurityCert token and header signed", NOTHING),
    ("WSSecurityCert prefix ds", NOTHING),
    ("WSSecurityCert no timestamp", NOTHING),
    ("WSSecurityCertWithToken", TLS),
    ("WSSecurityCertWithToken rsa-sha256", TLS),
    ("WSSecurityCertWithToken no user", NOTHING),
    ("WSSecurityPlusCert digest", NOTHING),
    ("WSSecurityPlusCert text", TLS),
    ("WSSecurityPlusCert two timestamps", TLS),
];

fn with_sha1(receiver: Receiver) -> Receiver {
    let mut policy = AlgorithmPolicy::default();
    policy.signature = policy.signature.admit_digest(DigestMethod::Sha1).admit_signature(SignatureMethod::RsaSha1);
    receiver.algorithms(policy)
}

/// Why a message is refused. WSS4J refuses it, too.
fn explained(case: &str) -> Option<&'static str> {
    if case == "strong-soap WSSecurityCert" {
        return Some("its message is indented after it was signed, and its Body has no Id (strong-soap#617)");
    }
    if case.starts_with("WSSecurityCertWithToken") {
        return Some("its Signature has an STR in place of KeyInfo, against the schema");
    }
    (case == "WSSecurityPlusCert two timestamps").then_some("two Timestamps, against BSP R3227")
}

fn receiver(requirements: Requirements) -> Receiver {
    let trust = Trust::anchors([peer::certificate("ca")]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors);
    Receiver::new(trust, requirements, DangerousNoReplayCache)
        .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())))
}

fn opened(case: &str, request: &str) -> Result<String, String> {
    if let Some((_, adapt)) = UNSIGNED.iter().find(|(name, _)| *name == case) {
        let receiver = adapt(receiver(Requirements::dangerous_unsigned().username_token()));
        let facts = TransportFacts::dangerous_unprotected();
        let opened = receiver.open_unsigned(request, facts).map_err(|error| format!("{error:?}\n{request}"))?;
        assert_eq!(opened.user().map(|user| user.username()), Some("ann"));
        return Ok(opened.unauthenticated_body().to_owned());
    }
    let (_, adapt) = SIGNED.iter().find(|(name, _)| *name == case).expect("a case");
    let parts = if case.ends_with("no timestamp") { vec![] } else { vec![Part::Timestamp] };
    let receiver = adapt(receiver(Requirements::signed_body_and(parts)));
    assert!(receiver.open(request.replace("47.11", "47.12")).is_err(), "{case}: the tampered twin");
    let opened = receiver.open(request).map_err(|error| format!("{error:?}\n{request}"))?;
    Ok(opened.body().xml().to_owned())
}

fn signed(soap: &str, body: &str, signing: Signing) -> String {
    let envelope = format!("<s:Envelope xmlns:s=\"{soap}\"><s:Body>{body}</s:Body></s:Envelope>");
    let recipe = Recipe::new().timestamp(Duration::from_secs(300)).allow_legacy_algorithms();
    let plan = recipe.sign(signing.parts([Part::Body, Part::Timestamp])).plan().expect("a plan");
    plan.message(&envelope).secure().expect("secured").message
}

fn reply(soap: &str) -> String {
    let body = "<accepted xmlns=\"urn:bank\"><amount>47.11</amount></accepted>";
    signed(soap, body, Signing::with(&peer::identity("bob")).reference(ReferenceForm::Direct))
}

#[test]
fn all_security_classes_of_node_soap_call_our_service() {
    if !peer::wanted() {
        return;
    }
    let Some((mut driver, _)) = start() else { return };
    let mut arbiter = Driver::java("wss4j", "Driver");
    let mut matrix = Matrix::new(&["node-soap > ours", "our signed reply > node-soap"]);
    for (soap, version) in [(name::SOAP11.uri, "soap11"), (name::SOAP12.uri, "soap12")] {
        for (case, _) in UNSIGNED.into_iter().chain(SIGNED) {
            let serving = peer::serve_once(move |request| {
                let body = opened(case, request)?;
                if body.contains("47.11") { Ok(reply(soap)) } else { Err(body) }
            });
            let call = format!("call\thttp://localhost:{}/\t{case}\t{version}", serving.port());
            let answer = driver.ask(&call, "47.11");
            let served = serving.end().expect("node-soap calls");
            let row = format!("{version} {case}");
            if explained(case).is_some() {
                let bsp = if case.ends_with("two timestamps") { "on" } else { "off" };
                let verdict = arbiter.ask(&format!("verify\tdom\t{bsp}"), &served.request);
                assert!(verdict.is_err(), "WSS4J accepts {case}");
            }
            matrix.cell(&row, "node-soap > ours", served.answer.map(drop), explained(case));
            let amount = answer.and_then(|amount| if amount == "47.11" { Ok(()) } else { Err(amount) });
            matrix.cell(&row, "our signed reply > node-soap", amount, explained(case).map(|_| "none was sent"));
        }
    }
    matrix.finish("node-soap 1.13 and strong-soap 5, which verify no replies");
}

#[test]
fn a_body_that_node_soap_does_not_sign_is_refused() {
    if !peer::wanted() {
        return;
    }
    let Some((mut driver, _)) = start() else { return };
    let serving = peer::serve_once(|request| {
        let refused = receiver(Requirements::signed([Part::Body, Part::Timestamp])).open(request).map(drop);
        Err(refused.expect_err("nothing covers the Body").to_string())
    });
    let case = "WSSecurityCert Body not signed";
    assert!(driver.ask(&format!("call\thttp://localhost:{}/\t{case}\tsoap11", serving.port()), "47.11").is_err());
    let said = serving.end().expect("node-soap calls").answer.expect_err("refused");
    assert!(said.contains("Body"), "{said}");
}

#[test]
fn the_library_of_node_soap_verifies_our_signatures() {
    if !peer::wanted() {
        return;
    }
    let Some((mut driver, _)) = start() else { return };
    let mut matrix = Matrix::new(&["ours > xml-crypto"]);
    let methods = [SignatureMethod::RsaSha256, SignatureMethod::RsaSha512, SignatureMethod::RsaSha1];
    let forms = [ReferenceForm::Direct, ReferenceForm::IssuerSerial, ReferenceForm::Thumbprint];
    for (soap, version) in [(name::SOAP11.uri, "soap11"), (name::SOAP12.uri, "soap12")] {
        for (method, form) in methods.into_iter().flat_map(|method| forms.map(|form| (method, form))) {
            let signing = Signing::with(&peer::identity("alice")).method(method).reference(form);
            let ours = signed(soap, "<pay xmlns=\"urn:bank\">Zürich &amp; 47.11</pay>", signing);
            let row = format!("{version} sign {form:?} {method:?}");
            let outcome = driver.ask("verify", &ours);
            let outcome = outcome.and_then(|count| if count == "2" { Ok(()) } else { Err(count) });
            matrix.cell(&row, "ours > xml-crypto", outcome, None);
            assert!(driver.ask("verify", &ours.replace("47.11", "47.12")).is_err(), "the tampered twin");
        }
    }
    matrix.finish("xml-crypto 6, the signatures of node-soap");
}

#[test]
fn the_service_of_node_soap_checks_our_username_tokens() {
    if !peer::wanted() {
        return;
    }
    let Some((_driver, port)) = start() else { return };
    let post = |recipe: Recipe| {
        let body = "<pay xmlns=\"urn:bank\"><amount>47.11</amount></pay>";
        let envelope = format!("<s:Envelope xmlns:s=\"{}\"><s:Body>{body}</s:Body></s:Envelope>", name::SOAP11.uri);
        let message = recipe.plan().expect("a plan").message(&envelope).secure().expect("secured").message;
        let answer = peer::post(port, "pay", "text/xml; charset=utf-8", message.as_bytes());
        String::from_utf8(answer.body).expect("UTF-8")
    };
    let text = |password: &str| Recipe::new().username_text("ann", password).over_protected_transport();
    for (recipe, accepted) in [
        (text("s3cret"), true),
        (text("other"), false),
        (Recipe::new().username_digest("ann", "s3cret"), true),
        (Recipe::new().username_digest("ann", "other"), false),
    ] {
        let answer = post(recipe);
        assert_eq!(answer.contains("47.11"), accepted, "{answer}");
    }
}
