//! The DER of public keys: SubjectPublicKeyInfo (RFC 5280 §4.1), with the keys of RFC 3279, RFC 4055, RFC 8410 and RFC 9881.
//!
//! The bounds for every use of a key are checked here, where its numbers are read. Private keys are in `pkcs8`.

use wss_text::Slice as _;

use super::kind::KeyKind;
use super::pss_parameters::PssParameters;
use crate::algorithm::{Curve, PostQuantum};
use crate::der;
use crate::error::LoadError;

const RSA_OID: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
const RSA_PSS_OID: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A];
const EC_OID: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
const ED25519_OID: &[u8] = &[0x2B, 0x65, 0x70];
const X25519_OID: &[u8] = &[0x2B, 0x65, 0x6E];
const X448_OID: &[u8] = &[0x2B, 0x65, 0x6F];
const ED448_OID: &[u8] = &[0x2B, 0x65, 0x71];
const DSA_OID: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x38, 0x04, 0x01];
/// `dhpublicnumber` (RFC 3279 §2.3.3).
const DH_OID: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3E, 2, 1];

/// The kind of key that an AlgorithmIdentifier names.
pub(super) enum Algorithm<'d> {
    Rsa,
    RsaPss(PssKey<'d>),
    Ec(Curve),
    Ed25519,
    Ed448,
    X25519,
    X448,
    /// The modulus, the order of the subgroup, and its generator.
    Dsa([&'d [u8]; 3]),
    /// The modulus, the generator and the order of its subgroup, and what follows them.
    Dh([&'d [u8]; 3], &'d [u8]),
    PostQuantum(PostQuantum),
}

/// The AlgorithmIdentifier of a key for RSASSA-PSS alone (RFC 4055 §1.2).
#[derive(Clone, Copy)]
pub(super) struct PssKey<'d> {
    /// Its content, which is written as it was read.
    written: &'d [u8],
    /// The parameters that the key is restricted to, if it is. Their salt is the shortest one.
    pub(super) restriction: Option<PssParameters>,
}

impl<'d> Algorithm<'d> {
    /// Reads the content of an AlgorithmIdentifier. Curves with explicit parameters are refused.
    pub(super) fn parse(octets: &'d [u8]) -> Result<Self, LoadError> {
        let whole = octets;
        let mut octets = der::Reader::new(octets);
        match octets.expect(der::OID) {
            Some(RSA_OID) => Ok(Self::Rsa),
            Some(RSA_PSS_OID) if octets.is_empty() => Ok(Self::RsaPss(PssKey { written: whole, restriction: None })),
            Some(RSA_PSS_OID) => {
                let parameters = octets.only(der::SEQUENCE).and_then(PssParameters::read);
                let restriction = Some(parameters.ok_or(LoadError::UnsupportedKey)?);
                Ok(Self::RsaPss(PssKey { written: whole, restriction }))
            }
            Some(EC_OID) => {
                let curve = octets.expect(der::OID).and_then(Curve::from_oid);
                curve.map(Self::Ec).ok_or(LoadError::UnsupportedKey)
            }
            // RFC 8410 §3: without parameters.
            Some(ED25519_OID) if octets.is_empty() => Ok(Self::Ed25519),
            Some(ED448_OID) if octets.is_empty() => Ok(Self::Ed448),
            Some(X25519_OID) if octets.is_empty() => Ok(Self::X25519),
            Some(X448_OID) if octets.is_empty() => Ok(Self::X448),
            // RFC 3279 §2.3.2. Parameters that are inherited from an issuer are not read.
            Some(DSA_OID) if !octets.is_empty() => {
                let domain = octets.only(der::SEQUENCE).map(der::Reader::new).and_then(numbers);
                domain.map(Self::Dsa).ok_or(LoadError::Malformed { what: "DSA key" })
            }
            Some(DH_OID) if !octets.is_empty() => {
                let domain = octets.only(der::SEQUENCE).and_then(dh_domain);
                domain.map(|(group, rest)| Self::Dh(group, rest)).ok_or(LoadError::Malformed { what: "DH key" })
            }
            // RFC 9881 §2 and its sisters: without parameters.
            Some(_) => PostQuantum::from_identifier(whole).map(Self::PostQuantum).ok_or(LoadError::UnsupportedKey),
            None => Err(LoadError::UnsupportedKey),
        }
    }

    pub(super) fn write(&self) -> Vec<u8> {
        match self {
            Self::Rsa => der::sequence(&[&der::element(der::OID, RSA_OID), &der::element(der::NULL, &[])]),
            Self::RsaPss(key) => der::sequence(&[key.written]),
            Self::Ec(curve) => der::sequence(&[&der::element(der::OID, EC_OID), &der::element(der::OID, curve.oid())]),
            Self::Ed25519 => der::sequence(&[&der::element(der::OID, ED25519_OID)]),
            Self::Ed448 => der::sequence(&[&der::element(der::OID, ED448_OID)]),
            Self::X25519 => der::sequence(&[&der::element(der::OID, X25519_OID)]),
            Self::X448 => der::sequence(&[&der::element(der::OID, X448_OID)]),
            Self::Dsa(domain) => {
                let [p, q, g] = domain.map(der::unsigned);
                der::sequence(&[&der::element(der::OID, DSA_OID), &der::sequence(&[&p, &q, &g])])
            }
            Self::Dh(domain, rest) => {
                let [p, g, q] = domain.map(der::unsigned);
                der::sequence(&[&der::element(der::OID, DH_OID), &der::sequence(&[&p, &g, &q, rest])])
            }
            Self::PostQuantum(kind) => der::sequence(&[kind.identifier()]),
        }
    }
}

/// The three numbers of a group, and how they were generated, if that follows.
fn dh_domain(octets: &[u8]) -> Option<([&[u8]; 3], &[u8])> {
    let mut reader = der::Reader::new(octets);
    let mut all = [&[][..]; 3];
    for number in &mut all {
        *number = der::magnitude(reader.expect(der::INTEGER)?)?;
    }
    Some((all, reader.rest()))
}

/// Exactly `COUNT` numbers, and nothing after them.
pub(super) fn numbers<const COUNT: usize>(mut octets: der::Reader<'_>) -> Option<[&[u8]; COUNT]> {
    let mut all = [&[][..]; COUNT];
    for number in &mut all {
        *number = der::magnitude(octets.expect(der::INTEGER)?)?;
    }
    octets.is_empty().then_some(all)
}

/// The content of a SubjectPublicKeyInfo.
pub(super) enum Spki<'d> {
    Rsa { modulus: &'d [u8], exponent: &'d [u8] },
    RsaPss { modulus: &'d [u8], exponent: &'d [u8], algorithm: PssKey<'d> },
    Ec { curve: Curve, point: &'d [u8] },
    Ed25519 { point: &'d [u8; 32] },
    Ed448 { point: &'d [u8; 57] },
    X25519 { point: &'d [u8; 32] },
    X448 { point: &'d [u8; 56] },
    Dsa { domain: [&'d [u8]; 3], y: &'d [u8] },
    Dh { domain: [&'d [u8]; 3], rest: &'d [u8], y: &'d [u8] },
    PostQuantum { kind: PostQuantum, key: &'d [u8] },
}

impl<'d> Spki<'d> {
    pub(super) fn parse(octets: &'d [u8]) -> Result<Self, LoadError> {
        let malformed = || LoadError::Malformed { what: "public key" };
        let mut outer = der::Reader::new(der::Reader::new(octets).only(der::SEQUENCE).ok_or_else(malformed)?);
        let algorithm = outer.expect(der::SEQUENCE).ok_or_else(malformed)?;
        let key = outer.expect(der::BIT_STRING).and_then(|bits| bits.strip_prefix(&[0])).ok_or_else(malformed)?;
        if !outer.is_empty() {
            return Err(malformed());
        }
        match Algorithm::parse(algorithm)? {
            Algorithm::Rsa => {
                let (modulus, exponent) = rsa_public(key).ok_or_else(malformed)?;
                Ok(Self::Rsa { modulus, exponent })
            }
            Algorithm::RsaPss(algorithm) => {
                let (modulus, exponent) = rsa_public(key).ok_or_else(malformed)?;
                Ok(Self::RsaPss { modulus, exponent, algorithm })
            }
            Algorithm::Ec(curve) => Ok(Self::Ec { curve, point: key }),
            Algorithm::Ed25519 => Ok(Self::Ed25519 { point: key.try_into().map_err(|_| malformed())? }),
            Algorithm::Ed448 => Ok(Self::Ed448 { point: key.try_into().map_err(|_| malformed())? }),
            Algorithm::X25519 => Ok(Self::X25519 { point: key.try_into().map_err(|_| malformed())? }),
            Algorithm::X448 => Ok(Self::X448 { point: key.try_into().map_err(|_| malformed())? }),
            Algorithm::Dsa(domain) => {
                let y = der::Reader::new(key).only(der::INTEGER).and_then(der::magnitude).ok_or_else(malformed)?;
                Ok(Self::Dsa { domain, y })
            }
            Algorithm::Dh(domain, rest) => {
                let y = der::Reader::new(key).only(der::INTEGER).and_then(der::magnitude).ok_or_else(malformed)?;
                Ok(Self::Dh { domain, rest, y })
            }
            Algorithm::PostQuantum(kind) => Ok(Self::PostQuantum { kind, key }),
        }
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let (algorithm, key) = match self {
            Self::Rsa { modulus, exponent } => {
                (Algorithm::Rsa, der::sequence(&[&der::unsigned(modulus), &der::unsigned(exponent)]))
            }
            Self::RsaPss { modulus, exponent, algorithm } => {
                (Algorithm::RsaPss(*algorithm), der::sequence(&[&der::unsigned(modulus), &der::unsigned(exponent)]))
            }
            Self::Ec { curve, point } => (Algorithm::Ec(*curve), point.to_vec()),
            Self::Ed25519 { point } => (Algorithm::Ed25519, point.to_vec()),
            Self::Ed448 { point } => (Algorithm::Ed448, point.to_vec()),
            Self::X25519 { point } => (Algorithm::X25519, point.to_vec()),
            Self::X448 { point } => (Algorithm::X448, point.to_vec()),
            Self::Dsa { domain, y } => (Algorithm::Dsa(*domain), der::unsigned(y)),
            Self::Dh { domain, rest, y } => (Algorithm::Dh(*domain, rest), der::unsigned(y)),
            Self::PostQuantum { kind, key } => (Algorithm::PostQuantum(*kind), key.to_vec()),
        };
        der::sequence(&[&algorithm.write(), &der::element(der::BIT_STRING, &[&[0], key.as_slice()].concat())])
    }

    /// The kind of the key, if it is within the bounds of its kind.
    pub(super) fn kind(&self) -> Result<KeyKind, LoadError> {
        match self {
            Self::Rsa { modulus, exponent } => rsa_kind(modulus, exponent),
            Self::RsaPss { modulus, exponent, algorithm } => match rsa_kind(modulus, exponent)? {
                KeyKind::Rsa { bits, large_exponent } if bits >= 1_024 => {
                    Ok(KeyKind::RsaPss { bits, large_exponent, restriction: algorithm.restriction })
                }
                _ => Err(LoadError::Bounds("RSA-PSS moduli have 1024 to 8192 bits")),
            },
            Self::Ec { curve, point } if point.first() == Some(&4) && point.len() == 1 + 2 * curve.field_len() => {
                Ok(KeyKind::Ec(*curve))
            }
            Self::Ec { .. } => Err(LoadError::Malformed { what: "EC point" }),
            Self::Ed25519 { .. } => Ok(KeyKind::Ed25519),
            Self::Ed448 { .. } => Ok(KeyKind::Ed448),
            Self::X25519 { .. } => Ok(KeyKind::X25519),
            Self::X448 { .. } => Ok(KeyKind::X448),
            Self::Dsa { domain, y } => dsa_kind(*domain, y),
            Self::Dh { domain, y, .. } => dh_kind(*domain, y),
            Self::PostQuantum { kind, key } if key.len() == kind.public_len() => Ok(KeyKind::PostQuantum(*kind)),
            Self::PostQuantum { .. } => Err(LoadError::Malformed { what: "public key" }),
        }
    }
}

fn bits(octets: &[u8]) -> usize {
    octets.len() * 8 - octets.first().map_or(0, |first| first.leading_zeros() as usize)
}

/// The sizes of FIPS 186-4 §4.2, with the moduli that were in use before it.
fn dsa_kind(domain: [&[u8]; 3], y: &[u8]) -> Result<KeyKind, LoadError> {
    let [p, q, g] = domain.map(significant);
    let y = significant(y);
    let is_odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
    let is_between = |number: &[u8]| number > &[1][..] && (number.len(), number) < (p.len(), p);
    let fits = (512..=3_072).contains(&bits(p)) && matches!(bits(q), 160 | 224 | 256);
    if !fits || !is_odd(p) || !is_odd(q) || !is_between(g) || !is_between(y) {
        return Err(LoadError::Bounds("DSA moduli are odd and have 512 to 3072 bits, and subgroups 160, 224 or 256"));
    }
    Ok(KeyKind::Dsa { bits: bits(p), subgroup_bits: bits(q) })
}

/// The sizes of RFC 2631 §2.2 and RFC 5114, up to the cost that a private operation may have. Groups of
/// safe primes give `(p - 1) / 2` as the order of the subgroup, so that `q` may be even, and a bit shorter than `p`. The order of
/// the generator is not checked; the public value `p - 1` is refused.
fn dh_kind(domain: [&[u8]; 3], y: &[u8]) -> Result<KeyKind, LoadError> {
    let [p, g, q] = domain.map(significant);
    let y = significant(y);
    let is_odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
    let is_between = |number: &[u8]| number > &[1][..] && (number.len(), number) < (p.len(), p);
    let fits = (1_024..=4_096).contains(&bits(p)) && (160..bits(p)).contains(&bits(q));
    let minus_one = p.split_last().map(|(last, rest)| [rest, &[last & !1]].concat());
    let is_minus_one = minus_one.is_some_and(|minus_one| minus_one == y);
    if !fits || !is_odd(p) || !is_between(g) || !is_between(y) || is_minus_one {
        return Err(LoadError::Bounds(
            "DH moduli are odd and have 1024 to 4096 bits, and orders of subgroups 160 bits and fewer than the modulus",
        ));
    }
    Ok(KeyKind::Dh { bits: bits(p), subgroup_bits: bits(q) })
}

/// An integer without its leading zeros.
pub(super) fn significant(octets: &[u8]) -> &[u8] {
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    octets.slice(zeros..)
}

/// Checks the bounds for every use. The policy decides about less than 2 048 bits and small exponents.
fn rsa_kind(modulus: &[u8], exponent: &[u8]) -> Result<KeyKind, LoadError> {
    let (modulus, exponent) = (significant(modulus), significant(exponent));
    let modulus_bits = bits(modulus);
    if !(512..=8_192).contains(&modulus_bits) || modulus.last().is_none_or(|last| last & 1 == 0) {
        return Err(LoadError::Bounds("RSA moduli are odd and have 1024 to 8192 bits, or 512 to verify alone"));
    }
    if bits(exponent) > 33 || exponent.last().is_none_or(|last| last & 1 == 0) || exponent == [1] {
        return Err(LoadError::Bounds("RSA exponents are odd, above 1, and have at most 33 bits"));
    }
    Ok(KeyKind::Rsa { bits: modulus_bits, large_exponent: bits(exponent) >= 17 })
}

fn rsa_public(key: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut key = der::Reader::new(der::Reader::new(key).only(der::SEQUENCE)?);
    let modulus = der::magnitude(key.expect(der::INTEGER)?)?;
    let exponent = der::magnitude(key.expect(der::INTEGER)?)?;
    key.is_empty().then_some((modulus, exponent))
}
