//! Which mechanism of PKCS#11 runs an algorithm, and what it takes.

use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsOaepParams, PkcsOaepSource, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use wss_crypto::{Digest, DigestMethod, KeyKind, KeyTransport, SignatureFamily, SignatureMethod};

/// A mechanism, and the octets that it signs. The digest is made here, so that a long message does not go to the token.
pub(crate) fn signing(method: SignatureMethod, kind: KeyKind, message: &[u8]) -> Option<(Mechanism<'static>, Vec<u8>)> {
    let digest = |method: DigestMethod| Digest::of(method, message).as_octets().to_vec();
    match (method.family(), method.digest(), kind) {
        (SignatureFamily::RsaPkcs1, Some(hash), _) => {
            Some((Mechanism::RsaPkcs, [digest_info(hash)?, &digest(hash)].concat()))
        }
        (SignatureFamily::RsaPss, Some(hash), _) => {
            let (hash_alg, mgf) = parameters(hash)?;
            let octets = digest(hash);
            let s_len = octets.len().try_into().ok()?;
            Some((Mechanism::RsaPkcsPss(PkcsPssParams { hash_alg, mgf, s_len }), octets))
        }
        (SignatureFamily::Ecdsa, Some(hash), KeyKind::Ec(curve)) => {
            // The leading octets, as many as the order of the curve has (FIPS 186-5 §6.4.1). Whole octets, since no digest
            // is longer than the order of P-521, whose bits are not a multiple of eight.
            let mut octets = digest(hash);
            octets.truncate(curve.field_len());
            Some((Mechanism::Ecdsa, octets))
        }
        (SignatureFamily::Ed25519, None, _) => {
            Some((Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure)), message.to_vec()))
        }
        _ => None,
    }
}

/// The mechanism that decrypts a transported key; `None` for RSA-1.5, whose padding is not taken off by a token.
pub(crate) fn oaep(transport: &KeyTransport) -> Option<Mechanism<'_>> {
    let (hash_alg, _) = parameters(transport.digest()?)?;
    let (_, mgf) = parameters(transport.mgf().unwrap_or(DigestMethod::Sha1))?;
    let source = match transport.label() {
        [] => PkcsOaepSource::empty(),
        label => PkcsOaepSource::data_specified(label),
    };
    Some(Mechanism::RsaPkcsOaep(PkcsOaepParams::new(hash_alg, mgf, source)))
}

fn parameters(hash: DigestMethod) -> Option<(MechanismType, PkcsMgfType)> {
    Some(match hash {
        DigestMethod::Sha1 => (MechanismType::SHA1, PkcsMgfType::MGF1_SHA1),
        DigestMethod::Sha224 => (MechanismType::SHA224, PkcsMgfType::MGF1_SHA224),
        DigestMethod::Sha256 => (MechanismType::SHA256, PkcsMgfType::MGF1_SHA256),
        DigestMethod::Sha384 => (MechanismType::SHA384, PkcsMgfType::MGF1_SHA384),
        DigestMethod::Sha512 => (MechanismType::SHA512, PkcsMgfType::MGF1_SHA512),
        _ => return None,
    })
}

/// The DER of a `DigestInfo` up to the digest (RFC 8017 §9.2, note 1).
fn digest_info(hash: DigestMethod) -> Option<&'static [u8]> {
    const NIST: [u8; 8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];
    const fn of_nist(last: u8, len: u8) -> [u8; 19] {
        let [a, b, c, d, e, f, g, h] = NIST;
        [0x30, len + 17, 0x30, 13, 6, 9, a, b, c, d, e, f, g, h, last, 5, 0, 4, len]
    }
    const SHA1: [u8; 15] = [0x30, 33, 0x30, 9, 6, 5, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 5, 0, 4, 20];
    const SHA224: [u8; 19] = of_nist(4, 28);
    const SHA256: [u8; 19] = of_nist(1, 32);
    const SHA384: [u8; 19] = of_nist(2, 48);
    const SHA512: [u8; 19] = of_nist(3, 64);
    match hash {
        DigestMethod::Sha1 => Some(&SHA1),
        DigestMethod::Sha224 => Some(&SHA224),
        DigestMethod::Sha256 => Some(&SHA256),
        DigestMethod::Sha384 => Some(&SHA384),
        DigestMethod::Sha512 => Some(&SHA512),
        _ => None,
    }
}
