//! `ds:SignedInfo` that was changed after signing: a method, a digest, a URI, a list of prefixes, a reference. [`additions`] has
//! what was removed from it, and [`parts`] the elements.

mod additions;
mod parts;

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use wss_c14n::CanonicalizationMethod;
use wss_crypto::{DigestMethod, SignatureMethod};
use wss_xmldsig::ENVELOPED_SIGNATURE;

use super::super::cause::Cause;
use super::super::clues::Clues;
use super::super::edit::{Edit, piece};
use super::super::token::Tag;
use super::Edits;
use parts::{Changes, Part, REFERENCES, changed, edit, inside, parts, place, with};

/// The largest number of elements outside of every reference that are changed one by one.
const OUTSIDE: usize = 16;
/// The largest number of octets of a start tag that is changed.
const TAG_OCTETS: usize = 4_096;
/// The largest number of prefixes of a list of which each is changed.
const WORDS: usize = 64;

/// What is known of digests, in base64.
pub(crate) struct Digests<'a> {
    /// Those of what the references name; empty for one that is not known.
    pub(crate) found: &'a [String],
    /// Those of elements that no reference names, each with its URI.
    pub(crate) unnamed: &'a [(String, String)],
}

/// Changes of this canonical form, the most likely first. Each change is made when it is asked for: all of them together are
/// many times as long as the form.
pub(crate) fn all<'s>(base: &'s str, known: &Digests<'s>, clues: &'s Clues) -> Edits<'s> {
    let (parts, found) = (parts(base), known.found);
    let near: Vec<Part<'_>> = {
        let mut outside = 0;
        let is_near = |part: &&Part<'_>| {
            outside += usize::from(part.reference == 0);
            part.reference <= REFERENCES && (part.reference > 0 || outside <= OUTSIDE)
        };
        let near = parts.iter().filter(is_near).filter(|part| part.tag.len() <= TAG_OCTETS);
        near.copied().collect()
    };
    let values: Vec<Part<'_>> = near.iter().filter(|part| part.local == "DigestValue").copied().collect();
    let digests = values.into_iter().flat_map(move |part| digests(base, part, found));
    let changed = near
        .into_iter()
        .flat_map(move |part| methods(part).chain(uris(part, &clues.ids)).chain(lists(part, &clues.bound)));
    let parts: Rc<[Part<'_>]> = parts.into();
    let of_all = Rc::clone(&parts);
    let of_all = std::iter::once_with(move || all_digests(base, &of_all, found).into_iter().chain(all_uris(&of_all)));
    let empty = empty_digests(base, &parts);
    let two = ["DigestMethod", "Transform"].map(|local| everywhere(Rc::clone(&parts), local));
    let others = of_all.flatten().chain(two.into_iter().flatten()).chain(references(base, &parts));
    let lost = additions::references(base, &parts, known.unnamed).chain(additions::transforms(base, &parts));
    let lists = additions::lists(base, &parts, &clues.bound);
    Box::new(empty.chain(digests).chain(changed).chain(others).chain(lost).chain(lists))
}

/// Edits that put the digest of its own reference, or of the others, in place of the written one.
fn digests<'s>(base: &'s str, part: Part<'s>, found: &'s [String]) -> impl Iterator<Item = Edit> + 's {
    let inside = inside(base, &part);
    let own = part.digest(found);
    let others = found.iter().filter(move |other| Some(*other) != own && !other.is_empty());
    own.into_iter().chain(others).map(move |digest| {
        let what = format!("with the digest {digest} in reference {}", part.reference);
        edit(what, vec![(inside.clone(), digest.clone())])
    })
}

/// Every digest empty, and one alone: as before the sender filled them in.
fn empty_digests<'s>(base: &'s str, parts: &Rc<[Part<'s>]>) -> impl Iterator<Item = Edit> + 's {
    let values = parts.iter().filter(|part| part.local == "DigestValue").take(REFERENCES);
    let values: Vec<Range<usize>> = values.map(|part| inside(base, part)).collect();
    let one = if values.len() > 1 { values.clone() } else { Vec::new() };
    let all = values.into_iter().map(|value| (value, String::new())).collect();
    let one = one.into_iter().map(|value| vec![(value, String::new())]);
    std::iter::once(all).chain(one).map(|changes| changed(Cause::SignedBeforeDigests, changes))
}

/// An edit of every digest: the digest of its reference's target, or another spelling.
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

/// Edits of the case of letters in every URI.
fn all_uris(parts: &[Part<'_>]) -> [Edit; 2] {
    let kinds = [("lower", str::to_lowercase as fn(&str) -> String), ("upper", str::to_uppercase)];
    kinds.map(|(words, of)| {
        let changes = parts.iter().filter(|part| part.local == "Reference").filter_map(|part| {
            let tag = Tag::read(part.tag);
            let (_, uri) = tag.attributes.iter().find(|(name, _)| name == "URI")?;
            Some((part.start(), with(part.tag, "URI", &of(uri))?))
        });
        edit(format!("with every URI in {words} case"), changes.collect())
    })
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

fn methods<'s>(part: Part<'s>) -> impl Iterator<Item = Edit> + 's {
    identifiers(part.local).into_iter().filter_map(move |uri| {
        let tag = with(part.tag, "Algorithm", uri)?;
        let what = format!("with {uri} as {}{}", part.local, place(&part));
        Some(edit(what, vec![(part.start(), tag)]))
    })
}

/// Edits that give every element of this name another identifier.
fn everywhere<'s>(parts: Rc<[Part<'s>]>, local: &'static str) -> impl Iterator<Item = Edit> + 's {
    let several = parts.iter().filter(|part| part.local == local).nth(1).is_some();
    let identifiers = if several { identifiers(local) } else { Vec::new() };
    identifiers.into_iter().map(move |uri| {
        let all = parts.iter().filter(|part| part.local == local);
        let changes = all.filter_map(|part| Some((part.start(), with(part.tag, "Algorithm", uri)?)));
        edit(format!("with {uri} as every {local}"), changes.collect())
    })
}

fn uris<'s>(part: Part<'s>, ids: &'s BTreeSet<String>) -> impl Iterator<Item = Edit> + 's {
    let own = Tag::read(part.tag).attributes.iter().find(|(name, _)| name == "URI").map(|(_, uri)| uri.to_string());
    let cases = own.into_iter().flat_map(|uri| [uri.to_lowercase(), uri.to_uppercase()]);
    let uris = ids.iter().map(|id| format!("#{}", wss_c14n::escape(id))).chain([String::new()]).chain(cases);
    uris.filter(move |_| part.local == "Reference").filter_map(move |uri| {
        let tag = with(part.tag, "URI", &uri)?;
        Some(edit(format!("with the URI {uri:?} in reference {}", part.reference), vec![(part.start(), tag)]))
    })
}

/// Edits that remove a list of prefixes, or replace it.
fn lists<'s>(part: Part<'s>, bound: &'s BTreeSet<(String, String)>) -> impl Iterator<Item = Edit> + 's {
    let is_list = part.local == "InclusiveNamespaces";
    let without = is_list
        .then(|| edit(format!("without the InclusiveNamespaces{}", place(&part)), vec![(part.whole(), String::new())]));
    let lists = if is_list { other_lists(part.tag, bound) } else { Vec::new() };
    without.into_iter().chain(lists.into_iter().filter_map(move |list| {
        let tag = with(part.tag, "PrefixList", &list)?;
        Some(edit(format!("with the PrefixList {list:?}{}", place(&part)), vec![(part.start(), tag)]))
    }))
}

/// Edits of the list of prefixes in a tag: one less, one more, or another order. If the list is long, only an empty one
/// is tried.
fn other_lists(tag: &str, bound: &BTreeSet<(String, String)>) -> Vec<String> {
    let tag = Tag::read(tag);
    let listed = tag.attributes.iter().find(|(name, _)| name == "PrefixList").map(|(_, list)| list.to_string());
    let listed = listed.unwrap_or_default();
    let words: Vec<&str> = listed.split_whitespace().take(WORDS + 1).collect();
    let mut lists: Vec<String> = vec![String::new()];
    if words.len() > WORDS {
        return lists;
    }
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
    lists
}

/// Edits that remove one reference or transform, or exchange two references.
fn references<'s>(base: &'s str, parts: &Rc<[Part<'s>]>) -> impl Iterator<Item = Edit> + 's {
    let all: Vec<Part<'s>> = parts.iter().filter(|part| part.local == "Reference").take(REFERENCES).copied().collect();
    let several = all.len() > 1;
    let without = all.clone().into_iter().filter(move |_| several);
    let without =
        without.map(|part| edit(format!("without reference {}", part.reference), vec![(part.whole(), String::new())]));
    let pairs = all.clone().into_iter().zip(all.into_iter().skip(1));
    let swapped = pairs.map(move |(first, second)| {
        let text = |part: &Part<'_>| piece(base, part.whole()).to_owned();
        let changes = vec![(first.whole(), text(&second)), (second.whole(), text(&first))];
        edit(format!("with references {} and {} in the other order", first.reference, second.reference), changes)
    });
    let is_transform =
        |part: &&Part<'_>| matches!(part.local, "Transform" | "Transforms") && part.reference <= REFERENCES;
    let transforms: Vec<Part<'s>> = parts.iter().filter(is_transform).copied().collect();
    let bare = transforms
        .into_iter()
        .map(|part| edit(format!("without a {}{}", part.local, place(&part)), vec![(part.whole(), String::new())]));
    without.chain(swapped).chain(bare)
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
        let unnamed = [("#n".to_owned(), "NNNN".to_owned())];
        let known = Digests { found: &found, unnamed: &unnamed };
        let all: Vec<String> = all(BASE, &known, &clues).map(|edit| edit.text(BASE).expect("text")).collect();
        let expected = [
            BASE.replace("AAAA", "CCCC"),
            BASE.replace("BBBB", "DDDD"),
            BASE.replace("\"#a\"", "\"#c\""),
            BASE.replace("\"m\"", &format!("{:?}", SignatureMethod::RsaSha1.uri())),
            BASE.replace("\"h\"", &format!("{:?}", DigestMethod::Sha1.uri())),
            BASE.replace("x y", "y"),
            BASE.replace("x y", "x y z"),
            BASE.replace("<d:Reference URI=\"#b\"><d:DigestValue>BBBB</d:DigestValue></d:Reference>", ""),
            BASE.replace("AAAA", "").replace("BBBB", ""),
            BASE.replace("</d:SignedInfo>", "<d:Reference URI=\"#n\"><d:DigestValue>NNNN</d:DigestValue></d:Reference></d:SignedInfo>"),
            BASE.replace("<d:Reference URI=\"#b\">", "<d:Reference URI=\"#b\"><d:Transforms><d:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></d:Transform></d:Transforms>"),
        ];
        for text in expected {
            assert!(all.contains(&text), "{text}");
        }
        assert!(all.iter().all(|text| text.ends_with("</d:SignedInfo>")));
    }
}
