//! Fetching over HTTP, by the caller: the requests, and the reasons why one gave nothing.

use std::error::Error;
use std::future::Future;

use thiserror::Error;
use wss_crypto::{CryptoError, LoadError};
use wss_text::WireText;

use crate::trust_error::TrustError;

/// The largest number of octets of a URL.
const MAX_URL_OCTETS: usize = 2_048;

/// One HTTP request for a status.
///
/// The URL is from a certificate on a path that ends at an anchor of the caller, so that an authority chose it. An
/// authority below the anchor may still be careless: a service inside a network should go through a proxy, or refuse
/// addresses that are not public, and must not follow redirects to them.
#[derive(Clone)]
pub struct FetchRequest {
    pub(super) url: String,
    pub(super) body: Option<Vec<u8>>,
    pub(super) max_octets: usize,
}

impl FetchRequest {
    /// The URL, which is `http` or `https`, ASCII without blanks, without a user name, and 2,048 octets at most.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The octets to post, as `application/ocsp-request`; without them, the request is a GET for a revocation list.
    #[must_use]
    pub fn body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }

    /// The largest number of octets of a response that are read. A longer response is refused.
    #[must_use]
    pub fn max_octets(&self) -> usize {
        self.max_octets
    }
}

impl std::fmt::Debug for FetchRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let method = if self.body.is_some() { "POST" } else { "GET" };
        write!(f, "FetchRequest({method} {})", wss_text::shown(&self.url))
    }
}

/// Whether a URL of a certificate is fetched at all.
pub(super) fn is_fetched(url: &str) -> bool {
    let after = ["http://", "https://"].into_iter().find_map(|scheme| {
        let (start, rest) = url.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    let host = after.and_then(|rest| rest.split(['/', '?', '#']).next());
    url.len() <= MAX_URL_OCTETS
        && url.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'\\')
        && host.is_some_and(|host| !host.is_empty() && !host.contains('@'))
}

/// An error of the caller's HTTP client.
pub type FetchFailure = Box<dyn Error + Send + Sync>;

/// The caller's HTTP client. It sets its own timeouts.
pub trait Fetch: Sync {
    /// Sends the request, and gives the body of a response of status 200.
    fn fetch(&self, request: FetchRequest) -> impl Future<Output = Result<Vec<u8>, FetchFailure>> + Send;
}

/// As [`Fetch`], for a client that blocks.
pub trait FetchBlocking {
    /// Sends the request, and gives the body of a response of status 200.
    ///
    /// # Errors
    /// The errors of the client.
    fn fetch(&self, request: FetchRequest) -> Result<Vec<u8>, FetchFailure>;
}

/// The reason why a fetched answer is not kept.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FetchError {
    /// *Failed.* The client got nothing.
    #[error("nothing was fetched from {url:?}: {source}")]
    Failed {
        /// The URL.
        url: WireText,
        /// The failure that the client reports.
        source: FetchFailure,
    },
    /// *Refused.* The response has more octets than it may.
    #[error("the response of {url:?} has more than {allowed} octets: raise `CacheLimits` if it is expected")]
    TooLarge {
        /// The URL.
        url: WireText,
        /// The number of octets that it may have.
        allowed: usize,
    },
    /// *Malformed.* The content is of another kind, or does not answer the request.
    #[error("the response of {url:?} cannot be used: {source}")]
    Unusable {
        /// The URL.
        url: WireText,
        /// Why.
        source: LoadError,
    },
    /// *Failed.* No authority of the path signed it.
    #[error("the response of {url:?} is not from the authority of the certificate ({source}): ask the authority")]
    NotGenuine {
        /// The URL.
        url: WireText,
        /// Why.
        source: Box<TrustError>,
    },
    /// *Failed.* It is about another certificate.
    #[error("the response of {url:?} says nothing about the certificate: ask the authority")]
    NotAbout {
        /// The URL.
        url: WireText,
    },
    /// *Refused.* The answer of the responder counts for nothing now: it is old, or the responder does not know the
    /// certificate.
    #[error("the response of {url:?} does not count: {source}")]
    NotCounted {
        /// The URL.
        url: WireText,
        /// Why.
        source: Box<TrustError>,
    },
    /// *Refused.* The URL gave an older status than the known one.
    #[error("the response of {url:?} is older than the one that is known, which is kept: ask the authority")]
    Older {
        /// The URL.
        url: WireText,
    },
    /// *Failed.* The certificate names no URL of a responder or a list that can be fetched.
    #[error("the certificate of {subject:?} names no URL with http or https: give its list with `Trust::crls`")]
    NoUrl {
        /// Subject of the certificate.
        subject: WireText,
    },
    /// *Failed.* There is no randomness for a nonce.
    #[error("the cryptographic provider gave no nonce ({source}): try again")]
    NoNonce {
        /// The error of the provider.
        source: CryptoError,
    },
}
