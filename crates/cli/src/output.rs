//! Input, output, and the two ways to fail.

use std::fs::{File, Permissions};
use std::io::{self, BufWriter, IsTerminal as _, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{Formatter, PrettyFormatter};
use tempfile::NamedTempFile;
use ws_security::Budget;
use ws_security::attachments::Package;
use ws_security::c14n::{Document, other_encoding, transcode, transcode_declared};
use ws_security::text::{escaped, is_plain};
use ws_security::{Correlation, Limit, Limits};
use wss_inspect::{Message, hint};
use wss_profile::ProfileError;

use crate::args::ReadingArgs;
use crate::waiting;

/// Why a command failed.
pub(crate) enum Failure {
    /// The message is refused: exit 1.
    Refused(String),
    /// No decision: exit 2.
    CouldNot(String),
}

pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// Whether standard output shows colours, and the user wants them.
pub(crate) fn paints() -> bool {
    io::stdout().is_terminal() && wants_colors(std::env::var_os("NO_COLOR"))
}

/// Whether `NO_COLOR` leaves colours on: it is not set, or empty, which counts as not set (no-color.org).
fn wants_colors(no_color: Option<std::ffi::OsString>) -> bool {
    no_color.is_none_or(|value| value.is_empty())
}

pub(crate) fn refused(error: impl std::fmt::Display) -> Failure {
    Failure::Refused(error.to_string())
}

pub(crate) fn could_not(error: impl std::fmt::Display) -> Failure {
    Failure::CouldNot(error.to_string())
}

impl From<ProfileError> for Failure {
    fn from(error: ProfileError) -> Self {
        could_not(error)
    }
}

/// A file, or standard input for `-`.
fn reader(path: &Path) -> Outcome<Box<dyn Read>> {
    match path.as_os_str() == "-" {
        true => {
            // A terminal shows the typed characters.
            if io::stdin().is_terminal() {
                waiting::end();
            }
            wss_profile::standard_input().map(|input| Box::new(input) as Box<dyn Read>).map_err(could_not)
        }
        false => File::open(path).map(|file| Box::new(file) as Box<dyn Read>).map_err(|error| failed_at(path, error)),
    }
}

pub(crate) fn failed_at(path: &Path, error: impl std::fmt::Display) -> Failure {
    could_not(format!("{}: {error}", path.display()))
}

/// Reads a file, or standard input for `-`.
pub(crate) fn read(path: &Path) -> Outcome<Vec<u8>> {
    let mut octets = Vec::new();
    reader(path)?.read_to_end(&mut octets).map_err(|error| failed_at(path, error))?;
    Ok(octets)
}

/// As [`read`], for a document. Of a document that is larger than the limit, only enough is read to show that: its end
/// may never come.
pub(crate) fn read_document(path: &Path) -> Outcome<Vec<u8>> {
    let mut octets = with_room_for(path, &limits());
    reader(path)?.take(most_octets(&limits())).read_to_end(&mut octets).map_err(|error| failed_at(path, error))?;
    Ok(octets)
}

/// The start of a message, which shows whether it is a package, and the rest of it.
pub(crate) fn read_start(path: &Path, limits: &Limits) -> Outcome<(Vec<u8>, Box<dyn Read>)> {
    let (mut rest, mut start) = (reader(path)?, with_room_for(path, limits));
    rest.by_ref().take(16 << 10).read_to_end(&mut start).map_err(|error| failed_at(path, error))?;
    Ok((start, rest))
}

/// Room for a file, as far as the limits let it be read: a buffer that grows takes twice as much while it does.
fn with_room_for(path: &Path, limits: &Limits) -> Vec<u8> {
    let len = match path.as_os_str() == "-" {
        true => 0,
        false => std::fs::metadata(path).map_or(0, |file| file.len()).min(most_octets(limits)),
    };
    let mut room = Vec::new();
    // If there is not that much memory at once, the buffer grows while reading.
    drop(room.try_reserve_exact(usize::try_from(len).unwrap_or_default()));
    room
}

/// More octets than any document within the limit has, in any encoding: two for each of UTF-8, and those of a byte order mark.
pub(crate) fn most_octets(limits: &Limits) -> u64 {
    limits.get(Limit::DocumentOctets).saturating_mul(2).saturating_add(4)
}

/// Writes to a file, or to standard output.
pub(crate) fn write(path: Option<&PathBuf>, octets: &[u8]) -> Outcome {
    write_with(path, |out| out.write_all(octets))
}

/// As [`write_with`], for text of ours with controls for a terminal. Text of messages in it is escaped already.
pub(crate) fn write_painted(path: Option<&PathBuf>, pieces: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Outcome {
    match path {
        Some(path) if !is_stdout(path) => write_with(Some(path), pieces),
        _ => to_stdout(pieces),
    }
}

/// Writes JSON while it is made.
pub(crate) fn write_json(path: Option<&PathBuf>, value: &impl Serialize) -> Outcome {
    write_painted(path, |out| {
        let mut serializer = Serializer::with_formatter(&mut *out, Visible(PrettyFormatter::new()));
        value.serialize(&mut serializer)?;
        out.write_all(b"\n")
    })
}

/// Writes to standard output. A closed pipe is no failure: its reader has read enough.
fn to_stdout(pieces: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Outcome {
    waiting::end();
    match write_all(io::stdout().lock(), pieces) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(could_not),
    }
}

/// Octets of a message as a terminal may show them: characters that would control it are character references, which
/// mean the same in XML.
fn for_terminal(octets: &[u8]) -> String {
    let text = String::from_utf8_lossy(octets);
    text.chars().fold(String::with_capacity(text.len()), |mut shown, c| {
        match is_plain(c) || matches!(c, '\n' | '\t') {
            true => shown.push(c),
            false => shown.push_str(&format!("&#x{:X};", u32::from(c))),
        }
        shown
    })
}

/// The text that `pieces` writes, in a form that a terminal may show.
fn shown(pieces: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Outcome<String> {
    let mut octets = Vec::new();
    pieces(&mut octets).map_err(could_not)?;
    Ok(for_terminal(&octets))
}

/// As [`write()`], piece by piece. A file is written as a whole or not at all.
pub(crate) fn write_with(path: Option<&PathBuf>, pieces: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Outcome {
    let Some(path) = path.filter(|path| !is_stdout(path)) else {
        if !io::stdout().is_terminal() {
            return to_stdout(pieces);
        }
        let shown = shown(pieces)?;
        return to_stdout(|out| out.write_all(shown.as_bytes()));
    };
    // A device or a pipe is written directly, since it cannot be replaced.
    if is_special(path) {
        let mut file = File::options().write(true).open(path).map_err(|error| failed_at(path, error))?;
        if file.is_terminal() {
            waiting::end();
            return file.write_all(shown(pieces)?.as_bytes()).map_err(|error| failed_at(path, error));
        }
        return write_all(file, pieces).map_err(|error| failed_at(path, error));
    }
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.clone());
    let replaced = std::fs::metadata(&target).ok().map(|replaced| replaced.permissions());
    let written = whole(&target, replaced, pieces).and_then(|file| Ok(file.persist(&target).map(drop)?));
    written.map_err(|error| failed_at(path, error))
}

/// Writes a file that only its owner can read. An existing regular file is replaced, and nothing else is.
pub(crate) fn write_secret(path: &Path, octets: &[u8]) -> Outcome {
    check_secret(path)?;
    #[cfg(unix)]
    let permissions = Some(std::os::unix::fs::PermissionsExt::from_mode(0o600));
    #[cfg(not(unix))]
    let permissions = None;
    let written = whole(path, permissions, |out| out.write_all(octets));
    written.and_then(|file| Ok(file.persist(path).map(drop)?)).map_err(|error| failed_at(path, error))
}

fn check_secret(path: &Path) -> Outcome {
    if is_stdout(path) || is_special(path) {
        return Err(could_not(format!("{}: it is no regular file: name a file for the state", path.display())));
    }
    // A message or a key that was named by mistake must not be lost.
    let is_state = |start: &[u8]| start.is_empty() || std::str::from_utf8(start).is_ok_and(Correlation::is_text);
    let mut start = Vec::new();
    if path.exists() {
        // A state is ASCII, and its first line identifies it.
        let opened = File::open(path).and_then(|file| file.take(64).read_to_end(&mut start));
        opened.map_err(|error| failed_at(path, error))?;
    }
    match is_state(&start) {
        true => Ok(()),
        false => {
            Err(could_not(format!("{}: it is there, and no state of an exchange: name another file", path.display())))
        }
    }
}

/// Whether the result goes to standard output: `-o -`.
fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Whether the path exists and is no regular file.
fn is_special(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| !found.is_file())
}

/// The folder that a file is in.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Finds out whether result and state can be written, each to a file of its own and none to `store`, before anything is done
/// that cannot be undone.
pub(crate) fn check_outputs(result: Option<&Path>, secret: Option<&Path>, store: Option<&Path>) -> Outcome {
    check_distinct([result, secret, store])?;
    secret.map_or(Ok(()), check_secret)?;
    for path in [result, secret].into_iter().flatten().filter(|path| !is_stdout(path)) {
        if path.is_dir() {
            return Err(could_not(format!("{}: it is a folder: name a file in it", path.display())));
        }
        if is_special(path) {
            continue;
        }
        let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        whole(&target, None, |_| Ok(())).map_err(|error| failed_at(path, error))?;
    }
    Ok(())
}

/// Finds out whether files can be written to a folder.
pub(crate) fn check_folder(folder: &Path) -> Outcome {
    whole(&folder.join("-"), None, |_| Ok(())).map(drop).map_err(|error| failed_at(folder, error))
}

/// Refuses a page that is written where the result goes, which is standard output by default.
pub(crate) fn check_page(result: Option<&Path>, page: Option<&Path>) -> Outcome {
    check_distinct([Some(result.unwrap_or(Path::new("-"))), page])
}

/// Refuses two outputs to the same file.
fn check_distinct<const N: usize>(paths: [Option<&Path>; N]) -> Outcome {
    let mut known = Vec::new();
    for path in paths.into_iter().flatten() {
        // A device is written to, and not replaced.
        if is_special(path) {
            continue;
        }
        let folder = folder_of(path);
        let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        let place = std::fs::canonicalize(path).unwrap_or_else(|_| folder.join(path.file_name().unwrap_or_default()));
        if known.contains(&place) {
            return Err(could_not(format!("{}: two options write this file: name two files", path.display())));
        }
        known.push(place);
    }
    Ok(())
}

/// The state of an exchange: saved, or read off the message itself, which has no keys.
pub(crate) fn correlation(path: &Path) -> Outcome<Correlation> {
    let octets = read(path)?;
    match std::str::from_utf8(&octets) {
        Ok(text) if Correlation::is_text(text) => Correlation::from_text(text).map_err(|error| failed_at(path, error)),
        _ => Correlation::of_sent(&companion_in(path, &octets)?).map_err(|error| failed_at(path, error)),
    }
}

/// Writes a file with this name, which must not exist yet, not even as a link.
pub(crate) fn write_new(path: &Path, pieces: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Outcome {
    let written = whole(path, None, pieces).and_then(|file| Ok(file.persist_noclobber(path).map(drop)?));
    written.map_err(|error| failed_at(path, error))
}

/// A file in the folder of `target` with a temporary name. It is removed unless it is renamed. Before anything is
/// written it has the permissions of the file that it replaces, or else those of any new file.
fn whole(
    target: &Path,
    permissions: Option<Permissions>,
    pieces: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<NamedTempFile> {
    let mut new = tempfile::Builder::new();
    #[cfg(unix)]
    new.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = new.tempfile_in(folder_of(target))?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    write_all(file.as_file_mut(), pieces)?;
    Ok(file)
}

fn write_all(out: impl Write, pieces: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    pieces(&mut out)?;
    out.flush()
}

/// Writes a line to stderr. Text from a message cannot control the terminal, even if a caller forgot to escape it.
pub(crate) fn say(what: impl std::fmt::Display) {
    let what = what.to_string();
    waiting::make_room();
    // If stderr is closed, there is nobody to tell.
    let _unread = writeln!(io::stderr().lock(), "wss: {}", escaped(&what));
}

/// JSON in which every character that is not plainly visible is written as its escape.
struct Visible(PrettyFormatter<'static>);

impl Formatter for Visible {
    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }

    /// Outside strings, JSON has no such character.
    fn write_string_fragment<W: Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, hidden)) = rest.char_indices().find(|(_, c)| !is_plain(*c)) {
            let (plain, others) = rest.split_at(at);
            out.write_all(plain.as_bytes())?;
            hidden.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(out, "\\u{unit:04x}"))?;
            rest = others.split_at(hidden.len_utf8()).1;
        }
        out.write_all(rest.as_bytes())
    }
}

/// Refuses octets that are neither XML nor a package, if their start shows what they are.
pub(crate) fn refuse_other_shapes(octets: &[u8]) -> Outcome {
    hint(octets).map_or(Ok(()), |why| Err(refused(why)))
}

/// A message to look at.
pub(crate) fn message(octets: &[u8]) -> Outcome<Message<'_>> {
    Message::read(octets, &limits()).map_err(refused)
}

/// The text of a document: UTF-8, or UTF-16 with a byte order mark.
pub(crate) fn text(octets: &[u8]) -> Outcome<String> {
    Ok(document(octets, ReadingArgs::default())?.into_source().into_owned())
}

/// A document: UTF-8, or UTF-16 with a byte order mark. It has a DOCTYPE or another encoding only if that is allowed.
pub(crate) fn document(octets: &[u8], reading: ReadingArgs) -> Outcome<Document<'_>> {
    refuse_other_shapes(octets)?;
    let text = match (other_encoding(octets), reading.accept_other_encodings) {
        (Some(encoding), false) => {
            return Err(refused(format!(
                "the document is in {encoding:?}: have it sent in UTF-8, or give --accept-other-encodings"
            )));
        }
        (_, true) => transcode_declared(octets, None),
        (_, false) => transcode(octets),
    };
    let text = text.map_err(refused)?;
    if reading.allow_doctype {
        let budget = Budget::new(&limits(), octets.len() as u64);
        return Document::parse_with_doctype(text, &budget).map_err(refused);
    }
    Document::parse(text, &limits()).map_err(refused)
}

/// The package, if the message is one.
pub(crate) fn package(octets: &[u8]) -> Outcome<Option<Package<'_>>> {
    refuse_other_shapes(octets)?;
    if !Package::is_one(octets) {
        return Ok(None);
    }
    Package::parse(octets, &limits()).map(Some).map_err(refused)
}

/// The text of a document that belongs to the message, also from a package. A document that cannot be read says nothing
/// about the message.
pub(crate) fn companion(path: &Path) -> Outcome<String> {
    companion_in(path, &read(path)?)
}

/// As [`companion`], from the octets of the file, since a pipe gives them only once.
fn companion_in(path: &Path, octets: &[u8]) -> Outcome<String> {
    let found = package(octets).and_then(|package| match &package {
        Some(package) => text(package.unauthenticated_envelope()),
        None => text(octets),
    });
    found.map_err(|failure| match failure {
        Failure::Refused(why) | Failure::CouldNot(why) => could_not(format!("{}: {why}", path.display())),
    })
}

/// The arguments of `--limit`.
static CHANGED: OnceLock<Vec<String>> = OnceLock::new();

/// Stores the arguments of `--limit`, before anything is read.
pub(crate) fn set_limits(arguments: Vec<String>) -> Outcome {
    wss_profile::limits(Limits::default(), &arguments)?;
    CHANGED.set(arguments).map_err(|_| could_not("limits are set once"))
}

/// The arguments of `--limit`.
pub(crate) fn changed_limits() -> &'static [String] {
    CHANGED.get().map_or(&[], Vec::as_slice)
}

/// The limits of the command line: larger documents than in a service.
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
    wss_profile::limits(limits, changed_limits()).expect("they were read when they were stored")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// no-color.org: "when present and not an empty string".
    #[test]
    fn an_empty_no_color_counts_as_not_set() {
        assert!(wants_colors(None) && wants_colors(Some("".into())));
        assert!(!wants_colors(Some("1".into())) && !wants_colors(Some("0".into())));
    }

    #[test]
    fn a_message_does_not_control_the_terminal() {
        let message = "<a>Zürich\n\t\u{9B}31m\u{202E}x\u{7}</a>";
        assert_eq!(for_terminal(message.as_bytes()), "<a>Zürich\n\t&#x9B;31m&#x202E;x&#x7;</a>");
        assert_eq!(for_terminal(b"\xFF"), "\u{FFFD}");
    }
}
