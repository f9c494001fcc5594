//! Attacks on whole messages through the front door: `Receiver::open` with nothing configured.
//!
//! The wrapping generator follows `spec/threats.md` §4: a forged part replaces a genuine one, which is moved to every
//! other place of the message, in every wrapping, with every kind of Id. Each message is refused, or yields exactly the
//! genuine octets.

mod common;

use common::*;
use std::time::SystemTime;
use ws_security::TransportFacts;
use ws_security::c14n::{Budget, Canonicalization, Document, Element, Limits, Splices, Subset, name};
use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::{
    AlgorithmPolicy, AssertionTrust, ContentEncryption, NewAssertion, OpenError, ProtectionToken, RequirementError,
    SamlVersion, Secret, SecureConversation, Waiver,
};

fn parse(message: &str) -> Document<'_> {
    Document::parse(message, &Limits::default()).expect("well-formed")
}

fn find<'d>(document: &'d Document<'d>, local: &str) -> Element<'d> {
    document.elements().find(|element| element.name().local == local).unwrap_or_else(|| panic!("no {local}"))
}

/// The parts of the golden message and how each is forged.
const PARTS: [(&str, &str, &str); 3] =
    [("Body", AMOUNT, "9499.90"), ("Action", "urn:pay", "urn:forged"), ("Timestamp", "Created>2", "Created>3")];

#[derive(Clone, Copy)]
enum ForgedId {
    Same,
    Fresh,
    Removed,
    OtherKind,
    Unprefixed,
}

fn forge(genuine: &str, from: &str, to: &str, id: ForgedId) -> String {
    let forged = genuine.replacen(from, to, 1);
    let mut kinds = ["wsu:Id=\"", " AssertionID=\"", " ID=\""].into_iter();
    let Some((kind, start)) = kinds.find_map(|kind| Some((kind, forged.find(kind)?))) else { return forged };
    let start = start + kind.len() - kind.trim_start().len();
    let kind = kind.trim_start();
    let end = start + forged[start..].find("\" ").or_else(|| forged[start..].find("\">")).expect("a value") + 1;
    let value = &forged[start + kind.len()..end - 1];
    let replacement = match id {
        ForgedId::Same => return forged,
        ForgedId::Fresh => format!("{kind}fresh\""),
        ForgedId::Removed => String::new(),
        ForgedId::OtherKind => format!("xml:id=\"{value}\""),
        ForgedId::Unprefixed => format!("Id=\"{value}\""),
    };
    format!("{}{replacement}{}", &forged[..start], &forged[end..])
}

fn dresses(genuine: &str, soap: &str) -> Vec<String> {
    vec![
        genuine.to_owned(),
        format!("<w xmlns=\"urn:w\">{genuine}</w>"),
        format!("<v:x xmlns:v=\"urn:w\"><v:y>{genuine}</v:y></v:x>"),
        format!("<s:Header xmlns:s=\"{soap}\">{genuine}</s:Header>"),
        format!("<s:Body xmlns:s=\"{soap}\">{genuine}</s:Body>"),
        format!("<ds:Object xmlns:ds=\"{}\">{genuine}</ds:Object>", name::DS.uri),
    ]
}

/// Every place in `document` outside the moved part and outside the parts that are signed by value.
fn places(document: &Document<'_>, part: Element<'_>) -> Vec<usize> {
    let mut places = Vec::new();
    for host in document.elements() {
        let sealed = host
            .ancestors_and_self()
            .any(|element| element.is(name::DS.uri, "SignedInfo") || element.is(name::DS.uri, "SignatureValue"));
        if sealed || part.contains(host) || host.is_empty_tag() {
            continue;
        }
        places.push(host.content_span().start);
        places.extend(host.children().filter(|child| !part.contains(*child)).map(|child| child.span().end));
    }
    places.push(document.source().len());
    places.sort_unstable();
    places.dedup();
    places
}

/// A message whose parts are forged, its receiver, and the assertions that it opens with.
#[derive(Clone)]
struct Golden {
    message: String,
    receiver: Receiver,
    more: &'static [(&'static str, &'static str, &'static str)],
}

const ASSERTION: &[(&str, &str, &str)] = &[("Assertion", "uid=ann", "uid=eve")];

fn goldens(soap: &str) -> Vec<Golden> {
    let golden = |recipe: Recipe, receiver: Receiver, more| {
        let message = recipe.secured(&envelope(soap));
        Golden { message, receiver, more }
    };
    let parts = || [Part::Body, Part::Timestamp, action()];
    let assertion = |version| NewAssertion::new(version, "https://idp.example", "uid=ann").audience("urn:bank");
    let issuers = AssertionTrust::for_audience("urn:bank")
        .issuer("https://idp.example", Trust::pins([certificate("carol")]))
        .sender_vouches(trust());
    let secret = || Secret::new(vec![7; 32]);
    let context = ProtectionToken::security_context(SecureConversation::V1_3, "urn:context", secret());
    let context = context.derived_keys(SecureConversation::V1_3);
    let mut goldens = vec![
        golden(recipe().sign(signing()), receiver(), &[]),
        golden(recipe().sign(signing().parts([Part::SigningToken]).token_by_reference()), receiver(), &[]),
        golden(
            recipe().sign(Signing::with_token(&context).parts(parts())),
            receiver().shared_secret(Some("urn:context".to_owned()), secret()),
            &[("DerivedKeyToken", "Length>24", "Length>16")],
        ),
    ];
    for version in [SamlVersion::V1_1, SamlVersion::V2_0] {
        let held = assertion(version).holder_of_key(&certificate("dave"));
        let held = held.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("issued");
        let holder_of_key = Signing::with(&identity("dave")).holder_of_key().parts(parts());
        goldens.push(golden(
            recipe().token(held).sign(holder_of_key),
            receiver().assertions(issuers.clone()),
            ASSERTION,
        ));
        // Nothing but Alice's signature protects this one.
        let vouched = assertion(version).unsigned(SystemTime::now(), &SystemRandom).expect("written");
        goldens.push(golden(
            recipe().token(vouched).sign(signing().parts([Part::Assertion])),
            receiver().assertions(issuers.clone()),
            ASSERTION,
        ));
    }
    goldens
}

#[test]
fn t01_no_wrapped_part_is_ever_reachable() {
    for soap in [SOAP11, SOAP12] {
        for golden in goldens(soap) {
            let lenient = Golden { receiver: lenient(golden.receiver.clone()), ..golden.clone() };
            for golden in [golden, lenient] {
                let (tried, accepted) = wrap(&golden, soap);
                println!("{tried} wrapped messages, {accepted} opened to the genuine octets");
                assert!(tried > 2_000, "{tried}");
            }
        }
    }
}

/// Tries every forgery of every part: how many there were, and how many were accepted.
fn wrap(golden: &Golden, soap: &str) -> (usize, usize) {
    let mut tried = 0;
    let mut accepted = 0;
    let Golden { message: golden, receiver, more } = golden;
    let opened = receiver.open(golden).unwrap_or_else(|error| panic!("{error:?}: {golden}"));
    assert_eq!(opened.assertions().len(), usize::from(more.contains(&ASSERTION[0])), "{golden}");
    let (body, block) =
        (opened.body().xml().to_owned(), opened.header_block(WSA, "Action").expect("signed").xml().to_owned());
    let document = parse(golden);
    for (local, from, to) in PARTS.iter().chain(*more) {
        let part = find(&document, local);
        let genuine = golden[part.span()].to_owned();
        for id in [ForgedId::Same, ForgedId::Fresh, ForgedId::Removed, ForgedId::OtherKind, ForgedId::Unprefixed] {
            let forged = forge(&genuine, from, to, id);
            assert_ne!(forged, genuine);
            for dress in dresses(&genuine, soap) {
                for place in places(&document, part) {
                    let mut splices = Splices::new();
                    if place <= part.span().start || place >= part.span().end {
                        splices.replace(part.span(), forged.clone());
                        splices.insert(place, dress.clone());
                    }
                    let message = splices.apply(golden).0;
                    tried += 1;
                    if let Ok(opened) = receiver.open(&message) {
                        accepted += 1;
                        assert_eq!(opened.body().xml(), body, "{message}");
                        if let Some(found) = opened.header_block(WSA, "Action") {
                            assert_eq!(found.xml(), block, "{message}");
                        }
                        for confirmed in opened.assertions() {
                            assert_eq!(confirmed.assertion().subject(), Some("uid=ann"), "{message}");
                            assert!(!confirmed.assertion().xml().contains("uid=eve"), "{message}");
                        }
                    }
                }
            }
        }
    }
    (tried, accepted)
}

#[test]
fn t01_structures_of_a_second_part_are_refused() {
    let golden = signed(SOAP11);
    let document = parse(&golden);
    let body = golden[find(&document, "Body").span()].to_owned();
    let header = golden[find(&document, "Header").span()].to_owned();
    let security = golden[find(&document, "Security").span()].to_owned();
    let forged = body.replace(AMOUNT, "9").replace("wsu:Id", "x");
    for message in [
        golden.replacen(&body, &format!("{forged}{body}"), 1),
        golden.replacen(&body, &format!("{body}{forged}"), 1),
        golden.replacen(&header, &format!("{header}{header}"), 1),
        golden.replacen(&security, &format!("{security}<wsse:Security xmlns:wsse=\"{}\"/>", name::WSSE.uri), 1),
        golden.replacen(&header, "", 1),
        golden.replacen("</s:Envelope>", "</s:Envelope><s:Envelope xmlns:s=\"urn:x\"/>", 1),
        golden.replacen("</s:Envelope>", "<x xmlns=\"urn:x\"/></s:Envelope>", 1),
        format!("<w xmlns=\"urn:w\">{golden}</w>"),
    ] {
        refuse(&receiver(), &message);
    }
}

#[test]
fn t02_what_is_not_signed_is_not_proven() {
    let plan = |parts: Vec<Part>| recipe().sign(Signing::with(&identity("alice")).parts(parts)).plan().expect("a plan");
    let secure = |parts: Vec<Part>| plan(parts).message(&envelope(SOAP11)).secure().expect("secured").message;
    assert!(receiver().open(secure(vec![Part::Body, Part::Timestamp])).is_ok());
    for parts in [vec![Part::Timestamp], vec![Part::Body], vec![action()]] {
        let error = refuse(&receiver(), &secure(parts));
        assert!(matches!(error, OpenError::Requirement(RequirementError::NotSigned { .. })), "{error}");
    }
    // Each half has its own signature, so no signer covers both.
    let halves = recipe()
        .sign(Signing::with(&identity("alice")).parts([Part::Body]))
        .sign(Signing::with(&identity("alice")).parts([Part::Timestamp]))
        .secured(&envelope(SOAP11));
    refuse(&receiver(), &halves);
    // The signature removed.
    let golden = signed(SOAP11);
    let document = parse(&golden);
    let signature = golden[find(&document, "Signature").span()].to_owned();
    refuse(&receiver(), &golden.replacen(&signature, "", 1));
    // A header block that is not covered is not there.
    let opened = receiver().open(&golden).expect("opens");
    assert!(opened.header_block(WSA, "Action").is_some());
    assert!(opened.header_block(WSA, "To").is_none());
}

#[test]
fn t03_duplicate_ids_are_refused_wherever_they_stand() {
    let golden = signed(SOAP11);
    let id = golden.split("wsu:Id=\"").last().and_then(|rest| rest.split('"').next()).expect("an Id").to_owned();
    for duplicate in [
        format!("<x xmlns:u=\"{}\" u:Id=\"{id}\"/>", name::WSU.uri),
        format!("<x xml:id=\"{id}\"/>"),
        format!("<d:KeyInfo xmlns:d=\"{}\" Id=\"{id}\"/>", name::DS.uri),
        format!("<m:Assertion xmlns:m=\"{}\" ID=\"{id}\"/>", name::SAML2.uri),
        format!("<x Id=\"{id}\"/>"),
    ] {
        let message = golden.replacen("<a:To>", &format!("{duplicate}<a:To>"), 1);
        assert!(matches!(refuse(&receiver(), &message), OpenError::Envelope(_)), "{duplicate}");
    }
    let plain = golden.replacen("<a:To>", &format!("<a:To><x Id=\"{id}\"/>"), 1);
    assert!(receiver().open(plain).is_ok(), "an attribute that is no Id may have the value");
}

#[test]
fn t04_two_signed_infos_are_refused() {
    let golden = signed(SOAP11);
    let document = parse(&golden);
    let signed_info = golden[find(&document, "SignedInfo").span()].to_owned();
    let forged = signed_info.replacen("DigestValue>", "DigestValue>AAAA", 1);
    for message in [
        golden.replacen(&signed_info, &format!("{signed_info}{signed_info}"), 1),
        golden.replacen(&signed_info, &format!("{forged}{signed_info}"), 1),
        golden.replacen(&signed_info, &format!("<x>{signed_info}</x>"), 1),
        golden.replacen("</ds:SignedInfo>", &format!("{signed_info}</ds:SignedInfo>"), 1),
        golden.replacen("<ds:SignedInfo>", "<ds:SignedInfo><!-- c -->", 1).replacen(
            "DigestValue>",
            "DigestValue><!-- c -->",
            1,
        ),
    ] {
        refuse(&receiver(), &message);
    }
}

/// `message` with the value that `value` makes of its SignedInfo.
fn with_value_of(message: &str, value: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let document = parse(message);
    let signed_info = Canonicalization::default()
        .to_octets(&Subset::subtree(find(&document, "SignedInfo")), &Budget::dangerous_unbounded());
    let value = ws_security::c14n::base64_encode(&value(&signed_info.expect("canonical form")));
    let mut splices = Splices::new();
    splices.replace(find(&document, "SignatureValue").content_span(), value);
    splices.apply(message).0
}

/// A message whose signature has another method and another value than Alice would make.
fn with_value(method: &str, value: impl Fn(&[u8]) -> Vec<u8>) -> String {
    with_value_of(&signed(SOAP11).replacen("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", method, 1), value)
}

/// `message`, whose SignedInfo was changed, signed again by Alice: its value is right, so only its content can be the
/// reason for the refusal.
fn resigned(message: &str) -> String {
    let alice = identity("alice");
    with_value_of(message, |octets| {
        alice.signing_key().sign(ws_security::SignatureMethod::RsaSha256, octets).expect("signs")
    })
}

#[test]
fn t05_parser_differentials_are_refused() {
    let golden = signed(SOAP11);
    for (from, to) in [
        ("<s:Envelope", "<!DOCTYPE s:Envelope><s:Envelope"),
        ("<s:Envelope", "<?xml version=\"1.1\"?><s:Envelope"),
        ("<s:Envelope", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><s:Envelope"),
        ("<p:To>", "<p:To p:xmlns=\"a\" xmlns=\"b\" xmlns=\"c\">"),
        ("<p:To>", "<p:To xmlns:q=\"\">"),
        ("<p:To>", "<p:To xmlns:q=\"relative\">"),
        ("Ann", "&#xD800;"),
        ("Ann", "&unknown;"),
        ("Ann", "<?pi data?>"),
    ] {
        refuse(&receiver(), &golden.replacen(from, to, 1));
    }
    assert!(receiver().open(format!("\u{FEFF}{golden}")).is_ok(), "a byte order mark is none of them");
    assert!(receiver().open(golden.replace("Ann", "<![CDATA[Ann]]>")).is_ok(), "neither is CDATA");
}

#[test]
fn t06_the_digest_of_nothing_is_the_digest_of_nothing() {
    let golden = signed(SOAP11);
    let body = {
        let document = parse(&golden);
        let id = find(&document, "Body").attributes().find(|(name, _)| name.local == "Id").expect("an Id");
        id.1.into_owned()
    };
    let (before, rest) = golden.split_once(&format!("<ds:Reference URI=\"#{body}\"")).expect("a reference to the Body");
    let (_, tail) = rest.split_once("</ds:DigestValue>").expect("a digest");
    let (head, digest) = rest.split_once("<ds:DigestValue>").expect("a digest");
    assert!(digest.contains("</ds:DigestValue>"));
    for (method, digest) in [
        ("http://www.w3.org/2001/04/xmlenc#sha256", ws_security::DigestMethod::Sha256),
        ("http://www.w3.org/2001/04/xmldsig-more#sha384", ws_security::DigestMethod::Sha384),
        ("http://www.w3.org/2001/04/xmlenc#sha512", ws_security::DigestMethod::Sha512),
    ] {
        let head = head.replace("http://www.w3.org/2001/04/xmlenc#sha256", method);
        let nothing = ws_security::c14n::base64_encode(ws_security::crypto::Digest::of(digest, b"").as_octets());
        let message = resigned(&format!(
            "{before}<ds:Reference URI=\"#{body}\"{head}<ds:DigestValue>{nothing}</ds:DigestValue>{tail}"
        ));
        assert!(matches!(refuse(&receiver(), &message), OpenError::Verify(_)), "a Body is not nothing");
        // The usual trigger: a namespace name that has no canonical form.
        let relative = message.replacen("<p:Amount", "<p:Amount xmlns:q=\"1\"", 1);
        assert_ne!(relative, message);
        refuse(&receiver(), &relative);
    }
    let smallest = envelope(SOAP11);
    let (start, end) = (smallest.find("<p:").expect("a payload"), smallest.rfind("</s:Body>").expect("a Body"));
    let smallest = format!("{}<a></a>{}", &smallest[..start], &smallest[end..]);
    let message =
        recipe().sign(Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp])).secured(&smallest);
    assert!(receiver().open(&message).is_ok());
}

#[test]
fn t07_unknown_and_weak_canonicalisation_is_refused() {
    let golden = signed(SOAP11);
    let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    for uri in [
        "urn:unknown",
        "http://www.w3.org/2001/10/xml-exc-c14n",
        "http://www.w3.org/2001/10/XML-exc-c14n#",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
    ] {
        let method = golden.replacen(exclusive, uri, 1);
        let transforms = golden
            .replace(&format!("ds:Transform Algorithm=\"{exclusive}"), &format!("ds:Transform Algorithm=\"{uri}"));
        for message in [method, transforms] {
            assert_ne!(message, golden);
            refuse(&receiver(), &message);
            // The value is made over another canonical form.
            refuse(&receiver(), &resigned(&message));
        }
    }
}

#[test]
fn t08_a_clone_of_the_certificate_proves_nothing() {
    let twin = recipe()
        .sign(Signing::with(&identity("twin-alice")).parts([Part::Body, Part::Timestamp]))
        .secured(&envelope(SOAP11));
    assert!(matches!(refuse(&receiver(), &twin), OpenError::Trust(_)));
    // Pinned Alice; the message brings another valid certificate.
    let pinned = Receiver::new(
        Trust::pins([certificate("alice")]),
        Requirements::signed([Part::Body]),
        ws_security::DangerousNoReplayCache,
    );
    assert!(pinned.open(signed(SOAP11)).is_ok());
    let carol = recipe()
        .sign(Signing::with(&identity("carol")).parts([Part::Body, Part::Timestamp]))
        .secured(&envelope(SOAP11));
    refuse(&pinned, &carol);
    // T44: another customer of the same authority has a valid certificate but is not expected.
    assert!(matches!(refuse(&receiver(), &carol), OpenError::Trust(_)));
}

#[test]
fn t11_comments_inside_leaves_are_refused() {
    let golden = signed(SOAP11);
    for leaf in ["DigestValue>", "SignatureValue>", "wsu:Created>"] {
        for inserted in ["<!-- c -->", "<?p?>", "<x/>"] {
            refuse(&receiver(), &golden.replacen(leaf, &format!("{leaf}{inserted}"), 1));
        }
    }
}

#[test]
fn t11_comments_between_elements_are_none_of_the_digest() {
    let golden = signed(SOAP11);
    let opened = receiver().open(golden.replacen("<p:Amount", "<!-- c --><p:Amount", 1)).expect("opens");
    assert_eq!(opened.body().xml(), receiver().open(&golden).expect("opens").body().xml());
}

#[test]
fn t12_lax_base64_is_refused() {
    let golden = signed(SOAP11);
    let (_, rest) = golden.split_once("<ds:DigestValue>").expect("a digest");
    let digest = rest.split('<').next().expect("a value").to_owned();
    let spaced = format!("\n {}\t\r\n{} ", &digest[..10], &digest[10..]);
    // White space does not change the value, but the signature over SignedInfo breaks nevertheless.
    for wrong in [
        spaced,
        digest.trim_end_matches('=').to_owned(),
        format!("{digest}QUFB"),
        format!("{}\u{A0}{}", &digest[..10], &digest[10..]),
        digest[4..].to_owned(),
    ] {
        refuse(&receiver(), &golden.replacen(&digest, &wrong, 1));
    }
    let (_, rest) = golden.split_once("<ds:SignatureValue>").expect("a value");
    let value = rest.split('<').next().expect("a value").to_owned();
    let wrapped: String =
        value.as_bytes().chunks(64).map(|line| format!("{}\r\n", String::from_utf8_lossy(line))).collect();
    assert!(receiver().open(golden.replacen(&value, &wrapped, 1)).is_ok(), "lines of 64 columns are base64");
}

#[test]
fn t13_references_must_point_at_elements() {
    let golden = signed(SOAP11);
    let (_, rest) = golden.split_once("<ds:Reference URI=\"").expect("a reference");
    let uri = format!("URI=\"{}\"", rest.split('"').next().expect("a URI"));
    let id = rest.split('"').next().expect("a URI").trim_start_matches('#');
    let escaped = format!("%{:02x}{}", id.as_bytes()[0], &id[1..]);
    for wrong in [
        "",
        "URI=\"\"",
        "URI=\"#\"",
        "URI=\"#nowhere\"",
        "URI=\"http://127.0.0.1:9/\"",
        "URI=\"file:///etc/passwd\"",
        "URI=\"#xpointer(/)\"",
        "URI=\"cid:part\"",
        &format!("URI=\"#xpointer(id('{id}'))\""),
        &format!("URI=\"#{escaped}\""),
        &format!("URI=\"?x#{id}\""),
        &format!("URI=\"a#{id}\""),
        &format!("URI=\" #{id}\""),
    ] {
        let message = golden.replacen(&uri, wrong, 1);
        refuse(&receiver(), &message);
        refuse(&receiver(), &resigned(&message));
    }
}

#[test]
fn t17_transforms_other_than_one_exclusive_canonicalisation_are_refused() {
    let golden = signed(SOAP11);
    assert!(receiver().open(resigned(&golden)).is_ok(), "signing once more is no reason to refuse");
    let (before, rest) = golden.split_once("<ds:Transforms>").expect("transforms");
    let (chain, after) = rest.split_once("</ds:Transforms>").expect("transforms");
    let transform = |uri: &str, content: &str| format!("<ds:Transform Algorithm=\"{uri}\">{content}</ds:Transform>");
    let xpath = "http://www.w3.org/TR/1999/REC-xpath-19991116";
    for transforms in [
        String::new(),
        format!("{chain}{chain}"),
        transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature", ""),
        format!("{chain}{}", transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "")),
        format!("{chain}{}", transform("http://www.w3.org/2000/09/xmldsig#base64", "")),
        transform("http://www.w3.org/2000/09/xmldsig#base64", ""),
        transform("http://www.w3.org/TR/1999/REC-xslt-19991116", "<x:stylesheet xmlns:x=\"urn:x\"></x:stylesheet>"),
        format!("{}{chain}", transform(xpath, "<ds:XPath>false()</ds:XPath>")),
        format!("{}{chain}", transform("http://www.w3.org/2002/06/xmldsig-filter2", "")),
        format!("{}{chain}", transform("http://www.w3.org/2002/07/decrypt#XML", "")),
    ] {
        for message in
            [format!("{before}<ds:Transforms>{transforms}</ds:Transforms>{after}"), format!("{before}{after}")]
        {
            refuse(&receiver(), &resigned(&message));
        }
    }
}

#[test]
fn t14_truncated_macs_and_confused_methods_are_refused() {
    let golden = signed(SOAP11);
    for (from, to) in [
        ("rsa-sha256\">", "rsa-sha256\"><ds:HMACOutputLength>0</ds:HMACOutputLength>"),
        ("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256"),
        ("xmldsig-more#rsa-sha256", "xmldsig-more#ecdsa-sha256"),
        ("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-sha512"),
        ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
    ] {
        refuse(&receiver(), &golden.replacen(from, to, 1));
    }
}

#[test]
fn t09_a_public_key_is_no_secret() {
    use ws_security::SigningKey as _;
    use ws_security::crypto::HmacKey;
    let alice = certificate("alice");
    let (modulus, _) = alice.public_key().rsa_components().expect("RSA");
    for method in ws_security::SignatureMethod::ALL {
        for secret in [alice.der().to_vec(), alice.public_key().spki().to_vec(), modulus.clone(), file("alice.pem")] {
            let key = HmacKey::of_any_length_for_legacy_use_only(secret);
            if let Ok(mac) = key.sign(method, b"") {
                assert!(!mac.is_empty());
                let message = with_value(method.uri(), |octets| key.sign(method, octets).expect("a MAC"));
                refuse(&receiver(), &message);
                refuse(&receiver().algorithms(AlgorithmPolicy::everything_for_legacy_use_only()), &message);
            }
        }
        // The right key under every other method, and every method's own lengths of nothing.
        if method != ws_security::SignatureMethod::RsaSha256 {
            refuse(&receiver(), &with_value(method.uri(), |_| vec![0; 256]));
        }
    }
}

#[test]
fn t15_t16_degenerate_values_are_refused() {
    let rsa = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    let sha256 =
        |octets: &[u8]| ws_security::crypto::Digest::of(ws_security::DigestMethod::Sha256, octets).as_octets().to_vec();
    let alice = identity("alice");
    let sign =
        |octets: &[u8]| alice.signing_key().sign(ws_security::SignatureMethod::RsaSha256, octets).expect("signs");
    assert!(receiver().open(with_value(rsa, sign)).is_ok());
    refuse(&receiver(), &with_value(rsa, |_| Vec::new()));
    refuse(&receiver(), &with_value(rsa, |_| vec![0; 256]));
    refuse(&receiver(), &with_value(rsa, |_| vec![0xFF; 256]));
    refuse(&receiver(), &with_value(rsa, |octets| [&[0][..], &sign(octets)].concat()));
    refuse(&receiver(), &with_value(rsa, |octets| sign(octets)[1..].to_vec()));
    // The padded digest itself, which an exponent of 1 would accept.
    refuse(
        &receiver(),
        &with_value(rsa, |octets| {
            let mut block = vec![0, 1];
            block.resize(256 - 33, 0xFF);
            block.push(0);
            block.extend(sha256(octets));
            block
        }),
    );
    // T10: every failure is an error, never a message: a store that fails refuses.
    struct Failing;
    impl ws_security::ReplayCache for Failing {
        fn insert_if_absent(
            &self,
            _: &[u8; 32],
            _: std::time::SystemTime,
            _: std::time::SystemTime,
        ) -> Result<(), ws_security::ReplayError> {
            Err(ws_security::ReplayError::failed("the disk is full"))
        }
    }
    let failing = Receiver::new(trust(), Requirements::signed([Part::Body]), Failing);
    assert!(matches!(refuse(&failing, &signed(SOAP11)), OpenError::Replay(_)));
}

#[test]
fn t22_certificates_that_may_not_sign_are_refused() {
    let any = Trust::anchors_pem(&file("ca.pem")).expect("anchors").signer(SignerRule::AnyBelowTheAnchors);
    let receiver =
        |trust: Trust| Receiver::new(trust, Requirements::signed([Part::Body]), ws_security::DangerousNoReplayCache);
    let by = |name: &str| {
        let signing = Signing::with(&identity(name)).parts([Part::Body, Part::Timestamp]);
        recipe().allow_legacy_algorithms().sign(signing).secured(&envelope(SOAP11))
    };
    for accepted in ["alice", "bob", "ec256", "ec384", "ec521"] {
        assert!(receiver(any.clone()).open(by(accepted)).is_ok(), "{accepted}");
    }
    for refused in ["nosign", "weak", "twin-alice", "dave"] {
        refuse(&receiver(any.clone()), &by(refused));
    }
    // T46: a certificate that was valid for a day is refused a week later.
    let later = std::sync::Arc::new(ws_security::FixedClock(
        certificate("short").validity().1 + std::time::Duration::from_secs(604_800),
    ));
    let signing = Signing::with(&identity("short")).parts([Part::Body, Part::Timestamp]);
    let stale = recipe().clock(later.clone()).sign(signing).secured(&envelope(SOAP11));
    let error = refuse(&receiver(any.clone()).clock(later), &stale);
    assert!(matches!(error, OpenError::Trust(ws_security::TrustError::Expired { .. })), "{error}");
    let with_sub_ca = any.clone().intermediates([certificate("sub-ca")]);
    let opened = receiver(with_sub_ca).open(by("dave")).expect("a path of three");
    assert_eq!(opened.signer().validated_certificate().expect("a certificate").path().len(), 2);
    let with_crl = any.crls(&file("ca.crl")).expect("a CRL");
    assert!(receiver(with_crl.clone()).open(by("alice")).is_ok());
    refuse(&receiver(with_crl), &by("carol"));
}

/// Each of `vectors/keys/paths` fails one check of RFC 5280, but for the control.
#[test]
fn t22_every_check_of_a_path_refuses() {
    let path = |name: &str| Certificate::from_pem(&file(&format!("paths/{name}.pem"))).expect(name);
    let authorities = [
        "good-ca",
        "no-ca",
        "no-cert-sign",
        "version-1",
        "length-0-ca",
        "too-long-ca",
        "critical-ca",
        "constrained-ca",
    ];
    let trust = Trust::anchors_pem(&file("ca.pem"))
        .expect("anchors")
        .signer(SignerRule::AnyBelowTheAnchors)
        .intermediates(authorities.map(path).into_iter().chain([certificate("alice")]));
    let receiver =
        |trust: Trust| Receiver::new(trust, Requirements::signed([Part::Body]), ws_security::DangerousNoReplayCache);
    let listed = |names: &[&str]| {
        names.iter().fold(trust.clone(), |trust, name| trust.crls(&file(&format!("paths/{name}.crl"))).expect("a CRL"))
    };
    let signed_by = |name: &str, key: &str| {
        let signer = Identity::from_pem(&file(&format!("paths/{name}.pem")), &file(key)).expect(name);
        let signing = Signing::with(&signer).parts([Part::Body, Part::Timestamp]);
        recipe().sign(signing).secured(&envelope(SOAP11))
    };
    // T46: revocation of an authority, and a path of which no list tells all.
    let good = signed_by("good", "alice.key");
    assert!(receiver(listed(&["good-ca", "nothing-revoked"])).open(&good).is_ok());
    let error = refuse(&receiver(listed(&["good-ca", "good-ca-revoked"])), &good);
    assert!(matches!(error, OpenError::Trust(ws_security::TrustError::Revoked { .. })), "{error}");
    for lists in [&["good-ca"][..], &["nothing-revoked"]] {
        let error = refuse(&receiver(listed(lists)), &good);
        assert!(matches!(error, OpenError::Trust(ws_security::TrustError::ListMissing { .. })), "{lists:?}: {error}");
    }
    let receiver = receiver(trust.clone());
    assert!(receiver.open(&good).is_ok(), "the control");
    for name in [
        "under-no-ca",
        "under-no-cert-sign",
        "under-version-1",
        "too-long",
        "under-critical",
        "critical",
        "outside-names",
        "no-signing",
    ] {
        let error = refuse(&receiver, &signed_by(name, "alice.key"));
        assert!(matches!(error, OpenError::Trust(_)), "{name}: {error}");
    }
    let error = refuse(&receiver, &signed_by("by-leaf", "bob.key"));
    assert!(matches!(error, OpenError::Trust(_)), "a leaf as an authority: {error}");
}

fn encrypting(parts: &[Part]) -> Encrypting {
    Encrypting::to(&certificate("bob")).parts(parts.iter().cloned())
}

fn decrypting() -> Receiver {
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body]);
    Receiver::new(trust(), requirements, ws_security::DangerousNoReplayCache).decrypt_with(identity("bob"))
}

#[test]
fn t23_ciphertext_moved_added_or_relisted_is_never_reachable() {
    for encrypt_first in [false, true] {
        let recipe = if encrypt_first {
            recipe().encrypt(encrypting(&[Part::Body])).sign(signing())
        } else {
            recipe().sign(signing()).encrypt(encrypting(&[Part::Body]))
        };
        let golden = recipe.secured(&envelope(SOAP11));
        let genuine = decrypting().open(&golden).expect("opens").body().xml().to_owned();
        let document = parse(&golden);
        let data = golden[find(&document, "EncryptedData").span()].to_owned();
        let reference = golden[find(&document, "DataReference").span()].to_owned();
        let key = golden[find(&document, "EncryptedKey").span()].to_owned();
        let forged = "<p:Pay xmlns:p=\"urn:p\"><p:Amount>9</p:Amount></p:Pay>";
        let content = "http://www.w3.org/2001/04/xmlenc#Content";
        for message in [
            // E1: moved, forged plaintext in its place.
            golden.replacen(&data, forged, 1),
            golden.replacen(&data, forged, 1).replacen("<a:To>", &format!("{data}<a:To>"), 1),
            golden.replacen(&data, &format!("{forged}{data}"), 1),
            golden.replacen(&data, &format!("<w>{data}</w>"), 1),
            // E2: another one.
            golden.replacen(&data, &format!("{data}{}", data.replacen("Id=\"", "Id=\"x", 1)), 1),
            golden.replacen(&data, &format!("{data}{data}"), 1),
            // E3: the list.
            golden.replacen(&reference, "", 1),
            golden.replacen(&reference, &format!("{reference}{reference}"), 1),
            golden.replacen(&reference, &reference.replace("#ED", "#SIG"), 1),
            // E4: the key, once more.
            golden.replacen(&key, &format!("{key}{}", key.replacen("Id=\"", "Id=\"x", 1)), 1),
            // E5: the type.
            golden.replacen(content, "http://www.w3.org/2001/04/xmlenc#Element", 1),
            golden.replacen(&format!(" Type=\"{content}\""), "", 1),
            // E6: planted outside.
            golden.replacen("<a:To>", &format!("<a:To>{data}"), 1).replacen(&data, forged, 2),
            // T27: relabelled.
            golden.replacen("xmlenc11#aes256-gcm", "xmlenc11#aes128-gcm", 1),
            golden.replacen(
                "http://www.w3.org/2009/xmlenc11#aes256-gcm",
                "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
                1,
            ),
        ] {
            if let Ok(opened) = decrypting().open(&message) {
                assert_eq!(opened.body().xml(), genuine, "{message}");
            }
        }
    }
}

#[test]
fn t23_ciphertext_inside_ciphertext_is_refused_and_does_not_panic() {
    let secret = ws_security::Secret::new(vec![7; 32]);
    let data = |id: &str, properties: &str| {
        let data = ws_security::xmlenc::encrypt_octets(
            b"<p:a xmlns:p=\"urn:p\"/>",
            &ws_security::xmlenc::PlaintextType::Element,
            ContentEncryption::Aes256Gcm,
            &secret,
            Some(id),
            None,
            &ws_security::crypto::SystemRandom,
        )
        .expect("encrypts");
        data.replacen("</xenc:EncryptedData>", &format!("{properties}</xenc:EncryptedData>"), 1)
    };
    let inner =
        format!("<xenc:EncryptionProperties><x xmlns=\"urn:x\">{}</x></xenc:EncryptionProperties>", data("inner", ""));
    let block = format!(
        "<h:EncryptedHeader xmlns:h=\"{}\" xmlns:u=\"{}\" u:Id=\"block\">{}</h:EncryptedHeader>",
        name::WSSE11.uri,
        name::WSU.uri,
        data("outer", "")
    );
    let receiver = Receiver::new(
        Trust::no_certificates(),
        Requirements::dangerous_unsigned(),
        ws_security::DangerousNoReplayCache,
    )
    .shared_secret(None, secret.clone());
    for (in_body, in_header, ids) in [
        (data("outer", &inner), String::new(), ["outer", "inner"]),
        (data("outer", &inner), String::new(), ["inner", "outer"]),
        (String::new(), block.clone(), ["block", "outer"]),
        (String::new(), block.clone(), ["outer", "block"]),
    ] {
        let listed: String = ids.iter().map(|id| format!("<e:DataReference URI=\"#{id}\"/>")).collect();
        let message = format!(
            "<s:Envelope xmlns:s=\"{SOAP11}\"><s:Header><w:Security xmlns:w=\"{}\"><e:ReferenceList xmlns:e=\"{}\">{listed}\
             </e:ReferenceList></w:Security>{in_header}</s:Header><s:Body>{in_body}</s:Body></s:Envelope>",
            name::WSSE.uri,
            name::XENC.uri
        );
        let error = receiver.open_unsigned(&message, TransportFacts::dangerous_unprotected()).expect_err("refused");
        assert!(matches!(error, OpenError::EncryptedData { .. }), "{error}");
    }
    // One block by one of its Ids is fine.
    let message = format!(
        "<s:Envelope xmlns:s=\"{SOAP11}\"><s:Header><w:Security xmlns:w=\"{}\"><e:ReferenceList xmlns:e=\"{}\">\
         <e:DataReference URI=\"#block\"/></e:ReferenceList></w:Security>{block}</s:Header><s:Body/></s:Envelope>",
        name::WSSE.uri,
        name::XENC.uri
    );
    let requiring = Receiver::new(
        Trust::no_certificates(),
        Requirements::dangerous_unsigned().encrypted([Part::header_block("urn:p", "a")]),
        ws_security::DangerousNoReplayCache,
    )
    .shared_secret(None, secret);
    assert!(requiring.open_unsigned(message, TransportFacts::dangerous_unprotected()).is_ok());
}

#[test]
fn t24_plaintext_must_keep_to_its_place() {
    for plaintext in [
        "</s:Body><s:Body>",
        "<p:a xmlns:p=\"urn:p\"/></s:Body><s:Body xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">",
        "<!DOCTYPE a>",
        "<q:unbound/>",
        "text",
    ] {
        // Recipes encrypt well-formed content only, so this Body is made by the primitives.
        let source = envelope(SOAP11);
        let start = source.find("<p:Pay").expect("a payload");
        let end = source.find("</s:Body>").expect("an end");
        let key = ws_security::Secret::new(vec![7; 32]);
        let data = ws_security::xmlenc::encrypt_octets(
            plaintext.as_bytes(),
            &ws_security::xmlenc::PlaintextType::Content,
            ContentEncryption::Aes256Gcm,
            &key,
            Some("ED"),
            None,
            &ws_security::crypto::SystemRandom,
        )
        .expect("encrypts");
        let header = format!(
            "<wsse:Security xmlns:wsse=\"{}\"><e:ReferenceList xmlns:e=\"{}\"><e:DataReference URI=\"#ED\"/>\
             </e:ReferenceList></wsse:Security>",
            name::WSSE.uri,
            name::XENC.uri
        );
        let message = format!(
            "{}{data}{}",
            source[..start].replacen("<s:Header>", &format!("<s:Header>{header}"), 1),
            &source[end..]
        );
        let receiver = Receiver::new(
            Trust::no_certificates(),
            Requirements::dangerous_unsigned().encrypted([Part::Body]),
            ws_security::DangerousNoReplayCache,
        )
        .shared_secret(None, key);
        let outcome = receiver.open_unsigned(&message, TransportFacts::dangerous_unprotected());
        match plaintext {
            "text" => assert!(outcome.expect("text is content").unauthenticated_body().contains(">text<")),
            _ => assert_eq!(
                outcome.expect_err("refused").to_string(),
                "decryption failed",
                "one failure, whatever went wrong: {plaintext}"
            ),
        }
    }
}

#[test]
fn t25_cbc_is_not_decrypted_before_it_is_verified() {
    let cbc = encrypting(&[Part::Body]).content(ContentEncryption::Aes128Cbc);
    let signed_first = recipe().sign(signing()).encrypt(cbc.clone()).plan().expect("a plan");
    let encrypted_first = recipe().encrypt(cbc).sign(signing()).plan().expect("a plan");
    let signed_first = signed_first.message(&envelope(SOAP11)).secure().expect("secured").message;
    let encrypted_first = encrypted_first.message(&envelope(SOAP11)).secure().expect("secured").message;
    refuse(&decrypting(), &encrypted_first);
    let admitting = decrypting().algorithms(AlgorithmPolicy::default().admit_cbc());
    assert!(admitting.open(&encrypted_first).is_ok());
    assert!(matches!(refuse(&admitting, &signed_first), OpenError::UnauthenticatedCbc));
    let opened = admitting.dangerous_decrypt_cbc_before_verification().open(&signed_first).expect("opens");
    assert!(opened.evidence().waived.contains(&Waiver::CbcBeforeVerification));
}

#[test]
fn t25_every_broken_ciphertext_fails_alike() {
    let golden = recipe().sign(signing()).encrypt(encrypting(&[Part::Body])).plan().expect("a plan");
    let golden = golden.message(&envelope(SOAP11)).secure().expect("secured").message;
    let values: Vec<(usize, usize)> = golden
        .match_indices("<xenc:CipherValue>")
        .map(|(at, tag)| (at + tag.len(), at + golden[at..].find("</").expect("an end")))
        .collect();
    assert_eq!(values.len(), 2);
    let mut failures = std::collections::BTreeSet::new();
    for (start, end) in values {
        for at in (start..end - 4).step_by(7) {
            let mut message = golden.clone();
            let other = if &golden[at..=at] == "A" { "B" } else { "A" };
            message.replace_range(at..=at, other);
            failures.insert(refuse(&decrypting(), &message).to_string());
        }
    }
    assert_eq!(failures.into_iter().collect::<Vec<_>>(), ["decryption failed"]);
}

#[test]
fn t41_headers_for_others_are_left_alone() {
    let golden = signed(SOAP11);
    let other = format!(
        "<wsse:Security xmlns:wsse=\"{}\" s:actor=\"urn:other\"><anything xmlns=\"urn:x\"/></wsse:Security>",
        name::WSSE.uri
    );
    let both = golden.replacen("<s:Header>", &format!("<s:Header>{other}"), 1);
    assert!(receiver().open(&both).is_ok());
    assert!(matches!(refuse(&receiver().actor("urn:nobody"), &both), OpenError::OtherActor { .. }));
    let for_us = both.replacen("urn:other", "", 1);
    refuse(&receiver(), &for_us);
    let unknown = golden.replacen("<a:To>", "<x:Y xmlns:x=\"urn:x\" s:mustUnderstand=\"1\"/><a:To>", 1);
    assert!(matches!(refuse(&receiver(), &unknown), OpenError::NotUnderstood { .. }));
    assert!(receiver().understands("urn:x", "Y").open(&unknown).is_ok());
    // We secure beside a header for another actor, which stays unchanged octet for octet.
    let relayed =
        Recipe::new().actor("urn:next").sign(Signing::with(&identity("bob")).parts([action()])).secured(&golden);
    let document = parse(&golden);
    assert!(relayed.contains(&golden[find(&document, "Security").span()]));
    assert!(receiver().open(&relayed).is_ok(), "signatures below still hold");
}

#[test]
fn t48_stale_and_future_messages_are_refused() {
    use std::sync::Arc;
    use std::time::{Duration, SystemTime};
    use ws_security::FixedClock;
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000);
    let at = |seconds: i64| {
        let offset = Duration::from_secs(seconds.unsigned_abs());
        if seconds < 0 { now - offset } else { now + offset }
    };
    let message = Recipe::new()
        .timestamp(Duration::from_secs(600))
        .clock(Arc::new(FixedClock(now)))
        .sign(signing())
        .secured(&envelope(SOAP11));
    let judged_at = |seconds| receiver().clock(Arc::new(FixedClock(at(seconds)))).open(&message).map(|_| ());
    // Created 300 seconds ago is the most, with 60 of skew, whatever Expires says.
    for fresh in [-60, 0, 299, 359] {
        assert_eq!(judged_at(fresh), Ok(()), "{fresh}");
    }
    for stale in [-61, 360, 100_000] {
        assert!(matches!(judged_at(stale), Err(OpenError::NotFresh(_))), "{stale}");
    }
}

#[test]
fn t49_a_message_is_accepted_once() {
    let receiver =
        Receiver::new(trust(), Requirements::signed([Part::Body, Part::Timestamp]), MemoryReplayCache::default());
    let message = signed(SOAP11);
    let won = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(|| receiver.open(&message).is_ok())).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).filter(|won| *won).count()
    });
    assert_eq!(won, 1);
    assert!(receiver.open(signed(SOAP11)).is_ok(), "the same Body in another message is another message");
    // A message that is refused does not count as seen.
    let tampered = signed(SOAP12);
    refuse(&receiver, &tampered.replace(AMOUNT, "1"));
    assert!(receiver.open(&tampered).is_ok());
}

#[test]
fn t52_hostile_shapes_end_in_an_error_or_in_linear_time() {
    let wrap = |content: &str| format!("<s:Envelope xmlns:s=\"{SOAP11}\"><s:Body>{content}</s:Body></s:Envelope>");
    let many = |count: usize, text: &dyn Fn(usize) -> String| (0..count).map(text).collect::<String>();
    let security = |content: String| {
        format!(
            "<s:Envelope xmlns:s=\"{SOAP11}\"><s:Header><w:Security xmlns:w=\"{}\" xmlns:d=\"{}\" xmlns:e=\"{}\">{content}\
             </w:Security></s:Header><s:Body/></s:Envelope>",
            name::WSSE.uri,
            name::DS.uri,
            name::XENC.uri
        )
    };
    for (what, message) in [
        ("depth", wrap(&format!("{}{}", "<a>".repeat(20_000), "</a>".repeat(20_000)))),
        ("attributes", wrap(&format!("<a{}/>", many(100_000, &|n| format!(" a{n}=\"\""))))),
        ("declarations", wrap(&format!("<a{}/>", many(10_000, &|n| format!(" xmlns:a{n}=\"urn:{n}\""))))),
        ("references", wrap(&"&#10;".repeat(200_000))),
        ("encrypted keys", security("<e:EncryptedKey/>".repeat(10_000))),
        ("signatures", security("<d:Signature/>".repeat(10_000))),
        (
            "nonce",
            security(format!(
                "<w:UsernameToken><w:Username>a</w:Username><w:Nonce>{}</w:Nonce></w:UsernameToken>",
                "A".repeat(3 << 20)
            )),
        ),
        ("text", wrap(&"x".repeat(50 << 20))),
        ("tags", "<a>".repeat(1 << 20)),
        ("nothing", String::new()),
        ("not SOAP", "<a/>".to_owned()),
        ("truncated", wrap("<a").replace("</s:Envelope>", "")),
    ] {
        let started = cpu_time::ThreadTime::now();
        let error = refuse(&receiver(), &message);
        assert!(started.elapsed().as_secs() < 2, "{what}: {:?}", started.elapsed());
        assert!(!error.to_string().is_empty());
    }
    assert!(receiver().open(&[0xFF, 0xFE]).is_err());
    assert!(receiver().open(b"\xC3").is_err());
}

/// Each limit of a message at its value, and one above it.
#[test]
fn t54_counts_are_bounded_where_the_limits_say() {
    let golden = signed(SOAP11);
    let at = |limit: usize, message: &dyn Fn(usize) -> String| {
        let within = message(limit);
        assert!(receiver().open(&within).is_ok(), "{limit} is within the limit");
        let error = refuse(&receiver(), &message(limit + 1)).to_string();
        assert!(error.contains(&limit.to_string()), "{limit} is not named by: {error}");
    };
    let before = |what: &str, inserted: String| golden.replacen(what, &format!("{inserted}{what}"), 1);
    let foreign = |n: usize| format!("<w:Security xmlns:w=\"{}\" s:actor=\"urn:{n}\"/>", name::WSSE.uri);
    at(8, &|count| before("<wsse:Security", (1..count).map(foreign).collect()));
    let (start, end) = {
        let document = parse(&golden);
        let token = find(&document, "BinarySecurityToken").span();
        (token.start, token.end)
    };
    let id = golden[start..end].split_once("Id=\"").expect("an Id").1.split('"').next().expect("an Id").to_owned();
    let token = |n: usize| golden[start..end].replace(&id, &format!("token-{n}"));
    at(16, &|count| before("<wsse:BinarySecurityToken", (1..count).map(token).collect()));
    // Signatures over the same parts by the same key.
    at(8, &|count| {
        let recipe = (0..count).fold(recipe(), |recipe, _| recipe.sign(signing()));
        recipe.secured(&envelope(SOAP11))
    });
    // References of one signature.
    at(64, &|count| {
        let parts: Vec<_> = (2..count).map(|n| Part::header_block("urn:b", format!("b{n}"))).collect();
        let blocks: String = (2..count).map(|n| format!("<b:b{n} xmlns:b=\"urn:b\"/>")).collect();
        let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]).parts(parts);
        let envelope = envelope(SOAP11).replacen("</s:Header>", &format!("{blocks}</s:Header>"), 1);
        recipe().sign(signing).secured(&envelope)
    });
    // Ciphertext in ciphertext.
    let nested = |count: usize| {
        let recipe = (0..count).fold(recipe().sign(signing()), |recipe, _| recipe.encrypt(encrypting(&[Part::Body])));
        recipe.secured(&envelope(SOAP11))
    };
    assert!(decrypting().open(nested(2)).is_ok());
    refuse(&decrypting(), &nested(3));
}

#[test]
fn t53_a_long_namespace_name_does_not_make_a_long_canonical_form() {
    // Each sibling of the Body renders a declaration of 60 000 octets again: 600 MB from half a megabyte.
    let long = format!("urn:{}", "x".repeat(60_000));
    let body = format!(
        "<s:Envelope xmlns:s=\"{SOAP11}\" xmlns:l=\"{long}\"><s:Body>{}</s:Body></s:Envelope>",
        "<l:a/>".repeat(1_000)
    );
    let document = Document::parse(body.as_str(), &Limits::default()).expect("well-formed");
    let body = document.root().children().next().expect("a Body");
    let budget = Budget::new(&Limits::default(), document.source().len() as u64);
    let mut sink = ws_security::c14n::Charged::new(
        ws_security::c14n::Count::default(),
        &budget,
        ws_security::Limit::DigestedOctets,
    );
    let outcome = Canonicalization::default().write(&Subset::subtree(body), &mut sink);
    assert!(outcome.is_err());
    assert!(sink.finish().is_err());
    assert!(Canonicalization::default().to_octets(&Subset::subtree(body), &budget).is_err());
}

#[test]
fn t60_secrets_never_print() {
    let shown = format!("{:?} {:?}", identity("alice"), receiver());
    assert!(!shown.contains("PRIVATE") && shown.len() < 600, "{shown}");
}
