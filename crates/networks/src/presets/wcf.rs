//! What the presets of WCF share.

use super::row::*;

/// One key signs and encrypts, in both directions.
pub(crate) fn without_derived_keys(network: &mut Network) {
    let reply = match &mut network.reply {
        Reply::Secured(shape) => Some(shape),
        Reply::Plain => None,
    };
    for shape in std::iter::once(&mut network.request).chain(reply) {
        if let Some(SignatureShape {
            by: SignedBy::EncryptedKey { derived, .. } | SignedBy::KeyOfRequest { derived },
            ..
        }) = &mut shape.signature
        {
            *derived = None;
        }
        shape.leniencies = &[Leniency::CbcBeforeVerification, Leniency::OneKeyToSignAndEncrypt];
    }
}
