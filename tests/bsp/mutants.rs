//! `wss lint` and the receiver share one set of rules. Good messages are changed at every place of their headers, in the ways in
//! which peers that build XML by hand go wrong, and signed again where that is possible.
//!
//! A message that the report calls conformant, and in whose shapes `Receiver::misshapen` finds nothing, opens, or is refused
//! for a reason that no look at its shape can know ([`beyond_shape`]). A message that opens has no misshapen part.

use std::collections::BTreeMap;

use ws_security::bsp::{self, Context};
use ws_security::c14n::{Document, Element, Limits, name};
use ws_security::tokens::{AssertionError, PasswordError, TokenError};
use ws_security::xmldsig::{SignatureError, VerifyError};
use ws_security::xmlenc::DecryptError;
use ws_security::{HeaderError, OpenError, Receiver};

use crate::goldens::golden;
use crate::opens::everyone;
use crate::signed_again::signed_again;

/// The messages that are changed. Together they have every kind of child of a header.
const CHANGED: [&str; 15] = [
    "x509",
    "encrypted",
    "endorsed",
    "signature encrypted",
    "issuer and serial",
    "key identifier",
    "embedded",
    "path",
    "str-transform",
    "username",
    "password key",
    "symmetric body",
    "encrypted key",
    "saml 1.1",
    "saml 2.0",
];

/// The reason of a refusal that a report on the shape cannot know; `None` if it is about the shape.
fn beyond_shape(error: &OpenError) -> Option<&'static str> {
    Some(match error {
        OpenError::Verify(VerifyError::DigestMismatch { .. } | VerifyError::SignatureMismatch) => {
            "what is signed was changed"
        }
        OpenError::Token(TokenError::AssertionSignature(_)) => "what its issuer signed was changed",
        OpenError::Decrypt(DecryptError::Failed) => "what is encrypted was changed",
        OpenError::Trust(_) | OpenError::Token(TokenError::AssertionTrust(_)) => "trust",
        OpenError::Token(
            TokenError::AssertionRefused(AssertionError::UnknownIssuer { .. } | AssertionError::OtherKey { .. })
            | TokenError::Assertion(_),
        ) => "trust in an issuer",
        OpenError::NoKey { .. } | OpenError::AmbiguousKey | OpenError::NoReference | OpenError::NotForUs { .. } => {
            "keys"
        }
        OpenError::Password(
            PasswordError::UnknownUser
            | PasswordError::WrongPassword
            | PasswordError::WrongDigest
            | PasswordError::ClearText,
        ) => "passwords",
        OpenError::NotFresh(_) => "freshness",
        OpenError::Requirement(_)
        | OpenError::Header(HeaderError::Absent | HeaderError::Empty | HeaderError::Beside { .. }) => "requirements",
        OpenError::Header(HeaderError::OtherActor { .. }) | OpenError::NotUnderstood { .. } => "roles of SOAP",
        OpenError::Signature(SignatureError::UnknownAlgorithm { .. })
        | OpenError::Verify(VerifyError::NotAdmitted { .. })
        | OpenError::Verify(VerifyError::Malformed(SignatureError::UnknownAlgorithm { .. }))
        | OpenError::Decrypt(DecryptError::UnknownAlgorithm { .. } | DecryptError::NotAdmitted { .. })
        | OpenError::AlgorithmInOtherNamespace { .. } => "policy of algorithms",
        OpenError::Token(TokenError::KeyInfo(error)) if matches!(**error, SignatureError::UnknownAlgorithm { .. }) => {
            "policy of algorithms"
        }
        OpenError::Unjudged { error } => return beyond_shape(error),
        _ => return None,
    })
}

/// What was judged, and what contradicts.
#[derive(Default)]
struct Tally {
    opened: usize,
    refused: usize,
    broken: usize,
    wrong: BTreeMap<String, usize>,
    reasons: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn judge(&mut self, receiver: &Receiver, what: &str, message: &str) {
        let opened = receiver.open_parts(message).map(drop);
        let misshapen = receiver.misshapen(message, None);
        let conforms = bsp::report(message, &Context::new().receiver(receiver)).is_ok_and(|report| report.conforms());
        // An element in no namespace is overlooked: the receiver refuses it only where something is missing then.
        let is_overlooked = |why: &OpenError| matches!(why, OpenError::Header(HeaderError::Overlooked { .. }));
        let mut wrong = |why: String| *self.wrong.entry(format!("{what}: {why}")).or_default() += 1;
        match opened {
            Ok(()) => {
                self.opened += 1;
                if let Some(found) = misshapen.iter().find(|found| !is_overlooked(&found.why)) {
                    wrong(format!("it opens, and {} is misshapen: {}", found.path, found.why));
                }
            }
            Err(_) if !misshapen.is_empty() || !conforms => self.broken += 1,
            Err(error) => match beyond_shape(&error) {
                Some(reason) => {
                    self.refused += 1;
                    *self.reasons.entry(reason).or_default() += 1;
                }
                None => wrong(format!("nothing is found, and it is refused: {error}")),
            },
        }
    }
}

/// Every change of every element inside the Header, and of ciphertext in the Body.
fn mutants(message: &str) -> Vec<(String, String)> {
    let document = Document::parse(message, &Limits::default()).expect("a message");
    let is_inside = |element: &Element<'_>, local| {
        std::iter::successors(element.parent(), |up| up.parent()).any(|up| up.name().local == local)
    };
    let is_changed = |element: &Element<'_>| {
        is_inside(element, "Header")
            || (is_inside(element, "Body") && [name::XENC.uri, name::DS.uri].contains(&element.name().namespace))
    };
    let mut all = Vec::new();
    for (nth, element) in document.elements().enumerate().filter(|(_, element)| is_changed(element)) {
        let (span, qualified) = (element.span(), element.qualified_name());
        let text = &message[span.clone()];
        let Some((tag, content)) = text.split_once('>') else { continue };
        if tag.ends_with('/') {
            continue;
        }
        let end = format!("</{qualified}>");
        let content = content.strip_suffix(&end).expect("an end tag");
        let mut add = |what: &str, changed: String| {
            let changed = format!("{}{changed}{}", &message[..span.start], &message[span.end..]);
            all.push((format!("{qualified} {nth} {what}"), changed));
        };
        let local = element.name().local;
        add("deleted", String::new());
        add("twice", text.repeat(2));
        add("in no namespace", format!("<{local}{}>{content}</{local}>", &tag[1 + qualified.len()..]));
        add("with an element", format!("{tag}>{content}<x:x xmlns:x=\"urn:x\"></x:x>{end}"));
        if !content.is_empty() {
            add("emptied", format!("{tag}>{end}"));
            add("of garbage", format!("{tag}>!{content}{end}"));
        }
        let mut siblings = element.parent().into_iter().flat_map(Element::children);
        if let Some(next) = siblings.find(|sibling| sibling.span().start >= span.end) {
            let (between, other) = (&message[span.end..next.span().start], &message[next.span()]);
            let swapped = format!("{}{other}{between}{text}{}", &message[..span.start], &message[next.span().end..]);
            all.push((format!("{qualified} {nth} behind its sibling"), swapped));
        }
        let mut add = |what: String, tag: String| {
            let changed = format!("{}{tag}>{content}{end}{}", &message[..span.start], &message[span.end..]);
            all.push((format!("{qualified} {nth} {what}"), changed));
        };
        for attribute in tag.split_whitespace().skip(1).filter(|attribute| !attribute.starts_with("xmlns")) {
            let Some((name, value)) = attribute.split_once('=') else { continue };
            let value = value.trim_matches('"');
            add(format!("without {name}"), tag.replacen(&format!(" {attribute}"), "", 1));
            add(format!("with an empty {name}"), tag.replacen(attribute, &format!("{name}=\"\""), 1));
            add(format!("with another {name}"), tag.replacen(attribute, &format!("{name}=\"{value}x\""), 1));
            if let Some((_, local)) = name.split_once(':') {
                add(format!("with {local} for {name}"), tag.replacen(attribute, &format!("{local}=\"{value}\""), 1));
            }
        }
    }
    all
}

#[test]
fn what_the_report_finds_well_shaped_is_refused_only_for_what_it_cannot_know() {
    let mut tally = Tally::default();
    for name in CHANGED {
        let receiver = everyone(name);
        let message = golden(name);
        assert_eq!(receiver.misshapen(&message, None), [], "{name}");
        for (change, changed) in mutants(&message) {
            let what = format!("{name}, {change}");
            tally.judge(&receiver, &what, &changed);
            if let Some(again) = signed_again(&changed) {
                tally.judge(&receiver, &format!("{what}, signed again"), &again);
            }
        }
    }
    println!("{} opened, {} refused, {} misshapen; {:?}", tally.opened, tally.refused, tally.broken, tally.reasons);
    let wrong: Vec<String> = tally.wrong.keys().cloned().collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(tally.broken > 1_500 && tally.opened > 100, "{} {}", tally.broken, tally.opened);
}
