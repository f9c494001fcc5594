//! Messages to read: an envelope, a package, or an envelope with the files that came beside it (`--attach`).

use std::io::{BufWriter, Read, Seek as _};
use std::path::Path;

use ws_security::attachments::{MimeError, Package, Spool};
use ws_security::{Incoming, Limit, Limits};
use wss_inspect::hint;

use crate::attached::write_package;
use crate::output::{Failure, Outcome, failed_at, limits, most_octets, read_start, refuse_other_shapes, refused};

/// A message, with or without a package.
pub(crate) enum Input {
    Envelope(Vec<u8>),
    Package(Box<Package<'static>>),
}

impl Input {
    /// Reads a message. Of an envelope above the limit, only enough is read for its receiver to refuse it. Attachments that are
    /// too large for memory go to this folder. What the receiver reads of files beside an envelope is a copy.
    pub(crate) fn read(path: &Path, beside: &[String], folder: &Path, of_receiver: &Limits) -> Outcome<Self> {
        let spool = Spool::in_folder(folder);
        let (mut start, rest) = read_start(path, of_receiver)?;
        let failed = |error| failed_at(path, error);
        if beside.is_empty() && Package::is_one(&start) && hint(&start).is_none() {
            return Self::package(start.chain(rest), &spool, |error| failed_at(path, error));
        }
        rest.take(most_octets(of_receiver)).read_to_end(&mut start).map_err(failed)?;
        refuse_other_shapes(&start)?;
        if beside.is_empty() {
            return Ok(Self::Envelope(start));
        }
        let in_folder = |error| failed_at(folder, error);
        let mut file = tempfile::tempfile_in(folder).map_err(in_folder)?;
        write_package(&start, beside, BufWriter::new(&mut file))?;
        file.rewind().map_err(in_folder)?;
        Self::package(file, &spool, |error| failed_at(folder, error))
    }

    fn package(message: impl Read, spool: &Spool, failed: impl Fn(MimeError) -> Failure) -> Outcome<Self> {
        let limits = limits().with(Limit::PackagedEnvelopeOctets, 64 << 20).with(Limit::PackageOctets, u64::MAX);
        let package = Package::read(message, &limits, spool).map_err(|error| match error {
            MimeError::Io { .. } => failed(error),
            error => refused(error),
        });
        Ok(Self::Package(Box::new(package?)))
    }

    /// The form in which a receiver takes it.
    pub(crate) fn incoming(&self) -> Incoming<'_> {
        match self {
            Self::Envelope(octets) => Incoming::from(octets),
            Self::Package(package) => Incoming::from(&**package),
        }
    }
}

/// Reads a message to look at. Of a document that is larger than the limit, only enough is read to show that: its end may never
/// come.
pub(crate) fn read_message(path: &Path, beside: &[String]) -> Outcome<Vec<u8>> {
    let (mut octets, rest) = read_start(path, &limits())?;
    let most = if Package::is_one(&octets) { u64::MAX } else { most_octets(&limits()) };
    rest.take(most).read_to_end(&mut octets).map_err(|error| failed_at(path, error))?;
    if beside.is_empty() { Ok(octets) } else { write_package(&octets, beside, Vec::new()) }
}
