//! BSP 1.1 beside WSS4J: for every rule it enforces, its verdict and ours, on messages that conform and that do not.

use std::collections::BTreeSet;
use std::path::PathBuf;

use ws_security::bsp::{self, Context, Outcome};

use crate::cases::CASES;
use crate::driver::Driver;
use crate::edit::replace;
use crate::goldens;
use crate::peer;

/// The rules that an engine of WSS4J raises anywhere in its code.
const DOM: &str = "R3227 R3203 R3224 R3221 R3222 R3220 R3229 R3225 R3226 R3217 R3223 R3061 R3058 R3054 R3063 R3070 R3071 \
    R3060 R3056 R5416 R5423 R5412 R5404 R5401 R5402 R5417 R5403 R5441 R3209 R5622 R5623 R5602 R5601 R5424 R5426 R5620 R5621 \
    R5625 R3029 R3030 R3031 R4222 R4201 R4217 R4218 R4223 R4225 R4220 R4221 R4214 R4215 R3033 R5214 R5215 R6902 R6611 R6617 \
    R6614 R6603 R6616 R6604";
const STREAMING: &str = "R3227 R3203 R3224 R3221 R3222 R3220 R3229 R3225 R3226 R3217 R3223 R3061 R3057 R3058 R3062 R3054 R3063 \
    R3070 R3071 R5204 R5416 R5411 R5423 R5404 R5406 R5420 R5421 R5401 R5402 R5417 R5403 R5441 R3209 R5622 R5623 R5602 R5603 R5424 \
    R5426 R3006 R5620 R5621 R3029 R3030 R3031 R4222 R4201 R4217 R4218 R4223 R4225 R4220 R4221 R4214 R5215 R6611 R6617 R6614 R6604";

/// What an engine raised on one message, and how its processing ended.
struct Theirs {
    raised: BTreeSet<String>,
    end: String,
}

impl Theirs {
    fn of(driver: &mut Driver, engine: &str, message: &str) -> Self {
        let answer = driver.ask(&format!("bsp\t{engine}"), message).unwrap_or_else(|error| panic!("{error}"));
        let (raised, end) = answer.split_once('|').expect("rules, and an end");
        Self { raised: raised.split_whitespace().map(str::to_owned).collect(), end: end.to_owned() }
    }
}

/// Rules that fail, SHOULDs too: WSS4J makes no difference.
fn ours(message: &str) -> BTreeSet<String> {
    let bob = goldens::bob();
    let report = bsp::report(message, &Context::new().receiver(&bob)).expect("a message");
    let failing = report.verdicts().iter().filter(|verdict| verdict.outcome() == Outcome::Fail);
    failing.map(|verdict| verdict.rule().id().to_owned()).collect()
}

/// Rules that need no key come first: an engine that stops at a broken signature has already judged them.
fn tokens_first(message: &str) -> String {
    let mut message = message.to_owned();
    for local in ["UsernameToken", "Timestamp"] {
        let prefix = if local == "Timestamp" { "wsu" } else { "wsse" };
        let (start, end) = (format!("<{prefix}:{local} "), format!("</{prefix}:{local}>"));
        let Some(at) = message.find(&start) else { continue };
        let Some(len) = message[at..].find(&end) else { continue };
        let token = message[at..at + len + end.len()].to_owned();
        message.replace_range(at..at + token.len(), "");
        let header = message.find("<wsse:Security").expect("a header");
        let content = header + message[header..].find('>').expect("a start tag") + 1;
        message.insert_str(content, &token);
    }
    message
}

/// Why our verdict is right where the two differ: engine, message (`*` for any ending), rule, and the reason.
const EXPLAINED: &[(&str, &str, &str, &str)] = &[
    (
        "dom",
        "R3061 issuer and serial",
        "R3054",
        "with R3061 ignored it reads the first child, which is not the wsse:KeyIdentifier, as one",
    ),
    (
        "dom",
        "R3061 issuer and serial",
        "R3070",
        "with R3061 ignored it reads the first child, which is not the wsse:KeyIdentifier, as one",
    ),
    (
        "dom",
        "R3027 issuer and serial",
        "R3061",
        "it counts the ds:KeyName, which is no form of reference: R3027 forbids it",
    ),
    (
        "stax",
        "R3027 issuer and serial",
        "R3061",
        "it counts the ds:KeyName, which is no form of reference: R3027 forbids it",
    ),
    (
        "dom",
        "R5402 x509",
        "R5417",
        "it looks at one child of ds:KeyInfo alone; the wsse:SecurityTokenReference is there",
    ),
    (
        "stax",
        "R5424 encrypted",
        "R5424",
        "it does not count the children where the ds:KeyInfo is that of an EncryptedKey",
    ),
    ("stax", "R3006 encrypted", "R3006", "it asks for the \"#\" alone; what the URI names is a Timestamp"),
    ("dom", "wrapped key", "R5621", "it takes key wrap for key transport: kw-aes128 is in the list of R5625"),
    ("dom", "R5625 wrapped key", "R5621", "it takes key wrap for key transport: kw-aes128 is in the list of R5625"),
    ("stax", "wrapped key", "R5621", "it takes key wrap for key transport: kw-aes128 is in the list of R5625"),
    ("stax", "R5625 wrapped key", "R5621", "it takes key wrap for key transport: kw-aes128 is in the list of R5625"),
    (
        "dom",
        "R3029 x509",
        "R3030",
        "it raises both for an attribute that is not there; R3030 is about the value of one that is",
    ),
    (
        "stax",
        "R3029 x509",
        "R3030",
        "it raises both for an attribute that is not there; R3030 is about the value of one that is",
    ),
    ("dom", "R4214 password key", "R3058", "it compares the types of binary tokens alone; R3058 is about all tokens"),
    ("stax", "R4214 password key", "R3058", "it compares the types of binary tokens alone; R3058 is about all tokens"),
    ("dom", "R4215 password key", "R3063", "it reads no reference that nothing uses; R4215 is about every one"),
    ("dom", "R4215 password key", "R4215", "it reads no reference that nothing uses; R4215 is about every one"),
    ("dom", "R3033 x509", "R3033", "it admits #X509v1, which BSP does not"),
    ("stax", "R6603 saml 1.1 uncovered", "R6617", "it takes the reference for one to the other version"),
    ("stax", "R6616 saml 2.0 uncovered", "R6611", "it takes the reference for one to the other version"),
    ("stax", "R6604 saml 1.1 uncovered", "R6604", "its streaming engine does not ask"),
    ("dom", "R5214 path", "R5214", "it believes the ValueType; the octets are a PkiPath"),
    (
        "dom",
        "saml 1.1 elsewhere",
        "R3061",
        "it counts the children, where R3061 counts references (guide, §5.1): R6606 asks for the saml:AuthorityBinding",
    ),
    (
        "dom",
        "R6609 saml 1.1 elsewhere",
        "R3061",
        "it counts the children, where R3061 counts references (guide, §5.1): R6606 asks for the saml:AuthorityBinding",
    ),
    (
        "dom",
        "R6606 saml 1.1 elsewhere",
        "R3061",
        "it counts the children, where R3061 counts references (guide, §5.1): R6606 asks for the saml:AuthorityBinding",
    ),
    (
        "dom",
        "R6607 saml 1.1 elsewhere",
        "R3061",
        "it counts the children, where R3061 counts references (guide, §5.1): R6606 asks for the saml:AuthorityBinding",
    ),
    (
        "stax",
        "saml 1.1 elsewhere",
        "R3061",
        "it counts the children, where R3061 counts references (guide, §5.1): R6606 asks for the saml:AuthorityBinding",
    ),
    (
        "stax",
        "R6609 saml 1.1 elsewhere",
        "R3061",
        "it counts the children, where R3061 counts references (guide, §5.1): R6606 asks for the saml:AuthorityBinding",
    ),
    (
        "stax",
        "R6606 saml 1.1 elsewhere",
        "R3061",
        "it counts the children, where R3061 counts references (guide, §5.1): R6606 asks for the saml:AuthorityBinding",
    ),
    (
        "stax",
        "R6607 saml 1.1 elsewhere",
        "R3061",
        "it counts the children, where R3061 counts references (guide, §5.1): R6606 asks for the saml:AuthorityBinding",
    ),
    (
        "dom",
        "saml 1.1 elsewhere",
        "R3063",
        "with R3061 ignored it reads the first child, which is not the wsse:KeyIdentifier, as one",
    ),
    (
        "dom",
        "saml 1.1 elsewhere",
        "R3070",
        "with R3061 ignored it reads the first child, which is not the wsse:KeyIdentifier, as one",
    ),
    (
        "dom",
        "R6609 saml 1.1 elsewhere",
        "R3063",
        "with R3061 ignored it reads the first child, which is not the wsse:KeyIdentifier, as one",
    ),
    (
        "dom",
        "R6609 saml 1.1 elsewhere",
        "R3070",
        "with R3061 ignored it reads the first child, which is not the wsse:KeyIdentifier, as one",
    ),
    (
        "dom",
        "R6606 saml 1.1 elsewhere",
        "R3063",
        "with R3061 ignored it reads the first child, which is not the wsse:KeyIdentifier, as one",
    ),
    (
        "dom",
        "R6606 saml 1.1 elsewhere",
        "R3070",
        "with R3061 ignored it reads the first child, which is not the wsse:KeyIdentifier, as one",
    ),
    (
        "dom",
        "R6607 saml 1.1 elsewhere",
        "R3063",
        "with R3061 ignored it reads the first child, which is not the wsse:KeyIdentifier, as one",
    ),
    (
        "dom",
        "R6607 saml 1.1 elsewhere",
        "R3070",
        "with R3061 ignored it reads the first child, which is not the wsse:KeyIdentifier, as one",
    ),
    (
        "dom",
        "saml 1.1 elsewhere",
        "R3054",
        "with R3061 ignored it reads the first child, which is not the wsse:KeyIdentifier, as one",
    ),
    (
        "dom",
        "R6606 saml 1.1 elsewhere",
        "R3054",
        "with R3061 ignored it reads the first child, which is not the wsse:KeyIdentifier, as one",
    ),
    (
        "dom",
        "R6607 saml 1.1 elsewhere",
        "R3054",
        "with R3061 ignored it reads the first child, which is not the wsse:KeyIdentifier, as one",
    ),
    ("stax", "saml 2.0 elsewhere", "R5204", "it knows no assertion elsewhere; R6613 asks for this very reference"),
    (
        "stax",
        "R6613 saml 2.0 elsewhere",
        "R5204",
        "it knows no assertion elsewhere; R6613 asks for this very reference",
    ),
    (
        "dom",
        "R3069 encrypted key",
        "R5215",
        "it means R3069, and says the number of a rule for PkiPath tokens (guide, §5.14)",
    ),
    ("dom", "R6602 saml 1.1", "R3054", "it reads no reference that nothing uses; the rule is about every one"),
    ("dom", "R6610 saml 2.0", "R3061", "it reads no reference that nothing uses; the rule is about every one"),
    (
        "stax",
        "R6603 saml 1.1",
        "R6617",
        "it believes the ValueType; the assertion is one of SAML 1.1, of that TokenType",
    ),
    (
        "stax",
        "R6616 saml 2.0",
        "R6611",
        "it believes the ValueType; the assertion is one of SAML 2.0, of that TokenType",
    ),
    ("stax", "R6604 saml 1.1", "R6604", "it lets an EncodingType pass on the identifier of a SAML 1.1 assertion"),
    (
        "dom",
        "R6608 saml 1.1",
        "R3061",
        "it counts the children, where R3061 counts references; that the second is a saml:AuthorityBinding is R6608",
    ),
    (
        "stax",
        "R6608 saml 1.1",
        "R3061",
        "it counts the children, where R3061 counts references; that the second is a saml:AuthorityBinding is R6608",
    ),
    (
        "dom",
        "R6608 saml 1.1",
        "R3054",
        "with R3061 ignored it reads the first child, which is not the wsse:KeyIdentifier, as one",
    ),
    (
        "dom",
        "R6608 saml 1.1",
        "R3063",
        "with R3061 ignored it reads the first child, which is not the wsse:KeyIdentifier, as one",
    ),
    (
        "dom",
        "R6608 saml 1.1",
        "R3070",
        "with R3061 ignored it reads the first child, which is not the wsse:KeyIdentifier, as one",
    ),
    ("stax", "RecipientKeyInfo-*", "R5621", "it takes key wrap for key transport: kw-aes128 is in the list of R5625"),
    (
        "stax",
        "plain-soap-encryptedHeader",
        "R5204",
        "the message has no Security header to process; its reference names nothing",
    ),
    ("dom", "request", "R5417", "it looks at one child of ds:KeyInfo alone; the wsse:SecurityTokenReference is there"),
    ("stax", "soap1*", "R5421", "a SHOULD, and waived for PSS and ECDSA: neither is weaker than what it names"),
    (
        "stax",
        "R5626 encrypted",
        "R5621",
        "it has one list for key transport and key wrap; an algorithm that is neither breaks R5626",
    ),
    (
        "dom",
        "R3054 in use",
        "R3063",
        "it raises both for an attribute that is not there; R3063 is about the value of one that is",
    ),
    (
        "stax",
        "R3054 in use",
        "R3063",
        "it raises both for an attribute that is not there; R3063 is about the value of one that is",
    ),
];

/// Edits of the reference by which the signature finds its key.
const IN_USE: &[(&str, &str, &str)] = &[
    ("R3054", "<wsse:KeyIdentifier EncodingType=\"…\" ValueType=\"…\">", "<wsse:KeyIdentifier EncodingType=\"{1}\">"),
    ("R3063", "ValueType=\"%SMS11%ThumbprintSHA1\"", "ValueType=\"urn:other\""),
    ("R3070", "<wsse:KeyIdentifier EncodingType=\"…\"", "<wsse:KeyIdentifier"),
    ("R3071", "<wsse:KeyIdentifier EncodingType=\"…\"", "<wsse:KeyIdentifier EncodingType=\"urn:hex\""),
    (
        "R3061",
        "</wsse:KeyIdentifier>",
        "</wsse:KeyIdentifier><wsse:Reference URI=\"urn:x\" ValueType=\"%X509%X509v3\"/>",
    ),
];

struct Agreement {
    /// The explanations that were needed.
    used: BTreeSet<usize>,
    lines: Vec<String>,
    wrong: Vec<String>,
    agreed: usize,
    /// The rules, by engine, that both saw broken somewhere.
    seen: BTreeSet<(&'static str, &'static str)>,
    stopped: usize,
}

impl Agreement {
    fn compare(&mut self, driver: &mut Driver, name: &str, message: &str) {
        let ours = ours(message);
        for (engine, enforced) in [("dom", DOM), ("stax", STREAMING)] {
            let theirs = Theirs::of(driver, engine, message);
            for rule in enforced.split_whitespace() {
                let (fails, raised) = (ours.contains(rule), theirs.raised.contains(rule));
                if fails == raised {
                    if fails {
                        self.agreed += 1;
                        self.seen.insert((engine, rule));
                    }
                    continue;
                }
                let said = format!("{engine:4} {name:34} {rule}: ours {fails}, theirs {raised}");
                let explains = |(known, pattern, about, _): &(&str, &str, &str, &str)| {
                    let named = pattern.strip_suffix('*').map_or(*pattern == name, |start| name.starts_with(start));
                    *known == engine && named && *about == rule
                };
                match EXPLAINED.iter().position(explains) {
                    Some(at) => {
                        self.used.insert(at);
                        self.lines.push(format!("{said}: {}", EXPLAINED[at].3));
                    }
                    // It never came to this rule.
                    None if fails && theirs.end != "ok" => {
                        self.stopped += 1;
                        self.lines.push(format!("{said}: WSS4J stopped before: {}", theirs.end));
                    }
                    None => self.wrong.push(format!("{said} ({})", theirs.end)),
                }
            }
        }
    }
}

#[test]
fn wss4j_and_we_agree_on_every_rule_it_enforces() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("wss4j", "Driver");
    // The one that has OpenSAML.
    let mut with_saml = Driver::java("saml", "Saml");
    let mut agreement = Agreement {
        used: BTreeSet::new(),
        lines: Vec::new(),
        wrong: Vec::new(),
        agreed: 0,
        seen: BTreeSet::new(),
        stopped: 0,
    };
    let mut seen = BTreeSet::new();
    for case in CASES {
        let golden = goldens::golden(case.golden.trim_start_matches("without keys: "));
        let driver = if case.golden.starts_with("saml") { &mut with_saml } else { &mut driver };
        if seen.insert(case.golden) {
            agreement.compare(driver, case.golden, &tokens_first(&golden));
        }
        let broken = case.edits.iter().fold(golden, |message, (from, to)| replace(&message, from, to));
        agreement.compare(driver, &format!("{} {}", case.rule, case.golden), &tokens_first(&broken));
    }
    // The same on references that are in use, and on a signer whose path both know.
    for case in CASES.iter().filter(|case| case.golden == "endorsed") {
        let edit = |message: String, (from, to): &(&str, &str)| replace(&message, from, to);
        let broken = std::panic::catch_unwind(|| case.edits.iter().fold(goldens::golden("username"), edit));
        if let Ok(broken) = broken {
            agreement.compare(&mut driver, &format!("{} username", case.rule), &tokens_first(&broken));
        }
    }
    for (name, from, to) in IN_USE {
        let broken = replace(&goldens::golden("alice by thumbprint"), from, to);
        agreement.compare(&mut driver, &format!("{name} in use"), &tokens_first(&broken));
    }
    for (name, message) in corpus() {
        agreement.compare(&mut driver, &name, &message);
    }
    println!("{}", agreement.lines.join("\n"));
    let all = [("dom", DOM), ("stax", STREAMING)];
    let all = all.iter().flat_map(|(engine, rules)| rules.split_whitespace().map(move |rule| (*engine, rule)));
    let never: Vec<_> = all.filter(|row| !agreement.seen.contains(row)).collect();
    println!("never seen broken by both: {never:?}");
    println!(
        "{} breaches seen by both, {} disagreements explained, {} of them since WSS4J stopped before",
        agreement.agreed,
        agreement.lines.len(),
        agreement.stopped
    );
    assert!(agreement.wrong.is_empty(), "{} unexplained:\n{}", agreement.wrong.len(), agreement.wrong.join("\n"));
    let unused = EXPLAINED.iter().enumerate().filter(|(at, _)| !agreement.used.contains(at));
    // Without the messages of others, what explains those is not needed.
    let unused: Vec<_> = unused.filter(|(_, row)| row.1.contains(' ') || row.1.starts_with("soap")).collect();
    assert!(unused.is_empty(), "no longer needed: {unused:?}");
}

/// Messages of this project and, if available, of others.
fn corpus() -> Vec<(String, String)> {
    let own = peer::root().join("vectors/messages");
    let others = std::env::var_os("WSS_VECTORS").map(|path| PathBuf::from(path).join("wss"));
    if others.is_none() {
        eprintln!("SKIPPED: WSS_VECTORS is not set, the messages of other projects were not judged");
    }
    let mut folders: Vec<PathBuf> = [Some(own), others].into_iter().flatten().collect();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "xml") {
                // Not everything there is UTF-8, or a message.
                let Ok(message) = std::fs::read_to_string(&path) else { continue };
                let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
                if bsp::report(&message, &Context::new()).is_ok() {
                    found.push((name, message));
                }
            }
        }
    }
    found.sort();
    found
}
