//! The facts that were proven of a message, as JSON, which is made while it is written.

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Value, json};
use ws_security::bsp::Report;
use ws_security::tokens::{SamlAttribute, format_instant};
use ws_security::{
    AuthenticatedAssertion, ConfirmationMethod, DecryptionEvidence, Evidence, RemainingCiphertext, SamlName,
    SamlVersion, SignatureEvidence, Signer, TimestampEvidence, Waiver,
};

use crate::streamed::{Each, Shown, Text, Worded, object};

/// A SAML assertion that counts, with what it says.
pub fn assertion(assertion: &AuthenticatedAssertion) -> impl Serialize + '_ {
    Shown(assertion)
}

impl Serialize for Shown<&AuthenticatedAssertion> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let said = self.0.assertion();
        let confirmers: Vec<Shown<&SamlName>> = self.0.confirmers().map(Shown).collect();
        object!(serializer, {
            "version": match said.version() {
                SamlVersion::V1_1 => "1.1",
                SamlVersion::V2_0 => "2.0",
            },
            "id": said.id(),
            "issuer": said.issuer(),
            "issuerCertificate": said.issuer_certificate().map(|certificate| Text(certificate.subject())),
            "subject": said.subject().map(SamlName::value),
            "subjectName": said.subject().map(Shown),
            "confirmers": confirmers,
            "addresses": said.addresses(),
            "sessionUntil": said.session_until().map(format_instant),
            "confirmedBy": match self.0.confirmed_by() {
                ConfirmationMethod::HolderOfKey => "holder-of-key",
                ConfirmationMethod::SenderVouches => "sender-vouches",
                ConfirmationMethod::Bearer => "bearer",
                ConfirmationMethod::IdCard => "id-card",
            },
            "attributes": Each(said.attributes().iter().map(Shown)),
        })
    }
}

impl Serialize for Shown<&SamlAttribute> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let said = self.0;
        object!(serializer, { "name": said.name(), "format": said.format(), "values": said.values() })
    }
}

/// A name of a subject. Its qualifiers are a part of it.
impl Serialize for Shown<&SamlName> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = self.0;
        object!(serializer, {
            "value": name.value(),
            "format": name.format(),
            "qualifier": name.qualifier(),
            "spQualifier": name.sp_qualifier(),
        })
    }
}

/// The signer of what the receiver demands: the signer of [`OpenedParts::signer`](ws_security::OpenedParts::signer).
/// Each of the other signers answers for the parts of its own signature.
#[must_use]
pub fn signer(signer: &Signer) -> Value {
    let mut value = identity(signer);
    value["name"] = signer.to_string().into();
    value
}

/// What identifies a signer, to compare, and the authorities above it. The text of a signer is for people.
fn identity(signer: &Signer) -> Value {
    let mut value = json!(signer.identity());
    value["path"] = path(signer).into();
    value
}

/// The subjects of the authorities above a signer.
fn path(signer: &Signer) -> Vec<String> {
    let path = signer.validated_certificate().map_or(&[][..], |validated| validated.path());
    path.iter().map(ToString::to_string).collect()
}

impl Serialize for Shown<&SignatureEvidence> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let signature = self.0;
        let mut object = serializer.serialize_map(None)?;
        for (name, value) in identity(&signature.signer).as_object().into_iter().flatten() {
            object.serialize_entry(name, value)?;
        }
        object.serialize_entry("signer", &Text(&signature.signer))?;
        object.serialize_entry("method", signature.method.uri())?;
        object.serialize_entry("parts", &Each(signature.parts.iter().map(Text)))?;
        object.serialize_entry("attachments", &Each(signature.attachments.iter().map(Text)))?;
        object.serialize_entry("proves", &signature.proves)?;
        object.serialize_entry("endorses", &signature.endorses)?;
        object.serialize_entry("coversToken", &signature.covers_token)?;
        object.end()
    }
}

impl Serialize for Shown<&DecryptionEvidence> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let decrypted = self.0;
        object!(serializer, {
            "part": Text(&decrypted.part),
            "content": decrypted.content.uri(),
            "key": Text(&decrypted.key),
        })
    }
}

impl Serialize for Shown<TimestampEvidence> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        object!(serializer, {
            "created": self.0.created.map(format_instant),
            "expires": self.0.expires.map(format_instant),
        })
    }
}

impl Serialize for Shown<&Waiver> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        object!(serializer, { "waiver": self.0.word(), "why": Text(self.0) })
    }
}

impl Serialize for Shown<&Report> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.0;
        let broken: Vec<_> = report.breaches().map(Shown).collect();
        object!(serializer, {
            "variant": report.variant().name(),
            "conforms": report.conforms(),
            "broken": broken,
        })
    }
}

/// The evidence. `body` is the Body if it is authenticated, and `is_authenticated` whether its sender is known.
pub fn json<'e>(evidence: &'e Evidence, body: Option<&'e str>, is_authenticated: bool) -> impl Serialize + 'e {
    Proven { evidence, body, is_authenticated }
}

struct Proven<'e> {
    evidence: &'e Evidence,
    body: Option<&'e str>,
    is_authenticated: bool,
}

impl Serialize for Proven<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { evidence, body, is_authenticated } = self;
        object!(serializer, {
            "accepted": is_authenticated,
            "bodyAuthenticated": *is_authenticated && body.is_some(),
            "body": body,
            "signatures": Each(evidence.signatures.iter().map(Shown)),
            "decrypted": Each(evidence.decrypted.iter().map(Shown)),
            "timestamp": evidence.timestamp.map(Shown),
            "user": evidence.user.as_ref().map(|user| user.username()),
            "ignored": Each(evidence.ignored.iter().map(Text)),
            "waived": Each(evidence.waived.iter().map(Shown)),
            "bsp": evidence.bsp.as_ref().map(Shown),
        })
    }
}

/// Ciphertext that was left in the message. `words` is as for [`explanation::json`](crate::explanation::json).
pub fn remaining<'e>(ciphertext: &'e RemainingCiphertext, words: &'e dyn Fn(&str) -> String) -> impl Serialize + 'e {
    Worded(ciphertext, words)
}

impl Serialize for Worded<'_, &RemainingCiphertext> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(ciphertext, words) = self;
        object!(serializer, {
            "part": ciphertext.part,
            "path": ciphertext.path,
            "id": ciphertext.id,
            "why": words(&ciphertext.why.to_string()),
        })
    }
}
