//! The words of errors for people who write no Rust: the library names the call that helps, and they have an option of
//! the command line, or a key of a profile.

use crate::accept::AcceptOptions;

/// The way in which an error names the remedy for its reader.
///
/// ```
/// use wss_profile::Wording;
///
/// let error = "the time has no zone: call `accept_times_without_zone` if the peer means UTC";
/// assert!(Wording::Options.of(error).contains(": give --accept-times-without-zone if"));
/// assert!(Wording::Keys.of(error).contains(": give `accept-times-without-zone` if"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wording {
    /// Options of the command line: `--max-age`.
    Options,
    /// The same, for readers of another program that has neither options nor keys: "--limit depth=… of `wss`".
    OptionsOfWss,
    /// Keys of a profile, in backticks. A remedy that is no key is an argument of the Python package, which uses these
    /// words, too.
    Keys,
}

/// The advice that replaces a call in the text of an error.
enum Help {
    /// A key, and the option of the same name.
    Key(&'static str),
    /// A key whose value is a list, and a value of it.
    Value(&'static str, &'static str),
    /// An option without a profile key, and the advice for readers who write profiles.
    Apart(&'static str, &'static str),
}

use Help::{Apart, Key, Value};

/// Calls that have a key, in the order of the manual. Those of [`AcceptOptions::calls`] have the key of their words.
const CALLS: &[(&str, Help)] = &[
    ("explain_octets", Apart("--octets DIR", "--octets DIR of `wss explain`")),
    ("imports", Apart("--import", "--import of `wss policy`")),
    ("PolicyReader::not_ours", Apart("--not-ours", "--not-ours of `wss policy`")),
    ("answers", Apart("--confirm", "`answers`")),
    ("AssertionTrust::accept_bearer", Key("accept-bearer")),
    ("AssertionTrust::accept_id_cards", Key("accept-id-cards")),
    ("SignerRule", Key("signer")),
    ("AssertionTrust::issuer", Key("saml-issuer")),
    ("AssertionTrust::sender_vouches", Key("saml-attester")),
    ("AssertionTrust::audience", Key("audience")),
    ("AssertionTrust::recipient", Key("recipient")),
    ("AssertionTrust::in_response_to", Key("in-response-to")),
    ("AssertionTrust::max_age", Key("saml-max-age")),
    ("passwords", Key("user-file")),
    ("security_contexts", Value("context", "IDENTIFIER=FILE")),
    ("attachments", Apart("--attach", "`attachments`")),
    ("Part::element", Value("require", "signed:element:PATH")),
    ("Part::every_element", Value("require", "signed:every:element:PATH")),
    ("Part::every_header_block", Value("require", "signed:every:{NAMESPACE}NAME")),
    ("Requirements::signed", Value("require", "signed:PART")),
    ("AlgorithmPolicy::admit_uri", Key("allow")),
    ("AlgorithmPolicy::admit_weak_keys_for_legacy_use_only", Key("allow-legacy")),
    ("SameDocument::with_id_attributes", Apart("--id-attr of `wss dsig`", "--id-attr of `wss dsig`")),
    (
        "dangerous_admit_retired",
        Apart("--dangerous-retired of `wss dsig` and `wss xenc`", "`wss dsig` with --dangerous-retired"),
    ),
    ("understands", Key("understand")),
    ("understands_addressing", Value("understand", "addressing")),
    ("Trust::known", Key("known-cert")),
    ("Trust::pin", Key("pin")),
    ("Trust::anchors", Key("trust")),
    ("Trust::crls", Key("crl")),
    ("Trust::intermediates", Key("intermediate")),
    ("Trust::accept_lists_after_their_end", Key("accept-lists-after-their-end")),
    ("Trust::dangerous_unchecked_anchors", Key("dangerous-unchecked-anchors")),
    ("Trust::dangerous_old_path_signatures", Key("dangerous-old-path-signatures")),
    ("Trust::accept_authorities_as_signers", Key("accept-authorities-as-signers")),
    ("Trust::accept_certificates_of_version_1", Key("accept-certificates-of-version-1")),
    ("Trust::accept_any_key_usage", Key("accept-any-key-usage")),
    ("actor", Key("actor")),
    (
        "decrypt_with",
        Apart(
            "--decrypt-key and --decrypt-cert, or --decrypt-p12",
            "`decrypt-key` and `decrypt-cert`, or `decrypt-p12`",
        ),
    ),
    ("decrypt_document", Apart("`wss xenc decrypt`", "`wss xenc decrypt`")),
    ("xmldsig::verify", Apart("`wss dsig verify`", "`wss dsig verify`")),
    ("Identity::from_key_store", Apart("--p12 or --decrypt-p12", "`p12` or `decrypt-p12`")),
    (
        "Identity::from_pem",
        Apart(
            "--key and --cert, or --decrypt-key and --decrypt-cert",
            "`key` and `cert`, or `decrypt-key` and `decrypt-cert`",
        ),
    ),
    (
        "AlgorithmPolicy::admit_truncated_macs_for_legacy_use_only",
        Apart("--allow-legacy of `wss dsig`", "--allow-legacy of `wss dsig`"),
    ),
    (
        "AlgorithmPolicy::dangerous_admit_macs_cut_to",
        Apart("--dangerous-mac-bits of `wss dsig`", "`wss dsig` with --dangerous-mac-bits"),
    ),
    (
        "AlgorithmPolicy::admit_other_pss_parameters_for_legacy_use_only",
        Apart("--allow-legacy of `wss dsig`", "--allow-legacy of `wss dsig`"),
    ),
    ("shared_secret", Key("secret")),
    ("key_name", Value("key-name", "NAME=FILE")),
    ("open_unsigned", Key("print-unauthenticated")),
    ("dangerous_anonymous", Key("anonymous")),
    ("answering", Apart("--request", "`request`")),
    ("allow_legacy_algorithms", Key("allow-legacy")),
    ("derived_keys", Key("derive-keys")),
    ("key_octets", Key("key-octets")),
    ("waive", Key("waive")),
    ("timestamp", Key("timestamp")),
    ("timestamp_without_expires", Key("timestamp-without-expires")),
    ("token_after_signature", Key("token-after-signature")),
    ("Addressing", Key("wsa")),
    ("without_nonce", Key("without-nonce")),
    ("without_created", Key("without-created")),
    ("without_type", Key("without-type")),
    ("Username::text", Key("password-text")),
    ("Outgoing::answering", Apart("--confirm", "`answering`")),
    ("Correlation::to_text", Apart("--exchange", "`correlation`")),
    ("place", Apart("--place-in", "--place-in of `wss dsig`")),
    ("id", Key("part-id")),
    // Calls that satisfy the demands of policies.
    ("Keys::asymmetric_signature", Key("signature-method")),
    ("Keys::symmetric_signature", Key("signature-method")),
    ("Keys::over_protected_transport", Key("over-protected-transport")),
    ("Recipe::token", Key("token")),
    ("Recipe::username", Key("user")),
    ("Outgoing::attachments", Apart("--attach", "`attachments`")),
    ("Recipe::attach", Key("header-child")),
    ("open_over", Key("over-protected-transport")),
];

/// A phrase about a call with several arguments, or about something that other programs do by themselves: in the words
/// of the library, with options, and with keys.
struct Phrase(&'static str, &'static str, &'static str);

const PHRASES: &[Phrase] = &[
    Phrase(
        "`PolicyReader::imports`, or with --import of `wss policy`",
        "--import LOCATION=FILE",
        "--import of `wss policy`",
    ),
    Phrase("add one with `Recipe::timestamp`", "add one with --timestamp 300", "add one with `timestamp = 300`"),
    Phrase("the highest age of `window`", "--max-age", "`max-age`"),
    Phrase("the clock skew of `window`", "--clock-skew", "`clock-skew`"),
    Phrase("choose Layout::Lax", "give --layout lax", "give `layout = \"lax\"`"),
    Phrase("choose ReferenceForm::Direct", "give --reference direct", "give `reference = \"direct\"`"),
    Phrase("; `Document::parse_transcoding` reads UTF-16", "", ""),
    Phrase("; the sender takes them with `Recipe::limits`", "", ""),
    Phrase(
        "read it with `Package::parse`, or `parse_body` after the transport's Content-Type",
        "put the Content-Type of the transport's header and an empty line in front",
        "give the Content-Type of the transport's header as `content_type`, or put it and an empty line in front",
    ),
    Phrase(
        "put `Content-Type:` of the HTTP header and an empty line in front",
        "put `Content-Type:` of the HTTP header and an empty line in front",
        "give the Content-Type of the HTTP header as `content_type`",
    ),
    Phrase(
        "open it as a plain envelope, without `Package`",
        "give the XML alone",
        "give the XML alone, and no `content_type` of a package",
    ),
    Phrase(
        "say whose reply it is with `Correlation::answered_by`, or have the peer sign",
        "have the peer sign",
        "have the peer sign",
    ),
    Phrase(
        "give it by `Dereference::external`; on the command line, --map =FILE",
        "only `wss dsig` reads it, with --map =FILE",
        "only `wss dsig` reads it, with --map =FILE",
    ),
    Phrase(
        "give what it means by `Dereference::external`; on the command line, --map URI=FILE names it, and --base is where files \
         are read",
        "--map URI=FILE of `wss dsig` names what it means, and --base is where files are read",
        "--map URI=FILE of `wss dsig` names what it means, and --base is where files are read",
    ),
];

impl Wording {
    /// The error, in which the reader's option or key replaces each call.
    #[must_use]
    pub fn of(self, error: &str) -> String {
        let text = self.without_calls_beside_options(error);
        let text = PHRASES.iter().fold(text, |text, Phrase(phrase, options, keys)| {
            text.replace(phrase, if self == Self::Keys { keys } else { options })
        });
        let text = self.calls().fold(text, |text, (call, help)| {
            let text = text.replace(&format!("call `{call}`"), &format!("give {help}"));
            text.replace(&format!("`{call}`"), &help)
        });
        self.without_calls_of_limits(&text)
    }

    /// The calls that errors name, each with the remedy that replaces it.
    pub fn calls(self) -> impl Iterator<Item = (&'static str, String)> {
        let accepting = AcceptOptions::calls().map(move |call| (call, self.key(&call.replace('_', "-"))));
        accepting.chain(CALLS.iter().map(move |(call, help)| (*call, self.help(help))))
    }

    fn help(self, help: &Help) -> String {
        match (self, help) {
            (_, Key(key)) => self.key(key),
            (_, Value(key, value)) => self.value(key, value),
            (Self::Options, Apart(option, _)) => (*option).to_owned(),
            (Self::OptionsOfWss, Apart(option, _)) => format!("{option} of `wss`"),
            (Self::Keys, Apart(_, other)) => (*other).to_owned(),
        }
    }

    fn key(self, key: &str) -> String {
        match self {
            Self::Options => format!("--{key}"),
            Self::OptionsOfWss => format!("--{key} of `wss`"),
            Self::Keys => format!("`{key}`"),
        }
    }

    fn value(self, key: &str, value: &str) -> String {
        match self {
            Self::Options => format!("--{key} {value}"),
            Self::OptionsOfWss => format!("--{key} {value} of `wss`"),
            Self::Keys => format!("`{key} = [\"{value}\"]`"),
        }
    }

    /// The option alone, where an error names it in brackets after its call.
    fn without_calls_beside_options(self, error: &str) -> String {
        let (mut out, mut rest) = (String::new(), error);
        while let Some((before, after)) = rest.split_once("` (`--") {
            let (Some((kept, _call)), Some((option, after))) = (before.rsplit_once('`'), after.split_once("`)")) else {
                break;
            };
            out.push_str(kept);
            out.push_str(&self.key(option));
            rest = after;
        }
        out + rest
    }

    /// Removes the call beside the option that raises a limit.
    fn without_calls_of_limits(self, error: &str) -> String {
        let (mut out, mut rest) = (String::new(), error);
        while let Some((before, after)) = rest.split_once("`Limits::with(Limit::") {
            out.push_str(before);
            let option = after.split_once("or with `--limit ");
            let option = option.and_then(|(_, option)| option.split_once("` on the command line"));
            rest = match option {
                Some((limit, after)) => {
                    out.push_str(&self.value("limit", limit));
                    after
                }
                None => after,
            };
        }
        out + rest
    }
}
