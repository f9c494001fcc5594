//! Where ciphertext may be: what a list names at another place, or of another name, is not decrypted.

mod common;

use common::*;
use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, OpenError, TransportFacts, WhyMisplaced};

fn with(part: Part) -> String {
    let encrypting = Encrypting::to(&certificate("bob")).parts([part]);
    recipe().username_digest("ann", "s3cret").encrypt(encrypting).secured(&envelope(SOAP11))
}

fn opens(message: &str) -> Result<(), OpenError> {
    let bob = Receiver::new(trust(), Requirements::dangerous_unsigned(), DangerousNoReplayCache);
    let bob = bob.decrypt_with(identity("bob"));
    bob.open_unsigned(message, TransportFacts::dangerous_unprotected()).map(drop)
}

fn is_refused_for(message: &str, wanted: WhyMisplaced) {
    match opens(message) {
        Err(OpenError::EncryptedData { why, .. }) => assert_eq!(why, wanted, "{message}"),
        other => panic!("{other:?}\n{message}"),
    }
}

/// The element that begins so, with its end.
fn cut<'m>(message: &'m str, name: &str) -> &'m str {
    let start = message.find(&format!("<{name} ")).unwrap_or_else(|| panic!("{name}: {message}"));
    let end = format!("</{name}>");
    &message[start..start + message[start..].find(&end).expect("its end") + end.len()]
}

/// The message whose list names the element of this name.
fn listing(message: &str, name: &str) -> String {
    let value = |text: &str, before: &str| {
        text.split_once(before).and_then(|(_, rest)| rest.split('"').next()).map(str::to_owned)
    };
    let listed = value(message, "<xenc:DataReference URI=\"#").expect("a list");
    let (tag, _) = cut(message, name).split_once('>').expect("a tag");
    let with_id = match value(tag, "Id=\"") {
        Some(id) => tag.replacen(&format!("\"{id}\""), "\"listed\"", 1),
        None => format!("{tag} xml:id=\"listed\""),
    };
    message.replacen(tag, &with_id, 1).replacen(&format!("#{listed}"), "#listed", 1)
}

#[test]
fn what_is_no_encrypted_data_is_not_decrypted() {
    let message = with(Part::Body);
    assert_eq!(opens(&message), Ok(()));
    let data = cut(&message, "xenc:EncryptedData");
    let other = data.replace("<xenc:EncryptedData ", "<x:EncryptedData xmlns:x=\"urn:x\" ");
    let other = other.replace("</xenc:EncryptedData>", "</x:EncryptedData>").replacen(" Id=", " xml:id=", 1);
    is_refused_for(&message.replacen(data, &other, 1), WhyMisplaced::Place);
}

#[test]
fn ciphertext_of_our_header_is_after_its_list() {
    let message = with(Part::UsernameToken);
    assert_eq!(opens(&message), Ok(()));
    let key = cut(&message, "xenc:EncryptedKey").to_owned();
    let after = message.replacen(&key, "", 1).replacen("</wsse:Security>", &format!("{key}</wsse:Security>"), 1);
    is_refused_for(&after, WhyMisplaced::BeforeItsList);
}

#[test]
fn an_encrypted_header_block_is_one_encrypted_data_in_an_encrypted_header_of_the_envelope() {
    for name in ["xenc:EncryptedData", "wsse11:EncryptedHeader"] {
        let message = listing(&with(action()), name);
        assert_eq!(opens(&message), Ok(()), "{message}");
        let block = cut(&message, "wsse11:EncryptedHeader");
        let misplaced = |instead: String| is_refused_for(&message.replacen(block, &instead, 1), WhyMisplaced::Place);
        let more = "<x:more xmlns:x=\"urn:x\"></x:more>";
        misplaced(block.replacen("<xenc:EncryptedData ", &format!("{more}<xenc:EncryptedData "), 1));
        misplaced(block.replacen("</xenc:EncryptedData>", &format!("</xenc:EncryptedData>{more}"), 1));
        misplaced(format!("<x:Block xmlns:x=\"urn:x\">{block}</x:Block>"));
        // Under another name, or in the Body, only its ciphertext can be named.
        if name == "wsse11:EncryptedHeader" {
            let renamed = block.replace("<wsse11:EncryptedHeader ", "<x:Block xmlns:x=\"urn:x\" ");
            misplaced(renamed.replace("</wsse11:EncryptedHeader>", "</x:Block>"));
            let moved = message.replacen(block, "", 1).replacen("<p:To>", &format!("{block}<p:To>"), 1);
            is_refused_for(&moved, WhyMisplaced::Place);
        }
    }
}

#[test]
fn ciphertext_inside_the_header_has_no_type_of_an_attachment() {
    let message = with(Part::UsernameToken);
    for kind in ["Content-Only", "Complete"] {
        let attachment = format!("http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-{kind}");
        let other = message.replacen("http://www.w3.org/2001/04/xmlenc#Element", &attachment, 1);
        assert_ne!(other, message);
        is_refused_for(&other, WhyMisplaced::Type { stated: attachment.into() });
    }
}
