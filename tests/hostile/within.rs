//! Shapes of two lists, one of which could be gone through for each member of the other, and of a long text that many name.

use super::{Shape, header, message, numbered, signature};

pub(crate) fn all() -> Vec<Shape> {
    [signed(), ciphertexts(), attachments(), links()].into_iter().flatten().collect()
}

const STR: &str = "e:SecurityTokenReference";

fn lists(count: usize, uri: &str) -> String {
    format!("<x:ReferenceList><x:DataReference URI='{uri}'/></x:ReferenceList>").repeat(count)
}

/// EncryptedData whose KeyInfo has this content.
fn data_under(key_info: &str) -> String {
    super::data("d", "AAAA").replace("<x:CipherData>", &format!("<d:KeyInfo>{key_info}</d:KeyInfo><x:CipherData>"))
}

/// A signature of many references.
fn references(count: usize, uri: &str) -> String {
    signature(&format!("<d:Reference URI='{uri}'/>").repeat(count), "")
}

fn token_references(count: usize) -> String {
    format!("<{STR}><e:Reference URI='#t'/></{STR}>").repeat(count)
}

fn signed() -> Vec<Shape> {
    shapes! {
        "within: references to a Body of many children" 1_500 |n| message("", &references(n, "#body"), &"<n:a/>".repeat(n));
        "within: references to a reference of many children" 1_500 |n| header(&format!("<{STR} u:Id='r'>{}</{STR}>{}", "<n:a/>".repeat(n), references(n, "#r")));
        "within: references to an embedded token among many" 1_500 |n| header(&format!("<{STR} u:Id='r'><e:Embedded>{}</e:Embedded></{STR}>{}", "<n:a/>".repeat(n), references(n, "#r")));
        "within: references beside Ids of many character references" 1_000 |n| message("", &references(n, "#body"), &numbered(9, |i| format!("<n:a u:Id='b{}{i}'/>", "&#98;".repeat(n))));
        "within: embedded references inside one another" 1_000 |n| header(&format!("{}{}{}", format!("<{STR}><e:Embedded><n:a>").repeat(28), "<n:a/>".repeat(n), format!("</n:a></e:Embedded></{STR}>").repeat(28)));
    }
}

fn ciphertexts() -> Vec<Shape> {
    shapes! {
        "within: lists of data with a long name of its key" 1_000 |n| message("", &lists(n, "#d"), &data_under(&format!("<{STR}><e:KeyIdentifier>{}</e:KeyIdentifier></{STR}>", "AAAA".repeat(20 * n))));
        "within: lists of data with many children" 1_500 |n| message("", &lists(n, "#d"), &data_under("").replace("<d:KeyInfo></d:KeyInfo>", &"<n:a/>".repeat(n)));
        "within: lists of an encrypted header with many children" 1_500 |n| message(&format!("<f:EncryptedHeader u:Id='h'>{}</f:EncryptedHeader>", "<n:a/>".repeat(n)), &lists(n, "#h"), "");
        "within: token references in data of many lists" 1_500 |n| message("", &format!("<e:BinarySecurityToken u:Id='t'/>{}", lists(n, "#d")), &data_under(&token_references(n)));
    }
}

fn attachments() -> Vec<Shape> {
    shapes! {
        "within: references to attachments beside ciphertexts" 2_000 |n| {
            let cipher = |i: usize| format!("<x:EncryptedData><x:CipherData><x:CipherReference URI='cid:{i:09}@b'/></x:CipherData></x:EncryptedData>");
            let package = super::recent::included("", &format!("{}{}", numbered(n, cipher), references(n, "cid:aaaaaaaaa@b")), "x", "text/xml");
            String::from_utf8(package).expect("text").replace("<a@b>", "<aaaaaaaaa@b>").into_bytes()
        };
    }
}

/// As many links as the limits allow, in a message of which no index of Ids can be made.
fn links() -> Vec<Shape> {
    shapes! {
        "within: links beside an Id of two elements" 8 |n| {
            let list = format!("<x:ReferenceList>{}</x:ReferenceList>", "<x:DataReference URI='#r'/>".repeat(60)).repeat(n);
            let others = numbered(7, |i| format!("<e:Security s:actor='urn:{i}'>{list}</e:Security>"));
            message(&others, &list, &format!("<n:a u:Id='two'/><n:a u:Id='two'/>{}", "<n:a u:Id='a'/>".repeat(500 * n)))
        };
    }
}
