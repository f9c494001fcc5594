//! BSP 1.1 beside WSS4J: for every rule it enforces, its verdict and ours, on messages that conform and that do not.

use std::collections::BTreeSet;
use std::path::PathBuf;

use ws_security::bsp::{self, Context, Outcome};

use crate::cases::CASES;
use crate::driver::Driver;
use crate::edit::{replace, try_replace};
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

/// Why our verdict is right where the two differ.
struct Explained {
    engines: &'static str,
    /// A `*` at the end is any ending.
    messages: &'static [&'static str],
    rules: &'static str,
    reason: &'static str,
}

/// A difference that is explained: engine, message as [`EXPLAINED`] has it, and rule.
type Cell = (&'static str, &'static str, &'static str);

fn explained() -> impl Iterator<Item = (Cell, &'static str)> {
    EXPLAINED.iter().flat_map(|Explained { engines, messages, rules, reason }| {
        let cells = move |engine| {
            let of_message = move |&message| rules.split_whitespace().map(move |rule| (engine, message, rule));
            messages.iter().flat_map(of_message)
        };
        engines.split_whitespace().flat_map(cells).map(move |cell| (cell, *reason))
    })
}

const EXPLAINED: &[Explained] = &[
    Explained {
        engines: "dom",
        messages: &["R3061 issuer and serial"],
        rules: "R3054 R3070",
        reason: "with R3061 ignored it reads the first child, which is not the wsse:KeyIdentifier, as one",
    },
    Explained {
        engines: "dom",
        messages: &["saml 1.1 elsewhere", "R6606 saml 1.1 elsewhere", "R6607 saml 1.1 elsewhere"],
        rules: "R3054 R3063 R3070",
        reason: "with R3061 ignored it reads the first child, which is not the wsse:KeyIdentifier, as one",
    },
    Explained {
        engines: "dom",
        messages: &["R6609 saml 1.1 elsewhere"],
        rules: "R3063 R3070",
        reason: "with R3061 ignored it reads the first child, which is not the wsse:KeyIdentifier, as one",
    },
    Explained {
        engines: "dom stax",
        messages: &["R3027 issuer and serial"],
        rules: "R3061",
        reason: "it counts the ds:KeyName, which is no form of reference: R3027 forbids it",
    },
    Explained {
        engines: "dom",
        messages: &["R5402 x509", "request"],
        rules: "R5417",
        reason: "it looks at one child of ds:KeyInfo alone; the wsse:SecurityTokenReference is there",
    },
    Explained {
        engines: "stax",
        messages: &["R5424 encrypted"],
        rules: "R5424",
        reason: "it does not count the children where the ds:KeyInfo is that of an EncryptedKey",
    },
    Explained {
        engines: "stax",
        messages: &["R3006 encrypted"],
        rules: "R3006",
        reason: "it asks for the \"#\" alone; what the URI names is a Timestamp",
    },
    Explained {
        engines: "dom stax",
        messages: &["wrapped key", "R5625 wrapped key"],
        rules: "R5621",
        reason: "it takes key wrap for key transport: kw-aes128 is in the list of R5625",
    },
    Explained {
        engines: "stax",
        messages: &["RecipientKeyInfo-*"],
        rules: "R5621",
        reason: "it takes key wrap for key transport: kw-aes128 is in the list of R5625",
    },
    Explained {
        engines: "dom stax",
        messages: &["R3029 x509"],
        rules: "R3030",
        reason: "it raises both for an attribute that is not there; R3030 is about the value of one that is",
    },
    Explained {
        engines: "dom stax",
        messages: &["R4214 password key"],
        rules: "R3058",
        reason: "it compares the types of binary tokens alone; R3058 is about all tokens",
    },
    Explained {
        engines: "dom",
        messages: &["R4215 password key"],
        rules: "R3063 R4215",
        reason: "it reads no reference that nothing uses; R4215 is about every one",
    },
    Explained {
        engines: "dom",
        messages: &["R3033 x509"],
        rules: "R3033",
        reason: "it admits #X509v1, which BSP does not",
    },
    Explained {
        engines: "stax",
        messages: &["R6603 saml 1.1 uncovered"],
        rules: "R6617",
        reason: "it takes the reference for one to the other version",
    },
    Explained {
        engines: "stax",
        messages: &["R6616 saml 2.0 uncovered"],
        rules: "R6611",
        reason: "it takes the reference for one to the other version",
    },
    Explained {
        engines: "stax",
        messages: &["R6604 saml 1.1 uncovered"],
        rules: "R6604",
        reason: "its streaming engine does not ask",
    },
    Explained {
        engines: "dom",
        messages: &["R5214 path"],
        rules: "R5214",
        reason: "it believes the ValueType; the octets are a PkiPath",
    },
    Explained {
        engines: "dom stax",
        messages: &[
            "saml 1.1 elsewhere",
            "R6609 saml 1.1 elsewhere",
            "R6606 saml 1.1 elsewhere",
            "R6607 saml 1.1 elsewhere",
        ],
        rules: "R3061",
        reason: "it counts the children, where R3061 counts references: R6606 asks for the saml:AuthorityBinding",
    },
    Explained {
        engines: "stax",
        messages: &["saml 2.0 elsewhere", "R6613 saml 2.0 elsewhere"],
        rules: "R5204",
        reason: "it knows no assertion elsewhere; R6613 asks for this very reference",
    },
    Explained {
        engines: "dom",
        messages: &["R3069 encrypted key"],
        rules: "R5215",
        reason: "it means R3069, and says the number of a rule for PkiPath tokens",
    },
    Explained {
        engines: "dom",
        messages: &["R6602 saml 1.1"],
        rules: "R3054",
        reason: "it reads no reference that nothing uses; the rule is about every one",
    },
    Explained {
        engines: "dom",
        messages: &["R6610 saml 2.0"],
        rules: "R3061",
        reason: "it reads no reference that nothing uses; the rule is about every one",
    },
    Explained {
        engines: "dom",
        messages: &["R6608 saml 1.1"],
        rules: "R3061",
        reason: "it counts the children, where R3061 counts references; that the second is a saml:AuthorityBinding is R6608",
    },
    Explained {
        engines: "stax",
        messages: &["plain-soap-encryptedHeader"],
        rules: "R5204",
        reason: "the message has no Security header to process; its reference names nothing",
    },
    Explained {
        engines: "stax",
        messages: &["soap1*"],
        rules: "R5421",
        reason: "a SHOULD, and waived for PSS and ECDSA: neither is weaker than what it names",
    },
    Explained {
        engines: "stax",
        messages: &["R5626 encrypted"],
        rules: "R5621",
        reason: "it has one list for key transport and key wrap; an algorithm that is neither breaks R5626",
    },
    Explained {
        engines: "dom stax",
        messages: &["R3054 in use"],
        rules: "R3063",
        reason: "it raises both for an attribute that is not there; R3063 is about the value of one that is",
    },
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
    used: BTreeSet<Cell>,
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
                let explains = |((known, pattern, about), _): &(Cell, &str)| {
                    let named = pattern.strip_suffix('*').map_or(*pattern == name, |start| name.starts_with(start));
                    *known == engine && named && *about == rule
                };
                match explained().find(explains) {
                    Some((cell, reason)) => {
                        self.used.insert(cell);
                        self.lines.push(format!("{said}: {reason}"));
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
        let edit = |message: String, (from, to): &(&str, &str)| try_replace(&message, from, to);
        if let Some(broken) = case.edits.iter().try_fold(goldens::golden("username"), edit) {
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
    let unused = explained().filter(|(cell, _)| !agreement.used.contains(cell));
    // Without the messages of others, what explains those is not needed.
    let unused: Vec<_> =
        unused.filter(|((_, message, _), _)| message.contains(' ') || message.starts_with("soap")).collect();
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
