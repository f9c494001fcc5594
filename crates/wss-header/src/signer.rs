//! The signer: the maker of a verified signature.

use std::fmt;

use wss_crypto::Certificate;
use wss_text::{WireText, shown};
use wss_tokens::{AuthenticatedUser, ValidatedCertificate};

use crate::authenticated_assertion::AuthenticatedAssertion;

/// The maker of a verified signature.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signer {
    /// The holder of a certificate that the receiver trusts.
    Certificate(ValidatedCertificate),
    /// A user of the receiver, whose password the key is derived from.
    User(AuthenticatedUser),
    /// Everyone who has this secret, which the receiver was given.
    SharedSecret {
        /// Its `ds:KeyName`.
        name: Option<String>,
    },
    /// The other party of a security context.
    SecurityContext {
        /// `wsc:Identifier`.
        identifier: String,
    },
    /// The client of a Kerberos ticket.
    Kerberos {
        /// `name@REALM`.
        principal: String,
    },
    /// The holder of a license, as the application reads it.
    License {
        /// Its holder, as [`Licenses::holder`](wss_tokens::Licenses::holder) said.
        holder: String,
    },
    /// Holder of key: the subject of a SAML assertion, by a key that the assertion names.
    Assertion(Box<AuthenticatedAssertion>),
    /// The recipient of the request of this reply: the request contained the key, encrypted to that recipient alone. See
    /// [`Correlation::answered_by`](crate::Correlation::answered_by) for requests to several.
    RequestReceiver,
    /// Unknown: the key was encrypted to the receiver, which anyone with its certificate can do. It shows that one
    /// sender made all signed parts, and nothing more.
    Anonymous,
}

impl Signer {
    /// The signer's certificate, if the signer is known by one.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        self.validated_certificate().map(ValidatedCertificate::certificate)
    }

    /// The signer's certificate with its validated path, if the signer is known by one.
    #[must_use]
    pub fn validated_certificate(&self) -> Option<&ValidatedCertificate> {
        match self {
            Self::Certificate(certificate) => Some(certificate),
            _ => None,
        }
    }

    /// The way in which the signer is known: the name of the variant in lower case with hyphens, as `shared-secret`,
    /// which `wss verify --format json` writes.
    #[must_use]
    pub fn known_by(&self) -> &'static str {
        match self {
            Self::Certificate(_) => "certificate",
            Self::User(_) => "user",
            Self::SharedSecret { .. } => "shared-secret",
            Self::SecurityContext { .. } => "security-context",
            Self::Kerberos { .. } => "kerberos",
            Self::License { .. } => "license",
            Self::Assertion(_) => "assertion",
            Self::RequestReceiver => "request-receiver",
            Self::Anonymous => "anonymous",
        }
    }

    /// Whether it is [`Signer::Anonymous`].
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        matches!(self, Self::Anonymous)
    }
}

impl fmt::Debug for Signer {
    /// As in its Display, inside `Signer(…)`: names of a message are escaped, and cut if they are long.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({self})")
    }
}

impl fmt::Display for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(certificate) => WireText::of(certificate.certificate().subject()).fmt(f),
            Self::User(user) => write!(f, "user {}", shown(user.username())),
            Self::SharedSecret { name: Some(name) } => write!(f, "holder of the secret {}", shown(name)),
            Self::SharedSecret { name: None } => f.write_str("holder of the shared secret"),
            Self::SecurityContext { identifier } => write!(f, "party of the context {}", shown(identifier)),
            Self::Kerberos { principal } => write!(f, "Kerberos principal {}", shown(principal)),
            Self::License { holder } => write!(f, "{}, by a license", shown(holder)),
            Self::Assertion(assertion) => {
                let issued = assertion.assertion();
                match issued.subject() {
                    Some(subject) => write!(f, "subject {subject}")?,
                    None => f.write_str("subject without a name")?,
                }
                if let Some(qualifier) = issued.subject().and_then(|subject| subject.qualifier()) {
                    write!(f, " in {}", shown(qualifier))?;
                }
                write!(f, " of {}", shown(issued.issuer()))?;
                assertion.confirmers().try_for_each(|confirmer| write!(f, ", confirmed by {confirmer}"))
            }
            Self::RequestReceiver => f.write_str("receiver of the request"),
            Self::Anonymous => f.write_str("anonymous"),
        }
    }
}
