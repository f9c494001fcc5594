//! `ds:SignedInfo` that was changed after signing: a method, a digest, a URI, a list of prefixes, a reference.

use std::collections::BTreeSet;
use std::ops::Range;

use wss_c14n::CanonicalizationMethod;
use wss_crypto::{DigestMethod, SignatureMethod};
use wss_xmldsig::ENVELOPED_SIGNATURE;

use super::super::cause::Cause;
use super::super::clues::Clues;
use super::super::edit::{Edit, piece};
use super::super::token::{Tag, Token, tokens};

/// The most references whose parts are changed one by one.
const REFERENCES: usize = 16;

/// A change of octets: what is there instead, in which places.
type Changes = Vec<(Range<usize>, String)>;

/// An element of `ds:SignedInfo`.
struct Part<'c> {
    local: &'c str,
    tag: &'c str,
    /// Its start tag.
    start: Range<usize>,
    /// The whole of it.
    whole: Range<usize>,
    /// The reference that it is in, from 1; 0 outside of every reference.
    reference: usize,
}

impl Part<'_> {
    /// Of the digests of what the references name, that of its own; `None` if it is in no reference, or the digest is not known.
    fn digest<'f>(&self, found: &'f [String]) -> Option<&'f String> {
        found.get(self.reference.checked_sub(1)?).filter(|digest| !digest.is_empty())
    }
}

/// Changes of this canonical form, the most likely first. `found` has the digests of what the references name, in base64;
/// empty for one that is not known.
pub(crate) fn all(base: &str, found: &[String], clues: &Clues) -> Vec<Edit> {
    let parts = parts(base);
    let mut edits = Vec::new();
    for part in parts.iter().filter(|part| part.local == "DigestValue" && part.reference <= REFERENCES) {
        let inside = inside(base, part);
        let own = part.digest(found);
        let others = found.iter().filter(|other| Some(*other) != own && !other.is_empty());
        for digest in own.into_iter().chain(others) {
            let what = format!("with the digest {digest} in reference {}", part.reference);
            edits.push(edit(what, vec![(inside.clone(), digest.clone())]));
        }
    }
    for part in parts.iter().filter(|part| part.reference <= REFERENCES) {
        edits.extend(methods(part));
        edits.extend(uris(part, &clues.ids));
        edits.extend(lists(part, &clues.bound));
    }
    edits.extend(all_digests(base, &parts, found));
    edits.extend(all_uris(&parts));
    for local in ["DigestMethod", "Transform"] {
        edits.extend(everywhere(&parts, local));
    }
    edits.extend(references(base, &parts));
    edits
}

/// Where the text of an element is that contains no other.
fn inside(base: &str, part: &Part<'_>) -> Range<usize> {
    part.start.end..base.get(..part.whole.end).and_then(|text| text.rfind("</")).unwrap_or(part.start.end)
}

/// Every digest with what its reference digests to, or written otherwise.
fn all_digests(base: &str, parts: &[Part<'_>], found: &[String]) -> [Edit; 3] {
    let with = |text: &dyn Fn(&Part<'_>, &str) -> Option<String>| -> Changes {
        let change = |part| {
            let inside = inside(base, part);
            let to = text(part, piece(base, inside.clone()))?;
            Some((inside, to))
        };
        parts.iter().filter(|part| part.local == "DigestValue").filter_map(change).collect()
    };
    let own = |part: &Part<'_>, _: &str| part.digest(found).cloned();
    let compact = |_: &Part<'_>, text: &str| Some(text.replace("&#xD;", "").split_whitespace().collect());
    [
        edit("with the digests of what the references name".to_owned(), with(&own)),
        edit("with + for each space in digests".to_owned(), with(&|_, text| Some(text.trim().replace(' ', "+")))),
        edit("with digests without white space".to_owned(), with(&compact)),
    ]
}

/// Every URI in letters of another case.
fn all_uris(parts: &[Part<'_>]) -> [Edit; 2] {
    let kinds = [("lower", str::to_lowercase as fn(&str) -> String), ("upper", str::to_uppercase)];
    kinds.map(|(words, of)| {
        let changes = parts.iter().filter(|part| part.local == "Reference").filter_map(|part| {
            let tag = Tag::read(part.tag);
            let (_, uri) = tag.attributes.iter().find(|(name, _)| name == "URI")?;
            Some((part.start.clone(), with(part.tag, "URI", &of(uri))?))
        });
        edit(format!("with every URI in {words} case"), changes.collect())
    })
}

fn edit(what: String, changes: Changes) -> Edit {
    Edit::new(Cause::SignedInfoChanged { what: what.into() }, move |canonical, out| {
        let mut at = 0;
        for (range, text) in &changes {
            out(piece(canonical, at..range.start).as_bytes());
            out(text.as_bytes());
            at = range.end;
        }
        out(piece(canonical, at..).as_bytes());
    })
}

fn parts(base: &str) -> Vec<Part<'_>> {
    let mut found: Vec<Part<'_>> = Vec::new();
    let (mut open, mut at, mut reference) = (Vec::new(), 0, 0);
    for token in tokens(base) {
        let start = at..at + token.as_str().len();
        at = start.end;
        match token {
            Token::Start(tag) => {
                let local = local_name(tag);
                reference += usize::from(local == "Reference");
                open.push(found.len());
                found.push(Part { local, tag, start: start.clone(), whole: start, reference });
            }
            Token::End(_) => {
                if let Some(part) = open.pop().and_then(|nth| found.get_mut(nth)) {
                    part.whole.end = at;
                }
            }
            _ => {}
        }
    }
    found
}

fn local_name(tag: &str) -> &str {
    let name = tag.trim_start_matches('<').trim_end_matches('>');
    let name = name.split(' ').next().unwrap_or(name);
    name.rsplit(':').next().unwrap_or(name)
}

/// The start tag with another value of an attribute; `None` if it has it already, or has no such attribute.
fn with(tag: &str, attribute: &str, value: &str) -> Option<String> {
    let mut tag = Tag::read(tag);
    let (_, known) = tag.attributes.iter_mut().find(|(name, _)| name == attribute)?;
    if *known == value {
        return None;
    }
    *known = value.to_owned().into();
    let mut out = String::new();
    tag.write(&mut |text| out.push_str(text));
    Some(out)
}

/// The identifiers that an element of this name may have had.
fn identifiers(local: &str) -> Vec<&'static str> {
    let forms = [
        CanonicalizationMethod::Exclusive,
        CanonicalizationMethod::Inclusive,
        CanonicalizationMethod::ExclusiveWithComments,
        CanonicalizationMethod::InclusiveWithComments,
        CanonicalizationMethod::Inclusive11,
    ]
    .map(CanonicalizationMethod::uri);
    match local {
        "CanonicalizationMethod" => forms.to_vec(),
        "Transform" => [forms.as_slice(), &[ENVELOPED_SIGNATURE]].concat(),
        "DigestMethod" => {
            DigestMethod::ALL.iter().filter(|method| !method.is_retired()).map(DigestMethod::uri).collect()
        }
        "SignatureMethod" => {
            SignatureMethod::ALL.iter().filter(|method| !method.is_retired()).map(SignatureMethod::uri).collect()
        }
        _ => Vec::new(),
    }
}

fn place(part: &Part<'_>) -> String {
    if part.reference == 0 { String::new() } else { format!(" of reference {}", part.reference) }
}

fn methods(part: &Part<'_>) -> Vec<Edit> {
    let identifiers = identifiers(part.local).into_iter();
    identifiers
        .filter_map(|uri| {
            let tag = with(part.tag, "Algorithm", uri)?;
            let what = format!("with {uri} as {}{}", part.local, place(part));
            Some(edit(what, vec![(part.start.clone(), tag)]))
        })
        .collect()
}

/// Every element of this name with another identifier.
fn everywhere(parts: &[Part<'_>], local: &str) -> Vec<Edit> {
    let all: Vec<&Part<'_>> = parts.iter().filter(|part| part.local == local).collect();
    if all.len() < 2 {
        return Vec::new();
    }
    let identifiers = identifiers(local).into_iter();
    identifiers
        .map(|uri| {
            let changes = all.iter().filter_map(|part| Some((part.start.clone(), with(part.tag, "Algorithm", uri)?)));
            edit(format!("with {uri} as every {local}"), changes.collect())
        })
        .collect()
}

fn uris(part: &Part<'_>, ids: &BTreeSet<String>) -> Vec<Edit> {
    if part.local != "Reference" {
        return Vec::new();
    }
    let own = Tag::read(part.tag).attributes.iter().find(|(name, _)| name == "URI").map(|(_, uri)| uri.to_string());
    let cases = own.into_iter().flat_map(|uri| [uri.to_lowercase(), uri.to_uppercase()]);
    let uris = ids.iter().map(|id| format!("#{}", wss_c14n::escape(id))).chain([String::new()]).chain(cases);
    uris.filter_map(|uri| {
        let tag = with(part.tag, "URI", &uri)?;
        Some(edit(format!("with the URI {uri:?} in reference {}", part.reference), vec![(part.start.clone(), tag)]))
    })
    .collect()
}

/// Without a list of prefixes, or with another.
fn lists(part: &Part<'_>, bound: &BTreeSet<(String, String)>) -> Vec<Edit> {
    if part.local != "InclusiveNamespaces" {
        return Vec::new();
    }
    let mut edits = vec![edit(
        format!("without the InclusiveNamespaces{}", place(part)),
        vec![(part.whole.clone(), String::new())],
    )];
    let tag = Tag::read(part.tag);
    let listed = tag.attributes.iter().find(|(name, _)| name == "PrefixList").map(|(_, list)| list.to_string());
    let listed = listed.unwrap_or_default();
    let words: Vec<&str> = listed.split_whitespace().collect();
    let mut lists: Vec<String> = vec![String::new()];
    for (at, _) in words.iter().enumerate() {
        let rest: Vec<&str> = words.iter().enumerate().filter(|(nth, _)| *nth != at).map(|(_, word)| *word).collect();
        lists.push(rest.join(" "));
    }
    let bound = bound.iter().map(|(prefix, _)| prefix.as_str()).filter(|prefix| !prefix.is_empty());
    for prefix in bound.chain(["#default"]).filter(|prefix| !words.contains(prefix)) {
        lists.push([words.as_slice(), &[prefix]].concat().join(" "));
        lists.push([&[prefix], words.as_slice()].concat().join(" "));
        lists.push(prefix.to_owned());
    }
    let mut sorted = words.clone();
    sorted.sort_unstable();
    lists.push(sorted.join(" "));
    edits.extend(lists.into_iter().filter_map(|list| {
        let tag = with(part.tag, "PrefixList", &list)?;
        Some(edit(format!("with the PrefixList {list:?}{}", place(part)), vec![(part.start.clone(), tag)]))
    }));
    edits
}

/// Without one reference or transform, or with two references in the other order.
fn references(base: &str, parts: &[Part<'_>]) -> Vec<Edit> {
    let all: Vec<&Part<'_>> = parts.iter().filter(|part| part.local == "Reference").take(REFERENCES).collect();
    let mut edits = Vec::new();
    if all.len() > 1 {
        edits.extend(all.iter().map(|part| {
            edit(format!("without reference {}", part.reference), vec![(part.whole.clone(), String::new())])
        }));
    }
    for pair in all.windows(2) {
        if let [first, second] = pair {
            let text = |part: &Part<'_>| piece(base, part.whole.clone()).to_owned();
            let changes = vec![(first.whole.clone(), text(second)), (second.whole.clone(), text(first))];
            edits.push(edit(
                format!("with references {} and {} in the other order", first.reference, second.reference),
                changes,
            ));
        }
    }
    for part in
        parts.iter().filter(|part| matches!(part.local, "Transform" | "Transforms") && part.reference <= REFERENCES)
    {
        edits.push(edit(format!("without a {}{}", part.local, place(part)), vec![(part.whole.clone(), String::new())]));
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "<d:SignedInfo xmlns:d=\"u\"><d:SignatureMethod Algorithm=\"m\"></d:SignatureMethod><d:Reference URI=\"#a\"><d:Transforms><d:Transform Algorithm=\"t\"><e:InclusiveNamespaces xmlns:e=\"v\" PrefixList=\"x y\"></e:InclusiveNamespaces></d:Transform></d:Transforms><d:DigestMethod Algorithm=\"h\"></d:DigestMethod><d:DigestValue>AAAA</d:DigestValue></d:Reference><d:Reference URI=\"#b\"><d:DigestValue>BBBB</d:DigestValue></d:Reference></d:SignedInfo>";

    #[test]
    fn each_part_is_changed_alone() {
        let bound = [("".to_owned(), "urn:d".to_owned()), ("z".to_owned(), "urn:z".to_owned())].into();
        let clues = Clues { bound, ids: ["c".to_owned()].into(), ..Clues::default() };
        let found = ["CCCC".to_owned(), "DDDD".to_owned()];
        let all: Vec<String> = all(BASE, &found, &clues).iter().map(|edit| edit.text(BASE).expect("text")).collect();
        let expected = [
            BASE.replace("AAAA", "CCCC"),
            BASE.replace("BBBB", "DDDD"),
            BASE.replace("\"#a\"", "\"#c\""),
            BASE.replace("\"m\"", &format!("{:?}", SignatureMethod::RsaSha1.uri())),
            BASE.replace("\"h\"", &format!("{:?}", DigestMethod::Sha1.uri())),
            BASE.replace("x y", "y"),
            BASE.replace("x y", "x y z"),
            BASE.replace("<d:Reference URI=\"#b\"><d:DigestValue>BBBB</d:DigestValue></d:Reference>", ""),
        ];
        for text in expected {
            assert!(all.contains(&text), "{text}");
        }
        assert!(all.iter().all(|text| text.ends_with("</d:SignedInfo>")));
    }
}
