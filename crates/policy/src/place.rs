//! Places of assertions in files.

use std::fmt;
use std::sync::Arc;

use wss_text::{Slice as _, shown};

/// The largest number of characters of a name in a path.
const LONGEST_NAME: usize = 64;

/// The place of an assertion in a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// The location of the file, as an import names it; empty for the file that was given.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: usize,
    /// The octet in the line, from 1.
    pub column: usize,
    /// The names of the assertions around it, which many places share.
    around: Arc<str>,
    local: Arc<str>,
}

impl Location {
    /// The names of the assertions around it and its own, as in `AsymmetricBinding/Layout/Strict`.
    #[must_use]
    pub fn path(&self) -> String {
        below(&self.around, &self.local)
    }
}

impl Location {
    pub(crate) fn name(&self) -> Arc<str> {
        Arc::clone(&self.local)
    }

    pub(crate) fn local(&self) -> &str {
        &self.local
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, .. } = self;
        if !file.is_empty() {
            write!(f, "{} ", shown(file))?;
        }
        write!(f, "{line}:{column} {}", shown(&self.path()))
    }
}

/// `path` with `local` appended as its last step. A long name is cut.
pub(crate) fn below(path: &str, local: &str) -> String {
    let end = local.char_indices().nth(LONGEST_NAME).map_or(local.len(), |(at, _)| at);
    let local = local.slice(..end);
    if path.is_empty() { local.to_owned() } else { format!("{path}/{local}") }
}

/// The lines of a file.
pub(crate) struct Lines {
    file: Arc<str>,
    /// The offset of each line.
    starts: Vec<u32>,
}

impl Lines {
    pub(crate) fn of(file: &str, source: &str) -> Self {
        let mut starts = Vec::with_capacity(source.bytes().filter(|octet| *octet == b'\n').count() + 1);
        let after = source.bytes().zip(1..).filter(|(octet, _)| *octet == b'\n').map(|(_, after)| after);
        starts.extend(std::iter::once(0).chain(after));
        Self { file: file.into(), starts }
    }

    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    pub(crate) fn place(&self, offset: usize, around: &Arc<str>, local: Arc<str>) -> Location {
        let line = self.starts.partition_point(|start| *start as usize <= offset);
        let start = line.checked_sub(1).and_then(|at| self.starts.get(at)).copied().unwrap_or(0);
        let (file, around) = (Arc::clone(&self.file), Arc::clone(around));
        Location { file, line, column: offset - start as usize + 1, around, local }
    }
}
