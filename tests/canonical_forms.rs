//! What is signed under other canonicalisations than BSP asks for, and in references of other forms.

mod common;

use common::*;
use proptest::prelude::*;
use ws_security::bsp::Rule;
use ws_security::c14n::{Canonicalization, CanonicalizationMethod};
use ws_security::prelude::*;
use ws_security::{
    AlgorithmPolicy, DangerousNoReplayCache, DigestMethod, PlanError, ProtectionToken, ReferenceForm, Referencing,
    SecureConversation,
};

const RULES: [Rule; 4] = [Rule::R5404, Rule::R5412, Rule::R5416, Rule::R5423];

fn waived(recipe: Recipe) -> Recipe {
    RULES.into_iter().fold(recipe, Recipe::waive)
}

/// An envelope with what only inclusive forms sign: bindings that nothing uses, a default namespace, `xml:lang`, and
/// comments.
fn surrounded() -> String {
    envelope(SOAP11)
        .replacen("<s:Envelope ", "<s:Envelope xml:lang=\"de\" xmlns:unused=\"urn:unused\" xmlns=\"urn:default\" ", 1)
        .replacen("<p:To>Ann</p:To>", "<!-- one --><p:To>Ann</p:To><none xmlns=\"\"/>", 1)
}

fn policy() -> AlgorithmPolicy {
    let mut policy = AlgorithmPolicy::default();
    policy.signature = policy.signature.admit_canonicalization(CanonicalizationMethod::ExclusiveWithComments);
    policy
}

/// The call that an error names opens the message.
fn open_with_what_is_named(message: &str, receiver: Receiver) -> String {
    let mut receiver = receiver;
    let mut called = Vec::new();
    for _ in 0..4 {
        let error = match receiver.open(message) {
            Ok(_) => return called.join(" "),
            Err(error) => error,
        };
        let told = error.to_string();
        for (call, apply) in [
            (
                "accept_inclusive_canonicalization",
                Receiver::accept_inclusive_canonicalization as fn(Receiver) -> Receiver,
            ),
            ("accept_absent_transforms", Receiver::accept_absent_transforms),
            ("admit_uri", |receiver| receiver.algorithms(policy())),
        ] {
            if told.contains(call) {
                assert!(!called.contains(&call), "{told}");
                called.push(call);
                receiver = apply(receiver);
            }
        }
        assert!(!called.is_empty(), "{error}\n{message}");
    }
    panic!("{called:?} did not open {message}");
}

#[test]
fn each_canonicalisation_opens_with_the_call_that_the_error_names() {
    let signing =
        || Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp, action(), Part::SigningToken]);
    for method in CanonicalizationMethod::ALL {
        let canonicalization = || Canonicalization::new(method);
        let call = match method {
            CanonicalizationMethod::Exclusive => "",
            CanonicalizationMethod::ExclusiveWithComments => "admit_uri",
            _ => "accept_inclusive_canonicalization",
        };
        for signing in [
            signing().canonicalization(canonicalization()),
            signing().referencing(Referencing::new(canonicalization())),
            signing().canonicalization(canonicalization()).referencing(Referencing::new(canonicalization())),
            signing().part_as(Part::header_block(WSA, "To"), Referencing::new(canonicalization())),
        ] {
            let refused = recipe().sign(signing.clone()).plan().map(drop);
            assert_eq!(refused.is_ok(), method == CanonicalizationMethod::Exclusive, "{method:?}: {refused:?}");
            assert!(refused.is_ok() || matches!(refused, Err(PlanError::Bsp { .. })), "{refused:?}");
            let message = waived(recipe().sign(signing)).secured(&surrounded());
            assert_eq!(open_with_what_is_named(&message, receiver()), call, "{method:?}");
            let all = lenient(receiver().algorithms(policy()));
            refuse_strictly(&all, &message.replace(AMOUNT, "1.00"));
            // Inclusive forms sign what is around the signed elements, exclusive ones do not.
            let around = message.replacen("urn:unused", "urn:others", 1);
            assert_eq!(all.open(&around).is_ok(), method.is_exclusive(), "{method:?}");
        }
    }
}

#[test]
fn references_without_transforms_open_with_the_call_that_the_error_names() {
    let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp, Part::SigningToken]);
    let signing = signing.referencing(Referencing::without_transforms());
    let refused = recipe().sign(signing.clone()).plan();
    assert!(matches!(refused, Err(PlanError::Bsp { rule: Rule::R5416, .. })), "{refused:?}");
    let message = recipe().sign(signing).waive(Rule::R5416).secured(&surrounded());
    assert!(!message.contains("Transform"), "{message}");
    assert_eq!(open_with_what_is_named(&message, receiver()), "accept_absent_transforms");
    refuse_strictly(&lenient(receiver()), &message.replace("urn:unused", "urn:others"));
}

/// The list binds what is around a token, too: its digest is of the place where it will be.
#[test]
fn prefix_lists_are_signed_with_their_bindings() {
    let listed = || Canonicalization::default().inclusive_prefixes("unused #default s");
    for signing in [
        Signing::with(&identity("alice")).inclusive_prefixes("unused #default"),
        Signing::with(&identity("alice")).canonicalization(listed()),
        Signing::with(&identity("alice")).canonicalization(listed()).referencing(Referencing::new(listed())),
    ] {
        let signing = signing.parts([Part::Body, Part::Timestamp, Part::SigningToken]);
        let message = recipe().sign(signing).secured(&surrounded());
        let opened = receiver().open(&message);
        assert!(opened.is_ok(), "{:?}\n{message}", opened.err());
        let changed = message.replacen("urn:unused", "urn:others", 1);
        assert!(receiver().open(&changed).is_err());
    }
    let with_inclusive = Canonicalization::new(CanonicalizationMethod::Inclusive).inclusive_prefixes("a");
    let refused = waived(recipe().sign(signing().canonicalization(with_inclusive))).plan();
    assert!(matches!(refused, Err(PlanError::PrefixList { .. })), "{refused:?}");
}

#[test]
fn each_part_may_have_a_digest_of_its_own() {
    let signing = Signing::with(&identity("alice"))
        .part_as(Part::Body, Referencing::default().digest(DigestMethod::Sha512))
        .part_as(Part::Timestamp, Referencing::default().digest(DigestMethod::Sha384))
        .parts([action()]);
    let message = recipe().sign(signing.clone()).secured(&envelope(SOAP11));
    for method in [DigestMethod::Sha256, DigestMethod::Sha384, DigestMethod::Sha512] {
        assert_eq!(message.matches(&format!("DigestMethod Algorithm=\"{}\"", method.uri())).count(), 1);
    }
    assert!(receiver().open(&message).is_ok());
    let legacy = signing.part_as(Part::SigningToken, Referencing::default().digest(DigestMethod::Sha1));
    assert!(matches!(recipe().sign(legacy).plan(), Err(PlanError::Legacy { .. })));
}

#[derive(Debug, Clone)]
struct Choices {
    signed_info: usize,
    referencing: usize,
    body: usize,
    form: usize,
    key: usize,
    order: usize,
    after: bool,
}

fn choices() -> impl Strategy<Value = Choices> {
    let numbers = prop::array::uniform6(0..1_000_usize);
    (numbers, any::<bool>()).prop_map(|([signed_info, referencing, body, form, key, order], after)| Choices {
        signed_info,
        referencing,
        body,
        form,
        key,
        order,
        after,
    })
}

fn canonicalization(choice: usize) -> Canonicalization {
    let method = CanonicalizationMethod::ALL[choice % 6];
    let canonicalization = Canonicalization::new(method);
    match method.is_exclusive() && choice / 6 % 2 == 1 {
        true => canonicalization.inclusive_prefixes("unused #default s wsse wsu"),
        false => canonicalization,
    }
}

fn referencing(choice: usize) -> Referencing {
    if choice.is_multiple_of(7) {
        Referencing::without_transforms()
    } else {
        Referencing::new(canonicalization(choice))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Every combination of forms, keys and orders opens with the calls that errors name.
    #[test]
    fn every_combination_opens(choices in choices()) {
        let forms = [ReferenceForm::Direct, ReferenceForm::Thumbprint, ReferenceForm::Embedded, ReferenceForm::IssuerSerial];
        let token = ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(SecureConversation::V1_3);
        let signing = match choices.key % 3 {
            0 => Signing::with_token(&token).parts([Part::SigningToken]),
            1 => Signing::with(&identity("alice")).reference(forms[choices.form % 4]).parts([Part::SigningToken]).token_by_reference(),
            _ => Signing::with(&identity("alice")).parts([Part::SigningToken]),
        };
        prop_assume!(choices.key % 3 != 1 || forms[choices.form % 4] != ReferenceForm::Embedded);
        let mut signing = signing
            .canonicalization(canonicalization(choices.signed_info))
            .referencing(referencing(choices.referencing))
            .part_as(Part::Body, referencing(choices.body))
            .parts([Part::Timestamp, action()]);
        let mut recipe = recipe();
        if choices.after && choices.key % 3 == 2 {
            signing = signing.token_after_signature();
            recipe = recipe.waive(Rule::R5205);
        }
        let encrypting = || Encrypting::to(&certificate("bob"));
        let endorsing = Signing::with(&identity("alice")).parts([Part::Signature, Part::Timestamp]).reference(if choices.key % 3 == 1 { forms[choices.form % 4] } else { ReferenceForm::Direct }).canonicalization(canonicalization(choices.body));
        let is_symmetric = choices.key % 3 == 0;
        recipe = match choices.order % 4 {
            0 => recipe.sign(signing),
            1 => recipe.sign(signing).encrypt(encrypting().parts([Part::Body, Part::Signature])),
            2 => recipe.encrypt(encrypting().parts([Part::Body])).sign(signing),
            _ => recipe.sign(signing).sign(endorsing.clone()),
        };
        if is_symmetric && choices.order % 4 != 3 {
            prop_assume!(choices.order % 4 != 1);
            recipe = recipe.sign(endorsing);
        }
        let message = waived(recipe).waive(Rule::R3022).secured(&surrounded());
        let trust = trust().known([certificate("alice")]);
        let strict = Receiver::new(trust, Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache)
            .decrypt_with(identity("bob"))
            .accept_forward_references();
        open_with_what_is_named(&message, strict);
    }
}
