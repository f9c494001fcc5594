//! Breaches of BSP 1.1 that a recipe would cause, found before there is a message.

use wss_bsp::Rule;
use wss_bsp::emission::{self, Broken};
use wss_c14n::Canonicalization;
use wss_crypto::Certificate;
use wss_tokens::ReferenceForm;

use crate::encrypting::{EncryptedTo, Encrypting};
use crate::error::PlanError;
use crate::protection_token::ProtectionToken;
use crate::recipe::{Recipe, Step};
use crate::signing::{SignedBy, Signing};
use crate::username::Username;

/// Refuses a recipe that breaks a MUST or MUST NOT of the profile as deployed, unless the recipe waives the rule.
pub(crate) fn check(recipe: &Recipe) -> Result<(), PlanError> {
    Emission::check(recipe, None)
}

/// As [`check`], when the certificate that a reply is encrypted to is known.
pub(crate) fn check_requester(recipe: &Recipe, requester: &Certificate) -> Result<(), PlanError> {
    Emission::check(recipe, Some(requester))
}

struct Emission<'r> {
    recipe: &'r Recipe,
    requester: Option<&'r Certificate>,
    /// Certificates, and the form of the reference to each.
    names: Vec<(&'r Certificate, ReferenceForm)>,
}

impl<'r> Emission<'r> {
    fn check(recipe: &'r Recipe, requester: Option<&'r Certificate>) -> Result<(), PlanError> {
        let mut emission = Self { recipe, requester, names: Vec::new() };
        let lacks_type = recipe.username.as_ref().is_some_and(Username::lacks_type);
        emission.admit(lacks_type.then_some(emission::PASSWORD_WITHOUT_TYPE))?;
        for step in &recipe.steps {
            match step {
                Step::Sign(signing) => emission.signing(signing)?,
                Step::Encrypt(encrypting) => emission.encrypting(encrypting)?,
            }
        }
        emission.admit(emission::named_otherwise(&emission.names))
    }

    /// Fails for the first breach that the recipe does not waive.
    fn admit(&self, broken: impl IntoIterator<Item = Broken>) -> Result<(), PlanError> {
        match broken.into_iter().find(|(rule, _)| !self.recipe.waived.contains(rule)) {
            Some((rule, what)) => Err(PlanError::Bsp { rule, what }),
            None => Ok(()),
        }
    }

    fn signing(&mut self, signing: &'r Signing) -> Result<(), PlanError> {
        self.admit(emission::signed_info(signing.canonicalization.method()))?;
        for referencing in signing.all_referencing() {
            let method = referencing.canonicalization.as_ref().map(Canonicalization::method);
            self.admit(emission::transform(method))?;
        }
        match &signing.by {
            SignedBy::Certificate { .. } if signing.holder.is_some() => Ok(()),
            SignedBy::Certificate { certificate, reference, .. } => {
                self.admit(signing.token_after_signature.then_some(emission::TOKEN_AFTER_REFERENCE))?;
                self.admit((signing.key_value_beside || signing.x509_data_beside).then_some(emission::SECOND_CHILD))?;
                self.certificate(certificate, *reference, Rule::R5417)
            }
            SignedBy::Token(token) => self.token(token),
        }
    }

    fn encrypting(&mut self, encrypting: &'r Encrypting) -> Result<(), PlanError> {
        self.admit(emission::content(encrypting.content))?;
        match &encrypting.to {
            EncryptedTo::Certificate { recipient, reference, .. } => match recipient.as_deref().or(self.requester) {
                Some(recipient) => self.certificate(recipient, *reference, Rule::R5426),
                None => self.admit(emission::form(*reference, Some(Rule::R5426))),
            },
            EncryptedTo::Token(token) => self.token(token),
        }
    }

    fn token(&mut self, token: &'r ProtectionToken) -> Result<(), PlanError> {
        if let Some((certificate, reference)) = token.kind.certificate() {
            self.certificate(certificate, reference, Rule::R5426)?;
        }
        self.admit(token.kind.broken())
    }

    /// `key_info` is the rule that demands a wsse:SecurityTokenReference in this ds:KeyInfo.
    fn certificate(
        &mut self,
        certificate: &'r Certificate,
        reference: ReferenceForm,
        key_info: Rule,
    ) -> Result<(), PlanError> {
        self.names.push((certificate, reference));
        // If a key is agreed on with the recipient, the reference is in the xenc:RecipientKeyInfo.
        let is_agreed = key_info == Rule::R5426 && certificate.public_key().kind().agreement().is_some();
        self.admit(emission::form(reference, (!is_agreed).then_some(key_info)))?;
        self.admit(emission::certificate(certificate, reference))
    }
}
