//! A real KDC on loopback. Its tickets sign and encrypt messages both ways. Runs only if `WSS_INTEROP=1` is set; needs
//! MIT's `krb5kdc`, `kadmin.local` and `kinit`.

mod realm;

use std::time::Duration;

use ws_security::bsp::Rule;
use ws_security::prelude::*;
use ws_security::{
    DangerousNoReplayCache, KerberosForm, KerberosInitiator as _, OpenError, ProtectionToken, SecureConversation,
    Secured, Signer,
};
use wss_kerberos::{Acceptor, Error, Initiator};

const SERVICE: &str = "HTTP@localhost";
const ENVELOPE: &str = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><a xmlns=\"urn:a\">4711</a>\
    </s:Body></s:Envelope>";

/// Starts the realm, and runs this same test again with its variables set.
#[test]
fn tickets_of_a_real_kdc_sign_and_encrypt() {
    if realm::is_inside() {
        return inside();
    }
    if std::env::var_os("WSS_INTEROP").is_none_or(|value| value != "1") {
        eprintln!("SKIPPED: WSS_INTEROP=1 is not set, no KDC was started");
        return;
    }
    realm::Realm::start().run_inside("tickets_of_a_real_kdc_sign_and_encrypt", &[]);
}

fn receiver() -> Receiver {
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).kerberos_token();
    Receiver::new(Trust::no_certificates(), requirements, DangerousNoReplayCache)
        .kerberos(Acceptor::new().expect("MIT"))
}

fn inside() {
    let initiator = || Initiator::new(SERVICE).expect("MIT");
    assert_eq!(Initiator::new("no service").err(), Some(Error::Name { name: "no service".into() }));
    assert!(Initiator::new("HTTP@elsewhere.test").expect("MIT").ticket().is_none(), "the KDC does not know it");
    for form in [KerberosForm::Gss, KerberosForm::ApReq, KerberosForm::Gss4120, KerberosForm::ApReq1510] {
        for derived in [None, Some(SecureConversation::V1_3)] {
            let token = ProtectionToken::kerberos(initiator()).kerberos_form(form);
            let token = derived.map_or(token.clone(), |version| token.derived_keys(version));
            let signing = Signing::with_token(&token).parts([Part::Body, Part::Timestamp, Part::SigningToken]);
            let mut recipe = Recipe::new().timestamp(Duration::from_secs(300)).sign(signing);
            // BSP allows only one form.
            if form != KerberosForm::Gss {
                recipe = recipe.waive(Rule::R6902).waive(Rule::R6907);
            }
            if derived.is_some() {
                recipe = recipe.encrypt(Encrypting::with_token(&token).parts([Part::Body]));
            }
            let Secured { message, correlation: sent } =
                recipe.plan().expect("a plan").message(ENVELOPE).secure().expect("secured");
            let opened = receiver().open(&message).unwrap_or_else(|error| panic!("{form:?}: {error:?}\n{message}"));
            assert!(matches!(opened.signer(), Signer::Kerberos { principal } if principal == "ann@EXAMPLE.TEST"));
            assert!(opened.body().xml().contains("4711"));
            // MIT's own cache knows the authenticator.
            assert!(matches!(receiver().open(&message), Err(OpenError::NoKey { .. })));

            // The reply identifies the ticket by its SHA-1 and does not contain it.
            let token = ProtectionToken::of_request();
            let token = derived.map_or(token.clone(), |version| token.derived_keys(version));
            let reply = Recipe::new()
                .timestamp(Duration::from_secs(300))
                .signature_confirmation()
                .sign(Signing::with_token(&token).parts([Part::Body, Part::Timestamp]));
            let reply = reply
                .plan()
                .expect("a plan")
                .message(ENVELOPE)
                .answering(opened.correlation())
                .secure()
                .expect("secured")
                .message;
            assert!(reply.contains("#Kerberosv5APREQSHA1") && !reply.contains("BinarySecurityToken"));
            let client = Receiver::new(
                Trust::no_certificates(),
                Requirements::signed([Part::Body, Part::Timestamp]).signature_confirmation(),
                DangerousNoReplayCache,
            );
            let received = client.answering(&sent).open(&reply).expect("opens");
            assert_eq!(received.signer(), &Signer::RequestReceiver);
            assert!(client.open(&reply).is_err());
        }
    }
    // A fresh message whose MAC or ticket was changed.
    let token = ProtectionToken::kerberos(initiator());
    let plan = Recipe::new()
        .timestamp(Duration::from_secs(300))
        .sign(Signing::with_token(&token).parts([Part::Body, Part::Timestamp]))
        .plan()
        .expect("a plan");
    let message = plan.message(ENVELOPE).secure().expect("secured").message;
    assert!(receiver().open(message.replace("4711", "4712")).is_err());
    let message = plan.message(ENVELOPE).secure().expect("secured").message;
    let start = message.find("<wsse:BinarySecurityToken").expect("a token");
    let at = start + message[start..].find('>').expect("its tag") + 400;
    let changed = if message.as_bytes()[at] == b'A' { "B" } else { "A" };
    assert!(receiver().open(format!("{}{changed}{}", &message[..at], &message[at + 1..])).is_err());
}
