//! The identity of the file at a path.

use std::io;
use std::path::Path;

/// Distinguishes a file from another one that replaced it. On a system without file numbers, all files are alike.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileIdentity([u64; 2]);

impl FileIdentity {
    #[cfg(unix)]
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::MetadataExt as _;
        std::fs::metadata(path).map(|metadata| Self([metadata.dev(), metadata.ino()]))
    }

    #[cfg(not(unix))]
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        std::fs::metadata(path).map(|_| Self([0, 0]))
    }
}
