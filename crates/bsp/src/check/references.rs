//! Chapter 8: references to tokens. The rules of chapters 12 to 17 on references to tokens of each kind are in `tokens`.

use std::collections::{HashMap, HashSet};

use wss_c14n::name::is_ncname;
use wss_c14n::xsd::collapsed;
use wss_c14n::{Element, base64_decode, name};
use wss_crypto::DistinguishedName;
use wss_tokens::{
    BASE64_BINARY, ENCRYPTED_KEY_SHA1, KERBEROS_AP_REQ_SHA1, SAML_ASSERTION_ID, SAML_ID, SUBJECT_KEY_IDENTIFIER,
    THUMBPRINT_SHA1,
};

use super::tokens::{self, HIDDEN};
use crate::kind::{Kind, is_token};
use crate::reference::{Form, Reference, issuer_serial};
use crate::report::Findings;
use crate::table::Rule;
use crate::targets::{Ciphertext, Targets, is_encrypted_data};

pub(crate) fn judge(targets: &Targets<'_>, findings: &mut Findings<'_>) {
    let ciphertext = targets.ciphertext();
    let embeds = targets.references.iter().any(|reference| reference.by(Form::Embedded).is_some());
    let tokens: Vec<_> = if embeds { targets.tokens_in_scope().collect() } else { Vec::new() };
    for reference in &targets.references {
        one_reference(reference, findings);
        token_type(reference, findings);
        place(reference, targets, findings);
        match reference.form() {
            Some((Form::Direct, child)) => direct(reference, child, targets, ciphertext, findings),
            Some((Form::KeyIdentifier, child)) => key_identifier(reference, child, targets, ciphertext, findings),
            Some((Form::Embedded, child)) => embedded(child, &tokens, findings),
            Some((Form::IssuerSerial, child)) => issuer(child, findings),
            None => {}
        }
        of_kind(reference, ciphertext, findings);
    }
    repeated_tokens(targets, findings);
}

/// §8.1.1, §8.4.1.
fn one_reference(reference: &Reference<'_>, findings: &mut Findings<'_>) {
    let count = reference.forms.len();
    findings.check(Rule::R3061, reference.element, count == 1, &format!("{count} references where one belongs"));
    findings.check(Rule::R3027, reference.element, reference.key_name.is_none(), "ds:KeyName names the key");
}

/// §8.2.1.
fn token_type(reference: &Reference<'_>, findings: &mut Findings<'_>) {
    let Some(stated) = &reference.token_type else { return };
    let element = reference.element;
    match (reference.internal_token(), Kind::of_type(stated)) {
        (Some(token), _) => {
            let Some(kind) = reference.kind else {
                return findings.unknown(Rule::R3074, element, "the profile of the token");
            };
            let expected = kind.token_type(Some(token));
            findings.check(Rule::R3074, element, *stated == expected, &format!("the token is of type {expected}"));
        }
        (None, Some(_)) => findings.pass(Rule::R3074, element),
        (None, None) => findings.unknown(Rule::R3074, element, "the profile of the token"),
    }
}

/// §8.7.4, §8.7.5: the relative position of token and reference. §8.7.1 and §16.2.5: the allowed forms of the
/// reference.
fn place(reference: &Reference<'_>, targets: &Targets<'_>, findings: &mut Findings<'_>) {
    let element = reference.element;
    let Some(token) = reference.internal_token() else {
        let names_outside = match reference.form() {
            Some((Form::Direct, child)) => child.attribute("", "URI").is_some_and(|uri| !uri.starts_with('#')),
            Some((Form::KeyIdentifier | Form::IssuerSerial, _)) => true,
            Some((Form::Embedded, _)) => false,
            None => reference.key_name.is_some(),
        };
        if names_outside {
            external(reference, findings);
        }
        return;
    };
    let is_named = !matches!(reference.form(), Some((Form::KeyIdentifier | Form::IssuerSerial, _)));
    if token.attribute(name::WSU.uri, "Id").is_some() {
        let why = "the token is in the message and has a wsu:Id";
        findings.check(Rule::R3022, element, is_named && reference.form().is_some(), why);
    }
    if reference.kind.is_some_and(Kind::is_saml) {
        let fits = matches!(reference.form(), Some((Form::Direct | Form::Embedded | Form::KeyIdentifier, _)));
        findings.check(Rule::R6610, element, fits, "the assertion is in the message");
        findings.check(
            Rule::R6608,
            element,
            reference.authority_binding.is_none(),
            "saml:AuthorityBinding, though the assertion is in the message",
        );
    }
    if reference.by(Form::Embedded).is_some() {
        return;
    }
    findings.check(Rule::R5205, element, token.id() < element.id(), "the token follows the reference");
    if let Some(direct) = reference.by(Form::Direct)
        && let Some(of_token) = targets.security_of(token)
    {
        match targets.security_of(element) {
            Some(own) => {
                findings.check(Rule::R3066, direct, own == of_token, "the token is in another wsse:Security");
            }
            None => {
                let data = element.ancestors_and_self().find(|element| is_encrypted_data(*element));
                let data = data.and_then(|data| targets.encrypted_data_at(data));
                if let Some(data) = data.filter(|data| !data.named_by.is_empty()) {
                    let why = "the token is in a wsse:Security whose lists do not name the ciphertext";
                    findings.check(Rule::R3067, direct, targets.is_named_in(data, of_token), why);
                } else {
                    findings.unknown(Rule::R3067, direct, "which header the ciphertext belongs to: no list names it");
                }
            }
        }
    }
}

/// §8.8.1, §13.2.5.
fn external(reference: &Reference<'_>, findings: &mut Findings<'_>) {
    let element = reference.element;
    match reference.form() {
        Some((Form::Direct, _)) => findings.pass(Rule::R3024, element),
        Some((Form::KeyIdentifier | Form::IssuerSerial, _)) => {
            findings.unknown(Rule::R3024, element, "whether the token has a URI");
            findings.pass(Rule::R5209, element);
        }
        _ => {
            findings.unknown(Rule::R3024, element, "whether the token has a URI");
            findings.unknown(Rule::R5209, element, "what the name means to the parties");
        }
    }
}

/// §8.3, §8.7.3, §8.9.1.
fn direct(
    reference: &Reference<'_>,
    child: Element<'_>,
    targets: &Targets<'_>,
    ciphertext: Ciphertext,
    findings: &mut Findings<'_>,
) {
    let uri = child.attribute("", "URI");
    findings.check(Rule::R3062, child, uri.is_some(), "no URI attribute");
    let target = reference.token;
    if let Some(uri) = &uri {
        let fragment = uri.strip_prefix('#');
        match (fragment, target) {
            (Some(_), Some(_)) => findings.pass(Rule::R5204, child),
            (Some(id), None) if pointed_at(id).is_some_and(|id| targets.by_id(id).is_some()) => {
                findings.fail(Rule::R5204, child, "an XPointer where the shorthand \"#id\" serves");
            }
            (Some(_), None) if ciphertext == Ciphertext::MayHide => findings.hidden(Rule::R5204, child, HIDDEN),
            (Some(_), None) => findings.fail(Rule::R5204, child, "no element of the envelope has this Id"),
            (None, Some(token)) => {
                let has_id = wss_c14n::id_of(token).is_some();
                findings.check(Rule::R5204, child, !has_id, "the token has an Id, and is named otherwise");
            }
            (None, None) if targets.by_id(uri).is_some_and(is_token) => {
                findings.fail(Rule::R5204, child, "the Id of a token of the envelope without \"#\"");
            }
            (None, None) => {}
        }
    }
    if let Some(target) = target {
        let is = |local: &str| target.is(name::WSSE.uri, local);
        let to = "points at a wsse:SecurityTokenReference";
        findings.check(Rule::R3057, child, !is("SecurityTokenReference"), to);
        findings.check(Rule::R3064, child, !is("Embedded"), "points at wsse:Embedded in place of the token inside");
        let is_key_info = target.is(name::DS.uri, "KeyInfo");
        findings.check(Rule::R3211, reference.element, !is_key_info, "points at a ds:KeyInfo");
    }
    let value_type = child.attribute("", "ValueType");
    let exempt = matches!(reference.kind, Some(Kind::Saml2 | Kind::Kerberos | Kind::EncryptedKey));
    if !exempt {
        findings.check(Rule::R3059, child, value_type.is_some(), "no ValueType attribute");
    }
    if let Some(stated) = value_type {
        match (reference.internal_token(), reference.kind) {
            // R6614 forbids it entirely.
            (Some(_), Some(Kind::Saml2)) => {}
            (Some(token), Some(kind)) => {
                let expected = kind.token_type(Some(token));
                findings.check(Rule::R3058, child, stated == expected, &format!("the token is of type {expected}"));
            }
            (_, None) => findings.unknown(Rule::R3058, child, "the profile of the token"),
            (None, Some(_)) => findings.pass(Rule::R3058, child),
        }
    }
}

/// The Id in `xpointer(id('ID'))`.
fn pointed_at(fragment: &str) -> Option<&str> {
    let inner = fragment.strip_prefix("xpointer(id(")?.strip_suffix("))")?;
    inner.strip_prefix(['\'', '"'])?.strip_suffix(['\'', '"'])
}

/// §8.5.
fn key_identifier(
    reference: &Reference<'_>,
    child: Element<'_>,
    targets: &Targets<'_>,
    ciphertext: Ciphertext,
    findings: &mut Findings<'_>,
) {
    let value_type = child.attribute("", "ValueType");
    let encoding = child.attribute("", "EncodingType");
    findings.check(Rule::R3054, child, value_type.is_some(), "no ValueType attribute");
    let is_saml = reference.kind.is_some_and(Kind::is_saml);
    if !is_saml {
        findings.check(Rule::R3070, child, encoding.is_some(), "no EncodingType attribute");
    }
    if let Some(encoding) = &encoding {
        findings.check(Rule::R3071, child, encoding == BASE64_BINARY, "an EncodingType other than #Base64Binary");
    }
    if let Some(stated) = &value_type {
        let known = [
            SUBJECT_KEY_IDENTIFIER,
            THUMBPRINT_SHA1,
            ENCRYPTED_KEY_SHA1,
            SAML_ASSERTION_ID,
            SAML_ID,
            KERBEROS_AP_REQ_SHA1,
        ];
        let of_kind = |kind: Kind| match Kind::of_identifier(stated) {
            Some(named) => named == kind || (named.is_x509() && kind.is_x509()),
            None => false,
        };
        // The rules R6603 and R6616 are for an assertion of the other version.
        let fits = reference.kind.is_none_or(|kind| of_kind(kind) || kind.is_saml());
        let why = format!("{stated} is no key identifier that the profile of the token defines");
        findings.check(Rule::R3063, child, known.contains(&stated.as_ref()) && fits, &why);
    }
    if is_saml {
        let is_internal = reference.internal_token().is_some() || ciphertext == Ciphertext::MayHide;
        let rule = if is_internal { Rule::R6602 } else { Rule::R6609 };
        findings.check(rule, child, value_type.is_some(), "no ValueType attribute");
        saml_identifier(reference, child, value_type.as_deref(), targets, findings);
    }
}

/// §16.2.3, §16.2.4.
fn saml_identifier(
    reference: &Reference<'_>,
    child: Element<'_>,
    value_type: Option<&str>,
    targets: &Targets<'_>,
    findings: &mut Findings<'_>,
) {
    if let Some(stated) = value_type {
        let (rule, expected) = match reference.kind {
            Some(Kind::Saml1) => (Rule::R6603, SAML_ASSERTION_ID),
            _ => (Rule::R6616, SAML_ID),
        };
        findings.check(rule, child, stated == expected, &format!("{stated} in place of {expected}"));
    }
    findings.check(Rule::R6604, child, child.attribute("", "EncodingType").is_none(), "an EncodingType attribute");
    let Ok(text) = child.text() else {
        return findings.fail(Rule::R6605, child, "child elements are where its text belongs");
    };
    let text = collapsed(&text);
    let decoded = base64_decode(text, 1_024).and_then(|octets| String::from_utf8(octets).ok());
    let encoded = decoded.is_some_and(|id| targets.by_id(&id).and_then(Kind::of_element).is_some_and(Kind::is_saml));
    findings.check(Rule::R6605, child, is_ncname(text) && !encoded, "not the id of an assertion as a string");
}

/// §8.6. `tokens` are those of the message, in its order.
fn embedded(child: Element<'_>, tokens: &[Element<'_>], findings: &mut Findings<'_>) {
    let count = child.children().count();
    let is_one_token = count == 1 && child.children().all(is_token);
    let why = format!("{count} children, where one token belongs");
    findings.check(Rule::R3060, child, is_one_token && !child.has_character_data(), &why);
    let holds_reference = child.children().any(|inner| inner.is(name::WSSE.uri, "SecurityTokenReference"));
    findings.check(Rule::R3056, child, !holds_reference, "a wsse:SecurityTokenReference inside wsse:Embedded");
    // Embedded tokens may be inside one another.
    let has_token = |inner: Element<'_>| {
        let next = tokens.partition_point(|token| token.id() < inner.id());
        tokens.get(next).is_some_and(|token| inner.contains(*token))
    };
    let wrapped = |inner: Element<'_>| !is_token(inner) && has_token(inner);
    let is_wrapped = child.children().any(wrapped);
    findings.check(Rule::R3025, child, !is_wrapped, "the token is wrapped, as it would not be in the header");
}

/// §13.2.8.
fn issuer(child: Element<'_>, findings: &mut Findings<'_>) {
    let Some((issuer, _)) = issuer_serial(child) else { return };
    let Ok(text) = issuer.text() else {
        return findings.fail(Rule::R5409, child, "child elements are where its text belongs");
    };
    let fits = DistinguishedName::parse(collapsed(&text)).is_ok() && is_rfc4514(&text);
    findings.check(Rule::R5409, child, fits, "the name is not written as RFC 4514 has it");
}

/// Attribute types with a registered short name (RFC 4519, RFC 4524). The others are written as dotted numbers.
const SHORT_NAMES: [&str; 20] = [
    "CN",
    "L",
    "ST",
    "O",
    "OU",
    "C",
    "STREET",
    "DC",
    "UID",
    "SN",
    "SERIALNUMBER",
    "TITLE",
    "GIVENNAME",
    "INITIALS",
    "GENERATIONQUALIFIER",
    "DNQUALIFIER",
    "POSTALCODE",
    "NAME",
    "DESCRIPTION",
    "MAIL",
];

/// Whether a readable name is in the form of RFC 4514, or of the older RFC 2253: no quotes, and types by registered
/// short names or as dotted numbers.
pub(crate) fn is_rfc4514(name: &str) -> bool {
    let mut rest = collapsed(name);
    while !rest.is_empty() {
        let Some((kind, value)) = rest.split_once('=') else { return false };
        let kind = collapsed(kind);
        let is_dotted = !kind.is_empty() && kind.bytes().all(|c| c.is_ascii_digit() || c == b'.');
        let is_short = SHORT_NAMES.iter().any(|known| known.eq_ignore_ascii_case(kind));
        if !(is_dotted || is_short) || collapsed(value).starts_with('"') {
            return false;
        }
        let mut escaped = false;
        let end = value.find(|c: char| {
            let ends = !escaped && matches!(c, ',' | '+');
            escaped = !escaped && c == '\\';
            ends
        });
        rest = end.and_then(|end| value.get(end + 1..)).unwrap_or_default();
    }
    true
}

/// Chapters 12 to 17: the rules of the named token's profile on references to it.
fn of_kind(reference: &Reference<'_>, ciphertext: Ciphertext, findings: &mut Findings<'_>) {
    let Some(kind) = reference.kind else { return };
    tokens::reference(kind, reference, ciphertext, findings);
    if let Some(binding) = reference.authority_binding {
        let kind = binding.attribute("", "AuthorityKind").unwrap_or_default();
        let (prefix, local) = collapsed(&kind).split_once(':').unwrap_or(("", collapsed(&kind)));
        let namespace = binding.namespace_of_prefix(prefix);
        let fits = local == "AssertionIDReference" && namespace == Some(name::SAML.uri);
        findings.check(Rule::R6607, binding, fits, "AuthorityKind is not saml:AssertionIDReference");
    }
}

/// §8.7.2.
fn repeated_tokens(targets: &Targets<'_>, findings: &mut Findings<'_>) {
    let mut embedded: HashMap<String, Element<'_>> = HashMap::new();
    let mut others: HashSet<String> = HashSet::new();
    for (token, _) in &targets.tokens.binary {
        let Some(text) = token.text_if_plain() else { continue };
        let text: String = text.split_ascii_whitespace().collect();
        if !token.parent().is_some_and(|parent| parent.is(name::WSSE.uri, "Embedded")) {
            others.insert(text);
            continue;
        }
        let repeated = others.contains(&text) || embedded.insert(text, *token).is_some();
        findings.check(Rule::R3023, *token, !repeated, "a token that is in the message already, embedded again");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_other_spellings_are_told_apart() {
        for name in ["CN=a,O=b\\, c,C=DE", "CN=a, O=b", "1.2.840.113549.1.9.1=#1603612e62,CN=a", "UID=a+CN=b"] {
            assert!(is_rfc4514(name), "{name}");
        }
        for name in ["CN=a, O=\"b, c\"", "EMAILADDRESS=a@b, CN=a", "CN=a, S=b", "OID.2.5.4.3=a", "CN"] {
            assert!(!is_rfc4514(name), "{name}");
        }
    }
}
