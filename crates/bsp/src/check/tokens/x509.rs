//! Chapter 13: certificates.

use wss_c14n::{Element, base64_decode};
use wss_crypto::Certificate;
use wss_tokens::{PKCS7, SUBJECT_KEY_IDENTIFIER, THUMBPRINT_SHA1, X509_PKI_PATH, X509_V1, X509_V3};

use super::profile::{Profile, identified, typed, valued};
use crate::context::Context;
use crate::holdings::Holdings;
use crate::kind::Kind;
use crate::reference::{Content, Form, Reference};
use crate::report::Findings;
use crate::table::Rule;
use crate::targets::{Ciphertext, Targets};

/// The largest number of certificates of the context that are compared with key identifiers.
const MAX_CERTIFICATES: usize = 64;

pub(super) struct X509;

impl Profile for X509 {
    fn covers(&self, kind: Kind) -> bool {
        kind.is_x509()
    }

    fn tokens(&self, targets: &Targets<'_>, context: &Context<'_>, findings: &mut Findings<'_>) {
        for (token, content) in &targets.tokens.binary {
            token_content(*token, content, findings);
        }
        certificate_identifiers(targets, context, findings);
    }

    fn reference(&self, reference: &Reference<'_>, _: Ciphertext, findings: &mut Findings<'_>) {
        let identifiers = [SUBJECT_KEY_IDENTIFIER, THUMBPRINT_SHA1];
        match reference.kind {
            Some(Kind::X509) => {
                valued(Rule::R5218, reference, X509_V3, findings);
                identified(Rule::R5206, reference, &identifiers, findings);
            }
            Some(Kind::X509V1) => identified(Rule::R5206, reference, &identifiers, findings),
            Some(Kind::Pkcs7) => {
                typed(Rule::R5212, reference, PKCS7, findings);
                valued(Rule::R5213, reference, PKCS7, findings);
            }
            Some(Kind::PkiPath) => {
                typed(Rule::R5215, reference, X509_PKI_PATH, findings);
                valued(Rule::R5216, reference, X509_PKI_PATH, findings);
            }
            _ => {}
        }
    }
}

/// §13.1.
fn token_content(token: Element<'_>, content: &Content, findings: &mut Findings<'_>) {
    let value_type = token.attribute("", "ValueType");
    let stated = value_type.as_deref().unwrap_or_default();
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
        // What is no base64 is no value of any certificate; other rules report it.
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
