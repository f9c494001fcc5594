//! Revocation lists and responses of OCSP, each given to a trust, come with a message or fetched: as many of each element as fit.

use ws_security::crypto::SigningKey;
use ws_security::prelude::*;
use ws_security::{
    CacheLimits, DangerousNoReplayCache, FetchBlocking, FetchFailure, FetchRequest, Incoming, Revocation,
    RevocationCache, SignatureMethod, SignerRule,
};

use super::pki::{self, List, Spec, der, extension, sequence};
use super::shapes::Shape;
use super::{Door, judge};
use crate::common::*;

const URL: &str = "http://lists.example/1";
const NOCHECK: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 48, 1, 5];
const BASIC: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 48, 1, 1];
const SHA1: &[u8] = &[0x2B, 0x0E, 3, 2, 26];
const AT: &[u8] = b"20250101000000Z";

fn shape(name: &'static str, count: usize, make: fn(usize) -> Vec<u8>) -> Shape {
    Shape { name, count, make: Box::new(make) }
}

fn repeated(count: usize, one: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
    (0..count).flat_map(one).collect()
}

fn serial(at: usize) -> Vec<u8> {
    [&[1], &(at as u32).to_be_bytes()[..]].concat()
}

/// An extension that is not critical, under an OID of its own.
fn unknown(at: usize) -> Vec<u8> {
    extension(&[0x2A, 0x80 | (at >> 14) as u8, 0x80 | (at >> 7) as u8, at as u8 & 0x7F], false, &[])
}

/// An answer about the certificate of this number, under this digest of names and keys.
fn answer(digest: &[u8], serial: &[u8], hash: &[u8], more: &[u8]) -> Vec<u8> {
    let hash = der(4, hash);
    let id = sequence(&[&sequence(&[&der(6, digest), &der(5, &[])]), &hash, &hash, &der(2, serial)]);
    sequence(&[&id, &[0x80, 0], &der(0x18, AT), more])
}

/// A response of `root`, or one that says so and is not genuine.
fn response(answers: &[u8], extensions: &[u8], certificates: &[u8], name: &[u8], is_genuine: bool) -> Vec<u8> {
    let extensions = if extensions.is_empty() { Vec::new() } else { der(0xA1, &der(0x30, extensions)) };
    let data = sequence(&[&der(0xA1, name), &der(0x18, AT), &der(0x30, answers), &extensions]);
    let method = sequence(&[&der(6, pki::SHA256_RSA), &der(5, &[])]);
    let value = pki::key(if is_genuine { "ca" } else { "bob" }).sign(SignatureMethod::RsaSha256, &data).expect("signs");
    let value = der(3, &[&[0], value.as_slice()].concat());
    let certificates = if certificates.is_empty() { Vec::new() } else { der(0xA0, &der(0x30, certificates)) };
    let basic = sequence(&[&data, &method, &value, &certificates]);
    sequence(&[&der(0x0A, &[0]), &der(0xA0, &sequence(&[&der(6, BASIC), &der(4, &basic)]))])
}

fn of_answers(answers: &[u8]) -> Vec<u8> {
    response(answers, &[], &[], &pki::name("root"), true)
}

/// A certificate that `root` may have issued for a responder.
fn delegate(at: usize) -> Vec<u8> {
    let spec =
        Spec::leaf("responder", "root").serial(&serial(at)).also(pki::extended_usage(&[&[0x2B, 6, 1, 5, 5, 7, 3, 9]]));
    spec.also(extension(NOCHECK, false, &[5, 0])).octets("alice", "bob")
}

fn responses() -> Vec<Shape> {
    vec![
        shape("answers", 60, |n| of_answers(&repeated(n, |at| answer(SHA1, &serial(at), &[7; 20], &[])))),
        shape("answers about one number", 60, |n| of_answers(&repeated(n, |_| answer(SHA1, &[7], &[7; 20], &[])))),
        shape("more answers than are read", 600, |n| {
            of_answers(&repeated(n, |at| answer(SHA1, &serial(at), &[], &[])))
        }),
        shape("answers under an unknown digest", 1_000, |n| {
            of_answers(&repeated(n, |at| answer(&[0x2A, 3], &serial(at), &[], &[])))
        }),
        shape("extensions of an answer", 2_000, |n| {
            of_answers(&answer(SHA1, &[7], &[7; 20], &der(0xA1, &der(0x30, &repeated(n, unknown)))))
        }),
        shape("extensions of answers", 50, |n| {
            let all = der(0xA1, &der(0x30, &repeated(40, unknown)));
            of_answers(&repeated(n, |at| answer(SHA1, &serial(at), &[7; 20], &all)))
        }),
        shape("a long hash", 60_000, |n| of_answers(&answer(SHA1, &[7], &vec![7; n], &[]))),
        shape("a long number", 60_000, |n| of_answers(&answer(SHA1, &vec![7; n], &[7; 20], &[]))),
        shape("extensions of a response", 2_000, |n| {
            response(&answer(SHA1, &[7], &[7; 20], &[]), &repeated(n, unknown), &[], &pki::name("root"), true)
        }),
        shape("nonces", 2_000, |n| {
            let nonce = extension(&[0x2B, 6, 1, 5, 5, 7, 48, 1, 2], false, &[4, 0]);
            response(&answer(SHA1, &[7], &[7; 20], &[]), &nonce.repeat(n), &[], &pki::name("root"), true)
        }),
        shape("a long nonce", 60_000, |n| {
            let nonce = extension(&[0x2B, 6, 1, 5, 5, 7, 48, 1, 2], false, &der(4, &vec![7; n]));
            response(&answer(SHA1, &[7], &[7; 20], &[]), &nonce, &[], &pki::name("root"), true)
        }),
        shape("certificates", 20, |n| {
            response(&answer(SHA1, &[7], &[7; 20], &[]), &[], &repeated(n, delegate), &pki::name("responder"), false)
        }),
        shape("octets among the certificates", 20_000, |n| {
            response(&answer(SHA1, &[7], &[7; 20], &[]), &[], &[0x30, 0].repeat(n), &pki::name("responder"), false)
        }),
        shape("a long name of the responder", 60_000, |n| {
            response(&answer(SHA1, &[7], &[7; 20], &[]), &[], &[], &pki::name(&"a".repeat(n)), false)
        }),
        shape("names of the responder", 4_000, |n| {
            response(&answer(SHA1, &[7], &[7; 20], &[]), &[], &[], &pki::name_of(pki::CN, &vec!["a"; n]), false)
        }),
        shape("no DER", 60_000, |n| vec![0x30; n]),
    ]
}

fn list_of(count: usize, entry_extension: Vec<u8>, more: Vec<Vec<u8>>, signer: &str) -> Vec<u8> {
    let list = List { revoked: (0..count).map(serial).collect(), entry_extension, ..List::of("root", &[]) };
    more.into_iter().fold(list, List::also).made(signer)
}

/// A list of one entry.
fn one_of(at: usize, signer: &str) -> Vec<u8> {
    List { revoked: vec![serial(at)], ..List::of("root", &[]) }.made(signer)
}

fn points(count: usize) -> Vec<u8> {
    let names = repeated(count, |at| der(0x86, format!("{URL}{at}").as_bytes()));
    List::of("root", &[]).about(&der(0xA0, &der(0xA0, &names))).made("ca")
}

fn pem(der: &[u8], before: &str) -> Vec<u8> {
    let text = ws_security::c14n::base64_encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("text")).collect();
    format!("{before}-----BEGIN X509 CRL-----\n{}\n-----END X509 CRL-----\n", lines.join("\n")).into_bytes()
}

fn lists() -> Vec<Shape> {
    vec![
        shape("entries", 5_000, |n| list_of(n, Vec::new(), Vec::new(), "ca")),
        shape("entries of a stranger", 5_000, |n| list_of(n, Vec::new(), Vec::new(), "bob")),
        shape("entries of one number", 5_000, |n| {
            List { revoked: vec![vec![9]; n], ..List::of("root", &[]) }.made("ca")
        }),
        shape("entries with many extensions", 100, |n| list_of(n, repeated(60, unknown), Vec::new(), "ca")),
        shape("an entry of extensions", 5_000, |n| list_of(1, repeated(n, unknown), Vec::new(), "ca")),
        shape("extensions of a list", 5_000, |n| list_of(1, Vec::new(), (0..n).map(unknown).collect(), "ca")),
        shape("points", 3_000, points),
        shape("a long point", 60_000, |n| {
            List::of("root", &[]).about(&der(0xA0, &der(0xA0, &der(0x86, &vec![b'a'; n])))).made("ca")
        }),
        shape("scopes", 5_000, |n| List::of("root", &[]).about(&[0x81, 1, 0xFF].repeat(n)).made("ca")),
        shape("long numbers", 50, |n| List { revoked: vec![vec![9; 2_000]; n], ..List::of("root", &[]) }.made("ca")),
        shape("a list in PEM", 5_000, |n| pem(&list_of(n, Vec::new(), Vec::new(), "ca"), "")),
        shape("lists in PEM", 20, |n| repeated(n, |at| pem(&one_of(at, "ca"), ""))),
        shape("lists of strangers in PEM", 20, |n| repeated(n, |at| pem(&one_of(at, "bob"), ""))),
        shape("text before PEM", 100_000, |n| pem(&list_of(1, Vec::new(), Vec::new(), "ca"), &"-----\n".repeat(n / 6))),
        shape("beginnings of PEM", 4_000, |n| "-----BEGIN X509 CRL-----\n".repeat(n).into_bytes()),
        shape("no DER", 60_000, |n| vec![0x30; n]),
    ]
}

/// Gives these octets to everyone.
struct Everywhere<'o>(&'o [u8]);

impl FetchBlocking for Everywhere<'_> {
    fn fetch(&self, _: FetchRequest) -> Result<Vec<u8>, FetchFailure> {
        Ok(self.0.to_vec())
    }
}

fn leaf(access: Vec<u8>) -> Certificate {
    Spec::leaf("leaf", "root").serial(&[7]).also(access).made("alice", "ca")
}

fn at_lists() -> Vec<u8> {
    let name = der(0xA0, &der(0xA0, &der(0x86, URL.as_bytes())));
    extension(&[0x55, 0x1D, 31], false, &sequence(&[&sequence(&[&name])]))
}

fn at_responders() -> Vec<u8> {
    let one = sequence(&[&der(6, &[0x2B, 6, 1, 5, 5, 7, 48, 1]), &der(0x86, URL.as_bytes())]);
    extension(&[0x2B, 6, 1, 5, 5, 7, 1, 1], false, &sequence(&[&one]))
}

fn message_of(certificate: &Certificate) -> String {
    let identity = Identity::new(pki::key("alice"), certificate.clone()).expect("an identity");
    recipe().sign(Signing::with(&identity).parts([Part::Body, Part::Timestamp])).secured(&envelope(SOAP11))
}

fn trust_in_root() -> Trust {
    let root = Spec::authority("root", "root").made("ca", "ca");
    Trust::anchors([root]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors)
}

fn outcome<'m>(trust: Trust, message: impl Into<Incoming<'m>>) -> String {
    let receiver = Receiver::new(trust, Requirements::signed([Part::Body]), DangerousNoReplayCache);
    receiver.open(message).map_or_else(|error| error.to_string(), |_| "opened".to_owned())
}

/// What a cache makes of an answer to the question about a certificate with this extension.
fn fetched(access: Vec<u8>) -> impl Fn(&[u8]) -> String {
    let message = message_of(&leaf(access));
    move |octets: &[u8]| {
        let limits = CacheLimits { response_octets: 1 << 20, ..CacheLimits::default() };
        let cache = RevocationCache::new(limits);
        let trust = trust_in_root().fetched(&cache);
        let before = outcome(trust.clone(), &message);
        assert!(cache.is_wanting(), "{before}");
        let errors: Vec<String> = cache.fetch_blocking(&Everywhere(octets)).iter().map(ToString::to_string).collect();
        format!("{}; {}", errors.concat(), outcome(trust, &message))
    }
}

#[test]
fn statuses_of_certificates_are_linear_and_small_in_memory() {
    let only = std::env::var("WSS_HOSTILE").unwrap_or_default();
    let (message, trust) = (message_of(&leaf(at_lists())), trust_in_root());
    let of_responses: [Door<'_>; 3] = [
        ("come with a message", {
            let (message, trust) = (message.clone(), trust.clone());
            Box::new(move |octets| match Incoming::from(&message).ocsp_response(octets) {
                Ok(incoming) => outcome(trust.clone().revocation(Revocation::UnknownIsGood), incoming),
                Err(error) => error.to_string(),
            })
        }),
        ("given", {
            let (message, trust) = (message.clone(), trust.clone());
            Box::new(move |octets| match trust.clone().ocsp_response(octets) {
                Ok(trust) => outcome(trust, &message),
                Err(error) => error.to_string(),
            })
        }),
        ("fetched", Box::new(fetched(at_responders()))),
    ];
    let of_lists: [Door<'_>; 2] = [
        ("given", {
            Box::new(move |octets| match trust.clone().crls(octets) {
                Ok(trust) => outcome(trust, &message),
                Err(error) => error.to_string(),
            })
        }),
        ("fetched", Box::new(fetched(at_lists()))),
    ];
    let mut failures = Vec::new();
    for (shapes, doors) in [(responses(), &of_responses[..]), (lists(), &of_lists[..])] {
        for shape in shapes.iter().filter(|shape| shape.name.contains(&only)) {
            let all: Vec<Vec<u8>> = [1, 2, 4].map(|times| (shape.make)(shape.count * times)).into();
            for door in doors {
                failures.extend(judge(shape.name, door, &all, !only.is_empty()));
            }
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
