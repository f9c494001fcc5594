//! What a sender learns from a refused decryption: one error, whatever was wrong, and every limit is reached at the same value.

mod common;
#[path = "common/encrypted.rs"]
mod encrypted;

use common::*;
use encrypted::*;
use ws_security::c14n::{base64_decode, base64_encode};
use ws_security::crypto::{ContentEncryption, KeyTransport, SystemRandom};
use ws_security::prelude::*;
use ws_security::xmlenc::{Encryption, KeyMethod, PlaintextType, encrypt_octets, write_encrypted_key};
use ws_security::{AlgorithmPolicy, DangerousNoReplayCache, Limit, Limits, Secret};

const FAILED: &str = "decryption failed";

/// What is wrong with the ciphertext of a message.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    NotXml,
    NotUtf8,
    /// The last octet: of the tag, or of the block with the padding.
    LastOctet,
    /// An octet in front of the last block, which decides what the padding is.
    Padding,
    AnotherKey,
    /// Octets that no key transport gives.
    NoKey,
    /// Under RSA-1.5 alone: whoever makes OAEP's padding fit knows the key, and is told its length.
    LongerKey,
}

/// The faults that must look alike.
fn faults(transport: &KeyTransport) -> Vec<Fault> {
    use Fault::*;
    let mut faults = vec![NotXml, NotUtf8, LastOctet, Padding, AnotherKey, NoKey];
    faults.extend((*transport == KeyTransport::Rsa15).then_some(LongerKey));
    faults
}

/// A message with ciphertext of 256 octets that has this fault. Where nothing authenticates it, Alice signs the ciphertext.
fn message(cipher: ContentEncryption, transport: &KeyTransport, fault: Fault) -> String {
    let secret = || Secret::generate(&SystemRandom, cipher.key_len()).expect("random");
    let (used, sent) = match fault {
        Fault::AnotherKey => (secret(), secret()),
        Fault::LongerKey => (secret(), Secret::new(vec![7; cipher.key_len() + 1])),
        _ => {
            let secret = secret();
            (secret.clone(), secret)
        }
    };
    let bob = certificate("bob");
    let wrapped = match fault {
        Fault::NoKey => vec![0x17; 256],
        _ => bob.public_key().wrap_key(transport, &sent).expect("wrapped"),
    };
    let method = KeyMethod::Transport(transport.clone());
    let key_info = format!("<ds:KeyName>{}</ds:KeyName>", bob.subject());
    let key = write_encrypted_key(Some("EK-1"), &method, Some(&key_info), &wrapped, &[ID.to_owned()]);
    let encrypt = |_: &[u8]| {
        let plaintext = match fault {
            Fault::NotUtf8 => vec![0xFF; 256],
            _ => b"<".repeat(256),
        };
        let kind = PlaintextType::Content;
        let data =
            encrypt_octets(&plaintext, &kind, Encryption::new(cipher, &used).id(ID), &SystemRandom).expect("encrypted");
        let from_end = match fault {
            Fault::LastOctet => 1,
            Fault::Padding => 17,
            _ => return data,
        };
        let end = data.find("</xenc:CipherValue>").expect("a value");
        let start = data[..end].rfind('>').expect("its start") + 1;
        let mut octets = base64_decode(&data[start..end], 1_024).expect("base64");
        let at = octets.len() - from_end;
        octets[at] ^= 1;
        data.replace(&data[start..end], &base64_encode(&octets))
    };
    let signed = if cipher.is_authenticated() { Signed::Plaintext } else { Signed::Ciphertext };
    match signed {
        Signed::Plaintext => shaped(signed, &encrypt, &key, ""),
        // Decrypted after the signature was verified.
        Signed::Ciphertext => {
            let end = "</wsse:Security>";
            shaped(signed, &encrypt, "", "").replace(end, &format!("{key}{end}"))
        }
    }
}

fn receiver_with(limits: Limits) -> Receiver {
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
    Receiver::new(trust(), requirements, DangerousNoReplayCache)
        .decrypt_with(identity("bob"))
        .algorithms(AlgorithmPolicy::everything_for_legacy_use_only())
        .limits(limits)
}

fn outcome(message: &str, receiver: &Receiver) -> String {
    receiver.open(message).map(drop).expect_err("refused").to_string()
}

fn outcome_with(message: &str, limit: Limit, value: u64) -> String {
    outcome(message, &receiver_with(Limits::default().with(limit, value)))
}

/// The least value of a limit at which the message is refused for something else.
fn least(message: &str, limit: Limit) -> u64 {
    let (mut low, mut high) = (0, limit.default_value());
    while low < high {
        let middle = u64::midpoint(low, high);
        if outcome_with(message, limit, middle) == FAILED { high = middle } else { low = middle + 1 }
    }
    low
}

#[test]
fn what_was_wrong_shows_neither_in_the_error_nor_in_a_limit() {
    use ContentEncryption::{Aes128Cbc, Aes128Gcm};
    for cipher in [Aes128Gcm, Aes128Cbc] {
        for transport in [KeyTransport::oaep_mgf1p(), KeyTransport::Rsa15] {
            let messages: Vec<_> =
                faults(&transport).into_iter().map(|fault| (fault, message(cipher, &transport, fault))).collect();
            for (fault, message) in &messages {
                let what = format!("{cipher:?} {transport:?} {fault:?}");
                assert_eq!(message.len(), messages[0].1.len(), "{what}");
                let receiver = receiver_with(Limits::default());
                assert_eq!(outcome(message, &receiver), FAILED, "{what}");
                assert_eq!(outcome(message, &receiver.accept_longer_secrets()), FAILED, "{what}");
            }
            for limit in Limit::ALL {
                let least = least(&messages[0].1, *limit);
                let outcomes =
                    |message: &str| [least.saturating_sub(1), least].map(|value| outcome_with(message, *limit, value));
                let usual = outcomes(&messages[0].1);
                for (fault, message) in &messages[1..] {
                    assert_eq!(outcomes(message), usual, "{cipher:?} {transport:?} {fault:?}: {}", limit.name());
                }
            }
        }
    }
}
