//! Keys, certificates and primitives of WS-Security, without XML, over one of two providers.
//!
//! Callers load keys ([`PrivateKey`], [`PublicKey`], [`HmacKey`], [`Secret`]), certificates ([`Certificate`]) and
//! identities ([`Identity`]). The layers above name algorithms ([`SignatureMethod`] and its siblings) and run them. A
//! feature chooses the provider: `aws-lc-rs` (default) or `ring`. No type of a provider is part of this interface.
//!
//! Secrets are never printed and are wiped on drop. Failures carry no details.
//!
#![doc = include_str!("../ALGORITHMS.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod algorithm;
mod alternative_name;
mod bundle;
mod certificate;
mod cipher;
mod der;
mod derivation;
mod digest;
mod digest_value;
mod distinguished_name;
mod ecdsa_value;
mod error;
mod file_kind;
mod gcm;
mod hmac_key;
mod identity;
mod key;
mod key_derivation;
mod key_store;
mod load;
mod ocsp;
mod password_based;
mod path_signature;
mod pem;
#[cfg(feature = "pkcs12")]
mod pkcs12;
mod provider;
mod random;
mod recognize;
mod revocation_list;
mod rsa15;
mod secret;
mod serial_number;
mod shape;
mod signed_by;
mod signing_key;
#[cfg(feature = "pkcs12")]
mod store_mac;
mod x509;

pub use algorithm::{
    All, ContentEncryption, Curve, DerivationMethod, DigestMethod, KeyAgreement, KeyTransport, KeyWrap, PostQuantum,
    SignatureFamily, SignatureMethod, TransportMethod, algorithm_in_other_namespace,
};
pub use alternative_name::AlternativeName;
pub use bundle::{CertificateBundle, SkippedCertificate};
pub use certificate::{BasicConstraints, Certificate, CertificateSignature, KeyUsage};
pub use cipher::{decrypt, decrypt_and, decrypt_beside_and, encrypt, encrypt_in_place, unwrap, wrap};
pub use derivation::{p_sha1, password_key};
pub use digest::Digest;
pub use digest_value::DigestValue;
pub use distinguished_name::{DistinguishedName, NameForm, object_identifier};
pub use ecdsa_value::plain_ecdsa_value;
pub use error::{CryptoError, ElsewhereError, LoadError};
pub use file_kind::{FileKind, Wanted};
pub use gcm::{GcmOpening, GcmSealing};
pub use hmac_key::HmacKey;
pub use identity::Identity;
pub use key::{
    EcPoint, EncapsulatedSecret, KeyKind, KeyUnwrap, PrivateKey, PssEncoding, PssParameters, PublicKey, RsaComponents,
    VerifyingKey,
};
pub use key_derivation::{KeyDerivation, OtherInfo};
pub use key_store::{KeyStoreEntry, certificates_from_java_key_store, identities_from_key_store};
pub use ocsp::{CertificateStatus, OcspRequest, OcspResponse, SingleResponse};
pub use path_signature::{PathSignature, StandIn, dangerous_old_path_signatures, path_signatures};
pub use pem::certificate_in_pem;
pub use random::{Random, SystemRandom, fresh_name};
pub use revocation_list::RevocationList;
pub use rsa15::unpad_rsa15;
pub use secret::Secret;
pub use serial_number::SerialNumber;
pub use signing_key::SigningKey;

/// The provider of this build, by the name of its feature.
pub const PROVIDER: &str = <provider::Chosen as provider::Provider>::NAME;

/// Splits the DER of a `PkiPath` into its certificates, unchanged. The last is the end entity (ITU-T X.509 §10, X.509
/// Token Profile 1.1.1 §3.1.2).
#[must_use]
pub fn pki_path(octets: &[u8]) -> Option<Vec<&[u8]>> {
    split(der::Reader::new(octets).only(der::SEQUENCE)?)
}

/// The fewest octets of a certificate. The smallest signature alone has as many. A list of anything shorter would take many
/// times its size.
const MIN_CERTIFICATE: usize = 64;

/// The certificates of a list.
fn split(list: &[u8]) -> Option<Vec<&[u8]>> {
    let mut list = der::Reader::new(list);
    let mut certificates = Vec::new();
    while !list.is_empty() {
        // Attribute certificates have other tags.
        (list.peek()? == der::SEQUENCE).then_some(())?;
        certificates.push(list.next_whole().filter(|whole| whole.len() >= MIN_CERTIFICATE)?);
    }
    Some(certificates)
}

const SIGNED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2];
const DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1];
/// `[0] IMPLICIT` and `[0] EXPLICIT`, constructed.
const CONTEXT_0: u8 = 0xA0;

/// The certificates of a PKCS#7 SignedData that only carries certificates, unchanged and in no particular order.
/// Revocation lists and signers are ignored (RFC 2315 §9.1, X.509 Token Profile 1.1.1 §3.1.3).
#[must_use]
pub fn pkcs7_certificates(octets: &[u8]) -> Option<Vec<&[u8]>> {
    let mut info = der::Reader::new(der::Reader::new(octets).only(der::SEQUENCE)?);
    info.expect(der::OID).filter(|oid| *oid == SIGNED_DATA)?;
    let content = info.expect(CONTEXT_0).filter(|_| info.is_empty())?;
    let mut signed = der::Reader::new(der::Reader::new(content).only(der::SEQUENCE)?);
    signed.expect(der::INTEGER)?;
    signed.expect(der::SET)?;
    signed.expect(der::SEQUENCE)?;
    split(signed.expect(CONTEXT_0)?)
}

/// The DER of a PKCS#7 SignedData that only carries certificates.
#[must_use]
pub fn to_pkcs7(certificates: &[&Certificate]) -> Vec<u8> {
    let all: Vec<&[u8]> = certificates.iter().map(|certificate| certificate.der()).collect();
    let signed = der::sequence(&[
        &der::unsigned(&[1]),
        &der::element(der::SET, &[]),
        &der::sequence(&[&der::element(der::OID, DATA)]),
        &der::element(CONTEXT_0, &all.concat()),
        &der::element(der::SET, &[]),
    ]);
    der::sequence(&[&der::element(der::OID, SIGNED_DATA), &der::element(CONTEXT_0, &signed)])
}

/// The DER of a `PkiPath`. The end entity is last.
#[must_use]
pub fn to_pki_path(certificates: &[&Certificate]) -> Vec<u8> {
    let all: Vec<&[u8]> = certificates.iter().map(|certificate| certificate.der()).collect();
    der::sequence(&all)
}
