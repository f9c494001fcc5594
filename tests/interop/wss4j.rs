//! Apache WSS4J 4.x: its DOM and its streaming engine verify our messages, and we open theirs.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use ws_security::TransportFacts;
use ws_security::c14n::{base64_decode, base64_encode, name};
use ws_security::{
    AlgorithmPolicy, ContentEncryption, DangerousNoReplayCache, DigestMethod, Encrypting, Part, Receiver, Recipe,
    ReferenceForm, Requirements, Secret, SignatureMethod, SignerRule, Signing, TransportMethod, Trust,
};

use crate::peer::{self, MARKER, Matrix};

pub(crate) struct Driver {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// Set if the parent process has already compiled the drivers.
pub(crate) const COMPILED: &str = "WSS_INTEROP_COMPILED";

/// Compiles a driver once, with the class path of Maven.
fn compile(name: &str) -> (PathBuf, String) {
    let folder = peer::scratch(name);
    let sources = peer::root().join("tests/interop").join(name);
    // A new dependency makes a new class path.
    let pom = std::fs::read(sources.join("pom.xml")).expect("a pom");
    let class_path = folder.join(format!("classpath-{}", pom.len()));
    let run = |command: &mut Command| {
        let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    };
    if !class_path.exists() {
        run(Command::new("mvn")
            .args(["-q", "-B", "dependency:build-classpath", "-f"])
            .arg(sources.join("pom.xml"))
            .arg(format!("-Dmdep.outputFile={}", class_path.display())));
    }
    let jars = std::fs::read_to_string(&class_path).expect("a class path").trim().to_owned();
    // A test that runs itself again has compiled already.
    if std::env::var_os(COMPILED).is_none() {
        let folders = [sources.join("src/main/java"), peer::root().join("tests/interop/java")];
        let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).expect("sources"));
        let files = files.map(|file| file.expect("a file").path());
        run(Command::new("javac").args(["-nowarn", "-cp", &jars, "-d"]).arg(&folder).args(files));
    }
    (folder, jars)
}

impl Driver {
    pub(crate) fn start() -> Self {
        Self::run(Self::compiled(), "Driver")
    }

    pub(crate) fn compiled() -> &'static (PathBuf, String) {
        static COMPILED: OnceLock<(PathBuf, String)> = OnceLock::new();
        COMPILED.get_or_init(|| compile("wss4j"))
    }

    /// An older WSS4J, whose OpenSAML is to be had.
    pub(crate) fn start_saml() -> Self {
        static COMPILED: OnceLock<(PathBuf, String)> = OnceLock::new();
        Self::run(COMPILED.get_or_init(|| compile("saml")), "Saml")
    }

    /// Apache CXF, and the port its services listen on.
    pub(crate) fn start_cxf() -> (Self, u16) {
        static COMPILED: OnceLock<(PathBuf, String)> = OnceLock::new();
        Self::listening(COMPILED.get_or_init(|| compile("cxf")), "Cxf")
    }

    /// phase4, and the port its gateway listens on.
    pub(crate) fn start_phase4() -> (Self, u16) {
        static COMPILED: OnceLock<(PathBuf, String)> = OnceLock::new();
        Self::listening(COMPILED.get_or_init(|| compile("phase4")), "As4")
    }

    fn listening(compiled: &(PathBuf, String), class: &str) -> (Self, u16) {
        let mut driver = Self::run(compiled, class);
        let mut line = String::new();
        driver.output.read_line(&mut line).expect("it starts");
        let port = line.trim_end().strip_prefix("OK ").and_then(|port| port.parse().ok());
        (driver, port.expect("a port"))
    }

    fn run((folder, jars): &(PathBuf, String), class: &str) -> Self {
        let mut child = Command::new("java")
            .arg("-cp")
            .arg(format!("{}:{jars}", folder.display()))
            .arg(class)
            .arg(peer::root().join("vectors/keys"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(if std::env::var_os("WSS_PEER_LOG").is_some() { Stdio::inherit() } else { Stdio::null() })
            .spawn()
            .expect("java");
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, input, output }
    }

    pub(crate) fn ask(&mut self, command: &str, message: &str) -> Result<String, String> {
        writeln!(self.input, "{command}\t{}", base64_encode(message.as_bytes())).expect("the driver listens");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the driver answers");
        match line.trim_end().split_once(' ') {
            Some(("OK", answer)) => {
                let octets = base64_decode(answer, usize::MAX / 2).expect("base64");
                Ok(String::from_utf8(octets).expect("UTF-8"))
            }
            _ => Err(line.chars().take(400).collect()),
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ended = self.child.kill();
    }
}

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
    let mut driver = Driver::start();
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
                                DigestMethod::Sha256.mgf_uri()
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
    let mut driver = Driver::start();
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
    let mut driver = Driver::start();
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
    let mut driver = Driver::start();
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
