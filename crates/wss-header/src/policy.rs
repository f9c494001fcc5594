//! The algorithms that may run in a message, for signatures and for encryption.

/// The algorithms that a message may use. The default admits only the modern set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlgorithmPolicy {
    /// The policy for signatures.
    pub signature: wss_xmldsig::AlgorithmPolicy,
    /// The policy for encryption.
    pub encryption: wss_xmlenc::AlgorithmPolicy,
}

impl AlgorithmPolicy {
    /// Everything that this library can run: SHA-1, RSA-1.5, 3DES, CBC, 1 024-bit keys. For old peers only. The
    /// evidence shows it.
    #[must_use]
    pub fn everything_for_legacy_use_only() -> Self {
        Self {
            signature: wss_xmldsig::AlgorithmPolicy::everything_for_legacy_use_only(),
            encryption: wss_xmlenc::AlgorithmPolicy::everything_for_legacy_use_only(),
        }
    }

    /// The modern set and AES-CBC, which BSP 1.1 names (R5620).
    ///
    /// CBC ciphertext is decrypted only if a verified signature covers it, so that strangers learn nothing about it
    /// from the answers. But every accepted signer learns something: it can copy an `xenc:EncryptedKey` and ciphertext
    /// from another sender's message to this receiver into its own message, change the ciphertext, sign it, and see
    /// whether it decrypts. About 256 such messages reveal one octet of the other sender's plaintext. Admit CBC only if
    /// every accepted signer may read everything that the others send to this receiver, or if no signer can distinguish
    /// a failed decryption from other failures and from success. The fault does not hide it: a decryption that fails is
    /// `wsse:FailedCheck`, and a message that decrypts but then lacks a signature is `wsse:InvalidSecurity`. With
    /// [`Requirements::dangerous_anonymous`](crate::Requirements::dangerous_anonymous) everybody is an accepted signer.
    #[must_use]
    pub fn admit_cbc(mut self) -> Self {
        self.encryption = self.encryption.admit_cbc();
        self
    }

    pub(crate) fn without_retired(self) -> Self {
        Self { signature: self.signature.without_retired(), encryption: self.encryption.without_retired() }
    }

    /// The identifiers of admitted algorithms outside the modern set.
    pub(crate) fn beyond_modern(&self) -> impl Iterator<Item = &'static str> {
        self.signature.beyond_modern().into_iter().chain(self.encryption.beyond_modern())
    }

    /// Admits the algorithm with this identifier. Returns whether it is supported.
    pub fn admit_uri(&mut self, uri: &str) -> bool {
        let signature = self.signature.admit_uri(uri);
        self.encryption.admit_uri(uri) || signature
    }
}
