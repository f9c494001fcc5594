//! Key transport: algorithms with parameters that the message has beside the identifier.

use super::DigestMethod;
use super::row::{All, Row, algorithms, current, legacy};

algorithms! {
    /// `xenc:EncryptionMethod` of `xenc:EncryptedKey` to the holder of an RSA key.
    TransportMethod of () {
        /// `rsa-oaep-mgf1p`: MGF1 is always with SHA-1, whatever the digest of the label.
        RsaOaepMgf1p = current("http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p", ()),
        /// `rsa-oaep` of XML Encryption 1.1.
        RsaOaep = current("http://www.w3.org/2009/xmlenc11#rsa-oaep", ()),
        /// `rsa-1_5`.
        Rsa15 = legacy("http://www.w3.org/2001/04/xmlenc#rsa-1_5", ()),
    }
}

/// How RSA transports a key, with its parameters.
///
/// ```
/// use wss_crypto::{DigestMethod, KeyTransport, TransportMethod};
///
/// // What eDelivery AS4 asks for: `rsa-oaep` with SHA-256 for the label and for MGF1.
/// let transport = KeyTransport::oaep(DigestMethod::Sha256);
/// assert_eq!(transport.method(), TransportMethod::RsaOaep);
/// assert_eq!(transport.mgf(), Some(DigestMethod::Sha256));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyTransport {
    /// [`TransportMethod::RsaOaepMgf1p`].
    RsaOaepMgf1p {
        /// The digest of the label; SHA-1 if the message names none.
        digest: DigestMethod,
        /// `xenc:OAEPparams`.
        label: Vec<u8>,
    },
    /// [`TransportMethod::RsaOaep`].
    RsaOaep {
        /// The digest of the label; SHA-1 if the message names none.
        digest: DigestMethod,
        /// The digest of MGF1; SHA-1 if the message names none.
        mgf: DigestMethod,
        /// `xenc:OAEPparams`.
        label: Vec<u8>,
    },
    /// [`TransportMethod::Rsa15`].
    Rsa15,
}

/// The parameters of RSA-OAEP (RFC 8017 §7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Oaep<'t> {
    pub(crate) digest: DigestMethod,
    pub(crate) mgf: DigestMethod,
    pub(crate) label: &'t [u8],
}

impl KeyTransport {
    /// `rsa-oaep-mgf1p` with SHA-1 and no label, which every peer understands.
    #[must_use]
    pub fn oaep_mgf1p() -> Self {
        Self::RsaOaepMgf1p { digest: DigestMethod::Sha1, label: Vec::new() }
    }

    /// `rsa-oaep` with one digest for label and MGF1, and no label. MGF1 with SHA-3 has no identifier; with such
    /// a digest MGF1 uses SHA-256.
    #[must_use]
    pub fn oaep(digest: DigestMethod) -> Self {
        let mgf = if digest.mgf_uri().is_some() { digest } else { DigestMethod::Sha256 };
        Self::RsaOaep { digest, mgf, label: Vec::new() }
    }

    /// The algorithm with the parameters of a message; absent digests are SHA-1, and an absent label is empty.
    /// Parameters that `method` does not have are ignored, except MGF1 with another digest under `rsa-oaep-mgf1p`:
    /// peers that write it use it, so it is read as `rsa-oaep`.
    #[must_use]
    pub fn with(
        method: TransportMethod,
        digest: Option<DigestMethod>,
        mgf: Option<DigestMethod>,
        label: Vec<u8>,
    ) -> Self {
        let (digest, mgf) = (digest.unwrap_or(DigestMethod::Sha1), mgf.unwrap_or(DigestMethod::Sha1));
        match method {
            TransportMethod::RsaOaepMgf1p if mgf == DigestMethod::Sha1 => Self::RsaOaepMgf1p { digest, label },
            TransportMethod::RsaOaepMgf1p | TransportMethod::RsaOaep => Self::RsaOaep { digest, mgf, label },
            TransportMethod::Rsa15 => Self::Rsa15,
        }
    }

    /// The algorithm without its parameters.
    #[must_use]
    pub const fn method(&self) -> TransportMethod {
        match self {
            Self::RsaOaepMgf1p { .. } => TransportMethod::RsaOaepMgf1p,
            Self::RsaOaep { .. } => TransportMethod::RsaOaep,
            Self::Rsa15 => TransportMethod::Rsa15,
        }
    }

    /// The identifier.
    #[must_use]
    pub const fn uri(&self) -> &'static str {
        self.method().uri()
    }

    /// The digest of the label that a message names, for both forms of OAEP.
    #[must_use]
    pub fn digest(&self) -> Option<DigestMethod> {
        self.oaep_parameters().map(|oaep| oaep.digest)
    }

    /// The digest of MGF1 that a message names, for `rsa-oaep` only: the identifier `rsa-oaep-mgf1p` fixes it.
    #[must_use]
    pub fn mgf(&self) -> Option<DigestMethod> {
        match self {
            Self::RsaOaep { mgf, .. } => Some(*mgf),
            Self::RsaOaepMgf1p { .. } | Self::Rsa15 => None,
        }
    }

    /// `xenc:OAEPparams`; empty if absent.
    #[must_use]
    pub fn label(&self) -> &[u8] {
        self.oaep_parameters().map_or(&[], |oaep| oaep.label)
    }

    pub(crate) fn oaep_parameters(&self) -> Option<Oaep<'_>> {
        match self {
            Self::RsaOaepMgf1p { digest, label } => Some(Oaep { digest: *digest, mgf: DigestMethod::Sha1, label }),
            Self::RsaOaep { digest, mgf, label } => Some(Oaep { digest: *digest, mgf: *mgf, label }),
            Self::Rsa15 => None,
        }
    }
}
