//! Spans and events for `tracing`, with the target `wss`: what was opened, refused and secured.
//!
//! They have sizes, algorithms, times, verdicts and names, which are escaped and cut as in errors. They never have content,
//! keys or passwords. Without the feature `tracing` the calls do nothing.

#[cfg(feature = "tracing")]
use std::time::{Duration, Instant};

use crate::error::{OpenError, SecureError};
use crate::opened::Evidence;
#[cfg(feature = "tracing")]
use crate::part::Part;

/// Opens a message of so many octets, in a span of its own.
#[cfg(feature = "tracing")]
pub(crate) fn opening<T>(
    octets: usize,
    is_reply: bool,
    open: impl FnOnce() -> Result<T, OpenError>,
    evidence_of: impl FnOnce(&mut T) -> &mut Evidence,
) -> Result<T, OpenError> {
    tracing::debug_span!(target: "wss", "open", octets, is_reply).in_scope(|| {
        let start = Instant::now();
        let mut opened = open();
        match &mut opened {
            Ok(opened) => verified(evidence_of(opened), start.elapsed()),
            Err(error) => refused(error),
        }
        opened
    })
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn opening<T>(
    _: usize,
    _: bool,
    open: impl FnOnce() -> Result<T, OpenError>,
    _: impl FnOnce(&mut T) -> &mut Evidence,
) -> Result<T, OpenError> {
    open()
}

/// The lists are written where somebody listens: a field is evaluated only then.
#[cfg(feature = "tracing")]
fn verified(evidence: &Evidence, took: Duration) {
    for signature in &evidence.signatures {
        let (signer, known_by, method) = (&signature.signer, signature.signer.known_by(), signature.method.uri());
        let (parts, attachments) = (&signature.parts, signature.attachments.len());
        tracing::debug!(
            target: "wss",
            %signer, known_by, method, parts = listed(parts), attachments,
            "signature verified"
        );
    }
    for decrypted in &evidence.decrypted {
        let (part, cipher, key) = (&decrypted.part, decrypted.content.uri(), decrypted.key);
        tracing::debug!(target: "wss", %part, cipher, key, "decrypted");
    }
    let waived = || evidence.waived.iter().map(|waiver| waiver.word()).collect::<Vec<_>>().join(" ");
    let (signatures, decrypted) = (evidence.signatures.len(), evidence.decrypted.len());
    tracing::info!(target: "wss", signatures, decrypted, waived = waived(), micros = micros(took), "message verified");
}

#[cfg(feature = "tracing")]
fn listed(parts: &[Part]) -> String {
    parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(feature = "tracing")]
fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

/// A message that was not accepted, by its own fault or by that of the replay store.
pub(crate) fn refused(error: &OpenError) {
    #[cfg(feature = "tracing")]
    match error {
        OpenError::KeyElsewhere { .. } => tracing::debug!(target: "wss", "message waits for a key elsewhere"),
        _ => tracing::warn!(target: "wss", %error, "message refused"),
    }
    #[cfg(not(feature = "tracing"))]
    let _unused = error;
}

/// Secures an envelope of so many octets, in a span of its own. `octets_of` gives those of a message that is complete.
#[cfg(feature = "tracing")]
pub(crate) fn securing<T>(
    octets: usize,
    secure: impl FnOnce() -> Result<T, SecureError>,
    octets_of: impl FnOnce(&T) -> Option<usize>,
) -> Result<T, SecureError> {
    tracing::debug_span!(target: "wss", "secure", octets).in_scope(|| {
        let start = Instant::now();
        let secured = secure();
        let micros = micros(start.elapsed());
        match secured.as_ref().map(octets_of) {
            Ok(Some(octets)) => tracing::info!(target: "wss", octets, micros, "message secured"),
            Ok(None) => tracing::debug!(target: "wss", micros, "message waits for a signature from elsewhere"),
            Err(error) => tracing::warn!(target: "wss", %error, "message not secured"),
        }
        secured
    })
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn securing<T>(
    _: usize,
    secure: impl FnOnce() -> Result<T, SecureError>,
    _: impl FnOnce(&T) -> Option<usize>,
) -> Result<T, SecureError> {
    secure()
}
