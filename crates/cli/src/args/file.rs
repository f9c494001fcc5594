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

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}
