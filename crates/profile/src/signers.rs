//! The words of `signer`: who below the anchors may sign.

use wss_crypto::AlternativeName;
use wss_text::Slice as _;
use wss_tokens::{SignerRule, TrustError};

use crate::error::{ProfileError, in_words, word_near};

const WORDS: [&str; 10] =
    ["subject:", "attribute:", "policy:", "dns:", "mail:", "uri:", "CN=", "OU=", "O=", "serialNumber="];

/// The prefixes of rules for one certificate in other tools.
const THUMBPRINTS: [&str; 4] = ["thumbprint", "fingerprint", "sha1", "sha256"];

/// Attributes of a subject by their names (RFC 4519), and their types.
const ATTRIBUTES: [(&str, &str); 4] =
    [("CN", "2.5.4.3"), ("OU", "2.5.4.11"), ("O", "2.5.4.10"), ("serialNumber", "2.5.4.5")];

/// One rule, or several that must all hold.
pub(crate) fn rule(text: &str) -> Result<SignerRule, ProfileError> {
    let mut rules = text.split(" && ").map(one).collect::<Result<Vec<_>, _>>()?;
    match (rules.len(), rules.pop()) {
        (1, Some(rule)) => Ok(rule),
        (_, last) => Ok(SignerRule::all(rules.into_iter().chain(last))),
    }
}

fn one(text: &str) -> Result<SignerRule, ProfileError> {
    let unknown = || {
        let is_thumbprint =
            THUMBPRINTS.iter().any(|word| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)));
        let of_one = if is_thumbprint { "to trust one certificate alone, give its file with `pin`; " } else { "" };
        let advice = "give subject:NAME, attribute:OID=VALUE, CN=, OU=, O=, serialNumber=, policy:OID, dns:HOST, \
             mail:ADDRESS or uri:URI";
        let kind = text.find([':', '=']).map_or(text, |at| text.slice(..=at));
        word_near("signer", text, kind, "no rule for a signer", WORDS, format!("{of_one}{advice}"))
    };
    let wrong = |cause: TrustError| in_words("signer", cause);
    let text = text.trim();
    if let Some((oid, value)) = attribute(text) {
        return SignerRule::attribute(oid, value).map_err(wrong);
    }
    let (kind, value) = text.split_once(':').ok_or_else(unknown)?;
    if value.is_empty() {
        return Err(unknown());
    }
    let name = || value.to_owned();
    match kind {
        "subject" => SignerRule::subject(value).map_err(wrong),
        "policy" => SignerRule::policy(value).map_err(wrong),
        "dns" => Ok(SignerRule::Alternative(AlternativeName::Dns(name()))),
        "mail" => Ok(SignerRule::Alternative(AlternativeName::Email(name()))),
        "uri" => Ok(SignerRule::Alternative(AlternativeName::Uri(name()))),
        _ => Err(unknown()),
    }
}

/// The type and the value of an attribute, if this is a rule for an attribute.
fn attribute(text: &str) -> Option<(&str, &str)> {
    match text.strip_prefix("attribute:") {
        Some(rule) => rule.split_once('='),
        None => {
            let (name, value) = text.split_once('=')?;
            let (_, oid) = ATTRIBUTES.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
            Some((oid, value))
        }
    }
}
