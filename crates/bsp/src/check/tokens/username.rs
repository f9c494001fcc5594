//! Chapter 12: username tokens.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use wss_c14n::{Budget, Element, Limits, NodeId, name};
use wss_crypto::{HmacKey, Secret};
use wss_tokens::{BASE64_BINARY, PasswordKeyUse, PasswordSource, USERNAME_TOKEN, UsernameToken};
use wss_xmldsig::Signature;

use super::profile::{Profile, valued};
use crate::context::Context;
use crate::kind::Kind;
use crate::reference::{Form, Reference};
use crate::report::Findings;
use crate::table::Rule;
use crate::targets::{Ciphertext, Targets};

/// The largest number of keys that are derived from passwords: each takes thousands of digests.
const MAX_PASSWORD_KEYS: usize = 4;

/// The largest number of users whose passwords are asked for: a receiver may ask a directory.
const MAX_USERS: usize = 16;

pub(super) struct Username;

impl Profile for Username {
    fn covers(&self, kind: Kind) -> bool {
        kind == Kind::Username
    }

    fn tokens(&self, targets: &Targets<'_>, context: &Context<'_>, findings: &mut Findings<'_>) {
        let asked = passwords(context).map(Asked::new);
        let passwords = asked.as_ref().map(|asked| asked as &dyn PasswordSource);
        for token in targets.all(name::WSSE.uri, "UsernameToken") {
            username(token, passwords, findings);
        }
        password_keys(targets, passwords, &context.xml_limits(), findings);
    }

    fn reference(&self, reference: &Reference<'_>, _: Ciphertext, findings: &mut Findings<'_>) {
        valued(Rule::R4214, reference, USERNAME_TOKEN, findings);
        let is_identified = reference.by(Form::KeyIdentifier).is_some();
        findings.check(Rule::R4215, reference.element, !is_identified, "a key identifier for a UsernameToken");
    }
}

/// §12.1 to §12.3.
fn username(token: Element<'_>, source: Option<&dyn PasswordSource>, findings: &mut Findings<'_>) {
    let all = |namespace: &'static str, local: &'static str| {
        token.children().filter(move |child| child.is(namespace, local)).collect::<Vec<_>>()
    };
    let passwords = all(name::WSSE.uri, "Password");
    let nonces = all(name::WSSE.uri, "Nonce");
    let created = all(name::WSU.uri, "Created").len();
    findings.check(Rule::R4222, token, passwords.len() <= 1, &format!("{} wsse:Password", passwords.len()));
    findings.check(Rule::R4223, token, created <= 1, &format!("{created} wsu:Created"));
    findings.check(Rule::R4225, token, nonces.len() <= 1, &format!("{} wsse:Nonce", nonces.len()));
    let mut fits = None;
    for password in passwords {
        let kind = password.attribute("", "Type");
        findings.check(Rule::R4201, password, kind.is_some(), "no Type attribute");
        if kind.is_some_and(|kind| kind.ends_with("#PasswordDigest")) && findings.judges(Rule::R4212, password) {
            match *fits.get_or_insert_with(|| digest_fits(token, source)) {
                Ok(fits) => {
                    let why = "not the digest of nonce, creation time and the known password";
                    findings.check(Rule::R4212, password, fits, why);
                }
                Err(missing) => findings.unknown(Rule::R4212, password, missing),
            }
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

/// §12.1.3. The missing attribute is the error.
fn digest_fits(token: Element<'_>, passwords: Option<&dyn PasswordSource>) -> Result<bool, &'static str> {
    let passwords = passwords.ok_or("the password")?;
    let token = UsernameToken::parse(token).map_err(|_| "a token that can be read")?;
    passwords.password(token.username()).ok_or("the password")?;
    Ok(token.authenticate(passwords).is_ok())
}

/// §12.1.4: tokens that give a key to a signature, a ciphertext or a derived key.
fn password_keys(
    targets: &Targets<'_>,
    passwords: Option<&dyn PasswordSource>,
    limits: &Limits,
    findings: &mut Findings<'_>,
) {
    let mut seen = HashSet::new();
    let mut macs = Macs { limits, keys: HashMap::new(), fitting: HashMap::new() };
    for reference in targets.references.iter().filter(|reference| reference.kind == Some(Kind::Username)) {
        let Some(token) = reference.internal_token() else { continue };
        let parent = reference.element.parent();
        let signature = parent.filter(|parent| parent.is(name::DS.uri, "KeyInfo")).and_then(Element::parent);
        let signature = signature.filter(|parent| parent.is(name::DS.uri, "Signature"));
        if !findings.judges(Rule::R4216, token) {
            // The message was judged already, before anything was decrypted.
        } else if let Some(signature) = signature {
            let passwords = passwords.filter(|_| seen.len() < MAX_PASSWORD_KEYS);
            match passwords.and_then(|passwords| macs.fit(token, signature, passwords)) {
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

/// Passwords that were asked for, each once.
struct Asked<'k> {
    source: &'k dyn PasswordSource,
    known: Mutex<HashMap<String, Option<Secret>>>,
}

impl<'k> Asked<'k> {
    fn new(source: &'k dyn PasswordSource) -> Self {
        Self { source, known: Mutex::default() }
    }
}

impl PasswordSource for Asked<'_> {
    fn password(&self, username: &str) -> Option<Secret> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(username) {
            Some(known) => known.clone(),
            None if known.len() >= MAX_USERS => None,
            None => known.entry(username.to_owned()).or_insert(self.source.password(username)).clone(),
        }
    }
}

/// Keys of username tokens, and which signatures verify under them: many references may name one token in one signature.
struct Macs<'l> {
    limits: &'l Limits,
    keys: HashMap<NodeId, Option<HmacKey>>,
    fitting: HashMap<(NodeId, NodeId), Option<bool>>,
}

impl Macs<'_> {
    /// Whether a MAC verifies under the key of a username token and its user's password; `None` if there is no password, or
    /// the answer is unknown.
    fn fit(&mut self, token: Element<'_>, signature: Element<'_>, passwords: &dyn PasswordSource) -> Option<bool> {
        let key = self.keys.entry(token.id()).or_insert_with(|| mac_key(token, passwords)).as_ref()?;
        *self.fitting.entry((token.id(), signature.id())).or_insert_with(|| verifies(signature, key, self.limits))
    }
}

fn mac_key(token: Element<'_>, passwords: &dyn PasswordSource) -> Option<HmacKey> {
    let token = UsernameToken::parse(token).ok()?;
    passwords.password(token.username())?;
    let key = token.password_key(PasswordKeyUse::Mac, passwords).ok()?;
    HmacKey::new(key.secret().as_octets().to_vec()).ok()
}

fn verifies(signature: Element<'_>, key: &HmacKey, limits: &Limits) -> Option<bool> {
    let budget = Budget::new(limits, signature.span().len() as u64);
    let signature = Signature::parse(signature, &budget).ok()?;
    let signed_info = signature.signed_info();
    let octets = signed_info.octets(&budget).ok()?;
    Some(key.verify(signed_info.method(), &octets, signature.value()).is_ok())
}
