//! The algorithms that a quantum computer does not break (FIPS 203, FIPS 204, FIPS 205), by the identifiers of xmlsec1.

use super::row::{All, Row, algorithms, current};

algorithms! {
    /// A set of parameters of ML-DSA, SLH-DSA or ML-KEM, which a key has.
    #[allow(missing_docs, reason = "names of FIPS 203, FIPS 204 and FIPS 205")]
    PostQuantum of Parameters {
        MlDsa44 = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#ml-dsa-44", signs(17, 1_312, 2_420)),
        MlDsa65 = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#ml-dsa-65", signs(18, 1_952, 3_309)),
        MlDsa87 = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#ml-dsa-87", signs(19, 2_592, 4_627)),
        SlhDsaSha2_128s = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#slh-dsa-sha2-128s", signs(20, 32, 7_856)),
        SlhDsaSha2_128f = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#slh-dsa-sha2-128f", signs(21, 32, 17_088)),
        SlhDsaSha2_192s = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#slh-dsa-sha2-192s", signs(22, 48, 16_224)),
        SlhDsaSha2_192f = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#slh-dsa-sha2-192f", signs(23, 48, 35_664)),
        SlhDsaSha2_256s = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#slh-dsa-sha2-256s", signs(24, 64, 29_792)),
        SlhDsaSha2_256f = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#slh-dsa-sha2-256f", signs(25, 64, 49_856)),
        MlKem512 = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#ml-kem-512", encapsulates(1, 800, 768)),
        MlKem768 = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#ml-kem-768", encapsulates(2, 1_184, 1_088)),
        MlKem1024 = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#ml-kem-1024", encapsulates(3, 1_568, 1_568)),
    }
}

#[derive(Debug, Clone, Copy)]
struct Parameters {
    /// The last two octets of its OBJECT IDENTIFIER: the arcs of NIST for signatures and for encapsulation.
    oid: [u8; 2],
    public_len: usize,
    /// The number of octets of a signature value, or of an encapsulated secret.
    value_len: usize,
}

const fn signs(arc: u8, public_len: usize, value_len: usize) -> Parameters {
    Parameters { oid: [3, arc], public_len, value_len }
}

const fn encapsulates(arc: u8, public_len: usize, value_len: usize) -> Parameters {
    Parameters { oid: [4, arc], public_len, value_len }
}

/// `nistAlgorithms` (2.16.840.1.101.3.4).
const NIST: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04];

impl PostQuantum {
    pub(crate) fn oid(self) -> Vec<u8> {
        [NIST, &self.row().parameters.oid].concat()
    }

    pub(crate) fn from_oid(oid: &[u8]) -> Option<Self> {
        let arcs = oid.strip_prefix(NIST)?;
        Self::ALL.iter().find(|kind| kind.row().parameters.oid == arcs)
    }

    /// The number of octets of a public key.
    pub(crate) const fn public_len(self) -> usize {
        self.row().parameters.public_len
    }

    /// The number of octets of a signature value, or of an encapsulated secret.
    pub(crate) const fn value_len(self) -> usize {
        self.row().parameters.value_len
    }

    /// Whether it encapsulates secrets (ML-KEM). The others sign.
    #[must_use]
    pub const fn encapsulates(self) -> bool {
        matches!(self, Self::MlKem512 | Self::MlKem768 | Self::MlKem1024)
    }

    /// Whether it is SLH-DSA, whose signatures rest on hashes alone.
    #[cfg(all(feature = "aws-lc-rs", feature = "post-quantum"))]
    pub(crate) const fn is_hash_based(self) -> bool {
        match self {
            Self::MlDsa44 | Self::MlDsa65 | Self::MlDsa87 | Self::MlKem512 | Self::MlKem768 | Self::MlKem1024 => false,
            Self::SlhDsaSha2_128s
            | Self::SlhDsaSha2_128f
            | Self::SlhDsaSha2_192s
            | Self::SlhDsaSha2_192f
            | Self::SlhDsaSha2_256s
            | Self::SlhDsaSha2_256f => true,
        }
    }
}
