//! Keys that need or exclude one another, in a file or beside it.

use serde_json::{Map, Value};

use crate::error::{Known, ProfileError};

/// What a key needs.
const NEEDS: &[(&str, &str, &str)] = &[
    ("secure", "cert", "key"),
    ("secure", "holder-of-key", "token"),
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
    ("verify", "max-response-age", "ocsp"),
    ("verify", "accept-lists-after-their-end", "crl"),
    ("verify", "accept-bearer", "saml-issuer"),
    ("verify", "accept-id-cards", "saml-issuer"),
    ("verify", "reply", "network"),
    ("verify", "decrypt-key", "decrypt-cert"),
    ("verify", "decrypt-cert", "decrypt-key"),
    ("verify", "decrypt-p12", "decrypt-password-file"),
    ("verify", "decrypt-password-file", "decrypt-p12"),
];

/// What a key needs one of.
const NEEDS_ONE_OF: &[(&str, &str, &[&str])] = &[
    ("verify", "audience", ASSERTIONS_BY),
    ("verify", "recipient", ASSERTIONS_BY),
    ("verify", "saml-max-age", ASSERTIONS_BY),
    ("verify", "in-response-to", ASSERTIONS_BY),
];

/// Keys of `verify` that say how certificates are judged, and whose those may be. A file may have them for whoever is trusted beside
/// it, so that they are judged when all is there.
const JUDGING: &[(&str, &[&str])] = &[
    ("eku", &["trust"]),
    ("accept-authorities-as-signers", &["trust"]),
    ("dangerous-unchecked-anchors", &["trust"]),
    ("intermediate", CERTIFICATES_OF),
    ("crl", CERTIFICATES_OF),
    ("ocsp", CERTIFICATES_OF),
    ("revocation", CERTIFICATES_OF),
];

/// Whose certificates are judged.
const CERTIFICATES_OF: &[&str] = &["trust", "pin", "saml-issuer", "saml-attester"];

/// Who may answer for an assertion.
const ASSERTIONS_BY: &[&str] = &["saml-issuer", "saml-attester"];

/// What a key excludes.
const EXCLUDES: &[(&str, &str, &[&str])] = &[
    ("secure", "p12", &["key"]),
    ("secure", "timestamp-without-expires", &["timestamp"]),
    ("secure", "part-c14n", &["without-transforms"]),
    ("secure", "context", &["symmetric"]),
    ("secure", "password-key", &["symmetric", "context"]),
    ("secure", "kerberos", &["symmetric", "context", "password-key"]),
    ("secure", "assertion-key", &["symmetric", "context", "password-key", "kerberos"]),
    ("secure", "without-password", &["password-text", "password-hashed", "password-key"]),
    ("secure", "password-text", &["password-hashed"]),
    ("secure", "reply-key", &["symmetric", "context", "password-key", "kerberos", "assertion-key"]),
    ("secure", "network", OF_A_RECIPE),
    ("verify", "network", &["require", "allow", "allow-legacy", "anonymous"]),
];

/// What a network says itself.
const OF_A_RECIPE: &[&str] = &[
    "part",
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
    "token-by-reference",
    "key-value-beside",
    "assertion-key",
    "without-password",
    "x509-data-beside",
    "mac-key-octets",
    "key-derivation",
    "key-wrap",
];

/// What concerns encryption alone.
const OF_ENCRYPTION: &[&str] = &["encrypt-part", "encrypt-part-if-present", "content-only", "encrypt-first", "content"];

/// What concerns the recipient of a key, who is there without encryption only if that key signs.
const OF_THE_RECIPIENT: &[&str] =
    &["to", "encrypt-reference", "key-transport", "oaep-digest", "mgf", "key-derivation", "key-wrap"];

/// What concerns signatures alone.
const OF_SIGNATURES: &[&str] = &[
    "key",
    "cert",
    "p12",
    "reference",
    "holder-of-key",
    "token-by-reference",
    "key-value-beside",
    "x509-data-beside",
    "token-after-signature",
    "part",
    "part-if-present",
    "encrypt-first",
    "signature-method",
    "digest",
    "c14n",
    "part-c14n",
    "without-transforms",
    "prefix-list",
];

/// Judges the keys of one place, a file or a command line: none of them is about the step that is left out. `all` are those of
/// every place, which may be about both.
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
        None => Ok(()),
    }
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

/// Judges the keys of `verify` that say how certificates are judged: there are some.
pub(crate) fn check_judging(given: &Map<String, Value>) -> Result<(), ProfileError> {
    JUDGING.iter().try_for_each(|(key, others)| check_needs(given, key, others))
}

/// A key that is given has one of those that it needs.
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
