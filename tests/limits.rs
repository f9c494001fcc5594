//! The table of limits in the manual agrees with the code, and the code charges every one of them.

mod common;
#[allow(dead_code, reason = "the tests of explanations use the rest")]
#[path = "explain/forge.rs"]
mod forge;

use std::sync::Arc;
use std::time::SystemTime;

use common::*;
use ws_security::attachments::{Attachment, Package};
use ws_security::c14n::{Budget, Canonicalization, CanonicalizationMethod, Document, Element};
use ws_security::crypto::{KeyDerivation, KeyUnwrap, KeyWrap, PublicKey, SystemRandom};
use ws_security::ebms::{Messaging, Party, UserMessage};
use ws_security::prelude::*;
use ws_security::xmldsig::FilterMethod;
use ws_security::xmlenc::{Agreement, AlgorithmPolicy as DocumentPolicy, KeySource, decrypt_document};
use ws_security::{
    AlgorithmPolicy, AssertionTrust, DangerousNoReplayCache, DigestMethod, Limit, Limits, NewAssertion,
    ProtectionToken, ReferenceForm, SamlVersion, Secret, SecureConversation, SoapVersion,
};

/// Limits are in one table: made here of the enum, and kept in the manual. `WSS_WRITE_LIMITS=1` writes it.
#[test]
fn the_manual_lists_every_limit_with_its_default() {
    let mut table = String::from(
        "| limit | name on the command line | bounds the number of | default | charged to |\n|---|---|---|--:|---|\n",
    );
    for limit in Limit::ALL {
        let scope = match limit.is_per_message() {
            true => "the whole message",
            false => "each by itself",
        };
        let default = limit.default_value();
        table.push_str(&format!("| `{limit:?}` | `{}` | {limit} | {default} | {scope} |\n", limit.name()));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/manual/limits.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let start = page.find("| limit |").expect("the table");
    let end = page[start..].find("\n\n").map_or(page.len(), |len| start + len + 1);
    if std::env::var_os("WSS_WRITE_LIMITS").is_some() {
        let page = [&page[..start], &table, &page[end..]].concat();
        return std::fs::write(path, page).expect("written");
    }
    assert_eq!(&page[start..end], table, "run this test with WSS_WRITE_LIMITS=1");
}

/// A message of one kind: what opening it comes to under these limits.
type Case = (&'static str, Box<dyn Fn(Limits) -> String>);

fn told<T>(outcome: Result<T, impl std::fmt::Display>) -> String {
    outcome.map_or_else(|error| error.to_string(), |_| "opened".to_owned())
}

fn opens(message: String, receiver: impl Fn() -> Receiver + 'static) -> Box<dyn Fn(Limits) -> String> {
    Box::new(move |limits| told(receiver().limits(limits).open(&message)))
}

fn made(recipe: Recipe, envelope: &str) -> String {
    recipe.secured(envelope)
}

/// More than 64 KiB to digest and keep, more than 1 MiB to parse in all, and more than 16,384 nodes.
fn large() -> String {
    let content = format!("<p:Pay xmlns:p=\"urn:p\" batch=\"7\">{}{}", "<p:a/>".repeat(20_000), "x".repeat(600_000));
    envelope(SOAP11).replacen("<p:Pay xmlns:p=\"urn:p\" batch=\"7\">", &content, 1)
}

fn assertion() -> String {
    let assertion = NewAssertion::new(SamlVersion::V2_0, "urn:idp", "ann").audience("urn:bank");
    let assertion = assertion.attribute("role", ["teller"]).holder_of_key(&certificate("dave"));
    assertion.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("signed")
}

fn of_every_token() -> Receiver {
    let issuers = AssertionTrust::for_audience("urn:bank").issuer("urn:idp", Trust::pins([certificate("carol")]));
    receiver()
        .decrypt_with(identity("bob"))
        .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())))
        .assertions(issuers)
        .shared_secret(Some("urn:context".to_owned()), Secret::new(vec![7; 32]))
}

fn knowing() -> Receiver {
    let trust = trust().known([certificate("alice")]);
    Receiver::new(trust, Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache)
}

/// A message with a content key that is agreed on and derived with PBKDF2, and the receiver that admits it.
fn derived() -> (String, impl Fn() -> Receiver + 'static) {
    let derivation = KeyDerivation::Pbkdf2 { prf: DigestMethod::Sha256, salt: vec![7; 16], iterations: 1_000 };
    let agreement = Agreement { derivation, wrap: KeyWrap::Aes256, ..Agreement::default() };
    let encrypting = Encrypting::to(&certificate("ka-x25519")).parts([Part::Body]).agreement(agreement);
    let admitting = || {
        let mut policy = AlgorithmPolicy::default();
        assert!(policy.admit_uri("http://www.w3.org/2009/xmlenc11#pbkdf2"));
        receiver().algorithms(policy).decrypt_with(identity("ka-x25519"))
    };
    (made(recipe().sign(signing()).encrypt(encrypting), &envelope(SOAP11)), admitting)
}

/// A message whose Body was digested under another canonicalisation, which is found out after some attempts on more
/// octets than are always allowed.
fn explained() -> Box<dyn Fn(Limits) -> String> {
    let content = format!("<s:Body><!-- c -->{}", "x".repeat(3_500_000));
    let envelope =
        envelope(SOAP11).replacen("<s:Body>", &content, 1).replacen("<s:Envelope ", "<s:Envelope xml:id=\"e\" ", 1);
    let message = recipe().sign(Signing::with(&identity("alice")).parts([Part::Body])).secured(&envelope);
    let by = Canonicalization::new(CanonicalizationMethod::Inclusive11WithComments);
    let message = forge::digesting(&message, forge::canonical(&message, "Body", &by));
    Box::new(move |limits| {
        let explanation = receiver().limits(limits).explain(&message);
        let is_found = explanation.causes().any(|cause| cause.word() == "comments-kept");
        if is_found { "opened".to_owned() } else { explanation.to_string() }
    })
}

/// The key of Bob, for documents.
struct OfBob;

impl KeySource for OfBob {
    fn secrets(&self, _: Option<Element<'_>>) -> Vec<Secret> {
        Vec::new()
    }

    fn private_keys(&self, _: Option<Element<'_>>) -> Vec<Arc<dyn KeyUnwrap>> {
        vec![Arc::clone(identity("bob").unwrapping_key())]
    }

    fn originators(&self, _: Element<'_>) -> Vec<PublicKey> {
        Vec::new()
    }

    fn master_secrets(&self, _: Option<&str>) -> Vec<Secret> {
        Vec::new()
    }
}

/// A message as a document whose Body is decrypted, and whose signature nobody verifies.
fn decrypted() -> Box<dyn Fn(Limits) -> String> {
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::Body]);
    let document = recipe().encrypt(encrypting).secured(&envelope(SOAP11));
    Box::new(move |limits| told(decrypt_document(&document, &OfBob, &DocumentPolicy::default(), &limits)))
}

/// Each opens by default.
fn cases() -> Vec<Case> {
    let encrypting = || Encrypting::to(&certificate("bob")).parts([Part::Body, Part::Signature]);
    let alice = |form| Signing::with(&identity("alice")).reference(form).parts([Part::Body, Part::Timestamp]);
    let with_list = signing().inclusive_prefixes("s a");
    let context = ProtectionToken::security_context(SecureConversation::V1_3, "urn:context", Secret::new(vec![7; 32]));
    let context = context.derived_keys(SecureConversation::V1_3);
    let by_context = Signing::with_token(&context).parts([Part::Body, Part::Timestamp]);
    let by_dave = Signing::with(&identity("dave")).holder_of_key().parts([Part::Body, Part::Timestamp]);
    let blanks = signed(SOAP11).replacen("<a:To>", "<a:To n  =  \"1\">", 1);

    let token = ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(SecureConversation::V1_3);
    let request = recipe().sign(Signing::with_token(&token).parts([Part::Body, Part::Timestamp]));
    // Alice endorses it, and so answers for its key.
    let request = request.sign(signing().parts([Part::Signature]));
    let request = request.plan().expect("a plan").message(&envelope(SOAP11)).secure().expect("secured");
    let sent = request.correlation;
    let opened = of_every_token().open(&request.message).expect("opens");
    let key = ProtectionToken::of_request().derived_keys(SecureConversation::V1_3);
    let by_key = Signing::with_token(&key).parts([Part::Body, Part::Timestamp]);
    let reply = recipe().signature_confirmation().sign(by_key).plan().expect("a plan");
    let reply = reply.message(&envelope(SOAP11)).answering(opened.correlation()).secure().expect("secured").message;

    let attachment = Attachment::new("a@example.org", "text/plain", "text").expect("an attachment");
    let parts = signing().parts([Part::Attachments]);
    let plan = recipe().sign(parts).plan().expect("a plan");
    let package = plan.message(&envelope(SOAP11)).attachments(vec![attachment]).secure().expect("secured").message;
    let (content_type, octets) = (package.content_type(), package.write(Vec::new()).expect("written"));
    let opened_package = move |limits: Limits| match Package::parse_body(&content_type, &octets, &limits) {
        Ok(package) => told(receiver().limits(limits).open(&package)),
        Err(error) => error.to_string(),
    };
    let (derived, admitting) = derived();
    let included = recipe().sign(signing()).encrypt(Encrypting::to(&certificate("bob")).parts([Part::Body]));
    let included = included.plan().expect("a plan").message(&large()).attachments(vec![]).secure().expect("secured");
    let included = included.message.optimized(1_000).expect("an XOP package");
    let (xop_type, xop) = (included.content_type(), included.write(Vec::new()).expect("written"));
    let opened_xop = move |limits: Limits| match Package::parse_body(&xop_type, &xop, &limits) {
        Ok(package) => told(receiver().decrypt_with(identity("bob")).limits(limits).open(&package)),
        Err(error) => error.to_string(),
    };
    vec![
        ("a package with XOP", Box::new(opened_xop)),
        ("derived by PBKDF2", opens(derived, admitting)),
        ("large", opens(made(recipe().sign(signing()), &large()), receiver)),
        (
            "large and encrypted",
            opens(
                made(recipe().username_digest("ann", "s3cret").sign(signing()).encrypt(encrypting()), &large()),
                of_every_token,
            ),
        ),
        (
            "by serial number",
            opens(made(recipe().sign(alice(ReferenceForm::IssuerSerial)), &envelope(SOAP11)), knowing),
        ),
        ("by a path", opens(made(recipe().sign(alice(ReferenceForm::DirectPath)), &envelope(SOAP11)), receiver)),
        ("by a bag", opens(made(recipe().sign(alice(ReferenceForm::DirectPkcs7)), &envelope(SOAP11)), receiver)),
        ("of a subject", opens(made(recipe().token(assertion()).sign(by_dave), &envelope(SOAP11)), of_every_token)),
        ("under derived keys", opens(made(recipe().sign(by_context), &envelope(SOAP11)), of_every_token)),
        ("with a prefix list", opens(made(recipe().sign(with_list), &envelope(SOAP11)), receiver)),
        ("with blanks", opens(blanks, receiver)),
        ("a reply", Box::new(move |limits| told(receiver().limits(limits).answering(&sent).open(&reply)))),
        ("a package", Box::new(opened_package)),
        (
            "selected by XPath",
            Box::new(|limits| told(filtered::verified(&filtered::signed(), filtered::admitting(), limits))),
        ),
        ("held by XPath", Box::new(held)),
        ("with defaults", Box::new(defaulted)),
        ("explained", explained()),
        ("a document", decrypted()),
        ("a header block of AS4", Box::new(|limits| told(Messaging::read(&messaging(), &limits)))),
        ("taken along", Box::new(taken_along)),
    ]
}

/// Eight parts in a user message.
fn messaging() -> String {
    let (alice, bob) = (Party::new("alice", "a"), Party::new("bob", "b"));
    let user = UserMessage::new("1@a", SystemTime::UNIX_EPOCH, alice, bob);
    let user = (0..8).fold(user, |user, at| user.part(&format!("{at}@a"), []));
    Messaging::from(user).write(SoapVersion::V12, &Limits::dangerous_unbounded()).expect("written")
}

/// An envelope to encrypt whose children declare more octets than are always allowed.
fn taken_along(limits: Limits) -> String {
    let children = format!("<p:a>{}</p:a>", "1234".repeat(7)).repeat(12_000);
    let envelope =
        format!("<s:Envelope xmlns:s='{SOAP11}' xmlns:p='urn:purchasing'><s:Body>{children}</s:Body></s:Envelope>");
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::Body]);
    told(recipe().limits(limits).encrypt(encrypting).plan().expect("a plan").message(&envelope).secure())
}

/// A document of which an expression makes a string of more octets than are always allowed.
fn held(limits: Limits) -> String {
    let large = |order: &str| order.replacen("4711", &"4711".repeat(50_000), 1);
    let expression = "<ds:XPath>not(ancestor-or-self::ds:Signature) and string(/) != ''</ds:XPath>";
    let transform = filtered::transform(FilterMethod::XPath, expression);
    let text = large(&filtered::signed_with("", &transform, &large(filtered::ORDER)));
    told(filtered::verified(&text, filtered::admitting(), limits))
}

/// A document to which a DOCTYPE adds more octets than are always allowed.
fn defaulted(limits: Limits) -> String {
    let (value, filler) = ("v".repeat(100), "x".repeat(60_000));
    let text = format!("<!DOCTYPE r [<!ATTLIST a b CDATA '{value}'>]><r>{filler}{}</r>", "<a/>".repeat(1_000));
    told(Document::parse_with_doctype(&*text, &Budget::new(&limits, text.len() as u64)))
}

/// For every limit there is a message that opens by default and is refused by it, by its name, once it is lowered.
#[test]
fn every_limit_is_charged_by_someone() {
    let cases = cases();
    for (case, open) in &cases {
        assert_eq!(open(Limits::default()), "opened", "{case}");
    }
    let uncharged: Vec<&Limit> = Limit::ALL
        .iter()
        .filter(|limit| {
            let name = format!("`Limits::with(Limit::{limit:?}, …)`");
            let lowered = || [0, 1, 2, 7].into_iter().map(|value| Limits::default().with(**limit, value));
            !cases.iter().any(|(_, open)| lowered().any(|limits| open(limits).contains(&name)))
        })
        .collect();
    assert!(uncharged.is_empty(), "no message is refused by {uncharged:?}");
}

/// A path is searched with no more public-key operations than are left, and each is charged.
#[test]
fn signatures_that_are_verified_on_the_way_to_an_anchor_are_charged() {
    let message = signed(SOAP11);
    let open = |operations| {
        let limits = Limits::default().with(Limit::PublicKeyOperations, operations);
        receiver().limits(limits).open(&message).map(drop)
    };
    // The certificate under its anchor, and the message under the certificate.
    assert_eq!(open(2), Ok(()));
    for too_few in [0, 1] {
        let told = open(too_few).expect_err("refused").to_string();
        assert!(told.contains("Limit::PublicKeyOperations"), "{told}");
    }
}
