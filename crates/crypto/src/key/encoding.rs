//! The DER of keys: SubjectPublicKeyInfo (RFC 5280 §4.1), PKCS#8 (RFC 5958), PKCS#1 (RFC 8017), SEC1 (RFC 5915), and
//! the key types of RFC 8410 within the first two.
//!
//! The bounds for every use of a key are checked here, where its numbers are read.

use zeroize::Zeroizing;

use wss_text::Slice as _;

use super::kind::KeyKind;
use crate::algorithm::{Curve, DigestMethod, PostQuantum, SignatureFamily, SignatureMethod};
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
/// `[1] IMPLICIT BIT STRING`: the public key in PKCS#8.
const PUBLIC_KEY: u8 = 0x81;

/// The kind of key that an AlgorithmIdentifier names.
enum Algorithm<'d> {
    Rsa,
    /// RSASSA-PSS alone, with this digest if the key is restricted to one.
    RsaPss(Option<DigestMethod>),
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

impl<'d> Algorithm<'d> {
    /// Reads the content of an AlgorithmIdentifier. Curves with explicit parameters are refused.
    fn parse(octets: &'d [u8]) -> Result<Self, LoadError> {
        let whole = octets;
        let mut octets = der::Reader::new(octets);
        match octets.expect(der::OID) {
            Some(RSA_OID) => Ok(Self::Rsa),
            // RFC 4055 §3.1. Only parameters for which RFC 9231 has an identifier are read.
            Some(RSA_PSS_OID) if octets.is_empty() => Ok(Self::RsaPss(None)),
            Some(RSA_PSS_OID) => {
                let method = pss_method(|identifier, _| identifier == whole);
                method.map(|method| Self::RsaPss(method.digest())).ok_or(LoadError::UnsupportedKey)
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
            Some(oid) if octets.is_empty() => {
                PostQuantum::from_oid(oid).map(Self::PostQuantum).ok_or(LoadError::UnsupportedKey)
            }
            _ => Err(LoadError::UnsupportedKey),
        }
    }

    fn write(&self) -> Vec<u8> {
        match self {
            Self::Rsa => der::sequence(&[&der::element(der::OID, RSA_OID), &der::element(der::NULL, &[])]),
            Self::RsaPss(None) => der::sequence(&[&der::element(der::OID, RSA_PSS_OID)]),
            Self::RsaPss(digest) => {
                let method = pss_method(|_, method| method.digest() == *digest);
                let identifier = method.and_then(SignatureMethod::in_certificates);
                der::sequence(&[identifier.as_ref().map_or(&[], |identifier| identifier.as_ref())])
            }
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
            Self::PostQuantum(kind) => der::sequence(&[&der::element(der::OID, &kind.oid())]),
        }
    }
}

/// The method of RSASSA-PSS for which `holds` is true, with its AlgorithmIdentifier.
fn pss_method(holds: impl Fn(&[u8], SignatureMethod) -> bool) -> Option<SignatureMethod> {
    let all = SignatureMethod::ALL.iter().filter(|method| method.family() == SignatureFamily::RsaPss);
    all.into_iter().find(|method| method.in_certificates().is_some_and(|known| holds(known.as_ref(), *method)))
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
fn numbers<const COUNT: usize>(mut octets: der::Reader<'_>) -> Option<[&[u8]; COUNT]> {
    let mut all = [&[][..]; COUNT];
    for number in &mut all {
        *number = der::magnitude(octets.expect(der::INTEGER)?)?;
    }
    octets.is_empty().then_some(all)
}

/// The content of a SubjectPublicKeyInfo.
pub(super) enum Spki<'d> {
    Rsa { modulus: &'d [u8], exponent: &'d [u8] },
    RsaPss { modulus: &'d [u8], exponent: &'d [u8], digest: Option<DigestMethod> },
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
            Algorithm::RsaPss(digest) => {
                let (modulus, exponent) = rsa_public(key).ok_or_else(malformed)?;
                Ok(Self::RsaPss { modulus, exponent, digest })
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
            Self::RsaPss { modulus, exponent, digest } => {
                (Algorithm::RsaPss(*digest), der::sequence(&[&der::unsigned(modulus), &der::unsigned(exponent)]))
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
            Self::RsaPss { modulus, exponent, digest } => match rsa_kind(modulus, exponent)? {
                KeyKind::Rsa { bits, large_exponent } if bits >= 1_024 => {
                    Ok(KeyKind::RsaPss { bits, large_exponent, digest: *digest })
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

/// The parts of a PKCS#8 key that are read here. The provider reads the others.
pub(super) enum Pkcs8<'d> {
    /// The public numbers.
    Rsa {
        modulus: &'d [u8],
        exponent: &'d [u8],
    },
    /// The public numbers, and PKCS#1.
    RsaPss {
        modulus: &'d [u8],
        exponent: &'d [u8],
        digest: Option<DigestMethod>,
        pkcs1: &'d [u8],
    },
    /// The private key, and the public key if the file has one.
    Ec {
        curve: Curve,
        scalar: &'d [u8],
        point: Option<&'d [u8]>,
    },
    /// The private key, and the public key if the file has one.
    Ed25519 {
        seed: &'d [u8; 32],
        point: Option<&'d [u8]>,
    },
    /// The private key, and the public key if the file has one.
    Ed448 {
        seed: &'d [u8; 57],
        point: Option<&'d [u8]>,
    },
    /// The private key, and the public key where the file has one.
    X25519 {
        scalar: &'d [u8; 32],
        point: Option<&'d [u8]>,
    },
    /// The private key, and the public key where the file has one.
    X448 {
        scalar: &'d [u8; 56],
        point: Option<&'d [u8]>,
    },
    /// The provider computes its public key.
    Dsa,
    Dh {
        domain: [&'d [u8]; 3],
        rest: &'d [u8],
        number: &'d [u8],
    },
    PostQuantum(PostQuantum),
}

impl<'d> Pkcs8<'d> {
    pub(super) fn parse(octets: &'d [u8]) -> Result<Self, LoadError> {
        let malformed = || LoadError::Malformed { what: "private key" };
        let mut outer = der::Reader::new(der::Reader::new(octets).only(der::SEQUENCE).ok_or_else(malformed)?);
        outer.expect(der::INTEGER).ok_or_else(malformed)?;
        let algorithm = outer.expect(der::SEQUENCE).ok_or_else(malformed)?;
        let key = outer.expect(der::OCTET_STRING).ok_or_else(malformed)?;
        match Algorithm::parse(algorithm)? {
            Algorithm::Ec(curve) => {
                let (scalar, point) = sec1(key).ok_or_else(malformed)?;
                Ok(Self::Ec { curve, scalar, point })
            }
            Algorithm::Dsa(_) => Ok(Self::Dsa),
            Algorithm::Dh(domain, rest) => {
                let number = der::Reader::new(key).only(der::INTEGER).and_then(der::magnitude).ok_or_else(malformed)?;
                Ok(Self::Dh { domain, rest, number })
            }
            Algorithm::PostQuantum(kind) => Ok(Self::PostQuantum(kind)),
            Algorithm::Ed25519 => {
                let (seed, point) = rfc_8410(key, outer).ok_or_else(malformed)?;
                Ok(Self::Ed25519 { seed, point })
            }
            Algorithm::Ed448 => {
                let (seed, point) = rfc_8410(key, outer).ok_or_else(malformed)?;
                Ok(Self::Ed448 { seed, point })
            }
            Algorithm::X25519 => {
                let (scalar, point) = rfc_8410(key, outer).ok_or_else(malformed)?;
                Ok(Self::X25519 { scalar, point })
            }
            Algorithm::X448 => {
                let (scalar, point) = rfc_8410(key, outer).ok_or_else(malformed)?;
                Ok(Self::X448 { scalar, point })
            }
            Algorithm::Rsa => {
                let (modulus, exponent) = pkcs1(key).ok_or_else(malformed)?;
                Ok(Self::Rsa { modulus, exponent })
            }
            Algorithm::RsaPss(digest) => {
                let (modulus, exponent) = pkcs1(key).ok_or_else(malformed)?;
                Ok(Self::RsaPss { modulus, exponent, digest, pkcs1: key })
            }
        }
    }
}

/// The public numbers of a private key (RFC 8017 §A.1.2).
fn pkcs1(key: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut rsa = der::Reader::new(der::Reader::new(key).only(der::SEQUENCE)?);
    rsa.expect(der::INTEGER)?;
    let modulus = rsa.expect(der::INTEGER).and_then(der::magnitude)?;
    let exponent = rsa.expect(der::INTEGER).and_then(der::magnitude)?;
    Some((modulus, exponent))
}

/// The PKCS#8 of an RSA key that is not restricted to a use.
pub(super) fn rsa_pkcs8(pkcs1: &[u8]) -> Zeroizing<Vec<u8>> {
    private_key(&Algorithm::Rsa, pkcs1)
}

/// The private key of RFC 8410 §7, and the public key if `rest` has one.
fn rfc_8410<'d, const LEN: usize>(key: &'d [u8], rest: der::Reader<'d>) -> Option<(&'d [u8; LEN], Option<&'d [u8]>)> {
    let key = der::Reader::new(key).only(der::OCTET_STRING)?.try_into().ok()?;
    Some((key, public_key_beside(rest)?))
}

/// The scalar and the public key of RFC 5915 §3.
fn sec1(key: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    const PUBLIC_KEY: u8 = 0xA1;
    let mut key = der::Reader::new(der::Reader::new(key).only(der::SEQUENCE)?);
    key.expect(der::INTEGER).filter(|version| *version == [1])?;
    let scalar = key.expect(der::OCTET_STRING)?;
    let mut point = None;
    while !key.is_empty() {
        let (tag, content) = key.next()?;
        if tag == PUBLIC_KEY {
            point = Some(der::Reader::new(content).only(der::BIT_STRING)?.strip_prefix(&[0])?);
        }
    }
    Some((scalar, point))
}

/// The PKCS#8 of a post-quantum key with its seed alone, which AWS-LC reads, if a file has the seed and the whole key
/// (RFC 9881 §6 and the corresponding one for ML-KEM). Other forms stay as they are.
pub(super) fn seed_alone(kind: PostQuantum, pkcs8: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    const SEED: u8 = 0x80;
    let mut outer = der::Reader::new(der::Reader::new(pkcs8).only(der::SEQUENCE)?);
    outer.expect(der::INTEGER)?;
    outer.expect(der::SEQUENCE)?;
    let mut both = der::Reader::new(der::Reader::new(outer.expect(der::OCTET_STRING)?).only(der::SEQUENCE)?);
    let seed = Zeroizing::new(der::element(SEED, both.expect(der::OCTET_STRING)?));
    Some(private_key(&Algorithm::PostQuantum(kind), &seed))
}

/// The public key that may follow the private key in PKCS#8 (RFC 5958 §2). The outer `None` is malformed.
fn public_key_beside(mut rest: der::Reader<'_>) -> Option<Option<&[u8]>> {
    let mut point = None;
    while !rest.is_empty() {
        let (tag, content) = rest.next()?;
        if tag == PUBLIC_KEY {
            point = Some(content.strip_prefix(&[0])?);
        }
    }
    Some(point)
}

/// The PKCS#8 of a scalar on a curve, which is as long as a coordinate (RFC 5915 §3).
pub(super) fn ec_pkcs8(curve: Curve, scalar: &[u8]) -> Zeroizing<Vec<u8>> {
    let key = Zeroizing::new(der::element(der::OCTET_STRING, scalar));
    let sec1 = Zeroizing::new(der::sequence(&[&der::unsigned(&[1]), &key]));
    private_key(&Algorithm::Ec(curve), &sec1)
}

/// The PKCS#8 of an X25519 key (RFC 8410 §7).
pub(super) fn x25519_pkcs8(scalar: &[u8]) -> Zeroizing<Vec<u8>> {
    private_key(&Algorithm::X25519, &Zeroizing::new(der::element(der::OCTET_STRING, scalar)))
}

/// The PKCS#8 of an X448 key (RFC 8410 §7).
pub(super) fn x448_pkcs8(scalar: &[u8]) -> Zeroizing<Vec<u8>> {
    private_key(&Algorithm::X448, &Zeroizing::new(der::element(der::OCTET_STRING, scalar)))
}

fn private_key(algorithm: &Algorithm<'_>, key: &[u8]) -> Zeroizing<Vec<u8>> {
    let key = Zeroizing::new(der::element(der::OCTET_STRING, key));
    Zeroizing::new(der::sequence(&[&der::unsigned(&[]), &algorithm.write(), &key]))
}

/// PKCS#8 unchanged; PKCS#1 and SEC1 are wrapped into PKCS#8.
pub(super) fn to_pkcs8(octets: &[u8]) -> Result<Zeroizing<Vec<u8>>, LoadError> {
    let malformed = || LoadError::Malformed { what: "private key" };
    let mut key = der::Reader::new(der::Reader::new(octets).only(der::SEQUENCE).ok_or_else(malformed)?);
    let version = key.expect(der::INTEGER).ok_or_else(malformed)?;
    let algorithm = match (key.peek(), version) {
        (Some(der::SEQUENCE), _) => return Ok(octets.to_vec().into()),
        (Some(der::INTEGER), [0]) => {
            // The old form of DSA keys has the modulus, the subgroup, the generator, the public and the private key.
            if let Some([p, q, g, _, x]) = numbers(key) {
                let private = Zeroizing::new(der::unsigned(x));
                return Ok(private_key(&Algorithm::Dsa([p, q, g]), &private));
            }
            Algorithm::Rsa
        }
        (Some(der::OCTET_STRING), [1]) => {
            key.next();
            let parameters = key.expect(0xA0).ok_or(LoadError::UnsupportedKey)?;
            let curve = der::Reader::new(parameters).only(der::OID).and_then(Curve::from_oid);
            Algorithm::Ec(curve.ok_or(LoadError::UnsupportedKey)?)
        }
        _ => return Err(malformed()),
    };
    let version = der::unsigned(&[0]);
    Ok(der::sequence(&[&version, &algorithm.write(), &der::element(der::OCTET_STRING, octets)]).into())
}
