//! Tokens of the message, and the references to them: what each reference identifies, as far as the message shows.

use std::collections::HashMap;

use wss_c14n::{Budget, Element, Exceeded, Limit, Limits, base64_decode, name, xsd};
use wss_crypto::{Certificate, Digest, DigestMethod, DistinguishedName, pkcs7_certificates, pki_path};
use wss_tokens::{ENCRYPTED_KEY_SHA1, KERBEROS_AP_REQ_SHA1, SUBJECT_KEY_IDENTIFIER, THUMBPRINT_SHA1, X509_V3};

use super::kind::{Kind, is_token};
use super::targets::Targets;

/// The largest number of octets of a key identifier that are decoded. WSS4J writes a whole certificate.
const MAX_IDENTIFIER: usize = 64 << 10;
/// The largest number of octets of a wrapped key that are decoded.
const MAX_CIPHER: usize = 64 << 10;

/// The content of a binary token, judged by its octets.
pub(crate) enum Content {
    Certificate(Box<Certificate>),
    PkiPath,
    Pkcs7,
    Other,
    /// The message has more certificates than are read.
    Unread,
}

/// The binary tokens of the message, and the tokens that key identifiers can match.
#[derive(Default)]
pub(crate) struct Tokens<'d> {
    pub(crate) binary: Vec<(Element<'d>, Content)>,
    by_key_identifier: HashMap<Vec<u8>, Element<'d>>,
    by_thumbprint: HashMap<Vec<u8>, Element<'d>>,
    by_serial: HashMap<String, Vec<(DistinguishedName, Element<'d>)>>,
    by_sha1: HashMap<Vec<u8>, Element<'d>>,
    by_license_id: HashMap<String, Element<'d>>,
}

impl<'d> Tokens<'d> {
    pub(crate) fn read(targets: &Targets<'d>, limits: &Limits) -> Self {
        let mut tokens = Self::default();
        let budget = Budget::new(limits, targets.document.source().len() as u64);
        let max = limits.size(Limit::CertificateOctets);
        for element in targets.all(name::WSSE.uri, "BinarySecurityToken") {
            let Ok(octets) = element.base64(max) else {
                tokens.binary.push((element, Content::Unread));
                continue;
            };
            let content = content_of(&octets, &budget).unwrap_or(Content::Unread);
            if element.parent() == targets.security_of(element) {
                if let Content::Certificate(certificate) = &content {
                    tokens.note(certificate, element);
                }
                if Kind::of_element(element) == Some(Kind::Kerberos) {
                    tokens.by_sha1.insert(sha1(&octets), element);
                }
            }
            tokens.binary.push((element, content));
        }
        for key in &targets.encrypted_keys {
            let data = key.children_named(name::XENC.uri, "CipherData").next();
            let value = data.and_then(|data| data.children_named(name::XENC.uri, "CipherValue").next());
            if let Some(octets) = value.and_then(|value| value.base64(MAX_CIPHER).ok()) {
                tokens.by_sha1.insert(sha1(&octets), *key);
            }
        }
        for license in targets.all(name::REL.uri, "license") {
            if let Some(id) = license.attribute("", "licenseId") {
                tokens.by_license_id.insert(id.into_owned(), license);
            }
        }
        tokens
    }

    fn note(&mut self, certificate: &Certificate, element: Element<'d>) {
        if let Some(id) = certificate.subject_key_identifier() {
            self.by_key_identifier.insert(id.to_vec(), element);
        }
        self.by_thumbprint.insert(certificate.thumbprint_sha1(), element);
        let of_serial = self.by_serial.entry(certificate.serial_decimal()).or_default();
        of_serial.push((certificate.issuer().clone(), element));
    }

    /// The certificates of the message, including embedded ones.
    pub(crate) fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.binary.iter().filter_map(|(_, content)| match content {
            Content::Certificate(certificate) => Some(certificate.as_ref()),
            _ => None,
        })
    }

    fn identified(&self, value_type: &str, octets: &[u8]) -> Option<Element<'d>> {
        match value_type {
            SUBJECT_KEY_IDENTIFIER => self.by_key_identifier.get(octets),
            THUMBPRINT_SHA1 => self.by_thumbprint.get(octets),
            X509_V3 => self.by_thumbprint.get(&sha1(octets)),
            ENCRYPTED_KEY_SHA1 | KERBEROS_AP_REQ_SHA1 => self.by_sha1.get(octets),
            _ => None,
        }
        .copied()
    }
}

fn sha1(octets: &[u8]) -> Vec<u8> {
    Digest::of(DigestMethod::Sha1, octets).as_octets().to_vec()
}

/// Every certificate that is tried is charged.
fn content_of(octets: &[u8], budget: &Budget) -> Result<Content, Exceeded> {
    budget.charge(Limit::Certificates, 1)?;
    if let Ok(certificate) = Certificate::from_der(octets) {
        return Ok(Content::Certificate(Box::new(certificate)));
    }
    let readable = |path: Option<Vec<&[u8]>>| -> Result<bool, Exceeded> {
        let Some(path) = path.filter(|path| !path.is_empty()) else { return Ok(false) };
        budget.charge(Limit::Certificates, path.len() as u64)?;
        Ok(path.iter().all(|der| Certificate::from_der(der).is_ok()))
    };
    if readable(pki_path(octets))? {
        return Ok(Content::PkiPath);
    }
    if readable(pkcs7_certificates(octets))? {
        return Ok(Content::Pkcs7);
    }
    Ok(Content::Other)
}

/// How a reference identifies its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Direct,
    KeyIdentifier,
    Embedded,
    IssuerSerial,
}

/// A `wsse:SecurityTokenReference`, with the token it identifies.
pub(crate) struct Reference<'d> {
    pub(crate) element: Element<'d>,
    pub(crate) token_type: Option<String>,
    /// The references inside, in order.
    pub(crate) forms: Vec<(Form, Element<'d>)>,
    pub(crate) key_name: Option<Element<'d>>,
    pub(crate) authority_binding: Option<Element<'d>>,
    /// The token in the message that it identifies.
    pub(crate) token: Option<Element<'d>>,
    /// The kind of this token; the kind that the reference states, if the message does not have the token.
    pub(crate) kind: Option<Kind>,
}

impl<'d> Reference<'d> {
    pub(crate) fn read(element: Element<'d>, targets: &Targets<'d>) -> Self {
        let token_type = element.attribute(name::WSSE11.uri, "TokenType").map(|uri| uri.into_owned());
        let mut reference = Self {
            element,
            token_type,
            forms: Vec::new(),
            key_name: None,
            authority_binding: None,
            token: None,
            kind: None,
        };
        for child in element.children() {
            let form = match (child.name().namespace, child.name().local) {
                (ns, "Reference") if ns == name::WSSE.uri => Form::Direct,
                (ns, "KeyIdentifier") if ns == name::WSSE.uri => Form::KeyIdentifier,
                (ns, "Embedded") if ns == name::WSSE.uri => Form::Embedded,
                (ns, "X509Data") if ns == name::DS.uri && issuer_serial(child).is_some() => Form::IssuerSerial,
                (ns, "KeyName") if ns == name::DS.uri => {
                    reference.key_name = Some(child);
                    continue;
                }
                (ns, "AuthorityBinding") if ns == name::SAML.uri => {
                    reference.authority_binding = Some(child);
                    continue;
                }
                _ => continue,
            };
            reference.forms.push((form, child));
        }
        reference.token = reference.find_token(targets);
        reference.kind = match reference.token.filter(|token| is_token(*token)) {
            Some(token) => Kind::of_element(token),
            None => reference.stated_kind(),
        };
        reference
    }

    /// The form, if it has one at all.
    pub(crate) fn form(&self) -> Option<(Form, Element<'d>)> {
        self.forms.first().copied()
    }

    /// Whether it has this form.
    pub(crate) fn by(&self, wanted: Form) -> Option<Element<'d>> {
        self.form().filter(|(form, _)| *form == wanted).map(|(_, element)| element)
    }

    /// The token that it identifies, if the message has it.
    pub(crate) fn internal_token(&self) -> Option<Element<'d>> {
        self.token.filter(|token| is_token(*token))
    }

    fn find_token(&self, targets: &Targets<'d>) -> Option<Element<'d>> {
        let Some((form, child)) = self.form() else {
            let named = self.key_name?.text_if_plain()?;
            return targets.by_id(xsd::collapsed(&named)).filter(|token| is_token(*token));
        };
        match form {
            Form::Direct => {
                let uri = child.attribute("", "URI")?;
                match uri.strip_prefix('#') {
                    Some(id) => targets.by_id(id),
                    None => targets.tokens.by_license_id.get(uri.as_ref()).copied(),
                }
            }
            Form::Embedded => child.children().find(|token| is_token(*token)),
            Form::KeyIdentifier => {
                let text = child.text_if_plain()?;
                let value_type = child.attribute("", "ValueType").unwrap_or_default();
                let octets = base64_decode(&text, MAX_IDENTIFIER);
                let by_octets = octets.as_ref().and_then(|octets| targets.tokens.identified(&value_type, octets));
                let says_saml = Kind::of_identifier(&value_type).is_none_or(Kind::is_saml);
                if by_octets.is_some() || !says_saml {
                    return by_octets;
                }
                // The id of the assertion. In base64, which R6605 forbids, it identifies the same assertion.
                let encoded = octets.and_then(|octets| String::from_utf8(octets).ok());
                let is_assertion = |token: &Element<'_>| Kind::of_element(*token).is_some_and(Kind::is_saml);
                let ids = [Some(xsd::collapsed(&text).to_owned()), encoded];
                ids.iter().flatten().find_map(|id| targets.by_id(id).filter(is_assertion))
            }
            Form::IssuerSerial => {
                let (issuer, serial) = issuer_serial(child)?;
                let of_serial = targets.tokens.by_serial.get(xsd::collapsed(&serial.text_if_plain()?))?;
                let named = DistinguishedName::parse(&issuer.text_if_plain()?).ok()?;
                of_serial.iter().find(|(issuer, _)| *issuer == named).map(|(_, token)| *token)
            }
        }
    }

    /// The kind of token that the reference itself states.
    fn stated_kind(&self) -> Option<Kind> {
        let by_type = self.token_type.as_deref().and_then(Kind::of_type);
        by_type.or_else(|| {
            let (form, child) = self.form()?;
            let value_type = child.attribute("", "ValueType");
            match form {
                Form::Direct => Kind::of_type(&value_type?),
                Form::KeyIdentifier => {
                    let value_type = value_type?;
                    Kind::of_identifier(&value_type).or_else(|| Kind::of_type(&value_type))
                }
                Form::IssuerSerial => Some(Kind::X509),
                Form::Embedded => None,
            }
        })
    }
}

/// Issuer name and serial number of a `ds:X509Data`.
pub(crate) fn issuer_serial<'d>(data: Element<'d>) -> Option<(Element<'d>, Element<'d>)> {
    let both = data.children_named(name::DS.uri, "X509IssuerSerial").next()?;
    let child = |local: &str| both.children().find(|child| child.is(name::DS.uri, local));
    Some((child("X509IssuerName")?, child("X509SerialNumber")?))
}
