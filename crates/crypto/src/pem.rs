//! PEM to DER: the sections of a file (RFC 7468). Explanatory text around them is ignored.
//!
//! A section that cannot be read is an error, and is not skipped: without a list of revoked certificates, a revoked
//! certificate is accepted.

use rustls_pki_types::pem::{PemObject as _, SectionKind};
use wss_text::Slice as _;

use crate::der;
use crate::error::LoadError;
use crate::file_kind::Wanted;

/// A section: the lines between a `BEGIN` line and its `END` line.
pub(crate) struct Section<'o> {
    pub(crate) label: &'o str,
    /// Lines such as `DEK-Info: …` of keys that OpenSSL encrypts in its own way (RFC 1421 §4.4).
    pub(crate) headers: Vec<&'o str>,
    /// The number of the `BEGIN` line, counted from 1.
    line: usize,
    body: Vec<&'o str>,
    /// The octets with the `BEGIN` and `END` lines.
    octets: &'o [u8],
}

pub(crate) fn is_pem(octets: &[u8]) -> bool {
    octets.windows(11).any(|window| window == b"-----BEGIN ")
}

/// Every section of a PEM file, whatever its label.
///
/// # Errors
/// [`LoadError::Pem`].
pub(crate) fn sections(octets: &[u8]) -> Result<Vec<Section<'_>>, LoadError> {
    let octets = octets.strip_prefix("\u{feff}".as_bytes()).unwrap_or(octets);
    let mut sections = Vec::new();
    let mut open: Option<(Section<'_>, usize)> = None;
    let mut at = 0;
    let mut number = 1;
    for with_end in octets.split_inclusive(|octet| *octet == b'\n' || *octet == b'\r') {
        let line_number = number;
        let refused = |why| LoadError::Pem { line: line_number, why };
        let from = at;
        at += with_end.len();
        number += usize::from(with_end.ends_with(b"\n"));
        let line = with_end.trim_ascii_end();
        match (open.take(), boundary(line)) {
            (None, Boundary::Begin(label)) => {
                let (headers, body) = (Vec::new(), Vec::new());
                open = Some((Section { label, headers, line: line_number, body, octets: &[] }, from));
            }
            (None, Boundary::None) if line.iter().any(|octet| is_control(*octet)) => {
                return Err(refused("which is no text"));
            }
            (None, Boundary::None) => {}
            (None, Boundary::End(_)) => return Err(refused("an END line without its BEGIN line")),
            (Some((section, start)), Boundary::End(label)) if label == section.label => {
                sections.push(Section { octets: octets.slice(start..at), ..section });
            }
            (Some(_), Boundary::End(_)) => return Err(refused("the END line of another section")),
            (Some(_), Boundary::Begin(_)) => return Err(refused("a BEGIN line inside a section")),
            (_, Boundary::Broken) => return Err(refused("which is no whole BEGIN or END line")),
            (Some((mut section, start)), Boundary::None) => {
                let line = std::str::from_utf8(line).map_err(|_| refused("which is no base64"))?;
                if line.contains(':') {
                    section.headers.push(line.trim())
                } else {
                    section.body.push(line.trim())
                }
                open = Some((section, start));
            }
        }
    }
    match open {
        Some((section, _)) => Err(LoadError::Pem { line: section.line, why: "a BEGIN line without its END line" }),
        None => Ok(sections),
    }
}

/// The meaning of a line for the division into sections.
enum Boundary<'o> {
    Begin(&'o str),
    End(&'o str),
    /// A line that is meant as the limit of a section, and is not written as one.
    Broken,
    None,
}

fn boundary(line: &[u8]) -> Boundary<'_> {
    let label = |start: &[u8]| std::str::from_utf8(line.strip_prefix(start)?.strip_suffix(b"-----")?).ok();
    let whole = |label: &str| !label.contains("--");
    if let Some(label) = label(b"-----BEGIN ").filter(|label| whole(label)) {
        return Boundary::Begin(label);
    }
    if let Some(label) = label(b"-----END ").filter(|label| whole(label)) {
        return Boundary::End(label);
    }
    let has = |word: &[u8]| line.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word));
    if has(b"-BEGIN ") || has(b"-END ") { Boundary::Broken } else { Boundary::None }
}

/// Whether an octet occurs in no text: DER has such octets.
fn is_control(octet: u8) -> bool {
    octet < b' ' && !octet.is_ascii_whitespace()
}

impl Section<'_> {
    /// The octets of its base64.
    ///
    /// # Errors
    /// [`LoadError::Pem`].
    pub(crate) fn der(&self) -> Result<Vec<u8>, LoadError> {
        let refused = || LoadError::Pem { line: self.line, why: "whose section is no base64" };
        if self.headers.is_empty() && SectionKind::try_from(self.label.as_bytes()).is_ok() {
            // Keys are decoded in constant time.
            let decoded = <(SectionKind, Vec<u8>)>::pem_slice_iter(self.octets).next();
            return decoded.and_then(Result::ok).map(|(_, der)| der).ok_or_else(refused);
        }
        let engine = &base64::engine::general_purpose::STANDARD;
        base64::Engine::decode(engine, self.body.concat()).map_err(|_| refused())
    }

    /// The DER of a certificate, if it is one: `TRUSTED CERTIFICATE` and `X509 CERTIFICATE` of OpenSSL included.
    pub(crate) fn certificate(&self) -> Option<Result<Vec<u8>, LoadError>> {
        match self.label {
            "CERTIFICATE" | "X509 CERTIFICATE" => Some(self.der()),
            // OpenSSL's settings of trust follow the certificate.
            "TRUSTED CERTIFICATE" => Some(self.der().map(first_element)),
            _ => None,
        }
    }

    /// Refuses a section of the wanted kind whose label is not that of RFC 7468.
    pub(crate) fn expect_other(&self, word: &str) -> Result<(), LoadError> {
        match self.label.to_ascii_uppercase().ends_with(word) && self.label != "ATTRIBUTE CERTIFICATE" {
            true => Err(LoadError::Pem { line: self.line, why: "whose label is not one of RFC 7468" }),
            false => Ok(()),
        }
    }
}

/// The DER of the one certificate in a text in PEM that holds nothing else, even if its line ends were changed on the
/// way.
#[must_use]
pub fn certificate_in_pem(text: &str) -> Option<Vec<u8>> {
    let inside = text.trim().strip_prefix("-----BEGIN CERTIFICATE-----")?.strip_suffix("-----END CERTIFICATE-----")?;
    let base64: String = inside.split_ascii_whitespace().collect();
    base64::Engine::decode(&base64::engine::general_purpose::STANDARD, base64).ok()
}

/// The certificates of a PEM file; a DER file unchanged.
pub(crate) fn certificates(octets: &[u8]) -> Result<Vec<Vec<u8>>, LoadError> {
    ders(octets, Wanted::Certificate, "CERTIFICATE", |section| section.certificate())
}

/// The revocation lists of a PEM file; a DER file unchanged.
pub(crate) fn revocation_lists(octets: &[u8]) -> Result<Vec<Vec<u8>>, LoadError> {
    ders(octets, Wanted::RevocationList, "CRL", |section| (section.label == "X509 CRL").then(|| section.der()))
}

/// The DER of every section that `der` reads; a DER file unchanged. A label that ends in `word` and is not read is refused.
fn ders(
    octets: &[u8],
    wanted: Wanted,
    word: &str,
    der: impl Fn(&Section<'_>) -> Option<Result<Vec<u8>, LoadError>>,
) -> Result<Vec<Vec<u8>>, LoadError> {
    if !is_pem(octets) {
        return Ok(vec![octets.to_vec()]);
    }
    let mut found = Vec::new();
    for section in sections(octets)? {
        match der(&section) {
            Some(der) => found.push(der?),
            None => section.expect_other(word)?,
        }
    }
    if found.is_empty() { Err(LoadError::NotFound { wanted }) } else { Ok(found) }
}

fn first_element(octets: Vec<u8>) -> Vec<u8> {
    der::Reader::new(&octets).next_whole().map(<[u8]>::to_vec).unwrap_or(octets)
}
