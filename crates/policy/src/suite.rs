//! Algorithm suites: one row holds all that WS-SecurityPolicy 1.3 §6.1 says of a suite.

use wss_crypto::{ContentEncryption, DigestMethod, KeyTransport, SignatureMethod};

use DigestMethod::{Sha1, Sha256};

/// The algorithms of a suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suite {
    pub(crate) name: &'static str,
    pub(crate) digest: DigestMethod,
    pub(crate) content: ContentEncryption,
    pub(crate) transport: Transport,
    /// The number of octets of keys that are derived for MACs.
    pub(crate) mac_key_octets: usize,
    /// The methods of signatures and MACs: the suites have SHA-1 in all cases.
    pub(crate) asymmetric: SignatureMethod,
    pub(crate) symmetric: SignatureMethod,
}

/// The method that encrypts keys to certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Transport {
    /// `rsa-oaep-mgf1p`.
    Oaep,
    /// RSA-1.5.
    Rsa15,
    /// That of a suite whose algorithms the caller names.
    Named(KeyTransport),
}

/// The assertion of CXF for a suite whose algorithms are in the configuration of both sides.
pub(crate) const CUSTOM: &str = "CustomAlgorithmSuite";

/// The owner of its namespace: WS-SecurityPolicy, or CXF.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Home {
    Oasis,
    Cxf,
}

macro_rules! suites {
    ($($home:ident $name:literal $digest:ident $content:ident $transport:ident $mac:literal;)*) => {
        const SUITES: &[(Home, Suite)] = &[$((Home::$home, Suite {
            name: $name,
            digest: $digest,
            content: ContentEncryption::$content,
            transport: Transport::$transport,
            mac_key_octets: $mac,
            asymmetric: SignatureMethod::RsaSha1,
            symmetric: SignatureMethod::HmacSha1,
        })),*];
    };
}

suites! {
    Oasis "Basic256" Sha1 Aes256Cbc Oaep 24;
    Oasis "Basic192" Sha1 Aes192Cbc Oaep 24;
    Oasis "Basic128" Sha1 Aes128Cbc Oaep 16;
    Oasis "TripleDes" Sha1 TripleDesCbc Oaep 24;
    Oasis "Basic256Rsa15" Sha1 Aes256Cbc Rsa15 24;
    Oasis "Basic192Rsa15" Sha1 Aes192Cbc Rsa15 24;
    Oasis "Basic128Rsa15" Sha1 Aes128Cbc Rsa15 16;
    Oasis "TripleDesRsa15" Sha1 TripleDesCbc Rsa15 24;
    Oasis "Basic256Sha256" Sha256 Aes256Cbc Oaep 24;
    Oasis "Basic192Sha256" Sha256 Aes192Cbc Oaep 24;
    Oasis "Basic128Sha256" Sha256 Aes128Cbc Oaep 16;
    Oasis "TripleDesSha256" Sha256 TripleDesCbc Oaep 24;
    Oasis "Basic256Sha256Rsa15" Sha256 Aes256Cbc Rsa15 24;
    Oasis "Basic192Sha256Rsa15" Sha256 Aes192Cbc Rsa15 24;
    Oasis "Basic128Sha256Rsa15" Sha256 Aes128Cbc Rsa15 16;
    Oasis "TripleDesSha256Rsa15" Sha256 TripleDesCbc Rsa15 24;
    Cxf "Basic256GCM" Sha1 Aes256Gcm Oaep 24;
    Cxf "Basic192GCM" Sha1 Aes192Gcm Oaep 24;
    Cxf "Basic128GCM" Sha1 Aes128Gcm Oaep 16;
    Cxf "Basic256GCMRsa15" Sha1 Aes256Gcm Rsa15 24;
    Cxf "Basic192GCMRsa15" Sha1 Aes192Gcm Rsa15 24;
    Cxf "Basic128GCMRsa15" Sha1 Aes128Gcm Rsa15 16;
    Cxf "Basic256GCMSha256Rsa15" Sha256 Aes256Gcm Rsa15 24;
    Cxf "Basic192GCMSha256Rsa15" Sha256 Aes192Gcm Rsa15 24;
    Cxf "Basic128GCMSha256Rsa15" Sha256 Aes128Gcm Rsa15 16;
}

impl Suite {
    pub(crate) fn find(home: Home, name: &str) -> Option<Self> {
        SUITES.iter().find(|(of, suite)| *of == home && suite.name == name).map(|(_, suite)| suite.clone())
    }

    /// The suite of CXF whose algorithms are not in the policy, with those that the caller names.
    pub(crate) fn custom(digest: DigestMethod, content: ContentEncryption, transport: KeyTransport) -> Self {
        Self {
            name: CUSTOM,
            digest,
            content,
            transport: Transport::Named(transport),
            // As the suites of the standard have it for ciphers of 128, 192 and 256 bits.
            mac_key_octets: content.key_len().min(24),
            asymmetric: SignatureMethod::RsaSha256,
            symmetric: SignatureMethod::HmacSha256,
        }
    }

    /// Its key transport, as the type of `wss-crypto`.
    pub(crate) fn key_transport(&self) -> KeyTransport {
        match &self.transport {
            Transport::Oaep => KeyTransport::oaep_mgf1p(),
            Transport::Rsa15 => KeyTransport::Rsa15,
            Transport::Named(transport) => transport.clone(),
        }
    }
}
