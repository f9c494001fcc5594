//! Who issued an assertion: its enveloped signature, and the certificate of the issuer that made it.

use std::time::SystemTime;

use wss_c14n::{Budget, CanonicalizationMethod, Document, Element, Limit, Subset};
use wss_crypto::{Certificate, VerifyingKey};
use wss_text::WireText;
use wss_xmldsig::{AlgorithmPolicy, Dereference, KeyHint, KeyInfo, Signature, SignatureError, Transform};

use super::text::AssertionText;
use super::{Assertion, AssertionShape, AssertionTrust};
use crate::assertion_error::AssertionError;
use crate::error::TokenError;
use crate::security_token_reference::SecurityTokenReference;
use crate::trust::{Purpose, Trust, ValidatedCertificate};
use crate::trust_error::TrustError;
use crate::x509_token::end_entities;

impl AssertionTrust {
    /// The enveloped signature: a direct child, whose only reference is the assertion itself. Returns the certificate that made
    /// it, and what it digests.
    pub(super) fn verify_issuer(
        &self,
        assertion: &Assertion<'_>,
        element: Element<'_>,
        policy: &AlgorithmPolicy,
        budget: &Budget,
        now: SystemTime,
    ) -> Result<(ValidatedCertificate, AssertionText), TokenError> {
        let signature = read(element, assertion, policy, budget)?;
        let itself = Itself { element: assertion.element, id: &assertion.id, shape: assertion.shape };
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
        let misplaced = || TokenError::Assertion("its signature is not one over itself alone");
        let (_, mut references) = verified.into_parts();
        let covered = references.pop().filter(|_| references.is_empty()).ok_or_else(misplaced)?;
        covered.subset().filter(|subset| subset.apex() == Some(assertion.element)).ok_or_else(misplaced)?;
        let form = covered.canonicalization().cloned().ok_or_else(misplaced)?;
        let digested = covered.into_kept().ok_or_else(misplaced)?;
        let text = AssertionText::signed(assertion.element, &digested, &form, budget)?;
        Ok((found.ok_or_else(misplaced)?, text))
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
            None if self.issuers.iter().any(|issuer| named(&issuer)) => {
                AssertionError::OtherKey { issuer: assertion.issuer.as_str().into() }.into()
            }
            None => AssertionError::UnknownIssuer {
                issuer: assertion.issuer.as_str().into(),
                known: self.issuers.iter().filter_map(|(name, _)| name.as_deref()).map(WireText::from).collect(),
            }
            .into(),
        })
    }
}

impl Assertion<'_> {
    /// Reads its signature, if it has one, as the check of its issuer reads it. Nothing is verified: this is for reports on the
    /// shape of an assertion.
    ///
    /// # Errors
    /// [`TokenError`] if its signature is malformed, or not over the assertion alone.
    pub fn check_signature(&self, policy: &AlgorithmPolicy, budget: &Budget) -> Result<(), TokenError> {
        self.signature.map_or(Ok(()), |element| read(element, self, policy, budget).map(drop))
    }
}

/// Reads the signature of an assertion.
fn read<'d>(
    element: Element<'d>,
    assertion: &Assertion<'_>,
    policy: &AlgorithmPolicy,
    budget: &Budget,
) -> Result<Signature<'d>, TokenError> {
    let signature = Signature::parse(element, budget).map_err(TokenError::from)?;
    check_shape(&signature, assertion, policy)?;
    match signature.signed_info().other_pss() {
        Some(_) => Err(SignatureError::OtherPss.into()),
        None => Ok(signature),
    }
}

/// Refuses a signature that is not over its own assertion alone, by enveloped-signature and a canonicalisation that the shape of
/// the assertion admits.
fn check_shape(
    signature: &Signature<'_>,
    assertion: &Assertion<'_>,
    policy: &AlgorithmPolicy,
) -> Result<(), AssertionError> {
    let signed_info = signature.signed_info();
    let [reference] = signed_info.references() else { return Err(AssertionError::SeveralReferences) };
    if signature.has_object() {
        return Err(AssertionError::Object);
    }
    if reference.uri().strip_prefix('#') != Some(assertion.id.as_str()) {
        return Err(AssertionError::OtherReference { uri: reference.uri().into(), id: assertion.id.as_str().into() });
    }
    let inclusive = |method: CanonicalizationMethod| AssertionError::Inclusive { method: method.uri() };
    let method = signed_info.canonicalization().method();
    if !method.is_exclusive() && !policy.admits_canonicalization(method) {
        return Err(inclusive(method));
    }
    match reference.transforms() {
        [Transform::EnvelopedSignature, Transform::Canonicalization(by)] => match by.method() {
            method if method.is_exclusive() || assertion.shape.canonicalised_inclusively => Ok(()),
            method => Err(inclusive(method)),
        },
        [Transform::EnvelopedSignature] if assertion.shape.without_canonicalization => Ok(()),
        [Transform::EnvelopedSignature] => Err(AssertionError::EnvelopedAlone),
        _ => Err(AssertionError::Transforms),
    }
}

/// The signature may cover only the assertion.
struct Itself<'a, 'd> {
    element: Element<'d>,
    id: &'a str,
    shape: AssertionShape,
}

impl<'d> Dereference<'d> for Itself<'_, 'd> {
    fn document(&self) -> Option<&'d Document<'d>> {
        None
    }

    fn element(&self, id: &str) -> Option<Element<'d>> {
        (id == self.id).then_some(self.element)
    }

    fn accepts_other_ecdsa_values(&self) -> bool {
        self.shape.with_other_ecdsa_values
    }

    fn keeps(&self, _: &Subset<'d>) -> bool {
        true
    }
}
