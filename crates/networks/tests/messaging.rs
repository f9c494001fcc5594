//! Messages of AS4 networks: each rule on `eb:Messaging`, kept and broken.

mod common;

use std::time::SystemTime;

use wss_ebms::{Party, Property, Typed, UserMessage};
use wss_networks::{ALL, MessagingError, Network, by_name};

const ROLES: [&str; 2] = [
    "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/initiator",
    "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/responder",
];

/// A message from the party `sender`, with these types of identifiers and this agreement.
fn message(sender: &str, kind: &str, agreement: &str) -> UserMessage {
    let party = |id: &str, role: &str| Party::new(Typed::of(id, kind), role);
    let now = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_800_000_000);
    let mut message = UserMessage::new("1@example.org", now, party(sender, ROLES[0]), party("9900000000002", ROLES[1]))
        .agreement(Typed::from(agreement))
        .part("a@example.org", [("MimeType", "application/xml"), ("CompressionType", "application/gzip")]);
    message.properties =
        vec![Property::new("originalSender", "iso6523:0088:1"), Property::new("finalRecipient", "iso6523:0088:2")];
    message
}

fn check(network: &Network, message: &UserMessage) -> Result<(), MessagingError> {
    network.check_user_message(message, &common::certificate("alice"))
}

/// phase4, PeppolPMode and Phase4PeppolSender: the agreement, the type of identifiers, roles and properties; the common name is
/// the identifier of the party.
#[test]
fn messages_of_peppol() {
    let network = by_name("peppol_as4_2").expect("Peppol");
    let agreed = "urn:fdc:peppol.eu:2017:agreements:tia:ap_provider";
    let good = message("Alice", "urn:fdc:peppol.eu:2017:identifiers:ap", agreed);
    assert_eq!(check(&network, &good), Ok(()));
    let mut other = good.clone();
    other.from.ids = vec![Typed::of("Bob", "urn:fdc:peppol.eu:2017:identifiers:ap")];
    assert!(matches!(check(&network, &other), Err(MessagingError::OtherSender { party }) if party.as_str() == "Bob"));
    for (broken, is_it) in broken(&good) {
        assert!(is_it(&check(&network, &broken).expect_err("broken")), "{broken:?}");
    }
    let mut without = good.clone();
    without.properties.pop();
    assert_eq!(check(&network, &without), Err(MessagingError::Property { name: "finalRecipient" }));
    let mut twice = good;
    twice.properties.push(Property::new("originalSender", "iso6523:0088:3"));
    assert_eq!(check(&network, &twice), Err(MessagingError::Property { name: "originalSender" }));
}

type IsIt = fn(&MessagingError) -> bool;

/// What breaks the rules that both networks have.
fn broken(good: &UserMessage) -> Vec<(UserMessage, IsIt)> {
    let changed = |change: fn(&mut UserMessage)| {
        let mut message = good.clone();
        change(&mut message);
        message
    };
    vec![
        (changed(|m| m.agreement = None), |e| matches!(e, MessagingError::Agreement { .. })),
        (changed(|m| m.agreement.as_mut().expect("one").name = "urn:x".into()), |e| {
            matches!(e, MessagingError::Agreement { .. })
        }),
        (changed(|m| m.from.role = "Sender".into()), |e| matches!(e, MessagingError::Role { .. })),
        (changed(|m| std::mem::swap(&mut m.from.role, &mut m.to.role)), |e| matches!(e, MessagingError::Role { .. })),
        (changed(|m| m.to.ids[0].kind = None), |e| matches!(e, MessagingError::PartyType { .. })),
        (changed(|m| m.from.ids[0].kind = Some("urn:x".into())), |e| matches!(e, MessagingError::PartyType { .. })),
        (changed(|m| m.from.ids.push(m.from.ids[0].clone())), |e| matches!(e, MessagingError::PartyType { .. })),
    ]
}

/// AS4-Profil of BDEW 1.1, §2.2.3.3, §2.3.1.2, §2.3.2 and §2.3.4.4: what the subject has as its OU is the identifier of the
/// party.
#[test]
fn messages_of_bdew() {
    let network = by_name("bdew_1_2").expect("BDEW");
    let rules = network.messaging.expect("rules");
    assert_eq!(network.partner.named_by, Some("2.5.4.11"));
    let agreed = "https://www.bdew.de/as4/communication/agreement";
    // No test key has an OU: here the country names the party.
    let mut network = network;
    network.partner.named_by = Some("2.5.4.6");
    for kind in rules.party_types {
        let good = message("DE", kind, agreed);
        assert_eq!(check(&network, &good), Ok(()));
        for (broken, is_it) in broken(&good) {
            assert!(is_it(&check(&network, &broken).expect_err("broken")), "{broken:?}");
        }
        let mut plain = good.clone();
        plain.parts[0].properties.retain(|property| property.name != "CompressionType");
        assert!(matches!(check(&network, &plain), Err(MessagingError::NotCompressed { .. })));
        let mut body = good.clone();
        body.parts[0].href = None;
        assert!(matches!(check(&network, &body), Err(MessagingError::NotCompressed { .. })));
        network.partner.named_by = Some("2.5.4.11");
        assert!(matches!(check(&network, &good), Err(MessagingError::OtherSender { .. })), "Alice has no OU");
        network.partner.named_by = Some("2.5.4.6");
    }
}

#[test]
fn packages_of_as4_have_rules_and_other_networks_have_none() {
    for network in ALL {
        assert_eq!(network.messaging.is_some(), network.http.package, "{}", network.name);
        if network.messaging.is_none() {
            assert_eq!(check(network, &message("Eve", "urn:x", "urn:y")), Ok(()), "{}", network.name);
        }
    }
    let compressed: Vec<_> = ALL
        .iter()
        .filter(|network| network.messaging.is_some_and(|rules| rules.compressed))
        .map(|network| network.name)
        .collect();
    assert_eq!(compressed, ["bdew_1_2", "entsog_3_6", "entsog_4_0"]);
}
