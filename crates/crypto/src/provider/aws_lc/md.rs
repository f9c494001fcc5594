//! Digests in the shim's terms.

use wss_crypto_shim as shim;

use crate::algorithm::DigestMethod;

/// The digest in the shim's terms.
pub(super) fn md(method: DigestMethod) -> shim::Md {
    match method {
        DigestMethod::Sha1 => shim::Md::Sha1,
        DigestMethod::Sha224 => shim::Md::Sha224,
        DigestMethod::Sha256 => shim::Md::Sha256,
        DigestMethod::Sha384 => shim::Md::Sha384,
        DigestMethod::Sha512 => shim::Md::Sha512,
        DigestMethod::Sha3_224 => shim::Md::Sha3_224,
        DigestMethod::Sha3_256 => shim::Md::Sha3_256,
        DigestMethod::Sha3_384 => shim::Md::Sha3_384,
        DigestMethod::Sha3_512 => shim::Md::Sha3_512,
        DigestMethod::Md5 => shim::Md::Md5,
        DigestMethod::Ripemd160 => shim::Md::Ripemd160,
    }
}
