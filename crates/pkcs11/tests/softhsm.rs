//! Keys in SoftHSM: a real token of PKCS#11, in software.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::object::{Attribute, CertificateType, ObjectClass};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;
use ws_security::prelude::*;
use ws_security::xmlenc::Agreement;
use ws_security::{AlgorithmPolicy, KeyTransport, OpenError, SignatureMethod};
use wss_pkcs11::{Token, TokenError};

const LIBRARIES: [&str; 3] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
];
const LABEL: &str = "bank";
const PIN: &str = "123456";
const ENVELOPE: &str = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><pay xmlns=\"urn:bank\">\
                        1499.90</pay></s:Body></s:Envelope>";
/// The keys in the token.
const KEYS: [&str; 5] = ["alice", "bob", "ec256", "ec521", "ka-ec256"];

fn keys() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/keys")
}

fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(&std::fs::read(keys().join(format!("{name}.pem"))).expect(name)).expect(name)
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The library, once there is a token with our keys; `None` if SoftHSM is not installed.
fn library() -> Option<&'static str> {
    static MADE: OnceLock<Option<&'static str>> = OnceLock::new();
    *MADE.get_or_init(|| {
        let library = LIBRARIES.into_iter().find(|library| Path::new(library).exists());
        let is_there = Command::new("softhsm2-util").arg("--version").output().is_ok();
        let Some(library) = library.filter(|_| is_there) else {
            eprintln!("SKIPPED: the tests with SoftHSM: softhsm2 is not installed");
            return None;
        };
        make_token(library);
        Some(library)
    })
}

/// Makes a token, in a folder that SoftHSM finds through the environment of this process.
fn make_token(library: &str) {
    let folder = std::env::var("SOFTHSM2_CONF").expect("set by `with_token`");
    let folder = Path::new(&folder).parent().expect("a folder");
    run("softhsm2-util", &["--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", PIN]);
    for (at, name) in KEYS.iter().enumerate() {
        let pkcs8 = folder.join(format!("{name}.p8"));
        let (from, to) = (keys().join(format!("{name}.key")), pkcs8.to_str().expect("a path"));
        let key = from.to_str().expect("a path");
        run("openssl", &["pkcs8", "-topk8", "-nocrypt", "-in", key, "-out", to]);
        let id = format!("{:02x}", at + 1);
        run("softhsm2-util", &["--import", to, "--token", LABEL, "--label", name, "--id", &id, "--pin", PIN]);
    }
    let library = Pkcs11::new(library).expect("a library");
    library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).expect("initialised");
    let slots = library.get_slots_with_token().expect("slots");
    let is_ours = |slot: &&cryptoki::slot::Slot| library.get_token_info(**slot).expect("a token").label() == LABEL;
    let session = library.open_rw_session(*slots.iter().find(is_ours).expect("our token")).expect("a session");
    session.login(UserType::User, Some(&AuthPin::new(PIN.into()))).expect("logged in");
    for name in KEYS {
        let certificate = certificate(name);
        let attributes = [
            Attribute::Class(ObjectClass::CERTIFICATE),
            Attribute::CertificateType(CertificateType::X_509),
            Attribute::Token(true),
            Attribute::Label(name.as_bytes().to_vec()),
            Attribute::Subject(b"0".to_vec()),
            Attribute::Value(certificate.der().to_vec()),
        ];
        session.create_object(&attributes).expect(name);
    }
    // `softhsm2-util --import` lets no key agree.
    let wanted = [Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::Label(b"ka-ec256".to_vec())];
    let key = session.find_objects(&wanted).expect("found")[0];
    session.update_attributes(key, &[Attribute::Derive(true)]).expect("may agree");
}

fn token() -> Option<Token> {
    Some(Token::open(library()?, LABEL, PIN).expect("a token"))
}

fn receiver(parts: &[Part]) -> Receiver {
    let anchors = std::fs::read(keys().join("ca.pem")).expect("anchors");
    let trust = Trust::anchors_pem(&anchors).expect("anchors").signer(SignerRule::AnyBelowTheAnchors);
    let required = Requirements::signed([Part::Body, Part::Timestamp]).encrypted(parts.to_vec());
    Receiver::new(trust, required, MemoryReplayCache::default())
}

fn recipe(signing: Signing) -> Recipe {
    Recipe::new().timestamp(Duration::from_secs(300)).sign(signing.parts([Part::Body, Part::Timestamp]))
}

fn secured(recipe: Recipe) -> String {
    recipe.plan().expect("a plan").message(ENVELOPE).secure().expect("secured").message
}

fn messages_are_signed_in_the_token() {
    let Some(token) = token() else { return };
    let cases = [
        ("alice", SignatureMethod::RsaSha256),
        ("alice", SignatureMethod::RsaSha512),
        ("alice", SignatureMethod::RsaPssSha256),
        ("ec256", SignatureMethod::EcdsaSha256),
        ("ec256", SignatureMethod::EcdsaSha512),
        ("ec521", SignatureMethod::EcdsaSha512),
    ];
    for (name, method) in cases {
        let identity = token.identity(name).expect(name);
        assert_eq!(identity.certificate(), &certificate(name));
        let message = secured(recipe(Signing::with(&identity).method(method)));
        let opened = receiver(&[]).open(&message).unwrap_or_else(|error| panic!("{name} {method:?}: {error}"));
        assert_eq!(opened.signer().certificate(), Some(&certificate(name)));
        let forged = message.replace("1499.90", "9499.90");
        assert!(receiver(&[]).open(&forged).is_err(), "{name} {method:?}");
    }
    let plan = recipe(Signing::with(&token.identity("alice").expect("alice")).method(SignatureMethod::EcdsaSha256));
    assert!(plan.plan().is_err(), "an RSA key runs no ECDSA");
}

fn messages_are_decrypted_in_the_token() {
    let Some(token) = token() else { return };
    let signing = || Signing::with(&token.identity("alice").expect("alice"));
    let open = |message: &str, name: &str, policy: AlgorithmPolicy| {
        let identity = token.identity(name).expect(name);
        receiver(&[Part::Body]).algorithms(policy).decrypt_with(identity).open(message).map(drop)
    };
    let to = |name: &str| Encrypting::to(&certificate(name)).parts([Part::Body]);
    let message = secured(recipe(signing()).encrypt(to("bob").transport(KeyTransport::oaep_mgf1p())));
    open(&message, "bob", AlgorithmPolicy::default()).expect("RSA-OAEP");
    assert!(open(&message, "alice", AlgorithmPolicy::default()).is_err(), "a key that it is not for");

    let agreed = secured(recipe(signing()).encrypt(to("ka-ec256").agreement(Agreement::bdew_1_2())));
    open(&agreed, "ka-ec256", AlgorithmPolicy::default()).expect("ECDH");

    let legacy = recipe(signing()).encrypt(to("bob").transport(KeyTransport::Rsa15)).allow_legacy_algorithms();
    let legacy = secured(legacy);
    let mut policy = AlgorithmPolicy::default();
    assert!(policy.admit_uri(KeyTransport::Rsa15.uri()));
    open(&legacy, "bob", policy.clone()).expect("RSA-1.5");
    // Any other ciphertext of the key gives another key, and the same error as any failed decryption.
    let at = legacy.find("<xenc:CipherValue>").expect("a wrapped key") + "<xenc:CipherValue>".len();
    let other = if legacy[at + 9..].starts_with('A') { "B" } else { "A" };
    let broken = format!("{}{other}{}", &legacy[..at + 9], &legacy[at + 10..]);
    let error = open(&broken, "bob", policy).expect_err("another key");
    assert!(matches!(error, OpenError::Decrypt(_)), "{error}");
}

fn many_threads_share_one_login() {
    let Some(token) = token() else { return };
    let plan = recipe(Signing::with(&token.identity("ec256").expect("ec256"))).plan().expect("a plan");
    let receiver = receiver(&[]);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..25 {
                    let message = plan.message(ENVELOPE).secure().expect("secured").message;
                    assert!(receiver.open(&message).is_ok());
                }
            });
        }
    });
}

fn what_is_missing_is_named() {
    let Some(library) = library() else { return };
    let token = Token::open(library, LABEL, PIN).expect("a token");
    let missing = token.identity("nobody").expect_err("nothing has this label");
    assert!(matches!(missing, TokenError::NoObject { count: 0, .. }), "{missing}");
    let missing = token.identity_of("nobody", certificate("alice")).expect_err("nothing has this label").to_string();
    assert!(missing.contains("nobody") && missing.contains("Alice"), "{missing}");
    let missing = Token::open(library, "no such token", PIN).expect_err("no token");
    assert!(missing.to_string().contains(LABEL), "{missing}");
    let missing = Token::open("/no/such/library.so", LABEL, PIN).expect_err("no library");
    assert!(matches!(missing, TokenError::Library { .. }), "{missing}");
    assert!(!format!("{token:?}").contains(PIN));
}

fn log_out(library: &Pkcs11) {
    for slot in library.get_slots_with_token().expect("slots") {
        if library.get_token_info(slot).expect("a token").label() == LABEL {
            library.open_ro_session(slot).expect("a session").logout().expect("logged out");
        }
    }
}

/// Each message would be an attempt, and hardware locks the PIN after a few.
fn a_pin_that_was_refused_is_not_tried_again() {
    let Some(library) = library() else { return };
    let token = Token::open(library, LABEL, PIN).expect("a token");
    let plan = recipe(Signing::with(&token.identity("alice").expect("alice"))).plan().expect("a plan");
    let other = Pkcs11::new(library).expect("the library");
    let change = |from: &str, to: &str| {
        log_out(&other);
        let slots = other.get_slots_with_token().expect("slots");
        let is_ours = |slot: &&cryptoki::slot::Slot| other.get_token_info(**slot).expect("a token").label() == LABEL;
        let session = other.open_rw_session(*slots.iter().find(is_ours).expect("our token")).expect("a session");
        session.login(UserType::User, Some(&AuthPin::new(from.into()))).expect("logged in");
        session.set_pin(&AuthPin::new(from.into()), &AuthPin::new(to.into())).expect("changed");
        session.logout().expect("logged out");
    };
    change(PIN, "654321");
    plan.message(ENVELOPE).secure().expect_err("the PIN is another");
    change("654321", PIN);
    // It would be accepted now, so that what refuses it is no attempt at the token.
    plan.message(ENVELOPE).secure().expect_err("it is not tried again");
    let refused = token.identity("alice").expect_err("nor for anything else");
    assert!(matches!(refused, TokenError::Login { .. }), "{refused}");
    Token::open(library, LABEL, PIN).expect("opened anew").identity("alice").expect("logged in");
}

/// A session that the token forgot, as when it was taken out and put back: logged out from outside, with one login for all
/// sessions of the process.
fn a_token_that_forgot_the_login_is_logged_in_again() {
    let Some(library) = library() else { return };
    let token = Token::open(library, LABEL, PIN).expect("a token");
    let plan = recipe(Signing::with(&token.identity("alice").expect("alice"))).plan().expect("a plan");
    log_out(&Pkcs11::new(library).expect("the library"));
    plan.message(ENVELOPE).secure().expect("logged in again");
}

/// One test, since a process has one login: a logout must not happen between the operations of another.
#[test]
fn keys_in_a_token_do_what_keys_in_this_process_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).expect("a folder");
    let configuration = folder.path().join("softhsm2.conf");
    std::fs::write(&configuration, format!("directories.tokendir = {}\n", tokens.display())).expect("written");
    if std::env::var("SOFTHSM2_CONF").is_err() {
        // The library reads the environment of the process, which only a new process may change safely.
        let this = std::env::current_exe().expect("this test");
        let output = Command::new(this)
            .args(["--nocapture", "keys_in_a_token"])
            .env("SOFTHSM2_CONF", &configuration)
            .output()
            .expect("started");
        print!("{}", String::from_utf8_lossy(&output.stdout));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    messages_are_signed_in_the_token();
    messages_are_decrypted_in_the_token();
    many_threads_share_one_login();
    what_is_missing_is_named();
    a_token_that_forgot_the_login_is_logged_in_again();
    a_pin_that_was_refused_is_not_tried_again();
}
