//! Integers of any size.

use std::ptr::{self, NonNull};

use aws_lc_sys as sys;

/// An integer that is not negative. It is wiped when it is dropped.
pub(crate) struct Number(NonNull<sys::BIGNUM>);

impl Number {
    /// A number from big-endian octets.
    pub(crate) fn new(octets: &[u8]) -> Option<Self> {
        // SAFETY: the octets are only read; with a null result a new number is made, which Drop frees.
        NonNull::new(unsafe { sys::BN_bin2bn(octets.as_ptr(), octets.len(), ptr::null_mut()) }).map(Self)
    }

    pub(crate) fn as_ptr(&self) -> *mut sys::BIGNUM {
        self.0.as_ptr()
    }

    /// Another object owns it now, and frees it.
    pub(crate) fn given_away(self) {
        std::mem::forget(self);
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        // SAFETY: the pointer came from BN_bin2bn and is freed once.
        unsafe { sys::BN_clear_free(self.0.as_ptr()) }
    }
}
