//! The algorithms that may run. A policy is empty until something is admitted.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use wss_c14n::CanonicalizationMethod;
use wss_crypto::{DigestMethod, KeyKind, SignatureMethod, VerifyingKey};

use crate::error::{SignatureError, VerifyError};
use crate::filter::FilterMethod;
use crate::reference::Reference;
use crate::signature::Signature;
use crate::transform::Transform;

/// The algorithms that a signature may use.
///
/// This is about safety, not about a profile: BSP 1.1 recommends SHA-1 (R5420, R5421), which a policy admits only by
/// name.
///
/// ```
/// use wss_crypto::SignatureMethod;
/// use wss_xmldsig::AlgorithmPolicy;
///
/// // One old peer signs with RSA and SHA-1.
/// let policy = AlgorithmPolicy::modern_2026().admit_signature(SignatureMethod::RsaSha1);
/// assert_eq!(policy.beyond_modern(), [SignatureMethod::RsaSha1.uri()]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlgorithmPolicy {
    signatures: BTreeSet<SignatureMethod>,
    digests: BTreeSet<DigestMethod>,
    canonicalizations: BTreeSet<CanonicalizationMethod>,
    filters: BTreeSet<FilterMethod>,
    weak_keys: bool,
    truncated_macs: bool,
    /// The least bits of a MAC, where they are fewer than half of it, or than 128.
    short_macs: Option<u16>,
    other_pss: bool,
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
            signatures: BTreeSet::new(),
            digests: BTreeSet::new(),
            canonicalizations: BTreeSet::new(),
            filters: BTreeSet::new(),
            weak_keys: false,
            truncated_macs: false,
            short_macs: None,
            other_pss: false,
            retired: false,
        }
    }

    /// Every signature and digest method that is not for legacy use: SHA-2 and SHA-3 with RSA (PKCS#1 v1.5 and PSS), ECDSA and
    /// HMAC, EdDSA, and others (the table is in `ALGORITHMS.md` of `wss-crypto`); exclusive canonicalisation without comments;
    /// RSA keys of 2 048 bits and more.
    #[must_use]
    pub fn modern_2026() -> Self {
        let mut policy = Self::empty().admit_canonicalization(CanonicalizationMethod::Exclusive);
        policy.signatures.extend(SignatureMethod::ALL.iter().filter(|method| !method.is_legacy()));
        policy.digests.extend(DigestMethod::ALL.iter().filter(|method| !method.is_legacy()));
        policy
    }

    /// Everything that this library can run and that is not retired, including SHA-1, weak keys, truncated MACs, RSA-PSS
    /// with other parameters, all canonicalisations and all filters. For old peers and old documents only. A WS-Security header
    /// with a filter, a truncated MAC or such parameters is still refused.
    #[must_use]
    pub fn everything_for_legacy_use_only() -> Self {
        let mut policy = Self::empty()
            .admit_weak_keys_for_legacy_use_only()
            .admit_truncated_macs_for_legacy_use_only()
            .admit_other_pss_parameters_for_legacy_use_only();
        policy.signatures.extend(SignatureMethod::ALL.iter().filter(|method| !method.is_retired()));
        policy.digests.extend(DigestMethod::ALL.iter().filter(|method| !method.is_retired()));
        policy.canonicalizations.extend(CanonicalizationMethod::ALL);
        policy.filters.extend(FilterMethod::ALL);
        policy
    }

    /// Admits a signature method. One that is retired needs [`AlgorithmPolicy::dangerous_admit_retired`] instead.
    #[must_use]
    pub fn admit_signature(mut self, method: SignatureMethod) -> Self {
        self.signatures.insert(method);
        self
    }

    /// Admits a digest. One that is retired needs [`AlgorithmPolicy::dangerous_admit_retired`] instead.
    #[must_use]
    pub fn admit_digest(mut self, method: DigestMethod) -> Self {
        self.digests.insert(method);
        self
    }

    /// Admits a canonicalisation.
    #[must_use]
    pub fn admit_canonicalization(mut self, method: CanonicalizationMethod) -> Self {
        self.canonicalizations.insert(method);
        self
    }

    /// Admits a transform that selects nodes by XPath, or decodes base64. The caller must judge what a reference with
    /// such a transform covers: no element counts as covered. In a WS-Security header they are still refused.
    #[must_use]
    pub fn admit_transform(mut self, method: FilterMethod) -> Self {
        self.filters.insert(method);
        self
    }

    /// Admits a `ds:HMACOutputLength` that cuts the MAC, to at least 128 bits and half the digest; the length of the
    /// whole MAC needs no admission. In a WS-Security header a cut MAC is still refused.
    ///
    /// # Specification
    /// XML Signature 1.1 §6.3.1.
    #[must_use]
    pub fn admit_truncated_macs_for_legacy_use_only(mut self) -> Self {
        self.truncated_macs = true;
        self
    }

    /// Admits a `ds:HMACOutputLength` that cuts the MAC to `bits` and more, but never to fewer than 40: whoever may try often
    /// enough finds such a value without the key. It is for reading archives. In a WS-Security header a cut MAC is still
    /// refused.
    #[must_use]
    pub fn dangerous_admit_macs_cut_to(mut self, bits: u16) -> Self {
        self.short_macs = Some(bits.max(LEAST_MAC_BITS));
        self
    }

    /// Admits RSASSA-PSS whose mask has another digest than the message, or whose salt is not as long as the digest. In a
    /// WS-Security header such parameters are still refused.
    ///
    /// # Specification
    /// RFC 9231 §2.3.9.
    #[must_use]
    pub fn admit_other_pss_parameters_for_legacy_use_only(mut self) -> Self {
        self.other_pss = true;
        self
    }

    /// Admits RSA keys of 1 024 bits and small exponents, DSA keys below 2 048 and 224 bits, and legacy curves, for verification.
    #[must_use]
    pub fn admit_weak_keys_for_legacy_use_only(mut self) -> Self {
        self.weak_keys = true;
        self
    }

    /// Admits MD5 and RIPEMD-160, with RSA, ECDSA and HMAC, and, beside
    /// [`AlgorithmPolicy::admit_weak_keys_for_legacy_use_only`], RSA and DSA keys from 512 bits: anyone can have made such a
    /// signature since. It is for reading archives. In a WS-Security header they are still refused.
    #[must_use]
    pub fn dangerous_admit_retired(mut self) -> Self {
        self.retired = true;
        self
    }

    /// The same policy without what [`AlgorithmPolicy::dangerous_admit_retired`] and
    /// [`AlgorithmPolicy::dangerous_admit_macs_cut_to`] admit.
    #[must_use]
    pub fn without_retired(mut self) -> Self {
        self.retired = false;
        self.short_macs = None;
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
        let signatures = self.signatures.difference(&modern.signatures).map(|method| method.uri());
        let digests = self.digests.difference(&modern.digests).map(|method| method.uri());
        let methods = self.canonicalizations.difference(&modern.canonicalizations).map(|method| method.uri());
        let filters = self.filters.difference(&modern.filters).map(|method| method.uri());
        let is_retired = self.retired;
        let signed = SignatureMethod::ALL.iter().filter(|method| is_retired && method.is_retired());
        let digested = DigestMethod::ALL.iter().filter(|method| is_retired && method.is_retired());
        let retired = signed.map(SignatureMethod::uri).chain(digested.map(DigestMethod::uri));
        signatures.chain(digests).chain(methods).chain(filters).chain(retired).collect()
    }

    /// Whether a canonicalisation is admitted.
    #[must_use]
    pub fn admits_canonicalization(&self, method: CanonicalizationMethod) -> bool {
        self.canonicalizations.contains(&method)
    }

    /// Whether a transform that selects nodes or decodes text is admitted.
    #[must_use]
    pub fn admits_transform(&self, method: FilterMethod) -> bool {
        self.filters.contains(&method)
    }

    /// Whether RSA keys of 1 024 bits and small exponents are admitted.
    #[must_use]
    pub fn admits_weak_keys(&self) -> bool {
        self.weak_keys
    }

    /// Admits the algorithm with this identifier. Returns whether it is an algorithm of signatures.
    pub fn admit_uri(&mut self, uri: &str) -> bool {
        let signature = SignatureMethod::from_uri(uri).filter(|method| !method.is_retired());
        let signature = signature.map(|method| self.signatures.insert(method));
        let digest = DigestMethod::from_uri(uri).filter(|method| !method.is_retired());
        let digest = digest.map(|method| self.digests.insert(method));
        let canonicalization = CanonicalizationMethod::from_uri(uri).map(|m| self.canonicalizations.insert(m));
        let filter = FilterMethod::from_uri(uri).map(|method| self.filters.insert(method));
        signature.or(digest).or(canonicalization).or(filter).is_some()
    }

    /// Checks every algorithm of a signature, before any key is used.
    ///
    /// # Errors
    /// [`VerifyError::NotAdmitted`], [`VerifyError::Retired`], [`SignatureError::TruncatedMac`],
    /// [`SignatureError::ShortMac`], [`SignatureError::MacLength`], [`SignatureError::OtherPss`]; those of
    /// [`AlgorithmPolicy::check_reference`].
    pub fn check(&self, signature: &Signature<'_>) -> Result<(), VerifyError> {
        let signed_info = signature.signed_info();
        let method = signed_info.method();
        self.check_retired(method.is_retired(), method.uri())?;
        admitted(method.is_retired() || self.signatures.contains(&method), method.uri())?;
        if signed_info.has_cut_mac() && !self.truncated_macs && self.short_macs.is_none() {
            return Err(SignatureError::TruncatedMac.into());
        }
        self.check_mac_bits(signature)?;
        if let Some(pss) = signed_info.other_pss() {
            if !self.other_pss {
                return Err(SignatureError::OtherPss.into());
            }
            let mask = pss.mask;
            self.check_retired(mask.is_retired(), mask.uri())?;
            admitted(mask.is_retired() || self.digests.contains(&mask), mask.uri())?;
        }
        let canonicalization = signed_info.canonicalization().method();
        admitted(self.canonicalizations.contains(&canonicalization), canonicalization.uri())?;
        for reference in signed_info.references() {
            self.check_reference(reference)?;
        }
        Ok(())
    }

    /// Checks every algorithm of a reference. References of manifests need it, too, before they are followed.
    ///
    /// # Errors
    /// [`VerifyError::NotAdmitted`], [`VerifyError::Retired`], [`SignatureError::DigestLength`] for a retired method.
    pub fn check_reference(&self, reference: &Reference<'_>) -> Result<(), VerifyError> {
        let digest = reference.digest_method();
        self.check_retired(digest.is_retired(), digest.uri())?;
        admitted(digest.is_retired() || self.digests.contains(&digest), digest.uri())?;
        reference.check_digest_length()?;
        self.check_transforms(reference)
    }

    /// As [`AlgorithmPolicy::check_reference`], without the digest.
    pub(crate) fn check_transforms(&self, reference: &Reference<'_>) -> Result<(), VerifyError> {
        if reference.needs_xpath() {
            admitted(self.filters.contains(&FilterMethod::XPath), FilterMethod::XPath.uri())?;
        }
        for transform in reference.transforms() {
            match transform {
                Transform::Canonicalization(canonicalization) | Transform::SecurityTokenReference(canonicalization) => {
                    let method = canonicalization.method();
                    admitted(self.canonicalizations.contains(&method), method.uri())?;
                }
                Transform::Filter(filter) => {
                    let method = filter.method();
                    admitted(self.filters.contains(&method), method.uri())?;
                }
                Transform::EnvelopedSignature | Transform::Attachment { .. } => {}
            }
        }
        Ok(())
    }

    /// Checks the strength of a key.
    ///
    /// # Errors
    /// [`VerifyError::WeakKey`], [`VerifyError::Retired`].
    pub fn check_key(&self, key: &VerifyingKey) -> Result<(), VerifyError> {
        match key {
            VerifyingKey::Public(key) => self.check_kind(key.kind()),
            VerifyingKey::Hmac(_) => Ok(()),
        }
    }

    fn check_retired(&self, is_retired: bool, what: &'static str) -> Result<(), VerifyError> {
        if is_retired && !self.retired { Err(VerifyError::Retired { what }) } else { Ok(()) }
    }

    /// Whether MACs below half of their length, or below 128 bits, are admitted.
    pub(crate) fn admits_short_macs(&self) -> bool {
        self.short_macs.is_some()
    }

    /// Checks what `ds:HMACOutputLength` says of the value. XML Signature 1.1 §6.3.1 has 80 bits in place of 128.
    fn check_mac_bits(&self, signature: &Signature<'_>) -> Result<(), SignatureError> {
        let signed_info = signature.signed_info();
        let (Some(bits), Some(digest)) = (signed_info.mac_bits(), signed_info.method().digest()) else { return Ok(()) };
        let half = (digest.output_len() as u64 * 8).div_ceil(2).max(128);
        let least = self.short_macs.map_or(half, |least| half.min(least.into()));
        let found = signature.value().len() as u64 * 8;
        match bits {
            _ if bits < least => Err(SignatureError::ShortMac { bits, least }),
            _ if bits != found => Err(SignatureError::MacLength { said: bits, found }),
            _ => Ok(()),
        }
    }

    fn check_kind(&self, kind: KeyKind) -> Result<(), VerifyError> {
        self.check_retired(kind.is_retired(), "an RSA or DSA key below 1024 bits")?;
        if kind.is_strong() || self.weak_keys { Ok(()) } else { Err(VerifyError::WeakKey { key: kind }) }
    }
}

/// The least bits of a cut MAC under every policy.
const LEAST_MAC_BITS: u16 = 40;

fn admitted(admitted: bool, uri: &'static str) -> Result<(), VerifyError> {
    if admitted { Ok(()) } else { Err(VerifyError::NotAdmitted { uri }) }
}
