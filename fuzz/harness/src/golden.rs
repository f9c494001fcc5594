//! Genuine messages of every shape, and messages that an attacker makes in its own name.

use std::sync::Arc;
use std::time::Duration;

use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::{
    ContentEncryption, FixedClock, NewAssertion, ProtectionToken, ReferenceForm, SamlVersion, Secret,
    SecureConversation,
};

use crate::oracle::Proven;
use crate::parties::{
    ALICE_AGAIN, ATTACKER, ATTACKER_CONTEXT, ATTACKER_USER, CONTEXTS, ISSUER, WSA, certificate, forgetful,
};
use crate::parties::{identity, now, secret};

/// A message, and its meaning when it is opened.
#[derive(Debug, Clone)]
pub struct Golden {
    /// The shape, for reports.
    pub shape: &'static str,
    /// The message.
    pub xml: String,
    /// The facts that it proves.
    pub proven: Proven,
    /// Whether its receiver must admit CBC.
    pub cbc: bool,
    /// What its sender and its receiver alone know: texts of no other message, which are encrypted in it.
    pub secrets: Vec<String>,
}

/// The messages that mutants start from.
#[derive(Debug)]
pub struct Pool {
    /// By honest parties.
    pub genuine: Vec<Golden>,
    /// From the attacker, in its own name.
    pub attacker: Vec<Golden>,
}

impl Pool {
    /// Two messages of every shape, with different content. Of shapes in which a token names a public key, there are two
    /// more, in which another token names the same key.
    #[must_use]
    pub fn new() -> Self {
        let mut genuine = Vec::new();
        let mut attacker = Vec::new();
        for (n, soap) in ["http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"]
            .into_iter()
            .enumerate()
        {
            for shape in shapes(&HONEST) {
                genuine.push(shape.golden(soap, if n == 0 { "10" } else { "20" }));
            }
            for shape in shapes(&UNDER_OTHER_TOKENS).into_iter().filter(Shape::is_by_named_key) {
                genuine.push(shape.golden(soap, if n == 0 { "30" } else { "40" }));
            }
            for shape in shapes(&ATTACKING) {
                attacker.push(shape.golden(soap, "6666"));
            }
        }
        assert!(genuine.iter().all(|golden| !golden.proven.is_the_attackers()), "honest parties make honest messages");
        Self { genuine, attacker }
    }

    /// Every message.
    pub fn all(&self) -> impl Iterator<Item = &Golden> {
        self.genuine.iter().chain(&self.attacker)
    }
}

impl Default for Pool {
    fn default() -> Self {
        Self::new()
    }
}

/// The Body uses names that are bound on the Envelope, in names and in values. Nothing else has the texts `to` and `note`.
fn envelope(soap: &str, amount: &str, [to, note]: &[String; 2]) -> String {
    format!(
        "<s:Envelope xmlns:s=\"{soap}\" xmlns:a=\"{WSA}\" xmlns:p=\"urn:p\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><s:Header><a:Action>urn:pay:{amount}</a:Action>\
         <a:To>{to}</a:To></s:Header><s:Body><p:Pay batch=\"{amount}\"><p:To xsi:type=\"p:Person\">Ann</p:To>\
         <q:Amount xmlns:q=\"urn:q\" q:cur=\"EUR\">{amount}</q:Amount><note xmlns=\"\">{note}</note></p:Pay></s:Body>\
         </s:Envelope>"
    )
}

/// The keys of the shapes.
struct Keys {
    signers: &'static [&'static str],
    user: (&'static str, &'static str),
    context: (&'static str, u8),
    subject: (&'static str, &'static str),
}

const HONEST: Keys = Keys {
    signers: &["alice", "ec256", "dave"],
    user: ("ann", "s3cret"),
    context: CONTEXTS[0],
    subject: ("uid=ann", "ec384"),
};
/// Each of its keys is one of [`HONEST`], under another name.
const UNDER_OTHER_TOKENS: Keys = Keys {
    signers: &[ALICE_AGAIN, ALICE_AGAIN, ALICE_AGAIN],
    user: HONEST.user,
    context: HONEST.context,
    subject: ("uid=admin", HONEST.subject.1),
};
const ATTACKING: Keys = Keys {
    signers: &[ATTACKER, ATTACKER, ATTACKER],
    user: (ATTACKER_USER, "mine"),
    context: (ATTACKER_CONTEXT, CONTEXTS[1].1),
    subject: ("uid=mal", ATTACKER),
};

struct Shape {
    name: &'static str,
    recipe: Recipe,
    cbc: bool,
}

impl Shape {
    /// Whether nothing but a certificate or an assertion names the signer.
    fn is_by_named_key(&self) -> bool {
        [
            "sign",
            "sign token by reference",
            "sign, encrypt",
            "endorsed",
            "assertion 1.1, key",
            "assertion 2.0, key, encrypted",
        ]
        .contains(&self.name)
    }

    fn golden(self, soap: &str, amount: &str) -> Golden {
        let Self { name: shape, recipe, cbc } = self;
        let own: String = shape.chars().filter(char::is_ascii_alphanumeric).collect();
        let texts = [format!("urn:bank:{amount}:{own}"), format!("n{amount}{own}")];
        let xml = recipe
            .plan()
            .unwrap_or_else(|error| panic!("{shape}: {error}"))
            .message(&envelope(soap, amount, &texts))
            .secure()
            .map(|secured| secured.message);
        let xml = xml.unwrap_or_else(|error| panic!("{shape}: {error}"));
        let opened = forgetful(cbc).open(&xml).unwrap_or_else(|error| panic!("{shape}: {error}\n{xml}"));
        let secrets = texts.into_iter().filter(|text| !xml.contains(text.as_str())).collect();
        Golden { shape, xml, proven: Proven::of(&opened), cbc, secrets }
    }
}

fn parts() -> [Part; 3] {
    [Part::Body, Part::Timestamp, Part::header_block(WSA, "Action")]
}

fn shapes(keys: &Keys) -> Vec<Shape> {
    let recipe = || Recipe::new().timestamp(Duration::from_secs(300)).clock(Arc::new(FixedClock(now())));
    let [first, second, third] = [0, 1, 2].map(|n| identity(keys.signers[n]));
    let sign = Signing::with(&first).parts(parts());
    let encrypt = |parts: &[Part]| Encrypting::to(&certificate("bob")).parts(parts.to_vec());
    let to = || Part::header_block(WSA, "To");
    let shape = |name, recipe| Shape { name, recipe, cbc: false };
    let body_and_signature = [Part::Body, Part::Signature];
    let mut shapes = vec![
        shape("sign", recipe().sign(sign.clone())),
        shape("sign ec", recipe().sign(Signing::with(&second).parts(parts()).reference(ReferenceForm::IssuerSerial))),
        shape("sign below a sub-CA", recipe().sign(Signing::with(&third).parts(parts()))),
        shape("sign with prefixes", recipe().sign(sign.clone().inclusive_prefixes("s p"))),
        shape("sign token by reference", recipe().sign(sign.clone().parts([Part::SigningToken]).token_by_reference())),
        shape("sign embedded", recipe().sign(sign.clone().reference(ReferenceForm::Embedded))),
        shape("sign, encrypt", recipe().sign(sign.clone()).encrypt(encrypt(&[Part::Body]))),
        shape("sign, encrypt signature", recipe().sign(sign.clone()).encrypt(encrypt(&body_and_signature))),
        shape("encrypt, sign", recipe().encrypt(encrypt(&[Part::Body])).sign(sign.clone())),
        shape("encrypt header, sign", recipe().encrypt(encrypt(&[to()])).sign(sign.clone().parts([to()]))),
        shape("sign, encrypt header", recipe().sign(sign.clone().parts([to()])).encrypt(encrypt(&[to(), Part::Body]))),
        shape(
            "sign twice",
            recipe().sign(sign.clone()).sign(Signing::with(&second).parts([Part::Signature, Part::Body])),
        ),
        Shape {
            name: "encrypt with CBC, sign",
            recipe: recipe().encrypt(encrypt(&[Part::Body]).content(ContentEncryption::Aes128Cbc)).sign(sign.clone()),
            cbc: true,
        },
    ];
    shapes.extend(token_shapes(keys, &recipe));
    shapes.extend(assertion_shapes(keys, &recipe));
    let user_beside = recipe().username_digest(keys.user.0, keys.user.1);
    shapes.push(shape(
        "user beside",
        user_beside.sign(sign.clone().parts([Part::UsernameToken])).encrypt(encrypt(&[Part::UsernameToken])),
    ));
    shapes
}

fn token_shapes(keys: &Keys, recipe: &dyn Fn() -> Recipe) -> Vec<Shape> {
    let version = SecureConversation::V1_3;
    let protect = |token: &ProtectionToken| {
        recipe()
            .sign(Signing::with_token(token).parts(parts()))
            .encrypt(Encrypting::with_token(token).parts([Part::Body, Part::Signature]))
    };
    let context = ProtectionToken::security_context(version, keys.context.0, secret(keys.context.1));
    let user = ProtectionToken::username(keys.user.0, keys.user.1);
    let endorsed = ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(version);
    let endorsing = Signing::with(&identity(keys.signers[0])).parts([Part::Body, Part::Timestamp, Part::Signature]);
    vec![
        Shape { name: "context, derived", recipe: protect(&context.clone().derived_keys(version)), cbc: false },
        Shape {
            name: "context, encrypt then sign",
            recipe: recipe()
                .encrypt(Encrypting::with_token(&context.clone().derived_keys(version)).parts([Part::Body]))
                .sign(Signing::with_token(&context.clone().derived_keys(version)).parts(parts())),
            cbc: false,
        },
        Shape {
            name: "context, sign alone",
            recipe: recipe().sign(Signing::with_token(&context).parts(parts())),
            cbc: false,
        },
        Shape {
            name: "sign, encrypt under a context",
            recipe: recipe()
                .sign(Signing::with(&identity(keys.signers[0])).parts(parts()))
                .encrypt(Encrypting::with_token(&context).parts([Part::Body])),
            cbc: false,
        },
        Shape { name: "user, derived", recipe: protect(&user.derived_keys(version)), cbc: false },
        Shape {
            name: "endorsed",
            recipe: recipe().sign(Signing::with_token(&endorsed).parts([Part::Body, Part::Timestamp])).sign(endorsing),
            cbc: false,
        },
    ]
}

fn assertion_shapes(keys: &Keys, recipe: &dyn Fn() -> Recipe) -> Vec<Shape> {
    let issue = |version: SamlVersion, secret: Option<Secret>| {
        let assertion = NewAssertion::new(version, ISSUER, keys.subject.0).audience("urn:bank");
        let assertion = match secret {
            Some(secret) => assertion.holder_of_secret(secret, &certificate("bob")),
            None => assertion.holder_of_key(&certificate(keys.subject.1)),
        };
        assertion.sign(&identity("ec521"), now(), &SystemRandom).expect("issued")
    };
    // A secret from the issuer. The attacker knows only that of its own assertion.
    let held = || secret(keys.context.1 ^ 0xFF);
    let derived = ProtectionToken::of_assertion(held()).derived_keys(SecureConversation::V1_3);
    let protect = |recipe: Recipe| recipe.sign(Signing::with_token(&derived).parts(parts()));
    let holder_of_key = Signing::with(&identity(keys.subject.1)).holder_of_key().parts(parts());
    let encrypt = Encrypting::to(&certificate("bob")).parts([Part::Assertion]);
    vec![
        Shape {
            name: "assertion 2.0, secret",
            recipe: protect(recipe().token(issue(SamlVersion::V2_0, Some(held())))),
            cbc: false,
        },
        Shape {
            name: "assertion 1.1, key",
            recipe: recipe().token(issue(SamlVersion::V1_1, None)).sign(holder_of_key.clone()),
            cbc: false,
        },
        Shape {
            name: "assertion 2.0, key, encrypted",
            recipe: recipe().token(issue(SamlVersion::V2_0, None)).sign(holder_of_key).encrypt(encrypt),
            cbc: false,
        },
    ]
}
