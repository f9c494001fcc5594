//! Why a request cannot be written, and why an answer does not count.

use thiserror::Error;
use wss_c14n::{LeafError, ParseError};
use wss_text::WireText;
use wss_tokens::TokenError;

/// Why an answer of a security token service does not count, or a request cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StsError {
    /// *Malformed.* It is not XML, or exceeds a limit.
    #[error(transparent)]
    Xml(#[from] ParseError),
    /// *Malformed.* An element lacks something, or is no text.
    #[error(transparent)]
    Shape(#[from] LeafError),
    /// *Malformed.* A time, or the identifier of a security context.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// *Malformed.* The Body is no answer to a request for a token.
    #[error(
        "the Body has {found}, and no wst:RequestSecurityTokenResponse of {namespace}: ask in the version that the service speaks"
    )]
    NoResponse {
        /// The content of the Body; `nothing` if it is empty.
        found: WireText,
        /// The namespace of the version that was asked in.
        namespace: &'static str,
    },
    /// *Failed.* The service answered with a fault, in a Body that the receiver authenticated.
    #[error("the token service answered with the fault {code:?}: {reason:?}")]
    Fault {
        /// The local name of its most specific code.
        code: WireText,
        /// Its text.
        reason: WireText,
    },
    /// *Refused.* The request had a context, and the answer has another, or none.
    #[error(
        "the answer has the context {found:?}, and the request has {wanted:?}: it answers another request, or the service does not return contexts, and then ask without one"
    )]
    Context {
        /// The context of the answer; empty if it has none.
        found: WireText,
        /// The context of the request.
        wanted: WireText,
    },
    /// *Refused.* The service renewed another security context than the given one.
    #[error("the answer renews {found:?}, and {wanted:?} was to be renewed: start a new conversation")]
    OtherToken {
        /// The identifier in the answer, or the name of another kind of token.
        found: WireText,
        /// The identifier of the given one.
        wanted: WireText,
    },
    /// *Malformed.* There are several answers.
    #[error("the service gave {count} answers to one request: ask for one token")]
    Several {
        /// The number of answers.
        count: usize,
    },
    /// *Failed.* The answer has no token.
    #[error("the answer has no token: look at the log of the token service")]
    NoToken,
    /// *Failed.* The answer has a token of another type.
    #[error(
        "the answer has a token of the type {found:?}, and {wanted:?} was asked for: ask for a type that the token service \
         issues"
    )]
    TokenType {
        /// The URI in the answer.
        found: WireText,
        /// The URI in the request.
        wanted: WireText,
    },
    /// *Failed.* A secret was asked for, and the answer has none that can be read.
    #[error("the answer has no secret that can be read ({why}): ask for another kind of key")]
    NoSecret {
        /// The part of the answer that is not readable, in words.
        why: &'static str,
    },
    /// *Refused.* The secret is shorter than the request asked for.
    #[error(
        "the secret of the answer has {octets} octets, and {wanted} are needed: have the token service give as many"
    )]
    ShortSecret {
        /// The number of octets that it has.
        octets: usize,
        /// The number of octets that were asked for.
        wanted: usize,
    },
    /// *Failed.* The answer does not say that the token was cancelled.
    #[error(
        "the answer does not say that the token was cancelled: it may still be valid; look at the log of the token service"
    )]
    NotCancelled,
    /// *Failed.* The answer has no status.
    #[error("the answer has no wst:Status: look at the log of the token service")]
    NoStatus,
}
