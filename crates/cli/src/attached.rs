//! `--attach [ID=]FILE`: files beside an envelope, to send, or as a peer sent them with an envelope that is a file of its own.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use ws_security::attachments::{Attachment, MimeError, Package, PackageWriter};
use ws_security::crypto::{CryptoError, SystemRandom};
use ws_security::soap::mime::{fresh_boundary, xop};

use crate::output::{self, Failure, Outcome, could_not};

/// The namespace of elements of XOP.
const XOP: &[u8] = b"http://www.w3.org/2004/08/xop/include";

/// A file as an attachment.
pub(crate) struct Attached<'a> {
    content_id: String,
    content_type: &'static str,
    disposition: String,
    path: &'a Path,
}

impl<'a> Attached<'a> {
    /// The files of several `--attach`, in order.
    pub(crate) fn all(arguments: &'a [String]) -> impl Iterator<Item = Self> {
        (1..).zip(arguments).map(|(number, argument)| Self::of(number, argument))
    }

    /// The name of the file gives the type, and the Content-ID if none is given; the number distinguishes files of the same name.
    fn of(number: usize, argument: &'a str) -> Self {
        let (id, path) = split(argument);
        let path = Path::new(path);
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let by_name = || {
            let id: String =
                name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
            format!("{id}@{number}.attachment")
        };
        let content_type = match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
            "xml" => "text/xml",
            "txt" => "text/plain; charset=utf-8",
            "json" => "application/json",
            "pdf" => "application/pdf",
            "png" => "image/png",
            "jpg" | "jpeg" => "image/jpeg",
            "gz" => "application/gzip",
            _ => "application/octet-stream",
        };
        let quoted: String = name.chars().filter(|c| !c.is_control() && !matches!(c, '"' | '\\')).collect();
        let disposition = format!("attachment; filename=\"{quoted}\"");
        Self { content_id: id.map_or_else(by_name, str::to_owned), content_type, disposition, path }
    }

    fn failed(&self, error: impl std::fmt::Display) -> Failure {
        output::failed_at(self.path, error)
    }

    /// To send.
    pub(crate) fn to_send(&self) -> Outcome<Attachment> {
        // A file without a length, such as a pipe, is read at once.
        let attachment = match self.path.is_file() {
            true => File::open(self.path)
                .map_err(MimeError::from)
                .and_then(|file| Attachment::of_file(&*self.content_id, self.content_type, file)),
            false => Attachment::new(&*self.content_id, self.content_type, output::read(self.path)?),
        };
        attachment
            .and_then(|attachment| attachment.field("Content-Disposition", &*self.disposition))
            .map_err(|error| self.failed(error))
    }

    /// As a part of a package.
    fn write<W: Write>(&self, package: &mut PackageWriter<W>) -> Outcome {
        // The name may not be one.
        Attachment::new(&*self.content_id, self.content_type, Vec::new()).map_err(|error| self.failed(error))?;
        let id = format!("<{}>", self.content_id);
        let fields = [
            ("Content-ID", &*id),
            ("Content-Type", self.content_type),
            ("Content-Disposition", self.disposition.as_str()),
        ];
        let mut content = File::open(self.path).map_err(|error| self.failed(error))?;
        package.part(&fields, &mut content).map_err(|error| self.failed(error))
    }
}

/// The Content-ID, if there is one, and the file. Either may contain `=`: of several, the one is taken that leaves a file.
fn split(argument: &str) -> (Option<&str>, &str) {
    let named = || {
        let splits = argument.match_indices('=').filter_map(|(at, _)| argument.split_at_checked(at));
        splits.map(|(id, file)| (Some(id), file.strip_prefix('=').unwrap_or(file)))
    };
    let found = named().find(|(_, file)| Path::new(file).exists());
    let unnamed = || Path::new(argument).exists().then_some((None, argument));
    found.or_else(unnamed).or_else(|| named().next_back()).unwrap_or((None, argument))
}

/// Writes a package of an envelope and the files that came beside it, as a complete MIME message.
pub(crate) fn write_package<W: Write>(envelope: &[u8], arguments: &[String], mut out: W) -> Outcome<W> {
    if Package::is_one(envelope) {
        return Err(could_not("--attach is for an envelope alone, and the message is a package with its attachments"));
    }
    // Where an element of XOP may be, the parts have what is inside it.
    let is_xop = envelope.windows(XOP.len()).any(|octets| octets == XOP);
    let root_type = if is_xop { xop::MEDIA_TYPE } else { "text/xml" };
    let boundary = fresh_boundary(&SystemRandom).map_err(|error: CryptoError| could_not(error))?;
    let content_type = PackageWriter::with_boundary(io::sink(), root_type, boundary.clone()).content_type();
    write!(out, "MIME-Version: 1.0\r\nContent-Type: {content_type}\r\n\r\n").map_err(could_not)?;
    let mut package = PackageWriter::with_boundary(out, root_type, boundary);
    package.part(&[("Content-Type", root_type)], &mut &*envelope).map_err(could_not)?;
    for attached in Attached::all(arguments) {
        attached.write(&mut package)?;
    }
    package.finish().map_err(could_not)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn an_id_is_in_front_of_the_file_and_either_may_have_an_equals_sign() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        assert_eq!(split(file), (None, file));
        for id in ["a@x", "a=b@x", "a==@x"] {
            assert_eq!(split(&format!("{id}={file}")), (Some(id), file));
        }
        assert_eq!(split("a@x=nowhere"), (Some("a@x"), "nowhere"));
        assert_eq!(split("nowhere"), (None, "nowhere"));
    }
}
