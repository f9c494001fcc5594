//! Assertions that contradict each other inside one assertion, and attributes that have no effect.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::assertion::{Alternative, Assertion, Attribute};
use crate::names;
use crate::place::Location;
use crate::standing::{Judged, Notes, Standing};

/// A question that an assertion decides for the assertion around it, and the answer.
struct Decision {
    matter: &'static str,
    /// Assertions with the same answer do not contradict each other.
    answer: &'static str,
}

/// The questions that an assertion of this name decides. An empty answer means that there may be only one such
/// assertion, as a binding has one token of a kind.
fn decisions(local: &str) -> &'static [Decision] {
    /// A name, and the questions that it decides.
    macro_rules! table {
        ($($name:literal: $($matter:literal = $answer:literal),+;)*) => {
            match local {
                $($name => &[$(Decision { matter: $matter, answer: $answer }),+],)*
                _ => &[],
            }
        };
    }
    table! {
        "Strict": "order" = "strict";
        "Lax": "order" = "lax";
        "LaxTsFirst": "order" = "first";
        "LaxTsLast": "order" = "last";
        "EncryptBeforeSigning": "steps" = "encrypt";
        "SignBeforeEncrypting": "steps" = "sign";
        "Layout": "layout" = "";
        "AlgorithmSuite": "suite" = "";
        "TransportToken": "transport" = "";
        "InitiatorToken": "initiator signs" = "", "initiator decrypts" = "";
        "InitiatorSignatureToken": "initiator signs" = "";
        "InitiatorEncryptionToken": "initiator decrypts" = "";
        "RecipientToken": "recipient signs" = "", "recipient decrypts" = "";
        "RecipientSignatureToken": "recipient signs" = "";
        "RecipientEncryptionToken": "recipient decrypts" = "";
        "ProtectionToken": "signs" = "", "encrypts" = "";
        "SignatureToken": "signs" = "";
        "EncryptionToken": "encrypts" = "";
        "NoPassword": "password" = "none";
        "HashPassword": "password" = "digest";
        "RequireKeyIdentifierReference": "reference" = "key identifier";
        "RequireIssuerSerialReference": "reference" = "issuer";
        "RequireThumbprintReference": "reference" = "thumbprint";
        "RequireEmbeddedTokenReference": "reference" = "embedded";
        "WssX509V1Token10": "certificate" = "v1";
        "WssX509V1Token11": "certificate" = "v1";
        "WssX509V3Token10": "certificate" = "v3";
        "WssX509V3Token11": "certificate" = "v3";
        "WssX509PkiPathV1Token10": "certificate" = "path";
        "WssX509PkiPathV1Token11": "certificate" = "path";
        "WssX509Pkcs7Token10": "certificate" = "pkcs7";
        "WssX509Pkcs7Token11": "certificate" = "pkcs7";
        "WssSamlV11Token10": "assertion" = "1.1";
        "WssSamlV11Token11": "assertion" = "1.1";
        "WssSamlV20Token11": "assertion" = "2.0";
        "WssKerberosV5ApReqToken11": "ticket" = "plain";
        "WssGssKerberosV5ApReqToken11": "ticket" = "gss";
        "SC10SecurityContextToken": "context" = "2005";
        "SC13SecurityContextToken": "context" = "1.3";
    }
}

/// Refuses assertions that contradict one beside them, and attributes that are not read, in every assertion of an
/// alternative.
pub(super) fn refuse(alternative: &Alternative, notes: &mut Notes) {
    let mut unread = Vec::new();
    judge(alternative, &mut unread, notes);
    if unread.is_empty() {
        return;
    }
    // Attributes are not judged of an assertion that is refused, or that belongs to another domain as a whole.
    let done: HashSet<Location> =
        notes.0.iter().filter(|judged| is_read(judged)).map(|judged| judged.place.clone()).collect();
    for (place, attribute) in unread.into_iter().filter(|(place, _)| done.contains(*place)) {
        let name = &attribute.value;
        let standing = match attribute.local {
            Attribute::FOREIGN => Standing::NotOurs(format!("its attribute {name} is of another domain").into()),
            _ => Standing::Refused(
                format!("WS-SecurityPolicy has no attribute {name} at this place: leave it out, or correct its name")
                    .into(),
            ),
        };
        notes.at(place, standing);
    }
}

fn is_read(judged: &Judged) -> bool {
    judged.is_done() || &*judged.name == "HttpsToken"
}

/// Judges assertions that are beside one another, and finds attributes that are not read, with their places.
fn judge<'a>(assertions: &'a [Arc<Assertion>], unread: &mut Vec<(&'a Location, &'a Attribute)>, notes: &mut Notes) {
    let is_read = |namespace: &str| names::is_security(namespace) || namespace == names::WCF_CONTEXT;
    for assertion in assertions.iter().filter(|assertion| is_read(&assertion.written.namespace)) {
        let written = &assertion.written;
        let mut find = |place: &'a Location, attributes: &'a [Attribute]| {
            unread.extend(attributes.iter().filter(|one| one.is_unread()).map(|attribute| (place, attribute)));
        };
        find(&written.place, &written.attributes);
        written.parameters.iter().for_each(|parameter| find(&parameter.place, parameter.attributes()));
        contradictions(&assertion.nested, notes);
        judge(&assertion.nested, unread, notes);
    }
}

fn contradictions(siblings: &Alternative, notes: &mut Notes) {
    let mut decided: HashMap<&'static str, (&'static str, &str)> = HashMap::new();
    for assertion in siblings.iter().filter(|assertion| names::is_security(&assertion.written.namespace)) {
        for Decision { matter, answer } in decisions(assertion.local()) {
            match decided.get(matter) {
                Some((same, _)) if same == answer && !answer.is_empty() => {}
                Some((_, first)) => {
                    let why =
                        format!("sp:{first} beside it has decided that: keep one of them, or give each an alternative");
                    notes.refused(assertion, why);
                    break;
                }
                None => {
                    decided.insert(matter, (answer, assertion.local()));
                }
            }
        }
    }
}
