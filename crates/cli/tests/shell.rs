//! `wss completions` and `wss man`.

mod common;

use common::wss;

#[test]
fn every_shell_has_completions_of_every_subcommand() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = wss(["completions", shell], "");
        let script = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(output.status.success(), "{shell}");
        for word in ["verify", "explain", "trust", "require"] {
            assert!(script.contains(word), "{word} for {shell}");
        }
    }
    assert_eq!(wss(["completions", "tcsh"], "").status.code(), Some(2));
}

#[test]
fn every_subcommand_has_a_manual_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("UTF-8");
    assert!(wss(["man", path], "").status.success());
    for page in ["wss.1", "wss-verify.1", "wss-secure.1", "wss-dsig-verify.1", "wss-explain.1"] {
        let text = std::fs::read_to_string(folder.path().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"));
        assert!(text.contains(".SH NAME") && text.contains("Print help"), "{page}");
    }
    assert_eq!(wss(["man", "/no/such/folder"], "").status.code(), Some(2));
}
