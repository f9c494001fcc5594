//! Paths by the method of their signature and the key of the authority: each validates, or is refused with an error that
//! names the method, and the call that admits it if there is one. OpenSSL made the certificates
//! (`vectors/keys/signatures/make.sh`).

use std::collections::BTreeSet;
use std::time::SystemTime;

use wss_c14n::{Budget, Limits};
use wss_crypto::{Certificate, LoadError, PROVIDER};
use wss_tokens::{Purpose, SignerRule, Trust, TrustError};

/// What a path is worth by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Worth {
    Current,
    /// Only for old documents, with the words for the signature.
    Old(&'static str),
    /// Never, with the words for the signature.
    Never(&'static str),
    /// The kind of key of the authority is not supported.
    UnknownKey,
}

use Worth::{Current, Never, Old, UnknownKey};

/// The authority, the certificate, and its worth.
const PATHS: &[(&str, &str, Worth)] = &[
    ("rsa", "rsa-md5", Old("RSA PKCS#1 v1.5 with MD5")),
    ("rsa", "rsa-ripemd160", Old("RSA PKCS#1 v1.5 with RIPEMD-160")),
    ("rsa", "rsa-sha1", Old("RSA PKCS#1 v1.5 with SHA-1")),
    ("rsa", "rsa-sha224", Old("RSA PKCS#1 v1.5 with SHA-224")),
    ("rsa", "rsa-sha256", Current),
    ("rsa", "rsa-sha384", Current),
    ("rsa", "rsa-sha512", Current),
    ("rsa", "rsa-sha3-224", Old("RSA PKCS#1 v1.5 with SHA3-224")),
    ("rsa", "rsa-sha3-256", Current),
    ("rsa", "rsa-sha3-384", Current),
    ("rsa", "rsa-sha3-512", Current),
    // SHA-512 cut to 256 bits, which no method of XML has.
    ("rsa", "rsa-sha512-256", Never("1.2.840.113549.1.1.16")),
    ("rsa1024", "rsa1024-sha256", Old("RSA PKCS#1 v1.5 with SHA-256 and an RSA key of 1024 bits")),
    ("rsa", "pss-sha1", Old("RSA-PSS with SHA-1")),
    ("rsa", "pss-sha224", Old("RSA-PSS with SHA-224")),
    ("rsa", "pss-sha256", Current),
    ("rsa", "pss-sha384", Current),
    ("rsa", "pss-sha512", Current),
    ("rsa", "pss-sha256-salt20", Current),
    ("rsa", "pss-sha256-salt0", Current),
    ("rsa", "pss-sha256-longest-salt", Current),
    ("rsa", "pss-sha256-mask-sha1", Current),
    ("rsa", "pss-sha512-mask-sha256", Current),
    ("rsa1024", "rsa1024-pss-sha256", Old("RSA-PSS with SHA-256 and an RSA key of 1024 bits")),
    ("pss", "pss-key-sha256", Current),
    ("pss", "pss-key-sha384-salt20", Current),
    ("pss256", "pss256-key", Current),
    ("pss256", "pss256-key-salt48", Current),
    ("pss256-salt20", "pss256-salt20-key", Current),
    ("pss1024", "pss1024-key", Old("RSA-PSS with SHA-256 and an RSA key of 1024 bits")),
    ("P-224", "P-224-sha1", Old("ECDSA with SHA-1 and a key on the curve P224")),
    ("P-224", "P-224-sha224", Old("ECDSA with SHA-224 and a key on the curve P224")),
    ("P-224", "P-224-sha256", Old("ECDSA with SHA-256 and a key on the curve P224")),
    ("P-224", "P-224-sha384", Old("ECDSA with SHA-384 and a key on the curve P224")),
    ("P-224", "P-224-sha512", Old("ECDSA with SHA-512 and a key on the curve P224")),
    ("P-256", "P-256-sha1", Old("ECDSA with SHA-1")),
    ("P-256", "P-256-sha224", Old("ECDSA with SHA-224")),
    ("P-256", "P-256-sha256", Current),
    ("P-256", "P-256-sha384", Current),
    ("P-256", "P-256-sha512", Current),
    ("P-256", "P-256-sha3-224", Old("ECDSA with SHA3-224")),
    ("P-256", "P-256-sha3-256", Current),
    ("P-256", "P-256-sha3-384", Current),
    ("P-256", "P-256-sha3-512", Current),
    ("P-384", "P-384-sha256", Current),
    ("P-521", "P-521-sha256", Current),
    ("secp256k1", "secp256k1-sha256", Current),
    ("brainpoolP256r1", "brainpoolP256r1-sha256", Current),
    ("brainpoolP384r1", "brainpoolP384r1-sha256", Current),
    ("brainpoolP512r1", "brainpoolP512r1-sha1", Old("ECDSA with SHA-1")),
    ("brainpoolP512r1", "brainpoolP512r1-sha224", Old("ECDSA with SHA-224")),
    ("brainpoolP512r1", "brainpoolP512r1-sha256", Current),
    ("brainpoolP512r1", "brainpoolP512r1-sha384", Current),
    ("brainpoolP512r1", "brainpoolP512r1-sha512", Current),
    ("dsa", "dsa-sha1", Old("DSA with SHA-1 and a DSA key of 2048 bits")),
    ("dsa", "dsa-sha224", Old("DSA with SHA-224 and a DSA key of 2048 bits")),
    ("dsa", "dsa-sha256", Old("DSA with SHA-256 and a DSA key of 2048 bits")),
    ("dsa", "dsa-sha384", Old("DSA with SHA-384 and a DSA key of 2048 bits")),
    ("dsa", "dsa-sha512", Old("DSA with SHA-512 and a DSA key of 2048 bits")),
    ("dsa", "dsa-sha3-224", Old("DSA with SHA3-224 and a DSA key of 2048 bits")),
    ("dsa", "dsa-sha3-256", Old("DSA with SHA3-256 and a DSA key of 2048 bits")),
    ("dsa", "dsa-sha3-384", Old("DSA with SHA3-384 and a DSA key of 2048 bits")),
    ("dsa", "dsa-sha3-512", Old("DSA with SHA3-512 and a DSA key of 2048 bits")),
    ("ed25519", "ed25519-pure", Current),
    ("ed448", "ed448-pure", Current),
    ("ML-DSA-44", "ML-DSA-44-pure", Current),
    ("ML-DSA-65", "ML-DSA-65-pure", Current),
    ("ML-DSA-87", "ML-DSA-87-pure", Current),
    ("SLH-DSA-SHA2-128s", "SLH-DSA-SHA2-128s-pure", Current),
    ("SLH-DSA-SHA2-128f", "SLH-DSA-SHA2-128f-pure", Current),
    ("SLH-DSA-SHA2-192s", "SLH-DSA-SHA2-192s-pure", Current),
    ("SLH-DSA-SHA2-192f", "SLH-DSA-SHA2-192f-pure", Current),
    ("SLH-DSA-SHA2-256s", "SLH-DSA-SHA2-256s-pure", Current),
    ("SLH-DSA-SHA2-256f", "SLH-DSA-SHA2-256f-pure", Current),
    ("SLH-DSA-SHAKE-128f", "SLH-DSA-SHAKE-128f-pure", UnknownKey),
];

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/keys/signatures");

fn certificate(name: &str) -> Result<Certificate, LoadError> {
    let path = format!("{FOLDER}/{name}.der");
    Certificate::from_der(&std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}")))
}

fn judged(trust: &Trust, signed: &Certificate) -> Result<(), TrustError> {
    let budget = Budget::new(&Limits::default(), 4_096);
    trust.validate(signed, &[], Purpose::Signing, SystemTime::now(), &budget).map(drop)
}

/// Whether the provider of this build has no such keys.
fn is_missing(authority: &str, error: &LoadError) -> bool {
    let post_quantum = authority.starts_with("ML-") || authority.starts_with("SLH-");
    match error {
        LoadError::Provider { provider, .. } => {
            let of_ring = post_quantum || ["P-224", "brainpoolP512r1", "dsa"].contains(&authority);
            *provider == PROVIDER && PROVIDER == "ring" && of_ring
        }
        // The feature `post-quantum` is of another crate, so that this one may be built without it.
        LoadError::FeatureMissing { .. } => post_quantum,
        _ => false,
    }
}

#[test]
fn every_method_of_certificates_validates_or_is_named() {
    for &(authority, name, worth) in PATHS {
        let anchor = match (certificate(&format!("{authority}.ca")), worth) {
            (Ok(anchor), _) => anchor,
            (Err(LoadError::UnsupportedKey), UnknownKey) => continue,
            (Err(error), _) => {
                assert!(is_missing(authority, &error), "{authority}: {error}");
                continue;
            }
        };
        let below = |anchor: &Certificate| {
            let anchors = Trust::anchors([anchor.clone()]).expect("an authority");
            anchors.signer(SignerRule::AnyBelowTheAnchors)
        };
        let (trust, signed) = (below(&anchor), certificate(name).expect(name));
        let old = below(&anchor).dangerous_old_path_signatures();
        let by_default = judged(&trust, &signed);
        match worth {
            Current => {
                assert_eq!(by_default, Ok(()), "{name}");
                assert_eq!(judged(&old, &signed), Ok(()), "{name}, with the call");
            }
            Old(words) => {
                let error = by_default.expect_err(name);
                let is_named = matches!(&error, TrustError::WeakSignature { method, .. } if method == words);
                assert!(is_named, "{name}: {error}");
                assert!(error.to_string().contains("Trust::dangerous_old_path_signatures"), "{error}");
                assert_eq!(judged(&old, &signed), Ok(()), "{name}, with the call");
            }
            Never(words) => {
                for error in [by_default, judged(&old, &signed)].map(|result| result.expect_err(name)) {
                    let is_named = matches!(&error, TrustError::UnsupportedSignature { method, .. } if method == words);
                    assert!(is_named, "{name}: {error}");
                }
            }
            UnknownKey => panic!("{authority}: its key was read"),
        }
        // The last octet of the value, and another authority.
        let mut der = signed.der().to_vec();
        let last = der.len() - 1;
        der[last] ^= 1;
        let broken = Certificate::from_der(&der).expect(name);
        assert!(judged(&old, &broken).is_err(), "{name}: another value");
        let other = below(&certificate("ed25519.ca").expect("an authority")).dangerous_old_path_signatures();
        assert_eq!(judged(&other, &signed).is_ok(), authority == "ed25519", "{name}: another authority");
    }
}

#[test]
fn every_certificate_of_the_folder_is_judged() {
    let files = std::fs::read_dir(FOLDER).expect("the folder");
    let files = files.filter_map(|file| file.expect("a file").file_name().into_string().ok());
    let found: BTreeSet<String> = files.filter_map(|name| name.strip_suffix(".der").map(str::to_owned)).collect();
    let judged = PATHS.iter().flat_map(|(authority, name, _)| [format!("{authority}.ca"), (*name).to_owned()]);
    assert_eq!(found, judged.collect());
}
