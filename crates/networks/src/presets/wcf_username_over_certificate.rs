//! WCF, `AuthenticationMode.UserNameForCertificate`: a fresh key for the service, and a user name token that is signed and
//! encrypted with it.

use super::row::*;
use super::wcf;

/// The preset.
pub const NETWORK: Network = Network {
    name: "wcf_username_over_certificate",
    title: "WCF, user name over a certificate",
    about: "Services of .NET Framework with `UserNameForCertificate` and Basic256Sha256.",
    request: Shape {
        credential: Credential::PasswordText,
        ..wcf::under_a_fresh_key(
            None,
            &[MessagePart::Body, MessagePart::Timestamp, MessagePart::UsernameToken],
            &[MessagePart::Body, MessagePart::Signature, MessagePart::UsernameToken],
        )
    },
    reply: Reply::Secured(wcf::UNDER_THE_KEY_OF_THE_REQUEST),
    http: wcf::HTTP,
    messaging: None,
    partner: wcf::PARTNER,
    choices: &[WITHOUT_DERIVED_KEYS],
    sources: wcf::SOURCES,
};

/// The key of the request signs and encrypts without derivation: `requireDerivedKeys="false"`.
pub const WITHOUT_DERIVED_KEYS: Choice = wcf::WITHOUT_DERIVED_KEYS;
