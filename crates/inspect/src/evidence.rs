//! The facts that were proven of a message, as JSON.

use serde_json::{Value, json};
use ws_security::tokens::format_instant;
use ws_security::{
    AuthenticatedAssertion, ConfirmationMethod, Evidence, RemainingCiphertext, SamlName, SamlVersion, Signer,
};

use crate::lint;

/// A SAML assertion that counts, with what it says.
#[must_use]
pub fn assertion(assertion: &AuthenticatedAssertion) -> Value {
    let said = assertion.assertion();
    let attributes = said.attributes().iter();
    let attributes =
        attributes.map(|said| json!({ "name": said.name(), "format": said.format(), "values": said.values() }));
    json!({
        "version": match said.version() {
            SamlVersion::V1_1 => "1.1",
            SamlVersion::V2_0 => "2.0",
        },
        "id": said.id(),
        "issuer": said.issuer(),
        "issuerCertificate": said.issuer_certificate().map(|certificate| certificate.subject().to_string()),
        "subject": said.subject().map(SamlName::value),
        "subjectName": said.subject().map(name),
        "confirmers": assertion.confirmers().map(name).collect::<Vec<_>>(),
        "addresses": said.addresses(),
        "sessionUntil": said.session_until().map(format_instant),
        "confirmedBy": match assertion.confirmed_by() {
            ConfirmationMethod::HolderOfKey => "holder-of-key",
            ConfirmationMethod::SenderVouches => "sender-vouches",
            ConfirmationMethod::Bearer => "bearer",
            ConfirmationMethod::IdCard => "id-card",
        },
        "attributes": attributes.collect::<Vec<_>>(),
    })
}

/// A name of a subject. Its qualifiers are a part of it.
fn name(name: &SamlName) -> Value {
    json!({
        "value": name.value(),
        "format": name.format(),
        "qualifier": name.qualifier(),
        "spQualifier": name.sp_qualifier(),
    })
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

/// The evidence. `body` is the Body if it is authenticated, and `is_authenticated` whether its sender is known.
#[must_use]
pub fn json(evidence: &Evidence, body: Option<&str>, is_authenticated: bool) -> Value {
    let signatures: Vec<_> = evidence
        .signatures
        .iter()
        .map(|signature| {
            let mut value = identity(&signature.signer);
            value["signer"] = signature.signer.to_string().into();
            value["method"] = signature.method.uri().into();
            value["parts"] = signature.parts.iter().map(ToString::to_string).collect();
            value["attachments"] = signature.attachments.iter().map(ToString::to_string).collect();
            value["proves"] = signature.proves.into();
            value["endorses"] = signature.endorses.into();
            value["coversToken"] = signature.covers_token.into();
            value
        })
        .collect();
    let decrypted: Vec<_> = evidence
        .decrypted
        .iter()
        .map(|decrypted| json!({ "part": decrypted.part.to_string(), "content": decrypted.content.uri(), "key": decrypted.key.to_string() }))
        .collect();
    json!({
        "accepted": is_authenticated,
        "bodyAuthenticated": is_authenticated && body.is_some(),
        "body": body,
        "signatures": signatures,
        "decrypted": decrypted,
        "timestamp": evidence.timestamp.map(|timestamp| json!({
            "created": timestamp.created.map(format_instant),
            "expires": timestamp.expires.map(format_instant),
        })),
        "user": evidence.user.as_ref().map(|user| user.username()),
        "ignored": evidence.ignored.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "waived": evidence.waived.iter().map(|waiver| json!({ "waiver": waiver.word(), "why": waiver.to_string() })).collect::<Vec<_>>(),
        "bsp": evidence.bsp.as_ref().map(|report| json!({
            "variant": report.variant().name(),
            "conforms": report.conforms(),
            "broken": report.breaches().map(lint::verdict).collect::<Vec<_>>(),
        })),
    })
}

/// Ciphertext that was left in the message. `words` is as for [`explanation::json`](crate::explanation::json).
#[must_use]
pub fn remaining(ciphertext: &RemainingCiphertext, words: &dyn Fn(&str) -> String) -> Value {
    json!({ "part": ciphertext.part, "path": ciphertext.path, "id": ciphertext.id, "why": words(&ciphertext.why.to_string()) })
}
