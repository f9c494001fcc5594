//! The parties: honest ones, the receiver, and an attacker with its own credentials.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use ws_security::prelude::*;
use ws_security::{AlgorithmPolicy, AssertionTrust, DangerousNoReplayCache, FixedClock, ReplayCache, Secret};

/// The namespace of the header blocks.
pub const WSA: &str = "http://www.w3.org/2005/08/addressing";
/// The context whose secret the attacker does not know.
pub const CONTEXTS: [(&str, u8); 2] = [("urn:context", 7), (ATTACKER_CONTEXT, 0x4D)];
/// The context of the attacker.
pub const ATTACKER_CONTEXT: &str = "urn:mallory";
/// The user of the attacker.
pub const ATTACKER_USER: &str = "mal";
/// The certificate of the attacker, from the same authority as the others.
pub const ATTACKER: &str = "carol";
/// A second certificate for the key of Alice, with another name.
pub const ALICE_AGAIN: &str = "alice-again";
/// The issuer of assertions.
pub const ISSUER: &str = "https://idp.example";

static NOW: OnceLock<SystemTime> = OnceLock::new();

/// The time of all messages: always the same, unless [`happen_now`] was called.
#[must_use]
pub fn now() -> SystemTime {
    *NOW.get_or_init(|| SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000))
}

/// Uses the time of the system, for peers that have no other clock. Call it before anything else.
pub fn happen_now() {
    NOW.get_or_init(SystemTime::now);
}

/// A file of `vectors/keys`.
#[must_use]
pub fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A key with its certificate.
#[must_use]
pub fn identity(name: &str) -> Identity {
    let key = if name == ALICE_AGAIN { "alice" } else { name };
    Identity::from_pem(&file(&format!("{name}.pem")), &file(&format!("{key}.key"))).expect(name)
}

/// A certificate.
#[must_use]
pub fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(&file(&format!("{name}.pem"))).expect(name)
}

/// The secret of a context.
#[must_use]
pub fn secret(octet: u8) -> Secret {
    Secret::new(vec![octet; 32])
}

/// Trusts everyone below the authority: the attacker may send its own messages.
fn trust() -> Trust {
    Trust::anchors([certificate("ca")])
        .expect("an anchor")
        .signer(SignerRule::AnyBelowTheAnchors)
        .intermediates([certificate("sub-ca")])
        .known(["alice", ALICE_AGAIN, "ec256", "ec384", ATTACKER].map(certificate))
}

/// Bob, who requires a signed Body and Timestamp, and reads every kind of token.
pub fn receiver(cbc: bool, replay: impl ReplayCache + 'static) -> Receiver {
    let passwords = |user: &str| match user {
        "ann" => Some(Secret::new(b"s3cret".to_vec())),
        ATTACKER_USER => Some(Secret::new(b"mine".to_vec())),
        _ => None,
    };
    let alice = SignerRule::subject("CN=Alice, O=\"Example, Inc\", C=DE").expect("a name");
    let assertions = AssertionTrust::for_audience("urn:bank")
        .issuer(ISSUER, Trust::pins([certificate("ec521")]))
        .sender_vouches(Trust::anchors([certificate("ca")]).expect("an anchor").signer(alice));
    let mut receiver = Receiver::new(trust(), Requirements::signed([Part::Body, Part::Timestamp]), replay)
        .decrypt_with(identity("bob"))
        .passwords(passwords)
        .assertions(assertions)
        .clock(Arc::new(FixedClock(now())));
    for (name, octet) in CONTEXTS {
        receiver = receiver.shared_secret(Some(name.to_owned()), secret(octet));
    }
    if cbc { receiver.algorithms(AlgorithmPolicy::default().admit_cbc()) } else { receiver }
}

/// Does not remember earlier messages.
#[must_use]
pub fn forgetful(cbc: bool) -> Receiver {
    receiver(cbc, DangerousNoReplayCache)
}
