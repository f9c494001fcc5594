//! Chapters 11 to 17: tokens.

use wss_c14n::{Budget, Element, Limits, base64_decode, name};
use wss_crypto::{Certificate, HmacKey};
use wss_tokens::{
    BASE64_BINARY, KerberosForm, PKCS7, PasswordKeyUse, PasswordSource, SUBJECT_KEY_IDENTIFIER, THUMBPRINT_SHA1,
    UsernameToken, X509_PKI_PATH, X509_V1, X509_V3,
};
use wss_xmldsig::Signature;

use crate::context::Context;
use crate::holdings::Holdings;
use crate::reference::{Content, Form, Kind};
use crate::report::Findings;
use crate::table::Rule;
use crate::targets::Targets;

/// The most certificates of the context that are compared with key identifiers.
const MAX_CERTIFICATES: usize = 64;
/// The most keys that are derived from passwords: each takes thousands of digests.
const MAX_PASSWORD_KEYS: usize = 4;
/// Families of token types that the specifications define completely.
const PROFILES: [&str; 4] = [
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-",
    "http://docs.oasis-open.org/wss/oasis-wss-",
    "http://docs.oasis-open.org/ws-sx/",
    "http://schemas.xmlsoap.org/ws/2005/02/sc",
];

pub(crate) fn judge(targets: &Targets<'_>, context: &Context<'_>, findings: &mut Findings<'_>) {
    for (token, content) in &targets.tokens.binary {
        binary(*token, content, findings);
    }
    for token in targets.all(name::WSSE.uri, "UsernameToken") {
        username(token, context, findings);
    }
    password_keys(targets, context, findings);
    certificate_identifiers(targets, context, findings);
    tickets(targets, context, findings);
    licenses(targets, findings);
    confirmations(targets, findings);
}

/// Chapter 11, §13.1, §15.1.1.
fn binary(token: Element<'_>, content: &Content, findings: &mut Findings<'_>) {
    let encoding = token.attribute("", "EncodingType");
    findings.check(Rule::R3029, token, encoding.is_some(), "no EncodingType attribute");
    if let Some(encoding) = encoding {
        findings.check(Rule::R3030, token, encoding == BASE64_BINARY, "an EncodingType other than #Base64Binary");
    }
    let value_type = token.attribute("", "ValueType");
    findings.check(Rule::R3031, token, value_type.is_some(), "no ValueType attribute");
    let stated = value_type.as_deref().unwrap_or_default();
    let kind = Kind::of_type(stated);
    if value_type.is_some() {
        if kind.is_some() {
            findings.pass(Rule::R3032, token);
        } else if stated.contains(':') && !PROFILES.iter().any(|profile| stated.starts_with(profile)) {
            findings.unknown(Rule::R3032, token, "the profile of the token");
        } else {
            findings.fail(Rule::R3032, token, format!("{stated:?} is no type that a token profile defines"));
        }
    }
    match content {
        Content::Certificate(_) => {
            let why = "a single certificate that is not of type #X509v3";
            findings.check(Rule::R3033, token, stated == X509_V3, why);
        }
        Content::PkiPath | Content::Pkcs7 => {
            let is_path = [PKCS7, X509_PKI_PATH].contains(&stated);
            findings.check(Rule::R5201, token, is_path, "a certificate path that is neither #PKCS7 nor #X509PKIPathv1");
            let is_pki_path = matches!(content, Content::PkiPath);
            findings.check(Rule::R5202, token, is_pki_path, "a certificate path as PKCS#7");
            let (rule, expected) = if is_pki_path { (Rule::R5214, X509_PKI_PATH) } else { (Rule::R5211, PKCS7) };
            findings.check(rule, token, stated == expected, &format!("what it holds is of type {expected}"));
        }
        Content::Other if stated == X509_V1 => findings.fail(Rule::R3033, token, "not of type #X509v3"),
        Content::Other => {}
        Content::Unread => {
            let missing =
                "what the token holds: the message has more certificates than the limit `certificates` allows";
            findings.unknown(Rule::R3033, token, missing);
        }
    }
    if kind == Some(Kind::Kerberos) {
        let expected = KerberosForm::Gss.value_type();
        findings.check(Rule::R6902, token, stated == expected, "a Kerberos token not of type #GSS_Kerberosv5_AP_REQ");
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

/// §13.2.7.
fn certificate_identifiers(targets: &Targets<'_>, context: &Context<'_>, findings: &mut Findings<'_>) {
    let outside = context.holdings.into_iter().flat_map(Holdings::certificates);
    let known: Vec<&Certificate> = targets.tokens.certificates().take(MAX_CERTIFICATES).chain(outside).collect();
    let mut extension = std::collections::HashSet::new();
    let mut wrapped = std::collections::HashSet::new();
    let mut computed = std::collections::HashSet::new();
    let mut thumbprints = std::collections::HashSet::new();
    for certificate in known.into_iter().take(2 * MAX_CERTIFICATES) {
        match certificate.subject_key_identifier() {
            Some(id) => {
                extension.insert(id.to_vec());
                if let Ok(len) = u8::try_from(id.len()) {
                    wrapped.insert([&[0x04, len], id].concat());
                }
            }
            None => {
                computed.insert(certificate.computed_key_identifier());
                thumbprints.insert(certificate.thumbprint_sha1());
            }
        }
    }
    for reference in &targets.references {
        let Some(child) = reference.by(Form::KeyIdentifier) else { continue };
        let value_type = child.attribute("", "ValueType").unwrap_or_default();
        let octets = child.text().ok().and_then(|text| base64_decode(&text, 1_024)).unwrap_or_default();
        match value_type.as_ref() {
            SUBJECT_KEY_IDENTIFIER if extension.contains(&octets) => findings.pass(Rule::R5208, child),
            SUBJECT_KEY_IDENTIFIER if wrapped.contains(&octets) => {
                findings.fail(Rule::R5208, child, "the value of the extension with its DER header");
            }
            SUBJECT_KEY_IDENTIFIER if computed.contains(&octets) => {
                findings.fail(Rule::R5210, child, "the certificate has no such extension: name it by #ThumbprintSHA1");
            }
            SUBJECT_KEY_IDENTIFIER => findings.unknown(Rule::R5208, child, "the certificate it names"),
            THUMBPRINT_SHA1 if thumbprints.contains(&octets) => findings.pass(Rule::R5210, child),
            _ => {}
        }
    }
}

/// §15.1.
fn tickets(targets: &Targets<'_>, context: &Context<'_>, findings: &mut Findings<'_>) {
    let mut judge = |element: Element<'_>, is_internal: bool| match context.is_first {
        Some(true) => findings.check(Rule::R6903, element, is_internal, "the first message names a ticket elsewhere"),
        Some(false) => findings.check(Rule::R6904, element, !is_internal, "a later message carries the ticket again"),
        None => {
            let rule = if is_internal { Rule::R6904 } else { Rule::R6903 };
            findings.unknown(rule, element, "whether this is the first message of the exchange");
        }
    };
    for (token, _) in &targets.tokens.binary {
        if Kind::of_element(*token) == Some(Kind::Kerberos) {
            judge(*token, true);
        }
    }
    for reference in targets.references.iter().filter(|reference| reference.kind == Some(Kind::Kerberos)) {
        if reference.internal_token().is_none() {
            judge(reference.element, false);
        }
    }
}

/// §14.1.3.
fn licenses(targets: &Targets<'_>, findings: &mut Findings<'_>) {
    let mut seen = std::collections::HashSet::new();
    for reference in targets.references.iter().filter(|reference| reference.kind == Some(Kind::Rel)) {
        let Some(license) = reference.internal_token().filter(|license| seen.insert(license.id())) else { continue };
        let issuer = license.children_named(name::REL.uri, "issuer");
        let signature = issuer.flat_map(Element::children).find(|child| child.is(name::DS.uri, "Signature"));
        if let (Some(signature), Some(security)) = (signature, targets.security_of(license)) {
            let precedes = signature.id() < reference.element.id();
            findings.check(Rule::R6302, security, precedes, "a reference to a license precedes its issuer's signature");
        }
    }
}

/// §16.1.1: the only rule on the content of assertions.
fn confirmations(targets: &Targets<'_>, findings: &mut Findings<'_>) {
    let versions = [(name::SAML, "SubjectConfirmation"), (name::SAML2, "SubjectConfirmationData")];
    for (namespace, local) in versions {
        for assertion in targets.all(namespace.uri, "Assertion") {
            let inside = assertion.descendants_and_self().filter(|element| element.is(namespace.uri, local));
            for key_info in inside.flat_map(|inner| inner.children_named(name::DS.uri, "KeyInfo")) {
                let named = key_info.children_named(name::WSSE.uri, "SecurityTokenReference").any(|reference| {
                    let reference = crate::reference::Reference::read(reference, targets);
                    reference.kind.is_some_and(Kind::is_saml)
                });
                findings.check(Rule::R6601, key_info, !named, "the subject is confirmed by a SAML assertion");
            }
        }
    }
}
