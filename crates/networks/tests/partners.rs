//! Partners by what their certificates say, as each network names them.

mod common;

use wss_header::{Budget, Limits};
use wss_networks::{ALL, Network, by_name};
use wss_tokens::{Purpose, Trust, TrustError};

fn validate(trust: &Trust, name: &str) -> Result<(), TrustError> {
    let budget = Budget::new(&Limits::default(), 0);
    trust.validate(&common::certificate(name), &[], Purpose::Signing, std::time::SystemTime::now(), &budget).map(drop)
}

fn trust(network: &Network, party: &str) -> Trust {
    let anchors = Trust::anchors([common::certificate("ca")]).expect("an authority");
    network.partner.trust(anchors, party).expect("a name")
}

#[test]
fn a_peppol_access_point_is_its_common_name_and_must_not_be_revoked() {
    let peppol = by_name("peppol_as4_2").expect("Peppol");
    let list = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/keys/ca.crl")).expect("a list");
    let with_list = |party: &str| trust(&peppol, party).crls(&list).expect("a list");
    assert!(validate(&with_list("Alice"), "alice").is_ok());
    // Another name, the whole subject in place of the name, or no list.
    for refused in [with_list("Bob"), with_list("CN=Alice"), trust(&peppol, "Alice")] {
        assert!(validate(&refused, "alice").is_err());
    }
    let anchors = Trust::anchors([common::certificate("ca")]).expect("an authority");
    assert!(peppol.partner.trust(anchors, "").is_err(), "an empty name names nobody");
}

#[test]
fn elsewhere_a_partner_is_its_subject() {
    for network in ALL.iter().filter(|network| network.partner.named_by.is_none() && !network.partner.checks_revocation)
    {
        assert!(validate(&trust(network, "CN=Alice,O=\"Example, Inc\",C=DE"), "alice").is_ok(), "{}", network.name);
        assert!(validate(&trust(network, "CN=Alice,C=DE"), "alice").is_err(), "{}", network.name);
    }
    let demanding: Vec<&str> =
        ALL.iter().filter(|network| network.partner.checks_revocation).map(|network| network.name).collect();
    assert_eq!(demanding, ["bdew_1_2", "digikoppeling_wus_s", "digikoppeling_wus_se", "eet_cz", "peppol_as4_2"]);
}

/// Regelungen zum Übertragungsweg für AS4, §5.4, and the profile of PKIoverheid.
#[test]
fn lists_and_key_usages_are_judged_as_the_network_has_it() {
    let three_days = std::time::Duration::from_secs(259_200);
    for network in ALL {
        let trust = trust(network, if network.partner.named_by.is_some() { "1" } else { "CN=1" });
        let expected = if network.name == "bdew_1_2" { three_days } else { std::time::Duration::ZERO };
        assert_eq!(trust.lists_count_after_their_end(), expected, "{}", network.name);
        let is_judged = network.name.starts_with("digikoppeling");
        assert_eq!(trust.checks_extended_key_usage(), is_judged, "{}", network.name);
    }
}
