//! `wsse:SecurityTokenReference`: the forms in which a message names a token (SOAP Message Security 1.1.1 §7).

use std::borrow::Cow;
use std::fmt;

use wss_c14n::{Budget, Element, Limit, name};
use wss_crypto::{Certificate, DigestMethod};
use wss_text::shown;
use wss_xmldsig::{X509Data, certificate_octets, hexadecimal_octets};

use crate::assertion_type::is_assertion_type;
use crate::error::TokenError;
use crate::implied_key::ImpliedDerivedKey;
use crate::kerberos::KERBEROS_AP_REQ_SHA1;
use crate::value_type::{
    ENCRYPTED_KEY, ENCRYPTED_KEY_SHA1, SAML_ASSERTION_ID, SAML_ID, SUBJECT_KEY_IDENTIFIER, THUMBPRINT_SHA1,
    is_encoding_by_name,
};
use crate::x509_token::{X509_V1, X509_V3};

/// A reference to a token, in one of the supported forms. `Debug` escapes and cuts text of the message.
#[derive(Clone)]
#[non_exhaustive]
pub enum SecurityTokenReference<'d> {
    /// `wsse:Reference` to a token in the message, by its Id.
    Direct {
        /// The Id.
        id: String,
        /// `@ValueType`.
        value_type: Option<String>,
    },
    /// `wsse:KeyIdentifier`: the subject key identifier of a certificate.
    SubjectKeyIdentifier(Vec<u8>),
    /// `wsse:KeyIdentifier`: SHA-1 of a certificate.
    ThumbprintSha1(Vec<u8>),
    /// `wsse:KeyIdentifier`: a digest of a certificate by another method, as in `#ThumbprintSHA256`, which no profile defines.
    Thumbprint {
        /// The method.
        method: DigestMethod,
        /// Its digest.
        digest: Vec<u8>,
    },
    /// `wsse:KeyIdentifier` of type `#X509v3`: the certificate itself, as WSS4J writes it.
    Certificate(Vec<u8>),
    /// `ds:X509Data`.
    X509Data(X509Data),
    /// `wsse:Embedded`: the token itself.
    Embedded(Element<'d>),
    /// `wsse:KeyIdentifier`: SHA-1 of the cipher octets of an `xenc:EncryptedKey` (SOAP Message Security 1.1.1 §7.7) in
    /// this message, or in the request of this reply.
    EncryptedKeySha1(Vec<u8>),
    /// `wsse:KeyIdentifier`: SHA-1 of a Kerberos token of this message or an earlier one.
    KerberosApReqSha1(Vec<u8>),
    /// `wsse:KeyIdentifier`: the id of a SAML assertion of this message.
    Assertion {
        /// `@ID` or `@AssertionID`.
        id: String,
        /// Whether the assertion is one of SAML 2.0, not 1.1.
        is_v2: bool,
    },
    /// `wsse:Reference` to something outside the message: a security context, a license, a SAML 2.0 assertion. The
    /// receiver may know it; nothing is fetched.
    External {
        /// `@URI`.
        uri: String,
        /// `@ValueType`.
        value_type: Option<String>,
        /// `@wsc:Instance` of a security context.
        instance: Option<String>,
    },
    /// `ds:KeyName`, which BSP R3027 forbids.
    KeyName(String),
}

impl fmt::Debug for SecurityTokenReference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut octets = |name: &str, octets: &[u8]| write!(f, "{name}({} octets)", octets.len());
        match self {
            Self::SubjectKeyIdentifier(identifier) => octets("SubjectKeyIdentifier", identifier),
            Self::ThumbprintSha1(digest) => octets("ThumbprintSha1", digest),
            Self::Thumbprint { digest, .. } => octets("Thumbprint", digest),
            Self::Certificate(der) => octets("Certificate", der),
            Self::EncryptedKeySha1(digest) => octets("EncryptedKeySha1", digest),
            Self::KerberosApReqSha1(digest) => octets("KerberosApReqSha1", digest),
            Self::X509Data(data) => data.fmt(f),
            Self::Embedded(token) => f.debug_tuple("Embedded").field(token).finish(),
            Self::KeyName(name) => f.debug_tuple("KeyName").field(&shown(name)).finish(),
            Self::Direct { id, value_type } => {
                let value_type = value_type.as_deref().map(shown);
                f.debug_struct("Direct").field("id", &shown(id)).field("value_type", &value_type).finish()
            }
            Self::Assertion { id, is_v2 } => {
                f.debug_struct("Assertion").field("id", &shown(id)).field("is_v2", is_v2).finish()
            }
            Self::External { uri, value_type, instance } => f
                .debug_struct("External")
                .field("uri", &shown(uri))
                .field("value_type", &value_type.as_deref().map(shown))
                .field("instance", &instance.as_deref().map(shown))
                .finish(),
        }
    }
}

impl<'d> SecurityTokenReference<'d> {
    /// Reads a `wsse:SecurityTokenReference`: exactly one reference inside (BSP R3061).
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn parse(element: Element<'d>, budget: &Budget) -> Result<Self, TokenError> {
        Self::parse_as(element, ReferenceShape::default(), budget)
    }

    /// As [`SecurityTokenReference::parse`], in another shape.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn parse_as(element: Element<'d>, shape: ReferenceShape, budget: &Budget) -> Result<Self, TokenError> {
        budget.charge(Limit::SecurityTokenReferences, 1)?;
        if ImpliedDerivedKey::is_in(element) && !shape.with_implied_key {
            return Err(TokenError::ImpliedDerivedKey);
        }
        let mut children = element.children();
        let child = children.next().ok_or_else(|| element.missing("a reference"))?;
        if child.is(name::SAML.uri, "AuthorityBinding") {
            let location = child.required_attribute("", "Location")?.into_owned();
            return Err(TokenError::Elsewhere { uri: location.into() });
        }
        // Of several references, each of which names the same token, the first is read.
        if let Some(second) = children.next().filter(|_| !shape.in_any_place) {
            let what = format!("{} beside {}", second.qualified_name(), child.qualified_name());
            return Err(TokenError::KeyInfoShape { what: what.into() });
        }
        Self::parse_child(child, element.attribute(name::WSSE11.uri, "TokenType"), shape, budget)
    }

    /// Reads the element inside a `wsse:SecurityTokenReference`, also if it is at another place.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn parse_child(
        child: Element<'d>,
        token_type: Option<Cow<'_, str>>,
        shape: ReferenceShape,
        budget: &Budget,
    ) -> Result<Self, TokenError> {
        let child_name = child.name();
        match (child_name.namespace, child_name.local) {
            (ns, "Reference") if ns == name::WSSE.uri => Self::parse_reference(child, token_type, shape, budget),
            (ns, "KeyIdentifier") if ns == name::WSSE.uri => {
                Self::parse_key_identifier(child, token_type.as_deref(), shape, budget)
            }
            (ns, "X509Data") if ns == name::DS.uri => {
                Ok(Self::of_data(&X509Data::parse(child, budget)?, shape.in_hexadecimal))
            }
            (ns, local) if ns == name::DS.uri && X509Data::is_item(local) => match shape.in_any_place {
                true => Ok(Self::of_data(&X509Data::of_item(child, budget)?, shape.in_hexadecimal)),
                false => {
                    let what = format!("{} without ds:X509Data around it", child.qualified_name());
                    Err(TokenError::KeyInfoShape { what: what.into() })
                }
            },
            (ns, "Embedded") if ns == name::WSSE.uri => Self::parse_embedded(child, shape, budget),
            (ns, "KeyName") if ns == name::DS.uri => Ok(Self::KeyName(child.string()?.into_owned())),
            ("", local) => Err(TokenError::Unsupported { uri: format!("{local} in no namespace").into() }),
            _ => Err(TokenError::Unsupported { uri: child.name().to_string().into() }),
        }
    }

    /// Reads a `wsse:Reference`: to an Id of the message, or to something outside it.
    fn parse_reference(
        reference: Element<'d>,
        token_type: Option<Cow<'_, str>>,
        shape: ReferenceShape,
        budget: &Budget,
    ) -> Result<Self, TokenError> {
        let uri = reference.required_attribute("", "URI")?;
        budget.check(Limit::UriOctets, uri.len())?;
        let value_type = type_of_target(reference.attribute("", "ValueType"), token_type, shape)?;
        match uri.strip_prefix('#') {
            Some(id) if !id.is_empty() => Ok(Self::Direct { id: id.to_owned(), value_type }),
            None if !uri.is_empty() => {
                let instance = [name::WSC13, name::WSC2005]
                    .iter()
                    .find_map(|wsc| reference.attribute(wsc.uri, "Instance").map(|text| text.into_owned()));
                Ok(Self::External { uri: uri.into_owned(), value_type, instance })
            }
            _ => Err(TokenError::Dangling { uri: uri.into() }),
        }
    }

    /// Reads a `wsse:Embedded`, which has one token, or, in another shape, the data of a certificate.
    fn parse_embedded(embedded: Element<'d>, shape: ReferenceShape, budget: &Budget) -> Result<Self, TokenError> {
        let mut tokens = embedded.children();
        let token = tokens.next().ok_or_else(|| embedded.missing("a token"))?;
        if let Some(second) = tokens.next() {
            return Err(embedded.unexpected(second).into());
        }
        if token.is(name::DS.uri, "X509Data") {
            return match shape.in_any_place {
                true => Ok(Self::of_data(&X509Data::parse(token, budget)?, shape.in_hexadecimal)),
                false => {
                    let what = format!("{} around {}", embedded.qualified_name(), token.qualified_name());
                    Err(TokenError::KeyInfoShape { what: what.into() })
                }
            };
        }
        if token.is(name::WSSE.uri, "SecurityTokenReference") {
            return Err(embedded.unexpected(token).into());
        }
        Ok(Self::Embedded(token))
    }

    /// The reference that a `ds:X509Data` is; `in_hexadecimal` as in [`ReferenceShape`].
    #[must_use]
    pub fn of_data(data: &X509Data, in_hexadecimal: bool) -> Self {
        Self::X509Data(if in_hexadecimal { data.with_hexadecimal() } else { data.clone() })
    }

    fn parse_key_identifier(
        element: Element<'d>,
        token_type: Option<&str>,
        shape: ReferenceShape,
        budget: &Budget,
    ) -> Result<Self, TokenError> {
        let written = element.attribute("", "ValueType").unwrap_or_default();
        let encoding_by_name = match is_encoding_by_name(element) {
            // Its content says the same as the EncodingType.
            Err(TokenError::Encoding { uri }) if uri.as_str().ends_with("HexBinary") => match shape.in_hexadecimal {
                true => false,
                false => return Err(TokenError::Hexadecimal),
            },
            read => read?,
        };
        let named = named_type(&written);
        let thumbprint = thumbprint_of_type(&written);
        if (encoding_by_name || named.is_some() || thumbprint.is_some() || written.is_empty()) && !shape.by_name {
            return Err(TokenError::IdentifierByName { value_type: written.into() });
        }
        if let Some(method) = thumbprint {
            let digest = identifier(element, shape, 64, &[method.output_len()])?;
            return match digest.len() == method.output_len() {
                true => Ok(Self::Thumbprint { method, digest }),
                false => Err(element.missing("a digest of the length of its type").into()),
            };
        }
        match named {
            None if written.is_empty() && token_type.is_some_and(is_assertion_type) => {
                let is_v2 = token_type.is_some_and(|token_type| token_type.ends_with("V2.0"));
                Self::identifier_of_assertion(element, is_v2)
            }
            None if written.is_empty() => Self::identifier_of_certificate(element, budget),
            // In drafts, the ValueType is the type of the token that has the identifier.
            Some(X509_V1 | X509_V3) => Self::identifier_of_certificate(element, budget),
            named => Self::key_identifier(element, named.unwrap_or(&written), shape, budget),
        }
    }

    /// Reads a key identifier without a type: a certificate, or the subject key identifier of one.
    fn identifier_of_certificate(element: Element<'d>, budget: &Budget) -> Result<Self, TokenError> {
        /// The largest number of octets of an identifier. No certificate is so short.
        const LONGEST: usize = 64;
        let octets = certificate_octets(element, budget)?.ok_or(TokenError::Armour)?;
        Ok(if octets.len() > LONGEST { Self::Certificate(octets) } else { Self::SubjectKeyIdentifier(octets) })
    }

    /// It has no encoding (BSP R6604). It is the value of an Id, and peers indent it.
    fn identifier_of_assertion(element: Element<'d>, is_v2: bool) -> Result<Self, TokenError> {
        match element.nc_name()?.into_owned() {
            id if id.is_empty() => Err(element.missing("the id of an assertion").into()),
            id => Ok(Self::Assertion { id, is_v2 }),
        }
    }

    fn key_identifier(
        element: Element<'d>,
        value_type: &str,
        shape: ReferenceShape,
        budget: &Budget,
    ) -> Result<Self, TokenError> {
        /// The number of octets of SHA-1.
        const SHA1: usize = 20;
        let digest = || -> Result<Vec<u8>, TokenError> {
            let octets = identifier(element, shape, 64, &[SHA1])?;
            match octets.len() {
                SHA1 => Ok(octets),
                len => Err(TokenError::NotSha1 { octets: len }),
            }
        };
        let thumbprint = || match digest() {
            Err(TokenError::NotSha1 { octets }) => {
                match THUMBPRINTS.iter().find(|(_, method)| method.output_len() == octets) {
                    Some((_, method)) if shape.by_name => {
                        Ok(Self::Thumbprint { method: *method, digest: element.base64(64)? })
                    }
                    Some((name, _)) => Err(TokenError::OtherThumbprint { octets, name }),
                    None => Err(TokenError::NotSha1 { octets }),
                }
            }
            read => read.map(Self::ThumbprintSha1),
        };
        match value_type {
            SUBJECT_KEY_IDENTIFIER => {
                // 8 or 20 octets, as in RFC 5280 §4.2.1.2 and RFC 7093, or 32.
                Ok(Self::SubjectKeyIdentifier(identifier(element, shape, 256, &[8, SHA1, 32])?))
            }
            THUMBPRINT_SHA1 => thumbprint(),
            X509_V3 => Ok(Self::Certificate(certificate_octets(element, budget)?.ok_or(TokenError::Armour)?)),
            ENCRYPTED_KEY_SHA1 => Ok(Self::EncryptedKeySha1(digest()?)),
            KERBEROS_AP_REQ_SHA1 => Ok(Self::KerberosApReqSha1(digest()?)),
            SAML_ID | SAML_ASSERTION_ID => Self::identifier_of_assertion(element, value_type == SAML_ID),
            other => Err(TokenError::Unsupported { uri: other.into() }),
        }
    }

    /// Whether an identifier of this reference matches `certificate`. Identifiers select candidates and prove nothing.
    #[must_use]
    pub fn names(&self, certificate: &Certificate) -> bool {
        match self {
            // An empty identifier would match every certificate whose identifier is empty.
            Self::SubjectKeyIdentifier(id) if id.is_empty() => false,
            Self::SubjectKeyIdentifier(id) => match certificate.subject_key_identifier() {
                Some(known) => known == id,
                None => certificate.computed_key_identifier() == *id,
            },
            Self::ThumbprintSha1(thumbprint) => certificate.thumbprint_sha1() == *thumbprint,
            Self::Thumbprint { method, digest } => certificate.digest(*method).as_octets() == digest,
            Self::Certificate(der) => certificate.der() == der,
            Self::X509Data(data) => data.names(certificate),
            Self::Direct { .. }
            | Self::Embedded(_)
            | Self::EncryptedKeySha1(_)
            | Self::KerberosApReqSha1(_)
            | Self::Assertion { .. }
            | Self::External { .. }
            | Self::KeyName(_) => false,
        }
    }

    /// Whether it identifies a certificate by all its octets, so that it cannot match another certificate.
    #[must_use]
    pub fn is_of_octets(&self) -> bool {
        matches!(self, Self::ThumbprintSha1(_) | Self::Thumbprint { .. } | Self::Certificate(_))
    }
}

/// The shapes in which references are read. The default is that of the profile.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReferenceShape {
    /// The type of a key identifier may be a name, as in `wsse:X509SubjectKeyIdentifier`, or another URI that ends so; and a
    /// thumbprint may be by another method than SHA-1. An assertion may be referred to by the types of another version.
    pub by_name: bool,
    /// There may be several references to one token, of which the first counts; and bare items of `ds:X509Data`.
    pub in_any_place: bool,
    /// The reference may imply a derived key, which the caller derives by [`ImpliedDerivedKey`].
    pub with_implied_key: bool,
    /// Serial numbers, thumbprints, digests and subject key identifiers may be in hexadecimal.
    pub in_hexadecimal: bool,
}

/// The type of the token that a `wsse:Reference` names, of its `ValueType` and the `TokenType` around it.
fn type_of_target(
    value_type: Option<Cow<'_, str>>,
    token_type: Option<Cow<'_, str>>,
    shape: ReferenceShape,
) -> Result<Option<String>, TokenError> {
    let is_derived =
        |value: &str| [name::WSC13, name::WSC2005].iter().any(|wsc| value.strip_prefix(wsc.uri) == Some("/dk"));
    match (value_type, token_type) {
        // Streaming clients of CXF and WSS4J write the type of the source. The receiver may accept it.
        (Some(value), Some(token)) if token == ENCRYPTED_KEY && is_derived(&value) => Ok(Some(token.into_owned())),
        // Of an assertion the Id says which is meant.
        (Some(value), Some(token)) if shape.by_name && [&*value, &*token].into_iter().all(is_assertion_type) => {
            Ok(Some(token.into_owned()))
        }
        (Some(value), Some(token)) if value != token => {
            Err(TokenError::TwoTypes { value_type: value.into(), token_type: token.into() })
        }
        (value, token) => Ok(value.or(token).map(Cow::into_owned)),
    }
}

/// The identifier for the type of a key identifier that is written as a name, or with another URI before it; `None` for
/// a correct identifier, and for any other text.
fn named_type(written: &str) -> Option<&'static str> {
    const IDENTIFIERS: [&str; 8] = [
        SUBJECT_KEY_IDENTIFIER,
        THUMBPRINT_SHA1,
        X509_V3,
        X509_V1,
        ENCRYPTED_KEY_SHA1,
        KERBEROS_AP_REQ_SHA1,
        SAML_ID,
        SAML_ASSERTION_ID,
    ];
    let last_word = |uri: &'static str| uri.rsplit('#').next().unwrap_or(uri);
    let name = match written.rsplit(['#', ':', '/']).next() {
        Some("X509v3SubjectKeyIdentifier") => "X509SubjectKeyIdentifier",
        Some(name) => name,
        None => written,
    };
    let named = IDENTIFIERS.into_iter().find(|identifier| last_word(identifier).eq_ignore_ascii_case(name));
    // No profile has key identifiers of that type, but some write it for a certificate of version 1.
    named.filter(|identifier| *identifier != written || written == X509_V1)
}

/// The last word of the type of a thumbprint that is not SHA-1, and its method.
const THUMBPRINTS: [(&str, DigestMethod); 4] = [
    ("SHA224", DigestMethod::Sha224),
    ("SHA256", DigestMethod::Sha256),
    ("SHA384", DigestMethod::Sha384),
    ("SHA512", DigestMethod::Sha512),
];

/// The method of a type such as `#ThumbprintSHA256`, whatever is in front of it.
fn thumbprint_of_type(written: &str) -> Option<DigestMethod> {
    let name = written.rsplit(['#', ':', '/']).next()?.replace('-', "");
    let method = name.strip_prefix("Thumbprint")?;
    let known = THUMBPRINTS.iter().find(|(known, _)| method.eq_ignore_ascii_case(known));
    known.map(|(_, method)| *method)
}

/// The octets of an identifier: in base64, or, if `shape` accepts it, in hexadecimal with a length of `in_digits`.
fn identifier(
    element: Element<'_>,
    shape: ReferenceShape,
    longest: usize,
    in_digits: &[usize],
) -> Result<Vec<u8>, TokenError> {
    match hexadecimal_octets(&element.text()?).filter(|octets| in_digits.contains(&octets.len())) {
        Some(octets) if shape.in_hexadecimal => Ok(octets),
        Some(_) => Err(TokenError::Hexadecimal),
        None => Ok(element.base64(longest)?),
    }
}
