//! XOP: base64 of the envelope in a separate part (XML-binary Optimized Packaging 1.0, MTOM).
//!
//! Signatures and encryption apply to the infoset, which has base64 where the envelope names the part. The base64 is
//! put back before anything else is read, and taken out after everything else is done.

use std::collections::BTreeSet;
use wss_text::{Slice as _, octets, shown};

use wss_c14n::name::Namespace;
use wss_c14n::xsd::collapsed;
use wss_c14n::{Budget, Document, Element, Exceeded, Limit, Limits, Splices, Writer, base64_encode, name};

use super::cid::{content_id_of, named_by};
use super::part::MimePart;
use crate::error::EnvelopeError;

/// The media type of a root part whose base64 may be in other parts.
pub const MEDIA_TYPE: &str = "application/xop+xml";
const NAMESPACE: &str = "http://www.w3.org/2004/08/xop/include";

/// An envelope with its base64 put back, and the Content-IDs of the included parts.
pub struct Expanded {
    /// The envelope, with base64 in place of every `xop:Include`.
    pub envelope: String,
    /// The Content-IDs of the parts that it includes.
    pub included: BTreeSet<String>,
}

impl std::fmt::Debug for Expanded {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Expanded")
            .field("envelope", &octets(self.envelope.as_bytes()))
            .field("included", &self.included.len())
            .finish()
    }
}

/// Replaces every `xop:Include` by the base64 of the part that it names, within two limits: [`Limit::DocumentOctets`]
/// for the envelope, and [`Limit::IncludedOctets`] for parts that are included several times.
///
/// # Errors
/// [`EnvelopeError::IncludedPart`] if one does not name a part of the message, [`EnvelopeError::IncludeShape`] if it is not alone
/// in its element;
/// [`EnvelopeError::Parse`].
pub fn expanded(envelope: &str, attachments: &[MimePart<'_>], limits: &Limits) -> Result<Expanded, EnvelopeError> {
    let document = Document::parse(envelope, limits)?;
    let mut splices = Splices::new();
    let mut included = BTreeSet::new();
    let allowed = limits.get(Limit::DocumentOctets);
    // An Include that is empty, as each must be, is in no other.
    let includes = || document.elements().filter(|element| element.is(NAMESPACE, "Include"));
    let empty = includes().filter(|include| include.content_span().is_empty());
    let replaced: u64 = empty.map(|include| include.span().len() as u64).sum();
    let mut left = allowed.saturating_sub((envelope.len() as u64).saturating_sub(replaced));
    let package = attachments.iter().map(|part| part.unauthenticated_octets().len()).sum::<u64>();
    let budget = Budget::new(limits, package + envelope.len() as u64);
    for include in includes() {
        let url = href(include).ok_or_else(|| EnvelopeError::IncludeShape { path: include.path().into() })?;
        let refused = || EnvelopeError::IncludedPart { path: include.path().into(), url: url.as_str().into() };
        let part = named_by(attachments, &url).ok_or_else(refused)?;
        // Checked before anything is read: three octets make four characters, which come in place of the element.
        let len = part.unauthenticated_octets().len().div_ceil(3).saturating_mul(4);
        left = left.checked_sub(len).ok_or(Exceeded { limit: Limit::DocumentOctets, allowed })?;
        budget.charge(Limit::IncludedOctets, len)?;
        let content = part.unauthenticated_content().map_err(|_| refused())?;
        splices.replace(include.span(), base64_encode(&content));
        included.extend(content_id_of(&url));
    }
    Ok(Expanded { envelope: splices.apply(envelope).text, included })
}

/// The part that an Include names, if the Include is alone in its element and has no other content (XOP 1.0 §2.1).
fn href(include: Element<'_>) -> Option<String> {
    let parent = include.parent()?;
    // Serialisers that indent put white space around it, which base64 admits.
    let is_alone = parent.children().count() == 1 && is_blank_around(include, parent);
    let is_empty = include.content_span().is_empty();
    let only = include.attributes().count() == 1;
    include.attribute("", "href").filter(|_| is_alone && is_empty && only).map(|url| url.into_owned())
}

/// Whether only blanks of XML are in `parent` beside its child.
fn is_blank_around(child: Element<'_>, parent: Element<'_>) -> bool {
    let (content, own, source) = (parent.content_span(), child.span(), parent.document().source());
    let around = [source.get(content.start..own.start), source.get(own.end..content.end)];
    around.into_iter().all(|text| text.is_some_and(|text| collapsed(text).is_empty()))
}

/// An `xop:Include` that remains in an envelope: the application and a signature could read it differently.
#[must_use]
pub fn include_in<'d>(document: &'d Document<'d>) -> Option<Element<'d>> {
    if !document.declares(NAMESPACE) {
        return None;
    }
    document.root().descendants_and_self_named(NAMESPACE, "Include").next()
}

/// An envelope whose base64 was moved into parts, and these parts.
pub struct Optimized {
    /// The envelope, with an `xop:Include` in place of this base64.
    pub envelope: String,
    /// The new parts.
    pub parts: Vec<OptimizedPart>,
}

/// A part with octets that were base64 in the envelope.
pub struct OptimizedPart {
    /// Its Content-ID, without angle brackets.
    pub content_id: String,
    /// Its content.
    pub octets: Vec<u8>,
}

impl std::fmt::Debug for OptimizedPart {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OptimizedPart")
            .field("content_id", &shown(&self.content_id))
            .field("octets", &octets(&self.octets))
            .finish()
    }
}

impl std::fmt::Debug for Optimized {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Optimized")
            .field("envelope", &octets(self.envelope.as_bytes()))
            .field("parts", &self.parts.len())
            .finish()
    }
}

/// Moves every `xenc:CipherValue` of at least `min_octets` octets into its own part.
///
/// # Errors
/// [`EnvelopeError::Parse`].
pub fn optimized(
    envelope: &str,
    min_octets: usize,
    mut fresh_id: impl FnMut() -> String,
) -> Result<Optimized, EnvelopeError> {
    let document = Document::parse(envelope, &Limits::dangerous_unbounded())?;
    let mut splices = Splices::new();
    let mut parts = Vec::new();
    for value in document.elements().filter(|element| element.is(name::XENC.uri, "CipherValue")) {
        let Ok(octets) = value.base64(usize::MAX) else { continue };
        let content = envelope.slice(value.content_span());
        // Only canonical base64 is moved, since it comes back unchanged.
        if octets.len() < min_octets || base64_encode(&octets) != content {
            continue;
        }
        let content_id = fresh_id();
        let mut include = Writer::new();
        include.start(Namespace { prefix: "xop", uri: NAMESPACE }, "Include");
        include.attribute("href", format!("cid:{content_id}"));
        include.end();
        splices.replace(value.content_span(), include.finish());
        parts.push(OptimizedPart { content_id, octets });
    }
    Ok(Optimized { envelope: splices.apply(envelope).text, parts })
}
