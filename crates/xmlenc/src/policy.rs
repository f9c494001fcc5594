//! Which algorithms may run. A policy is empty until something is admitted.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use wss_crypto::{
    ContentEncryption, DerivationMethod, DigestMethod, KeyAgreement, KeyDerivation, KeyTransport, KeyWrap, PostQuantum,
    TransportMethod,
};

use crate::agreement_method::Agreement;
use crate::encrypted_key::KeyMethod;
use crate::error::DecryptError;

/// The algorithms that encryption may use.
///
/// This is about safety, not about a profile: BSP 1.1 lists only CBC ciphers (R5620), which a policy admits only by
/// name.
///
/// ```
/// use wss_crypto::ContentEncryption;
/// use wss_xmlenc::AlgorithmPolicy;
///
/// let cbc = ContentEncryption::Aes256Cbc;
/// assert!(AlgorithmPolicy::modern_2026().check_content(cbc).is_err());
/// let mut policy = AlgorithmPolicy::modern_2026();
/// assert!(policy.admit_uri(cbc.uri()));
/// assert!(policy.check_content(cbc).is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlgorithmPolicy {
    contents: BTreeSet<ContentEncryption>,
    wraps: BTreeSet<KeyWrap>,
    transports: BTreeSet<TransportMethod>,
    oaep_digests: BTreeSet<DigestMethod>,
    agreements: BTreeSet<KeyAgreement>,
    encapsulations: BTreeSet<PostQuantum>,
    derivations: BTreeSet<DerivationMethod>,
    derivation_digests: BTreeSet<DigestMethod>,
    longer_keys: bool,
    retired: bool,
}

impl Default for AlgorithmPolicy {
    fn default() -> Self {
        Self::modern_2026()
    }
}

impl AlgorithmPolicy {
    /// Admits nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            contents: BTreeSet::new(),
            wraps: BTreeSet::new(),
            transports: BTreeSet::new(),
            oaep_digests: BTreeSet::new(),
            agreements: BTreeSet::new(),
            encapsulations: BTreeSet::new(),
            derivations: BTreeSet::new(),
            derivation_digests: BTreeSet::new(),
            longer_keys: false,
            retired: false,
        }
    }

    /// AES-GCM, both forms of RSA-OAEP, AES key wrap, ECDH-ES, X25519 and X448 with ConcatKDF and HKDF. PBKDF2 is not admitted,
    /// since the sender says what it costs; `admit_uri` admits it.
    ///
    /// SHA-1 within OAEP is admitted: OAEP does not depend on collision resistance, and `rsa-oaep-mgf1p` fixes SHA-1.
    #[must_use]
    pub fn modern_2026() -> Self {
        let mut policy = Self::empty();
        policy
            .contents
            .extend(ContentEncryption::ALL.iter().filter(|method| !method.is_legacy() && method.is_authenticated()));
        policy.wraps.extend(KeyWrap::ALL.iter().filter(|method| !method.is_legacy()));
        policy.transports.extend(TransportMethod::ALL.iter().filter(|method| !method.is_legacy()));
        policy.oaep_digests.extend(DigestMethod::ALL.iter().filter(|digest| !digest.is_retired()));
        policy.agreements.extend(KeyAgreement::ALL.iter().filter(|method| !method.is_legacy()));
        policy.derivations.extend([DerivationMethod::ConcatKdf, DerivationMethod::Hkdf]);
        policy.derivation_digests.extend(DigestMethod::ALL.iter().filter(|digest| !digest.is_legacy()));
        policy
    }

    /// The modern set and AES-CBC, for networks that support nothing else. A signature must cover CBC ciphertext; the
    /// receiver checks that.
    #[must_use]
    pub fn admit_cbc(mut self) -> Self {
        let cbc = ContentEncryption::ALL.iter().filter(|method| !method.is_legacy() && !method.is_authenticated());
        self.contents.extend(cbc);
        self
    }

    /// Admits a content cipher.
    #[must_use]
    pub fn admit_content(mut self, method: ContentEncryption) -> Self {
        self.contents.insert(method);
        self
    }

    /// Admits the method of `transport`, with its digests.
    #[must_use]
    pub fn admit_transport(mut self, transport: &KeyTransport) -> Self {
        self.transports.insert(transport.method());
        self.oaep_digests.extend(transport.digest().into_iter().chain(transport.mgf()));
        self
    }

    /// Admits how `agreement` derives and wraps, with every key that agrees in new messages.
    #[must_use]
    pub fn admit_agreement(mut self, agreement: &Agreement) -> Self {
        self.agreements.extend(KeyAgreement::ALL.iter().filter(|method| !method.is_legacy()));
        self.derivations.insert(agreement.derivation.method());
        self.derivation_digests.insert(agreement.derivation.digest());
        self.wraps.insert(agreement.wrap);
        self
    }

    /// Everything that this library can run, including RSA-1.5 and 3DES, and ML-KEM as xmlsec1 has it, which no specification
    /// of XML Encryption has. For old peers and old documents only.
    #[must_use]
    pub fn everything_for_legacy_use_only() -> Self {
        let mut policy = Self::modern_2026();
        policy.contents.extend(ContentEncryption::ALL);
        policy.wraps.extend(KeyWrap::ALL);
        policy.transports.extend(TransportMethod::ALL);
        policy.agreements.extend(KeyAgreement::ALL);
        policy.encapsulations.extend(PostQuantum::ALL.iter().filter(|method| method.encapsulates()));
        policy.derivations.extend(DerivationMethod::ALL);
        policy.derivation_digests.extend(DigestMethod::ALL.iter().filter(|digest| !digest.is_retired()));
        policy.longer_keys = true;
        policy
    }

    /// Admits RSA-OAEP with MD5 and RIPEMD-160. It is for reading archives. In a WS-Security header they stay refused.
    #[must_use]
    pub fn dangerous_admit_retired(mut self) -> Self {
        self.retired = true;
        self
    }

    /// Without what [`AlgorithmPolicy::dangerous_admit_retired`] admits.
    #[must_use]
    pub fn without_retired(mut self) -> Self {
        self.retired = false;
        self
    }

    /// The identifiers of admitted algorithms that [`AlgorithmPolicy::modern_2026`] does not have.
    #[must_use]
    pub fn beyond_modern(&self) -> Vec<&'static str> {
        static MODERN: LazyLock<AlgorithmPolicy> = LazyLock::new(AlgorithmPolicy::modern_2026);
        let modern = &*MODERN;
        if self == modern {
            return Vec::new();
        }
        let contents = self.contents.difference(&modern.contents).map(|method| method.uri());
        let wraps = self.wraps.difference(&modern.wraps).map(|method| method.uri());
        let digests = self.oaep_digests.difference(&modern.oaep_digests).map(|method| method.uri());
        let transports = self.transports.difference(&modern.transports).map(|method| method.uri());
        let agreements = self.agreements.difference(&modern.agreements).map(|method| method.uri());
        let derivations = self.derivations.difference(&modern.derivations).map(|method| method.uri());
        let derived = self.derivation_digests.difference(&modern.derivation_digests).map(|method| method.uri());
        let encapsulations = self.encapsulations.difference(&modern.encapsulations).map(|method| method.uri());
        let all = contents.chain(wraps).chain(digests).chain(transports).chain(agreements).chain(derivations);
        let retired = DigestMethod::ALL.iter().filter(|digest| self.retired && digest.is_retired());
        all.chain(derived).chain(encapsulations).chain(retired.map(DigestMethod::uri)).collect()
    }

    /// Admits the algorithm with this identifier. Returns whether it is an algorithm of encryption.
    pub fn admit_uri(&mut self, uri: &str) -> bool {
        let content = ContentEncryption::from_uri(uri).map(|method| self.contents.insert(method)).is_some();
        let wrap = KeyWrap::from_uri(uri).map(|method| self.wraps.insert(method)).is_some();
        let transport = TransportMethod::from_uri(uri).map(|method| self.transports.insert(method)).is_some();
        let agreement = KeyAgreement::from_uri(uri).map(|method| self.agreements.insert(method)).is_some();
        let derivation = DerivationMethod::from_uri(uri).map(|method| self.derivations.insert(method)).is_some();
        let encapsulation = PostQuantum::from_uri(uri).filter(|method| method.encapsulates());
        let encapsulation = encapsulation.map(|method| self.encapsulations.insert(method)).is_some();
        content || wrap || transport || agreement || derivation || encapsulation
    }

    /// Checks a content cipher.
    ///
    /// # Errors
    /// [`DecryptError::NotAdmitted`].
    pub fn check_content(&self, method: ContentEncryption) -> Result<(), DecryptError> {
        admitted(self.contents.contains(&method), method.uri())
    }

    /// Checks how a key is transported or wrapped.
    ///
    /// # Errors
    /// [`DecryptError::NotAdmitted`], [`DecryptError::Retired`].
    pub fn check_key(&self, method: &KeyMethod) -> Result<(), DecryptError> {
        let (is_admitted, uri) = match method {
            KeyMethod::Wrap(wrap) => (self.wraps.contains(wrap), wrap.uri()),
            KeyMethod::Transport(transport) => {
                let mut digests = transport.digest().into_iter().chain(transport.mgf());
                let retired = digests.clone().find(|digest| digest.is_retired());
                if let Some(digest) = retired.filter(|_| !self.retired) {
                    return Err(DecryptError::Retired { uri: digest.uri() });
                }
                let is_admitted = self.transports.contains(&transport.method())
                    && digests.all(|digest| digest.is_retired() || self.oaep_digests.contains(&digest));
                (is_admitted, transport.uri())
            }
        };
        admitted(is_admitted, uri)
    }
}

impl AlgorithmPolicy {
    /// Whether a cipher may take the leading octets of a wrapped key that is longer, as in documents of xmlsec1. Otherwise
    /// sizes are exact.
    pub(crate) fn admits_longer_keys(&self) -> bool {
        self.longer_keys
    }

    /// Judges how keys agree.
    ///
    /// # Errors
    /// [`DecryptError::NotAdmitted`].
    pub fn check_agreement(&self, method: KeyAgreement, derivation: &KeyDerivation) -> Result<(), DecryptError> {
        admitted(self.agreements.contains(&method), method.uri())?;
        self.check_derivation(derivation)
    }

    /// Judges how a secret is encapsulated.
    ///
    /// # Errors
    /// [`DecryptError::NotAdmitted`].
    pub fn check_encapsulation(&self, method: PostQuantum) -> Result<(), DecryptError> {
        admitted(self.encapsulations.contains(&method), method.uri())
    }

    /// Judges how a key is derived.
    ///
    /// # Errors
    /// [`DecryptError::NotAdmitted`].
    pub fn check_derivation(&self, derivation: &KeyDerivation) -> Result<(), DecryptError> {
        let (method, digest) = (derivation.method(), derivation.digest());
        admitted(self.derivations.contains(&method), method.uri())?;
        admitted(!digest.is_retired() && self.derivation_digests.contains(&digest), digest.uri())
    }
}

fn admitted(admitted: bool, uri: &'static str) -> Result<(), DecryptError> {
    if admitted { Ok(()) } else { Err(DecryptError::NotAdmitted { uri }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_legacy_is_admitted_by_its_name_alone() {
        let modern = AlgorithmPolicy::modern_2026();
        let refused = |uri| Err(DecryptError::NotAdmitted { uri });
        for method in ContentEncryption::ALL.into_iter().filter(|method| method.is_legacy()) {
            assert_eq!(modern.check_content(method), refused(method.uri()));
            assert_eq!(modern.clone().admit_cbc().check_content(method), refused(method.uri()));
            let mut named = modern.clone();
            assert!(named.admit_uri(method.uri()));
            assert_eq!(named.check_content(method), Ok(()));
        }
        for wrap in KeyWrap::ALL.into_iter().filter(|wrap| wrap.is_legacy()) {
            assert_eq!(modern.check_key(&KeyMethod::Wrap(wrap)), refused(wrap.uri()));
        }
        let digest = DigestMethod::Sha256;
        let derivation = KeyDerivation::ConcatKdf { digest, other_info: wss_crypto::OtherInfo::default() };
        let default = modern.clone().admit_agreement(&Agreement::default());
        assert_eq!(default.check_agreement(KeyAgreement::DhEs, &derivation), refused(KeyAgreement::DhEs.uri()));
        let mut named = modern.clone();
        assert!(named.admit_uri(KeyAgreement::DhEs.uri()));
        assert_eq!(named.check_agreement(KeyAgreement::DhEs, &derivation), Ok(()));
        let rare =
            [ContentEncryption::Camellia256Cbc, ContentEncryption::ChaCha20Poly1305, ContentEncryption::ChaCha20];
        assert!(rare.iter().all(|method| method.is_legacy()) && KeyWrap::Camellia128.is_legacy());
    }
}
