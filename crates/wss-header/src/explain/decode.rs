//! From the octets of a message to its text, however they are encoded.

use std::borrow::Cow;

use wss_c14n::ParseError;
use wss_soap::EnvelopeError;
use wss_soap::mime::MimePart;
use wss_text::WireText;

use super::explanation::Explanation;
use crate::error::OpenError;
use crate::open::Arrived;
use crate::receiver::Receiver;

/// The envelope as text, and its attachments. Octets that are not UTF-8 are read as ISO-8859-1, which reads anything; a
/// declaration of another encoding than UTF-8 is left out.
pub(super) fn decode<'m>(
    arrived: &Arrived<'m>,
    receiver: &Receiver,
    explanation: &mut Explanation,
) -> Option<(Cow<'m, str>, Vec<MimePart<'m>>)> {
    let (text, attachments) = match arrived.read(receiver) {
        Ok(message) => (message.text, message.attachments),
        Err(error @ (OpenError::OtherEncoding { .. } | OpenError::Misdeclared { .. })) => {
            explanation.notes.push(error.to_string());
            match arrived.read(&receiver.clone().accept_other_encodings()) {
                Ok(message) => (message.text, message.attachments),
                Err(_) => (decode_otherwise(&error, arrived.octets, explanation)?, Vec::new()),
            }
        }
        Err(error) => {
            explanation.notes.push(error.to_string());
            (decode_otherwise(&error, arrived.octets, explanation)?, Vec::new())
        }
    };
    let declaration = text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"));
    match declaration {
        Some((declared, rest)) if declares_another(declared) => {
            let declared = WireText::from(declared.trim());
            explanation.notes.push(format!("below, the declaration {declared:?} is left out"));
            Some((rest.to_owned().into(), attachments))
        }
        _ => Some((text, attachments)),
    }
}

/// The text of octets that are not UTF-8; `None` if something else is wrong with the message.
fn decode_otherwise<'m>(error: &OpenError, octets: &[u8], explanation: &mut Explanation) -> Option<Cow<'m, str>> {
    let is_encoding = matches!(
        error,
        OpenError::OtherEncoding { .. }
            | OpenError::Misdeclared { .. }
            | OpenError::Envelope(EnvelopeError::Parse(ParseError::NotUtf8 { .. } | ParseError::Encoding { .. }))
    );
    let text = match std::str::from_utf8(octets) {
        _ if !is_encoding => return None,
        Ok(text) => text.to_owned(),
        Err(_) => {
            explanation.notes.push("below, it is read as ISO-8859-1".into());
            octets.iter().copied().map(char::from).collect()
        }
    };
    Some(text.into())
}

/// Whether an XML declaration names an encoding other than UTF-8.
fn declares_another(declared: &str) -> bool {
    let declared = declared.to_ascii_lowercase();
    declared.contains("encoding") && !declared.contains("utf-8")
}
