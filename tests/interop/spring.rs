//! Spring-WS 4: its interceptor of WSS4J, which sends as a client and validates as a service.

use std::time::Duration;

use ws_security::c14n::name;
use ws_security::{
    AlgorithmPolicy, ContentEncryption, DangerousNoReplayCache, Encrypting, Part, Receiver, Recipe, ReferenceForm,
    Requirements, Secret, SignerRule, Signing, TransportFacts, Trust,
};

use crate::driver::Driver;
use crate::peer::{self, MARKER, Matrix};

fn secured(form: ReferenceForm, cipher: Option<ContentEncryption>) -> String {
    let signing = Signing::with(&peer::identity("alice")).reference(form).parts([Part::Body, Part::Timestamp]);
    let recipe = Recipe::new().timestamp(Duration::from_secs(300)).sign(signing);
    let recipe = match cipher {
        Some(cipher) => recipe.encrypt(Encrypting::to(&peer::certificate("bob")).content(cipher).parts([Part::Body])),
        None => recipe,
    };
    let envelope = peer::envelope(name::SOAP11.uri);
    recipe.plan().expect("a plan").message(&envelope).secure().expect("secured").message
}

fn open(message: &str, cipher: Option<ContentEncryption>) -> Result<(), String> {
    let trust = Trust::anchors([peer::certificate("ca")])
        .expect("an authority")
        .signer(SignerRule::AnyBelowTheAnchors)
        .known([peer::certificate("alice")]);
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
    let requirements = if cipher.is_some() { requirements.encrypted([Part::Body]) } else { requirements };
    let receiver = Receiver::new(trust, requirements, DangerousNoReplayCache).decrypt_with(peer::identity("bob"));
    let receiver = match cipher {
        Some(ContentEncryption::Aes256Cbc) => {
            receiver.algorithms(AlgorithmPolicy::default().admit_cbc()).dangerous_decrypt_cbc_before_verification()
        }
        _ => receiver,
    };
    assert!(receiver.open(message.replacen(":Created>2", ":Created>1", 1)).is_err(), "the tampered twin");
    let opened = receiver.open(message).map_err(|error| format!("{error:?}\n{message}"))?;
    if opened.body().xml().contains(MARKER) { Ok(()) } else { Err(opened.body().xml().to_owned()) }
}

#[test]
fn messages_of_spring_go_both_ways() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("spring", "Spring");
    let mut matrix = Matrix::new(&["ours > Spring-WS", "Spring-WS > ours"]);
    let forms = [
        ("DirectReference", ReferenceForm::Direct),
        ("IssuerSerial", ReferenceForm::IssuerSerial),
        ("SKIKeyIdentifier", ReferenceForm::SubjectKeyIdentifier),
        ("Thumbprint", ReferenceForm::Thumbprint),
    ];
    let ciphers = [None, Some(ContentEncryption::Aes256Cbc), Some(ContentEncryption::Aes256Gcm)];
    for ((reference, form), cipher) in forms.into_iter().flat_map(|form| ciphers.map(|cipher| (form, cipher))) {
        let row = format!("sign {reference} {}", cipher.map_or(String::new(), |cipher| format!("encrypt {cipher:?}")));
        let received = if cipher.is_some() { "Timestamp Signature Encrypt" } else { "Timestamp Signature" };
        let message = secured(form, cipher);
        let validated = driver.ask(&format!("validate\t{received}"), &message);
        let validated = validated.and_then(|body| if body.contains("4711") { Ok(()) } else { Err(body) });
        matrix.cell(&row, "ours > Spring-WS", validated, None);
        let twin = message.replacen("<wsu:Created>2", "<wsu:Created>1", 1);
        assert!(driver.ask(&format!("validate\t{received}"), &twin).is_err(), "the tampered twin");

        let uri = cipher.unwrap_or(ContentEncryption::Aes256Gcm).uri();
        let theirs = driver.ask(&format!("secure\t{received}\t{reference}\t{uri}"), &peer::envelope(name::SOAP11.uri));
        matrix.cell(&row, "Spring-WS > ours", theirs.and_then(|message| open(&message, cipher)), None);
    }
    matrix.finish("Spring-WS 4.0.11");
}

#[test]
fn username_tokens_of_spring_go_both_ways() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("spring", "Spring");
    let envelope = peer::envelope(name::SOAP11.uri);
    let requirements = Requirements::dangerous_unsigned().username_token();
    let receiver = Receiver::new(Trust::no_certificates(), requirements, DangerousNoReplayCache)
        .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())))
        .over_protected_transport();
    let text = |password: &str| Recipe::new().username_text("ann", password).over_protected_transport();
    let digest = |password: &str| Recipe::new().username_digest("ann", password);
    for (kind, ours, wrong) in [("text", text("s3cret"), text("other")), ("digest", digest("s3cret"), digest("other"))]
    {
        let message =
            |recipe: Recipe| recipe.plan().expect("a plan").message(&envelope).secure().expect("secured").message;
        let validated = driver.ask("validate\tUsernameToken", &message(ours));
        assert!(validated.is_ok(), "{kind}: {validated:?}");
        assert!(driver.ask("validate\tUsernameToken", &message(wrong)).is_err(), "{kind}: another password");
        let uri = ContentEncryption::Aes256Gcm.uri();
        let theirs = driver.ask(&format!("secure\tUsernameToken\t{kind}\t{uri}"), &envelope).expect("secured");
        let opened = receiver.open_unsigned(&theirs, TransportFacts::dangerous_unprotected());
        let opened = opened.unwrap_or_else(|error| panic!("{kind}: {error:?}\n{theirs}"));
        assert_eq!(opened.user().map(|user| user.username()), Some("ann"));
    }
}
