//! Policies with Kerberos tickets of a real KDC: what protects the message, and what endorses it.

use crate::kerberos::in_a_realm;
use crate::policy_bindings::{PARTS, all, asymmetric, binding, derived, supporting, tls, token, x509};
use crate::policy_row::{self, Row};
use crate::policy_shapes::policy;

const TEST: &str = "policy_kerberos::cxf_and_we_speak_by_policies_with_tickets";

#[test]
fn cxf_and_we_speak_by_policies_with_tickets() {
    in_a_realm(TEST, "cxf", || {
        policy_row::run(rows().into_iter(), "tickets", "Apache CXF 3.5 by policies with tickets")
    });
}

fn rows() -> Vec<Row> {
    let ticket = |inside: &str| token("KerberosToken", "Once", &format!("{inside}<sp:WssGssKerberosV5ApReqToken11/>"));
    let confirming = all("Wss11", "<sp:MustSupportRefEncryptedKey/><sp:RequireSignatureConfirmation/>");
    let protected = |inside: &str| binding("SymmetricBinding", &all("ProtectionToken", &ticket(inside)), "");
    let endorsing = supporting("Endorsing", &ticket(""));
    let both = supporting("Endorsing", &(ticket("") + &x509("AlwaysToRecipient", "")));
    let row = |name: &str, more: &str| Row::new(name, policy(more));
    vec![
        row("a ticket protects", &(protected("") + &confirming + PARTS)),
        row("a ticket protects, derived", &(protected("<sp:RequireDerivedKeys/>") + &confirming + PARTS)),
        row("TLS, Endorsing: ticket", &(tls("") + &endorsing)).weaker(policy(&tls("")), "no signature endorses"),
        row("certificates, Endorsing: ticket", &(asymmetric("") + &endorsing + PARTS))
            .weaker(policy(&(asymmetric("") + PARTS)), "no signature endorses"),
        row("derived, Endorsing: ticket", &(derived("") + &endorsing + PARTS))
            .weaker(policy(&(derived("") + PARTS)), "no signature endorses"),
        row("derived, Endorsing: ticket and certificate", &(derived("") + &both + PARTS))
            .weaker(policy(&(derived("") + &endorsing + PARTS)), "no signature endorses"),
    ]
}
