//! Provider `ring`: ring for what it has, RustCrypto for the rest.
//!
//! ring signs and verifies RSA of 2 048 bits and more with SHA-2, P-256 with SHA-256 and P-384 with SHA-384, and
//! computes digests, MACs and AES-GCM. `rsa` transports keys, blinded, and signs what ring does not.

use aes_gcm::aead::{AeadInOut, KeyInit as _};
use cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use hmac::Mac as _;
use ring::rand::SecureRandom as _;
use ring::signature;
use ring::{aead, digest, hmac as ring_hmac, rand};
use rsa::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
use rsa::traits::{PaddingScheme, PublicKeyParts as _, SignatureScheme};
use sha2::Digest as _;
use zeroize::Zeroizing;

use crate::algorithm::{DigestMethod, KeyTransport, SignatureFamily, SignatureMethod};
use crate::cipher::BlockCipher;
use crate::digest::DigestValue;
use crate::error::CryptoError;
use crate::key::{Curve, KeyKind};

pub(crate) enum Digest {
    Ring(digest::Context),
    Sha1(sha1::Sha1),
    Sha224(sha2::Sha224),
}

impl Digest {
    pub(crate) fn new(method: DigestMethod) -> Self {
        match method {
            DigestMethod::Sha1 => Self::Sha1(sha1::Sha1::new()),
            DigestMethod::Sha224 => Self::Sha224(sha2::Sha224::new()),
            DigestMethod::Sha256 => Self::Ring(digest::Context::new(&digest::SHA256)),
            DigestMethod::Sha384 => Self::Ring(digest::Context::new(&digest::SHA384)),
            DigestMethod::Sha512 => Self::Ring(digest::Context::new(&digest::SHA512)),
        }
    }

    #[inline]
    pub(crate) fn update(&mut self, octets: &[u8]) {
        match self {
            Self::Ring(context) => context.update(octets),
            Self::Sha1(context) => context.update(octets),
            Self::Sha224(context) => context.update(octets),
        }
    }

    pub(crate) fn finish(self) -> DigestValue {
        match self {
            Self::Ring(context) => DigestValue::from_slice(context.finish().as_ref()),
            Self::Sha1(context) => DigestValue::from_slice(&context.finalize()),
            Self::Sha224(context) => DigestValue::from_slice(&context.finalize()),
        }
    }
}

pub(crate) fn hmac(method: DigestMethod, key: &[u8], message: &[u8]) -> DigestValue {
    let algorithm = match method {
        DigestMethod::Sha1 => ring_hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        DigestMethod::Sha224 => {
            let mut mac = hmac::Hmac::<sha2::Sha224>::new_from_slice(key).expect("HMAC takes keys of any length");
            mac.update(message);
            return DigestValue::from_slice(&mac.finalize().into_bytes());
        }
        DigestMethod::Sha256 => ring_hmac::HMAC_SHA256,
        DigestMethod::Sha384 => ring_hmac::HMAC_SHA384,
        DigestMethod::Sha512 => ring_hmac::HMAC_SHA512,
    };
    DigestValue::from_slice(ring_hmac::sign(&ring_hmac::Key::new(algorithm, key), message).as_ref())
}

pub(crate) fn random(octets: &mut [u8]) -> Result<(), CryptoError> {
    rand::SystemRandom::new().fill(octets).map_err(|_| CryptoError::Provider)
}

fn gcm_key(key: &[u8]) -> Option<aead::LessSafeKey> {
    let algorithm = if key.len() == 16 { &aead::AES_128_GCM } else { &aead::AES_256_GCM };
    aead::UnboundKey::new(algorithm, key).ok().map(aead::LessSafeKey::new)
}

type Aes192Gcm = aes_gcm::AesGcm<aes::Aes192, cipher::consts::U12>;

/// AES-GCM in pieces (NIST SP 800-38D): the counter mode of the cipher, and GHASH over the ciphertext.
pub(crate) struct Gcm {
    stream: Stream,
    hash: ghash::GHash,
    /// Ciphertext that does not fill a block yet.
    partial: Vec<u8>,
    octets: u64,
    /// What the hash is masked with: the cipher on the first counter block.
    mask: [u8; 16],
    seals: bool,
}

enum Stream {
    Aes128(ctr::Ctr32BE<aes::Aes128>),
    Aes192(ctr::Ctr32BE<aes::Aes192>),
    Aes256(ctr::Ctr32BE<aes::Aes256>),
}

impl Stream {
    fn start(key: &[u8], counter: &[u8; 16]) -> Option<Self> {
        use cipher::KeyIvInit as _;
        Some(match key.len() {
            16 => Self::Aes128(ctr::Ctr32BE::new_from_slices(key, counter).ok()?),
            24 => Self::Aes192(ctr::Ctr32BE::new_from_slices(key, counter).ok()?),
            32 => Self::Aes256(ctr::Ctr32BE::new_from_slices(key, counter).ok()?),
            _ => return None,
        })
    }

    fn apply(&mut self, octets: &mut [u8]) -> Option<()> {
        use cipher::StreamCipher as _;
        match self {
            Self::Aes128(stream) => stream.try_apply_keystream(octets).ok(),
            Self::Aes192(stream) => stream.try_apply_keystream(octets).ok(),
            Self::Aes256(stream) => stream.try_apply_keystream(octets).ok(),
        }
    }
}

impl Gcm {
    pub(crate) fn start(key: &[u8], nonce: &[u8; 12], seals: bool) -> Option<Self> {
        // The hash key is the cipher on zeros: what a counter of zeros yields first.
        let mut hash_key = [0; 16];
        Stream::start(key, &[0; 16])?.apply(&mut hash_key)?;
        let mut counter = [0; 16];
        counter.get_mut(..12)?.copy_from_slice(nonce);
        *counter.last_mut()? = 1;
        let mut stream = Stream::start(key, &counter)?;
        let mut mask = [0; 16];
        stream.apply(&mut mask)?;
        let hash = ghash::GHash::new(&hash_key.into());
        Some(Self { stream, hash, partial: Vec::with_capacity(16), octets: 0, mask, seals })
    }

    pub(crate) fn update(&mut self, octets: &mut [u8]) -> Option<()> {
        self.octets = self.octets.checked_add(octets.len() as u64)?;
        if self.seals {
            self.stream.apply(octets)?;
            self.absorb(octets);
        } else {
            self.absorb(octets);
            self.stream.apply(octets)?;
        }
        Some(())
    }

    fn absorb(&mut self, mut ciphertext: &[u8]) {
        use ghash::universal_hash::UniversalHash as _;
        if !self.partial.is_empty() {
            let (fill, rest) = ciphertext.split_at(ciphertext.len().min(16 - self.partial.len()));
            self.partial.extend_from_slice(fill);
            ciphertext = rest;
            if self.partial.len() < 16 {
                return;
            }
            self.hash.update_padded(&self.partial);
            self.partial.clear();
        }
        let (blocks, rest) = ciphertext.split_at(ciphertext.len() / 16 * 16);
        self.hash.update_padded(blocks);
        self.partial.extend_from_slice(rest);
    }

    pub(crate) fn tag(mut self) -> Option<[u8; 16]> {
        use ghash::universal_hash::UniversalHash as _;
        self.hash.update_padded(&self.partial);
        let mut lengths = [0; 16];
        lengths.get_mut(8..)?.copy_from_slice(&self.octets.checked_mul(8)?.to_be_bytes());
        self.hash.update_padded(&lengths);
        let mut tag: [u8; 16] = self.hash.finalize().into();
        tag.iter_mut().zip(self.mask).for_each(|(octet, mask)| *octet ^= mask);
        Some(tag)
    }

    pub(crate) fn tag_fits(self, tag: &[u8; 16]) -> bool {
        use subtle::ConstantTimeEq as _;
        self.tag().is_some_and(|computed| computed.ct_eq(tag).into())
    }
}

/// `octets` is the 12-octet IV and the plaintext; the tag is appended.
pub(crate) fn gcm_seal(key: &[u8], octets: &mut Vec<u8>) -> Option<()> {
    let (iv, plaintext) = octets.split_at_mut_checked(12)?;
    let tag = if key.len() == 24 {
        let iv: &[u8; 12] = (&*iv).try_into().ok()?;
        let tag = Aes192Gcm::new_from_slice(key).ok()?.encrypt_inout_detached(&(*iv).into(), &[], plaintext.into());
        tag.ok()?.to_vec()
    } else {
        let nonce = aead::Nonce::try_assume_unique_for_key(iv).ok()?;
        let tag = gcm_key(key)?.seal_in_place_separate_tag(nonce, aead::Aad::empty(), plaintext);
        tag.ok()?.as_ref().to_vec()
    };
    octets.extend_from_slice(&tag);
    Some(())
}

/// `octets` is IV, ciphertext and tag; says where the plaintext, which begins at 12, ends.
pub(crate) fn gcm_open(key: &[u8], octets: &mut [u8]) -> Option<usize> {
    let (iv, sealed) = octets.split_at_mut_checked(12)?;
    if key.len() == 24 {
        let iv: &[u8; 12] = (&*iv).try_into().ok()?;
        let (text, tag) = sealed.split_at_mut_checked(sealed.len().checked_sub(16)?)?;
        let tag: &[u8; 16] = (&*tag).try_into().ok()?;
        let len = text.len();
        let cipher = Aes192Gcm::new_from_slice(key).ok()?;
        cipher.decrypt_inout_detached(&(*iv).into(), &[], text.into(), &(*tag).into()).ok()?;
        return Some(12 + len);
    }
    let nonce = aead::Nonce::try_assume_unique_for_key(iv).ok()?;
    let plaintext = gcm_key(key)?.open_in_place(nonce, aead::Aad::empty(), sealed).ok()?;
    Some(12 + plaintext.len())
}

macro_rules! cbc {
    ($mode:ident, $method:ident, $cipher:ty, $key:expr, $iv:expr, $blocks:expr) => {{
        let mut mode = cbc::$mode::<$cipher>::new_from_slices($key, $iv).ok()?;
        let (blocks, rest) = cipher::Array::slice_as_chunks_mut($blocks);
        if !rest.is_empty() {
            return None;
        }
        mode.$method(blocks);
        Some(())
    }};
}

/// Whole blocks in place.
pub(crate) fn cbc_encrypt(cipher: BlockCipher, key: &[u8], iv: &[u8], blocks: &mut [u8]) -> Option<()> {
    match (cipher, key.len()) {
        (BlockCipher::Aes, 16) => cbc!(Encryptor, encrypt_blocks, aes::Aes128, key, iv, blocks),
        (BlockCipher::Aes, 24) => cbc!(Encryptor, encrypt_blocks, aes::Aes192, key, iv, blocks),
        (BlockCipher::Aes, 32) => cbc!(Encryptor, encrypt_blocks, aes::Aes256, key, iv, blocks),
        (BlockCipher::TripleDes, 24) => cbc!(Encryptor, encrypt_blocks, des::TdesEde3, key, iv, blocks),
        _ => None,
    }
}

/// Whole blocks in place.
pub(crate) fn cbc_decrypt(cipher: BlockCipher, key: &[u8], iv: &[u8], blocks: &mut [u8]) -> Option<()> {
    match (cipher, key.len()) {
        (BlockCipher::Aes, 16) => cbc!(Decryptor, decrypt_blocks, aes::Aes128, key, iv, blocks),
        (BlockCipher::Aes, 24) => cbc!(Decryptor, decrypt_blocks, aes::Aes192, key, iv, blocks),
        (BlockCipher::Aes, 32) => cbc!(Decryptor, decrypt_blocks, aes::Aes256, key, iv, blocks),
        (BlockCipher::TripleDes, 24) => cbc!(Decryptor, decrypt_blocks, des::TdesEde3, key, iv, blocks),
        _ => None,
    }
}

pub(crate) fn aes_wrap(wrapping: &[u8], key: &[u8]) -> Option<Vec<u8>> {
    let mut output = vec![0; key.len() + 8];
    match wrapping.len() {
        16 => aes_kw::KwAes128::new_from_slice(wrapping).ok()?.wrap_key(key, &mut output).ok()?,
        24 => aes_kw::KwAes192::new_from_slice(wrapping).ok()?.wrap_key(key, &mut output).ok()?,
        32 => aes_kw::KwAes256::new_from_slice(wrapping).ok()?.wrap_key(key, &mut output).ok()?,
        _ => return None,
    };
    Some(output)
}

pub(crate) fn aes_unwrap(wrapping: &[u8], wrapped: &[u8]) -> Option<Vec<u8>> {
    let mut output = vec![0; wrapped.len().checked_sub(8)?];
    match wrapping.len() {
        16 => aes_kw::KwAes128::new_from_slice(wrapping).ok()?.unwrap_key(wrapped, &mut output).ok()?,
        24 => aes_kw::KwAes192::new_from_slice(wrapping).ok()?.unwrap_key(wrapped, &mut output).ok()?,
        32 => aes_kw::KwAes256::new_from_slice(wrapping).ok()?.unwrap_key(wrapped, &mut output).ok()?,
        _ => return None,
    };
    Some(output)
}

/// The system generator as RustCrypto asks for it.
type Rng = getrandom::rand_core::UnwrapErr<getrandom::SysRng>;

fn rng() -> Rng {
    getrandom::rand_core::UnwrapErr(getrandom::SysRng)
}

/// An OAEP padding of two digests.
fn with_oaep<T>(digest: DigestMethod, mgf: DigestMethod, label: &[u8], run: impl FnOnce(OaepOf) -> T) -> T {
    run(OaepOf { digest, mgf, label: label.to_vec() })
}

struct OaepOf {
    digest: DigestMethod,
    mgf: DigestMethod,
    label: Vec<u8>,
}

macro_rules! oaep {
    ($oaep:expr, $padding:ident => $body:expr) => {{
        macro_rules! with_mgf {
            ($d:ty) => {{
                use rsa::Oaep;
                let label = $oaep.label;
                match $oaep.mgf {
                    DigestMethod::Sha1 => {
                        let $padding = Oaep::<$d, sha1::Sha1>::new_with_mgf_hash_and_label(label);
                        $body
                    }
                    DigestMethod::Sha224 => {
                        let $padding = Oaep::<$d, sha2::Sha224>::new_with_mgf_hash_and_label(label);
                        $body
                    }
                    DigestMethod::Sha256 => {
                        let $padding = Oaep::<$d, sha2::Sha256>::new_with_mgf_hash_and_label(label);
                        $body
                    }
                    DigestMethod::Sha384 => {
                        let $padding = Oaep::<$d, sha2::Sha384>::new_with_mgf_hash_and_label(label);
                        $body
                    }
                    DigestMethod::Sha512 => {
                        let $padding = Oaep::<$d, sha2::Sha512>::new_with_mgf_hash_and_label(label);
                        $body
                    }
                }
            }};
        }
        match $oaep.digest {
            DigestMethod::Sha1 => with_mgf!(sha1::Sha1),
            DigestMethod::Sha224 => with_mgf!(sha2::Sha224),
            DigestMethod::Sha256 => with_mgf!(sha2::Sha256),
            DigestMethod::Sha384 => with_mgf!(sha2::Sha384),
            DigestMethod::Sha512 => with_mgf!(sha2::Sha512),
        }
    }};
}

/// Runs `$body` with the signature scheme of `$method` as `$scheme`.
macro_rules! rsa_scheme {
    ($method:expr, $scheme:ident => $body:expr) => {{
        macro_rules! of {
            ($d:ty) => {
                match $method.family() {
                    SignatureFamily::RsaPkcs1 => {
                        let $scheme = rsa::Pkcs1v15Sign::new::<$d>();
                        $body
                    }
                    SignatureFamily::RsaPss => {
                        let $scheme = rsa::Pss::<$d>::new();
                        $body
                    }
                    SignatureFamily::Ecdsa | SignatureFamily::Hmac => None,
                }
            };
        }
        match $method.digest() {
            DigestMethod::Sha1 => of!(sha1::Sha1),
            DigestMethod::Sha224 => of!(sha2::Sha224),
            DigestMethod::Sha256 => of!(sha2::Sha256),
            DigestMethod::Sha384 => of!(sha2::Sha384),
            DigestMethod::Sha512 => of!(sha2::Sha512),
        }
    }};
}

enum EcKey {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
}

enum Private {
    Rsa { ring: Option<signature::RsaKeyPair>, rsa: Box<rsa::RsaPrivateKey> },
    Ec { ring: Option<Box<signature::EcdsaKeyPair>>, key: EcKey },
}

pub(crate) struct PrivateKey {
    key: Private,
    pkcs8: Zeroizing<Vec<u8>>,
}

/// The digest of `message` as an integer of the curve's length: short digests are padded on the left, which
/// leaves the integer as it is.
fn prehash(method: SignatureMethod, curve: Curve, message: &[u8]) -> Vec<u8> {
    let digest = crate::digest::Digest::of(method.digest(), message);
    let pad = curve.field_len().saturating_sub(digest.as_octets().len());
    let mut padded = vec![0; pad];
    padded.extend_from_slice(digest.as_octets());
    padded
}

impl PrivateKey {
    pub(crate) fn new(pkcs8: &[u8], kind: KeyKind) -> Option<Self> {
        let random = rand::SystemRandom::new();
        let key = match kind {
            KeyKind::Rsa { .. } => Private::Rsa {
                ring: signature::RsaKeyPair::from_pkcs8(pkcs8).ok(),
                rsa: Box::new(rsa::RsaPrivateKey::from_pkcs8_der(pkcs8).ok()?),
            },
            KeyKind::Ec(Curve::P256) => Private::Ec {
                ring: signature::EcdsaKeyPair::from_pkcs8(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &random)
                    .ok()
                    .map(Box::new),
                key: EcKey::P256(p256::ecdsa::SigningKey::from_pkcs8_der(pkcs8).ok()?),
            },
            KeyKind::Ec(Curve::P384) => Private::Ec {
                ring: signature::EcdsaKeyPair::from_pkcs8(&signature::ECDSA_P384_SHA384_FIXED_SIGNING, pkcs8, &random)
                    .ok()
                    .map(Box::new),
                key: EcKey::P384(p384::ecdsa::SigningKey::from_pkcs8_der(pkcs8).ok()?),
            },
            KeyKind::Ec(Curve::P521) => {
                Private::Ec { ring: None, key: EcKey::P521(p521::ecdsa::SigningKey::from_pkcs8_der(pkcs8).ok()?) }
            }
        };
        Some(Self { key, pkcs8: Zeroizing::new(pkcs8.to_vec()) })
    }

    pub(crate) fn ec_point(&self) -> Option<Vec<u8>> {
        match &self.key {
            Private::Ec { key: EcKey::P256(key), .. } => {
                Some(key.verifying_key().to_sec1_point(false).as_bytes().to_vec())
            }
            Private::Ec { key: EcKey::P384(key), .. } => {
                Some(key.verifying_key().to_sec1_point(false).as_bytes().to_vec())
            }
            Private::Ec { key: EcKey::P521(key), .. } => {
                Some(key.verifying_key().to_sec1_point(false).as_bytes().to_vec())
            }
            Private::Rsa { .. } => None,
        }
    }

    pub(crate) fn sign(&self, kind: KeyKind, method: SignatureMethod, message: &[u8]) -> Option<Vec<u8>> {
        use p256::ecdsa::signature::hazmat::PrehashSigner as _;
        let random = rand::SystemRandom::new();
        match (&self.key, kind) {
            (Private::Rsa { ring, rsa }, _) => {
                let encoding: Option<&'static dyn signature::RsaEncoding> = match method {
                    SignatureMethod::RsaSha256 => Some(&signature::RSA_PKCS1_SHA256),
                    SignatureMethod::RsaSha384 => Some(&signature::RSA_PKCS1_SHA384),
                    SignatureMethod::RsaSha512 => Some(&signature::RSA_PKCS1_SHA512),
                    SignatureMethod::RsaPssSha256 => Some(&signature::RSA_PSS_SHA256),
                    SignatureMethod::RsaPssSha384 => Some(&signature::RSA_PSS_SHA384),
                    SignatureMethod::RsaPssSha512 => Some(&signature::RSA_PSS_SHA512),
                    _ => None,
                };
                if let (Some(pair), Some(encoding)) = (ring, encoding) {
                    let mut value = vec![0; pair.public().modulus_len()];
                    pair.sign(encoding, &random, message, &mut value).ok()?;
                    return Some(value);
                }
                let digest = crate::digest::Digest::of(method.digest(), message);
                rsa_scheme!(method, scheme => scheme.sign(Some(&mut rng()), rsa, digest.as_octets()).ok())
            }
            (Private::Ec { ring, key }, KeyKind::Ec(curve)) => {
                let native = matches!(
                    (curve, method),
                    (Curve::P256, SignatureMethod::EcdsaSha256) | (Curve::P384, SignatureMethod::EcdsaSha384)
                );
                if let Some(pair) = ring.as_ref().filter(|_| native) {
                    return pair.sign(&random, message).ok().map(|value| value.as_ref().to_vec());
                }
                let digest = prehash(method, curve, message);
                match key {
                    EcKey::P256(key) => {
                        let value: p256::ecdsa::Signature = key.sign_prehash(&digest).ok()?;
                        Some(value.to_bytes().to_vec())
                    }
                    EcKey::P384(key) => {
                        let value: p384::ecdsa::Signature = key.sign_prehash(&digest).ok()?;
                        Some(value.to_bytes().to_vec())
                    }
                    EcKey::P521(key) => {
                        let value: p521::ecdsa::Signature = key.sign_prehash(&digest).ok()?;
                        Some(value.to_bytes().to_vec())
                    }
                }
            }
            (Private::Ec { .. }, KeyKind::Rsa { .. }) => None,
        }
    }

    pub(crate) fn oaep_decrypt(
        &self,
        digest: DigestMethod,
        mgf: DigestMethod,
        label: &[u8],
        ciphertext: &[u8],
    ) -> Option<Vec<u8>> {
        let Private::Rsa { rsa, .. } = &self.key else { return None };
        with_oaep(
            digest,
            mgf,
            label,
            |oaep| oaep!(oaep, padding => padding.decrypt(Some(&mut rng()), rsa, ciphertext).ok()),
        )
    }

    pub(crate) fn rsa_raw(&self, ciphertext: &[u8]) -> Option<Vec<u8>> {
        let Private::Rsa { rsa, .. } = &self.key else { return None };
        let value = crypto_bigint::BoxedUint::from_be_slice(ciphertext, rsa.n_bits_precision()).ok()?;
        let plain = rsa::hazmat::rsa_decrypt_and_check(&**rsa, Some(&mut rng()), &value).ok()?;
        let octets = plain.to_be_bytes();
        let size = rsa.size();
        let mut block = vec![0; size.saturating_sub(octets.len())];
        block.extend_from_slice(octets.get(octets.len().saturating_sub(size)..)?);
        Some(block)
    }

    /// A secret only the holder of this key can know.
    pub(crate) fn substitute_key(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(digest::digest(&digest::SHA256, &self.pkcs8).as_ref().to_vec())
    }
}

enum Public {
    Rsa { rsa: Box<rsa::RsaPublicKey>, pkcs1: Vec<u8> },
    P256(p256::ecdsa::VerifyingKey, Vec<u8>),
    P384(p384::ecdsa::VerifyingKey, Vec<u8>),
    P521(p521::ecdsa::VerifyingKey),
}

pub(crate) struct PublicKey(Public);

impl PublicKey {
    pub(crate) fn new(spki: &[u8], kind: KeyKind) -> Option<Self> {
        use crate::der;
        let bits = || {
            let mut outer = der::Reader::new(der::Reader::new(spki).only(der::SEQUENCE)?);
            outer.next()?;
            outer.expect(der::BIT_STRING)?.strip_prefix(&[0]).map(<[u8]>::to_vec)
        };
        Some(Self(match kind {
            KeyKind::Rsa { .. } => {
                let pkcs1 = bits()?;
                let mut parts = der::Reader::new(der::Reader::new(&pkcs1).only(der::SEQUENCE)?);
                let mut number = || {
                    let octets = der::magnitude(parts.expect(der::INTEGER)?)?;
                    crypto_bigint::BoxedUint::from_be_slice(octets, octets.len() as u32 * 8).ok()
                };
                let (n, e) = (number()?, number()?);
                let rsa = rsa::RsaPublicKey::new(n, e).ok()?;
                Public::Rsa { rsa: Box::new(rsa), pkcs1 }
            }
            KeyKind::Ec(Curve::P256) => {
                Public::P256(p256::ecdsa::VerifyingKey::from_public_key_der(spki).ok()?, bits()?)
            }
            KeyKind::Ec(Curve::P384) => {
                Public::P384(p384::ecdsa::VerifyingKey::from_public_key_der(spki).ok()?, bits()?)
            }
            KeyKind::Ec(Curve::P521) => Public::P521(p521::ecdsa::VerifyingKey::from_public_key_der(spki).ok()?),
        }))
    }

    pub(crate) fn verify(&self, kind: KeyKind, method: SignatureMethod, message: &[u8], value: &[u8]) -> bool {
        use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
        let ring = |algorithm: &'static dyn signature::VerificationAlgorithm, key: &[u8]| {
            signature::UnparsedPublicKey::new(algorithm, key).verify(message, value).is_ok()
        };
        let strong = matches!(kind, KeyKind::Rsa { bits, .. } if bits >= 2_048);
        match (&self.0, kind) {
            (Public::Rsa { rsa, pkcs1 }, _) => {
                let algorithm: Option<&'static dyn signature::VerificationAlgorithm> = match method {
                    SignatureMethod::RsaSha256 if strong => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
                    SignatureMethod::RsaSha384 if strong => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
                    SignatureMethod::RsaSha512 if strong => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
                    SignatureMethod::RsaPssSha256 if strong => Some(&signature::RSA_PSS_2048_8192_SHA256),
                    SignatureMethod::RsaPssSha384 if strong => Some(&signature::RSA_PSS_2048_8192_SHA384),
                    SignatureMethod::RsaPssSha512 if strong => Some(&signature::RSA_PSS_2048_8192_SHA512),
                    _ => None,
                };
                if let Some(algorithm) = algorithm {
                    return ring(algorithm, pkcs1);
                }
                let digest = crate::digest::Digest::of(method.digest(), message);
                rsa_scheme!(method, scheme => scheme.verify(rsa, digest.as_octets(), value).ok()).is_some()
            }
            (Public::P256(_, point), _) if method == SignatureMethod::EcdsaSha256 => {
                ring(&signature::ECDSA_P256_SHA256_FIXED, point)
            }
            (Public::P384(_, point), _) if method == SignatureMethod::EcdsaSha384 => {
                ring(&signature::ECDSA_P384_SHA384_FIXED, point)
            }
            (Public::P256(key, _), _) => p256::ecdsa::Signature::from_slice(value)
                .is_ok_and(|value| key.verify_prehash(&prehash(method, Curve::P256, message), &value).is_ok()),
            (Public::P384(key, _), _) => p384::ecdsa::Signature::from_slice(value)
                .is_ok_and(|value| key.verify_prehash(&prehash(method, Curve::P384, message), &value).is_ok()),
            (Public::P521(key), _) => p521::ecdsa::Signature::from_slice(value)
                .is_ok_and(|value| key.verify_prehash(&prehash(method, Curve::P521, message), &value).is_ok()),
        }
    }

    pub(crate) fn encrypt(&self, transport: &KeyTransport, key: &[u8]) -> Option<Vec<u8>> {
        let Public::Rsa { rsa, .. } = &self.0 else { return None };
        let (digest, mgf, label) = match transport {
            KeyTransport::RsaOaepMgf1p { digest, label } => (*digest, DigestMethod::Sha1, label),
            KeyTransport::RsaOaep { digest, mgf, label } => (*digest, *mgf, label),
            KeyTransport::Rsa15 => return rsa.encrypt(&mut rng(), rsa::Pkcs1v15Encrypt, key).ok(),
        };
        with_oaep(digest, mgf, label, |oaep| oaep!(oaep, padding => rsa.encrypt(&mut rng(), padding, key).ok()))
    }
}
