//! The report on the Basic Security Profile 1.1: a verdict on every requirement.

mod html;
mod lists;
mod schema;

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use ws_security::bsp::{Finding, Report, Verdict};

use crate::error::InspectError;
use crate::message::Message;
use crate::page::as_text;
use crate::streamed::{Each, Shown, Text, object};
pub use schema::Misshapen;

/// The report as JSON, which is made while it is written. `schema` is the parts that receivers refuse beyond the profile, if they
/// were looked for.
pub fn json<'r>(report: &'r Report, schema: Option<&'r BeyondProfile>) -> impl Serialize + 'r {
    Shown((report, schema))
}

impl Serialize for Shown<(&Report, Option<&BeyondProfile>)> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (report, beyond) = self.0;
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("profile", "WS-I Basic Security Profile 1.1")?;
        object.serialize_entry("variant", report.variant().name())?;
        object.serialize_entry("dated", report.variant().dated())?;
        object.serialize_entry("conforms", &report.conforms())?;
        object.serialize_entry("rules", &Each(report.verdicts().iter().map(Shown)))?;
        if let Some(beyond) = beyond {
            object.serialize_entry("schema", &Each(beyond.schema.iter().chain(&beyond.lists).map(Shown)))?;
        }
        object.end()
    }
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
}

impl Serialize for Shown<&Misshapen> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        object!(serializer, { "where": Text(&self.0.path), "why": Text(&self.0.why) })
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
impl Serialize for Shown<&Verdict> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let verdict = self.0;
        let rule = verdict.rule();
        let places = verdict.findings();
        object!(serializer, {
            "id": rule.id(),
            "section": rule.section(),
            "level": rule.level().as_str(),
            "outcome": verdict.outcome().as_str(),
            "where": places.first().map(|place| &place.path),
            "why": verdict.why(),
            "requirement": rule.requirement(),
            "waived": verdict.waived(),
            "count": verdict.count(),
            "places": Each(places.iter().map(Shown)),
        })
    }
}

impl Serialize for Shown<&Finding> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let place = self.0;
        object!(serializer, {
            "path": place.path,
            "start": place.span.start,
            "end": place.span.end,
            "why": place.why,
        })
    }
}
