//! Why an assertion was refused for its shape, its issuer or its audience.

use thiserror::Error;
use wss_text::WireText;

/// Why an assertion was refused for its shape, its issuer or its audience.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AssertionError {
    /// *Refused.* An instant of an assertion with an offset from UTC (SAML 2.0 core §1.3.3).
    #[error(
        "the {attribute} of the assertion is {text:?}, with an offset from UTC: have its issuer write UTC, as in \
         2026-01-31T12:00:00Z, or call `accept_local_times`"
    )]
    LocalTime {
        /// The attribute.
        attribute: &'static str,
        /// The instant.
        text: WireText,
    },
    /// *Refused.* An instant of an assertion without a zone.
    #[error(
        "the {attribute} of the assertion is {text:?}, without a zone: have its issuer write UTC, as in 2026-01-31T12:00:00Z, or \
         call `accept_times_without_zone` if it means UTC"
    )]
    NoZone {
        /// The attribute.
        attribute: &'static str,
        /// The instant.
        text: WireText,
    },
    /// *Refused.* An assertion, or the `ds:SignedInfo` of its signature, is canonicalised inclusively.
    #[error(
        "the assertion is signed with inclusive canonicalisation, by {method}, so that it fits only where its issuer signed it: have \
         its issuer use exclusive canonicalisation, or call `accept_inclusive_canonicalization`"
    )]
    Inclusive {
        /// The identifier of the method.
        method: &'static str,
    },
    /// *Refused.* The signature of an assertion names no canonicalisation.
    #[error(
        "the signature of the assertion names enveloped-signature alone, which implies inclusive canonicalisation: have its issuer \
         add exclusive canonicalisation, or call `accept_absent_transforms`"
    )]
    EnvelopedAlone,
    /// *Refused.* The signature of an assertion has other transforms (SAML 2.0 core §5.4.4).
    #[error(
        "the signature of the assertion has other transforms than enveloped-signature and, after it, one canonicalisation: have its \
         issuer write these alone"
    )]
    Transforms,
    /// *Refused.* The signature of an assertion has several references (SAML 2.0 core §5.4.2).
    #[error(
        "the signature of the assertion has several references: have its issuer sign the assertion alone, by its Id"
    )]
    SeveralReferences,
    /// *Refused.* The signature of an assertion carries `ds:Object`.
    #[error("the signature of the assertion carries ds:Object: have its issuer leave it out")]
    Object,
    /// *Malformed.* The signature of an assertion is over something else.
    #[error(
        "the signature of the assertion is over {uri:?}, and its Id is {id:?}: have its issuer sign the assertion itself, by `#` and \
         that Id"
    )]
    OtherReference {
        /// What the reference names.
        uri: WireText,
        /// The Id of the assertion.
        id: WireText,
    },
    /// *Refused.* No issuer of this name is trusted.
    #[error(
        "the assertion is issued by {issuer:?}, {}: name that issuer, letter by letter as it is here, and its certificate with \
         `AssertionTrust::issuer`, if it may issue",
        match known.as_slice() {
            [] => "and no issuer is known".to_owned(),
            known => format!("and the known issuers are {}", listed(known)),
        }
    )]
    UnknownIssuer {
        /// The issuer, as the assertion has it.
        issuer: WireText,
        /// The names of those that are trusted.
        known: Vec<WireText>,
    },
    /// *Refused.* The signature of an assertion names a certificate or a key that is none of its issuer's.
    #[error(
        "the assertion is issued by {issuer:?}, and its signature names a key that is in no certificate of that issuer: give the \
         certificate that has it to `AssertionTrust::issuer`, if the issuer signs with it"
    )]
    OtherKey {
        /// The issuer, as the assertion has it.
        issuer: WireText,
    },
    /// *Refused.* An assertion is meant for others.
    #[error(
        "the assertion is meant for another audience, {}, and we are {}: name each audience that we are, letter by letter, with \
         `AssertionTrust::audience`",
        listed(stated),
        listed(ours)
    )]
    OtherAudience {
        /// The audiences that it names.
        stated: Vec<WireText>,
        /// Those that the receiver is.
        ours: Vec<WireText>,
    },
    /// *Malformed.* The type in the reference is that of another version of SAML than its assertion has, or of another kind of
    /// reference to assertions.
    #[error(
        "the reference states the type {stated:?}, and the assertion that it names is of type {actual:?}: have the peer write the types of \
         that version (SAMLV2.0 with SAMLID, or SAMLV1.1 with SAMLAssertionID), or call `accept_token_types_by_name`"
    )]
    Type {
        /// The type in the reference.
        stated: WireText,
        /// The type of the assertion.
        actual: &'static str,
    },
}

/// The first few of some names, each in quotes.
fn listed(names: &[WireText]) -> String {
    const SHOWN: usize = 4;
    let mut listed: Vec<String> = names.iter().take(SHOWN).map(|name| format!("{name:?}")).collect();
    if let Some(more) = names.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        listed.push(format!("{more} more"));
    }
    listed.join(" and ")
}
