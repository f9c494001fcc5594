//! Input that is no XML: the kind of input that it is, and what to do.

use ws_security::attachments::Package;
use ws_security::c14n::base64_decode;
use ws_security::text::Slice as _;

/// Why octets are not a document, if their start shows it; `None` if they may be one.
#[must_use]
pub fn hint(octets: &[u8]) -> Option<String> {
    if let Some(why) = of_binary(octets) {
        return Some(why.to_owned());
    }
    // UTF-16 and UTF-32, and all other octets that are no text.
    if matches!(octets, [0xFE | 0xFF, ..] | [0, ..] | [_, 0, ..]) {
        return None;
    }
    let text = octets.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(octets);
    let start = text.trim_ascii_start();
    let head = start.slice(..start.len().min(64));
    let lower = head.to_ascii_lowercase();
    let told = |why: &str| Some(why.to_owned());
    if start.is_empty() {
        return told("there is no message: the input is empty");
    }
    if start.starts_with(b"<?xml") && start.len() < text.len() {
        return told("there is white space before the XML declaration, which must come first: remove it");
    }
    if is_html(&lower) || is_html(&behind_declaration(start).to_ascii_lowercase()) {
        return told("it is an HTML page, as a proxy or a service answers with an error: look at the page itself");
    }
    if head.starts_with(b"<") {
        return None;
    }
    if let Some(why) = of_other_text(head, &lower) {
        return told(why);
    }
    if let Some((name, _)) = field_of_form(start) {
        return Some(format!(
            "it is a form, whose field {name:?} has XML: decode that field, and give its value alone"
        ));
    }
    if let Some(why) = of_escaped_text(head) {
        return told(why);
    }
    // Base64 has no colon, as a header has, so that a package is not decoded in vain.
    if Package::is_one(octets) {
        return None;
    }
    if is_base64_of_xml(start) {
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

/// Compressed and binary forms, by their first octets.
fn of_binary(octets: &[u8]) -> Option<&'static str> {
    Some(match octets {
        [0x1F, 0x8B, ..] => "it is compressed by gzip: decompress it first, as with `gzip -dc`",
        [b'P', b'K', 3, 4, ..] => "it is a ZIP archive: give the message inside",
        [0x78, 0x01 | 0x5E | 0x9C | 0xDA, ..] => {
            "it is compressed by deflate (zlib), as with Content-Encoding: deflate: decompress it first"
        }
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "it is compressed by Zstandard: decompress it first, as with `zstd -dc`",
        [0xE0, 0, 0, 1, ..] => "it is Fast Infoset, and no XML: have the peer send text/xml",
        [b'$', b'E', b'X', b'I', ..] => "it is EXI, and no XML: have the peer send text/xml",
        [b'V', 0x02 | 0x08, ..] => {
            "it is binary XML of .NET (application/soap+msbin1): have the peer use a text encoding"
        }
        // A SEQUENCE in DER or BER.
        [0x30, 0x80..=0x84, ..] => "it is DER, as of S/MIME, a certificate or a key: give the XML of the message",
        [0, 0, 0xFE, 0xFF, ..] | [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0, b'<', ..] | [b'<', 0, 0, 0, ..] => {
            "it is UTF-32, which is not read: have the peer send UTF-8"
        }
        _ => return None,
    })
}

/// Text of another kind, and XML that was escaped for a URL. `lower` is `head` in small letters.
fn of_other_text(head: &[u8], lower: &[u8]) -> Option<&'static str> {
    Some(match head {
        _ if [&b"HTTP/"[..], b"POST ", b"GET ", b"PUT "].iter().any(|verb| head.starts_with(verb)) => {
            "it starts with the line of HTTP: remove that line, and for a message without attachments all headers"
        }
        _ if lower.starts_with(b"-----begin") => "it is PEM, as of a certificate or a key: give the XML of the message",
        [b'-', b'-', ..] => {
            "it is the body of a MIME message without its header: put `Content-Type:` of the HTTP header and an empty line in front"
        }
        _ if lower.starts_with(b"%3c") => {
            "it is XML that was escaped for a URL or a form: replace %3C by < and the like first"
        }
        _ => return None,
    })
}

/// XML inside text of another kind, and JSON.
fn of_escaped_text(head: &[u8]) -> Option<&'static str> {
    Some(match head {
        _ if head.starts_with(b"&lt;") => "it is XML that was escaped once more: replace &lt; by < and the like first",
        _ if head.starts_with(b"\"<") || head.starts_with(b"\"\\u003c") => {
            "it is XML in a string of JSON or of a program: give the XML without quotation marks and escapes"
        }
        [b'{' | b'[', ..] => "it is JSON: give the XML of the message",
        _ => return None,
    })
}

fn is_base64_of_xml(start: &[u8]) -> bool {
    let base64 = Some(start).filter(|start| start.len() < 1 << 20).and_then(|start| std::str::from_utf8(start).ok());
    let inside = base64.and_then(|text| base64_decode(text, 1 << 20));
    inside.is_some_and(|inside| inside.trim_ascii_start().starts_with(b"<"))
}

/// Whether it begins as a page does, which need not have all its tags.
fn is_html(lower: &[u8]) -> bool {
    let tags = [&b"<html"[..], b"<!doctype html", b"<head>", b"<title>", b"<body>", b"<h1>", b"<center>", b"<pre>"];
    tags.into_iter().any(|tag| lower.starts_with(tag))
}

/// The first octets of what is behind an XML declaration and comments.
fn behind_declaration(start: &[u8]) -> &[u8] {
    let head = start.slice(..start.len().min(1_024));
    let end = head.windows(2).position(|at| at == b"?>").filter(|_| head.starts_with(b"<?xml"));
    let rest = end.map_or(&[][..], |end| head.slice(end + 2..)).trim_ascii_start();
    rest.slice(..rest.len().min(64))
}

/// The name of a form's first field, and its value, if that is XML.
fn field_of_form(start: &[u8]) -> Option<(&str, &[u8])> {
    let at = start.iter().take(64).position(|octet| *octet == b'=')?;
    let (name, value) = (std::str::from_utf8(start.slice(..at)).ok()?, start.slice(at + 1..));
    let is_name =
        !name.is_empty() && name.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"_-.".contains(&octet));
    let is_xml = value.starts_with(b"%3C") || value.starts_with(b"%3c") || value.starts_with(b"<");
    (is_name && is_xml).then_some((name, value))
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
            (b"<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\"><html/>", "HTML"),
            (b"<h1>502 Bad Gateway</h1>", "HTML"),
            (b"\x78\x9C\x4B\x04\x00", "deflate"),
            (b"\x28\xB5\x2F\xFD\x00", "Zstandard"),
            (b"\xE0\x00\x00\x01", "Fast Infoset"),
            (b"V\x02\x0B\x01s\x04", "binary XML"),
            (b"\x30\x82\x01\x0A", "DER"),
            (b"\xFF\xFE\0\0<\0\0\0", "UTF-32"),
            (b"-----BEGIN CERTIFICATE-----", "PEM"),
            (b"%3Ca%2F%3E", "URL"),
            (b"SOAPMessage=%3Ca%2F%3E", "whose field"),
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
