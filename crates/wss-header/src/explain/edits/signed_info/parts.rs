//! The elements of `ds:SignedInfo` in its canonical form, and changes of one or of several.

use std::ops::Range;

use super::super::super::cause::Cause;
use super::super::super::edit::{Edit, piece};
use super::super::super::token::{Tag, Token, tokens};

/// The most references whose parts are changed one by one.
pub(super) const REFERENCES: usize = 16;
/// The most elements that are changed: more than a signature within the default limits has.
pub(super) const PARTS: usize = 1_024;
/// The elements of which something is changed.
pub(super) const CHANGED: [&str; 8] = [
    "CanonicalizationMethod",
    "SignatureMethod",
    "Reference",
    "Transforms",
    "Transform",
    "InclusiveNamespaces",
    "DigestMethod",
    "DigestValue",
];

/// A change of octets: what is there instead, in which places.
pub(super) type Changes = Vec<(Range<usize>, String)>;

/// An element of `ds:SignedInfo`.
#[derive(Clone, Copy)]
pub(super) struct Part<'c> {
    pub(super) local: &'c str,
    pub(super) tag: &'c str,
    /// Where its start tag begins, and where that ends.
    pub(super) start: usize,
    pub(super) inside: usize,
    /// The end of the whole of it.
    pub(super) end: usize,
    /// The reference that it is in, from 1; 0 outside of every reference.
    pub(super) reference: usize,
}

impl Part<'_> {
    /// Its start tag.
    pub(super) fn start(&self) -> Range<usize> {
        self.start..self.inside
    }

    pub(super) fn whole(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Of the digests of what the references name, that of its own; `None` if it is in no reference, or the digest is not known.
    pub(super) fn digest<'f>(&self, found: &'f [String]) -> Option<&'f String> {
        found.get(self.reference.checked_sub(1)?).filter(|digest| !digest.is_empty())
    }
}

/// Where the text of an element is that contains no other.
pub(super) fn inside(base: &str, part: &Part<'_>) -> Range<usize> {
    part.inside..base.get(..part.end).and_then(|text| text.rfind("</")).unwrap_or(part.inside)
}

pub(super) fn edit(what: String, changes: Changes) -> Edit {
    changed(Cause::SignedInfoChanged { what: what.into() }, changes)
}

pub(super) fn changed(cause: Cause, changes: Changes) -> Edit {
    Edit::new(cause, move |canonical, out| {
        let mut at = 0;
        for (range, text) in &changes {
            out(piece(canonical, at..range.start).as_bytes());
            out(text.as_bytes());
            at = range.end;
        }
        out(piece(canonical, at..).as_bytes());
    })
}

/// The elements that may be changed, as far as there may be so many.
pub(super) fn parts(base: &str) -> Vec<Part<'_>> {
    let mut found: Vec<Part<'_>> = Vec::new();
    // For each open element, its index in `found`, if it is there.
    let mut open: Vec<Option<usize>> = Vec::new();
    let (mut at, mut reference) = (0, 0);
    for token in tokens(base) {
        let start = at;
        at += token.as_str().len();
        match token {
            Token::Start(tag) => {
                let local = local_name(tag);
                reference += usize::from(local == "Reference");
                let is_changed = CHANGED.contains(&local) && found.len() < PARTS;
                open.push(is_changed.then_some(found.len()));
                if is_changed {
                    found.push(Part { local, tag, start, inside: at, end: at, reference });
                }
            }
            Token::End(_) => {
                if let Some(part) = open.pop().flatten().and_then(|nth| found.get_mut(nth)) {
                    part.end = at;
                }
            }
            _ => {}
        }
    }
    found
}

pub(super) fn local_name(tag: &str) -> &str {
    let name = tag.trim_start_matches('<').trim_end_matches('>');
    let name = name.split(' ').next().unwrap_or(name);
    name.rsplit(':').next().unwrap_or(name)
}

/// The start tag with another value of an attribute; `None` if it has it already, or has no such attribute.
pub(super) fn with(tag: &str, attribute: &str, value: &str) -> Option<String> {
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

pub(super) fn place(part: &Part<'_>) -> String {
    if part.reference == 0 { String::new() } else { format!(" of reference {}", part.reference) }
}
