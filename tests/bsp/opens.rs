//! What the report calls conformant and well shaped, the receiver opens with the keys that it has and no waiver; each that it
//! refuses has its row in `EXPLAINED`, with the rule that is none of the profile's.
//!
//! Messages are our own in every form, each also in many other spellings: those outside what is signed change the text
//! alone, and those inside are signed again by Alice.

use ws_security::c14n::{Document, Limits};
use ws_security::prelude::*;
use ws_security::{AlgorithmPolicy, AssertionTrust, DangerousNoReplayCache, OpenError};

use ws_security::bsp::{self, Context};

use crate::common::*;
use crate::edit::try_replace;
use crate::goldens::{golden, passwords};
use crate::signed_again::signed_again;

/// Refusals of conformant messages: the spelling, what the error says, and why that is no rule of the profile.
const EXPLAINED: &[(&str, &str, &str)] = &[
    ("digests of SHA-1", "is not admitted", "policy of algorithms: SHA-1 does not resist collisions"),
    ("a signature of SHA-1", "is not admitted", "policy of algorithms: SHA-1 does not resist collisions"),
    ("no signed timestamp", "covers Timestamp", "requirements: the timestamp is demanded to be signed"),
    ("expired", "and it is now", "freshness"),
    ("a block that must be understood", "must be understood", "SOAP: the application has to handle the block"),
    ("a header of another actor alone", "has a header for actor", "SOAP: the header is for someone else"),
    ("symmetric body, blanks in cipher octets", "does not match", "the EncryptedKey is signed there"),
    ("encrypted key, blanks in cipher octets", "does not match", "the EncryptedKey is signed there"),
    ("saml", "does not match", "the assertion is signed there, and the spelling is one of its signature"),
];

/// The same for messages of peers.
const OF_PEERS: &[(&str, &str, &str)] = &[
    ("longer-secret-request", "is not admitted", "policy of algorithms: CBC does not authenticate"),
    ("longer-secret-reply", "is not admitted", "policy of algorithms: CBC does not authenticate"),
    ("signed-element", "only if it belongs at this place", "requirements: what is signed inside the Body is named"),
    ("body-alone-signed", "covers Timestamp", "requirements: the timestamp is demanded to be signed"),
    (
        "signature-outside-the-header",
        "one at /s:Envelope/s:Header/ds:S",
        "requirements: the Body is demanded to be signed",
    ),
    ("digest-in-no-namespace", "is not supported", "policy of algorithms: nobody knows it"),
    ("pretty-printed", "signature value does not verify", "what is signed was changed"),
    ("id-", "in another attribute than wsu:Id", "the profile names no other attribute, and forbids none"),
    (
        "timestamp-of-the-header",
        "wsse:Timestamp is one in",
        "requirements: the profile forbids no other children of the header",
    ),
    ("greater-than-not-escaped", "digest of", "what is signed was digested otherwise"),
    ("timestamp-without-declarations", "digest of", "what is signed was digested otherwise"),
    ("letters-read-as-latin-1", "digest of", "what is signed was changed"),
    ("letter-lost-on-the-way", "digest of", "what is signed was changed"),
    ("lines-of-the-template", "digest of", "what is signed was digested otherwise"),
    ("prefixes-by-number", "digest of", "what is signed was changed"),
    ("attachment-of-the-request", "names the attachment", "package: the report was given the envelope alone"),
    ("block-not-understood", "must be understood", "SOAP: only the application knows what it handles"),
    ("role-of-the-next", "has a header for actor", "roles: the receiver is the ultimate one"),
    ("issuer-that-is-the-subject", "no key is known", "trust: nobody known has this name"),
    ("ecdsa-", "is not r and s", "XML Signature 1.1 §6.4.3: the form of a value"),
];

type Edits = &'static [(&'static str, &'static str)];

/// Spellings outside what is signed.
const OUTSIDE: &[(&str, Edits)] = &[
    ("blanks between the children of the header", &[("</wsu:Timestamp>", "</wsu:Timestamp>\n  \t")]),
    ("blanks inside KeyInfo", &[("<ds:KeyInfo>", "<ds:KeyInfo>\n ")]),
    ("blanks before SignatureValue", &[("</ds:SignedInfo>", "</ds:SignedInfo>\n ")]),
    (
        "lines in the value",
        &[("<ds:SignatureValue>…</ds:SignatureValue>", "<ds:SignatureValue>\n {1}\n</ds:SignatureValue>")],
    ),
    (
        "a value in CDATA",
        &[("<ds:SignatureValue>…</ds:SignatureValue>", "<ds:SignatureValue><![CDATA[{1}]]></ds:SignatureValue>")],
    ),
    ("a comment in the header", &[("</wsu:Timestamp>", "</wsu:Timestamp><!-- a comment -->")]),
    ("a comment in KeyInfo", &[("<ds:KeyInfo>", "<ds:KeyInfo><!-- a comment -->")]),
    ("a processing instruction", &[("</wsu:Timestamp>", "</wsu:Timestamp><?a b?>")]),
    ("a declaration of XML", &[("<s:Envelope", "<?xml version='1.0' encoding=\"UTF-8\"?>\n<s:Envelope")]),
    ("a byte order mark", &[("<s:Envelope", "\u{feff}<s:Envelope")]),
    ("an Id on Signature", &[("<ds:Signature ", "<ds:Signature Id=\"sig-1\" ")]),
    ("an Id on KeyInfo", &[("<ds:KeyInfo>", "<ds:KeyInfo Id=\"ki-1\">")]),
    ("an Id on SignatureValue", &[("<ds:SignatureValue>", "<ds:SignatureValue Id=\"sv-1\">")]),
    (
        "an Id on the reference to the token",
        &[(
            "<ds:KeyInfo><wsse:SecurityTokenReference xmlns:wsse=\"%WSSE%\"",
            "<ds:KeyInfo>%STR% xmlns:wsu=\"%WSU%\" wsu:Id=\"str-1\"",
        )],
    ),
    (
        "the type of the token on its reference",
        &[(
            "<ds:KeyInfo><wsse:SecurityTokenReference xmlns:wsse=\"%WSSE%\">",
            "<ds:KeyInfo>%STR% wsse11:TokenType=\"%X509%X509v3\">",
        )],
    ),
    (
        "a Usage on the reference",
        &[("<ds:KeyInfo><wsse:SecurityTokenReference ", "<ds:KeyInfo><wsse:SecurityTokenReference Usage=\"urn:u\" ")],
    ),
    ("an element of another namespace in the header", &[("%END%", "<x:X xmlns:x=\"urn:x\"><x:Y>1</x:Y></x:X>%END%")]),
    ("an attribute of another namespace", &[("<wsse:Security ", "<wsse:Security xmlns:x=\"urn:x\" x:a=\"1\" ")]),
    (
        "a second header for another actor",
        &[("%END%", "%END%<wsse:Security xmlns:wsse=\"%WSSE%\" s:actor=\"urn:other\"/>")],
    ),
    ("a block that must be understood", &[("<s:Header>", "<s:Header><x:B xmlns:x=\"urn:x\" s:mustUnderstand=\"1\"/>")]),
    (
        "a block that need not be understood",
        &[("<s:Header>", "<s:Header><x:B xmlns:x=\"urn:x\" s:mustUnderstand=\"0\"/>")],
    ),
    (
        "an Id of an application",
        &[("<s:Header>", "<s:Header><x:B xmlns:x=\"urn:x\" xmlns:wsu=\"%WSU%\" wsu:Id=\"mine\"/>")],
    ),
    ("a header of another actor alone", &[("<wsse:Security ", "<wsse:Security s:actor=\"urn:other\" ")]),
    ("a MimeType of ciphertext", &[("<xenc:EncryptedData ", "<xenc:EncryptedData MimeType=\"text/xml\" ")]),
    ("an Encoding of ciphertext", &[("<xenc:EncryptedData ", "<xenc:EncryptedData Encoding=\"urn:e\" ")]),
    (
        "properties of ciphertext",
        &[(
            "</xenc:CipherData></xenc:EncryptedData>",
            "</xenc:CipherData><xenc:EncryptionProperties><xenc:EncryptionProperty/></xenc:EncryptionProperties></xenc:EncryptedData>",
        )],
    ),
    (
        "the name that the key carries",
        &[(
            "</xenc:ReferenceList></xenc:EncryptedKey>",
            "</xenc:ReferenceList><xenc:CarriedKeyName>k</xenc:CarriedKeyName></xenc:EncryptedKey>",
        )],
    ),
    ("the size of the key", &[("aes256-gcm\">", "aes256-gcm\"><xenc:KeySize>256</xenc:KeySize>")]),
    ("blanks in a list", &[("<xenc:ReferenceList>", "<xenc:ReferenceList>\n ")]),
    (
        "blanks in cipher octets",
        &[("<xenc:CipherValue>…</xenc:CipherValue>", "<xenc:CipherValue>\n{1}\n</xenc:CipherValue>")],
    ),
    ("an Id on a list", &[("<xenc:ReferenceList>", "<xenc:ReferenceList Id=\"list\">")]),
    ("an empty Created of an application", &[("<s:Header>", "<s:Header><wsu:Created xmlns:wsu=\"%WSU%\"/>")]),
];

/// Spellings inside what is signed: Alice signs them again.
const INSIDE: &[(&str, Edits)] = &[
    ("blanks in SignedInfo", &[("<ds:SignedInfo>", "<ds:SignedInfo>\n ")]),
    ("a comment in SignedInfo", &[("<ds:SignedInfo>", "<ds:SignedInfo><!-- a comment -->")]),
    (
        "prefixes in the list of a reference",
        &[(
            "<ds:Transform Algorithm=\"%EXC%\"></ds:Transform>",
            "<ds:Transform Algorithm=\"%EXC%\"><ec:InclusiveNamespaces xmlns:ec=\"%EXC%\" PrefixList=\"s p a\"/></ds:Transform>",
        )],
    ),
    (
        "the default namespace in the list of a reference",
        &[(
            "<ds:Transform Algorithm=\"%EXC%\"></ds:Transform>",
            "<ds:Transform Algorithm=\"%EXC%\"><ec:InclusiveNamespaces xmlns:ec=\"%EXC%\" PrefixList=\"#default\"/></ds:Transform>",
        )],
    ),
    (
        "prefixes in the list of SignedInfo",
        &[(
            "<ds:CanonicalizationMethod Algorithm=\"%EXC%\"></ds:CanonicalizationMethod>",
            "<ds:CanonicalizationMethod Algorithm=\"%EXC%\"><ec:InclusiveNamespaces xmlns:ec=\"%EXC%\" PrefixList=\"s wsse\"/></ds:CanonicalizationMethod>",
        )],
    ),
    (
        "enveloped-signature that removes nothing",
        &[("<ds:Transforms>", "<ds:Transforms><ds:Transform Algorithm=\"%DS%enveloped-signature\"/>")],
    ),
    (
        "enveloped-signature behind the canonicalisation",
        &[("</ds:Transforms>", "<ds:Transform Algorithm=\"%DS%enveloped-signature\"/></ds:Transforms>")],
    ),
    ("two canonicalisations", &[("<ds:Transforms>", "<ds:Transforms><ds:Transform Algorithm=\"%EXC%\"/>")]),
    (
        "a canonicalisation with comments",
        &[("<ds:Transform Algorithm=\"%EXC%\">", "<ds:Transform Algorithm=\"%EXC%WithComments\">")],
    ),
    (
        "SignedInfo with comments",
        &[(
            "<ds:CanonicalizationMethod Algorithm=\"%EXC%\">",
            "<ds:CanonicalizationMethod Algorithm=\"%EXC%WithComments\">",
        )],
    ),
    ("no transforms", &[("<ds:Transforms>…</ds:Transforms>", "")]),
    ("empty transforms", &[("<ds:Transforms>…</ds:Transforms>", "<ds:Transforms/>")]),
    (
        "inclusive canonicalisation",
        &[(
            "<ds:Transform Algorithm=\"%EXC%\">",
            "<ds:Transform Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\">",
        )],
    ),
    (
        "SignedInfo inclusive",
        &[(
            "<ds:CanonicalizationMethod Algorithm=\"%EXC%\">",
            "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\">",
        )],
    ),
    ("an Id and a Type of a reference", &[("<ds:Reference URI", "<ds:Reference Id=\"r-1\" Type=\"urn:t\" URI")]),
    (
        "digests of SHA-1",
        &[(
            "<ds:DigestMethod Algorithm=\"…\"…<ds:DigestValue>…<",
            "<ds:DigestMethod Algorithm=\"%DS%sha1\"{2}<ds:DigestValue>AAAAAAAAAAAAAAAAAAAAAAAAAAA=<",
        )],
    ),
    (
        "digests of SHA-512",
        &[(
            "<ds:DigestMethod Algorithm=\"…\"…<ds:DigestValue>…<",
            "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha512\"{2}<ds:DigestValue>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==<",
        )],
    ),
    (
        "a signature of SHA-1",
        &[("<ds:SignatureMethod Algorithm=\"…\"", "<ds:SignatureMethod Algorithm=\"%DS%rsa-sha1\"")],
    ),
    (
        "a signature of SHA-512",
        &[(
            "<ds:SignatureMethod Algorithm=\"…\"",
            "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha512\"",
        )],
    ),
    ("no Expires", &[("<wsu:Expires>…</wsu:Expires>", "")]),
    ("no Created", &[("<wsu:Created>…</wsu:Created>", "")]),
    (
        "expired",
        &[(
            "<wsu:Created>…</wsu:Created><wsu:Expires>…<",
            "<wsu:Created>2001-01-01T00:00:00Z</wsu:Created><wsu:Expires>2001-01-01T00:05:00Z<",
        )],
    ),
    ("no fraction", &[("<wsu:Created>….…Z<", "<wsu:Created>{1}Z<")]),
    ("a long fraction", &[("<wsu:Created>….…Z<", "<wsu:Created>{1}.123456789123Z<")]),
    ("a zone of zero", &[("<wsu:Created>…Z<", "<wsu:Created>{1}+00:00<")]),
    ("another zone", &[("<wsu:Created>…Z<", "<wsu:Created>{1}+01:00<")]),
    ("no zone", &[("<wsu:Created>…Z<", "<wsu:Created>{1}<")]),
    ("blanks around an instant", &[("<wsu:Created>…<", "<wsu:Created>\n {1} <")]),
    ("blanks in the timestamp", &[("<wsu:Created>", "\n <wsu:Created>"), ("</wsu:Created>", "</wsu:Created>\n ")]),
    ("a comment in the timestamp", &[("</wsu:Created>", "</wsu:Created><!-- a comment -->")]),
    ("a type of an instant", &[("<wsu:Created>", "<wsu:Created ValueType=\"urn:t\">")]),
    ("an extension of the timestamp", &[("</wsu:Timestamp>", "<x:X xmlns:x=\"urn:x\"/></wsu:Timestamp>")]),
    ("an attribute of the timestamp", &[("<wsu:Timestamp ", "<wsu:Timestamp xmlns:x=\"urn:x\" x:a=\"1\" ")]),
    (
        "an Id without a prefix on the timestamp",
        &[("<wsu:Timestamp xmlns:wsu=\"%WSU%\" wsu:Id=", "<wsu:Timestamp xmlns:wsu=\"%WSU%\" Id=")],
    ),
    ("an Id without a prefix on the Body", &[("<s:Body…wsu:Id=", "<s:Body{1}Id=")]),
    ("no signed timestamp", &[("<ds:Reference URI=\"#TS-…</ds:Reference>", "")]),
    (
        "a reference twice",
        &[(
            "<ds:Reference URI=\"#TS-…</ds:Reference>",
            "<ds:Reference URI=\"#TS-{1}</ds:Reference><ds:Reference URI=\"#TS-{1}</ds:Reference>",
        )],
    ),
    (
        "a filter before the canonicalisation",
        &[(
            "<ds:Reference URI=\"#TS-…\"><ds:Transforms>",
            "<ds:Reference URI=\"#TS-{1}\"><ds:Transforms><ds:Transform Algorithm=\"%FILTER%\"><f:XPath xmlns:f=\"%FILTER%\" Filter=\"intersect\">/</f:XPath></ds:Transform>",
        )],
    ),
    (
        "attributes in another order",
        &[("<ds:Reference URI=\"#TS-…\">", "<ds:Reference Type=\"urn:t\" URI=\"#TS-{1}\" Id=\"r\">")],
    ),
    ("characters of the Body by number", &[(AMOUNT, "&#49;&#x34;99.90")]),
    (
        "an empty list of prefixes",
        &[(
            "<ds:Transform Algorithm=\"%EXC%\"></ds:Transform>",
            "<ds:Transform Algorithm=\"%EXC%\"><ec:InclusiveNamespaces xmlns:ec=\"%EXC%\" PrefixList=\"\"/></ds:Transform>",
        )],
    ),
    ("two values of a key", &[("</ds:KeyInfo>", "<ds:KeyName>CN=Alice</ds:KeyName></ds:KeyInfo>")]),
    ("a cut MAC", &[("</ds:SignatureMethod>", "<ds:HMACOutputLength>80</ds:HMACOutputLength></ds:SignatureMethod>")]),
];

/// The messages whose other spellings are tried: each is opened by [`everyone`] as it is.
const GOLDENS: [&str; 18] = [
    "x509",
    "encrypted",
    "two headers",
    "endorsed",
    "signature encrypted",
    "issuer and serial",
    "key identifier",
    "alice by thumbprint",
    "embedded",
    "path",
    "pkcs7",
    "str-transform",
    "username",
    "password key",
    "symmetric body",
    "encrypted key",
    "saml 1.1",
    "saml 2.0",
];

/// The receiver that has every key, and waives nothing.
pub(crate) fn everyone(name: &str) -> Receiver {
    let trust = Trust::pins(["alice", "carol", "dave", "ec256"].map(certificate));
    let anonymous = ["symmetric body", "encrypted key"].contains(&name);
    let requirements = match name {
        "two headers" | "symmetric body" => Requirements::signed([Part::Timestamp]),
        _ => Requirements::signed([Part::Body, Part::Timestamp]),
    };
    let requirements = if anonymous { requirements.dangerous_anonymous() } else { requirements };
    let issuers =
        AssertionTrust::for_audience("urn:bank").issuer("https://idp.example", Trust::pins([certificate("carol")]));
    Receiver::new(trust, requirements, DangerousNoReplayCache)
        .decrypt_with(identity("bob"))
        .passwords(passwords)
        .assertions(issuers)
}

fn open(receiver: &Receiver, message: &str) -> Result<(), OpenError> {
    receiver.open_parts(message).map(drop)
}

fn spelled(message: &str, edits: Edits) -> Option<String> {
    edits.iter().try_fold(message.to_owned(), |message, (from, to)| try_replace(&message, from, to))
}

/// What was judged, and what contradicts.
#[derive(Default)]
struct Tally {
    conformant: usize,
    opened: usize,
    broken: usize,
    wrong: Vec<String>,
    explained: std::collections::BTreeSet<&'static str>,
}

impl Tally {
    fn judge(&mut self, receiver: &Receiver, what: &str, message: &str) {
        let opened = open(receiver, message);
        let Ok(report) = bsp::report(message, &Context::new().receiver(receiver)) else {
            if opened.is_ok() {
                self.wrong.push(format!("{what}: it opens, and has no report"));
            }
            return;
        };
        if !report.conforms() || !receiver.misshapen(message, None).is_empty() {
            self.broken += 1;
            return;
        }
        self.conformant += 1;
        match opened {
            Ok(()) => self.opened += 1,
            Err(error) => {
                let text = error.to_string();
                let row =
                    EXPLAINED.iter().chain(OF_PEERS).find(|(name, says, _)| what.contains(name) && text.contains(says));
                match row {
                    Some((name, ..)) => drop(self.explained.insert(name)),
                    None => self.wrong.push(format!("{what}: the report says that it conforms, and: {text}")),
                }
            }
        }
    }
}

/// All in `OUTSIDE` for every golden message, all in `INSIDE` for a signed one, and every two of them for that one.
#[test]
fn the_receiver_opens_what_the_report_calls_conformant() {
    let mut tally = Tally::default();
    for name in GOLDENS {
        let receiver = everyone(name);
        let message = golden(name);
        open(&receiver, &message).unwrap_or_else(|error| panic!("{name}: {error}"));
        tally.judge(&receiver, name, &message);
        for (spelling, edits) in OUTSIDE {
            if let Some(spelled) = spelled(&message, edits) {
                tally.judge(&receiver, &format!("{name}, {spelling}"), &spelled);
            }
        }
    }
    let receiver = everyone("plain");
    let plain =
        recipe().sign(Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp, Part::SigningToken]));
    let plain = plain.secured(&envelope(SOAP11));
    let again = signed_again(&plain).expect("signed again");
    open(&receiver, &again).expect("signing again is no reason to refuse");
    for (first, edits) in INSIDE {
        let Some(one) = spelled(&plain, edits) else { panic!("{first}: nothing to change") };
        let Some(message) = signed_again(&one) else { continue };
        tally.judge(&receiver, first, &message);
        for (second, edits) in INSIDE.iter().chain(OUTSIDE) {
            let Some(message) = spelled(&one, edits).and_then(|both| signed_again(&both)) else { continue };
            tally.judge(&receiver, &format!("{first}, {second}"), &message);
        }
    }
    println!("{} conformant, {} opened, {} not conformant", tally.conformant, tally.opened, tally.broken);
    assert!(tally.wrong.is_empty(), "{} wrong:\n{}", tally.wrong.len(), tally.wrong.join("\n"));
    assert!(tally.conformant > 500 && tally.opened > 400, "{} {}", tally.conformant, tally.opened);
    for (name, _, why) in EXPLAINED {
        assert!(tally.explained.contains(name), "{name} is refused no more: {why}");
    }
}

/// The messages of peers and of public reports, in `tests/peers` and `tests/reports`.
#[test]
fn the_receiver_opens_the_messages_of_peers_that_the_report_calls_conformant() {
    let mut tally = Tally::default();
    for folder in ["peers", "reports"] {
        let folder = format!("{}/tests/{folder}", env!("CARGO_MANIFEST_DIR"));
        for file in std::fs::read_dir(&folder).expect("a folder") {
            let path = file.expect("a file").path();
            if path.extension().is_none_or(|kind| kind != "xml") {
                continue;
            }
            let message = std::fs::read_to_string(&path).expect("a message");
            let Ok(document) = Document::parse(&message, &Limits::default()) else { continue };
            let created = document.elements().find(|element| element.name().local == "Created");
            let now = created.and_then(|created| ws_security::tokens::parse_instant(&created.text().ok()?).ok());
            let is_signed = document.elements().any(|element| element.name().local == "Signature");
            let (Some(now), true) = (now, is_signed) else { continue };
            let receiver = everyone("peer").clock(std::sync::Arc::new(ws_security::FixedClock(now)));
            let mut policy = AlgorithmPolicy::default();
            policy.signature = policy.signature.admit_digest(ws_security::DigestMethod::Sha1);
            let receiver = receiver.algorithms(policy);
            tally.judge(&receiver, &path.file_stem().expect("a name").to_string_lossy(), &message);
        }
    }
    assert!(tally.wrong.is_empty(), "{}", tally.wrong.join("\n"));
    assert!(tally.opened > 10, "{}", tally.opened);
}
