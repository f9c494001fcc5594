//! RSAES-OAEP of the crate `rsa`. Its digests are type parameters; here they are values.

use rsa::{Oaep as Padding, PrivateKey, PublicKey};

use super::rng::rng;
use crate::algorithm::Oaep;
use crate::provider::{OrFailed as _, Refusal};

/// Runs `$body` with `$digest` as the type of the digest that `$method` names.
macro_rules! with_digest {
    ($method:expr, $digest:ident => $body:expr) => {
        match $method {
            $crate::algorithm::DigestMethod::Sha1 => {
                type $digest = sha1::Sha1;
                $body
            }
            $crate::algorithm::DigestMethod::Sha224 => {
                type $digest = sha2::Sha224;
                $body
            }
            $crate::algorithm::DigestMethod::Sha256 => {
                type $digest = sha2::Sha256;
                $body
            }
            $crate::algorithm::DigestMethod::Sha384 => {
                type $digest = sha2::Sha384;
                $body
            }
            $crate::algorithm::DigestMethod::Sha512 => {
                type $digest = sha2::Sha512;
                $body
            }
            $crate::algorithm::DigestMethod::Sha3_224 => {
                type $digest = sha3::Sha3_224;
                $body
            }
            $crate::algorithm::DigestMethod::Sha3_256 => {
                type $digest = sha3::Sha3_256;
                $body
            }
            $crate::algorithm::DigestMethod::Sha3_384 => {
                type $digest = sha3::Sha3_384;
                $body
            }
            $crate::algorithm::DigestMethod::Md5 => {
                type $digest = md5::Md5;
                $body
            }
            $crate::algorithm::DigestMethod::Ripemd160 => {
                type $digest = ripemd::Ripemd160;
                $body
            }
            $crate::algorithm::DigestMethod::Sha3_512 => {
                type $digest = sha3::Sha3_512;
                $body
            }
        }
    };
}

pub(super) use with_digest;

pub(super) fn encrypt(key: &PublicKey, oaep: Oaep<'_>, plaintext: &[u8]) -> Result<Vec<u8>, Refusal> {
    with_digest!(oaep.digest, D => with_digest!(oaep.mgf, M => {
        let padding = Padding::<D, M>::new_with_mgf_hash_and_label(oaep.label.to_vec());
        key.encrypt(&mut rng(), padding, plaintext).or_failed()
    }))
}

pub(super) fn decrypt(key: &PrivateKey, oaep: Oaep<'_>, ciphertext: &[u8]) -> Result<Vec<u8>, Refusal> {
    with_digest!(oaep.digest, D => with_digest!(oaep.mgf, M => {
        let padding = Padding::<D, M>::new_with_mgf_hash_and_label(oaep.label.to_vec());
        key.decrypt_blinded(&mut rng(), padding, ciphertext).or_failed()
    }))
}
