//! Examples: what `--help` of each subcommand ends with.

pub(super) const C14N: &str = "\
Examples:
  The octets that a reference to an Id is a digest of:
    wss c14n --id body message.xml
  The whole document by Canonical XML 1.0, comments kept:
    wss c14n --method inclusive-comments document.xml
  What an XPath expression selects:
    wss c14n --xpath '//p:order' --xpath-ns p=urn:orders document.xml";

pub(super) const DSIG_VERIFY: &str = "\
Exit 0: valid. 1: not valid. 2: usage, or a file that cannot be read.

Examples:
  By a certificate below an authority:
    wss dsig verify --trust ca.pem invoice.xml
  By one signer below it:
    wss dsig verify --trust ca.pem --signer CN=Alice invoice.xml
  By one certificate, where the attribute ID is an Id:
    wss dsig verify --cert signer.pem --id-attr ID assertion.xml
  Integrity alone, by the key in the document:
    wss dsig verify --insecure-keyvalue --format json document.xml";

pub(super) const DSIG_SIGN: &str = "\
Examples:
  The whole document:
    wss dsig sign --key alice.key --cert alice.pem --reference '' document.xml
  One element, with the attribute ID as its Id:
    wss dsig sign --p12 alice.p12 --password-file password --id-attr ID --reference '#inv-1' invoice.xml
  With the issuer and the number of the certificate, and its digest:
    wss dsig sign --key alice.key --cert alice.pem --key-info x509-issuer-serial --key-info x509-digest --reference '' document.xml
  With a shared secret and SHA-512:
    wss dsig sign --secret ours=secret.bin --signature-method hmac-sha512 --digest sha512 --reference '' document.xml";

pub(super) const XENC_DECRYPT: &str = "\
Examples:
  With a private key:
    wss xenc decrypt --key bob.key document.xml
  With a shared secret that the document names:
    wss xenc decrypt --secret ours=secret.bin document.xml
  A document with RSA-1.5 and 3DES:
    wss xenc decrypt --key bob.key --allow rsa-1_5 --allow tripledes-cbc document.xml
  Cipher octets in a file that the document refers to:
    wss xenc decrypt --key bob.key --follow-cipher-references --map http://example.com/data=data.bin document.xml";

pub(super) const XENC_ENCRYPT: &str = "\
Examples:
  The whole document to a certificate:
    wss xenc encrypt --to bob.pem document.xml
  The content of one element:
    wss xenc encrypt --to bob.pem --id card --content-only order.xml
  With a shared secret, by AES-128 in GCM:
    wss xenc encrypt --secret ours=secret.bin --content aes128-gcm document.xml";

pub(super) const SIGN: &str = "\
Examples:
  Body and a Timestamp of five minutes:
    wss sign --key alice.key --cert alice.pem --timestamp 300 request.xml
  Some header blocks too, the certificate by its issuer and serial number:
    wss sign --key alice.key --cert alice.pem --part Body --part '{http://www.w3.org/2005/08/addressing}To' \\
      --reference issuer-serial request.xml
  A username token alone:
    wss sign --user ann --password-file password request.xml";

pub(super) const ENCRYPT: &str = "\
Examples:
  The Body to a certificate:
    wss encrypt --to bob.pem request.xml
  One element inside the Body, named by its path:
    wss encrypt --to bob.pem --part 'element:Body/{urn:orders}order/{urn:orders}card' request.xml
  With RSA-OAEP and SHA-256, by AES-128 in GCM:
    wss encrypt --to bob.pem --key-transport rsa-oaep --content aes128-gcm request.xml";

pub(super) const SECURE: &str = "\
Examples:
  Sign, then encrypt the Body:
    wss secure --key alice.key --cert alice.pem --to bob.pem --timestamp 300 request.xml
  One key for both sides, derived keys, and what opens the reply:
    wss secure --symmetric --derive-keys 1.3 --to bob.pem --timestamp 300 --exchange exchange request.xml
  The answer of a service, with the key of the request:
    wss verify --require signed:Body --anonymous --decrypt-key bob.key --decrypt-cert bob.pem --exchange exchange request.xml
    wss secure --confirm exchange --reply-key --derive-keys 1.3 --timestamp 300 reply.xml";

pub(super) const VERIFY: &str = "\
Exit 0: accepted. 1: refused. 2: usage, or a file that cannot be read. A refusal names the option that accepts the
message, where there is one.

Examples:
  The Body, if someone below an authority signed it and a Timestamp:
    wss verify --trust ca.pem --require signed:Body --require signed:Timestamp message.xml
  Encrypted too, and each message once:
    wss verify --trust ca.pem --require signed:Body --require encrypted:Body --decrypt-key bob.key --decrypt-cert bob.pem \\
      --replay-store seen.sqlite message.xml
  The reply to a request whose state was saved:
    wss verify --require signed:Body --require confirmation --request exchange reply.xml";

pub(super) const LINT: &str = "\
Exit 0: no MUST is broken. 1: one is. 2: usage, or a file that cannot be read.

Examples:
  A verdict on every requirement:
    wss lint message.xml
  A page that shows the message beside the findings, with what is inside the ciphertext:
    wss lint --html report.html --decrypt-key bob.key --decrypt-cert bob.pem message.xml
  As data, without one requirement:
    wss lint --format json --waive R5404 message.xml";

pub(super) const NETWORKS: &str = "\
Examples:
  All that have a preset:
    wss networks
  One of them, with its facts and sources:
    wss networks peppol_as4_2
  As data:
    wss networks --format json";

pub(super) const INSPECT: &str = "\
Examples:
  What is in the header:
    wss inspect message.xml
  A page for a browser, of a message in a package with attachments:
    wss inspect --html picture.html message.mime
  From another command:
    wss sign --key alice.key --cert alice.pem request.xml | wss inspect -";

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use crate::args::Cli;

    /// The commands of a help text, a line that goes on joined to the next.
    fn commands(help: &str) -> Vec<String> {
        let joined = help.replace("\\\n", " ");
        let lines = joined.lines().filter_map(|line| line.strip_prefix("    "));
        let commands = lines.flat_map(|line| {
            line.replace(" > ", " && ").replace(" | ", " && ").split(" && ").map(str::to_owned).collect::<Vec<_>>()
        });
        commands.filter(|command| command.starts_with("wss ")).collect()
    }

    /// The words of a command, as a shell reads them.
    fn words(command: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let (mut quoted, mut any) = (false, false);
        for c in command.chars() {
            match c {
                '\'' => (quoted, any) = (!quoted, true),
                ' ' if !quoted => {
                    if any || words.last().is_some_and(|word| !word.is_empty()) {
                        words.push(String::new());
                    }
                    any = false;
                }
                c => words.last_mut().expect("a word").push(c),
            }
        }
        words
    }

    #[test]
    fn every_subcommand_has_three_examples_that_are_read() {
        let command = Cli::command();
        let nested = |name: &str| ["dsig", "xenc"].contains(&name);
        let all = command.get_subcommands().flat_map(|sub| match nested(sub.get_name()) {
            true => {
                sub.get_subcommands().map(|inner| (format!("{} {}", sub.get_name(), inner.get_name()), inner)).collect()
            }
            false => vec![(sub.get_name().to_owned(), sub)],
        });
        let mut count = 0;
        for (name, sub) in all {
            let help = sub.get_after_help().unwrap_or_else(|| panic!("{name} has no examples")).to_string();
            let commands = commands(&help);
            let own = commands.iter().filter(|command| command.starts_with(&format!("wss {name}")));
            assert!(own.count() >= if name == "secure" { 3 } else { 2 } && commands.len() >= 3, "{name}: {commands:?}");
            for command in commands {
                let read = Cli::try_parse_from(words(&command));
                assert!(read.is_ok(), "{command}: {}", read.err().map(|error| error.to_string()).unwrap_or_default());
                count += 1;
            }
        }
        assert!(count > 30, "{count}");
    }

    /// Options are found by what they are about.
    #[test]
    fn options_are_grouped() {
        let command = Cli::command();
        for name in ["sign", "encrypt", "secure", "verify"] {
            let sub = command.find_subcommand(name).expect(name);
            let headings: std::collections::BTreeSet<_> =
                sub.get_arguments().filter_map(|argument| argument.get_help_heading()).collect();
            assert!(headings.len() >= 6, "{name}: {headings:?}");
            let loose = sub.get_opts().filter(|argument| argument.get_help_heading().is_none()).count();
            assert!(loose <= 3, "{name} has {loose} options without a group");
        }
    }
}
