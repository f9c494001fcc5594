//! AES key wrap with padding (RFC 5649), for keys of all three sizes: aws-lc-rs has it without AES-192.

use std::mem::MaybeUninit;

use aws_lc_sys as sys;

use crate::check;

/// A key schedule, which is wiped when it is dropped.
struct Schedule(sys::AES_KEY);

impl Schedule {
    fn new(key: &[u8], decrypts: bool) -> Option<Self> {
        if !matches!(key.len(), 16 | 24 | 32) {
            return None;
        }
        let bits = key.len() as u32 * 8;
        let mut schedule = MaybeUninit::<sys::AES_KEY>::zeroed();
        // SAFETY: the key has as many bits as passed, which is a size of AES, and is only read; the schedule is a plain
        // structure that is written as a whole, and that is valid with zeros before.
        unsafe {
            let done = match decrypts {
                true => sys::AES_set_decrypt_key(key.as_ptr(), bits, schedule.as_mut_ptr()),
                false => sys::AES_set_encrypt_key(key.as_ptr(), bits, schedule.as_mut_ptr()),
            };
            (done == 0).then(|| Self(schedule.assume_init()))
        }
    }
}

impl Drop for Schedule {
    fn drop(&mut self) {
        // SAFETY: the structure is as large as passed, and is not used after this.
        unsafe { sys::OPENSSL_cleanse((&raw mut self.0).cast(), size_of::<sys::AES_KEY>()) }
    }
}

/// Wraps a key.
#[must_use]
pub fn wrap_padded(wrapping: &[u8], key: &[u8]) -> Option<Vec<u8>> {
    let schedule = Schedule::new(wrapping, false)?;
    let mut wrapped = vec![0; key.len().checked_next_multiple_of(8)?.checked_add(8)?];
    let mut len = 0;
    // SAFETY: the output has the length passed; the key is only read.
    check(unsafe {
        let done = sys::AES_wrap_key_padded(
            &schedule.0,
            wrapped.as_mut_ptr(),
            &mut len,
            wrapped.len(),
            key.as_ptr(),
            key.len(),
        );
        sys::ERR_clear_error();
        done
    })?;
    wrapped.truncate(len);
    Some(wrapped)
}

/// Unwraps a key. `None` unless the integrity check and the padding hold.
#[must_use]
pub fn unwrap_padded(wrapping: &[u8], wrapped: &[u8]) -> Option<Vec<u8>> {
    let schedule = Schedule::new(wrapping, true)?;
    let mut key = vec![0; wrapped.len()];
    let mut len = 0;
    // SAFETY: as in `wrap_padded`.
    check(unsafe {
        let done = sys::AES_unwrap_key_padded(
            &schedule.0,
            key.as_mut_ptr(),
            &mut len,
            key.len(),
            wrapped.as_ptr(),
            wrapped.len(),
        );
        sys::ERR_clear_error();
        done
    })?;
    key.truncate(len);
    Some(key)
}
