//! Explanations: each usual cause is named, on messages that were broken as gateways, parsers and peers break them.
//!
//! The messages are broken by means of their own: edits of text after signing, and a signer that digests and signs other
//! octets. `digests` has the causes of digests, `values` those of signature values, `changes` what is changed on the way,
//! `tokens` those of tokens and ciphertext, `attachments` those of attachments, `messages` what is wrong with whole messages, and
//! what an explanation never does; `serialized` what programs change together, `together` several changes, `signed_info` what is
//! signed in place of `ds:SignedInfo`, `unlisted` what no list of ours had, `restored` what was dropped or written anew in some
//! places, `keys` whose key something is under, and `honest` what must not be said.

mod attachments;
mod changes;
#[path = "../common/mod.rs"]
mod common;
mod digests;
mod forge;
mod honest;
mod keys;
mod messages;
mod restored;
mod rewritten;
mod serialized;
mod signed_info;
mod together;
mod tokens;
mod unlisted;
mod values;

use common::*;
use ws_security::prelude::*;
use ws_security::{Explanation, Verdict};

/// A receiver that knows Bob's key.
fn usual() -> Receiver {
    receiver().decrypt_with(identity("bob"))
}

fn explained(message: &str) -> Explanation {
    usual().explain(message)
}

/// The words of all causes.
fn words(explanation: &Explanation) -> Vec<&'static str> {
    explanation.causes().map(|cause| cause.word()).collect()
}

/// The message is refused, and exactly these causes are named.
fn is_explained_by(message: &str, expected: &[&str]) -> Explanation {
    assert!(receiver().open(message).is_err(), "opened: {message}");
    let explanation = explained(message);
    assert_eq!(words(&explanation), expected, "{explanation}\n{message}");
    let text = explanation.to_string();
    assert!(expected.iter().all(|word| text.contains(&format!("cause [{word}]"))), "{text}");
    explanation
}

#[test]
fn the_manual_lists_every_word() {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/explain.md")).expect("the page");
    let table = page.split("| what differs").nth(1).expect("the table");
    let missing: Vec<_> =
        ws_security::Cause::WORDS.iter().filter(|word| !table.contains(&format!("`{word}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let rows = table.lines().filter(|line| line.starts_with("| "));
    let listed: usize = rows.map(|row| row.matches('`').count() / 2).sum();
    assert_eq!(listed, ws_security::Cause::WORDS.len(), "words of the table that are no causes");
}

/// Each cause was seen on a message that is broken that way.
#[test]
fn every_word_has_a_test() {
    let tests = [
        include_str!("attachments.rs"),
        include_str!("changes.rs"),
        include_str!("digests.rs"),
        include_str!("values.rs"),
        include_str!("honest.rs"),
        include_str!("messages.rs"),
        include_str!("restored.rs"),
        include_str!("rewritten.rs"),
        include_str!("serialized.rs"),
        include_str!("signed_info.rs"),
        include_str!("tokens.rs"),
        include_str!("unlisted.rs"),
    ]
    .concat();
    let missing: Vec<_> =
        ws_security::Cause::WORDS.iter().filter(|word| !tests.contains(&format!("\"{word}\""))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The number of digests and values that do not fit.
fn differences(explanation: &Explanation) -> usize {
    let differs = |verdict: &Verdict| usize::from(matches!(verdict, Verdict::Differs { .. }));
    let of = |signature: &ws_security::ExplainedSignature| {
        differs(&signature.value)
            + signature.references.iter().map(|reference| differs(&reference.verdict)).sum::<usize>()
    };
    explanation.signatures.iter().map(of).sum()
}
