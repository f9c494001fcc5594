//! Apache WSS4J 4.x with Kerberos tickets of a real KDC, both ways.

#[path = "../../crates/kerberos/tests/realm/mod.rs"]
mod realm;

use std::time::Duration;

use ws_security::c14n::name;
use ws_security::{
    DangerousNoReplayCache, Encrypting, KerberosForm, Part, ProtectionToken, Receiver, Recipe, Requirements,
    SecureConversation, Secured, Signer, Signing, Trust,
};
use wss_kerberos::{Acceptor, Initiator};

use crate::driver::{self, Driver};
use crate::peer::{self, MARKER, Matrix};

const TEST: &str = "kerberos::tickets_of_one_kdc_go_both_ways";

#[test]
fn tickets_of_one_kdc_go_both_ways() {
    in_a_realm(TEST, "wss4j", inside);
}

/// Runs this test again with a KDC, its user and its service, of which a driver of this name knows by JAAS.
pub(crate) fn in_a_realm(test: &str, driver: &'static str, inside: fn()) {
    if realm::is_inside() {
        return inside();
    }
    if !peer::wanted() {
        return;
    }
    let _compiled = driver::compiled(driver);
    let realm = realm::Realm::start();
    let path = realm.folder.display();
    let module = "com.sun.security.auth.module.Krb5LoginModule required doNotPrompt=true";
    let entries = format!(
        "client {{ {module} useTicketCache=true ticketCache=\"{path}/ccache\"; }};\n\
         service {{ {module} useKeyTab=true keyTab=\"{path}/keytab\" storeKey=true isInitiator=false \
         principal=\"HTTP/localhost\"; }};\n"
    );
    std::fs::write(realm.folder.join("jaas.conf"), entries).expect("written");
    let options = format!(
        "-Djava.security.krb5.conf={path}/krb5.conf -Djava.security.auth.login.config={path}/jaas.conf \
         -Dsun.security.krb5.rcache=none"
    );
    // A message and its twins have one ticket.
    realm.run_inside(test, &[("JAVA_TOOL_OPTIONS", options), ("KRB5RCACHENAME", "none:".to_owned())]);
}

fn shows_the_marker(body: &str) -> Result<(), String> {
    let shown = body.contains(MARKER) || body.contains(&MARKER.replace("&amp;", "&"));
    if shown { Ok(()) } else { Err(format!("no marker in {body}")) }
}

fn inside() {
    let mut driver = Driver::java("wss4j", "Driver");
    let mut matrix = Matrix::new(&[
        "ours > WSS4J DOM",
        "ours > WSS4J streaming",
        "WSS4J's reply > ours",
        "WSS4J > ours",
        "our reply > WSS4J",
    ]);
    for (soap, version) in [(name::SOAP11.uri, "soap11"), (name::SOAP12.uri, "soap12")] {
        let envelope = peer::envelope(soap);
        for derived in ["no", "yes"] {
            for steps in ["sign", "sign;encrypt"] {
                let row = format!("{version} derived {derived} {steps}");
                let token = ProtectionToken::kerberos(Initiator::new("HTTP@localhost").expect("MIT"))
                    .kerberos_form(KerberosForm::Gss);
                let token = if derived == "yes" { token.derived_keys(SecureConversation::V1_3) } else { token };
                let signing = Signing::with_token(&token).parts([Part::Body, Part::Timestamp]);
                let mut recipe = Recipe::new().timestamp(Duration::from_secs(300)).sign(signing);
                if steps != "sign" {
                    // One key for both uses, without derived keys.
                    recipe = recipe
                        .accept_one_key_to_sign_and_encrypt()
                        .encrypt(Encrypting::with_token(&token).parts([Part::Body]));
                }
                let plan = recipe.plan().expect("a plan");
                let sign_only = steps == "sign";
                let Secured { message: ours, correlation: sent } = plan.message(&envelope).secure().expect("secured");
                let found = driver.ask("accept\tdom", &ours).and_then(|body| shows_the_marker(&body));
                matrix.cell(&row, "ours > WSS4J DOM", found, None);
                if sign_only {
                    // The ticket is not sent again.
                    let reply = driver.ask("ticket-reply", &envelope).and_then(|reply| {
                        assert!(reply.contains("#Kerberosv5APREQSHA1") && !reply.contains("BinarySecurityToken"));
                        let requirements = Requirements::signed([Part::Body, Part::Timestamp]);
                        let client = Receiver::new(Trust::no_certificates(), requirements, DangerousNoReplayCache);
                        let opened =
                            client.answering(&sent).open(&reply).map_err(|error| format!("{error:?}\n{reply}"))?;
                        shows_the_marker(opened.body().xml())
                    });
                    matrix.cell(&row, "WSS4J's reply > ours", reply, None);
                }
                // Each engine remembers the tickets it saw.
                let ours = plan.message(&envelope).secure().expect("secured").message;
                let found = driver.ask("accept\tstax", &ours).and_then(|body| shows_the_marker(&body));
                matrix.cell(&row, "ours > WSS4J streaming", found, None);

                let theirs = driver.ask(&format!("ticket\tderived={derived},steps={steps}"), &envelope);
                let opened = theirs.and_then(|theirs| {
                    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).kerberos_token();
                    let receiver = Receiver::new(Trust::no_certificates(), requirements, DangerousNoReplayCache)
                        .accept_one_key_to_sign_and_encrypt()
                        .kerberos(Acceptor::new().expect("MIT"));
                    let opened = receiver.open(&theirs).map_err(|error| format!("{error:?}\n{theirs}"))?;
                    let is_ann = matches!(
                        opened.signer(),
                        Signer::Kerberos { principal } if principal == "ann@EXAMPLE.TEST"
                    );
                    if !is_ann {
                        return Err(format!("{:?}", opened.signer()));
                    }
                    shows_the_marker(opened.body().xml())?;
                    Ok(opened)
                });
                if let Ok(opened) = &opened
                    && sign_only
                {
                    let token = ProtectionToken::of_request();
                    let reply = Recipe::new()
                        .timestamp(Duration::from_secs(300))
                        .sign(Signing::with_token(&token).parts([Part::Body, Part::Timestamp]))
                        .plan()
                        .expect("a plan")
                        .message(&envelope)
                        .answering(opened.correlation())
                        .secure()
                        .expect("secured")
                        .message;
                    let found = driver.ask("verify\tdom\ton", &reply).and_then(|body| shows_the_marker(&body));
                    matrix.cell(&row, "our reply > WSS4J", found, None);
                }
                matrix.cell(&row, "WSS4J > ours", opened.map(drop), None);
            }
        }
    }
    matrix.finish("Kerberos with Apache WSS4J");
}
