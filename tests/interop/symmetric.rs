//! Apache WSS4J 4.x with keys both sides have, tokens signed through references, encrypted header blocks, and replies.

use std::time::Duration;

use ws_security::TransportFacts;
use ws_security::c14n::name;
use ws_security::{
    ContentEncryption, DangerousNoReplayCache, DigestMethod, Encrypting, Part, ProtectionToken, Receiver, Recipe,
    ReferenceForm, Requirements, Secret, SecureConversation, Secured, SignatureMethod, SignerRule, Signing,
    TransportMethod, Trust,
};

use crate::driver::Driver;
use crate::peer::{self, MARKER, Matrix};

const CONTEXT: &str = "urn:uuid:interop-context";

fn receiver() -> Receiver {
    let trust = Trust::anchors([peer::certificate("ca")])
        .expect("an authority")
        .signer(SignerRule::AnyBelowTheAnchors)
        .known([peer::certificate("alice")]);
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).dangerous_anonymous();
    Receiver::new(trust, requirements, DangerousNoReplayCache)
        .accept_one_key_to_sign_and_encrypt()
        .decrypt_with(peer::identity("bob"))
        .passwords(|user: &str| (user == "alice").then(|| Secret::new(b"s3cret".to_vec())))
        .shared_secret(Some(CONTEXT.to_owned()), Secret::new(vec![7; 32]))
}

fn shows_the_marker(body: Result<String, String>) -> Result<(), String> {
    let body = body?;
    let shown = body.contains(MARKER) || body.contains(&MARKER.replace("&amp;", "&"));
    if shown { Ok(()) } else { Err(format!("no marker in {body}")) }
}

fn token(kind: &str, derived: &str) -> ProtectionToken {
    let version = if derived == "2005" { SecureConversation::V2005 } else { SecureConversation::V1_3 };
    let token = match kind {
        "encrypted-key" => ProtectionToken::encrypted_to(&peer::certificate("bob")),
        "password" => ProtectionToken::username("alice", "s3cret"),
        _ => ProtectionToken::security_context(version, CONTEXT, Secret::new(vec![7; 32])),
    };
    if derived == "no" { token } else { token.derived_keys(version) }
}

#[test]
fn every_protection_token_goes_both_ways() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("wss4j", "Driver");
    let mut matrix = Matrix::new(&["ours > WSS4J DOM", "ours > WSS4J streaming", "WSS4J > ours"]);
    for (soap, version) in [(name::SOAP11.uri, "soap11"), (name::SOAP12.uri, "soap12")] {
        let envelope = peer::envelope(soap);
        for kind in ["encrypted-key", "context", "password"] {
            for derived in ["no", "13", "2005"] {
                for steps in ["sign", "sign;encrypt", "encrypt;sign"] {
                    // The secret of a context has one use.
                    if kind == "context" && derived == "no" && steps != "sign" {
                        continue;
                    }
                    let (cipher, method) = match (kind, derived) {
                        ("password", "no") => (ContentEncryption::Aes128Gcm, SignatureMethod::HmacSha1),
                        _ => (ContentEncryption::Aes256Gcm, SignatureMethod::HmacSha256),
                    };
                    let row = format!("{version} {kind} derived {derived} {steps}");
                    let token = token(kind, derived);
                    let signing = Signing::with_token(&token).method(method).parts([Part::Body, Part::Timestamp]);
                    let encrypting = Encrypting::with_token(&token).content(cipher).parts([Part::Body]);
                    let recipe = Recipe::new().timestamp(Duration::from_secs(300)).allow_legacy_algorithms();
                    let recipe = recipe.accept_one_key_to_sign_and_encrypt();
                    let recipe = match steps {
                        "sign" => recipe.sign(signing),
                        "sign;encrypt" => recipe.sign(signing).encrypt(encrypting),
                        _ => recipe.encrypt(encrypting).sign(signing),
                    };
                    let ours = recipe.plan().expect("a plan").message(&envelope).secure().expect("secured").message;
                    for (engine, column) in [("dom", "ours > WSS4J DOM"), ("stax", "ours > WSS4J streaming")] {
                        let found = driver.ask(&format!("verify\t{engine}\ton"), &ours);
                        let explained = (kind == "password" && derived == "no" && steps != "sign")
                            .then_some("WSS4J does not cut the 20 octets of a password to what AES takes");
                        matrix.cell(&row, column, shows_the_marker(found), explained);
                    }
                    let spec = format!(
                        "protection={kind},derived={derived},steps={steps},signature={},cipher={}",
                        method.uri(),
                        cipher.uri()
                    );
                    let mut receiver = receiver();
                    if method == SignatureMethod::HmacSha1 {
                        receiver = receiver.algorithms(ws_security::AlgorithmPolicy::everything_for_legacy_use_only());
                    }
                    let theirs = driver.ask(&format!("protect\t{spec}"), &envelope).and_then(|message| {
                        assert!(receiver.open(message.replace("Expires>2", "Expires>3")).is_err(), "the tampered twin");
                        let opened =
                            peer::open(&receiver, &message).map_err(|error| format!("{error:?}\n{message}"))?;
                        Ok(opened.body().xml().to_owned())
                    });
                    matrix.cell(&row, "WSS4J > ours", shows_the_marker(theirs), None);
                }
            }
        }
    }
    matrix.finish("WSS4J 4.x, keys both sides have");
}

#[test]
fn replies_use_the_key_of_the_request_and_confirm_it() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("wss4j", "Driver");
    let envelope = peer::envelope(name::SOAP12.uri);
    for derived in ["no", "13", "2005"] {
        // Our request, their reply.
        let token = token("encrypted-key", derived);
        let recipe = Recipe::new()
            .timestamp(Duration::from_secs(300))
            .sign(Signing::with_token(&token).parts([Part::Body, Part::Timestamp]))
            .sign(Signing::with(&peer::identity("alice")).parts([Part::Signature]));
        let Secured { message, correlation: sent } =
            recipe.plan().expect("a plan").message(&envelope).secure().expect("secured");
        driver.ask("verify\tdom\ton", &message).expect("WSS4J opens the request");
        let spec = format!(
            "protection=request,derived={derived},steps=sign;encrypt,signature={},cipher={},confirm=yes",
            SignatureMethod::HmacSha256.uri(),
            ContentEncryption::Aes256Gcm.uri()
        );
        let reply = driver.ask(&format!("protect\t{spec}"), &envelope).expect("WSS4J replies");
        let client = Receiver::new(
            Trust::no_certificates(),
            Requirements::signed([Part::Body, Part::Timestamp]).signature_confirmation().encrypted([Part::Body]),
            DangerousNoReplayCache,
        );
        let client = client.accept_one_key_to_sign_and_encrypt();
        let opened = client.answering(&sent).open(&reply).unwrap_or_else(|e| panic!("{derived}: {e:?}\n{reply}"));
        assert!(opened.body().xml().contains(MARKER));
        assert!(client.open(&reply).is_err(), "without its request it is no reply");

        // Their request, our reply.
        let spec = format!(
            "protection=encrypted-key,derived={derived},steps=sign;endorse,signature={},cipher={}",
            SignatureMethod::HmacSha256.uri(),
            ContentEncryption::Aes256Gcm.uri()
        );
        let request = driver.ask(&format!("protect\t{spec}"), &envelope).expect("WSS4J asks");
        let opened = receiver().open(&request).unwrap_or_else(|e| panic!("{derived}: {e:?}\n{request}"));
        assert_eq!(opened.signer().certificate(), Some(&peer::certificate("alice")), "the endorser");
        let token = ProtectionToken::of_request();
        let token = if derived == "no" { token } else { token.derived_keys(SecureConversation::V1_3) };
        let recipe = Recipe::new()
            .timestamp(Duration::from_secs(300))
            .signature_confirmation()
            .sign(Signing::with_token(&token).parts([Part::Body, Part::Timestamp]));
        let reply = recipe
            .plan()
            .expect("a plan")
            .message(&envelope)
            .answering(opened.correlation())
            .secure()
            .expect("secured")
            .message;
        let found = driver.ask("confirmed\tdom\ton", &reply);
        shows_the_marker(found).unwrap_or_else(|e| panic!("{derived}: {e}\n{reply}"));
    }
}

#[test]
fn tokens_are_signed_through_references_both_ways() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("wss4j", "Driver");
    let mut matrix = Matrix::new(&["ours > WSS4J DOM", "ours > WSS4J streaming", "WSS4J > ours"]);
    let plain = peer::envelope(name::SOAP11.uri);
    let default = plain.replace("<env:Envelope ", "<env:Envelope xmlns=\"urn:default\" ");
    for (envelope, context) in [(&plain, "no default namespace"), (&default, "a default namespace")] {
        for (form, form_name) in [
            (ReferenceForm::Direct, "direct"),
            (ReferenceForm::IssuerSerial, "issuer-serial"),
            (ReferenceForm::SubjectKeyIdentifier, "ski"),
            (ReferenceForm::Thumbprint, "thumbprint"),
        ] {
            let row = format!("{form_name}, {context}");
            let signing = Signing::with(&peer::identity("alice"))
                .reference(form)
                .parts([Part::Body, Part::Timestamp, Part::SigningToken])
                .token_by_reference();
            let recipe = Recipe::new().timestamp(Duration::from_secs(300)).sign(signing);
            let ours = recipe.plan().expect("a plan").message(envelope).secure().expect("secured").message;
            for (engine, column) in [("dom", "ours > WSS4J DOM"), ("stax", "ours > WSS4J streaming")] {
                let found = driver.ask(&format!("verify\t{engine}\ton"), &ours);
                let explained = (engine == "stax")
                    .then_some("WSS4J's streaming engine finds no reference inside the signature, its own included");
                matrix.cell(&row, column, shows_the_marker(found), explained);
            }
            let spec = format!(
                "steps=sign,reference={form_name},signer=alice,signature={},digest={},str-transform=yes",
                SignatureMethod::RsaSha256.uri(),
                DigestMethod::Sha256.uri()
            );
            let trust = Trust::anchors([peer::certificate("ca")])
                .expect("an authority")
                .signer(SignerRule::AnyBelowTheAnchors)
                .known([peer::certificate("alice")]);
            let requirements = Requirements::signed([Part::Body, Part::Timestamp, Part::SigningToken]);
            let receiver = Receiver::new(trust, requirements, DangerousNoReplayCache);
            let message = driver.ask(&format!("secure\t{spec}"), envelope).expect("WSS4J signs");
            assert!(driver.ask("verify\tstax\ton", &message).is_err(), "the reason for the cells above");
            let own = driver.ask("verify\tdom\ton", &message);
            // It digests a token before it puts it into the scope of the default namespace.
            let explained = (form == ReferenceForm::Direct && context == "a default namespace")
                .then_some("WSS4J does not verify this message either");
            assert_eq!(own.is_err(), explained.is_some(), "{row}");
            let opened = receiver.open(&message).map_err(|error| format!("{error:?}\n{message}"));
            let body = opened.map(|opened| opened.body().xml().to_owned());
            matrix.cell(&row, "WSS4J > ours", shows_the_marker(body), explained);
        }
    }
    matrix.finish("WSS4J 4.x, the STR-Transform");
}

#[test]
fn header_blocks_are_encrypted_both_ways() {
    if !peer::wanted() {
        return;
    }
    let mut driver = Driver::java("wss4j", "Driver");
    let mut matrix = Matrix::new(&["ours > WSS4J DOM", "ours > WSS4J streaming", "WSS4J > ours"]);
    let block = || Part::header_block("urn:a", "Id");
    for (soap, version) in [(name::SOAP11.uri, "soap11"), (name::SOAP12.uri, "soap12")] {
        let envelope = peer::envelope(soap);
        for steps in ["encrypt", "sign;encrypt"] {
            let row = format!("{version} {steps}");
            let encrypting = Encrypting::to(&peer::certificate("bob")).parts([Part::Body, block()]);
            let signing = Signing::with(&peer::identity("alice")).parts([Part::Body, Part::Timestamp, block()]);
            let recipe = Recipe::new().timestamp(Duration::from_secs(300));
            let recipe = if steps == "encrypt" { recipe } else { recipe.sign(signing) };
            let ours = recipe
                .encrypt(encrypting)
                .plan()
                .expect("a plan")
                .message(&envelope)
                .secure()
                .expect("secured")
                .message;
            for (engine, column) in [("dom", "ours > WSS4J DOM"), ("stax", "ours > WSS4J streaming")] {
                let found = driver.ask(&format!("verify\t{engine}\ton"), &ours);
                matrix.cell(&row, column, shows_the_marker(found), None);
            }
            let spec = format!(
                "steps={steps},reference=issuer-serial,signer=alice,signature={},digest={},cipher={},transport={},header=yes",
                SignatureMethod::RsaSha256.uri(),
                DigestMethod::Sha256.uri(),
                ContentEncryption::Aes256Gcm.uri(),
                TransportMethod::RsaOaepMgf1p.uri()
            );
            let requirements = Requirements::dangerous_unsigned().encrypted([Part::Body, block()]);
            let trust = Trust::anchors([peer::certificate("ca")])
                .expect("an authority")
                .signer(SignerRule::AnyBelowTheAnchors)
                .known([peer::certificate("alice")]);
            let receiver =
                Receiver::new(trust, requirements, DangerousNoReplayCache).decrypt_with(peer::identity("bob"));
            let theirs = driver.ask(&format!("secure\t{spec}"), &envelope).and_then(|message| {
                let opened = receiver
                    .open_unsigned(&message, TransportFacts::dangerous_unprotected())
                    .map_err(|e| format!("{e:?}\n{message}"))?;
                Ok(opened.unauthenticated_body().to_owned())
            });
            matrix.cell(&row, "WSS4J > ours", shows_the_marker(theirs), None);
        }
    }
    matrix.finish("WSS4J 4.x, encrypted header blocks");
}
