//! The digest that a `wsp:PolicyReference` has of the policy which it names (WS-Policy 1.5 §4.3.4).
//!
//! The author of the reference says by it which policy is meant. One that was changed since is refused, and not passed over with
//! its alternative: what is left might be weaker.

use std::cell::RefCell;
use std::collections::HashMap;

use wss_c14n::{Budget, CanonicalizeError, Element, Limits, NodeId, base64_decode};
use wss_crypto::{Digest, DigestMethod, DigestValue};

use crate::error::PolicyError;
use crate::names;
use crate::place::Location;

/// The octets of the longest digest that is read.
const LONGEST: usize = 64;

/// The digests of policies, each made once.
pub(crate) struct Digests {
    known: RefCell<HashMap<(usize, NodeId), DigestValue>>,
    /// For the canonical forms of all of them.
    budget: Budget,
}

impl Digests {
    /// `octets` are those of all files.
    pub(crate) fn new(limits: &Limits, octets: usize) -> Self {
        Self { known: RefCell::default(), budget: Budget::new(limits, octets as u64) }
    }

    /// Whether the policy is the one whose digest the reference has; also if it has none.
    ///
    /// # Errors
    /// [`PolicyError::OtherPolicy`] if it is another, and [`PolicyError::DigestAlgorithm`] if nobody can tell.
    pub(crate) fn check(
        &self,
        reference: Element<'_>,
        (file, policy): (usize, Element<'_>),
        place: impl Fn() -> Location,
    ) -> Result<(), PolicyError> {
        let algorithm = reference.attribute("", "DigestAlgorithm");
        let Some(stated) = reference.attribute("", "Digest") else {
            let why = "it has a DigestAlgorithm and no Digest: add the Digest, or leave both out";
            return algorithm.map_or(Ok(()), |_| Err(PolicyError::Malformed { place: place(), why }));
        };
        if let Some(other) = algorithm.filter(|algorithm| !is_sha1_exc(algorithm.trim())) {
            return Err(PolicyError::DigestAlgorithm { place: Box::new(place()), algorithm: (&*other).into() });
        }
        let Some(stated) = base64_decode(stated.trim(), LONGEST) else {
            let why = "its Digest is not base64: write that of the policy that is meant, or leave it out";
            return Err(PolicyError::Malformed { place: place(), why });
        };
        let found = self.of(file, policy).map_err(|error| PolicyError::Digest { place: Box::new(place()), error })?;
        match found.as_octets() == stated {
            true => Ok(()),
            false => Err(PolicyError::OtherPolicy { place: Box::new(place()), found }),
        }
    }

    fn of(&self, file: usize, policy: Element<'_>) -> Result<DigestValue, CanonicalizeError> {
        let key = (file, policy.id());
        if let Some(known) = self.known.borrow().get(&key) {
            return Ok(*known);
        }
        let digest = Digest::of(DigestMethod::Sha1, &policy.canonical(&self.budget)?);
        self.known.borrow_mut().insert(key, digest);
        Ok(digest)
    }
}

/// SHA-1 over the exclusive canonical form: the only algorithm that WS-Policy names, and its default.
fn is_sha1_exc(algorithm: &str) -> bool {
    algorithm.strip_suffix("/Sha1Exc").is_some_and(names::is_policy)
}
