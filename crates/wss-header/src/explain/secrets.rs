//! Secrets in the forms in which peers take them: as text, decoded, cut, or derived in another way.

use wss_c14n::{Element, base64_decode, base64_encode, name};
use wss_crypto::{Digest, DigestMethod, Secret, p_sha1};
use wss_text::hex;
use wss_tokens::SecureConversation;

use super::cause::Cause;
use super::spelled::of_digits;

/// The largest number of octets of a derived key, and of a nonce.
const LONGEST: usize = 64;
/// The farthest offset of a derived key.
const FARTHEST: usize = 1_024;
/// The label that WS-SecureConversation puts before the nonce.
const LABEL: &str = "WS-SecureConversation";

/// The secrets that peers make of the text of a secret.
pub(super) fn spellings(label: &str, octets: &[u8]) -> Vec<(Vec<Cause>, Vec<u8>)> {
    let otherwise = Cause::SecretOtherwise { how: label.into() };
    let mut all = vec![(vec![otherwise], octets.to_vec())];
    let mut text = |how: String, octets: Vec<u8>| all.push((vec![Cause::TextOfSecret { how: how.into() }], octets));
    let digits = hex(octets);
    text(format!("the base64 text of {label}"), base64_encode(octets).into_bytes());
    text(format!("the hexadecimal text of {label}"), digits.clone().into_bytes());
    text(format!("the hexadecimal text of {label}, in upper case"), digits.to_uppercase().into_bytes());
    if let Ok(given) = std::str::from_utf8(octets) {
        if let Some(decoded) = base64_decode(given.trim(), 1_024) {
            text(format!("what {label} is as base64"), decoded);
        }
        let trimmed = given.trim_end_matches(['\r', '\n']);
        if trimmed.len() < given.len() {
            text(format!("{label} without the line end behind it"), trimmed.as_bytes().to_vec());
        }
        if let Some(decoded) = of_digits(given.trim()) {
            text(format!("what {label} is in hexadecimal"), decoded);
        }
        let units: Vec<u8> = given.encode_utf16().flat_map(u16::to_le_bytes).collect();
        text(format!("{label} in UTF-16"), units);
        text(format!("{label} with a line feed behind it"), [octets, b"\n"].concat());
    }
    for method in [DigestMethod::Sha1, DigestMethod::Sha256] {
        let how = format!("the digest of {label} by {}", method.uri());
        text(how, Digest::of(method, octets).as_octets().to_vec());
    }
    for count in [16, 20, 24, 32] {
        if let Some(leading) = octets.get(..count).filter(|leading| leading.len() < octets.len()) {
            all.push((vec![Cause::LeadingOctets { count: count.to_string().into() }], leading.to_vec()));
        }
    }
    all
}

/// Other keys that a peer may derive for a `wsc:DerivedKeyToken`, from a secret that is `label`.
pub(super) fn derivations(token: Element<'_>, label: &str, secret: &Secret) -> Vec<(Cause, Secret)> {
    let Some(version) = SecureConversation::of(token, "DerivedKeyToken") else { return Vec::new() };
    let wsc = version.namespace().uri;
    let text = |local: &str| {
        let child = token.children().find(|child| child.is(wsc, local))?;
        child.text().ok().map(|text| text.trim().to_owned()).filter(|text| text.len() <= 256)
    };
    let number = |local: &str| text(local).and_then(|text| text.parse::<usize>().ok());
    let nonce_text = text("Nonce").unwrap_or_default();
    let nonce = base64_decode(&nonce_text, LONGEST).unwrap_or_default();
    let length = number("Length").filter(|length| (1..=LONGEST).contains(length)).unwrap_or(32);
    // A derivation computes everything before its offset: therefore the message must not choose how much that is.
    let generation = number("Generation").unwrap_or(0).min(FARTHEST);
    let offset = number("Offset").unwrap_or(generation.saturating_mul(length)).min(FARTHEST);
    let usual = LABEL.repeat(2);
    let own = text("Label").filter(|own| *own != usual && !own.is_empty());
    let mut all = Vec::new();
    let mut add = |how: String, label_text: &str, nonce: &[u8], offset: usize, length: usize| {
        let seed = [label_text.as_bytes(), nonce].concat();
        let cause = Cause::SecretOtherwise { how: format!("what is derived from {label} {how}").into() };
        all.push((cause, p_sha1(secret, &seed, offset, length)));
    };
    if let Some(own) = &own {
        add(format!("with the label {own:?} of the message"), own, &nonce, offset, length);
        add(format!("with the default label, while the message says {own:?}"), &usual, &nonce, offset, length);
    }
    add("with the label once in place of twice".to_owned(), LABEL, &nonce, offset, length);
    add("without a label".to_owned(), "", &nonce, offset, length);
    add("with the nonce as its base64 text".to_owned(), &usual, nonce_text.as_bytes(), offset, length);
    add("without the nonce".to_owned(), &usual, &[], offset, length);
    add(
        "with the nonce before the label".to_owned(),
        "",
        &[nonce.as_slice(), usual.as_bytes()].concat(),
        offset,
        length,
    );
    for other in [0, length, 16, 20, 24, 32, generation].into_iter().filter(|other| *other != offset) {
        add(format!("at offset {other} in place of {offset}"), &usual, &nonce, other, length);
    }
    for other in [16, 20, 24, 32, 64].into_iter().filter(|other| *other != length) {
        add(format!("with {other} octets in place of {length}"), &usual, &nonce, offset, other);
    }
    all
}

/// The one of these DerivedKeyTokens that a `ds:KeyInfo` names.
pub(super) fn named<'d>(key_info: Option<Element<'_>>, tokens: &[Element<'d>]) -> Option<Element<'d>> {
    let reference = key_info?.descendants_and_self().find(|inner| inner.is(name::WSSE.uri, "Reference"))?;
    let uri = reference.attribute("", "URI")?.into_owned();
    let id = uri.trim_start_matches('#').to_owned();
    tokens.iter().copied().find(|token| token.attribute(name::WSU.uri, "Id").is_some_and(|own| own == id))
}

#[cfg(test)]
mod tests {
    use wss_c14n::{Document, Limits};

    use super::*;

    #[test]
    fn texts_of_secrets_are_read_in_both_directions() {
        let count = |octets: &[u8]| spellings("x", octets).len();
        assert!(count(b"c2VjcmV0c2VjcmV0c2VjcmV0\n") > count(&[0xFF; 24]));
    }

    /// The numbers in a message decide neither how much memory nor how much time a derivation takes.
    #[test]
    fn numbers_of_the_message_are_bounded() {
        let wsc = SecureConversation::V1_3.namespace().uri;
        for (local, number) in [
            ("Generation", "1000000000000"),
            ("Generation", "18446744073709551615"),
            ("Offset", "18446744073709551615"),
            ("Length", "18446744073709551615"),
        ] {
            let xml =
                format!("<w:DerivedKeyToken xmlns:w=\"{wsc}\"><w:{local}>{number}</w:{local}></w:DerivedKeyToken>");
            let document = Document::parse(&xml, &Limits::default()).expect("well-formed");
            let derived = derivations(document.root(), "x", &Secret::new(vec![7; 32]));
            assert!(derived.len() > 8 && derived.iter().all(|(_, key)| key.len() <= LONGEST), "{local} {number}");
        }
    }
}
