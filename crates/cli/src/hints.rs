//! Hints for commands and options of other tools that `wss` does not have: each names the command or option to use
//! here.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error};

/// The commands, or the group of commands, that do not know these words, and the hint.
type Row = (&'static [&'static str], &'static [&'static str], &'static str);

/// Commands that do not exist, in no group or in one.
const COMMANDS: &[Row] = &[
    (
        &[],
        &["decrypt", "decipher"],
        "'wss verify' with --decrypt-key and --decrypt-cert decrypts a message as it opens it, and 'wss xenc decrypt' any document",
    ),
    (
        &[],
        &["validate", "check", "open", "receive", "authenticate"],
        "'wss verify' opens a message as a receiver does, 'wss lint' judges it by the Basic Security Profile, and 'wss dsig \
         verify' verifies any document",
    ),
    (&[], &["show", "view", "dump", "read", "print", "parse", "info"], "'wss inspect' shows what is in a message"),
    (&[], &["debug", "diagnose", "why"], "'wss explain' says why a signature or a digest does not fit"),
    (&[], &["canonicalize", "canonicalise", "canonical"], "'wss c14n' writes canonical octets"),
    (
        &[],
        &["send", "create", "wrap", "protect"],
        "'wss secure' signs and encrypts, 'wss sign' and 'wss encrypt' do one of them",
    ),
    (&[], &["preset", "presets", "network"], "'wss networks' lists the presets, and --network NAME takes one"),
    (&[], &["wsdl"], "'wss policy' shows what the policy of a WSDL demands"),
    (&[], &["version"], "'wss --version' prints it"),
    (&["dsig"], &["validate", "check"], "'wss dsig verify' verifies the signature of a document"),
    (&["dsig"], &["encrypt", "decrypt"], "'wss xenc' encrypts and decrypts documents"),
    (&["xenc"], &["sign", "verify"], "'wss dsig' signs and verifies documents"),
];

/// Options that the commands do not have.
const OPTIONS: &[Row] = &[
    (
        &["verify", "explain"],
        &["--key", "--private-key"],
        "--decrypt-key KEY with --decrypt-cert CERT decrypts; who may sign is said by --trust ANCHOR or --pin CERT",
    ),
    (
        &["verify", "explain"],
        &["--cert", "--certificate", "--signer-cert"],
        "--pin CERT trusts this certificate, and --trust ANCHOR what is below an authority; to decrypt, give it as \
         --decrypt-cert",
    ),
    (
        &["verify", "explain"],
        &["--ca", "--cacert", "--CAfile", "--anchor", "--truststore"],
        "--trust FILE gives trust anchors",
    ),
    (&["verify", "explain"], &["--p12", "--pfx", "--pkcs12", "--keystore"], "--decrypt-p12 STORE decrypts"),
    (
        &["verify", "explain"],
        &["--password", "--pass", "--passin", "--password-file"],
        "--decrypt-password-file FILE has the password of a key or key store, and --user-file NAME=FILE that of a user",
    ),
    (
        &["verify", "explain"],
        &["--user", "--username"],
        "--user-file NAME=FILE names a user and the file with the password",
    ),
    (&["verify", "explain"], &["--part", "--sign-part"], "--require signed:PART says what must be signed"),
    (
        &["sign", "encrypt", "secure"],
        &["--password", "--pass", "--passin"],
        "--password-file FILE has the password; env:NAME is an environment variable in place of a file",
    ),
    (
        &["sign", "encrypt", "secure"],
        &["--recipient", "--recipient-cert", "--encrypt-to", "--encrypt-cert"],
        "--to CERT says for whom to encrypt",
    ),
    (&["sign", "encrypt", "secure"], &["--sign-part", "--sign", "--signed"], "--part PART says what to sign"),
    (&["sign", "encrypt", "secure"], &["--pfx", "--pkcs12", "--keystore"], "--p12 STORE has a key and its certificate"),
    (&["sign", "encrypt", "secure"], &["--username"], "--user NAME, with --password-file FILE, adds a username token"),
    (&["dsig", "xenc"], &["--decrypt-key"], "--key KEY decrypts"),
    (&["dsig", "xenc"], &["--pin"], "--cert CERT gives a certificate that is trusted"),
];

/// The error of the command line, with a hint which command or option to use for its unknown word.
pub(crate) fn told(mut error: Error, words: &[String]) -> Error {
    let is_known = |word: &&str| OPTIONS.iter().any(|(of, ..)| of.contains(word));
    let command = words.iter().map(String::as_str).find(is_known).unwrap_or_default();
    let Some(hint) = hint(&error, command) else { return error };
    // Words that only look alike would be suggested beside it.
    let _subcommand = error.remove(ContextKind::SuggestedSubcommand);
    let _argument = error.remove(ContextKind::SuggestedArg);
    let _other = error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(hint)]));
    error
}

fn hint(error: &Error, command: &str) -> Option<&'static str> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let (rows, unknown, command) = match (text(ContextKind::InvalidSubcommand), text(ContextKind::InvalidArg)) {
        (Some(unknown), _) => (COMMANDS, unknown, Some(command).filter(|group| ["dsig", "xenc"].contains(group))),
        (None, Some(unknown)) => (OPTIONS, unknown, Some(command)),
        (None, None) => return None,
    };
    let is_it = |(of, words, _): &&Row| {
        command.map_or(of.is_empty(), |command| of.contains(&command)) && words.contains(&unknown)
    };
    rows.iter().find(is_it).map(|(.., hint)| *hint)
}
