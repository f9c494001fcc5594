//! Structure: attributes and elements that were added after signing.

use wss_c14n::name;

use super::super::cause::Cause;
use super::super::edit::{Edit, steps};
use super::super::places::{insert, is_id};
use super::super::sketch::Sketch;
use super::super::token::{Tag, Token, prefix_of};

/// Edits that remove the Id of the apex.
pub(super) fn before_id(sketch: &Sketch) -> Vec<Edit> {
    let is_id = |name: &&String| is_id(name.rsplit(':').next().unwrap_or_default());
    let names: Vec<&String> = sketch.apex.attributes.iter().filter(is_id).collect();
    let is_only = names.len() < 2;
    let without = |name: &&String| [true, false].map(|with_namespace| without_id(name, with_namespace, is_only));
    names.iter().flat_map(without).collect()
}

/// Without an Id. If it is not the only one, it was added: the reference names the other.
fn without_id(name: &str, with_namespace: bool, is_only: bool) -> Edit {
    let name = name.to_owned();
    let added = || Cause::AttributeAdded { name: name.as_str().into() };
    let cause = if is_only { Cause::DigestedBeforeId } else { added() };
    Edit::tags(cause, move |step, tag| {
        if step.depth == 0 {
            remove(tag, &name, with_namespace);
        }
    })
}

/// Edits that change the case of the letters in the Id of the apex.
pub(super) fn id_cases() -> [Edit; 2] {
    let kinds = [("in lower case", str::to_lowercase as fn(&str) -> String), ("in upper case", str::to_uppercase)];
    kinds.map(|(words, of)| {
        Edit::tags(Cause::IdChanged { id: words.into() }, move |step, tag| {
            let own = tag.attributes.iter_mut().find(|(name, _)| is_id(name.rsplit(':').next().unwrap_or_default()));
            if let (Some((_, value)), 0) = (own, step.depth) {
                *value = of(value).into();
            }
        })
    })
}

/// Edits that move the Id of the apex to an attribute of another name.
pub(super) fn id_names(sketch: &Sketch) -> Vec<Edit> {
    let is_id = |name: &&String| is_id(name.rsplit(':').next().unwrap_or_default());
    let of_wsu = sketch.at_apex.iter().filter(|(prefix, uri)| !prefix.is_empty() && uri == name::WSU.uri);
    let of_wsu = of_wsu.map(|(prefix, _)| format!("{prefix}:Id"));
    let names: Vec<String> = of_wsu.chain(["wsu:Id", "u:Id", "Id", "ID", "id"].map(str::to_owned)).collect();
    let mut edits = Vec::new();
    for own in sketch.apex.attributes.iter().filter(is_id) {
        for to in names.iter().filter(|to| *to != own) {
            let (from, to) = (own.clone(), to.clone());
            let id = format!("in the attribute {to}, in place of {from}");
            edits.push(Edit::tags(Cause::IdChanged { id: id.into() }, move |step, tag| {
                let value = tag.attributes.iter().find(|(name, _)| *name == from).map(|(_, value)| value.to_string());
                if let (Some(value), 0) = (value, step.depth) {
                    remove(tag, &from, true);
                    insert(tag, &to, &value);
                }
            }));
        }
    }
    edits
}

/// Removes an attribute, and the declaration of its prefix if nothing else in the tag uses it.
pub(super) fn remove(tag: &mut Tag<'_>, name: &str, with_namespace: bool) {
    let before = tag.attributes.len();
    tag.attributes.retain(|(known, _)| known != name);
    let prefix = prefix_of(name);
    if with_namespace && tag.attributes.len() < before && !prefix.is_empty() && !tag.uses(prefix) {
        tag.namespaces.retain(|(known, _)| known != prefix);
    }
}

/// Edits that remove one attribute, one element, or all of a kind.
pub(super) fn removals(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    if sketch.has_instruction {
        edits.push(Edit::tokens(Cause::InstructionsLeftOut, |step, out| {
            if !matches!(step.token, Token::Instruction(_)) {
                out(step.token.as_str());
            }
        }));
    }
    for name in &sketch.attributes {
        edits.extend([true, false].map(|with_namespace| without_attribute(name, with_namespace)));
    }
    edits.extend(one_of_several(sketch));
    for name in &sketch.apex.attributes {
        let own = name.clone();
        edits.push(Edit::tags(Cause::AttributeAdded { name: name.as_str().into() }, move |step, tag| {
            if step.depth == 0 {
                remove(tag, &own, true);
            }
        }));
    }
    edits.extend(without_security(sketch));
    for (at, name) in sketch.elements.iter().enumerate() {
        let cause = Cause::ElementAdded { name: name.as_str().into() };
        edits.push(without(cause, move |nth, _| nth == at));
    }
    edits
}

/// Edits that remove an attribute which the apex and an element inside it have, or which several elements have: inside
/// alone, and in one place.
fn one_of_several(sketch: &Sketch) -> Vec<Edit> {
    let cause = |name: &str| Cause::AttributeAdded { name: name.into() };
    let mut edits = Vec::new();
    for name in &sketch.apex.attributes {
        if count_of(sketch, name) > 1 {
            let inside = name.clone();
            edits.push(Edit::tags(cause(name), move |step, tag| {
                if step.depth > 0 {
                    remove(tag, &inside, true);
                }
            }));
        }
    }
    for (at, name, _) in &sketch.attribute_values {
        if count_of(sketch, name) > 1 {
            let (at, one) = (*at, name.clone());
            edits.push(Edit::tags(cause(name), move |step, tag| {
                if step.nth == at {
                    remove(tag, &one, true);
                }
            }));
        }
    }
    edits
}

/// The number of elements that have an attribute of this name.
fn count_of(sketch: &Sketch, name: &str) -> usize {
    sketch.attribute_values.iter().filter(|(_, other, _)| other == name).count()
}

/// Edits that remove the signature, or the Security header.
pub(super) fn without_security(sketch: &Sketch) -> Vec<Edit> {
    let mut edits = Vec::new();
    let has = |local: &str| sketch.elements.iter().any(|name| name.rsplit(':').next() == Some(local));
    if has("Signature") {
        edits.push(without(Cause::SignatureLeftOut, |_, name| name.rsplit(':').next() == Some("Signature")));
    }
    if has("Security") {
        edits.push(without(Cause::HeaderLeftOut, |_, name| name.rsplit(':').next() == Some("Security")));
        // With the blocks beside it.
        let whole = sketch.elements.iter().find(|name| local_of(name) == "Header").map_or("Header", String::as_str);
        let cause = Cause::ElementAdded { name: whole.into() };
        edits.push(without(cause, |_, name| local_of(name) == "Header"));
    }
    edits
}

/// What is around a signature as it was before it had its value: with an empty one, or without what came later.
pub(super) fn before_value(sketch: &Sketch, what: &str) -> Vec<Edit> {
    let has = |local: &str| sketch.elements.iter().any(|name| local_of(name) == local);
    let cause = |how: &str| Cause::SignedOtherwise { how: format!("{what}, {how}").into() };
    let is = |name: &str, locals: &[&str]| locals.contains(&local_of(name));
    let mut edits = vec![
        Edit::tokens(cause("with an empty ds:SignatureValue"), |step, out| {
            let is_value = matches!(step.before, Some(Token::Start(tag)) if local_of(name_of(tag)) == "SignatureValue");
            if !(is_value && matches!(step.token, Token::Text(_))) {
                out(step.token.as_str());
            }
        }),
        without(cause("without ds:SignatureValue"), move |_, name| is(name, &["SignatureValue"])),
        without(cause("without ds:SignatureValue and ds:KeyInfo"), move |_, name| {
            is(name, &["SignatureValue", "KeyInfo"])
        }),
    ];
    if has("Signature") {
        edits.push(without(cause("without ds:Signature"), move |_, name| is(name, &["Signature"])));
    }
    if has("Security") {
        edits.push(without(cause("without wsse:Security"), move |_, name| is(name, &["Security"])));
    }
    edits
}

/// The local name of a qualified one.
fn local_of(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn without_attribute(name: &str, with_namespace: bool) -> Edit {
    let name = name.to_owned();
    Edit::tags(Cause::AttributeAdded { name: name.as_str().into() }, move |_, tag| remove(tag, &name, with_namespace))
}

/// An edit that removes the elements which `which` selects by number and name, each with the white space before it.
fn without(cause: Cause, which: impl Fn(usize, &str) -> bool + 'static) -> Edit {
    Edit::new(cause, move |canonical, out| {
        let (mut nth, mut removed_at) = (0_usize, None);
        steps(canonical, |step| {
            let next_goes = match step.after {
                Some(Token::Start(tag)) if step.token.is_blank() => which(nth, name_of(tag)),
                _ => false,
            };
            if let (Token::Start(tag), true) = (step.token, step.depth > 0) {
                if removed_at.is_none() && which(nth, name_of(tag)) {
                    removed_at = Some(step.depth);
                }
                nth += 1;
            }
            if removed_at.is_none() && !next_goes {
                out(step.token.as_str().as_bytes());
            }
            if matches!(step.token, Token::End(_)) && removed_at.is_some_and(|at| step.depth == at + 1) {
                removed_at = None;
            }
        });
    })
}

/// The qualified name of a start tag.
fn name_of(tag: &str) -> &str {
    let inside = tag.trim_start_matches('<').trim_end_matches('>');
    inside.split(' ').next().unwrap_or(inside)
}
