//! Input, output, and the two ways to fail.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ws_security::attachments::{MimeError, Package, Spool};
use ws_security::{Limit, Limits};

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

/// A file, or standard input for `-`.
fn reader(path: &Path) -> Outcome<Box<dyn Read>> {
    match path.as_os_str() == "-" {
        true => Ok(Box::new(io::stdin().lock())),
        false => File::open(path).map(|file| Box::new(file) as Box<dyn Read>).map_err(|error| unreadable(path, error)),
    }
}

fn unreadable(path: &Path, error: impl std::fmt::Display) -> Failure {
    could_not(format!("{}: {error}", path.display()))
}

/// Reads a file, or standard input for `-`.
pub(crate) fn read(path: &Path) -> Outcome<Vec<u8>> {
    let mut octets = Vec::new();
    reader(path)?.read_to_end(&mut octets).map_err(|error| unreadable(path, error))?;
    Ok(octets)
}

/// Writes to a file, or to standard output.
pub(crate) fn write(path: Option<&PathBuf>, octets: &[u8]) -> Outcome {
    write_with(path, |out| out.write_all(octets))
}

/// As [`write()`], piece by piece.
pub(crate) fn write_with(path: Option<&PathBuf>, pieces: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Outcome {
    let out: io::Result<Box<dyn Write>> = match path {
        Some(path) => File::create(path).map(|file| Box::new(file) as Box<dyn Write>),
        None => Ok(Box::new(io::stdout().lock())),
    };
    let written = out.and_then(|out| {
        let mut out = BufWriter::new(out);
        pieces(&mut out)?;
        out.flush()
    });
    written.map_err(could_not)
}

/// What a message came in.
pub(crate) enum Input {
    Envelope(Vec<u8>),
    Package(Box<Package<'static>>),
}

impl Input {
    /// Reads a message; attachments that are too large for memory go to `spool`.
    pub(crate) fn read(path: &Path, spool: &Spool) -> Outcome<Self> {
        let mut message = reader(path)?;
        let mut start = Vec::new();
        let failed = |error| unreadable(path, error);
        message.by_ref().take(16 << 10).read_to_end(&mut start).map_err(failed)?;
        if !Package::is_one(&start) {
            message.read_to_end(&mut start).map_err(failed)?;
            return Ok(Self::Envelope(start));
        }
        let limits = limits().with(Limit::PackagedEnvelopeOctets, 64 << 20).with(Limit::PackageOctets, u64::MAX);
        let package = Package::read(start.chain(message), &limits, spool).map_err(|error| match error {
            MimeError::Io { .. } => unreadable(path, error),
            error => refused(error),
        });
        Ok(Self::Package(Box::new(package?)))
    }

    pub(crate) fn envelope(&self) -> &[u8] {
        match self {
            Self::Envelope(octets) => octets,
            Self::Package(package) => package.unauthenticated_envelope(),
        }
    }

    pub(crate) fn package(&self) -> Option<&Package<'static>> {
        match self {
            Self::Envelope(_) => None,
            Self::Package(package) => Some(package),
        }
    }
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
    Package::parse(octets, &limits()).map(Some).map_err(refused)
}

/// The text of a document that goes with the message, be it in a package: one that cannot be read says nothing about the
/// message.
pub(crate) fn companion(path: &Path) -> Outcome<String> {
    let octets = read(path)?;
    let found = package(&octets).and_then(|package| match &package {
        Some(package) => text(package.unauthenticated_envelope()),
        None => text(&octets),
    });
    found.map_err(|failure| match failure {
        Failure::Refused(why) | Failure::CouldNot(why) => could_not(format!("{}: {why}", path.display())),
    })
}

/// What the caller set with `--limit`.
static CHANGED: OnceLock<Vec<(Limit, u64)>> = OnceLock::new();

/// Takes the arguments of `--limit`, before anything is read.
pub(crate) fn set_limits(arguments: &[String]) -> Outcome {
    let mut changed = Vec::new();
    for argument in arguments {
        let unknown = || could_not(format!("{argument:?} is not a limit: write NAME=VALUE, as in references=128"));
        let (name, value) = argument.split_once('=').ok_or_else(unknown)?;
        changed.push((Limit::from_name(name).ok_or_else(unknown)?, value.parse().map_err(|_| unknown())?));
    }
    CHANGED.set(changed).map_err(|_| could_not("limits are set once"))
}

/// `limits`, changed as the caller says.
pub(crate) fn changed(limits: Limits) -> Limits {
    CHANGED.get().into_iter().flatten().fold(limits, |limits, (limit, value)| limits.with(*limit, *value))
}

/// The command line reads what it is given: larger documents than a service would.
pub(crate) fn limits() -> Limits {
    let limits = Limits::default()
        .with(Limit::DocumentOctets, 64 << 20)
        .with(Limit::PlaintextOctets, 256 << 20)
        .with(Limit::Nodes, 2_000_000)
        .with(Limit::Depth, 256)
        .with(Limit::NameOctets, 4_096)
        .with(Limit::ValueOctets, 1 << 20)
        .with(Limit::References, 256)
        .with(Limit::Transforms, 5)
        .with(Limit::DigestedOctets, 16)
        .with(Limit::ParsedOctets, 128);
    changed(limits)
}
