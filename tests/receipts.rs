//! Receipts for non-repudiation: made by the receiver of a message, and compared with the sent message.

mod common;

use common::*;
use ws_security::Limits;
use ws_security::attachments::{Attachment, Package};
use ws_security::prelude::*;
use ws_security::{Correlation, DangerousNoReplayCache, ReceiptError, Secured};

const EBMS: &str = "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/";

fn messaging() -> Part {
    Part::header_block(EBMS, "Messaging")
}

fn with_messaging(content: &str) -> String {
    envelope(SOAP12).replace(
        "<s:Header>",
        &format!("<s:Header><eb:Messaging xmlns:eb=\"{EBMS}\" s:mustUnderstand=\"true\">{content}</eb:Messaging>"),
    )
}

fn receiver(parts: impl IntoIterator<Item = Part>) -> Receiver {
    let trust = Trust::anchors_pem(&file("ca.pem")).expect("anchors").signer(SignerRule::AnyBelowTheAnchors);
    let requirements = Requirements::signed_body_and(parts);
    Receiver::new(trust, requirements, DangerousNoReplayCache).decrypt_with(identity("bob"))
}

/// The record that Alice keeps of a message, and the one that Bob sends.
fn exchanged() -> (Correlation, String) {
    let plan = recipe()
        .sign(Signing::with(&identity("alice")).parts([Part::Body, messaging(), Part::Attachments]))
        .encrypt(Encrypting::to(&certificate("bob")).parts([Part::Body, Part::Signature, Part::Attachments]))
        .plan()
        .expect("a plan");
    let attachments = ["a@b", "c@d"].map(|id| Attachment::new(id, "text/plain", "text\n").expect("an attachment"));
    let Secured { message: package, correlation: sent } =
        plan.message(&with_messaging("")).attachments(attachments.to_vec()).secure().expect("secured");
    let body = package.write(Vec::new()).expect("written");
    let package = Package::parse_body(&package.content_type(), &body, &Limits::default()).expect("a package");
    let opened = receiver([messaging(), Part::Attachments]).open(&package).expect("opens");
    (sent, opened.correlation().non_repudiation_information().expect("canonical"))
}

/// A signed reply that holds `content` in its `eb:Messaging`, as Alice opens it.
fn reply(content: &str) -> Opened {
    let signing = Signing::with(&identity("bob")).parts([Part::Body, messaging()]);
    let plan = recipe().sign(signing).plan().expect("a plan");
    receiver([messaging()])
        .open(plan.message(&with_messaging(content)).secure().expect("secured").message)
        .expect("opens")
}

fn receipt(information: &str) -> Opened {
    reply(&format!("<eb:SignalMessage><eb:Receipt>{information}</eb:Receipt></eb:SignalMessage>"))
}

/// The `MessagePartNRInformation` for this URI.
fn part_of<'i>(information: &'i str, uri: &str) -> &'i str {
    let at = information.find(uri).expect("it is named");
    let start = information[..at].rfind("<ebbp:MessagePartNRInformation>").expect("its start");
    let end = at + information[at..].find("</ebbp:MessagePartNRInformation>").expect("its end");
    &information[start..end + "</ebbp:MessagePartNRInformation>".len()]
}

#[test]
fn a_receipt_gives_back_every_digest_that_was_sent() {
    let (sent, information) = exchanged();
    assert_eq!(information.matches("<ds:Reference").count(), 4, "{information}");
    assert_eq!(sent.non_repudiation_information().as_ref(), Ok(&information), "both sides know the same");
    sent.check_receipt(&receipt(&information)).expect("a receipt");
    let (other, _) = exchanged();
    assert!(matches!(other.check_receipt(&receipt(&information)), Err(ReceiptError::Unknown { .. })));
}

#[test]
fn a_receipt_that_says_less_more_or_something_else_is_none() {
    let (sent, information) = exchanged();
    let attachment = part_of(&information, "cid:a@b");
    let less = information.replace(attachment, "");
    assert_eq!(sent.check_receipt(&receipt(&less)), Err(ReceiptError::Missing { uri: "cid:a@b".into() }));
    let twice = information.replace(attachment, &attachment.repeat(2));
    assert_eq!(sent.check_receipt(&receipt(&twice)), Err(ReceiptError::Unknown { uri: "cid:a@b".into() }));
    let renamed = information.replace("cid:a@b", "cid:x@y");
    assert_eq!(sent.check_receipt(&receipt(&renamed)), Err(ReceiptError::Unknown { uri: "cid:x@y".into() }));
    // The digest of the one as that of the other.
    let value = |part: &str| {
        let start = part.find("<ds:DigestValue>").expect("a digest") + "<ds:DigestValue>".len();
        part[start..start + 44].to_owned()
    };
    let body = value(part_of(&information, "URI=\"#id-"));
    let swapped = information.replace(&value(attachment), &body);
    assert!(matches!(sent.check_receipt(&receipt(&swapped)), Err(ReceiptError::Unknown { .. })));
    let other_method = information.replace("2001/04/xmlenc#sha256", "2001/04/xmlenc#sha512");
    assert!(matches!(sent.check_receipt(&receipt(&other_method)), Err(ReceiptError::Unknown { .. })));
}

/// Digests count only at their place in a receipt.
#[test]
fn digests_elsewhere_are_no_receipt() {
    let (sent, information) = exchanged();
    for wrong in [
        String::new(),
        information.clone(),
        format!("<eb:SignalMessage>{information}</eb:SignalMessage>"),
        format!("<eb:UserMessage><eb:Receipt>{information}</eb:Receipt></eb:UserMessage>"),
        format!("<eb:SignalMessage><eb:Receipt>{}</eb:Receipt></eb:SignalMessage>", information.repeat(2)),
        "<eb:SignalMessage><eb:Receipt/></eb:SignalMessage>".to_owned(),
    ] {
        assert_eq!(sent.check_receipt(&reply(&wrong)), Err(ReceiptError::NoReceipt), "{wrong}");
    }
    // A Messaging that nobody signed.
    let signing = Signing::with(&identity("bob")).parts([Part::Body]);
    let content = format!("<eb:SignalMessage><eb:Receipt>{information}</eb:Receipt></eb:SignalMessage>");
    let message = recipe().sign(signing).secured(&with_messaging(&content));
    let opened = receiver([]).understands(EBMS, "Messaging").open(message).expect("opens");
    assert_eq!(sent.check_receipt(&opened), Err(ReceiptError::NoReceipt));
    // Nor is there one for a message without a signature.
    let nothing = Correlation::default();
    let opened = receipt(&nothing.non_repudiation_information().expect("nothing"));
    assert_eq!(nothing.check_receipt(&opened), Err(ReceiptError::NoReceipt));
}

/// A receipt says that the message was received; what comes beside it may say that it was not.
#[test]
fn a_receipt_beside_something_else_is_none() {
    let (sent, information) = exchanged();
    let receipt = format!("<eb:Receipt>{information}</eb:Receipt>");
    let error = "<eb:Error errorCode='EBMS:0101' severity='failure'/>";
    for beside in [
        format!("<eb:SignalMessage>{receipt}{error}</eb:SignalMessage>"),
        format!("<eb:SignalMessage>{receipt}</eb:SignalMessage><eb:SignalMessage>{error}</eb:SignalMessage>"),
        format!("<eb:SignalMessage><eb:PullRequest/></eb:SignalMessage><eb:SignalMessage>{receipt}</eb:SignalMessage>"),
        format!("<eb:SignalMessage>{receipt}<eb:PullRequest/></eb:SignalMessage>"),
    ] {
        let refused = sent.check_receipt(&reply(&beside));
        assert!(matches!(refused, Err(ReceiptError::Beside { .. })), "{beside}: {refused:?}");
    }
    // A message may travel with a receipt, and a warning is no failure.
    let warning = "<eb:Error errorCode='EBMS:0303' severity='warning'/>";
    for beside in [
        format!("<eb:UserMessage/><eb:SignalMessage>{receipt}</eb:SignalMessage>"),
        format!("<eb:SignalMessage>{receipt}{warning}</eb:SignalMessage>"),
    ] {
        assert_eq!(sent.check_receipt(&reply(&beside)), Ok(()), "{beside}");
    }
}

/// What was sent can be read off it, unless its signature is encrypted.
#[test]
fn an_exchange_of_what_was_sent_checks_receipts_too() {
    let signing = Signing::with(&identity("alice")).parts([Part::Body, messaging()]);
    let plan = recipe().sign(signing).plan().expect("a plan");
    let Secured { message, correlation: sent } = plan.message(&with_messaging("")).secure().expect("secured");
    let opened = receiver([messaging()]).open(&message).expect("opens");
    let information = opened.correlation().non_repudiation_information().expect("canonical");
    sent.check_receipt(&receipt(&information)).expect("a receipt");
    let read = Correlation::of_sent(&message).expect("signatures");
    read.check_receipt(&receipt(&information)).expect("a receipt");
}

/// A receipt that left something out would count as one for less.
#[test]
fn a_reference_that_cannot_be_given_back_is_an_error() {
    let signing = Signing::with(&identity("alice")).parts([Part::Body, messaging()]);
    let plan = recipe().sign(signing).plan().expect("a plan");
    let message = plan.message(&with_messaging("")).secure().expect("secured").message;
    let uri = |text: &str| text.split("<ds:Reference URI=\"").nth(1)?.split('"').next().map(str::to_owned);
    let changed = message.replacen(&format!(" URI=\"{}\"", uri(&message).expect("a URI")), "", 1);
    let read = Correlation::of_sent(&changed).expect("signatures");
    assert_eq!(read.non_repudiation_information(), Err(ReceiptError::Unreadable { uri: "".into() }));
    let opened =
        receipt(&Correlation::of_sent(&message).expect("signatures").non_repudiation_information().expect("canonical"));
    assert_eq!(read.check_receipt(&opened), Err(ReceiptError::Unreadable { uri: "".into() }));
}
