//! Layouts that peers demand: WSS4J reads each that our sender makes.

use std::time::Duration;

use ws_security::bsp::Rule;
use ws_security::c14n::{Canonicalization, CanonicalizationMethod, name};
use ws_security::{
    ContentEncryption, DigestMethod, Encrypting, Layout, Part, Precision, ProtectionToken, Recipe, ReferenceForm,
    Referencing, SecureConversation, SignatureMethod, Signing, Username, X509Item,
};

use crate::driver::Driver;
use crate::peer::{self, Matrix};

fn signing() -> Signing {
    Signing::with(&peer::identity("alice")).parts([Part::Body, Part::Timestamp])
}

fn recipe() -> Recipe {
    Recipe::new().timestamp(Duration::from_secs(300))
}

/// What a peer is sent, and why an engine of WSS4J refuses it.
struct Sent {
    what: &'static str,
    recipe: Recipe,
    /// Whether it breaks no rule of BSP as WSS4J enforces it.
    conforms: bool,
    dom: Option<&'static str>,
    streaming: Option<&'static str>,
}

fn sent(what: &'static str, recipe: Recipe) -> Sent {
    Sent { what, recipe, conforms: true, dom: None, streaming: None }
}

fn departing(what: &'static str, recipe: Recipe) -> Sent {
    Sent { conforms: false, ..sent(what, recipe) }
}

/// Canonicalisations of SignedInfo and of the references, and references in a form of their own.
fn canonicalizations() -> Vec<Sent> {
    let signs = |signing: Signing| {
        recipe()
            .sign(signing.parts([Part::SigningToken]))
            .waive(Rule::R5404)
            .waive(Rule::R5416)
            .waive(Rule::R5423)
            .waive(Rule::R5412)
    };
    let by = |method| {
        let canonicalization = Canonicalization::new(method);
        signs(signing().canonicalization(canonicalization.clone()).referencing(Referencing::new(canonicalization)))
    };
    let listed = Canonicalization::default().inclusive_prefixes("env unused");
    vec![
        departing("inclusive 1.0", by(CanonicalizationMethod::Inclusive)),
        departing("inclusive 1.0 with comments", by(CanonicalizationMethod::InclusiveWithComments)),
        departing("inclusive 1.1", by(CanonicalizationMethod::Inclusive11)),
        departing("inclusive 1.1 with comments", by(CanonicalizationMethod::Inclusive11WithComments)),
        departing("exclusive with comments", by(CanonicalizationMethod::ExclusiveWithComments)),
        Sent {
            streaming: Some("reads no reference without transforms"),
            ..departing("without transforms", signs(signing().referencing(Referencing::without_transforms())))
        },
        sent("prefix lists", signs(signing().canonicalization(listed.clone()).referencing(Referencing::new(listed)))),
        sent(
            "a digest of one part",
            signs(
                Signing::with(&peer::identity("alice"))
                    .part_as(Part::Body, Referencing::default().digest(DigestMethod::Sha512))
                    .parts([Part::Timestamp]),
            ),
        ),
    ]
}

fn orders() -> Vec<Sent> {
    let token = ProtectionToken::encrypted_to(&peer::certificate("bob")).derived_keys(SecureConversation::V1_3);
    let encrypting = || Encrypting::to(&peer::certificate("bob"));
    let mut all = Vec::new();
    for (layout, names) in [
        (Layout::Strict, ["strict: sign", "strict: sign, encrypt", "strict: endorsed", "strict: symmetric"]),
        (Layout::LaxTimestampFirst, ["first: sign", "first: sign, encrypt", "first: endorsed", "first: symmetric"]),
        (Layout::LaxTimestampLast, ["last: sign", "last: sign, encrypt", "last: endorsed", "last: symmetric"]),
    ] {
        let recipe = || recipe().layout(layout);
        let endorsing = Signing::with(&peer::identity("bob")).parts([Part::Signature]);
        let symmetric = recipe()
            .sign(Signing::with_token(&token).parts([Part::Body, Part::Timestamp]))
            .sign(Signing::with(&peer::identity("alice")).parts([Part::Signature]))
            .encrypt(Encrypting::with_token(&token).parts([Part::Body]));
        let recipes = [
            recipe().sign(signing()),
            recipe().sign(signing()).encrypt(encrypting().parts([Part::Body, Part::Signature])),
            recipe().sign(signing()).sign(endorsing),
            symmetric,
        ];
        all.extend(names.into_iter().zip(recipes).map(|(what, recipe)| sent(what, recipe)));
    }
    all.push(sent("whole seconds", recipe().precision(Precision::Seconds).sign(signing())));
    all.push(sent("Created alone", Recipe::new().timestamp_without_expires().sign(signing())));
    all
}

/// Prefixes, Ids, KeyInfo, username tokens, and one key that signs and encrypts.
fn written_forms() -> Vec<Sent> {
    let prefixed = recipe().prefix(name::DS.uri, "").prefix(name::XENC.uri, "e").prefix(name::WSSE.uri, "sec");
    let encrypting = Encrypting::to(&peer::certificate("bob")).parts([Part::Body, Part::Signature]);
    let signs = |signing: Signing| recipe().sign(signing);
    let text = || Username::text("alice", "s3cret");
    let user = |user: Username| recipe().username(user).over_protected_transport().sign(signing());
    let one_key = |cipher: ContentEncryption, method: SignatureMethod| {
        let token = ProtectionToken::encrypted_to(&peer::certificate("bob"));
        recipe()
            .accept_one_key_to_sign_and_encrypt()
            .allow_legacy_algorithms()
            .sign(Signing::with_token(&token).method(method).parts([Part::Body, Part::Timestamp]))
            .encrypt(Encrypting::with_token(&token).content(cipher).parts([Part::Body]))
    };
    let by_token = |what, cipher, method| sent(what, one_key(cipher, method));
    vec![
        sent("prefixes", prefixed.clone().sign(signing().parts([Part::SigningToken])).encrypt(encrypting)),
        sent("Ids", recipe().id(Part::Timestamp, "TS-1").id(Part::Body, "B-1").sign(signing())),
        departing("KeyIdentifier #X509v3", signs(signing().reference(ReferenceForm::Certificate)).waive(Rule::R5206)),
        Sent {
            dom: Some("reads no X509Data outside a reference"),
            streaming: Some("reads no X509Data outside a reference"),
            ..departing(
                "X509Data",
                signs(signing().reference(ReferenceForm::X509Data(X509Item::Certificate))).waive(Rule::R5417),
            )
        },
        sent("text without Nonce", user(text().without_nonce())),
        sent("text without Nonce and Created", user(text().without_nonce().without_created())),
        departing("text without Type", user(text().without_type()).waive(Rule::R4201)),
        departing(
            "HMAC-SHA1, AES-128-CBC of one key",
            one_key(ContentEncryption::Aes128Cbc, SignatureMethod::HmacSha1),
        ),
        by_token("HMAC-SHA256, AES-128-GCM of one key", ContentEncryption::Aes128Gcm, SignatureMethod::HmacSha256),
        // WSS4J takes R5620, which lists no AES of 192 bits, as a ban on all of them.
        departing(
            "HMAC-SHA256, AES-192-GCM of one key",
            one_key(ContentEncryption::Aes192Gcm, SignatureMethod::HmacSha256),
        ),
        by_token("HMAC-SHA256, AES-256-GCM of one key", ContentEncryption::Aes256Gcm, SignatureMethod::HmacSha256),
    ]
}

#[test]
fn wss4j_reads_each_layout() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("wss4j", "Driver");
    let mut matrix = Matrix::new(&["ours > WSS4J DOM", "ours > WSS4J streaming"]);
    let envelope = peer::envelope(name::SOAP11.uri);
    for Sent { what, recipe, conforms, dom, streaming } in
        orders().into_iter().chain(canonicalizations()).chain(written_forms())
    {
        let message = recipe.plan().expect(what).message(&envelope).secure().expect(what).message;
        for (engine, column, explained) in
            [("dom", "ours > WSS4J DOM", dom), ("stax", "ours > WSS4J streaming", streaming)]
        {
            let bsp = if conforms { "on" } else { "off" };
            let verify = |driver: &mut Driver, message: &str| driver.ask(&format!("verify\t{engine}\t{bsp}"), message);
            let found = verify(&mut driver, &message);
            // Its twin with another time is refused.
            let twin = message.replacen("<wsu:Created>2", "<wsu:Created>1", 1);
            let outcome = match (found, verify(&mut driver, &twin)) {
                (Err(error), _) => Err(error),
                (Ok(_), Ok(_)) => Err("the tampered twin is accepted".to_owned()),
                (Ok(_), Err(_)) => Ok(()),
            };
            matrix.cell(what, column, outcome, explained);
        }
    }
    matrix.finish("layouts of WSS4J");
}
