//! The error signal of ebMS 3.0, by which AS4 reports that a message was not processed. It is for the log: usually
//! nobody signed it, and no decision depends on it.

use wss_c14n::Element;
use wss_soap::Envelope;
use wss_text::{WireText, front};

use crate::receipt::EBMS;

/// The largest number of octets of one text.
const MAX_TEXT: usize = 1_024;

/// An `eb:Error`.
pub(crate) struct EbmsError {
    /// Its `errorCode`.
    pub(crate) code: WireText,
    /// Its short description, its description and its detail, as far as it has them.
    pub(crate) reason: WireText,
}

impl EbmsError {
    /// The first `eb:Error` of a signal in the `eb:Messaging` of this envelope.
    pub(crate) fn of(envelope: Envelope<'_>) -> Option<Self> {
        let messaging = envelope.blocks().filter(|block| block.is(EBMS, "Messaging"));
        let signals = messaging.flat_map(|block| block.children_named(EBMS, "SignalMessage"));
        let error = signals.flat_map(|signal| signal.children_named(EBMS, "Error")).next()?;
        let attribute = |name: &str| error.attribute("", name).map(|value| front(&value, MAX_TEXT).to_owned());
        let texts = ["Description", "ErrorDetail"].into_iter().filter_map(|local| text_of(error, local));
        let texts: Vec<String> = attribute("shortDescription").into_iter().chain(texts).collect();
        Some(Self { code: attribute("errorCode")?.into(), reason: texts.join(": ").into() })
    }
}

fn text_of(error: Element<'_>, local: &str) -> Option<String> {
    let child = error.children_named(EBMS, local).next()?;
    child.text().ok().map(|text| front(text.trim(), MAX_TEXT).to_owned()).filter(|text| !text.is_empty())
}
