//! PKCS#12 key stores.

use p12_keystore::error::Error;
use p12_keystore::{KeyStore, KeyStoreEntry, Pkcs12ImportPolicy};

use crate::certificate::Certificate;
use crate::error::LoadError;
use crate::identity::Identity;
use crate::key::PrivateKey;

/// Every key of a key store that is of a supported kind, with its alias, certificate and chain.
///
/// # Errors
/// [`LoadError::WrongPassword`] if the store does not open; [`LoadError::KeyEncryption`] if it is encrypted in a way that is
/// not supported; [`LoadError::Malformed`].
pub(crate) fn identities_from_pkcs12(octets: &[u8], password: &str) -> Result<Vec<(String, Identity)>, LoadError> {
    let store = KeyStore::from_pkcs12(octets, password, Pkcs12ImportPolicy::Relaxed);
    let store = store.map_err(|error| match error {
        Error::UnsupportedEncryptionScheme | Error::UnsupportedMacAlgorithm => {
            LoadError::KeyEncryption { scheme: "a scheme of PKCS#12".into() }
        }
        // The crate has no other parameters that it refuses.
        Error::InvalidParameters => {
            LoadError::KeyEncryption { scheme: "PKCS#12 with more than 1,000,000 iterations".into() }
        }
        Error::DerError(_) | Error::InvalidVersion | Error::UnsupportedContentType => {
            LoadError::Malformed { what: "key store" }
        }
        _ => LoadError::WrongPassword,
    })?;
    let mut identities = Vec::new();
    for (alias, entry) in store.entries() {
        let KeyStoreEntry::PrivateKeyChain(chain) = entry else { continue };
        let Ok(key) = PrivateKey::from_der(chain.key().as_der()) else { continue };
        let certificates: Vec<Certificate> =
            chain.certs().iter().filter_map(|certificate| Certificate::from_der(certificate.as_der()).ok()).collect();
        let Some(own) = certificates.iter().find(|c| c.public_key() == key.public_key()).cloned() else { continue };
        let rest = certificates.into_iter().filter(|certificate| *certificate != own).collect();
        identities.push((alias.clone(), Identity::new(key, own)?.chain(rest)));
    }
    Ok(identities)
}
