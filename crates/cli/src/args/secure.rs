//! Arguments of `sign`, `encrypt` and `secure`: the keys of a profile, and what concerns one message.

use std::path::PathBuf;

use clap::Args;
use wss_profile::Sending;

use super::file::FileArgs;

/// What to make of an envelope.
#[derive(Args)]
pub(crate) struct SecureArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    #[command(flatten)]
    pub(crate) sending: Sending,
    #[command(flatten)]
    pub(crate) message: SentMessageArgs,
}

/// What concerns this message.
#[derive(Args)]
#[command(next_help_heading = "This message")]
pub(crate) struct SentMessageArgs {
    /// Take the options of the table `secure` of this profile, in TOML or JSON; those beside it replace them
    #[arg(long, value_name = "FILE")]
    pub(crate) profile: Option<PathBuf>,
    /// Send this file beside the envelope, in a MIME message; it is signed and encrypted with the envelope. Its Content-ID is
    /// NAME@NUMBER.attachment, if none is in front of it
    #[arg(long, value_name = "[ID=]FILE")]
    pub(crate) attach: Vec<String>,
    /// Answer this request: confirm its signatures. The request as it came, or the state that `wss verify --exchange` saved
    #[arg(long, value_name = "FILE")]
    pub(crate) confirm: Option<PathBuf>,
    /// Save the state that `wss verify --request` needs to open the reply. It contains the keys of the message: keep it
    /// like a private key
    #[arg(long, value_name = "FILE")]
    pub(crate) exchange: Option<PathBuf>,
}
