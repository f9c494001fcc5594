//! What callgrind counts of opening: `open sign OCTETS` writes a signed message, `open seal OCTETS` one that is signed
//! and then encrypted; `open COUNT FILE` opens it that many times. The difference of two counts is the cost of opening.

use std::path::Path;
use std::time::Duration;

use ws_security::DangerousNoReplayCache;
use ws_security::prelude::*;
use wss_benches::{envelope, root};

/// Files are kept, and are opened later than they were made.
const LONG: Duration = Duration::from_secs(10 * 365 * 86_400);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [first, second] = arguments.as_slice() else {
        eprintln!("usage: open sign|seal OCTETS, or open COUNT FILE");
        std::process::exit(2);
    };
    match first.as_str() {
        "sign" => write(Recipe::new().timestamp(LONG).sign(signing()), second),
        "seal" => write(Recipe::new().timestamp(LONG).sign(signing()).encrypt(encrypting()), second),
        count => open(count.parse().expect("a count"), &std::fs::read(second).expect("a readable file")),
    }
}

fn identity(name: &str) -> Identity {
    let file = |extension| std::fs::read(root().join(Path::new("vectors/keys").join(format!("{name}.{extension}"))));
    Identity::from_pem(&file("pem").expect("a certificate"), &file("key").expect("a key")).expect("an identity")
}

fn signing() -> Signing {
    Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp])
}

fn encrypting() -> Encrypting {
    Encrypting::to(identity("bob").certificate()).parts([Part::Body])
}

fn write(recipe: Recipe, octets: &str) {
    let source = envelope(octets.parse().expect("octets"));
    print!("{}", recipe.plan().expect("a plan").secure(&source).expect("a message"));
}

fn open(count: usize, message: &[u8]) {
    let trust = Trust::pins([identity("alice").certificate().clone()]);
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
    let receiver = Receiver::new(trust, requirements, DangerousNoReplayCache)
        .window(LONG, Duration::from_secs(60))
        .decrypt_with(identity("bob"));
    for _ in 0..count {
        let _ = std::hint::black_box(receiver.open(message).expect("opens"));
    }
}
