//! The mechanisms of PKCS#11 that run an algorithm, and their input.

use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsOaepParams, PkcsOaepSource, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use wss_crypto::{Digest, DigestMethod, KeyKind, KeyTransport, SignatureFamily, SignatureMethod};

/// A mechanism, and the octets that it signs. The digest is computed here, so that a long message does not go to the
/// token.
pub(crate) fn signing(method: SignatureMethod, kind: KeyKind, message: &[u8]) -> Option<(Mechanism<'static>, Vec<u8>)> {
    let digest = |method: DigestMethod| Digest::of(method, message).as_octets().to_vec();
    match (method.family(), method.digest(), kind) {
        (SignatureFamily::RsaPkcs1, Some(hash), _) => {
            Some((Mechanism::RsaPkcs, [hash.digest_info(), &digest(hash)].concat()))
        }
        (SignatureFamily::RsaPss, Some(hash), _) => {
            let (hash_alg, mgf) = parameters(hash)?;
            let octets = digest(hash);
            let s_len = octets.len().try_into().ok()?;
            Some((Mechanism::RsaPkcsPss(PkcsPssParams { hash_alg, mgf, s_len }), octets))
        }
        (SignatureFamily::Ecdsa, Some(hash), KeyKind::Ec(curve)) => {
            // The leading octets of the digest, as many as the order of the curve has (FIPS 186-5 §6.4.1). Whole octets
            // are enough: only the order of P-521 has a number of bits that is not a multiple of eight, and no digest
            // is longer than that.
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

/// The mechanism that decrypts a transported key; `None` for RSA-1.5, whose padding a token does not remove.
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
