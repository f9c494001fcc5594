//! Who a signer is, as data to compare: the texts of a [`Signer`] are for people, and two signers may have one text.

use wss_crypto::{Certificate, Digest, DigestMethod};
use wss_text::{hex, shown};
use wss_tokens::SamlName;

use crate::signer::Signer;

/// What identifies a signer. The values are those of the message and of the configuration, whole and unescaped: compare them, and
/// show the `Display` of [`Signer`].
#[derive(Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase", deny_unknown_fields))]
#[non_exhaustive]
pub struct SignerIdentity {
    /// How the signer is known: [`Signer::known_by`].
    pub kind: String,
    /// The name: the subject of a certificate or of an assertion, a user, a principal, the holder of a license, the
    /// name of a secret or the identifier of a context. `None` if the signer has none.
    pub subject: Option<SignerName>,
    /// The issuer of the certificate or of the assertion.
    pub issuer: Option<String>,
    /// The serial number of the certificate, in decimal.
    pub serial: Option<String>,
    /// The SHA-256 of the certificate, in hexadecimal.
    pub certificate_sha256: Option<String>,
    /// The SHA-256 of the certificate with which an assertion was signed, in hexadecimal. Where an issuer of any name is
    /// trusted, the name of the issuer alone identifies nobody.
    pub issuer_certificate_sha256: Option<String>,
    /// The parties that confirm the subject of an assertion in its place.
    pub confirmers: Vec<SignerName>,
}

/// A name with its qualifiers, which are a part of it: one value in two domains is two names.
#[derive(Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase", deny_unknown_fields))]
#[non_exhaustive]
pub struct SignerName {
    /// The name.
    pub value: String,
    /// `@Format` of a SAML name.
    pub format: Option<String>,
    /// `@NameQualifier`.
    pub qualifier: Option<String>,
    /// `@SPNameQualifier`.
    pub sp_qualifier: Option<String>,
}

impl SignerName {
    fn plain(value: impl Into<String>) -> Self {
        Self { value: value.into(), format: None, qualifier: None, sp_qualifier: None }
    }

    fn of(name: &SamlName) -> Self {
        Self {
            value: name.value().to_owned(),
            format: name.format().map(str::to_owned),
            qualifier: name.qualifier().map(str::to_owned),
            sp_qualifier: name.sp_qualifier().map(str::to_owned),
        }
    }
}

impl Signer {
    /// What identifies the signer, as data: for decisions and records, where the text of a signer is for logs.
    #[must_use]
    pub fn identity(&self) -> SignerIdentity {
        let certificate = self.certificate();
        let of_certificate = |certificate: &Certificate| sha256(certificate.der());
        let plain = |name: &str| Some(SignerName::plain(name));
        let (subject, issuer, confirmers) = match self {
            Self::Certificate(validated) => {
                let certificate = validated.certificate();
                let subject = SignerName::plain(certificate.subject().to_string());
                (Some(subject), Some(certificate.issuer().to_string()), Vec::new())
            }
            Self::Assertion(assertion) => {
                let issued = assertion.assertion();
                let confirmers = assertion.confirmers().map(SignerName::of).collect();
                (issued.subject().map(SignerName::of), Some(issued.issuer().to_owned()), confirmers)
            }
            Self::User(user) => (plain(user.username()), None, Vec::new()),
            Self::SharedSecret { name } => (name.as_deref().and_then(plain), None, Vec::new()),
            Self::SecurityContext { identifier } => (plain(identifier), None, Vec::new()),
            Self::Kerberos { principal } => (plain(principal), None, Vec::new()),
            Self::License { holder } => (plain(holder), None, Vec::new()),
            Self::RequestReceiver | Self::Anonymous => (None, None, Vec::new()),
        };
        SignerIdentity {
            kind: self.known_by().to_owned(),
            subject,
            issuer,
            serial: certificate.map(Certificate::serial_decimal),
            certificate_sha256: certificate.map(of_certificate),
            issuer_certificate_sha256: match self {
                Self::Assertion(assertion) => assertion.assertion().issuer_certificate().map(of_certificate),
                _ => None,
            },
            confirmers,
        }
    }
}

/// The SHA-256 of octets, in hexadecimal.
pub(crate) fn sha256(octets: &[u8]) -> String {
    hex(Digest::of(DigestMethod::Sha256, octets).as_octets())
}

impl std::fmt::Debug for SignerIdentity {
    /// Names of a message are escaped, and cut if they are long.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignerIdentity({} {:?})", self.kind, self.subject)
    }
}

impl std::fmt::Debug for SignerName {
    /// Names of a message are escaped, and cut if they are long.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignerName({})", shown(&self.value))
    }
}
