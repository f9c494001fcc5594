//! The incoming message: the octets of an envelope, its package, and the request of a reply.

use std::borrow::Cow;
use std::collections::BTreeSet;

use wss_c14n::{
    Limit, ParseError, declared_in_utf16, is_known_encoding, is_utf16_without_mark, other_encoding, transcode_declared,
};
use wss_crypto::{OcspResponse, Secret};
use wss_soap::mime::{MimePart, Package};
use wss_soap::{EnvelopeError, mime::xop::expanded};

use crate::correlation::Correlation;
use crate::error::{OpenError, RequirementError};
use crate::incoming::Incoming;
use crate::key_uses::{KeyUseError, LEAST_OCTETS};
use crate::part::Part;
use crate::receiver::Receiver;
use crate::transport::TransportFacts;
use crate::waiver::Waiver;

/// An incoming message.
#[derive(Clone, Copy)]
pub(crate) struct Arrived<'m> {
    /// The envelope: that of the root part, if there is a package.
    pub(crate) octets: &'m [u8],
    pub(crate) package: Option<&'m Package<'m>>,
    /// The encoding in lower case that the transport states for an envelope without a package.
    pub(crate) charset: Option<&'m str>,
    /// The responses of OCSP that came with the message.
    pub(crate) stapled: &'m [OcspResponse],
    /// The protocol and the cipher suite of its connection, if they are known.
    pub(crate) negotiated: Option<(&'m str, &'m str)>,
    /// The request that the message answers.
    pub(crate) request: Option<&'m Correlation>,
    /// The caller's statement about the transport, if the Body need not be signed.
    pub(crate) transport: Option<&'m TransportFacts>,
}

/// A message as text.
pub(crate) struct Message<'m> {
    pub(crate) text: Cow<'m, str>,
    /// The attachments that are not part of the envelope.
    pub(crate) attachments: Vec<MimePart<'m>>,
}

impl<'m> Arrived<'m> {
    /// A message, and the request that it answers.
    pub(crate) fn new(incoming: &'m Incoming<'m>, request: Option<&'m Correlation>) -> Self {
        let (octets, package, charset) = (incoming.envelope(), incoming.package(), incoming.charset());
        let (stapled, negotiated) = (incoming.stapled(), incoming.protocol_and_cipher_suite());
        Self { octets, package, charset, stapled, negotiated, request, transport: None }
    }

    /// Refuses a configuration that cannot open such a message, before the message is read.
    pub(super) fn check(&self, receiver: &Receiver, demanded: &BTreeSet<Part>) -> Result<(), OpenError> {
        let requirements = &receiver.requirements;
        requirements.check()?;
        let too_short =
            |(_, secret): &&(_, Secret)| secret.len() < LEAST_OCTETS && !receiver.waives(Waiver::ShortSecrets);
        if let Some((_, secret)) = receiver.keys.secrets.iter().find(too_short) {
            return Err(KeyUseError::TooShort { octets: secret.len() }.into());
        }
        let needs_package =
            demanded.contains(&Part::Attachments) || requirements.encrypted.contains(&Part::Attachments);
        if self.package.is_none() && needs_package {
            return Err(RequirementError::NoPackage.into());
        }
        if requirements.confirmation && self.request.is_none() {
            return Err(RequirementError::NotConfirmed.into());
        }
        Ok(())
    }

    /// The envelope in UTF-8, with every `xop:Include` replaced by the part that it names.
    pub(crate) fn read(&self, receiver: &Receiver) -> Result<Message<'m>, OpenError> {
        let limits = &receiver.limits;
        let check = |octets| limits.check(Limit::DocumentOctets, octets).map_err(EnvelopeError::from);
        check(self.octets.len())?;
        let stated = self.stated_encoding()?;
        let accepts_others = receiver.waives(Waiver::OtherEncodings);
        let octets = match misdeclared(self.octets) {
            Some((declared, _)) if !accepts_others => {
                return Err(OpenError::Misdeclared { octets: "UTF-8", declared: declared.into() });
            }
            Some((_, behind)) => behind,
            None => self.octets,
        };
        if !accepts_others {
            if let Some(declared) = declared_in_utf16(octets) {
                return Err(OpenError::Misdeclared { octets: "UTF-16", declared: declared.into() });
            }
            if let Some(encoding) = unmarked(octets) {
                return Err(OpenError::OtherEncoding { encoding: encoding.into() });
            }
            let declared = other_encoding(octets);
            // No call makes it readable.
            if let Some(encoding) = declared.filter(|encoding| !is_known_encoding(encoding)) {
                return Err(EnvelopeError::from(ParseError::Encoding { encoding: encoding.into() }).into());
            }
            if let Some(encoding) = declared.or(stated.as_deref()) {
                return Err(OpenError::OtherEncoding { encoding: encoding.into() });
            }
        }
        let text = transcode_declared(octets, stated.as_deref()).map_err(EnvelopeError::from)?;
        // Other encodings are shorter than UTF-8.
        check(text.len())?;
        if self.package.is_none() && is_mime(&text) {
            return Err(EnvelopeError::Package.into());
        }
        let mut attachments = self.package.map(Package::attachments).unwrap_or_default().to_vec();
        if !self.package.is_some_and(Package::is_xop) {
            return Ok(Message { text, attachments });
        }
        let expanded = expanded(&text, &attachments, limits)?;
        // An included part belongs to the envelope, and is no longer an attachment.
        attachments.retain(|part| part.content_id().is_none_or(|id| !expanded.included.contains(id)));
        Ok(Message { text: expanded.envelope.into(), attachments })
    }
}

impl Arrived<'_> {
    /// The encoding that the Content-Type of the envelope states, if the envelope is not read in it: a node that
    /// follows that header would read another document.
    fn stated_encoding(&self) -> Result<Option<String>, OpenError> {
        let has_mark = self.octets.starts_with(&[0xFE, 0xFF]) || self.octets.starts_with(&[0xFF, 0xFE]);
        let ours: &[&str] = if has_mark { &["utf-16"] } else { &["utf-8", "us-ascii"] };
        let stated = match self.package {
            Some(package) => package.root().unauthenticated_charset()?,
            None => self.charset.map(str::to_owned),
        };
        Ok(stated.filter(|stated| !ours.contains(&stated.as_str())))
    }
}

impl Receiver {
    /// The envelope as the verbs of this receiver read it: in UTF-8, and with every `xop:Include` replaced by the part
    /// that it names. Nothing of it is proven.
    ///
    /// # Errors
    /// [`OpenError`] if it cannot be read, or costs more than the limits admit.
    pub fn unauthenticated_envelope<'m>(&self, incoming: &'m Incoming<'_>) -> Result<Cow<'m, str>, OpenError> {
        Ok(Arrived::new(incoming, None).read(self)?.text)
    }
}

/// The name of UTF-16 in the XML declaration of octets that are UTF-8, and the text after that declaration.
fn misdeclared(octets: &[u8]) -> Option<(&str, &[u8])> {
    let mut text = octets;
    while let Some(behind) = text.strip_prefix("\u{feff}".as_bytes()) {
        text = behind;
    }
    let text = text.strip_prefix(b"<?xml")?;
    let end = text.windows(2).position(|pair| pair == b"?>")?;
    let declaration = std::str::from_utf8(text.get(..end)?).ok()?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let declared = value.split(['"', '\'']).nth(1)?;
    let is_utf16 = declared.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("utf-16"));
    let is_read = !declaration.contains("1.1");
    // The rest of the message is looked at only if something must be said of it.
    let is_found = is_utf16 && is_read && std::str::from_utf8(octets).is_ok();
    Some((declared, text.get(end + 2..)?)).filter(|_| is_found)
}

/// The name of the encoding, if the octets are UTF-16 without a byte order mark.
fn unmarked(octets: &[u8]) -> Option<&'static str> {
    is_utf16_without_mark(octets).then_some("UTF-16 without a byte order mark")
}

/// Whether a text that should be XML starts as a MIME package does: with its header, or with a delimiter.
fn is_mime(text: &str) -> bool {
    let start = text.trim_start();
    let is_field = |name: &str| start.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    start.starts_with("--") || is_field("Content-Type:") || is_field("MIME-Version:")
}

impl Message<'_> {
    /// The number of octets of the message with its attachments, which decides its budget.
    pub(super) fn octets(&self) -> u64 {
        let beside: u64 = self.attachments.iter().map(|part| part.unauthenticated_octets().len()).sum();
        self.text.len() as u64 + beside
    }
}
