//! Why a certificate is not trusted.

use std::time::SystemTime;

use thiserror::Error;
use wss_c14n::Exceeded;
use wss_crypto::LoadError;
use wss_text::WireText;

use crate::written_instant::format_instant;

/// Why a certificate is not trusted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TrustError {
    /// *Failed.* No path to an anchor, and no pin.
    #[error(
        "no path leads from {subject:?} to an anchor: {}, with `Trust::anchors` or `Trust::intermediates`, or pin the certificate \
         with `Trust::pin`",
        match is_known {
            true => format!("the known certificate of {issuer:?} did not sign what is below it, so add the one that did"),
            false => format!("add the certificate of {issuer:?}, which is missing"),
        }
    )]
    NoPath {
        /// Subject of the certificate.
        subject: WireText,
        /// The issuer at which the path ends.
        issuer: WireText,
        /// Whether a certificate of that name is known.
        is_known: bool,
    },
    /// *Failed.* A certificate of the path is no longer valid at the evaluation time.
    #[error("the certificate of {subject:?} expired at {}, and it is now {}", format_instant(*not_after), format_instant(*now))]
    Expired {
        /// Subject of the certificate.
        subject: WireText,
        /// The last instant of its validity.
        not_after: SystemTime,
        /// The evaluation time.
        now: SystemTime,
    },
    /// *Failed.* A certificate of the path is not yet valid at the evaluation time.
    #[error("the certificate of {subject:?} is valid from {} on, and it is now {}", format_instant(*not_before), format_instant(*now))]
    NotYetValid {
        /// Subject of the certificate.
        subject: WireText,
        /// The first instant of its validity.
        not_before: SystemTime,
        /// The evaluation time.
        now: SystemTime,
    },
    /// *Refused.* An authority of the path has a key that anyone can break.
    #[error(
        "the authority {subject:?} has an RSA or DSA key below 1024 bits, so that anyone can have issued in its name: have the \
         signer's certificate issued anew, or pin it"
    )]
    RetiredAuthority {
        /// Subject of the authority.
        subject: WireText,
    },
    /// *Refused.* A certificate of the path is signed with a digest for which collisions are known or near, with DSA, or with a
    /// key that is too weak.
    #[error(
        "the certificate of {subject:?} is signed with {method}, which is too weak: have it issued anew with RSA of 2048 bits or \
         ECDSA on P-256, and SHA-256, or pin it; only for old documents, `Trust::dangerous_old_path_signatures` \
         (`--dangerous-old-path-signatures`) accepts it"
    )]
    WeakSignature {
        /// Subject of the certificate.
        subject: WireText,
        /// The method, and the key of the issuer if that is too weak, in words.
        method: WireText,
    },
    /// *Refused.* A certificate of the path is signed with a method that is not known here.
    #[error(
        "the certificate of {subject:?} is signed with {method}, which is not supported: have it issued anew with RSA or ECDSA and \
         SHA-256, or pin it"
    )]
    UnsupportedSignature {
        /// Subject of the certificate.
        subject: WireText,
        /// The method by name, or its object identifier.
        method: WireText,
    },
    /// *Failed.* An authority on the path allows fewer authorities below it.
    #[error("the path of {subject:?} has more authorities than their basic constraints allow: shorten the path")]
    PathLength {
        /// Subject of the certificate, or of the anchor, whose limit is exceeded.
        subject: WireText,
    },
    /// *Failed.* An authority of the path must not certify names like this one, or is limited to directory names, which
    /// path validation does not compare.
    #[error(
        "the path of {subject:?} breaks a name constraint of an authority (RFC 5280 §4.2.1.10), or has one that is not \
         supported: pin the certificate"
    )]
    NameConstraints {
        /// Subject of the certificate.
        subject: WireText,
    },
    /// *Refused.* A certificate of the path is limited to extended key usages that do not include a demanded one.
    #[error("{subject:?} is limited to other extended key usages: name one with `Trust::extended_key_usage` (`--eku`)")]
    ExtendedKeyUsage {
        /// Subject of the certificate.
        subject: WireText,
    },
    /// *Failed.* A certificate of the path is revoked.
    #[error("the certificate of {subject:?} is revoked: a revocation list names it, or a responder says so")]
    Revoked {
        /// Subject of the certificate.
        subject: WireText,
    },
    /// *Failed.* No revocation list and no response of a responder covers a certificate of the path.
    #[error(
        "whether {subject:?} is revoked is unknown: add the revocation list of {authority:?} with `Trust::crls` \
         (`--crl`), or an OCSP response with `Trust::ocsp_response` (`--ocsp`), or demand less with `Trust::revocation` (`--revocation`)"
    )]
    ListMissing {
        /// Subject of the certificate whose status is unknown.
        subject: WireText,
        /// The authority whose list is missing.
        authority: WireText,
    },
    /// *Failed.* The revocation list for a certificate of the path has expired.
    #[error(
        "the revocation list of {authority:?} expired at {}, and it is now {}: give the next one, or call `Trust::accept_lists_after_their_end`", format_instant(*next_update), format_instant(*now)
    )]
    ListExpired {
        /// The issuer of the list.
        authority: WireText,
        /// The time at which the next list was due.
        next_update: SystemTime,
        /// The evaluation time.
        now: SystemTime,
    },
    /// *Failed.* The revocation list for a certificate of the path is from the future: it was issued later than the clock
    /// shows, by more than a minute.
    #[error(
        "the revocation list of {authority:?} was issued at {}, and it is now {}: check the clock, or give the list that \
         holds now",
        format_instant(*this_update), format_instant(*now)
    )]
    ListNotYetValid {
        /// The issuer of the list.
        authority: WireText,
        /// The time at which it was issued.
        this_update: SystemTime,
        /// The evaluation time.
        now: SystemTime,
    },
    /// *Failed.* A revocation list is not signed by the authority that it names, or this authority must not sign lists.
    #[error(
        "the revocation list in the name of {authority:?} is not signed by the authority of the path, or not with a \
         supported algorithm: give its own list"
    )]
    ListNotGenuine {
        /// The authority.
        authority: WireText,
    },
    /// *Failed.* An OCSP response is older than it may be, or from the future.
    #[error(
        "the OCSP response about {subject:?} holds from {} and it is now {}, which is too late or too early: ask the \
         responder again, or check the clock",
        format_instant(*this_update), format_instant(*now)
    )]
    ResponseNotCurrent {
        /// Subject of the certificate.
        subject: WireText,
        /// The instant of the status (`thisUpdate`).
        this_update: SystemTime,
        /// The evaluation time.
        now: SystemTime,
    },
    /// *Failed.* The responder does not know a certificate of the path.
    #[error("the responder does not know the certificate of {subject:?}: ask the responder of its own issuer")]
    ResponseUnknown {
        /// Subject of the certificate.
        subject: WireText,
    },
    /// *Failed.* An OCSP response is signed neither by the authority of the path nor by a responder that this authority
    /// certified.
    #[error(
        "the OCSP response is signed neither by {authority:?} nor by a responder that it certified for OCSP, or not with a \
         supported algorithm: ask the authority's own responder"
    )]
    ResponseNotGenuine {
        /// The authority.
        authority: WireText,
    },
    /// *Refused.* An OCSP response is signed by a responder whose key is too weak for signatures on certificates.
    #[error(
        "the key of the OCSP responder {subject:?} is DSA, on P-224 or RSA below 2048 bits, which is too weak: ask another \
         responder; only for old documents, `Trust::dangerous_old_path_signatures` (`--dangerous-old-path-signatures`) accepts it"
    )]
    WeakResponder {
        /// Subject of the responder's certificate.
        subject: WireText,
    },
    /// *Refused.* Its key usage does not permit signatures on messages.
    #[error(
        "the key usage of {subject:?} is {}, and digitalSignature or nonRepudiation is needed: have its authority issue one with that \
         usage, or accept such signers with `Trust::accept_any_key_usage` (`--accept-any-key-usage`)",
        none_or(usage)
    )]
    NotForSignatures {
        /// Subject of the certificate.
        subject: WireText,
        /// The usages that it has, by the names of RFC 5280 §4.2.1.3.
        usage: WireText,
    },
    /// *Refused.* Its key usage does not permit that keys are encrypted to it.
    #[error(
        "the key usage of {subject:?} is {}, and keyEncipherment or keyAgreement is needed: have its authority issue one with that \
         usage, and its holder use it",
        none_or(usage)
    )]
    NotForEncryption {
        /// Subject of the certificate.
        subject: WireText,
        /// The usages that it has, by the names of RFC 5280 §4.2.1.3.
        usage: WireText,
    },
    /// *Refused.* The certificate is valid below the anchor, but no rule names its holder.
    #[error("{subject:?} is valid but not expected: name it with a `SignerRule`")]
    NotExpected {
        /// Subject of the certificate.
        subject: WireText,
    },
    /// *Refused.* A certificate of an authority signed a message.
    #[error(
        "the certificate of {subject:?} is one of an authority: pin it if it is trusted, or accept such signers with `Trust::accept_authorities_as_signers` (`--accept-authorities-as-signers`)"
    )]
    AuthorityAsSigner {
        /// Subject of the certificate.
        subject: WireText,
    },
    /// *Refused.* A certificate of version 1 signed a message.
    #[error(
        "the certificate of {subject:?} has version 1, so that nothing says what it is for: pin it if it is trusted, or accept such signers with `Trust::accept_certificates_of_version_1` (`--accept-certificates-of-version-1`)"
    )]
    Version1 {
        /// Subject of the certificate.
        subject: WireText,
    },
    /// *Refused.* The path validator does not support the certificate: an authority of version 1, or an unknown critical
    /// extension.
    #[error("the certificate of {subject:?} cannot be validated by path: pin it if it is trusted")]
    Unsupported {
        /// Subject of the certificate.
        subject: WireText,
    },
    /// *Refused.* Validation would exceed the limits of the message.
    #[error(transparent)]
    Exceeded(#[from] Exceeded),
    /// *Misuse.* A trust anchor, a name or a purpose cannot be read.
    #[error("the trust cannot be set up: {0}")]
    Anchor(#[from] LoadError),
    /// *Misuse.* A trust anchor is not a certification authority.
    #[error(
        "the anchor {subject:?} cannot certify others, {why}: give the certificate of the authority, pin a signer with \
         `Trust::pins` (`--pin`), or take any with `Trust::dangerous_unchecked_anchors` \
         (`--dangerous-unchecked-anchors`)"
    )]
    UnfitAnchor {
        /// Subject of the certificate.
        subject: WireText,
        /// The property that it lacks, in words.
        why: &'static str,
    },
    /// *Misuse.* A revocation list cannot be used.
    #[error("a revocation list cannot be used: {0}")]
    List(#[source] LoadError),
    /// *Misuse.* An OCSP response cannot be used.
    #[error("an OCSP response cannot be used: {0}")]
    Response(#[source] LoadError),
}

/// The usages of a key, or that it has none.
fn none_or(usage: &WireText) -> &str {
    if usage.as_str().is_empty() { "none" } else { usage.as_str() }
}
