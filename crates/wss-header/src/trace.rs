//! Spans and events for `tracing`, with the target `wss`: the messages that were opened, refused and secured.
//!
//! They have sizes, algorithms, times, verdicts and names, which are escaped and cut as in errors. They never have content,
//! keys or passwords. Without the feature `tracing` the calls do nothing.

#[cfg(feature = "tracing")]
use std::time::{Duration, Instant};

use wss_replay::ReplayError;
#[cfg(feature = "tracing")]
use wss_soap::FaultCode;

use crate::error::{OpenError, SecureError};
use crate::opened::Evidence;
#[cfg(feature = "tracing")]
use crate::part::Part;

/// Opens a message of `octets` octets, in a span of its own.
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
            Ok(opened) => verified(evidence_of(opened), octets, start.elapsed()),
            Err(error) => refused(error, octets, start.elapsed()),
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

/// The lists are written only if somebody listens: a field is evaluated only then.
#[cfg(feature = "tracing")]
fn verified(evidence: &Evidence, octets: usize, took: Duration) {
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
        tracing::debug!(target: "wss", %part, cipher, %key, "decrypted");
    }
    let waived = || evidence.waived.iter().map(|waiver| waiver.word()).collect::<Vec<_>>().join(" ");
    let (signatures, decrypted) = (evidence.signatures.len(), evidence.decrypted.len());
    let micros = micros(took);
    tracing::info!(target: "wss", octets, signatures, decrypted, waived = waived(), micros, "message verified");
}

#[cfg(feature = "tracing")]
fn listed(parts: &[Part]) -> String {
    parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(feature = "tracing")]
fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

/// A message that was not accepted because of the message itself.
#[cfg(feature = "tracing")]
fn refused(error: &OpenError, octets: usize, took: Duration) {
    let micros = micros(took);
    match error {
        OpenError::KeyElsewhere { .. } => {
            tracing::debug!(target: "wss", octets, micros, "message waits for a key elsewhere");
        }
        _ => tracing::warn!(target: "wss", kind = kind(error), octets, micros, %error, "message refused"),
    }
}

/// The local name of the WS-Security fault code: one of a small, fixed set, fit for a metric.
#[cfg(feature = "tracing")]
fn kind(error: &OpenError) -> &'static str {
    FaultCode::from(error).local_name().unwrap_or("MustUnderstand")
}

/// The time that a replay store takes.
pub(crate) struct Asking {
    #[cfg(feature = "tracing")]
    start: Instant,
}

impl Asking {
    /// The store is asked from now on.
    pub(crate) fn start() -> Self {
        Self {
            #[cfg(feature = "tracing")]
            start: Instant::now(),
        }
    }

    /// The store accepted this number of keys of the message, which were new.
    pub(crate) fn accepted(&self, keys: usize) {
        #[cfg(feature = "tracing")]
        tracing::info!(target: "wss", keys, micros = micros(self.start.elapsed()), "message accepted");
        #[cfg(not(feature = "tracing"))]
        let _unused = keys;
    }

    /// The store refuses the message, or gives no answer.
    pub(crate) fn refused(&self, error: ReplayError) -> OpenError {
        #[cfg(feature = "tracing")]
        let replay = match &error {
            ReplayError::Seen => "seen",
            ReplayError::Full => "full",
            ReplayError::ClockWentBack => "clock-went-back",
            ReplayError::Failed { .. } => "failed",
            _ => "misuse",
        };
        let error = error.into();
        #[cfg(feature = "tracing")]
        {
            let micros = micros(self.start.elapsed());
            tracing::warn!(target: "wss", kind = kind(&error), replay, micros, %error, "message refused");
        }
        error
    }
}

/// Secures an envelope of `octets` octets, in a span of its own. `octets_of` gives the number of octets of a complete
/// message.
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
