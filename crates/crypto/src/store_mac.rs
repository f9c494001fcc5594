//! The MAC of a PKCS#12 key store: of RFC 7292 §5.1 with its own derivation, or PBMAC1 (RFC 9579) with PBKDF2.

use subtle::ConstantTimeEq as _;

use crate::algorithm::DigestMethod;
use crate::der::{self, Reader};
use crate::digest_value::DigestValue;
use crate::error::LoadError;
use crate::key_derivation::KeyDerivation;
use crate::password_based::{Effort, Pkcs12Derivation, Pkcs12Purpose, name_of};
use crate::provider::{Chosen, Provider as _};
use crate::secret::Secret;

const MALFORMED: LoadError = LoadError::Malformed { what: "MAC of the key store" };

const PBMAC1: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 14];
const PBKDF2: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 12];
/// `digestAlgorithm` of RSADSI, below which the identifiers of HMAC are.
const RSADSI_DIGESTS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 2];

/// The digests of MACs, with the arc of HMAC with each below `digestAlgorithm` (RFC 8018 appendix B.1).
const DIGESTS: [(u8, DigestMethod); 5] = [
    (7, DigestMethod::Sha1),
    (8, DigestMethod::Sha224),
    (9, DigestMethod::Sha256),
    (10, DigestMethod::Sha384),
    (11, DigestMethod::Sha512),
];

/// The sizes of keys for HMAC: a shorter one can be guessed, and no tool writes a longer one than the longest digest.
const KEY_LENGTHS: std::ops::RangeInclusive<u32> = 20..=64;

/// MacData (RFC 7292 §4).
pub(crate) struct MacData<'d> {
    /// The content of the AlgorithmIdentifier.
    algorithm: &'d [u8],
    claimed: &'d [u8],
    salt: &'d [u8],
    iterations: u32,
}

impl<'d> MacData<'d> {
    pub(crate) fn read(octets: &'d [u8]) -> Option<Self> {
        let mut data = Reader::new(octets);
        let mut info = Reader::new(data.expect(der::SEQUENCE)?);
        let algorithm = info.expect(der::SEQUENCE)?;
        let claimed = info.expect(der::OCTET_STRING).filter(|_| info.is_empty())?;
        let salt = data.expect(der::OCTET_STRING)?;
        let iterations = if data.is_empty() { 1 } else { der::small(data.expect(der::INTEGER)?)? };
        (iterations >= 1 && data.is_empty()).then_some(Self { algorithm, claimed, salt, iterations })
    }

    /// Compares it with that of the safes under the password. The derivation is taken from `effort`.
    ///
    /// # Errors
    /// [`LoadError::WrongPassword`]; [`LoadError::KeyEncryption`] for a MAC that is not supported or takes too much effort;
    /// [`LoadError::Malformed`].
    pub(crate) fn check(&self, safes: &[u8], password: &str, effort: &mut Effort) -> Result<(), LoadError> {
        let mut algorithm = Reader::new(self.algorithm);
        let scheme = algorithm.expect(der::OID).ok_or(MALFORMED)?;
        let computed = if scheme == PBMAC1 {
            Pbmac1::read(algorithm)?.compute(safes, password, effort)?
        } else {
            let digest = DigestMethod::from_oid(scheme).filter(is_usual).ok_or_else(|| unsupported(scheme))?;
            effort.take_iterations(self.iterations)?;
            let Self { salt, iterations, .. } = *self;
            let derivation = Pkcs12Derivation { method: digest, password, salt, iterations };
            let key = derivation.octets(Pkcs12Purpose::Mac, digest.output_len());
            Chosen::hmac(digest, &key, safes)
        };
        let is_right = computed.as_octets().ct_eq(self.claimed);
        if bool::from(is_right) { Ok(()) } else { Err(LoadError::WrongPassword) }
    }
}

fn is_usual(digest: &DigestMethod) -> bool {
    DIGESTS.iter().any(|(_, usual)| usual == digest)
}

fn unsupported(scheme: &[u8]) -> LoadError {
    LoadError::KeyEncryption { scheme: format!("a MAC with {}", name_of(scheme)).into() }
}

/// The parameters of PBMAC1 with PBKDF2 (RFC 8018 §7.1, RFC 9579 §4). The salt and the iterations of MacData are not used.
struct Pbmac1<'d> {
    salt: &'d [u8],
    iterations: u32,
    key_len: u32,
    /// The digest of PBKDF2.
    prf: DigestMethod,
    /// The digest of the MAC.
    digest: DigestMethod,
}

impl<'d> Pbmac1<'d> {
    fn read(parameters: Reader<'d>) -> Result<Self, LoadError> {
        let mut parameters = Reader::new(parameters.only(der::SEQUENCE).ok_or(MALFORMED)?);
        let mut derivation = Reader::new(parameters.expect(der::SEQUENCE).ok_or(MALFORMED)?);
        let mac = parameters.expect(der::SEQUENCE).filter(|_| parameters.is_empty()).ok_or(MALFORMED)?;
        let scheme = derivation.expect(der::OID).ok_or(MALFORMED)?;
        if scheme != PBKDF2 {
            return Err(unsupported(scheme));
        }
        let mut fields = Reader::new(derivation.only(der::SEQUENCE).ok_or(MALFORMED)?);
        // Another source of the salt than the file itself is reserved.
        let salt = fields.expect(der::OCTET_STRING).ok_or(MALFORMED)?;
        let mut number = || der::small(fields.expect(der::INTEGER)?);
        // RFC 9579 §4: the length of the key must be there.
        let (iterations, key_len) = number().zip(number()).ok_or(MALFORMED)?;
        let prf = match fields.is_empty() {
            true => DigestMethod::Sha1,
            false => hmac(fields.expect(der::SEQUENCE).filter(|_| fields.is_empty()).ok_or(MALFORMED)?)?,
        };
        if iterations == 0 {
            return Err(MALFORMED);
        }
        if !KEY_LENGTHS.contains(&key_len) {
            return Err(LoadError::KeyStore("the key of its MAC does not have 20 to 64 octets: export it anew"));
        }
        Ok(Self { salt, iterations, key_len, prf, digest: hmac(mac)? })
    }

    /// The password is in UTF-8, without an end (RFC 9579 §5).
    fn compute(&self, safes: &[u8], password: &str, effort: &mut Effort) -> Result<DigestValue, LoadError> {
        let blocks = self.key_len.div_ceil(self.prf.output_len() as u32);
        effort.take_iterations(self.iterations.saturating_mul(blocks))?;
        let derivation = KeyDerivation::Pbkdf2 { prf: self.prf, salt: self.salt.to_vec(), iterations: self.iterations };
        let secret = Secret::new(password.as_bytes().to_vec());
        let key = derivation.derive(&secret, self.key_len as usize).map_err(|_| MALFORMED)?;
        Ok(Chosen::hmac(self.digest, key.as_octets(), safes))
    }
}

/// The digest of HMAC, from the content of an AlgorithmIdentifier.
fn hmac(algorithm: &[u8]) -> Result<DigestMethod, LoadError> {
    let scheme = Reader::new(algorithm).expect(der::OID).ok_or(MALFORMED)?;
    let known = scheme.strip_prefix(RSADSI_DIGESTS).and_then(|arc| DIGESTS.iter().find(|(of, _)| arc == [*of]));
    known.map(|(_, digest)| *digest).ok_or_else(|| unsupported(scheme))
}
