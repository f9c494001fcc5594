//! How a certificate, a revocation list or a response of a responder is signed: the method that its AlgorithmIdentifier
//! names, and the words for it.
//!
//! The identifiers are in the rows of `algorithm`. RSASSA-PSS has parameters in place of an identifier for each digest (RFC 4055
//! §3.1).

use std::fmt;

use crate::algorithm::{Scheme, SignatureMethod, WITHOUT_URI};
use crate::der;
use crate::error::CryptoError;
use crate::key::{KeyKind, PssParameters, PublicKey};

/// The method of a signature on a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignedBy {
    /// One that its identifier names without parameters.
    Scheme(Scheme),
    /// RSASSA-PSS.
    Pss(PssParameters),
}

/// `id-RSASSA-PSS` (RFC 4055 §3.1).
const RSA_PSS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 10];
/// NULL as the parameters of an identifier.
const NULL: &[u8] = &[der::NULL, 0];

/// Methods that are never verified, by name.
const NEVER: [(&[u8], &str); 2] = [
    (&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 2], "RSA with MD2"),
    (&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 3], "RSA with MD4"),
];

impl SignedBy {
    /// Every identifier of certificates without parameters, with its method. RSA has NULL for parameters, or none at all
    /// (RFC 4055 §5).
    pub(crate) fn all() -> impl Iterator<Item = (&'static [u8], Scheme)> {
        let rows = SignatureMethod::ALL.iter().flat_map(|method| {
            let identifiers = method.in_certificates().iter();
            identifiers.map(move |named| (*named, method.scheme()))
        });
        rows.chain(WITHOUT_URI).flat_map(|(named, scheme)| {
            let short = named.strip_suffix(NULL).map(|named| (named, scheme));
            [Some((named, scheme)), short].into_iter().flatten()
        })
    }

    /// Reads the content of an AlgorithmIdentifier. `None` for a method that is not known.
    pub(crate) fn read(algorithm: &[u8]) -> Option<Self> {
        let mut reader = der::Reader::new(algorithm);
        if reader.expect(der::OID)? == RSA_PSS {
            return PssParameters::read(reader.only(der::SEQUENCE)?).map(Self::Pss);
        }
        Self::all().find(|(known, _)| *known == algorithm).map(|(_, scheme)| Self::Scheme(scheme))
    }

    /// Whether it no longer proves anything: a digest for which collisions are known or near, or DSA.
    pub(crate) fn is_old(self) -> bool {
        match self {
            Self::Pss(PssParameters { digest, mask, .. }) => digest.is_legacy() || mask.is_retired(),
            Self::Scheme(Scheme::Rsa(_, digest) | Scheme::Ecdsa(digest)) => digest.is_legacy(),
            Self::Scheme(Scheme::Dsa(_)) => true,
            Self::Scheme(Scheme::Ed25519(_) | Scheme::Ed448(_) | Scheme::Hmac(_) | Scheme::PostQuantum(_)) => false,
        }
    }

    /// Verifies a signature in the form that certificates have.
    pub(crate) fn verify(self, key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        let plain = |half_len: usize| der::fixed_width(signature, half_len).ok_or(CryptoError::SignatureMismatch);
        match (self, key.kind()) {
            (_, kind) if kind.is_retired() => Err(CryptoError::KeyMismatch),
            (Self::Pss(parameters), _) => match parameters.method() {
                Some(method) => key.verify(method, message, signature),
                None => key.verify_pss(parameters, message, signature),
            },
            (Self::Scheme(scheme), KeyKind::Dsa { subgroup_bits, .. }) => {
                key.verify_by(scheme, &[], message, &plain(subgroup_bits / 8)?)
            }
            (Self::Scheme(scheme), KeyKind::Ec(curve)) => {
                key.verify_by(scheme, &[], message, &plain(curve.field_len())?)
            }
            (
                Self::Scheme(scheme),
                KeyKind::Rsa { .. }
                | KeyKind::RsaPss { .. }
                | KeyKind::Ed25519
                | KeyKind::Ed448
                | KeyKind::X25519
                | KeyKind::X448
                | KeyKind::Dh { .. }
                | KeyKind::PostQuantum(_),
            ) => key.verify_by(scheme, &[], message, signature),
        }
    }
}

/// The name of a method that is not known, or its object identifier.
pub(crate) fn name_of_unknown(algorithm: &[u8]) -> String {
    // Without an identifier, nothing is found below, and the words say so.
    let oid = der::Reader::new(algorithm).expect(der::OID).unwrap_or_default();
    let named = NEVER.iter().find(|(known, _)| *known == oid).map(|(_, name)| (*name).to_owned());
    let pss = || (oid == RSA_PSS).then(|| "RSA-PSS with parameters that are not known".to_owned());
    named.or_else(pss).or_else(|| der::dotted(oid)).unwrap_or_else(|| "a method without a name".to_owned())
}

impl fmt::Display for SignedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pss(parameters) if parameters.method().is_some() => {
                write!(f, "RSA-PSS with {}", parameters.digest.name())
            }
            Self::Pss(PssParameters { digest, mask, salt_len }) => {
                write!(f, "RSA-PSS with {}, a mask with {} and a salt of {salt_len} octets", digest.name(), mask.name())
            }
            Self::Scheme(Scheme::Rsa(_, digest)) => write!(f, "RSA PKCS#1 v1.5 with {}", digest.name()),
            Self::Scheme(Scheme::Ecdsa(digest)) => write!(f, "ECDSA with {}", digest.name()),
            Self::Scheme(Scheme::Dsa(digest)) => write!(f, "DSA with {}", digest.name()),
            Self::Scheme(Scheme::Hmac(digest)) => write!(f, "HMAC with {}", digest.name()),
            Self::Scheme(Scheme::Ed25519(_)) => f.write_str("Ed25519"),
            Self::Scheme(Scheme::Ed448(_)) => f.write_str("Ed448"),
            Self::Scheme(Scheme::PostQuantum(kind)) => f.write_str(kind.uri().rsplit('#').next().unwrap_or(kind.uri())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::{EdDsa, RsaPadding};
    use crate::x509::Signed;

    /// OpenSSL made a certificate of each method (`vectors/keys/signatures/make.sh`), and `wss-tokens` judges their paths.
    #[test]
    fn every_method_of_certificates_has_a_certificate_among_the_vectors() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/keys/signatures");
        let files = std::fs::read_dir(folder).expect("the folder").map(|file| file.expect("a file").path());
        let ders = files.filter(|path| path.extension().is_some_and(|extension| extension == "der"));
        let found: Vec<SignedBy> = ders
            .filter_map(|path| Signed::read(&std::fs::read(path).expect("readable")).expect("a certificate").by())
            .collect();
        for (named, scheme) in SignedBy::all() {
            assert!(found.contains(&SignedBy::Scheme(scheme)), "{scheme:?} {named:?}");
        }
        for method in SignatureMethod::ALL {
            let known = match method.scheme() {
                Scheme::Rsa(RsaPadding::Pss, digest) => found.contains(&SignedBy::Pss(PssParameters::of(digest))),
                // Certificates have no digest before Ed25519 and Ed448, no MAC, and no ECDSA with RIPEMD-160.
                Scheme::Ed25519(EdDsa::WithContext | EdDsa::Prehashed) | Scheme::Ed448(EdDsa::Prehashed) => true,
                Scheme::Hmac(_) => true,
                _ => found.contains(&SignedBy::Scheme(method.scheme())),
            };
            let is_sha3 = method.digest().is_some_and(|digest| digest.name().starts_with("SHA3"));
            // OpenSSL makes no certificates with RSASSA-PSS and SHA-3.
            let is_unmade = matches!(method, SignatureMethod::EcdsaRipemd160)
                || (matches!(method.scheme(), Scheme::Rsa(RsaPadding::Pss, _)) && is_sha3);
            assert!(known || is_unmade, "{method:?}");
        }
    }

    #[test]
    fn a_row_is_old_in_certificates_if_it_is_legacy() {
        for method in SignatureMethod::ALL.iter().filter(|method| !method.in_certificates().is_empty()) {
            assert_eq!(SignedBy::Scheme(method.scheme()).is_old(), method.is_legacy(), "{method:?}");
        }
    }

    /// RFC 4055 §5: NULL, or no parameters at all. ECDSA has none (RFC 5758 §3.2).
    #[test]
    fn identifiers_of_rsa_may_lack_their_null() {
        let with = [6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11, 5, 0];
        let rsa = SignedBy::Scheme(SignatureMethod::RsaSha256.scheme());
        assert_eq!([SignedBy::read(&with), SignedBy::read(&with[..11])], [Some(rsa); 2]);
        let ecdsa = [6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2];
        assert_eq!(SignedBy::read(&ecdsa), Some(SignedBy::Scheme(SignatureMethod::EcdsaSha256.scheme())));
        assert_eq!(SignedBy::read(&[&ecdsa[..], &[5, 0]].concat()), None);
        assert_eq!(name_of_unknown(&[6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 2, 5, 0]), "RSA with MD2");
    }
}
