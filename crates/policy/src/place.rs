//! Places of assertions in files.

use std::fmt;
use std::sync::Arc;

use wss_text::{Slice as _, shown};

/// The largest number of characters of a name in a path.
const LONGEST_NAME: usize = 64;

/// The place of an assertion in a file. Cloning is cheap: many hold the same place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location(Arc<Place>);

#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Place {
    file: Arc<str>,
    line: usize,
    column: usize,
    /// The names of the assertions around it, which many places share.
    around: Arc<str>,
    local: Arc<str>,
}

impl Location {
    /// The location of the file, as an import names it; empty for the file that was given.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.0.file
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.0.line
    }

    /// The octet in the line, from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.0.column
    }

    /// The names of the assertions around it and its own, as in `AsymmetricBinding/Layout/Strict`.
    #[must_use]
    pub fn path(&self) -> String {
        below(&self.0.around, &self.0.local)
    }
}

impl Location {
    pub(crate) fn name(&self) -> Arc<str> {
        Arc::clone(&self.0.local)
    }

    pub(crate) fn local(&self) -> &str {
        &self.0.local
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { file, line, column, .. } = &*self.0;
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
        Location(Arc::new(Place { file, line, column: offset - start as usize + 1, around, local }))
    }
}
