//! References without a hash, timestamps without Created, and other encodings: refused by the name of the call that
//! accepts them, opened by it, and no forgery with them.

mod common;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use common::*;
use ws_security::c14n::{Budget, Canonicalization, Document, Element, Limits, Splices, Subset, base64_encode};
use ws_security::crypto::Digest;
use ws_security::prelude::*;
use ws_security::tokens::{PasswordError, format_instant, password_digest};
use ws_security::{
    DigestMethod, EnvelopeError, FixedClock, Incoming, Limit, NotFresh, OpenError, Secret, SignatureMethod,
    TransportFacts, Waiver,
};

fn parse(message: &str) -> Document<'_> {
    Document::parse(message, &Limits::default()).expect("well-formed")
}

fn find<'d>(document: &'d Document<'d>, local: &str) -> Element<'d> {
    document.elements().find(|element| element.name().local == local).unwrap_or_else(|| panic!("no {local}"))
}

fn canonical(message: &str, local: &str) -> Vec<u8> {
    let document = parse(message);
    let subset = Subset::subtree(find(&document, local)).without_comments();
    Canonicalization::default().to_octets(&subset, &Budget::dangerous_unbounded()).expect("octets")
}

/// `message`, whose SignedInfo was changed, signed again by Alice.
fn resigned(message: &str) -> String {
    let octets = canonical(message, "SignedInfo");
    let value = identity("alice").signing_key().sign(SignatureMethod::RsaSha256, &octets).expect("signs");
    let document = parse(message);
    let mut splices = Splices::new();
    splices.replace(find(&document, "SignatureValue").content_span(), base64_encode(&value));
    splices.apply(message).text
}

#[track_caller]
fn names(strict: &Receiver, message: &str, call: &str) -> OpenError {
    let error = strict.open(message).map(drop).expect_err("refused");
    assert!(error.to_string().contains(&format!("`{call}`")), "{error}");
    error
}

/// loopbackio/strong-soap#617: the URI of a reference is the Id alone.
#[test]
fn references_without_a_hash_open_by_a_named_call() {
    let golden = signed(SOAP11);
    let token = golden.replacen("<wsse:Reference URI=\"#", "<wsse:Reference URI=\"", 1);
    let (_, rest) = golden.split_once("<s:Body").expect("a body");
    let id = rest.split_once("wsu:Id=\"").expect("an Id").1.split_once('"').expect("its end").0.to_owned();
    let body = resigned(&golden.replacen(&format!("URI=\"#{id}\""), &format!("URI=\"{id}\""), 1));
    let accepting = receiver().accept_references_without_hash();
    for message in [&token, &body] {
        assert_ne!(*message, golden);
        let error = names(&receiver(), message, "accept_references_without_hash");
        assert_eq!(matches!(error, OpenError::NoHash { .. }), message == &body, "{error}");
        let opened = accepting.open(message).expect("opens");
        assert!(opened.body().xml().contains(AMOUNT));
        assert!(opened.evidence().waived.contains(&Waiver::ReferencesWithoutHash));
        refuse(&accepting, &message.replacen(AMOUNT, "1.00", 1));
        // One without the element, and another in its place.
        let moved = message.replacen(&format!("wsu:Id=\"{id}\""), "", 1);
        let block = format!(
            "<x:B xmlns:x=\"urn:x\" xmlns:wsu=\"{}\" wsu:Id=\"{id}\"/><a:To>",
            ws_security::c14n::name::WSU.uri
        );
        refuse(&accepting, &moved);
        refuse(&accepting, &moved.replacen("<a:To>", &block, 1));
    }
    // What is outside the message stays outside.
    let elsewhere = resigned(&golden.replacen(&format!("URI=\"#{id}\""), "URI=\"http://127.0.0.1:1/\"", 1));
    assert!(matches!(refuse(&accepting, &elsewhere), OpenError::Outside { .. }));
}

/// The message with another Timestamp, signed by Alice.
fn with_times(times: &str) -> String {
    let golden = signed(SOAP11);
    let document = parse(&golden);
    let mut splices = Splices::new();
    splices.replace(find(&document, "Timestamp").content_span(), times.to_owned());
    let message = splices.apply(&golden).text;
    let digest =
        |message: &str| base64_encode(Digest::of(DigestMethod::Sha256, &canonical(message, "Timestamp")).as_octets());
    resigned(&message.replacen(&digest(&golden), &digest(&message), 1))
}

#[test]
fn timestamps_without_created_open_by_a_named_call_within_the_window() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let at = |receiver: Receiver| receiver.clock(Arc::new(FixedClock(now)));
    let expiring = |seconds: u64| {
        with_times(&format!("<wsu:Expires>{}</wsu:Expires>", format_instant(now + Duration::from_secs(seconds))))
    };
    let message = expiring(300);
    let error = names(&at(receiver()), &message, "accept_timestamps_without_created");
    assert_eq!(error, OpenError::NoCreated);
    let accepting = at(receiver().accept_timestamps_without_created());
    let opened = accepting.open(&message).expect("opens");
    assert!(opened.evidence().waived.contains(&Waiver::TimestampsWithoutCreated));
    let timestamp = opened.evidence().timestamp.expect("a timestamp");
    assert_eq!((timestamp.created, timestamp.expires), (None, Some(now + Duration::from_secs(300))));
    refuse(&at(receiver()), &message.replacen("<wsu:Expires>2", "<wsu:Expires>3", 1));
    // The window holds: 300 seconds, and 60 for clocks that differ.
    assert!(accepting.open(expiring(360)).is_ok());
    let long = accepting.open(expiring(361)).map(drop);
    assert!(matches!(long, Err(OpenError::NotFresh(NotFresh::LongLived { .. }))), "{long:?}");
    assert!(long.expect_err("refused").to_string().contains("`window`"));
    let later = |seconds: u64| accepting.clone().clock(Arc::new(FixedClock(now + Duration::from_secs(seconds))));
    assert!(later(359).open(&message).is_ok());
    assert!(matches!(later(360).open(&message).map(drop), Err(OpenError::NotFresh(NotFresh::Expired { .. }))));
    for none in ["", "<wsu:Expires></wsu:Expires>"] {
        refuse(&at(receiver()), &with_times(none));
    }
}

/// A message with a password digest over these values; what is `None` is left out.
fn with_digest(nonce: Option<&[u8]>, created: Option<&str>) -> String {
    use ws_security::c14n::name;
    let password = Secret::new(b"s3cret".to_vec());
    let digest = password_digest(nonce.unwrap_or_default(), created.unwrap_or_default(), &password);
    let profile = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0";
    let nonce = nonce.map_or_else(String::new, |nonce| format!("<w:Nonce>{}</w:Nonce>", base64_encode(nonce)));
    let created = created.map_or_else(String::new, |created| format!("<u:Created>{created}</u:Created>"));
    let token = format!(
        "<w:Security xmlns:w=\"{}\" xmlns:u=\"{}\"><w:UsernameToken><w:Username>ann</w:Username><w:Password \
         Type=\"{profile}#PasswordDigest\">{}</w:Password>{nonce}{created}</w:UsernameToken></w:Security>",
        name::WSSE.uri,
        name::WSU.uri,
        base64_encode(&digest),
    );
    envelope(SOAP11).replacen("</s:Header>", &format!("{token}</s:Header>"), 1)
}

/// tilln/jmeter-wssecurity#33 and others: a digest without a nonce, or without an instant.
#[test]
fn digests_without_a_nonce_or_an_instant_open_by_a_named_call_and_each_once() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let users = |user: &str| ["ann", "eve"].contains(&user).then(|| Secret::new(b"s3cret".to_vec()));
    let strict = |seconds: u64| {
        let requirements = Requirements::dangerous_unsigned().username_token();
        let clock = FixedClock(now + Duration::from_secs(seconds));
        Receiver::new(trust(), requirements, MemoryReplayCache::default()).passwords(users).clock(Arc::new(clock))
    };
    let open = |receiver: &Receiver, message: &str| {
        let opened = receiver.open_unsigned(message, TransportFacts::dangerous_unprotected());
        opened.map(|opened| (opened.user().expect("a user").username().to_owned(), opened.evidence().waived.clone()))
    };
    let created = format_instant(now);
    let bare = with_digest(None, Some(&created));
    let error = open(&strict(0), &bare).expect_err("refused");
    assert!(error.to_string().contains("`accept_digests_without_nonce`"), "{error}");
    let accepting = strict(0).accept_digests_without_nonce();
    let (user, waived) = open(&accepting, &bare).expect("opens");
    assert!(user == "ann" && waived.contains(&Waiver::DigestsWithoutNonce));
    // Once, under whatever name; and while it is fresh.
    assert!(matches!(open(&accepting, &bare), Err(OpenError::Replay(_))));
    let spelled = bare.replacen("<u:Created>", "<u:Created>\n ", 1);
    assert!(matches!(open(&accepting, &spelled), Err(OpenError::Replay(_))));
    assert!(matches!(open(&accepting, &bare.replacen(">ann<", ">eve<", 1)), Err(OpenError::Replay(_))));
    let late = strict(1_000).accept_digests_without_nonce();
    assert!(matches!(open(&late, &bare), Err(OpenError::NotFresh(_))));
    let again = with_digest(None, Some(&format_instant(now + Duration::from_secs(1))));
    assert!(open(&accepting, &again).is_ok(), "another instant");
    let other = bare.replacen(&created, &format_instant(now + Duration::from_secs(1)), 1);
    assert!(matches!(open(&strict(0).accept_digests_without_nonce(), &other), Err(OpenError::Password(_))));

    let timeless = with_digest(Some(b"sixteen octets.."), None);
    for strict in [strict(0), strict(0).accept_digests_without_nonce()] {
        let error = open(&strict, &timeless).expect_err("refused");
        assert!(error.to_string().contains("`dangerous_accept_digests_without_created`"), "{error}");
    }
    let accepting = strict(0).dangerous_accept_digests_without_created();
    let (user, waived) = open(&accepting, &timeless).expect("opens");
    assert!(user == "ann" && waived.contains(&Waiver::DigestsWithoutCreated));
    assert!(matches!(open(&accepting, &timeless), Err(OpenError::Replay(_))));
    // What a digest with an instant digests is no new one without.
    let full = with_digest(Some(b"another sixteen."), Some(&created));
    assert!(open(&accepting, &full).is_ok());
    let shifted = with_digest(Some(&[b"another sixteen.", created.as_bytes()].concat()), None);
    assert!(matches!(open(&accepting, &shifted), Err(OpenError::Replay(_))));
    assert!(matches!(open(&accepting, &bare), Err(OpenError::Password(_))), "the other call");

    // Without both it is the password in another dress, and an empty nonce is none.
    let both = strict(0).accept_digests_without_nonce().dangerous_accept_digests_without_created();
    assert_eq!(open(&both, &with_digest(None, None)), Err(OpenError::Password(PasswordError::BareDigest)));
    for created in [None, Some(&*created)] {
        assert!(matches!(
            open(&both, &with_digest(Some(b""), created)),
            Err(OpenError::Structure(_) | OpenError::Token(_))
        ));
    }
}

/// A message with characters outside ASCII, in this encoding.
fn in_encoding(label: &str, encode: impl Fn(char) -> Vec<u8>, text: &str) -> Vec<u8> {
    let clear = envelope(SOAP11).replace("Ann", text);
    let message = recipe().sign(signing()).secured(&clear);
    let declared = format!("<?xml version=\"1.0\" encoding=\"{label}\"?>\n{message}");
    declared.chars().flat_map(encode).collect()
}

/// ISO-8859-15, as far as it is used here.
fn latin_9(character: char) -> Vec<u8> {
    match character {
        '€' => vec![0xA4],
        other => latin_1(other),
    }
}

fn latin_1(character: char) -> Vec<u8> {
    vec![u8::try_from(u32::from(character)).expect("one octet")]
}

fn windows_1252(character: char) -> Vec<u8> {
    match character {
        '€' => vec![0x80],
        other => latin_1(other),
    }
}

#[test]
fn other_encodings_open_by_a_named_call_and_keep_their_text() {
    let accepting = receiver().accept_other_encodings();
    for (label, message, text) in [
        ("ISO-8859-1", in_encoding("ISO-8859-1", latin_1, "Änne Müßig"), "Änne Müßig"),
        ("iso-8859-15", in_encoding("iso-8859-15", latin_9, "Änne 3€"), "Änne 3€"),
        ("windows-1252", in_encoding("windows-1252", windows_1252, "Änne 3€"), "Änne 3€"),
    ] {
        let error = receiver().open(&message).map(drop).expect_err("refused");
        assert_eq!(error, OpenError::OtherEncoding { encoding: label.into() });
        assert!(error.to_string().contains("`accept_other_encodings`"), "{error}");
        let opened = accepting.open(&message).unwrap_or_else(|error| panic!("{label}: {error}"));
        assert!(opened.body().xml().contains(text), "{label}");
        assert!(opened.evidence().waived.contains(&Waiver::OtherEncodings));
        // In another encoding it is another text, and none that was signed.
        let mut changed = message.clone();
        let at = changed.iter().position(|octet| *octet == 0xC4).expect("Ä");
        changed[at] = 0xC5;
        assert!(accepting.open(&changed).is_err());
        let relabelled = String::from_utf8_lossy(&message[..60]).replace(label, "koi8-r").into_bytes();
        assert!(accepting.open([relabelled, message[60..].to_vec()].concat()).is_err());
    }
    // What is UTF-8 is none, and opens; what is not, does not become it.
    assert!(accepting.open(signed(SOAP11)).is_ok());
    for label in ["utf-7", "ISO-2022-JP", "x-unknown", "UTF-16", "ebcdic-cp-us", "utf-8"] {
        let message = in_encoding(label, latin_1, "Änne");
        assert!(accepting.open(&message).is_err(), "{label}");
        assert!(receiver().open(&message).is_err(), "{label}");
    }
    // Octets that the encoding does not define.
    let undefined = in_encoding("windows-1253", |c| if c == 'Ä' { vec![0xAA] } else { latin_1(c) }, "Ä");
    assert!(matches!(accepting.open(&undefined).map(drop), Err(OpenError::Envelope(EnvelopeError::Parse(_)))));
}

/// gravity00/SimpleSOAPClient#4: the text of a `StringWriter` of .NET says UTF-16, and is sent in UTF-8.
#[test]
fn utf_8_that_is_called_utf_16_opens_by_a_named_call() {
    let accepting = receiver().accept_other_encodings();
    let message = signed(SOAP11);
    for declaration in [
        "<?xml version=\"1.0\" encoding=\"utf-16\"?>",
        "<?xml version='1.0' encoding = 'UTF-16LE' standalone='yes'?>\n",
    ] {
        let declared = format!("{declaration}{message}");
        let error = receiver().open(&declared).map(drop).expect_err("refused");
        assert!(matches!(error, OpenError::Misdeclared { .. }), "{error}");
        assert!(error.to_string().contains("`accept_other_encodings`"), "{error}");
        let opened = accepting.open(&declared).unwrap_or_else(|error| panic!("{error}"));
        assert!(opened.body().xml().contains(AMOUNT));
        assert!(accepting.open(declared.replace(AMOUNT, "9.90")).is_err());
    }
    // Another version of XML stays one, and what is UTF-16 is read as such.
    assert!(accepting.open(format!("<?xml version=\"1.1\" encoding=\"utf-16\"?>{message}")).is_err());
    let octets: Vec<u8> = format!("\u{feff}<?xml version=\"1.0\" encoding=\"utf-16\"?>{message}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert!(receiver().open(&octets).is_ok());
}

/// Its mirror: UTF-16, with a byte order mark or without, whose declaration nobody wrote anew.
#[test]
fn utf_16_that_is_called_utf_8_opens_by_a_named_call() {
    let accepting = receiver().accept_other_encodings();
    let message = signed(SOAP11);
    for (mark, encoding) in [("\u{feff}", "UTF-8"), ("", "UTF-8"), ("\u{feff}", "unicode"), ("", "ISO-8859-1")] {
        for to_octets in [u16::to_le_bytes, u16::to_be_bytes] {
            let in_utf16 = |message: &str| -> Vec<u8> {
                let text = format!("{mark}<?xml version=\"1.0\" encoding=\"{encoding}\"?>{message}");
                text.encode_utf16().flat_map(to_octets).collect()
            };
            let octets = in_utf16(&message);
            let error = receiver().open(&octets).map(drop).expect_err("refused").to_string();
            assert!(error.contains(&format!("{encoding:?}")) && error.contains("the octets are UTF-16"), "{error}");
            assert!(error.contains("`accept_other_encodings`"), "{error}");
            let opened = accepting.open(&octets).unwrap_or_else(|error| panic!("{encoding}: {error}"));
            assert!(opened.body().xml().contains(AMOUNT));
            assert!(accepting.open(in_utf16(&message.replace(AMOUNT, "9.90"))).is_err());
        }
    }
}

/// What went by the header of HTTP on the way read another message (RFC 7303 §3).
#[test]
fn an_envelope_is_in_the_charset_of_its_content_type() {
    let under = |octets: &[u8], charset: &str| {
        let incoming =
            Incoming::from(octets.to_vec()).content_type(&format!("text/xml; charset={charset}"), &Limits::default());
        incoming.expect("a header")
    };
    let message = signed(SOAP11);
    for charset in ["utf-7", "UTF-16", "iso-8859-1"] {
        let error = receiver().open(under(message.as_bytes(), charset)).map(drop);
        assert_eq!(error, Err(OpenError::OtherEncoding { encoding: charset.to_ascii_lowercase().into() }));
        // What its signer meant is told by the signature.
        assert!(receiver().accept_other_encodings().open(under(message.as_bytes(), charset)).is_ok(), "{charset}");
    }
    for charset in ["UTF-8", "\"utf-8\"", "us-ascii"] {
        assert!(receiver().open(under(message.as_bytes(), charset)).is_ok(), "{charset}");
    }
    assert!(Incoming::from(message.as_str()).content_type("text/xml; charset=\"", &Limits::default()).is_err());

    // An old peer declares nothing, and says in the header alone what it writes.
    let clear = envelope(SOAP11).replace("Ann", "Änne");
    let latin: Vec<u8> = recipe().sign(signing()).secured(&clear).chars().flat_map(latin_1).collect();
    let accepting = receiver().accept_other_encodings();
    let error = receiver().open(under(&latin, "ISO-8859-1")).map(drop).expect_err("refused");
    assert!(error.to_string().contains("`accept_other_encodings`"), "{error}");
    assert!(accepting.open(under(&latin, "ISO-8859-1")).expect("opens").body().xml().contains("Änne"));
    assert!(accepting.open(&latin).is_err(), "nothing says what it is");
    assert!(accepting.open(under(&latin, "koi8-r")).is_err(), "another text");
}

/// Two octets of UTF-8 for each of Latin-1: the limit is on the text that is read.
#[test]
fn limits_hold_for_what_another_encoding_becomes() {
    let message = in_encoding("ISO-8859-1", latin_1, &"ä".repeat(4_000));
    let limited = |octets: usize| {
        receiver().accept_other_encodings().limits(Limits::default().with(Limit::DocumentOctets, octets as u64))
    };
    assert!(limited(message.len() + 4_000).open(&message).is_ok());
    let error = limited(message.len() + 3_000).open(&message).map(drop).expect_err("refused");
    assert!(matches!(&error, OpenError::Envelope(EnvelopeError::Limit(_) | EnvelopeError::Parse(_))), "{error}");
}
