//! Faults: the answer to a refused message (SOAP Message Security 1.1.1 §12).
//!
//! The error of a receiver is for the log. A [`Fault`] is for the peer: it has a code of the standard's list with its
//! fixed text, and nothing of the message, the policy or the reason. [`Fault::refused`] has one code for everything,
//! from which an attacker learns nothing. [`Fault::naming`] gives the class of the error.

use std::fmt;
use wss_text::{front, shown};

use wss_c14n::name::Namespace;
use wss_c14n::xsd::collapsed;
use wss_c14n::{Document, Element, Limits, Writer, name};

use crate::envelope::{Envelope, SoapVersion};

/// The namespace of `xml:lang`, whose prefix is bound everywhere.
const XML: Namespace = Namespace { prefix: "xml", uri: name::XML };

/// A code of the standard's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultCode {
    /// Says only that the message was refused. This is the SOAP code for a message that must not be sent again.
    Refused,
    /// `wsse:UnsupportedSecurityToken`.
    UnsupportedSecurityToken,
    /// `wsse:UnsupportedAlgorithm`.
    UnsupportedAlgorithm,
    /// `wsse:InvalidSecurity`.
    InvalidSecurity,
    /// `wsse:InvalidSecurityToken`.
    InvalidSecurityToken,
    /// `wsse:FailedAuthentication`.
    FailedAuthentication,
    /// `wsse:FailedCheck`: a signature does not verify, or decryption failed.
    FailedCheck,
    /// `wsse:SecurityTokenUnavailable`.
    SecurityTokenUnavailable,
    /// `wsse:MessageExpired`.
    MessageExpired,
    /// `MustUnderstand` of SOAP itself.
    MustUnderstand,
    /// The service failed, and nothing is wrong with the message: `Server` of SOAP 1.1, `Receiver` of SOAP 1.2.
    ServiceFailed,
}

impl FaultCode {
    /// Every code.
    pub const ALL: [Self; 11] = [
        Self::Refused,
        Self::UnsupportedSecurityToken,
        Self::UnsupportedAlgorithm,
        Self::InvalidSecurity,
        Self::InvalidSecurityToken,
        Self::FailedAuthentication,
        Self::FailedCheck,
        Self::SecurityTokenUnavailable,
        Self::MessageExpired,
        Self::MustUnderstand,
        Self::ServiceFailed,
    ];

    /// Local name and recommended text; `None` for the codes of SOAP itself.
    const fn row(self) -> (Option<&'static str>, &'static str) {
        match self {
            Self::Refused => (None, "The message was refused"),
            Self::UnsupportedSecurityToken => (Some("UnsupportedSecurityToken"), "An unsupported token was provided"),
            Self::UnsupportedAlgorithm => {
                (Some("UnsupportedAlgorithm"), "An unsupported signature or encryption algorithm was used")
            }
            Self::InvalidSecurity => {
                (Some("InvalidSecurity"), "An error was discovered processing the <wsse:Security> header.")
            }
            Self::InvalidSecurityToken => (Some("InvalidSecurityToken"), "An invalid security token was provided"),
            Self::FailedAuthentication => {
                (Some("FailedAuthentication"), "The security token could not be authenticated or authorized")
            }
            Self::FailedCheck => (Some("FailedCheck"), "The signature or decryption was invalid"),
            Self::SecurityTokenUnavailable => {
                (Some("SecurityTokenUnavailable"), "Referenced security token could not be retrieved")
            }
            Self::MessageExpired => (Some("MessageExpired"), "The message has expired"),
            Self::MustUnderstand => (None, "A header block that must be understood was not"),
            Self::ServiceFailed => (None, "The service failed"),
        }
    }

    /// The code of SOAP itself, without a prefix.
    const fn of_soap(self, version: SoapVersion) -> &'static str {
        match (self, version) {
            (Self::MustUnderstand, _) => "MustUnderstand",
            (Self::ServiceFailed, SoapVersion::V11) => "Server",
            (Self::ServiceFailed, SoapVersion::V12) => "Receiver",
            (_, SoapVersion::V11) => "Client",
            (_, SoapVersion::V12) => "Sender",
        }
    }

    /// The local name in the `wsse` namespace; `None` for the codes of SOAP itself.
    #[must_use]
    pub const fn local_name(self) -> Option<&'static str> {
        self.row().0
    }

    /// The text for this code.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        self.row().1
    }
}

/// A fault for the peer.
///
/// ```
/// use wss_soap::{Fault, FaultCode, SoapVersion, UnauthenticatedFault};
///
/// let fault = Fault::naming(FaultCode::MessageExpired);
/// let envelope = fault.envelope(SoapVersion::V11);
/// // The peer learns the code and nothing else.
/// assert_eq!(UnauthenticatedFault::read(&envelope).expect("a fault").code(), "MessageExpired");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    code: FaultCode,
}

impl Fault {
    /// One code for everything. A service should use it unless it trusts the peer.
    #[must_use]
    pub fn refused() -> Self {
        Self { code: FaultCode::Refused }
    }

    /// The code of the standard's list for an error, to help the peer. All failures of authentication have one code,
    /// and all failures of signatures and decryption have one code.
    #[must_use]
    pub fn naming(error: impl Into<FaultCode>) -> Self {
        Self { code: error.into() }
    }

    /// The fault of a service that failed although nothing is wrong with the message.
    #[must_use]
    pub fn service_failed() -> Self {
        Self { code: FaultCode::ServiceFailed }
    }

    /// Its code.
    #[must_use]
    pub fn code(self) -> FaultCode {
        self.code
    }

    /// The status with which HTTP carries it: 400 for a `Sender` fault of SOAP 1.2, and 500 for every other.
    ///
    /// # Specification
    /// SOAP 1.1 §6.2, SOAP 1.2 part 2 §7.5.2.2.
    #[must_use]
    pub fn http_status(self, version: SoapVersion) -> u16 {
        if self.code.of_soap(version) == "Sender" { 400 } else { 500 }
    }

    /// The envelope of the fault. Its size depends only on the code and the version.
    #[must_use]
    pub fn envelope(self, version: SoapVersion) -> String {
        let soap = Namespace { prefix: name::SOAP11.prefix, uri: version.namespace() };
        let mut writer = Writer::new();
        writer.start(soap, "Envelope");
        writer.start(soap, "Body");
        writer.start(soap, "Fault");
        let qualified = |local| format!("{}:{local}", soap.prefix);
        let wsse = self.code.local_name().map(|local| format!("{}:{local}", name::WSSE.prefix));
        match version {
            SoapVersion::V11 => {
                let code = wsse.unwrap_or_else(|| qualified(self.code.of_soap(version)));
                writer.start_unqualified("faultcode");
                writer.declare(name::WSSE);
                writer.text(&code);
                writer.end();
                writer.start_unqualified("faultstring");
                writer.text(self.code.reason());
                writer.end();
            }
            SoapVersion::V12 => {
                writer.start(soap, "Code");
                writer.leaf(soap, "Value", &qualified(self.code.of_soap(version)));
                if let Some(code) = wsse {
                    writer.start(soap, "Subcode");
                    writer.start(soap, "Value");
                    writer.declare(name::WSSE);
                    writer.text(&code);
                    writer.end();
                    writer.end();
                }
                writer.end();
                writer.start(soap, "Reason");
                writer.start(soap, "Text");
                writer.attribute_in(XML, "lang", "en");
                writer.text(self.code.reason());
                writer.end();
                writer.end();
            }
        }
        writer.end();
        writer.end();
        writer.end();
        writer.finish()
    }
}

/// A fault from an unproven sender. Use it for the log and for ending the exchange, and for nothing else.
///
/// ```
/// use wss_soap::{Fault, SoapVersion, UnauthenticatedFault};
///
/// let envelope = Fault::refused().envelope(SoapVersion::V12);
/// let fault = UnauthenticatedFault::read(&envelope).expect("a fault");
/// assert_eq!(fault.reason(), "The message was refused");
/// assert!(UnauthenticatedFault::read("<no-envelope/>").is_none());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct UnauthenticatedFault {
    code: String,
    reason: String,
}

impl std::fmt::Debug for UnauthenticatedFault {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UnauthenticatedFault")
            .field("code", &shown(&self.code))
            .field("reason", &shown(&self.reason))
            .finish()
    }
}

impl UnauthenticatedFault {
    const MAX_TEXT: usize = 1_024;

    /// Reads a fault from an envelope of either version; `None` if there is none. Texts are cut after 1 024 octets.
    #[must_use]
    pub fn read(message: impl AsRef<[u8]>) -> Option<Self> {
        let document = Document::parse_transcoding(message.as_ref(), &Limits::default()).ok()?;
        Self::of(Envelope::locate(&document).ok()?)
    }

    /// The fault in the Body of this envelope; `None` if there is none.
    #[must_use]
    pub fn of(envelope: Envelope<'_>) -> Option<Self> {
        Self::of_body(envelope.body)
    }

    /// The fault in this Body, which is one of SOAP 1.1 or SOAP 1.2; `None` if the Body has no fault.
    #[must_use]
    pub fn of_body(body: Element<'_>) -> Option<Self> {
        let is_body = |version: &SoapVersion| body.is(version.namespace(), "Body");
        let version = [SoapVersion::V11, SoapVersion::V12].into_iter().find(is_body)?;
        let soap = version.namespace();
        let fault = body.children().next().filter(|child| child.is(soap, "Fault"))?;
        let (code, reason) = match version {
            SoapVersion::V11 => {
                let child = |local| fault.children().find(|child| child.is("", local));
                (child("faultcode")?, child("faultstring")?)
            }
            SoapVersion::V12 => {
                let child = |parent: Element<'_>, local: &str| parent.children().position(|c| c.is(soap, local));
                let nth = |parent, local| child(parent, local).and_then(|at| Element::children(parent).nth(at));
                let code = nth(fault, "Code")?;
                let value = nth(code, "Subcode").and_then(|subcode| nth(subcode, "Value")).or(nth(code, "Value"))?;
                (value, nth(nth(fault, "Reason")?, "Text")?)
            }
        };
        let text = |element: Element<'_>| Some(front(&element.text().ok()?, Self::MAX_TEXT).to_owned());
        let code = text(code)?;
        // The code is a QName, whose type collapses white space.
        let local = collapsed(&code).rsplit(':').next().unwrap_or_default().to_owned();
        Some(Self { code: local, reason: text(reason)? })
    }

    /// The local name of its most specific code, as the sender wrote it.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Its text. A stranger may have written it.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for UnauthenticatedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unauthenticated fault {:?}: {:?}", self.code, self.reason)
    }
}
