//! Operations of AWS-LC that interop needs and that aws-lc-rs does not expose.
//!
//! RSA-OAEP whose MGF digest differs from its own digest, raw RSA decryption, signatures with any pair of
//! digest and padding or curve, agreement with a key whose point is computed once, curves that aws-lc-rs does not name, DSA,
//! Ed25519ctx and Ed25519ph, padded key wrap, and AES-GCM in pieces. Beside `wss-kerberos` this is the only crate of the
//! workspace with unsafe code; each call says why it is sound.
//! Nothing here decides policy, and nothing outside `wss-crypto` uses it.
//!
//! All functions return `None` or `false` for every failure, without a reason.

mod curve;
mod digest;
mod dsa;
mod edwards;
mod gcm;
mod number;
mod padded_wrap;
mod whole;

pub use curve::{Curve, CurvePrivateKey, CurvePublicKey};
pub use digest::Digest;
pub use dsa::{DsaNumbers, DsaPublicKey};
pub use edwards::{verify_ed25519ctx, verify_ed25519ph};
pub use gcm::Gcm;
pub use padded_wrap::{unwrap_padded, wrap_padded};

use std::ptr::{self, NonNull};

use aws_lc_sys as sys;

/// A message digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "names say it")]
pub enum Md {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha3_224,
    Sha3_256,
    Sha3_384,
    Sha3_512,
    Md5,
    Ripemd160,
}

impl Md {
    fn as_ptr(self) -> *const sys::EVP_MD {
        // SAFETY: these functions take no arguments and return pointers to static tables.
        unsafe {
            match self {
                Self::Sha1 => sys::EVP_sha1(),
                Self::Sha224 => sys::EVP_sha224(),
                Self::Sha256 => sys::EVP_sha256(),
                Self::Sha384 => sys::EVP_sha384(),
                Self::Sha512 => sys::EVP_sha512(),
                Self::Sha3_224 => sys::EVP_sha3_224(),
                Self::Sha3_256 => sys::EVP_sha3_256(),
                Self::Sha3_384 => sys::EVP_sha3_384(),
                Self::Sha3_512 => sys::EVP_sha3_512(),
                Self::Md5 => sys::EVP_md5(),
                Self::Ripemd160 => sys::EVP_ripemd160(),
            }
        }
    }
}

/// How a digest is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// RSASSA-PKCS1-v1_5.
    Pkcs1,
    /// RSASSA-PSS, MGF1 and salt length of the digest.
    Pss,
}

/// A public or private key.
pub struct Key(NonNull<sys::EVP_PKEY>);

// SAFETY: an EVP_PKEY is reference-counted with atomics and not modified after parsing; AWS-LC documents
// concurrent use of one key by several threads, its RSA blinding caches being locked.
unsafe impl Send for Key {}
// SAFETY: as above; all methods take the key as const.
unsafe impl Sync for Key {}

impl Drop for Key {
    fn drop(&mut self) {
        // SAFETY: the pointer came from EVP_parse_*_key and is freed once.
        unsafe { sys::EVP_PKEY_free(self.0.as_ptr()) }
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(..)")
    }
}

struct Context(NonNull<sys::EVP_PKEY_CTX>);

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: the pointer came from EVP_PKEY_CTX_new and is freed once.
        unsafe { sys::EVP_PKEY_CTX_free(self.0.as_ptr()) }
    }
}

struct DigestContext(NonNull<sys::EVP_MD_CTX>);

impl Drop for DigestContext {
    fn drop(&mut self) {
        // SAFETY: the pointer came from EVP_MD_CTX_new and is freed once, with the key context it owns.
        unsafe { sys::EVP_MD_CTX_free(self.0.as_ptr()) }
    }
}

impl Key {
    /// A private key from PKCS#8 DER.
    #[must_use]
    pub fn from_pkcs8(der: &[u8]) -> Option<Self> {
        // SAFETY: the CBS borrows `der` for the call; the result is owned or null.
        unsafe {
            let mut cbs = std::mem::zeroed::<sys::CBS>();
            sys::CBS_init(&mut cbs, der.as_ptr(), der.len());
            let key = NonNull::new(sys::EVP_parse_private_key(&mut cbs)).map(Self)?;
            (sys::CBS_len(&cbs) == 0).then_some(key)
        }
    }

    /// A public key from SubjectPublicKeyInfo DER.
    #[must_use]
    pub fn from_spki(der: &[u8]) -> Option<Self> {
        // SAFETY: as in `from_pkcs8`.
        unsafe {
            let mut cbs = std::mem::zeroed::<sys::CBS>();
            sys::CBS_init(&mut cbs, der.as_ptr(), der.len());
            let key = NonNull::new(sys::EVP_parse_public_key(&mut cbs)).map(Self)?;
            (sys::CBS_len(&cbs) == 0).then_some(key)
        }
    }

    /// Signs `message`.
    #[must_use]
    pub fn sign(&self, md: Md, scheme: Scheme, message: &[u8]) -> Option<Vec<u8>> {
        // SAFETY: the contexts outlive the calls; `pkey_context` is owned by the digest context; the output
        // buffer has the length the first EVP_DigestSign call asks for.
        unsafe {
            let context = DigestContext(NonNull::new(sys::EVP_MD_CTX_new())?);
            let mut pkey_context = ptr::null_mut();
            let md = md.as_ptr();
            check(sys::EVP_DigestSignInit(
                context.0.as_ptr(),
                &mut pkey_context,
                md,
                ptr::null_mut(),
                self.0.as_ptr(),
            ))?;
            set_padding(pkey_context, scheme)?;
            let mut len = 0;
            check(sys::EVP_DigestSign(context.0.as_ptr(), ptr::null_mut(), &mut len, message.as_ptr(), message.len()))?;
            let mut signature = vec![0; len];
            check(sys::EVP_DigestSign(
                context.0.as_ptr(),
                signature.as_mut_ptr(),
                &mut len,
                message.as_ptr(),
                message.len(),
            ))?;
            signature.truncate(len);
            Some(signature)
        }
    }

    /// Whether `signature` is a signature of `message`.
    #[must_use]
    pub fn verify(&self, md: Md, scheme: Scheme, message: &[u8], signature: &[u8]) -> bool {
        // SAFETY: as in `sign`; signature and message are only read.
        unsafe {
            let verified = || {
                let context = DigestContext(NonNull::new(sys::EVP_MD_CTX_new())?);
                let mut pkey_context = ptr::null_mut();
                check(sys::EVP_DigestVerifyInit(
                    context.0.as_ptr(),
                    &mut pkey_context,
                    md.as_ptr(),
                    ptr::null_mut(),
                    self.0.as_ptr(),
                ))?;
                set_padding(pkey_context, scheme)?;
                check(sys::EVP_DigestVerify(
                    context.0.as_ptr(),
                    signature.as_ptr(),
                    signature.len(),
                    message.as_ptr(),
                    message.len(),
                ))
            };
            let verified = verified().is_some();
            sys::ERR_clear_error();
            verified
        }
    }

    /// RSAES-OAEP encryption.
    #[must_use]
    pub fn oaep_encrypt(&self, md: Md, mgf: Md, label: &[u8], plaintext: &[u8]) -> Option<Vec<u8>> {
        // SAFETY: the context outlives the calls; the output buffer has the length asked for.
        unsafe {
            let context = self.context()?;
            check(sys::EVP_PKEY_encrypt_init(context.0.as_ptr()))?;
            set_oaep(&context, md, mgf, label)?;
            self.crypt(&context, plaintext, sys::EVP_PKEY_encrypt)
        }
    }

    /// RSAES-OAEP decryption.
    #[must_use]
    pub fn oaep_decrypt(&self, md: Md, mgf: Md, label: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
        // SAFETY: as in `oaep_encrypt`.
        unsafe {
            let context = self.context()?;
            check(sys::EVP_PKEY_decrypt_init(context.0.as_ptr()))?;
            set_oaep(&context, md, mgf, label)?;
            self.crypt(&context, ciphertext, sys::EVP_PKEY_decrypt)
        }
    }

    /// The RSA private operation without unpadding, blinded: as many octets as the modulus has.
    #[must_use]
    pub fn rsa_decrypt_raw(&self, ciphertext: &[u8]) -> Option<Vec<u8>> {
        // SAFETY: as in `oaep_encrypt`.
        unsafe {
            let context = self.context()?;
            check(sys::EVP_PKEY_decrypt_init(context.0.as_ptr()))?;
            check(sys::EVP_PKEY_CTX_set_rsa_padding(context.0.as_ptr(), sys::RSA_NO_PADDING))?;
            self.crypt(&context, ciphertext, sys::EVP_PKEY_decrypt)
        }
    }

    /// RSAES-PKCS1-v1_5 encryption.
    #[must_use]
    pub fn pkcs1_encrypt(&self, plaintext: &[u8]) -> Option<Vec<u8>> {
        // SAFETY: as in `oaep_encrypt`.
        unsafe {
            let context = self.context()?;
            check(sys::EVP_PKEY_encrypt_init(context.0.as_ptr()))?;
            check(sys::EVP_PKEY_CTX_set_rsa_padding(context.0.as_ptr(), sys::RSA_PKCS1_PADDING))?;
            self.crypt(&context, plaintext, sys::EVP_PKEY_encrypt)
        }
    }

    fn context(&self) -> Option<Context> {
        // SAFETY: the key is alive; the context takes its own reference to it.
        unsafe { NonNull::new(sys::EVP_PKEY_CTX_new(self.0.as_ptr(), ptr::null_mut())).map(Context) }
    }

    /// # Safety
    /// `operation` must be the operation that `context` was initialised for.
    unsafe fn crypt(
        &self,
        context: &Context,
        input: &[u8],
        operation: unsafe extern "C" fn(*mut sys::EVP_PKEY_CTX, *mut u8, *mut usize, *const u8, usize) -> i32,
    ) -> Option<Vec<u8>> {
        // SAFETY: with a null output the call only reports the length; the second call has that much room.
        unsafe {
            let mut len = 0;
            check(operation(context.0.as_ptr(), ptr::null_mut(), &mut len, input.as_ptr(), input.len()))?;
            let mut output = vec![0; len];
            let done = check(operation(context.0.as_ptr(), output.as_mut_ptr(), &mut len, input.as_ptr(), input.len()));
            sys::ERR_clear_error();
            done?;
            output.truncate(len);
            Some(output)
        }
    }
}

/// # Safety
/// `context` must be a live context initialised for signing or verification.
unsafe fn set_padding(context: *mut sys::EVP_PKEY_CTX, scheme: Scheme) -> Option<()> {
    // SAFETY: the caller's context is live; -1 is the documented "salt as long as the digest".
    unsafe {
        match scheme {
            Scheme::Pkcs1 => check(sys::EVP_PKEY_CTX_set_rsa_padding(context, sys::RSA_PKCS1_PADDING)),
            Scheme::Pss => {
                check(sys::EVP_PKEY_CTX_set_rsa_padding(context, sys::RSA_PKCS1_PSS_PADDING))?;
                check(sys::EVP_PKEY_CTX_set_rsa_pss_saltlen(context, -1))
            }
        }
    }
}

/// # Safety
/// `context` must be initialised for encryption or decryption.
unsafe fn set_oaep(context: &Context, md: Md, mgf: Md, label: &[u8]) -> Option<()> {
    // SAFETY: the label is copied to memory of OPENSSL_malloc, which set0 takes over when it succeeds and
    // this function frees when it does not.
    unsafe {
        let context = context.0.as_ptr();
        check(sys::EVP_PKEY_CTX_set_rsa_padding(context, sys::RSA_PKCS1_OAEP_PADDING))?;
        check(sys::EVP_PKEY_CTX_set_rsa_oaep_md(context, md.as_ptr()))?;
        check(sys::EVP_PKEY_CTX_set_rsa_mgf1_md(context, mgf.as_ptr()))?;
        if !label.is_empty() {
            let copy = NonNull::new(sys::OPENSSL_malloc(label.len()).cast::<u8>())?;
            ptr::copy_nonoverlapping(label.as_ptr(), copy.as_ptr(), label.len());
            if check(sys::EVP_PKEY_CTX_set0_rsa_oaep_label(context, copy.as_ptr(), label.len())).is_none() {
                sys::OPENSSL_free(copy.as_ptr().cast());
                return None;
            }
        }
        Some(())
    }
}

fn check(code: i32) -> Option<()> {
    (code == 1).then_some(())
}
