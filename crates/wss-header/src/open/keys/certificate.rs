//! The signing certificate: selected by KeyInfo, trusted by the receiver.

use std::ops::Range;

use wss_c14n::name;
use wss_crypto::{Certificate, DistinguishedName};
use wss_text::WireText;
use wss_tokens::{
    Purpose, SecurityTokenReference, TokenError, TrustError, ValidatedCertificate, X509Token, end_entities,
};
use wss_xmldsig::{KeyHint, KeyInfo};

use super::{KeySearch, dangling, only_hint};
use crate::error::OpenError;
use crate::open::terms::Terms;
use crate::open::tokens::no_key_of;
use crate::waiver::Waiver;

/// The certificate whose key made a signature.
pub(super) struct SigningCertificate {
    pub(super) certificate: ValidatedCertificate,
    /// The place of its token in the header, if the reference names one there.
    pub(super) token: Option<Range<usize>>,
}

impl From<ValidatedCertificate> for SigningCertificate {
    fn from(certificate: ValidatedCertificate) -> Self {
        Self { certificate, token: None }
    }
}

impl KeySearch<'_, '_> {
    /// The trusted certificate that the KeyInfo of a signature selects, and its token in the message. `reference` is
    /// the reference in the KeyInfo, if it has nothing else.
    pub(super) fn signing_certificate(
        &mut self,
        key_info: Option<&KeyInfo<'_>>,
        reference: Option<SecurityTokenReference<'_>>,
    ) -> Result<SigningCertificate, OpenError> {
        let terms = self.terms;
        let trust = &terms.receiver.trust;
        let Some(key_info) = key_info else {
            return pick(trust.candidates(), |_| true, &[], terms).map(SigningCertificate::from).map_err(|error| {
                match error {
                    OpenError::AmbiguousKey => OpenError::NoReference,
                    other => other,
                }
            });
        };
        let hint = || only_hint(key_info).ok_or_else(OpenError::no_key);
        let reference = match reference {
            Some(reference) => reference,
            None => match hint()?.as_ref() {
                KeyHint::SecurityTokenReference(element) => self.reference(*element)?,
                KeyHint::X509Data(data) => self.data(data),
                KeyHint::KeyName(name) => SecurityTokenReference::KeyName(name.clone()),
                // Names and values select among certificates that the caller gave; they never supply a key.
                KeyHint::KeyValue(key) => {
                    let has_key = |certificate: &Certificate| certificate.public_key() == key;
                    return pick(trust.candidates(), has_key, &[], terms).map(SigningCertificate::from);
                }
                _ => return Err(OpenError::no_key()),
            },
        };
        match &reference {
            SecurityTokenReference::Direct { id, value_type } => {
                self.certificate_of_token(key_info, id, value_type.as_deref())
            }
            SecurityTokenReference::Embedded(element) => {
                let by_name = terms.receiver.waives(Waiver::TokenTypesByName);
                let token = X509Token::parse_shaped(*element, by_name, trust, &terms.budget)?;
                Ok(validate(token.certificate(), token.others(), terms)?.into())
            }
            SecurityTokenReference::KeyName(name) => self.certificate_of_name(name).map(SigningCertificate::from),
            reference => {
                let carried = self.certificates_in(reference)?;
                let seen = self.tokens.iter().map(|token| &token.certificate);
                // A path contains its authorities; they sign certificates, not messages.
                let all = trust.candidates().chain(seen).chain(end_entities(&carried));
                pick(all, |certificate| reference.names(certificate), &carried, terms).map(SigningCertificate::from)
            }
        }
    }

    /// The certificate of a token of the header, which must precede its reference and be of the type that is stated.
    fn certificate_of_token(
        &self,
        key_info: &KeyInfo<'_>,
        id: &str,
        value_type: Option<&str>,
    ) -> Result<SigningCertificate, OpenError> {
        let terms = self.terms;
        let token = self.tokens.iter().find(|token| token.id.as_deref() == Some(id));
        let token = token.ok_or_else(|| self.no_certificate(id))?;
        let is_after = key_info.element().span().start >= token.span.end;
        if !is_after && !terms.receiver.waives(Waiver::ForwardReferences) {
            return Err(TokenError::Forward { uri: format!("#{id}").into() }.into());
        }
        let by_name = terms.receiver.waives(Waiver::TokenTypesByName);
        let is_of_certificates = |stated: &str| X509Token::is_name(stated) || X509Token::is_identifier(stated);
        let is_same = |stated: &str| stated == token.value_type || (by_name && is_of_certificates(stated));
        if let Some(expected) = value_type.filter(|expected| !is_same(expected)) {
            let (stated, actual) = (WireText::from(expected), token.value_type);
            return Err(match X509Token::is_identifier(expected) {
                true => TokenError::OtherType { expected: stated, actual },
                false => TokenError::TypeMismatch { expected: stated },
            }
            .into());
        }
        let certificate = validate(&token.certificate, &token.others, terms)?;
        Ok(SigningCertificate { certificate, token: Some(token.span.clone()) })
    }

    /// The certificate that the receiver calls by this name; if there is none, the one of this subject.
    fn certificate_of_name(&self, name: &str) -> Result<ValidatedCertificate, OpenError> {
        let terms = self.terms;
        let called: Vec<&Certificate> = terms.receiver.keys.named(name).collect();
        let subject = DistinguishedName::parse(name).ok().filter(|_| called.is_empty());
        let fits = |known: &Certificate| match &subject {
            Some(subject) => known.subject() == subject,
            None => called.contains(&known),
        };
        pick(called.iter().copied().chain(terms.receiver.trust.candidates()), fits, &[], terms)
    }

    /// The error for a reference that names no token with a certificate: it may name a token whose type is a name.
    fn no_certificate(&self, id: &str) -> OpenError {
        match self.revision.header_child(id) {
            Some(token) if X509Token::is_by_name(token) => TokenError::by_name(token).into(),
            // Of a type that nothing here reads.
            Some(token) if token.is(name::WSSE.uri, "BinarySecurityToken") && !X509Token::is_one(token) => {
                no_key_of(token).into()
            }
            // It was noted as one that cannot be read.
            Some(token) if X509Token::is_one(token) => OpenError::no_key(),
            _ => dangling(id).into(),
        }
    }

    /// The certificates in a reference. Authorities with unsupported keys cannot be on a path, and are skipped.
    fn certificates_in(&mut self, reference: &SecurityTokenReference<'_>) -> Result<Vec<Certificate>, OpenError> {
        let ders = match reference {
            SecurityTokenReference::Certificate(der) => std::slice::from_ref(der),
            SecurityTokenReference::X509Data(data) => data.certificates.as_slice(),
            _ => &[],
        };
        let mut carried = Vec::new();
        for der in ders {
            match self
                .ring
                .certificate(der, &self.terms.receiver.trust, &self.terms.budget)
                .map_err(TrustError::from)?
            {
                Ok(certificate) => carried.push(certificate),
                Err(error) if ders.len() > 1 && error.is_unusable_key() => {}
                Err(error) => return Err(TokenError::from(error).into()),
            }
        }
        Ok(carried)
    }
}

/// Validates a certificate for signing; `others` may be on its path.
fn validate(
    certificate: &Certificate,
    others: &[Certificate],
    terms: &Terms<'_>,
) -> Result<ValidatedCertificate, TrustError> {
    terms.trust.validate(certificate, others, Purpose::Signing, terms.now, &terms.budget)
}

/// The only candidate that matches and is trusted. Two are an error.
fn pick<'c>(
    candidates: impl Iterator<Item = &'c Certificate>,
    fits: impl Fn(&Certificate) -> bool,
    others: &[Certificate],
    terms: &Terms<'_>,
) -> Result<ValidatedCertificate, OpenError> {
    let mut tried: Vec<&Certificate> = Vec::new();
    let mut found = None;
    let mut refused = None;
    for candidate in candidates.filter(|candidate| fits(candidate)) {
        if tried.contains(&candidate) {
            continue;
        }
        tried.push(candidate);
        match validate(candidate, others, terms) {
            Ok(validated) if found.is_none() => found = Some(validated),
            Ok(_) => return Err(OpenError::AmbiguousKey),
            Err(error @ TrustError::Exceeded(_)) => return Err(error.into()),
            Err(error) => refused = Some(error),
        }
    }
    match (found, refused) {
        (Some(found), _) => Ok(found),
        (None, Some(error)) => Err(error.into()),
        (None, None) => Err(OpenError::no_key()),
    }
}
