//! The words of errors: the library names the call that would accept a message, and a profile its key. [`in_options`]
//! replaces both by the option.

use std::sync::LazyLock;

use clap::CommandFactory as _;
use wss_profile::AcceptOptions;

use crate::args::Cli;

/// Calls in errors whose options have other names.
const OTHERS: [(&str, &str); 51] = [
    ("imports", "--import"),
    ("answers", "--confirm"),
    ("AssertionTrust::accept_bearer", "--accept-bearer"),
    ("AssertionTrust::accept_id_cards", "--accept-id-cards"),
    ("SignerRule", "--signer"),
    ("AssertionTrust::issuer", "--saml-issuer"),
    ("AssertionTrust::sender_vouches", "--saml-attester"),
    ("AssertionTrust::audience", "--audience"),
    ("AssertionTrust::recipient", "--recipient"),
    ("AssertionTrust::in_response_to", "--in-response-to"),
    ("AssertionTrust::max_age", "--saml-max-age"),
    ("attachments", "--attach"),
    ("Part::element", "--require signed:element:PATH"),
    ("Part::every_element", "--require signed:every:element:PATH"),
    ("Part::every_header_block", "--require signed:every:{NAMESPACE}NAME"),
    ("Requirements::signed", "--require signed:PART"),
    ("AlgorithmPolicy::admit_uri", "--allow"),
    ("dangerous_admit_retired", "--dangerous-retired"),
    ("understands", "--understand"),
    ("understands_addressing", "--understand addressing"),
    ("Trust::known", "--known-cert"),
    ("Trust::pin", "--pin"),
    ("Trust::anchors", "--trust"),
    ("Trust::crls", "--crl"),
    ("Trust::intermediates", "--intermediate"),
    ("Trust::accept_lists_after_their_end", "--accept-lists-after-their-end"),
    ("actor", "--actor"),
    ("decrypt_with", "--decrypt-key and --decrypt-cert, or --decrypt-p12"),
    ("shared_secret", "--secret"),
    ("open_unsigned", "--print-unauthenticated"),
    ("dangerous_anonymous", "--anonymous"),
    ("Trust::dangerous_unchecked_anchors", "--dangerous-unchecked-anchors"),
    ("Trust::dangerous_old_path_signatures", "--dangerous-old-path-signatures"),
    ("Trust::accept_authorities_as_signers", "--accept-authorities-as-signers"),
    ("answering", "--request"),
    ("allow_legacy_algorithms", "--allow-legacy"),
    ("derived_keys", "--derive-keys"),
    ("key_octets", "--key-octets"),
    ("waive", "--waive"),
    ("timestamp", "--timestamp"),
    ("timestamp_without_expires", "--timestamp-without-expires"),
    ("token_after_signature", "--token-after-signature"),
    ("Addressing", "--wsa"),
    ("without_nonce", "--without-nonce"),
    ("without_created", "--without-created"),
    ("without_type", "--without-type"),
    ("Username::text", "--password-text"),
    ("Outgoing::answering", "--confirm"),
    ("Correlation::to_text", "--exchange"),
    ("place", "--place-in"),
    ("id", "--part-id"),
];

/// Phrases about a call with several arguments, or about what the command line does by itself.
const PHRASES: [(&str, &str); 8] = [
    ("`PolicyReader::imports`, or with --import of `wss policy`", "--import LOCATION=FILE"),
    ("the envelope has no Timestamp, or more than one", "the envelope has no Timestamp: add one with --timestamp 300"),
    ("the highest age of `window`", "--max-age"),
    ("the clock skew of `window`", "--clock-skew"),
    ("; `Document::parse_transcoding` reads UTF-16", ""),
    (
        "read it with `Package::parse`, or `parse_body` after the transport's Content-Type",
        "put the Content-Type of the transport's header and an empty line in front",
    ),
    ("open it as a plain envelope, without `Package`", "give the XML alone"),
    ("add it to the recipe before", "name what makes it, as --timestamp 300 makes a Timestamp"),
];

fn option_of(call: &str) -> String {
    format!("--{}", call.replace('_', "-"))
}

/// An error of the library, with options in place of calls and keys.
pub(crate) fn in_options(error: &str) -> String {
    let calls = AcceptOptions::calls().map(|call| (call, option_of(call)));
    let others = OTHERS.iter().map(|(call, option)| (*call, (*option).to_owned()));
    let text = without_calls_beside_options(error);
    let text = PHRASES.iter().fold(text, |text, (phrase, option)| text.replace(phrase, option));
    let text = calls.chain(others).fold(text, |text, (call, option)| {
        let text = text.replace(&format!("call `{call}`"), &format!("give {option}"));
        text.replace(&format!("`{call}`"), &option)
    });
    let text = without_calls_of_limits(&text);
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

/// The option alone, where an error names it in brackets behind its call.
fn without_calls_beside_options(error: &str) -> String {
    let (mut out, mut rest) = (String::new(), error);
    while let Some((before, after)) = rest.split_once("` (`--") {
        let (Some((kept, _call)), Some((option, after))) = (before.rsplit_once('`'), after.split_once("`)")) else {
            break;
        };
        out.push_str(&format!("{kept}--{option}"));
        rest = after;
    }
    out + rest
}

/// Without the call beside the option that raises a limit.
fn without_calls_of_limits(error: &str) -> String {
    let (mut out, mut rest) = (String::new(), error);
    while let Some((before, after)) = rest.split_once("`Limits::with(Limit::") {
        out.push_str(before);
        let option = after.split_once("or with `").and_then(|(_, option)| option.split_once("` on the command line"));
        rest = match option {
            Some((option, after)) => {
                out.push_str(option);
                after
            }
            None => after,
        };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

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

    /// Every call in backquotes that an error of a library may name, of those that the command line can meet.
    #[test]
    fn no_error_names_a_call_that_has_no_option() {
        // What only programs meet: signatures made elsewhere, servers, policies in code.
        let of_programs =
            ["prepare", "secure", "SecureLayer::max_octets", "Correlation::answered_by", "Dereference::external"];
        let mut files = Vec::new();
        for name in ["budget", "bsp", "c14n", "crypto", "soap", "tokens", "wss-header", "xmldsig", "xmlenc", "xpath"] {
            errors_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("src"), &mut files);
        }
        assert!(files.len() > 20, "the source is read");
        for error in files {
            let told = in_options(&error);
            for call in told.split('`').skip(1).step_by(2) {
                let is_call = call.contains("::")
                    || (call.contains('_') && call.bytes().all(|b| b == b'_' || b.is_ascii_lowercase()));
                assert!(!is_call || of_programs.contains(&call), "{call}: {told}");
            }
        }
    }

    /// The texts of `#[error(…)]`.
    fn errors_of(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("the source") {
            let path = entry.expect("a file").path();
            if path.is_dir() {
                errors_of(&path, found);
            } else {
                let source = std::fs::read_to_string(&path).expect("source").replace("\\\n", " ");
                let texts = source.split("#[error(").skip(1).filter_map(|rest| rest.split(")]").next());
                found.extend(texts.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")));
            }
        }
    }

    #[test]
    fn errors_name_options() {
        use ws_security::{CoverageLost, KeyUseError, RequirementError};
        let errors = [
            KeyUseError::TooShort { octets: 3 }.to_string(),
            KeyUseError::SignsAndEncrypts { first: "sign", second: "encrypt" }.to_string(),
            RequirementError::IsReply.to_string(),
            RequirementError::UnboundReply.to_string(),
            RequirementError::UnboundToken { token: "SAML" }.to_string(),
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
