//! `wsse:BinarySecurityToken` with X.509 certificates (SOAP Message Security 1.1.1 §6.3, X.509 Token Profile).

use std::collections::HashSet;

use wss_c14n::{Budget, Element, Limit, Writer, name};
use wss_crypto::{Certificate, DistinguishedName, LoadError, pkcs7_certificates, pki_path, to_pkcs7, to_pki_path};
use wss_text::WireText;
use wss_xmldsig::certificate_octets;

use crate::binary_token::{binary_token_type, is_binary_token, write_binary_token};
use crate::error::TokenError;
use crate::trust::Trust;
use crate::value_type::BASE64_BINARY;

/// Type of a token with one version 3 certificate.
pub const X509_V3: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
/// Type of a token with a path of certificates, end entity last.
pub const X509_PKI_PATH: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509PKIPathv1";

/// Type of a token with a PKCS#7 bag of certificates.
pub const PKCS7: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#PKCS7";
/// Type of a token with one version 1 certificate.
pub const X509_V1: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v1";

const TYPES: [&str; 4] = [X509_V3, X509_V1, X509_PKI_PATH, PKCS7];

/// A token with a certificate. It is a claim, not a fact: the trust in it is decided elsewhere.
#[derive(Clone)]
pub struct X509Token<'d> {
    element: Element<'d>,
    value_type: &'static str,
    certificate: Certificate,
    others: Vec<Certificate>,
}

impl std::fmt::Debug for X509Token<'_> {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("X509Token")
            .field("element", &self.element)
            .field("value_type", &self.value_type)
            .field("certificate", &self.certificate)
            .field("others", &self.others)
            .finish()
    }
}

impl<'d> X509Token<'d> {
    /// Whether an element is a `wsse:BinarySecurityToken` of one of the types of the profile.
    #[must_use]
    pub fn is_one(element: Element<'_>) -> bool {
        is_binary_token(element, |value_type| TYPES.contains(&value_type))
    }

    /// Reads a `wsse:BinarySecurityToken` of type `#X509v3`, `#X509PKIPathv1`, `#PKCS7` or `#X509v1`. The certificate
    /// of a bag is the one that did not issue any of the others. Each certificate is charged to `budget`.
    ///
    /// # Errors
    /// [`TokenError`]; [`TokenError::Unsupported`] for other types; [`TokenError::Bag`] if not exactly one certificate
    /// of a bag is an end entity.
    pub fn parse(element: Element<'d>, budget: &Budget) -> Result<Self, TokenError> {
        Self::parse_for(element, &Trust::no_certificates(), budget)
    }

    /// As [`X509Token::parse`]. Certificates that `trust` judged before are not read again.
    ///
    /// # Errors
    /// As [`X509Token::parse`].
    pub fn parse_for(element: Element<'d>, trust: &Trust, budget: &Budget) -> Result<Self, TokenError> {
        let parsed = |der: &[u8]| -> Result<Certificate, TokenError> {
            budget.charge(Limit::Certificates, 1)?;
            trust.trusted_before(der).map_or_else(|| Ok(Certificate::from_der(der)?), Ok)
        };
        if Self::is_by_name(element) {
            return Err(TokenError::by_name(element));
        }
        let stated = binary_token_type(element)?;
        let value_type = TYPES.into_iter().find(|known| *known == stated);
        let value_type = value_type.ok_or_else(|| TokenError::Unsupported { uri: stated.into() })?;
        let octets = decoded(element, budget)?;
        Self::read(element, value_type, &octets, parsed, budget).map_err(|error| match (error, held(&octets)) {
            (error @ TokenError::Limit(_), _) => error,
            (_, Some(held)) if held != value_type => TokenError::OtherContent { stated: value_type, held },
            (error, _) => error,
        })
    }

    /// Reads octets of the type `value_type`.
    fn read(
        element: Element<'d>,
        value_type: &'static str,
        octets: &[u8],
        parsed: impl Fn(&[u8]) -> Result<Certificate, TokenError>,
        budget: &Budget,
    ) -> Result<Self, TokenError> {
        let (certificate, others) = match value_type {
            X509_V3 | X509_V1 => (parsed(octets)?, Vec::new()),
            X509_PKI_PATH => {
                let malformed = || not_der(octets).unwrap_or_else(|| element.missing("a PkiPath").into());
                let path = pki_path(octets).ok_or_else(malformed)?;
                budget.check(Limit::PathCertificates, path.len())?;
                let mut path = path.into_iter().map(parsed).collect::<Result<Vec<_>, _>>()?;
                check_order(&path)?;
                (path.pop().ok_or_else(malformed)?, path)
            }
            _ => {
                let malformed = || not_der(octets).unwrap_or_else(|| element.missing("a PKCS#7 SignedData").into());
                let bag = pkcs7_certificates(octets).ok_or_else(malformed)?;
                budget.check(Limit::BagCertificates, bag.len())?;
                end_of(bag.into_iter().map(parsed).collect::<Result<Vec<_>, _>>()?)?
            }
        };
        Ok(Self { element, value_type, certificate, others })
    }

    /// Whether an element is a `wsse:BinarySecurityToken` whose type is absent or a name that ends as that of a
    /// certificate, or whose encoding is a name: [`X509Token::parse`] refuses it, and [`X509Token::parse_by_content`]
    /// reads it.
    #[must_use]
    pub fn is_by_name(element: Element<'_>) -> bool {
        if !element.is(name::WSSE.uri, "BinarySecurityToken") {
            return false;
        }
        let value_type = element.attribute("", "ValueType").unwrap_or_default();
        let encoding = element.attribute("", "EncodingType").unwrap_or_else(|| BASE64_BINARY.into());
        let is_base64 = last_word(&encoding) == "Base64Binary";
        let is_type = value_type == X509_V3 || value_type.is_empty() || Self::is_name(&value_type);
        let is_identified = value_type == X509_V3 && encoding == BASE64_BINARY;
        is_base64 && is_type && !is_identified
    }

    /// Whether a type is a name of a certificate in place of its identifier, as `wsse:X509v3`, `#X509v3` or `X509`.
    #[must_use]
    pub fn is_name(value_type: &str) -> bool {
        let is_identifier = TYPES.contains(&value_type);
        !is_identifier && ["X509v3", "X509", "X509Certificate"].contains(&last_word(value_type))
    }

    /// As [`X509Token::parse_for`], and, if `by_content`, as [`X509Token::parse_by_content`] where that refuses what this reads.
    ///
    /// # Errors
    /// As [`X509Token::parse`].
    pub fn parse_shaped(
        element: Element<'d>,
        by_content: bool,
        trust: &Trust,
        budget: &Budget,
    ) -> Result<Self, TokenError> {
        if by_content && Self::is_by_name(element) {
            return Self::parse_by_content(element, budget);
        }
        match Self::parse_for(element, trust, budget) {
            Err(TokenError::OtherContent { .. }) if by_content => Self::parse_by_content(element, budget),
            read => read,
        }
    }

    /// Whether a type is an identifier of the profile.
    #[must_use]
    pub fn is_identifier(value_type: &str) -> bool {
        TYPES.contains(&value_type)
    }

    /// As [`X509Token::parse`], for a token that [`X509Token::is_by_name`], or whose type is not that of its octets
    /// ([`TokenError::OtherContent`]). Its type is then that of its octets.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn parse_by_content(element: Element<'d>, budget: &Budget) -> Result<Self, TokenError> {
        let octets = decoded(element, budget)?;
        let parsed = |der: &[u8]| -> Result<Certificate, TokenError> {
            budget.charge(Limit::Certificates, 1)?;
            Ok(Certificate::from_der(der)?)
        };
        Self::read(element, held(&octets).unwrap_or(X509_V3), &octets, parsed, budget)
    }

    /// The element.
    #[must_use]
    pub fn element(&self) -> Element<'d> {
        self.element
    }

    /// Its type.
    #[must_use]
    pub fn value_type(&self) -> &'static str {
        self.value_type
    }

    /// The end entity.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The other certificates of a path.
    #[must_use]
    pub fn others(&self) -> &[Certificate] {
        &self.others
    }
}

/// The error for token octets that are not DER: empty, or encoded once more (PEM, base64, hexadecimal).
fn not_der(octets: &[u8]) -> Option<TokenError> {
    let error = LoadError::malformed("token", octets);
    matches!(error, LoadError::NotDer { .. }).then(|| error.into())
}

/// Refuses a path whose last certificate issued another one of the path: then the signer is not at the end (X.509
/// §7.7).
fn check_order(path: &[Certificate]) -> Result<(), TokenError> {
    let Some((last, others)) = path.split_last() else { return Ok(()) };
    let is_issued = |other: &&Certificate| other.issuer() == last.subject() && other.subject() != last.subject();
    match others.iter().find(is_issued) {
        Some(other) => {
            Err(TokenError::PathOrder { last: WireText::of(last.subject()), issued: WireText::of(other.subject()) })
        }
        None => Ok(()),
    }
}

/// The octets of a token.
fn decoded(element: Element<'_>, budget: &Budget) -> Result<Vec<u8>, TokenError> {
    certificate_octets(element, budget)?.ok_or(TokenError::Armour)
}

/// The type of a token that holds these octets, if they are those of such a token.
fn held(octets: &[u8]) -> Option<&'static str> {
    let is_path = || pki_path(octets)?.last().map(|der| Certificate::from_der(der).is_ok());
    match Certificate::from_der(octets) {
        Ok(certificate) if certificate.version() == 1 => Some(X509_V1),
        Ok(_) => Some(X509_V3),
        Err(_) if pkcs7_certificates(octets).is_some() => Some(PKCS7),
        Err(_) => is_path().unwrap_or_default().then_some(X509_PKI_PATH),
    }
}

/// The certificate of a bag that did not issue any of the others, and the others.
fn end_of(bag: Vec<Certificate>) -> Result<(Certificate, Vec<Certificate>), TokenError> {
    let [end] = end_entities(&bag)[..] else { return Err(TokenError::Bag) };
    let end = end.clone();
    Ok((end.clone(), bag.into_iter().filter(|certificate| *certificate != end).collect()))
}

/// The certificates that did not issue any of the others, each once and in order. If a path is given with its
/// authorities, this is the signer.
#[must_use]
pub fn end_entities<'c>(certificates: impl IntoIterator<Item = &'c Certificate>) -> Vec<&'c Certificate> {
    let mut all: Vec<&Certificate> = Vec::new();
    for certificate in certificates {
        if !all.contains(&certificate) {
            all.push(certificate);
        }
    }
    let issuers: HashSet<&DistinguishedName> =
        all.iter().filter(|one| one.issuer() != one.subject()).map(|one| one.issuer()).collect();
    let mut ends = all;
    ends.retain(|certificate| !issuers.contains(certificate.subject()));
    ends
}

/// The content of a token: only the certificate, or its path with the end entity last.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum CertificatePath<'c> {
    /// One certificate.
    None,
    /// A `PkiPath`.
    PkiPath(&'c [&'c Certificate]),
    /// A PKCS#7 bag.
    Pkcs7(&'c [&'c Certificate]),
}

/// Writes a token with one certificate, or with its path.
pub fn write_x509_token(writer: &mut Writer, id: &str, certificate: &Certificate, path: CertificatePath<'_>) {
    let (value_type, octets) = match path {
        CertificatePath::None if certificate.version() == 1 => (X509_V1, certificate.der().to_vec()),
        CertificatePath::None => (X509_V3, certificate.der().to_vec()),
        CertificatePath::PkiPath(path) => (X509_PKI_PATH, to_pki_path(path)),
        CertificatePath::Pkcs7(path) => (PKCS7, to_pkcs7(path)),
    };
    write_binary_token(writer, id, value_type, &octets);
}

/// The text after the last `#` or colon.
fn last_word(identifier: &str) -> &str {
    identifier.rsplit(['#', ':']).next().unwrap_or(identifier)
}

impl TokenError {
    /// The error for a token that [`X509Token::is_by_name`].
    #[must_use]
    pub fn by_name(element: Element<'_>) -> Self {
        let attribute = |local| element.attribute("", local).unwrap_or_default();
        Self::ByName {
            value_type: attribute("ValueType").as_ref().into(),
            encoding: attribute("EncodingType").as_ref().into(),
        }
    }
}
