//! Chapter 9: signatures.

use std::collections::{HashMap, HashSet};

use wss_c14n::xsd::collapsed;
use wss_c14n::{Element, NodeId, name};
use wss_text::after_cid;
use wss_xmldsig::{ATTACHMENT_COMPLETE, ATTACHMENT_CONTENT, STR_TRANSFORM};

use crate::listed;
use crate::report::Findings;
use crate::table::Rule;
use crate::targets::{Targets, is_encrypted_data};

pub(crate) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub(crate) const XPATH_FILTER: &str = "http://www.w3.org/2002/06/xmldsig-filter2";

pub(crate) fn judge(targets: &Targets<'_>, findings: &mut Findings<'_>) {
    let mut embedding = Embedding::new();
    for signature in &targets.signatures {
        whole(*signature, findings);
        if let Some(signed_info) = child(*signature, "SignedInfo") {
            canonicalization(signed_info, findings);
            for reference in signed_info.children_named(name::DS.uri, "Reference") {
                judge_reference(*signature, reference, targets, &mut embedding, findings);
            }
        }
        key_info(*signature, findings);
    }
    for security in &targets.security {
        for confirmation in security.children_named(name::WSSE11.uri, "SignatureConfirmation") {
            let has_id = confirmation.attribute(name::WSU.uri, "Id").is_some();
            findings.check(Rule::R5441, confirmation, has_id, "no wsu:Id attribute");
        }
    }
}

fn child<'d>(element: Element<'d>, local: &str) -> Option<Element<'d>> {
    element.children().find(|child| child.is(name::DS.uri, local))
}

fn algorithm(element: Element<'_>) -> String {
    element.attribute("", "Algorithm").unwrap_or_default().into_owned()
}

/// §9.9, §9.10.
fn whole(signature: Element<'_>, findings: &mut Findings<'_>) {
    let (mut manifest, mut encrypted) = (false, false);
    for element in signature.descendants_and_self() {
        manifest |= element.is(name::DS.uri, "Manifest");
        encrypted |= is_encrypted_data(element);
    }
    findings.check(Rule::R5403, signature, !manifest, "a ds:Manifest inside");
    findings.check(Rule::R5440, signature, !encrypted, "xenc:EncryptedData inside: encrypt all of it or nothing");
}

/// §9.4, §9.7.
fn canonicalization(signed_info: Element<'_>, findings: &mut Findings<'_>) {
    if let Some(method) = child(signed_info, "CanonicalizationMethod") {
        canonicalization_method(method, findings);
    }
    if let Some(method) = child(signed_info, "SignatureMethod") {
        let uri = algorithm(method);
        if listed::SIGNATURES.contains(&uri.as_str()) {
            findings.pass(Rule::R5421, method);
        } else {
            findings.fail_on(Rule::R5421, method, Some(&uri), format!("{uri} is not in the list"));
        }
        let cut = child(method, "HMACOutputLength").is_some();
        findings.check(Rule::R5401, method, !cut, "ds:HMACOutputLength: a MAC may not be cut");
    }
}

fn canonicalization_method(method: Element<'_>, findings: &mut Findings<'_>) {
    let uri = algorithm(method);
    findings.check(Rule::R5404, method, uri == EXCLUSIVE, &format!("{uri} in place of exclusive canonicalisation"));
    prefix_list(Rule::R5406, method, method, findings);
    for rule in [Rule::R5405, Rule::R5408] {
        findings.unknown(rule, method, "what the signer wants protected");
    }
}

/// A list must not be empty. It is judged as part of `target`.
fn prefix_list(rule: Rule, parent: Element<'_>, target: Element<'_>, findings: &mut Findings<'_>) {
    let list = parent.children_named(name::EC.uri, "InclusiveNamespaces").next();
    let lists = |list: Element<'_>| list.attribute("", "PrefixList").is_some_and(|text| !collapsed(&text).is_empty());
    findings.check(rule, target, list.is_none_or(lists), "c14n:InclusiveNamespaces without a prefix in its PrefixList");
}

/// §9.1, §9.2, §9.3, §9.6.
fn judge_reference(
    signature: Element<'_>,
    reference: Element<'_>,
    targets: &Targets<'_>,
    embedding: &mut Embedding,
    findings: &mut Findings<'_>,
) {
    let uri = reference.attribute("", "URI");
    let transforms = child(reference, "Transforms");
    let list = || transforms.iter().flat_map(|transforms| transforms.children_named(name::DS.uri, "Transform"));
    let is_attachment = uri.as_deref().and_then(after_cid).is_some();
    let shorthand = uri.as_deref().and_then(|uri| uri.strip_prefix('#')).filter(|id| !id.is_empty());
    let is_shorthand = shorthand.is_some_and(|id| !id.starts_with("xpointer("));
    if !is_attachment {
        findings.check(Rule::R3001, reference, is_shorthand, "no URI in the form \"#id\"");
    }
    // The empty URI means the whole document.
    let target = match uri.as_deref() {
        Some("") => Some(targets.document.root()),
        _ => shorthand.and_then(|id| targets.by_id(id)),
    };
    if !is_attachment && !is_shorthand && target.is_none_or(|target| wss_c14n::id_of(target).is_none()) {
        let filters = list().any(|transform| algorithm(transform) == XPATH_FILTER);
        findings.check(Rule::R3002, reference, filters, "selects what has no id without XPath Filter 2.0");
    }
    if let Some(target) = target {
        place(signature, reference, target, findings);
        if is_shorthand {
            kind_of_id(reference, target, findings);
        }
        if *embedding.entry(target.id()).or_insert_with(|| embeds_assertion(target)) {
            let dereferences = list().any(|transform| algorithm(transform) == STR_TRANSFORM);
            let why = "the STR-Transform on an embedded SAML 2.0 assertion: sign the assertion by its own id";
            findings.check(Rule::R6612, reference, !dereferences, why);
        }
    }
    findings.check(Rule::R5416, reference, transforms.is_some(), "no ds:Transforms");
    if let Some(transforms) = transforms {
        findings.check(Rule::R5411, transforms, list().next().is_some(), "no ds:Transform");
        let ends = [EXCLUSIVE, STR_TRANSFORM, ATTACHMENT_CONTENT, ATTACHMENT_COMPLETE];
        if let Some(last) = list().last() {
            let uri = algorithm(last);
            let why = format!("{uri} may not be the last transform");
            findings.check(Rule::R5412, transforms, ends.contains(&uri.as_str()), &why);
        }
        for transform in list() {
            judge_transform(transform, findings);
        }
    }
    if let Some(method) = child(reference, "DigestMethod") {
        let uri = algorithm(method);
        if listed::DIGESTS.contains(&uri.as_str()) {
            findings.pass(Rule::R5420, method);
        } else {
            findings.fail_on(Rule::R5420, method, Some(&uri), format!("{uri} is not SHA-1"));
        }
    }
}

/// §9.1: the relative position of the signature and the signed element.
fn place(signature: Element<'_>, reference: Element<'_>, target: Element<'_>, findings: &mut Findings<'_>) {
    let object = target.ancestors_and_self().find(|element| element.is(name::DS.uri, "Object"));
    let enveloping = object.is_some_and(|object| object.parent() == Some(signature));
    findings.check(Rule::R3102, reference, !enveloping, "signs a ds:Object of its own signature");
    let enveloped = target.contains(signature);
    findings.check(Rule::R3104, reference, !enveloped, "signs an element that contains the signature");
    findings.check(Rule::R3103, reference, !enveloping && !enveloped, "signature and what it signs are not apart");
}

/// §9.2.2 to §9.2.4.
fn kind_of_id(reference: Element<'_>, target: Element<'_>, findings: &mut Findings<'_>) {
    let namespace = target.name().namespace;
    let by_wsu_id = target.attribute(name::WSU.uri, "Id").is_some();
    let of = |uri: &str| namespace == uri;
    if of(name::DS.uri) {
        findings.check(Rule::R3003, reference, !by_wsu_id, "a wsu:Id on an element of XML Signature");
    } else if of(name::XENC.uri) {
        findings.check(Rule::R3004, reference, !by_wsu_id, "a wsu:Id on an element of XML Encryption");
    } else if !of(name::SAML.uri) && !of(name::SAML2.uri) {
        findings.check(Rule::R3005, reference, by_wsu_id, "an id other than wsu:Id");
    }
}

/// Whether the signed element is a reference to an embedded assertion. Many references may sign one element, which has
/// many children.
type Embedding = HashMap<NodeId, bool>;

/// §16.2.5.
fn embeds_assertion(target: Element<'_>) -> bool {
    let embedded = || target.children_named(name::WSSE.uri, "Embedded").next();
    target.is(name::WSSE.uri, "SecurityTokenReference")
        && embedded().is_some_and(|embedded| embedded.children().any(|token| token.is(name::SAML2.uri, "Assertion")))
}

/// §9.3.3 to §9.3.7.
fn judge_transform(transform: Element<'_>, findings: &mut Findings<'_>) {
    let uri = algorithm(transform);
    let known = [
        EXCLUSIVE,
        XPATH_FILTER,
        STR_TRANSFORM,
        wss_xmldsig::ENVELOPED_SIGNATURE,
        ATTACHMENT_CONTENT,
        ATTACHMENT_COMPLETE,
    ];
    findings.check(Rule::R5423, transform, known.contains(&uri.as_str()), &format!("{uri} is not in the list"));
    if uri == EXCLUSIVE {
        prefix_list(Rule::R5407, transform, transform, findings);
        for rule in [Rule::R5405, Rule::R5408] {
            findings.unknown(rule, transform, "what the signer wants protected");
        }
    }
    if uri == STR_TRANSFORM {
        let parameters = transform.children_named(name::WSSE.uri, "TransformationParameters").next();
        let method = parameters.and_then(|parameters| child(parameters, "CanonicalizationMethod"));
        let why = "no ds:CanonicalizationMethod in wsse:TransformationParameters";
        findings.check(Rule::R3065, transform, method.is_some(), why);
        if let Some(method) = method {
            canonicalization_method(method, findings);
            prefix_list(Rule::R5413, method, transform, findings);
        }
    }
}

/// §9.8.
fn key_info(signature: Element<'_>, findings: &mut Findings<'_>) {
    let Some(key_info) = child(signature, "KeyInfo") else { return };
    let count = key_info.children().count();
    findings.check(Rule::R5402, key_info, count == 1, &format!("{count} children where one belongs"));
    let has_reference = key_info.children().any(|child| child.is(name::WSSE.uri, "SecurityTokenReference"));
    findings.check(Rule::R5417, key_info, has_reference, "no wsse:SecurityTokenReference");
}

/// The elements that signatures of the header name by `#id`, and through the STR-Transform.
pub(crate) fn signed<'d>(targets: &Targets<'d>) -> HashSet<NodeId> {
    let mut found = HashSet::new();
    for signature in &targets.signatures {
        let Some(signed_info) = child(*signature, "SignedInfo") else { continue };
        for reference in signed_info.children_named(name::DS.uri, "Reference") {
            let Some(target) = targets.named_by(reference) else { continue };
            found.insert(target.id());
            if target.is(name::WSSE.uri, "SecurityTokenReference") {
                let token = targets.reference_at(target).and_then(|known| known.internal_token());
                found.extend(token.map(|token| token.id()));
            }
        }
    }
    found
}
