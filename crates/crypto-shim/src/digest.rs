//! Digests that aws-lc-rs does not expose.

use std::ptr;
use std::ptr::NonNull;

use aws_lc_sys as sys;

use crate::{DigestContext, Md, check};

/// A digest that takes octets piece by piece.
pub struct Digest {
    context: DigestContext,
    len: usize,
}

// SAFETY: an EVP_MD_CTX belongs to no thread; all use of it goes through `&mut self` or takes it whole.
unsafe impl Send for Digest {}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digest(..)")
    }
}

impl Digest {
    /// Starts a digest.
    #[must_use]
    pub fn start(md: Md) -> Self {
        let md = md.as_ptr();
        // SAFETY: the context is live and freed by Drop; the digest is a static table; no engine is used.
        let started = || unsafe {
            let context = DigestContext(NonNull::new(sys::EVP_MD_CTX_new())?);
            check(sys::EVP_DigestInit_ex(context.0.as_ptr(), md, ptr::null_mut()))?;
            Some(Self { context, len: sys::EVP_MD_size(md) })
        };
        or_out_of_memory(started())
    }

    /// Takes the next octets.
    pub fn update(&mut self, octets: &[u8]) {
        // SAFETY: the context is live; the octets are only read.
        let taken = unsafe { sys::EVP_DigestUpdate(self.context.0.as_ptr(), octets.as_ptr().cast(), octets.len()) };
        or_out_of_memory(check(taken));
    }

    /// The digest of all octets taken.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        let mut digest = vec![0; self.len];
        let mut written = 0;
        // SAFETY: the context is live; the buffer has the length of the digest.
        let done = unsafe { sys::EVP_DigestFinal_ex(self.context.0.as_ptr(), digest.as_mut_ptr(), &mut written) };
        or_out_of_memory(check(done));
        digest
    }
}

/// A digest in use fails only if memory is short.
fn or_out_of_memory<T>(result: Option<T>) -> T {
    result.unwrap_or_else(|| std::alloc::handle_alloc_error(std::alloc::Layout::new::<sys::EVP_MD_CTX>()))
}
