//! Digests: aws-lc-rs has all but SHA3-224, MD5 and RIPEMD-160, which the shim has.

use aws_lc_rs::digest;
use wss_crypto_shim as shim;

use super::md::md;
use crate::algorithm::DigestMethod;
use crate::digest_value::DigestValue;
use crate::provider::DigestInPieces;

pub(crate) enum Digest {
    AwsLcRs(digest::Context),
    Shim(shim::Digest),
}

impl DigestInPieces for Digest {
    fn start(method: DigestMethod) -> Self {
        Self::AwsLcRs(digest::Context::new(match method {
            DigestMethod::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            DigestMethod::Sha224 => &digest::SHA224,
            DigestMethod::Sha256 => &digest::SHA256,
            DigestMethod::Sha384 => &digest::SHA384,
            DigestMethod::Sha512 => &digest::SHA512,
            DigestMethod::Sha3_224 | DigestMethod::Md5 | DigestMethod::Ripemd160 => {
                return Self::Shim(shim::Digest::start(md(method)));
            }
            DigestMethod::Sha3_256 => &digest::SHA3_256,
            DigestMethod::Sha3_384 => &digest::SHA3_384,
            DigestMethod::Sha3_512 => &digest::SHA3_512,
        }))
    }

    #[inline]
    fn update(&mut self, octets: &[u8]) {
        match self {
            Self::AwsLcRs(context) => context.update(octets),
            Self::Shim(context) => context.update(octets),
        }
    }

    fn finish(self) -> DigestValue {
        match self {
            Self::AwsLcRs(context) => DigestValue::from_slice(context.finish().as_ref()),
            Self::Shim(context) => DigestValue::from_slice(&context.finish()),
        }
    }
}
