//! Files to keys and revocation lists: PEM sections, or DER unchanged.

use rustls_pki_types::pem::SectionKind;
use zeroize::Zeroizing;

use crate::certificate::Certificate;
use crate::der;
use crate::error::LoadError;
use crate::key::{PrivateKey, PublicKey};
use crate::password_based::{Plain, decrypt_pem, decrypt_pkcs8};
use crate::pem::{is_pem, sections};
use crate::revocation_list::RevocationList;

impl RevocationList {
    /// Every list of a PEM file, in order; or the one of a DER file.
    ///
    /// # Errors
    /// [`LoadError::NotFound`] if a PEM file holds none, and as for [`RevocationList::from_der`].
    pub fn all_from_pem(octets: &[u8]) -> Result<Vec<Self>, LoadError> {
        Self::ders_from_pem(octets)?.iter().map(|der| Self::from_der(der)).collect()
    }

    /// The DER of every list of a PEM file, in order; a DER file unchanged. None of them is read.
    ///
    /// # Errors
    /// [`LoadError::NotFound`] if a PEM file holds none.
    pub fn ders_from_pem(octets: &[u8]) -> Result<Vec<Vec<u8>>, LoadError> {
        if !is_pem(octets) {
            return Ok(vec![octets.to_vec()]);
        }
        let lists = sections(octets).into_iter().filter(|(kind, _)| *kind == SectionKind::Crl);
        let ders: Vec<_> = lists.map(|(_, der)| der).collect();
        if ders.is_empty() { Err(LoadError::NotFound { wanted: "CRL" }) } else { Ok(ders) }
    }
}

impl PrivateKey {
    /// The private key of a PEM file (PKCS#8, PKCS#1, SEC1), or DER of one of them.
    ///
    /// # Errors
    /// [`LoadError::PasswordNeeded`] if it is encrypted; [`LoadError::NotFound`]; as for
    /// [`PrivateKey::from_der`].
    pub fn from_pem(octets: &[u8]) -> Result<Self, LoadError> {
        Self::from_pem_with_password(octets, None)
    }

    /// As [`PrivateKey::from_pem`], decrypting it with `password`: PKCS#8 with PBES2 (RFC 8018) or with 3DES as in PKCS#12
    /// (RFC 7292 appendix C), and OpenSSL's `Proc-Type: 4,ENCRYPTED` with 3DES or AES.
    ///
    /// # Errors
    /// [`LoadError::WrongPassword`]; [`LoadError::KeyEncryption`] if it is encrypted in another way; and as for
    /// [`PrivateKey::from_pem`].
    pub fn from_pem_with_password(octets: &[u8], password: Option<&str>) -> Result<Self, LoadError> {
        let given = || password.ok_or(LoadError::PasswordNeeded);
        // One wrong password in 256 leaves a padding that fits, and no key.
        let opened = |plain: Plain| {
            Self::from_der(&plain).map_err(|error| match error {
                LoadError::Malformed { .. } => LoadError::WrongPassword,
                other => other,
            })
        };
        let key = if is_pem(octets) {
            if let Some((dek_info, body)) = traditional_section(octets) {
                return opened(decrypt_pem(&dek_info, &body, given()?)?);
            }
            let labelled = section(octets, "ENCRYPTED PRIVATE KEY").map(|(_, body)| body);
            let kinds = [SectionKind::PrivateKey, SectionKind::RsaPrivateKey, SectionKind::EcPrivateKey];
            let plain = sections(octets).into_iter().find(|(kind, _)| kinds.contains(kind)).map(|(_, der)| der);
            labelled.or(plain).ok_or(LoadError::NotFound { wanted: "private key" })?
        } else {
            octets.to_vec()
        };
        let key = Zeroizing::new(key);
        if !is_encrypted(&key) {
            return Self::from_der(&key);
        }
        opened(decrypt_pkcs8(&key, given()?)?)
    }
}

/// The headers and the octets of the first section with this label, for what PEM readers for TLS omit: the label `ENCRYPTED
/// PRIVATE KEY`, and headers.
fn section(octets: &[u8], label: &str) -> Option<(Vec<String>, Vec<u8>)> {
    let text = std::str::from_utf8(octets).ok()?;
    let (_, after) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (lines, _) = after.split_once(&format!("-----END {label}-----"))?;
    let (headers, body): (Vec<&str>, Vec<&str>) = lines.lines().map(str::trim).partition(|line| line.contains(':'));
    let body = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, body.concat()).ok()?;
    Some((headers.into_iter().map(str::to_owned).collect(), body))
}

/// The `DEK-Info` and the octets of a key that OpenSSL encrypted in its own way.
fn traditional_section(octets: &[u8]) -> Option<(String, Vec<u8>)> {
    ["RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY"].iter().find_map(|label| {
        let (headers, body) = section(octets, label)?;
        let info = headers.iter().find_map(|header| header.strip_prefix("DEK-Info:"))?;
        Some((info.to_owned(), body))
    })
}

/// EncryptedPrivateKeyInfo: a sequence that begins with a sequence. A private key begins with a version.
fn is_encrypted(octets: &[u8]) -> bool {
    der::Reader::new(octets).only(der::SEQUENCE).and_then(|content| der::Reader::new(content).peek())
        == Some(der::SEQUENCE)
}

/// The content of `RSA PUBLIC KEY`, which the reader of other sections does not know.
fn pkcs1_in_pem(octets: &[u8]) -> Option<Vec<u8>> {
    let (_, rest) = std::str::from_utf8(octets).ok()?.split_once("-----BEGIN RSA PUBLIC KEY-----")?;
    let (body, _) = rest.split_once("-----END RSA PUBLIC KEY-----")?;
    let body: String = body.split_whitespace().collect();
    base64::Engine::decode(&base64::engine::general_purpose::STANDARD, body).ok()
}

impl PublicKey {
    /// The public key of a PEM file: `PUBLIC KEY`, `RSA PUBLIC KEY`, or that of a certificate; or DER of these.
    ///
    /// # Errors
    /// [`LoadError::NotFound`], and as for [`PublicKey::from_spki`].
    pub fn from_pem(octets: &[u8]) -> Result<Self, LoadError> {
        let not_found = LoadError::NotFound { wanted: "public key or certificate" };
        if !is_pem(octets) {
            return Self::from_spki(octets)
                .or_else(|error| Self::from_pkcs1(octets).ok_or(error))
                .or_else(|error| Certificate::from_der(octets).map(|c| c.public_key().clone()).map_err(|_| error));
        }
        for (kind, der) in sections(octets) {
            match kind {
                SectionKind::PublicKey => return Self::from_spki(&der),
                SectionKind::Certificate => return Certificate::from_der(&der).map(|c| c.public_key().clone()),
                _ => {}
            }
        }
        pkcs1_in_pem(octets).and_then(|der| Self::from_pkcs1(&der)).ok_or(not_found)
    }

    fn from_pkcs1(octets: &[u8]) -> Option<Self> {
        let mut parts = der::Reader::new(der::Reader::new(octets).only(der::SEQUENCE)?);
        let modulus = der::magnitude(parts.expect(der::INTEGER)?)?;
        let exponent = der::magnitude(parts.expect(der::INTEGER)?)?;
        Self::from_rsa(modulus, exponent).ok().filter(|_| parts.is_empty())
    }
}
