//! Exceptions: a message is refused, or the caller is to blame.

use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use ws_security::{FaultCode, OpenError};
use wss_profile::Wording;

create_exception!(
    ws_security,
    WsSecurityError,
    PyException,
    "What this package raises. `kind` is a word for programs."
);
create_exception!(
    ws_security,
    Refused,
    WsSecurityError,
    "A message is refused. `kind` is the code of the standard's list."
);
create_exception!(
    ws_security,
    Misuse,
    WsSecurityError,
    "The profile, a key or an argument is wrong. `kind` is `Misuse`."
);

fn with_kind(error: PyErr, kind: &str) -> PyErr {
    Python::attach(|py| match error.value(py).setattr("kind", kind) {
        Ok(()) => error,
        Err(other) => other,
    })
}

/// A text of the library, with keys of a profile in place of calls.
pub(crate) fn in_keys(text: &str) -> String {
    Wording::Keys.of(text)
}

/// The caller is to blame.
pub(crate) fn misuse(error: impl std::fmt::Display) -> PyErr {
    with_kind(Misuse::new_err(in_keys(&error.to_string())), "Misuse")
}

/// The message is refused.
pub(crate) fn refused(error: impl std::fmt::Display, code: FaultCode) -> PyErr {
    with_kind(Refused::new_err(in_keys(&error.to_string())), &format!("{code:?}"))
}

/// A message that was not opened.
pub(crate) fn not_opened(error: &OpenError) -> PyErr {
    match error.is_misuse() {
        true => misuse(error),
        false => refused(error, FaultCode::from(error)),
    }
}
