//! Files to certificates, keys and revocation lists: PEM sections, or DER unchanged.

use zeroize::Zeroizing;

use crate::certificate::Certificate;
use crate::der;
use crate::error::LoadError;
use crate::file_kind::Wanted;
use crate::key::{PrivateKey, PublicKey};
use crate::password_based::{Effort, Plain, decrypt_pem, decrypt_pkcs8};
use crate::pem::{self, is_pem};
use crate::recognize::told;
use crate::revocation_list::RevocationList;

impl Certificate {
    /// The first certificate of a PEM file, or DER.
    ///
    /// # Errors
    /// [`LoadError::NotFound`], and as for [`Certificate::from_der`].
    pub fn from_pem(octets: &[u8]) -> Result<Self, LoadError> {
        let first = || {
            let all = pem::certificates(octets)?;
            all.first().map(|der| Self::from_der(der)).ok_or(LoadError::NotFound { wanted: Wanted::Certificate })?
        };
        first().map_err(|error| told(error, Wanted::Certificate, octets))
    }

    /// Every certificate of a PEM file, in order; or the one of a DER file.
    /// [`CertificateBundle`](crate::CertificateBundle) skips certificates with unsupported keys.
    ///
    /// # Errors
    /// [`LoadError::NotFound`] without a certificate; the errors of [`Certificate::from_der`].
    pub fn all_from_pem(octets: &[u8]) -> Result<Vec<Self>, LoadError> {
        let all = || pem::certificates(octets)?.iter().map(|der| Self::from_der(der)).collect();
        let all: Result<Vec<Self>, LoadError> = all();
        all.map_err(|error| told(error, Wanted::Certificate, octets))
    }
}

impl RevocationList {
    /// Every list of a PEM file, in order; or the one of a DER file.
    ///
    /// # Errors
    /// [`LoadError::NotFound`] if a PEM file holds none; [`LoadError::Pem`] if a section cannot be read; and as for
    /// [`RevocationList::from_der`].
    pub fn all_from_pem(octets: &[u8]) -> Result<Vec<Self>, LoadError> {
        let all = || Self::ders_from_pem(octets)?.iter().map(|der| Self::from_der(der)).collect();
        let all: Result<Vec<Self>, LoadError> = all();
        all.map_err(|error| told(error, Wanted::RevocationList, octets))
    }

    /// The DER of every list of a PEM file, in order; a DER file unchanged. None of them is read.
    ///
    /// # Errors
    /// [`LoadError::NotFound`] if a PEM file holds none; [`LoadError::Pem`] if a section cannot be read.
    pub fn ders_from_pem(octets: &[u8]) -> Result<Vec<Vec<u8>>, LoadError> {
        pem::revocation_lists(octets)
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
            let sections = pem::sections(octets)?;
            let key = sections.iter().find(|section| KEYS.contains(&section.label));
            let not_found = LoadError::NotFound { wanted: Wanted::PrivateKey };
            let key = key.ok_or_else(|| told(not_found, Wanted::PrivateKey, octets))?;
            if let Some(info) = key.headers.iter().find_map(|header| header.strip_prefix("DEK-Info:")) {
                return opened(decrypt_pem(info, &key.der()?, given()?)?);
            }
            key.der()?
        } else {
            octets.to_vec()
        };
        let key = Zeroizing::new(key);
        // A certificate begins with the same octets as an encrypted key.
        if !is_encrypted(&key) || Certificate::from_der(&key).is_ok() {
            return Self::from_der(&key).map_err(|error| told(error, Wanted::PrivateKey, octets));
        }
        opened(decrypt_pkcs8(&key, given()?, &mut Effort::of_file())?)
    }
}

/// The labels of private keys. That of DSA is only read to say that it is refused.
const KEYS: [&str; 5] =
    ["PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY"];

/// EncryptedPrivateKeyInfo: a sequence that begins with a sequence. A private key begins with a version.
fn is_encrypted(octets: &[u8]) -> bool {
    der::Reader::new(octets).only(der::SEQUENCE).and_then(|content| der::Reader::new(content).peek())
        == Some(der::SEQUENCE)
}

impl PublicKey {
    /// The first public key of a PEM file: `PUBLIC KEY`, `RSA PUBLIC KEY`, or that of a certificate under any of its labels; or
    /// DER of these.
    ///
    /// # Errors
    /// [`LoadError::NotFound`]; [`LoadError::Pem`] if a section cannot be read, and for a label that only almost says that a key
    /// or a certificate follows; and as for [`PublicKey::from_spki`].
    pub fn from_pem(octets: &[u8]) -> Result<Self, LoadError> {
        let not_found = LoadError::NotFound { wanted: Wanted::PublicKey };
        if !is_pem(octets) {
            return Self::from_spki(octets)
                .or_else(|error| Self::from_pkcs1(octets).ok_or(error))
                .or_else(|error| Certificate::from_der(octets).map(|c| c.public_key().clone()).map_err(|_| error));
        }
        for section in pem::sections(octets)? {
            match section.label {
                "PUBLIC KEY" => return Self::from_spki(&section.der()?),
                "RSA PUBLIC KEY" => return Self::from_pkcs1(&section.der()?).ok_or(not_found),
                _ => {}
            }
            if let Some(der) = section.certificate() {
                return Certificate::from_der(&der?).map(|certificate| certificate.public_key().clone());
            }
            section.expect_other("PUBLIC KEY")?;
            section.expect_other("CERTIFICATE")?;
        }
        Err(not_found)
    }

    fn from_pkcs1(octets: &[u8]) -> Option<Self> {
        let mut parts = der::Reader::new(der::Reader::new(octets).only(der::SEQUENCE)?);
        let modulus = der::magnitude(parts.expect(der::INTEGER)?)?;
        let exponent = der::magnitude(parts.expect(der::INTEGER)?)?;
        Self::from_rsa(modulus, exponent).ok().filter(|_| parts.is_empty())
    }
}
