//! Keys that need or exclude one another, in a file or beside it.

use serde_json::{Map, Value};

use crate::error::{Known, ProfileError};

/// The keys that need another key: the table, the key, and the other key.
const NEEDS: &[(&str, &str, &str)] = &[
    ("secure", "cert", "key"),
    ("secure", "holder-of-key", "token"),
    ("secure", "holder-of-key-uncovered", "token"),
    ("secure", "attach-complete", "attachments"),
    ("secure", "without-password", "user"),
    ("secure", "password-hashed", "user"),
    ("secure", "password-text", "user"),
    ("secure", "without-nonce", "user"),
    ("secure", "without-created", "user"),
    ("secure", "without-type", "password-text"),
    ("secure", "wsa-2004", "wsa"),
    ("secure", "wsa-must-understand", "wsa"),
    ("secure", "symmetric", "to"),
    ("secure", "key-octets", "symmetric"),
    ("secure", "mac-key-octets", "derive-keys"),
    ("secure", "assertion-key", "token"),
    ("secure", "password-key", "user"),
    ("secure", "reply-key", "answers"),
    ("secure", "reply", "network"),
    ("verify", "signer", "trust"),
    ("verify", "passwords-hashed", "user-file"),
    ("verify", "max-response-age", "ocsp"),
    ("verify", "accept-lists-after-their-end", "crl"),
    ("verify", "accept-bearer", "saml-issuer"),
    ("verify", "accept-id-cards", "saml-issuer"),
    ("verify", "reply", "network"),
    ("verify", "decrypt-key", "decrypt-cert"),
    ("verify", "decrypt-cert", "decrypt-key"),
    ("verify", "decrypt-p12", "decrypt-password-file"),
];

/// The keys that need one of several others.
const NEEDS_ONE_OF: &[(&str, &str, &[&str])] = &[
    ("verify", "audience", ASSERTIONS_BY),
    ("verify", "recipient", ASSERTIONS_BY),
    ("verify", "saml-max-age", ASSERTIONS_BY),
    ("verify", "in-response-to", ASSERTIONS_BY),
    ("verify", "decrypt-password-file", &["decrypt-p12", "decrypt-key"]),
];

/// Keys of `verify` that say how certificates are judged, and the keys that name those certificates. A file may have
/// the former for certificates that are named beside it, so that they are judged when all keys are there.
const JUDGING: &[(&str, &[&str])] = &[
    ("eku", &["trust"]),
    ("accept-authorities-as-signers", &["trust"]),
    ("accept-certificates-of-version-1", &["trust"]),
    ("dangerous-unchecked-anchors", &["trust"]),
    ("dangerous-old-path-signatures", &["trust"]),
    ("accept-any-key-usage", CERTIFICATES_OF),
    ("intermediate", CERTIFICATES_OF),
    ("crl", CERTIFICATES_OF),
    ("ocsp", CERTIFICATES_OF),
    ("revocation", CERTIFICATES_OF),
];

/// Keys of `secure` that say how something is made, and the keys that name its maker. A file may have the former for a
/// signer that is named beside it, so that they are judged when all keys are there.
const MAKING: &[(&str, &[&str])] = &[
    ("reference", BY_CERTIFICATE),
    ("holder-of-key", BY_CERTIFICATE),
    ("holder-of-key-uncovered", BY_CERTIFICATE),
    ("token-by-reference", BY_CERTIFICATE),
    ("key-value-beside", BY_CERTIFICATE),
    ("x509-data-beside", BY_CERTIFICATE),
    ("token-after-signature", BY_CERTIFICATE),
    ("part", SIGNED_BY),
    ("part-as", SIGNED_BY),
    ("part-if-present", SIGNED_BY),
    ("prefix-list", SIGNED_BY),
    ("signature-method", SIGNED_BY),
    ("digest", SIGNED_BY),
    ("c14n", SIGNED_BY),
    ("part-c14n", SIGNED_BY),
    ("without-transforms", SIGNED_BY),
    ("encrypt-reference", &["to", "answers"]),
    ("key-transport", &["to", "answers"]),
    ("oaep-digest", &["to", "answers"]),
    ("mgf", &["to", "answers"]),
    ("key-derivation", &["to", "answers"]),
    ("key-wrap", &["to", "answers"]),
    ("originator-key", &["to", "answers"]),
    ("whole-seconds", &["timestamp", "timestamp-without-expires", "user"]),
];

/// The keys that name a signer with a certificate.
const BY_CERTIFICATE: &[&str] = &["key", "p12"];

/// The keys that name a signer of any kind.
const SIGNED_BY: &[&str] =
    &["key", "p12", "symmetric", "context", "password-key", "kerberos", "assertion-key", "reply-key"];

/// The keys that name certificates which are judged.
const CERTIFICATES_OF: &[&str] = &["trust", "pin", "saml-issuer", "saml-attester"];

/// The keys that name who may answer for an assertion.
const ASSERTIONS_BY: &[&str] = &["saml-issuer", "saml-attester"];

/// The keys that exclude others.
const EXCLUDES: &[(&str, &str, &[&str])] = &[
    ("secure", "p12", &["key"]),
    ("secure", "timestamp-without-expires", &["timestamp"]),
    ("secure", "part-c14n", &["without-transforms"]),
    ("secure", "context", &["symmetric"]),
    ("secure", "password-key", &["symmetric", "context", "password-text", "without-nonce", "without-created"]),
    ("secure", "kerberos", &["symmetric", "context", "password-key"]),
    ("secure", "assertion-key", &["symmetric", "context", "password-key", "kerberos"]),
    ("secure", "token-by-reference", OF_BOTH_SIDES),
    // A key that both sides have is not encrypted to a recipient.
    ("secure", "context", OF_THE_RECIPIENT),
    ("secure", "password-key", OF_THE_RECIPIENT),
    ("secure", "kerberos", OF_THE_RECIPIENT),
    ("secure", "assertion-key", OF_THE_RECIPIENT),
    ("secure", "reply-key", OF_THE_RECIPIENT),
    ("secure", "without-password", &["password-text", "password-hashed", "password-key"]),
    ("secure", "password-text", &["password-hashed"]),
    ("secure", "reply-key", &["symmetric", "context", "password-key", "kerberos", "assertion-key"]),
    ("secure", "network", OF_A_RECIPE),
    ("verify", "network", &["require", "allow", "allow-legacy", "anonymous"]),
];

/// The keys that name a key of both sides.
const OF_BOTH_SIDES: &[&str] = &["symmetric", "context", "password-key", "kerberos", "assertion-key", "reply-key"];

/// The keys whose values a network fixes.
const OF_A_RECIPE: &[&str] = &[
    "part",
    "part-as",
    "encrypt-part",
    "part-if-present",
    "encrypt-part-if-present",
    "content-only",
    "encrypt-first",
    "only",
    "attach-complete",
    "prefix-list",
    "timestamp",
    "password-hashed",
    "password-text",
    "must-understand",
    "header-child",
    "layout",
    "whole-seconds",
    "timestamp-without-expires",
    "without-nonce",
    "without-created",
    "without-type",
    "prefix",
    "part-id",
    "token-after-signature",
    "symmetric",
    "key-octets",
    "context",
    "password-key",
    "kerberos",
    "reply-key",
    "derive-keys",
    "signature-method",
    "digest",
    "c14n",
    "part-c14n",
    "without-transforms",
    "content",
    "key-transport",
    "oaep-digest",
    "mgf",
    "waive",
    "accept-one-key-to-sign-and-encrypt",
    "accept-short-secrets-for-legacy-use-only",
    "allow-legacy",
    "reference",
    "encrypt-reference",
    "holder-of-key",
    "holder-of-key-uncovered",
    "token-by-reference",
    "key-value-beside",
    "assertion-key",
    "without-password",
    "x509-data-beside",
    "mac-key-octets",
    "key-derivation",
    "key-wrap",
    "originator-key",
];

/// The keys for encryption alone.
const OF_ENCRYPTION: &[&str] = &["encrypt-part", "encrypt-part-if-present", "content-only", "encrypt-first", "content"];

/// The keys for the recipient of a key. Without encryption, there is a recipient only if that key signs.
const OF_THE_RECIPIENT: &[&str] =
    &["to", "encrypt-reference", "key-transport", "oaep-digest", "mgf", "key-derivation", "key-wrap", "originator-key"];

/// The keys for signatures alone.
const OF_SIGNATURES: &[&str] = &[
    "key",
    "cert",
    "p12",
    "reference",
    "holder-of-key",
    "holder-of-key-uncovered",
    "token-by-reference",
    "key-value-beside",
    "x509-data-beside",
    "token-after-signature",
    "part",
    "part-as",
    "part-if-present",
    "encrypt-first",
    "signature-method",
    "digest",
    "c14n",
    "part-c14n",
    "without-transforms",
    "prefix-list",
];

/// Judges the keys of one place, a file or a command line: none of them may be for the step that is left out. `all` are
/// the keys of all places, which may be for both steps.
pub(crate) fn check_only(own: &Map<String, Value>, all: &Map<String, Value>) -> Result<(), ProfileError> {
    let (only, left_out): (_, &[&[&str]]) = match all.get("only").and_then(Value::as_str) {
        Some("sign") if all.get("symmetric").is_some_and(says_something) => ("sign", &[OF_ENCRYPTION]),
        Some("sign") => ("sign", &[OF_ENCRYPTION, OF_THE_RECIPIENT]),
        Some("encrypt") => ("encrypt", &[OF_SIGNATURES]),
        _ => return Ok(()),
    };
    let is_given = |key: &&&str| own.get(**key).is_some_and(says_something);
    match left_out.iter().copied().flatten().find(is_given) {
        Some(key) => Err(ProfileError::LeftOut { key, only }),
        None if only == "encrypt" && own.get("part-id").is_some_and(names_a_signed_part) => {
            Err(ProfileError::LeftOut { key: "part-id", only })
        }
        None => Ok(()),
    }
}

/// Whether an Id is given to a part that has an Id only because it is signed.
fn names_a_signed_part(ids: &Value) -> bool {
    let is_signed = |id: &str| !matches!(id.rsplit_once('='), Some(("Timestamp" | "UsernameToken", _)));
    ids.as_array().into_iter().flatten().filter_map(Value::as_str).any(is_signed)
}

/// Judges the keys of `secure` that say how something is made: the recipe must make it. A file for both steps may have
/// keys for the step that is left out.
pub(crate) fn check_making(given: &Map<String, Value>) -> Result<(), ProfileError> {
    let left_out: &[&[&str]] = match given.get("only").and_then(Value::as_str) {
        Some("sign") => &[OF_ENCRYPTION, OF_THE_RECIPIENT],
        Some("encrypt") => &[OF_SIGNATURES],
        _ => &[],
    };
    let is_made = |key: &str| !left_out.iter().any(|keys| keys.contains(&key));
    let mut made = MAKING.iter().filter(|(key, _)| is_made(key));
    made.try_for_each(|(key, others)| check_needs(given, key, others))
}

/// Judges the keys of a table.
pub(crate) fn check(table: &str, given: &Map<String, Value>) -> Result<(), ProfileError> {
    let is_given = |key: &str| given.get(key).is_some_and(says_something);
    for (_, key, other) in NEEDS.iter().filter(|(of, ..)| *of == table) {
        check_needs(given, key, std::slice::from_ref(other))?;
    }
    for (_, key, others) in NEEDS_ONE_OF.iter().filter(|(of, ..)| *of == table) {
        check_needs(given, key, others)?;
    }
    for (_, key, others) in EXCLUDES.iter().filter(|(of, ..)| *of == table) {
        if let Some(other) = others.iter().find(|other| is_given(key) && is_given(other)) {
            return Err(ProfileError::Conflict { key, other });
        }
    }
    Ok(())
}

/// Judges the keys of `verify` that say how certificates are judged: there must be certificates.
pub(crate) fn check_judging(given: &Map<String, Value>) -> Result<(), ProfileError> {
    JUDGING.iter().try_for_each(|(key, others)| check_needs(given, key, others))
}

/// Checks that a given key has one of the keys that it needs.
fn check_needs(
    given: &Map<String, Value>,
    key: &'static str,
    others: &'static [&'static str],
) -> Result<(), ProfileError> {
    let is_given = |key: &str| given.get(key).is_some_and(says_something);
    match others {
        _ if !is_given(key) || others.iter().any(|other| is_given(other)) => Ok(()),
        [other] => Err(ProfileError::Needs { key, other }),
        _ => Err(ProfileError::NeedsOneOf { key, others: Known::one_of(others) }),
    }
}

/// Whether a key with this value changes anything. A list is not empty here.
fn says_something(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}
