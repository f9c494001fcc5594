//! Peppol AS4 2.x: as eDelivery AS4 1.15, and the signer's certificate must come in a token.

use super::as4;
use super::row::*;

/// The rule for the access point with this identifier, which is the common name of its certificate. Use it with
/// [`TrustAnchors::signer`](wss_tokens::TrustAnchors::signer), and with Peppol's authority for access points as the anchor.
///
/// # Errors
/// [`TrustError`](wss_tokens::TrustError) if the identifier is empty.
pub fn partner(identifier: &str) -> Result<wss_tokens::SignerRule, wss_tokens::TrustError> {
    wss_tokens::SignerRule::attribute("2.5.4.3", identifier)
}

/// The preset.
pub const NETWORK: Network = Network {
    name: "peppol_as4_2",
    title: "Peppol AS4 2.x",
    about: "Invoices and orders between the access points of Peppol.",
    request: as4::user_message(
        SignatureMethod::RsaSha256,
        ReferenceForm::Direct,
        Transport::Oaep(DigestMethod::Sha256),
        ReferenceForm::Direct,
    ),
    reply: Reply::Secured(as4::signal(SignatureMethod::RsaSha256, ReferenceForm::Direct)),
    http: as4::HTTP,
    messaging: Some(MESSAGING),
    partner: Partner {
        issuer: "the certification authority of Peppol for access points",
        name: "the common name is the identifier of the party",
        extended_key_usage: &[],
        named_by: Some("2.5.4.3"),
        checks_revocation: true,
        lists_after_their_end: 0,
        revocation: "checked at each message",
    },
    choices: &[],
    sources: &[
        Source { title: "phase4, P-Mode and receiver of the Peppol profile", reliability: Reliability::Read },
        Source { title: "reports on SHA-1 signatures in answers of an SMP", reliability: Reliability::Thread },
        AROUND,
        super::as4::EXCHANGED,
    ],
};

/// The P-Mode of the profile, as phase4 sends it.
const MESSAGING: Messaging = Messaging {
    agreement: Some("urn:fdc:peppol.eu:2017:agreements:tia:ap_provider"),
    party_types: &["urn:fdc:peppol.eu:2017:identifiers:ap"],
    roles: Messaging::DEFAULT_ROLES,
    properties: &["originalSender", "finalRecipient"],
    ..Messaging::ANY
};
