//! The words of errors: the library names the call that would accept a message, and a profile its key. [`in_options`]
//! replaces both by the option.

use std::sync::LazyLock;

use clap::CommandFactory as _;
use wss_profile::Wording;

use crate::args::Cli;

/// An error of the library, with options in place of calls and keys.
pub(crate) fn in_options(error: &str) -> String {
    let text = Wording::Options.of(error);
    KEYS.iter().fold(text, |text, key| text.replace(&format!("`{key}`"), &format!("--{key}")))
}

/// The keys of a profile that are options.
static KEYS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let command = Cli::command();
    let both = command.get_subcommands().filter(|sub| ["secure", "verify"].contains(&sub.get_name()));
    let everywhere = command.get_arguments();
    let all = both.flat_map(clap::Command::get_arguments).chain(everywhere);
    all.filter_map(|argument| argument.get_long()).map(str::to_owned).collect()
});

#[cfg(test)]
mod tests {
    use std::path::Path;

    use wss_profile::AcceptOptions;

    use super::*;

    fn option_of(call: &str) -> String {
        format!("--{}", call.replace('_', "-"))
    }

    /// The `accept_…` and `dangerous_…` calls of `Receiver`, in whichever file they are.
    fn calls_of_receiver(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("the source") {
            let path = entry.expect("a file").path();
            if path.is_dir() {
                calls_of_receiver(&path, found);
                continue;
            }
            let source = std::fs::read_to_string(&path).expect("source");
            for block in source.split("\nimpl Receiver {\n").skip(1) {
                let block = block.split("\n}\n").next().expect("the end of the block");
                for call in block.split("pub fn ").skip(1).filter_map(|rest| rest.split('(').next()) {
                    if call.starts_with("accept_") || call.starts_with("dangerous_") {
                        found.push(call.to_owned());
                    }
                }
            }
        }
    }

    #[test]
    fn every_call_that_accepts_more_has_an_option_of_its_words_or_a_reason() {
        let mut calls = Vec::new();
        calls_of_receiver(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../wss-header/src"), &mut calls);
        assert!(calls.len() > 10, "the source is read: {calls:?}");
        let command = Cli::command();
        let verify = command.find_subcommand("verify").expect("verify");
        for call in &calls {
            let has_row = AcceptOptions::calls().any(|known| known == call);
            assert!(has_row, "{call}: give it a key in `accept.rs` of wss-profile");
            let option = option_of(call);
            let is_option = verify.get_arguments().any(|known| known.get_long() == Some(&option[2..]));
            assert!(is_option, "{option}");
        }
    }

    #[test]
    fn each_option_in_place_of_a_call_is_an_option() {
        fn options(command: &clap::Command, found: &mut Vec<String>) {
            found.extend(command.get_arguments().filter_map(|known| known.get_long()).map(|long| format!("--{long}")));
            command.get_subcommands().for_each(|sub| options(sub, found));
        }
        let mut known = Vec::new();
        options(&Cli::command(), &mut known);
        for (call, told) in Wording::Options.calls() {
            let named = told.split([' ', ',']).filter(|word| word.starts_with("--"));
            for option in named {
                assert!(known.iter().any(|known| known == option), "{call}: {option}");
            }
        }
    }

    #[test]
    fn each_option_is_the_call_of_its_words() {
        use clap::Parser as _;
        for call in AcceptOptions::calls() {
            let option = option_of(call);
            let arguments = ["wss", "verify", "--require", "signed:Body", &option, "-"];
            let cli = Cli::try_parse_from(arguments).expect("arguments");
            let crate::args::Command::Verify(arguments) = cli.command else { panic!("verify") };
            let given = serde_json::to_value(&arguments.receiving.accept).expect("keys");
            assert_eq!(given, serde_json::json!({ &option[2..]: true }));
        }
    }

    #[test]
    fn errors_name_options() {
        use ws_security::{CoverageLost, KeyUseError, RequiredToken, RequirementError};
        let errors = [
            KeyUseError::TooShort { octets: 3 }.to_string(),
            KeyUseError::SignsAndEncrypts { first: "sign", second: "encrypt" }.to_string(),
            RequirementError::IsReply.to_string(),
            RequirementError::UnboundReply.to_string(),
            RequirementError::UnboundToken { token: RequiredToken::Username }.to_string(),
            CoverageLost::UntoldAbsenceOfDefaultNamespace.to_string(),
            CoverageLost::UnsignedNamespace { prefix: "p".into() }.to_string(),
            CoverageLost::UnsignedKey { cipher: "c", uncovered: "u" }.to_string(),
            CoverageLost::UnsignedData.to_string(),
            ws_security::xmldsig::VerifyError::NotAdmitted { uri: "u" }.to_string(),
            ws_security::xmldsig::VerifyError::Retired { what: "u" }.to_string(),
            ws_security::xmlenc::DecryptError::Retired { uri: "u" }.to_string(),
            ws_security::Budget::new(&ws_security::Limits::default(), 1)
                .exceeded(ws_security::Limit::References)
                .to_string(),
        ];
        for error in errors {
            let told = in_options(&error);
            assert!(told.contains("--"), "{told}");
            for word in ["accept_", "dangerous_", "over_protected", "admit_uri", "call --", "Limits::"] {
                assert!(!told.contains(word), "{told}");
            }
        }
    }
}
