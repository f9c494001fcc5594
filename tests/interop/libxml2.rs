//! libxml2 (through lxml) beside our reader and canonicaliser, over random and mutated documents.
//!
//! Both accept or both refuse, and canonical forms are the same octets. What may differ is listed in
//! [`explained`], with its reason.

use ws_security::c14n::{
    Budget, Canonicalization, CanonicalizationMethod, Document, Limits, ParseError, Subset, base64_decode,
    base64_encode,
};

use crate::driver::Driver;
use crate::peer;
use crate::random::Random;

pub(crate) fn element(random: &mut Random, depth: usize, out: &mut String) {
    let name = random.pick(&["a", "b", "p:x", "q:y", "ünï", "a.b-c_d"]);
    out.push('<');
    out.push_str(name);
    let mut seen: Vec<&str> = Vec::new();
    for _ in 0..random.below(4) {
        let attribute = random.pick(&["z", "y", "p:w", "q:v", "xml:lang", "xml:space", "xmlns:p", "xmlns:q", "xmlns"]);
        if !seen.contains(&attribute) {
            seen.push(attribute);
            let value = if attribute.starts_with("xmlns") {
                // Left out: names that are no URIs, which libxml2 refuses; `&`, which it writes unescaped in canonical form.
                random.pick(&["urn:1", "urn:2", "http://x.example/a", "urn:3"])
            } else if attribute == "xml:space" {
                "preserve"
            } else {
                random.pick(&["", "1", "a&lt;b", "&#9;\t&#xA;\n", "é>'", "&amp;&quot;", "&#x10348;", "a  b"])
            };
            let (before, quote) = (random.pick(&[" ", "\n", "  "]), random.pick(&["\"", "'"]));
            let value = if quote == "'" { value.replace('\'', "&apos;") } else { value.to_owned() };
            out.push_str(&format!("{before}{attribute}{}{quote}{value}{quote}", random.pick(&["=", " = "])));
        }
    }
    if depth == 0 && random.below(2) == 0 {
        out.push_str(random.pick(&["/>", " />"]));
        return;
    }
    out.push('>');
    for _ in 0..random.below(5) {
        match random.below(4) {
            0 if depth > 0 => element(random, depth - 1, out),
            1 => out.push_str(random.pick(&["<!-- c -->", "<?pi  d?>", "<?pi?>", "<![CDATA[<&>]]>", "<!--\r\n-->"])),
            _ => out.push_str(random.pick(&[
                "x",
                "&amp;",
                "&#xD;",
                "\r\n",
                "\r",
                ">",
                "é\u{10348}",
                "&#x41;",
                "\t ",
                "]]",
            ])),
        }
    }
    out.push_str(&format!("</{name}{}>", random.pick(&["", " ", "\n"])));
}

fn document(random: &mut Random) -> String {
    let mut out = random
        .pick(&["", "<?xml version=\"1.0\"?>", "<?xml version='1.0' encoding='UTF-8'?>\n", "<!-- c -->"])
        .to_owned();
    out.push_str("<r xmlns:p=\"urn:p\" xmlns:q=\"urn:q\">");
    element(random, 4, &mut out);
    out.push_str(random.pick(&["</r>", "</r>\n<?end?>", "</r><!-- d -->"]));
    out
}

fn mutate(random: &mut Random, octets: &mut Vec<u8>) {
    for _ in 0..=random.below(2) {
        let at = random.below(octets.len());
        match random.below(4) {
            0 => octets[at] = random.below(256) as u8,
            1 => {
                octets.remove(at);
            }
            2 => octets.insert(at, *b"<>&\"'/=: \r\n\t]-?!;#x".get(random.below(19)).expect("one of them")),
            _ => octets.truncate(at.max(1)),
        }
    }
}

/// Why libxml2 reads a document otherwise.
fn explained(octets: &[u8], ours: Option<&ParseError>, theirs: &str) -> Option<&'static str> {
    let text = String::from_utf8_lossy(octets);
    match ours {
        None if theirs.contains("is not a valid URI") => Some("libxml2 refuses namespace names that are no URIs"),
        Some(ParseError::Dtd { .. }) => Some("a DTD, which is always refused here"),
        Some(ParseError::Encoding { .. }) => Some("an encoding other than UTF-8"),
        _ if text.contains("version") && !text.contains("version=\"1.0\"") && !text.contains("version='1.0'") => {
            Some("libxml2 reads documents of other versions of XML")
        }
        _ if text.contains("encoding") && !text.to_ascii_lowercase().contains("encoding='utf-8'") => {
            Some("libxml2 knows more encodings, and more spellings of this one")
        }
        _ if text.contains("xml:space=") && !text.contains("xml:space=\"preserve\"") => {
            Some("libxml2 judges the value of xml:space")
        }
        _ => None,
    }
}

#[test]
fn documents_are_read_and_canonicalised_alike() {
    if !peer::wanted() {
        return;
    }
    let mut libxml2 = Driver::python("libxml2.py");
    let mut random = Random(42);
    let (mut both, mut neither, mut differing) = (0, 0, 0);
    let mut wrong = Vec::new();
    for round in 0..6_000 {
        let mut octets = document(&mut random).into_bytes();
        if round % 2 == 1 {
            mutate(&mut random, &mut octets);
        }
        let line = libxml2.line(&base64_encode(&octets));
        let theirs: Vec<&str> = line.split_whitespace().collect();
        let shown = || String::from_utf8_lossy(&octets).into_owned();
        match (Document::parse_octets(&octets, &Limits::default()), theirs[0]) {
            (Err(_), "ERR") => neither += 1,
            (Ok(document), "OK") => {
                both += 1;
                let methods =
                    [CanonicalizationMethod::ExclusiveWithComments, CanonicalizationMethod::InclusiveWithComments];
                for (method, found) in methods.into_iter().zip(&theirs[1..]) {
                    let ours = Canonicalization::new(method)
                        .to_octets(&Subset::document(&document), &Budget::dangerous_unbounded())
                        .ok();
                    let found = if *found == "-" { None } else { base64_decode(found, usize::MAX / 2) };
                    if ours != found && explained(&octets, None, "").is_none() {
                        let text =
                            |form: Option<Vec<u8>>| form.map(|octets| String::from_utf8_lossy(&octets).into_owned());
                        wrong.push(format!("{method:?}\n{}\nours {:?}\ntheirs {:?}", shown(), text(ours), text(found)));
                    }
                }
            }
            (ours, _) => {
                let error = ours.err();
                match explained(&octets, error.as_ref(), &line) {
                    Some(_) => differing += 1,
                    None => wrong.push(format!("{}\nours {error:?}\ntheirs {line}", shown())),
                }
            }
        }
    }
    println!("libxml2: {both} documents read alike, {neither} refused by both, {differing} differ for a known reason");
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.into_iter().take(8).collect::<Vec<_>>().join("\n\n")
    );
}
