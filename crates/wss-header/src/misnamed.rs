//! Says in words how a reference to a certificate departs from the form of the profile: in explanations, where the signature
//! value shows which certificate is meant, and in errors. No decision depends on it.
//!
//! X.509 Token Profile 1.1 §3.2: an identifier is the octets of the extension, a thumbprint the SHA-1 of the DER, both in
//! base64; a serial number is decimal (XML Signature §4.4.4).

use std::cell::LazyCell;

use wss_c14n::{Element, base64_decode, base64_encode};
use wss_crypto::{Certificate, Digest, DigestMethod, DistinguishedName, SerialNumber};
use wss_text::hex;
use wss_xmldsig::hexadecimal_octets;

/// The largest number of octets of an identifier.
const LONGEST: usize = 128;

/// The identifiers of a certificate in a `ds:KeyInfo`, read once for all certificates that it is compared with.
pub(crate) struct Description(Vec<Said>);

enum Said {
    Serial(IssuerSerial),
    /// The octets that an identifier may mean, with the spelling of each, and its text.
    Identifier(Vec<(Vec<u8>, &'static str)>, String),
}

impl Description {
    pub(crate) fn read(key_info: Element<'_>) -> Self {
        let said = key_info.descendants_and_self().take(32).filter_map(|inner| match inner.name().local {
            "X509IssuerSerial" => IssuerSerial::read(inner).map(Said::Serial),
            "KeyIdentifier" | "X509SKI" => {
                let text = inner.text_if_plain()?;
                let bare = text.trim();
                Some(Said::Identifier(readings(&text), bare.get(..LONGEST).unwrap_or(bare).to_owned()))
            }
            _ => None,
        });
        Self(said.collect())
    }

    /// The way in which it refers to this certificate, as in "by its SHA-256 thumbprint, in place of SHA-1"; `None` if
    /// in no usual way.
    pub(crate) fn how(&self, certificate: &Certificate) -> Option<String> {
        let identifiers = LazyCell::new(|| identifiers(certificate));
        self.0.iter().find_map(|said| match said {
            Said::Serial(serial) => serial.how(certificate),
            Said::Identifier(readings, text) => readings
                .iter()
                .find_map(|(octets, spelled)| {
                    let (_, what) = identifiers.iter().find(|(known, _)| known == octets)?;
                    Some(format!("by {what}{spelled}"))
                })
                .or_else(|| {
                    // Letters in one case stand for other octets, so that only the text can be compared.
                    let (_, what) = identifiers.iter().find(|(known, _)| is_in_one_case(text, known))?;
                    Some(format!(
                        "by {what}, in base64 whose letters were all put into one case, which loses the value"
                    ))
                }),
        })
    }
}

/// A `ds:X509IssuerSerial`.
struct IssuerSerial {
    name: Option<DistinguishedName>,
    /// The attributes of the name, sorted.
    attributes: Vec<String>,
    number: Option<SerialNumber>,
    /// The digits of the number if they are hexadecimal, without leading zeros.
    digits: String,
}

impl IssuerSerial {
    fn read(written: Element<'_>) -> Option<Self> {
        let text = |local: &str| {
            let child = written.children().find(|child| child.name().local == local)?;
            child.text_if_plain().map(|text| text.trim().to_owned())
        };
        let (name, number) = (text("X509IssuerName")?, text("X509SerialNumber")?);
        let digits = number.to_lowercase().replace([':', ' ', '-'], "");
        let digits = digits.strip_prefix("0x").unwrap_or(&digits).trim_start_matches('0').to_owned();
        let number = SerialNumber::parse(&number).ok();
        Some(Self { name: DistinguishedName::parse(&name).ok(), attributes: sorted(&name), number, digits })
    }

    fn how(&self, certificate: &Certificate) -> Option<String> {
        let is_same = |other: &DistinguishedName| self.name.as_ref() == Some(other);
        let is_issuer =
            || is_same(certificate.issuer()) || self.attributes == sorted(&certificate.issuer().to_string());
        if self.number.as_ref() != Some(certificate.serial()) {
            return self.serial_otherwise(certificate).filter(|_| is_issuer());
        }
        if is_same(certificate.issuer()) {
            return None;
        }
        Some(match () {
            () if is_same(certificate.subject()) => {
                "with the name of its subject in place of that of its issuer".into()
            }
            () if is_issuer() => "with the attributes of its issuer in another order".into(),
            () => format!("with another name of its issuer, which is {}", certificate.issuer()),
        })
    }

    fn serial_otherwise(&self, certificate: &Certificate) -> Option<String> {
        let decimal = certificate.serial_decimal();
        let octets = octets_of(&decimal);
        if !self.digits.is_empty() && self.digits == hex(&octets).trim_start_matches('0') {
            return Some(format!("with its serial number in hexadecimal digits: in decimal it is {decimal}"));
        }
        let number = self.number.as_ref()?;
        let is = |octets: &[u8]| SerialNumber::from_der_integer(octets).is_ok_and(|other| other == *number);
        if is(&octets) {
            return Some(format!("with its serial number as a negative one: it is {decimal}"));
        }
        let back: Vec<u8> = octets.iter().rev().copied().collect();
        (is(&back) || is(&[&[0], back.as_slice()].concat()))
            .then(|| format!("with the octets of its serial number in reverse order: it is {decimal}"))
    }
}

/// The attributes of a name, in an order that does not depend on how it is written.
fn sorted(name: &str) -> Vec<String> {
    let mut all: Vec<String> =
        name.split([',', '/']).map(|one| one.trim().replace(" = ", "=").to_lowercase()).collect();
    all.retain(|one| !one.is_empty());
    all.sort();
    all
}

/// A positive number in decimal as octets, without leading zeros; empty for a negative one.
fn octets_of(decimal: &str) -> Vec<u8> {
    let mut octets: Vec<u8> = Vec::new();
    for digit in decimal.bytes().take(64) {
        if !digit.is_ascii_digit() {
            return Vec::new();
        }
        let mut carry = u16::from(digit - b'0');
        for octet in octets.iter_mut().rev() {
            let value = u16::from(*octet) * 10 + carry;
            let [high, low] = value.to_be_bytes();
            (*octet, carry) = (low, u16::from(high));
        }
        if carry > 0 {
            octets.insert(0, carry.to_be_bytes()[1]);
        }
    }
    octets
}

/// The octets that the text of an identifier may mean, and the spelling of each.
fn readings(text: &str) -> Vec<(Vec<u8>, &'static str)> {
    let decoded = base64_decode(text, LONGEST);
    let digits = hexadecimal_octets(text);
    let inner = decoded.as_deref().and_then(|octets| std::str::from_utf8(octets).ok()).and_then(hexadecimal_octets);
    let url: String = text.trim().replace('-', "+").replace('_', "/").trim_end_matches('=').to_owned();
    let padding = "=".repeat((4 - url.len() % 4) % 4);
    let of_url = if decoded.is_none() { base64_decode(&format!("{url}{padding}"), LONGEST) } else { None };
    let reversed = decoded.as_ref().map(|octets| octets.iter().rev().copied().collect());
    let readings = [
        (of_url, " in the URL alphabet of base64, or without padding"),
        (reversed, " with its octets in reverse order"),
        (digits, " in hexadecimal digits, in place of base64"),
        (inner, " in base64 of its hexadecimal digits"),
        (decoded, ""),
    ];
    readings.into_iter().filter_map(|(octets, spelled)| Some((octets?, spelled))).collect()
}

/// Whether a text is the base64 of these octets but for the case of its letters, of which it has only one.
fn is_in_one_case(text: &str, octets: &[u8]) -> bool {
    let has = |of: fn(&char) -> bool| text.chars().any(|c| of(&c));
    let both = has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase);
    !both && text.eq_ignore_ascii_case(&base64_encode(octets))
}

/// The identifiers of a certificate, and their words.
fn identifiers(certificate: &Certificate) -> Vec<(Vec<u8>, &'static str)> {
    let sha1 = |octets: &[u8]| Digest::of(DigestMethod::Sha1, octets).as_octets().to_vec();
    let der = certificate.der();
    let mut all = Vec::new();
    if let Some(identifier) = certificate.subject_key_identifier() {
        all.push((identifier.to_vec(), "its subject key identifier"));
        let length = u8::try_from(identifier.len()).unwrap_or(u8::MAX);
        all.push((
            [&[4, length], identifier].concat(),
            "its subject key identifier with the two octets of DER in front of it, which do not belong to it",
        ));
    }
    all.push((certificate.computed_key_identifier(), "the SHA-1 of its public key"));
    let spki = certificate.public_key().spki();
    all.push((sha1(spki), "the SHA-1 of its SubjectPublicKeyInfo, in place of its subject key identifier"));
    let sha256 = Digest::of(DigestMethod::Sha256, spki).as_octets().to_vec();
    all.push((sha256, "the SHA-256 of its SubjectPublicKeyInfo, in place of its subject key identifier"));
    all.push((certificate.thumbprint_sha1(), "its SHA-1 thumbprint"));
    let sha256 = Digest::of(DigestMethod::Sha256, der).as_octets().to_vec();
    all.push((sha256, "its SHA-256 thumbprint, in place of SHA-1"));
    let digits = hex(&certificate.thumbprint_sha1());
    all.push((digits.to_uppercase().into_bytes(), "its SHA-1 thumbprint in hexadecimal digits"));
    all.push((sha1(digits.as_bytes()), "the SHA-1 of its SHA-1 thumbprint in hexadecimal digits"));
    let base64 = base64_encode(der);
    let lines: Vec<&str> = base64.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    all.push((sha1(base64.as_bytes()), "the SHA-1 of its base64, in place of its DER"));
    for end in ["\n", "\r\n"] {
        let pem = format!("-----BEGIN CERTIFICATE-----{end}{}{end}-----END CERTIFICATE-----", lines.join(end));
        all.push((sha1(pem.as_bytes()), "the SHA-1 of its PEM, in place of its DER"));
        all.push((sha1(format!("{pem}{end}").as_bytes()), "the SHA-1 of its PEM, in place of its DER"));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_is_read_as_octets() {
        assert_eq!(octets_of("4097"), [0x10, 1]);
        assert_eq!(octets_of("18446744073709551616"), [1, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(octets_of("-1"), [0_u8; 0]);
    }
}
