//! One signature: its references, its value, and what is known of both.

use wss_crypto::PublicKey;
use wss_text::WireText;

use super::digest::{self, Around};
use super::explanation::{ExplainedOctets, ExplainedReference, ExplainedSignature, Verdict};
use super::items;
use super::reading::ReadSignature;
use super::signature::{self, Bounds, Keys};

/// Takes the octets of an explanation.
pub(super) type Show<'s> = &'s mut dyn FnMut(ExplainedOctets<'_>);

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
    let prepared: Vec<_> = read
        .references
        .iter()
        .enumerate()
        .map(|(nth, reference)| {
            digest::prepare(reference, &around, &mut |are_the_senders, octets| {
                shows(Some(nth + 1), are_the_senders, octets);
            })
        })
        .collect();
    // Only what does not fit is searched for.
    let each = read.references.iter().zip(&prepared);
    let mut failing = each.filter(|(reference, prepared)| prepared.needs_search(reference)).count();
    let mut references = Vec::new();
    for (nth, (reference, prepared)) in read.references.iter().zip(prepared).enumerate() {
        around.searches = later + failing + 1;
        failing -= usize::from(prepared.needs_search(reference));
        references.push(digest::explain(reference, prepared, &around, &mut |are_the_senders, octets| {
            shows(Some(nth + 1), are_the_senders, octets);
        }));
    }
    let digest_of =
        |reference: &ExplainedReference| reference.found.as_ref().map_or_else(String::new, ToString::to_string);
    let found: Vec<String> = references.iter().map(digest_of).collect();
    let bounds =
        Bounds { budget: around.budget, most: around.most, searches: later + 1, clues: around.clues, found: &found };
    let judged = signature::explain(read, keys, &bounds, &mut |are_the_senders, octets| {
        shows(None, are_the_senders, octets);
    });
    let mut notes = judged.notes;
    let differs =
        references.iter().any(|reference: &ExplainedReference| matches!(reference.verdict, Verdict::Differs { .. }));
    if judged.value.fits() && differs {
        notes.push(
            "the signature value fits, so that ds:SignedInfo is what was signed: only what the references name differs"
                .to_owned(),
        );
    }
    let explained = ExplainedSignature {
        path: read.element.path().into(),
        id: items::id_of(read.element),
        method: read.method_uri.as_ref().into(),
        canonicalization: read.canonicalization_uri.as_ref().into(),
        key,
        key_refused: keys.named.as_ref().err().cloned(),
        key_causes: Vec::new(),
        value: judged.value,
        notes,
        references,
    };
    (explained, judged.maker)
}
