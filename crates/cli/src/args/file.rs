//! Arguments of several subcommands: the file to read, and the form of the report.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Args)]
pub(crate) struct FileArgs {
    /// The document, or - for standard input
    pub(crate) file: PathBuf,
    /// Write here instead of standard output
    #[arg(short, long)]
    pub(crate) output: Option<PathBuf>,
}

/// Files that came with an envelope which is not in a package with them.
#[derive(Args)]
pub(crate) struct BesideArgs {
    /// An attachment of the message, whose envelope is a file of its own. Its Content-ID is in front of it, or is
    /// NAME@NUMBER.attachment as of `wss secure`, and its type that of the ending of its name
    #[arg(long, value_name = "[ID=]FILE")]
    pub(crate) attach: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}
