//! The octets of a part: in memory, or in a file that is read whenever they are needed.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};
use wss_text::{Slice as _, SliceMut as _, octets};

/// The number of octets that are read, copied, sealed or opened at a time.
pub const PIECE: usize = 64 << 10;

/// The octets of a part. Cheap to clone.
#[derive(Clone)]
pub struct Content<'m>(Octets<'m>);

#[derive(Clone)]
enum Octets<'m> {
    Borrowed(&'m [u8]),
    Memory { octets: Arc<Vec<u8>>, start: usize },
    File { file: Arc<Mutex<File>>, start: u64, len: u64 },
}

impl std::fmt::Debug for Content<'_> {
    /// Without the octets, which may be secret and long.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} octets", self.len())
    }
}

impl From<Vec<u8>> for Content<'_> {
    fn from(octets: Vec<u8>) -> Self {
        Self(Octets::Memory { octets: Arc::new(octets), start: 0 })
    }
}

impl<'m> From<&'m [u8]> for Content<'m> {
    fn from(octets: &'m [u8]) -> Self {
        Self(Octets::Borrowed(octets))
    }
}

impl<'m> Content<'m> {
    /// All octets that a file holds now.
    ///
    /// # Errors
    /// Errors of the system; [`io::ErrorKind::InvalidInput`] for a file without a length, such as a pipe.
    pub fn file(file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let len = metadata.len();
        Ok(Self(Octets::File { file: Arc::new(Mutex::new(file)), start: 0, len }))
    }

    /// The number of octets.
    #[must_use]
    pub fn len(&self) -> u64 {
        match &self.0 {
            Octets::File { len, .. } => *len,
            _ => self.as_slice().unwrap_or_default().len() as u64,
        }
    }

    /// Whether there are no octets.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The octets, if they are in memory.
    #[must_use]
    pub fn as_slice(&self) -> Option<&[u8]> {
        match &self.0 {
            Octets::Borrowed(octets) => Some(octets),
            Octets::Memory { octets, start } => Some(octets.get(*start..).unwrap_or_default()),
            Octets::File { .. } => None,
        }
    }

    /// The octets after the first `count`: none if there are not as many.
    #[must_use]
    pub fn without_first(&self, count: usize) -> Self {
        Self(match &self.0 {
            Octets::Borrowed(octets) => Octets::Borrowed(octets.get(count..).unwrap_or_default()),
            Octets::Memory { octets, start } => Octets::Memory { octets: Arc::clone(octets), start: start + count },
            Octets::File { file, start, len } => {
                let skipped = (count as u64).min(*len);
                Octets::File { file: Arc::clone(file), start: start + skipped, len: len - skipped }
            }
        })
    }

    /// Reads it from its beginning. Several readers can work at once.
    #[must_use]
    pub fn reader(&self) -> Box<dyn Read + '_> {
        match &self.0 {
            Octets::File { file, start, len } => Box::new(FileReader { file, at: *start, left: *len }),
            _ => Box::new(self.as_slice().unwrap_or_default()),
        }
    }

    /// Passes it to `take` piece by piece; content in memory is not copied.
    ///
    /// # Errors
    /// Errors of `take`, and of the file.
    pub fn for_each_piece<E: From<io::Error>>(&self, take: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        match self.as_slice() {
            Some(octets) => octets.chunks(PIECE).try_for_each(take),
            None => for_each_piece(self.reader(), take),
        }
    }

    /// All of it, in memory.
    ///
    /// # Errors
    /// Errors of the file.
    pub fn read_all(&self) -> io::Result<Cow<'_, [u8]>> {
        match self.as_slice() {
            Some(octets) => Ok(Cow::Borrowed(octets)),
            None => {
                let mut octets = Vec::new();
                self.reader().read_to_end(&mut octets)?;
                Ok(Cow::Owned(octets))
            }
        }
    }

    /// The same with owned data.
    #[must_use]
    pub fn into_owned(self) -> Content<'static> {
        match self.0 {
            Octets::Borrowed(octets) => octets.to_vec().into(),
            Octets::Memory { octets, start } => Content(Octets::Memory { octets, start }),
            Octets::File { file, start, len } => Content(Octets::File { file, start, len }),
        }
    }
}

/// Reads a span of a file that others read as well.
struct FileReader<'f> {
    file: &'f Mutex<File>,
    at: u64,
    left: u64,
}

impl Read for FileReader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let wanted = out.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let out = out.slice_mut(..wanted);
        if out.is_empty() {
            return Ok(0);
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at))?;
        let count = file.read(out)?;
        if count == 0 {
            // The file was longer when its length was taken. The rest must not pass for the whole.
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}

/// Makes octets piece by piece, for [`Pieces`].
pub trait Refill {
    /// Puts the next piece into `ready`, which is empty. Returns `false` at the end.
    ///
    /// # Errors
    /// Errors of its input.
    fn refill(&mut self, ready: &mut Vec<u8>) -> io::Result<bool>;
}

/// Reads octets that are made piece by piece.
pub struct Pieces<R> {
    source: R,
    ready: Vec<u8>,
    /// The part of `ready` that was read.
    taken: usize,
}

impl<R> std::fmt::Debug for Pieces<R> {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pieces")
            .field("ready", &octets(&self.ready))
            .field("taken", &self.taken)
            .finish_non_exhaustive()
    }
}

impl<R: Refill> Pieces<R> {
    /// Starts with the octets in `ready`.
    #[must_use]
    pub fn new(source: R, ready: Vec<u8>) -> Self {
        Self { source, ready, taken: 0 }
    }
}

impl<R: Refill> Read for Pieces<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.ready.len() {
            self.ready.clear();
            self.taken = 0;
            if !self.source.refill(&mut self.ready)? {
                return Ok(0);
            }
        }
        let mut ready = self.ready.slice(self.taken..);
        let count = ready.read(out)?;
        self.taken += count;
        Ok(count)
    }
}

/// Passes the octets of `reader` to `take`, piece by piece.
///
/// # Errors
/// Errors of `reader` and of `take`.
pub fn for_each_piece<E: From<io::Error>>(
    mut reader: impl Read,
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut piece = vec![0; PIECE];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(count) => take(piece.slice(..count))?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_is_read_like_memory() {
        let octets: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(&octets).expect("written");
        let on_disk = Content::file(file).expect("its length");
        let in_memory = Content::from(octets.clone());
        assert_eq!(on_disk.len(), in_memory.len());
        for skipped in [0, 1, 70_000, 200_000, 300_000] {
            let left = octets.get(skipped..).unwrap_or_default();
            assert_eq!(on_disk.without_first(skipped).read_all().expect("read").as_ref(), left);
            assert_eq!(in_memory.without_first(skipped).read_all().expect("read").as_ref(), left);
        }
        // Two readers do not move each other.
        let (mut first, mut second) = (on_disk.reader(), on_disk.reader());
        let (mut one, mut two) = ([0; 10], [0; 10]);
        first.read_exact(&mut one).expect("read");
        second.read_exact(&mut two).expect("read");
        assert_eq!(one, two);
        first.read_exact(&mut one).expect("read");
        assert_eq!(one, octets[10..20]);
    }

    #[test]
    fn a_file_that_shrank_is_an_error() {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(b"0123456789").expect("written");
        let content = Content::file(file.try_clone().expect("cloned")).expect("its length");
        file.set_len(5).expect("cut");
        assert!(content.read_all().is_err());
    }
}
