//! The report on the Basic Security Profile 1.1: a verdict on every requirement.

mod html;

use std::io::{self, Write};
use std::sync::Arc;
use std::time::SystemTime;

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use ws_security::bsp::{Finding, Report, Verdict};
use ws_security::{DangerousNoReplayCache, FixedClock, Misshapen, Part, Receiver, Requirements, Trust};

use crate::error::InspectError;
use crate::message::Message;
use crate::page::as_text;
use crate::streamed::{Each, Shown, Text, Worded, object};

/// Other words for the sentences in a report, as for the options of a command line.
pub type Words<'w> = &'w dyn Fn(&str) -> String;

/// The shapes that receivers refuse, and the words for their errors; `None` if they were not looked for.
pub type Shapes<'s> = Option<(&'s RefusedShapes, Words<'s>)>;

/// The report as JSON, which is made while it is written; with the shapes that receivers refuse, if they were looked for, and the
/// words for their errors.
pub fn json<'r>(report: &'r Report, shapes: Shapes<'r>) -> impl Serialize + 'r {
    Shown((report, shapes))
}

impl Serialize for Shown<(&Report, Shapes<'_>)> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (report, shapes) = self.0;
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("profile", "WS-I Basic Security Profile 1.1")?;
        object.serialize_entry("variant", report.variant().name())?;
        object.serialize_entry("dated", report.variant().dated())?;
        object.serialize_entry("conforms", &report.conforms())?;
        object.serialize_entry("rules", &Each(report.verdicts().iter().map(Shown)))?;
        if let Some((shapes, words)) = shapes {
            object.serialize_entry("shapes", &Each(shapes.found.iter().map(|found| Worded(found, words))))?;
        }
        object.end()
    }
}

/// What receivers refuse in a message for its shape, whether or not a requirement of the profile forbids it. The receiver's own
/// readers find it ([`Receiver::misshapen`]).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefusedShapes {
    /// The elements, each with the receiver's error.
    pub found: Vec<Misshapen>,
}

impl RefusedShapes {
    /// Reads a message as this receiver does, and what its keys decrypt; without one, as a receiver that waives nothing and
    /// has no keys. What `report` finds at the same place against a requirement with one of the `waived` ids is left out.
    #[must_use]
    pub fn of(message: &Message<'_>, receiver: Option<&Receiver>, report: &Report, waived: &[String]) -> Self {
        let strict = || {
            let nothing = Requirements::signed([Part::Body]);
            // No shape depends on the time, and a page in a browser has no clock of the system.
            let clock = Arc::new(FixedClock(SystemTime::UNIX_EPOCH));
            Receiver::new(Trust::no_certificates(), nothing, DangerousNoReplayCache)
                .limits(*message.limits())
                .clock(clock)
        };
        let strict = receiver.is_none().then(strict);
        let receiver = receiver.or(strict.as_ref());
        let is_named = |verdict: &&Verdict| waived.iter().any(|id| id.eq_ignore_ascii_case(verdict.rule().id()));
        let waived = report.verdicts().iter().filter(is_named).flat_map(Verdict::findings);
        let waived: Vec<&str> = waived.map(|finding| finding.path.as_str()).collect();
        let is_waived = |found: &Misshapen| waived.iter().any(|waived| are_in_line(waived, found.path.as_str()));
        let mut found =
            receiver.map(|receiver| receiver.misshapen(message.text(), message.package())).unwrap_or_default();
        found.retain(|found| !is_waived(found));
        Self { found }
    }
}

/// Whether two paths name one element, or one of them an element inside the other. An element that is the first of its name has a
/// position or none: that depends on what was decrypted beside it. The path of a whole message, `/`, names no element.
fn are_in_line(one: &str, other: &str) -> bool {
    let steps = |path: &str| -> Vec<String> {
        let steps = path.split('/').filter(|step| !step.is_empty());
        steps.map(|step| step.strip_suffix("[1]").unwrap_or(step).to_owned()).collect()
    };
    let (one, other) = (steps(one), steps(other));
    let is_element = !one.is_empty() && !other.is_empty();
    is_element && one.iter().zip(&other).all(|(one, other)| one == other)
}

impl Serialize for Worded<'_, &Misshapen> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(found, words) = self;
        object!(serializer, { "where": Text(&found.path), "why": words(&found.why.to_string()) })
    }
}

/// The report as one self-contained page, with the message beside it: the shapes that receivers refuse and broken requirements
/// first, each MUST before each SHOULD.
///
/// # Errors
/// [`InspectError::Document`] if the message cannot be read again.
pub fn html(report: &Report, shapes: Shapes<'_>, message: &Message<'_>) -> Result<String, InspectError> {
    let document = message.document()?;
    Ok(as_text(|out| html::write(report, places(shapes), &document, out)))
}

/// The paths of shapes, each with its error.
fn places(shapes: Shapes<'_>) -> Vec<(String, String)> {
    let Some((shapes, words)) = shapes else { return Vec::new() };
    shapes.found.iter().map(|found| (found.path.to_string(), words(&found.why.to_string()))).collect()
}

/// As [`html`], piece by piece: the page is many times as long as the message.
///
/// # Errors
/// Those of `out`, and one if the message cannot be read again.
pub fn write_html(report: &Report, shapes: Shapes<'_>, message: &Message<'_>, out: &mut dyn Write) -> io::Result<()> {
    html::write(report, places(shapes), &message.document().map_err(io::Error::other)?, out)
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

#[cfg(test)]
mod tests {
    use super::are_in_line;

    #[test]
    fn places_are_compared_by_their_steps() {
        for (one, other, expected) in [
            ("/a/b", "/a/b", true),
            ("/a/b", "/a/b/c", true),
            ("/a/b/c", "/a", true),
            ("/a/b", "/a/b[1]", true),
            ("/a/b[1]/c", "/a/b", true),
            ("/a/b", "/a/bc", false),
            ("/a/b[1]", "/a/b[10]", false),
            ("/a/b", "/a/b[2]", false),
            ("/a/b[2]", "/a/b[2]/c[1]", true),
            ("/", "/a", false),
        ] {
            assert_eq!(are_in_line(one, other), expected, "{one} {other}");
            assert_eq!(are_in_line(other, one), expected, "{other} {one}");
        }
    }
}
