//! Whose key something is under: what an explanation says where no cause of the octets is to be found.

use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, ElementPath, KeyTransport, ProtectionToken, SecureConversation};

use crate::common::*;

fn encrypted_to(name: &str) -> String {
    let encrypting = Encrypting::to(&certificate(name)).parts([Part::Body]);
    recipe().sign(signing()).encrypt(encrypting).secured(&envelope(SOAP11))
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).unwrap_or_else(|| panic!("{before}: {text}")).0
}

#[test]
fn a_key_that_names_us_and_is_not_ours_is_told_from_ciphertext_that_was_changed() {
    let bob = receiver().decrypt_with(identity("bob"));
    let (ours, theirs) = (encrypted_to("bob"), encrypted_to("carol"));
    // It names Bob, and was encrypted with the key of Carol, as with an old certificate of the same name.
    let reference = |message: &str| between(message, "<xenc:EncryptedKey", "</xenc:EncryptedKey>").to_owned();
    let key_info = |message: &str| between(&reference(message), "<ds:KeyInfo", "</ds:KeyInfo>").to_owned();
    let misled = theirs.replacen(&key_info(&theirs), &key_info(&ours), 1);
    assert!(bob.open(&misled).is_err());
    let told = bob.explain(&misled).to_string();
    assert!(told.contains("no private key at hand decrypts its xenc:EncryptedKey"), "{told}");
    // Keys of another length are told by it alone, under RSA 1.5 too.
    let value = |message: &str| between(&reference(message), "<xenc:CipherValue>", "<").to_owned();
    let octets = ws_security::c14n::base64_decode(&value(&ours), 4_096).expect("base64");
    for transport in ["xmlenc#rsa-oaep-mgf1p", "xmlenc#rsa-1_5"] {
        let short = ours.replacen(&value(&ours), &ws_security::c14n::base64_encode(&octets[..128]), 1);
        let short = short.replacen("xmlenc#rsa-oaep-mgf1p", transport, 1);
        let told = bob.explain(&short).to_string();
        let length = "has 128 octets, as an RSA key of 1024 bits makes them, and the key at hand has 2048 bits";
        assert!(told.contains(length), "{told}");
    }
    // The key is right, and the ciphertext is not.
    let (before, rest) = ours.rsplit_once("<xenc:CipherValue>").expect("ciphertext");
    let changed = format!("{before}<xenc:CipherValue>AAAA{}", &rest[4..]);
    assert!(bob.open(&changed).is_err());
    let told = bob.explain(&changed).to_string();
    assert!(told.contains("the private key of CN=Bob,O=Exemple,C=FR decrypts its xenc:EncryptedKey"), "{told}");
    for octets in [0, 3, 27] {
        let short = ws_security::c14n::base64_encode(&vec![7; octets]);
        let told =
            bob.explain(format!("{before}<xenc:CipherValue>{short}{}", &rest[rest.find('<').expect("an end")..]));
        assert!(told.to_string().contains(&format!("its ciphertext has {octets} octets, too few")), "{told}");
    }
    // Where it opens, where no key of ours is named, and of RSA 1.5, which does not tell, nothing is said.
    let silent = |receiver: &Receiver, message: &str| {
        let told = receiver.explain(message).to_string();
        assert!(!told.contains("decrypts its xenc:EncryptedKey"), "{told}");
    };
    silent(&bob, &ours);
    silent(&bob, &theirs);
    let old = Encrypting::to(&certificate("bob")).parts([Part::Body]).transport(KeyTransport::Rsa15);
    let old = recipe().allow_legacy_algorithms().sign(signing()).encrypt(old).secured(&envelope(SOAP11));
    let (before, rest) = old.rsplit_once("<xenc:CipherValue>").expect("ciphertext");
    silent(&bob, &format!("{before}<xenc:CipherValue>AAAA{}", &rest[4..]));
}

/// Decryption changes the positions of what is behind it.
#[test]
fn ciphertext_without_an_id_keeps_its_outcome_when_what_is_before_it_is_decrypted() {
    let source = envelope(SOAP11).replacen("<p:To>Ann</p:To>", "<p:To>Ann</p:To><p:To>Bob</p:To>", 1);
    let path = ElementPath::parse("Body/{urn:p}Pay/{urn:p}To").expect("a path");
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::every_element(path)]);
    let parts = Signing::with(&identity("alice")).parts([Part::Timestamp]);
    let message = recipe().sign(parts).encrypt(encrypting).secured(&source);
    // The second has its own key and no Id, and no list names it.
    let key = between(&message, "<xenc:EncryptedKey", "</xenc:EncryptedKey>");
    let (key_before_list, list) = key.split_once("<xenc:ReferenceList>").expect("a list");
    let own = key_before_list.replacen(&format!(" Id=\"{}\"", between(key, "Id=\"", "\"")), "", 1);
    let second = list.rsplit("URI=\"#").next().and_then(|rest| rest.split_once('"')).expect("two").0;
    let message = message
        .replacen(&format!("<xenc:DataReference URI=\"#{second}\"></xenc:DataReference>"), "", 1)
        .replacen(&format!(" Id=\"{second}\""), "", 1);
    let (before, rest) = message.rsplit_once("</xenc:EncryptionMethod>").expect("the second");
    let key_info = "<ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">";
    let embedded = format!("{key_info}<xenc:EncryptedKey{own}</xenc:EncryptedKey></ds:KeyInfo>");
    let message = format!("{before}</xenc:EncryptionMethod>{embedded}{rest}");
    let requirements = Requirements::dangerous_unsigned();
    let bob = Receiver::new(trust(), requirements, DangerousNoReplayCache)
        .decrypt_with(identity("bob"))
        .accept_unlisted_encrypted_data();
    let told = bob.explain(&message).to_string();
    assert_eq!(told.matches("a key of ours decrypts it").count(), 2, "{told}");
    let (before, rest) = message.rsplit_once("<xenc:CipherValue>").expect("ciphertext");
    let told = bob.explain(format!("{before}<xenc:CipherValue>AAAA{}", &rest[4..])).to_string();
    assert_eq!(told.matches("a key of ours decrypts it").count(), 1, "{told}");
    assert!(
        told.contains("xenc:EncryptedData[2]") && told.contains("decryption failed; its key is encrypted to"),
        "{told}"
    );
}

#[test]
fn a_reply_is_explained_with_the_keys_of_its_request() {
    let parts = || [Part::Body, Part::Timestamp];
    let token = ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(SecureConversation::V1_3);
    let recipe = || recipe().sign(Signing::with_token(&token).parts(parts()));
    let request = recipe().plan().expect("a plan").message(&envelope(SOAP11)).secure().expect("secured");
    let requirements = || Requirements::signed(parts()).dangerous_anonymous();
    let service = Receiver::new(trust(), requirements(), DangerousNoReplayCache).decrypt_with(identity("bob"));
    let opened = service.open(&request.message).expect("opens");
    let token = ProtectionToken::of_request().derived_keys(SecureConversation::V1_3);
    let reply = crate::common::recipe()
        .signature_confirmation()
        .sign(Signing::with_token(&token).parts(parts()))
        .encrypt(Encrypting::with_token(&token).parts([Part::Body]));
    let (plan, source) = (reply.plan().expect("a plan"), envelope(SOAP11));
    let reply = plan.message(&source).answering(opened.correlation()).secure().expect("secured").message;
    let client = Receiver::new(Trust::no_certificates(), Requirements::signed(parts()), DangerousNoReplayCache);
    let (alone, answering) = (client.explain(&reply), client.answering(&request.correlation).explain(&reply));
    assert!(alone.to_string().contains("such a key came with the request"), "{alone}");
    let told = answering.to_string();
    assert!(told.contains("a key of ours decrypts it") && told.contains("has nothing against the message"), "{told}");
    assert!(told.contains("signature value: fits"), "{told}");
    let mut shown = 0;
    drop(client.answering(&request.correlation).explain_octets(&reply, |_| shown += 1));
    assert!(shown >= 3, "{shown}");
    // What was changed on the way is found under such a key as well.
    let indented = reply.replacen("</wsu:Created>", "</wsu:Created>\n", 1);
    let told = client.answering(&request.correlation).explain(&indented).to_string();
    assert!(told.contains("cause [white-space-added]"), "{told}");
}
