//! What is encrypted with a password: private keys in the forms of PEM, PKCS#8 and Java's key stores, and the safes of PKCS#12.
//!
//! New files have PBES2 (RFC 8018 §6.2), which the crate `pkcs8` reads. Old ones have PBES1 with 3DES (RFC 7292
//! appendix C), OpenSSL's `Proc-Type: 4,ENCRYPTED`, or the derivations of Java. The error for any other scheme names
//! it.

use md5::{Digest as _, Md5};
use pkcs8::pkcs5::pbes2;
use wss_text::octets_of_hex;
use zeroize::Zeroizing;

use crate::algorithm::{ContentEncryption, DigestMethod};
use crate::cipher::decrypt;
use crate::der;
use crate::digest::Digest;
use crate::error::LoadError;
use crate::secret::Secret;

/// Schemes by the octets of their object identifiers.
const PBES2: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 13];
const SHA1_3DES: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 12, 1, 3];
/// For the safes of PKCS#12 alone, which read it themselves.
pub(crate) const SHA1_RC2_40: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 12, 1, 6];
/// `1.3.6.1.4.1.42.2.17.1.1`: the key stores of Java.
const JKS: &[u8] = &[0x2B, 6, 1, 4, 1, 42, 2, 17, 1, 1];
/// `1.3.6.1.4.1.42.2.19.1`: the key stores of the Java Cryptography Extension.
const JCEKS: &[u8] = &[0x2B, 6, 1, 4, 1, 42, 2, 19, 1];

/// Schemes that are not supported, by name.
const NAMES: [(&[u8], &str); 8] = [
    (&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 3], "PBES1 with MD5 and DES"),
    (&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 6], "PBES1 with MD5 and RC2"),
    (&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 10], "PBES1 with SHA-1 and DES"),
    (&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 11], "PBES1 with SHA-1 and RC2"),
    (&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 12, 1, 1], "PBES1 with SHA-1 and RC4"),
    (&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 12, 1, 4], "PBES1 with SHA-1 and 3DES of two keys"),
    (&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 12, 1, 5], "PBES1 with SHA-1 and RC2 of 128 bits"),
    (SHA1_RC2_40, "PBES1 with SHA-1 and RC2 of 40 bits"),
];

/// Derivations and ciphers of PBES2, by name.
const PIECES_OF_PBES2: [(&[u8], &str); 10] = [
    (&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 12], "PBKDF2"),
    (&[0x2B, 6, 1, 4, 1, 0xDA, 0x47, 4, 11], "scrypt"),
    (&[0x2B, 14, 3, 2, 7], "DES-CBC"),
    (&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 3, 2], "RC2-CBC"),
    (&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 3, 7], "3DES-CBC"),
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 2], "AES-128-CBC"),
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 22], "AES-192-CBC"),
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42], "AES-256-CBC"),
    (&[0x2A, 0x83, 0x08, 0x8C, 0x9A, 0x4B, 0x3D, 1, 1, 1, 2], "Camellia-128-CBC"),
    (&[0x2A, 0x83, 0x08, 0x8C, 0x9A, 0x4B, 0x3D, 1, 1, 1, 4], "Camellia-256-CBC"),
];

/// The largest number of iterations of all derivations of a file. Tools write far fewer.
const MAX_ITERATIONS: u64 = 10_000_000;

/// The largest memory that scrypt may take, in octets. OpenSSL takes 16 MiB by default.
const MAX_SCRYPT_OCTETS: u64 = 256 << 20;
/// The largest number of blocks of 128 octets that scrypt may mix.
const MAX_SCRYPT_BLOCKS: u64 = 1 << 22;

/// The octets that a password decrypts to. Only reading them shows whether it was the right one.
pub(crate) type Plain = Zeroizing<Vec<u8>>;

/// The iterations that are left for the keys of one file. The file says how many each key takes.
pub(crate) struct Effort(u64);

impl Effort {
    /// The iterations for a file of which nothing is decrypted yet.
    pub(crate) fn of_file() -> Self {
        Self(MAX_ITERATIONS)
    }

    #[cfg(all(test, feature = "pkcs12"))]
    pub(crate) fn of(iterations: u64) -> Self {
        Self(iterations)
    }

    /// Takes iterations; `None` if fewer are left.
    fn take(&mut self, iterations: u64) -> Option<()> {
        self.0 = self.0.checked_sub(iterations)?;
        Some(())
    }

    /// Takes the iterations of a derivation.
    ///
    /// # Errors
    /// [`LoadError::KeyEncryption`] if fewer are left.
    pub(crate) fn take_iterations(&mut self, iterations: u32) -> Result<(), LoadError> {
        let too_many = || LoadError::KeyEncryption { scheme: "more than 10,000,000 iterations".into() };
        self.take(iterations.into()).ok_or_else(too_many)
    }
}

/// Decrypts an EncryptedPrivateKeyInfo (RFC 5958 §3), whose derivation is taken from `effort`.
///
/// # Errors
/// [`LoadError::WrongPassword`], [`LoadError::Malformed`], [`LoadError::KeyEncryption`] for schemes that are not supported.
pub(crate) fn decrypt_pkcs8(octets: &[u8], password: &str, effort: &mut Effort) -> Result<Plain, LoadError> {
    Encrypted::read(octets).ok_or(MALFORMED)?.decrypt(password, effort)
}

const MALFORMED: LoadError = LoadError::Malformed { what: "encrypted private key" };

/// The name of a scheme, or its object identifier in dotted decimal.
pub(crate) fn name_of(scheme: &[u8]) -> String {
    let named = NAMES.iter().find(|(oid, _)| *oid == scheme).map(|(_, name)| (*name).to_owned());
    named.or_else(|| der::dotted(scheme)).unwrap_or_else(|| "an unknown scheme".to_owned())
}

/// The derivation and the cipher of PBES2, by name or in dotted decimal (RFC 8018 §A.4).
fn names_of_pbes2(parameters: &[u8]) -> Option<String> {
    let mut fields = der::Reader::new(der::Reader::new(parameters).only(der::SEQUENCE)?);
    let mut next = || {
        let oid = der::Reader::new(fields.expect(der::SEQUENCE)?).expect(der::OID)?;
        let named = PIECES_OF_PBES2.iter().find(|(known, _)| *known == oid).map(|(_, name)| (*name).to_owned());
        named.or_else(|| der::dotted(oid))
    };
    Some(format!("{} and {}", next()?, next()?))
}

/// Takes the cost of a derivation; `None` if it is more than is left, or more memory than any tool takes by default.
fn pay(derivation: &pkcs8::pkcs5::pbes2::Kdf, effort: &mut Effort) -> Option<()> {
    if let Some(parameters) = derivation.pbkdf2() {
        effort.take(parameters.iteration_count.into())?;
    }
    if let Some(parameters) = derivation.scrypt() {
        let blocks = parameters.cost_parameter.saturating_mul(u64::from(parameters.block_size));
        let total = blocks.saturating_mul(u64::from(parameters.parallelization));
        if blocks.saturating_mul(128) > MAX_SCRYPT_OCTETS || total > MAX_SCRYPT_BLOCKS {
            return None;
        }
        effort.take(total)?;
    }
    Some(())
}

/// A ciphertext, and how a password decrypts it.
pub(crate) struct Encrypted<'d> {
    scheme: &'d [u8],
    parameters: der::Reader<'d>,
    ciphertext: &'d [u8],
}

impl<'d> Encrypted<'d> {
    /// Reads an EncryptedPrivateKeyInfo (RFC 5958 §3).
    pub(crate) fn read(octets: &'d [u8]) -> Option<Self> {
        let mut info = der::Reader::new(der::Reader::new(octets).only(der::SEQUENCE)?);
        let algorithm = info.expect(der::SEQUENCE)?;
        let ciphertext = info.expect(der::OCTET_STRING).filter(|_| info.is_empty())?;
        Self::new(algorithm, ciphertext)
    }

    /// A ciphertext under an algorithm: the content of its AlgorithmIdentifier.
    pub(crate) fn new(algorithm: &'d [u8], ciphertext: &'d [u8]) -> Option<Self> {
        let mut parameters = der::Reader::new(algorithm);
        let scheme = parameters.expect(der::OID)?;
        Some(Self { scheme, parameters, ciphertext })
    }

    /// The octets of the object identifier.
    #[cfg(feature = "pkcs12")]
    pub(crate) fn scheme(&self) -> &'d [u8] {
        self.scheme
    }

    #[cfg(feature = "pkcs12")]
    pub(crate) fn ciphertext(&self) -> &'d [u8] {
        self.ciphertext
    }

    /// Decrypts it; the derivation is taken from `effort`.
    ///
    /// # Errors
    /// As [`decrypt_pkcs8`].
    pub(crate) fn decrypt(&self, password: &str, effort: &mut Effort) -> Result<Plain, LoadError> {
        match self.scheme {
            PBES2 => self.decrypt_pbes2(password, effort),
            SHA1_3DES => {
                let (key, iv) = self.pkcs12_key_and_iv(password, 24, effort)?;
                decrypted(ContentEncryption::TripleDesCbc, &key, &iv, self.ciphertext)
            }
            JKS => decrypt_jks(self.ciphertext, password),
            JCEKS => {
                let (salt, iterations) = self.salt_and_iterations(effort)?;
                let derived = jceks_octets(salt, iterations, password)?;
                let (key, iv) = derived.split_at(24);
                decrypted(ContentEncryption::TripleDesCbc, key, iv, self.ciphertext)
            }
            other => Err(LoadError::KeyEncryption { scheme: name_of(other).into() }),
        }
    }

    /// RFC 8018 §6.2.
    fn decrypt_pbes2(&self, password: &str, effort: &mut Effort) -> Result<Plain, LoadError> {
        use pkcs8::der::Decode as _;
        use pkcs8::pkcs5::Error as Pkcs5;
        let unsupported = |what: String| LoadError::KeyEncryption { scheme: format!("PBES2 with {what}").into() };
        let unread =
            || names_of_pbes2(self.parameters.rest()).unwrap_or_else(|| "parameters of another shape".to_owned());
        let parameters = pbes2::Parameters::from_der(self.parameters.rest()).map_err(|_| unsupported(unread()))?;
        pay(&parameters.kdf, effort)
            .ok_or_else(|| unsupported("derivations of more than 10,000,000 iterations or 256 MiB".to_owned()))?;
        let plain = parameters.decrypt(password, self.ciphertext).map_err(|error| match error {
            Pkcs5::UnsupportedAlgorithm { oid } | Pkcs5::AlgorithmParametersInvalid { oid } => {
                unsupported(oid.to_string())
            }
            _ => LoadError::WrongPassword,
        })?;
        Ok(Zeroizing::new(plain))
    }

    /// The key and the initialisation vector of a block cipher with blocks of 8 octets (RFC 7292 appendix C).
    ///
    /// # Errors
    /// [`LoadError::Malformed`], [`LoadError::KeyEncryption`].
    pub(crate) fn pkcs12_key_and_iv(
        &self,
        password: &str,
        key_len: usize,
        effort: &mut Effort,
    ) -> Result<(Plain, Plain), LoadError> {
        let (salt, iterations) = self.salt_and_iterations(effort)?;
        let derivation = Pkcs12Derivation { method: DigestMethod::Sha1, password, salt, iterations };
        Ok((derivation.octets(Pkcs12Purpose::Key, key_len), derivation.octets(Pkcs12Purpose::Iv, 8)))
    }

    /// The parameters of PBES1 (RFC 8018 appendix A.3).
    fn salt_and_iterations(&self, effort: &mut Effort) -> Result<(&'d [u8], u32), LoadError> {
        let read = || {
            let mut parameters = der::Reader::new(self.parameters.only(der::SEQUENCE)?);
            let salt = parameters.expect(der::OCTET_STRING)?;
            let iterations = der::small(parameters.expect(der::INTEGER)?)?;
            (iterations >= 1).then_some((salt, iterations))
        };
        let (salt, iterations) = read().ok_or(MALFORMED)?;
        effort.take_iterations(iterations)?;
        Ok((salt, iterations))
    }
}

/// The password as PKCS#12 has it: UTF-16 with two zero octets at the end.
fn utf16_with_end(password: &str) -> Plain {
    let mut octets = utf16(password);
    octets.extend([0, 0]);
    octets
}

pub(crate) fn utf16(password: &str) -> Plain {
    Zeroizing::new(password.encode_utf16().flat_map(u16::to_be_bytes).collect())
}

/// The derivation of RFC 7292 appendix B.2.
pub(crate) struct Pkcs12Derivation<'p> {
    pub(crate) method: DigestMethod,
    pub(crate) password: &'p str,
    pub(crate) salt: &'p [u8],
    pub(crate) iterations: u32,
}

/// The purpose of derived octets, with its identifier in RFC 7292 appendix B.3.
#[derive(Clone, Copy)]
pub(crate) enum Pkcs12Purpose {
    Key = 1,
    Iv = 2,
    #[cfg(feature = "pkcs12")]
    Mac = 3,
}

impl Pkcs12Derivation<'_> {
    /// Derives `len` octets.
    pub(crate) fn octets(&self, purpose: Pkcs12Purpose, len: usize) -> Plain {
        let Self { method, password, salt, iterations } = *self;
        let id = purpose as u8;
        let block_len = method.block_len();
        let filled = |octets: &[u8]| -> Plain {
            let whole = octets.len().div_ceil(block_len) * block_len;
            Zeroizing::new(octets.iter().copied().cycle().take(whole).collect())
        };
        let mut input = Zeroizing::new([&filled(salt)[..], &filled(&utf16_with_end(password))].concat());
        let mut derived = Zeroizing::new(Vec::with_capacity(len + method.output_len()));
        while derived.len() < len {
            let mut digest = Digest::new(method);
            digest.update(&vec![id; block_len]);
            digest.update(&input);
            let mut value = digest.finish();
            for _ in 1..iterations {
                value = Digest::of(method, value.as_octets());
            }
            let value = value.as_octets();
            // Each block of the input, as a number, is increased by that of the digest plus one.
            for block in input.chunks_exact_mut(block_len) {
                let mut carry = 1u16;
                for (at, octet) in block.iter_mut().enumerate().rev() {
                    let sum = u16::from(*octet) + u16::from(value.get(at % value.len()).copied().unwrap_or(0)) + carry;
                    (*octet, carry) = (sum as u8, sum >> 8);
                }
            }
            derived.extend_from_slice(value);
        }
        derived.truncate(len);
        derived
    }
}

/// Decrypts the key in a JKS: the key stream is SHA-1 of the password and of the block before, and the digest at the
/// end is that of the password and the key.
fn decrypt_jks(octets: &[u8], password: &str) -> Result<Plain, LoadError> {
    const SHA1: usize = 20;
    let malformed = || LoadError::Malformed { what: "key in the key store" };
    let (salt, rest) = octets.split_at_checked(SHA1).ok_or_else(malformed)?;
    let (ciphertext, claimed) = rest.split_at_checked(rest.len().saturating_sub(SHA1)).ok_or_else(malformed)?;
    let password = utf16(password);
    let mut plain = Zeroizing::new(ciphertext.to_vec());
    let mut stream = salt.to_vec();
    for block in plain.chunks_mut(SHA1) {
        stream = Digest::of(DigestMethod::Sha1, &[&password, stream.as_slice()].concat()).as_octets().to_vec();
        block.iter_mut().zip(&stream).for_each(|(octet, key)| *octet ^= key);
    }
    let digest = Digest::of(DigestMethod::Sha1, &[&password, plain.as_slice()].concat());
    if digest.as_octets() == claimed { Ok(plain) } else { Err(LoadError::WrongPassword) }
}

/// The key and the initialisation vector of a JCEKS: MD5 of each half of the salt and the password, repeatedly.
fn jceks_octets(salt: &[u8], iterations: u32, password: &str) -> Result<Plain, LoadError> {
    let mut salt: [u8; 8] = salt.try_into().map_err(|_| LoadError::Malformed { what: "key in the key store" })?;
    if salt[..4] == salt[4..] {
        // The Java Cryptography Extension intends to reverse the first half, and by a mistake writes these octets.
        salt[2] = salt[1];
        salt[1] = salt[0];
        salt[0] = salt[3];
    }
    let mut derived = Zeroizing::new(Vec::with_capacity(32));
    for half in salt.chunks_exact(4) {
        let mut value = half.to_vec();
        for _ in 0..iterations {
            value = Md5::new().chain_update(&value).chain_update(password).finalize().to_vec();
        }
        derived.extend(value);
    }
    Ok(derived)
}

/// Decrypts the body of a PEM section with this `DEK-Info` (RFC 1421 §4.6.1.3, with the key derivation of OpenSSL).
///
/// # Errors
/// [`LoadError::WrongPassword`], [`LoadError::Malformed`], [`LoadError::KeyEncryption`].
pub(crate) fn decrypt_pem(dek_info: &str, octets: &[u8], password: &str) -> Result<Plain, LoadError> {
    let malformed = || LoadError::Malformed { what: "DEK-Info of the private key" };
    let (name, iv) = dek_info.trim().split_once(',').ok_or_else(malformed)?;
    let cipher = match name {
        "DES-EDE3-CBC" => ContentEncryption::TripleDesCbc,
        "AES-128-CBC" => ContentEncryption::Aes128Cbc,
        "AES-192-CBC" => ContentEncryption::Aes192Cbc,
        "AES-256-CBC" => ContentEncryption::Aes256Cbc,
        other => return Err(LoadError::KeyEncryption { scheme: other.into() }),
    };
    let iv = octets_of_hex(iv).filter(|iv| iv.len() == cipher.iv_len()).ok_or_else(malformed)?;
    let salt = iv.get(..8).ok_or_else(malformed)?;
    let mut key = Zeroizing::new(Vec::with_capacity(48));
    let mut last: Vec<u8> = Vec::new();
    while key.len() < cipher.key_len() {
        last = Md5::new().chain_update(&last).chain_update(password).chain_update(salt).finalize().to_vec();
        key.extend_from_slice(&last);
    }
    key.truncate(cipher.key_len());
    decrypted(cipher, &key, &iv, octets)
}

fn decrypted(cipher: ContentEncryption, key: &[u8], iv: &[u8], ciphertext: &[u8]) -> Result<Plain, LoadError> {
    let plain = decrypt(cipher, &Secret::new(key.to_vec()), [iv, ciphertext].concat());
    plain.map(Zeroizing::new).map_err(|_| LoadError::WrongPassword)
}

#[cfg(test)]
mod tests {
    use pkcs8::der::{Encode as _, asn1::OctetString};
    use pkcs8::pkcs5::pbes2::{EncryptionScheme, Kdf, Parameters, Pbkdf2Params, ScryptParams};

    use super::*;

    fn derived_by(kdf: Kdf) -> Vec<u8> {
        let parameters = Parameters { kdf, encryption: EncryptionScheme::Aes256Cbc { iv: [0; 16] } };
        let ciphertext = OctetString::new(vec![0; 48]).expect("octets");
        let info = pkcs8::EncryptedPrivateKeyInfoRef {
            encryption_algorithm: pkcs8::pkcs5::EncryptionScheme::Pbes2(parameters),
            encrypted_data: (&ciphertext).into(),
        };
        info.to_der().expect("DER")
    }

    #[test]
    fn whoever_made_a_file_does_not_choose_what_opening_it_costs() {
        let pbkdf2 = |count| Kdf::Pbkdf2(Pbkdf2Params::hmac_sha256(count, &[0; 8]).expect("parameters"));
        let scrypt = |log_n, r, p| {
            let parameters = pkcs8::pkcs5::scrypt::Params::new(log_n, r, p).expect("parameters");
            Kdf::Scrypt(ScryptParams::from_params_and_salt(parameters, &[0; 8]).expect("parameters"))
        };
        for usual in [pbkdf2(2_048), scrypt(14, 8, 1)] {
            assert_eq!(
                decrypt_pkcs8(&derived_by(usual), "x", &mut Effort::of_file()).map(drop),
                Err(LoadError::WrongPassword)
            );
        }
        for costly in [pbkdf2(10_000_001), scrypt(20, 8, 1), scrypt(14, 8, 64), scrypt(10, 4_096, 1)] {
            let error = decrypt_pkcs8(&derived_by(costly), "x", &mut Effort::of_file()).map(drop).expect_err("refused");
            assert!(error.to_string().contains("10,000,000 iterations"), "{error}");
        }
        // Several keys in one file cannot avoid the limit: the sum counts.
        let mut effort = Effort(5_000);
        let mut open = || decrypt_pkcs8(&derived_by(pbkdf2(2_048)), "x", &mut effort).map(drop);
        assert_eq!([open(), open()], [Err(LoadError::WrongPassword), Err(LoadError::WrongPassword)]);
        let error = open().expect_err("no third");
        assert!(error.to_string().contains("10,000,000 iterations"), "{error}");
    }
}
