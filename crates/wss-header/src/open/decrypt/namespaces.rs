//! Borrowed namespaces: the namespaces that a plaintext takes from the context of its ciphertext, and whether a
//! signature over the ciphertext covers them.
//!
//! A signature over ciphertext proves the plaintext only in the context that the signature covers. Exclusive
//! canonicalisation leaves out declarations that nothing utilizes, and ciphertext utilizes none of its plaintext's
//! prefixes. So such a declaration can be changed without changing a digest.
//!
//! Attributes of the `xml` namespace need no rule here. Those inside covered elements were digested with them. Those
//! outside are not inherited by the returned parts, which are in exclusive canonical form.

use std::ops::Range;

use wss_c14n::Element;
use wss_text::WireText;

use crate::error::CoverageLost;
use crate::open::coverage::CoveredElement;
use crate::open::span::is_within;

/// Why a signature that covers `covered` does not prove a plaintext at `replaced` that takes the namespaces of
/// `prefixes` from its context: the first prefix whose namespace the signature does not cover. With `absence`, it need
/// not cover the absence of a default namespace. `plaintexts` are the spans around `replaced` that were decrypted
/// after the element was covered, each with its number.
pub(super) fn untold(
    covered: &CoveredElement,
    replaced: Element<'_>,
    prefixes: &[String],
    plaintexts: &[(usize, Range<usize>)],
    absence: bool,
) -> Option<CoverageLost> {
    let around = replaced.parent();
    let is_none =
        |prefix: &str| prefix.is_empty() && around.and_then(|around| around.namespace_of_prefix("")).is_none();
    let mut taken = prefixes.iter().map(String::as_str).filter(|prefix| !(absence && is_none(prefix)));
    let lost = |prefix: &str| match is_none(prefix) {
        true => CoverageLost::UntoldAbsenceOfDefaultNamespace,
        false => CoverageLost::UnsignedNamespace { prefix: WireText::from(prefix) },
    };
    if covered.span != replaced.span() {
        return taken.find(|prefix| !is_told(covered, replaced, prefix, plaintexts)).map(lost);
    }
    // The apex itself is replaced. The namespaces that its PrefixList renders must be those in scope around it, since
    // they are in scope for the plaintext.
    let differs = |prefix: &&str| {
        let outside = around.and_then(|around| around.namespace_of_prefix(prefix));
        replaced.declares(prefix) && replaced.namespace_of_prefix(prefix) != outside
    };
    let mut listed = covered.canonicalization.prefixes().iter().map(String::as_str);
    let unlisted = |prefix: &&str| !covered.canonicalization.lists(prefix) || replaced.declares(prefix);
    hidden(covered, replaced).or_else(|| listed.find(differs)).or_else(|| taken.find(unlisted)).map(lost)
}

/// The first prefix that the covered apex `replaced` declares and that means another namespace outside it. Inclusive forms
/// render every prefix in scope: the signer digested the declaration of `replaced`, and the plaintext would be returned with
/// the outer one.
fn hidden<'d>(covered: &CoveredElement, replaced: Element<'d>) -> Option<&'d str> {
    if covered.canonicalization.method().is_exclusive() {
        return None;
    }
    let around = replaced.parent()?;
    let is_other = |prefix: &str| {
        let outside = around.namespace_of_prefix(prefix);
        outside.is_some() && outside != replaced.namespace_of_prefix(prefix)
    };
    let known = replaced.namespaces_in_scope().into_iter().map(|(prefix, _)| prefix).chain([""]);
    known.filter(|prefix| replaced.declares(prefix)).find(|prefix| is_other(prefix))
}

/// Whether the digested octets determine the namespace of `prefix` around `replaced`, which is inside the covered
/// element.
fn is_told(
    covered: &CoveredElement,
    replaced: Element<'_>,
    prefix: &str,
    plaintexts: &[(usize, Range<usize>)],
) -> bool {
    for element in replaced.ancestors_and_self().skip(1) {
        let span = element.span();
        if !is_within(&span, &covered.span) {
            // A plaintext replaced the apex, and `prefix` is declared outside it.
            return covered.canonicalization.lists(prefix);
        }
        // Every octet of an earlier plaintext is proven.
        if !plaintexts.iter().any(|(_, plaintext)| is_within(&span, plaintext)) {
            return covered.canonicalization.tells_namespace(prefix, element);
        }
        if element.declares(prefix) {
            return true;
        }
    }
    false
}
