//! Judgements that still hold, for the next message of the same sender.
//!
//! Only acceptance is kept. It is found again for the same octets of the certificate and of what came with it, for the
//! same purpose, until the clock passes an instant at which the judgement might change: a bound of the validity of a
//! certificate on its path, or of a revocation list. It costs a message as much of its budget as the first time, so
//! that no limit depends on earlier messages. A `Trust` that is changed forgets everything.
//!
//! A certificate has one place, whatever comes with it, and only trusted certificates have places: strangers cannot
//! fill them. When all places are taken, one is given to another certificate only if it was not used for a minute. No
//! lock is held while something is verified.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use wss_c14n::{Budget, Exceeded, Limit};
use wss_crypto::Certificate;

/// The largest number of certificates whose judgement is kept.
const PLACES: usize = 256;
/// The largest number of octets of a certificate with those that came with it.
const MAX_OCTETS: usize = 64 << 10;
/// The number of seconds for which a place stays with its certificate after its last use.
const IDLE: u64 = 60;
/// The limits that a judgement is charged to.
const COSTS: [Limit; 2] = [Limit::Paths, Limit::PublicKeyOperations];

/// The judgements `V` for purposes `P` that still hold. Clones share them.
#[derive(Clone)]
pub(super) struct Kept<P, V>(Arc<RwLock<HashMap<ByOctets, Judgement<P, V>>>>);

impl<P, V> Default for Kept<P, V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<P, V> std::fmt::Debug for Kept<P, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept")
    }
}

/// A certificate that was trusted, with everything on which the judgement depends.
struct Judgement<P, V> {
    others: Vec<Certificate>,
    purpose: P,
    holds: Holds,
    cost: Cost,
    value: V,
    /// The time of its last use, in seconds of the clock of the receiver.
    used: AtomicU64,
}

/// A certificate as its octets.
struct ByOctets(Certificate);

impl Borrow<[u8]> for ByOctets {
    fn borrow(&self) -> &[u8] {
        self.0.der()
    }
}

impl PartialEq for ByOctets {
    fn eq(&self, other: &Self) -> bool {
        self.0.der() == other.0.der()
    }
}

impl Eq for ByOctets {}

impl Hash for ByOctets {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.der().hash(state);
    }
}

/// A new judgement.
pub(super) struct Verdict<'v, V> {
    pub(super) value: &'v V,
    /// The instant for which it was made.
    pub(super) now: SystemTime,
    pub(super) holds: Holds,
    pub(super) cost: Cost,
}

/// The instants between which a judgement holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Holds {
    after: Option<SystemTime>,
    before: Option<SystemTime>,
}

impl Holds {
    /// The span around `now`, up to the next of `instants` on either side.
    pub(super) fn around(now: SystemTime, instants: impl Iterator<Item = SystemTime>) -> Self {
        let mut holds = Self { after: None, before: None };
        for instant in instants {
            if instant <= now {
                holds.after = holds.after.max(Some(instant));
            } else {
                holds.before = Some(holds.before.map_or(instant, |before| before.min(instant)));
            }
        }
        holds
    }

    fn includes(&self, now: SystemTime) -> bool {
        self.after.is_none_or(|after| after < now) && self.before.is_none_or(|before| now < before)
    }
}

/// The charges for a judgement, one for each limit.
pub(super) struct Cost([u64; COSTS.len()]);

impl Cost {
    /// The charges to `budget` so far.
    pub(super) fn so_far(budget: &Budget) -> Self {
        Self(COSTS.map(|limit| budget.used(limit)))
    }

    /// The charges to `budget` since `self` was taken.
    pub(super) fn since(&self, budget: &Budget) -> Self {
        let mut cost = Self::so_far(budget);
        cost.0.iter_mut().zip(self.0).for_each(|(used, before)| *used = used.saturating_sub(before));
        cost
    }

    fn charge(&self, budget: &Budget) -> Result<(), Exceeded> {
        COSTS.into_iter().zip(self.0).try_for_each(|(limit, count)| budget.charge(limit, count))
    }
}

impl<P: PartialEq, V: Clone> Kept<P, V> {
    /// The certificate with these octets, if it was trusted before. The caller must ask whether it still is.
    pub(super) fn certificate(&self, der: &[u8]) -> Option<Certificate> {
        let places = self.0.read().unwrap_or_else(PoisonError::into_inner);
        places.get_key_value(der).map(|(certificate, _)| certificate.0.clone())
    }

    /// The judgement on `certificate` with `others` for `purpose`, if one holds at `now`. Its cost is charged to `budget`.
    pub(super) fn find(
        &self,
        certificate: &Certificate,
        others: &[Certificate],
        purpose: P,
        now: SystemTime,
        budget: &Budget,
    ) -> Result<Option<V>, Exceeded> {
        let places = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let found = places.get(certificate.der()).filter(|judgement| judgement.fits(others, &purpose, now));
        let Some(found) = found else { return Ok(None) };
        found.cost.charge(budget)?;
        let used = seconds(now);
        // Written once a second at most, so that threads do not wait for each other.
        if found.used.load(Ordering::Relaxed) != used {
            found.used.store(used, Ordering::Relaxed);
        }
        Ok(Some(found.value.clone()))
    }

    /// Keeps the judgement on `certificate` with `others` for `purpose`.
    pub(super) fn keep(&self, certificate: &Certificate, others: &[Certificate], purpose: P, verdict: Verdict<'_, V>) {
        let Verdict { value, now, holds, cost } = verdict;
        let octets: usize = others.iter().chain([certificate]).map(|part| part.der().len()).sum();
        if octets > MAX_OCTETS {
            return;
        }
        let used = AtomicU64::new(seconds(now));
        let judgement = Judgement { others: others.to_vec(), purpose, holds, cost, value: value.clone(), used };
        let mut places = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= PLACES && !places.contains_key(certificate.der()) {
            let Some(idle) = idle(&places, now) else { return };
            places.remove(idle.der());
        }
        places.insert(ByOctets(certificate.clone()), judgement);
    }
}

/// The certificate whose place can be given away: one whose judgement no longer holds, or the one that was not used for
/// the longest time.
#[allow(
    clippy::mutable_key_type,
    reason = "a key is compared and hashed by the octets of its certificate, which never change"
)]
fn idle<P: PartialEq, V>(places: &HashMap<ByOctets, Judgement<P, V>>, now: SystemTime) -> Option<Certificate> {
    let last_use = |judgement: &Judgement<P, V>| match judgement.holds.includes(now) {
        true => judgement.used.load(Ordering::Relaxed),
        false => 0,
    };
    let (certificate, used) =
        places.iter().map(|(key, judgement)| (key, last_use(judgement))).min_by_key(|(_, used)| *used)?;
    (seconds(now).saturating_sub(used) >= IDLE).then(|| certificate.0.clone())
}

/// Seconds since 1970. An earlier instant counts as 1970, as in the search for a path.
fn seconds(now: SystemTime) -> u64 {
    now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

impl<P: PartialEq, V> Judgement<P, V> {
    fn fits(&self, others: &[Certificate], purpose: &P, now: SystemTime) -> bool {
        let is_same = |(one, other): (&Certificate, &Certificate)| one.der() == other.der();
        let same_others = self.others.len() == others.len() && self.others.iter().zip(others).all(is_same);
        same_others && self.purpose == *purpose && self.holds.includes(now)
    }
}
