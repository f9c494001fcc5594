//! The interface to a receiver: its keys, certificates and passwords.
//!
//! This crate does not know receivers. Whoever has keys implements [`Holdings`], as `wss_header::Receiver` does.

use std::fmt::Debug;
use std::ops::Range;
use wss_text::octets;

use wss_c14n::{Document, Limits};
use wss_crypto::Certificate;
use wss_soap::mime::{MimePart, Package};
use wss_tokens::PasswordSource;

/// A function that gets signatures when they are next in order: the current revision, the span of its Security header,
/// and the positions of the signatures among the children of that header.
pub type SignaturesDue<'f> = dyn FnMut(&Document<'_>, &Range<usize>, &[usize]) + 'f;

/// The keys, certificates and passwords of a receiver, with which more requirements can be judged. Its own requirements
/// are not used.
pub trait Holdings: Debug {
    /// The limits on the XML of the message.
    fn limits(&self) -> Limits;

    /// The certificates that it knows, for comparison with identifiers in the message.
    fn certificates(&self) -> Box<dyn Iterator<Item = &Certificate> + '_>;

    /// The passwords of its users.
    fn passwords(&self) -> Option<&dyn PasswordSource>;

    /// Decrypts everything that its keys open, in the order of the header, with any algorithm. Nothing is verified.
    /// `None` if the envelope has no header for it, or cannot be processed.
    ///
    /// `signatures` is called for the signatures in the Security header when they are next in order.
    fn decrypt(
        &self,
        message: &str,
        package: Option<&Package<'_>>,
        signatures: &mut SignaturesDue<'_>,
    ) -> Option<Decryption>;
}

/// A message, decrypted as far as possible.
pub struct Decryption {
    /// The last revision of the envelope; `None` if nothing was decrypted.
    pub source: Option<String>,
    /// The decrypted spans in the last revision.
    pub revealed: Vec<Range<usize>>,
    /// All ciphertext of the message, decrypted or not.
    pub carried: Vec<Revealed>,
    /// The attachments that were ciphertext, in plaintext.
    pub attachments: Vec<MimePart<'static>>,
}

impl std::fmt::Debug for Decryption {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decryption")
            .field("source", &self.source.as_deref().map(|text| octets(text.as_bytes())))
            .field("revealed", &self.revealed)
            .field("carried", &self.carried)
            .field("attachments", &self.attachments)
            .finish()
    }
}

/// A decrypted span: its range in the last revision, and the range of the ciphertext in the message.
#[derive(Debug, Clone)]
pub struct Revealed {
    /// The span in the last revision.
    pub now: Range<usize>,
    /// The span in the message as received.
    pub wire: Range<usize>,
}
