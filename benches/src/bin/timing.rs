//! Whether the time of a refused decryption reveals the reason.
//!
//! `timing [TRIALS [WORDS]]`: for each pair of reasons, messages that differ in nothing else are opened in random order, and
//! the times are compared with Welch's t-test. With words, only the lines that have them are measured. The slow tail, when the
//! machine did something else, is cropped: the same share of both. A |t| below 4.5 is not a visible difference for this number
//! of trials.

use std::time::{Duration, Instant};

use ws_security::TransportFacts;
use ws_security::c14n::{Document, Element, Limits, base64_decode, base64_encode};
use ws_security::crypto::{SystemRandom, encrypt};
use ws_security::prelude::*;
use ws_security::{AlgorithmPolicy, ContentEncryption, DangerousNoReplayCache, KeyTransport, OpenError, Secret};

const CONTEXT: &str = "urn:context";
const THRESHOLD: f64 = 4.5;
/// The share of the trials that is kept, by speed.
const KEPT: f64 = 0.75;

fn main() {
    let trials = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let words = std::env::args().nth(2).unwrap_or_default();
    let mut failed = 0;
    println!("{trials} trials a pair, half of each; the fastest {:.0} % are kept", KEPT * 100.0);
    for setting in settings() {
        for (n, (first, one)) in setting.messages.iter().enumerate() {
            for (second, two) in &setting.messages[n + 1..] {
                let line = format!("{:28} {first:24} {second:24}", setting.name);
                if !line.contains(&words) {
                    continue;
                }
                let (t, means) = compare(&setting.receiver, [one, two], trials);
                let verdict = if t.abs() < THRESHOLD { "same" } else { "DIFFERENT" };
                failed += u32::from(t.abs() >= THRESHOLD);
                println!("{line} {:8.2} µs {:8.2} µs  t = {t:6.2}  {verdict}", means[0], means[1]);
            }
        }
    }
    std::process::exit(i32::from(failed > 0));
}

/// A receiver, and messages that it refuses for different reasons.
struct Setting {
    name: &'static str,
    receiver: Receiver,
    messages: Vec<(&'static str, String)>,
}

fn settings() -> Vec<Setting> {
    let oaep = KeyTransport::oaep_mgf1p();
    vec![
        transported("GCM, RSA-OAEP", ContentEncryption::Aes256Gcm, &oaep),
        transported("GCM, RSA-1.5", ContentEncryption::Aes256Gcm, &KeyTransport::Rsa15),
        transported("CBC, RSA-OAEP", ContentEncryption::Aes128Cbc, &oaep),
        transported("CBC, RSA-1.5", ContentEncryption::Aes128Cbc, &KeyTransport::Rsa15),
    ]
}

fn receiver() -> Receiver {
    Receiver::new(
        Trust::no_certificates(),
        Requirements::dangerous_unsigned().encrypted([Part::Body]),
        DangerousNoReplayCache,
    )
    .decrypt_with(identity("bob"))
    .shared_secret(Some(CONTEXT.to_owned()), Secret::new(vec![7; 32]))
    .algorithms(AlgorithmPolicy::everything_for_legacy_use_only())
    .dangerous_decrypt_cbc_before_verification()
}

/// Encrypted to Bob, with the possible faults.
fn transported(name: &'static str, cipher: ContentEncryption, transport: &KeyTransport) -> Setting {
    let receiver = receiver();
    let bob = identity("bob");
    let key = Secret::new(vec![9; cipher.key_len()]);
    let encrypting = Encrypting::to(bob.certificate()).content(cipher).transport(transport.clone()).parts([Part::Body]);
    let plan = Recipe::new().allow_legacy_algorithms().encrypt(encrypting).plan().expect("a plan");
    let genuine = plan.message(&wss_benches::envelope(1_000)).secure().expect("secured").message;
    let wrapped = bob.certificate().public_key().wrap_key(transport, &key).expect("wrapped");
    // A known key, so that every part of the message can have a fault of its own.
    let with_key = |octets: &[u8]| replaced(&genuine, 0, octets);
    let known = with_key(&wrapped);
    let plaintext =
        b"<p>the content of the Body, which could be anything: 1499.90 EUR, to be paid at once</p>".repeat(8);
    let sealed = |plaintext: &[u8]| encrypt(cipher, &key, plaintext, &SystemRandom).expect("encrypted");
    let good = sealed(&plaintext);
    assert!(
        receiver.open_unsigned(replaced(&known, 1, &good), TransportFacts::dangerous_unprotected()).is_ok(),
        "{name}: right without a fault"
    );
    let mut not_xml = plaintext.clone();
    not_xml[0] = 0;
    let mut not_utf8 = plaintext.clone();
    not_utf8[0] = 0xFF;
    let mut messages = vec![
        ("plaintext not XML", replaced(&known, 1, &sealed(&not_xml))),
        ("plaintext not UTF-8", replaced(&known, 1, &sealed(&not_utf8))),
    ];
    if cipher.is_authenticated() {
        let mut tag = good.clone();
        *tag.last_mut().expect("a tag") ^= 1;
        messages.push(("tag wrong", replaced(&known, 1, &tag)));
    } else {
        // The block before the last decides the padding. The change also garbles this block.
        let mut garbled = sealed(&not_utf8);
        let at = garbled.len() - 17;
        garbled[at] ^= 0x80;
        messages.push(("padding wrong", replaced(&known, 1, &garbled)));
    }
    let mut other = wrapped.clone();
    other[200] ^= 1;
    messages.push(("key transport wrong", replaced(&with_key(&other), 1, &good)));
    for (reason, message) in &messages {
        let error = receiver.open_unsigned(message, TransportFacts::dangerous_unprotected()).expect_err(reason);
        assert!(matches!(error, OpenError::Decrypt(_)), "{name}: {reason}: {error:?}");
        assert_eq!(error.to_string(), "decryption failed", "{name}: {reason}");
    }
    Setting { name, receiver, messages }
}

/// `message` with other octets in its `at`th CipherValue.
fn replaced(message: &str, at: usize, octets: &[u8]) -> String {
    let document = Document::parse(message, &Limits::default()).expect("well-formed");
    let values: Vec<Element<'_>> = document.elements().filter(|e| e.name().local == "CipherValue").collect();
    let span = values[at].content_span();
    assert!(base64_decode(&message[span.clone()], usize::MAX / 2).is_some(), "a cipher value");
    format!("{}{}{}", &message[..span.start], base64_encode(octets), &message[span.end..])
}

/// Welch's t of the times of two messages, and the mean time of each in microseconds.
fn compare(receiver: &Receiver, messages: [&String; 2], trials: usize) -> (f64, [f64; 2]) {
    let mut times = [Vec::with_capacity(trials), Vec::with_capacity(trials)];
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    // Both are read from one buffer, so that neither has a better address.
    let mut buffer = String::with_capacity(messages[0].len().max(messages[1].len()));
    for trial in 0..trials + 200 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let which = (state >> 33) as usize & 1;
        buffer.clear();
        buffer.push_str(messages[which]);
        let start = Instant::now();
        let refused =
            std::hint::black_box(receiver.open_unsigned(&buffer, TransportFacts::dangerous_unprotected())).is_err();
        let time = start.elapsed();
        assert!(refused);
        if trial >= 200 {
            times[which].push(time);
        }
    }
    let [one, two] = times.map(Moments::of);
    let t = (one.mean - two.mean) / (one.variance / one.count + two.variance / two.count).sqrt();
    (t, [one.mean / 1_000.0, two.mean / 1_000.0])
}

struct Moments {
    count: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    /// The fastest time, in nanoseconds.
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        times.truncate((times.len() as f64 * KEPT) as usize);
        let nanoseconds = || times.iter().map(|time| time.as_nanos() as f64);
        let count = times.len() as f64;
        let mean = nanoseconds().sum::<f64>() / count;
        let variance = nanoseconds().map(|time| (time - mean).powi(2)).sum::<f64>() / (count - 1.0);
        Self { count, mean, variance }
    }
}

fn identity(name: &str) -> Identity {
    let file = |extension: &str| {
        let path = format!("{}/../vectors/keys/{name}.{extension}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    Identity::from_pem(&file("pem"), &file("key")).expect(name)
}
