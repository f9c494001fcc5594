//! AES-GCM: ring for AES-128 and AES-256 in one piece, RustCrypto for AES-192, and counter mode with GHASH for several
//! pieces (NIST SP 800-38D).

use aes_gcm::aead::{AeadInOut, KeyInit as _};
use cipher::{KeyIvInit as _, StreamCipher as _};
use ghash::universal_hash::UniversalHash as _;
use ring::aead;
use subtle::ConstantTimeEq as _;

use crate::algorithm::Aes;
use crate::provider::{GcmInPieces, OrFailed as _, Refusal};

type Aes192Gcm = aes_gcm::AesGcm<aes::Aes192, cipher::consts::U12>;

/// `None` for AES-192, which ring does not have.
fn ring_key(aes: Aes, key: &[u8]) -> Option<Result<aead::LessSafeKey, Refusal>> {
    let algorithm = match aes {
        Aes::Aes128 => &aead::AES_128_GCM,
        Aes::Aes192 => return None,
        Aes::Aes256 => &aead::AES_256_GCM,
    };
    Some(aead::UnboundKey::new(algorithm, key).map(aead::LessSafeKey::new).or_failed())
}

/// ChaCha20-Poly1305, laid out as AES-GCM.
pub(super) fn seal_chacha20(key: &[u8], octets: &mut Vec<u8>) -> Result<(), Refusal> {
    let key = aead::UnboundKey::new(&aead::CHACHA20_POLY1305, key).map(aead::LessSafeKey::new).or_failed()?;
    let (iv, plaintext) = octets.split_at_mut_checked(12).or_failed()?;
    let nonce = aead::Nonce::try_assume_unique_for_key(iv).or_failed()?;
    let tag = key.seal_in_place_separate_tag(nonce, aead::Aad::empty(), plaintext).or_failed()?;
    octets.extend_from_slice(tag.as_ref());
    Ok(())
}

pub(super) fn open_chacha20(key: &[u8], additional: &[u8], octets: &mut [u8]) -> Result<usize, Refusal> {
    let key = aead::UnboundKey::new(&aead::CHACHA20_POLY1305, key).map(aead::LessSafeKey::new).or_failed()?;
    let (iv, sealed) = octets.split_at_mut_checked(12).or_failed()?;
    let nonce = aead::Nonce::try_assume_unique_for_key(iv).or_failed()?;
    let plaintext = key.open_in_place(nonce, aead::Aad::from(additional), sealed).or_failed()?;
    Ok(12 + plaintext.len())
}

pub(super) fn seal(aes: Aes, key: &[u8], octets: &mut Vec<u8>) -> Result<(), Refusal> {
    let (iv, plaintext) = octets.split_at_mut_checked(12).or_failed()?;
    let tag: [u8; 16] = match ring_key(aes, key) {
        Some(key) => {
            let nonce = aead::Nonce::try_assume_unique_for_key(iv).or_failed()?;
            let tag = key?.seal_in_place_separate_tag(nonce, aead::Aad::empty(), plaintext).or_failed()?;
            tag.as_ref().try_into().or_failed()?
        }
        None => {
            let iv: [u8; 12] = (&*iv).try_into().or_failed()?;
            let cipher = Aes192Gcm::new_from_slice(key).or_failed()?;
            cipher.encrypt_inout_detached(&iv.into(), &[], plaintext.into()).or_failed()?.into()
        }
    };
    octets.extend_from_slice(&tag);
    Ok(())
}

pub(super) fn open(aes: Aes, key: &[u8], octets: &mut [u8]) -> Result<usize, Refusal> {
    let (iv, sealed) = octets.split_at_mut_checked(12).or_failed()?;
    let Some(ring_key) = ring_key(aes, key) else {
        let iv: [u8; 12] = (&*iv).try_into().or_failed()?;
        let (text, tag) = sealed.split_at_mut_checked(sealed.len().checked_sub(16).or_failed()?).or_failed()?;
        let tag: [u8; 16] = (&*tag).try_into().or_failed()?;
        let len = text.len();
        let cipher = Aes192Gcm::new_from_slice(key).or_failed()?;
        cipher.decrypt_inout_detached(&iv.into(), &[], text.into(), &tag.into()).or_failed()?;
        return Ok(12 + len);
    };
    let nonce = aead::Nonce::try_assume_unique_for_key(iv).or_failed()?;
    let plaintext = ring_key?.open_in_place(nonce, aead::Aad::empty(), sealed).or_failed()?;
    Ok(12 + plaintext.len())
}

/// AES-GCM in pieces: the counter mode of the cipher, and GHASH over the ciphertext.
pub(crate) struct Gcm {
    stream: Stream,
    hash: ghash::GHash,
    /// Ciphertext that does not fill a block yet.
    partial: Vec<u8>,
    octets: u64,
    /// The mask of the hash: the encrypted first counter block.
    mask: [u8; 16],
    seals: bool,
}

enum Stream {
    Aes128(ctr::Ctr32BE<aes::Aes128>),
    Aes192(ctr::Ctr32BE<aes::Aes192>),
    Aes256(ctr::Ctr32BE<aes::Aes256>),
}

impl Stream {
    fn start(aes: Aes, key: &[u8], counter: &[u8; 16]) -> Result<Self, Refusal> {
        Ok(match aes {
            Aes::Aes128 => Self::Aes128(ctr::Ctr32BE::new_from_slices(key, counter).or_failed()?),
            Aes::Aes192 => Self::Aes192(ctr::Ctr32BE::new_from_slices(key, counter).or_failed()?),
            Aes::Aes256 => Self::Aes256(ctr::Ctr32BE::new_from_slices(key, counter).or_failed()?),
        })
    }

    fn apply(&mut self, octets: &mut [u8]) -> Result<(), Refusal> {
        match self {
            Self::Aes128(stream) => stream.try_apply_keystream(octets),
            Self::Aes192(stream) => stream.try_apply_keystream(octets),
            Self::Aes256(stream) => stream.try_apply_keystream(octets),
        }
        .or_failed()
    }
}

impl Gcm {
    fn absorb(&mut self, mut ciphertext: &[u8]) {
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
}

impl GcmInPieces for Gcm {
    fn start(aes: Aes, key: &[u8], nonce: &[u8; 12], seals: bool) -> Result<Self, Refusal> {
        // The hash key is the encryption of a zero block, which is the first output of a zero counter.
        let mut hash_key = [0; 16];
        Stream::start(aes, key, &[0; 16])?.apply(&mut hash_key)?;
        let [a, b, c, d, e, f, g, h, i, j, k, l] = *nonce;
        let mut stream = Stream::start(aes, key, &[a, b, c, d, e, f, g, h, i, j, k, l, 0, 0, 0, 1])?;
        let mut mask = [0; 16];
        stream.apply(&mut mask)?;
        let hash = ghash::GHash::new(&hash_key.into());
        Ok(Self { stream, hash, partial: Vec::with_capacity(16), octets: 0, mask, seals })
    }

    fn update(&mut self, octets: &mut [u8]) -> Result<(), Refusal> {
        self.octets = self.octets.checked_add(octets.len() as u64).or_failed()?;
        if self.seals {
            self.stream.apply(octets)?;
            self.absorb(octets);
        } else {
            self.absorb(octets);
            self.stream.apply(octets)?;
        }
        Ok(())
    }

    fn tag(mut self) -> Result<[u8; 16], Refusal> {
        self.hash.update_padded(&self.partial);
        let bits = self.octets.checked_mul(8).or_failed()?;
        // The lengths of the additional data, which is empty, and of the ciphertext.
        self.hash.update_padded(&u128::from(bits).to_be_bytes());
        let mut tag: [u8; 16] = self.hash.finalize().into();
        tag.iter_mut().zip(self.mask).for_each(|(octet, mask)| *octet ^= mask);
        Ok(tag)
    }

    fn tag_fits(self, tag: &[u8; 16]) -> bool {
        self.tag().is_ok_and(|computed| computed.ct_eq(tag).into())
    }
}
