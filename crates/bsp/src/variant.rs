//! Variants of the profile: which departures from it are admitted, since when, and why.
//!
//! BSP 1.1 is of 2010. It asks for SHA-1 and lists ciphers without authentication; today's networks demand algorithms
//! that it does not list. A variant is data: the profile as written, or with the departures of its deployments.

use super::listed::Deployed;
use super::table::Rule;

/// A departure from the profile that does not count as a breach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Departure {
    /// The requirement.
    pub rule: Rule,
    /// The values that are admitted: algorithms, a namespace, a spelling. If empty, every breach of the requirement is
    /// admitted.
    pub admits: &'static [&'static str],
    /// Since when, as an ISO 8601 date.
    pub since: &'static str,
    /// The reason.
    pub reason: &'static str,
}

/// A reading of the profile: its text, except the admitted departures.
///
/// ```
/// use wss_bsp::{Rule, Variant};
///
/// let deployed = Variant::as_deployed();
/// assert!(deployed.departures().iter().any(|departure| departure.rule == Rule::R5620), "GCM is admitted");
/// assert!(Variant::as_written().departures().is_empty());
/// // For one peer.
/// let ours = deployed.waive(Rule::R5205, "the peer puts tokens last");
/// # let _ours = ours;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    name: &'static str,
    dated: &'static str,
    departures: Vec<Departure>,
}

impl Default for Variant {
    /// [`Variant::as_deployed`].
    fn default() -> Self {
        Self::as_deployed()
    }
}

impl Variant {
    /// The profile as WS-I published it on 2010-01-24: no departure is admitted.
    #[must_use]
    pub fn as_written() -> Self {
        Self { name: "as-written", dated: "2010-01-24", departures: Vec::new() }
    }

    /// The profile as deployed: SHA-2, authenticated ciphers, RSA-OAEP with SHA-2, SOAP 1.2, and instants with a zone
    /// of zero.
    #[must_use]
    pub fn as_deployed() -> Self {
        Self { name: "as-deployed", dated: "2026-11-25", departures: as_deployed() }
    }

    /// Waives a requirement completely, for a peer that breaks it.
    #[must_use]
    pub fn waive(mut self, rule: Rule, reason: &'static str) -> Self {
        self.departures.push(Departure { rule, admits: &[], since: "", reason });
        self
    }

    /// `as-written` or `as-deployed`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The date of the profile, or of the departures.
    #[must_use]
    pub fn dated(&self) -> &'static str {
        self.dated
    }

    /// The departures that are admitted.
    #[must_use]
    pub fn departures(&self) -> &[Departure] {
        &self.departures
    }

    /// The departure that admits a breach. `found` is the value to which the departures from that rule apply.
    pub(crate) fn waived(&self, rule: Rule, found: Option<&str>) -> Option<&Departure> {
        self.departures.iter().find(|departure| {
            let admitted = || found.is_some_and(|found| departure.admits.contains(&found));
            departure.rule == rule && (departure.admits.is_empty() || admitted())
        })
    }
}

fn as_deployed() -> Vec<Departure> {
    let deployed = Deployed::get();
    let departure = |rule, admits, since, reason| Departure { rule, admits, since, reason };
    let zone = "a zone of zero is UTC (XML Schema part 2, §3.2.7), and names the same instant";
    vec![
        departure(
            Rule::R5607,
            &["http://www.w3.org/2003/05/soap-envelope"],
            "2007-04-27",
            "SOAP 1.2 is a Recommendation in its second edition; the rules map onto it one to one",
        ),
        departure(Rule::R3217, &["+00:00", "-00:00"], "2004-10-28", zone),
        departure(Rule::R3223, &["+00:00", "-00:00"], "2004-10-28", zone),
        departure(
            Rule::R5420,
            &deployed.digests,
            XMLDSIG_1_1,
            "SHA-1 no longer resists collisions; XML Signature 1.1 demands SHA-256",
        ),
        departure(
            Rule::R5421,
            &deployed.signatures,
            XMLDSIG_1_1,
            "SHA-1 no longer resists collisions; XML Signature 1.1 demands RSA, ECDSA and HMAC with SHA-256",
        ),
        departure(
            Rule::R5620,
            &deployed.contents,
            XMLDSIG_1_1,
            "CBC does not authenticate, and its padding is an oracle; XML Encryption 1.1 adds AES-GCM",
        ),
        departure(
            Rule::R5621,
            &deployed.transports,
            XMLDSIG_1_1,
            "RSA-OAEP of XML Encryption 1.1 can name SHA-2 for both of its digests",
        ),
        departure(
            Rule::R5625,
            &deployed.wraps,
            XMLDSIG_1_1,
            "XML Encryption 1.1 lists AES-192 key wrap beside its siblings",
        ),
        departure(
            Rule::R5626,
            &deployed.keys,
            XMLDSIG_1_1,
            "RSA-OAEP of XML Encryption 1.1 can name SHA-2; it lists AES-192 key wrap beside its siblings",
        ),
    ]
}

/// The day on which XML Signature 1.1 and XML Encryption 1.1 became Recommendations.
const XMLDSIG_1_1: &str = "2013-04-11";

#[cfg(test)]
mod tests {
    use wss_crypto::ContentEncryption;

    use super::*;

    #[test]
    fn a_departure_admits_what_it_names_and_no_more() {
        let deployed = Variant::as_deployed();
        let gcm = Some(ContentEncryption::Aes128Gcm.uri());
        assert!(deployed.waived(Rule::R5620, gcm).is_some());
        assert!(deployed.waived(Rule::R5620, Some("http://www.w3.org/2001/04/xmlenc#aes192-cbc")).is_none());
        assert!(deployed.waived(Rule::R5620, None).is_none());
        assert!(Variant::as_written().waived(Rule::R5620, gcm).is_none());
        let custom = Variant::as_written().waive(Rule::R5205, "the peer puts tokens last");
        assert!(custom.waived(Rule::R5205, None).is_some());
    }
}
