//! HMAC with a digest for which a provider has no HMAC.

use zeroize::Zeroizing;

use super::operations::DigestInPieces;
use crate::algorithm::DigestMethod;
use crate::digest_value::DigestValue;

/// RFC 2104 §2.
pub(super) fn hmac<D: DigestInPieces>(method: DigestMethod, key: &[u8], message: &[u8]) -> DigestValue {
    let block_len = method.block_len();
    let hashed;
    let key = if key.len() > block_len {
        hashed = Zeroizing::new(D::of(method, key).as_octets().to_vec());
        hashed.as_slice()
    } else {
        key
    };
    let padded = |pad: u8| {
        let zeros = std::iter::repeat_n(0, block_len - key.len());
        Zeroizing::new(key.iter().copied().chain(zeros).map(|octet| octet ^ pad).collect::<Vec<u8>>())
    };
    let mut inner = D::start(method);
    inner.update(&padded(0x36));
    inner.update(message);
    let mut outer = D::start(method);
    outer.update(&padded(0x5C));
    outer.update(inner.finish().as_octets());
    outer.finish()
}
