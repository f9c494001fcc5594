//! Keys that are agreed on, with WSS4J both ways: the suites of eDelivery AS4 2.0, and what BDEW AS4 has on P-256 (its
//! own curve: `bdew`).

use std::time::Duration;

use ws_security::c14n::name;
use ws_security::crypto::{DerivationMethod, KeyAgreement, KeyWrap};
use ws_security::xmlenc::Agreement;
use ws_security::{
    ContentEncryption, DangerousNoReplayCache, DigestMethod, Encrypting, Part, Receiver, Recipe, ReferenceForm,
    Requirements, SignatureMethod, SignerRule, Signing, Trust,
};

use crate::driver::Driver;
use crate::peer::{self, MARKER, Matrix};

struct Suite {
    name: &'static str,
    signer: &'static str,
    signature: SignatureMethod,
    recipient: &'static str,
    agreement: Agreement,
    derivation: DerivationMethod,
}

fn suites() -> Vec<Suite> {
    let (ed25519, ecdsa) = (("ed25519", SignatureMethod::Ed25519), ("ec256", SignatureMethod::EcdsaSha256));
    let suite = |name, (signer, signature), recipient, agreement, derivation| Suite {
        name,
        signer,
        signature,
        recipient,
        agreement,
        derivation,
    };
    let (concat_kdf, hkdf) = (DerivationMethod::ConcatKdf, DerivationMethod::Hkdf);
    vec![
        suite("eDelivery 2.0, common profile", ed25519, "ka-x25519", Agreement::edelivery_2(), hkdf),
        suite("eDelivery 2.0, alternative profile", ecdsa, "ka-ec256", Agreement::edelivery_2(), hkdf),
        suite("BDEW on P-256", ecdsa, "ka-ec256", Agreement::bdew_1_2(), concat_kdf),
        suite("default on P-384", ecdsa, "ka-ec384", Agreement::default(), concat_kdf),
        suite("default on P-521", ecdsa, "ka-ec521", Agreement::default(), concat_kdf),
        suite("default with X25519", ecdsa, "ka-x25519", Agreement::default(), concat_kdf),
    ]
}

fn ours(suite: &Suite, form: ReferenceForm, envelope: &str) -> String {
    let signing = Signing::with(&peer::identity(suite.signer)).parts([Part::Body, Part::Timestamp]);
    let encrypting = Encrypting::to(&peer::certificate(suite.recipient))
        .content(ContentEncryption::Aes128Gcm)
        .agreement(suite.agreement.clone())
        .reference(form)
        .parts([Part::Body]);
    let recipe = Recipe::new().timestamp(Duration::from_secs(300)).sign(signing).encrypt(encrypting);
    recipe.plan().expect("a plan").message(envelope).secure().expect("secured").message
}

fn open(recipient: &str, message: &str) -> Result<String, String> {
    let trust = Trust::anchors([peer::certificate("ca")])
        .expect("an authority")
        .signer(SignerRule::AnyBelowTheAnchors)
        .known([peer::certificate("ec256"), peer::certificate("ed25519")]);
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body]);
    let receiver = Receiver::new(trust, requirements, DangerousNoReplayCache).decrypt_with(peer::identity(recipient));
    peer::open(&receiver, message).map(|opened| opened.body().xml().to_owned()).map_err(|error| format!("{error:?}"))
}

fn shows_the_marker(body: Result<String, String>) -> Result<(), String> {
    let body = body?;
    let shows = body.contains(MARKER) || body.contains(&MARKER.replace("&amp;", "&"));
    if shows { Ok(()) } else { Err(format!("no marker in {body}")) }
}

#[test]
fn agreed_keys_go_both_ways() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("wss4j", "Driver");
    let mut matrix = Matrix::new(&["ours > WSS4J DOM", "WSS4J > ours"]);
    let envelope = peer::envelope(name::SOAP12.uri);
    let forms = [(ReferenceForm::SubjectKeyIdentifier, "ski"), (ReferenceForm::IssuerSerial, "issuer-serial")];
    for suite in suites() {
        let agreement = peer::certificate(suite.recipient).public_key().kind().agreement().map(KeyAgreement::uri);
        for (form, form_name) in forms {
            let row = format!("{} {form_name}", suite.name);
            // BSP knows RSA alone.
            let found = driver.ask("verify\tdom\toff", &ours(&suite, form, &envelope));
            matrix.cell(&row, "ours > WSS4J DOM", shows_the_marker(found), None);
            let wrap = if suite.agreement.wrap == KeyWrap::Aes256 { KeyWrap::Aes256 } else { KeyWrap::Aes128 };
            let spec = format!(
                "steps=sign;encrypt,reference={form_name},signer={},signature={},digest={},cipher={},transport={},\
                 recipient={},agreement={},derivation={}",
                suite.signer,
                suite.signature.uri(),
                DigestMethod::Sha256.uri(),
                ContentEncryption::Aes128Gcm.uri(),
                wrap.uri(),
                suite.recipient,
                agreement.expect("agrees"),
                suite.derivation.uri(),
            );
            let theirs = driver.ask(&format!("secure\t{spec}"), &envelope);
            let opened = theirs.and_then(|message| open(suite.recipient, &message));
            matrix.cell(&row, "WSS4J > ours", shows_the_marker(opened), None);
        }
    }
    matrix.finish("WSS4J 4.x, key agreement");
}
