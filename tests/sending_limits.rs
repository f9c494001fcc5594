//! Every limit, and the two sides of it: what a sender makes is what a receiver with the same limits opens.

mod common;

use common::*;
use ws_security::attachments::{Attachment, Package};
use ws_security::prelude::*;
use ws_security::tokens::ReferenceForm;
use ws_security::{ContentEncryption, ElementPath, Limit, Limits, ProtectionToken, Secret, SecureConversation};

/// Limits that no recipe exceeds where the others hold, and why.
const NEVER: &[(Limit, &str)] = &[
    (Limit::DefaultedOctets, "an envelope to secure has no DOCTYPE"),
    (Limit::KeptOctets, "a receiver keeps what it digested, and that is charged"),
    (Limit::CauseOctets, "for explanations alone"),
    (Limit::Transforms, "a reference has one"),
    (Limit::SignatureValueOctets, "that of the largest key that signs is shorter"),
    (Limit::XPathOctets, "no transform with an expression is written"),
    (Limit::XPathDepth, "no transform with an expression is written"),
    (Limit::XPathNodes, "no transform with an expression is written"),
    (Limit::XPathStrings, "no transform with an expression is written"),
    (Limit::XPathHeld, "no transform with an expression is written"),
    (Limit::KeyInfoChildren, "it has three at most"),
    (Limit::SecurityTokenReferences, "one for each child of the header and each ciphertext"),
    (Limit::CertificateOctets, "a certificate is read within it"),
    (Limit::Paths, "a path for each signature, for each assertion and for each issuer"),
    (Limit::PublicKeyOperations, "the trust of the receiver decides on the length of a path"),
    (Limit::Derivations, "a key is derived once from a key that is derived from a password"),
    (Limit::DerivationIterations, "the number of iterations is fixed"),
    (Limit::KeysTried, "a receiver of whole documents alone"),
    (Limit::Audiences, "an issued token is read within it when the recipe is planned"),
    (Limit::SubjectConfirmations, "an issued token is read within it when the recipe is planned"),
    (Limit::AssertionAttributes, "an issued token is read within it when the recipe is planned"),
    (
        Limit::MessagingEntries,
        "a header block of the application is counted when it is written: `tests/hostile/messaging.rs`",
    ),
    (Limit::IncludedOctets, "what is included is part of the package once"),
];

/// Limits that these short messages do not reach. That on density has a test of its own below; the others are in
/// `tests/sending.rs`.
const ELSEWHERE: &[Limit] = &[
    Limit::NodesPerKibibyte,
    Limit::ParsedOctets,
    Limit::DigestedOctets,
    Limit::TakenAlongOctets,
    Limit::SecurityHeaders,
    Limit::Confirmations,
];

/// Two messages of one recipe differ in length by some octets.
const VARIES: [Limit; 4] =
    [Limit::DocumentOctets, Limit::PlaintextOctets, Limit::PackageOctets, Limit::PackagedEnvelopeOctets];

/// The limits that now and then take one more: a value in base64 has the name of a prefix by chance, as `s` in `…/s/…`, and its
/// declaration is taken along.
const ONE_MORE: [Limit; 3] = [Limit::AllDeclarations, Limit::Declarations, Limit::NamespacesInScope];

/// By how much two messages of one recipe may differ.
fn tolerance(limit: Limit) -> u64 {
    match limit {
        limit if VARIES.contains(&limit) => 64,
        limit if ONE_MORE.contains(&limit) => 1,
        _ => 0,
    }
}

fn alice() -> Signing {
    Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp])
}

fn to_bob() -> Encrypting {
    Encrypting::to(&certificate("bob"))
}

fn context() -> ProtectionToken {
    ProtectionToken::security_context(SecureConversation::V1_3, "urn:c", Secret::new(vec![7; 32]))
}

fn block(local: &str) -> Part {
    Part::header_block("urn:x", local)
}

fn elements() -> Part {
    Part::every_element(ElementPath::in_body([("urn:x", "a")]))
}

fn bob() -> Receiver {
    receiver()
        .decrypt_with(identity("bob"))
        .decrypt_with(identity("ka-ec256"))
        .passwords(|_: &str| Some(Secret::new(b"s3cret".to_vec())))
        .security_contexts(|_: &str, _: Option<&str>| Some(Secret::new(vec![7; 32])))
}

fn both(token: &ProtectionToken) -> Recipe {
    let signing = Signing::with_token(token).parts([Part::Body, Part::Timestamp]);
    recipe().sign(signing).encrypt(Encrypting::with_token(token).parts([Part::Body])).sign(alice())
}

/// The recipes, each with an Id that says what it is for.
fn recipes() -> Vec<(&'static str, Recipe)> {
    let derived = |token: ProtectionToken| token.derived_keys(SecureConversation::V1_3);
    let password = ProtectionToken::username("ann", "s3cret");
    vec![
        ("sign", recipe().sign(alice())),
        ("sign nine times", (0..9).fold(recipe(), |recipe, _| recipe.sign(alice()))),
        ("a path", recipe().sign(alice().reference(ReferenceForm::DirectPath))),
        ("a bag", recipe().sign(alice().reference(ReferenceForm::DirectPkcs7))),
        ("certificates beside", recipe().waive(ws_security::bsp::Rule::R5402).sign(alice().x509_data_beside())),
        ("prefixes", recipe().sign(alice().inclusive_prefixes("s x"))),
        ("sign, encrypt", recipe().sign(alice()).encrypt(to_bob().parts([Part::Body, Part::Signature]))),
        ("encrypt, sign", recipe().encrypt(to_bob().parts([Part::Body])).sign(alice())),
        (
            "the Body twice",
            recipe().sign(alice()).encrypt(to_bob().parts([Part::Body])).encrypt(to_bob().parts([Part::Body])),
        ),
        ("elements", recipe().sign(alice()).encrypt(to_bob().parts([elements()]))),
        (
            "elements, Body",
            recipe().sign(alice()).encrypt(to_bob().parts([elements()])).encrypt(to_bob().parts([Part::Body])),
        ),
        (
            "blocks",
            recipe()
                .sign(alice())
                .encrypt(to_bob().parts([block("b")]))
                .encrypt(to_bob().parts([block("c")]))
                .encrypt(to_bob().parts([Part::Body])),
        ),
        ("context", recipe().sign(Signing::with_token(&context()).parts([Part::Body, Part::Timestamp])).sign(alice())),
        ("derived from a context", both(&derived(context()))),
        (
            "two lists",
            recipe()
                .sign(alice())
                .encrypt(Encrypting::with_token(&derived(context())).parts([block("b")]))
                .encrypt(Encrypting::with_token(&derived(context())).parts([Part::Body])),
        ),
        (
            "password",
            recipe()
                .sign(alice())
                .encrypt(Encrypting::with_token(&password).content(ContentEncryption::Aes128Gcm).parts([Part::Body])),
        ),
        ("derived from a password", both(&derived(password.clone()))),
        ("a key for bob", both(&derived(ProtectionToken::encrypted_to(&certificate("bob"))))),
        ("agreement", recipe().sign(alice()).encrypt(Encrypting::to(&certificate("ka-ec256")).parts([Part::Body]))),
        ("username", recipe().username_digest("ann", "s3cret").sign(alice().parts([Part::UsernameToken]))),
        ("binary tokens", recipe().attach_binary("b1", "urn:a", b"x").attach_binary("b2", "urn:a", b"x").sign(alice())),
    ]
}

const ENVELOPE: &str = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' xmlns:x='urn:x'><s:Header><x:b/>\
    <x:c/></s:Header><s:Body><x:a>1</x:a><x:a>2</x:a><x:a>3</x:a></s:Body></s:Envelope>";

/// The smallest value with which something holds; `None` if it does not with a large one.
fn least(holds: &dyn Fn(u64) -> bool) -> Option<u64> {
    let (mut fails, mut succeeds) = (0, 1 << 20);
    match (holds(0), holds(succeeds)) {
        (true, _) => return Some(0),
        (_, false) => return None,
        _ => {}
    }
    while succeeds - fails > 1 {
        let middle = u64::midpoint(fails, succeeds);
        *(if holds(middle) { &mut succeeds } else { &mut fails }) = middle;
    }
    Some(succeeds)
}

/// What is sent: an envelope, or a package.
struct Sent(String, Option<(String, Vec<u8>)>);

/// How a message is sent.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Envelope,
    /// With attachments.
    Package,
    /// With its ciphertext in parts of their own.
    Optimized,
}

/// A recipe, and the form of its message.
struct Case {
    name: &'static str,
    recipe: Recipe,
    form: Form,
}

impl Case {
    fn send(&self, limits: Limits) -> Result<Sent, String> {
        self.send_envelope(ENVELOPE, limits)
    }

    fn send_envelope(&self, envelope: &str, limits: Limits) -> Result<Sent, String> {
        let plan = self.recipe.clone().limits(limits).plan().map_err(|error| error.to_string())?;
        let outgoing = plan.message(envelope);
        if self.form == Form::Envelope {
            return outgoing.secure().map(|secured| Sent(secured.message, None)).map_err(|error| error.to_string());
        }
        let attached = ["a@b", "c@d"].map(|id| Attachment::new(id, "text/plain; charset=utf-8", "text").expect("one"));
        let attached = if self.form == Form::Package { Vec::from(attached) } else { Vec::new() };
        let mut secured = outgoing.attachments(attached).secure().map_err(|error| error.to_string())?.message;
        if self.form == Form::Optimized {
            secured = secured.optimized(1).map_err(|error| error.to_string())?;
        }
        let (kind, octets) = (secured.content_type(), secured.write(Vec::new()).expect("written"));
        Ok(Sent(secured.envelope().to_owned(), Some((kind, octets))))
    }

    fn open(&self, sent: &Sent, limits: Limits) -> Result<(), String> {
        let receiver = bob().limits(limits);
        match &sent.1 {
            None => receiver.open(&sent.0).map(drop).map_err(|error| error.to_string()),
            Some((kind, octets)) => {
                let package = Package::parse_body(kind, octets, &limits).map_err(|error| error.to_string())?;
                receiver.open(&package).map(drop).map_err(|error| error.to_string())
            }
        }
    }
}

fn cases() -> Vec<Case> {
    let parts = [Part::Body, Part::Timestamp, Part::Attachments];
    let sign = || Signing::with(&identity("alice")).parts(parts.clone());
    let encrypt = || to_bob().parts([Part::Attachments]);
    let with_attachments = [
        ("signed attachments", recipe().sign(sign())),
        ("encrypted attachments", recipe().sign(sign()).encrypt(encrypt())),
        ("attachments encrypted twice", recipe().sign(sign()).encrypt(encrypt()).encrypt(encrypt())),
    ];
    let in_parts = [
        ("ciphertext in parts", recipe().sign(alice()).encrypt(to_bob().parts([Part::Body, Part::Signature]))),
        ("ciphertext of elements in parts", recipe().sign(alice()).encrypt(to_bob().parts([elements()]))),
    ];
    let of = |form| move |(name, recipe)| Case { name, recipe, form };
    let packages =
        with_attachments.into_iter().map(of(Form::Package)).chain(in_parts.into_iter().map(of(Form::Optimized)));
    recipes().into_iter().map(of(Form::Envelope)).chain(packages).collect()
}

/// A sender is as strict as its receiver in every limit, for every recipe; and each limit that it can exceed is one that it
/// names.
#[test]
fn what_a_sender_makes_its_receiver_opens() {
    let high = Limits::dangerous_unbounded();
    let (mut named, mut failures) = (Vec::new(), Vec::new());
    for case in cases() {
        let sent = case.send(high).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        case.open(&sent, high).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        for limit in Limit::ALL {
            let low = |value| high.with(*limit, value);
            let sends = least(&|value| case.send(low(value)).is_ok()).expect("it is sent");
            if NEVER.iter().any(|(never, _)| never == limit) {
                assert!(sends == 0 || *limit == Limit::CertificateOctets, "{}: {limit:?}: {sends}", case.name);
                continue;
            }
            let opens = least(&|value| case.open(&sent, low(value)).is_ok()).expect("it opens");
            if sends + tolerance(*limit) < opens {
                failures.push(format!("{}: {limit:?}: sent with {sends}, opened with {opens}", case.name));
            }
            if let Some(less) = sends.checked_sub(1) {
                match case.send(low(less)) {
                    Err(error) => {
                        assert!(error.contains(&format!("Limit::{limit:?}")), "{}: {limit:?}: {error}", case.name);
                        named.push(*limit);
                    }
                    Ok(_) => assert!(tolerance(*limit) > 0, "{}: {limit:?}", case.name),
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    for limit in Limit::ALL {
        let is_never = NEVER.iter().any(|(never, _)| never == limit);
        let is_named = named.contains(limit) || ELSEWHERE.contains(limit);
        assert!(is_never != is_named, "{limit:?}");
    }
}

/// A Body of more elements than fit its octets is refused before it is sent, in every form: also where it was the ciphertext of
/// one long text that made room for them, and that is a part of its own now.
#[test]
fn what_is_too_dense_for_a_receiver_is_not_sent() {
    let of = |before: usize, text: usize| {
        let (many, text) = ("<a/>".repeat(before), "x".repeat(text));
        ENVELOPE.replace("<x:a>3</x:a>", &format!("<x:a>{text}</x:a>{many}"))
    };
    let usual = Limits::default();
    let mut refused = Vec::new();
    for case in cases() {
        for (many, text) in [(16_000, 0), (60_000, 0), (60_000, 60_000)] {
            let envelope = of(many, text);
            match case.send_envelope(&envelope, usual) {
                Ok(sent) => {
                    let opened = case.open(&sent, usual);
                    assert_eq!(opened, Ok(()), "{}: {many} elements beside {text} octets", case.name);
                }
                Err(error) => {
                    assert!(error.contains("Limit::"), "{}: {error}", case.name);
                    if error.contains("Limit::NodesPerKibibyte") {
                        refused.push((case.name, many, text));
                    }
                }
            }
        }
    }
    let of = |name: &str| refused.iter().filter(|(of, ..)| *of == name).count();
    assert!(of("sign") > 0 && of("ciphertext of elements in parts") > of("sign"), "{refused:?}");
}
