//! Chapter 12: username tokens.

use wss_c14n::{Budget, Element, Limits, name};
use wss_crypto::HmacKey;
use wss_tokens::{BASE64_BINARY, PasswordKeyUse, PasswordSource, USERNAME_TOKEN, UsernameToken};
use wss_xmldsig::Signature;

use super::profile::{Profile, valued};
use crate::context::Context;
use crate::kind::Kind;
use crate::reference::{Form, Reference};
use crate::report::Findings;
use crate::table::Rule;
use crate::targets::Targets;

/// The most keys that are derived from passwords: each takes thousands of digests.
const MAX_PASSWORD_KEYS: usize = 4;

pub(super) struct Username;

impl Profile for Username {
    fn covers(&self, kind: Kind) -> bool {
        kind == Kind::Username
    }

    fn tokens(&self, targets: &Targets<'_>, context: &Context<'_>, findings: &mut Findings<'_>) {
        for token in targets.all(name::WSSE.uri, "UsernameToken") {
            username(token, context, findings);
        }
        password_keys(targets, context, findings);
    }

    fn reference(&self, reference: &Reference<'_>, _: bool, findings: &mut Findings<'_>) {
        valued(Rule::R4214, reference, USERNAME_TOKEN, findings);
        let is_identified = reference.by(Form::KeyIdentifier).is_some();
        findings.check(Rule::R4215, reference.element, !is_identified, "a key identifier for a UsernameToken");
    }
}

/// §12.1 to §12.3.
fn username(token: Element<'_>, context: &Context<'_>, findings: &mut Findings<'_>) {
    let all = |namespace: &'static str, local: &'static str| {
        token.children().filter(move |child| child.is(namespace, local)).collect::<Vec<_>>()
    };
    let passwords = all(name::WSSE.uri, "Password");
    let nonces = all(name::WSSE.uri, "Nonce");
    let created = all(name::WSU.uri, "Created").len();
    findings.check(Rule::R4222, token, passwords.len() <= 1, &format!("{} wsse:Password", passwords.len()));
    findings.check(Rule::R4223, token, created <= 1, &format!("{created} wsu:Created"));
    findings.check(Rule::R4225, token, nonces.len() <= 1, &format!("{} wsse:Nonce", nonces.len()));
    for password in passwords {
        let kind = password.attribute("", "Type");
        findings.check(Rule::R4201, password, kind.is_some(), "no Type attribute");
        if kind.is_some_and(|kind| kind.ends_with("#PasswordDigest")) {
            digest(token, password, context, findings);
        }
    }
    for nonce in nonces {
        let encoding = nonce.attribute("", "EncodingType");
        findings.check(Rule::R4220, nonce, encoding.is_some(), "no EncodingType attribute");
        if let Some(encoding) = encoding {
            findings.check(Rule::R4221, nonce, encoding == BASE64_BINARY, "an EncodingType other than #Base64Binary");
        }
    }
}

/// §12.1.3.
fn digest(token: Element<'_>, password: Element<'_>, context: &Context<'_>, findings: &mut Findings<'_>) {
    let Some(passwords) = passwords(context) else {
        return findings.unknown(Rule::R4212, password, "the password");
    };
    let Ok(read) = UsernameToken::parse(token) else {
        return findings.unknown(Rule::R4212, password, "a token that can be read");
    };
    if passwords.password(read.username()).is_none() {
        return findings.unknown(Rule::R4212, password, "the password");
    }
    let fits = read.authenticate(passwords).is_ok();
    findings.check(Rule::R4212, password, fits, "not the digest of nonce, creation time and the known password");
}

/// §12.1.4: tokens that give a key to a signature, a ciphertext or a derived key.
fn password_keys(targets: &Targets<'_>, context: &Context<'_>, findings: &mut Findings<'_>) {
    let mut seen = std::collections::HashSet::new();
    for reference in targets.references.iter().filter(|reference| reference.kind == Some(Kind::Username)) {
        let Some(token) = reference.internal_token() else { continue };
        let parent = reference.element.parent();
        let signature = parent.filter(|parent| parent.is(name::DS.uri, "KeyInfo")).and_then(Element::parent);
        if let Some(signature) = signature.filter(|parent| parent.is(name::DS.uri, "Signature")) {
            let passwords = passwords(context).filter(|_| seen.len() < MAX_PASSWORD_KEYS);
            match passwords.and_then(|passwords| mac_fits(token, signature, passwords, &context.xml_limits())) {
                Some(fits) => findings.check(Rule::R4216, token, fits, "the MAC does not verify under the derived key"),
                None => findings.unknown(Rule::R4216, token, "the password"),
            }
        } else {
            findings.unknown(Rule::R4216, token, "the password");
        }
        if !seen.insert(token.id()) {
            continue;
        }
        let child = |local: &str| token.children().find(|child| child.is(name::WSSE11.uri, local));
        findings.check(Rule::R4217, token, child("Salt").is_some(), "no wsse11:Salt");
        let count = child("Iteration").and_then(|count| count.unsigned().ok());
        findings.check(
            Rule::R4218,
            token,
            count.is_some_and(|count| count >= 1_000),
            "no wsse11:Iteration of 1000 or more",
        );
    }
}

/// The passwords that may be looked up.
fn passwords<'k>(context: &Context<'k>) -> Option<&'k dyn PasswordSource> {
    context.holdings.filter(|_| context.asks_passwords)?.passwords()
}

/// Whether a MAC verifies under the key of a username token and its user's password; `None` if there is no password, or
/// the answer is unknown.
fn mac_fits(
    token: Element<'_>,
    signature: Element<'_>,
    passwords: &dyn PasswordSource,
    limits: &Limits,
) -> Option<bool> {
    let token = UsernameToken::parse(token).ok()?;
    passwords.password(token.username())?;
    let key = token.password_key(PasswordKeyUse::Mac, passwords).ok()?;
    let key = HmacKey::new(key.secret().as_octets().to_vec()).ok()?;
    let budget = Budget::new(limits, signature.span().len() as u64);
    let signature = Signature::parse(signature, &budget).ok()?;
    let signed_info = signature.signed_info();
    let octets = signed_info.octets(&budget).ok()?;
    Some(key.verify(signed_info.method(), &octets, signature.value()).is_ok())
}
