//! DSA, which is only verified (FIPS 186-4 §4.7).

use std::ptr::NonNull;

use aws_lc_sys as sys;

use crate::check;
use crate::number::Number;

/// The numbers of a DSA public key, big-endian.
#[derive(Debug, Clone, Copy)]
pub struct DsaNumbers<'d> {
    /// The prime modulus.
    pub p: &'d [u8],
    /// The order of the subgroup, a prime.
    pub q: &'d [u8],
    /// Its generator.
    pub g: &'d [u8],
    /// The public value.
    pub y: &'d [u8],
}

/// A DSA public key.
pub struct DsaPublicKey {
    key: NonNull<sys::DSA>,
    half: usize,
}

// SAFETY: a DSA key is not modified after it is made, except for a cache of AWS-LC that it locks.
unsafe impl Send for DsaPublicKey {}
// SAFETY: as above; all methods take the key as const.
unsafe impl Sync for DsaPublicKey {}

impl Drop for DsaPublicKey {
    fn drop(&mut self) {
        // SAFETY: the pointer came from DSA_new and is freed once, with its numbers.
        unsafe { sys::DSA_free(self.key.as_ptr()) }
    }
}

impl std::fmt::Debug for DsaPublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DsaPublicKey(..)")
    }
}

struct Signature(NonNull<sys::DSA_SIG>);

impl Drop for Signature {
    fn drop(&mut self) {
        // SAFETY: the pointer came from DSA_SIG_new and is freed once, with both of its numbers.
        unsafe { sys::DSA_SIG_free(self.0.as_ptr()) }
    }
}

impl DsaPublicKey {
    /// A key from its numbers.
    #[must_use]
    pub fn new(numbers: DsaNumbers<'_>) -> Option<Self> {
        let (p, q, g) = (Number::new(numbers.p)?, Number::new(numbers.q)?, Number::new(numbers.g)?);
        let y = Number::new(numbers.y)?;
        // SAFETY: takes no arguments; the result is freed by Drop.
        let key = Self { key: NonNull::new(unsafe { sys::DSA_new() })?, half: numbers.q.len() };
        // SAFETY: the key is alive, and owns the numbers once it has them.
        check(unsafe { sys::DSA_set0_pqg(key.key.as_ptr(), p.as_ptr(), q.as_ptr(), g.as_ptr()) })?;
        [p, q, g].into_iter().for_each(Number::given_away);
        // SAFETY: as above; there is no private key.
        check(unsafe { sys::DSA_set0_key(key.key.as_ptr(), y.as_ptr(), std::ptr::null_mut()) })?;
        y.given_away();
        Some(key)
    }

    /// Whether `value`, which is `r ‖ s`, is a signature of the digest.
    #[must_use]
    pub fn verify(&self, digest: &[u8], value: &[u8]) -> bool {
        self.verified(digest, value).is_some()
    }

    fn verified(&self, digest: &[u8], value: &[u8]) -> Option<()> {
        let (r, s) = value.split_at_checked(self.half).filter(|(r, s)| r.len() == s.len())?;
        let (r, s) = (Number::new(r)?, Number::new(s)?);
        // SAFETY: takes no arguments; the result is freed by Drop.
        let signature = Signature(NonNull::new(unsafe { sys::DSA_SIG_new() })?);
        // SAFETY: the signature is alive, and owns both numbers once it has them.
        check(unsafe { sys::DSA_SIG_set0(signature.0.as_ptr(), r.as_ptr(), s.as_ptr()) })?;
        [r, s].into_iter().for_each(Number::given_away);
        // SAFETY: key and signature are alive; the digest is only read.
        unsafe {
            let verified = sys::DSA_do_verify(digest.as_ptr(), digest.len(), signature.0.as_ptr(), self.key.as_ptr());
            sys::ERR_clear_error();
            check(verified)
        }
    }
}
