//! Messages that peers send, in `tests/peers` (own words; which peer or public report each is like is said at its test):
//! what opens with nothing configured, what opens by a named call, and that no call opens a forgery.

mod common;
#[path = "common/wrapped.rs"]
mod wrapped;

use std::sync::Arc;

use common::*;
use ws_security::c14n::{Budget, Canonicalization, Document, Element, Limits, Splices, Subset, base64_encode};
use ws_security::prelude::*;
use ws_security::tokens::parse_instant;
use ws_security::{
    AlgorithmPolicy, DangerousNoReplayCache, DigestMethod, FixedClock, OpenError, SignatureMethod, Waiver,
};

/// Every message here, and whether it opens with nothing configured.
const MESSAGES: [(&str, bool); 9] = [
    ("node-soap", true),
    ("node-soap-enveloped", true),
    ("enveloped-on-body", true),
    ("unprefixed-id", true),
    ("plus-zero", true),
    ("keyvalue-x509data", true),
    ("inclusive-c14n", false),
    ("metro-no-transforms", false),
    ("no-reference-list", false),
];

fn message(name: &str) -> String {
    let path = format!("{}/tests/peers/{name}.xml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn parse(message: &str) -> Document<'_> {
    Document::parse(message, &Limits::default()).expect("well-formed")
}

fn find<'d>(document: &'d Document<'d>, local: &str) -> Element<'d> {
    document.elements().find(|element| element.name().local == local).unwrap_or_else(|| panic!("no {local}"))
}

/// The receiver with the least configuration, when the message was made.
fn at(message: &str) -> Receiver {
    let created = find(&parse(message), "Created").text().expect("text").into_owned();
    let clock = FixedClock(parse_instant(&created).expect("an instant"));
    Receiver::new(trust(), Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache)
        .clock(Arc::new(clock))
        .decrypt_with(identity("bob"))
}

/// Metro's XWSS digests with SHA-1 where it is not told otherwise.
fn with_sha1(receiver: Receiver) -> Receiver {
    let mut policy = AlgorithmPolicy::default();
    policy.signature = policy.signature.admit_digest(DigestMethod::Sha1);
    receiver.algorithms(policy)
}

/// `message`, whose SignedInfo was changed, signed again by Alice.
fn resigned(message: &str) -> String {
    let document = parse(message);
    let signed_info = Subset::subtree(find(&document, "SignedInfo"));
    let octets = Canonicalization::default().to_octets(&signed_info, &Budget::dangerous_unbounded()).expect("octets");
    let value = identity("alice").signing_key().sign(SignatureMethod::RsaSha256, &octets).expect("signs");
    let mut splices = Splices::new();
    splices.replace(find(&document, "SignatureValue").content_span(), base64_encode(&value));
    splices.apply(message).text
}

/// vpulim/node-soap#1195, vpulim/node-soap#1381, node-saml/xml-crypto#191, loopbackio/strong-soap#617 (Ids without a
/// prefix, and enveloped-signature that removes nothing); savonrb/savon#454 (`+00:00`); onelogin/php-saml#184 (KeyInfo).
#[test]
fn what_the_profile_allows_opens_with_nothing_configured() {
    for (name, opens) in MESSAGES {
        let message = message(name);
        let opened = at(&message).open(&message);
        assert_eq!(opened.is_ok(), opens, "{name}: {:?}", opened.err());
        let Ok(opened) = opened else { continue };
        let body = opened.body().xml().to_owned();
        let text = ["sent", "42", "47.11"].into_iter().find(|text| body.contains(text)).expect("the order");
        let changed = message.replacen(&format!(">{text}<"), ">forged<", 1);
        assert_ne!(changed, message);
        refuse(&at(&message), &changed);
    }
}

#[test]
fn an_enveloped_signature_transform_is_refused_where_it_is_not_alone_before_one_canonicalisation() {
    let golden = message("enveloped-on-body");
    let enveloped = "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>";
    let exclusive = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
    let both = format!("{enveloped}{exclusive}");
    assert!(golden.contains(&both));
    assert!(at(&golden).open(resigned(&golden)).is_ok(), "signing once more is no reason to refuse");
    // By itself it implies inclusive canonicalisation, as an empty list does.
    let alone = resigned(&golden.replace(&both, enveloped));
    let error = refuse(&at(&golden), &alone);
    assert!(matches!(error, OpenError::AbsentTransforms { .. }), "{error}");
    for transforms in [
        format!("{exclusive}{enveloped}"),
        format!("{enveloped}{enveloped}{exclusive}"),
        format!("{enveloped}{exclusive}{enveloped}"),
        format!("{enveloped}{exclusive}{exclusive}"),
    ] {
        let message = resigned(&golden.replace(&both, &transforms));
        assert!(matches!(refuse(&at(&golden), &message), OpenError::Transforms { .. }), "{transforms}");
    }
}

/// The Security header, signed without the signature inside it: whoever adds to it elsewhere is not found out.
#[test]
fn an_enveloped_signature_transform_that_removes_something_is_refused() {
    let golden = message("enveloped-on-body").replacen("<wsse:Security ", "<wsse:Security wsu:Id=\"S\" ", 1);
    let (start, rest) = golden.split_once("<ds:Reference URI=\"#_1\">").expect("the timestamp's reference");
    let (reference, end) = rest.split_once("</ds:Reference>").expect("its end");
    let digest = {
        let document = parse(&golden);
        let around = Subset::subtree(find(&document, "Security")).without(find(&document, "Signature"));
        let octets = Canonicalization::default().to_octets(&around, &Budget::dangerous_unbounded()).expect("octets");
        base64_encode(ws_security::crypto::Digest::of(DigestMethod::Sha256, &octets).as_octets())
    };
    let (before, after) = reference.split_once("<ds:DigestValue>").expect("a digest");
    let (_, after) = after.split_once('<').expect("its end");
    let more = format!("<ds:Reference URI=\"#S\">{before}<ds:DigestValue>{digest}<{after}</ds:Reference>");
    let message = resigned(&format!("{start}<ds:Reference URI=\"#_1\">{reference}</ds:Reference>{more}{end}"));
    assert!(matches!(refuse(&at(&golden), &message), OpenError::Transforms { .. }));
}

#[test]
fn one_value_on_two_elements_is_refused_with_a_prefix_or_without() {
    let golden = message("unprefixed-id");
    for twin in ["wsu:Id=\"_0\"", "Id=\"_0\"", "xml:id=\"_0\""] {
        let block = format!("<x:B xmlns:x=\"urn:x\" {twin}></x:B></soap:Header>");
        let message = golden.replacen("</soap:Header>", &block, 1);
        assert!(matches!(refuse(&at(&golden), &message), OpenError::Envelope(_)), "{twin}");
    }
}

/// R5411 and R5412 leave no other place: an application's `Id` is none of ours.
#[test]
fn an_id_without_a_prefix_counts_only_where_no_other_is_and_at_the_place_of_a_part() {
    let golden = message("unprefixed-id");
    let opens = |from: &str, to: &str| {
        let message = golden.replacen(from, to, 1);
        assert_ne!(message, golden);
        at(&golden).open(message)
    };
    for (from, to) in [
        ("<soap:Body Id=\"_0\">", "<soap:Body Id=\"_0\" wsu:Id=\"other\">"),
        ("<soap:Body Id=\"_0\">", "<soap:Body xml:id=\"other\" Id=\"_0\">"),
        ("<soap:Body Id=\"_0\">", "<soap:Body ID=\"_0\">"),
        ("<soap:Body Id=\"_0\">", "<soap:Body wsse:Id=\"_0\">"),
        ("<o:getOrderResponse ", "<o:getOrderResponse wsu:Id=\"_0\" "),
    ] {
        assert!(opens(from, to).is_err(), "{to}");
    }
    let block = "<x:B xmlns:x=\"urn:x\" Id=\"two words\" ><x:C Id=\"_0\"></x:C></x:B></soap:Header>";
    assert!(opens("</soap:Header>", block).is_ok(), "an attribute of an application");
}

/// lsh123/xmlsec#841, node-saml/xml-crypto#113.
#[test]
fn inclusive_canonicalisation_is_refused_by_the_name_of_the_call_that_accepts_it() {
    let golden = message("inclusive-c14n");
    let error = at(&golden).open(&golden).expect_err("refused");
    assert!(matches!(error, OpenError::InclusiveCanonicalization { .. }), "{error}");
    assert!(error.to_string().contains("`accept_inclusive_canonicalization`"), "{error}");
    let accepting = at(&golden).accept_inclusive_canonicalization();
    let opened = accepting.open(&golden).expect("opens");
    assert!(opened.evidence().waived.contains(&Waiver::InclusiveCanonicalization));
    refuse(&accepting, &golden.replacen("sent", "lost", 1));
    // What is in scope is signed, too.
    refuse(&accepting, &golden.replacen("<soap:Envelope ", "<soap:Envelope xmlns:more=\"urn:more\" ", 1));
}

#[test]
fn references_without_transforms_are_refused_by_the_name_of_the_call_that_accepts_them() {
    let golden = message("metro-no-transforms");
    let empty = golden.replacen("<ds:DigestMethod Algorithm=\"http://www.w3.org/2000", "<ds:Transforms/>$0", 1);
    let empty = empty.replacen("$0", "<ds:DigestMethod Algorithm=\"http://www.w3.org/2000", 1);
    assert_ne!(empty, golden);
    let strict = with_sha1(at(&golden));
    for message in [&golden, &empty] {
        let error = strict.open(message).expect_err("refused");
        assert!(matches!(error, OpenError::AbsentTransforms { .. }), "{error}");
        assert!(error.to_string().contains("`accept_absent_transforms`"), "{error}");
    }
    let accepting = strict.accept_absent_transforms();
    // An enveloped-signature alone implies the same, and removes nothing here.
    let inclusive = message("inclusive-c14n").replace(
        "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/>",
        "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>",
    );
    let alone = resigned(&inclusive.replace(
        "<ds:Transform Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/>",
        "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>",
    ));
    at(&alone).accept_absent_transforms().open(&alone).map(drop).expect("opens");
    let opened = accepting.open(&golden).expect("opens");
    assert!(opened.evidence().waived.contains(&Waiver::AbsentTransforms));
    assert!(matches!(refuse(&accepting, &empty), OpenError::Verify(_)), "its SignedInfo is not the one signed");
    refuse(&accepting, &golden.replacen("2026-11-27T14:16:45Z", "2026-11-27T14:17:45Z", 1));
}

#[test]
fn the_key_value_beside_a_certificate_is_its_key() {
    let golden = message("keyvalue-x509data");
    let (before, rest) = golden.split_once("<ds:Modulus>").expect("a modulus");
    let (modulus, after) = rest.split_once("</ds:Modulus>").expect("its end");
    let other = modulus.replacen(char::is_alphabetic, "B", 3);
    let other = if other == modulus { modulus.replacen(char::is_alphabetic, "C", 3) } else { other };
    let message = format!("{before}<ds:Modulus>{other}</ds:Modulus>{after}");
    assert!(matches!(refuse(&at(&golden), &message), OpenError::KeyValue));
    // Several are about the one key.
    let two = golden.replacen("</ds:X509Data>", "</ds:X509Data><ds:X509Data></ds:X509Data>", 1);
    assert!(at(&golden).open(&two).is_ok());
}

/// mvantellingen/python-zeep#498, in both elements that carry instants.
#[test]
fn local_times_are_refused_by_the_name_of_the_call_that_accepts_them() {
    let golden = message("plus-zero");
    let local = |from: &str, to: &str| {
        let message = golden.replace(from, to);
        assert_ne!(message, golden);
        let document = parse(&message);
        let budget = Budget::dangerous_unbounded();
        let timestamp = Subset::subtree(find(&document, "Timestamp"));
        let octets = Canonicalization::default().to_octets(&timestamp, &budget).expect("octets");
        let digest = base64_encode(ws_security::crypto::Digest::of(DigestMethod::Sha256, &octets).as_octets());
        resigned(&message.replacen("DNk1/17SFkQYO31qZmisePPxWr7wBXXxt/sAYrdoNgo=", &digest, 1))
    };
    let east = local("T12:35:00+00:00", "T13:35:00+01:00");
    let error = at(&golden).open(&east).expect_err("refused");
    assert!(matches!(error, OpenError::LocalTime { .. }), "{error}");
    assert!(error.to_string().contains("`accept_local_times`"), "{error}");
    let accepting = at(&golden).accept_local_times();
    let opened = accepting.open(&east).expect("opens");
    assert!(opened.evidence().waived.contains(&Waiver::LocalTimes));
    let created = opened.evidence().timestamp.expect("a timestamp").created;
    assert_eq!(created, parse_instant("2026-11-27T12:35:00Z").ok());
    // As Java's SimpleDateFormat writes an offset, and in hours alone: no xs:dateTime, whatever the offset is.
    for (clock, offset) in [("T12", "+0000"), ("T13", "+0100"), ("T13", "+01"), ("T07", "-0500")] {
        let message = local("T12:35:00+00:00", &format!("{clock}:35:00{offset}"));
        let error = at(&golden).open(&message).map(drop).expect_err(offset).to_string();
        assert!(error.contains("`accept_local_times`"), "{offset}: {error}");
        let opened = accepting.open(&message).unwrap_or_else(|error| panic!("{offset}: {error}"));
        assert_eq!(opened.evidence().timestamp.expect("a timestamp").created, created, "{offset}");
    }
    for wrong in ["+000", "+00:0", "+1500", "+0060", "+00:000", "UTC"] {
        assert!(accepting.open(local("+00:00", wrong)).is_err(), "{wrong}");
    }
    // The same clock in another zone is another instant: it expired, and it is not yet created.
    assert!(accepting.open(local("+00:00", "+05:30")).is_err());
    assert!(accepting.open(local("+00:00", "-05:30")).is_err());
    assert!(accepting.open(local("+00:00", "")).is_err(), "without a zone nobody knows");
    for same in ["\n 2026-11-27T12:35:00Z\t", "2026-11-27T12:35:00.000000000000Z", "2026-11-27T12:35:00-00:00"] {
        assert!(at(&golden).open(local("2026-11-27T12:35:00+00:00", same)).is_ok(), "{same}");
    }
}

/// The streaming client of CXF 4.2: `wsse11:TokenType` says EncryptedKey, `wsse:Reference/@ValueType` says derived key.
#[test]
fn derived_keys_typed_as_encrypted_keys_are_refused_by_the_name_of_the_call_that_accepts_them() {
    let golden = message("derived-key-typed");
    let mut policy = AlgorithmPolicy::default().admit_cbc();
    policy.signature = policy.signature.admit_signature(SignatureMethod::HmacSha1).admit_digest(DigestMethod::Sha1);
    let created = find(&parse(&golden), "Created").text().expect("text").into_owned();
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).dangerous_anonymous();
    let strict = Receiver::new(trust(), requirements, DangerousNoReplayCache)
        .clock(Arc::new(FixedClock(parse_instant(&created).expect("an instant"))))
        .decrypt_with(identity("bob"))
        .algorithms(policy)
        .dangerous_decrypt_cbc_before_verification();
    let error = strict.open(&golden).expect_err("refused");
    assert!(matches!(error, OpenError::DerivedKeyType), "{error}");
    assert!(error.to_string().contains("`accept_derived_keys_typed_as_encrypted_keys`"), "{error}");
    let accepting = strict.accept_derived_keys_typed_as_encrypted_keys();
    let opened = accepting.open(&golden).expect("opens");
    assert!(opened.evidence().waived.contains(&Waiver::DerivedKeysTypedAsEncryptedKeys));
    let other = golden.replace(
        "wsse11:TokenType=\"http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#EncryptedKey\"",
        "wsse11:TokenType=\"urn:other\"",
    );
    assert_ne!(other, golden);
    refuse(&accepting, &other);
}

/// The genuine part in every other place and dress, a forged one in its place, with every kind of Id; each message is
/// refused, or opens to the genuine octets. Every call of this file is switched on.
#[test]
fn no_leniency_opens_a_wrapped_part() {
    for (name, _) in MESSAGES {
        let golden = message(name);
        let receiver = lenient(with_sha1(at(&golden)));
        let genuine = receiver.open(&golden).unwrap_or_else(|error| panic!("{name}: {error}")).body().xml().to_owned();
        let mut tried = 0;
        for local in ["Body", "Timestamp"] {
            tried += wrapped::wrapped(&golden, local, |message| {
                if let Ok(opened) = receiver.open(message) {
                    assert_eq!(opened.body().xml(), genuine, "{message}");
                    let expires = opened.evidence().timestamp.expect("a timestamp").expires;
                    assert!(expires < Some(parse_instant("2027-01-01T00:00:00Z").expect("an instant")), "{message}");
                }
            });
        }
        assert!(tried > 1_000, "{name}: {tried}");
    }
}
