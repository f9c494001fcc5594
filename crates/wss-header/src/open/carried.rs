//! Certificates that a message carries: each is parsed once, and charged before it is.

use std::cell::RefCell;

use wss_c14n::{Budget, Exceeded, Limit};
use wss_crypto::{Certificate, LoadError};

/// The certificates of `ds:X509Data` and of key identifiers that were parsed so far.
#[derive(Default)]
pub(super) struct Carried(RefCell<Vec<Parsed>>);

struct Parsed {
    der: Vec<u8>,
    result: Result<Certificate, LoadError>,
}

impl Carried {
    /// Parses a certificate, unless the same octets were parsed before.
    pub(super) fn parse(&self, der: &[u8], budget: &Budget) -> Result<Result<Certificate, LoadError>, Exceeded> {
        let mut known = self.0.borrow_mut();
        if let Some(parsed) = known.iter().find(|parsed| parsed.der == der) {
            return Ok(parsed.result.clone());
        }
        budget.charge(Limit::Certificates, 1)?;
        let result = Certificate::from_der(der);
        known.push(Parsed { der: der.to_vec(), result: result.clone() });
        Ok(result)
    }
}
