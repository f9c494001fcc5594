//! Variants of the profile: which breaches are waived, since when, and why.
//!
//! BSP 1.1 is of 2010. It asks for SHA-1 and lists ciphers without authentication; networks of today demand what it
//! does not list. A variant is data: the profile as it is written, or with the waivers of its deployments.

use super::table::Rule;

/// A breach that is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiver {
    /// The requirement.
    pub rule: Rule,
    /// What is admitted: algorithms, a namespace, a spelling. Empty: whatever breaks the requirement.
    pub admits: &'static [&'static str],
    /// Since when, as an ISO 8601 date.
    pub since: &'static str,
    /// Why.
    pub reason: &'static str,
}

/// A reading of the profile: what it says, less what is waived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    name: &'static str,
    dated: &'static str,
    waivers: Vec<Waiver>,
}

impl Default for Variant {
    /// [`Variant::as_deployed`].
    fn default() -> Self {
        Self::as_deployed()
    }
}

impl Variant {
    /// The profile as WS-I published it on 2010-01-24: nothing is waived.
    #[must_use]
    pub fn as_written() -> Self {
        Self { name: "as-written", dated: "2010-01-24", waivers: Vec::new() }
    }

    /// The profile as it is deployed: SHA-2, authenticated ciphers, RSA-OAEP with SHA-2, SOAP 1.2, and instants with a
    /// zone of zero.
    #[must_use]
    pub fn as_deployed() -> Self {
        Self { name: "as-deployed", dated: "2026-11-25", waivers: AS_DEPLOYED.to_vec() }
    }

    /// Waives a requirement whole, for a peer that breaks it.
    #[must_use]
    pub fn waive(mut self, rule: Rule, reason: &'static str) -> Self {
        self.waivers.push(Waiver { rule, admits: &[], since: "", reason });
        self
    }

    /// `as-written` or `as-deployed`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The date of the profile, or of the waivers.
    #[must_use]
    pub fn dated(&self) -> &'static str {
        self.dated
    }

    /// What is waived.
    #[must_use]
    pub fn waivers(&self) -> &[Waiver] {
        &self.waivers
    }

    /// The waiver of a breach; `found` is what the waivers of that rule are about.
    pub(crate) fn waived(&self, rule: Rule, found: Option<&str>) -> Option<&Waiver> {
        self.waivers.iter().find(|waiver| {
            let admitted = || found.is_some_and(|found| waiver.admits.contains(&found));
            waiver.rule == rule && (waiver.admits.is_empty() || admitted())
        })
    }
}

const GCM: [&str; 3] = [
    "http://www.w3.org/2009/xmlenc11#aes128-gcm",
    "http://www.w3.org/2009/xmlenc11#aes192-gcm",
    "http://www.w3.org/2009/xmlenc11#aes256-gcm",
];
const OAEP_11: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
const KW_AES192: &str = "http://www.w3.org/2001/04/xmlenc#kw-aes192";

const AS_DEPLOYED: [Waiver; 9] = [
    Waiver {
        rule: Rule::R5607,
        admits: &["http://www.w3.org/2003/05/soap-envelope"],
        since: "2007-04-27",
        reason: "SOAP 1.2 is a Recommendation in its second edition; the rules map onto it one to one",
    },
    Waiver {
        rule: Rule::R3217,
        admits: &["+00:00", "-00:00"],
        since: "2004-10-28",
        reason: "a zone of zero is UTC (XML Schema part 2, §3.2.7), and names the same instant",
    },
    Waiver {
        rule: Rule::R3223,
        admits: &["+00:00", "-00:00"],
        since: "2004-10-28",
        reason: "a zone of zero is UTC (XML Schema part 2, §3.2.7), and names the same instant",
    },
    Waiver {
        rule: Rule::R5420,
        admits: &[
            "http://www.w3.org/2001/04/xmldsig-more#sha224",
            "http://www.w3.org/2001/04/xmlenc#sha256",
            "http://www.w3.org/2001/04/xmldsig-more#sha384",
            "http://www.w3.org/2001/04/xmlenc#sha512",
        ],
        since: "2013-04-11",
        reason: "SHA-1 no longer resists collisions; XML Signature 1.1 demands SHA-256",
    },
    Waiver {
        rule: Rule::R5421,
        admits: &[
            "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
            "http://www.w3.org/2001/04/xmldsig-more#hmac-sha384",
            "http://www.w3.org/2001/04/xmldsig-more#hmac-sha512",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
            "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
            "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1",
            "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1",
            "http://www.w3.org/2007/05/xmldsig-more#rsa-pss",
            "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519",
            "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed448",
        ],
        since: "2013-04-11",
        reason: "SHA-1 no longer resists collisions; XML Signature 1.1 demands RSA, ECDSA and HMAC with SHA-256",
    },
    Waiver {
        rule: Rule::R5620,
        admits: &GCM,
        since: "2013-04-11",
        reason: "CBC does not authenticate, and its padding is an oracle; XML Encryption 1.1 adds AES-GCM",
    },
    Waiver {
        rule: Rule::R5621,
        admits: &[OAEP_11],
        since: "2013-04-11",
        reason: "RSA-OAEP of XML Encryption 1.1 can name SHA-2 for both of its digests",
    },
    Waiver {
        rule: Rule::R5625,
        admits: &[KW_AES192],
        since: "2013-04-11",
        reason: "XML Encryption 1.1 lists AES-192 key wrap beside its siblings",
    },
    Waiver {
        rule: Rule::R5626,
        admits: &[OAEP_11, KW_AES192],
        since: "2013-04-11",
        reason: "RSA-OAEP of XML Encryption 1.1 can name SHA-2; AES-192 key wrap stands beside its siblings",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiver_admits_what_it_names_and_no_more() {
        let deployed = Variant::as_deployed();
        assert!(deployed.waived(Rule::R5620, Some(GCM[0])).is_some());
        assert!(deployed.waived(Rule::R5620, Some("http://www.w3.org/2001/04/xmlenc#aes192-cbc")).is_none());
        assert!(deployed.waived(Rule::R5620, None).is_none());
        assert!(Variant::as_written().waived(Rule::R5620, Some(GCM[0])).is_none());
        let custom = Variant::as_written().waive(Rule::R5205, "the peer puts tokens last");
        assert!(custom.waived(Rule::R5205, None).is_some());
    }
}
