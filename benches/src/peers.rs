//! The peers: harnesses that are built here, and lines of harnesses that ran elsewhere on the same messages.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::root;

/// A harness: a program that takes an operation, a message and a certificate, and prints a median in nanoseconds.
pub struct Peer {
    /// Its name in the table.
    pub name: &'static str,
    program: PathBuf,
}

impl Peer {
    /// Those that can be built here. A name is printed for each that cannot.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let peers = [("libxml2 / xmlsec1", xmlsec1()), ("bergshamra", bergshamra())];
        let built = peers.into_iter().filter_map(|(name, program)| {
            if program.is_none() {
                eprintln!("the harness of {name} was not built: it is missing from the table");
            }
            Some(Self { name, program: program? })
        });
        built.collect()
    }

    /// How long it takes for an operation; `None` for one that it does not have.
    #[must_use]
    pub fn ask(&self, operation: &str, message: &Path, certificate: &Path) -> Option<Duration> {
        let output = Command::new(&self.program).arg(operation).args([message, certificate]).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        text.trim().parse().ok().map(Duration::from_nanos)
    }
}

/// A measurement that a harness printed: `peer,operation,size,runs,median_ns,…`.
pub struct Line {
    /// The peer.
    pub peer: String,
    /// Its operation.
    pub operation: String,
    /// The size of the message, such as `10k`.
    pub size: String,
    /// The median.
    pub median: Duration,
}

impl Line {
    /// The lines of a file. What is no such line is skipped.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn read(file: &Path) -> std::io::Result<Vec<Self>> {
        Ok(std::fs::read_to_string(file)?.lines().filter_map(Self::parse).collect())
    }

    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split(',').map(str::trim);
        let (peer, operation, size) = (fields.next()?, fields.next()?, fields.next()?);
        let median = Duration::from_nanos(fields.nth(1)?.parse().ok()?);
        let owned = |text: &str| text.to_ascii_lowercase();
        Some(Self { peer: peer.to_owned(), operation: owned(operation), size: owned(size), median })
    }
}

/// The C harness, over libxmlsec1.
fn xmlsec1() -> Option<PathBuf> {
    let binary = root().join("target/xmlsec1-harness");
    let flags = Command::new("pkg-config").args(["--cflags", "--libs", "xmlsec1-openssl"]).output().ok()?;
    let flags = String::from_utf8(flags.stdout).ok()?;
    let built = Command::new("cc")
        .args(["-O2", "-w", "-o"])
        .arg(&binary)
        .arg(root().join("benches/peers/xmlsec1.c"))
        .args(flags.split_whitespace())
        .status();
    built.ok()?.success().then_some(binary)
}

/// The pure-Rust peer, in a workspace of its own.
fn bergshamra() -> Option<PathBuf> {
    let folder = root().join("benches/peers/bergshamra");
    let built = Command::new("cargo")
        .args(["build", "--release", "--quiet", "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(root().join("target/bergshamra"))
        .status();
    built.ok()?.success().then(|| root().join("target/bergshamra/release/bergshamra-harness"))
}
