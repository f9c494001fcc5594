//! Chapters 5 and 6: the message is one envelope, Ids are unique, each recipient has one Security header.

use std::collections::HashMap;

use wss_c14n::{Element, id_of, name};
use wss_soap::{Role, SoapVersion};

use crate::report::Findings;
use crate::table::Rule;
use crate::targets::{Targets, is_encrypted_data};

pub(crate) fn judge(targets: &Targets<'_>, findings: &mut Findings<'_>) {
    envelope(targets, findings);
    ids(targets, findings);
    recipients(targets, findings);
}

fn envelope(targets: &Targets<'_>, findings: &mut Findings<'_>) {
    let root = targets.document.root();
    let rule = Rule::R5607;
    let Some(version) = targets.soap.filter(|version| root.is(version.namespace(), "Envelope")) else {
        return findings.fail(rule, root, "the document element is no soap:Envelope");
    };
    if let Some(data) = root.children().find(|child| is_encrypted_data(*child)) {
        return findings.fail(rule, data, "xenc:EncryptedData in place of soap:Header or soap:Body");
    }
    if targets.body.is_none() {
        return findings.fail(rule, root, "no soap:Body");
    }
    if version == SoapVersion::V12 {
        return findings.fail_on(rule, root, Some(version.namespace()), "an envelope of SOAP 1.2");
    }
    findings.pass(rule, root);
}

fn ids(targets: &Targets<'_>, findings: &mut Findings<'_>) {
    let mut seen: HashMap<String, Element<'_>> = HashMap::new();
    for element in targets.document.elements() {
        let Some(id) = element.attribute(name::WSU.uri, "Id") else { continue };
        if seen.insert(id.clone().into_owned(), element).is_some() {
            findings.fail(Rule::R3204, element, format!("a second element with wsu:Id {:?}", short(&id)));
        } else {
            findings.pass(Rule::R3204, element);
        }
    }
    for element in targets.document.elements() {
        let Some(id) = id_of(element) else { continue };
        let is_first = targets.by_id(&id) == Some(element);
        let why = format!("a second element with the id {:?}", short(&id));
        findings.check(Rule::U19_7, element, is_first, &why);
    }
}

fn recipients(targets: &Targets<'_>, findings: &mut Findings<'_>) {
    let Some(version) = targets.soap else { return };
    let mut seen: HashMap<Role, usize> = HashMap::new();
    for security in &targets.security {
        let role = Role::of(*security, version);
        let nth = seen.entry(role.clone()).or_default();
        *nth += 1;
        let (rule, why) = match &role {
            Role::UltimateReceiver => (Rule::R3206, "a second wsse:Security without an actor".to_owned()),
            Role::Uri(uri) => (Rule::R3210, format!("a second wsse:Security for the actor {:?}", short(uri))),
        };
        findings.check(rule, *security, *nth == 1, &why);
    }
}

/// The beginning of the message's text, for an explanation.
fn short(text: &str) -> String {
    text.chars().take(80).collect()
}
