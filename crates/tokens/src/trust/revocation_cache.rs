//! Lists and responses that were fetched, and requests for those that are missing.
//!
//! `Trust` validates without waiting. A status that it misses is noted here, the caller has it fetched, and then opens
//! the message again. Only a genuine answer is kept, so that a stranger on the way can replace nothing. For a URL and
//! an authority, the newest list of each scope is kept: a list for users does not replace one for authorities.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use wss_c14n::Budget;
use wss_crypto::{
    Certificate, DigestMethod, LoadError, OcspRequest, OcspResponse, RevocationList, SerialNumber, SystemRandom,
};

use super::fetch::{Fetch, FetchBlocking, FetchError, FetchFailure, FetchRequest, is_fetched};
use super::ocsp::{self, Freshness};
use super::validity::CLOCK_SKEW;
use crate::trust_error::TrustError;

/// The largest number of lists of one authority that a URL gives: for its users, for authorities below it, and two
/// more.
const MAX_SCOPES: usize = 4;

/// The largest number of lists of one file whose signature is verified, valid or not.
const MAX_VERIFIED: usize = 16;

/// The limits on what a [`RevocationCache`] fetches and keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheLimits {
    /// The largest number of octets of one revocation list: 16 MiB.
    pub list_octets: usize,
    /// The largest number of octets of one OCSP response: 64 KiB.
    pub response_octets: usize,
    /// The largest number of files of lists that are kept: 64. Each has at most four lists of one authority, and
    /// usually one. The oldest is removed first.
    pub lists: usize,
    /// The largest number of responses that are kept: 4,096. The oldest is removed first.
    pub responses: usize,
    /// The largest number of certificates whose status is to be fetched: 64. More are not noted.
    pub wanted: usize,
    /// The time for which a status that was asked for is not asked for again, whatever the answer was: a minute.
    pub pause: Duration,
    /// Whether a responder must return the nonce of the request. Many do not, since they make one response for all.
    pub demand_nonce: bool,
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self {
            list_octets: 16 << 20,
            response_octets: 64 << 10,
            lists: 64,
            responses: 4_096,
            wanted: 64,
            pause: Duration::from_secs(60),
            demand_nonce: false,
        }
    }
}

/// Lists and responses that were fetched, for all receivers of a service. Cloning is cheap, and clones share the content.
///
/// Nothing is fetched unless the caller asks for it, with its own HTTP client:
///
/// ```
/// use wss_tokens::{FetchBlocking, FetchFailure, FetchRequest, RevocationCache};
///
/// struct Client;
///
/// impl FetchBlocking for Client {
///     fn fetch(&self, request: FetchRequest) -> Result<Vec<u8>, FetchFailure> {
///         Err(format!("no network here for {}", request.url()).into())
///     }
/// }
///
/// let cache = RevocationCache::default();
/// // let receiver = Receiver::new(trust.fetched(&cache), …);
/// // The first message of a signer is refused for want of a status, and `cache` notes what is missing:
/// if cache.is_wanting() {
///     cache.fetch_blocking(&Client).iter().for_each(|error| eprintln!("{error}"));
///     // Open the message again.
/// }
/// assert!(!cache.is_wanting(), "no message was opened");
/// ```
///
/// For each certificate, the responders that it names are asked first, and then the lists are fetched that it names, until one
/// of them is genuine.
#[derive(Clone, Default)]
pub struct RevocationCache(Arc<Shared>);

#[derive(Default)]
struct Shared {
    limits: CacheLimits,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The newest list of each scope, for each point.
    lists: HashMap<Point, (Vec<RevocationList>, Instant)>,
    responses: HashMap<Key, (OcspResponse, SystemTime)>,
    wanted: HashMap<Key, (Certificate, Certificate)>,
    /// The time of the last request for each of these.
    asked: HashMap<Key, Instant>,
}

/// A certificate: the key of its issuer, and its serial number.
type Key = (Vec<u8>, SerialNumber);

/// A URL, and the key of the issuer whose lists it gave: two authorities may name one URL, and their lists are kept
/// apart.
type Point = (String, Vec<u8>);

fn key(certificate: &Certificate, issuer: &Certificate) -> Key {
    (issuer.computed_key_identifier(), *certificate.serial())
}

/// One certificate whose status is fetched.
struct Inquiry {
    certificate: Certificate,
    issuer: Certificate,
    /// The URLs that were not asked yet. The last one is next, or was just asked.
    urls: Vec<(Kind, String)>,
    /// The request that the responder is answering.
    asked: Option<OcspRequest>,
    is_known: bool,
    /// The reasons why the URLs so far did not give the status.
    errors: Vec<FetchError>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Responder,
    List,
}

impl RevocationCache {
    /// An empty cache with these limits.
    #[must_use]
    pub fn new(limits: CacheLimits) -> Self {
        Self(Arc::new(Shared { limits, state: Mutex::default() }))
    }

    /// Whether the status of a certificate is missing and can be asked for.
    #[must_use]
    pub fn is_wanting(&self) -> bool {
        !self.state().wanted.is_empty()
    }

    /// Fetches the missing statuses, one after the other. Several callers may fetch at a time; a status is then asked
    /// for more than once. Returns the errors; the list is empty if everything was fetched.
    pub async fn fetch(&self, http: &impl Fetch) -> Vec<FetchError> {
        let mut errors = Vec::new();
        for mut inquiry in self.inquiries() {
            while let Some(request) = self.next(&mut inquiry) {
                let fetched = http.fetch(request).await;
                self.keep(&mut inquiry, fetched);
            }
            errors.extend(self.settle(inquiry));
        }
        errors
    }

    /// As [`RevocationCache::fetch`], with a client that blocks.
    pub fn fetch_blocking(&self, http: &impl FetchBlocking) -> Vec<FetchError> {
        let mut errors = Vec::new();
        for mut inquiry in self.inquiries() {
            while let Some(request) = self.next(&mut inquiry) {
                self.keep(&mut inquiry, http.fetch(request));
            }
            errors.extend(self.settle(inquiry));
        }
        errors
    }

    fn inquiries(&self) -> Vec<Inquiry> {
        let state = self.state();
        let all = state.wanted.values();
        all.map(|(certificate, issuer)| {
            let of = |kind, urls: &mut dyn Iterator<Item = &str>| -> Vec<_> {
                urls.filter(|url| is_fetched(url)).map(|url| (kind, url.to_owned())).take(4).collect()
            };
            let mut urls = of(Kind::Responder, &mut certificate.responder_urls());
            urls.extend(of(Kind::List, &mut certificate.list_urls()));
            urls.reverse();
            let (certificate, issuer) = (certificate.clone(), issuer.clone());
            Inquiry { certificate, issuer, urls, asked: None, is_known: false, errors: Vec::new() }
        })
        .collect()
    }

    /// The next request for a status, if it is not known yet.
    fn next(&self, inquiry: &mut Inquiry) -> Option<FetchRequest> {
        let (kind, url) = inquiry.urls.last().filter(|_| !inquiry.is_known)?.clone();
        inquiry.asked = None;
        if kind == Kind::List {
            return Some(FetchRequest { url, body: None, max_octets: self.0.limits.list_octets });
        }
        let asked = OcspRequest::new(&inquiry.certificate, &inquiry.issuer, DigestMethod::Sha1, &SystemRandom);
        let asked = match asked {
            Ok(asked) => asked,
            Err(source) => {
                inquiry.errors.push(FetchError::NoNonce { source });
                return None;
            }
        };
        let body = Some(asked.der().to_vec());
        inquiry.asked = Some(asked);
        Some(FetchRequest { url, body, max_octets: self.0.limits.response_octets })
    }

    /// Keeps the answer of the URL that was just asked, if it is genuine. The status is then known.
    fn keep(&self, inquiry: &mut Inquiry, fetched: Result<Vec<u8>, FetchFailure>) {
        let Some((_, url)) = inquiry.urls.pop() else { return };
        let asked = inquiry.asked.take();
        let kept = match (fetched, asked) {
            (Err(source), _) => Err(FetchError::Failed { url: url.as_str().into(), source }),
            (Ok(octets), Some(asked)) => self.keep_response(inquiry, &asked, &url, &octets),
            (Ok(octets), None) => self.keep_list(inquiry, &url, &octets),
        };
        match kept {
            Ok(()) => inquiry.is_known = true,
            Err(error) => inquiry.errors.push(error),
        }
    }

    fn keep_response(
        &self,
        inquiry: &Inquiry,
        asked: &OcspRequest,
        url: &str,
        octets: &[u8],
    ) -> Result<(), FetchError> {
        let CacheLimits { response_octets, responses, demand_nonce, .. } = self.0.limits;
        if octets.len() > response_octets {
            return Err(FetchError::TooLarge { url: url.into(), allowed: response_octets });
        }
        let unusable = |source| FetchError::Unusable { url: url.into(), source };
        let response = asked.response(octets, demand_nonce).map_err(unusable)?;
        let Inquiry { certificate, issuer, .. } = inquiry;
        let not_genuine = |source| FetchError::NotGenuine { url: url.into(), source: Box::new(source) };
        let not_about = || FetchError::NotAbout { url: url.into() };
        let now = SystemTime::now();
        ocsp::signer(&response, issuer, now, &Budget::dangerous_unbounded()).map_err(not_genuine)?;
        let freshness = Freshness { now, max_age: None };
        match ocsp::status(&response, certificate, issuer, freshness).ok_or_else(not_about)? {
            Ok(()) | Err(TrustError::Revoked { .. }) => {}
            Err(source) => return Err(FetchError::NotCounted { url: url.into(), source: Box::new(source) }),
        }
        let this_update = response.about(certificate, issuer).map(|answer| answer.this_update()).max();
        let this_update = this_update.ok_or_else(not_about)?;
        let mut state = self.state();
        let key = key(certificate, issuer);
        if state.responses.get(&key).is_some_and(|(_, known)| *known > this_update) {
            return Err(FetchError::Older { url: url.into() });
        }
        make_room(&mut state.responses, &key, responses, |(_, this_update)| *this_update);
        state.responses.insert(key, (response, this_update));
        Ok(())
    }

    fn keep_list(&self, inquiry: &Inquiry, url: &str, octets: &[u8]) -> Result<(), FetchError> {
        let CacheLimits { list_octets, lists, .. } = self.0.limits;
        if octets.len() > list_octets {
            return Err(FetchError::TooLarge { url: url.into(), allowed: list_octets });
        }
        // RFC 5280 §4.2.1.13: DER of one list. Some authorities give PEM.
        let read = RevocationList::all_from_pem(octets);
        let read = read.map_err(|source| FetchError::Unusable { url: url.into(), source })?;
        let unusable = |why| FetchError::Unusable { url: url.into(), source: LoadError::UnsupportedList(why) };
        let Inquiry { certificate, issuer, .. } = inquiry;
        let concerned = |list: &RevocationList| list.covers(certificate) || list.lists(certificate);
        let mut genuine = genuine(read, issuer).map_err(unusable)?;
        if genuine.is_empty() {
            let source = Box::new(TrustError::ListNotGenuine { authority: issuer.subject().to_string().into() });
            return Err(FetchError::NotGenuine { url: url.into(), source });
        }
        if !genuine.iter().any(concerned) {
            return Err(FetchError::NotAbout { url: url.into() });
        }
        let now = SystemTime::now();
        // A list from the future would be newer than all of today, and keep them out.
        genuine.retain(|list| now.checked_add(CLOCK_SKEW).is_none_or(|latest| list.this_update() <= latest));
        if !genuine.iter().any(concerned) {
            return Err(unusable("it is of the future"));
        }
        let mut given = Vec::new();
        for list in genuine {
            keep_newer(&mut given, list);
        }
        given.retain(|list| list.lists(certificate) || list.next_update() > now);
        if !given.iter().any(concerned) {
            return Err(unusable("it has expired"));
        }
        let mut state = self.state();
        let point = (url.to_owned(), issuer.computed_key_identifier());
        // A point that was never fetched has no lists yet.
        let mut known = state.lists.get(&point).map(|(known, _)| known.clone()).unwrap_or_default();
        let mut is_told = false;
        for list in given {
            let is_concerned = concerned(&list);
            is_told |= keep_newer(&mut known, list) && is_concerned;
        }
        if known.len() > MAX_SCOPES {
            known.retain(|list| list.next_update() > now || list.lists(certificate));
        }
        if known.len() > MAX_SCOPES {
            return Err(unusable("with those that are known, there are more than 4 kinds of lists of the authority"));
        }
        make_room(&mut state.lists, &point, lists, |(_, fetched)| *fetched);
        state.lists.insert(point, (known, Instant::now()));
        match is_told {
            true => Ok(()),
            false => Err(FetchError::Older { url: url.into() }),
        }
    }

    /// Ends an inquiry. If the status is not known, reports why: errors of URLs that were tried before the successful
    /// one do not count.
    fn settle(&self, inquiry: Inquiry) -> Vec<FetchError> {
        let Inquiry { certificate, issuer, is_known, errors, .. } = inquiry;
        let mut state = self.state();
        let key = key(&certificate, &issuer);
        state.wanted.remove(&key);
        make_room(&mut state.asked, &key, self.0.limits.responses, |at| *at);
        state.asked.insert(key, Instant::now());
        match is_known {
            true => Vec::new(),
            false if errors.is_empty() => {
                vec![FetchError::NoUrl { subject: certificate.subject().to_string().into() }]
            }
            false => errors,
        }
    }

    /// Notes that the status of a certificate on a valid path is missing.
    pub(super) fn want(&self, certificate: &Certificate, issuer: &Certificate) {
        let CacheLimits { wanted, pause, .. } = self.0.limits;
        let key = key(certificate, issuer);
        let mut state = self.state();
        let is_paused = state.asked.get(&key).is_some_and(|asked| asked.elapsed() < pause);
        if !is_paused && state.wanted.len() < wanted {
            state.wanted.insert(key, (certificate.clone(), issuer.clone()));
        }
    }

    pub(super) fn response(&self, certificate: &Certificate, issuer: &Certificate) -> Option<OcspResponse> {
        self.state().responses.get(&key(certificate, issuer)).map(|(response, _)| response.clone())
    }

    pub(super) fn lists(&self, certificate: &Certificate, issuer: &Certificate) -> Vec<RevocationList> {
        let (state, key) = (self.state(), issuer.computed_key_identifier());
        let of = |url: &str| state.lists.get(&(url.to_owned(), key.clone())).map(|(lists, _)| lists.clone());
        let mut seen = HashSet::new();
        certificate.list_urls().filter(|url| seen.insert(*url)).filter_map(of).flatten().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is complete in itself, so that a panic elsewhere leaves nothing half done.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The lists of a file that the authority signed. A file may have several: of older keys of the authority, or for its users
/// and for authorities below it. `Err` says why the file is refused.
fn genuine(lists: Vec<RevocationList>, issuer: &Certificate) -> Result<Vec<RevocationList>, &'static str> {
    let (mut genuine, mut verified) = (Vec::new(), 0);
    for list in lists {
        if genuine.contains(&list) {
            continue;
        }
        verified += 1;
        if verified > MAX_VERIFIED {
            return Err("it has more than 16 lists");
        }
        if list.verify_signature_of(issuer).is_ok() {
            genuine.push(list);
        }
        if genuine.len() > MAX_SCOPES {
            return Err("it has more than 4 lists of the authority");
        }
    }
    Ok(genuine)
}

/// Keeps the newest list of each scope. Returns whether that is `list`.
fn keep_newer(lists: &mut Vec<RevocationList>, list: RevocationList) -> bool {
    let scope = list.issuing_distribution_point();
    match lists.iter_mut().find(|known| known.issuing_distribution_point() == scope) {
        Some(known) if known.this_update() > list.this_update() => return false,
        Some(known) => *known = list,
        None => lists.push(list),
    }
    true
}

/// Removes the oldest entry if there is no room for `new`.
fn make_room<K: Clone + Eq + Hash, V, T: Ord>(map: &mut HashMap<K, V>, new: &K, most: usize, age: impl Fn(&V) -> T) {
    if map.len() >= most.max(1) && !map.contains_key(new) {
        let oldest = map.iter().min_by_key(|(_, value)| age(value)).map(|(key, _)| key.clone());
        oldest.and_then(|oldest| map.remove(&oldest));
    }
}

impl std::fmt::Debug for RevocationCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = self.state();
        let (lists, responses, wanted) = (state.lists.len(), state.responses.len(), state.wanted.len());
        write!(f, "RevocationCache({lists} lists, {responses} responses, {wanted} wanted)")
    }
}
