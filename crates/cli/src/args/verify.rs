//! Arguments of `verify`: the keys of a profile, and what concerns one message.

use std::path::PathBuf;

use clap::Args;
use wss_profile::Receiving;

use super::file::{BesideArgs, FileArgs, Format};

/// Whom to trust, what to require, and what to write.
#[derive(Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    #[command(flatten)]
    pub(crate) receiving: Receiving,
    #[command(flatten)]
    pub(crate) message: ReceivedMessageArgs,
    #[command(flatten)]
    pub(crate) result: ResultArgs,
}

/// What concerns this message.
#[derive(Args)]
#[command(next_help_heading = "This message")]
pub(crate) struct ReceivedMessageArgs {
    /// Take the options of the table `verify` of this profile, in TOML or JSON; those beside it replace them
    #[arg(long, value_name = "FILE")]
    pub(crate) profile: Option<PathBuf>,
    /// The request of this reply: the state that `wss secure --exchange` saved, with its keys; or the message as it was sent,
    /// for replies that use no key of it
    #[arg(long, value_name = "FILE")]
    pub(crate) request: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) beside: BesideArgs,
    /// The evaluation time
    #[arg(long, value_name = "RFC3339")]
    pub(crate) now: Option<String>,
    /// Accept each message once, as long as its timestamp is fresh (without one, for --max-age): remember accepted messages
    /// in this SQLite file, which several `wss` with the same --max-age and --clock-skew can share
    #[arg(long, value_name = "FILE")]
    pub(crate) replay_store: Option<PathBuf>,
}

/// What is written, and where.
#[derive(Args)]
#[command(next_help_heading = "Result")]
pub(crate) struct ResultArgs {
    /// Print this part instead of the Body: Body, {ns}local, every:{ns}local, element:PATH or
    /// every:element:PATH, as --require names it
    #[arg(long, value_name = "PART", conflicts_with = "print_unauthenticated")]
    pub(crate) print: Vec<String>,
    /// Write the authenticated attachments into this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) attachments_dir: Option<PathBuf>,
    /// Save the state that `wss secure --confirm` needs to answer the message. It contains its keys: keep it like a private
    /// key
    #[arg(long, value_name = "FILE", conflicts_with = "print_unauthenticated")]
    pub(crate) exchange: Option<PathBuf>,
    /// Keep large attachments in this folder during verification; by default in the folder for temporary files
    #[arg(long, value_name = "DIR")]
    pub(crate) spool: Option<PathBuf>,
    /// Print the Body as text, or the evidence as JSON. In JSON, `signer` is who signed what --require names; each entry of
    /// `signatures` has its own signer, who signed the parts of that entry alone
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}
