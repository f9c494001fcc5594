//! `wss`: canonicalise, sign, encrypt, verify, decrypt, lint, inspect and explain, by options or by the preset of a network.
//!
//! Exit 0: done, or accepted. 1: the message is refused. 2: no decision (usage, missing file, unreadable key). Results
//! go to stdout or `-o FILE`, diagnostics to stderr.

#![forbid(unsafe_code)]

mod accept;
mod args;
mod attached;
mod c14n;
mod dsig;
mod explain;
mod hints;
mod input;
mod inspect;
mod key_info;
mod keys;
mod lint;
mod network;
mod output;
mod outside;
mod policy;
mod profile;
mod secure;
mod shell;
mod verify;
mod waiting;
mod xenc;

use std::process::ExitCode;

use clap::Parser;
use wss_profile::Only;

use args::{Cli, Command, DsigCommand, XencCommand};
use output::{Failure, Outcome, could_not};

/// Limits are for messages, which these commands do not read.
fn check_limits(cli: &Cli) -> Outcome {
    let reads_none =
        matches!(cli.command, Command::Networks(_) | Command::Completions(_) | Command::Man(_) | Command::Profile(_));
    match reads_none && !cli.limit.is_empty() {
        true => Err(could_not("--limit does nothing here, where no message is read: leave it out")),
        false => Ok(()),
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let cli = Cli::try_parse().unwrap_or_else(|error| hints::told(error, &words).exit());
    waiting::begin();
    let limited = check_limits(&cli).and_then(|()| output::set_limits(cli.limit));
    let outcome = limited.and_then(|()| match cli.command {
        Command::C14n(arguments) => c14n::run(&arguments),
        Command::Dsig(DsigCommand::Verify(arguments)) => dsig::verify(&arguments),
        Command::Dsig(DsigCommand::Sign(arguments)) => dsig::sign(&arguments),
        Command::Xenc(XencCommand::Decrypt(arguments)) => xenc::decrypt(&arguments),
        Command::Xenc(XencCommand::Encrypt(arguments)) => xenc::encrypt(&arguments),
        Command::Sign(arguments) => secure::run(&arguments, Some(Only::Sign)),
        Command::Encrypt(arguments) => secure::run(&arguments, Some(Only::Encrypt)),
        Command::Secure(arguments) => secure::run(&arguments, None),
        Command::Verify(arguments) => verify::run(arguments),
        Command::Lint(arguments) => lint::run(&arguments),
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Networks(arguments) => network::list(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Completions(arguments) => shell::completions(&arguments),
        Command::Man(arguments) => shell::man(&arguments),
        Command::Policy(arguments) => policy::run(&arguments),
        Command::Profile(arguments) => profile::run(&arguments),
    });
    waiting::end();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Refused(reason)) => {
            output::say(format!("refused: {}", accept::in_options(&reason)));
            ExitCode::from(1)
        }
        Err(Failure::CouldNot(reason)) => {
            output::say(accept::in_options(&reason));
            ExitCode::from(2)
        }
    }
}
