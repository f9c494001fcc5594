//! Keys from secrets that are not keys themselves: ConcatKDF, HKDF and PBKDF2, as XML Encryption names them.
//!
//! All three are built from the digests and MACs of the provider, so that every digest works with each.

use zeroize::Zeroizing;

use crate::algorithm::{DerivationMethod, DigestMethod, Scheme, SignatureMethod};
use crate::digest::Digest;
use crate::error::CryptoError;
use crate::provider::{Chosen, Provider as _};
use crate::secret::Secret;

/// A key derivation with its parameters (`xenc11:KeyDerivationMethod`).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyDerivation {
    /// ConcatKDF (NIST SP 800-56A §5.8.1, XML Encryption 1.1 §5.4.1).
    ConcatKdf {
        /// The digest.
        digest: DigestMethod,
        /// The purpose of the key, an input of the derivation.
        other_info: OtherInfo,
    },
    /// HKDF, extract and expand (RFC 5869, RFC 9231 §2.8.1).
    Hkdf {
        /// The digest of its HMAC.
        prf: DigestMethod,
        /// The salt; an empty one is the same as none (RFC 5869 §2.2).
        salt: Vec<u8>,
        /// The purpose of the key, an input of the derivation.
        info: Vec<u8>,
    },
    /// PBKDF2 (RFC 8018 §5.2, XML Encryption 1.1 §5.4.2).
    Pbkdf2 {
        /// The digest of its HMAC.
        prf: DigestMethod,
        /// The salt.
        salt: Vec<u8>,
        /// The number of times that the HMAC is applied. The caller bounds it.
        iterations: u32,
    },
}

/// `OtherInfo` of ConcatKDF, part by part: the octets of its parts are concatenated. An empty part is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OtherInfo {
    /// `@AlgorithmID`.
    pub algorithm_id: Vec<u8>,
    /// `@PartyUInfo`, of the originator.
    pub party_u_info: Vec<u8>,
    /// `@PartyVInfo`, of the recipient.
    pub party_v_info: Vec<u8>,
    /// `@SuppPubInfo`.
    pub supp_pub_info: Vec<u8>,
    /// `@SuppPrivInfo`.
    pub supp_priv_info: Vec<u8>,
}

impl OtherInfo {
    fn parts(&self) -> [&[u8]; 5] {
        [&self.algorithm_id, &self.party_u_info, &self.party_v_info, &self.supp_pub_info, &self.supp_priv_info]
    }
}

impl KeyDerivation {
    /// Whether a message can name it: HMAC with SHA-3 has no identifier (RFC 9231 §2.2).
    #[must_use]
    pub fn is_named(&self) -> bool {
        match self {
            Self::ConcatKdf { .. } => true,
            Self::Hkdf { prf, .. } | Self::Pbkdf2 { prf, .. } => {
                SignatureMethod::ALL.iter().any(|method| method.scheme() == Scheme::Hmac(*prf))
            }
        }
    }

    /// The method of this derivation.
    #[must_use]
    pub const fn method(&self) -> DerivationMethod {
        match self {
            Self::ConcatKdf { .. } => DerivationMethod::ConcatKdf,
            Self::Hkdf { .. } => DerivationMethod::Hkdf,
            Self::Pbkdf2 { .. } => DerivationMethod::Pbkdf2,
        }
    }

    /// The digest that it uses.
    #[must_use]
    pub const fn digest(&self) -> DigestMethod {
        match self {
            Self::ConcatKdf { digest, .. } => *digest,
            Self::Hkdf { prf, .. } | Self::Pbkdf2 { prf, .. } => *prf,
        }
    }

    /// Derives `len` octets from `secret`.
    ///
    /// # Errors
    /// [`CryptoError::Derivation`] for more octets than 255 digests have, for none, and for no iterations.
    pub fn derive(&self, secret: &Secret, len: usize) -> Result<Secret, CryptoError> {
        let digest_len = self.digest().output_len();
        let blocks = u8::try_from(len.div_ceil(digest_len)).map_err(|_| CryptoError::Derivation)?;
        if blocks == 0 {
            return Err(CryptoError::Derivation);
        }
        let source = Source { secret, blocks };
        let mut key = Zeroizing::new(Vec::with_capacity(usize::from(blocks) * digest_len));
        match self {
            Self::ConcatKdf { digest, other_info } => concat_kdf(*digest, other_info, &source, &mut key),
            Self::Hkdf { prf, salt, info } => hkdf(*prf, salt, info, &source, &mut key),
            Self::Pbkdf2 { iterations: 0, .. } => return Err(CryptoError::Derivation),
            Self::Pbkdf2 { prf, salt, iterations } => pbkdf2(*prf, salt, *iterations, &source, &mut key),
        }
        key.truncate(len);
        Ok(Secret::new(std::mem::take(&mut *key)))
    }
}

/// The secret that a key is derived from, and how many blocks of a digest's length are derived.
struct Source<'s> {
    secret: &'s Secret,
    blocks: u8,
}

/// `H(counter ‖ Z ‖ OtherInfo)` for counters from 1.
fn concat_kdf(digest: DigestMethod, other_info: &OtherInfo, source: &Source<'_>, key: &mut Vec<u8>) {
    for counter in 1..=u32::from(source.blocks) {
        let mut hash = Digest::new(digest);
        hash.update(&counter.to_be_bytes());
        hash.update(source.secret.as_octets());
        for part in other_info.parts() {
            hash.update(part);
        }
        key.extend_from_slice(hash.finish().as_octets());
    }
}

/// RFC 5869 §2.2 and §2.3.
fn hkdf(prf: DigestMethod, salt: &[u8], info: &[u8], source: &Source<'_>, key: &mut Vec<u8>) {
    let pseudorandom = Chosen::hmac(prf, salt, source.secret.as_octets());
    let mut chained = Zeroizing::new(Vec::new());
    for counter in 1..=source.blocks {
        let input = Zeroizing::new([chained.as_slice(), info, &[counter]].concat());
        chained = Zeroizing::new(Chosen::hmac(prf, pseudorandom.as_octets(), &input).as_octets().to_vec());
        key.extend_from_slice(&chained);
    }
}

/// RFC 8018 §5.2.
fn pbkdf2(prf: DigestMethod, salt: &[u8], iterations: u32, source: &Source<'_>, key: &mut Vec<u8>) {
    let mac = |message: &[u8]| Chosen::hmac(prf, source.secret.as_octets(), message);
    for block in 1..=u32::from(source.blocks) {
        let mut chained = mac(&[salt, &block.to_be_bytes()].concat());
        let mut sum = Zeroizing::new(chained.as_octets().to_vec());
        for _ in 1..iterations {
            chained = mac(chained.as_octets());
            for (octet, next) in sum.iter_mut().zip(chained.as_octets()) {
                *octet ^= next;
            }
        }
        key.extend_from_slice(&sum);
    }
}
