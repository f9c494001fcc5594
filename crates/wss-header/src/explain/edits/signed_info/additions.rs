//! What was in `ds:SignedInfo` when it was signed, and was removed: a reference, its transforms, a list of prefixes.

use std::collections::BTreeSet;
use std::rc::Rc;

use wss_c14n::{CanonicalizationMethod, escape};
use wss_xmldsig::ENVELOPED_SIGNATURE;

use super::super::super::edit::{Edit, piece};
use super::super::super::token::prefix_of;
use super::parts::{Part, REFERENCES, edit, inside, place, with};

/// The most lists of prefixes that are tried for one method.
const LISTS: usize = 12;

/// With a reference more, written as one of the message is, at each place: to each element that none names.
pub(super) fn references<'s>(
    base: &'s str,
    parts: &Rc<[Part<'s>]>,
    unnamed: &'s [(String, String)],
) -> impl Iterator<Item = Edit> + 's {
    let parts: Vec<Part<'s>> = parts.iter().filter(|part| part.reference <= REFERENCES).copied().collect();
    let all: Vec<Part<'s>> = parts.iter().filter(|part| part.local == "Reference").copied().collect();
    // Like the last, which is written as most are.
    let like = all.last().copied();
    let value = parts.into_iter().rfind(|part| part.local == "DigestValue");
    let texts = unnamed.iter().filter_map(move |(uri, digest)| {
        let (like, value) = like.zip(value)?;
        let tag = with(like.tag, "URI", &escape(uri))?;
        let (before, after) = (like.inside..value.inside, inside(base, &value).end..like.end);
        Some((uri, format!("{tag}{}{digest}{}", piece(base, before), piece(base, after))))
    });
    texts.flat_map(move |(uri, text)| {
        let ends = all.iter().map(|part| part.end);
        let places: Vec<usize> = all.first().map(|first| first.start).into_iter().chain(ends).rev().collect();
        places.into_iter().map(move |at| {
            let what = format!("with a reference to {uri:?}, which is not there now");
            edit(what, vec![(at..at, text.clone())])
        })
    })
}

/// With the transforms that a reference usually has, where it has none; and with one more.
pub(super) fn transforms<'s>(base: &'s str, parts: &Rc<[Part<'s>]>) -> impl Iterator<Item = Edit> + 's {
    let near = parts.iter().filter(|part| part.reference > 0 && part.reference <= REFERENCES);
    let near: Vec<Part<'s>> = near.copied().collect();
    let has = |reference: usize| near.iter().any(|part| part.local == "Transforms" && part.reference == reference);
    let bare: Vec<Part<'s>> =
        near.iter().filter(|part| part.local == "Reference" && !has(part.reference)).copied().collect();
    let lists: Vec<Part<'s>> = near.iter().filter(|part| part.local == "Transforms").copied().collect();
    let of_bare = bare.into_iter().flat_map(|part| {
        kinds().into_iter().map(move |kind| {
            let prefix = prefix(part.tag);
            let text = format!("<{prefix}Transforms>{}</{prefix}Transforms>", written(&prefix, &kind));
            let what = format!("with the ds:Transforms {}{}", kind.join(" and "), place(&part));
            edit(what, vec![(part.inside..part.inside, text)])
        })
    });
    let of_lists = lists.into_iter().flat_map(move |part| {
        let ends = [part.inside, inside(base, &part).end];
        let one = kinds().into_iter().filter(|kind| kind.len() == 1);
        one.flat_map(move |kind| {
            ends.map(|at| {
                let text = written(&prefix(part.tag), &kind);
                edit(format!("with the ds:Transform {}{} more", kind.join(" "), place(&part)), vec![(at..at, text)])
            })
        })
    });
    of_bare.chain(of_lists)
}

/// The transforms of usual references.
fn kinds() -> Vec<Vec<&'static str>> {
    let (exclusive, inclusive) = (CanonicalizationMethod::Exclusive.uri(), CanonicalizationMethod::Inclusive.uri());
    vec![
        vec![exclusive],
        vec![ENVELOPED_SIGNATURE, exclusive],
        vec![ENVELOPED_SIGNATURE],
        vec![inclusive],
        vec![ENVELOPED_SIGNATURE, inclusive],
    ]
}

fn written(prefix: &str, kind: &[&str]) -> String {
    kind.iter().map(|uri| format!("<{prefix}Transform Algorithm=\"{uri}\"></{prefix}Transform>")).collect()
}

/// The prefix of a start tag, with its colon.
fn prefix(tag: &str) -> String {
    let name = tag.trim_start_matches('<').split([' ', '>']).next().unwrap_or_default();
    let prefix = prefix_of(name);
    if prefix.is_empty() { String::new() } else { format!("{prefix}:") }
}

/// With a list of prefixes, where a method has none.
pub(super) fn lists<'s>(
    base: &'s str,
    parts: &Rc<[Part<'s>]>,
    bound: &'s BTreeSet<(String, String)>,
) -> impl Iterator<Item = Edit> + 's {
    let is_bare = |part: &&Part<'s>| {
        let takes_one = matches!(part.local, "CanonicalizationMethod" | "Transform") && part.reference <= REFERENCES;
        takes_one && part.tag.contains(CanonicalizationMethod::Exclusive.uri()) && inside(base, part).is_empty()
    };
    let bare: Vec<Part<'s>> = parts.iter().filter(is_bare).copied().collect();
    let prefixes: BTreeSet<&str> = bound.iter().map(|(prefix, _)| prefix.as_str()).collect();
    let prefixes: Vec<&str> = prefixes.into_iter().filter(|prefix| !prefix.is_empty()).collect();
    let all = prefixes.join(" ");
    let lists: Vec<String> = prefixes.iter().take(LISTS).map(|prefix| (*prefix).to_owned()).chain([all]).collect();
    bare.into_iter().flat_map(move |part| {
        lists.clone().into_iter().map(move |list| {
            let uri = CanonicalizationMethod::Exclusive.uri();
            let text =
                format!("<ec:InclusiveNamespaces xmlns:ec=\"{uri}\" PrefixList=\"{list}\"></ec:InclusiveNamespaces>");
            let what = format!("with the PrefixList {list:?}{}, which is not there now", place(&part));
            edit(what, vec![(part.inside..part.inside, text)])
        })
    })
}
