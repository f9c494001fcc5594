//! Writing id-cards of Den Gode Webservice, in canonical form and signed.

use std::time::{Duration, SystemTime};

use wss_c14n::{Budget, Canonicalization, Document, Limits, Splices, Subset, Writer, name};
use wss_crypto::{CryptoError, Identity, Random};
use wss_xmldsig::{NewReference, PendingSignature, SignError, Transform, write_x509_certificate};

use super::id_card::LEVEL;
use super::write::fresh_id;
use super::{ConfirmationMethod, SamlVersion};
use crate::written_instant::Precision;

/// The Id of a card, and that of its signature: the schema of the network allows no others.
const CARD: &str = "IDCard";
const SIGNATURE: &str = "OCESSignature";

/// A new id-card of Den Gode Webservice 1.0.1.
///
/// The system itself signs a card of level 3, and the user one of level 4. The security token service of the network
/// replaces either signature by its own. By default a card is valid for a day.
///
/// ```
/// # let file = |name: &str| std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
/// use std::time::SystemTime;
/// use wss_crypto::{Identity, SystemRandom};
/// use wss_tokens::NewIdCard;
///
/// let system = Identity::from_pem(&file("alice.pem"), &file("alice.key"))?;
/// let card = NewIdCard::system("SOSITEST", "journal", "25520041", "A clinic");
/// let card = card.sign(&system, SystemTime::now(), &SystemRandom)?;
/// assert!(card.contains("<saml2:AttributeValue>3</saml2:AttributeValue>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct NewIdCard {
    issuer: String,
    /// The number of the care provider in the register of companies.
    cvr: String,
    /// `medcom:` names and values.
    system: [(&'static str, String); 3],
    user: Option<User>,
    lifetime: Duration,
}

#[derive(Clone)]
struct User {
    cpr: String,
    /// `medcom:` names and values.
    log: Vec<(&'static str, String)>,
}

impl NewIdCard {
    /// A card of `issuer` for the IT system `system` of a care provider with this number in the register of companies (CVR).
    #[must_use]
    pub fn system(
        issuer: impl Into<String>,
        system: impl Into<String>,
        cvr: impl Into<String>,
        care_provider: impl Into<String>,
    ) -> Self {
        let cvr = cvr.into();
        Self {
            issuer: issuer.into(),
            system: [
                ("medcom:ITSystemName", system.into()),
                ("medcom:CareProviderID", cvr.clone()),
                ("medcom:CareProviderName", care_provider.into()),
            ],
            cvr,
            user: None,
            lifetime: Duration::from_secs(24 * 60 * 60),
        }
    }

    /// Makes it the card of a user of that system, whose level is 4: the civil registration number (CPR), the names, and the
    /// role.
    #[must_use]
    pub fn user(
        mut self,
        cpr: impl Into<String>,
        given_name: impl Into<String>,
        surname: impl Into<String>,
        role: impl Into<String>,
    ) -> Self {
        let cpr = cpr.into();
        let log = vec![
            ("medcom:UserCivilRegistrationNumber", cpr.clone()),
            ("medcom:UserGivenName", given_name.into()),
            ("medcom:UserSurName", surname.into()),
            ("medcom:UserRole", role.into()),
        ];
        self.user = Some(User { cpr, log });
        self
    }

    /// How long it is valid.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Writes it, signed by `signer` with the default method of its key.
    ///
    /// # Errors
    /// [`SignError::Crypto`] without randomness, or if signing fails.
    pub fn sign(&self, signer: &Identity, now: SystemTime, random: &dyn Random) -> Result<String, SignError> {
        let card = self.write(now, random)?;
        let document = Document::parse(card.as_str(), &Limits::dangerous_unbounded());
        let document = document.map_err(|_| SignError::NoSuchId { id: CARD.into() })?;
        // The digest excludes the signature, which is not there yet.
        let transforms = vec![Transform::EnvelopedSignature, Transform::Canonicalization(Canonicalization::default())];
        let subset = Subset::subtree(document.root()).without_comments();
        let digest = wss_crypto::DigestMethod::Sha256;
        let reference =
            NewReference::digest(format!("#{CARD}"), &subset, transforms, digest, &Budget::dangerous_unbounded())?;
        let method = signer.certificate().public_key().kind().default_signature().ok_or(CryptoError::KeyMismatch)?;
        let mut key_info = Writer::within(&[name::DS]);
        write_x509_certificate(&mut key_info, signer.certificate());
        let pending = PendingSignature::new(method, &[reference], Some(SIGNATURE.to_owned()), Some(key_info.finish()));
        // So the schema of the network names it.
        let pending = pending.id_attribute("id");
        let value = pending.value(signer.signing_key().as_ref())?;
        let mut splices = Splices::new();
        splices.insert(document.root().content_span().end, pending.finish(&value));
        Ok(splices.apply(&card).text)
    }

    fn write(&self, now: SystemTime, random: &dyn Random) -> Result<String, CryptoError> {
        let until = now.checked_add(self.lifetime).unwrap_or(now);
        // The library that the network uses reads no fractions.
        let (issued, until) = (Precision::Seconds.format(now), Precision::Seconds.format(until));
        let mut writer = Writer::new();
        writer.start(name::SAML2, "Assertion");
        writer.attribute("IssueInstant", issued.as_str());
        writer.attribute("Version", "2.0");
        writer.attribute("id", CARD);
        writer.leaf(name::SAML2, "Issuer", &self.issuer);
        self.write_subject(&mut writer);
        writer.start(name::SAML2, "Conditions");
        writer.attribute("NotBefore", issued);
        writer.attribute("NotOnOrAfter", until);
        writer.end();
        let is_user = self.user.is_some();
        let card = [
            ("sosi:IDCardID", fresh_id(random)?),
            ("sosi:IDCardVersion", "1.0.1".to_owned()),
            ("sosi:IDCardType", if is_user { "user" } else { "system" }.to_owned()),
            (LEVEL, if is_user { "4" } else { "3" }.to_owned()),
        ];
        write_statement(&mut writer, "IDCardData", &card);
        if let Some(user) = &self.user {
            write_statement(&mut writer, "UserLog", &user.log);
        }
        write_statement(&mut writer, "SystemLog", &self.system);
        writer.end();
        Ok(writer.finish())
    }

    fn write_subject(&self, writer: &mut Writer) {
        let (format, subject) = match &self.user {
            Some(user) => ("medcom:cprnumber", &user.cpr),
            None => ("medcom:cvrnumber", &self.cvr),
        };
        writer.start(name::SAML2, "Subject");
        writer.start(name::SAML2, "NameID");
        writer.attribute("Format", format);
        writer.text(subject);
        writer.end();
        writer.start(name::SAML2, "SubjectConfirmation");
        writer.leaf(name::SAML2, "ConfirmationMethod", ConfirmationMethod::IdCard.uri(SamlVersion::V2_0));
        writer.start(name::SAML2, "SubjectConfirmationData");
        writer.start(name::DS, "KeyInfo");
        writer.leaf(name::DS, "KeyName", SIGNATURE);
        for _ in ["KeyInfo", "SubjectConfirmationData", "SubjectConfirmation", "Subject"] {
            writer.end();
        }
    }
}

fn write_statement(writer: &mut Writer, id: &'static str, attributes: &[(&'static str, String)]) {
    writer.start(name::SAML2, "AttributeStatement");
    writer.attribute("id", id);
    for (named, value) in attributes {
        writer.start(name::SAML2, "Attribute");
        writer.attribute("Name", *named);
        if *named == "medcom:CareProviderID" {
            writer.attribute("NameFormat", "medcom:cvrnumber");
        }
        writer.leaf(name::SAML2, "AttributeValue", value);
        writer.end();
    }
    writer.end();
}

impl std::fmt::Debug for NewIdCard {
    /// Does not show the statements about a person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewIdCard").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
