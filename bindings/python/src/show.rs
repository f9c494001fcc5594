//! What people see of a message, and the faults that answer one.

use pyo3::prelude::*;
use ws_security::bsp::{Context, Variant};
use ws_security::{Fault, FaultCode, Limits, SoapVersion};
use wss_inspect::lint::{RefusedShapes, Words};
use wss_inspect::{InspectError, Message};
use wss_profile::Wording;

use crate::error::{misuse, refused};

/// There is no profile here that has keys: the command `wss` shows the same, and has options.
fn in_options(text: &str) -> String {
    Wording::OptionsOfWss.of(text)
}

fn not_shown(error: InspectError) -> PyErr {
    refused(in_options(&error.to_string()), FaultCode::InvalidSecurity)
}

/// The verdict on each requirement of BSP 1.1, and the shapes that receivers refuse, as JSON or as a page.
#[pyfunction]
#[pyo3(signature = (message, as_written=false, html=false))]
pub(crate) fn lint(py: Python<'_>, message: &[u8], as_written: bool, html: bool) -> PyResult<String> {
    py.detach(|| {
        let variant = if as_written { Variant::as_written() } else { Variant::as_deployed() };
        let message = Message::read(message, &Limits::default()).map_err(not_shown)?;
        let report = message.lint(&Context::new().variant(variant)).map_err(not_shown)?;
        let shapes = RefusedShapes::of(&message, None, &report, &[]);
        let shapes = Some((&shapes, &in_options as Words<'_>));
        Ok(match html {
            true => wss_inspect::lint::html(&report, shapes, &message).map_err(not_shown)?,
            false => serde_json::to_string(&wss_inspect::lint::json(&report, shapes)).map_err(misuse)?,
        })
    })
}

/// What a message has for security, as JSON (`json`), text (`text`) or a page (`html`).
#[pyfunction]
#[pyo3(signature = (message, form="json"))]
pub(crate) fn inspect(py: Python<'_>, message: &[u8], form: &str) -> PyResult<String> {
    py.detach(|| {
        let message = Message::read(message, &Limits::default()).map_err(not_shown)?;
        let picture = message.picture().map_err(not_shown)?.in_words(&in_options);
        match form {
            "json" => serde_json::to_string(&picture.json()).map_err(misuse),
            "text" => Ok(picture.text(false)),
            "html" => picture.html(&message).map_err(not_shown),
            _ => Err(misuse("the form is json, text or html")),
        }
    })
}

/// A fault that answers a message, with its HTTP status. Without a kind it says only that the message was refused.
#[pyfunction]
#[pyo3(signature = (message, kind=None))]
pub(crate) fn fault(message: &[u8], kind: Option<&str>) -> PyResult<(String, u16)> {
    let version = SoapVersion::of(message);
    let named = |kind: &str| {
        let code = FaultCode::ALL.into_iter().find(|code| format!("{code:?}") == kind);
        code.map(Fault::naming)
            .ok_or_else(|| misuse("this is no kind of a fault: give the kind of an exception Refused"))
    };
    let fault = kind.map_or_else(|| Ok(Fault::refused()), named)?;
    Ok((fault.envelope(version), fault.http_status(version)))
}
