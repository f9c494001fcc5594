//! Arguments of `profile`.

use std::path::PathBuf;

use clap::Args;

/// The last lines of `wss profile --help`.
const EXAMPLES: &str = "\
Exit 0: the profile can be used. 2: it cannot, or usage.

Examples:
  Does this profile name only what is there?
    wss profile partner.toml
  The keys of a profile, for an editor:
    wss profile --schema
  Use it:
    wss secure --profile partner.toml request.xml
  Begin with the preset of a network:
    wss networks peppol_as4_2 --profile";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ProfileArgs {
    /// The profile, in TOML or, if its name ends so, JSON
    #[arg(required_unless_present = "schema")]
    pub(crate) file: Option<PathBuf>,
    /// Print the JSON Schema of profiles
    #[arg(long, conflicts_with = "file")]
    pub(crate) schema: bool,
}
