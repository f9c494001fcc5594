//! Keys that sign whole messages (ML-DSA) or encapsulate secrets (ML-KEM), and the public parts of keys.

use std::ptr::{self, NonNull};

use aws_lc_sys as sys;

use crate::{DigestContext, Key, check};

impl Key {
    /// The DER of its SubjectPublicKeyInfo.
    #[must_use]
    pub fn spki(&self) -> Option<Vec<u8>> {
        // SAFETY: the CBB is initialised before use and cleaned up on each path; the octets that it hands over are copied
        // and freed.
        unsafe {
            let mut cbb = std::mem::MaybeUninit::<sys::CBB>::uninit();
            check(sys::CBB_init(cbb.as_mut_ptr(), 0))?;
            let (mut octets, mut len) = (ptr::null_mut(), 0);
            let written = check(sys::EVP_marshal_public_key(cbb.as_mut_ptr(), self.0.as_ptr()))
                .and_then(|()| check(sys::CBB_finish(cbb.as_mut_ptr(), &mut octets, &mut len)));
            if written.is_none() {
                sys::CBB_cleanup(cbb.as_mut_ptr());
                sys::ERR_clear_error();
                return None;
            }
            let spki = std::slice::from_raw_parts(octets, len).to_vec();
            sys::OPENSSL_free(octets.cast());
            Some(spki)
        }
    }

    /// The public key without its envelope.
    #[must_use]
    pub fn raw_public(&self) -> Option<Vec<u8>> {
        // SAFETY: with a null output the call only reports the length; the second call has that much room.
        unsafe {
            let mut len = 0;
            check(sys::EVP_PKEY_get_raw_public_key(self.0.as_ptr(), ptr::null_mut(), &mut len))?;
            let mut public = vec![0; len];
            check(sys::EVP_PKEY_get_raw_public_key(self.0.as_ptr(), public.as_mut_ptr(), &mut len))?;
            public.truncate(len);
            Some(public)
        }
    }

    /// The private key without its envelope.
    #[must_use]
    pub fn raw_private(&self) -> Option<Vec<u8>> {
        // SAFETY: as in `raw_public`.
        unsafe {
            let mut len = 0;
            check(sys::EVP_PKEY_get_raw_private_key(self.0.as_ptr(), ptr::null_mut(), &mut len))?;
            let mut private = vec![0; len];
            check(sys::EVP_PKEY_get_raw_private_key(self.0.as_ptr(), private.as_mut_ptr(), &mut len))?;
            private.truncate(len);
            Some(private)
        }
    }

    /// Signs `message` with a method that takes no digest, without a context.
    #[must_use]
    pub fn sign_whole(&self, message: &[u8]) -> Option<Vec<u8>> {
        // SAFETY: the contexts outlive the calls; the key context belongs to the digest context; the second call has the
        // room that the first one asks for.
        unsafe {
            let context = DigestContext(NonNull::new(sys::EVP_MD_CTX_new())?);
            let (context, key) = (context.0.as_ptr(), self.0.as_ptr());
            check(sys::EVP_DigestSignInit(context, ptr::null_mut(), ptr::null(), ptr::null_mut(), key))?;
            let mut len = 0;
            check(sys::EVP_DigestSign(context, ptr::null_mut(), &mut len, message.as_ptr(), message.len()))?;
            let mut value = vec![0; len];
            check(sys::EVP_DigestSign(context, value.as_mut_ptr(), &mut len, message.as_ptr(), message.len()))?;
            value.truncate(len);
            Some(value)
        }
    }

    /// Whether `value` is a signature of `message` with a method that takes no digest.
    #[must_use]
    pub fn verify_whole(&self, context: &[u8], message: &[u8], value: &[u8]) -> bool {
        // SAFETY: as in `sign_whole`; context, message and value are only read, and the context is copied.
        unsafe {
            let verified = || {
                let digest = DigestContext(NonNull::new(sys::EVP_MD_CTX_new())?);
                let (digest, key) = (digest.0.as_ptr(), self.0.as_ptr());
                let mut key_context = ptr::null_mut();
                check(sys::EVP_DigestVerifyInit(digest, &mut key_context, ptr::null(), ptr::null_mut(), key))?;
                if !context.is_empty() {
                    check(sys::EVP_PKEY_CTX_set_signature_context(key_context, context.as_ptr(), context.len()))?;
                }
                check(sys::EVP_DigestVerify(digest, value.as_ptr(), value.len(), message.as_ptr(), message.len()))
            };
            let verified = verified().is_some();
            sys::ERR_clear_error();
            verified
        }
    }

    /// A fresh secret, and its encapsulation.
    #[must_use]
    pub fn encapsulate(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let context = self.context()?;
        // SAFETY: the context outlives the calls; the second call has the room that the first one asks for.
        unsafe {
            let context = context.0.as_ptr();
            let (mut len, mut secret_len) = (0, 0);
            let none = ptr::null_mut();
            check(sys::EVP_PKEY_encapsulate(context, none, &mut len, none, &mut secret_len))?;
            let (mut value, mut secret) = (vec![0; len], vec![0; secret_len]);
            let (to, secret_to) = (value.as_mut_ptr(), secret.as_mut_ptr());
            check(sys::EVP_PKEY_encapsulate(context, to, &mut len, secret_to, &mut secret_len))?;
            Some((secret, value))
        }
    }

    /// The secret of an encapsulation.
    #[must_use]
    pub fn decapsulate(&self, encapsulated: &[u8]) -> Option<Vec<u8>> {
        let context = self.context()?;
        // SAFETY: as in `encapsulate`; the encapsulation is only read.
        unsafe {
            let context = context.0.as_ptr();
            let (from, from_len) = (encapsulated.as_ptr(), encapsulated.len());
            let mut len = 0;
            check(sys::EVP_PKEY_decapsulate(context, ptr::null_mut(), &mut len, from, from_len))?;
            let mut secret = vec![0; len];
            let done = check(sys::EVP_PKEY_decapsulate(context, secret.as_mut_ptr(), &mut len, from, from_len));
            sys::ERR_clear_error();
            done.map(|()| secret)
        }
    }
}
