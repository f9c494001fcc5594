//! Golden messages: `vectors/networks/NAME` has a request and a reply of each network, made at a fixed time without chance.
//! `WSS_WRITE_GOLDENS=1 cargo test -p wss-networks --test goldens` writes them; without the variable they are compared, and
//! opened as they are.

mod common;

use std::fs;
use std::path::PathBuf;

use common::{Wire, client, envelope, has_attachments, open, send, service};
use wss_networks::{ALL, Network, SignedBy};

fn folder(network: &Network) -> PathBuf {
    PathBuf::from(format!("{}/../../vectors/networks/{}", env!("CARGO_MANIFEST_DIR"), network.name))
}

/// A message as a file: a package has its content type in a line before it.
fn to_file(wire: &Wire) -> Vec<u8> {
    match &wire.content_type {
        Some(content_type) => {
            let mut file = format!("MIME-Version: 1.0\r\nContent-Type: {content_type}\r\n\r\n").into_bytes();
            file.extend(&wire.octets);
            file
        }
        None => wire.octets.clone(),
    }
}

fn from_file(octets: Vec<u8>) -> Wire {
    let text = String::from_utf8_lossy(&octets);
    let Some(rest) = text.strip_prefix("MIME-Version: 1.0\r\nContent-Type: ") else {
        return Wire { content_type: None, octets };
    };
    let content_type = rest.split("\r\n").next().expect("a line").to_owned();
    let at = octets.windows(4).position(|window| window == b"\r\n\r\n").expect("the end of the header") + 4;
    Wire { content_type: Some(content_type), octets: octets[at..].to_vec() }
}

/// The file without the values that the provider of cryptography draws itself: what OAEP, RSA-1.5 and key agreement make of a
/// content key, fresh public keys, and the values of ECDSA.
fn without_chance(file: &[u8]) -> String {
    let text = String::from_utf8_lossy(file).into_owned();
    let is_ecdsa = text.contains("#ecdsa-");
    let mut masked = String::new();
    for piece in text.split_inclusive("</xenc:EncryptedKey>") {
        let (before, key) = piece.split_at(piece.find("<xenc:EncryptedKey").unwrap_or(piece.len()));
        masked.push_str(&if is_ecdsa { mask(before, "SignatureValue>") } else { before.to_owned() });
        masked.push_str(
            &["CipherValue>", "PublicKey>", "DEREncodedKeyValue>"]
                .iter()
                .fold(key.to_owned(), |text, end| mask(&text, end)),
        );
    }
    masked
}

/// Empties the elements whose tags end so.
fn mask(text: &str, end: &str) -> String {
    let mut masked = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(end) {
        let (start, after) = rest.split_at(at + end.len());
        masked.push_str(start);
        let close = after.find('<').expect("an end tag");
        masked.push('…');
        let (tag, behind) = after[close..].split_at(after[close..].find('>').expect("its end") + 1);
        masked.push_str(tag);
        rest = behind;
    }
    masked + rest
}

/// Compares the message with its file, or writes it. Returns the message of the file.
fn hold(network: &Network, name: &str, wire: &Wire) -> Wire {
    let name = if wire.content_type.is_some() { format!("{name}.mime") } else { format!("{name}.xml") };
    let path = folder(network).join(name);
    let made = to_file(wire);
    if std::env::var_os("WSS_WRITE_GOLDENS").is_some() {
        let is_same = fs::read(&path).is_ok_and(|old| without_chance(&old) == without_chance(&made));
        if !is_same {
            fs::create_dir_all(folder(network)).expect("a folder");
            fs::write(&path, &made).expect("written");
        }
    }
    let golden = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(without_chance(&made), without_chance(&golden), "{} is another message", path.display());
    from_file(golden)
}

fn check(network: &Network) {
    let text = envelope(network, &network.request);
    let (wire, sent) = send(network, client(network).recipe, &text, has_attachments(&network.request), None);
    let golden = hold(network, "request", &wire);
    let opened = open(&network.request, &service(network).receiver, &golden, None)
        .unwrap_or_else(|error| panic!("{}: the request: {error}", network.name));
    if let (Some(shape), Some(recipe)) = (network.reply_shape(), service(network).recipe) {
        let (wire, _) = send(network, recipe, &envelope(network, shape), has_attachments(shape), Some(&opened));
        let golden = hold(network, "reply", &wire);
        // The key of a request is known only to who made it, so that another run cannot open such a reply.
        let is_under_key =
            shape.signature.is_some_and(|signature| matches!(signature.by, SignedBy::KeyOfRequest { .. }));
        let receiver = client(network).receiver.expect("a receiver");
        if !is_under_key {
            open(shape, &receiver, &golden, Some(&sent))
                .unwrap_or_else(|error| panic!("{}: the reply: {error}", network.name));
        }
    }
}

#[test]
fn each_network_makes_its_golden_messages_and_opens_them() {
    let fails = |network: &&Network| std::panic::catch_unwind(|| check(network)).is_err();
    let wrong: Vec<_> = ALL.iter().filter(fails).map(|network| network.name).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let known: Vec<_> = fs::read_dir(folder(&ALL[0]).parent().expect("a folder"))
        .expect("the folder of the networks")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .filter(|name| !ALL.iter().any(|network| network.name == name))
        .collect();
    assert!(known.is_empty(), "messages of no network: {known:?}");
}
