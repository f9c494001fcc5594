//! A message before it is secured.

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use ws_security::attachments::{Attachment, SecuredPackage};
use ws_security::text::{octets, shown};
use ws_security::{Addressing, Correlation, SecureError, Secured, SoapVersion};

use crate::sides::Sides;

/// The intent of a request of SOAP 1.1 (§6.1.1).
pub(crate) const SOAP_ACTION: HeaderName = HeaderName::from_static("soapaction");

/// A SOAP message that a [`SecureLayer`](crate::SecureLayer) sends, or with which a handler answers: an envelope, perhaps with
/// attachments.
///
/// ```
/// use wss_tower::SoapMessage;
///
/// let envelope = "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body/></s:Envelope>";
/// let message = SoapMessage::from(envelope).action("urn:bank:pay");
/// assert_eq!(message.envelope(), envelope);
/// ```
#[derive(Clone)]
pub struct SoapMessage {
    envelope: String,
    attachments: Vec<Attachment>,
    action: Option<String>,
    addressing: Option<Addressing>,
}

impl std::fmt::Debug for SoapMessage {
    /// The envelope and the action are not shown whole.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SoapMessage")
            .field("envelope", &octets(self.envelope.as_bytes()))
            .field("attachments", &self.attachments)
            .field("action", &self.action.as_deref().map(shown))
            .field("addressing", &self.addressing.is_some())
            .finish()
    }
}

impl SoapMessage {
    /// A SOAP 1.1 or 1.2 envelope, without a Security header of ours.
    #[must_use]
    pub fn new(envelope: impl Into<String>) -> Self {
        Self { envelope: envelope.into(), attachments: Vec::new(), action: None, addressing: None }
    }

    /// Adds an attachment. Can be called for several.
    #[must_use]
    pub fn attachment(mut self, attachment: Attachment) -> Self {
        self.attachments.push(attachment);
        self
    }

    /// The intent of a request: the header `SOAPAction` of SOAP 1.1, and the parameter `action` of SOAP 1.2. It is not
    /// signed: a service must not decide by it.
    #[must_use]
    pub fn action(mut self, uri: impl Into<String>) -> Self {
        self.action = Some(uri.into());
        self
    }

    /// Inserts these header blocks of WS-Addressing before the message is secured, so that the plan can sign them. The envelope
    /// must not have them yet.
    ///
    /// A handler reads those of the request that are signed with
    /// [`header_block`](ws_security::OpenedParts::header_block), and relates its reply to the request:
    ///
    /// ```
    /// use ws_security::{Addressing, AddressingVersion};
    /// use wss_tower::{OpenedRequest, SoapMessage};
    ///
    /// async fn pay(request: OpenedRequest) -> SoapMessage {
    ///     let version = AddressingVersion::V1_0;
    ///     let asked = request.header_block(version.namespace(), "Action").map(|block| block.xml().to_owned());
    ///     println!("asked for {asked:?}");
    ///     let mut addressing = Addressing::new(version).action("urn:bank:paid").new_message_id();
    ///     if let Some(id) = request.correlation().unauthenticated_message_id() {
    ///         addressing = addressing.relates_to(id);
    ///     }
    ///     let envelope = "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body/></s:Envelope>";
    ///     SoapMessage::from(envelope).addressing(addressing)
    /// }
    /// ```
    #[must_use]
    pub fn addressing(mut self, addressing: Addressing) -> Self {
        self.addressing = Some(addressing);
        self
    }

    /// The envelope.
    #[must_use]
    pub fn envelope(&self) -> &str {
        &self.envelope
    }

    /// The envelope, the attachments and the header blocks.
    #[cfg(feature = "axum")]
    pub(crate) fn into_parts(self) -> (String, Vec<Attachment>, Option<Addressing>) {
        (self.envelope, self.attachments, self.addressing)
    }

    /// The approximate number of octets to secure.
    pub(crate) fn octets(&self) -> usize {
        // Attachments are read while they are secured: a message with any counts as large.
        if self.attachments.is_empty() { self.envelope.len() } else { usize::MAX }
    }

    /// Secures the message, and writes it for the transport.
    pub(crate) async fn secured(self, sides: &Sides, request: Option<&Correlation>) -> Result<Sealed, SecureError> {
        let version = SoapVersion::of(&self.envelope);
        let outgoing = sides.plan.message(&self.envelope);
        let outgoing = match request {
            Some(request) => outgoing.answering(request),
            None => outgoing,
        };
        let outgoing = match self.addressing {
            Some(addressing) => outgoing.addressing(addressing),
            None => outgoing,
        };
        let (content_type, octets, correlation) = if self.attachments.is_empty() {
            let Secured { message, correlation } = sides.secured(outgoing).await?;
            (version.content_type().to_owned(), message.into_bytes(), correlation)
        } else {
            let Secured { message, correlation } = sides.secured(outgoing.attachments(self.attachments)).await?;
            (message.content_type(), written(&message)?, correlation)
        };
        Ok(Sealed { version, content_type, action: self.action, octets: octets.into(), correlation })
    }
}

fn written(package: &SecuredPackage) -> Result<Vec<u8>, SecureError> {
    package.write(Vec::new()).map_err(|error| ws_security::soap::mime::MimeError::from(error).into())
}

impl From<String> for SoapMessage {
    fn from(envelope: String) -> Self {
        Self::new(envelope)
    }
}

impl From<&str> for SoapMessage {
    fn from(envelope: &str) -> Self {
        Self::new(envelope)
    }
}

/// A secured message, in the form for the transport.
pub(crate) struct Sealed {
    version: SoapVersion,
    content_type: String,
    action: Option<String>,
    pub(crate) octets: Bytes,
    pub(crate) correlation: Correlation,
}

impl Sealed {
    /// The value of `Content-Type`, and that of `SOAPAction` for SOAP 1.1; `None` if the action cannot be in a header.
    pub(crate) fn headers(&self) -> Option<(HeaderValue, Option<HeaderValue>)> {
        let action = self.action.as_deref();
        if action.is_some_and(|uri| uri.contains(['"', '\\']) || !uri.bytes().all(|octet| octet.is_ascii_graphic())) {
            return None;
        }
        let value = |text: &str| HeaderValue::from_str(text).ok();
        match (self.version, action) {
            (SoapVersion::V11, action) => {
                // The header is required, also when it is empty (SOAP 1.1 §6.1.1).
                let quoted = value(&format!("\"{}\"", action.unwrap_or_default()))?;
                Some((value(&self.content_type)?, Some(quoted)))
            }
            (SoapVersion::V12, Some(uri)) => Some((value(&format!("{}; action=\"{uri}\"", self.content_type))?, None)),
            (SoapVersion::V12, None) => Some((value(&self.content_type)?, None)),
        }
    }
}
