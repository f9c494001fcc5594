//! Input that is no XML: the kind of input that it is, and what to do.

use ws_security::attachments::Package;
use ws_security::c14n::base64_decode;
use ws_security::text::Slice as _;

/// Why octets are not a document, if their start shows it; `None` if they may be one.
#[must_use]
pub fn hint(octets: &[u8]) -> Option<String> {
    let text = octets.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(octets);
    let start = text.trim_ascii_start();
    let head = start.slice(..start.len().min(64));
    let told = |why: &str| Some(why.to_owned());
    match octets {
        [0x1F, 0x8B, ..] => return told("it is compressed by gzip: decompress it first, as with `gzip -dc`"),
        [b'P', b'K', 3, 4, ..] => return told("it is a ZIP archive: give the message inside"),
        // UTF-16 and UTF-32, and all other octets that are no text.
        [0xFE | 0xFF, ..] | [0, ..] | [_, 0, ..] => return None,
        _ => {}
    }
    if start.is_empty() {
        return told("there is no message: the input is empty");
    }
    if start.starts_with(b"<?xml") && start.len() < text.len() {
        return told("there is white space before the XML declaration, which must come first: remove it");
    }
    let lower = head.to_ascii_lowercase();
    if lower.starts_with(b"<html") || lower.starts_with(b"<!doctype html") {
        return told("it is an HTML page, as a proxy or a service answers with an error: look at the page itself");
    }
    if head.starts_with(b"<") {
        return None;
    }
    if head.starts_with(b"HTTP/") || [&b"POST "[..], b"GET ", b"PUT "].iter().any(|verb| head.starts_with(verb)) {
        return told(
            "it starts with the line of HTTP: remove that line, and for a message without attachments all headers",
        );
    }
    if head.starts_with(b"--") {
        return told(
            "it is the body of a MIME message without its header: put `Content-Type:` of the HTTP header and an empty line in front",
        );
    }
    if head.starts_with(b"&lt;") {
        return told("it is XML that was escaped once more: replace &lt; by < and the like first");
    }
    if head.starts_with(b"\"<") || head.starts_with(b"\"\\u003c") {
        return told("it is XML in a string of JSON or of a program: give the XML without quotation marks and escapes");
    }
    if head.starts_with(b"{") || head.starts_with(b"[") {
        return told("it is JSON: give the XML of the message");
    }
    // Base64 has no colon, as a header has, so that a package is not decoded in vain.
    if Package::is_one(octets) {
        return None;
    }
    let base64 = Some(start).filter(|start| start.len() < 1 << 20).and_then(|start| std::str::from_utf8(start).ok());
    if base64
        .and_then(|text| base64_decode(text, 1 << 20))
        .is_some_and(|inside| inside.trim_ascii_start().starts_with(b"<"))
    {
        return told("it is XML in base64: decode it first, as with `base64 -d`");
    }
    let first = char::from(*head.first()?);
    let is_declared = text.windows(5).take(4_096).any(|at| at == b"<?xml");
    match (first.is_ascii_graphic(), is_declared) {
        (true, true) => told("there is text before the XML declaration, as of a log: remove it"),
        (true, false) => Some(format!("it starts with {first:?}, and XML starts with <: give the message alone")),
        (false, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::hint;

    #[test]
    fn what_is_no_xml_is_named_and_the_rest_is_left_to_the_parser() {
        for (octets, words) in [
            (&b"\x1F\x8B\x08\x00"[..], "gzip"),
            (b"", "empty"),
            (b" \r\n", "empty"),
            (b"\n<?xml version='1.0'?><a/>", "white space before the XML declaration"),
            (b"<!DOCTYPE HTML><html>", "HTML"),
            (b"HTTP/1.1 200 OK\r\n\r\n<a/>", "HTTP"),
            (b"--x\nContent-Type: text/xml\n\n<a/>\n--x--", "MIME"),
            (b"&lt;a/&gt;", "escaped"),
            (b"\"<a/>\"", "string"),
            (b"{\"a\": 1}", "JSON"),
            (b"PGE+PC9hPg==", "base64"),
            (b"12:00 INFO <?xml version='1.0'?><a/>", "log"),
            (b"plain", "starts with"),
        ] {
            let told = hint(octets).unwrap_or_default();
            assert!(told.contains(words), "{words}: {told}");
        }
        for octets in [&b"<a/>"[..], b"\xEF\xBB\xBF<a/>", b" <a/>", b"\xFF\xFE<\0", b"<\0a\0", b"\xE9"] {
            assert_eq!(hint(octets), None, "{octets:?}");
        }
    }
}
