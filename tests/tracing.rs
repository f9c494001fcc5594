//! Events of `tracing` (feature `tracing`): what is told, and that no content, password or key is.
#![cfg(feature = "tracing")]

mod common;

use std::cell::RefCell;
use std::fmt::Write as _;
use std::sync::Once;

use common::*;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use ws_security::prelude::*;
use ws_security::text::is_plain;
use ws_security::{OpenError, ReplayError, Secret};

/// Writes every span and event as a line, for its thread.
struct Log;

thread_local! {
    static LINES: RefCell<String> = const { RefCell::new(String::new()) };
}

struct Line<'l>(&'l mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, " {}={value:?}", field.name()).expect("written");
    }
}

impl Log {
    fn line(&self, metadata: &Metadata<'_>, record: impl FnOnce(&mut Line<'_>)) {
        LINES.with_borrow_mut(|lines| {
            write!(lines, "{} {} {}", metadata.level(), metadata.target(), metadata.name()).expect("written");
            record(&mut Line(lines));
            lines.push('\n');
        });
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.line(span.metadata(), |line| span.record(line));
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        self.line(event.metadata(), |line| event.record(line));
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// What is told meanwhile. One subscriber serves all threads from before the first message on, because `tracing` keeps a span or
/// event silent for ever if no subscriber listened when it was first reached.
fn logged<T>(run: impl FnOnce() -> T) -> (T, String) {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| tracing::subscriber::set_global_default(Log).expect("the only subscriber"));
    LINES.take();
    let done = run();
    (done, LINES.take())
}

const PASSWORD: &str = "correct horse battery staple";

fn full() -> String {
    let to_bob = Encrypting::to(&certificate("bob")).parts([Part::Body, Part::UsernameToken]);
    let recipe = recipe().username_text("joe", PASSWORD);
    recipe.sign(signing()).encrypt(to_bob).secured(&envelope(SOAP11))
}

#[test]
fn what_is_opened_and_secured_is_told_without_its_content() {
    let (message, secured) = logged(full);
    let receiver = Receiver::new(
        trust(),
        Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body]),
        MemoryReplayCache::default(),
    );
    let receiver = receiver
        .decrypt_with(identity("bob"))
        .passwords(|user: &str| (user == "joe").then(|| Secret::new(PASSWORD.into())));
    let (opened, told) = logged(|| receiver.open(&message).map(drop));
    opened.expect("opens");
    let (again, replayed) = logged(|| receiver.open(&message).map(drop));
    assert_eq!(again, Err(OpenError::Replay(ReplayError::Seen)));
    let (changed, refused) = logged(|| receiver.open(message.replace("</wsu:Created>", "1</wsu:Created>")).map(drop));
    changed.expect_err("refused");

    for (lines, words) in [
        (&secured, &["DEBUG wss secure", "INFO wss", "message secured", "micros="][..]),
        (
            &told,
            &[
                "DEBUG wss open",
                "signature verified",
                "CN=Alice",
                "rsa-sha256",
                "Body",
                "decrypted",
                "aes",
                "message verified",
            ],
        ),
        (&replayed, &["WARN wss", "message refused", "received before"]),
        (&refused, &["WARN wss", "message refused"]),
    ] {
        words.iter().for_each(|word| assert!(lines.contains(word), "{word:?} is not in:\n{lines}"));
        assert!(lines.lines().all(|line| line.contains(" wss ")), "the target is the same for all:\n{lines}");
    }
    let all = [secured, told, replayed, refused].concat();
    let secrets = ["PRIVATE KEY", PASSWORD, AMOUNT, "<p:Pay", "urn:p", "Ann"];
    secrets.iter().for_each(|secret| assert!(!all.contains(secret), "{secret:?} is in:\n{all}"));
    // No value of the message of any length: signatures, digests, wrapped keys, ciphertext.
    let values = message.split(['<', '>']).filter(|value| value.len() >= 24 && !value.contains([' ', ':', '"']));
    let values: Vec<&str> = values.collect();
    assert!(values.len() > 5, "{values:?}");
    values.iter().for_each(|value| assert!(!all.contains(&value[..24]), "{value:?} is in:\n{all}"));
}

#[test]
fn names_of_a_message_are_escaped_and_cut() {
    let name = format!("x\u{9b}2J\u{202e}{}", "y".repeat(100_000));
    let (message, _) = logged(|| signed(SOAP11));
    let message = message.replacen("ValueType=\"", &format!("ValueType=\"urn:{name}"), 1);
    let (refused, lines) = logged(|| receiver().open(&message).map(drop));
    refused.expect_err("refused");
    assert!(lines.len() < 2_000 && lines.contains("message refused"), "{} octets", lines.len());
    assert!(lines.chars().all(|c| c == '\n' || is_plain(c)), "{lines}");
}

/// What a layer that counts makes of the events, as the page `evidence` of the manual has it.
#[test]
fn events_count_what_was_opened_what_was_refused_and_why_and_what_the_store_said() {
    let value = |line: &str, field: &str| {
        let found = line.split(' ').find_map(|word| word.strip_prefix(&format!("{field}=")));
        found.map(|value| value.trim_matches('"').to_owned())
    };
    let events = |lines: &str, message: &str| {
        let found = lines.lines().filter(|line| line.contains(&format!("message={message}")));
        found.map(str::to_owned).collect::<Vec<_>>()
    };
    let message = signed(SOAP11);
    let required = Requirements::signed([Part::Body, Part::Timestamp]);
    let receiver = Receiver::new(trust(), required, MemoryReplayCache::default());
    let (opened, lines) = logged(|| receiver.open(&message).map(drop));
    opened.expect("opens");
    let (verified, accepted) = (events(&lines, "message verified"), events(&lines, "message accepted"));
    assert_eq!((verified.len(), accepted.len(), events(&lines, "message refused").len()), (1, 1, 0), "{lines}");
    assert_eq!(value(&verified[0], "octets"), Some(message.len().to_string()));
    assert_eq!(value(&accepted[0], "keys").as_deref(), Some("1"));
    assert!([&verified[0], &accepted[0]].iter().all(|line| value(line, "micros").is_some()), "{lines}");

    // The same again: verified, and refused by the store.
    let (again, lines) = logged(|| receiver.open(&message).map(drop));
    again.expect_err("a replay");
    let refused = events(&lines, "message refused");
    assert_eq!((refused.len(), events(&lines, "message accepted").len()), (1, 0), "{lines}");
    assert_eq!(value(&refused[0], "kind").as_deref(), Some("FailedAuthentication"));
    assert_eq!(value(&refused[0], "replay").as_deref(), Some("seen"));

    for (changed, kind) in [
        (message.replace(AMOUNT, "0.01"), "FailedCheck"),
        (envelope(SOAP11), "InvalidSecurity"),
        ("<a/>".to_owned(), "InvalidSecurity"),
    ] {
        let (refusal, lines) = logged(|| receiver.open(&changed).map(drop));
        refusal.expect_err("refused");
        let refused = events(&lines, "message refused");
        assert_eq!(refused.len(), 1, "{lines}");
        assert_eq!(value(&refused[0], "kind").as_deref(), Some(kind), "{lines}");
        assert_eq!(value(&refused[0], "replay"), None, "{lines}");
        assert_eq!(value(&refused[0], "octets"), Some(changed.len().to_string()), "{lines}");
    }
}
