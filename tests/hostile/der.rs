//! Certificates that cost: made from that of Alice by replacing fields of it. Their signatures do not verify.

use ws_security::Certificate;

use crate::common::certificate;

pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        len @ 0..0x80 => out.push(len as u8),
        len => {
            let octets: Vec<u8> = len.to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect();
            out.push(0x80 | octets.len() as u8);
            out.extend(octets);
        }
    }
    out.extend_from_slice(content);
    out
}

/// The elements one after the other, each with its tag.
fn elements(mut content: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut found = Vec::new();
    while let [tag, first, rest @ ..] = content {
        let (len, rest) = match *first {
            len @ 0..0x80 => (usize::from(len), rest),
            count => {
                let (octets, rest) = rest.split_at(usize::from(count & 0x7F));
                (octets.iter().fold(0, |len, octet| len << 8 | usize::from(*octet)), rest)
            }
        };
        let (inside, rest) = rest.split_at(len);
        found.push((*tag, inside.to_vec()));
        content = rest;
    }
    found
}

fn joined(elements: &[(u8, Vec<u8>)]) -> Vec<u8> {
    elements.iter().flat_map(|(tag, content)| element(*tag, content)).collect()
}

/// Alice's certificate with the fields of its TBSCertificate changed.
fn changed(change: impl FnOnce(&mut Vec<(u8, Vec<u8>)>)) -> Vec<u8> {
    changed_of("alice", change)
}

pub(crate) fn changed_of(name: &str, change: impl FnOnce(&mut Vec<(u8, Vec<u8>)>)) -> Vec<u8> {
    let mut outer = elements(&elements(certificate(name).der())[0].1);
    let mut tbs = elements(&outer[0].1);
    change(&mut tbs);
    outer[0].1 = joined(&tbs);
    element(0x30, &joined(&outer))
}

pub(crate) fn with_serial(octets: usize) -> Vec<u8> {
    changed(|tbs| tbs[1].1 = vec![0x41; octets])
}

fn name(rdns: usize) -> Vec<u8> {
    let attribute = [element(6, &[0x55, 4, 3]), element(0x0C, b"x")].concat();
    element(0x31, &element(0x30, &attribute)).repeat(rdns)
}

pub(crate) fn with_issuer(rdns: usize) -> Vec<u8> {
    changed(|tbs| tbs[3].1 = name(rdns))
}

pub(crate) fn with_subject(rdns: usize) -> Vec<u8> {
    changed(|tbs| tbs[5].1 = name(rdns))
}

/// One RDN of many attributes: a SET that has an order.
pub(crate) fn with_wide_rdn(attributes: usize) -> Vec<u8> {
    let attribute = element(0x30, &[element(6, &[0x55, 4, 3]), element(0x0C, b"x")].concat());
    changed(|tbs| tbs[3].1 = element(0x31, &attribute.repeat(attributes)))
}

/// A subject of one RDN, whose last attribute is `CN=x`, and its serial number.
pub(crate) fn with_wide_subject(attributes: usize, nth: usize) -> Vec<u8> {
    let attribute = |text: &str| element(0x30, &[element(6, &[0x55, 4, 3]), element(0x0C, text.as_bytes())].concat());
    let rdn = [attribute("z").repeat(attributes - 1), attribute("x")].concat();
    changed(|tbs| {
        tbs[1].1 = vec![1, nth as u8];
        tbs[5].1 = element(0x31, &rdn);
    })
}

pub(crate) fn with_extensions(count: usize) -> Vec<u8> {
    let extension = |nth: usize| {
        let oid = [0x2A, 3, 0x80 | (nth >> 14) as u8 & 0x7F, 0x80 | (nth >> 7) as u8 & 0x7F, nth as u8 & 0x7F];
        element(0x30, &[element(6, &oid), element(4, b"")].concat())
    };
    let all: Vec<u8> = (0..count).flat_map(extension).collect();
    changed(|tbs| tbs[7] = (0xA3, element(0x30, &all)))
}

pub(crate) fn path(count: usize) -> Vec<u8> {
    element(0x30, &certificate("ca").der().repeat(count))
}

/// Distinct certificates: each has its own serial number.
pub(crate) fn nth(nth: usize) -> Vec<u8> {
    changed(|tbs| tbs[1].1 = [&[1_u8][..], &(nth as u32).to_be_bytes()].concat())
}

/// As [`nth`], of an authority: each could have issued every other.
pub(crate) fn nth_authority(nth: usize) -> Vec<u8> {
    let ca = certificate("ca");
    let mut outer = elements(&elements(ca.der())[0].1);
    let mut tbs = elements(&outer[0].1);
    tbs[1].1 = [&[1_u8][..], &(nth as u32).to_be_bytes()].concat();
    outer[0].1 = joined(&tbs);
    element(0x30, &joined(&outer))
}

/// As [`nth`], with an RSA key of 8,192 bits of its own.
pub(crate) fn with_large_key(nth: usize) -> Vec<u8> {
    with_key(nth, &[&[0, 0xC1][..], &[0x5A; 1_021], &[nth as u8, 1]].concat(), 0x0001_0001)
}

/// As [`nth`], with an RSA key of this modulus and exponent.
fn with_key(nth: usize, modulus: &[u8], exponent: u32) -> Vec<u8> {
    let exponent: Vec<u8> = exponent.to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect();
    let key = element(0x30, &[element(2, modulus), element(2, &exponent)].concat());
    let rsa = element(0x30, &[0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1, 5, 0]);
    changed(|tbs| {
        tbs[1].1 = vec![1, nth as u8];
        tbs[6].1 = [rsa, element(3, &[&[0], &key[..]].concat())].concat();
    })
}

/// A signature value below the modulus of each [`with_key_of_pss`].
pub(crate) const VALUE_OF_PSS: [u8; 256] = [0x77; 256];

/// As [`nth`], with an RSA key of its own under which [`VALUE_OF_PSS`] ends as blocks of PSS do.
pub(crate) fn with_key_of_pss(nth: usize) -> Vec<u8> {
    let ends_so = |certificate: &Vec<u8>| {
        let key = Certificate::from_der(certificate).expect("a certificate").public_key().clone();
        key.recover(&VALUE_OF_PSS).is_some_and(|padded| padded.ends_with(&[0xBC]))
    };
    let modulus = |tried: u16| [&[0, 0xC1, nth as u8][..], &[0x5A; 251], &tried.to_be_bytes(), &[1]].concat();
    (0..).map(|tried| with_key(nth, &modulus(tried), 3)).find(ends_so).expect("one in 256")
}

pub(crate) fn bag(count: usize) -> Vec<u8> {
    let certificates: Vec<u8> = (0..count).flat_map(nth).collect();
    let data = element(0x30, &element(6, &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1]));
    let signed = [element(2, &[1]), element(0x31, b""), data, element(0xA0, &certificates), element(0x31, b"")];
    let oid = element(6, &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2]);
    element(0x30, &[oid, element(0xA0, &element(0x30, &signed.concat()))].concat())
}
