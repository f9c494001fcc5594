//! Unsigned keys: whether a signature over ciphertext covers all elements that lead to the key of the ciphertext.

use wss_crypto::ContentEncryption;

use crate::error::CoverageLost;
use crate::open::keys::FoundSecret;
use crate::open::proven::ProvenSignature;
use crate::receiver::Receiver;
use crate::waiver::Waiver;

/// Why `signature`, which may cover ciphertext of `cipher`, does not prove its plaintext; `None` if it does. With an
/// authenticating cipher only its maker can know two keys that fit. With any other cipher, whoever replaces an
/// element that leads to the key makes another plaintext.
pub(super) fn unsigned_key(
    signature: &ProvenSignature,
    cipher: ContentEncryption,
    found: &FoundSecret,
    receiver: &Receiver,
) -> Option<CoverageLost> {
    if cipher.is_authenticated() || receiver.waives(Waiver::CbcUnderUnsignedKeys) {
        return None;
    }
    let uncovered = found.path.iter().find(|step| !signature.coverage.contains(&step.span))?;
    Some(CoverageLost::UnsignedKey { cipher: cipher.uri(), uncovered: uncovered.element })
}
