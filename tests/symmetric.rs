//! Keys that both sides have: protection tokens, derived keys, passwords that sign, replies, and what none of them
//! proves.

mod common;

use common::*;
use ws_security::TransportFacts;
use ws_security::prelude::*;
use ws_security::tokens::TokenError;
use ws_security::{
    ContentEncryption, Correlation, DangerousNoReplayCache, Exceeded, KeyUseError, Limit, Limits, OpenError, PlanError,
    ProtectionToken, RequirementError, Secret, SecureConversation, SecureError, SignatureMethod, Signer,
};

const CONTEXT: &str = "urn:uuid:6e5c2c0e-7d0a-4b4e-9a44-0f9f6b1f1b11";

fn context() -> ProtectionToken {
    ProtectionToken::security_context(SecureConversation::V1_3, CONTEXT, Secret::new(vec![7; 32]))
}

fn with(recipe: Recipe) -> String {
    recipe.secured(&envelope(SOAP12))
}

fn passwords(user: &str) -> Option<Secret> {
    (user == "ann").then(|| Secret::new(b"s3cret".to_vec()))
}

/// A receiver that has every secret, and trusts Alice.
fn everything() -> Receiver {
    Receiver::new(trust(), Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache)
        .decrypt_with(identity("bob"))
        .passwords(passwords)
        .security_contexts(|identifier: &str, instance: Option<&str>| {
            (identifier == CONTEXT && instance.is_none()).then(|| Secret::new(vec![7; 32]))
        })
}

fn anyone() -> Receiver {
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).dangerous_anonymous();
    Receiver::new(Trust::no_certificates(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"))
}

fn mac(token: &ProtectionToken) -> Signing {
    Signing::with_token(token).parts([Part::Body, Part::Timestamp])
}

/// A cipher takes a key of one length, and a MAC any: a key that does both has the length of the cipher, whichever comes
/// first. That peers agree is in `tests/interop/cxf4.rs`.
#[test]
fn a_key_that_signs_and_encrypts_has_the_octets_of_the_cipher() {
    let ciphers = [ContentEncryption::Aes128Gcm, ContentEncryption::Aes192Gcm, ContentEncryption::Aes256Gcm];
    for cipher in ciphers {
        for method in [SignatureMethod::HmacSha256, SignatureMethod::HmacSha384, SignatureMethod::HmacSha512] {
            let token = ProtectionToken::encrypted_to(&certificate("bob"));
            let encrypting = Encrypting::with_token(&token).content(cipher).parts([Part::Body]);
            let signing = mac(&token).method(method);
            for recipe in
                [recipe().sign(signing.clone()).encrypt(encrypting.clone()), recipe().encrypt(encrypting).sign(signing)]
            {
                let message = with(recipe.accept_one_key_to_sign_and_encrypt());
                let receiver = anyone().accept_one_key_to_sign_and_encrypt();
                let opened = receiver.open(&message);
                assert!(opened.is_ok(), "{cipher:?} {method:?}: {:?}", opened.err());
                refuse(&receiver, &message.replacen("<wsu:Created>2", "<wsu:Created>1", 1));
            }
        }
    }
}

/// Every token, derived and not, signs and encrypts in both orders; a changed octet is refused.
#[test]
fn every_protection_token_signs_and_encrypts() {
    let both = [None, Some(SecureConversation::V1_3), Some(SecureConversation::V2005)];
    let encrypted = || ProtectionToken::encrypted_to(&certificate("bob"));
    let password = || ProtectionToken::username("ann", "s3cret");
    type Make<'m> = &'m dyn Fn() -> ProtectionToken;
    let kinds: [(&str, Make<'_>); 3] = [("encrypted key", &encrypted), ("password", &password), ("context", &context)];
    for (name, make) in kinds {
        for derived in both {
            let token = derived.map_or_else(make, |version| make().derived_keys(version));
            let cipher = match name {
                "password" if derived.is_none() => ContentEncryption::Aes128Gcm,
                _ => ContentEncryption::Aes256Gcm,
            };
            let encrypting = Encrypting::with_token(&token).content(cipher);
            let body = encrypting.clone().parts([Part::Body]);
            let shapes = [
                ("sign", recipe().sign(mac(&token))),
                (
                    "sign, encrypt",
                    recipe().sign(mac(&token)).encrypt(encrypting.clone().parts([Part::Body, Part::Signature])),
                ),
                ("encrypt, sign", recipe().encrypt(body.clone()).sign(mac(&token))),
            ];
            for (shape, recipe) in shapes {
                let one_key = shape != "sign" && derived.is_none() && name != "password";
                if one_key {
                    let refused = recipe.clone().plan().map(drop);
                    assert!(matches!(refused, Err(PlanError::KeyUse(_))), "{name} {shape}: {refused:?}");
                }
                let recipe = recipe.accept_one_key_to_sign_and_encrypt();
                // A context that both sides keep is for one use, or a source of derived keys.
                if one_key && name == "context" {
                    assert!(matches!(recipe.plan().map(drop), Err(PlanError::KeyUse(KeyUseError::TwoUses { .. }))));
                    continue;
                }
                let message = with(recipe);
                let receiver = if name == "encrypted key" { anyone() } else { everything() };
                if one_key {
                    let error = refuse(&receiver, &message);
                    assert!(matches!(error, OpenError::KeyUse(KeyUseError::SignsAndEncrypts { .. })), "{error}");
                }
                let receiver = receiver.accept_one_key_to_sign_and_encrypt();
                let opened =
                    receiver.open(&message).unwrap_or_else(|e| panic!("{name} {derived:?} {shape}: {e:?}\n{message}"));
                assert!(opened.body().xml().contains(AMOUNT));
                match (name, opened.signer()) {
                    ("encrypted key", Signer::Anonymous) | ("context", Signer::SecurityContext { .. }) => {}
                    ("password", Signer::User(user)) => assert_eq!(user.username(), "ann"),
                    (_, other) => panic!("{name}: {other:?}"),
                }
                let twin = message.replacen("<wsu:Expires>2", "<wsu:Expires>3", 1);
                assert!(receiver.open(&twin).is_err(), "{name} {shape}");
            }
        }
    }
}

#[test]
fn t47_a_key_anyone_can_send_proves_no_sender() {
    let token = ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(SecureConversation::V1_3);
    let bare = recipe().sign(mac(&token));
    let anonymous = |error| matches!(error, OpenError::Requirement(RequirementError::Anonymous));
    assert!(anonymous(refuse(&everything(), &with(bare.clone()))));
    // An endorsing signature identifies the sender.
    let endorsed = bare.clone().sign(Signing::with(&identity("alice")).parts([Part::Signature]));
    let opened = everything().open(with(endorsed)).expect("opens");
    assert_eq!(opened.signer().certificate(), Some(&certificate("alice")));
    // By someone we do not expect it does not.
    let stranger = bare.clone().sign(Signing::with(&identity("dave")).parts([Part::Signature]));
    refuse(&everything(), &with(stranger));
    // An endorsement of another signature of the message says nothing of this one.
    let other = recipe()
        .sign(Signing::with_token(&ProtectionToken::encrypted_to(&certificate("bob"))).parts([Part::Timestamp]))
        .sign(Signing::with(&identity("alice")).parts([Part::Signature]))
        .sign(mac(&token));
    assert!(anonymous(refuse(&everything(), &with(other))));
    // A username token that the shared key signs counts if no one else can have put it there.
    let user = recipe().username_digest("ann", "s3cret");
    let signing = Signing::with_token(&token).parts([Part::Body, Part::Timestamp, Part::UsernameToken]);
    let clear = user.clone().sign(signing.clone());
    assert!(anonymous(refuse(&everything(), &with(clear.clone()))));
    assert!(everything().over_protected_transport().open(with(clear)).is_ok());
    let encrypting = || Encrypting::with_token(&token).parts([Part::UsernameToken]);
    let hidden = user.clone().sign(signing.clone()).encrypt(encrypting());
    assert!(anonymous(refuse(&everything(), &with(hidden))), "a digest can be copied from anywhere");
    let text = recipe().username_text("ann", "s3cret").sign(signing.clone()).encrypt(encrypting());
    let opened = everything().open(with(text)).expect("opens");
    assert!(matches!(opened.signer(), Signer::User(user) if user.username() == "ann"));
    let elsewhere = Encrypting::to(&certificate("bob")).parts([Part::UsernameToken]);
    let elsewhere = recipe().username_text("ann", "s3cret").sign(signing).encrypt(elsewhere);
    assert!(
        anonymous(refuse(&everything(), &with(elsewhere))),
        "under another key it may be someone else's ciphertext"
    );
    let not_signed = user.sign(mac(&token)).encrypt(Encrypting::with_token(&token).parts([Part::UsernameToken]));
    assert!(anonymous(refuse(&everything(), &with(not_signed))));
}

#[test]
fn a_certificate_can_be_demanded() {
    let requirements = Requirements::signed([Part::Body]).x509_token();
    let receiver = Receiver::new(trust(), requirements, DangerousNoReplayCache)
        .security_contexts(|_: &str, _: Option<&str>| Some(Secret::new(vec![7; 32])));
    let error = refuse(&receiver, &with(recipe().sign(mac(&context()))));
    assert!(matches!(
        error,
        OpenError::Requirement(RequirementError::NoToken { token: ws_security::RequiredToken::X509, .. })
    ));
    let endorsed = recipe().sign(mac(&context())).sign(Signing::with(&identity("alice")).parts([Part::Signature]));
    refuse(&receiver, &with(endorsed));
    assert!(receiver.open(with(recipe().sign(signing()))).is_ok());
}

#[test]
fn a_password_signs_only_for_its_user() {
    let message = with(recipe().sign(mac(&ProtectionToken::username("ann", "s3cret"))));
    assert!(everything().open(&message).is_ok());
    for changed in [
        with(recipe().sign(mac(&ProtectionToken::username("ann", "wrong")))),
        with(recipe().sign(mac(&ProtectionToken::username("bob", "s3cret")))),
        message.replace("<wsse:Username>ann", "<wsse:Username>eve"),
        message.replace(">1000</wsse11:Iteration>", ">999</wsse11:Iteration>"),
        message.replace(">1000</wsse11:Iteration>", ">10001</wsse11:Iteration>"),
        message.replace(">1000</wsse11:Iteration>", ">4294967296</wsse11:Iteration>"),
        message.replace("</wsse:Username>", "</wsse:Username><wsse:Password>s3cret</wsse:Password>"),
    ] {
        assert_ne!(changed, message);
        refuse(&everything(), &changed);
    }
    // A salt that says encryption makes no key for MACs, even if the MAC is right.
    let salt = message.find("<wsse11:Salt").expect("a salt");
    let start = salt + message[salt..].find('>').expect("its tag");
    let other_flag = format!("{}>Ag{}", &message[..start], &message[start + 3..]);
    refuse(&everything(), &other_flag);
    // The claim does not authenticate anyone by itself.
    let (before, rest) = message.split_once("<ds:Signature").expect("a signature");
    let (_, after) = rest.split_once("</ds:Signature>").expect("its end");
    let users = Receiver::new(
        Trust::no_certificates(),
        Requirements::dangerous_unsigned().username_token(),
        DangerousNoReplayCache,
    )
    .passwords(passwords);
    assert!(users.open_unsigned(format!("{before}{after}"), TransportFacts::dangerous_unprotected()).is_err());
    assert!(users.open_unsigned(&message, TransportFacts::dangerous_unprotected()).is_ok());
}

#[test]
fn the_ciphers_under_one_password_are_compared_in_the_plan() {
    let plan = |token: &ProtectionToken, ciphers: [ContentEncryption; 2]| {
        let [first, second] = ciphers;
        let body = Encrypting::with_token(token).content(first).parts([Part::Body]);
        let block = Encrypting::with_token(token).content(second).parts([action()]);
        recipe().sign(mac(token)).encrypt(body).encrypt(block).plan().map(drop)
    };
    let (gcm, cbc) = (ContentEncryption::Aes128Gcm, ContentEncryption::Aes128Cbc);
    let token = ProtectionToken::username("ann", "s3cret");
    assert_eq!(plan(&token, [gcm, gcm]), Ok(()), "its key for MACs is another one");
    assert_eq!(plan(&token, [gcm, cbc]), Err(PlanError::KeyUse(KeyUseError::TwoCiphers)));
    assert_eq!(plan(&token.derived_keys(SecureConversation::V1_3), [gcm, cbc]), Ok(()));
}

#[test]
fn derived_keys_keep_to_their_bounds() {
    let message = with(recipe().sign(mac(&context().derived_keys(SecureConversation::V1_3).mac_key_octets(32))));
    assert!(everything().open(&message).is_ok());
    let derived = |error: OpenError| matches!(error, OpenError::Token(TokenError::DerivedKey(_)));
    for (from, to) in [
        ("<wsc:Length>32", "<wsc:Length>65"),
        ("<wsc:Length>32", "<wsc:Length>15"),
        ("<wsc:Length>32", "<wsc:Length>18446744073709551615"),
        ("<wsc:Offset>0", "<wsc:Offset>993"),
        ("<wsc:Offset>0</wsc:Offset>", "<wsc:Generation>18446744073709551615</wsc:Generation>"),
        ("<wsc:Offset>0</wsc:Offset>", "<wsc:Offset>0</wsc:Offset><wsc:Generation>0</wsc:Generation>"),
        ("<wsc:Offset>0</wsc:Offset>", "<wsc:Offset>0</wsc:Offset><wsc:Label>another</wsc:Label>"),
    ] {
        let changed = message.replace(from, to);
        assert_ne!(changed, message);
        assert!(derived(refuse(&everything(), &changed)), "{to}");
    }
    // Another slice of the stream is another key. HMAC fills a short key with zeros (RFC 2104 §2), so one octet less
    // would be the same key whenever that octet is zero.
    for (from, to) in [("<wsc:Offset>0", "<wsc:Offset>1"), ("<wsc:Length>32", "<wsc:Length>16")] {
        refuse(&everything(), &message.replace(from, to));
    }
    let default = message.replace("<wsc:Offset>0</wsc:Offset><wsc:Length>32</wsc:Length>", "");
    assert!(everything().open(default).is_ok(), "32 octets from the start are the default");
}

/// References that dangle, loop, point forward, leave the header or the message.
#[test]
fn references_to_keys_end_in_an_error() {
    let message = with(recipe().sign(mac(&context().derived_keys(SecureConversation::V1_3))));
    let element = |local: &str| {
        let start = message.find(&format!("<wsc:{local}")).expect("a token");
        let end = message.find(&format!("</wsc:{local}>")).expect("its end") + local.len() + 7;
        message[start..end].to_owned()
    };
    let (context, derived) = (element("SecurityContextToken"), element("DerivedKeyToken"));
    let id = |element: &str| {
        let (_, rest) = element.split_once("wsu:Id=\"").expect("an Id");
        rest.split_once('"').expect("its end").0.to_owned()
    };
    let (context_id, derived_id) = (id(&context), id(&derived));
    let token = |error: OpenError| match error {
        OpenError::Token(error) => error,
        other => panic!("{other:?}"),
    };
    let dangles = message.replace(&context, "");
    assert!(matches!(token(refuse(&everything(), &dangles)), TokenError::Dangling { .. }));
    let loops = message.replace(&format!("#{context_id}\""), &format!("#{derived_id}\""));
    assert!(matches!(token(refuse(&everything(), &loops)), TokenError::Forward { .. }));
    assert!(matches!(
        refuse(&everything().accept_forward_references(), &loops),
        OpenError::Token(TokenError::TypeMismatch { .. })
    ));
    let untyped = loops.replace(&format!(" ValueType=\"{}\"", SecureConversation::V1_3.context_type()), "");
    assert!(matches!(
        refuse(&everything().accept_forward_references(), &untyped),
        OpenError::Limit(Exceeded { limit: Limit::Derivations, .. })
    ));
    let forward = message.replace(&context, "").replace(&derived, &format!("{derived}{context}"));
    assert!(matches!(token(refuse(&everything(), &forward)), TokenError::Forward { .. }));
    assert!(everything().accept_forward_references().open(&forward).is_ok());
    // In another actor's header, and among the header blocks.
    let outside = message.replace(&context, "").replace("<a:Action>", &format!("{context}<a:Action>"));
    assert!(matches!(token(refuse(&everything(), &outside)), TokenError::Dangling { .. }));
    let mistyped = message.replace(&format!("{}\"", SecureConversation::V1_3.context_type()), "urn:x\"");
    assert!(matches!(token(refuse(&everything(), &mistyped)), TokenError::TypeMismatch { .. }));
    let implied = message.replacen(
        "<ds:KeyInfo><wsse:SecurityTokenReference",
        "<ds:KeyInfo><wsse:SecurityTokenReference xmlns:c=\"http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512\" \
         c:Nonce=\"AAAAAAAAAAAAAAAAAAAAAA==\"",
        1,
    );
    assert_ne!(implied, message);
    assert!(matches!(token(refuse(&everything(), &implied)), TokenError::ImpliedDerivedKey));
    let unknown = message.replace(CONTEXT, "urn:uuid:another");
    assert!(matches!(refuse(&everything(), &unknown), OpenError::NoKey { .. }));
    // Named without a token in the message: the receiver may know it, and fetches nothing.
    let reference = format!("#{context_id}\"");
    let external = message.replace(&context, "").replace(&reference, &format!("{CONTEXT}\""));
    assert!(everything().open(&external).is_ok());
    let elsewhere = message.replace(&context, "").replace(&reference, "http://127.0.0.1:1/context\"");
    assert!(matches!(refuse(&everything(), &elsewhere), OpenError::NoKey { .. }));
}

fn request() -> (String, Correlation) {
    let token = ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(SecureConversation::V1_3);
    let recipe = recipe()
        .sign(mac(&token))
        .sign(Signing::with(&identity("alice")).parts([Part::Signature]))
        .encrypt(Encrypting::with_token(&token).parts([Part::Body, Part::Signature]));
    let secured = recipe.plan().expect("a plan").message(&envelope(SOAP12)).secure().expect("secured");
    (secured.message, secured.correlation)
}

fn reply_recipe() -> Recipe {
    let token = ProtectionToken::of_request().derived_keys(SecureConversation::V1_3);
    recipe().signature_confirmation().sign(mac(&token)).encrypt(Encrypting::with_token(&token).parts([Part::Body]))
}

fn client() -> Receiver {
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).signature_confirmation();
    Receiver::new(Trust::no_certificates(), requirements, DangerousNoReplayCache)
}

#[test]
fn the_key_of_a_request_protects_its_reply_which_confirms_it() {
    let (message, sent) = request();
    let opened = everything().open(&message).expect("opens");
    assert_eq!(opened.correlation().signatures(), 2);
    let plan = reply_recipe().plan().expect("a plan");
    let reply = plan.message(&envelope(SOAP12)).answering(opened.correlation()).secure().expect("secured").message;
    assert!(reply.contains("#EncryptedKeySHA1") && !reply.contains("<xenc:EncryptedKey"));
    let received = client().answering(&sent).open(&reply).expect("opens");
    assert_eq!(received.signer(), &Signer::RequestReceiver);
    assert!(received.body().xml().contains(AMOUNT));

    // Without the request, or with another one, no one can open it.
    assert!(client().open(&reply).is_err());
    let (_, other) = request();
    assert!(matches!(client().answering(&other).open(&reply), Err(OpenError::NoKey { .. })));
    // The request, sent back, answers nothing.
    let reflected = Receiver::new(trust(), Requirements::signed([Part::Body]), DangerousNoReplayCache)
        .decrypt_with(identity("bob"));
    assert!(matches!(reflected.answering(&sent).open(&message), Err(OpenError::Reflected)));
    // Only a reply can use a request's key.
    assert_eq!(plan.message(&envelope(SOAP12)).secure().map(|secured| secured.message), Err(SecureError::NeedsRequest));
}

#[test]
fn t37_confirmations_match_the_request_one_to_one() {
    let (message, sent) = request();
    let exchange = everything().open(&message).expect("opens").correlation().clone();
    let answering = || Signing::with(&identity("dave")).parts([Part::Body, Part::Timestamp, action()]);
    let confirm = |recipe: Recipe, exchange: &Correlation| {
        let plan = recipe.signature_confirmation().sign(answering()).plan().expect("a plan");
        plan.message(&envelope(SOAP11)).answering(exchange).secure().expect("secured").message
    };
    let client = || {
        let requirements = Requirements::signed([Part::Body, Part::Timestamp]).signature_confirmation();
        Receiver::new(Trust::pins([certificate("dave")]), requirements, DangerousNoReplayCache)
    };
    let reply = confirm(recipe(), &exchange);
    assert!(client().answering(&sent).open(&reply).is_ok());
    assert_eq!(reply.matches("<wsse11:SignatureConfirmation").count(), 2);

    let (other_message, _) = request();
    let other = everything().open(other_message).expect("opens").correlation().clone();
    assert!(matches!(client().answering(&sent).open(confirm(recipe(), &other)), Err(OpenError::Confirmation)));
    let none = confirm(recipe(), &Correlation::default());
    assert!(matches!(client().answering(&sent).open(&none), Err(OpenError::Confirmation)));
    assert!(client().answering(&Correlation::default()).open(&none).is_ok(), "the request had no signature");
    let missing = recipe().sign(answering()).secured(&envelope(SOAP11));
    let not_confirmed = |outcome| matches!(outcome, Err(OpenError::Requirement(RequirementError::NotConfirmed)));
    assert!(not_confirmed(client().answering(&sent).open(&missing).map(drop)));
    assert!(not_confirmed(client().open(&reply).map(drop)), "there is no request to confirm");
    // One of two, one twice, one that no signature covers.
    let start = reply.find("<wsse11:SignatureConfirmation").expect("a confirmation");
    let end = reply.find("</wsse11:SignatureConfirmation>").expect("its end") + 31;
    let first = &reply[start..end];
    assert!(client().answering(&sent).open(reply.replace(first, "")).is_err());
    let unsigned = missing.replacen(
        "<wsu:Timestamp",
        &format!("{}<wsu:Timestamp", reply[start..].split("<wsu:").next().map(|_| first).expect("one")),
        1,
    );
    assert!(client().answering(&sent).open(unsigned).is_err());
    // One of two, signed as it should be: the server saw one signature of the request.
    let second = Signing::with(&identity("alice")).parts([Part::Timestamp]);
    let plan = recipe().sign(signing()).sign(second).plan().expect("a plan");
    let sent = plan.message(&envelope(SOAP11)).secure().expect("secured");
    let start = sent.message.find("<ds:Signature").expect("a signature");
    let end = start + sent.message[start..].find("</ds:Signature>").expect("its end") + "</ds:Signature>".len();
    let seen = format!("{}{}", &sent.message[..start], &sent.message[end..]);
    let one = confirm(recipe(), &Correlation::of_sent(&seen).expect("read"));
    assert!(not_confirmed(client().answering(&sent.correlation).open(&one).map(drop)));
    let both = confirm(recipe(), &Correlation::of_sent(&sent.message).expect("read"));
    assert!(client().answering(&sent.correlation).open(&both).is_ok());
    // The request as it was sent, for a client that did not keep the exchange.
    let plain = recipe().sign(signing()).secured(&envelope(SOAP11));
    let kept = receiver().open(&plain).expect("opens").correlation().clone();
    let reply = confirm(recipe(), &kept);
    assert!(client().answering(&Correlation::of_sent(&plain).expect("read")).open(&reply).is_ok());
    assert!(Correlation::of_sent(&message).is_err(), "its signatures are encrypted");
}

#[test]
fn replies_are_encrypted_to_whoever_signed_the_request() {
    let request = signed(SOAP12);
    let opened = receiver().open(&request).expect("opens");
    let plan = recipe().encrypt(Encrypting::to_requester().parts([Part::Body])).plan().expect("a plan");
    let reply = plan.message(&envelope(SOAP12)).answering(opened.correlation()).secure().expect("secured").message;
    let alice = Receiver::new(
        Trust::no_certificates(),
        Requirements::dangerous_unsigned().encrypted([Part::Body]),
        DangerousNoReplayCache,
    );
    assert!(
        alice
            .clone()
            .decrypt_with(identity("alice"))
            .open_unsigned(&reply, TransportFacts::dangerous_unprotected())
            .is_ok()
    );
    assert!(
        alice.decrypt_with(identity("bob")).open_unsigned(&reply, TransportFacts::dangerous_unprotected()).is_err()
    );
    assert_eq!(plan.message(&envelope(SOAP12)).secure().map(|secured| secured.message), Err(SecureError::NeedsRequest));
}

#[test]
fn header_blocks_are_encrypted_whole_before_and_after_they_are_signed() {
    let requirements = || Requirements::signed([Part::Body, Part::Timestamp, action()]).encrypted([action()]);
    let receiver = || Receiver::new(trust(), requirements(), DangerousNoReplayCache).decrypt_with(identity("bob"));
    let encrypting = Encrypting::to(&certificate("bob")).parts([action()]);
    for (order, recipe) in [
        ("sign, encrypt", recipe().sign(signing()).encrypt(encrypting.clone())),
        ("encrypt, sign", recipe().encrypt(encrypting.clone()).sign(signing())),
    ] {
        for soap in [SOAP11, SOAP12] {
            let plan = recipe.clone().actor("urn:node").plan().expect("a plan");
            let message = plan.message(&envelope(soap)).secure().expect("secured").message;
            assert!(!message.contains("urn:pay") && message.contains("<wsse11:EncryptedHeader"), "{message}");
            let attribute = if soap == SOAP11 { "soap:actor=\"urn:node\"" } else { "soap:role=\"urn:node\"" };
            assert!(message.contains(attribute), "what the Security header says is copied\n{message}");
            let receiver = receiver().actor("urn:node");
            let opened = receiver.open(&message).unwrap_or_else(|error| panic!("{order}: {error:?}\n{message}"));
            let block = opened.header_block(WSA, "Action").expect("covered");
            assert!(block.xml().contains("urn:pay"));
        }
    }
}

/// Steps that share a token keep their order and come after it, even if the header is encrypted between them.
#[test]
fn bsp_r5205_r3212_a_shared_token_stands_before_all_its_steps() {
    let derived = |token: ProtectionToken| token.derived_keys(SecureConversation::V1_3);
    let tokens = [
        derived(ProtectionToken::encrypted_to(&certificate("bob"))),
        derived(ProtectionToken::username("ann", "s3cret")),
        derived(context()),
    ];
    for token in tokens {
        let encrypting = |parts: &[Part]| Encrypting::with_token(&token).parts(parts.to_vec());
        let user = recipe().username_digest("ann", "s3cret");
        let recipes = [
            recipe().sign(mac(&token)).encrypt(encrypting(&[Part::Signature])).encrypt(encrypting(&[Part::Body])),
            recipe().encrypt(encrypting(&[Part::Body])).sign(mac(&token)).encrypt(encrypting(&[Part::Signature])),
            recipe().sign(mac(&token)).encrypt(encrypting(&[Part::Signature, Part::Body])).sign(mac(&token)),
            user.clone().sign(mac(&token)).encrypt(encrypting(&[Part::UsernameToken])).sign(mac(&token)),
        ];
        for (nth, recipe) in recipes.into_iter().enumerate() {
            // A sender with the usual limits does not send what the receiver refuses.
            let message = with(recipe.limits(Limits::dangerous_unbounded()));
            let receiver = if matches!(nth, 3) { everything() } else { anyone_of_all() };
            let opened = receiver.open(&message);
            let limit = matches!(
                &opened,
                Err(OpenError::TwoUsernames | OpenError::Limit(Exceeded { limit: Limit::UsernameTokens, .. }))
            );
            // The receiver accepts one user's token beside those that make keys.
            assert!(opened.is_ok() || (nth == 3 && limit) || is_anonymous(&opened), "{nth}: {opened:?}\n{message}");
        }
    }
}

fn is_anonymous(opened: &Result<Opened, OpenError>) -> bool {
    matches!(opened, Err(OpenError::Requirement(RequirementError::Anonymous)))
}

fn anyone_of_all() -> Receiver {
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).dangerous_anonymous();
    Receiver::new(Trust::no_certificates(), requirements, DangerousNoReplayCache)
        .decrypt_with(identity("bob"))
        .passwords(passwords)
        .shared_secret(Some(CONTEXT.to_owned()), Secret::new(vec![7; 32]))
}
