//! The WS-Security header: recipe to plan to secured message, message to requirements to [`Opened`].
//!
//! In reading order: [`Recipe`] lists the steps, [`Plan`] is a checked recipe, `secure` runs it; [`Receiver`] is the
//! configuration, `opening` has its verbs, which open a message in `open`, [`Requirements`] say what it must prove, and
//! [`Opened`] is the only access to its content.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(all(feature = "deterministic", not(debug_assertions)))]
compile_error!("the feature `deterministic` of wss-header is for tests: build without it");

mod accepted_risks;
mod accepted_shapes;
mod addressing;
mod addressing_version;
mod allowance;
mod attached;
pub mod attachments;
mod authenticated_assertion;
mod clock;
mod correlation;
mod decryption_key;
mod ebms_error;
mod element_path;
mod elsewhere;
mod emission;
mod encrypting;
mod error;
#[cfg(feature = "serde")]
mod evidence_record;
mod exchange;
mod explain;
mod fault_code;
mod freshness;
mod header_blocks;
mod held_token;
mod holdings;
mod incoming;
mod issued_token;
mod key_sending;
mod key_sources;
mod key_uses;
mod layout;
mod misnamed;
mod open;
mod opened;
mod opening;
mod optional;
mod outgoing;
mod part;
mod pending_replay;
mod placing;
mod plan;
mod policy;
mod protection_token;
mod receipt;
mod receiver;
mod recipe;
mod referencing;
mod required_token;
mod requirements;
mod secure;
mod signer;
mod signer_identity;
mod signing;
mod trace;
mod transport;
mod unchanged;
mod username;
mod waived;
mod waiver;
mod window;

pub use addressing::Addressing;
pub use addressing_version::AddressingVersion;
pub use authenticated_assertion::AuthenticatedAssertion;
pub use clock::{Clock, FixedClock, ShiftedClock, SystemClock};
pub use correlation::Correlation;
pub use decryption_key::DecryptionKey;
pub use element_path::{ElementPath, ElementPathError};
pub use elsewhere::{
    AsyncKeyUnwrap, AsyncSigningKey, SignatureRequest, SigningFuture, UnwrapFailure, UnwrapFuture, UnwrapOperation,
    UnwrapRequest,
};
pub use encrypting::Encrypting;
pub use error::{
    AttachedDefect, CoverageLost, ElsewhereError, HeaderError, KnownKeys, LayoutDefect, LostCoverage, LostPart,
    MissingKey, OpenError, PlanError, PrefixDefect, RemainingCiphertext, RequirementError, SecureError, Treatment,
    UsernameDefect, WhyEncrypted, WhyMisplaced, WhyNoToken,
};
#[cfg(feature = "serde")]
pub use evidence_record::{EvidenceRecord, RecordError};
pub use exchange::ExchangeError;
pub use explain::{
    Cause, ExplainedCiphertext, ExplainedItem, ExplainedOctets, ExplainedReference, ExplainedSignature, Explanation,
    Outcome, UsedPadding, Verdict,
};
pub use freshness::NotFresh;
pub use held_token::HeldToken;
pub use incoming::Incoming;
pub use key_uses::KeyUseError;
pub use layout::Layout;
pub use open::{Misshapen, key_in_words};
pub use opened::{
    Authenticated, DecryptionEvidence, Evidence, Opened, OpenedParts, SignatureEvidence, TimestampEvidence,
    UnsignedOpened,
};
pub use opening::{Answering, Deferred, DeferredElsewhere, Opening};
pub use outgoing::{Outgoing, Pending, Progress, Secured, WireForm};
pub use part::Part;
pub use pending_replay::PendingReplay;
pub use plan::Plan;
pub use policy::AlgorithmPolicy;
pub use protection_token::ProtectionToken;
pub use receipt::ReceiptError;
pub use receiver::Receiver;
pub use recipe::Recipe;
pub use referencing::Referencing;
pub use required_token::RequiredToken;
pub use requirements::Requirements;
pub use signer::Signer;
pub use signer_identity::{SignerIdentity, SignerName};
pub use signing::Signing;
pub use transport::TransportFacts;
pub use username::Username;
pub use waiver::Waiver;
pub use wss_c14n::{Budget, Exceeded, Limit, Limits};
#[doc(inline)]
pub use wss_replay::{
    AsyncReplayCache, DangerousNoReplayCache, DeferredReplay, MemoryReplayCache, ReplayCache, ReplayError, ReplayFuture,
};
#[doc(inline)]
pub use wss_soap::{EnvelopeError, Fault, FaultCode, Role, SoapVersion, UnauthenticatedFault};
