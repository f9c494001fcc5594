//! Memory of the commands that show a message: twelve times the message and 1 MiB, whatever the message repeats.

#![cfg(target_os = "linux")]

#[path = "common/usage.rs"]
mod usage;

use std::path::{Path, PathBuf};

use usage::{own_peak, run};

const OCTETS: usize = 900_000;

/// What a message has beside its envelope: in the Header before the Security header, inside that, and in the Body.
struct Shape {
    name: &'static str,
    before: String,
    security: String,
    body: String,
}

fn times(piece: &str) -> String {
    piece.repeat(OCTETS / piece.len())
}

fn signature(transforms: &str, after: &str) -> String {
    let value = "A".repeat(43);
    format!(
        "<d:Signature><d:SignedInfo><d:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>\
         <d:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/><d:Reference URI=\"#b\">\
         <d:Transforms>{transforms}</d:Transforms><d:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>\
         <d:DigestValue>{value}=</d:DigestValue></d:Reference></d:SignedInfo><d:SignatureValue>AAAA</d:SignatureValue>\
         {after}</d:Signature>"
    )
}

fn shapes() -> Vec<Shape> {
    let of = |name, before: String, security: String, body: String| Shape { name, before, security, body };
    let none = String::new;
    let inside = |name, piece: &str| of(name, none(), times(piece), none());
    let transform = "<d:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
    let deep = "a".repeat(4_000);
    vec![
        inside("empty signatures", "<d:Signature/>"),
        inside("empty timestamps", "<u:Timestamp/>"),
        inside("empty tokens", "<w:BinarySecurityToken/>"),
        inside("empty encrypted keys", "<e:EncryptedKey/>"),
        of("transforms", none(), signature(&transform.repeat(9_000), ""), none()),
        of("key names", none(), signature("", &format!("<d:KeyInfo>{}</d:KeyInfo>", times("<d:KeyName/>"))), none()),
        of(
            "data references",
            none(),
            format!("<e:ReferenceList>{}</e:ReferenceList>", times("<e:DataReference URI=\"#a\"/>")),
            none(),
        ),
        of("short data references", none(), format!("<e:ReferenceList>{}</e:ReferenceList>", times("<e:D/>")), none()),
        of("children of a timestamp", none(), format!("<u:Timestamp>{}</u:Timestamp>", times("<u:A>b</u:A>")), none()),
        of("Security headers", times("<w:Security/>"), none(), none()),
        of("ciphertexts", none(), none(), format!("<{deep}>{}</{deep}>", times("<e:EncryptedData/>"))),
        of("short elements", none(), none(), times("<a>b</a>")),
        of("quotes", none(), none(), format!("<a b=\"{}\"/>", times("'"))),
        of("declarations", none(), none(), times("<a xmlns=\"b\">\u{AD}</a>")),
    ]
    .into_iter()
    .chain(of_many_links())
    .collect()
}

/// As many links from Security headers to elements as the limits allow.
fn of_many_links() -> Vec<Shape> {
    let many = |name, child: String, body: String| Shape {
        name,
        before: format!("<w:Security>{}</w:Security>", child.repeat(64)).repeat(7),
        security: child.repeat(64),
        body,
    };
    let list = |uri: &str| format!("<e:ReferenceList>{}</e:ReferenceList>", format!("<e:R{uri}/>").repeat(64));
    let references = |uri: &str| {
        let all = format!("<d:Reference{uri}/>").repeat(64);
        format!("<d:Signature><d:SignedInfo>{all}</d:SignedInfo></d:Signature>")
    };
    let names = format!("<d:KeyInfo>{}</d:KeyInfo>", "<d:KeyName>\u{AD}</d:KeyName>".repeat(128));
    let deep = "a".repeat(400);
    let deep = || format!("{}<c u:Id=\"c\"/>{}", format!("<{deep}>").repeat(20), format!("</{deep}>").repeat(20));
    let facts = format!("<u:Timestamp>{}</u:Timestamp>", "<u:A>\u{AD}</u:A>".repeat(64));
    vec![
        many("links to nothing", list(""), String::new()),
        many("links to the Body", list(" URI=\"#b\""), String::new()),
        many("links to an element with a long path", list(" URI=\"#c\""), deep()),
        many("references to nothing", references(""), String::new()),
        many("references to an element with a long path", references(" URI=\"#c\""), deep()),
        many("names of keys", format!("<e:EncryptedKey>{names}</e:EncryptedKey>"), String::new()),
        many("facts", facts, String::new()),
    ]
}

fn message(shape: &Shape) -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:d=\"http://www.w3.org/2000/09/xmldsig#\" \
         xmlns:w=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\" \
         xmlns:e=\"http://www.w3.org/2001/04/xmlenc#\" \
         xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\"><s:Header>{}\
         <w:Security>{}</w:Security></s:Header><s:Body u:Id=\"b\">{}</s:Body></s:Envelope>",
        shape.before, shape.security, shape.body
    )
}

#[test]
fn what_shows_a_message_takes_little_memory() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let (file, idle) = (folder.join("memory.xml"), folder.join("memory-idle.xml"));
    let commands: [&[&str]; 8] = [
        &["inspect"],
        &["inspect", "--format", "json"],
        &["inspect", "--html", "/dev/null"],
        &["explain"],
        &["explain", "--format", "json"],
        &["lint"],
        &["lint", "--html", "/dev/null"],
        &["lint", "--format", "json"],
    ];
    let nothing = Shape { name: "nothing", before: String::new(), security: String::new(), body: String::new() };
    std::fs::write(&idle, message(&nothing)).expect("a file");
    let idle = commands.map(|command| run(command, &idle).peak);
    let mut failures = Vec::new();
    for shape in shapes() {
        let len = {
            let message = message(&shape);
            std::fs::write(&file, &message).expect("a file");
            message.len()
        };
        for (command, idle) in commands.iter().zip(idle) {
            failures.extend(is_too_much(shape.name, command, &file, (idle, len)));
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// What a command takes too much of for a file of a length, where it takes `idle` for none.
fn is_too_much(what: &str, command: &[&str], file: &Path, (idle, len): (usize, usize)) -> Option<String> {
    let mut usage = run(command, file);
    // The kernel counts the memory of the process that starts another, if it is more: it is read afterwards, since a test
    // beside this one takes memory too.
    let allowed = || own_peak().max(idle + 12 * len + (1 << 20));
    // It counts the pages of each processor by themselves, and adds them up now and then: half a mebibyte more or less.
    for _ in 0..3 {
        if usage.peak > allowed() {
            usage = run(command, file);
        }
    }
    let allowed = allowed();
    println!("{what}: {command:?}: {} of {allowed} for {len} octets, {:?}", usage.peak, usage.time);
    let is_fine = usage.peak <= allowed && (0..=2).contains(&usage.code);
    (!is_fine).then(|| format!("{what}: {command:?}: {} of {allowed}, exit {}", usage.peak, usage.code))
}

/// What was verified is printed while it is made into JSON, and so is what a policy demands.
#[test]
fn what_shows_proofs_and_demands_takes_little_memory() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let key = |name: &str| format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"));
    let (pem, private) = (key("alice.pem"), key("alice.key"));
    let signed = |name: &str, body: String| {
        let (plain, signed) =
            (folder.join(format!("memory-plain-{name}.xml")), folder.join(format!("memory-{name}.xml")));
        let shape = Shape { name: "", before: String::new(), security: String::new(), body };
        let empty = "<w:Security></w:Security>";
        std::fs::write(&plain, message(&shape).replace(empty, "")).expect("a file");
        let sign = ["sign", "--key", &private, "--cert", &pem, "-o", signed.to_str().expect("a path")];
        assert_eq!(run(&sign, &plain).code, 0, "{name} is signed");
        signed
    };
    let namespaces = "xmlns:wsp=\"http://www.w3.org/ns/ws-policy\" \
                      xmlns:sp=\"http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702\"";
    let policy = |name: &str, content: String| {
        let file = folder.join(format!("memory-{name}.xml"));
        std::fs::write(&file, format!("<wsp:Policy {namespaces}>{content}</wsp:Policy>")).expect("a file");
        file
    };
    let verify = |format| ["verify", "--pin", &pem, "--require", "signed:Body", "--format", format];
    let (text, json) = (verify("text"), verify("json"));
    let commands: [(&[&str], PathBuf, Vec<PathBuf>); 3] = [
        (&text, signed("one", String::new()), vec![signed("hidden", times("\u{AD}")), signed("quotes", times("\""))]),
        (&json, signed("one", String::new()), vec![signed("hidden", times("\u{AD}")), signed("quotes", times("\""))]),
        (
            &["policy", "--format", "json"],
            policy("demands-one", "<sp:Wss10/>".to_owned()),
            vec![
                policy("demands", "<sp:Wss10/>".repeat(3_900)),
                policy("paths", format!("<sp:SignedParts>{}</sp:SignedParts>", "<sp:Body/>".repeat(3_900))),
            ],
        ),
    ];
    let mut failures = Vec::new();
    for (command, idle, files) in commands {
        let idle = run(command, &idle).peak;
        for file in files {
            let len = std::fs::metadata(&file).expect("a file").len() as usize;
            failures.extend(is_too_much(&file.to_string_lossy(), command, &file, (idle, len)));
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// A DOCTYPE adds an attribute to many elements: what it adds is counted before it is written.
#[test]
fn defaults_of_a_doctype_take_little_memory() {
    let certificate = format!("{}/../../vectors/keys/alice.pem", env!("CARGO_MANIFEST_DIR"));
    let commands: [&[&str]; 2] =
        [&["c14n", "--allow-doctype"], &["dsig", "verify", "--cert", &certificate, "--allow-doctype"]];
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("doctype-{}.xml", std::process::id()));
    let idle = commands.map(|command| {
        std::fs::write(&file, "<a/>").expect("a file");
        run(command, &file).peak
    });
    let mut failures = Vec::new();
    for (elements, value, text) in
        [(30_000, 1_000, 0), (100_000, 1_100, 0), (4_000, 1_000_000, 0), (1_000, 1_000, 600_000)]
    {
        let (value, text) = ("x".repeat(value), "x".repeat(text));
        let elements = "<a></a>".repeat(elements);
        let document = format!("<!DOCTYPE r [<!ATTLIST a b CDATA \"{value}\">]><r>{elements}{text}</r>");
        std::fs::write(&file, &document).expect("a file");
        for (command, idle) in commands.iter().zip(idle) {
            let usage = run(command, &file);
            let allowed = own_peak().max(idle + 12 * document.len() + (1 << 20));
            println!("{command:?}: {} of {allowed} for {} octets, exit {}", usage.peak, document.len(), usage.code);
            let reads = text.is_empty() || usage.code == 0 || command[0] != "c14n";
            if usage.peak > allowed || !reads {
                failures.push(format!("{command:?}: {} of {allowed} for {} octets", usage.peak, document.len()));
            }
        }
    }
    let _gone = std::fs::remove_file(&file);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
