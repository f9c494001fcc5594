//! Octets and keys, no XML: the primitives of WS-Security behind one seam.
//!
//! Callers load keys ([`PrivateKey`], [`PublicKey`], [`HmacKey`], [`Secret`]), certificates ([`Certificate`]) and
//! identities ([`Identity`]); the layers above name algorithms ([`SignatureMethod`] and its siblings) and run
//! them. Two providers fill the seam, chosen by feature: `aws-lc-rs` (default) and `ring`. No type of theirs
//! shows in this interface.
//!
//! What is secret never prints and is wiped on drop. What fails says no more than that it failed.

#![forbid(unsafe_code)]

mod algorithm;
#[cfg(feature = "aws-lc-rs")]
mod aws_lc;
mod certificate;
mod cipher;
mod der;
mod derivation;
mod digest;
mod distinguished_name;
mod error;
mod identity;
mod key;
mod pem;
#[cfg(feature = "pkcs12")]
mod pkcs12;
mod provider;
mod random;
#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
mod ring;
mod rsa15;
mod secret;

pub use algorithm::{ContentEncryption, DigestMethod, KeyTransport, KeyWrap, SignatureFamily, SignatureMethod};
pub use certificate::{Certificate, KeyUsage};
pub use cipher::{decrypt, encrypt, unwrap, wrap};
pub use derivation::{p_sha1, password_key};
pub use digest::{Digest, DigestValue};
pub use distinguished_name::DistinguishedName;
pub use error::{CryptoError, LoadError};
pub use identity::Identity;
pub use key::{Curve, KeyKind, KeyUnwrap, PrivateKey, PublicKey, SigningKey, VerifyingKey};
pub use pem::crls_from_pem;
#[cfg(feature = "pkcs12")]
pub use pkcs12::identities_from_pkcs12;
pub use random::{Random, SystemRandom};
pub use secret::{HmacKey, Secret};

/// Splits the DER of a `PkiPath` into its certificates, as they stand: the last is the end entity
/// (ITU-T X.509 §10, X.509 Token Profile 1.1.1 §3.1.2).
#[must_use]
pub fn pki_path(octets: &[u8]) -> Option<Vec<&[u8]>> {
    let mut path = der::Reader::new(der::Reader::new(octets).only(der::SEQUENCE)?);
    let mut certificates = Vec::new();
    while !path.is_empty() {
        certificates.push(path.next_whole()?);
    }
    Some(certificates)
}

/// The DER of a `PkiPath` from certificates, end entity last.
#[must_use]
pub fn to_pki_path(certificates: &[&Certificate]) -> Vec<u8> {
    let all: Vec<&[u8]> = certificates.iter().map(|certificate| certificate.der()).collect();
    der::sequence(&all)
}
