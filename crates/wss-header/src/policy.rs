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
    ///
    /// CBC ciphertext is decrypted only where a verified signature covers it, so that strangers get no answer about it.
    /// Every accepted signer does get one: it can copy an `xenc:EncryptedKey` and ciphertext from a message of someone else
    /// to this receiver into a message of its own, change the ciphertext, sign it, and see whether it is decrypted. About
    /// 256 such messages for each octet read what the other one wrote. Admit CBC only where every accepted signer may read
    /// what every other one sends to this receiver, or where no signer can tell a failed decryption from other failures
    /// and from success: the fault says the same, but an answer or its absence remains.
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
