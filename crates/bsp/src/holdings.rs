//! What the judge may ask of a receiver: its keys at work, its certificates and its passwords.
//!
//! The profile does not know receivers: whoever has keys implements [`Holdings`], as `wss_header::Receiver` does.

use std::fmt::Debug;
use std::ops::Range;

use wss_c14n::{Document, Limits};
use wss_crypto::Certificate;
use wss_soap::mime::{MimePart, Package};
use wss_tokens::PasswordSource;

/// Takes signatures when their turn comes: the revision at hand, the span of the Security header in it, and the places of the
/// signatures among the children of that header.
pub type SignaturesDue<'f> = dyn FnMut(&Document<'_>, &Range<usize>, &[usize]) + 'f;

/// What a receiver holds that turns what cannot be checked into verdicts. Nothing that it requires matters here.
pub trait Holdings: Debug {
    /// What bounds the XML of the message.
    fn limits(&self) -> Limits;

    /// The certificates that it knows: identifiers of the message are compared with theirs.
    fn certificates(&self) -> Box<dyn Iterator<Item = &Certificate> + '_>;

    /// The passwords of its users.
    fn passwords(&self) -> Option<&dyn PasswordSource>;

    /// Decrypts what its keys open, in the order of the header, with whatever algorithm. Nothing is verified. `None` if
    /// the envelope has no header for it, or is in no state to be processed.
    ///
    /// `signatures` hears of the signatures in its header when their turn comes.
    fn decrypt(
        &self,
        message: &str,
        package: Option<&Package<'_>>,
        signatures: &mut SignaturesDue<'_>,
    ) -> Option<Decryption>;
}

/// A message as far as it could be decrypted.
#[derive(Debug)]
pub struct Decryption {
    /// The last revision of the envelope.
    pub source: String,
    /// What came out of ciphertext, in the last revision.
    pub revealed: Vec<Range<usize>>,
    /// All ciphertext of the message, decrypted or not.
    pub carried: Vec<Revealed>,
    /// The attachments that were ciphertext, as they are in the clear.
    pub attachments: Vec<MimePart<'static>>,
}

/// What came out of ciphertext: where it is now, and where the ciphertext was in the message.
#[derive(Debug, Clone)]
pub struct Revealed {
    /// In the last revision.
    pub now: Range<usize>,
    /// In the message as it came.
    pub wire: Range<usize>,
}
