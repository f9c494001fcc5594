//! Certificates that a message brings in PEM, with its lines BEGIN and END, where base64 of DER belongs.

use wss_c14n::{Budget, Element, LeafError, Limit};
use wss_crypto::certificate_in_pem;

/// How PEM begins.
const BEGIN: &str = "-----BEGIN";
/// The beginning of that line in base64, as far as it does not depend on what follows.
const BEGIN_IN_BASE64: &str = "LS0tLS1CRUdJ";

/// The number of characters of both lines, without white space.
const ARMOUR: usize = 50;

/// Whether the text of an element begins as PEM does, or as base64 of PEM.
#[must_use]
pub fn is_in_pem(element: Element<'_>) -> bool {
    let Ok(text) = element.text() else { return false };
    let begins = |start: &str| start.chars().eq(text.chars().filter(|c| !c.is_ascii_whitespace()).take(start.len()));
    begins(BEGIN) || begins(BEGIN_IN_BASE64)
}

/// The octets of an element that holds a certificate, or several: those of its base64; for PEM or base64 of PEM, those
/// of its one certificate. `None` for PEM that is something else.
///
/// # Errors
/// [`LeafError`].
pub fn certificate_octets(element: Element<'_>, budget: &Budget) -> Result<Option<Vec<u8>>, LeafError> {
    if !is_in_pem(element) {
        return element.base64_within(budget.limits(), Limit::CertificateOctets).map(Some);
    }
    let written = element.text()?;
    // Four characters of base64 are three octets.
    let characters = written.bytes().filter(|octet| !octet.is_ascii_whitespace()).count();
    budget.check(Limit::CertificateOctets, characters.saturating_sub(ARMOUR) / 4 * 3)?;
    let armour = match written.trim_start().starts_with(BEGIN) {
        true => written.into_owned(),
        false => {
            let octets = element.base64_within(budget.limits(), Limit::CertificateOctets)?;
            let Ok(text) = String::from_utf8(octets) else { return Ok(None) };
            text
        }
    };
    Ok(certificate_in_pem(&armour))
}
