//! What certificates, names and revocation lists of strangers cost before anything is verified (threat T69).
//!
//! Each hostile message must be refused in less than 50 ms. The fastest of several runs counts, since the machine does
//! other things, too.

mod common;
#[path = "common/pki.rs"]
mod pki;

use std::time::Duration;

use cpu_time::ThreadTime;

use common::*;
use pki::{List, Spec, der};
use ws_security::c14n::base64_encode;
use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, OpenError};

const ALLOWED: Duration = Duration::from_millis(50);

fn usual() -> Receiver {
    Receiver::new(trust(), Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache)
        .decrypt_with(identity("bob"))
}

/// Refuses `message`, fast.
fn refused_fast(receiver: &Receiver, message: &str) -> OpenError {
    let mut fastest = Duration::MAX;
    let mut error = None;
    for _ in 0..5 {
        let start = ThreadTime::now();
        let refused = receiver.open(message);
        fastest = fastest.min(start.elapsed());
        error = Some(refused.map(drop).expect_err("accepted"));
        if fastest < ALLOWED / 10 {
            break;
        }
    }
    let error = error.expect("a run");
    assert!(fastest < ALLOWED, "{} octets took {fastest:?}: {error}", message.len());
    assert!(error.to_string().len() < 4_096, "the error is no longer than it must be");
    error
}

/// A message whose signature refers to its key by `reference`.
fn referring(reference: &str) -> String {
    let message = signed(SOAP11);
    let (before, rest) = message.split_once("<ds:KeyInfo>").expect("a KeyInfo");
    let (_, after) = rest.split_once("</ds:KeyInfo>").expect("its end");
    format!("{before}<ds:KeyInfo>{reference}</ds:KeyInfo>{after}")
}

fn x509_data(entries: &str) -> [String; 2] {
    let data = format!("<ds:X509Data>{entries}</ds:X509Data>");
    let wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    let reference = format!("<wsse:SecurityTokenReference xmlns:wsse=\"{wsse}\">{data}</wsse:SecurityTokenReference>");
    [referring(&data), referring(&reference)]
}

fn certificates(ders: &[Vec<u8>]) -> [String; 2] {
    let entries = ders.iter().map(|der| format!("<ds:X509Certificate>{}</ds:X509Certificate>", base64_encode(der)));
    x509_data(&entries.collect::<String>())
}

/// A message whose token is these octets.
fn carrying(octets: &[u8]) -> String {
    let message = signed(SOAP11);
    let (before, rest) = message.split_once("#X509v3\" ").expect("a token");
    let (id, rest) = rest.split_once('>').expect("its Id");
    let (_, after) = rest.split_once("</wsse:BinarySecurityToken>").expect("its end");
    format!("{before}#X509v3\" {id}>{}</wsse:BinarySecurityToken>{after}", base64_encode(octets))
}

#[test]
fn the_messages_of_this_file_open_where_nothing_is_hostile() {
    let open = |message: &str| drop(usual().open(message).unwrap_or_else(|error| panic!("{error}")));
    open(&carrying(certificate("alice").der()));
    certificates(&[certificate("alice").der().to_vec()]).iter().for_each(|message| open(message));
    let path = [certificate("alice").der().to_vec(), certificate("ca").der().to_vec()];
    certificates(&path).iter().for_each(|message| open(message));
    certificates(&[path[1].clone(), path[0].clone(), path[0].clone()]).iter().for_each(|message| open(message));
}

#[test]
fn long_serial_numbers_are_refused_where_they_are_read() {
    for len in [22, 1_000, 45_000, 63_000] {
        let hostile = Spec::leaf("Alice", "CA").serial(&vec![0x5A; len]).octets("alice", "ca");
        let error = refused_fast(&usual(), &carrying(&hostile));
        assert!(error.to_string().contains("20 octets") || len > 45_000, "{len}: {error}");
        certificates(std::slice::from_ref(&hostile)).iter().for_each(|message| drop(refused_fast(&usual(), message)));
    }
    for digits in [50, 65, 10_000, 1_000_000, 3_000_000] {
        let serial = "9".repeat(digits);
        let entry = format!(
            "<ds:X509IssuerSerial><ds:X509IssuerName>CN=Example CA</ds:X509IssuerName>\
             <ds:X509SerialNumber>{serial}</ds:X509SerialNumber></ds:X509IssuerSerial>"
        );
        x509_data(&entry).iter().for_each(|message| drop(refused_fast(&usual(), message)));
    }
}

#[test]
fn long_names_are_refused_where_they_are_read() {
    let many = |count: usize, separator: &str| vec!["CN=a"; count].join(separator);
    for name in [
        many(65, ","),
        many(600_000, ","),
        many(600_000, "+"),
        format!("CN={}", "a".repeat(3 << 20)),
        format!("CN={}", "\\,".repeat(1 << 20)),
        format!("CN=\"{}", " ".repeat(3 << 20)),
        format!("CN=#{}", "0c".repeat(1 << 20)),
        format!("{}=a", "1.".repeat(1 << 20)),
        "=".repeat(3 << 20),
    ] {
        let issuer = format!(
            "<ds:X509IssuerSerial><ds:X509IssuerName>{name}</ds:X509IssuerName>\
             <ds:X509SerialNumber>1</ds:X509SerialNumber></ds:X509IssuerSerial>"
        );
        for message in x509_data(&issuer) {
            refused_fast(&usual(), &message);
        }
        for message in x509_data(&format!("<ds:X509SubjectName>{name}</ds:X509SubjectName>")) {
            refused_fast(&usual(), &message);
        }
        refused_fast(&usual(), &referring(&format!("<ds:KeyName>{name}</ds:KeyName>")));
    }
    for subject in [
        pki::name(&"a".repeat(60_000)),
        pki::name_of(pki::CN, &vec!["a"; 3_000]),
        pki::name_of(&[0x88; 60_000], &["a"]),
        der(0x30, &der(0x31, &[]).repeat(20_000)),
        der(0x30, &der(0x31, &[0x30, 0].repeat(20_000))),
    ] {
        for spec in [
            Spec { subject: subject.clone(), ..Spec::leaf("", "CA") },
            Spec { issuer: subject.clone(), ..Spec::leaf("Alice", "") },
        ] {
            refused_fast(&usual(), &carrying(&spec.octets("alice", "ca")));
        }
    }
}

#[test]
fn other_fields_of_certificates_are_bounded_too() {
    let leaf = || Spec::leaf("Alice", "CA");
    let names = |kind: u8| der(0x30, &der(kind, &[]).repeat(20_000));
    for spec in [
        leaf().also(pki::extension(&[0x55, 0x1D, 17], false, &names(0x82))),
        leaf().also(pki::extension(&[0x55, 0x1D, 17], true, &names(0xA4))),
        leaf().also(pki::extension(&[0x55, 0x1D, 30], true, &der(0x30, &der(0xA0, &names(0x30))))),
        leaf().also(pki::extension(&[0x55, 0x1D, 31], false, &names(0x30))),
        leaf().also(pki::extension(&[0x55, 0x1D, 32], false, &names(0x30))),
        leaf().also(pki::extension(&[0x55, 0x1D, 37], false, &names(0x06))),
        leaf().also(pki::extension(&[0x55, 0x1D, 14], false, &der(4, &[0; 60_000]))),
        leaf().extensions(
            (0..5_000u16).map(|n| pki::extension(&[0x2A, (n >> 7) as u8 | 0x80, n as u8 & 0x7F], false, &[])).collect(),
        ),
        leaf().extensions(vec![pki::usage(0x80); 4_000]),
    ] {
        refused_fast(&usual(), &carrying(&spec.octets("alice", "ca")));
    }
    let modulus = base64_encode(&[0xFF; 64 << 10]);
    let value = format!(
        "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>{modulus}</ds:Modulus><ds:Exponent>AQAB</ds:Exponent>\
         </ds:RSAKeyValue></ds:KeyValue>"
    );
    refused_fast(&usual(), &referring(&value));
}

/// A reference may ask for a digest of every certificate that is known.
#[test]
fn digests_of_known_certificates_are_made_once() {
    let carol = certificate("carol");
    let pins = (0..2_000).map(|_| Certificate::from_der(carol.der()).expect("a certificate"));
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
    let receiver = Receiver::new(Trust::pins(pins), requirements, DangerousNoReplayCache);
    let entries = "<g:X509Digest xmlns:g='http://www.w3.org/2009/xmldsig11#' \
        Algorithm='http://www.w3.org/2007/05/xmldsig-more#sha3-512'>AAAA</g:X509Digest>";
    x509_data(&entries.repeat(16)).iter().for_each(|message| drop(refused_fast(&receiver, message)));
}

/// Certificates that name one another as issuers, and of which no authority signed one.
fn mesh(count: u8) -> Vec<Vec<u8>> {
    let of = |subject: &str, n: u8, issuer: &str| {
        let spec = if subject == "x" { Spec::authority(subject, issuer) } else { Spec::leaf(subject, issuer) };
        spec.serial(&[1, n]).octets(if subject == "x" { "bob" } else { "alice" }, "bob")
    };
    (0..count).map(|n| if n == 0 { of("leaf", n, "x") } else { of("x", n, "x") }).collect()
}

#[test]
fn many_certificates_are_refused_before_paths_are_tried() {
    let one = Spec::leaf("Alice", "CA").octets("alice", "bob");
    for count in [2, 16, 17, 64, 900, 3_000] {
        let all: Vec<Vec<u8>> = vec![one.clone(); count];
        certificates(&all).iter().for_each(|message| drop(refused_fast(&usual(), message)));
    }
    let different: Vec<Vec<u8>> =
        (0..16u8).map(|n| Spec::leaf("Alice", "CA").serial(&[1, n]).octets("alice", "bob")).collect();
    certificates(&different).iter().for_each(|message| drop(refused_fast(&usual(), message)));
    certificates(&mesh(16)).iter().for_each(|message| drop(refused_fast(&usual(), message)));
    // In the name of our anchor, so that each is compared with its key.
    let ca = certificate("ca");
    let issuer = ws_security::c14n::base64_decode(&base64_encode(ca.der()), 1 << 16).expect("octets");
    let name = name_in(&issuer);
    let pretended: Vec<Vec<u8>> = (0..16u8)
        .map(|n| {
            let subject = if n == 0 { pki::name("leaf") } else { name.clone() };
            Spec { issuer: name.clone(), subject, ..Spec::authority("", "") }.serial(&[1, n]).octets("bob", "bob")
        })
        .collect();
    certificates(&pretended).iter().for_each(|message| drop(refused_fast(&usual(), message)));
}

/// The subject of a self-signed certificate whose fields are those of `ca.pem`.
fn name_in(certificate: &[u8]) -> Vec<u8> {
    let start = certificate.windows(2).position(|pair| pair == [0x31, 0x0B]).expect("the country") - 2;
    let len = usize::from(certificate[start + 1]) + 2;
    certificate[start..start + len].to_vec()
}

#[test]
fn bags_and_paths_are_bounded() {
    let one = Spec::leaf("Alice", "CA").octets("alice", "bob");
    let path = der(0x30, &one.repeat(60));
    let message = carrying(&path).replacen("#X509v3\" ", "#X509PKIPathv1\" ", 1);
    refused_fast(&usual(), &message);
    let bag = |certificates: &[u8]| {
        let data = pki::sequence(&[&der(6, &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1])]);
        let signed = pki::sequence(&[&der(2, &[1]), &der(0x31, &[]), &data, &der(0xA0, certificates), &der(0x31, &[])]);
        pki::sequence(&[&der(6, &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2]), &der(0xA0, &signed)])
    };
    for octets in [bag(&one.repeat(60)), bag(&mesh(16).concat()), bag(&[0x30, 0].repeat(30_000))] {
        refused_fast(&usual(), &carrying(&octets).replacen("#X509v3\" ", "#PKCS7\" ", 1));
    }
}

#[test]
fn a_long_revocation_list_costs_a_message_nothing() {
    let serials: Vec<Vec<u8>> = (0..24_000u32).map(|n| [&[1], &n.to_be_bytes()[..]].concat()).collect();
    let serials: Vec<&[u8]> = serials.iter().map(Vec::as_slice).collect();
    let octets = List::of("root", &serials).made("ca");
    assert!(octets.len() > 600_000);
    let root = Spec::authority("root", "root").made("ca", "ca");
    let leaf = Spec::leaf("leaf", "root").made("alice", "ca");
    let identity = Identity::new(pki::key("alice"), leaf).expect("an identity");
    let signing = Signing::with(&identity).parts([Part::Body, Part::Timestamp]);
    let message = recipe().sign(signing).secured(&envelope(SOAP11));
    let trust = Trust::anchors([root]).expect("an authority").signer(SignerRule::AnyBelowTheAnchors);
    let receiver = |trust| Receiver::new(trust, Requirements::signed([Part::Body]), DangerousNoReplayCache);
    let fastest = |receiver: &Receiver| {
        let run = |_| {
            let start = ThreadTime::now();
            drop(receiver.open(&message).expect("opens"));
            start.elapsed()
        };
        (0..50).map(run).min().expect("a run")
    };
    let without = fastest(&receiver(trust.clone()));
    let with = fastest(&receiver(trust.crls(&octets).expect("a list")));
    assert!(with < without * 2 + Duration::from_micros(200), "{with:?} beside {without:?}");
}
