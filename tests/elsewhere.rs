//! Keys behind an asynchronous call: every message opens as with the key here, and every failure says whose it is.

mod common;

use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use common::*;
use ws_security::prelude::*;
use ws_security::{
    AsyncKeyUnwrap, AsyncSigningKey, DangerousNoReplayCache, Limit, Limits, OpenError, SecureError, SignatureRequest,
    SigningFuture, TransportFacts, UnwrapFailure, UnwrapFuture, UnwrapOperation, UnwrapRequest,
};

/// A key service with keys of these names. Its answers are not ready at once.
struct Service {
    names: &'static [&'static str],
    asked: AtomicUsize,
    is_down: Mutex<bool>,
}

impl Service {
    fn of(names: &'static [&'static str]) -> Self {
        Self { names, asked: AtomicUsize::new(0), is_down: Mutex::new(false) }
    }

    fn identity_of(&self, certificate: &Certificate) -> Identity {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let of = |name: &&str| identity(name).certificate().der() == certificate.der();
        identity(self.names.iter().find(|name| of(name)).expect("a key of the service"))
    }

    fn check(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        if *self.is_down.lock().expect("a lock") { Err("no route to the key service".into()) } else { Ok(()) }
    }
}

/// Ready the second time.
async fn later() {
    let mut is_ready = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut is_ready, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl AsyncSigningKey for Service {
    fn sign_async<'a>(&'a self, request: SignatureRequest<'a>) -> SigningFuture<'a> {
        Box::pin(async move {
            later().await;
            self.check()?;
            Ok(self.identity_of(request.certificate).signing_key().sign(request.method, request.octets)?)
        })
    }
}

impl AsyncKeyUnwrap for Service {
    fn unwrap_async<'a>(&'a self, request: UnwrapRequest<'a>) -> UnwrapFuture<'a> {
        Box::pin(async move {
            later().await;
            self.check().map_err(UnwrapFailure::Unavailable)?;
            let identity = self.identity_of(request.certificate);
            let key = identity.unwrapping_key();
            Ok(match request.operation {
                UnwrapOperation::Transport { transport, ciphertext, expected_len } => {
                    key.unwrap_key(transport, ciphertext, expected_len)?
                }
                UnwrapOperation::Agreement { originator } => key.agree(originator)?,
                UnwrapOperation::Encapsulation { encapsulated } => key.decapsulate(encapsulated)?,
                _ => return Err(UnwrapFailure::Decryption),
            })
        })
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

fn open_with(receiver: &Receiver, keys: &Service, message: &str) -> Result<Opened, OpenError> {
    wait(receiver.deferred().keys_elsewhere(keys).open(message))?.accept(receiver.replay_cache())
}

fn anyone(required: Requirements) -> Receiver {
    let trust = Trust::anchors_pem(&file("ca.pem")).expect("anchors").signer(SignerRule::AnyBelowTheAnchors);
    Receiver::new(trust, required, DangerousNoReplayCache)
}

fn without_keys() -> Receiver {
    anyone(Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body]))
}

fn elsewhere(name: &str) -> Receiver {
    without_keys().decrypt_elsewhere(certificate(name))
}

fn encrypted_to(names: &[&str]) -> String {
    let parts = [Part::Body, Part::header_block(WSA, "To")];
    let to = names.iter().zip(parts).map(|(name, part)| Encrypting::to(&certificate(name)).parts([part]));
    let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]);
    to.fold(recipe().sign(signing), Recipe::encrypt).secured(&envelope(SOAP12))
}

#[test]
fn each_kind_of_key_opens_what_it_opens_here() {
    for (name, keys) in [
        ("bob", Service::of(&["bob"])),
        ("ka-ec256", Service::of(&["ka-ec256"])),
        ("ka-ec521", Service::of(&["ka-ec521"])),
        ("ka-x25519", Service::of(&["ka-x25519"])),
    ] {
        let opened =
            open_with(&elsewhere(name), &keys, &encrypted_to(&[name])).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(opened.body().xml().contains(AMOUNT), "{name}");
        assert_eq!(keys.asked.load(Ordering::Relaxed), 1, "{name}: one question is asked once");
    }
}

#[test]
fn several_keys_are_asked_one_after_the_other() {
    let keys = Service::of(&["bob", "ka-ec256"]);
    let receiver = elsewhere("bob").decrypt_elsewhere(certificate("ka-ec256"));
    let message = encrypted_to(&["bob", "ka-ec256"]);
    assert!(open_with(&receiver, &keys, &message).expect("opened").body().xml().contains(AMOUNT));
    assert_eq!(keys.asked.load(Ordering::Relaxed), 2);

    // One key here, and one elsewhere.
    let receiver = without_keys().decrypt_with(identity("bob")).decrypt_elsewhere(certificate("ka-ec256"));
    let keys = Service::of(&["ka-ec256"]);
    assert!(open_with(&receiver, &keys, &message).expect("opened").body().xml().contains(AMOUNT));

    let limits = Limits::default().with(Limit::PrivateKeyOperations, 1);
    let keys = Service::of(&["bob", "ka-ec256"]);
    let strict = elsewhere("bob").decrypt_elsewhere(certificate("ka-ec256")).limits(limits);
    assert!(matches!(open_with(&strict, &keys, &message), Err(OpenError::Limit(_))));
    assert_eq!(keys.asked.load(Ordering::Relaxed), 1, "the limit is on questions, too");
}

#[test]
fn a_message_for_another_key_asks_nothing_and_says_so() {
    let keys = Service::of(&["bob"]);
    let message = encrypted_to(&["ka-ec256"]);
    let here = without_keys().decrypt_with(identity("bob")).open(&message).expect_err("for another");
    assert_eq!(open_with(&elsewhere("bob"), &keys, &message).expect_err("for another"), here);
    assert_eq!(keys.asked.load(Ordering::Relaxed), 0);
}

#[test]
fn a_wrong_answer_is_refused_as_a_wrong_key_here() {
    /// Says that it decrypted, or that it could not.
    struct Liar(bool);
    impl AsyncKeyUnwrap for Liar {
        fn unwrap_async<'a>(&'a self, _: UnwrapRequest<'a>) -> UnwrapFuture<'a> {
            let secret = ws_security::Secret::new(vec![7; 32]);
            Box::pin(async { if self.0 { Ok(secret) } else { Err(UnwrapFailure::Decryption) } })
        }
    }
    let receiver = elsewhere("bob");
    let message = encrypted_to(&["bob"]);
    let refused = [true, false].map(|lies| {
        let liar = Liar(lies);
        wait(receiver.deferred().keys_elsewhere(&liar).open(&message)).map(drop).expect_err("refused")
    });
    assert_eq!(refused[0], refused[1], "one error for both");
}

#[test]
fn misuse_and_an_absent_service_are_told_apart() {
    let message = encrypted_to(&["bob"]);
    let misuse = elsewhere("bob").open(&message).expect_err("nobody asks");
    assert!(matches!(misuse, OpenError::KeyElsewhere { .. }), "{misuse}");
    assert!(misuse.to_string().contains("keys_elsewhere"), "{misuse}");

    let keys = Service::of(&["bob"]);
    *keys.is_down.lock().expect("a lock") = true;
    let absent = open_with(&elsewhere("bob"), &keys, &message).expect_err("absent");
    assert!(matches!(&absent, OpenError::Elsewhere(_)) && absent.to_string().contains("no route"), "{absent}");

    let plan = recipe().sign(Signing::elsewhere(&certificate("alice")).parts([Part::Body])).plan().expect("a plan");
    let error = wait(plan.message(&envelope(SOAP11)).secure_async(&keys)).map(drop).expect_err("absent");
    assert!(matches!(error, SecureError::Elsewhere(_)), "{error}");

    // What needs no key opens without a question.
    let signed = Receiver::new(trust(), Requirements::signed([Part::Body]), DangerousNoReplayCache);
    signed.decrypt_elsewhere(certificate("bob")).open(common::signed(SOAP12)).map(drop).expect("opened");
}

#[test]
fn signatures_come_from_several_keys_and_from_here() {
    let keys = Service::of(&["alice", "carol"]);
    let plan = recipe()
        .sign(Signing::elsewhere(&certificate("alice")).parts([Part::Body, Part::Timestamp]))
        .sign(Signing::elsewhere(&certificate("carol")).parts([Part::Signature]))
        .plan()
        .expect("a plan");
    let secured = wait(plan.message(&envelope(SOAP12)).secure_async(&keys)).expect("secured");
    assert_eq!(keys.asked.load(Ordering::Relaxed), 2);
    anyone(Requirements::signed([Part::Body, Part::Timestamp])).open(&secured.message).map(drop).expect("opened");

    let here = recipe().sign(signing()).plan().expect("a plan");
    let secured = wait(here.message(&envelope(SOAP12)).secure_async(&keys)).expect("secured");
    receiver().open(&secured.message).map(drop).expect("opened");
    assert_eq!(keys.asked.load(Ordering::Relaxed), 2, "a key here asks nobody");
}

#[test]
fn replies_and_unsigned_messages_open_with_keys_elsewhere() {
    let keys = Service::of(&["bob"]);
    let request =
        recipe().sign(Signing::with(&identity("bob")).parts([Part::Body, Part::Timestamp])).plan().expect("a plan");
    let sent = request.message(&envelope(SOAP12)).secure().expect("secured");
    let service = anyone(Requirements::signed([Part::Body, Part::Timestamp]));
    let asked = service.open(&sent.message).expect("opened");
    let reply = signing_reply().message(&envelope(SOAP12)).answering(asked.correlation()).secure().expect("secured");
    let client = elsewhere("bob");
    let opening = client.deferred().answering(&sent.correlation).keys_elsewhere(&keys).open(&reply.message);
    let opened = wait(opening).expect("opened").accept(client.replay_cache()).expect("new");
    assert!(opened.body().xml().contains(AMOUNT));

    let unsigned = recipe().encrypt(Encrypting::to(&certificate("bob")).parts([Part::Body])).secured(&envelope(SOAP12));
    let required = Requirements::dangerous_unsigned().encrypted([Part::Body]);
    let open = Receiver::new(trust(), required, DangerousNoReplayCache).decrypt_elsewhere(certificate("bob"));
    let opening =
        open.deferred().keys_elsewhere(&keys).open_unsigned(&unsigned, TransportFacts::dangerous_unprotected());
    let opened = wait(opening).expect("opened").accept(open.replay_cache()).expect("new");
    assert!(opened.unauthenticated_body().contains(AMOUNT));
}

fn signing_reply() -> Plan {
    let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]);
    let encrypting = Encrypting::to_requester().parts([Part::Body]);
    recipe().signature_confirmation().sign(signing).encrypt(encrypting).plan().expect("a plan")
}

/// A message is read again with each answer, and a ticket is new once.
#[test]
fn a_ticket_is_accepted_once_however_often_the_message_is_read() {
    let gss_token = b"\x60\x0e\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01\x00\x6e".to_vec();
    let key = || ws_security::Secret::new(vec![11; 32]);
    let ticket = ws_security::KerberosTicket { gss_token, key: key() };
    let token = ws_security::ProtectionToken::kerberos(move || Some(ticket.clone()));
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::Body]);
    let signing = Signing::with_token(&token).parts([Part::Body, Part::Timestamp]);
    let message = recipe().encrypt(encrypting).sign(signing).secured(&envelope(SOAP12));
    let seen = Mutex::new(Vec::new());
    let receiver = elsewhere("bob").kerberos(move |token: &[u8]| {
        let mut seen = seen.lock().expect("a lock");
        let is_new = !seen.contains(&token.to_vec());
        seen.push(token.to_vec());
        is_new.then(|| ws_security::KerberosSession { principal: "ann@EXAMPLE".to_owned(), key: key() })
    });
    let keys = Service::of(&["bob"]);
    let opened = open_with(&receiver, &keys, &message).expect("opened");
    assert!(matches!(opened.signer(), ws_security::Signer::Kerberos { .. }), "{:?}", opened.signer());
    assert_eq!(keys.asked.load(Ordering::Relaxed), 1);
    assert!(open_with(&receiver, &keys, &message).is_err(), "the same ticket in another message");
}
