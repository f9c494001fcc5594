// If a link is defined twice, rustdoc takes the first definition: here the pages of this crate, in README.md itself the files.
#![doc = "[`manual`]: crate::manual"]
#![doc = "[the manual]: crate::manual::speed"]
#![doc = ""]
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

/// BSP 1.1: a verdict on every requirement.
#[doc(inline)]
pub use wss_bsp as bsp;
#[doc(inline)]
pub use wss_crypto::{
    AlternativeName, Certificate, ContentEncryption, CryptoError, Curve, DigestMethod, DistinguishedName, Identity,
    KeyKind, KeyTransport, KeyUnwrap, LoadError, NameForm, PrivateKey, PublicKey, Secret, SignatureMethod, SigningKey,
    TransportMethod,
};
/// SOAP with Attachments: packages of `multipart/related`.
pub use wss_header::attachments;
#[doc(inline)]
pub use wss_header::{
    Addressing, AddressingVersion, AlgorithmPolicy, Answering, AttachedDefect, Authenticated, AuthenticatedAssertion,
    Budget, Clock, Correlation, CoverageLost, DangerousNoReplayCache, DecryptionEvidence, DecryptionKey, ElementPath,
    ElementPathError, ElsewhereError, Encrypting, EnvelopeError, Evidence, Exceeded, ExchangeError, Fault, FaultCode,
    FixedClock, HeaderError, HeldToken, Incoming, KeyUseError, KnownKeys, Layout, LayoutDefect, Limit, Limits,
    LostCoverage, LostPart, MemoryReplayCache, Misshapen, MissingKey, NotFresh, OpenError, Opened, OpenedParts,
    Opening, Outgoing, Part, Pending, Plan, PlanError, PrefixDefect, Progress, ProtectionToken, ReceiptError, Receiver,
    Recipe, Referencing, RemainingCiphertext, ReplayCache, ReplayError, RequiredToken, RequirementError, Requirements,
    Role, SecureError, Secured, ShiftedClock, SignatureEvidence, SignatureRequest, Signer, SignerIdentity, SignerName,
    Signing, SoapVersion, SystemClock, TimestampEvidence, TransportFacts, Treatment, UnauthenticatedFault,
    UnsignedOpened, Username, UsernameDefect, Waiver, WhyEncrypted, WhyMisplaced, WhyNoToken, WireForm,
};
#[doc(inline)]
pub use wss_header::{
    AsyncKeyUnwrap, AsyncSigningKey, DeferredElsewhere, SigningFuture, UnwrapFailure, UnwrapFuture, UnwrapOperation,
    UnwrapRequest,
};
#[doc(inline)]
pub use wss_header::{AsyncReplayCache, Deferred, DeferredReplay, PendingReplay, ReplayFuture};
#[doc(inline)]
pub use wss_header::{
    Cause, ExplainedCiphertext, ExplainedItem, ExplainedOctets, ExplainedReference, ExplainedSignature, Explanation,
    Outcome, UsedPadding, Verdict, key_in_words,
};
#[cfg(feature = "serde")]
#[doc(inline)]
pub use wss_header::{EvidenceRecord, RecordError};
#[doc(inline)]
pub use wss_tokens::{
    AssertionTrust, AuthenticatedUser, CacheLimits, ConfirmationMethod, ExtendedKeyUsage, Fetch, FetchBlocking,
    FetchError, FetchFailure, FetchRequest, IssuedAssertion, KerberosAcceptor, KerberosForm, KerberosInitiator,
    KerberosSession, KerberosTicket, LicenseHolder, Licenses, NewAssertion, NewIdCard, Password, PasswordSource,
    Precision, ReferenceForm, Revocation, RevocationCache, RevocationStatus, SamlAttribute, SamlName, SamlVersion,
    SecureConversation, SecurityContexts, SignerRule, Trust, TrustAnchors, TrustError, ValidatedCertificate, X509Item,
};

/// XML as octets: reader, subsets, canonicalisation, splices, writer.
pub use wss_c14n as c14n;
/// Keys, certificates and primitives.
pub use wss_crypto as crypto;
/// The header block of ebMS 3.0, as AS4 has it.
pub use wss_ebms as ebms;
/// Kerberos tickets through the system's GSS-API.
#[cfg(feature = "kerberos")]
pub use wss_kerberos as kerberos;
/// Networks that demand WS-Security, each as a preset.
pub use wss_networks as networks;
/// WS-SecurityPolicy in a WSDL: its demands, as recipes and receivers.
pub use wss_policy as policy;
/// Recipes and receivers from TOML and JSON.
#[cfg(feature = "profile")]
pub use wss_profile as profile;
/// SOAP envelopes, faults and packages, without security.
pub use wss_soap as soap;
/// A client of security token services: WS-Trust, and the start of a WS-SecureConversation.
pub use wss_sts as sts;
/// Text of a message, made safe to show.
pub use wss_text as text;
/// The wire forms of tokens.
pub use wss_tokens as tokens;
/// XML Signature on whole documents.
pub use wss_xmldsig as xmldsig;
/// XML Encryption on whole documents.
pub use wss_xmlenc as xmlenc;
/// XPath 1.0, for the transforms of XML Signature that select by it.
pub use wss_xpath as xpath;

pub mod manual;

/// The items that most programs need.
pub mod prelude {
    pub use crate::{
        Certificate, Encrypting, Identity, MemoryReplayCache, Opened, Part, Plan, Receiver, Recipe, Requirements,
        SignerRule, Signing, Trust,
    };
}
