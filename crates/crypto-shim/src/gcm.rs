//! AES-GCM in pieces (NIST SP 800-38D). aws-lc-rs offers it only for one piece.

use std::ptr::{self, NonNull};

use aws_lc_sys as sys;

const TAG: usize = 16;

/// AES-GCM with a 12-octet nonce and no additional data, fed piece by piece.
///
/// Plaintext is not authenticated before [`Gcm::tag_fits`] says so.
pub struct Gcm {
    context: NonNull<sys::EVP_CIPHER_CTX>,
}

// SAFETY: an EVP_CIPHER_CTX belongs to no thread; all use of it goes through `&mut self` or consumes it.
unsafe impl Send for Gcm {}

impl Drop for Gcm {
    fn drop(&mut self) {
        // SAFETY: the pointer came from EVP_CIPHER_CTX_new and is freed once; freeing wipes the key schedule.
        unsafe { sys::EVP_CIPHER_CTX_free(self.context.as_ptr()) }
    }
}

impl std::fmt::Debug for Gcm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gcm(..)")
    }
}

impl Gcm {
    /// Starts to seal or to open. `None` if the key has none of the three lengths.
    #[must_use]
    pub fn start(key: &[u8], nonce: &[u8; 12], seals: bool) -> Option<Self> {
        // SAFETY: these functions take no arguments and return pointers to static tables.
        let cipher = unsafe {
            match key.len() {
                16 => sys::EVP_aes_128_gcm(),
                24 => sys::EVP_aes_192_gcm(),
                32 => sys::EVP_aes_256_gcm(),
                _ => return None,
            }
        };
        // SAFETY: takes no arguments; the result is freed by Drop.
        let context = NonNull::new(unsafe { sys::EVP_CIPHER_CTX_new() })?;
        let gcm = Self { context };
        // SAFETY: the context is live; the key has the length of the cipher, and the nonce the 12 octets that GCM
        // takes by default; both are copied. No engine is used.
        let started = unsafe {
            sys::EVP_CipherInit_ex(
                gcm.context.as_ptr(),
                cipher,
                ptr::null_mut(),
                key.as_ptr(),
                nonce.as_ptr(),
                i32::from(seals),
            )
        };
        (started == 1).then_some(gcm)
    }

    /// Seals or opens one piece in place. `None` if the total exceeds what GCM can take.
    pub fn update(&mut self, octets: &mut [u8]) -> Option<()> {
        // The length is a C int, so pieces are kept small.
        for piece in octets.chunks_mut(1 << 20) {
            let len = i32::try_from(piece.len()).ok()?;
            let mut written = 0;
            // SAFETY: input and output are the same `len` octets, which EVP_CipherUpdate allows for a cipher that is
            // a stream, and GCM writes exactly as many octets as it reads.
            let updated = unsafe {
                sys::EVP_CipherUpdate(self.context.as_ptr(), piece.as_mut_ptr(), &raw mut written, piece.as_ptr(), len)
            };
            if updated != 1 || written != len {
                return None;
            }
        }
        Some(())
    }

    /// Ends sealing and returns the tag.
    #[must_use]
    pub fn tag(mut self) -> Option<[u8; TAG]> {
        self.end()?;
        let mut tag = [0; TAG];
        // SAFETY: the context is live and ended; 16 octets are written to an array of 16.
        let got = unsafe {
            sys::EVP_CIPHER_CTX_ctrl(
                self.context.as_ptr(),
                sys::EVP_CTRL_AEAD_GET_TAG,
                TAG as i32,
                tag.as_mut_ptr().cast(),
            )
        };
        (got == 1).then_some(tag)
    }

    /// Ends opening and says whether the tag fits all pieces. AWS-LC compares in constant time.
    #[must_use]
    pub fn tag_fits(mut self, tag: &[u8; TAG]) -> bool {
        let mut tag = *tag;
        // SAFETY: the context is live; 16 octets are read from an array of 16, and copied.
        let set = unsafe {
            sys::EVP_CIPHER_CTX_ctrl(
                self.context.as_ptr(),
                sys::EVP_CTRL_AEAD_SET_TAG,
                TAG as i32,
                tag.as_mut_ptr().cast(),
            )
        };
        set == 1 && self.end().is_some()
    }

    fn end(&mut self) -> Option<()> {
        let mut rest = [0_u8; 16];
        let mut written = 0;
        // SAFETY: the context is live; GCM has no rest to write, and a block would fit.
        let ended = unsafe { sys::EVP_CipherFinal_ex(self.context.as_ptr(), rest.as_mut_ptr(), &raw mut written) };
        (ended == 1 && written == 0).then_some(())
    }
}
