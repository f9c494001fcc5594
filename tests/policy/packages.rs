//! Packages: a policy has attachments signed and encrypted, and each side opens those of the other.

use ws_security::attachments::{Attachment, Package, SecuredPackage};
use ws_security::policy::Exchange;
use ws_security::{Correlation, Limits};

use crate::shapes::{SP, Shape};
use crate::{REPLY, REQUEST, says, sides};

const PHOTO: &[u8] = b"\x89PNG\r\n\x1a\n of Ann";

/// The plain policy, which has attachments signed, and encrypted.
fn policy(signed: &str, encrypted: &str) -> String {
    let text = Shape::default().policy();
    let changed = text
        .replace("<sp:SignedParts><sp:Body/>", &format!("<sp:SignedParts><sp:Body/>{signed}"))
        .replace("<sp:EncryptedParts><sp:Body/>", &format!("<sp:EncryptedParts><sp:Body/>{encrypted}"));
    assert_ne!(text, changed);
    changed
}

fn photo() -> Attachment {
    Attachment::new("photo@bank", "image/png", PHOTO.to_vec()).expect("an attachment")
}

fn written(package: &SecuredPackage) -> (String, Vec<u8>) {
    (package.content_type(), package.write(Vec::new()).expect("written"))
}

/// The attachments of a message, and what it is to be answered with.
fn opened(
    exchange: &Exchange,
    (content_type, octets): &(String, Vec<u8>),
    request: Option<&Correlation>,
) -> Result<(Vec<Vec<u8>>, Correlation), String> {
    let package = Package::parse_body(content_type, octets, &Limits::default()).map_err(|error| error.to_string())?;
    let opened = exchange.open(&package, request).map_err(|error| error.to_string())?;
    let attachments =
        opened.attachments().iter().map(|attachment| attachment.content().expect("in memory").into_owned()).collect();
    Ok((attachments, opened.correlation().clone()))
}

#[test]
fn both_sides_of_a_policy_open_packages() {
    let by = |transforms: &[&str]| {
        let transforms: String = transforms.iter().map(|one| format!("<x:{one}/>")).collect();
        format!("<sp:Attachments xmlns:x=\"{}\">{transforms}</sp:Attachments>", SP.replace("200702", "200802"))
    };
    let (whole, bare) = ("AttachmentCompleteSignatureTransform", "ContentSignatureTransform");
    let (complete, content) = (by(&[whole]), by(&[bare]));
    assert!(sides(&Shape::default(), &policy(&by(&[whole, bare]), "")).is_err(), "both");
    for (signed, encrypted) in [
        ("<sp:Attachments/>", ""),
        ("<sp:Attachments/>", "<sp:Attachments/>"),
        (content.as_str(), ""),
        (content.as_str(), "<sp:Attachments/>"),
        (complete.as_str(), ""),
        (complete.as_str(), "<sp:Attachments/>"),
    ] {
        let text = policy(signed, encrypted);
        let (client, service) = sides(&Shape::default(), &text).expect("both sides");
        let (client, service) = (&client.exchanges()[0], &service.exchanges()[0]);
        let secure = |attachments: Vec<Attachment>| {
            client.plan().expect("a plan").message(REQUEST).attachments(attachments).secure().expect("secured")
        };
        let sent = secure(vec![photo()]);
        let request = written(&sent.message);
        let is_hidden = !request.1.windows(PHOTO.len()).any(|octets| octets == PHOTO);
        assert_eq!(is_hidden, !encrypted.is_empty(), "{signed} {encrypted}");
        let (attachments, correlation) = opened(service, &request, None).expect("the service opens it");
        assert_eq!(attachments, [PHOTO], "{signed} {encrypted}");

        let reply = service.plan().expect("a plan").message(REPLY).answering(&correlation);
        let reply = reply.attachments(vec![photo()]).secure().expect("secured");
        let (attachments, _) =
            opened(client, &written(&reply.message), Some(&sent.correlation)).expect("the client opens it");
        assert_eq!(attachments, [PHOTO], "{signed} {encrypted}");

        // A package without attachments, and one of which a signed attachment was changed.
        assert_eq!(opened(service, &written(&secure(Vec::new()).message), None).map(|(none, _)| none), Ok(Vec::new()));
        let (content_type, mut octets) = written(&secure(vec![photo()]).message);
        let last = octets.windows(4).rposition(|end| end == b"\r\n--").expect("a delimiter") - 1;
        octets[last] ^= 1;
        let error = opened(service, &(content_type, octets), None).expect_err("refused");
        // The cipher is in CBC mode: what was changed may have a padding by chance, and the signature tells it.
        let is_ciphertext = !encrypted.is_empty() && error == "decryption failed";
        assert!(is_ciphertext || error == "digest of \"cid:photo@bank\" does not match", "{error}");
    }
}

#[test]
fn an_attachment_that_a_policy_has_signed_or_encrypted_and_is_not_is_refused() {
    let plain = sides(&Shape::default(), &Shape::default().policy()).expect("both sides").0;
    let signed = sides(&Shape::default(), &policy("<sp:Attachments/>", "")).expect("both sides");
    let both = sides(&Shape::default(), &policy("<sp:Attachments/>", "<sp:Attachments/>")).expect("both sides");
    let request = |exchange: &Exchange| {
        let plan = exchange.plan().expect("a plan");
        written(&plan.message(REQUEST).attachments(vec![photo()]).secure().expect("secured").message)
    };
    let refused =
        |service: &Exchange, request: &(String, Vec<u8>)| opened(service, request, None).expect_err("refused");
    let unsigned = refused(&signed.1.exchanges()[0], &request(&plain.exchanges()[0]));
    assert!(unsigned.contains("no trusted signature covers Attachments"), "{unsigned}");
    let readable = refused(&both.1.exchanges()[0], &request(&signed.0.exchanges()[0]));
    assert!(readable.contains("not encrypted"), "{readable}");
}

/// Whoever says no transform means the one with the header (WS-SecurityPolicy 1.3 §4.1.1), as CXF has it.
#[test]
fn the_header_of_an_attachment_is_signed_unless_the_policy_says_otherwise() {
    let content = "<sp:Attachments><x:ContentSignatureTransform xmlns:x=\"http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200802\"/>\
                   </sp:Attachments>";
    let both =
        [content, "<sp:Attachments/>"].map(|signed| sides(&Shape::default(), &policy(signed, "")).expect("sides"));
    let request = |client: &Exchange| {
        let plan = client.plan().expect("a plan");
        written(&plan.message(REQUEST).attachments(vec![photo()]).secure().expect("secured").message)
    };
    let [content, whole] = both.each_ref().map(|(client, _)| request(&client.exchanges()[0]));
    let [(_, of_content), (_, of_whole)] = &both;
    assert!(opened(&of_content.exchanges()[0], &content, None).is_ok());
    assert!(opened(&of_whole.exchanges()[0], &whole, None).is_ok());
    says(opened(&of_whole.exchanges()[0], &content, None), "header");
}
