//! Which algorithms may run: empty until something is admitted.

use std::collections::BTreeSet;

use wss_crypto::{ContentEncryption, DigestMethod, KeyTransport, KeyWrap};

use crate::encrypted_key::KeyMethod;
use crate::error::DecryptError;

/// The algorithms encryption may use.
///
/// Safety, not profile: BSP 1.1 lists only CBC ciphers (R5620), which no policy here admits unless told so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlgorithmPolicy {
    contents: BTreeSet<ContentEncryption>,
    wraps: BTreeSet<KeyWrap>,
    oaep_mgf1p: bool,
    oaep: bool,
    oaep_digests: BTreeSet<DigestMethod>,
    rsa_1_5: bool,
}

impl Default for AlgorithmPolicy {
    fn default() -> Self {
        Self::modern_2026()
    }
}

impl AlgorithmPolicy {
    /// Nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            contents: BTreeSet::new(),
            wraps: BTreeSet::new(),
            oaep_mgf1p: false,
            oaep: false,
            oaep_digests: BTreeSet::new(),
            rsa_1_5: false,
        }
    }

    /// AES-GCM, both forms of RSA-OAEP, AES key wrap.
    ///
    /// SHA-1 within OAEP is admitted: nothing there rests on its collision resistance, and it is what
    /// `rsa-oaep-mgf1p` means.
    #[must_use]
    pub fn modern_2026() -> Self {
        let mut policy = Self::empty();
        policy.contents.extend(ContentEncryption::ALL.into_iter().filter(|method| method.is_authenticated()));
        policy.wraps.extend(KeyWrap::ALL.into_iter().filter(|method| *method != KeyWrap::TripleDes));
        policy.oaep_mgf1p = true;
        policy.oaep = true;
        policy.oaep_digests.extend(DigestMethod::ALL);
        policy
    }

    /// The modern set and AES-CBC, for networks that know nothing else. What CBC encrypts must be covered by a
    /// signature, which the receiver checks.
    #[must_use]
    pub fn admit_cbc(mut self) -> Self {
        let cbc = [ContentEncryption::Aes128Cbc, ContentEncryption::Aes192Cbc, ContentEncryption::Aes256Cbc];
        self.contents.extend(cbc);
        self
    }

    /// Everything this library can run, RSA-1.5 and 3DES too. For old peers and old documents only.
    #[must_use]
    pub fn everything_for_legacy_use_only() -> Self {
        let mut policy = Self::modern_2026();
        policy.contents.extend(ContentEncryption::ALL);
        policy.wraps.extend(KeyWrap::ALL);
        policy.rsa_1_5 = true;
        policy
    }

    /// The identifiers of algorithms that are admitted beside [`AlgorithmPolicy::modern_2026`].
    #[must_use]
    pub fn beyond_modern(&self) -> Vec<&'static str> {
        let modern = Self::modern_2026();
        let contents = self.contents.difference(&modern.contents).map(|method| method.uri());
        let wraps = self.wraps.difference(&modern.wraps).map(|method| method.uri());
        let digests = self.oaep_digests.difference(&modern.oaep_digests).map(|method| method.uri());
        let transports = [
            (self.oaep_mgf1p && !modern.oaep_mgf1p, KeyTransport::OAEP_MGF1P),
            (self.oaep && !modern.oaep, KeyTransport::OAEP),
            (self.rsa_1_5 && !modern.rsa_1_5, KeyTransport::RSA_1_5),
        ];
        let transports = transports.into_iter().filter(|(beyond, _)| *beyond).map(|(_, uri)| uri);
        contents.chain(wraps).chain(digests).chain(transports).collect()
    }

    /// Admits what an identifier names. Returns whether it names an algorithm of encryption.
    pub fn admit_uri(&mut self, uri: &str) -> bool {
        let content = ContentEncryption::from_uri(uri).map(|method| self.contents.insert(method)).is_some();
        let wrap = KeyWrap::from_uri(uri).map(|method| self.wraps.insert(method)).is_some();
        let transport = match uri {
            KeyTransport::OAEP_MGF1P => &mut self.oaep_mgf1p,
            KeyTransport::OAEP => &mut self.oaep,
            KeyTransport::RSA_1_5 => &mut self.rsa_1_5,
            _ => return content || wrap,
        };
        *transport = true;
        true
    }

    /// Judges a content cipher.
    ///
    /// # Errors
    /// [`DecryptError::NotAdmitted`].
    pub fn check_content(&self, method: ContentEncryption) -> Result<(), DecryptError> {
        admitted(self.contents.contains(&method), method.uri())
    }

    /// Judges how a key is transported or wrapped.
    ///
    /// # Errors
    /// [`DecryptError::NotAdmitted`].
    pub fn check_key(&self, method: &KeyMethod) -> Result<(), DecryptError> {
        let (is_admitted, uri) = match method {
            KeyMethod::Wrap(wrap) => (self.wraps.contains(wrap), wrap.uri()),
            KeyMethod::Transport(transport) => {
                let is_admitted = match transport {
                    KeyTransport::RsaOaepMgf1p { digest, .. } => self.oaep_mgf1p && self.oaep_digests.contains(digest),
                    KeyTransport::RsaOaep { digest, mgf, .. } => {
                        self.oaep && self.oaep_digests.contains(digest) && self.oaep_digests.contains(mgf)
                    }
                    KeyTransport::Rsa15 => self.rsa_1_5,
                };
                (is_admitted, transport.uri())
            }
        };
        admitted(is_admitted, uri)
    }
}

fn admitted(admitted: bool, uri: &'static str) -> Result<(), DecryptError> {
    if admitted { Ok(()) } else { Err(DecryptError::NotAdmitted { uri }) }
}
