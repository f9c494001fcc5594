//! Options for what a receiver accepts beyond its strict default. Each option has the name of its call.
//!
//! The library's errors name the call that would accept the message. [`in_options`] replaces it by the option.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use ws_security::Receiver;

/// A call of the receiver that accepts more, and its option, which has the same words.
struct Accepted {
    call: &'static str,
    apply: fn(Receiver) -> Receiver,
    help: &'static str,
}

/// Rows of the table: the help of the option, and the call.
macro_rules! rows {
    ($($(#[doc = $help:literal])+ $call:ident),* $(,)?) => {
        &[$(Accepted {
            call: stringify!($call),
            apply: Receiver::$call,
            help: concat!($($help),+).trim_ascii_start(),
        }),*]
    };
}

const CALLS: &[Accepted] = rows![
    /// Accept references that precede their tokens, against BSP R5205
    accept_forward_references,
    /// Accept one key that signs and encrypts, if it came in an EncryptedKey or with a Kerberos ticket
    accept_one_key_to_sign_and_encrypt,
    /// Accept ciphertext for other receivers in the result
    accept_ciphertext_for_others,
    /// Accept secrets of fewer than 16 octets
    accept_short_secrets_for_legacy_use_only,
    /// Accept inclusive canonicalisation of SignedInfo and of what is signed, against BSP R5404 and R5423
    accept_inclusive_canonicalization,
    /// Accept references whose Transforms is absent or empty, against BSP R5416
    accept_absent_transforms,
    /// Accept times with an offset from UTC, as in +01:00, against BSP R3217 and R3223
    accept_local_times,
    /// Accept references to derived keys that have the type of their EncryptedKey, as streaming CXF sends them
    accept_derived_keys_typed_as_encrypted_keys,
    /// Accept secrets with more octets than the cipher takes, of which it uses the leading ones
    accept_longer_secrets,
    /// Accept keys with fewer octets than their cipher takes: AES-128 where AES-256 is named, as Rampart sends it
    accept_ciphers_by_key_length,
    /// Accept times without a zone, and read them as UTC, against BSP R3217 and R3223
    accept_times_without_zone,
    /// Accept passwords whose Type is a name, as wsse:PasswordDigest, in place of the identifier of the profile
    accept_password_types_by_name,
    /// Accept password digests without Nonce, each once
    accept_digests_without_nonce,
    /// Accept password digests without Created: whoever saw one can send it again after the replay window
    dangerous_accept_digests_without_created,
    /// Accept EncryptedData that no ReferenceList names before it, its key in its own KeyInfo or named there
    accept_unlisted_encrypted_data,
    /// Accept EncryptedKeys outside the Security header: inside the KeyInfo of their data, or elsewhere by their Id
    accept_encrypted_keys_outside_the_header,
    /// Accept EncryptedData without Type: content in the Body, one element in the header
    accept_encrypted_data_without_type,
    /// Accept references to an Id without `#` before it
    accept_references_without_hash,
    /// Accept a Timestamp without Created, which must then expire within --max-age
    accept_timestamps_without_created,
    /// Accept signatures over children of the Security header of unknown kinds, which are ignored
    accept_signed_children_of_unknown_kinds,
    /// Accept elements of one name that are signed at several places, which the signature does not tell apart
    accept_interchangeable_elements,
    /// Accept envelopes in the encoding that their XML declaration names, as in ISO-8859-1 or windows-1252
    accept_other_encodings,
    /// Accept pinned certificates of version 1
    accept_x509_version_1_for_legacy_use_only,
    /// Accept digests of complete attachments with an empty line after the header, as Metro makes them
    accept_empty_line_after_attachment_headers,
    /// Accept signed ciphertext whose signature does not show that there was no default namespace around it
    accept_untold_absence_of_default_namespace,
    /// Accept replies without confirmation, and replies in place of requests: one's own message may come back
    dangerous_accept_either_direction,
    /// Decrypt CBC ciphertext that no verified signature covers, if --allow admits the cipher: whoever can send messages can
    /// find out plaintexts by the answers
    dangerous_decrypt_cbc_before_verification,
    /// Accept signed CBC ciphertext whose key is not signed: whoever replaces the key makes another plaintext
    dangerous_accept_cbc_under_unsigned_keys,
    /// Accept signed ciphertext whose plaintext uses namespaces of its context that are not signed
    dangerous_accept_unsigned_namespaces_of_plaintext,
    /// Accept attachments that were signed as ciphertext without their EncryptedData, which says how to read them
    dangerous_accept_unsigned_encrypted_data_of_attachments,
    /// The transport protected the message: accept passwords in clear text, and let username tokens and bearer
    /// assertions identify the sender
    over_protected_transport,
];

/// The given options of the table.
pub(crate) struct AcceptArgs {
    given: Vec<&'static Accepted>,
}

impl FromArgMatches for AcceptArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self { given: CALLS.iter().filter(|row| matches.get_flag(row.call)).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for AcceptArgs {
    fn augment_args(command: Command) -> Command {
        command.args(CALLS.iter().map(|row| {
            let option = row.call.replace('_', "-");
            let heading = "What is accepted beyond the strict default";
            Arg::new(row.call).long(option).action(ArgAction::SetTrue).help(row.help).help_heading(heading)
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// Calls in errors whose options have other names.
const OTHERS: [(&str, &str); 31] = [
    ("Part::element", "--require signed:element:PATH"),
    ("Part::every_element", "--require signed:every:element:PATH"),
    ("Requirements::signed", "--require signed:PART"),
    ("AlgorithmPolicy::admit_uri", "--allow"),
    ("understands", "--understand"),
    ("understands_addressing", "--understand addressing"),
    ("Trust::known", "--known-cert"),
    ("Trust::pin", "--pin"),
    ("Trust::anchors", "--trust"),
    ("Trust::intermediates", "--intermediate"),
    ("actor", "--actor"),
    ("decrypt_with", "--decrypt-key and --decrypt-cert"),
    ("shared_secret", "--secret"),
    ("open_unsigned", "--print-unauthenticated"),
    ("dangerous_anonymous", "--anonymous"),
    ("Trust::dangerous_unchecked_anchors", "--dangerous-unchecked-anchors"),
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
];

/// Phrases about a call with several arguments.
const PHRASES: [(&str, &str); 2] =
    [("the highest age of `window`", "--max-age"), ("the clock skew of `window`", "--clock-skew")];

impl AcceptArgs {
    /// The receiver after the calls of the given options.
    pub(crate) fn apply(&self, receiver: Receiver) -> Receiver {
        self.given.iter().fold(receiver, |receiver, row| (row.apply)(receiver))
    }
}

fn option_of(call: &str) -> String {
    format!("--{}", call.replace('_', "-"))
}

/// An error of the library, with options in place of calls.
pub(crate) fn in_options(error: &str) -> String {
    let calls = CALLS.iter().map(|row| (row.call, option_of(row.call)));
    let others = OTHERS.iter().map(|(call, option)| (*call, (*option).to_owned()));
    let text = PHRASES.iter().fold(error.to_owned(), |text, (phrase, option)| text.replace(phrase, option));
    calls.chain(others).fold(text, |text, (call, option)| {
        let text = text.replace(&format!("call `{call}`"), &format!("give {option}"));
        text.replace(&format!("`{call}`"), &option)
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::CommandFactory;

    use super::*;
    use crate::args::Cli;

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
            let has_row = CALLS.iter().any(|row| row.call == call);
            assert!(has_row, "{call}: give it an option in CALLS");
            let option = option_of(call);
            let is_option = verify.get_arguments().any(|known| known.get_long() == Some(&option[2..]));
            assert!(is_option, "{option}");
        }
    }

    #[test]
    fn each_option_is_the_call_of_its_words() {
        use clap::Parser as _;
        for row in CALLS {
            let arguments = ["wss", "verify", "--require", "signed:Body", &option_of(row.call), "-"];
            let cli = Cli::try_parse_from(arguments).expect("arguments");
            let crate::args::Command::Verify(arguments) = cli.command else { panic!("verify") };
            assert_eq!(arguments.accept.given.iter().map(|given| given.call).collect::<Vec<_>>(), [row.call]);
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
        ];
        for error in errors {
            let told = in_options(&error);
            assert!(told.contains("--"), "{told}");
            for word in ["accept_", "dangerous_", "over_protected", "admit_uri", "call --"] {
                assert!(!told.contains(word), "{told}");
            }
        }
    }
}
