//! Work above a second: told to a person before a terminal, and to nobody else.

use std::path::PathBuf;
use std::process::Command;

/// What a terminal shows of a command; `None`, and said so, where nothing gives it one.
fn in_a_terminal(command: &str) -> Option<String> {
    let script = Command::new("script").args(["-qefc", command, "/dev/null"]).output();
    let Ok(output) = script else {
        eprintln!("SKIPPED: no `script` of util-linux, which gives a command a terminal");
        return None;
    };
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn work_above_a_second_is_told_before_a_terminal_alone() {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("waiting-{}.xml", std::process::id()));
    std::fs::write(&file, "<a>of the message</a>").expect("written");
    let wss = env!("CARGO_BIN_EXE_wss");
    let late = format!("(sleep 2.5; cat {0})", file.display());
    if let Some(shown) = in_a_terminal(&format!("{late} | {wss} c14n -")) {
        let (before, result) = shown.split_once("<a>").expect("the result");
        assert!(before.contains("\rwss: at work for 1 s\rwss: at work for 2 s"), "{shown:?}");
        assert!(before.ends_with(" \r") && result.starts_with("of the message</a>"), "{shown:?}");
        assert!(!result.contains("at work"), "{shown:?}");
        let shown = in_a_terminal(&format!("{wss} c14n {}", file.display())).expect("as before");
        assert_eq!(shown.trim(), "<a>of the message</a>", "short work says nothing");
        let shown = in_a_terminal(&format!("{late} | {wss} c14n - 2>/dev/null")).expect("as before");
        assert_eq!(shown.trim(), "<a>of the message</a>", "stderr is no terminal");
    }
    let piped = Command::new("sh").args(["-c", &format!("{late} | {wss} c14n -")]).output().expect("sh runs");
    assert!(piped.status.success() && piped.stderr.is_empty(), "{piped:?}");
    std::fs::remove_file(file).expect("removed");
}
