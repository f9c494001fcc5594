//! The algorithms that a quantum computer does not break (FIPS 203, FIPS 204, FIPS 205), by the identifiers of xmlsec1.

use super::row::{All, Row, algorithms, current};

algorithms! {
    /// A set of parameters of ML-DSA, SLH-DSA or ML-KEM, which a key has.
    #[allow(missing_docs, reason = "names of FIPS 203, FIPS 204 and FIPS 205")]
    PostQuantum of Parameters {
        MlDsa44 = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#ml-dsa-44", parameters(&[nist!(3, 17)], 1_312, 2_560, 2_420)),
        MlDsa65 = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#ml-dsa-65", parameters(&[nist!(3, 18)], 1_952, 4_032, 3_309)),
        MlDsa87 = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#ml-dsa-87", parameters(&[nist!(3, 19)], 2_592, 4_896, 4_627)),
        SlhDsaSha2_128s = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#slh-dsa-sha2-128s", parameters(&[nist!(3, 20)], 32, 64, 7_856)),
        SlhDsaSha2_128f = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#slh-dsa-sha2-128f", parameters(&[nist!(3, 21)], 32, 64, 17_088)),
        SlhDsaSha2_192s = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#slh-dsa-sha2-192s", parameters(&[nist!(3, 22)], 48, 96, 16_224)),
        SlhDsaSha2_192f = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#slh-dsa-sha2-192f", parameters(&[nist!(3, 23)], 48, 96, 35_664)),
        SlhDsaSha2_256s = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#slh-dsa-sha2-256s", parameters(&[nist!(3, 24)], 64, 128, 29_792)),
        SlhDsaSha2_256f = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#slh-dsa-sha2-256f", parameters(&[nist!(3, 25)], 64, 128, 49_856)),
        MlKem512 = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#ml-kem-512", parameters(&[nist!(4, 1)], 800, 1_632, 768)),
        MlKem768 = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#ml-kem-768", parameters(&[nist!(4, 2)], 1_184, 2_400, 1_088)),
        MlKem1024 = current("http://www.aleksey.com/xmlsec/2025/12/xmldsig-more#ml-kem-1024", parameters(&[nist!(4, 3)], 1_568, 3_168, 1_568)),
    }
}

#[derive(Debug, Clone, Copy)]
struct Parameters {
    /// The content of the AlgorithmIdentifier of its keys, which has no parameters.
    identifiers: &'static [&'static [u8]; 1],
    public_len: usize,
    /// The number of octets of an expanded private key.
    private_len: usize,
    /// The number of octets of a signature value, or of an encapsulated secret.
    value_len: usize,
}

const fn parameters(
    identifiers: &'static [&'static [u8]; 1],
    public_len: usize,
    private_len: usize,
    value_len: usize,
) -> Parameters {
    Parameters { identifiers, public_len, private_len, value_len }
}

impl PostQuantum {
    /// The content of the AlgorithmIdentifier of its keys.
    pub(crate) const fn identifier(self) -> &'static [u8] {
        let [identifier] = self.row().parameters.identifiers;
        identifier
    }

    /// How certificates name signatures of its keys: as they name the keys.
    pub(crate) const fn in_certificates(self) -> &'static [&'static [u8]] {
        if self.encapsulates() { &[] } else { self.row().parameters.identifiers }
    }

    /// The kind that the content of an AlgorithmIdentifier names.
    pub(crate) fn from_identifier(octets: &[u8]) -> Option<Self> {
        Self::ALL.iter().find(|kind| kind.identifier() == octets)
    }

    /// The number of octets of an expanded private key.
    pub(crate) const fn private_len(self) -> usize {
        self.row().parameters.private_len
    }

    /// The number of octets of the seed from which a private key is expanded; `None` for SLH-DSA, which has none.
    pub(crate) const fn seed_len(self) -> Option<usize> {
        match self {
            Self::MlDsa44 | Self::MlDsa65 | Self::MlDsa87 => Some(32),
            Self::MlKem512 | Self::MlKem768 | Self::MlKem1024 => Some(64),
            Self::SlhDsaSha2_128s
            | Self::SlhDsaSha2_128f
            | Self::SlhDsaSha2_192s
            | Self::SlhDsaSha2_192f
            | Self::SlhDsaSha2_256s
            | Self::SlhDsaSha2_256f => None,
        }
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
