//! Input, output, and the two ways to fail.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use ws_security::attachments::{MimeLimits, Package};

/// Why a command did not succeed.
pub(crate) enum Failure {
    /// The message is refused: exit 1.
    Refused(String),
    /// Could not tell: exit 2.
    CouldNot(String),
}

pub(crate) type Outcome<T = ()> = Result<T, Failure>;

pub(crate) fn refused(error: impl std::fmt::Display) -> Failure {
    Failure::Refused(error.to_string())
}

pub(crate) fn could_not(error: impl std::fmt::Display) -> Failure {
    Failure::CouldNot(error.to_string())
}

/// Reads a file, or standard input for `-`.
pub(crate) fn read(path: &Path) -> Outcome<Vec<u8>> {
    let octets = if path.as_os_str() == "-" {
        let mut octets = Vec::new();
        std::io::stdin().lock().read_to_end(&mut octets).map(|_| octets)
    } else {
        std::fs::read(path)
    };
    octets.map_err(|error| could_not(format!("{}: {error}", path.display())))
}

/// Writes to a file, or to standard output.
pub(crate) fn write(path: Option<&PathBuf>, octets: &[u8]) -> Outcome {
    let written = match path {
        Some(path) => std::fs::write(path, octets),
        None => {
            let mut out = std::io::stdout().lock();
            out.write_all(octets).and_then(|()| out.flush())
        }
    };
    written.map_err(could_not)
}

/// The text of a document: UTF-8, or UTF-16 with a byte order mark.
pub(crate) fn text(octets: &[u8]) -> Outcome<String> {
    let limits = limits();
    let document = ws_security::c14n::Document::parse_transcoding(octets, &limits).map_err(refused)?;
    Ok(document.into_source())
}

/// The package, if the message is one.
pub(crate) fn package(octets: &[u8]) -> Outcome<Option<Package<'_>>> {
    if !Package::is_one(octets) {
        return Ok(None);
    }
    Package::parse(octets, &MimeLimits::default()).map(Some).map_err(refused)
}

/// The text of a document that goes with the message: one that cannot be read says nothing about the message.
pub(crate) fn companion(path: &Path) -> Outcome<String> {
    text(&read(path)?).map_err(|failure| match failure {
        Failure::Refused(why) | Failure::CouldNot(why) => could_not(format!("{}: {why}", path.display())),
    })
}

/// The command line reads what it is given: larger documents than a service would.
pub(crate) fn limits() -> ws_security::c14n::Limits {
    ws_security::c14n::Limits::default()
        .octets(64 << 20)
        .nodes(2_000_000)
        .depth(256)
        .name_and_value_octets(4_096, 1 << 20)
}
