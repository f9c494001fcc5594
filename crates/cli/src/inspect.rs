//! `wss inspect`: shows a Security header in readable form. Nothing is verified.

use std::fmt::Write as _;

use ws_security::attachments::Package;
use ws_security::c14n::{Budget, Document, Element, IdIndex, name};
use ws_security::text::escaped;

use crate::args::InspectArgs;
use crate::output::{self, Outcome, refused};

pub(crate) fn run(arguments: &InspectArgs) -> Outcome {
    let octets = output::read(&arguments.file.file)?;
    let package = output::package(&octets)?;
    let text = output::text(package.as_ref().map_or(&octets, |package| package.unauthenticated_envelope()))?;
    let document = Document::parse(text.as_str(), &output::limits()).map_err(refused)?;
    let mut out = String::from("Nothing below is verified: use `wss verify` for that.\n");
    let ids = match IdIndex::build(&document) {
        Ok(ids) => Some(ids),
        Err(error) => {
            line(&mut out, 0, &format!("! {error}"));
            None
        }
    };
    line(&mut out, 0, &format!("document element {}", document.root().name()));
    let budget = Budget::new(&output::limits(), text.len() as u64);
    let headers: Vec<Element<'_>> =
        document.elements().filter(|element| element.is(name::WSSE.uri, "Security")).collect();
    if headers.is_empty() {
        line(&mut out, 0, "no Security header");
    }
    for header in headers {
        line(&mut out, 0, &format!("Security header at {}", header.path()));
        for (attribute, value) in header.attributes() {
            line(&mut out, 1, &format!("{} = {value}", attribute.local));
        }
        for child in header.children() {
            describe(&mut out, child, ids.as_ref(), &budget);
        }
    }
    for data in document.elements().filter(|element| element.is(name::XENC.uri, "EncryptedData")) {
        let method = algorithm(data, "EncryptionMethod");
        let reference = data.descendants_and_self().find(|inner| inner.is(name::XENC.uri, "CipherReference"));
        let url = reference.and_then(|reference| reference.attribute("", "URI"));
        let what = url.map_or_else(|| data.path(), |url| url.into_owned());
        line(&mut out, 0, &format!("encrypted: {what} with {method}"));
    }
    for part in package.iter().flat_map(Package::attachments) {
        let octets = part.unauthenticated_content().map_err(refused)?.len();
        let id = part.content_id().unwrap_or("without a Content-ID");
        line(&mut out, 0, &format!("attachment: {id}, {octets} octets of {}", part.unauthenticated_type()));
    }
    output::write(arguments.file.output.as_ref(), out.as_bytes())
}

fn line(out: &mut String, depth: usize, text: &str) {
    let _infallible = writeln!(out, "{:indent$}{}", "", escaped(text), indent = 2 * depth);
}

fn algorithm(parent: Element<'_>, local: &str) -> String {
    let found = parent.children().find(|child| child.name().local == local);
    found.and_then(|child| child.attribute("", "Algorithm")).map_or("?".to_owned(), |uri| uri.into_owned())
}

fn shortened(text: &str) -> String {
    if text.chars().count() > 60 { text.chars().take(60).chain("…".chars()).collect() } else { text.to_owned() }
}

fn describe(out: &mut String, element: Element<'_>, ids: Option<&IdIndex<'_>>, budget: &Budget) {
    let element_name = element.name();
    line(
        out,
        1,
        &format!(
            "{}{}",
            element_name.local,
            ws_security::c14n::id_of(element).map_or(String::new(), |id| format!(" #{id}"))
        ),
    );
    match element_name.local {
        "Timestamp" | "UsernameToken" => {
            for child in element.children().filter(|child| child.name().local != "Password") {
                line(out, 2, &format!("{} {}", child.name().local, shortened(&child.text().unwrap_or_default())));
            }
        }
        "BinarySecurityToken" => match ws_security::tokens::X509Token::parse(element, budget) {
            Ok(token) => {
                line(out, 2, &format!("subject {}", token.certificate().subject()));
                line(out, 2, &format!("issuer {}", token.certificate().issuer()));
                line(out, 2, &format!("serial {}", token.certificate().serial_decimal()));
            }
            Err(error) => line(out, 2, &format!("! {error}")),
        },
        "Signature" => {
            let Some(signed_info) = element.children().next() else { return };
            line(out, 2, &format!("method {}", algorithm(signed_info, "SignatureMethod")));
            for reference in signed_info.children().filter(|child| child.name().local == "Reference") {
                let uri = reference.attribute("", "URI").unwrap_or_default();
                let target = uri.strip_prefix('#').and_then(|id| ids?.get(id));
                let otherwise = if uri.starts_with("cid:") { "an attachment" } else { "nothing" };
                let place = target.map_or(otherwise.to_owned(), Element::path);
                line(out, 2, &format!("covers {uri} = {place} with {}", algorithm(reference, "DigestMethod")));
            }
            key_info(out, element);
        }
        "EncryptedKey" => {
            line(out, 2, &format!("method {}", algorithm(element, "EncryptionMethod")));
            key_info(out, element);
            for list in element.children().filter(|child| child.name().local == "ReferenceList") {
                for reference in list.children() {
                    line(out, 2, &format!("opens {}", reference.attribute("", "URI").unwrap_or_default()));
                }
            }
        }
        _ => {}
    }
}

fn key_info(out: &mut String, element: Element<'_>) {
    for info in element.children().filter(|child| child.name().local == "KeyInfo") {
        for inner in info.descendants_and_self().skip(1) {
            match inner.name().local {
                "Reference" => {
                    line(out, 2, &format!("key by reference {}", inner.attribute("", "URI").unwrap_or_default()))
                }
                "KeyIdentifier" => {
                    let kind = inner.attribute("", "ValueType").unwrap_or_default();
                    line(out, 2, &format!("key by {kind} {}", shortened(&inner.text().unwrap_or_default())));
                }
                "X509IssuerName" => line(out, 2, &format!("key of issuer {}", inner.text().unwrap_or_default())),
                "X509SerialNumber" => line(out, 2, &format!("key with serial {}", inner.text().unwrap_or_default())),
                "KeyName" => line(out, 2, &format!("key named {}", shortened(&inner.text().unwrap_or_default()))),
                _ => {}
            }
        }
    }
}
