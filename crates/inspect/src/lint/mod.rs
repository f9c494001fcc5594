//! The report on the Basic Security Profile 1.1: a verdict on every requirement.

mod html;
mod lists;
mod schema;

use std::io::{self, Write};

use serde_json::{Value, json};
use ws_security::bsp::{Report, Verdict};

use crate::error::InspectError;
use crate::message::Message;
use crate::page::as_text;
pub use schema::Misshapen;

/// The report as JSON.
#[must_use]
pub fn json(report: &Report) -> Value {
    json!({
        "profile": "WS-I Basic Security Profile 1.1",
        "variant": report.variant().name(),
        "dated": report.variant().dated(),
        "conforms": report.conforms(),
        "rules": report.verdicts().iter().map(verdict).collect::<Vec<_>>(),
    })
}

/// The parts of a message, as it came, that receivers refuse although no requirement of the profile forbids them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BeyondProfile {
    /// The signatures in Security headers that are against their schema.
    pub schema: Vec<Misshapen>,
    /// The references of lists in Security headers that name nothing, or what was named before them.
    pub lists: Vec<Misshapen>,
}

impl BeyondProfile {
    /// Reads a message.
    ///
    /// # Errors
    /// [`InspectError::Document`] if the message cannot be read again.
    pub fn of(message: &Message<'_>) -> Result<Self, InspectError> {
        let (document, limits) = (message.document()?, message.limits());
        Ok(Self { schema: schema::misshapen(&document, limits), lists: lists::mislisted(&document, limits) })
    }

    /// All of it as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        let all = self.schema.iter().chain(&self.lists);
        all.map(|found| json!({ "where": found.path.to_string(), "why": found.why.to_string() })).collect()
    }
}

/// The report as one self-contained page, with the message beside it: broken requirements first, each MUST before each
/// SHOULD.
///
/// # Errors
/// [`InspectError::Document`] if the message cannot be read again.
pub fn html(report: &Report, message: &Message<'_>) -> Result<String, InspectError> {
    let document = message.document()?;
    Ok(as_text(|out| html::write(report, &document, out)))
}

/// As [`html`], piece by piece: the page is many times as long as the message.
///
/// # Errors
/// Those of `out`, and one if the message cannot be read again.
pub fn write_html(report: &Report, message: &Message<'_>, out: &mut dyn Write) -> io::Result<()> {
    html::write(report, &message.document().map_err(io::Error::other)?, out)
}

/// A verdict, in the form of a report and of evidence.
#[must_use]
pub fn verdict(verdict: &Verdict) -> Value {
    let rule = verdict.rule();
    let places = verdict.findings();
    json!({
        "id": rule.id(),
        "section": rule.section(),
        "level": rule.level().as_str(),
        "outcome": verdict.outcome().as_str(),
        "where": places.first().map(|place| &place.path),
        "why": verdict.why(),
        "requirement": rule.requirement(),
        "waived": verdict.waived(),
        "count": verdict.count(),
        "places": places.iter().map(|place| json!({
            "path": place.path,
            "start": place.span.start,
            "end": place.span.end,
            "why": place.why,
        })).collect::<Vec<_>>(),
    })
}
