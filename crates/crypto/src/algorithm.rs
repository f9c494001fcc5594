//! Algorithms: all we know of one is one row here. Code asks the value; nobody compares URIs again.

/// `ds:DigestMethod`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DigestMethod {
    /// 160 bits. Legacy.
    Sha1,
    /// 224 bits.
    Sha224,
    /// 256 bits.
    Sha256,
    /// 384 bits.
    Sha384,
    /// 512 bits.
    Sha512,
}

impl DigestMethod {
    /// Every digest.
    pub const ALL: [Self; 5] = [Self::Sha1, Self::Sha224, Self::Sha256, Self::Sha384, Self::Sha512];

    const fn row(self) -> (&'static str, &'static str, usize) {
        match self {
            Self::Sha1 => ("http://www.w3.org/2000/09/xmldsig#sha1", "http://www.w3.org/2009/xmlenc11#mgf1sha1", 20),
            Self::Sha224 => {
                ("http://www.w3.org/2001/04/xmldsig-more#sha224", "http://www.w3.org/2009/xmlenc11#mgf1sha224", 28)
            }
            Self::Sha256 => {
                ("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2009/xmlenc11#mgf1sha256", 32)
            }
            Self::Sha384 => {
                ("http://www.w3.org/2001/04/xmldsig-more#sha384", "http://www.w3.org/2009/xmlenc11#mgf1sha384", 48)
            }
            Self::Sha512 => {
                ("http://www.w3.org/2001/04/xmlenc#sha512", "http://www.w3.org/2009/xmlenc11#mgf1sha512", 64)
            }
        }
    }

    /// The identifier as a digest.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        self.row().0
    }

    /// The identifier of MGF1 with this digest (XML Encryption 1.1 §5.5.2).
    #[must_use]
    pub const fn mgf_uri(self) -> &'static str {
        self.row().1
    }

    /// Octets of a digest.
    #[must_use]
    pub const fn output_len(self) -> usize {
        self.row().2
    }

    /// The digest an identifier names.
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|row| row.uri() == uri)
    }

    /// The digest of the mask generation function an identifier names.
    #[must_use]
    pub fn from_mgf_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|row| row.mgf_uri() == uri)
    }
}

/// The kind of mathematics a signature method uses: which keys can run it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureFamily {
    /// RSASSA-PKCS1-v1_5 with an RSA key.
    RsaPkcs1,
    /// RSASSA-PSS with an RSA key; MGF1 and salt length of the digest.
    RsaPss,
    /// ECDSA with a key on a named curve; the value is `r ‖ s`.
    Ecdsa,
    /// HMAC with a secret.
    Hmac,
}

/// `ds:SignatureMethod`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "family and digest, as the names say")]
pub enum SignatureMethod {
    RsaSha1,
    RsaSha224,
    RsaSha256,
    RsaSha384,
    RsaSha512,
    RsaPssSha1,
    RsaPssSha224,
    RsaPssSha256,
    RsaPssSha384,
    RsaPssSha512,
    EcdsaSha1,
    EcdsaSha224,
    EcdsaSha256,
    EcdsaSha384,
    EcdsaSha512,
    HmacSha1,
    HmacSha224,
    HmacSha256,
    HmacSha384,
    HmacSha512,
}

impl SignatureMethod {
    /// Every signature method.
    pub const ALL: [Self; 20] = [
        Self::RsaSha1,
        Self::RsaSha224,
        Self::RsaSha256,
        Self::RsaSha384,
        Self::RsaSha512,
        Self::RsaPssSha1,
        Self::RsaPssSha224,
        Self::RsaPssSha256,
        Self::RsaPssSha384,
        Self::RsaPssSha512,
        Self::EcdsaSha1,
        Self::EcdsaSha224,
        Self::EcdsaSha256,
        Self::EcdsaSha384,
        Self::EcdsaSha512,
        Self::HmacSha1,
        Self::HmacSha224,
        Self::HmacSha256,
        Self::HmacSha384,
        Self::HmacSha512,
    ];

    #[rustfmt::skip]
    const fn row(self) -> (&'static str, SignatureFamily, DigestMethod) {
        use DigestMethod::{Sha1, Sha224, Sha256, Sha384, Sha512};
        use SignatureFamily::{Ecdsa, Hmac, RsaPkcs1, RsaPss};
        match self {
            Self::RsaSha1 => ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", RsaPkcs1, Sha1),
            Self::RsaSha224 => ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha224", RsaPkcs1, Sha224),
            Self::RsaSha256 => ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", RsaPkcs1, Sha256),
            Self::RsaSha384 => ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", RsaPkcs1, Sha384),
            Self::RsaSha512 => ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", RsaPkcs1, Sha512),
            Self::RsaPssSha1 => ("http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1", RsaPss, Sha1),
            Self::RsaPssSha224 => ("http://www.w3.org/2007/05/xmldsig-more#sha224-rsa-MGF1", RsaPss, Sha224),
            Self::RsaPssSha256 => ("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", RsaPss, Sha256),
            Self::RsaPssSha384 => ("http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1", RsaPss, Sha384),
            Self::RsaPssSha512 => ("http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1", RsaPss, Sha512),
            Self::EcdsaSha1 => ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", Ecdsa, Sha1),
            Self::EcdsaSha224 => ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha224", Ecdsa, Sha224),
            Self::EcdsaSha256 => ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", Ecdsa, Sha256),
            Self::EcdsaSha384 => ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", Ecdsa, Sha384),
            Self::EcdsaSha512 => ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", Ecdsa, Sha512),
            Self::HmacSha1 => ("http://www.w3.org/2000/09/xmldsig#hmac-sha1", Hmac, Sha1),
            Self::HmacSha224 => ("http://www.w3.org/2001/04/xmldsig-more#hmac-sha224", Hmac, Sha224),
            Self::HmacSha256 => ("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", Hmac, Sha256),
            Self::HmacSha384 => ("http://www.w3.org/2001/04/xmldsig-more#hmac-sha384", Hmac, Sha384),
            Self::HmacSha512 => ("http://www.w3.org/2001/04/xmldsig-more#hmac-sha512", Hmac, Sha512),
        }
    }

    /// The identifier.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        self.row().0
    }

    /// Which keys can run it.
    #[must_use]
    pub const fn family(self) -> SignatureFamily {
        self.row().1
    }

    /// The digest of the signed octets.
    #[must_use]
    pub const fn digest(self) -> DigestMethod {
        self.row().2
    }

    /// The method an identifier names. The misprint of RFC 6931 for RSA with SHA-224 is understood
    /// (RFC 9231 asks for that).
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        if uri == "http://www.w3.org/2007/05/xmldsig-more#rsa-sha224" {
            return Some(Self::RsaSha224);
        }
        Self::ALL.into_iter().find(|row| row.uri() == uri)
    }
}

/// `xenc:EncryptionMethod` of `xenc:EncryptedData`: what encrypts content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "cipher and mode, as the names say")]
pub enum ContentEncryption {
    Aes128Gcm,
    Aes192Gcm,
    Aes256Gcm,
    Aes128Cbc,
    Aes192Cbc,
    Aes256Cbc,
    /// 3DES in CBC mode. Legacy.
    TripleDesCbc,
}

impl ContentEncryption {
    /// Every content cipher.
    pub const ALL: [Self; 7] = [
        Self::Aes128Gcm,
        Self::Aes192Gcm,
        Self::Aes256Gcm,
        Self::Aes128Cbc,
        Self::Aes192Cbc,
        Self::Aes256Cbc,
        Self::TripleDesCbc,
    ];

    const fn row(self) -> (&'static str, usize, usize) {
        match self {
            Self::Aes128Gcm => ("http://www.w3.org/2009/xmlenc11#aes128-gcm", 16, 12),
            Self::Aes192Gcm => ("http://www.w3.org/2009/xmlenc11#aes192-gcm", 24, 12),
            Self::Aes256Gcm => ("http://www.w3.org/2009/xmlenc11#aes256-gcm", 32, 12),
            Self::Aes128Cbc => ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", 16, 16),
            Self::Aes192Cbc => ("http://www.w3.org/2001/04/xmlenc#aes192-cbc", 24, 16),
            Self::Aes256Cbc => ("http://www.w3.org/2001/04/xmlenc#aes256-cbc", 32, 16),
            Self::TripleDesCbc => ("http://www.w3.org/2001/04/xmlenc#tripledes-cbc", 24, 8),
        }
    }

    /// The identifier.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        self.row().0
    }

    /// Octets of a key.
    #[must_use]
    pub const fn key_len(self) -> usize {
        self.row().1
    }

    /// Octets of the initialisation vector at the front of the cipher octets.
    #[must_use]
    pub const fn iv_len(self) -> usize {
        self.row().2
    }

    /// Whether the cipher authenticates what it encrypts.
    #[must_use]
    pub const fn is_authenticated(self) -> bool {
        matches!(self, Self::Aes128Gcm | Self::Aes192Gcm | Self::Aes256Gcm)
    }

    /// The cipher an identifier names.
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|row| row.uri() == uri)
    }
}

/// How RSA transports a key, with its parameters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum KeyTransport {
    /// `rsa-oaep-mgf1p`: MGF1 is always with SHA-1, whatever the digest of the label.
    RsaOaepMgf1p {
        /// The digest of the label; SHA-1 where the message names none.
        digest: DigestMethod,
        /// `xenc:OAEPparams`.
        label: Vec<u8>,
    },
    /// `rsa-oaep` of XML Encryption 1.1.
    RsaOaep {
        /// The digest of the label; SHA-1 where the message names none.
        digest: DigestMethod,
        /// The digest of MGF1; SHA-1 where the message names none.
        mgf: DigestMethod,
        /// `xenc:OAEPparams`.
        label: Vec<u8>,
    },
    /// `rsa-1_5`. Legacy.
    Rsa15,
}

impl KeyTransport {
    /// `rsa-oaep-mgf1p`.
    pub const OAEP_MGF1P: &'static str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
    /// `rsa-oaep` of XML Encryption 1.1.
    pub const OAEP: &'static str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
    /// `rsa-1_5`.
    pub const RSA_1_5: &'static str = "http://www.w3.org/2001/04/xmlenc#rsa-1_5";

    /// `rsa-oaep-mgf1p` with SHA-1 and no label: what every peer understands.
    #[must_use]
    pub fn oaep_mgf1p() -> Self {
        Self::RsaOaepMgf1p { digest: DigestMethod::Sha1, label: Vec::new() }
    }

    /// `rsa-oaep` with one digest for label and MGF1, and no label.
    #[must_use]
    pub fn oaep(digest: DigestMethod) -> Self {
        Self::RsaOaep { digest, mgf: digest, label: Vec::new() }
    }

    /// The identifier.
    #[must_use]
    pub fn uri(&self) -> &'static str {
        match self {
            Self::RsaOaepMgf1p { .. } => Self::OAEP_MGF1P,
            Self::RsaOaep { .. } => Self::OAEP,
            Self::Rsa15 => Self::RSA_1_5,
        }
    }
}

/// How a symmetric key wraps another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "cipher, as the names say")]
pub enum KeyWrap {
    Aes128,
    Aes192,
    Aes256,
    /// CMS 3DES key wrap (RFC 3217 §3). Legacy.
    TripleDes,
}

impl KeyWrap {
    /// Every key wrap.
    pub const ALL: [Self; 4] = [Self::Aes128, Self::Aes192, Self::Aes256, Self::TripleDes];

    const fn row(self) -> (&'static str, usize) {
        match self {
            Self::Aes128 => ("http://www.w3.org/2001/04/xmlenc#kw-aes128", 16),
            Self::Aes192 => ("http://www.w3.org/2001/04/xmlenc#kw-aes192", 24),
            Self::Aes256 => ("http://www.w3.org/2001/04/xmlenc#kw-aes256", 32),
            Self::TripleDes => ("http://www.w3.org/2001/04/xmlenc#kw-tripledes", 24),
        }
    }

    /// The identifier.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        self.row().0
    }

    /// Octets of the wrapping key.
    #[must_use]
    pub const fn key_len(self) -> usize {
        self.row().1
    }

    /// The wrap an identifier names.
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|row| row.uri() == uri)
    }
}
