//! Who issued an assertion: its enveloped signature, and the certificate of the issuer that made it.

use std::time::SystemTime;

use wss_c14n::{Budget, Document, Element, Limit, Subset};
use wss_crypto::{Certificate, VerifyingKey};
use wss_xmldsig::{AlgorithmPolicy, Dereference, KeyHint, KeyInfo, Signature, Transform};

use super::{Assertion, AssertionTrust};
use crate::error::{TokenError, TrustError};
use crate::security_token_reference::SecurityTokenReference;
use crate::trust::{Purpose, Trust, ValidatedCertificate};
use crate::x509_token::end_entities;

impl AssertionTrust {
    /// The enveloped signature: a direct child, whose only reference is the assertion itself.
    pub(super) fn verify_issuer(
        &self,
        assertion: &Assertion<'_>,
        element: Element<'_>,
        policy: &AlgorithmPolicy,
        budget: &Budget,
        now: SystemTime,
    ) -> Result<ValidatedCertificate, TokenError> {
        let signature = Signature::parse(element, budget).map_err(TokenError::from)?;
        let misplaced = || TokenError::Assertion("its signature is not one over itself alone");
        let [reference] = signature.signed_info().references() else { return Err(misplaced()) };
        let shape = match reference.transforms() {
            [Transform::EnvelopedSignature, Transform::Canonicalization(c)] => c.method().is_exclusive(),
            _ => false,
        };
        if signature.has_object() || !shape || reference.uri().strip_prefix('#') != Some(assertion.id.as_str()) {
            return Err(misplaced());
        }
        let itself = Itself { element: assertion.element, id: &assertion.id };
        let mut found = None;
        let verified = wss_xmldsig::verify::<TokenError>(
            &signature,
            policy,
            |signature| {
                let certificate = self.issuer_key(assertion, signature.key_info(), budget, now)?;
                let key = VerifyingKey::from(certificate.certificate().public_key().clone());
                found = Some(certificate);
                Ok(key)
            },
            &itself,
            budget,
        )?;
        let [covered] = verified.references() else { return Err(misplaced()) };
        if covered.subset().and_then(Subset::apex) != Some(assertion.element) {
            return Err(misplaced());
        }
        found.ok_or_else(misplaced)
    }

    /// The one certificate of the issuer that KeyInfo names, or the only one that it has.
    fn issuer_key(
        &self,
        assertion: &Assertion<'_>,
        key_info: Option<&KeyInfo<'_>>,
        budget: &Budget,
        now: SystemTime,
    ) -> Result<ValidatedCertificate, TokenError> {
        let named = |issuer: &&(Option<String>, Trust)| issuer.0.as_ref().is_none_or(|name| *name == assertion.issuer);
        let mut carried: Vec<Certificate> = Vec::new();
        let mut references: Vec<SecurityTokenReference<'_>> = Vec::new();
        let mut keys = Vec::new();
        for hint in key_info.map(KeyInfo::hints).unwrap_or_default() {
            match hint {
                KeyHint::X509Data(data) => {
                    budget.charge(Limit::Certificates, data.certificates.len() as u64)?;
                    carried.extend(data.certificates.iter().filter_map(|der| Certificate::from_der(der).ok()));
                    references.push(SecurityTokenReference::X509Data(data.clone()));
                }
                KeyHint::SecurityTokenReference(element) => {
                    references.push(SecurityTokenReference::parse(*element, budget)?)
                }
                KeyHint::KeyValue(key) => keys.push(key.clone()),
                _ => {}
            }
        }
        let fits = |certificate: &Certificate| {
            (references.is_empty() && keys.is_empty())
                || references.iter().any(|reference| reference.names(certificate))
                || keys.contains(certificate.public_key())
        };
        let mut refused = None;
        for (_, trust) in self.issuers.iter().filter(named) {
            // A path in KeyInfo contains its authorities as well.
            let candidates = trust.candidates().chain(end_entities(&carried)).filter(|certificate| fits(certificate));
            for candidate in candidates {
                match trust.validate(candidate, &carried, Purpose::Signing, now, budget) {
                    Ok(validated) => return Ok(validated),
                    Err(error @ TrustError::Exceeded(_)) => return Err(error.into()),
                    Err(error) => refused = refused.or(Some(error)),
                }
            }
        }
        Err(match refused {
            Some(error) => error.into(),
            None => {
                TokenError::Assertion("no key of its issuer is known: give its certificate to `AssertionTrust::issuer`")
            }
        })
    }
}

/// The signature may cover only the assertion.
struct Itself<'a, 'd> {
    element: Element<'d>,
    id: &'a str,
}

impl<'d> Dereference<'d> for Itself<'_, 'd> {
    fn document(&self) -> Option<&'d Document<'d>> {
        None
    }

    fn element(&self, id: &str) -> Option<Element<'d>> {
        (id == self.id).then_some(self.element)
    }
}
