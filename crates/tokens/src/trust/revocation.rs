//! Revocation: judges a certificate by the lists and responses that the caller gave or had fetched.
//!
//! webpki takes the first list with an issuer's name and cannot say whose list is missing, so lists are checked here. A
//! list counts only if the key of the certificate's own issuer signed it. A list of another authority with the same
//! name is thus ignored.

use std::time::{Duration, SystemTime};

use wss_c14n::{Budget, Limit};
use wss_crypto::{Certificate, DistinguishedName, OcspResponse, RevocationList};

use super::Trust;
use super::ocsp::{self, Freshness};
use super::revocation_cache::RevocationCache;
use super::validity::CLOCK_SKEW;
use crate::trust_error::TrustError;

/// The revocation lists and OCSP responses that say whether a certificate is revoked.
#[derive(Debug, Clone, Default)]
pub(super) struct Sources {
    pub(super) lists: Vec<RevocationList>,
    pub(super) responses: Vec<OcspResponse>,
    pub(super) max_age: Option<Duration>,
    /// The time for which lists count after their end.
    pub(super) grace: Duration,
    pub(super) fetched: Option<RevocationCache>,
}

impl Sources {
    /// The lists, if there are no responses, and nothing is fetched while messages are opened.
    pub(super) fn constant(&self) -> Option<&[RevocationList]> {
        (self.responses.is_empty() && self.fetched.is_none()).then_some(&self.lists)
    }

    pub(super) fn are_none(&self) -> bool {
        self.lists.is_empty() && self.responses.is_empty() && self.fetched.is_none()
    }
}

/// The certificates whose revocation status must be known, if there are revocation lists or responses of OCSP.
///
/// In every case, a certificate on the path that a list or a response names as revoked is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Revocation {
    /// The status of the signer and of every authority between it and the anchor.
    #[default]
    WholePath,
    /// The status of the signer. An authority without a list or response counts as not revoked.
    EndEntity,
    /// No status. A certificate without a list or response counts as not revoked.
    UnknownIsGood,
}

/// The revocation status of a certificate and its path.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationStatus {
    /// There was no list and no response, and no status was demanded.
    NotChecked,
    /// Genuine and current lists or responses say that no certificate of the path is revoked.
    Good,
    /// Some certificate of the path has no list or response, and none says that one is revoked.
    Unknown {
        /// The authorities whose list or response is missing, not current or not genuine.
        authorities: Vec<DistinguishedName>,
    },
}

impl Trust {
    /// Checks a path: each certificate with its issuer, the signer first.
    pub(super) fn judge_revocation(
        &self,
        path: &[(&Certificate, &Certificate)],
        now: SystemTime,
        budget: &Budget,
    ) -> Result<RevocationStatus, TrustError> {
        let Some(demanded) = self.demanded_revocation() else { return Ok(RevocationStatus::NotChecked) };
        let mut authorities = Vec::new();
        let mut missing = None;
        for (at, (certificate, issuer)) in path.iter().enumerate() {
            let is_demanded = match demanded {
                Revocation::WholePath => true,
                Revocation::EndEntity => at == 0,
                Revocation::UnknownIsGood => false,
            };
            match self.status(certificate, issuer, now, budget) {
                Ok(()) => {}
                Err(error @ (TrustError::Revoked { .. } | TrustError::Exceeded(_))) => return Err(error),
                Err(error) => {
                    // No requests are made for strangers below the same anchor.
                    if path.first().is_some_and(|(signer, _)| self.rules.iter().any(|rule| rule.expects(signer))) {
                        self.want(certificate, issuer);
                    }
                    match is_demanded {
                        // A revoked certificate further up is a more useful reason than an unknown status of this one.
                        true => missing = missing.or(Some(error)),
                        false => authorities.push(issuer.subject().clone()),
                    }
                }
            }
        }
        match missing {
            Some(error) => Err(error),
            None if authorities.is_empty() => Ok(RevocationStatus::Good),
            None => Ok(RevocationStatus::Unknown { authorities }),
        }
    }

    /// Notes what is to be fetched.
    fn want(&self, certificate: &Certificate, issuer: &Certificate) {
        if let Some(cache) = &self.sources.fetched {
            cache.want(certificate, issuer);
        }
    }

    /// Checks a pinned certificate, whose issuer may be unknown.
    pub(super) fn judge_pin(
        &self,
        pin: &Certificate,
        now: SystemTime,
        budget: &Budget,
    ) -> Result<RevocationStatus, TrustError> {
        if self.demanded_revocation().is_none() {
            return Ok(RevocationStatus::NotChecked);
        }
        let unknown = RevocationStatus::Unknown { authorities: vec![pin.issuer().clone()] };
        let Sources { lists, responses, fetched, .. } = &self.sources;
        let is_listed = lists.iter().any(|list| list.issuer() == pin.issuer());
        if !is_listed && responses.is_empty() && fetched.is_none() {
            return Ok(unknown);
        }
        let known = self.anchors.iter().chain(&self.intermediates).chain(self.candidates());
        let mut is_issuer_known = false;
        // A pin has no path, whose validation refuses weak keys.
        let is_fit = |issuer: &&Certificate| self.accepts_old_signatures || issuer.public_key().kind().signs_paths();
        for issuer in known.filter(|certificate| certificate.subject() == pin.issuer()).filter(is_fit) {
            budget.charge(Limit::PublicKeyOperations, 1)?;
            if pin.verify_signature_of(issuer).is_err() {
                continue;
            }
            is_issuer_known = true;
            match self.status(pin, issuer, now, budget) {
                Ok(()) => return Ok(RevocationStatus::Good),
                Err(error @ (TrustError::Revoked { .. } | TrustError::Exceeded(_))) => return Err(error),
                Err(_) => self.want(pin, issuer),
            }
        }
        // Without the issuer's certificate, a list cannot be verified. The list comes from the caller, so that it
        // counts if it revokes.
        if !is_issuer_known && lists.iter().any(|list| list.lists(pin)) {
            return Err(revoked(pin));
        }
        Ok(unknown)
    }

    /// Whether lists or responses say that `certificate` of `issuer` is not revoked.
    fn status(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        now: SystemTime,
        budget: &Budget,
    ) -> Result<(), TrustError> {
        let listed = match self.listed(certificate, issuer, now, budget) {
            Err(error @ (TrustError::Revoked { .. } | TrustError::Exceeded(_))) => return Err(error),
            listed => listed,
        };
        match (listed, self.told(certificate, issuer, now, budget)?) {
            (Ok(()), _) | (_, Some(Ok(()))) => Ok(()),
            // A response that does not count is a more useful reason than a list that is missing.
            (Err(TrustError::ListMissing { .. }), Some(Err(error))) | (Err(error), _) => Err(error),
        }
    }

    /// The answer of the responses, if there are any. An error outside of the answer ends the path.
    fn told(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        now: SystemTime,
        budget: &Budget,
    ) -> Result<Option<Result<(), TrustError>>, TrustError> {
        let freshness = Freshness { now, max_age: self.sources.max_age };
        let fetched = self.sources.fetched.as_ref().and_then(|cache| cache.response(certificate, issuer));
        let mut told = None;
        for response in self.sources.responses.iter().chain(&fetched) {
            let Some(status) = ocsp::status(response, certificate, issuer, freshness) else { continue };
            let signer = ocsp::signer(response, issuer, now, budget);
            match signer.and_then(|signer| self.check_responder(signer, issuer, now, budget)).and(status) {
                Ok(()) => told = Some(Ok(())),
                Err(error @ (TrustError::Revoked { .. } | TrustError::Exceeded(_))) => return Err(error),
                Err(error) => told = told.or(Some(Err(error))),
            }
        }
        Ok(told)
    }

    /// The key and the status of a responder that the issuer certified. No responder is asked for its status: its issuer says
    /// that no check is needed, or a list decides.
    fn check_responder(
        &self,
        responder: &Certificate,
        issuer: &Certificate,
        now: SystemTime,
        budget: &Budget,
    ) -> Result<(), TrustError> {
        if responder == issuer {
            return Ok(());
        }
        if !self.accepts_old_signatures && !responder.public_key().kind().signs_paths() {
            return Err(TrustError::WeakResponder { subject: responder.subject().to_string().into() });
        }
        if responder.needs_no_status() {
            return Ok(());
        }
        self.listed(responder, issuer, now, budget).map_err(|error| match error {
            TrustError::Revoked { .. } => {
                TrustError::ResponseNotGenuine { authority: issuer.subject().to_string().into() }
            }
            error => error,
        })
    }

    /// Whether lists say that `certificate` of `issuer` is not revoked.
    fn listed(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        now: SystemTime,
        budget: &Budget,
    ) -> Result<(), TrustError> {
        let authority = || issuer.subject().to_string();
        let mut is_good = false;
        let mut unknown = None;
        let fetched =
            self.sources.fetched.iter().flat_map(|cache| cache.lists(certificate, issuer)).collect::<Vec<_>>();
        let concerned = |list: &&RevocationList| list.lists(certificate) || list.covers(certificate);
        for list in self.sources.lists.iter().chain(&fetched).filter(concerned) {
            budget.charge(Limit::PublicKeyOperations, 1)?;
            let (this_update, next_update) = (list.this_update(), list.next_update());
            if list.verify_signature_of(issuer).is_err() {
                unknown = unknown.or(Some(TrustError::ListNotGenuine { authority: authority().into() }));
            } else if list.lists(certificate) {
                return Err(revoked(certificate));
            } else if counts(list, self.sources.grace).1 <= now {
                unknown = Some(TrustError::ListExpired { authority: authority().into(), next_update, now });
            } else if now.checked_add(CLOCK_SKEW).is_some_and(|latest| this_update > latest) {
                unknown = Some(TrustError::ListNotYetValid { authority: authority().into(), this_update, now });
            } else {
                is_good = true;
            }
        }
        if is_good {
            return Ok(());
        }
        let subject = || certificate.subject().to_string();
        Err(unknown
            .unwrap_or_else(|| TrustError::ListMissing { subject: subject().into(), authority: authority().into() }))
    }
}

/// The times at which a list begins and ceases to count, if it counts for `after` after its end.
pub(super) fn counts(list: &RevocationList, grace: Duration) -> (SystemTime, SystemTime) {
    let (this_update, next_update) = (list.this_update(), list.next_update());
    (this_update.checked_sub(CLOCK_SKEW).unwrap_or(this_update), next_update.checked_add(grace).unwrap_or(next_update))
}

fn revoked(certificate: &Certificate) -> TrustError {
    TrustError::Revoked { subject: certificate.subject().to_string().into() }
}
