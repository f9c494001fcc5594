//! Tables and a chart, one run: ours beside the peers, and beside the raw operations, on the same messages.
//!
//! `cargo run --release -p wss-benches --bin compare`. `benches/src/peers.rs` says what each peer needs; one that cannot be
//! built is missing from the tables, and standard error names it. `--ours` leaves all of them out, and sizes such as `10KB` all
//! other sizes: the peers take most of an hour for those of 10 MB.

use std::path::{Path, PathBuf};
use std::time::Duration;

use wss_benches::chart::{Series, chart};
use wss_benches::peers::Peer;
use wss_benches::work::{Encryption, Kind, Signatures, canonicalize, key_file, read};
use wss_benches::{envelope, median, root};

const SIZES: [(&str, usize); 5] =
    [("1 KB", 1_000), ("10 KB", 10_000), ("100 KB", 100_000), ("1 MB", 1_000_000), ("10 MB", 10_000_000)];
const OPERATIONS: [(&str, &str); 5] = [
    ("c14n", "Exclusive canonical form of the document, text to octets"),
    ("verify", "Verify, from text (RSA-2048, SHA-256)"),
    ("sign", "Sign, text to text (RSA-2048, SHA-256)"),
    ("encrypt", "Encrypt the content of the Body, text to text (AES-128-GCM, RSA-OAEP)"),
    ("decrypt", "Decrypt it, text to text"),
];

/// The sizes that the command names, or all.
fn sizes() -> Vec<(&'static str, usize)> {
    let named: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let known = |word: &String| SIZES.iter().any(|(label, _)| label.replace(' ', "") == *word);
    if let Some(unknown) = named.iter().find(|word| !known(word)) {
        eprintln!("no such size: {unknown}; there are 1KB, 10KB, 100KB, 1MB and 10MB");
        std::process::exit(2);
    }
    let is_wanted = |label: &str| named.is_empty() || named.contains(&label.replace(' ', ""));
    SIZES.into_iter().filter(|(label, _)| is_wanted(label)).collect()
}

/// What the harnesses read: `envelope.xml`, `signed.xml`, `template.xml`, `encrypting.xml`.
struct Messages {
    folder: PathBuf,
    envelope: String,
    signed: String,
}

impl Messages {
    fn of(octets: usize, signatures: &Signatures) -> Self {
        let envelope = envelope(octets);
        let signed = signatures.sign(&envelope);
        let folder = root().join("target/bench");
        std::fs::create_dir_all(&folder).expect("a folder below target");
        let template = emptied(&emptied(&signed, "DigestValue"), "SignatureValue");
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("a file below target");
        write("envelope.xml", &envelope);
        write("signed.xml", &signed);
        write("template.xml", &template);
        write("encrypting.xml", &encrypting(&envelope));
        Self { folder, envelope, signed }
    }
}

/// The message without the text of the elements `ds:NAME`, which a peer that signs a template fills.
fn emptied(message: &str, name: &str) -> String {
    let (start, end) = (format!("<ds:{name}>"), format!("</ds:{name}>"));
    let mut parts = message.split(&start);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.find(&end).expect("the end of the element");
        out.push_str(&start);
        out.push_str(&part[rest..]);
    }
    out
}

/// The envelope with an EncryptedData without values in the place of the content of its Body.
fn encrypting(envelope: &str) -> String {
    const DATA: &str = concat!(
        "<xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\" ",
        "Type=\"http://www.w3.org/2001/04/xmlenc#Content\">",
        "<xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2009/xmlenc11#aes128-gcm\"/>",
        "<ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><xenc:EncryptedKey>",
        "<xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p\"/>",
        "<xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>",
        "<xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedData>",
    );
    let (start, end) = ("<soapenv:Body>", "</soapenv:Body>");
    let (before, after) =
        (envelope.find(start).expect("a Body") + start.len(), envelope.rfind(end).expect("the end of the Body"));
    format!("{}{DATA}{}", &envelope[..before], &envelope[after..])
}

/// Our time for an operation.
fn ours(operation: &str, messages: &Messages, signatures: &Signatures, encryption: &Encryption) -> Duration {
    let Messages { envelope, signed, .. } = messages;
    match operation {
        "c14n" => median(|| canonicalize(envelope)),
        "verify" => median(|| signatures.verify(signed)),
        "sign" => median(|| drop(signatures.sign(envelope))),
        "encrypt" => median(|| drop(encryption.encrypt(envelope))),
        _ => {
            let encrypted = encryption.encrypt(envelope);
            median(|| encryption.decrypt(&encrypted))
        }
    }
}

/// The peers that have this operation, in the order of the columns.
fn columns<'a>(peers: &'a [Peer], rows: &[Row]) -> Vec<&'a Peer> {
    let has_it = |peer: &&Peer| rows.iter().any(|row| row.others.iter().any(|(name, _)| *name == peer.name));
    peers.iter().filter(has_it).collect()
}

/// One size of one operation.
struct Row {
    label: &'static str,
    octets: usize,
    ours: Duration,
    others: Vec<(&'static str, Duration)>,
}

fn table(title: &str, peers: &[Peer], rows: &[Row]) {
    let peers = columns(peers, rows);
    let names: String = peers.iter().map(|peer| format!(" {} |", peer.name)).collect();
    println!("\n{title}\n\n| size | ours |{names}\n|---|--:|{}", "--:|".repeat(peers.len()));
    for row in rows {
        let cell = |peer: &&Peer| match row.others.iter().find(|(name, _)| *name == peer.name) {
            Some((_, time)) => format!(" {time:.1?}, {:.1}× |", time.as_secs_f64() / row.ours.as_secs_f64()),
            None => " – |".to_owned(),
        };
        println!("| {} | {:.1?} |{}", row.label, row.ours, peers.iter().map(cell).collect::<String>());
    }
}

fn asked(peers: &[Peer], operation: &str, messages: &Messages, keys: &Path) -> Vec<(&'static str, Duration)> {
    let ask = |peer: &Peer| {
        let time = peer.ask(operation, &messages.folder, keys);
        // The tables come at the end: until then, this shows how far the run is.
        eprintln!("{operation}, {} octets, {}: {time:.1?}", messages.envelope.len(), peer.name);
        Some((peer.name, time?))
    };
    peers.iter().filter_map(ask).collect()
}

/// Verifying with other kinds of keys, which the harnesses take for those of alice.
fn other_keys(peers: &[Peer]) {
    let mut rows = Vec::new();
    for kind in [Kind::Ecdsa, Kind::Ed25519] {
        let keys = root().join("target/bench/keys");
        std::fs::create_dir_all(&keys).expect("a folder below target");
        for (name, source) in [("alice", kind.key()), ("bob", "bob"), ("ca", "ca")] {
            for extension in ["pem", "key"] {
                let octets = key_file(&format!("{source}.{extension}"));
                std::fs::write(keys.join(format!("{name}.{extension}")), octets).expect("a file below target");
            }
        }
        let signatures = Signatures::with(kind);
        let messages = Messages::of(10_000, &signatures);
        let ours = median(|| signatures.verify(&messages.signed));
        rows.push(Row { label: kind.name(), octets: 0, ours, others: asked(peers, "verify", &messages, &keys) });
    }
    table("Verify 10 KB with other keys, from text", peers, &rows);
}

/// Prints a row: ours, and how many times of what it cannot do without that takes.
fn over(size: &str, operation: &str, ours: Duration, beside: &str, raw: Duration) {
    let ratio = ours.as_secs_f64() / raw.as_secs_f64();
    println!("| {size} | {operation} | {ours:.1?} | {beside} | {raw:.1?} | {ratio:.2}× |");
}

/// Ours over the raw operations that it cannot do without.
fn over_raw(size: &str, source: &str) {
    over(size, "exclusive c14n", median(|| canonicalize(source)), "read", median(|| read(source)));
    for kind in Kind::ALL {
        let signatures = Signatures::with(kind);
        let signed = signatures.sign(source);
        let name = kind.name();
        let verify = median(|| signatures.verify(&signed));
        let raw = median(|| signatures.raw_verify(&signed));
        over(size, &format!("verify, {name}"), verify, "read, canonical form into digest, raw verify", raw);
        over(size, &format!("verify, {name}"), verify, "raw verify", median(|| signatures.raw_public()));
        let sign = median(|| drop(signatures.sign(source)));
        let raw = median(|| signatures.raw_sign(source));
        over(size, &format!("sign, {name}"), sign, "read, canonical form into digest, raw sign, one copy", raw);
    }
    let encryption = Encryption::default();
    let (encrypted, sealed) = (encryption.encrypt(source), encryption.raw_encrypt(source));
    let encrypt = median(|| drop(encryption.encrypt(source)));
    over(size, "encrypt", encrypt, "AES-128-GCM and base64", median(|| drop(encryption.raw_encrypt(source))));
    let decrypt = median(|| encryption.decrypt(&encrypted));
    over(size, "decrypt", decrypt, "base64 and AES-128-GCM", median(|| encryption.raw_decrypt(&sealed)));
}

fn note(series: &mut Vec<Series>, name: &str, octets: usize, time: Duration) {
    match series.iter_mut().find(|one| one.name == name) {
        Some(one) => one.points.push((octets, time)),
        None => series.push(Series { name: name.to_owned(), points: vec![(octets, time)] }),
    }
}

fn main() {
    let sizes = sizes();
    let peers = if std::env::args().any(|word| word == "--ours") { Vec::new() } else { Peer::all() };
    let (signatures, encryption) = (Signatures::with(Kind::Rsa), Encryption::default());
    let keys = root().join("vectors/keys");
    let mut rows: Vec<Vec<Row>> = OPERATIONS.iter().map(|_| Vec::new()).collect();
    for (label, octets) in sizes.iter().copied() {
        let messages = Messages::of(octets, &signatures);
        for ((operation, _), rows) in OPERATIONS.iter().zip(&mut rows) {
            let ours = ours(operation, &messages, &signatures, &encryption);
            rows.push(Row { label, octets, ours, others: asked(&peers, operation, &messages, &keys) });
        }
    }
    let mut series = Vec::new();
    for ((operation, title), rows) in OPERATIONS.iter().zip(&rows) {
        table(title, &peers, rows);
        for row in rows.iter().filter(|_| *operation == "verify") {
            note(&mut series, "ws-security", row.octets, row.ours);
            row.others.iter().for_each(|(name, time)| note(&mut series, name, row.octets, *time));
        }
    }
    other_keys(&peers);
    println!(
        "\nOver the raw operations\n\n| size | operation | ours | beside | that takes | ratio |\n|---|---|--:|---|--:|--:|"
    );
    for (label, octets) in sizes {
        over_raw(label, &envelope(octets));
    }
    if rows.iter().any(|rows| rows.len() < SIZES.len()) {
        return;
    }
    let drawn = chart("Verifying a signed message, from text (RSA-2048, SHA-256): time over size", &series);
    std::fs::write(root().join("benches/chart.svg"), drawn).expect("a file");
}
