//! The SOAP envelope: one Envelope, at most one Header, one Body, found as children and never by a search.

use wss_c14n::{Document, Element, name, transcode};
use wss_text::shown;

use crate::error::EnvelopeError;

/// The version of SOAP.
///
/// ```
/// use wss_soap::SoapVersion;
///
/// let request = "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body/></s:Envelope>";
/// assert_eq!(SoapVersion::of(request), SoapVersion::V12);
/// assert_eq!(SoapVersion::of("not XML"), SoapVersion::V11);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SoapVersion {
    /// SOAP 1.1.
    V11,
    /// SOAP 1.2.
    V12,
}

impl SoapVersion {
    /// The namespace of the envelope.
    #[must_use]
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::V11 => name::SOAP11.uri,
            Self::V12 => name::SOAP12.uri,
        }
    }

    /// The media type of an envelope by itself: `text/xml` or `application/soap+xml`.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::V11 => "text/xml",
            Self::V12 => "application/soap+xml",
        }
    }

    /// The value of `Content-Type` for an envelope by itself, in UTF-8.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::V11 => "text/xml; charset=utf-8",
            Self::V12 => "application/soap+xml; charset=utf-8",
        }
    }

    /// The number of the version: `1.1` or `1.2`.
    #[must_use]
    pub const fn number(self) -> &'static str {
        match self {
            Self::V11 => "1.1",
            Self::V12 => "1.2",
        }
    }

    /// The version of a message, which its reply should have. SOAP 1.1 if the message is not an envelope. Only the start tag
    /// of the envelope is read, however large the message is.
    #[must_use]
    pub fn of(message: impl AsRef<[u8]>) -> Self {
        let version = || {
            let text = transcode(message.as_ref()).ok()?;
            let root = format!("{}/>", start_tag(&text)?);
            let root = Document::parse(root.as_str(), &wss_c14n::Limits::default()).ok()?;
            Self::of_root(root.root())
        };
        version().unwrap_or(Self::V11)
    }

    /// The version of an envelope; `None` for another element.
    fn of_root(root: Element<'_>) -> Option<Self> {
        [Self::V11, Self::V12].into_iter().find(|version| root.is(version.namespace(), "Envelope"))
    }

    /// The value "true" of an attribute such as `mustUnderstand`.
    #[must_use]
    pub const fn true_value(self) -> &'static str {
        match self {
            Self::V11 => "1",
            Self::V12 => "true",
        }
    }

    /// The attribute that names the role of a header block.
    #[must_use]
    pub const fn role_attribute(self) -> &'static str {
        match self {
            Self::V11 => "actor",
            Self::V12 => "role",
        }
    }
}

/// The role of a header block: the receiver that it is for (SOAP 1.1 §4.2.2, SOAP 1.2 part 1 §2.2).
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub enum Role {
    /// The ultimate receiver: no actor, an empty one, or the URI that SOAP 1.2 defines for it.
    #[default]
    UltimateReceiver,
    /// Another receiver.
    Uri(String),
}

impl std::fmt::Debug for Role {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UltimateReceiver => f.write_str("UltimateReceiver"),
            Self::Uri(uri) => f.debug_tuple("Uri").field(&shown(uri)).finish(),
        }
    }
}

/// White space of XML.
const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

const ULTIMATE_RECEIVER: &str = "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver";

impl Role {
    /// The role of a header block.
    #[must_use]
    pub fn of(block: Element<'_>, version: SoapVersion) -> Self {
        let attribute = block.attribute(version.namespace(), version.role_attribute());
        Self::named(attribute.as_deref().unwrap_or_default())
    }

    /// The role with this URI, without the blanks around it.
    #[must_use]
    pub fn named(uri: &str) -> Self {
        match uri.trim_matches(BLANKS) {
            "" | ULTIMATE_RECEIVER => Self::UltimateReceiver,
            uri => Self::Uri(uri.to_owned()),
        }
    }

    /// Whether it is the role of the next receiver, which every node on the way has.
    #[must_use]
    pub fn is_next(&self) -> bool {
        const NEXT: [&str; 2] =
            ["http://schemas.xmlsoap.org/soap/actor/next", "http://www.w3.org/2003/05/soap-envelope/role/next"];
        matches!(self, Self::Uri(uri) if NEXT.contains(&uri.as_str()))
    }
}

/// The parts of an envelope.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'d> {
    /// The version of SOAP.
    pub version: SoapVersion,
    /// The document element.
    pub root: Element<'d>,
    /// The Header, if there is one.
    pub header: Option<Element<'d>>,
    /// The Body.
    pub body: Element<'d>,
}

impl<'d> Envelope<'d> {
    /// Finds the parts of an envelope.
    ///
    /// # Errors
    /// [`EnvelopeError`] if the document is not an envelope of SOAP 1.1 or 1.2.
    pub fn locate(document: &'d Document<'d>) -> Result<Self, EnvelopeError> {
        if document.has_processing_instruction() {
            return Err(EnvelopeError::ProcessingInstruction);
        }
        if let Some(uri) = document.relative_namespace() {
            return Err(EnvelopeError::RelativeNamespace { uri: uri.into() });
        }
        let root = document.root();
        let version = SoapVersion::of_root(root).ok_or_else(|| not_soap(root))?;
        let is = |element: Element<'_>, local| element.is(version.namespace(), local);
        let mut children = root.children().peekable();
        let header = children.next_if(|child| is(*child, "Header"));
        let body = match children.next() {
            Some(child) if is(child, "Body") => child,
            Some(child) if is(child, "Header") => return Err(EnvelopeError::TwoSoapHeaders),
            Some(child) if child.is(name::XENC.uri, "EncryptedData") => return Err(EnvelopeError::EncryptedBody),
            Some(child) => {
                let (found, namespace) = (child.name().to_string().into(), version.namespace());
                return Err(EnvelopeError::NotABody { found, namespace });
            }
            None => return Err(EnvelopeError::NoBody),
        };
        if let Some(extra) = children.next() {
            return Err(match extra {
                extra if is(extra, "Header") && header.is_some() => EnvelopeError::TwoSoapHeaders,
                extra if is(extra, "Header") => EnvelopeError::HeaderBehindBody,
                extra if is(extra, "Body") => EnvelopeError::TwoBodies,
                extra => EnvelopeError::Unexpected { element: extra.qualified_name().into() },
            });
        }
        Ok(Self { version, root, header, body })
    }

    /// The header blocks.
    pub fn blocks(self) -> impl Iterator<Item = Element<'d>> {
        self.header.into_iter().flat_map(Element::children)
    }
}

/// The error for a document that is not an envelope.
fn not_soap(root: Element<'_>) -> EnvelopeError {
    let name = || root.name().to_string().into();
    match root.descendants_and_self().any(|inner| inner.is(name::DS.uri, "Signature")) {
        _ if root.is(name::XENC.uri, "EncryptedData") => EnvelopeError::EncryptedDocument,
        true => EnvelopeError::SignedDocument { root: name() },
        false => EnvelopeError::NotSoap { root: name() },
    }
}

/// Whether the receiver with the block's role must understand it. A value that is no Boolean means that it must: a
/// sender that does not demand it leaves the attribute out.
#[must_use]
pub fn must_understand(block: Element<'_>, version: SoapVersion) -> bool {
    let attribute = block.attribute(version.namespace(), "mustUnderstand");
    !matches!(attribute.as_deref().map(|value| value.trim_matches(BLANKS)), None | Some("0" | "false"))
}

/// The start tag of the document element without its end, and without the slash of an empty element.
fn start_tag(text: &str) -> Option<&str> {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        // SOAP allows only processing instructions and comments before the document element.
        let end = match rest {
            before if before.starts_with("<?") => "?>",
            before if before.starts_with("<!--") => "-->",
            _ => break,
        };
        rest = rest.split_once(end)?.1.trim_start();
    }
    let mut quote = None;
    let end = rest.bytes().position(|octet| {
        match (quote, octet) {
            (None, b'"' | b'\'') => quote = Some(octet),
            (Some(open), _) if open == octet => quote = None,
            _ => {}
        }
        quote.is_none() && octet == b'>'
    })?;
    let tag = rest.get(..end)?;
    Some(tag.strip_suffix('/').unwrap_or(tag))
}

#[cfg(test)]
mod tests {
    use wss_c14n::{Document, Limits};

    use super::{Envelope, SoapVersion};
    use crate::error::EnvelopeError;

    #[test]
    fn children_in_another_order_are_said_to_be() {
        for (children, expected) in [
            ("<s:Body/><s:Header/>", EnvelopeError::HeaderBehindBody),
            ("<s:Header/><s:Body/><s:Header/>", EnvelopeError::TwoSoapHeaders),
            ("<s:Body/><s:Body/>", EnvelopeError::TwoBodies),
            ("<s:Body/><x/>", EnvelopeError::Unexpected { element: "x".into() }),
        ] {
            let text =
                format!("<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'>{children}</s:Envelope>");
            let document = Document::parse(&*text, &Limits::default()).expect("well-formed");
            assert_eq!(Envelope::locate(&document).err(), Some(expected), "{children}");
        }
    }

    #[test]
    fn the_version_is_that_of_the_start_tag_alone() {
        const SOAP12: &str = "xmlns:s='http://www.w3.org/2003/05/soap-envelope'";
        let large = "<a/>".repeat(400_000);
        for (message, version) in [
            (format!("<s:Envelope {SOAP12}><s:Body>{large}</s:Body></s:Envelope>"), SoapVersion::V12),
            (format!("\u{feff}<?xml version='1.0'?>\n<!-- <a> -->\n<s:Envelope a='>' {SOAP12}>"), SoapVersion::V12),
            (format!("<s:Envelope {SOAP12}/>"), SoapVersion::V12),
            (format!("<s:Other {SOAP12}/>"), SoapVersion::V11),
            (format!("<!-- <s:Envelope {SOAP12}> -->"), SoapVersion::V11),
            (format!("<!DOCTYPE s><s:Envelope {SOAP12}/>"), SoapVersion::V11),
            (format!("<s:Envelope {SOAP12}"), SoapVersion::V11),
            ("<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'/>".to_owned(), SoapVersion::V11),
        ] {
            assert_eq!(SoapVersion::of(&message), version, "{}", &message[..message.len().min(90)]);
        }
        let utf16: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain(format!("<s:Envelope {SOAP12}/>").encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(SoapVersion::of(utf16), SoapVersion::V12);
    }
}
