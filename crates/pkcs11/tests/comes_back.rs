//! A token that was taken out and put back, a device that fails, and a library that was ended: SoftHSM behind a library that
//! fails when it is told to (`proxy/proxy.c`), and SoftHSM whose folder is moved away.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use cryptoki::context::Pkcs11;
use cryptoki::error::{Error as TokensError, RvError};
use ws_security::prelude::*;
use ws_security::{KeyTransport, OpenError};
use wss_pkcs11::{Token, TokenError};

const LIBRARIES: [&str; 3] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
];
const PIN: &str = "123456";
const ENVELOPE: &str = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><pay xmlns=\"urn:bank\">\
                        1499.90</pay></s:Body></s:Envelope>";
/// Longer than the time between two starts of a library.
const A_WHILE: Duration = Duration::from_millis(1_100);

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

/// Runs the test `name` in a process of its own, with a token of two keys in the environment; `None` there is the folder, and
/// nothing is left to do here.
fn in_a_process_of_its_own(name: &str) -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("WSS_PROXY_FOLDER") {
        return Some(folder.into());
    }
    let library = LIBRARIES.into_iter().find(|library| Path::new(library).exists());
    let runs = |program: &str| Command::new(program).arg("--version").output().is_ok();
    let (Some(library), true, true) = (library, runs("softhsm2-util"), runs("cc")) else {
        eprintln!("SKIPPED: tokens that come back: softhsm2 or a C compiler is not installed");
        return None;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    std::fs::create_dir(at("tokens")).expect("a folder");
    std::fs::write(at("softhsm2.conf"), format!("directories.tokendir = {}\n", at("tokens"))).expect("written");
    let source = format!("{}/tests/proxy/proxy.c", env!("CARGO_MANIFEST_DIR"));
    run("cc", &["-shared", "-fPIC", "-o", &at("proxy.so"), &source, "-ldl"]);
    // The library reads the environment of the process, which only a new process may change safely.
    let output = Command::new(std::env::current_exe().expect("this test"))
        .args(["--nocapture", "--exact", name])
        .env("SOFTHSM2_CONF", at("softhsm2.conf"))
        .env("WSS_PROXY_FOLDER", folder.path())
        .env("WSS_PROXY_TARGET", library)
        .env("WSS_PROXY_FAULT", at("fault"))
        .output()
        .expect("started");
    print!("{}", String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    None
}

/// A token with the keys of Alice, who signs, and Bob, who decrypts.
fn make_token(folder: &Path) {
    run("softhsm2-util", &["--init-token", "--free", "--label", "bank", "--pin", PIN, "--so-pin", PIN]);
    for (id, name) in [("01", "alice"), ("02", "bob")] {
        let (from, to) = (keys().join(format!("{name}.key")), folder.join(format!("{name}.p8")));
        let (from, to) = (from.to_str().expect("UTF-8"), to.to_str().expect("UTF-8"));
        run("openssl", &["pkcs8", "-topk8", "-nocrypt", "-in", from, "-out", to]);
        run("softhsm2-util", &["--import", to, "--token", "bank", "--label", name, "--id", id, "--pin", PIN]);
    }
}

struct Bank {
    token: Token,
    plan: Plan,
    receiver: Receiver,
}

impl Bank {
    fn of(library: &Path) -> Self {
        let token = Token::open(library, "bank", PIN).expect("a token");
        let [alice, bob] = ["alice", "bob"].map(|name| token.identity_of(name, certificate(name)).expect(name));
        let signed = [Part::Body, Part::Timestamp];
        let recipe =
            Recipe::new().timestamp(Duration::from_secs(300)).sign(Signing::with(&alice).parts(signed.clone()));
        let to_bob = Encrypting::to(bob.certificate()).transport(KeyTransport::oaep_mgf1p()).parts([Part::Body]);
        let plan = recipe.encrypt(to_bob).plan().expect("a plan");
        let anchors = std::fs::read(keys().join("ca.pem")).expect("anchors");
        let trust = Trust::anchors_pem(&anchors).expect("anchors").signer(SignerRule::AnyBelowTheAnchors);
        let receiver = Receiver::new(trust, Requirements::signed(signed), MemoryReplayCache::default());
        Self { token, plan, receiver: receiver.decrypt_with(bob) }
    }

    fn signed(&self) -> Result<String, ws_security::SecureError> {
        self.plan.message(ENVELOPE).secure().map(|secured| secured.message)
    }
}

/// The first error of this type among the causes of an error.
fn cause<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    match error.downcast_ref() {
        Some(found) => Some(found),
        None => cause(error.source()?),
    }
}

/// The return value of PKCS#11 among the causes of an error, and the error of the token.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> (Option<TokenError>, Option<&'e RvError>) {
    let value = match cause(error) {
        Some(TokensError::Pkcs11(value, _)) => Some(value),
        _ => None,
    };
    (cause(error).cloned(), value)
}

#[test]
fn a_token_that_comes_back_signs_and_decrypts_again() {
    let Some(folder) = in_a_process_of_its_own("a_token_that_comes_back_signs_and_decrypts_again") else { return };
    make_token(&folder);
    let bank = Bank::of(&folder.join("proxy.so"));
    let fault = |told: &str| std::fs::write(folder.join("fault"), told).expect("written");
    let is_over = || !folder.join("fault").exists();
    let starts = || std::fs::metadata(folder.join("fault.starts")).expect("counted").len();
    let lost = [
        ("30", RvError::DeviceError),
        ("32", RvError::DeviceRemoved),
        ("E0", RvError::TokenNotPresent),
        ("B0", RvError::SessionClosed),
        ("B3", RvError::SessionHandleInvalid),
        ("101", RvError::UserNotLoggedIn),
        ("190", RvError::CryptokiNotInitialized),
    ];
    assert_eq!(starts(), 1);
    for (told, _) in &lost {
        fault(&format!("{told} once"));
        let message = bank.signed().unwrap_or_else(|error| panic!("{told}: {error}"));
        assert!(is_over(), "{told}");
        fault(&format!("{told} once"));
        assert!(bank.receiver.open(&message).is_ok() && is_over(), "{told}");
    }
    assert_eq!(starts(), 1, "a new session was enough");
    // As long as it is away, the return value is among the causes, of what is sent and of what is received.
    let message = bank.signed().expect("signed");
    for (told, value) in &lost {
        fault(&format!("{told} always"));
        let refused = bank.signed().expect_err(told);
        let (token, cause) = causes(&refused);
        assert_eq!(cause, Some(value), "{told}: {refused:?}");
        assert_eq!(token, bank.token.last_failure(), "{told}");
        assert!(refused.to_string().contains(&token.expect("the token's error").to_string()), "{refused}");
        let refused = bank.receiver.open(&message).expect_err(told);
        assert!(matches!(&refused, OpenError::Elsewhere(_)), "{refused:?}");
        assert_eq!(causes(&refused).1, Some(value), "{refused:?}");
        std::fs::remove_file(folder.join("fault")).expect("back");
        assert!(bank.receiver.open(bank.signed().expect("back").as_str()).is_ok(), "{told}");
    }
    // What a device makes of a ciphertext is kept for the log, and the error says it to nobody.
    let wrong = ["5", "30", "40"];
    for told in wrong {
        fault(&format!("{told} decrypt"));
        let refused = bank.receiver.open(&message).expect_err(told);
        assert!(matches!(&refused, OpenError::Decrypt(_)), "{told}: {refused:?}");
        assert_eq!(causes(&refused), (None, None), "{told}");
        assert!(matches!(bank.token.last_failure(), Some(TokenError::Token { .. })), "{told}");
        std::fs::remove_file(folder.join("fault")).expect("back");
    }
    assert!(bank.receiver.open(&message).is_ok(), "it was not used up while the token was away");
    // Some libraries fail until they are initialised again, and some look for tokens only when they are initialised.
    for told in ["32 restart", "E0 restart", "B3 empty"] {
        std::thread::sleep(A_WHILE);
        let before = starts();
        fault(told);
        let message = bank.signed().unwrap_or_else(|error| panic!("{told}: {error}"));
        assert!(bank.receiver.open(&message).is_ok());
        assert!(is_over() && starts() == before + 1, "{told}");
    }
    // Another part of the program ended the use of the library.
    std::thread::sleep(A_WHILE);
    Pkcs11::new(folder.join("proxy.so")).expect("the library").finalize().expect("ended");
    let message = bank.signed().expect("initialised again");
    assert!(bank.receiver.open(&message).is_ok());
    // Messages that arrive while it is away do not start the library each.
    fault("32 always");
    std::thread::sleep(A_WHILE);
    let before = starts();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..5).for_each(|_| assert!(bank.signed().is_err())));
        }
    });
    assert!(starts() <= before + 2, "{} starts", starts() - before);
    std::fs::remove_file(folder.join("fault")).expect("back");
    bank.signed().expect("back");
}

/// SoftHSM looks for tokens when it starts, so that one whose folder was moved away is only found by a library that was started
/// anew.
#[test]
fn a_token_whose_folder_was_moved_away_and_back_signs_again() {
    let Some(folder) = in_a_process_of_its_own("a_token_whose_folder_was_moved_away_and_back_signs_again") else {
        return;
    };
    make_token(&folder);
    let bank = Bank::of(Path::new(&std::env::var("WSS_PROXY_TARGET").expect("SoftHSM")));
    bank.signed().expect("signed");
    let (inside, outside) = (folder.join("tokens"), folder.join("taken-out"));
    std::fs::rename(&inside, &outside).expect("taken out");
    std::fs::create_dir(&inside).expect("an empty reader");
    let refused = bank.signed().expect_err("the token is not there");
    assert!(causes(&refused).0.is_some(), "{refused:?}");
    std::fs::remove_dir_all(&inside).expect("removed");
    std::fs::rename(&outside, &inside).expect("put back");
    std::thread::sleep(A_WHILE);
    let message = bank.signed().expect("signs again");
    assert!(bank.receiver.open(&message).is_ok());
}
