//! The algorithms that may run. A policy is empty until something is admitted.

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

    /// AES-GCM, both forms of RSA-OAEP, AES key wrap, ECDH-ES, X25519 and X448 with ConcatKDF and HKDF. PBKDF2 is not
    /// admitted, since the sender chooses its cost; `admit_uri` admits it.
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

    /// Admits the derivation and the key wrap of `agreement`, with every kind of key that agrees in new messages.
    #[must_use]
    pub fn admit_agreement(mut self, agreement: &Agreement) -> Self {
        self.agreements.extend(KeyAgreement::ALL.iter().filter(|method| !method.is_legacy()));
        self.derivations.insert(agreement.derivation.method());
        self.derivation_digests.insert(agreement.derivation.digest());
        self.wraps.insert(agreement.wrap);
        self
    }

    /// Everything that this library can run, including RSA-1.5 and 3DES, and ML-KEM as in xmlsec1, which no
    /// specification of XML Encryption has. For old peers and old documents only.
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

    /// Admits RSA-OAEP with MD5 and RIPEMD-160, and keys that an admitted content cipher encrypts, in place of a key wrap. It
    /// is for reading archives. In a WS-Security header they are still refused.
    #[must_use]
    pub fn dangerous_admit_retired(mut self) -> Self {
        self.retired = true;
        self
    }

    /// The same policy without the algorithms that [`AlgorithmPolicy::dangerous_admit_retired`] admits.
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

    /// Checks the method that transports or wraps a key.
    ///
    /// # Errors
    /// [`DecryptError::NotAdmitted`], [`DecryptError::Retired`]; [`DecryptError::NotAKeyWrap`] for a content cipher that is to
    /// unwrap a key.
    pub fn check_key(&self, method: &KeyMethod) -> Result<(), DecryptError> {
        let (is_admitted, uri) = match method {
            KeyMethod::Wrap(wrap) => (self.wraps.contains(wrap), wrap.uri()),
            KeyMethod::Content(cipher) if !self.retired => {
                return Err(DecryptError::NotAKeyWrap { uri: cipher.uri() });
            }
            KeyMethod::Content(cipher) => (self.contents.contains(cipher), cipher.uri()),
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

    /// Checks the method that encapsulates a secret.
    ///
    /// # Errors
    /// [`DecryptError::NotAdmitted`].
    pub fn check_encapsulation(&self, method: PostQuantum) -> Result<(), DecryptError> {
        admitted(self.encapsulations.contains(&method), method.uri())
    }

    /// Checks the method that derives a key.
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

    /// Each content cipher, key wrap, key transport, agreement, encapsulation and derivation that a policy lets run.
    fn admitted_by(policy: &AlgorithmPolicy) -> Vec<&'static str> {
        let contents = ContentEncryption::ALL.iter().filter(|method| policy.check_content(*method).is_ok());
        let wraps = KeyWrap::ALL.iter().filter(|wrap| policy.check_key(&KeyMethod::Wrap(*wrap)).is_ok());
        let transport = |method| KeyTransport::with(method, None, None, Vec::new());
        let transports = TransportMethod::ALL.into_iter().map(transport);
        let transports =
            transports.filter(|transport| policy.check_key(&KeyMethod::Transport(transport.clone())).is_ok());
        let concat = derivations(DigestMethod::Sha256)[0].clone();
        let agreements = KeyAgreement::ALL.iter().filter(|method| policy.check_agreement(*method, &concat).is_ok());
        let encapsulations = PostQuantum::ALL.iter().filter(|method| policy.check_encapsulation(*method).is_ok());
        let derived = derivations(DigestMethod::Sha256).into_iter().filter(|one| policy.check_derivation(one).is_ok());
        let all = contents.map(|method| method.uri()).chain(wraps.map(|wrap| wrap.uri()));
        let all = all.chain(transports.map(|transport| transport.uri())).chain(agreements.map(|method| method.uri()));
        let all = all.chain(encapsulations.map(|method| method.uri()));
        all.chain(derived.map(|derivation| derivation.method().uri())).collect()
    }

    fn derivations(digest: DigestMethod) -> [KeyDerivation; 3] {
        [
            KeyDerivation::ConcatKdf { digest, other_info: wss_crypto::OtherInfo::default() },
            KeyDerivation::Hkdf { prf: digest, salt: Vec::new(), info: Vec::new() },
            KeyDerivation::Pbkdf2 { prf: digest, salt: Vec::new(), iterations: 1 },
        ]
    }

    /// The algorithms of XML Encryption 1.1 and RFC 9231 that are neither old, nor unauthenticated, nor of a cost that
    /// the sender chooses.
    const MODERN: [&str; 16] = [
        "http://www.w3.org/2009/xmlenc11#aes128-gcm",
        "http://www.w3.org/2009/xmlenc11#aes192-gcm",
        "http://www.w3.org/2009/xmlenc11#aes256-gcm",
        "http://www.w3.org/2001/04/xmlenc#kw-aes128",
        "http://www.w3.org/2001/04/xmlenc#kw-aes192",
        "http://www.w3.org/2001/04/xmlenc#kw-aes256",
        "http://www.w3.org/2009/xmlenc11#kw-aes-128-pad",
        "http://www.w3.org/2009/xmlenc11#kw-aes-192-pad",
        "http://www.w3.org/2009/xmlenc11#kw-aes-256-pad",
        "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
        "http://www.w3.org/2009/xmlenc11#rsa-oaep",
        "http://www.w3.org/2009/xmlenc11#ECDH-ES",
        "http://www.w3.org/2021/04/xmldsig-more#x25519",
        "http://www.w3.org/2021/04/xmldsig-more#x448",
        "http://www.w3.org/2009/xmlenc11#ConcatKDF",
        "http://www.w3.org/2021/04/xmldsig-more#hkdf",
    ];

    /// Compares in any order.
    #[track_caller]
    fn admits(policy: &AlgorithmPolicy, more: &[&'static str]) {
        let (mut found, mut wanted) = (admitted_by(policy), [&MODERN, more].concat());
        found.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_policy_lets_run_what_it_names_and_nothing_else() {
        let cbc =
            ["aes128-cbc", "aes192-cbc", "aes256-cbc"].map(|name| format!("http://www.w3.org/2001/04/xmlenc#{name}"));
        let cbc = cbc.map(|uri| ContentEncryption::from_uri(&uri).expect("a cipher").uri());
        let modern = AlgorithmPolicy::modern_2026();
        assert_eq!(admitted_by(&AlgorithmPolicy::empty()), [""; 0]);
        admits(&modern, &[]);
        admits(&AlgorithmPolicy::default(), &[]);
        admits(&modern.clone().admit_cbc(), &cbc);
        admits(&modern.clone().admit_agreement(&Agreement::default()), &[]);
        admits(&modern.clone().dangerous_admit_retired(), &[]);
        for (at, method) in cbc.into_iter().enumerate() {
            let one = ContentEncryption::from_uri(method).expect("a cipher");
            admits(&modern.clone().admit_content(one), &cbc[at..=at]);
        }
        let legacy = AlgorithmPolicy::everything_for_legacy_use_only();
        let beyond = legacy.beyond_modern();
        let known = admitted_by(&legacy);
        assert!(MODERN.iter().all(|uri| known.contains(uri) && !beyond.contains(uri)));
        assert!(known.iter().all(|uri| MODERN.contains(uri) || beyond.contains(uri)), "{beyond:?}");
        // Each of these is admitted only by its name.
        for uri in known.into_iter().filter(|uri| !MODERN.contains(uri)) {
            let mut named = modern.clone();
            assert!(named.admit_uri(uri) && named.beyond_modern() == [uri], "{uri}");
            admits(&named, &[uri]);
        }
        assert!(!modern.admits_longer_keys() && legacy.admits_longer_keys());
        let mut none = modern.clone();
        assert!(!none.admit_uri("urn:none") && !none.admit_uri(DigestMethod::Md5.uri()) && none == modern);
    }

    #[test]
    fn a_digest_in_a_key_is_judged_by_where_it_is() {
        let modern = AlgorithmPolicy::modern_2026();
        let legacy = AlgorithmPolicy::everything_for_legacy_use_only();
        let oaep = |digest| KeyMethod::Transport(KeyTransport::oaep(digest));
        let refused = |digest: DigestMethod| Err(DecryptError::NotAdmitted { uri: digest.uri() });
        for digest in [DigestMethod::Sha1, DigestMethod::Sha224, DigestMethod::Sha3_224] {
            // The security of OAEP does not depend on collision resistance.
            assert_eq!(modern.check_key(&oaep(digest)), Ok(()));
            for derivation in &derivations(digest)[..2] {
                assert_eq!(modern.check_derivation(derivation), refused(digest));
                assert_eq!(modern.check_agreement(KeyAgreement::X25519, derivation), refused(digest));
                assert_eq!(legacy.check_derivation(derivation), Ok(()));
            }
        }
        for digest in [DigestMethod::Md5, DigestMethod::Ripemd160] {
            for policy in [&modern, &legacy] {
                let retired = policy.clone().dangerous_admit_retired();
                assert_eq!(policy.check_key(&oaep(digest)), Err(DecryptError::Retired { uri: digest.uri() }));
                assert_eq!(retired.check_key(&oaep(digest)), Ok(()));
                assert_eq!(retired.clone().without_retired(), *policy);
                // Nothing is derived with them.
                for derivation in derivations(digest) {
                    assert!(retired.check_derivation(&derivation).is_err());
                }
            }
        }
        let none = AlgorithmPolicy::empty().dangerous_admit_retired();
        assert!(none.check_key(&oaep(DigestMethod::Md5)).is_err(), "the transport is not admitted");
        let one = AlgorithmPolicy::empty().admit_transport(&KeyTransport::oaep(DigestMethod::Sha256));
        assert_eq!(one.check_key(&oaep(DigestMethod::Sha256)), Ok(()));
        assert!(one.check_key(&oaep(DigestMethod::Sha512)).is_err());
        assert!(one.check_key(&KeyMethod::Transport(KeyTransport::oaep_mgf1p())).is_err());
    }
}
