//! Provider `aws-lc-rs`: AWS-LC for everything; the shim where aws-lc-rs has no door to it.

use std::sync::OnceLock;

use aws_lc_rs::cipher::{self, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::signature::{self, KeyPair as _};
use aws_lc_rs::{aead, digest, hmac, key_wrap, rand};
use wss_crypto_shim as shim;
use zeroize::Zeroizing;

use crate::algorithm::{DigestMethod, KeyTransport, SignatureFamily, SignatureMethod};
use crate::cipher::BlockCipher;
use crate::digest::DigestValue;
use crate::error::CryptoError;
use crate::key::{Curve, KeyKind, ecdsa_from_der, ecdsa_to_der};

pub(crate) struct Digest(digest::Context);

impl Digest {
    pub(crate) fn new(method: DigestMethod) -> Self {
        Self(digest::Context::new(match method {
            DigestMethod::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            DigestMethod::Sha224 => &digest::SHA224,
            DigestMethod::Sha256 => &digest::SHA256,
            DigestMethod::Sha384 => &digest::SHA384,
            DigestMethod::Sha512 => &digest::SHA512,
        }))
    }

    #[inline]
    pub(crate) fn update(&mut self, octets: &[u8]) {
        self.0.update(octets);
    }

    pub(crate) fn finish(self) -> DigestValue {
        DigestValue::from_slice(self.0.finish().as_ref())
    }
}

pub(crate) fn hmac(method: DigestMethod, key: &[u8], message: &[u8]) -> DigestValue {
    let algorithm = match method {
        DigestMethod::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        DigestMethod::Sha224 => hmac::HMAC_SHA224,
        DigestMethod::Sha256 => hmac::HMAC_SHA256,
        DigestMethod::Sha384 => hmac::HMAC_SHA384,
        DigestMethod::Sha512 => hmac::HMAC_SHA512,
    };
    DigestValue::from_slice(hmac::sign(&hmac::Key::new(algorithm, key), message).as_ref())
}

pub(crate) fn random(octets: &mut [u8]) -> Result<(), CryptoError> {
    rand::fill(octets).map_err(|_| CryptoError::Provider)
}

pub(crate) use wss_crypto_shim::Gcm;

fn gcm_key(key: &[u8]) -> Option<aead::LessSafeKey> {
    let algorithm = match key.len() {
        16 => &aead::AES_128_GCM,
        24 => &aead::AES_192_GCM,
        32 => &aead::AES_256_GCM,
        _ => return None,
    };
    aead::UnboundKey::new(algorithm, key).ok().map(aead::LessSafeKey::new)
}

/// `octets` is the 12-octet IV and the plaintext; the tag is appended.
pub(crate) fn gcm_seal(key: &[u8], octets: &mut Vec<u8>) -> Option<()> {
    let key = gcm_key(key)?;
    let (iv, plaintext) = octets.split_at_mut_checked(12)?;
    let nonce = aead::Nonce::try_assume_unique_for_key(iv).ok()?;
    let tag = key.seal_in_place_separate_tag(nonce, aead::Aad::empty(), plaintext).ok()?;
    octets.extend_from_slice(tag.as_ref());
    Some(())
}

/// `octets` is IV, ciphertext and tag; says where the plaintext, which begins at 12, ends.
pub(crate) fn gcm_open(key: &[u8], octets: &mut [u8]) -> Option<usize> {
    let key = gcm_key(key)?;
    let (iv, sealed) = octets.split_at_mut_checked(12)?;
    let nonce = aead::Nonce::try_assume_unique_for_key(iv).ok()?;
    let plaintext = key.open_in_place(nonce, aead::Aad::empty(), sealed).ok()?;
    Some(12 + plaintext.len())
}

#[allow(deprecated, reason = "3DES is legacy, and opened by name alone")]
fn unbound(cipher: BlockCipher, key: &[u8]) -> Option<UnboundCipherKey> {
    let algorithm = match (cipher, key.len()) {
        (BlockCipher::Aes, 16) => &cipher::AES_128,
        (BlockCipher::Aes, 24) => &cipher::AES_192,
        (BlockCipher::Aes, 32) => &cipher::AES_256,
        (BlockCipher::TripleDes, 24) => &cipher::DES_EDE3_FOR_LEGACY_USE_ONLY,
        _ => return None,
    };
    UnboundCipherKey::new(algorithm, key).ok()
}

/// Whole blocks in place.
pub(crate) fn cbc_encrypt(cipher: BlockCipher, key: &[u8], iv: &[u8], blocks: &mut [u8]) -> Option<()> {
    let key = EncryptingKey::cbc(unbound(cipher, key)?).ok()?;
    let context = match cipher {
        BlockCipher::Aes => EncryptionContext::Iv128(FixedLength::try_from(iv).ok()?),
        BlockCipher::TripleDes => EncryptionContext::Iv64(FixedLength::try_from(iv).ok()?),
    };
    key.less_safe_encrypt(blocks, context).ok().map(drop)
}

/// Whole blocks in place.
pub(crate) fn cbc_decrypt(cipher: BlockCipher, key: &[u8], iv: &[u8], blocks: &mut [u8]) -> Option<()> {
    let key = DecryptingKey::cbc(unbound(cipher, key)?).ok()?;
    let context = match cipher {
        BlockCipher::Aes => DecryptionContext::Iv128(FixedLength::try_from(iv).ok()?),
        BlockCipher::TripleDes => DecryptionContext::Iv64(FixedLength::try_from(iv).ok()?),
    };
    key.decrypt(blocks, context).ok().map(drop)
}

pub(crate) fn aes_wrap(wrapping: &[u8], key: &[u8]) -> Option<Vec<u8>> {
    use key_wrap::KeyWrap as _;
    let mut output = vec![0; key.len() + 8];
    let len = match wrapping.len() {
        16 => key_wrap::AesKek::new(&key_wrap::AES_128, wrapping).ok()?.wrap(key, &mut output).ok()?.len(),
        32 => key_wrap::AesKek::new(&key_wrap::AES_256, wrapping).ok()?.wrap(key, &mut output).ok()?.len(),
        _ => return wrap_192(wrapping, key),
    };
    output.truncate(len);
    Some(output)
}

pub(crate) fn aes_unwrap(wrapping: &[u8], wrapped: &[u8]) -> Option<Vec<u8>> {
    use key_wrap::KeyWrap as _;
    let mut output = vec![0; wrapped.len()];
    let len = match wrapping.len() {
        16 => key_wrap::AesKek::new(&key_wrap::AES_128, wrapping).ok()?.unwrap(wrapped, &mut output).ok()?.len(),
        32 => key_wrap::AesKek::new(&key_wrap::AES_256, wrapping).ok()?.unwrap(wrapped, &mut output).ok()?.len(),
        _ => return unwrap_192(wrapping, wrapped),
    };
    output.truncate(len);
    Some(output)
}

const WRAP_IV: [u8; 8] = [0xA6; 8];

/// RFC 3394 §2.2.1 with AES-192, which aws-lc-rs does not wrap with.
fn wrap_192(wrapping: &[u8], key: &[u8]) -> Option<Vec<u8>> {
    if key.len() < 16 || !key.len().is_multiple_of(8) {
        return None;
    }
    let ecb = EncryptingKey::ecb(unbound(BlockCipher::Aes, wrapping)?).ok()?;
    let mut output = [&WRAP_IV, key].concat();
    let count = key.len() / 8;
    let mut block = [0u8; 16];
    for step in 0..6 * count {
        let at = 8 * (step % count + 1);
        block[..8].copy_from_slice(&output[..8]);
        block[8..].copy_from_slice(&output[at..at + 8]);
        ecb.less_safe_encrypt(&mut block, EncryptionContext::None).ok()?;
        let counter = (step as u64 + 1).to_be_bytes();
        for (octet, (encrypted, counter)) in output.iter_mut().zip(block.iter().zip(counter)) {
            *octet = encrypted ^ counter;
        }
        output[at..at + 8].copy_from_slice(&block[8..]);
    }
    Some(output)
}

/// RFC 3394 §2.2.2 with AES-192.
fn unwrap_192(wrapping: &[u8], wrapped: &[u8]) -> Option<Vec<u8>> {
    use subtle::ConstantTimeEq as _;
    if wrapped.len() < 24 || !wrapped.len().is_multiple_of(8) {
        return None;
    }
    let ecb = DecryptingKey::ecb(unbound(BlockCipher::Aes, wrapping)?).ok()?;
    let mut output = Zeroizing::new(wrapped.to_vec());
    let count = wrapped.len() / 8 - 1;
    let mut block = Zeroizing::new([0u8; 16]);
    for step in (0..6 * count).rev() {
        let at = 8 * (step % count + 1);
        let counter = (step as u64 + 1).to_be_bytes();
        for (octet, (wrapped, counter)) in block.iter_mut().zip(output.iter().zip(counter)) {
            *octet = wrapped ^ counter;
        }
        block[8..].copy_from_slice(&output[at..at + 8]);
        ecb.decrypt(block.as_mut_slice(), DecryptionContext::None).ok()?;
        output[..8].copy_from_slice(&block[..8]);
        output[at..at + 8].copy_from_slice(&block[8..]);
    }
    bool::from(output[..8].ct_eq(&WRAP_IV)).then(|| output[8..].to_vec())
}

fn shim_md(method: DigestMethod) -> shim::Md {
    match method {
        DigestMethod::Sha1 => shim::Md::Sha1,
        DigestMethod::Sha224 => shim::Md::Sha224,
        DigestMethod::Sha256 => shim::Md::Sha256,
        DigestMethod::Sha384 => shim::Md::Sha384,
        DigestMethod::Sha512 => shim::Md::Sha512,
    }
}

fn shim_scheme(method: SignatureMethod) -> Option<shim::Scheme> {
    match method.family() {
        SignatureFamily::RsaPkcs1 => Some(shim::Scheme::Pkcs1),
        SignatureFamily::RsaPss => Some(shim::Scheme::Pss),
        SignatureFamily::Ecdsa => Some(shim::Scheme::Ecdsa),
        SignatureFamily::Hmac => None,
    }
}

enum Signer {
    Rsa(signature::RsaKeyPair),
    Ec(Box<signature::EcdsaKeyPair>),
    /// RSA keys that aws-lc-rs refuses, which the shim serves alone.
    ShimOnly,
}

pub(crate) struct PrivateKey {
    signer: Signer,
    pkcs8: Zeroizing<Vec<u8>>,
    /// Parsed when first needed: most keys never are.
    shim: OnceLock<Option<shim::Key>>,
}

impl PrivateKey {
    pub(crate) fn new(pkcs8: &[u8], kind: KeyKind) -> Option<Self> {
        let signer = match kind {
            KeyKind::Rsa { bits, .. } if bits >= 2_048 => {
                signature::RsaKeyPair::from_pkcs8(pkcs8).map_or(Signer::ShimOnly, Signer::Rsa)
            }
            KeyKind::Rsa { .. } => Signer::ShimOnly,
            KeyKind::Ec(curve) => {
                let algorithm = match curve {
                    Curve::P256 => &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
                    Curve::P384 => &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
                    Curve::P521 => &signature::ECDSA_P521_SHA512_FIXED_SIGNING,
                };
                Signer::Ec(Box::new(signature::EcdsaKeyPair::from_pkcs8(algorithm, pkcs8).ok()?))
            }
        };
        let key = Self { signer, pkcs8: Zeroizing::new(pkcs8.to_vec()), shim: OnceLock::new() };
        if matches!(key.signer, Signer::ShimOnly) {
            key.shim()?;
        }
        Some(key)
    }

    fn shim(&self) -> Option<&shim::Key> {
        self.shim.get_or_init(|| shim::Key::from_pkcs8(&self.pkcs8)).as_ref()
    }

    pub(crate) fn ec_point(&self) -> Option<Vec<u8>> {
        match &self.signer {
            Signer::Ec(pair) => Some(pair.public_key().as_ref().to_vec()),
            Signer::Rsa(_) | Signer::ShimOnly => None,
        }
    }

    pub(crate) fn sign(&self, kind: KeyKind, method: SignatureMethod, message: &[u8]) -> Option<Vec<u8>> {
        let random = rand::SystemRandom::new();
        match (&self.signer, kind) {
            (Signer::Rsa(pair), _) => {
                let encoding: &'static dyn signature::RsaEncoding = match method {
                    SignatureMethod::RsaSha256 => &signature::RSA_PKCS1_SHA256,
                    SignatureMethod::RsaSha384 => &signature::RSA_PKCS1_SHA384,
                    SignatureMethod::RsaSha512 => &signature::RSA_PKCS1_SHA512,
                    SignatureMethod::RsaPssSha256 => &signature::RSA_PSS_SHA256,
                    SignatureMethod::RsaPssSha384 => &signature::RSA_PSS_SHA384,
                    SignatureMethod::RsaPssSha512 => &signature::RSA_PSS_SHA512,
                    _ => return self.shim()?.sign(shim_md(method.digest()), shim_scheme(method)?, message),
                };
                let mut value = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &random, message, &mut value).ok()?;
                Some(value)
            }
            (Signer::Ec(pair), KeyKind::Ec(curve)) => match (curve, method) {
                (Curve::P256, SignatureMethod::EcdsaSha256)
                | (Curve::P384, SignatureMethod::EcdsaSha384)
                | (Curve::P521, SignatureMethod::EcdsaSha512) => {
                    pair.sign(&random, message).ok().map(|value| value.as_ref().to_vec())
                }
                _ => {
                    let der = self.shim()?.sign(shim_md(method.digest()), shim::Scheme::Ecdsa, message)?;
                    ecdsa_from_der(&der, curve)
                }
            },
            (Signer::ShimOnly, _) => self.shim()?.sign(shim_md(method.digest()), shim_scheme(method)?, message),
            (Signer::Ec(_), KeyKind::Rsa { .. }) => None,
        }
    }

    pub(crate) fn oaep_decrypt(
        &self,
        digest: DigestMethod,
        mgf: DigestMethod,
        label: &[u8],
        ciphertext: &[u8],
    ) -> Option<Vec<u8>> {
        self.shim()?.oaep_decrypt(shim_md(digest), shim_md(mgf), label, ciphertext)
    }

    pub(crate) fn rsa_raw(&self, ciphertext: &[u8]) -> Option<Vec<u8>> {
        self.shim()?.rsa_decrypt_raw(ciphertext)
    }

    /// A secret only the holder of this key can know.
    pub(crate) fn substitute_key(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(digest::digest(&digest::SHA256, &self.pkcs8).as_ref().to_vec())
    }
}

pub(crate) struct PublicKey {
    parsed: OnceLock<(SignatureMethod, Option<signature::ParsedPublicKey>)>,
    spki: Vec<u8>,
    shim: OnceLock<Option<shim::Key>>,
}

impl PublicKey {
    pub(crate) fn new(spki: &[u8], kind: KeyKind) -> Option<Self> {
        let key = Self { parsed: OnceLock::new(), spki: spki.to_vec(), shim: OnceLock::new() };
        // A point off its curve is refused here; RSA keys were judged by their numbers.
        if matches!(kind, KeyKind::Ec(_)) {
            key.shim()?;
        }
        Some(key)
    }

    fn shim(&self) -> Option<&shim::Key> {
        self.shim.get_or_init(|| shim::Key::from_spki(&self.spki)).as_ref()
    }

    /// Keys verify with one method almost always: the form parsed for the first is kept.
    fn parsed(
        &self,
        method: SignatureMethod,
        algorithm: &'static dyn signature::VerificationAlgorithm,
    ) -> Option<&signature::ParsedPublicKey> {
        let parse = || (method, signature::ParsedPublicKey::new(algorithm, &self.spki).ok());
        let (parsed_for, key) = self.parsed.get_or_init(parse);
        key.as_ref().filter(|_| *parsed_for == method)
    }

    pub(crate) fn verify(&self, kind: KeyKind, method: SignatureMethod, message: &[u8], value: &[u8]) -> bool {
        let strong = matches!(kind, KeyKind::Rsa { bits, .. } if bits >= 2_048);
        let algorithm: Option<&'static dyn signature::VerificationAlgorithm> = match (kind, method) {
            (KeyKind::Rsa { .. }, SignatureMethod::RsaSha256) if strong => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
            (KeyKind::Rsa { .. }, SignatureMethod::RsaSha384) if strong => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
            (KeyKind::Rsa { .. }, SignatureMethod::RsaSha512) if strong => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
            (KeyKind::Rsa { .. }, SignatureMethod::RsaPssSha256) if strong => {
                Some(&signature::RSA_PSS_2048_8192_SHA256)
            }
            (KeyKind::Rsa { .. }, SignatureMethod::RsaPssSha384) if strong => {
                Some(&signature::RSA_PSS_2048_8192_SHA384)
            }
            (KeyKind::Rsa { .. }, SignatureMethod::RsaPssSha512) if strong => {
                Some(&signature::RSA_PSS_2048_8192_SHA512)
            }
            (KeyKind::Ec(Curve::P256), SignatureMethod::EcdsaSha256) => Some(&signature::ECDSA_P256_SHA256_FIXED),
            (KeyKind::Ec(Curve::P384), SignatureMethod::EcdsaSha384) => Some(&signature::ECDSA_P384_SHA384_FIXED),
            (KeyKind::Ec(Curve::P521), SignatureMethod::EcdsaSha512) => Some(&signature::ECDSA_P521_SHA512_FIXED),
            _ => None,
        };
        if let Some(key) = algorithm.and_then(|algorithm| self.parsed(method, algorithm)) {
            return key.verify_sig(message, value).is_ok();
        }
        let (Some(key), Some(scheme)) = (self.shim(), shim_scheme(method)) else { return false };
        let der;
        let value = match kind {
            KeyKind::Ec(_) => {
                der = ecdsa_to_der(value);
                &der
            }
            KeyKind::Rsa { .. } => value,
        };
        key.verify(shim_md(method.digest()), scheme, message, value)
    }

    pub(crate) fn encrypt(&self, transport: &KeyTransport, key: &[u8]) -> Option<Vec<u8>> {
        match transport {
            KeyTransport::RsaOaepMgf1p { digest, label } => {
                self.shim()?.oaep_encrypt(shim_md(*digest), shim::Md::Sha1, label, key)
            }
            KeyTransport::RsaOaep { digest, mgf, label } => {
                self.shim()?.oaep_encrypt(shim_md(*digest), shim_md(*mgf), label, key)
            }
            KeyTransport::Rsa15 => self.shim()?.pkcs1_encrypt(key),
        }
    }
}
