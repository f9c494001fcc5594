//! What is written is read back, what AS4 does not have is refused, and the payload is held to the header.

use std::time::{Duration, SystemTime};

use wss_c14n::Limits;
use wss_ebms::{EbmsError, Messaging, NAMESPACE, Party, Report, Signal, SignalKind, Typed, UserMessage};
use wss_soap::SoapVersion;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_800_000_000_250)
}

fn user() -> UserMessage {
    UserMessage::new(
        "one@example.org",
        now(),
        Party::new(Typed::of("0088:1", "urn:gln"), "urn:role:a"),
        Party::new("bob", "b"),
    )
    .agreement(Typed::of("urn:agreement", "urn:kind"))
    .collaboration(Typed::of("invoice", "urn:services"), "submit & more", "c-1")
    .channel("urn:mpc")
    .answering("zero@example.org")
    .property("originalSender", Typed::of("0088:9", "urn:gln"))
    .part("a;b%c@example.org", [("MimeType", "application/xml"), ("CompressionType", "application/gzip")])
    .part("d@example.org", [])
}

fn read(xml: &str) -> Result<Messaging, EbmsError> {
    Messaging::read(xml, &Limits::default())
}

#[test]
fn the_content_of_a_receipt_keeps_what_is_declared_around_it() {
    let content = "<x:n xmlns:x=\"urn:x\"><x:m></x:m></x:n>";
    let written = Messaging::from(Signal::receipt("r@b", now(), "one@example.org", content))
        .write(SoapVersion::V12, &Limits::default())
        .expect("written");
    let outside =
        written.replace(content, "<x:n><x:m/></x:n>").replacen("<eb:Messaging ", "<eb:Messaging xmlns:x=\"urn:x\" ", 1);
    assert_eq!(read(&outside), read(&written));
    assert!(outside.contains("<x:n><x:m/>"), "{outside}");
}

/// Blanks around an identifier are those of an indentation. Other white space is a part of it, as for every name.
#[test]
fn an_identifier_keeps_the_white_space_that_xml_does_not_know() {
    let written = Messaging::from(user()).write(SoapVersion::V12, &Limits::default()).expect("written");
    for (around, kept) in [("\n \t", ""), ("\u{a0}", "\u{a0}"), ("\u{2003}", "\u{2003}"), ("\u{b}", "")] {
        let spelled = |text: &str| format!(">{around}{text}{around}<");
        let indented =
            written.replace(">bob<", &spelled("bob")).replace(">one@example.org<", &spelled("one@example.org"));
        let Ok(read) = read(&indented) else {
            assert_eq!(around, "\u{b}", "no character of XML");
            continue;
        };
        let user = read.user.expect("a user message");
        assert_eq!(user.to.ids[0].value, format!("{kept}bob{kept}"));
        assert_eq!(user.info.id, format!("{kept}one@example.org{kept}"));
    }
}

#[test]
fn what_is_written_is_read_back() {
    let receipt = Signal::receipt("r@b", now(), "one@example.org", "<x:n xmlns:x=\"urn:x\"></x:n>");
    let mut detailed = Report::failed_decryption();
    detailed.detail = Some("not <for> us".into());
    for messaging in [
        Messaging::from(user()),
        Messaging::from(receipt.clone()),
        Messaging::from(user()).with(receipt),
        Messaging::from(Signal::error("e@b", now(), "one@example.org", detailed)),
        Messaging::from(Signal::pull("p@a", now(), Some("urn:mpc".to_owned()))),
    ] {
        for version in [SoapVersion::V11, SoapVersion::V12] {
            assert_eq!(read(&messaging.write(version, &Limits::default()).expect("written")).as_ref(), Ok(&messaging));
        }
        let envelope = messaging.envelope(SoapVersion::V12, &Limits::default()).expect("written");
        assert!(envelope.contains("soap:mustUnderstand=\"true\""), "{envelope}");
    }
}

/// The order and the names of the schema of ebMS 3.0, written by hand.
#[test]
fn what_others_write_is_read() {
    let xml = format!(
        "<e:Messaging xmlns:e=\"{NAMESPACE}\">\n <e:UserMessage mpc=\"urn:m\"><e:MessageInfo><e:Timestamp>2026-11-28T09:30:00Z</e:Timestamp>\
         <e:MessageId> m@x </e:MessageId></e:MessageInfo><e:PartyInfo><e:From><e:PartyId type=\"t\">a</e:PartyId><e:PartyId>a2</e:PartyId>\
         <e:Role>r</e:Role></e:From><e:To><e:PartyId>b</e:PartyId><e:Role>s</e:Role></e:To></e:PartyInfo><e:CollaborationInfo>\
         <e:AgreementRef pmode=\"p\">g</e:AgreementRef><e:Service>s</e:Service><e:Action>x</e:Action><e:ConversationId/></e:CollaborationInfo>\
         <e:PayloadInfo><e:PartInfo href=\"cid:a%40b\"><e:Description>for people</e:Description></e:PartInfo><e:PartInfo/></e:PayloadInfo>\
         </e:UserMessage></e:Messaging>"
    );
    let user = read(&xml).expect("a message").user.expect("a user message");
    assert_eq!((user.info.id.as_str(), user.from.ids.len(), user.to.role.as_str()), ("m@x", 2, "s"));
    assert_eq!(user.agreement.expect("an agreement").pmode.expect("a mode").as_str(), "p");
    assert_eq!(user.parts[1].href, None);
    let error = format!(
        "<e:Messaging xmlns:e=\"{NAMESPACE}\"><e:SignalMessage><e:MessageInfo><e:Timestamp>2026-11-28T09:30:00Z</e:Timestamp><e:MessageId>m\
         </e:MessageId></e:MessageInfo><e:Error origin=\"ebMS\" category=\"Unpackaging\" errorCode=\"EBMS:0303\" severity=\"failure\"/>\
         <e:Error errorCode=\"EBMS:0004\" severity=\"warning\"><e:Description>why</e:Description></e:Error></e:SignalMessage></e:Messaging>"
    );
    let signal = read(&error).expect("a message").signal.expect("a signal");
    let SignalKind::Errors(errors) = signal.kind else { panic!("errors") };
    assert_eq!(
        (errors.len(), errors[0].code.as_str(), errors[1].detail.as_ref().expect("why").as_str()),
        (2, "EBMS:0303", "why")
    );
}

#[test]
fn what_the_schema_does_not_have_is_refused() {
    let good = Messaging::from(user()).write(SoapVersion::V12, &Limits::default()).expect("written");
    assert!(read(&good).is_ok());
    for (from, to) in [
        ("<eb:Action>", "<eb:Extra></eb:Extra><eb:Action>"),
        ("<eb:MessageId>one@example.org</eb:MessageId>", ""),
        (">one@example.org<", "> <"),
        ("<eb:Role>b</eb:Role>", ""),
        (" name=\"MimeType\"", ""),
        ("<eb:From>", "<eb:To>"),
        ("2027-01-15T08:00:00.250Z", "yesterday"),
        ("submit", "<b>submit</b>"),
        ("</eb:UserMessage>", "</eb:UserMessage><eb:UserMessage></eb:UserMessage>"),
        ("<eb:PartInfo ", "<eb:Part "),
    ] {
        let changed = good.replacen(from, to, 1);
        assert_ne!(changed, good, "{from}");
        assert!(read(&changed).is_err(), "{from}");
    }
    for other in ["<Messaging/>".to_owned(), format!("<e:Messaging xmlns:e=\"{NAMESPACE}\"/>"), "no XML".to_owned()] {
        assert!(read(&other).is_err(), "{other}");
    }
    assert!(matches!(read("<a/>"), Err(EbmsError::NotMessaging { .. })));
}

#[test]
fn the_payload_is_what_the_header_names() {
    let user = user();
    let both = ["d@example.org", "a;b%c@example.org"];
    assert_eq!(user.parts[0].href.as_deref(), Some("cid:a%3Bb%25c@example.org"));
    assert_eq!(user.check_parts(both), Ok(()));
    assert!(matches!(user.check_parts(both[..1].iter().copied()), Err(EbmsError::NoAttachment { .. })));
    assert!(matches!(user.check_parts(both.into_iter().chain(["x"])), Err(EbmsError::NoPart { .. })));
    let twice = user.part("d@example.org", []);
    assert!(matches!(twice.check_parts(both), Err(EbmsError::NoAttachment { .. })));
    let elsewhere = UserMessage::new("m", now(), Party::new("a", "b"), Party::new("c", "d")).part("", []);
    assert!(elsewhere.check_parts([]).is_err());
}
