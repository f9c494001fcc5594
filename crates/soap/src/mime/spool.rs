//! Files for octets that do not fit into memory.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use wss_text::octets;

use super::content::{Content, PIECE};
use super::error::MimeError;

/// A folder for content that does not fit into memory: attachments on arrival, and their plaintext, before anything is
/// proven about them. The files have no name and are deleted with their last reader.
///
/// Plaintext is in these files unprotected: choose a folder that is as safe as the memory of the process.
#[derive(Debug, Clone)]
pub struct Spool {
    folder: Arc<Path>,
    in_memory: usize,
}

impl Spool {
    /// Content above 64 KiB goes to files in this folder.
    #[must_use]
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into().into(), in_memory: PIECE }
    }

    /// Content of up to this many octets stays in memory.
    #[must_use]
    pub fn keep_in_memory(mut self, octets: usize) -> Self {
        self.in_memory = octets;
        self
    }
}

/// Collects octets: in memory, or in a file if they are many and there is a spool.
pub struct SpoolWriter {
    spool: Option<Spool>,
    pending: Vec<u8>,
    file: Option<File>,
}

impl std::fmt::Debug for SpoolWriter {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SpoolWriter")
            .field("pending", &octets(&self.pending))
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

impl SpoolWriter {
    /// Large content goes to `spool`; without a spool, everything stays in memory.
    #[must_use]
    pub fn new(spool: Option<Spool>) -> Self {
        Self { spool, pending: Vec::new(), file: None }
    }

    /// A writer for about this many octets. If they all stay in memory, room for them is made at once.
    #[must_use]
    pub fn with_capacity(spool: Option<Spool>, octets: u64) -> Self {
        let capacity = if spool.is_none() { usize::try_from(octets).unwrap_or_default() } else { 0 };
        Self { pending: Vec::with_capacity(capacity), ..Self::new(spool) }
    }

    /// Takes `octets`.
    ///
    /// # Errors
    /// [`MimeError::Io`].
    pub fn write(&mut self, octets: &[u8]) -> Result<(), MimeError> {
        self.append(|pending| {
            pending.extend_from_slice(octets);
            Ok(())
        })
    }

    /// As [`SpoolWriter::write`], for the octets that `next` appends.
    ///
    /// # Errors
    /// Errors of `next`, and [`MimeError::Io`].
    pub fn append<E: From<MimeError>>(&mut self, next: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<(), E> {
        next(&mut self.pending)?;
        Ok(self.flush()?)
    }

    fn flush(&mut self) -> Result<(), MimeError> {
        let Some(spool) = &self.spool else { return Ok(()) };
        let file = match &mut self.file {
            None if self.pending.len() <= spool.in_memory => return Ok(()),
            None => self.file.insert(tempfile::tempfile_in(&spool.folder)?),
            Some(_) if self.pending.len() < PIECE => return Ok(()),
            Some(file) => file,
        };
        file.write_all(&self.pending)?;
        self.pending.clear();
        Ok(())
    }

    /// All collected octets.
    ///
    /// # Errors
    /// [`MimeError::Io`].
    pub fn finish(self) -> Result<Content<'static>, MimeError> {
        let Some(mut file) = self.file else { return Ok(self.pending.into()) };
        file.write_all(&self.pending)?;
        Ok(Content::file(file)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_octets_stay_in_memory_and_many_go_to_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        for (len, in_memory) in [(0, true), (10, true), (11, false), (200_000, false)] {
            let octets: Vec<u8> = (0..len).map(|n: u32| (n % 251) as u8).collect();
            let spool = Spool::in_folder(folder.path()).keep_in_memory(10);
            let mut writer = SpoolWriter::new(Some(spool));
            octets.chunks(7).for_each(|piece| writer.write(piece).expect("written"));
            let content = writer.finish().expect("finished");
            assert_eq!(content.as_slice().is_some(), in_memory, "{len}");
            assert_eq!(content.read_all().expect("read").as_ref(), octets);
        }
        let names = std::fs::read_dir(folder.path()).expect("listed").count();
        assert_eq!(names, 0, "the files have no names");
    }

    #[test]
    fn a_missing_folder_is_an_error() {
        let mut writer = SpoolWriter::new(Some(Spool::in_folder("/nowhere/at/all").keep_in_memory(0)));
        assert!(matches!(writer.write(b"x"), Err(MimeError::Io { .. })));
    }
}
