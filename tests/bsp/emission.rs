//! What we emit conforms: every recipe that is a plan yields a message that breaks no MUST.

use std::sync::OnceLock;
use std::time::SystemTime;

use proptest::prelude::*;
use ws_security::bsp::{self, Context, Rule, Variant};
use ws_security::c14n::{Canonicalization, CanonicalizationMethod, name};
use ws_security::crypto::{KeyTransport, SystemRandom};
use ws_security::prelude::*;
use ws_security::{
    ContentEncryption, Correlation, DangerousNoReplayCache, DigestMethod, KerberosForm, Layout, NameForm, NewAssertion,
    PlanError, Precision, ProtectionToken, ReferenceForm, Referencing, SamlVersion, Secret, SecureConversation,
    SecureError, SignatureMethod, X509Item,
};

use crate::common::*;
use crate::goldens::{self, passwords, ticket};

const FORMS: [ReferenceForm; 20] = [
    ReferenceForm::Direct,
    ReferenceForm::DirectPath,
    ReferenceForm::DirectPkcs7,
    ReferenceForm::IssuerSerial,
    ReferenceForm::IssuerSerialAs(NameForm::Java),
    ReferenceForm::IssuerSerialAs(NameForm::Dotnet),
    ReferenceForm::SubjectKeyIdentifier,
    ReferenceForm::ComputedKeyIdentifier,
    ReferenceForm::Thumbprint,
    ReferenceForm::Embedded,
    ReferenceForm::KeyName,
    ReferenceForm::KeyValue,
    ReferenceForm::DerKeyValue,
    ReferenceForm::X509Data(X509Item::Certificate),
    ReferenceForm::X509Data(X509Item::Path),
    ReferenceForm::X509Data(X509Item::IssuerSerial(NameForm::Java)),
    ReferenceForm::X509Data(X509Item::SubjectKeyIdentifier),
    ReferenceForm::X509Data(X509Item::SubjectName(NameForm::Dotnet)),
    ReferenceForm::X509Data(X509Item::Digest(DigestMethod::Sha512)),
    ReferenceForm::Certificate,
];

const CIPHERS: [ContentEncryption; 7] = [
    ContentEncryption::Aes128Gcm,
    ContentEncryption::Aes192Gcm,
    ContentEncryption::Aes256Gcm,
    ContentEncryption::Aes128Cbc,
    ContentEncryption::Aes192Cbc,
    ContentEncryption::Aes256Cbc,
    ContentEncryption::TripleDesCbc,
];

const KERBEROS: [KerberosForm; 3] = [KerberosForm::Gss, KerberosForm::ApReq, KerberosForm::Gss4120];

static CANONICALIZATIONS: std::sync::LazyLock<[Canonicalization; 3]> = std::sync::LazyLock::new(|| {
    [
        Canonicalization::new(CanonicalizationMethod::Exclusive),
        Canonicalization::new(CanonicalizationMethod::Inclusive11),
        Canonicalization::new(CanonicalizationMethod::ExclusiveWithComments),
    ]
});

/// Choices. Each is a number, taken modulo the number of possibilities.
#[derive(Debug, Clone)]
struct Choices {
    steps: Vec<[usize; 6]>,
    tokens: [usize; 4],
    of_2010: bool,
}

fn choices() -> impl Strategy<Value = Choices> {
    let step = prop::array::uniform6(0..1_000_usize);
    (prop::collection::vec(step, 1..4), prop::array::uniform4(0..1_000_usize), any::<bool>())
        .prop_map(|(steps, tokens, of_2010)| Choices { steps, tokens, of_2010 })
}

fn pick<T: Clone>(from: &[T], choice: usize) -> T {
    from[choice % from.len()].clone()
}

fn parts(bits: usize) -> Vec<Part> {
    let all = [
        Part::Body,
        Part::Timestamp,
        action(),
        Part::SigningToken,
        Part::Signature,
        Part::UsernameToken,
        Part::Assertion,
        Part::SignatureConfirmation,
        Part::Id("theirs".to_owned()),
    ];
    // Few at a time: most do not go together.
    let mut parts = vec![pick(&all, bits)];
    let second = pick(&all, bits / 9);
    if second != parts[0] {
        parts.push(second);
    }
    parts
}

fn secret() -> Secret {
    Secret::new((0..32).collect())
}

fn protection(choices: &[usize; 4]) -> ProtectionToken {
    let [kind, derived, form, _] = *choices;
    let token = match kind % 6 {
        0 => ProtectionToken::encrypted_to(&certificate("bob")).reference(pick(&FORMS, form)),
        1 => ProtectionToken::username("ann", "s3cret"),
        2 => ProtectionToken::security_context(SecureConversation::V1_3, "urn:context", secret()),
        3 => ProtectionToken::kerberos(ticket).kerberos_form(pick(&KERBEROS, form)),
        4 => ProtectionToken::of_assertion(secret()),
        _ => ProtectionToken::of_request(),
    };
    match derived % 3 {
        0 => token,
        1 => token.derived_keys(SecureConversation::V1_3),
        _ => token.derived_keys(SecureConversation::V2005),
    }
}

fn recipe_of(choices: &Choices) -> Recipe {
    let token = protection(&choices.tokens);
    let extras = choices.tokens[3];
    let mut recipe = recipe().limits(ws_security::Limits::dangerous_unbounded());
    if extras.is_multiple_of(2) {
        recipe = recipe.username_digest("ann", "s3cret");
    }
    if !extras.is_multiple_of(3) {
        let version = if extras % 3 == 1 { SamlVersion::V1_1 } else { SamlVersion::V2_0 };
        recipe = recipe.token(assertion(version));
    }
    if extras.is_multiple_of(5) {
        recipe = recipe.signature_confirmation();
    }
    if extras.is_multiple_of(7) {
        recipe = recipe.actor("urn:gateway");
    }
    let layouts = [Layout::Lax, Layout::Strict, Layout::LaxTimestampFirst, Layout::LaxTimestampLast];
    recipe = recipe.layout(pick(&layouts, extras / 11));
    if extras.is_multiple_of(17) {
        recipe = recipe.prefix(name::DS.uri, "").prefix(name::WSSE.uri, "sec").id(Part::Timestamp, "TS-1");
    }
    if extras.is_multiple_of(13) {
        recipe = recipe.precision(Precision::Seconds);
    }
    if choices.of_2010 {
        recipe = recipe.allow_legacy_algorithms().accept_one_key_to_sign_and_encrypt();
    }
    for [verb, by, form, bits, algorithm, flags] in &choices.steps {
        recipe = if verb.is_multiple_of(2) {
            let mut signing = match by % 4 {
                0 => Signing::with_token(&token),
                1 => Signing::with(&identity(if choices.of_2010 { "bob" } else { "ec256" })),
                2 => Signing::with(&identity("v1")),
                _ => Signing::with(&identity("alice")),
            };
            signing = signing.reference(pick(&FORMS, *form)).parts(parts(*bits));
            if choices.of_2010 {
                let mac = by % 4 == 0;
                let method = if mac { SignatureMethod::HmacSha1 } else { SignatureMethod::RsaSha1 };
                signing = signing.method(method).digest(DigestMethod::Sha1);
            }
            if flags.is_multiple_of(3) {
                signing = signing.token_by_reference();
            }
            if flags.is_multiple_of(5) {
                signing = signing.holder_of_key();
            }
            if flags.is_multiple_of(7) {
                signing = signing.key_value_beside();
            }
            if flags.is_multiple_of(17) {
                signing = signing.canonicalization(pick(&*CANONICALIZATIONS, flags / 17));
            }
            if flags.is_multiple_of(19) {
                let referencing = Referencing::new(pick(&*CANONICALIZATIONS, flags / 19));
                signing = signing.referencing(referencing.digest(DigestMethod::Sha512));
            }
            if flags.is_multiple_of(23) {
                signing = signing.part_as(Part::Body, Referencing::without_transforms());
            }
            if flags.is_multiple_of(29) {
                signing = signing.x509_data_beside();
            }
            if flags.is_multiple_of(11) {
                signing = signing.token_after_signature();
            }
            if flags % 4 == 1 {
                signing = signing.inclusive_prefixes("a #default");
            }
            recipe.sign(signing)
        } else {
            let encrypting = match by % 3 {
                0 => Encrypting::with_token(&token),
                1 => Encrypting::to_requester(),
                _ => Encrypting::to(&certificate(if flags.is_multiple_of(3) { "alice" } else { "bob" })),
            };
            let mut encrypting = encrypting.reference(pick(&FORMS, *form)).parts(parts(*bits));
            if choices.of_2010 {
                encrypting = encrypting.content(pick(&CIPHERS[3..], *algorithm)).transport(KeyTransport::Rsa15);
            } else {
                let transports = [KeyTransport::oaep_mgf1p(), KeyTransport::oaep(DigestMethod::Sha256)];
                encrypting = encrypting.content(pick(&CIPHERS, *algorithm)).transport(pick(&transports, *flags));
            }
            recipe.encrypt(encrypting)
        };
    }
    recipe
}

fn assertion(version: SamlVersion) -> &'static str {
    static ISSUED: OnceLock<[String; 2]> = OnceLock::new();
    let issued = ISSUED.get_or_init(|| {
        [SamlVersion::V1_1, SamlVersion::V2_0].map(|version| {
            let assertion = NewAssertion::new(version, "https://idp.example", "uid=ann").audience("urn:bank");
            let assertion = assertion.holder_of_key(&certificate("alice"));
            assertion.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("signed")
        })
    });
    if version == SamlVersion::V1_1 { &issued[0] } else { &issued[1] }
}

/// An envelope with its own Id on a header block.
fn their_envelope() -> String {
    let wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    envelope(SOAP11).replace("<a:To>", &format!("<a:To xmlns:wsu=\"{wsu}\" wsu:Id=\"theirs\">"))
}

/// The exchange of a request by Alice, with its own key.
fn request() -> &'static Correlation {
    static REQUEST: OnceLock<Correlation> = OnceLock::new();
    REQUEST.get_or_init(make_request)
}

fn make_request() -> Correlation {
    let token = ProtectionToken::encrypted_to(&certificate("bob"));
    let plan = recipe()
        .encrypt(Encrypting::with_token(&token).parts([Part::Body]))
        .sign(Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]))
        .plan()
        .expect("a plan");
    let message = plan.message(&envelope(SOAP11)).secure().expect("secured").message;
    let receiver = Receiver::new(trust(), Requirements::signed([Part::Body]), DangerousNoReplayCache);
    let opened = receiver.decrypt_with(identity("bob")).open(message).expect("opens");
    opened.correlation().clone()
}

/// A receiver with every key the recipes use.
fn everyone() -> Receiver {
    Receiver::new(
        Trust::pins([certificate("v1"), certificate("dave"), certificate("ec256")]),
        Requirements::signed([Part::Body]),
        DangerousNoReplayCache,
    )
    .decrypt_with(identity("bob"))
    .decrypt_with(identity("alice"))
    .passwords(passwords)
    .shared_secret(Some("urn:context".to_owned()), secret())
}

fn breaches(message: &str, context: &Context<'_>) -> Vec<String> {
    let report = bsp::report(message, context).expect("a message");
    report.breaches().map(|verdict| format!("{} {} {:?}", verdict.rule(), verdict.why(), verdict.findings())).collect()
}

/// Plans, and recipes that were refused for a rule.
static COUNTS: std::sync::Mutex<(usize, usize)> = std::sync::Mutex::new((0, 0));

proptest! {
    #![proptest_config(ProptestConfig { cases: 8_000, ..ProptestConfig::default() })]

    fn any_plan_conforms(choices in choices()) {
        let request = request();
        let plan = match recipe_of(&choices).plan() {
            Ok(plan) => plan,
            Err(error) => {
                COUNTS.lock().expect("no panic").1 += usize::from(matches!(error, PlanError::Bsp { .. }));
                return Ok(());
            }
        };
        let message = match plan.message(&their_envelope()).answering(request).secure().map(|secured| secured.message) {
            Ok(message) => message,
            Err(SecureError::Requester(_) | SecureError::NoSuchPart { .. } | SecureError::SeveralOfPart { .. } | SecureError::KeyLength { .. }) => return Ok(()),
            Err(SecureError::CannotBe { .. }) => return Ok(()),
            Err(error) => panic!("{error:?}"),
        };
        COUNTS.lock().expect("no panic").0 += 1;
        let receiver = everyone();
        for context in [Context::new(), Context::new().receiver(&receiver)] {
            let found = breaches(&message, &context);
            prop_assert!(found.is_empty(), "{found:#?}\n{message}");
            if choices.of_2010 {
                let found = breaches(&message, &context.clone().variant(Variant::as_written()));
                prop_assert!(found.is_empty(), "as written: {found:#?}\n{message}");
            }
        }
    }
}

#[test]
fn every_plan_yields_a_message_that_breaks_no_must() {
    any_plan_conforms();
    let (plans, refused) = *COUNTS.lock().expect("no panic");
    println!("{plans} messages judged; {refused} recipes refused for a rule");
    assert!(plans > 300 && refused > 100, "{plans} messages, {refused} refusals: the recipes no longer say much");
}

/// What the profile forbids, the call that admits it, and that the report sees it.
#[test]
fn what_breaks_a_rule_needs_a_call_that_names_it() {
    let v1 = Signing::with(&identity("v1")).parts([Part::Body]);
    let alice = |form| Signing::with(&identity("alice")).reference(form).parts([Part::Body]);
    let quoted = Signing::with(&identity("dave")).reference(ReferenceForm::IssuerSerialAs(NameForm::Dotnet));
    let bob = |form| recipe().encrypt(Encrypting::to(&certificate("bob")).reference(form).parts([Part::Body]));
    let kerberos = ProtectionToken::kerberos(ticket).kerberos_form(KerberosForm::ApReq);
    let cases = [
        (Rule::R5417, recipe().sign(alice(ReferenceForm::KeyName))),
        (Rule::R5417, recipe().sign(alice(ReferenceForm::KeyValue))),
        (Rule::R5417, recipe().sign(alice(ReferenceForm::X509Data(X509Item::SubjectKeyIdentifier)))),
        (Rule::R5402, recipe().sign(alice(ReferenceForm::Direct).key_value_beside())),
        (Rule::R5426, bob(ReferenceForm::KeyName)),
        (Rule::R5426, bob(ReferenceForm::KeyValue)),
        (Rule::R5426, bob(ReferenceForm::X509Data(X509Item::SubjectKeyIdentifier))),
        (Rule::R3033, recipe().sign(v1.clone())),
        (Rule::R5210, recipe().sign(v1.reference(ReferenceForm::ComputedKeyIdentifier))),
        (Rule::R3022, recipe().sign(alice(ReferenceForm::Direct)).sign(alice(ReferenceForm::Thumbprint))),
        (
            Rule::R5620,
            recipe()
                .encrypt(Encrypting::to(&certificate("bob")).content(ContentEncryption::Aes192Cbc).parts([Part::Body])),
        ),
        (Rule::R6907, recipe().sign(Signing::with_token(&kerberos).parts([Part::Body])).waive(Rule::R6902)),
        (Rule::R6902, recipe().sign(Signing::with_token(&kerberos).parts([Part::Body])).waive(Rule::R6907)),
    ];
    for (rule, recipe) in cases {
        match recipe.clone().plan() {
            Err(PlanError::Bsp { rule: found, .. }) => assert_eq!(found, rule),
            other => panic!("{rule}: {:?}", other.map(drop)),
        }
        let message =
            recipe.waive(rule).plan().expect("named").message(&envelope(SOAP11)).secure().expect("secured").message;
        let receiver = goldens::bob();
        let report = bsp::report(&message, &Context::new().receiver(&receiver)).expect("a message");
        assert!(report.breaches().any(|verdict| verdict.rule() == rule), "{rule}: {message}");
    }
    // The names of this CA need no quotes: every spelling of them is RFC 4514's.
    assert!(recipe().sign(quoted.parts([Part::Body])).plan().is_ok());
}

/// Peers that demand these forms send them too.
#[test]
fn what_breaks_a_rule_is_opened_by_who_trusts_the_key() {
    for form in FORMS.into_iter().filter(|form| form.without_reference(&certificate("alice"), &[]).is_some()) {
        let signing = Signing::with(&identity("alice")).reference(form).parts([Part::Body, Part::Timestamp]);
        let encrypting = Encrypting::to(&certificate("bob")).reference(form).parts([Part::Body]);
        let recipe = recipe().sign(signing).encrypt(encrypting).waive(Rule::R5417).waive(Rule::R5426);
        let message = recipe.secured(&envelope(SOAP11));
        let requirements = Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body]);
        let knows = Trust::pins([certificate("alice")]);
        let receiver = Receiver::new(knows, requirements.clone(), DangerousNoReplayCache).decrypt_with(identity("bob"));
        let opened = receiver.open(&message).unwrap_or_else(|error| panic!("{form:?}: {error:?}"));
        assert_eq!(opened.signer().certificate(), Some(&certificate("alice")));
        let knows = Trust::pins([certificate("carol")]);
        let stranger = Receiver::new(knows, requirements, DangerousNoReplayCache).decrypt_with(identity("bob"));
        assert!(stranger.open(&message).is_err(), "{form:?}");
    }
    let signing = Signing::with(&identity("alice")).key_value_beside().parts([Part::Body, Part::Timestamp]);
    let plan = recipe().sign(signing).waive(Rule::R5402).plan().expect("a plan");
    assert!(receiver().open(plan.message(&envelope(SOAP11)).secure().expect("secured").message).is_ok());
}

/// In a strict layout, a signature over another one is behind it, and so is the token that it brings: a later step that uses
/// the same token follows that.
#[test]
fn a_step_follows_its_token_wherever_an_earlier_step_put_it() {
    let request = request();
    for version in [None, Some(SecureConversation::V1_3)] {
        let token = ProtectionToken::encrypted_to(&certificate("bob")).reference(ReferenceForm::Direct);
        let token = version.map_or_else(|| token.clone(), |version| token.clone().derived_keys(version));
        let by_token = |parts: &[Part]| Signing::with_token(&token).parts(parts.to_vec());
        let signed = recipe()
            .layout(Layout::Strict)
            .sign(Signing::with(&identity("ec256")).parts([Part::Body]))
            .sign(by_token(&[Part::Body, Part::Signature]));
        for recipe in [
            signed.clone().sign(by_token(&[Part::Body, Part::Timestamp])),
            signed.encrypt(Encrypting::with_token(&token).parts([Part::Body])),
        ] {
            // Without derived keys, one key does not both sign and encrypt.
            let Ok(plan) = recipe.plan() else { continue };
            let secured = plan.message(&envelope(SOAP11)).answering(request).secure();
            let message = secured.unwrap_or_else(|error| panic!("{error}")).message;
            let found = breaches(&message, &Context::new().receiver(&everyone()));
            assert!(found.is_empty(), "{found:#?}\n{message}");
        }
    }
}
