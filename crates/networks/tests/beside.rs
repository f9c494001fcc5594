//! What a network has in the header that no signature covers.

mod common;

use common::*;
use wss_networks::by_name;

/// The client of VBMS adds the assertion of its department to the signed message.
#[test]
fn vbms_has_an_assertion_beside_the_signature() {
    for choice in [None, Some("sha256")] {
        let network = by_name("vbms_us").expect("VBMS");
        let network = choice.into_iter().fold(network, |network, name| {
            let choice = network.choice(name).expect("a choice");
            network.choose(choice)
        });
        let recipe = client(&network).recipe.token(assertion(&network.request, "carol"));
        let (wire, _) = send(&network, recipe, &envelope(&network, &network.request), false, None);
        assert!(
            wire.text().contains("Assertion") && wire.text().contains(choice.map_or("#rsa-sha1", |_| "#rsa-sha256"))
        );
        open(&network.request, &service(&network).receiver, &wire, None).expect("opened");
    }
}
