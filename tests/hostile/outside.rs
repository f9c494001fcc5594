//! What comes beside a message, or before any: the Content-Type of the transport, and key stores.

use ws_security::attachments::{MimeError, Package};
use ws_security::crypto::{LoadError, identities_from_key_store};
use ws_security::{Incoming, Limit, Limits};

use super::der::element;
use super::measured;
use crate::common::*;

fn little(what: &str, octets: usize, peak: usize) {
    println!("{what}: {octets} octets, peak {peak} ({:.1})", peak as f64 / octets as f64);
    assert!(peak <= 12 * octets + (1 << 20), "{what}: {octets} octets take {peak}");
}

/// A package as [`Package::read_body`] reads it is bounded in the same way.
#[test]
fn a_long_content_type_is_refused_before_it_is_read() {
    let envelope = signed(SOAP11);
    let limits = Limits::default();
    let numbered = |one: fn(usize) -> String| (0..50_000).map(one).collect::<String>();
    let related = |rest: &str| format!("multipart/related; boundary=b{rest}");
    let (fields, octets) = (limits.with(Limit::MimeHeaderOctets, 1 << 30), limits.with(Limit::MimeFields, 1 << 30));
    for (what, value) in [
        ("parameters", related(&";a=b".repeat(200_000))),
        ("pieces of one", related(&numbered(|at| format!(";a*{at}=b")))),
        ("pieces of many", related(&numbered(|at| format!(";a{at}*0=b")))),
        ("comments", related(&"(c)".repeat(200_000))),
    ] {
        let body = b"--b\r\n\r\n<a/>\r\n--b--";
        let spool = || ws_security::attachments::Spool::in_folder(std::env::temp_dir());
        let doors: [Door<'_>; 3] = [
            ("package", Box::new(|limits| Package::parse_body(&value, body, limits).map(drop))),
            ("stream", Box::new(|limits| Package::read_body(&value, &body[..], limits, &spool()).map(drop))),
            ("envelope", Box::new(|limits| Incoming::from(&envelope).content_type(&value, limits).map(drop))),
        ];
        for (door, read) in doors {
            let (outcome, cost) = measured(|| read(&limits));
            little(&format!("{what}, {door}"), value.len(), cost.peak);
            assert!(matches!(outcome, Err(MimeError::Limit(_))), "{what}, {door}: {outcome:?}");
            // Each of the two limits counts by itself.
            assert!(matches!(read(&octets), Err(MimeError::Limit(over)) if over.limit == Limit::MimeHeaderOctets));
            let refused = matches!(read(&fields), Err(MimeError::Limit(over)) if over.limit == Limit::MimeFields);
            assert_eq!(refused, what != "comments", "{what}, {door}");
        }
    }
}

/// A reader of the transport's Content-Type.
type Door<'m> = (&'static str, Box<dyn Fn(&Limits) -> Result<(), MimeError> + 'm>);

const DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1];
const ENCRYPTED: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 6];
const PBES2: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 13];
const SCRYPT: &[u8] = &[0x2B, 6, 1, 4, 1, 0xDA, 0x47, 4, 11];
const AES256_CBC: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42];
const KEY_BAG: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 12, 10, 1, 1];
const CERTIFICATE_BAG: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 12, 10, 1, 3];
const X509: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 22, 1];
const LOCAL_KEY_ID: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 21];

fn sequence(elements: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &elements.concat())
}

fn store(safes: &[Vec<u8>]) -> Vec<u8> {
    let content = sequence(&[element(6, DATA), element(0xA0, &element(4, &sequence(safes)))]);
    sequence(&[element(2, &[3]), content])
}

fn bag(kind: &[u8], value: &[u8], attributes: &[u8]) -> Vec<u8> {
    sequence(&[element(6, kind), element(0xA0, value), element(0x31, attributes)])
}

/// A safe that is encrypted under scrypt with N = 2^19 and r = 8: 512 MiB.
fn safe_of_scrypt() -> Vec<u8> {
    let parameters = [element(4, &[7; 16]), element(2, &[8, 0, 0]), element(2, &[8]), element(2, &[1])];
    let scrypt = sequence(&[element(6, SCRYPT), sequence(&parameters)]);
    let cipher = sequence(&[element(6, AES256_CBC), element(4, &[9; 16])]);
    let algorithm = sequence(&[element(6, PBES2), sequence(&[scrypt, cipher])]);
    let content = sequence(&[element(6, DATA), algorithm, element(0x80, &[1; 32])]);
    sequence(&[element(6, ENCRYPTED), element(0xA0, &sequence(&[element(2, &[0]), content]))])
}

#[test]
fn a_key_store_takes_little_memory() {
    let octets = store(&[safe_of_scrypt()]);
    let (outcome, cost) = measured(|| identities_from_key_store(&octets, "any").map(drop));
    little("scrypt", octets.len(), cost.peak);
    assert!(matches!(outcome, Err(LoadError::StoreProtection { .. })), "{outcome:?}");

    // Every key has a chain of all certificates.
    let id = sequence(&[element(6, LOCAL_KEY_ID), element(0x31, &element(4, &[1]))]);
    let certificate = |nth: usize| {
        let value = element(0xA0, &element(4, &issued_by_next(nth)));
        bag(CERTIFICATE_BAG, &sequence(&[element(6, X509), value]), &id)
    };
    let key = bag(KEY_BAG, &pkcs8("ec256.key"), &id);
    for count in [100, 500, 2_000] {
        let bags: Vec<Vec<u8>> = (0..count).map(certificate).chain(vec![key.clone(); count]).collect();
        let safe = sequence(&[element(6, DATA), element(0xA0, &element(4, &sequence(&bags)))]);
        let octets = store(&[safe]);
        let (outcome, cost) = measured(|| identities_from_key_store(&octets, "any").map(|found| found.len()));
        little(&format!("{count} keys and certificates: {outcome:?}"), octets.len(), cost.peak);
        assert!(cost.took.as_millis() < 2_000, "{:?}", cost.took);
    }

    // Attributes of one bag.
    let attributes = id.repeat(20_000);
    let bags = sequence(&[bag(KEY_BAG, &pkcs8("ec256.key"), &attributes)]);
    let octets = store(&[sequence(&[element(6, DATA), element(0xA0, &element(4, &bags))])]);
    let (outcome, cost) = measured(|| identities_from_key_store(&octets, "any").map(|found| found.len()));
    little(&format!("attributes: {outcome:?}"), octets.len(), cost.peak);
    assert!(cost.took.as_millis() < 500, "{:?}", cost.took);
}

/// A certificate with the key of ec256 and a name of its own, whose issuer is the next one.
fn issued_by_next(nth: usize) -> Vec<u8> {
    let name = |nth: usize| {
        let attribute = sequence(&[element(6, &[0x55, 4, 3]), element(12, format!("n{nth}").as_bytes())]);
        element(0x31, &attribute)
    };
    super::der::changed_of("ec256", |tbs| {
        (tbs[3].1, tbs[5].1) = (name(nth + 1), name(nth));
    })
}

/// The DER of a key in PKCS#8.
fn pkcs8(name: &str) -> Vec<u8> {
    let text = String::from_utf8(file(name)).expect("PEM");
    let base64: String = text.lines().filter(|line| !line.starts_with("--")).collect();
    ws_security::c14n::base64_decode(&base64, base64.len()).expect("base64")
}
