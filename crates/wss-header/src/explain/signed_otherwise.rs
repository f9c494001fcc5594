//! What a sender may have signed in place of `ds:SignedInfo`: a digest, what a reference names, or what is around it.

use wss_c14n::{Element, base64_decode, name};

use super::cause::Cause;
use super::edits;
use super::forms::{Form, Target};
use super::goal::Goal;
use super::places;
use super::search::{Found, Search};
use super::sketch::Sketch;

/// The most references that are looked at.
const REFERENCES: usize = 32;
/// The most elements that references name, each of which costs a look through the message.
const NAMED: usize = 4;

/// The value over no octets, over a digest in `signed_info`, or over what a reference in it names.
pub(super) fn find_inside(signed_info: Element<'_>, form: &Form, search: &Search<'_>) -> Option<Found> {
    search
        .octets(&over("no octets at all".to_owned()), 0, &|_| {})
        .or_else(|| digests(signed_info, search))
        .or_else(|| all_digests(signed_info, search))
        .or_else(|| named(signed_info, form, search))
}

/// Whether the value was computed over the whole signature, header or envelope, at a time when `ds:SignatureValue` was empty.
pub(super) fn find_around(signed_info: Element<'_>, form: &Form, search: &Search<'_>) -> Option<Found> {
    let outer = signed_info.ancestors_and_self().skip(1);
    let wanted = outer.filter(|outer| ["Signature", "Security", "Envelope"].contains(&outer.name().local));
    wanted.take(3).find_map(|element| {
        let base = search.text(&Target::element(element), form)?;
        let what = format!("the whole {}", element.qualified_name());
        search.edits(&base, edits::before_value(&Sketch::of(&base), &what), &form.causes)
    })
}

fn over(how: String) -> [Cause; 1] {
    [Cause::SignedOtherwise { how: how.into() }]
}

/// The digests of all references, one after the other: as octets, and as text.
fn all_digests(signed_info: Element<'_>, search: &Search<'_>) -> Option<Found> {
    let values = signed_info.descendants_and_self().filter(|inner| inner.name().local == "DigestValue");
    let written: Vec<String> =
        values.take(REFERENCES).filter_map(|value| Some(value.text().ok()?.split_whitespace().collect())).collect();
    let octets: Vec<Vec<u8>> = written.iter().filter_map(|text| base64_decode(text, 64)).collect();
    let signed = |how: &str, octets: &[u8]| search.octets(&over(how.to_owned()), octets.len(), &|out| out(octets));
    (written.len() > 1).then_some(())?;
    signed("the digests of all references, one after the other", &octets.concat())
        .or_else(|| signed("the texts of all digests, one after the other", written.concat().as_bytes()))
}

/// The digest in a reference, its text, or the octets that have it.
fn digests(signed_info: Element<'_>, search: &Search<'_>) -> Option<Found> {
    let values = signed_info.descendants_and_self().filter(|inner| inner.name().local == "DigestValue");
    let written: Vec<String> =
        values.take(REFERENCES).filter_map(|value| Some(value.text().ok()?.split_whitespace().collect())).collect();
    (1..).zip(&written).find_map(|(nth, text)| {
        let signed = |how: String, octets: &[u8]| search.octets(&over(how), octets.len(), &|out| out(octets));
        let found = signed(format!("the text of the digest in reference {nth}"), text.as_bytes());
        // Text that is not base64 is no digest.
        let octets = || base64_decode(text, 64);
        let found = found.or_else(|| signed(format!("the digest in reference {nth}"), &octets()?));
        found.or_else(|| with_digest(nth, octets()?, search))
    })
}

/// The digest inside the value is that of what a reference names.
fn with_digest(nth: usize, octets: Vec<u8>, search: &Search<'_>) -> Option<Found> {
    let is_it = |goal: &Goal| matches!(goal, Goal::Digest { value, .. } if *value == octets);
    let aim = search.aims.iter().find(|aim| is_it(&aim.goal))?;
    let how = over(format!("what reference {nth} names"));
    Some(Found { causes: [aim.causes.as_slice(), &how].concat(), octets: Some(octets) })
}

/// The elements that the references name. Where the value shows the digest inside, it was compared already.
fn named(signed_info: Element<'_>, form: &Form, search: &Search<'_>) -> Option<Found> {
    let document = signed_info.document();
    if search.aims.iter().all(|aim| matches!(aim.goal, Goal::Digest { .. })) {
        return None;
    }
    let references = signed_info.children().filter(|child| child.is(name::DS.uri, "Reference"));
    (1..).zip(references.take(NAMED)).find_map(|(nth, reference)| {
        let uri = reference.attribute("", "URI")?;
        let id = uri.strip_prefix('#')?;
        search.meter.affords(document.source().len() as u64).then_some(())?;
        let element = *places::with_this_id(document, id).first()?;
        let causes = over(format!("what reference {nth} names"));
        search.form(&Target::element(element), form, &causes)
    })
}
