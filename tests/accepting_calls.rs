//! Each call that accepts more than the default is found by whoever needs it: a text for people names it, and so does the
//! page of peers. And the attacks are tried on receivers with it.

#[path = "common/public_calls.rs"]
mod public_calls;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use public_calls::{public_calls, sources};

/// Calls that no text advises, and the reason.
const NOT_ADVISED: &[(&str, &str)] = &[(
    "AssertionTrust::dangerous_for_any_audience",
    "an assertion for another service is refused with the advice to name each audience that we are",
)];

/// Calls that are not in `lenient`, and the reason.
const NOT_LENIENT: &[(&str, &str)] = &[
    ("accept_ciphertext_for_others", "ciphertext may remain in what is returned"),
    ("accept_empty_line_after_attachment_headers", "one digest fits two attachments"),
    ("accept_forward_references", "a refusal may come from another place: `tests/attacks_calls.rs` and CALLS have it"),
    ("accept_one_key_to_sign_and_encrypt", "one key has two uses"),
    (
        "accept_repeated_encrypted_keys",
        "under CBC, another signer may take over what was encrypted: `tests/attacks_resigned.rs`",
    ),
    ("accept_short_secrets_for_legacy_use_only", "such secrets can be guessed"),
    ("accept_uncovered_holder_tokens", "of two tokens for one key, each may be exchanged for the other"),
    ("accept_untold_absence_of_default_namespace", "a default namespace may be added"),
    ("accept_x509_version_1_for_legacy_use_only", "such certificates do not say what they are for"),
    ("dangerous_accept_cbc_under_unsigned_keys", "another plaintext of signed ciphertext"),
    ("dangerous_accept_either_direction", "a request may come back as a reply"),
    ("dangerous_accept_unrelated_replies", "a reply to another request may come"),
    ("dangerous_accept_unsigned_encrypted_data_of_attachments", "an attachment may be read in another way"),
    ("dangerous_accept_unsigned_namespaces_of_plaintext", "a plaintext may get other namespaces"),
    ("dangerous_decrypt_cbc_before_verification", "a padding oracle"),
];

/// Calls that are not among those that are tried alone and in pairs, and the reason.
const NOT_TRIED: &[(&str, &str)] =
    &[("dangerous_accept_unrelated_replies", "it concerns replies alone: `tests/attacks_replies.rs`")];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

/// The calls that accept more.
fn accepting() -> BTreeSet<String> {
    let types = [("wss-header", "Receiver"), ("tokens", "Trust"), ("tokens", "AssertionTrust")];
    let calls = types.into_iter().flat_map(|(crate_name, type_name)| public_calls(crate_name, type_name));
    let calls: BTreeSet<String> = calls.filter(|call| is_accepting(name(call))).collect();
    assert!(calls.len() > 50, "the sources are read: {}", calls.len());
    calls
}

fn is_accepting(name: &str) -> bool {
    name.starts_with("accept_") || name.starts_with("dangerous_")
}

/// The name of `Type::call` without its type.
fn name(call: &str) -> &str {
    call.rsplit("::").next().unwrap_or(call)
}

/// The calls of a receiver, without the type.
fn of_receiver(calls: &BTreeSet<String>) -> BTreeSet<&str> {
    calls.iter().filter_map(|call| call.strip_prefix("Receiver::")).collect()
}

/// Fails for calls that are neither found nor excused, and for excuses of calls that are found or do not exist.
#[track_caller]
fn judge<'c>(calls: &BTreeSet<&'c str>, excused: &[(&'c str, &str)], found: impl Fn(&str) -> bool, advice: &str) {
    let excused: BTreeSet<&str> = excused.iter().map(|(call, _)| *call).collect();
    let lacking: Vec<_> = calls.iter().filter(|call| !excused.contains(**call) && !found(call)).collect();
    assert!(lacking.is_empty(), "{advice}: {lacking:#?}");
    let needless: Vec<_> = excused.iter().filter(|call| !calls.contains(**call) || found(call)).collect();
    assert!(needless.is_empty(), "take them off the list: {needless:#?}");
}

#[test]
fn an_error_or_an_explanation_names_each_accepting_call() {
    let mut texts = String::new();
    for (_, source) in sources(&["crypto", "soap", "tokens", "wss-header", "xmldsig", "xmlenc"]) {
        let code = source.split("#[cfg(test)]").next().expect("the code");
        code.lines().filter(|line| !line.trim_start().starts_with("//")).for_each(|line| texts.extend([line, "\n"]));
    }
    let calls = accepting();
    let is_named = |call: &str| {
        let (whole, name) = (format!("`{call}`"), format!("`{}`", name(call)));
        texts.contains(&whole) || texts.contains(&name)
    };
    let calls = calls.iter().map(String::as_str).collect();
    judge(&calls, NOT_ADVISED, is_named, "name each in the error of the strict default");
}

#[test]
fn the_page_of_peers_has_each_accepting_call() {
    let page = read("src/manual/peers.md");
    let words: BTreeSet<&str> = page.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let calls = accepting();
    let calls = calls.iter().map(String::as_str).collect();
    judge(&calls, &[], |call| words.contains(name(call)), "say which peer needs each");
}

#[test]
fn attacks_are_tried_on_receivers_with_each_accepting_call() {
    let common = read("tests/common/mod.rs");
    let lenient = common.split("fn lenient(").nth(1).expect("lenient");
    // The function behind it, `careless`, adds calls to it.
    let lenient = lenient.split("fn refuse(").next().expect("its end");
    let calls = accepting();
    let calls = of_receiver(&calls);
    let is_lenient = |call: &str| lenient.contains(&format!(".{call}()"));
    judge(&calls, NOT_LENIENT, is_lenient, "call each in `lenient`, or say what it lets through");

    let pool = read("tests/common/calls.rs");
    let is_tried = |call: &str| pool.contains(&format!("(\"{call}\",")) || pool.contains(&format!("\"{call}\",\n"));
    judge(&calls, NOT_TRIED, is_tried, "add each to `CALLS`, or say why not");
}
