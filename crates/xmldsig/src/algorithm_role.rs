//! What an algorithm is for, where its identifier is not known.

use std::fmt;

/// What an algorithm is for: the element or attribute that names it says so, and not its identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AlgorithmRole {
    /// `ds:SignatureMethod`.
    SignatureMethod,
    /// `ds:DigestMethod`, of a reference, of RSA-OAEP or of a key derivation.
    Digest,
    /// `ds:CanonicalizationMethod`, or what an STR-Transform canonicalises with.
    Canonicalization,
    /// `ds:Transform`.
    Transform,
    /// The mask generation function of RSA-OAEP.
    Mask,
    /// The cipher of `xenc:EncryptedData`.
    ContentEncryption,
    /// The transport or wrap of `xenc:EncryptedKey`.
    KeyEncryption,
    /// `xenc:AgreementMethod`.
    KeyAgreement,
    /// `xenc11:KeyDerivationMethod`.
    KeyDerivation,
    /// The pseudorandom function of a key derivation.
    PseudorandomFunction,
    /// The encapsulation of a post-quantum key.
    KeyEncapsulation,
}

impl AlgorithmRole {
    /// The words for it, and an algorithm that is supported and usual.
    const fn row(self) -> (&'static str, &'static str) {
        match self {
            Self::SignatureMethod => ("signature method", "RSA-SHA256"),
            Self::Digest => ("digest", "SHA-256"),
            Self::Canonicalization => ("canonicalisation", "http://www.w3.org/2001/10/xml-exc-c14n#"),
            Self::Transform => ("transform", "the canonicalisation http://www.w3.org/2001/10/xml-exc-c14n#"),
            Self::Mask => ("mask generation function", "MGF1 with SHA-256"),
            Self::ContentEncryption => ("cipher", "AES-GCM"),
            Self::KeyEncryption => ("encryption of the key", "RSA-OAEP"),
            Self::KeyAgreement => ("key agreement", "ECDH-ES"),
            Self::KeyDerivation => ("key derivation", "ConcatKDF"),
            Self::PseudorandomFunction => ("pseudorandom function", "HMAC-SHA256"),
            Self::KeyEncapsulation => ("key encapsulation", "ML-KEM-768"),
        }
    }

    /// An algorithm for it that is supported and usual, to advise.
    #[must_use]
    pub const fn usual(self) -> &'static str {
        self.row().1
    }
}

impl fmt::Display for AlgorithmRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().0)
    }
}
