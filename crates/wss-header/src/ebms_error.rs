//! The error signal of ebMS 3.0, by which AS4 says that a message was not processed. It is for the log: mostly nobody signed
//! it, and what it says decides nothing.

use wss_c14n::Element;
use wss_soap::Envelope;
use wss_text::WireText;

use crate::receipt::EBMS;

/// The most octets of one text.
const MAX_TEXT: usize = 1_024;

/// An `eb:Error`.
pub(crate) struct EbmsError {
    /// Its `errorCode`.
    pub(crate) code: WireText,
    /// Its short description, its description and its detail, as far as they are there.
    pub(crate) reason: WireText,
}

impl EbmsError {
    /// The first `eb:Error` of a signal in the `eb:Messaging` of this envelope.
    pub(crate) fn of(envelope: Envelope<'_>) -> Option<Self> {
        let messaging = envelope.blocks().filter(|block| block.is(EBMS, "Messaging"));
        let signals = messaging.flat_map(|block| block.children_named(EBMS, "SignalMessage"));
        let error = signals.flat_map(|signal| signal.children_named(EBMS, "Error")).next()?;
        let attribute = |name: &str| error.attribute("", name).map(|value| cut(&value));
        let texts = ["Description", "ErrorDetail"].into_iter().filter_map(|local| text_of(error, local));
        let texts: Vec<String> = attribute("shortDescription").into_iter().chain(texts).collect();
        Some(Self { code: attribute("errorCode")?.into(), reason: texts.join(": ").into() })
    }
}

fn text_of(error: Element<'_>, local: &str) -> Option<String> {
    let child = error.children_named(EBMS, local).next()?;
    child.text().ok().map(|text| cut(text.trim())).filter(|text| !text.is_empty())
}

fn cut(text: &str) -> String {
    let end = (0..=text.len().min(MAX_TEXT)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default().to_owned()
}
