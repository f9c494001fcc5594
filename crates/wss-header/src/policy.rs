//! Which algorithms may run in a message: those of signatures and those of encryption, opened together.

/// The algorithms a message may use. The default admits nothing but the modern set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlgorithmPolicy {
    /// Of signatures.
    pub signature: wss_xmldsig::AlgorithmPolicy,
    /// Of encryption.
    pub encryption: wss_xmlenc::AlgorithmPolicy,
}

impl AlgorithmPolicy {
    /// Everything this library can run: SHA-1, RSA-1.5, 3DES, CBC, 1 024-bit keys. For old peers only; it shows
    /// in the evidence.
    #[must_use]
    pub fn everything_for_legacy_use_only() -> Self {
        Self {
            signature: wss_xmldsig::AlgorithmPolicy::everything_for_legacy_use_only(),
            encryption: wss_xmlenc::AlgorithmPolicy::everything_for_legacy_use_only(),
        }
    }

    /// The modern set and AES-CBC, which BSP 1.1 names (R5620).
    #[must_use]
    pub fn admit_cbc(mut self) -> Self {
        self.encryption = self.encryption.admit_cbc();
        self
    }

    /// The identifiers of algorithms that are admitted beside the modern set.
    pub(crate) fn beyond_modern(&self) -> impl Iterator<Item = &'static str> {
        self.signature.beyond_modern().into_iter().chain(self.encryption.beyond_modern())
    }

    /// Admits what an identifier names. Returns whether it names a supported algorithm.
    pub fn admit_uri(&mut self, uri: &str) -> bool {
        let signature = self.signature.admit_uri(uri);
        self.encryption.admit_uri(uri) || signature
    }
}
