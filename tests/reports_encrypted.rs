//! Ciphertext like that of public reports about other stacks, each with its verdict. `tests/reports/make_encrypted.py` made it
//! with the Python package cryptography, and with our keys.

mod common;

use std::collections::BTreeSet;

use common::*;
use ws_security::DangerousNoReplayCache;
use ws_security::prelude::*;

/// What a receiver says.
#[derive(Clone, Copy)]
enum Verdict {
    /// It opens with nothing configured.
    Opens,
    /// It is refused, and the error says this.
    Refused(&'static str),
    /// It is refused, and the explanation says this.
    Explained(&'static str),
}
use Verdict::{Explained, Opens, Refused};

/// The file, the reports, and the verdict.
const REPORTS: [(&str, &str, Verdict); 10] = [
    // Streaming Santuario before 4.0.3 wrote the MGF of its settings beside `rsa-oaep-mgf1p`, and used it.
    ("mask-beside-mgf1p", "apache/santuario-xml-security-java#306", Opens),
    // Node masks with the digest of the label, which `rsa-oaep-mgf1p` does not.
    (
        "mask-by-the-digest",
        "auth0/node-xml-encryption#140",
        Explained(
            "the digest http://www.w3.org/2001/04/xmlenc#sha256 and MGF1 with http://www.w3.org/2001/04/xmlenc#sha256",
        ),
    ),
    ("mask-of-sha1", "KantaraInitiative/SAMLprofiles#129", Opens),
    ("mask-absent", "php-soap/psr18-wsse-middleware#31, lsh123/xmlsec#439", Opens),
    (
        "mask-of-xmlenc",
        "SAML-Toolkits/java-saml#408",
        Refused("perhaps http://www.w3.org/2009/xmlenc11#mgf1sha256 is meant"),
    ),
    // It opens by the call of tests/reports.rs, too.
    ("digest-of-xmldsig", "auth0/node-xml-encryption#135", Refused("`accept_algorithms_in_other_namespaces`")),
    ("key-without-id", "auth0/node-xml-encryption#19, robrichards/wse-php#58", Opens),
    ("key-to-a-certificate", "robrichards/wse-php#51", Opens),
    ("key-by-retrieval", "Sustainsys/Saml2#1227", Opens),
    ("key-by-name-of-the-recipient", "digidentity/libsaml#161", Refused("KeyName \"our partner\"")),
];

fn folder() -> String {
    format!("{}/tests/reports/encrypted", env!("CARGO_MANIFEST_DIR"))
}

fn bob() -> Receiver {
    let requirements = Requirements::dangerous_unsigned().encrypted([Part::Body]);
    Receiver::new(trust(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"))
}

/// The plaintext, or the error.
fn opened(message: &str) -> Result<String, String> {
    let opened = bob().open_unsigned(message, ws_security::TransportFacts::dangerous_unprotected());
    opened.map(|opened| opened.unauthenticated_body().to_owned()).map_err(|error| error.to_string())
}

#[test]
fn each_report_has_its_verdict() {
    for (name, reports, verdict) in REPORTS {
        let message = std::fs::read_to_string(format!("{}/{name}.xml", folder())).expect("a report");
        let found = opened(&message);
        let text = found.as_ref().unwrap_or_else(|error| error);
        match verdict {
            Opens => {
                assert!(found.is_ok() && text.contains(">42<"), "{name} ({reports}): {text}");
                let (before, after) = message.rsplit_once("<xenc:CipherValue>").expect("a value");
                let twin = format!("{before}<xenc:CipherValue>AAAA{}", &after[4..]);
                assert!(opened(&twin).is_err(), "{name}");
            }
            Refused(what) => assert!(found.is_err() && text.contains(what), "{name} ({reports}): {text}"),
            Explained(what) => {
                let explanation = bob().explain(&message).to_string();
                assert!(found.is_err() && explanation.contains(what), "{name} ({reports}): {explanation}");
            }
        }
    }
}

#[test]
fn a_digest_of_oaep_in_another_namespace_is_read_by_its_call() {
    let message = std::fs::read_to_string(format!("{}/digest-of-xmldsig.xml", folder())).expect("a report");
    let accepting = bob().accept_algorithms_in_other_namespaces();
    let opened =
        accepting.open_unsigned(&message, ws_security::TransportFacts::dangerous_unprotected()).expect("opens");
    assert!(opened.unauthenticated_body().contains(">42<"));
    assert!(opened.evidence().waived.contains(&ws_security::Waiver::AlgorithmsInOtherNamespaces));
}

#[test]
fn the_folder_and_the_table_agree() {
    let files = std::fs::read_dir(folder()).expect("the folder").map(|file| file.expect("a file").path());
    let files: BTreeSet<String> =
        files.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect();
    let table: BTreeSet<String> = REPORTS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(files, table);
}
