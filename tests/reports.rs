//! Messages like those of public reports about other stacks, each with its verdict. `tests/reports/make.py` made them with lxml
//! and python-xmlsec, with our keys and words of our own. More reports are in `tests/peers.rs`.

mod common;

use std::collections::BTreeSet;
use std::sync::Arc;

use common::*;
use ws_security::prelude::*;
use ws_security::tokens::parse_instant;
use ws_security::{DangerousNoReplayCache, FixedClock, Secret, TransportFacts};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// It opens with nothing configured.
    Opens,
    /// It opens where the transport protects the message.
    OpensOverTls,
    /// It is refused, and the error says this.
    Refused(&'static str),
}
use Verdict::{Opens, OpensOverTls, Refused};

/// The file, the reports, and the verdict.
const REPORTS: [(&str, &str, Verdict); 11] = [
    // The prefixes count in SignedInfo as well as in the references.
    ("prefix-list", "node-saml/xml-crypto#94, XML-Security/signxml#145", Opens),
    // Its sender formatted the message after it had signed it.
    ("pretty-printed", "mvantellingen/python-zeep#484", Refused("signature value")),
    ("white-space-in-signature", "XML-Security/signxml#127", Opens),
    ("signature-value-on-lines", "xmlsec/python-xmlsec#196, node-saml/xml-crypto#16", Opens),
    // Java writes the line ends of its base64 as `&#13;`.
    (
        "signature-value-with-cr",
        "cloudfoundry/uaa#3222, AzureAD/azure-activedirectory-identitymodel-extensions-for-dotnet#1258",
        Opens,
    ),
    // XML has one line end, whatever the wire has.
    ("crlf-on-the-way", "robrichards/xmlseclibs#28, node-saml/xml-crypto#211", Opens),
    ("digest-of-encoded-nonce", "mikechambers/as3corelib#27", Refused("authenticate")),
    ("digest-in-hexadecimal", "priore/SOAPEngine#22", Refused("authenticate")),
    ("digest-without-nonce", "tilln/jmeter-wssecurity#33", Refused("Nonce")),
    ("nonce-with-line-end", "savonrb/savon#157", Opens),
    ("text-with-nonce-alone", "vpulim/node-soap#123", OpensOverTls),
];

fn folder() -> String {
    format!("{}/tests/reports", env!("CARGO_MANIFEST_DIR"))
}

/// The receiver with the least configuration for the message, one minute after it was made.
fn receiver(is_signed: bool) -> Receiver {
    let clock = FixedClock(parse_instant("2026-11-27T12:01:00Z").expect("an instant"));
    let requirements = if is_signed {
        Requirements::signed([Part::Body, Part::Timestamp])
    } else {
        Requirements::dangerous_unsigned().username_token()
    };
    Receiver::new(trust(), requirements, DangerousNoReplayCache)
        .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())))
        .clock(Arc::new(clock))
}

/// What the message says, or why it is refused.
fn opened(receiver: &Receiver, message: &str, is_signed: bool) -> Result<String, String> {
    if is_signed {
        return receiver.open(message).map(|opened| opened.body().xml().to_owned()).map_err(|error| error.to_string());
    }
    let opened = receiver.open_unsigned(message, TransportFacts::dangerous_unprotected());
    let opened = opened.map_err(|error| error.to_string())?;
    Ok(opened.user().map(|user| user.username().to_owned()).unwrap_or_else(|| "nobody".to_owned()))
}

#[test]
fn each_report_has_its_verdict() {
    for (name, reports, verdict) in REPORTS {
        let path = format!("{}/{name}.xml", folder());
        let message = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let is_signed = message.contains("Signature>");
        let strict = receiver(is_signed);
        let found = opened(&strict, &message, is_signed);
        let text = found.as_ref().unwrap_or_else(|error| error);
        match verdict {
            Opens => assert!(found.is_ok(), "{name} ({reports}): {text}"),
            Refused(what) => assert!(found.is_err() && text.contains(what), "{name} ({reports}): {text}"),
            OpensOverTls => {
                assert!(found.is_err() && text.contains("`over_protected_transport`"), "{name} ({reports}): {text}");
                let over_tls = opened(&strict.over_protected_transport(), &message, is_signed);
                assert_eq!(over_tls.as_deref(), Ok("ann"), "{name} ({reports})");
            }
        }
    }
}

#[test]
fn the_twin_of_what_opens_is_refused() {
    for (name, _, verdict) in REPORTS {
        let message = std::fs::read_to_string(format!("{}/{name}.xml", folder())).expect("a report");
        let is_signed = message.contains("Signature>");
        if matches!(verdict, Refused(_)) {
            continue;
        }
        if is_signed {
            let twin = if message.contains(">42<") { (">42<", ">43<") } else { ("lines<", "lies<") };
            let changed = message.replacen(twin.0, twin.1, 1);
            assert_ne!(changed, message, "{name}");
            refuse(&receiver(true), &changed);
        } else {
            let changed = message.replacen(">ann<", ">eve<", 1);
            assert!(opened(&receiver(false).over_protected_transport(), &changed, false).is_err(), "{name}");
        }
    }
}

#[test]
fn the_folder_and_the_table_agree() {
    let files = std::fs::read_dir(folder()).expect("the folder").map(|file| file.expect("a file").path());
    let files = files.filter(|path| path.extension().is_some_and(|kind| kind == "xml"));
    let files: BTreeSet<String> =
        files.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect();
    let table: BTreeSet<String> = REPORTS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(files, table);
}
