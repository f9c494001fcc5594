//! Errors for those who write no Rust: of every text of the libraries, each call that they could not make is gone, and each
//! key that is named is one of the schema.

use std::collections::BTreeSet;
use std::path::Path;

use wss_profile::{Wording, schema};

/// The crates whose errors meet a profile, a command line or the Python package.
const CRATES: &[&str] = &[
    "budget",
    "bsp",
    "c14n",
    "crypto",
    "ebms",
    "inspect",
    "networks",
    "policy",
    "profile",
    "soap",
    "text",
    "tokens",
    "wss-header",
    "xmldsig",
    "xmlenc",
    "xpath",
];

/// What only programs meet: what a build lacks, a value that is not used, signatures made elsewhere, servers, fetched lists.
const OF_PROGRAMS: &[&str] = &[
    "prepare",
    "secure",
    "accept",
    "accept_async",
    "open",
    "open_parts",
    "deferred().keys_elsewhere(…)",
    "CacheLimits",
    "aws-lc-rs",
    "ring",
    "deterministic",
    "envelope",
];

/// Words in backticks that are no keys: commands, values and names of XML, and arguments of the Python package.
const OTHER_WORDS: &[&str] = &[
    "#",
    "<",
    "=",
    "--",
    "]]>",
    "xml",
    "kw-",
    "Body",
    "Header",
    "Security",
    "Timestamp",
    "NotOnOrAfter",
    "Content-Type:",
    "medcom:Header",
    "medcom:MessageID",
    "MutualCertificate",
    "UserNameForCertificate",
    "wss11_x509_token_with_message_protection",
    "dsig",
    "xenc",
    "addressing",
    "openssl pkcs8 -topk8 -v2 aes-256-cbc",
    "openssl pkey",
    "openssl pkcs12 -export -keypbe AES-256-CBC -certpbe AES-256-CBC -macalg SHA256",
    "gzip -dc",
    "zstd -dc",
    "Name: value",
    "base64 -d",
    "request",
    "answering",
    "correlation",
    "content_type",
    "certificates",
];

/// The texts of string literals with a word in backticks or a path of Rust, outside comments and tests.
fn texts() -> Vec<String> {
    let mut found = Vec::new();
    for name in CRATES {
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("src"), &mut found);
    }
    assert!(found.len() > 150, "the source is read: {}", found.len());
    found
}

fn read(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("the source") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            read(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("wording.rs") {
            let source = std::fs::read_to_string(&path).expect("source");
            let code = source.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
            let is_text =
                |line: &&str| !["//", "#[serde", "#[doc"].iter().any(|begin| line.trim_start().starts_with(begin));
            let code = code.lines().filter(is_text).collect::<Vec<_>>().join("\n");
            let is_told = |text: &String| text.contains('`') || path_of(text).is_some();
            // Links of documentation that a macro writes.
            let is_link = |text: &String| text.contains("](") || text.starts_with("| [");
            let literals = literals(&code).into_iter().filter(|text| is_told(text) && !is_link(text));
            found.extend(literals.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
}

/// What is between quotation marks, without escapes.
fn literals(code: &str) -> Vec<String> {
    let (mut found, mut rest) = (Vec::new(), code.replace("b'\"'", "").replace("'\"'", "").replace("'\\\"'", ""));
    while let Some((before, after)) = rest.split_once('"') {
        let ends_with_hash = before.ends_with("r#");
        let (mut text, mut characters) = (String::new(), after.chars());
        while let Some(character) = characters.next() {
            match character {
                '"' if !ends_with_hash || characters.as_str().starts_with('#') => break,
                '\\' if !ends_with_hash => text.extend(characters.next().filter(|next| "\"\\".contains(*next))),
                other => text.push(other),
            }
        }
        found.push(text);
        rest = characters.as_str().to_owned();
    }
    found
}

/// A path of Rust, as in `Layout::Lax`.
fn path_of(text: &str) -> Option<&str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, ':' | '_'))
        .filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase()))
        .find(|word| word.contains("::"))
}

fn in_backticks(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn no_text_for_people_names_a_call_of_rust() {
    let mut wrong = Vec::new();
    for text in texts() {
        for wording in [Wording::Options, Wording::OptionsOfWss, Wording::Keys] {
            let told = wording.of(&text);
            // The values of a field, as in "call `{call}`", which only programs with policies meet.
            let is_of_values = told.starts_with("Keys::") || told.contains("Keys::{call}");
            if is_of_values {
                continue;
            }
            let is_of_a_program = |word: &str| OF_PROGRAMS.contains(&word);
            let is_call = |word: &str| {
                let is_named = word.contains('_') && !OTHER_WORDS.contains(&word);
                (word.contains('(') || is_named) && !is_of_a_program(word)
            };
            let has_path = path_of(&told).is_some() && !in_backticks(&told).any(is_of_a_program);
            if has_path || in_backticks(&told).any(is_call) {
                wrong.push(format!("{wording:?}: {told}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_key_that_an_error_names_is_a_key() {
    let schema = schema();
    let keys: BTreeSet<&String> = ["/$defs/Sending/properties", "/$defs/Receiving/properties"]
        .into_iter()
        .flat_map(|table| schema.pointer(table).and_then(|keys| keys.as_object()).expect("keys").keys())
        .collect();
    // A value of `require` may be named behind it.
    let key_of = |word: &str| word.split([' ', ':']).next().unwrap_or_default().to_owned();
    let is_key = |word: &str| keys.contains(&key_of(word));
    let is_known = |word: &str| {
        is_key(word) || OTHER_WORDS.contains(&word) || OF_PROGRAMS.contains(&word) || word.starts_with("wss ")
    };
    let mut named = 0;
    for (call, help) in Wording::Keys.calls() {
        for word in in_backticks(&help) {
            assert!(is_known(word), "{call}: {word}");
        }
    }
    let mut wrong = Vec::new();
    for text in texts() {
        let told = Wording::Keys.of(&text);
        let words = in_backticks(&told).filter(|word| !word.contains('{'));
        named += words.clone().filter(|word| is_key(word)).count();
        // An option is named only with the command that has it.
        let has_options = told.contains("--") && !told.contains("`wss ") && !told.contains("`--`");
        wrong.extend(words.filter(|word| !is_known(word)).map(|word| format!("{word}: {told}")));
        wrong.extend(has_options.then(|| told.clone()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(named > 80, "{named}");
}

#[test]
fn limits_and_lists_are_written_as_they_are_given() {
    let limit = wss_header::Budget::new(&wss_header::Limits::default(), 1).exceeded(wss_header::Limit::References);
    let limit = limit.to_string();
    assert!(Wording::Options.of(&limit).ends_with("raise the limit with --limit references=…"));
    assert!(Wording::OptionsOfWss.of(&limit).ends_with("raise the limit with --limit references=… of `wss`"));
    assert!(Wording::Keys.of(&limit).ends_with("raise the limit with `limit = [\"references=…\"]`"));
    let names = "name what the message must sign with `Requirements::signed`";
    assert!(Wording::Options.of(names).ends_with("with --require signed:PART"));
    assert!(Wording::Keys.of(names).ends_with("with `require = [\"signed:PART\"]`"));
    let beside = "pin a signer with `Trust::pins` (`--pin`), or take any";
    assert_eq!(Wording::Options.of(beside), "pin a signer with --pin, or take any");
    assert_eq!(Wording::Keys.of(beside), "pin a signer with `pin`, or take any");
}
