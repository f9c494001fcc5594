//! Id-cards of Den Gode Webservice: whose are accepted, and what is refused instead.

mod common;

use std::time::Duration;

use common::{Counted, Wire, certificate, client, id_card, identity, now, open, send};
use wss_header::{DangerousNoReplayCache, FixedClock, Receiver, TransportFacts, Waiver};
use wss_networks::{Network, PartyKeys, dgws_dk};
use wss_tokens::{AssertionTrust, ConfirmationMethod, NewAssertion, NewIdCard, SamlName, SamlVersion, Trust};

fn issuer() -> AssertionTrust {
    AssertionTrust::dangerous_for_any_audience()
        .issuer("https://idp.example", Trust::pins([certificate("carol")]))
        .accept_bearer()
}

fn receiver(network: &Network) -> Receiver {
    let keys = PartyKeys::new().assertions(issuer());
    let service = network.service(&keys, DangerousNoReplayCache).expect("a service");
    service.receiver.clock(std::sync::Arc::new(FixedClock(now())))
}

/// A request with this card.
fn request(card: &str) -> Wire {
    let network = dgws_dk::NETWORK;
    let template = id_card(3, "carol");
    let keys = PartyKeys::new().assertion(template.clone());
    let recipe = network.client(&keys, DangerousNoReplayCache).expect("a client").recipe;
    let text = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body/></s:Envelope>";
    let (wire, _) = send(&network, common::fixed(recipe, 7), text, false, None);
    wire.replace(&template, card)
}

fn why(network: &Network, card: &str) -> String {
    let refused = open(&network.request, &receiver(network), &request(card), None);
    refused.expect_err("it is no card of the issuer").to_string()
}

#[test]
fn a_card_of_the_issuer_names_the_sender_and_says_its_level() {
    let receiver = receiver(&dgws_dk::NETWORK);
    let wire = request(&id_card(3, "carol"));
    let opened = receiver.open_unsigned(&wire.octets, TransportFacts::server_authenticated_tls()).expect("a card");
    let [card] = opened.assertions() else { panic!("one card") };
    assert_eq!(card.confirmed_by(), ConfirmationMethod::IdCard);
    assert_eq!(card.assertion().id(), "IDCard");
    assert_eq!(card.assertion().subject().map(SamlName::value), Some("25520041"));
    assert_eq!(card.assertion().attribute("sosi:AuthenticationLevel"), Some(&["3".to_owned()][..]));
    assert!(opened.evidence().waived.contains(&Waiver::IdCards));
}

/// As SOSI Seal and the token service of its tests write one: white space in values, another prefix, a certificate in lines.
#[test]
fn a_card_may_have_white_space_where_the_schema_has_it() {
    let spaced = |card: &str| card.replace("holder-of-key</", "holder-of-key\n\t\t\t</").replace("saml2", "saml");
    let card = NewIdCard::system("https://idp.example", "journal", "25520041", "A clinic");
    let card = card.sign(&identity("carol"), now(), &Counted::default()).expect("a card");
    // The signature does not cover the changed text: that alone is wrong with it.
    let why = why(&dgws_dk::NETWORK, &spaced(&card));
    assert!(why.contains("digest"), "{why}");
}

#[test]
fn a_card_is_refused_without_the_call_that_accepts_cards_and_the_error_names_it() {
    let plain = Receiver::new(
        Trust::no_certificates(),
        wss_header::Requirements::dangerous_unsigned().saml_token(SamlVersion::V2_0),
        DangerousNoReplayCache,
    );
    let plain = plain.assertions(issuer()).clock(std::sync::Arc::new(FixedClock(now())));
    let wire = request(&id_card(3, "carol"));
    let refused = plain.open_unsigned(&wire.octets, TransportFacts::server_authenticated_tls());
    let why = refused.expect_err("nobody accepted cards").to_string();
    assert!(why.contains("AssertionTrust::accept_id_cards"), "{why}");
}

#[test]
fn other_cards_are_refused() {
    let network = dgws_dk::NETWORK;
    let card = id_card(3, "carol");
    let unsigned = {
        let (start, end) = (card.find("<ds:Signature "), card.find("</ds:Signature>"));
        let (start, end) = (start.expect("a signature"), end.expect("its end") + "</ds:Signature>".len());
        format!("{}{}", &card[..start], &card[end..])
    };
    let old =
        NewIdCard::system("https://idp.example", "journal", "25520041", "A clinic").lifetime(Duration::from_secs(60));
    let old = old.sign(&identity("carol"), now() - Duration::from_secs(3_600), &Counted::default()).expect("a card");
    for (what, card) in [
        ("nobody signed it", unsigned),
        ("another party signed it", id_card(3, "alice")),
        ("a changed level", card.replace(">3</", ">4</")),
        ("another name", card.replace("A clinic", "B clinic")),
        ("two levels", card.replace("sosi:IDCardVersion", "sosi:AuthenticationLevel")),
        ("its key is another", card.replace(">OCESSignature<", ">Other<")),
        ("its signature has another Id", card.replace("id=\"OCESSignature\"", "id=\"Other\"")),
        ("another Id", card.replace("id=\"IDCard\"", "id=\"IDCard2\"")),
        ("it is over", old),
    ] {
        let why = why(&network, &card);
        assert!(!why.is_empty(), "{what}");
    }
}

#[test]
fn a_card_of_a_system_is_not_one_of_a_user() {
    let user = dgws_dk::NETWORK.choose(dgws_dk::USER);
    let why = why(&user, &id_card(3, "carol"));
    assert!(why.contains("level"), "{why}");
    open(&user.request, &receiver(&user), &request(&id_card(4, "carol")), None).expect("a card of a user");
}

/// The same issuer makes bearer assertions for others, which the network does not take.
#[test]
fn an_assertion_that_is_no_card_is_refused() {
    let bearer = NewAssertion::new(SamlVersion::V2_0, "https://idp.example", "uid=eve")
        .bearer()
        .attribute("sosi:AuthenticationLevel", ["4"])
        .sign(&identity("carol"), now(), &Counted::default())
        .expect("an assertion");
    let why = why(&dgws_dk::NETWORK, &bearer);
    assert!(why.contains("not confirmed in the way"), "{why}");
}

/// Seal has `id` or `ID`; one that has both is named by the one of SAML.
#[test]
fn a_card_with_two_ids_is_refused() {
    let card = id_card(3, "carol").replacen("id=\"IDCard\"", "ID=\"other\" id=\"IDCard\"", 1);
    assert!(!why(&dgws_dk::NETWORK, &card).is_empty());
}

#[test]
fn cards_with_sha1_need_the_choice() {
    let plain = dgws_dk::NETWORK.service(&PartyKeys::new().assertions(issuer()), DangerousNoReplayCache);
    let sha1 = dgws_dk::NETWORK.choose(dgws_dk::SHA1);
    assert!(plain.is_ok() && sha1.request != dgws_dk::NETWORK.request);
    let wire = request(&id_card(3, "carol"));
    let receiver = receiver(&sha1);
    let opened = receiver.open_unsigned(&wire.octets, TransportFacts::server_authenticated_tls()).expect("a card");
    let legacy = |waiver: &Waiver| matches!(waiver, Waiver::Algorithm { uri } if uri.ends_with("#rsa-sha1"));
    assert!(opened.evidence().waived.iter().any(legacy), "the evidence says that SHA-1 was admitted");
    assert!(client(&sha1).receiver.is_some(), "replies have a Security header");
}
