//! Chapter 4: the transport, from the context.

use wss_c14n::Element;

use crate::context::Transport;
use crate::report::Findings;
use crate::table::Rule;

pub(crate) fn judge(transport: &Transport, root: Element<'_>, findings: &mut Findings<'_>) {
    if let Some(protocol) = &transport.protocol {
        let is_ssl2 = protocol.to_ascii_uppercase().replace([' ', '_', '-', '.'], "").starts_with("SSLV2")
            || protocol.eq_ignore_ascii_case("SSL 2.0");
        for rule in [Rule::R2001, Rule::R2002] {
            findings.check(rule, root, !is_ssl2, "the connection is SSL 2.0");
        }
    }
    let Some(suite) = &transport.cipher_suite else { return };
    let upper = suite.to_ascii_uppercase();
    let has = |part: &str| upper.split(['_', '-']).any(|word| word == part);
    findings.check(Rule::U4_2_2, root, !has("3DES") && !upper.contains("DES_EDE"), "3DES where AES could serve");
    findings.check(Rule::U4_2_3, root, !has("ANON") && !has("ADH"), "the peers are anonymous");
    let weak = has("NULL") || upper.contains("EXPORT");
    findings.check(Rule::U4_2_4, root, !weak, "no confidentiality, or keys of export strength");
}
