//! Digests: ring has SHA-256, SHA-384 and SHA-512, RustCrypto the others.

use ring::digest;
use sha2::Digest as _;

use crate::algorithm::DigestMethod;
use crate::digest_value::DigestValue;
use crate::provider::DigestInPieces;

pub(crate) enum Digest {
    Ring(digest::Context),
    Sha1(sha1::Sha1),
    Sha224(sha2::Sha224),
    Sha3_224(sha3::Sha3_224),
    Sha3_256(sha3::Sha3_256),
    Sha3_384(sha3::Sha3_384),
    Sha3_512(sha3::Sha3_512),
    Md5(md5::Md5),
    Ripemd160(ripemd::Ripemd160),
}

impl DigestInPieces for Digest {
    fn start(method: DigestMethod) -> Self {
        match method {
            DigestMethod::Sha1 => Self::Sha1(sha1::Sha1::new()),
            DigestMethod::Sha224 => Self::Sha224(sha2::Sha224::new()),
            DigestMethod::Sha3_224 => Self::Sha3_224(sha3::Sha3_224::new()),
            DigestMethod::Sha3_256 => Self::Sha3_256(sha3::Sha3_256::new()),
            DigestMethod::Sha3_384 => Self::Sha3_384(sha3::Sha3_384::new()),
            DigestMethod::Sha3_512 => Self::Sha3_512(sha3::Sha3_512::new()),
            DigestMethod::Md5 => Self::Md5(md5::Md5::new()),
            DigestMethod::Ripemd160 => Self::Ripemd160(ripemd::Ripemd160::new()),
            DigestMethod::Sha256 => Self::Ring(digest::Context::new(&digest::SHA256)),
            DigestMethod::Sha384 => Self::Ring(digest::Context::new(&digest::SHA384)),
            DigestMethod::Sha512 => Self::Ring(digest::Context::new(&digest::SHA512)),
        }
    }

    #[inline]
    fn update(&mut self, octets: &[u8]) {
        match self {
            Self::Ring(context) => context.update(octets),
            Self::Sha1(context) => context.update(octets),
            Self::Sha224(context) => context.update(octets),
            Self::Sha3_224(context) => context.update(octets),
            Self::Sha3_256(context) => context.update(octets),
            Self::Sha3_384(context) => context.update(octets),
            Self::Sha3_512(context) => context.update(octets),
            Self::Md5(context) => context.update(octets),
            Self::Ripemd160(context) => context.update(octets),
        }
    }

    fn finish(self) -> DigestValue {
        match self {
            Self::Ring(context) => DigestValue::from_slice(context.finish().as_ref()),
            Self::Sha1(context) => DigestValue::from_slice(&context.finalize()),
            Self::Sha224(context) => DigestValue::from_slice(&context.finalize()),
            Self::Sha3_224(context) => DigestValue::from_slice(&context.finalize()),
            Self::Sha3_256(context) => DigestValue::from_slice(&context.finalize()),
            Self::Sha3_384(context) => DigestValue::from_slice(&context.finalize()),
            Self::Sha3_512(context) => DigestValue::from_slice(&context.finalize()),
            Self::Md5(context) => DigestValue::from_slice(&context.finalize()),
            Self::Ripemd160(context) => DigestValue::from_slice(&context.finalize()),
        }
    }
}
