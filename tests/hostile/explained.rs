//! Shapes for explanations, which look for the cause of what nobody authenticated.

use std::sync::LazyLock;

use ws_security::c14n::base64_encode;

use super::{SWA, Shape, body, data, header, message, numbered, reference, signature, token, wrapped_key, x509};
use crate::der;

pub(crate) fn all() -> Vec<Shape> {
    [characters(), parts(), keys(), ciphertexts()].into_iter().flatten().collect()
}

fn characters() -> Vec<Shape> {
    shapes! {
        "explain: question marks" 50_000 |n| body(&"?".repeat(n));
        "explain: asterisks" 50_000 |n| body(&"*".repeat(n));
        "explain: quotation marks" 2_000 |n| body(&"<a>\"x\" 'y' - z</a>".repeat(n));
        "explain: escaped markup" 2_000 |n| body(&"<a>&lt;b/&gt;</a>".repeat(n));
        "explain: base64 of markup" 20_000 |n| body(&base64_encode("<b/>".repeat(n).as_bytes()));
        "explain: names in values" 2_000 |n| body(&numbered(n, |i| format!("<a>p{i}:x</a>")));
        "explain: question marks of an address" 25_000 |n| body(&format!("://{}", "?a".repeat(n)));
    }
}

/// Signatures that cover one part, with its header, as often as they may.
fn of_part(description: &str) -> Vec<u8> {
    let transform = format!("<d:Transform Algorithm='{SWA}Attachment-Complete-Signature-Transform'/>");
    let signature = signature(&reference("cid:a@b", &transform).repeat(64), "").repeat(8);
    let envelope = String::from_utf8(header(&signature)).expect("text");
    let head = "Content-Type: multipart/related; boundary=b\r\n\r\n";
    let part = format!("Content-ID: <a@b>\r\nContent-Type: a/b\r\nContent-Description: {description}");
    format!("{head}--b\r\nContent-Type: text/xml\r\n\r\n{envelope}\r\n--b\r\n{part}\r\n\r\nx\r\n--b--\r\n").into_bytes()
}

fn parts() -> Vec<Shape> {
    shapes! {
        "explain: beginnings of encoded words, often" 1_200 |n| of_part(&"=?x".repeat(n));
        "explain: encoded words of no charset, often" 400 |n| of_part(&format!("{}?=", "=?x?q?aa".repeat(n)));
    }
}

fn keys() -> Vec<Shape> {
    shapes! {
        "explain: the largest RSA keys" 2 |n| {
            let certificate = |i: usize| format!("<d:X509Certificate>{}</d:X509Certificate>", base64_encode(&der::with_large_key(i)));
            let tokens = numbered(14, |i| token("X509v3", &der::with_large_key(i)).replace("\"t\"", &format!("\"t{i}\"")));
            header(&format!("{tokens}{}", signature(&reference("#body", ""), &x509(&numbered(8, |i| certificate(14 + i)))).repeat(n)))
        };
        "explain: blocks of PSS" 2 |n| blocks_of_pss(n);
    }
}

/// Signatures whose value ends under each of these keys as blocks of PSS do: every digest is tried with every mask.
fn blocks_of_pss(signatures: usize) -> Vec<u8> {
    static KEYS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| (0..22).map(der::with_key_of_pss).collect());
    let (of_tokens, of_signatures) = KEYS.split_at(14);
    let tokens = numbered(14, |i| token("X509v3", &of_tokens[i]).replace("\"t\"", &format!("\"t{i}\"")));
    let certificates =
        numbered(8, |i| format!("<d:X509Certificate>{}</d:X509Certificate>", base64_encode(&of_signatures[i])));
    let signature = signature(&reference("#body", ""), &x509(&certificates));
    let value = base64_encode(&der::VALUE_OF_PSS);
    let signature = signature.replace(&base64_encode(&[7; 256]), &value);
    header(&format!("{tokens}{}", signature.repeat(signatures)))
}

fn list(count: usize) -> String {
    format!("<xenc:ReferenceList>{}</xenc:ReferenceList>", "<xenc:DataReference URI='#x'/>".repeat(count))
}

fn ciphertexts() -> Vec<Shape> {
    shapes! {
        "explain: references to ciphertext beside long lists" 2_000 |n| message("", &format!("{}{}", list(n).replace("xenc:", "x:"), signature(&reference("#d0", "").repeat(64), "")), &data("d0", "AAAA"));
        "explain: ciphertexts beside long lists" 2_000 |n| message("", &numbered(8, |i| wrapped_key(&list(n), &format!("k{i}"))), &numbered(64, |i| data(&format!("d{i}"), "AAAA")));
    }
}
