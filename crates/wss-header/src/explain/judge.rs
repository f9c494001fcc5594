//! One signature: its value, its references, and what the one tells of the others.

use wss_c14n::{Document, base64_encode, name};
use wss_crypto::{Digest, PublicKey};
use wss_text::WireText;

use super::cause::Cause;
use super::digest::{self, Around, Prepared, Signed};
use super::explanation::{ExplainedOctets, ExplainedReference, ExplainedSignature, Verdict};
use super::forms::{Target, cap};
use super::items;
use super::places::is_id;
use super::reading::{ReadReference, ReadSignature};
use super::signature::{self, Bounds, Judged, Keys};

/// Takes the octets of an explanation.
pub(super) type Show<'s> = &'s mut dyn FnMut(ExplainedOctets<'_>);

/// The most elements of which the digest is computed although no reference names them.
const UNNAMED: usize = 8;

/// Explains one signature; and the public key that made its value, if it is known.
pub(super) fn judge(
    read: &ReadSignature<'_>,
    keys: &Keys,
    key: WireText,
    mut around: Around<'_, '_>,
    number: usize,
    show: Show<'_>,
) -> (ExplainedSignature, Option<PublicKey>) {
    let mut shows = |reference: Option<usize>, are_the_senders: bool, octets: &[u8]| {
        show(ExplainedOctets { signature: number, reference, are_the_senders, octets });
    };
    let later = around.searches.saturating_sub(read.references.len() + 1);
    let each = read.references.iter().enumerate();
    let prepared: Vec<Prepared<'_>> = each
        .map(|(nth, reference)| {
            digest::prepare(reference, &around, &mut |own, octets| shows(Some(nth + 1), own, octets))
        })
        .collect();
    // Only what does not fit is searched for. The value comes first: it may tell what the digests were.
    let each = read.references.iter().zip(&prepared);
    let mut failing = each.filter(|(reference, prepared)| prepared.needs_search(reference)).count();
    around.searches = later + failing + 1;
    let mut judged = judge_value(read, keys, &prepared, &around, &mut |own, octets| shows(None, own, octets));
    let mut changes = changes(read, &prepared, &judged, &around).into_iter();
    let mut references = Vec::new();
    for (nth, (reference, prepared)) in read.references.iter().zip(prepared).enumerate() {
        around.searches = later + failing;
        failing -= usize::from(prepared.needs_search(reference));
        let signed = Signed { is_authentic: judged.value.fits(), change: changes.next().flatten() };
        references.push(digest::explain(reference, prepared, &around, signed, &mut |own, octets| {
            shows(Some(nth + 1), own, octets);
        }));
    }
    judged.notes.extend(note_of_references(&judged, &references));
    (explained(read, keys, key, &judged, references), judged.maker)
}

fn judge_value(
    read: &ReadSignature<'_>,
    keys: &Keys,
    prepared: &[Prepared<'_>],
    around: &Around<'_, '_>,
    show: digest::Show<'_>,
) -> Judged {
    let found: Vec<String> = prepared.iter().map(Prepared::digest).collect();
    let bounds = Bounds {
        budget: around.budget,
        most: around.most,
        searches: around.searches,
        clues: around.clues,
        found: &found,
        unnamed: &|| digest_unnamed(read, around),
    };
    signature::explain(read, keys, &bounds, show)
}

/// Digests the elements that have an Id but no reference, with the transforms and the digest method of the last reference to an
/// element. Returns each URI with its digest.
fn digest_unnamed(read: &ReadSignature<'_>, around: &Around<'_, '_>) -> Vec<(String, String)> {
    let is_to_element = |reference: &&ReadReference<'_>| reference.uri.as_ref().is_some_and(|uri| uri.starts_with('#'));
    let like = read.references.iter().rfind(is_to_element);
    let Some((like, method)) = like.and_then(|like| Some((like, like.method?))) else { return Vec::new() };
    let form = digest::said(like);
    let named = |uri: &str| read.references.iter().any(|reference| reference.uri.as_deref() == Some(uri));
    let digest = |element: &wss_c14n::Element<'_>| {
        let (_, id) = element.attributes().find(|(name, _)| is_id(name.local))?;
        let uri = format!("#{id}");
        let target = Target::element(*element);
        let pays = || around.budget.charge(wss_c14n::Limit::CauseOctets, target.source_len() as u64).ok();
        (!named(&uri) && !element.is(name::DS.uri, "Signature")).then(pays)??;
        let mut digest = Digest::new(method);
        let is_whole = target.write(&form, &mut |piece| digest.update(piece), &cap(around.most));
        is_whole.then(|| (uri, base64_encode(digest.finish().as_octets())))
    };
    around.likely.iter().filter_map(digest).take(UNNAMED).collect()
}

/// How each reference was changed after signing, where `ds:SignedInfo` is known as it was signed.
fn changes(
    read: &ReadSignature<'_>,
    prepared: &[Prepared<'_>],
    judged: &Judged,
    around: &Around<'_, '_>,
) -> Vec<Option<Cause>> {
    let Some(text) = &judged.as_signed else { return Vec::new() };
    let Ok(document) = Document::parse(text, around.budget.limits()) else { return Vec::new() };
    let originals = ReadReference::all(document.root(), around.budget);
    let is_paired = originals.len() == read.references.len();
    let change = |(nth, (reference, prepared)): (usize, (&ReadReference<'_>, &Prepared<'_>))| {
        let how = match originals.iter().enumerate().find(|(at, original)| match is_paired {
            true => *at == nth,
            false => original.uri == reference.uri,
        }) {
            _ if prepared.fits(reference) => return None,
            None => "the reference was not there when ds:SignedInfo was signed",
            Some((_, original)) => {
                let as_signed = digest::prepare(original, around, &mut |_, _| {});
                as_signed.fits(original).then_some("the reference fits as it was when ds:SignedInfo was signed")?
            }
        };
        Some(Cause::ReferenceChanged { how: how.into() })
    };
    read.references.iter().zip(prepared).enumerate().map(change).collect()
}

/// What a value that fits says of references that do not.
fn note_of_references(judged: &Judged, references: &[ExplainedReference]) -> Option<String> {
    let differs = references.iter().any(|reference| matches!(reference.verdict, Verdict::Differs { .. }));
    (judged.value.fits() && differs).then(|| {
        "the signature value fits, so that ds:SignedInfo is what was signed: what differs is what the references name, or how \
         the sender digested it"
            .to_owned()
    })
}

fn explained(
    read: &ReadSignature<'_>,
    keys: &Keys,
    key: WireText,
    judged: &Judged,
    references: Vec<ExplainedReference>,
) -> ExplainedSignature {
    ExplainedSignature {
        path: read.element.path().into(),
        id: items::id_of(read.element),
        method: read.method_uri.as_ref().into(),
        canonicalization: read.canonicalization_uri.as_ref().into(),
        key,
        key_refused: keys.named.as_ref().err().map(|unused| unused.why.clone()),
        key_causes: Vec::new(),
        value: judged.value.clone(),
        notes: judged.notes.clone(),
        references,
    }
}
