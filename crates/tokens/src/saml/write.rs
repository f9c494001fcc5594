//! Writing assertions: they are written in canonical form and signed by their issuer.

use std::time::{Duration, SystemTime};

use wss_c14n::name::{self, Namespace};
use wss_c14n::{Budget, Canonicalization, Document, Limits, Splices, Subset, Writer};
use wss_crypto::{Certificate, CryptoError, DigestMethod, Identity, KeyTransport, Random, Secret, fresh_name};
use wss_xmldsig::{NewReference, PendingSignature, SignError, Transform, write_x509_certificate};
use wss_xmlenc::{KeyMethod, write_encrypted_key};

use super::{ConfirmationMethod, SamlVersion};
use crate::written_instant::format_instant;

/// A new assertion.
///
/// By default it is valid for five minutes from now, and its confirmation method is sender-vouches.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// use std::time::SystemTime;
/// use wss_crypto::{Certificate, Identity, SystemRandom};
/// use wss_tokens::{NewAssertion, SamlVersion};
///
/// let issuer = Identity::from_pem(&file("carol.pem"), &file("carol.key"))?;
/// let assertion = NewAssertion::new(SamlVersion::V2_0, "urn:issuer", "alice")
///     .holder_of_key(&Certificate::from_pem(&file("alice.pem"))?)
///     .audience("urn:bank")
///     .attribute("role", ["clerk"])
///     .sign(&issuer, SystemTime::now(), &SystemRandom)?;
/// assert!(assertion.contains("urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct NewAssertion {
    version: SamlVersion,
    issuer: String,
    subject: Option<String>,
    method: ConfirmationMethod,
    key: Option<Key>,
    lifetime: Duration,
    audiences: Vec<String>,
    recipient: Option<String>,
    one_time_use: bool,
    attributes: Vec<(String, Vec<String>)>,
}

#[derive(Clone)]
enum Key {
    Certificate(Box<Certificate>),
    Secret { secret: Secret, recipient: Box<Certificate> },
}

const UNSPECIFIED_CONTEXT: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified";
const UNSPECIFIED_METHOD: &str = "urn:oasis:names:tc:SAML:1.0:am:unspecified";

impl NewAssertion {
    /// An assertion of `issuer` about `subject`.
    #[must_use]
    pub fn new(version: SamlVersion, issuer: impl Into<String>, subject: impl Into<String>) -> Self {
        Self {
            version,
            issuer: issuer.into(),
            subject: Some(subject.into()),
            method: ConfirmationMethod::SenderVouches,
            key: None,
            lifetime: Duration::from_secs(300),
            audiences: Vec::new(),
            recipient: None,
            one_time_use: false,
            attributes: Vec::new(),
        }
    }

    /// Holder of key: the subject signs with the key of `certificate`.
    #[must_use]
    pub fn holder_of_key(mut self, certificate: &Certificate) -> Self {
        self.method = ConfirmationMethod::HolderOfKey;
        self.key = Some(Key::Certificate(Box::new(certificate.clone())));
        self
    }

    /// Holder of key: the subject has `secret`, which is encrypted to the service with the key of `recipient`.
    #[must_use]
    pub fn holder_of_secret(mut self, secret: Secret, recipient: &Certificate) -> Self {
        self.method = ConfirmationMethod::HolderOfKey;
        self.key = Some(Key::Secret { secret, recipient: Box::new(recipient.clone()) });
        self
    }

    /// Confirms by bearer: whoever has the assertion is its subject.
    #[must_use]
    pub fn bearer(mut self) -> Self {
        self.method = ConfirmationMethod::Bearer;
        self.key = None;
        self
    }

    /// Sets the time for which it is valid.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Adds an audience; one of several is sufficient.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// The address where it may be presented; SAML 2.0 only.
    #[must_use]
    pub fn recipient(mut self, address: impl Into<String>) -> Self {
        self.recipient = Some(address.into());
        self
    }

    /// Restricts it to one use.
    #[must_use]
    pub fn one_time_use(mut self) -> Self {
        self.one_time_use = true;
        self
    }

    /// Adds an attribute of its subject.
    #[must_use]
    pub fn attribute<V: Into<String>>(mut self, name: impl Into<String>, values: impl IntoIterator<Item = V>) -> Self {
        self.attributes.push((name.into(), values.into_iter().map(Into::into).collect()));
        self
    }

    /// Writes it without a signature. An attester then has to vouch for it.
    ///
    /// # Errors
    /// [`SignError::Crypto`] without randomness, or if the recipient's key cannot receive secrets.
    pub fn unsigned(&self, now: SystemTime, random: &dyn Random) -> Result<String, SignError> {
        Ok(self.write(&fresh_id(random)?, now, random)?.text)
    }

    /// Writes it, signed by its issuer with the default method of the issuer's key.
    ///
    /// # Errors
    /// As [`NewAssertion::unsigned`], and if signing fails.
    pub fn sign(&self, issuer: &Identity, now: SystemTime, random: &dyn Random) -> Result<String, SignError> {
        let id = fresh_id(random)?;
        let Unsigned { text: assertion, at: place } = self.write(&id, now, random)?;
        let document = Document::parse(assertion.as_str(), &Limits::dangerous_unbounded());
        let document = document.map_err(|_| SignError::NoSuchId { id: id.as_str().into() })?;
        // The digest excludes the signature, which is not there yet.
        let transforms = vec![Transform::EnvelopedSignature, Transform::Canonicalization(Canonicalization::default())];
        let subset = Subset::subtree(document.root()).without_comments();
        let reference = NewReference::digest(
            format!("#{id}"),
            &subset,
            transforms,
            DigestMethod::Sha256,
            &Budget::dangerous_unbounded(),
        )?;
        let method = issuer.certificate().public_key().kind().default_signature().ok_or(CryptoError::KeyMismatch)?;
        let mut key_info = Writer::within(&[name::DS]);
        write_x509_certificate(&mut key_info, issuer.certificate());
        let pending = PendingSignature::new(method, &[reference], None, Some(key_info.finish()));
        let value = pending.value(issuer.signing_key().as_ref())?;
        let mut splices = Splices::new();
        splices.insert(place, pending.finish(&value));
        Ok(splices.apply(&assertion).text)
    }

    /// The assertion before it is signed.
    fn write(&self, id: &str, now: SystemTime, random: &dyn Random) -> Result<Unsigned, CryptoError> {
        let until = now.checked_add(self.lifetime).unwrap_or(now);
        let (issued, until) = (format_instant(now), format_instant(until));
        let key_info = match &self.key {
            None => None,
            Some(Key::Certificate(certificate)) => {
                let mut writer = Writer::new();
                writer.start(name::DS, "KeyInfo");
                write_x509_certificate(&mut writer, certificate);
                writer.end();
                Some(writer.finish())
            }
            Some(Key::Secret { secret, recipient }) => Some(encrypted_key_info(secret, recipient, random)?),
        };
        let mut writer = Writer::new();
        let about = Stated { id, issued: &issued, until: &until, key_info: key_info.as_deref() };
        // The signature is at the end in SAML 1.1, and after the issuer in SAML 2.0.
        let place = match self.version {
            SamlVersion::V1_1 => {
                self.write_v1(&mut writer, &about);
                None
            }
            SamlVersion::V2_0 => {
                self.write_v2(&mut writer, &about);
                Some("</saml2:Issuer>")
            }
        };
        let text = writer.finish();
        let at = match place {
            Some(after) => text.find(after).map(|at| at + after.len()),
            None => text.rfind("</saml:Assertion>"),
        };
        let at = at.unwrap_or(text.len());
        Ok(Unsigned { text, at })
    }

    fn write_v1(&self, writer: &mut Writer, about: &Stated<'_>) {
        let Stated { id, issued, key_info, .. } = *about;
        let saml = self.version.namespace();
        writer.start(saml, "Assertion");
        writer.attribute("AssertionID", id);
        writer.attribute("IssueInstant", issued);
        writer.attribute("Issuer", self.issuer.clone());
        writer.attribute("MajorVersion", "1");
        writer.attribute("MinorVersion", "1");
        self.write_conditions(writer, about);
        let subject = |writer: &mut Writer| {
            writer.start(saml, "Subject");
            if let Some(subject) = &self.subject {
                writer.leaf(saml, "NameIdentifier", subject);
            }
            writer.start(saml, "SubjectConfirmation");
            writer.leaf(saml, "ConfirmationMethod", self.method.uri(self.version));
            if let Some(key_info) = key_info {
                writer.raw(key_info);
            }
            writer.end();
            writer.end();
        };
        if self.attributes.is_empty() {
            writer.start(saml, "AuthenticationStatement");
            writer.attribute("AuthenticationInstant", issued);
            writer.attribute("AuthenticationMethod", UNSPECIFIED_METHOD);
            subject(writer);
            writer.end();
        } else {
            writer.start(saml, "AttributeStatement");
            subject(writer);
            self.write_attributes(writer, saml, "AttributeName");
            writer.end();
        }
        writer.end();
    }

    fn write_v2(&self, writer: &mut Writer, about: &Stated<'_>) {
        let Stated { id, issued, until, key_info } = *about;
        let saml = self.version.namespace();
        writer.start(saml, "Assertion");
        writer.attribute("ID", id);
        writer.attribute("IssueInstant", issued);
        writer.attribute("Version", "2.0");
        writer.leaf(saml, "Issuer", &self.issuer);
        writer.start(saml, "Subject");
        if let Some(subject) = &self.subject {
            writer.leaf(saml, "NameID", subject);
        }
        writer.start(saml, "SubjectConfirmation");
        writer.attribute("Method", self.method.uri(self.version));
        if key_info.is_some() || self.method == ConfirmationMethod::Bearer || self.recipient.is_some() {
            writer.start(saml, "SubjectConfirmationData");
            if self.method == ConfirmationMethod::Bearer {
                writer.attribute("NotOnOrAfter", until);
            }
            if let Some(recipient) = &self.recipient {
                writer.attribute("Recipient", recipient.clone());
            }
            if let Some(key_info) = key_info {
                writer.attribute_in(name::XSI, "type", format!("{}:KeyInfoConfirmationDataType", saml.prefix));
                writer.raw(key_info);
            }
            writer.end();
        }
        writer.end();
        writer.end();
        self.write_conditions(writer, about);
        if self.attributes.is_empty() {
            writer.start(saml, "AuthnStatement");
            writer.attribute("AuthnInstant", issued);
            writer.start(saml, "AuthnContext");
            writer.leaf(saml, "AuthnContextClassRef", UNSPECIFIED_CONTEXT);
            writer.end();
            writer.end();
        } else {
            writer.start(saml, "AttributeStatement");
            self.write_attributes(writer, saml, "Name");
            writer.end();
        }
        writer.end();
    }

    fn write_conditions(&self, writer: &mut Writer, about: &Stated<'_>) {
        let saml = self.version.namespace();
        let (audiences, one_time_use) = match self.version {
            SamlVersion::V1_1 => ("AudienceRestrictionCondition", "DoNotCacheCondition"),
            SamlVersion::V2_0 => ("AudienceRestriction", "OneTimeUse"),
        };
        writer.start(saml, "Conditions");
        writer.attribute("NotBefore", about.issued);
        writer.attribute("NotOnOrAfter", about.until);
        self.write_audiences(writer, saml, audiences);
        if self.one_time_use {
            writer.start(saml, one_time_use);
            writer.end();
        }
        writer.end();
    }

    fn write_audiences(&self, writer: &mut Writer, saml: Namespace, local: &'static str) {
        if self.audiences.is_empty() {
            return;
        }
        writer.start(saml, local);
        for audience in &self.audiences {
            writer.leaf(saml, "Audience", audience);
        }
        writer.end();
    }

    fn write_attributes(&self, writer: &mut Writer, saml: Namespace, named: &'static str) {
        for (attribute, values) in &self.attributes {
            writer.start(saml, "Attribute");
            writer.attribute(named, attribute.clone());
            if self.version == SamlVersion::V1_1 {
                writer.attribute("AttributeNamespace", "");
            }
            for value in values {
                writer.leaf(saml, "AttributeValue", value);
            }
            writer.end();
        }
    }
}

/// An assertion without its signature.
struct Unsigned {
    text: String,
    /// The offset at which the signature belongs.
    at: usize,
}

/// What one assertion states of itself: its Id, its validity, and the key of its subject.
struct Stated<'a> {
    id: &'a str,
    issued: &'a str,
    until: &'a str,
    key_info: Option<&'a str>,
}

/// `ds:KeyInfo` with the secret in an `xenc:EncryptedKey` for `recipient`.
fn encrypted_key_info(secret: &Secret, recipient: &Certificate, random: &dyn Random) -> Result<String, CryptoError> {
    let transport = KeyTransport::oaep_mgf1p();
    let wrapped = recipient.public_key().wrap_key(&transport, secret)?;
    let mut inner = Writer::within(&[name::DS, name::XENC]);
    write_x509_certificate(&mut inner, recipient);
    let id = fresh_name(random, "EK-")?;
    let key = write_encrypted_key(Some(&id), &KeyMethod::Transport(transport), Some(&inner.finish()), &wrapped, &[]);
    let mut writer = Writer::new();
    writer.start(name::DS, "KeyInfo");
    writer.raw(&key);
    writer.end();
    Ok(writer.finish())
}

pub(super) fn fresh_id(random: &dyn Random) -> Result<String, CryptoError> {
    fresh_name(random, "_")
}

impl std::fmt::Debug for NewAssertion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAssertion")
            .field("version", &self.version)
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}
