//! The children of a Security header in words: tokens, times, keys. Passwords and nonces are not shown.

use wss_c14n::{Budget, Element, Paths, name};
use wss_text::WireText;
use wss_tokens::{Assertion, binary_token_facts};

use super::cause::Cause;
use super::explanation::{ExplainedCiphertext, ExplainedItem, Outcome};
use super::{password, times};
use crate::error::WhyEncrypted;
use crate::open::named_by;
use crate::receiver::Receiver;

/// The explanation of a child of a Security header; `None` for a signature, which is explained in full.
pub(super) fn item(
    element: Element<'_>,
    paths: &mut Paths,
    receiver: &Receiver,
    budget: &Budget,
) -> Option<ExplainedItem> {
    if element.is(name::DS.uri, "Signature") || element.is(name::XENC.uri, "EncryptedData") {
        return None;
    }
    let mut says = says(element, budget);
    let mut causes = Vec::new();
    match judged(element, receiver, budget) {
        Some(Ok(cause)) => causes.push(cause),
        Some(Err(sentence)) => says.push(sentence.into()),
        None => {}
    }
    Some(ExplainedItem { path: paths.of(element).into(), id: id_of(element), says, causes })
}

/// The cause of a refusal of a token, or another finding about it.
fn judged(element: Element<'_>, receiver: &Receiver, budget: &Budget) -> Option<Result<Cause, String>> {
    if element.is(name::WSU.uri, "Timestamp") {
        return times::explain(element, receiver);
    }
    let passwords = receiver.keys.passwords.as_deref().filter(|_| element.is(name::WSSE.uri, "UsernameToken"))?;
    password::explain(element, passwords, budget).map(|judged| judged.map_err(str::to_owned))
}

/// The Id of an element, in any vocabulary.
pub(super) fn id_of(element: Element<'_>) -> Option<WireText> {
    let is_id = |local: &str| ["Id", "ID", "AssertionID"].contains(&local);
    element.attributes().find(|(name, _)| is_id(name.local)).map(|(_, value)| value.into())
}

/// Ciphertext whose outcome is not yet known.
pub(super) fn ciphertext(data: Element<'_>, paths: &mut Paths) -> ExplainedCiphertext {
    ExplainedCiphertext {
        path: paths.of(data).into(),
        id: id_of(data),
        method: method_of(data),
        outcome: Outcome::Failed { why: WhyEncrypted::NotListed.to_string() },
        causes: Vec::new(),
        notes: Vec::new(),
    }
}

fn method_of(element: Element<'_>) -> WireText {
    let method = element.children().find(|child| child.is(name::XENC.uri, "EncryptionMethod"));
    method.and_then(|method| method.attribute("", "Algorithm")).unwrap_or_default().into()
}

fn says(element: Element<'_>, budget: &Budget) -> Vec<WireText> {
    let texts = |names: &[&str]| -> Vec<WireText> {
        let children = element.children().take(16).filter(|child| names.contains(&child.name().local));
        children.map(|child| line(child.name().local, &child.text().unwrap_or_default())).collect()
    };
    let attribute = |local: &str| element.attribute("", local).map(|value| line(local, &value));
    match element.name().local {
        "Timestamp" => texts(&["Created", "Expires"]),
        "UsernameToken" => [texts(&["Username", "Created"]), password_type(element)].concat(),
        "BinarySecurityToken" => [attribute("ValueType").into_iter().collect(), binary_token(element, budget)].concat(),
        "EncryptedKey" => key(element),
        "DerivedKeyToken" => vec![format!("derived from {}", named_by(Some(element))).into()],
        "SecurityContextToken" => texts(&["Identifier"]),
        "SignatureConfirmation" => attribute("Value").into_iter().collect(),
        "ReferenceList" => references(element),
        "SecurityTokenReference" => vec![named_by(Some(element))],
        _ if Assertion::is_one(element) => [texts(&["Issuer"]), attribute("Issuer").into_iter().collect()].concat(),
        _ => Vec::new(),
    }
}

fn line(name: &str, value: &str) -> WireText {
    format!("{name}: {value}").into()
}

fn password_type(element: Element<'_>) -> Vec<WireText> {
    let password = element.children().find(|child| child.name().local == "Password");
    let of_type = |password: Element<'_>| line("Password of type", &password.attribute("", "Type").unwrap_or_default());
    vec![password.map_or_else(|| "no Password".into(), of_type)]
}

fn binary_token(element: Element<'_>, budget: &Budget) -> Vec<WireText> {
    match binary_token_facts(element, budget) {
        Ok(facts) => facts.iter().map(|fact| line(fact.name, &fact.value.to_string())).collect(),
        Err(error) => vec![WireText::of(error)],
    }
}

fn key(element: Element<'_>) -> Vec<WireText> {
    let key_info = element.children().find(|child| child.is(name::DS.uri, "KeyInfo"));
    let mut says = vec![
        line("encrypted by", &method_of(element).to_string()),
        line("encrypted to", &named_by(key_info).to_string()),
    ];
    says.extend(element.children().filter(|child| child.is(name::XENC.uri, "ReferenceList")).flat_map(references));
    says
}

fn references(list: Element<'_>) -> Vec<WireText> {
    let uris = list.children().take(64).filter_map(|reference| reference.attribute("", "URI"));
    uris.map(|uri| line("key of", &uri)).collect()
}
