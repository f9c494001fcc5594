//! AES-GCM in pieces, for content that does not fit into memory.
//!
//! Plaintext is not authenticated before [`GcmOpening::finish`] succeeds. Until then it may come from an attacker: it
//! can be spooled but must not be used.

use wss_text::SliceMut as _;

use crate::algorithm::{Aes, ContentEncryption, Mode};
use crate::error::CryptoError;
use crate::provider::{Gcm, GcmInPieces as _, Refusal};
use crate::random::Random;
use crate::secret::Secret;

const NONCE: usize = 12;
const TAG: usize = 16;
/// The largest number of octets under one nonce (NIST SP 800-38D §5.2.1.1).
const MAX_OCTETS: u64 = (1 << 36) - 32;

/// The cipher of a GCM method, if the key has its length.
fn cipher_for(method: ContentEncryption, key: &Secret) -> Option<Aes> {
    match method.mode() {
        Mode::Gcm(aes) => Some(aes).filter(|aes| key.len() == aes.key_len()),
        Mode::Cbc(_) | Mode::ChaCha20Poly1305 | Mode::ChaCha20 => None,
    }
}

fn not_sealed(refusal: Refusal) -> CryptoError {
    refusal.or(CryptoError::Provider)
}

/// Encrypts in pieces, in the layout of XML Encryption 1.1 §5.2.4: initialisation vector, ciphertext, tag.
pub struct GcmSealing {
    gcm: Gcm,
    left: u64,
}

impl std::fmt::Debug for GcmSealing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GcmSealing").finish_non_exhaustive()
    }
}

impl GcmSealing {
    /// Starts with a fresh initialisation vector, which precedes the ciphertext.
    ///
    /// # Errors
    /// [`CryptoError::KeyMismatch`] if `method` is not GCM or the key has another length; [`CryptoError::Provider`].
    pub fn start(
        method: ContentEncryption,
        key: &Secret,
        random: &dyn Random,
    ) -> Result<(Self, [u8; NONCE]), CryptoError> {
        let aes = cipher_for(method, key).ok_or(CryptoError::KeyMismatch)?;
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce)?;
        let gcm = Gcm::start(aes, key.as_octets(), &nonce, true).map_err(not_sealed)?;
        Ok((Self { gcm, left: MAX_OCTETS }, nonce))
    }

    /// Encrypts the next piece in place.
    ///
    /// # Errors
    /// [`CryptoError::Provider`] if the total exceeds what one nonce allows.
    pub fn update(&mut self, octets: &mut [u8]) -> Result<(), CryptoError> {
        self.left = self.left.checked_sub(octets.len() as u64).ok_or(CryptoError::Provider)?;
        self.gcm.update(octets).map_err(not_sealed)
    }

    /// The tag, which follows the ciphertext.
    ///
    /// # Errors
    /// [`CryptoError::Provider`].
    pub fn finish(self) -> Result<[u8; TAG], CryptoError> {
        self.gcm.tag().map_err(not_sealed)
    }
}

/// Decrypts in pieces a result of [`GcmSealing`].
///
/// ```
/// use wss_crypto::{ContentEncryption, GcmOpening, Secret, SystemRandom, encrypt};
///
/// let method = ContentEncryption::Aes128Gcm;
/// let key = Secret::generate(&SystemRandom, method.key_len())?;
/// let octets = encrypt(method, &key, b"too large for memory", &SystemRandom)?;
///
/// let (mut opening, mut unauthenticated) = (GcmOpening::start(method, &key)?, Vec::new());
/// for piece in octets.chunks(7) {
///     opening.update(piece, &mut unauthenticated)?;
/// }
/// opening.finish()?; // only now is the plaintext authentic
/// assert_eq!(unauthenticated, b"too large for memory");
/// # Ok::<(), wss_crypto::CryptoError>(())
/// ```
pub struct GcmOpening {
    key: Secret,
    nonce: Vec<u8>,
    aes: Aes,
    gcm: Option<Gcm>,
    /// The last octets, which are the tag if nothing follows.
    held: Vec<u8>,
    left: u64,
}

impl std::fmt::Debug for GcmOpening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GcmOpening").finish_non_exhaustive()
    }
}

impl GcmOpening {
    /// Starts before the initialisation vector is read.
    ///
    /// # Errors
    /// [`CryptoError::Decryption`] if `method` is not GCM or the key has another length.
    pub fn start(method: ContentEncryption, key: &Secret) -> Result<Self, CryptoError> {
        let aes = cipher_for(method, key).ok_or(CryptoError::Decryption)?;
        let (nonce, held) = (Vec::with_capacity(NONCE), Vec::with_capacity(2 * TAG));
        Ok(Self { key: key.clone(), nonce, aes, gcm: None, held, left: MAX_OCTETS })
    }

    /// Takes the next piece of the ciphertext and appends its plaintext to `unauthenticated`. Up to 16 octets are held
    /// back, since they may be the tag.
    ///
    /// # Errors
    /// [`CryptoError::Decryption`] if the total exceeds what one nonce allows.
    pub fn update(&mut self, mut octets: &[u8], unauthenticated: &mut Vec<u8>) -> Result<(), CryptoError> {
        let failed = || CryptoError::Decryption;
        if self.nonce.len() < NONCE {
            let (nonce, rest) = octets.split_at(octets.len().min(NONCE - self.nonce.len()));
            self.nonce.extend_from_slice(nonce);
            octets = rest;
            if let Ok(nonce) = <&[u8; NONCE]>::try_from(self.nonce.as_slice()) {
                self.gcm = Gcm::start(self.aes, self.key.as_octets(), nonce, false).ok();
            }
        }
        let ready = (self.held.len() + octets.len()).saturating_sub(TAG);
        if ready == 0 {
            self.held.extend_from_slice(octets);
            return Ok(());
        }
        self.left = self.left.checked_sub(ready as u64).ok_or_else(failed)?;
        let start = unauthenticated.len();
        // All held octets are decrypted first. The last sixteen of the new octets are held.
        let from_held = ready.min(self.held.len());
        unauthenticated.extend(self.held.drain(..from_held));
        let (now, later) = octets.split_at(ready - from_held);
        unauthenticated.extend_from_slice(now);
        self.held.extend_from_slice(later);
        let opened = unauthenticated.slice_mut(start..);
        self.gcm.as_mut().and_then(|gcm| gcm.update(opened).ok()).ok_or_else(failed)
    }

    /// Whether all plaintext is authentic: it was sealed under this key and is unchanged.
    ///
    /// # Errors
    /// [`CryptoError::Decryption`] for every failure: discard all plaintext.
    pub fn finish(self) -> Result<(), CryptoError> {
        let tag = <&[u8; TAG]>::try_from(self.held.as_slice()).map_err(|_| CryptoError::Decryption)?;
        let fits = self.gcm.is_some_and(|gcm| gcm.tag_fits(tag));
        if fits { Ok(()) } else { Err(CryptoError::Decryption) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cipher;
    use crate::random::SystemRandom;

    const METHODS: [ContentEncryption; 3] =
        [ContentEncryption::Aes128Gcm, ContentEncryption::Aes192Gcm, ContentEncryption::Aes256Gcm];

    fn opened(method: ContentEncryption, key: &Secret, sealed: &[u8], piece: usize) -> Result<Vec<u8>, CryptoError> {
        let mut opening = GcmOpening::start(method, key)?;
        let mut out = Vec::new();
        for piece in sealed.chunks(piece) {
            opening.update(piece, &mut out)?;
        }
        opening.finish().map(|()| out)
    }

    /// The result does not depend on the size of the pieces.
    #[test]
    fn pieces_make_the_whole() {
        for method in METHODS {
            let key = Secret::generate(&SystemRandom, method.key_len()).expect("randomness");
            for len in [0, 1, 15, 16, 17, 100, 5_000] {
                let plain: Vec<u8> = (0..len).map(|n| (n % 251) as u8).collect();
                let (mut sealing, nonce) = GcmSealing::start(method, &key, &SystemRandom).expect("starts");
                let mut sealed = nonce.to_vec();
                for piece in plain.chunks(37) {
                    let mut piece = piece.to_vec();
                    sealing.update(&mut piece).expect("sealed");
                    sealed.extend(piece);
                }
                sealed.extend(sealing.finish().expect("a tag"));
                assert_eq!(cipher::decrypt(method, &key, sealed.clone()).as_ref(), Ok(&plain), "{method:?} {len}");
                let whole = cipher::encrypt(method, &key, &plain, &SystemRandom).expect("sealed");
                for piece in [1, 7, 16, 28, 4_096, 10_000] {
                    assert_eq!(opened(method, &key, &whole, piece).as_ref(), Ok(&plain), "{method:?} {len} {piece}");
                }
            }
        }
    }

    #[test]
    fn nothing_that_was_changed_is_finished() {
        let method = ContentEncryption::Aes256Gcm;
        let key = Secret::generate(&SystemRandom, 32).expect("randomness");
        let sealed = cipher::encrypt(method, &key, b"thirty octets of some plaintext", &SystemRandom).expect("sealed");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(opened(method, &key, &changed, 9), Err(CryptoError::Decryption), "{at}");
            assert_eq!(opened(method, &key, &sealed[..at], 9), Err(CryptoError::Decryption), "cut at {at}");
        }
        let mut longer = sealed;
        longer.push(0);
        assert_eq!(opened(method, &key, &longer, 9), Err(CryptoError::Decryption));
    }

    #[test]
    fn other_methods_and_keys_of_other_lengths_are_refused() {
        let key = Secret::new(vec![1; 16]);
        let cbc = GcmSealing::start(ContentEncryption::Aes128Cbc, &key, &SystemRandom);
        assert_eq!(cbc.map(drop), Err(CryptoError::KeyMismatch));
        let long = GcmSealing::start(ContentEncryption::Aes256Gcm, &key, &SystemRandom);
        assert_eq!(long.map(drop), Err(CryptoError::KeyMismatch));
        let cbc = GcmOpening::start(ContentEncryption::Aes128Cbc, &key);
        assert_eq!(cbc.map(drop), Err(CryptoError::Decryption));
    }
}
