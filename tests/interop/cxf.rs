//! Apache CXF as a real HTTP service and a real client on loopback, driven by its security policies: mutual X.509,
//! SAML 2.0 holder-of-key, and a username token over the symmetric binding with derived keys.

use std::time::{Duration, SystemTime};

use ws_security::c14n::name;
use ws_security::crypto::SystemRandom;
use ws_security::{
    AlgorithmPolicy, AssertionTrust, ContentEncryption, Correlation, Encrypting, MemoryReplayCache, NewAssertion,
    Opened, Part, ProtectionToken, Receiver, Recipe, ReferenceForm, Requirements, SamlVersion, Secret,
    SecureConversation, SignerRule, Signing, Trust,
};

use crate::driver::Driver;
use crate::peer::{self, Matrix};

const KINDS: [&str; 3] = ["x509", "saml2", "username"];

fn envelope(payload: &str) -> String {
    format!("<s:Envelope xmlns:s=\"{}\"><s:Body>{payload}</s:Body></s:Envelope>", name::SOAP11.uri)
}

fn post(port: u16, kind: &str, message: &str) -> String {
    let answer = peer::post(port, kind, "text/xml; charset=UTF-8", message.as_bytes());
    String::from_utf8(answer.body).expect("UTF-8")
}

fn anyone() -> Trust {
    Trust::anchors([peer::certificate("ca")])
        .expect("an authority")
        .signer(SignerRule::AnyBelowTheAnchors)
        .known([peer::certificate("alice"), peer::certificate("bob")])
}

fn cbc(encrypting: Encrypting) -> Encrypting {
    encrypting.content(ContentEncryption::Aes256Cbc)
}

fn derived(token: ProtectionToken) -> ProtectionToken {
    token.derived_keys(SecureConversation::V1_3)
}

/// The suite Basic256Sha256 of WS-SecurityPolicy: CBC, and SHA-1 inside OAEP.
fn receiver(requirements: Requirements, own: &str) -> Receiver {
    Receiver::new(anyone(), requirements, MemoryReplayCache::default())
        .decrypt_with(peer::identity(own))
        .algorithms(AlgorithmPolicy::default().admit_cbc())
        .dangerous_decrypt_cbc_before_verification()
}

fn ask(kind: &str, payload: &str) -> (String, Correlation) {
    let parts = [Part::Body, Part::Timestamp];
    let hidden = cbc(Encrypting::to(&peer::certificate("bob"))).parts([Part::Body]);
    let recipe = Recipe::new().timestamp(Duration::from_secs(300));
    let recipe = match kind {
        "x509" => recipe.sign(Signing::with(&peer::identity("alice")).parts(parts)).encrypt(hidden),
        "saml2" => {
            let assertion = NewAssertion::new(SamlVersion::V2_0, "https://idp.example", "uid=ann")
                .holder_of_key(&peer::certificate("alice"))
                .audience("urn:bank")
                .sign(&peer::identity("carol"), SystemTime::now(), &SystemRandom)
                .expect("issued");
            let signing = Signing::with(&peer::identity("alice")).holder_of_key().parts(parts);
            recipe.token(assertion).sign(signing).encrypt(hidden)
        }
        _ => {
            let token = derived(ProtectionToken::encrypted_to(&peer::certificate("bob")));
            recipe
                .username_text("ann", "s3cret")
                .sign(Signing::with_token(&token).parts(parts).parts([Part::UsernameToken]))
                .encrypt(cbc(Encrypting::with_token(&token)).parts([Part::Body, Part::UsernameToken]))
        }
    };
    let secured = recipe.plan().expect("a plan").message(&envelope(payload)).secure().expect("secured");
    (secured.message, secured.correlation)
}

fn open_reply(kind: &str, reply: &str, sent: &Correlation) -> Result<Opened, String> {
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body]);
    let client = receiver(requirements, "alice");
    let opened = if kind == "x509" { client.open(reply) } else { client.answering(sent).open(reply) };
    opened.map_err(|error| format!("{error:?}\n{reply}"))
}

fn serve(kind: &str, request: &str) -> Result<String, String> {
    let parts = [Part::Body, Part::Timestamp];
    let requirements = Requirements::signed(parts.clone()).encrypted([Part::Body]);
    let requirements = match kind {
        "x509" => requirements.x509_token(),
        "saml2" => requirements.saml_token(SamlVersion::V2_0),
        _ => requirements.username_token(),
    };
    let assertions = AssertionTrust::for_audience("urn:bank")
        .issuer("https://idp.example", Trust::pins([peer::certificate("carol")]));
    let service = receiver(requirements, "bob")
        .assertions(assertions)
        .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())));
    let opened = peer::open(&service, request).map_err(|error| format!("{error:?}\n{request}"))?;
    assert!(opened.body().xml().contains("4711"));
    let recipe = Recipe::new().timestamp(Duration::from_secs(300));
    let signing = Signing::with(&peer::identity("bob")).reference(ReferenceForm::IssuerSerial).parts(parts.clone());
    let recipe = match kind {
        "x509" | "saml2" => recipe.sign(signing).encrypt(cbc(Encrypting::to_requester()).parts([Part::Body])),
        _ => {
            let token = derived(ProtectionToken::of_request());
            recipe
                .sign(Signing::with_token(&token).parts(parts))
                .encrypt(cbc(Encrypting::with_token(&token)).parts([Part::Body]))
        }
    };
    let reply = envelope("<accepted xmlns=\"urn:bank\">4711</accepted>");
    recipe
        .plan()
        .expect("a plan")
        .message(&reply)
        .answering(opened.correlation())
        .secure()
        .map(|secured| secured.message)
        .map_err(|error| error.to_string())
}

#[test]
fn services_and_clients_of_cxf_speak_with_ours() {
    if !peer::wanted() {
        return;
    }
    let (mut driver, port) = Driver::java("cxf", "Cxf").listening();
    let mut matrix = Matrix::new(&["our client > CXF's service", "CXF's client > our service"]);
    for kind in KINDS {
        let (message, sent) = ask(kind, "<pay xmlns=\"urn:bank\">4711</pay>");
        let reply = post(port, kind, &message);
        let outcome = open_reply(kind, &reply, &sent).and_then(|opened| {
            let body = opened.body().xml().to_owned();
            if body.contains("4711") && body.contains("accepted") { Ok(()) } else { Err(body) }
        });
        matrix.cell(kind, "our client > CXF's service", outcome, None);
        let tampered = post(port, kind, &message.replacen("<wsu:Expires>2", "<wsu:Expires>3", 1));
        assert!(tampered.contains("Fault"), "{kind}: {tampered}");

        let serving = peer::serve_once(move |request| serve(kind, request));
        let command = format!("call\t{kind}\thttp://localhost:{}/{kind}", serving.port());
        let called = driver.ask(&command, "<pay xmlns=\"urn:bank\">4711</pay>");
        let outcome = serving.judge(called, |body| body.contains("accepted"));
        matrix.cell(kind, "CXF's client > our service", outcome, None);
    }
    matrix.finish("Apache CXF 3.5 over HTTP");
}
