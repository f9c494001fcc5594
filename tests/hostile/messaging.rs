//! The header block of AS4: as many of each element that the schema repeats, through its reader.

use std::time::SystemTime;

use ws_security::ebms::{EbmsError, Messaging, NAMESPACE, Party, Property, Report, Signal, SignalKind, UserMessage};
use ws_security::{Limit, Limits, SoapVersion};

use super::{Door, judge};

const INFO: &str = "<MessageInfo><Timestamp>2026-11-28T09:30:00Z</Timestamp><MessageId>1@a</MessageId></MessageInfo>";

/// A part of the block, that many times.
type Make = fn(usize) -> String;

fn user(from: &str, more: &str) -> String {
    let party = |ids: &str, name: &str| format!("<{name}><PartyId>a</PartyId>{ids}<Role>a</Role></{name}>");
    let terms = "<CollaborationInfo><Service>a</Service><Action>a</Action><ConversationId>a</ConversationId></CollaborationInfo>";
    let parties = format!("<PartyInfo>{}{}</PartyInfo>", party(from, "From"), party("", "To"));
    format!("<UserMessage>{INFO}{parties}{terms}{more}</UserMessage>")
}

fn signal(content: &str) -> String {
    format!("<SignalMessage>{INFO}{content}</SignalMessage>")
}

const SHAPES: [(&str, Make, bool); 7] = [
    ("identifiers of a party", |n| user(&"<PartyId/>".repeat(n), ""), true),
    ("properties", |n| user("", &format!("<MessageProperties>{}</MessageProperties>", properties(n))), true),
    ("parts", |n| user("", &format!("<PayloadInfo>{}</PayloadInfo>", "<PartInfo/>".repeat(n))), true),
    (
        "properties of parts",
        |n| {
            let part = |n| format!("<PartInfo><PartProperties>{}</PartProperties></PartInfo>", properties(n));
            user("", &format!("<PayloadInfo>{}</PayloadInfo>", part(8).repeat(n / 8)))
        },
        true,
    ),
    ("errors", |n| signal(&"<Error severity='failure' errorCode=''/>".repeat(n)), true),
    ("what a receipt has", |n| signal(&format!("<Receipt>{}</Receipt>", "<a/>".repeat(n))), false),
    (
        "Schema of a part",
        |n| user("", &format!("<PayloadInfo><PartInfo>{}</PartInfo></PayloadInfo>", "<Schema/>".repeat(n))),
        false,
    ),
];

fn properties(count: usize) -> String {
    "<Property name=''/>".repeat(count)
}

fn block(content: &str) -> String {
    format!("<Messaging xmlns='{NAMESPACE}'>{content}</Messaging>")
}

#[test]
fn a_header_block_of_as4_takes_little() {
    let read = |limits: Limits| {
        move |xml: &[u8]| {
            let xml = std::str::from_utf8(xml).expect("text");
            Messaging::read(xml, &limits).map_or_else(|error| error.to_string(), |_| "read".to_owned())
        }
    };
    let door: Door<'_> = ("Messaging", Box::new(read(Limits::default())));
    let mut failures = Vec::new();
    for (name, make, _) in SHAPES {
        let messages: Vec<Vec<u8>> = [1, 2, 4].map(|times| block(&make(4_000 * times)).into_bytes()).into();
        failures.extend(judge(name, &door, &messages, false));
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn what_the_schema_repeats_is_counted_and_the_error_says_how_to_raise_the_limit() {
    for (name, make, is_counted) in SHAPES.into_iter().filter(|(.., is_counted)| *is_counted) {
        assert!(is_counted);
        assert!(Messaging::read(&block(&make(400)), &Limits::default()).is_ok(), "{name}");
        let many = block(&make(600));
        match Messaging::read(&many, &Limits::default()) {
            Err(error @ EbmsError::Limit(exceeded)) => {
                assert_eq!((exceeded.limit, exceeded.allowed), (Limit::MessagingEntries, 512), "{name}");
                assert!(error.to_string().contains("--limit messaging-entries="), "{name}: {error}");
            }
            other => panic!("{name}: {other:?}"),
        }
        let raised = Limits::default().with(Limit::MessagingEntries, 700);
        assert!(Messaging::read(&many, &raised).is_ok(), "{name}");
    }
}

/// A block with a number of entries.
type OfEntries<'a> = Box<dyn Fn(usize) -> Messaging + 'a>;

/// A sender counts what its receiver counts: the last block that is written is the last one that is read.
#[test]
fn what_is_written_is_what_a_receiver_reads() {
    let parties = || (Party::new("a", "a"), Party::new("b", "b"));
    let user = |(from, to): (Party, Party)| UserMessage::new("1@a", SystemTime::UNIX_EPOCH, from, to);
    let of: [(&str, OfEntries<'_>); 5] = [
        (
            "identifiers of a party",
            Box::new(|count| {
                let (mut from, to) = parties();
                from.ids = vec!["a".into(); count];
                user((from, to)).into()
            }),
        ),
        (
            "properties",
            Box::new(|count| {
                let mut of_many = user(parties());
                of_many.properties = vec![Property::new("a", "b"); count];
                of_many.into()
            }),
        ),
        (
            "parts",
            Box::new(|count| (0..count).fold(user(parties()), |user, at| user.part(&format!("{at}@a"), [])).into()),
        ),
        ("properties of parts", Box::new(|count| user(parties()).part("1@a", vec![("a", "b"); count]).into())),
        (
            "errors",
            Box::new(|count| {
                let mut signal = Signal::error("1@a", SystemTime::UNIX_EPOCH, "2@a", Report::failed_decryption());
                signal.kind = SignalKind::Errors(vec![Report::failed_decryption(); count]);
                signal.into()
            }),
        ),
    ];
    for (name, make) in of {
        let few = Limits::default().with(Limit::MessagingEntries, 40);
        let (mut written, mut refused) = (0, 0);
        for count in 30..50 {
            let message = make(count);
            let text = message.write(SoapVersion::V12, &Limits::default()).expect("few entries");
            let read = Messaging::read(&text, &few);
            match message.envelope(SoapVersion::V12, &few).and(message.write(SoapVersion::V12, &few)) {
                Ok(again) => {
                    assert_eq!((again, read), (text, Ok(message)), "{name}: {count}");
                    written += 1;
                }
                Err(error) => {
                    assert_eq!(read.as_ref(), Err(&error), "{name}: {count}");
                    assert!(matches!(&error, EbmsError::Limit(exceeded) if exceeded.limit == Limit::MessagingEntries));
                    refused += 1;
                }
            }
        }
        assert!(written > 0 && refused > 0, "{name}: {written} written, {refused} refused");
    }
}
