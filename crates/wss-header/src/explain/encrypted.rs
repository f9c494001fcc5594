//! Ciphertext inside what is signed: whether the signature is over it, or over the plaintext that nobody made of it.

use std::borrow::Cow;
use std::collections::HashSet;

use wss_c14n::{Budget, Element, Limit, name};

/// Whether `target` still contains ciphertext that must be decrypted before `signature` is verified. A list after the signature
/// in the header names ciphertext that the signature covers.
pub(super) fn holds_undecrypted(target: Element<'_>, signature: Element<'_>, budget: &Budget) -> bool {
    let document = target.document();
    if budget.charge(Limit::CauseOctets, document.source().len() as u64).is_err() {
        return false;
    }
    let found = target.descendants_and_self().filter(|inner| inner.is(name::XENC.uri, "EncryptedData"));
    let mut found = found.map(|data| data.attribute("", "Id")).peekable();
    if found.peek().is_none() {
        return false;
    }
    let lists = document.elements().filter(|element| element.is(name::XENC.uri, "DataReference"));
    let (mut before, mut behind): (HashSet<Cow<'_, str>>, HashSet<Cow<'_, str>>) = Default::default();
    for list in lists {
        let side = if list.span().start < signature.span().start { &mut before } else { &mut behind };
        side.extend(list.attribute("", "URI"));
    }
    found.into_iter().any(|id| {
        let uri = id.map(|id| format!("#{id}")).unwrap_or_default();
        before.contains(uri.as_str()) || !behind.contains(uri.as_str())
    })
}
