//! The outline of a message: its Security header as lines that a person compares with a specification. No key is needed, and
//! nothing in it is verified.

use std::fmt::Write as _;

use wss_c14n::{Document, Element, IdIndex, Limits, name};
use wss_soap::{Envelope, EnvelopeError};

/// The children of each Security header in order, with algorithms, references and the targets of these, a line each.
/// Algorithms and types are the last words of their identifiers.
///
/// # Errors
/// [`EnvelopeError`] if `message` is not a SOAP envelope, and for Ids that occur twice.
pub fn outline(message: &str) -> Result<String, EnvelopeError> {
    let document = Document::parse(message, &Limits::default())?;
    let envelope = Envelope::locate(&document)?;
    let ids = IdIndex::build(&document)?;
    let mut lines = String::new();
    for header in envelope.blocks().filter(|block| block.is(name::WSSE.uri, "Security")) {
        for child in header.children() {
            write_child(&mut lines, child, &ids, "");
        }
    }
    for data in envelope.body.children().filter(|child| child.is(name::XENC.uri, "EncryptedData")) {
        let (cipher, key) = (method(data, "EncryptionMethod"), key_of(data, &ids));
        // A String takes everything.
        let _written = writeln!(lines, "in the Body: EncryptedData {cipher}{key}");
    }
    Ok(lines)
}

fn write_child(lines: &mut String, element: Element<'_>, ids: &IdIndex<'_>, indent: &str) {
    let local = element.name().local;
    let rest = match local {
        "Timestamp" | "UsernameToken" => children_of(element),
        "BinarySecurityToken" => format!(" {}", last_word(&element.attribute("", "ValueType").unwrap_or_default())),
        "Signature" => {
            let signed = element.optional_child(name::DS.uri, "SignedInfo").ok().flatten();
            let methods = signed.map(|signed| {
                format!(" {} {}", method(signed, "SignatureMethod"), method(signed, "CanonicalizationMethod"))
            });
            format!("{}{}", methods.unwrap_or_default(), key_of(element, ids))
        }
        "EncryptedKey" | "EncryptedData" => {
            format!(" {}{}{}", method(element, "EncryptionMethod"), oaep(element), key_of(element, ids))
        }
        "DerivedKeyToken" => key_of(element, ids),
        _ => String::new(),
    };
    let _written = writeln!(lines, "{indent}{local}{rest}");
    if local == "Signature" {
        for reference in element.descendants_and_self().filter(|inner| inner.is(name::DS.uri, "Reference")) {
            let _written = writeln!(lines, "{indent}  {}", reference_line(reference, ids));
        }
    }
}

/// The target of a reference, its digest, and its transforms.
fn reference_line(reference: Element<'_>, ids: &IdIndex<'_>) -> String {
    let uri = reference.attribute("", "URI").unwrap_or_default();
    let covered = match uri.strip_prefix('#') {
        Some(id) => named(ids, id).map_or_else(|| "nothing".to_owned(), |element| element.name().local.to_owned()),
        None => uri.split(':').next().unwrap_or_default().to_owned(),
    };
    let transforms = reference.descendants_and_self().filter(|inner| inner.is(name::DS.uri, "Transform"));
    let transforms: Vec<String> =
        transforms.map(|transform| last_word(&transform.attribute("", "Algorithm").unwrap_or_default())).collect();
    format!("{covered} {} {}", method(reference, "DigestMethod"), transforms.join(" "))
}

fn named<'d>(ids: &IdIndex<'d>, id: &str) -> Option<Element<'d>> {
    ids.get(id)
}

/// The names of the children, with the type of a password.
fn children_of(element: Element<'_>) -> String {
    element.children().fold(String::new(), |mut all, child| {
        let kind = child.attribute("", "Type").map(|uri| format!(" ({})", last_word(&uri))).unwrap_or_default();
        let _written = write!(all, " {}{kind}", child.name().local);
        all
    })
}

/// The last word of the algorithm of a child or descendant.
fn method(element: Element<'_>, local: &str) -> String {
    let child = element.children().find(|child| child.name().local == local);
    child.map(|child| last_word(&child.attribute("", "Algorithm").unwrap_or_default())).unwrap_or_default()
}

/// The digests of OAEP, if they are written.
fn oaep(element: Element<'_>) -> String {
    let method = element.children().find(|child| child.name().local == "EncryptionMethod");
    method.into_iter().flat_map(Element::children).fold(String::new(), |mut all, child| {
        let _written = write!(all, " {}", last_word(&child.attribute("", "Algorithm").unwrap_or_default()));
        all
    })
}

/// The form of the reference to the key, and its target.
fn key_of(element: Element<'_>, ids: &IdIndex<'_>) -> String {
    let of = |local: &str| {
        let key_info =
            element.children().find(|child| matches!(child.name().local, "KeyInfo" | "SecurityTokenReference"));
        key_info.and_then(|info| info.descendants_and_self().find(|inner| inner.name().local == local))
    };
    let agreement = of("AgreementMethod").map(|agreement| {
        let derivation = agreement.children().find(|child| child.name().local == "KeyDerivationMethod");
        let of = |element: Element<'_>| last_word(&element.attribute("", "Algorithm").unwrap_or_default());
        format!(" {} {}", of(agreement), derivation.map(of).unwrap_or_default())
    });
    let agreement = agreement.unwrap_or_default();
    if let Some(reference) = of("Reference") {
        let uri = reference.attribute("", "URI").unwrap_or_default();
        let target = uri.strip_prefix('#').and_then(|id| named(ids, id));
        let target = target.map_or_else(|| "outside".to_owned(), |target| target.name().local.to_owned());
        return format!("{agreement} by Reference to {target}");
    }
    if let Some(identifier) = of("KeyIdentifier") {
        return format!(
            "{agreement} by KeyIdentifier {}",
            last_word(&identifier.attribute("", "ValueType").unwrap_or_default())
        );
    }
    ["X509IssuerSerial", "Embedded", "X509Certificate", "X509SKI", "KeyName", "KeyValue"]
        .into_iter()
        .find(|local| of(local).is_some())
        .map_or(agreement.clone(), |local| format!("{agreement} by {local}"))
}

/// The last word of a URI: what follows the last `#` or `/`.
fn last_word(uri: &str) -> String {
    let trimmed = uri.trim_end_matches('#');
    trimmed.rsplit(['#', '/']).next().unwrap_or_default().to_owned()
}
