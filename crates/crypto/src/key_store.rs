//! Key stores: those of Java (JKS and JCEKS), and PKCS#12.

use subtle::ConstantTimeEq as _;

use crate::algorithm::DigestMethod;
use crate::certificate::Certificate;
use crate::digest::Digest;
use crate::error::LoadError;
use crate::file_kind::Wanted;
use crate::identity::Identity;
use crate::key::PrivateKey;
use crate::password_based::{Effort, decrypt_pkcs8, utf16};

const JKS: u32 = 0xFEED_FEED;
const JCEKS: u32 = 0xCECE_CECE;
const MALFORMED: LoadError = LoadError::Malformed { what: "key store" };

/// An entry of a key store.
#[derive(Clone)]
#[non_exhaustive]
pub struct KeyStoreEntry<T> {
    /// Its alias.
    pub alias: String,
    /// The identity, or the certificate, that it has.
    pub entry: T,
}

impl<T: std::fmt::Debug> std::fmt::Debug for KeyStoreEntry<T> {
    /// The alias is escaped, and cut if it is long.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyStoreEntry")
            .field("alias", &wss_text::shown(&self.alias))
            .field("entry", &self.entry)
            .finish()
    }
}

/// Every key of a key store that can be used here, with its alias, certificate and chain; others are skipped. The store is
/// PKCS#12 (with the feature `pkcs12`), or a JKS or JCEKS of Java, whose keys must have the password of the store.
///
/// # Errors
/// [`LoadError::WrongPassword`] if the store or a key of it does not open; [`LoadError::KeyEncryption`] if a key is encrypted in
/// a way that is not supported; [`LoadError::KeyStore`] for entries that cannot be read; [`LoadError::Malformed`];
/// [`LoadError::FeatureMissing`]; why the first key cannot be used, if none can.
pub fn identities_from_key_store(octets: &[u8], password: &str) -> Result<Vec<KeyStoreEntry<Identity>>, LoadError> {
    let found = match octets.first_chunk().map(|magic| u32::from_be_bytes(*magic)) {
        Some(JKS | JCEKS) => of_java(octets, password),
        #[cfg(feature = "pkcs12")]
        _ => crate::pkcs12::identities_from_pkcs12(octets, password)
            .map_err(|error| crate::recognize::told(error, Wanted::KeyStore, octets)),
        #[cfg(not(feature = "pkcs12"))]
        _ => Err(LoadError::FeatureMissing { feature: "pkcs12" }),
    };
    Ok(found?.into_iter().map(|(alias, entry)| KeyStoreEntry { alias, entry }).collect())
}

impl Identity {
    /// Reads a key store, PKCS#12, JKS or JCEKS: its first private key with its chain.
    ///
    /// # Errors
    /// [`LoadError::NotFound`], and as for [`identities_from_key_store`].
    pub fn from_key_store(octets: &[u8], password: &str) -> Result<Self, LoadError> {
        let first = identities_from_key_store(octets, password)?.into_iter().next();
        first.map(|found| found.entry).ok_or(LoadError::NotFound { wanted: Wanted::Identity })
    }
}

/// Reads the big-endian fields of a Java key store.
struct Fields<'d>(&'d [u8]);

impl<'d> Fields<'d> {
    fn octets(&mut self, len: usize) -> Result<&'d [u8], LoadError> {
        let (octets, rest) = self.0.split_at_checked(len).ok_or(MALFORMED)?;
        self.0 = rest;
        Ok(octets)
    }

    fn number(&mut self) -> Result<u32, LoadError> {
        let (number, rest) = self.0.split_first_chunk().ok_or(MALFORMED)?;
        self.0 = rest;
        Ok(u32::from_be_bytes(*number))
    }

    /// Octets after their length of four octets.
    fn block(&mut self) -> Result<&'d [u8], LoadError> {
        let len = self.number()?;
        self.octets(len as usize)
    }

    /// Text after its length of two octets.
    fn text(&mut self) -> Result<String, LoadError> {
        let (len, rest) = self.0.split_first_chunk().ok_or(MALFORMED)?;
        self.0 = rest;
        let text = self.octets(usize::from(u16::from_be_bytes(*len)))?;
        Ok(String::from_utf8_lossy(text).into_owned())
    }

    /// A certificate after its type.
    fn certificate(&mut self, version: u32) -> Result<&'d [u8], LoadError> {
        if version > 1 {
            self.text()?;
        }
        self.block()
    }
}

/// Every certificate that a key store of Java (JKS or JCEKS) trusts, with its alias: the entries without a key. In place of one
/// that cannot be used is the reason, as stores of many authorities have some with keys of other kinds.
///
/// # Errors
/// [`LoadError::WrongPassword`] if the store does not open; [`LoadError::KeyStore`] for entries that cannot be read;
/// [`LoadError::Malformed`] for a store of another kind.
pub fn certificates_from_java_key_store(
    octets: &[u8],
    password: &str,
) -> Result<Vec<KeyStoreEntry<Result<Certificate, LoadError>>>, LoadError> {
    let trusted = |entry| match entry {
        Entry::Trusted { alias, certificate } => {
            Some(KeyStoreEntry { alias, entry: Certificate::from_der(certificate) })
        }
        Entry::Key { .. } => None,
    };
    Ok(entries(octets, password)?.into_iter().filter_map(trusted).collect())
}

/// An entry of a Java key store.
enum Entry<'d> {
    Key { alias: String, protected: &'d [u8], chain: Vec<&'d [u8]> },
    Trusted { alias: String, certificate: &'d [u8] },
}

fn of_java(octets: &[u8], password: &str) -> Result<Vec<(String, Identity)>, LoadError> {
    let mut identities = Vec::new();
    let mut skipped = None;
    let mut effort = Effort::of_file();
    for entry in entries(octets, password)? {
        if let Entry::Key { alias, protected, chain } = entry {
            let key = decrypt_pkcs8(protected, password, &mut effort).map_err(LoadError::of_store)?;
            match identity(&key, &chain) {
                Ok(identity) => identities.extend(identity.map(|identity| (alias, identity))),
                Err(error) => skipped = skipped.or(Some(error)),
            }
        }
    }
    match skipped {
        Some(error) if identities.is_empty() => Err(error),
        _ => Ok(identities),
    }
}

fn entries<'d>(octets: &'d [u8], password: &str) -> Result<Vec<Entry<'d>>, LoadError> {
    match octets.first_chunk().map(|magic| u32::from_be_bytes(*magic)) {
        Some(JKS | JCEKS) => check_password(octets, password)?,
        _ => return Err(MALFORMED),
    }
    let mut fields = Fields(octets.get(..octets.len().saturating_sub(20)).ok_or(MALFORMED)?);
    fields.number()?;
    let version = fields.number()?;
    if !(1..=2).contains(&version) {
        return Err(LoadError::KeyStore("its version is neither 1 nor 2"));
    }
    let mut entries = Vec::new();
    for _ in 0..fields.number()? {
        let kind = fields.number()?;
        let alias = fields.text()?;
        // When it was made.
        fields.octets(8)?;
        match kind {
            1 => {
                let protected = fields.block()?;
                let mut chain = Vec::new();
                for _ in 0..fields.number()? {
                    chain.push(fields.certificate(version)?);
                }
                entries.push(Entry::Key { alias, protected, chain });
            }
            2 => entries.push(Entry::Trusted { alias, certificate: fields.certificate(version)? }),
            _ => {
                return Err(LoadError::KeyStore(
                    "it has a secret key, which is a serialised object of Java: remove it",
                ));
            }
        }
    }
    Ok(entries)
}

/// The key with its chain; `None` if it has no certificate.
fn identity(key: &[u8], chain: &[&[u8]]) -> Result<Option<Identity>, LoadError> {
    let key = PrivateKey::from_der(key)?;
    let Some((own, chain)) = chain.split_first() else { return Ok(None) };
    let chain = chain.iter().filter_map(|der| Certificate::from_der(der).ok());
    Ok(Some(Identity::new(key, Certificate::from_der(own)?)?.chain(chain.collect())))
}

/// The last 20 octets are SHA-1 of the password, some words, and the store.
fn check_password(octets: &[u8], password: &str) -> Result<(), LoadError> {
    let (store, claimed) = octets.split_last_chunk::<20>().ok_or(MALFORMED)?;
    let mut digest = Digest::new(DigestMethod::Sha1);
    digest.update(&utf16(password));
    digest.update(b"Mighty Aphrodite");
    digest.update(store);
    let is_right = digest.finish().as_octets().ct_eq(claimed);
    if bool::from(is_right) { Ok(()) } else { Err(LoadError::WrongPassword) }
}
