//! Block ciphers: CBC, and the keys that AES key wrap needs, too.

use aws_lc_rs::cipher::{self, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;

use crate::algorithm::{Aes, BlockCipher};
use crate::provider::{OrFailed as _, Refusal, camellia};

pub(super) fn encrypt_cbc(cipher: BlockCipher, key: &[u8], iv: &[u8], blocks: &mut [u8]) -> Result<(), Refusal> {
    if let BlockCipher::Camellia(size) = cipher {
        return camellia::cbc_encrypt(size, key, iv, blocks);
    }
    let key = EncryptingKey::cbc(unbound(cipher, key)?).or_failed()?;
    let context = match cipher {
        BlockCipher::Aes(_) | BlockCipher::Camellia(_) => {
            EncryptionContext::Iv128(FixedLength::try_from(iv).or_failed()?)
        }
        BlockCipher::TripleDes => EncryptionContext::Iv64(FixedLength::try_from(iv).or_failed()?),
    };
    key.less_safe_encrypt(blocks, context).map(drop).or_failed()
}

pub(super) fn decrypt_cbc(cipher: BlockCipher, key: &[u8], iv: &[u8], blocks: &mut [u8]) -> Result<(), Refusal> {
    if let BlockCipher::Camellia(size) = cipher {
        return camellia::cbc_decrypt(size, key, iv, blocks);
    }
    let key = DecryptingKey::cbc(unbound(cipher, key)?).or_failed()?;
    let context = match cipher {
        BlockCipher::Aes(_) | BlockCipher::Camellia(_) => {
            DecryptionContext::Iv128(FixedLength::try_from(iv).or_failed()?)
        }
        BlockCipher::TripleDes => DecryptionContext::Iv64(FixedLength::try_from(iv).or_failed()?),
    };
    key.decrypt(blocks, context).map(drop).or_failed()
}

#[allow(deprecated, reason = "3DES is legacy, and opened by name alone")]
pub(super) fn unbound(cipher: BlockCipher, key: &[u8]) -> Result<UnboundCipherKey, Refusal> {
    let algorithm = match cipher {
        BlockCipher::Aes(Aes::Aes128) => &cipher::AES_128,
        BlockCipher::Aes(Aes::Aes192) => &cipher::AES_192,
        BlockCipher::Aes(Aes::Aes256) => &cipher::AES_256,
        BlockCipher::TripleDes => &cipher::DES_EDE3_FOR_LEGACY_USE_ONLY,
        BlockCipher::Camellia(_) => return Err(Refusal::Unsupported),
    };
    UnboundCipherKey::new(algorithm, key).or_failed()
}
