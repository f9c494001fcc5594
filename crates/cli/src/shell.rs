//! `wss completions` and `wss man`: the command for a shell and for `man`.

use clap::CommandFactory as _;

use crate::args::{Cli, CompletionsArgs, ManArgs};
use crate::output::{self, Outcome, could_not};

pub(crate) fn completions(arguments: &CompletionsArgs) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "wss", &mut script);
    output::write(None, &script)
}

pub(crate) fn man(arguments: &ManArgs) -> Outcome {
    clap_mangen::generate_to(Cli::command(), &arguments.folder)
        .map_err(|error| could_not(format!("{}: {error}: give a folder that exists", arguments.folder.display())))
}
