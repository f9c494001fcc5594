//! Running the command line as a process.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

/// `wss` with these arguments, in which `KEYS/` is the folder of keys. All its streams are piped.
pub(crate) fn command<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let keys = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/keys/");
    let mut command = Command::new(env!("CARGO_BIN_EXE_wss"));
    command.args(arguments.into_iter().map(|word| word.replacen("KEYS/", keys, 1)));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What `wss` says to `input`.
pub(crate) fn wss<'a>(arguments: impl IntoIterator<Item = &'a str>, input: impl AsRef<[u8]>) -> Output {
    let mut child = command(arguments).spawn().expect("wss starts");
    // A command that fails early does not read.
    let _unread = child.stdin.take().expect("piped").write_all(input.as_ref());
    child.wait_with_output().expect("wss ends")
}
