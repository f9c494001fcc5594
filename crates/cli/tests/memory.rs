//! Memory of the commands that show a message: twelve times the message and 1 MiB, whatever the message repeats.

#![cfg(target_os = "linux")]

#[path = "common/usage.rs"]
mod usage;

use std::path::PathBuf;

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
    let commands: [&[&str]; 7] = [
        &["inspect"],
        &["inspect", "--format", "json"],
        &["inspect", "--html", "/dev/null"],
        &["explain"],
        &["explain", "--format", "json"],
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
            let mut usage = run(command, &file);
            // The kernel counts the memory of the process that starts another, if it is more: it is read afterwards, since a test
            // beside this one takes memory too.
            let allowed = || own_peak().max(idle + 12 * len + (1 << 20));
            // It counts the pages of each processor by themselves, and adds them up now and then: half a mebibyte more or less.
            for _ in 0..3 {
                if usage.peak > allowed() {
                    usage = run(command, &file);
                }
            }
            let allowed = allowed();
            println!("{}: {command:?}: {} of {allowed} for {len} octets, {:?}", shape.name, usage.peak, usage.time);
            if usage.peak > allowed || !(0..=2).contains(&usage.code) {
                failures.push(format!("{}: {command:?}: {} of {allowed}, exit {}", shape.name, usage.peak, usage.code));
            }
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
