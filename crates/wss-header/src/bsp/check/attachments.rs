//! Chapter 18, as far as the envelope shows it: what its Security headers say of attachments.

use wss_c14n::{Element, name};

use super::signatures::{COMPLETE_TRANSFORM, CONTENT_TRANSFORM};
use crate::bsp::report::Findings;
use crate::bsp::scene::Scene;
use crate::bsp::table::Rule;

const CONTENT_ONLY: &str = "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Content-Only";
const COMPLETE: &str = "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Complete";
const CIPHERTEXT_TRANSFORM: &str =
    "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Ciphertext-Transform";
const PACKAGE: &str = "the MIME package";

pub(super) fn judge(scene: &Scene<'_>, findings: &mut Findings<'_>) {
    for signature in &scene.signatures {
        let signed_info = signature.children().filter(|child| child.is(name::DS.uri, "SignedInfo"));
        for reference in signed_info.flat_map(|info| info.children_named(name::DS.uri, "Reference")) {
            signed(reference, findings);
        }
    }
    for data in &scene.encrypted_data {
        let cipher = data.element.children().find(|child| child.is(name::XENC.uri, "CipherData"));
        let reference = cipher.and_then(|data| data.children().find(|c| c.is(name::XENC.uri, "CipherReference")));
        if let Some(reference) = reference {
            encrypted(data.element, reference, !data.named_by.is_empty(), findings);
        }
    }
}

fn needs_package(rules: &[Rule], element: Element<'_>, findings: &mut Findings<'_>) {
    let always = [Rule::U18_1_1, Rule::U18_1_2, Rule::U18_1_3];
    for rule in always.iter().chain(rules) {
        findings.unknown(*rule, element, PACKAGE);
    }
}

/// §18.2.
fn signed(reference: Element<'_>, findings: &mut Findings<'_>) {
    let uri = reference.attribute("", "URI").unwrap_or_default();
    let transforms = || {
        let list = reference.children().filter(|child| child.is(name::DS.uri, "Transforms"));
        let all = list.flat_map(|list| list.children_named(name::DS.uri, "Transform"));
        all.map(|transform| transform.attribute("", "Algorithm").unwrap_or_default().into_owned())
    };
    let is_of_attachments = |uri: &String| [CONTENT_TRANSFORM, COMPLETE_TRANSFORM].contains(&uri.as_str());
    let has_transform = transforms().any(|uri| is_of_attachments(&uri));
    let is_cid = uri.strip_prefix("cid:").is_some_and(|id| !id.is_empty() && !id.contains(['<', '>', ' ']));
    if !has_transform && !uri.starts_with("cid:") {
        return;
    }
    findings.check(Rule::U18_2_1, reference, is_cid, "no cid: URL of a Content-ID");
    let others = transforms().any(|uri| !is_of_attachments(&uri));
    findings.check(Rule::R6101, reference, has_transform && !others, "no transform of attachments, or one beside it");
    needs_package(&[Rule::U18_2_3, Rule::U18_2_4, Rule::U18_2_5], reference, findings);
}

/// §18.3.
fn encrypted(data: Element<'_>, reference: Element<'_>, is_named: bool, findings: &mut Findings<'_>) {
    findings.check(Rule::U18_3_1, data, is_named, "no xenc:DataReference names it");
    let kind = data.attribute("", "Type").unwrap_or_default();
    let is_known = [CONTENT_ONLY, COMPLETE].contains(&kind.as_ref());
    findings.check(Rule::U18_3_2, data, is_known, "no Type of attachments");
    let is_cid = reference.attribute("", "URI").is_some_and(|uri| uri.starts_with("cid:") && uri.len() > 4);
    let transforms = reference.children().filter(|child| child.is(name::XENC.uri, "Transforms"));
    let all: Vec<_> = transforms
        .flat_map(|list| list.children_named(name::DS.uri, "Transform"))
        .map(|transform| transform.attribute("", "Algorithm").unwrap_or_default().into_owned())
        .collect();
    let is_cipher = all.len() == 1 && all.iter().all(|uri| uri == CIPHERTEXT_TRANSFORM);
    let why = "no cid: URL, or not the one transform #Attachment-Ciphertext-Transform";
    findings.check(Rule::U18_3_3, data, is_cid && is_cipher, why);
    needs_package(&[Rule::U18_3_4], data, findings);
}
