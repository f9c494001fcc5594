//! The program that callgrind measures for whole messages: `step STEP KEY OCTETS TIMES`. See `benches/steps.sh`.

use wss_benches::work::{Encryption, Kind, Recipient, Signatures, digest, read};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, step, key, octets, times] = arguments.as_slice() else {
        eprintln!("usage: step STEP KEY OCTETS TIMES");
        std::process::exit(2);
    };
    let (octets, times): (usize, usize) = (octets.parse().expect("a number"), times.parse().expect("a number"));
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == key);
    let recipient = Recipient::ALL.into_iter().find(|recipient| recipient.name() == key);
    assert!(kind.is_some() || recipient.is_some(), "no such key: {key}");
    let signatures = Signatures::with(kind.unwrap_or(Kind::Rsa));
    let encryption = recipient.map_or_else(Encryption::default, Encryption::to);
    let source = wss_benches::envelope(octets);
    let signed = signatures.sign(&source);
    let encrypted = encryption.encrypt(&source);
    let sealed = encryption.raw_encrypt(&source);
    for _ in 0..times {
        match step.as_str() {
            "read" => read(&signed),
            "digest" => digest(&signed),
            "verify" => signatures.verify(&signed),
            "raw-verify" => signatures.raw_verify(&signed),
            "raw-public" => signatures.raw_public(),
            "sign" => drop(signatures.sign(&source)),
            "raw-sign" => signatures.raw_sign(&source),
            "raw-private" => signatures.raw_private(),
            "wrap" => encryption.wrap(),
            "raw-wrap" => encryption.raw_wrap(),
            "unwrap" => encryption.unwrap(),
            "raw-unwrap" => encryption.raw_unwrap(),
            "encrypt" => drop(encryption.encrypt(&source)),
            "raw-encrypt" => {
                read(&source);
                encryption.raw_wrap();
                drop(encryption.raw_encrypt(&source));
            }
            "decrypt" => encryption.decrypt(&encrypted),
            "raw-decrypt" => {
                read(&encrypted);
                encryption.raw_unwrap();
                encryption.raw_decrypt(&sealed);
            }
            _ => panic!("no such step: {step}"),
        }
    }
}
