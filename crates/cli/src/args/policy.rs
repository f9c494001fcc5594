//! Arguments of `policy`.

use std::path::PathBuf;

use clap::Args;

use super::file::{FileArgs, Format};

/// The last lines of `wss policy --help`.
const EXAMPLES: &str = "\
Exit 0: every operation has an alternative that can be done; with --check, the message breaks nothing that can be seen.
1: a file that cannot be read, an operation without such an alternative, or a message that breaks the policy. 2: usage.
A check without keys proves nothing: `wss verify` does.

Examples:
  What does the policy of a service demand, and can it be done?
    wss policy service.wsdl
  Does this request look as the policy demands?
    wss policy service.wsdl --operation pay --check request.xml
  A description in two files:
    wss policy service.wsdl --import types.wsdl=local/types.wsdl";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PolicyArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// A text for people, or JSON
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
    /// Only this port
    #[arg(long, value_name = "NAME")]
    pub(crate) port: Option<String>,
    /// Only this operation
    #[arg(long, value_name = "NAME")]
    pub(crate) operation: Option<String>,
    /// Say what of this message breaks the policy of the first operation, or of --operation
    #[arg(long, value_name = "MESSAGE")]
    pub(crate) check: Option<PathBuf>,
    /// The message of --check is a reply
    #[arg(long, requires = "check")]
    pub(crate) reply: bool,
    /// A file that the description imports from LOCATION, or that a reference to a policy names so; no other file is read, and
    /// nothing is fetched
    #[arg(long, value_name = "LOCATION=FILE")]
    pub(crate) import: Vec<String>,
    /// Assertions of this namespace say nothing of security, and are passed over
    #[arg(long, value_name = "NAMESPACE")]
    pub(crate) not_ours: Vec<String>,
    /// Raise or lower a limit on what a policy may cost: alternatives, assertions, in-force or imports
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) policy_limit: Vec<String>,
}
