//! CXF's security token service over HTTP, and a CXF service that speaks WS-SecureConversation: tokens of every kind of key are
//! issued, used, renewed, validated and cancelled.

use std::time::{Duration, SystemTime};

use ws_security::c14n::Limits;
use ws_security::crypto::SystemRandom;
use ws_security::sts::{Cancel, Issue, IssuedToken, Renew, TokenType, TrustVersion, Validate};
use ws_security::{
    Addressing, AddressingVersion, AlgorithmPolicy, AssertionTrust, ConfirmationMethod, ContentEncryption,
    DangerousNoReplayCache, Encrypting, MemoryReplayCache, Opened, Part, ProtectionToken, Receiver, Recipe,
    Requirements, Secured, Signer, SignerRule, Signing, SoapVersion, Trust, sts::StsError,
};

use crate::driver::Driver;
use crate::peer;

const BANK: &str = "urn:bank";
const V1_3: TrustVersion = TrustVersion::V1_3;

fn anyone() -> Trust {
    let trust = Trust::anchors([peer::certificate("ca")]).expect("an authority");
    trust.signer(SignerRule::AnyBelowTheAnchors).known([peer::certificate("alice"), peer::certificate("bob")])
}

fn receiver(requirements: Requirements, own: &str) -> Receiver {
    Receiver::new(anyone(), requirements, MemoryReplayCache::default())
        .decrypt_with(peer::identity(own))
        .algorithms(AlgorithmPolicy::default().admit_cbc())
        .dangerous_decrypt_cbc_before_verification()
        .keep_body_as_sent()
}

fn recipe() -> Recipe {
    Recipe::new().timestamp(Duration::from_secs(300))
}

fn parts() -> Requirements {
    Requirements::signed([Part::Body, Part::Timestamp])
}

/// Sends a message, and opens the reply.
fn exchange(port: u16, path: &str, action: &str, secured: &Secured<String>) -> Result<Opened, String> {
    let answer = peer::post_action(port, path, "text/xml; charset=UTF-8", action, secured.message.as_bytes());
    let reply = String::from_utf8(answer.body).expect("UTF-8");
    let client = receiver(parts().encrypted([Part::Body]), "alice");
    client.answering(&secured.correlation).open(&reply).map_err(|error| format!("{error}\n{reply}"))
}

/// Asks a token service that speaks as the x509 service of CXF does.
fn ask(port: u16, path: &str, action: &str, envelope: &str) -> Result<String, String> {
    let signing = Signing::with(&peer::identity("alice")).parts([Part::Body, Part::Timestamp]);
    let hidden = Encrypting::to(&peer::certificate("bob")).content(ContentEncryption::Aes256Cbc).parts([Part::Body]);
    let plan = recipe().sign(signing).encrypt(hidden).plan().expect("a plan");
    let to = format!("http://localhost:{port}/{path}");
    let addressing = Addressing::new(AddressingVersion::V1_0).action(action).to(to).new_message_id();
    let secured = plan.message(envelope).addressing(addressing).secure().expect("secured");
    Ok(exchange(port, path, action, &secured)?.body_as_sent().expect("kept").to_owned())
}

fn issue(port: u16, asked: &Issue) -> Result<IssuedToken, String> {
    let body = ask(port, "sts", &asked.action(), &asked.envelope(SoapVersion::V11))?;
    asked.answer(&body, &Limits::default()).map_err(|error| format!("{error}\n{body}"))
}

fn saml() -> Issue {
    Issue::new(V1_3, TokenType::Saml2).applies_to(BANK)
}

/// The bank's receiver, which trusts the assertions of the token service.
fn bank(requirements: Requirements) -> Receiver {
    let issuer = Trust::pins([peer::certificate("carol")]);
    let trust = AssertionTrust::for_audience(BANK).issuer("https://idp.example", issuer).accept_bearer();
    receiver(requirements.saml_token(ws_security::SamlVersion::V2_0), "bob").assertions(trust)
}

fn order() -> String {
    peer::envelope("http://schemas.xmlsoap.org/soap/envelope/")
}

fn secured(recipe: Recipe) -> String {
    recipe.plan().expect("a plan").message(&order()).secure().expect("secured").message
}

fn proof_of(opened: &Opened) -> ConfirmationMethod {
    match opened.signer() {
        Signer::Assertion(assertion) => assertion.confirmed_by(),
        other => panic!("signed by {other}"),
    }
}

#[test]
fn tokens_of_every_key_are_issued_and_used() {
    if !peer::wanted() {
        return;
    }
    let (_driver, port) = Driver::java("cxf", "Sts").listening();

    let now = SystemTime::now();
    let asked = saml().certificate(peer::certificate("alice")).lifetime(now, Duration::from_secs(600));
    let token = issue(port, &asked).expect("for the key of a certificate");
    assert!(token.secret().is_none());
    let left = token.expires().expect("a lifetime").duration_since(now).expect("later");
    assert!((590..=610).contains(&left.as_secs()), "{left:?}");
    let signing = Signing::with(&peer::identity("alice")).holder_of_key().parts([Part::Body, Part::Timestamp]);
    let message = secured(recipe().token(token.xml()).sign(signing));
    let opened = bank(parts()).open(&message).expect("holder of the certificate's key");
    assert_eq!(proof_of(&opened), ConfirmationMethod::HolderOfKey);

    let asked = saml().secret(32, &SystemRandom).expect("entropy");
    let token = issue(port, &asked).expect("with a secret");
    assert_eq!(token.secret().map(ws_security::Secret::len), Some(32));
    let key = token.protection_token().expect("a key");
    let message =
        secured(recipe().token(token.xml()).sign(Signing::with_token(&key).parts([Part::Body, Part::Timestamp])));
    let opened = bank(parts()).open(&message).expect("holder of the secret, which the service computed alike");
    assert_eq!(proof_of(&opened), ConfirmationMethod::HolderOfKey);

    let token = issue(port, &saml().bearer()).expect("a bearer token");
    assert!(token.protection_token().is_none());
    let own = Signing::with(&peer::identity("alice")).parts([Part::Body, Part::Timestamp, Part::Assertion]);
    let message = secured(recipe().token(token.xml()).sign(own));
    let opened = bank(parts()).open(&message).expect("the token is genuine");
    assert!(opened.signer().certificate().is_some(), "a bearer token names no signer: {}", opened.signer());

    for asked in [saml().bearer().on_behalf_of(token.xml()), saml().bearer().act_as(token.xml())] {
        let asked = asked.expect("a token");
        assert!(issue(port, &asked).expect("for another").xml().contains("Assertion"));
    }
}

#[test]
fn tokens_are_validated_renewed_and_cancelled() {
    if !peer::wanted() {
        return;
    }
    let (_driver, port) = Driver::java("cxf", "Sts").listening();
    let validate = |xml: &str| {
        let asked = Validate::new(V1_3, xml).expect("a token");
        let body = ask(port, "sts", &asked.action(), &asked.envelope(SoapVersion::V11)).expect("an answer");
        asked.answer(&body, &Limits::default()).unwrap_or_else(|error| panic!("{error}\n{body}"))
    };
    let token = issue(port, &saml().bearer()).expect("a token");
    assert!(validate(token.xml()).is_valid);
    assert!(!validate(&token.xml().replace("alice", "alyce").replace("Alice", "Alyce")).is_valid, "it was changed");

    let renew = |token: &IssuedToken| {
        let asked = Renew::of(V1_3, token).expect("a token").context(&SystemRandom).expect("a context");
        let body = ask(port, "sts", &asked.action(), &asked.envelope(SoapVersion::V11))?;
        asked.answer(&body, &Limits::default()).map_err(|error| format!("{error}\n{body}"))
    };
    let short = saml().bearer().renewable().lifetime(SystemTime::now(), Duration::from_secs(600));
    let short = issue(port, &short.context(&SystemRandom).expect("a context")).expect("a token");
    std::thread::sleep(Duration::from_millis(1_100));
    let renewed = renew(&short).expect("renewed");
    assert!(renewed.expires().expect("an end") > short.expires().expect("an end"));
    assert!(renewed.xml().contains("Assertion") && renewed.xml() != short.xml());
    assert!(validate(renewed.xml()).is_valid);

    let asked = Issue::security_context(V1_3, &SystemRandom).expect("entropy");
    let context = issue(port, &asked).expect("a context");
    assert_eq!(context.secret().map(ws_security::Secret::len), Some(32));
    assert!(validate(context.xml()).is_valid);
    let end = Cancel::new(V1_3, context.xml()).expect("a token");
    let body = ask(port, "sts", &end.action(), &end.envelope(SoapVersion::V11)).expect("an answer");
    end.answer(&body, &Limits::default()).unwrap_or_else(|error| panic!("{error}\n{body}"));
    assert!(!validate(context.xml()).is_valid, "it has ended");
    let other = asked.answer(&body, &Limits::default()).expect_err("no token");
    assert!(matches!(other, StsError::NoSecret { .. }), "{other}");
}

#[test]
fn a_conversation_starts_and_goes_on() {
    if !peer::wanted() {
        return;
    }
    let (_driver, port) = Driver::java("cxf", "Sts").listening();
    let asked = Issue::security_context(V1_3, &SystemRandom).expect("entropy");
    let body = ask(port, "sct", &asked.action(), &asked.envelope(SoapVersion::V11)).expect("an answer");
    let context = asked.answer(&body, &Limits::default()).unwrap_or_else(|error| panic!("{error}\n{body}"));
    let key = context.protection_token().expect("a secret").derived_keys(V1_3.secure_conversation());
    for amount in ["1", "2"] {
        let message = talk(&key, amount);
        let answer = peer::post_action(port, "sct", "text/xml; charset=UTF-8", "", message.message.as_bytes());
        let reply = String::from_utf8(answer.body).expect("UTF-8");
        let required = parts().encrypted([Part::Body]).signature_confirmation();
        let client = Receiver::new(anyone(), required, DangerousNoReplayCache)
            .algorithms(AlgorithmPolicy::default().admit_cbc())
            .shared_secret(context.context_identifier().map(str::to_owned), context.secret().expect("a secret").clone())
            .dangerous_decrypt_cbc_before_verification();
        let opened = client.answering(&message.correlation).open(&reply);
        let opened = opened.unwrap_or_else(|error| panic!("{error}\n{}\n{reply}", message.message));
        assert!(opened.body().xml().contains("accepted") && opened.body().xml().contains(amount));
    }
}

/// A message under a security context, with derived keys.
fn talk(key: &ProtectionToken, amount: &str) -> Secured<String> {
    let hidden = Encrypting::with_token(key).content(ContentEncryption::Aes256Cbc).parts([Part::Body]);
    let signing = Signing::with_token(key).parts([Part::Body, Part::Timestamp]);
    let recipe = recipe().sign(signing).encrypt(hidden);
    let soap = "http://schemas.xmlsoap.org/soap/envelope/";
    let order =
        format!("<s:Envelope xmlns:s=\"{soap}\"><s:Body><pay xmlns=\"{BANK}\">{amount}</pay></s:Body></s:Envelope>");
    recipe.plan().expect("a plan").message(&order).secure().expect("secured")
}
