//! Apache WSS4J 4.x: its DOM and its streaming engine verify our messages, and we open theirs.

use std::time::Duration;

use ws_security::TransportFacts;
use ws_security::c14n::name;
use ws_security::{
    AlgorithmPolicy, ContentEncryption, DangerousNoReplayCache, DigestMethod, Encrypting, Part, Receiver, Recipe,
    ReferenceForm, Requirements, Secret, SignatureMethod, SignerRule, Signing, TransportMethod, Trust,
};

use crate::driver::Driver;
use crate::peer::{self, MARKER, Matrix};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Sign,
    Encrypt,
    SignEncrypt,
    EncryptSign,
    SignatureEncrypted,
}

impl Shape {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Sign, "sign"),
        (Self::Encrypt, "encrypt"),
        (Self::SignEncrypt, "sign+encrypt"),
        (Self::EncryptSign, "encrypt+sign"),
        (Self::SignatureEncrypted, "signature encrypted"),
    ];

    fn steps(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Encrypt => "encrypt",
            Self::SignEncrypt => "sign;encrypt",
            Self::EncryptSign => "encrypt;sign",
            Self::SignatureEncrypted => "sign;encrypt-signature",
        }
    }
}

const FORMS: [(ReferenceForm, &str); 5] = [
    (ReferenceForm::Direct, "direct"),
    (ReferenceForm::IssuerSerial, "issuer-serial"),
    (ReferenceForm::SubjectKeyIdentifier, "ski"),
    (ReferenceForm::Thumbprint, "thumbprint"),
    (ReferenceForm::Embedded, "embedded"),
];

const METHODS: [(SignatureMethod, &str); 4] = [
    (SignatureMethod::RsaSha256, "alice"),
    (SignatureMethod::RsaSha512, "alice"),
    (SignatureMethod::RsaPssSha256, "alice"),
    (SignatureMethod::EcdsaSha256, "ec256"),
];

fn receiver(shape: Shape) -> Receiver {
    let trust = Trust::anchors([peer::certificate("ca")])
        .expect("an authority")
        .signer(SignerRule::AnyBelowTheAnchors)
        .known([peer::certificate("alice"), peer::certificate("ec256")]);
    let requirements = match shape {
        Shape::Encrypt => Requirements::dangerous_unsigned().encrypted([Part::Body]),
        Shape::Sign => Requirements::signed([Part::Body, Part::Timestamp]),
        Shape::SignatureEncrypted => {
            Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body, Part::Signature])
        }
        Shape::SignEncrypt | Shape::EncryptSign => {
            Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body])
        }
    };
    Receiver::new(trust, requirements, DangerousNoReplayCache)
        .decrypt_with(peer::identity("bob"))
        .algorithms(AlgorithmPolicy::default().admit_cbc())
}

fn open(shape: Shape, cbc: bool, message: &str) -> Result<String, String> {
    let mut receiver = receiver(shape);
    if cbc && shape != Shape::EncryptSign {
        receiver = receiver.dangerous_decrypt_cbc_before_verification();
    }
    let text = |error| format!("{error:?}");
    match shape {
        Shape::Encrypt => receiver
            .open_unsigned(message, TransportFacts::dangerous_unprotected())
            .map(|o| o.unauthenticated_body().to_owned())
            .map_err(text),
        _ => peer::open(&receiver, message).map(|opened| opened.body().xml().to_owned()).map_err(text),
    }
}

fn secure(
    shape: Shape,
    form: ReferenceForm,
    method: SignatureMethod,
    signer: &str,
    cipher: ContentEncryption,
    envelope: &str,
) -> String {
    let recipe = Recipe::new().timestamp(Duration::from_secs(300));
    let signing = Signing::with(&peer::identity(signer))
        .method(method)
        .digest(if method == SignatureMethod::RsaSha512 { DigestMethod::Sha512 } else { DigestMethod::Sha256 })
        .reference(form)
        .parts([Part::Body, Part::Timestamp]);
    let encrypting = Encrypting::to(&peer::certificate("bob")).content(cipher).reference(form);
    let body = encrypting.clone().parts([Part::Body]);
    let recipe = match shape {
        Shape::Sign => recipe.sign(signing),
        Shape::Encrypt => recipe.encrypt(body),
        Shape::SignEncrypt => recipe.sign(signing).encrypt(body),
        Shape::EncryptSign => recipe.encrypt(body).sign(signing),
        Shape::SignatureEncrypted => recipe.sign(signing).encrypt(encrypting.parts([Part::Body, Part::Signature])),
    };
    recipe.plan().expect("a plan").message(envelope).secure().expect("secured").message
}

fn shows_the_marker(body: Result<String, String>) -> Result<(), String> {
    let body = body?;
    if body.contains(MARKER) || body.contains(&MARKER.replace("&amp;", "&")) {
        Ok(())
    } else {
        Err(format!("no marker in {body}"))
    }
}

#[test]
fn every_shape_goes_both_ways() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("wss4j", "Driver");
    let mut matrix = Matrix::new(&["ours > WSS4J DOM", "ours > WSS4J streaming", "WSS4J > ours"]);
    for (soap, version) in [(name::SOAP11.uri, "soap11"), (name::SOAP12.uri, "soap12")] {
        let envelope = peer::envelope(soap);
        for (shape, shape_name) in Shape::ALL {
            for (form, form_name) in FORMS {
                for (method, signer) in METHODS {
                    for cipher in [ContentEncryption::Aes128Cbc, ContentEncryption::Aes256Gcm] {
                        if shape == Shape::Encrypt && method != SignatureMethod::RsaSha256 {
                            continue;
                        }
                        if shape == Shape::Sign && cipher == ContentEncryption::Aes128Cbc {
                            continue;
                        }
                        let row = match shape {
                            Shape::Sign => format!("{version} {shape_name} {form_name} {method:?}"),
                            Shape::Encrypt => format!("{version} {shape_name} {form_name} {cipher:?}"),
                            _ => format!("{version} {shape_name} {form_name} {method:?} {cipher:?}"),
                        };
                        let ours = secure(shape, form, method, signer, cipher, &envelope);
                        for (engine, column) in [("dom", "ours > WSS4J DOM"), ("stax", "ours > WSS4J streaming")] {
                            let bsp = if enforces_bsp(engine, method) { "on" } else { "off" };
                            let found = driver.ask(&format!("verify\t{engine}\t{bsp}"), &ours);
                            matrix.cell(&row, column, shows_the_marker(found), cannot_verify(form));
                        }
                        let mut spec = format!(
                            "steps={},reference={form_name},signer={signer},signature={},digest={},cipher={},transport={}",
                            shape.steps(),
                            method.uri(),
                            DigestMethod::Sha256.uri(),
                            cipher.uri(),
                            TransportMethod::RsaOaepMgf1p.uri()
                        );
                        if cipher == ContentEncryption::Aes256Gcm {
                            spec = spec.replace(TransportMethod::RsaOaepMgf1p.uri(), TransportMethod::RsaOaep.uri());
                            spec.push_str(&format!(
                                ",oaep-digest={},mgf={}",
                                DigestMethod::Sha256.uri(),
                                DigestMethod::Sha256.mgf_uri().unwrap_or_default()
                            ));
                        }
                        let cbc = cipher == ContentEncryption::Aes128Cbc;
                        let theirs = driver.ask(&format!("secure\t{spec}"), &envelope);
                        let opened = theirs.and_then(|message| open(shape, cbc, &message));
                        let explained = (form == ReferenceForm::Embedded).then_some("WSS4J embeds no X.509 token");
                        matrix.cell(&row, "WSS4J > ours", shows_the_marker(opened), explained);
                    }
                }
            }
        }
    }
    matrix.finish("WSS4J 4.x");
}

/// BSP enforcement is on wherever the profile, as WSS4J extends it, allows what the message uses. Its streaming engine
/// treats R5421 (a SHOULD for RSA and HMAC) as a ban on PSS and ECDSA; its DOM engine does not check it.
fn enforces_bsp(engine: &str, method: SignatureMethod) -> bool {
    engine == "dom" || matches!(method, SignatureMethod::RsaSha256 | SignatureMethod::RsaSha512)
}

/// Why no engine of WSS4J accepts our message.
fn cannot_verify(form: ReferenceForm) -> Option<&'static str> {
    (form == ReferenceForm::Embedded).then_some("WSS4J reads no embedded X.509 token")
}

#[test]
fn tampered_twins_are_refused_by_both() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("wss4j", "Driver");
    let envelope = peer::envelope(name::SOAP11.uri);
    let ours = secure(
        Shape::Sign,
        ReferenceForm::Direct,
        SignatureMethod::RsaSha256,
        "alice",
        ContentEncryption::Aes256Gcm,
        &envelope,
    );
    let twin = ours.replace("4711", "4712");
    assert!(driver.ask("verify\tdom\ton", &ours).is_ok());
    assert!(driver.ask("verify\tdom\ton", &twin).is_err());
    assert!(open(Shape::Sign, false, &ours).is_ok());
    assert!(open(Shape::Sign, false, &twin).is_err());
}

#[test]
fn username_tokens_go_both_ways() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("wss4j", "Driver");
    let envelope = peer::envelope(name::SOAP11.uri);
    let passwords = |user: &str| (user == "alice").then(|| Secret::new(b"s3cret".to_vec()));
    let receiver = Receiver::new(
        Trust::no_certificates(),
        Requirements::dangerous_unsigned().username_token(),
        DangerousNoReplayCache,
    )
    .passwords(passwords)
    .over_protected_transport();
    for (kind, recipe) in [
        ("digest", Recipe::new().username_digest("alice", "s3cret")),
        ("text", Recipe::new().username_text("alice", "s3cret").over_protected_transport()),
    ] {
        let ours = recipe.plan().expect("a plan").message(&envelope).secure().expect("secured").message;
        for engine in ["dom", "stax"] {
            driver.ask(&format!("verify\t{engine}\ton"), &ours).unwrap_or_else(|e| panic!("{kind} {engine}: {e}"));
        }
        let theirs = driver.ask(&format!("secure\tusername=alice,password={kind}"), &envelope).expect("secured");
        let opened = receiver
            .open_unsigned(&theirs, TransportFacts::dangerous_unprotected())
            .unwrap_or_else(|e| panic!("{kind}: {e}"));
        assert_eq!(opened.user().map(|user| user.username()), Some("alice"));
        let wrong = theirs.replace(">alice<", ">mallory<");
        assert!(receiver.open_unsigned(wrong, TransportFacts::dangerous_unprotected()).is_err());
    }
}

/// Writes `vectors/messages`: our messages, and the verdicts of WSS4J.
#[test]
#[ignore = "writes into the source tree; run by hand when the wire form changes"]
fn make_the_messages_of_our_own_vectors() {
    let mut driver = Driver::java("wss4j", "Driver");
    let folder = peer::root().join("vectors/messages");
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut manifest = String::from("file\texpected\twss4j-dom\twss4j-streaming\n");
    let cipher = ContentEncryption::Aes256Gcm;
    for (soap, version) in [(name::SOAP11.uri, "soap11"), (name::SOAP12.uri, "soap12")] {
        for (shape, shape_name) in Shape::ALL {
            for (method, signer) in METHODS {
                if shape == Shape::Encrypt {
                    continue;
                }
                let form = if version == "soap11" { ReferenceForm::Direct } else { ReferenceForm::Thumbprint };
                let genuine = secure(shape, form, method, signer, cipher, &peer::envelope(soap));
                let tampered = match shape {
                    Shape::Sign => genuine.replace("4711", "4712"),
                    _ => genuine.replacen("<xenc:CipherValue>", "<xenc:CipherValue>AAAA", 1),
                };
                for (kind, message, expected) in [("valid", genuine, "accepted"), ("tampered", tampered, "refused")] {
                    let file = format!("{version}-{}-{method:?}-{kind}.xml", shape_name.replace([' ', '+'], "-"));
                    std::fs::write(folder.join(&file), &message).expect("a file");
                    let mut said = |engine: &str| {
                        let bsp = if enforces_bsp(engine, method) { "on" } else { "off" };
                        match driver.ask(&format!("verify\t{engine}\t{bsp}"), &message) {
                            Ok(_) => "accepted",
                            Err(_) => "refused",
                        }
                    };
                    manifest.push_str(&format!("{file}\t{expected}\t{}\t{}\n", said("dom"), said("stax")));
                }
            }
        }
    }
    std::fs::write(folder.join("manifest.tsv"), manifest).expect("a file");
}
