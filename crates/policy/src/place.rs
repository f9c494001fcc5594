//! Places: where in a file an assertion is.

use std::fmt;

use wss_text::shown;

/// Where in a file an assertion is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The location of the file, as an import names it; empty for the file that was given.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The octet in the line, from 1.
    pub column: usize,
    /// The names of the assertions around it and its own, as in `AsymmetricBinding/Layout/Strict`.
    pub path: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, path } = self;
        if !file.is_empty() {
            write!(f, "{} ", shown(file))?;
        }
        write!(f, "{line}:{column} {}", shown(path))
    }
}

/// The lines of a file.
pub(crate) struct Lines {
    file: String,
    /// The offset of each line.
    starts: Vec<usize>,
}

impl Lines {
    pub(crate) fn of(file: &str, source: &str) -> Self {
        let after = source.bytes().enumerate().filter(|(_, octet)| *octet == b'\n').map(|(at, _)| at + 1);
        Self { file: file.to_owned(), starts: std::iter::once(0).chain(after).collect() }
    }

    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    pub(crate) fn place(&self, offset: usize, path: String) -> Place {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|at| self.starts.get(at)).copied().unwrap_or(0);
        Place { file: self.file.clone(), line, column: offset - start + 1, path }
    }
}
