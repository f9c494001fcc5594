//! What a recipe would break: known before there is a message, so that a plan breaks no MUST it was not told to.

use wss_crypto::{Certificate, ContentEncryption};
use wss_tokens::{KerberosForm, ReferenceForm};

use super::check::is_rfc4514;
use super::table::Rule;
use crate::error::PlanError;
use crate::protection_token::{ProtectionKind, ProtectionToken};
use crate::recipe::{EncryptedTo, Encrypting, Recipe, SignedBy, Signing, Step};

/// Refuses a recipe that breaks a MUST or MUST NOT of the profile as it is deployed, unless it names the rule.
pub(crate) fn check(recipe: &Recipe) -> Result<(), PlanError> {
    Emission::check(recipe, None)
}

/// As [`check`], once it is known to whom a reply is encrypted.
pub(crate) fn check_requester(recipe: &Recipe, requester: &Certificate) -> Result<(), PlanError> {
    Emission::check(recipe, Some(requester))
}

struct Emission<'r> {
    recipe: &'r Recipe,
    requester: Option<&'r Certificate>,
    /// Certificates, and in which form each is named.
    names: Vec<(&'r Certificate, ReferenceForm)>,
}

impl<'r> Emission<'r> {
    fn check(recipe: &'r Recipe, requester: Option<&'r Certificate>) -> Result<(), PlanError> {
        let mut emission = Self { recipe, requester, names: Vec::new() };
        for step in &recipe.steps {
            match step {
                Step::Sign(signing) => emission.signing(signing)?,
                Step::Encrypt(encrypting) => emission.encrypting(encrypting)?,
            }
        }
        emission.forms()
    }

    fn breaks(&self, rule: Rule, what: &'static str) -> Result<(), PlanError> {
        if self.recipe.breaks.contains(&rule) { Ok(()) } else { Err(PlanError::Bsp { rule, what }) }
    }

    fn signing(&mut self, signing: &'r Signing) -> Result<(), PlanError> {
        match &signing.by {
            SignedBy::Certificate { .. } if signing.as_subject => Ok(()),
            SignedBy::Certificate { certificate, reference, .. } => {
                if signing.key_value_beside {
                    self.breaks(Rule::R5402, "a second child of ds:KeyInfo")?;
                }
                self.certificate(certificate, *reference, Rule::R5417)
            }
            SignedBy::Token(token) => self.token(token),
        }
    }

    fn encrypting(&mut self, encrypting: &'r Encrypting) -> Result<(), PlanError> {
        if encrypting.content == ContentEncryption::Aes192Cbc {
            self.breaks(Rule::R5620, "AES-192-CBC")?;
        }
        match &encrypting.to {
            EncryptedTo::Certificate { recipient, reference, .. } => match recipient.as_deref().or(self.requester) {
                Some(recipient) => self.certificate(recipient, *reference, Rule::R5426),
                None => self.form(*reference, Rule::R5426),
            },
            EncryptedTo::Token(token) => self.token(token),
        }
    }

    fn token(&mut self, token: &'r ProtectionToken) -> Result<(), PlanError> {
        match &*token.kind {
            ProtectionKind::EncryptedKey { recipient, reference, .. } => {
                self.certificate(recipient, *reference, Rule::R5426)
            }
            ProtectionKind::Kerberos { form, .. } if *form != KerberosForm::Gss => {
                self.breaks(Rule::R6902, "a Kerberos token other than #GSS_Kerberosv5_AP_REQ")?;
                self.breaks(Rule::R6907, "a reference to a Kerberos token of another type")
            }
            _ => Ok(()),
        }
    }

    /// `key_info` is the rule that wants a wsse:SecurityTokenReference in this ds:KeyInfo.
    fn certificate(
        &mut self,
        certificate: &'r Certificate,
        reference: ReferenceForm,
        key_info: Rule,
    ) -> Result<(), PlanError> {
        self.names.push((certificate, reference));
        self.form(reference, key_info)?;
        match reference {
            ReferenceForm::Direct | ReferenceForm::Embedded if certificate.version() == 1 => {
                self.breaks(Rule::R3033, "a certificate of version 1 in a token")
            }
            ReferenceForm::IssuerSerialAs(form) if !is_rfc4514(&certificate.issuer().written(form)) => {
                self.breaks(Rule::R5409, "an issuer name that is not written as RFC 4514 has it")
            }
            _ => Ok(()),
        }
    }

    fn form(&self, reference: ReferenceForm, key_info: Rule) -> Result<(), PlanError> {
        match reference {
            ReferenceForm::ComputedKeyIdentifier => {
                self.breaks(Rule::R5210, "a key identifier that the certificate does not have")
            }
            ReferenceForm::KeyName => self.breaks(key_info, "ds:KeyName in ds:KeyInfo"),
            ReferenceForm::KeyValue => self.breaks(key_info, "ds:KeyValue in ds:KeyInfo"),
            ReferenceForm::X509Data => self.breaks(key_info, "a certificate in ds:X509Data"),
            _ => Ok(()),
        }
    }

    /// A token that is in the message is named directly, wherever it is named.
    fn forms(&self) -> Result<(), PlanError> {
        let in_header = self.names.iter().filter(|(_, form)| *form == ReferenceForm::Direct);
        for (token, _) in in_header {
            let otherwise = |(named, form): &&(&Certificate, ReferenceForm)| named == token && names_by_value(*form);
            if self.names.iter().any(|name| otherwise(&name)) {
                return self
                    .breaks(Rule::R3022, "a certificate that is sent as a token, and named otherwise elsewhere");
            }
        }
        Ok(())
    }
}

/// Whether a form names what a certificate is, rather than where it stands.
fn names_by_value(form: ReferenceForm) -> bool {
    matches!(
        form,
        ReferenceForm::IssuerSerial
            | ReferenceForm::IssuerSerialAs(_)
            | ReferenceForm::SubjectKeyIdentifier
            | ReferenceForm::ComputedKeyIdentifier
            | ReferenceForm::Thumbprint
    )
}
