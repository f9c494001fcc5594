//! Arguments of `explain`.

use std::path::PathBuf;

use clap::Args;
use wss_profile::{
    AcceptOptions, AllowOptions, AssertionOptions, FreshnessOptions, HoldingOptions, PathOptions, TrustOptions,
};

use super::file::{BesideArgs, FileArgs, Format};

/// The last lines of `wss explain --help`.
const EXAMPLES: &str = "\
Exit 0: explained, whatever was found. 1: a package that cannot be read. 2: usage, or a file that cannot be read.
The output quotes the message and may hold its secrets. Nothing in it is authenticated.

Examples:
  Why does the digest of this message not fit?
    wss explain message.xml
  Who signed it, and with the key of this certificate? Is it encrypted to this key?
    wss explain --trust ca.pem --known-cert alice.pem --decrypt-key bob.key --decrypt-cert bob.pem message.xml
  Write what is digested here, and what the sender digested, and compare:
    wss explain --octets out message.xml
    diff out/signature-1-reference-1.xml out/signature-1-reference-1.sender.xml";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    #[command(flatten)]
    pub(crate) beside: BesideArgs,
    /// Write the canonical octets of every reference and SignedInfo into this folder: those of the message, and as
    /// .sender.xml those that fit
    #[arg(long, value_name = "DIR")]
    pub(crate) octets: Option<PathBuf>,
    /// A tree for people, or JSON
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
    /// The evaluation time
    #[arg(long, value_name = "RFC3339")]
    pub(crate) now: Option<String>,
    /// The request of this reply: the state that `wss secure --exchange` saved, with its keys; or the message as it was sent
    #[arg(long, value_name = "FILE")]
    pub(crate) request: Option<PathBuf>,
    /// A header block that the application handles: {namespace}local, or `addressing` for all of WS-Addressing
    #[arg(long, value_name = "{NS}LOCAL")]
    pub(crate) understand: Vec<String>,
    #[command(flatten)]
    pub(crate) signers: TrustOptions,
    #[command(flatten)]
    pub(crate) paths: PathOptions,
    #[command(flatten)]
    pub(crate) assertions: AssertionOptions,
    #[command(flatten)]
    pub(crate) holdings: HoldingOptions,
    #[command(flatten)]
    pub(crate) allow: AllowOptions,
    #[command(flatten)]
    pub(crate) accept: AcceptOptions,
    #[command(flatten)]
    pub(crate) freshness: FreshnessOptions,
}
