//! The DER of private keys: PKCS#8 in both versions (RFC 5958), and PKCS#1 (RFC 8017) and SEC1 (RFC 5915) within it or alone.
//!
//! Providers read version 1 alone, so that version 2 is written anew for them: without its attributes, and without the public key
//! beside the private one, which `private` compares with the key that was loaded.

use zeroize::Zeroizing;

use super::encoding::{Algorithm, PssKey, numbers};
use crate::algorithm::{Curve, PostQuantum};
use crate::der;
use crate::error::LoadError;

const MALFORMED: LoadError = LoadError::Malformed { what: "private key" };

/// `[0] IMPLICIT SET`: the attributes in PKCS#8.
const ATTRIBUTES: u8 = 0xA0;
/// `[1] IMPLICIT BIT STRING`: the public key in PKCS#8.
const PUBLIC_KEY: u8 = 0x81;

/// A private key in version 1 of PKCS#8, and the public key that its file had beside it.
pub(super) struct Envelope<'d> {
    pub(super) pkcs8: Zeroizing<Vec<u8>>,
    pub(super) public: Option<&'d [u8]>,
}

impl<'d> Envelope<'d> {
    /// Reads a OneAsymmetricKey (RFC 5958 §2).
    pub(super) fn read(octets: &'d [u8]) -> Result<Self, LoadError> {
        let read = || {
            let mut outer = der::Reader::new(der::Reader::new(octets).only(der::SEQUENCE)?);
            outer.expect(der::INTEGER).filter(|version| matches!(version, [0 | 1]))?;
            let algorithm = outer.next_whole().filter(|whole| whole.first() == Some(&der::SEQUENCE))?;
            let key = outer.next_whole().filter(|whole| whole.first() == Some(&der::OCTET_STRING))?;
            if outer.peek() == Some(ATTRIBUTES) {
                outer.next()?;
            }
            let public = match outer.peek() {
                Some(_) => Some(outer.expect(PUBLIC_KEY)?.strip_prefix(&[0])?),
                None => None,
            };
            let version = der::unsigned(&[]);
            outer.is_empty().then(|| Self { pkcs8: der::sequence(&[&version, algorithm, key]).into(), public })
        };
        read().ok_or(MALFORMED)
    }
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
        algorithm: PssKey<'d>,
        pkcs1: &'d [u8],
    },
    /// The private key, and the public key if the file has one.
    Ec {
        curve: Curve,
        scalar: &'d [u8],
        point: Option<&'d [u8]>,
    },
    Ed25519 {
        seed: &'d [u8; 32],
    },
    Ed448 {
        seed: &'d [u8; 57],
    },
    X25519 {
        scalar: &'d [u8; 32],
    },
    X448 {
        scalar: &'d [u8; 56],
    },
    /// The provider computes its public key.
    Dsa,
    Dh {
        domain: [&'d [u8]; 3],
        rest: &'d [u8],
        number: &'d [u8],
    },
    PostQuantum {
        kind: PostQuantum,
        form: Form<'d>,
    },
}

impl<'d> Pkcs8<'d> {
    pub(super) fn parse(octets: &'d [u8]) -> Result<Self, LoadError> {
        let mut outer = der::Reader::new(der::Reader::new(octets).only(der::SEQUENCE).ok_or(MALFORMED)?);
        outer.expect(der::INTEGER).ok_or(MALFORMED)?;
        let algorithm = outer.expect(der::SEQUENCE).ok_or(MALFORMED)?;
        let key = outer.expect(der::OCTET_STRING).ok_or(MALFORMED)?;
        match Algorithm::parse(algorithm)? {
            Algorithm::Ec(curve) => {
                let (scalar, point) = sec1(key).ok_or(MALFORMED)?;
                Ok(Self::Ec { curve, scalar, point })
            }
            Algorithm::Dsa(_) => Ok(Self::Dsa),
            Algorithm::Dh(domain, rest) => {
                let number = der::Reader::new(key).only(der::INTEGER).and_then(der::magnitude).ok_or(MALFORMED)?;
                Ok(Self::Dh { domain, rest, number })
            }
            Algorithm::PostQuantum(kind) => Ok(Self::PostQuantum { kind, form: Form::read(kind, key)? }),
            Algorithm::Ed25519 => Ok(Self::Ed25519 { seed: rfc_8410(key)? }),
            Algorithm::Ed448 => Ok(Self::Ed448 { seed: rfc_8410(key)? }),
            Algorithm::X25519 => Ok(Self::X25519 { scalar: rfc_8410(key)? }),
            Algorithm::X448 => Ok(Self::X448 { scalar: rfc_8410(key)? }),
            Algorithm::Rsa => {
                let (modulus, exponent) = pkcs1(key).ok_or(MALFORMED)?;
                Ok(Self::Rsa { modulus, exponent })
            }
            Algorithm::RsaPss(algorithm) => {
                let (modulus, exponent) = pkcs1(key).ok_or(MALFORMED)?;
                Ok(Self::RsaPss { modulus, exponent, algorithm, pkcs1: key })
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

/// The private key of RFC 8410 §7.
fn rfc_8410<const LEN: usize>(key: &[u8]) -> Result<&[u8; LEN], LoadError> {
    der::Reader::new(key).only(der::OCTET_STRING).and_then(|key| key.try_into().ok()).ok_or(MALFORMED)
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

/// The form of a post-quantum private key.
pub(super) enum Form<'d> {
    Seed,
    Expanded(&'d [u8]),
    Both {
        seed: &'d [u8],
        expanded: &'d [u8],
    },
    /// The strings of SLH-DSA in a row (RFC 9909 §5), which are its only form.
    Strings,
}

impl<'d> Form<'d> {
    /// Reads one of the three forms of RFC 9881 §6 (ML-DSA) and RFC 9935 §6 (ML-KEM). Others are refused by name.
    fn read(kind: PostQuantum, key: &'d [u8]) -> Result<Self, LoadError> {
        const SEED: u8 = 0x80;
        let Some(seed_len) = kind.seed_len() else { return Ok(Self::Strings) };
        let mut reader = der::Reader::new(key);
        let read = match reader.next().filter(|_| reader.is_empty()) {
            Some((SEED, seed)) if seed.len() == seed_len => Some(Self::Seed),
            Some((der::OCTET_STRING, expanded)) if expanded.len() == kind.private_len() => {
                Some(Self::Expanded(expanded))
            }
            Some((der::SEQUENCE, both)) => {
                let mut both = der::Reader::new(both);
                let seed = both.expect(der::OCTET_STRING).filter(|seed| seed.len() == seed_len);
                let expanded = both.expect(der::OCTET_STRING).filter(|expanded| expanded.len() == kind.private_len());
                let both = seed.zip(expanded).filter(|_| both.is_empty());
                both.map(|(seed, expanded)| Self::Both { seed, expanded })
            }
            Some((der::OCTET_STRING, other)) if other.len() == kind.private_len() + kind.public_len() => {
                return Err(LoadError::PostQuantumForm("the expanded key and the public key in a row"));
            }
            _ if key.len() == seed_len => return Err(LoadError::PostQuantumForm("a seed without its tag")),
            _ if key.len() == kind.private_len() => {
                return Err(LoadError::PostQuantumForm("an expanded key without its tag"));
            }
            _ => None,
        };
        read.ok_or(MALFORMED)
    }
}

/// The PKCS#8 of a post-quantum key with its seed alone, which AWS-LC reads.
pub(super) fn seed_alone(kind: PostQuantum, seed: &[u8]) -> Zeroizing<Vec<u8>> {
    const SEED: u8 = 0x80;
    private_key(&Algorithm::PostQuantum(kind), &Zeroizing::new(der::element(SEED, seed)))
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
    let mut key = der::Reader::new(der::Reader::new(octets).only(der::SEQUENCE).ok_or(MALFORMED)?);
    let version = key.expect(der::INTEGER).ok_or(MALFORMED)?;
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
        _ => return Err(MALFORMED),
    };
    let version = der::unsigned(&[0]);
    Ok(der::sequence(&[&version, &algorithm.write(), &der::element(der::OCTET_STRING, octets)]).into())
}
