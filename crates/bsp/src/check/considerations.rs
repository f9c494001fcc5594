//! Chapter 19: security considerations, as far as a message shows whether they are followed. Conformance does not
//! depend on them.

use wss_c14n::{Element, name};
use wss_crypto::{DigestMethod, SignatureMethod};

use super::signatures;
use crate::context::Context;
use crate::report::Findings;
use crate::table::Rule;
use crate::targets::Targets;

pub(crate) fn judge(targets: &Targets<'_>, context: &Context<'_>, findings: &mut Findings<'_>) {
    let signed = signatures::signed(targets);
    let has_ciphertext = targets.hidden().is_some();
    let covered = |rule: Rule, token: Element<'_>, findings: &mut Findings<'_>| {
        let is_signed = token.ancestors_and_self().any(|element| signed.contains(&element.id()));
        if !is_signed && has_ciphertext {
            findings.hidden(rule, token, "ciphertext in the header may hold a signature over the token");
        } else {
            findings.check(rule, token, is_signed, "no signature covers the token");
        }
    };
    for token in targets.all(name::WSSE.uri, "BinarySecurityToken") {
        covered(Rule::U19_10, token, findings);
    }
    for token in targets.all(name::WSSE.uri, "UsernameToken") {
        covered(Rule::U19_9, token, findings);
        password(token, context, findings);
    }
    for signature in &targets.signatures {
        let key_info = signature.children_named(name::DS.uri, "KeyInfo").next();
        let reference = key_info.and_then(|info| info.children().next()).and_then(|first| targets.reference_at(first));
        if let Some(token) = reference.and_then(|reference| reference.internal_token()) {
            covered(Rule::U19_8, token, findings);
        }
        for element in signature.descendants_and_self() {
            let method = ["DigestMethod", "SignatureMethod"].iter().any(|local| element.is(name::DS.uri, local));
            if method {
                let uri = element.attribute("", "Algorithm").unwrap_or_default();
                let by_signature = SignatureMethod::from_uri(&uri).and_then(SignatureMethod::digest);
                let digest = DigestMethod::from_uri(&uri).or(by_signature);
                let is_sha1 = digest == Some(DigestMethod::Sha1) || uri.ends_with("-sha1");
                findings.check(Rule::U19_6, element, !is_sha1, &format!("{uri}: SHA-1 no longer resists collisions"));
            }
        }
    }
}

fn password(token: Element<'_>, context: &Context<'_>, findings: &mut Findings<'_>) {
    let child = |namespace: &str, local: &str| token.children().find(|child| child.is(namespace, local));
    let Some(password) = child(name::WSSE.uri, "Password") else { return };
    let fresh = child(name::WSSE.uri, "Nonce").is_some() && child(name::WSU.uri, "Created").is_some();
    findings.check(Rule::U19_12_1, token, fresh, "no wsse:Nonce and wsu:Created: the token can be sent again");
    let is_digest = password.attribute("", "Type").is_some_and(|kind| kind.ends_with("#PasswordDigest"));
    let is_protected = context.transport.protocol.is_some();
    findings.check(Rule::U19_13, password, is_digest || is_protected, "a password in the clear, over no known TLS");
}
