//! Layouts of the Security header: what is where, and that the receiver opens each.

mod common;

use std::time::{Duration, SystemTime};

use common::*;
use proptest::prelude::*;
use ws_security::bsp::{self, Context, Rule};
use ws_security::c14n::{Document, Limits};
use ws_security::prelude::*;
use ws_security::{
    Addressing, AddressingVersion, DangerousNoReplayCache, Layout, OpenError, PlanError, Precision, ProtectionToken,
    SecureConversation, SecureError,
};

const LAYOUTS: [Layout; 4] = [Layout::Lax, Layout::Strict, Layout::LaxTimestampFirst, Layout::LaxTimestampLast];

/// The local names of the children of the Security header.
fn children(message: &str) -> Vec<String> {
    let document = Document::parse(message, &Limits::default()).expect("well-formed");
    let header = document.elements().find(|element| element.name().local == "Security").expect("the header");
    header.children().map(|child| child.name().local.to_owned()).collect()
}

fn endorsing(parts: &[Part]) -> Signing {
    Signing::with(&identity("ec384")).parts(parts.to_vec())
}

/// The order that WS-SecurityPolicy 1.3 §7.7 gives to each.
#[test]
fn each_layout_has_the_order_that_ws_security_policy_says() {
    let signed = |layout| recipe().layout(layout).username_digest("ann", "s3cret").sign(signing());
    for (layout, expected) in [
        (Layout::Lax, "BinarySecurityToken Signature Timestamp UsernameToken"),
        (Layout::Strict, "Timestamp UsernameToken BinarySecurityToken Signature"),
        (Layout::LaxTimestampFirst, "Timestamp BinarySecurityToken Signature UsernameToken"),
        (Layout::LaxTimestampLast, "BinarySecurityToken Signature UsernameToken Timestamp"),
    ] {
        assert_eq!(children(&signed(layout).secured(&envelope(SOAP11))).join(" "), expected, "{layout:?}");
    }
    // A signature over another one follows it only in a strict layout.
    let endorsed = |layout| recipe().layout(layout).sign(signing()).sign(endorsing(&[Part::Signature]));
    for (layout, expected) in [(Layout::Lax, 0), (Layout::Strict, 1)] {
        let message = endorsed(layout).secured(&envelope(SOAP11));
        let document = Document::parse(message.as_str(), &Limits::default()).expect("well-formed");
        let of_one = |element: &ws_security::c14n::Element<'_>| {
            element
                .descendants_and_self()
                .filter(|e| e.name().local == "Reference" && e.attribute("", "ValueType").is_none())
                .count()
                == 1
        };
        let signatures: Vec<_> = document.elements().filter(|element| element.name().local == "Signature").collect();
        assert_eq!(signatures.iter().position(of_one), Some(expected), "{layout:?}");
    }
}

#[test]
fn a_header_that_is_there_keeps_its_children_and_the_timestamp_its_place() {
    let first = Recipe::new().username_digest("ann", "s3cret").secured(&envelope(SOAP11));
    for (layout, expected) in [
        (Layout::LaxTimestampFirst, "Timestamp BinarySecurityToken Signature UsernameToken"),
        (Layout::LaxTimestampLast, "BinarySecurityToken Signature UsernameToken Timestamp"),
        (Layout::Strict, "Timestamp UsernameToken BinarySecurityToken Signature"),
    ] {
        let message = recipe().layout(layout).sign(signing()).secured(&first);
        assert_eq!(children(&message).join(" "), expected, "{layout:?}");
        assert!(receiver().open(&message).is_ok(), "{layout:?}");
    }
}

#[test]
fn a_token_after_the_signature_opens_with_the_call_that_the_error_names() {
    let after = recipe().sign(signing().token_after_signature());
    let refused = after.clone().plan();
    assert!(matches!(refused, Err(PlanError::Bsp { rule: Rule::R5205, .. })), "{refused:?}");
    let message = after.waive(Rule::R5205).secured(&envelope(SOAP11));
    assert_eq!(children(&message), ["Signature", "BinarySecurityToken", "Timestamp"]);
    let error = receiver().open(&message).map(drop).expect_err("strict");
    assert!(error.to_string().contains("accept_forward_references"), "{error}");
    assert!(receiver().accept_forward_references().open(&message).is_ok());
    refuse_strictly(&receiver().accept_forward_references(), &message.replace(AMOUNT, "1.00"));
}

#[test]
fn contradictions_are_found_by_the_plan() {
    let told = |recipe: Recipe| match recipe.waive(Rule::R5205).plan() {
        Err(PlanError::Layout { defect }) => defect.to_string(),
        other => panic!("{other:?}"),
    };
    let body = || Signing::with(&identity("alice")).parts([Part::Body]);
    for (recipe, words) in [
        (Recipe::new().layout(Layout::LaxTimestampLast).sign(body()), "`timestamp`"),
        (Recipe::new().layout(Layout::LaxTimestampFirst).sign(body()), "`timestamp`"),
        (recipe().layout(Layout::Strict).sign(body().token_after_signature()), "`token_after_signature`"),
        (recipe().sign(body().reference(ws_security::ReferenceForm::Thumbprint).token_after_signature()), "Direct"),
        (
            recipe()
                .layout(Layout::Strict)
                .sign(body())
                .encrypt(Encrypting::to(&certificate("bob")).parts([Part::Body]))
                .sign(endorsing(&[Part::Signature, Part::Body])),
            "Layout::Lax",
        ),
    ] {
        assert!(told(recipe.clone()).contains(words), "{}", told(recipe));
    }
    // What is short of the precision shows as no lifetime at all.
    let short = |precision| Recipe::new().timestamp(Duration::from_millis(900)).precision(precision).plan().map(drop);
    assert_eq!(short(Precision::Seconds), Err(PlanError::NoLifetime));
    assert_eq!(short(Precision::Milliseconds), Ok(()));
}

#[test]
fn instants_have_the_precision_that_the_recipe_says() {
    let written = |recipe: Recipe| {
        let message = recipe.username_digest("ann", "s3cret").sign(signing()).secured(&envelope(SOAP11));
        let document = Document::parse(message.as_str(), &Limits::default()).expect("well-formed");
        let times = document.elements().filter(|element| ["Created", "Expires"].contains(&element.name().local));
        let lengths: Vec<usize> = times.map(|time| time.text().expect("text").len()).collect();
        let users = |user: &str| (user == "ann").then(|| ws_security::Secret::new(b"s3cret".to_vec()));
        let requirements = Requirements::signed([Part::Body, Part::Timestamp]).username_token();
        let opened = Receiver::new(trust(), requirements, DangerousNoReplayCache)
            .passwords(users)
            .over_protected_transport()
            .open(&message);
        assert!(opened.is_ok(), "{opened:?}");
        lengths
    };
    assert_eq!(written(recipe().precision(Precision::Seconds)), [20, 20, 20]);
    assert_eq!(written(recipe()), [24, 24, 24]);
    assert_eq!(written(Recipe::new().timestamp_without_expires().precision(Precision::Seconds)), [20, 20]);
}

#[test]
fn a_timestamp_without_expires_opens_and_is_refused_where_expires_is_required() {
    let message = Recipe::new().timestamp_without_expires().sign(signing()).secured(&envelope(SOAP11));
    assert!(!message.contains("Expires"));
    let opened = receiver().open(&message).expect("opens");
    let timestamp = opened.evidence().timestamp.expect("a timestamp");
    assert!(timestamp.created.is_some_and(|created| created <= SystemTime::now()) && timestamp.expires.is_none());
    let strict = Requirements::signed([Part::Body, Part::Timestamp]).expires();
    let refused = Receiver::new(trust(), strict, DangerousNoReplayCache).open(&message);
    assert!(matches!(refused, Err(OpenError::Requirement(_))), "{refused:?}");
}

/// Every recipe of these choices that is a plan makes a message that conforms to BSP and opens with nothing configured.
#[derive(Debug, Clone, Copy)]
struct Choices {
    layout: Layout,
    soap12: bool,
    has_user: bool,
    /// Sign with a certificate, or with keys derived from an EncryptedKey.
    is_symmetric: bool,
    encryption: usize,
    encrypts_first: bool,
    endorses: bool,
    signs_token: bool,
}

fn choices() -> impl Strategy<Value = Choices> {
    let flags = any::<[bool; 6]>();
    (prop::sample::select(LAYOUTS.to_vec()), 0usize..4, flags).prop_map(|(layout, encryption, flags)| {
        let [soap12, has_user, is_symmetric, encrypts_first, endorses, signs_token] = flags;
        Choices { layout, soap12, has_user, is_symmetric, encryption, encrypts_first, endorses, signs_token }
    })
}

fn recipe_of(choices: Choices) -> Recipe {
    let token = ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(SecureConversation::V1_3);
    let mut parts = vec![Part::Body, Part::Timestamp, action()];
    let mut recipe = recipe().layout(choices.layout);
    if choices.has_user {
        recipe = recipe.username_digest("ann", "s3cret");
        parts.push(Part::UsernameToken);
    }
    if choices.signs_token {
        parts.push(Part::SigningToken);
    }
    let signing = match choices.is_symmetric {
        true => Signing::with_token(&token),
        false => Signing::with(&identity("alice")),
    };
    let signing = signing.parts(parts);
    let encrypted = match choices.encryption {
        0 => None,
        1 => Some(vec![Part::Body]),
        2 if choices.encrypts_first => Some(vec![Part::Body]),
        2 => Some(vec![Part::Body, Part::Signature]),
        _ if choices.has_user && !choices.encrypts_first => Some(vec![Part::Body, Part::UsernameToken]),
        _ => Some(vec![action()]),
    };
    let encrypting = encrypted.map(|parts| match choices.is_symmetric {
        true => Encrypting::with_token(&token).parts(parts),
        false => Encrypting::to(&certificate("bob")).parts(parts),
    });
    if choices.encrypts_first {
        recipe = encrypting.iter().cloned().fold(recipe, Recipe::encrypt);
    }
    recipe = recipe.sign(signing);
    // An endorsement proves who sent a key that anyone can encrypt to Bob.
    if choices.endorses || choices.is_symmetric {
        let endorsement = Signing::with(&identity("alice")).parts([Part::Signature, Part::Timestamp]);
        recipe = recipe.sign(endorsement);
    }
    if !choices.encrypts_first {
        recipe = encrypting.into_iter().fold(recipe, Recipe::encrypt);
    }
    recipe
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn every_layout_conforms_and_opens_with_nothing_configured(choices in choices()) {
        let soap = if choices.soap12 { SOAP12 } else { SOAP11 };
        let message = recipe_of(choices).secured(&envelope(soap));
        let report = bsp::report(&message, &Context::new()).expect("a message");
        prop_assert!(report.conforms(), "{:?}\n{message}", report.breaches().collect::<Vec<_>>());
        let users = |user: &str| (user == "ann").then(|| ws_security::Secret::new(b"s3cret".to_vec()));
        let receiver = receiver().decrypt_with(identity("bob")).passwords(users);
        let opened = receiver.open(&message);
        prop_assert!(opened.is_ok(), "{:?}\n{message}", opened.err());
        prop_assert!(opened.is_ok_and(|opened| opened.body().xml().contains(AMOUNT)));
        let found = children(&message);
        let timestamp = found.iter().position(|name| name == "Timestamp");
        match choices.layout {
            Layout::Strict | Layout::LaxTimestampFirst => prop_assert_eq!(timestamp, Some(0)),
            Layout::LaxTimestampLast => prop_assert_eq!(timestamp, Some(found.len() - 1)),
            Layout::Lax => prop_assert!(timestamp > found.iter().position(|name| name == "Signature")),
        }
    }
}

/// What is addressed by one call is signed, and the receiver's call for WS-Addressing understands it.
#[test]
fn addressing_is_inserted_by_one_call_and_signed() {
    for soap in [SOAP11, SOAP12] {
        for version in AddressingVersion::ALL {
            let envelope = format!("<s:Envelope xmlns:s=\"{soap}\"><s:Body><p>{AMOUNT}</p></s:Body></s:Envelope>");
            let addressing = Addressing::new(version)
                .to("urn:bank?a=1&b=2")
                .action("urn:pay")
                .new_message_id()
                .reply_to(version.anonymous())
                .relates_to("urn:uuid:0")
                .must_understand();
            let block = |local| Part::header_block(version.namespace(), local);
            let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]);
            let plan = recipe().sign(signing.parts_if_present(version.parts())).plan().expect("a plan");
            let message = plan.message(&envelope).addressing(addressing.clone()).secure().expect("secured").message;
            let blocks = ["To", "Action", "MessageID", "ReplyTo", "RelatesTo"].map(block);
            let required = Requirements::signed([Part::Body, Part::Timestamp]).also_signed(blocks);
            let receiver = Receiver::new(trust(), required, DangerousNoReplayCache).understands_addressing();
            let opened = receiver.open(&message).expect("opens");
            let to = opened.header_block(version.namespace(), "To").expect("it is signed");
            assert!(to.xml().contains(">urn:bank?a=1&amp;b=2<"), "{message}");
            refuse(&receiver, &message.replacen("urn:pay", "urn:buy", 1));
            // Each message has an Id of its own, a UUID of version 4.
            let id =
                |message: &str| message.split("urn:uuid:").nth(1).expect("an Id").split('<').next().map(str::to_owned);
            let other = plan.message(&envelope).addressing(addressing.clone()).secure().expect("secured").message;
            assert_ne!(id(&message), id(&other));
            let id = id(&message).expect("an Id");
            assert!(id.len() == 36 && id.as_bytes()[14] == b'4' && b"89ab".contains(&id.as_bytes()[19]), "{id}");
            // What is there already is a contradiction.
            let twice = plan.message(&message).addressing(addressing).secure().map(drop).expect_err("twice");
            assert!(matches!(twice, SecureError::AddressingThere { .. }), "{twice}");
        }
    }
}
