//! Errors of encryption.

use thiserror::Error;
use wss_c14n::{Exceeded, LeafError};
use wss_crypto::{
    ContentEncryption, CryptoError, DigestMethod, ElsewhereError, KeyAgreement, KeyWrap, TransportMethod,
};
use wss_text::{WireText, nearest_identifier};
use wss_xmldsig::{AlgorithmRole, VerifyError};

/// Why an encrypted structure was not decrypted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecryptError {
    /// *Malformed.* The structure is not that of XML Encryption §3.
    #[error(transparent)]
    Structure(#[from] LeafError),
    /// *Refused.* An algorithm that is not supported.
    #[error("the {role} {uri:?} is not supported{}: have the peer use one that is, such as {}", near_algorithm(uri), role.usual())]
    UnknownAlgorithm {
        /// What it is for.
        role: AlgorithmRole,
        /// The identifier.
        uri: WireText,
    },
    /// *Refused.* The method of an `xenc:EncryptedKey` is a content cipher: ciphertext of a known plaintext could serve as a
    /// wrapped key, which an attacker then knows.
    #[error(
        "{uri:?} is a content cipher and not a key-wrap algorithm: have the key wrapped by a `kw-` algorithm or by RSA; only in \
         an old document, `dangerous_admit_retired` reads it"
    )]
    NotAKeyWrap {
        /// The identifier.
        uri: &'static str,
    },
    /// *Refused.* The policy does not admit an algorithm.
    #[error(
        "algorithm {uri:?} is not admitted: admit it with `AlgorithmPolicy::admit_uri` if the peer cannot do better"
    )]
    NotAdmitted {
        /// The identifier.
        uri: &'static str,
    },
    /// *Refused.* RSA-OAEP with a retired digest.
    #[error("digest {uri:?} is retired: encrypt anew; only in an old document, `dangerous_admit_retired` reads it")]
    Retired {
        /// The identifier.
        uri: &'static str,
    },
    /// *Refused.* The cipher octets are neither in a `xenc:CipherValue` nor in an attachment of the message that a
    /// `cid:` URL names with the one transform of the SwA profile.
    #[error("this xenc:CipherReference is refused: send the cipher octets in xenc:CipherValue, or as an attachment")]
    CipherReference,
    /// *Malformed or refused.* The target of a `xenc:CipherReference` of a document.
    #[error("xenc:CipherReference: {0}")]
    Referenced(Box<VerifyError>),
    /// *Refused.* The encrypted structure exceeds a limit that is checked before decryption.
    #[error(transparent)]
    Limit(#[from] Exceeded),
    /// *Malformed.* The key of an `xenc:OriginatorKeyInfo` cannot be read, or is of a kind that does not agree.
    #[error(
        "the originator's key cannot be used: have it sent as a ds:KeyValue or a certificate, on a NIST or Brainpool curve, X25519 or X448"
    )]
    Originator,
    /// *Malformed.* An attribute of `xenc11:ConcatKDFParams` does not consist of hexadecimal octets after `00`.
    #[error("{attribute} of the key derivation is refused: have it sent as hexadecimal whole octets after 00")]
    OtherInfo {
        /// The attribute.
        attribute: &'static str,
    },
    /// *Malformed.* The sender announced another length of a derived key than its use needs.
    #[error("the derived key is announced with {announced} octets where its use needs {needed}")]
    KeyLength {
        /// The length in the message.
        announced: usize,
        /// The length that the algorithm has.
        needed: usize,
    },
    /// *Refused.* The document does not say which key the ciphertext has, and no secret of ours fits.
    #[error(
        "nothing in the document leads to the key of {path}: give it as a shared secret, or have the peer list the \
         EncryptedData in the ReferenceList of its EncryptedKey"
    )]
    NoKey {
        /// The path of the `xenc:EncryptedData`.
        path: WireText,
    },
    /// *Failed.* Decryption failed, for any reason: key, padding, tag, encoding or unexpected plaintext (XML Encryption
    /// 1.1 §6.7).
    #[error("decryption failed")]
    Failed,
    /// *Failed.* A key outside this process cannot be asked. Nothing is said of the ciphertext.
    #[error(transparent)]
    Elsewhere(ElsewhereError),
}

impl From<CryptoError> for DecryptError {
    fn from(error: CryptoError) -> Self {
        match error {
            CryptoError::Elsewhere(error) => Self::Elsewhere(error),
            _ => Self::Failed,
        }
    }
}

/// Why nothing was encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncryptError {
    /// *Misuse or failure.* The key does not fit, or there is no randomness.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// *Refused.* The plaintext exceeds a limit: that of the sender for what it takes along from around it, or one that a
    /// receiver with the same limits has.
    #[error(transparent)]
    Limit(#[from] Exceeded),
}

/// The known identifier of which an unknown one is a misspelling, among all that encryption can have.
fn near_algorithm(uri: &WireText) -> String {
    let contents = ContentEncryption::ALL.iter().map(ContentEncryption::uri);
    let wraps = KeyWrap::ALL.iter().map(KeyWrap::uri);
    let transports = TransportMethod::ALL.iter().map(TransportMethod::uri);
    let digests = DigestMethod::ALL.iter().map(DigestMethod::uri);
    let masks = DigestMethod::ALL.iter().filter_map(DigestMethod::mgf_uri);
    let others = KeyAgreement::ALL.iter().map(KeyAgreement::uri);
    nearest_identifier(uri.as_str(), contents.chain(wraps).chain(transports).chain(digests).chain(masks).chain(others))
}
