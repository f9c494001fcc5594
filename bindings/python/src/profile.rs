//! Profiles as text: read, and placed in their folder.

use std::path::PathBuf;

use pyo3::prelude::*;
use wss_profile::Profile;

use crate::error::misuse;

/// Reads a profile in TOML or JSON, and gives it back in JSON with its relative files in `folder`.
#[pyfunction]
#[pyo3(signature = (text, toml, folder=None))]
pub(crate) fn profile_json(text: &str, toml: bool, folder: Option<PathBuf>) -> PyResult<String> {
    let read = if toml { Profile::from_toml(text) } else { Profile::from_json(text) };
    let placed = match folder {
        Some(folder) => read.and_then(|profile| profile.in_folder(&folder)),
        None => read,
    };
    serde_json::to_string(&placed.map_err(misuse)?).map_err(misuse)
}
