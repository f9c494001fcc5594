//! Why a store cannot be opened.

use std::path::{Path, PathBuf};

use thiserror::Error;
use wss_text::WireText;

/// Why a store cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SqliteStoreError {
    /// *Failed.* The file cannot be opened, read or written, or it is damaged.
    #[error(
        "the replay store {path:?} cannot be opened ({cause}): check the path, or put an empty store in its place \
             once the replay window is over"
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// The report of SQLite or the system.
        cause: WireText,
    },
    /// *Misuse.* The file is another kind of database.
    #[error("{path:?} is a database, but not a replay store: name another file")]
    Foreign {
        /// The file.
        path: PathBuf,
    },
}

impl SqliteStoreError {
    pub(crate) fn open(path: &Path, cause: &dyn std::fmt::Display) -> Self {
        Self::Open { path: path.to_owned(), cause: WireText::of(cause) }
    }
}
