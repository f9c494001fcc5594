//! Who answers what, and who signs what: a reply to another request, and a signature by another key than the one that is
//! demanded.

mod common;

use std::fs;
use std::path::Path;

use common::calls::CALLS;
use common::*;
use ws_security::c14n::{Budget, Canonicalization, Document, Element, Limits, Subset, base64_encode, name};
use ws_security::prelude::*;
use ws_security::tokens::X509_V3;
use ws_security::xmldsig::{NewReference, PendingSignature, Transform};
use ws_security::{
    Addressing, AddressingVersion, Correlation, DangerousNoReplayCache, DigestMethod, OpenError, ProtectionToken,
    RequiredToken, RequirementError, Secret, SecureConversation, SignatureMethod, Waiver,
};

const BARE: &str =
    "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><a xmlns='urn:a'/></s:Body></s:Envelope>";

fn signed_by_alice() -> Signing {
    let blocks = AddressingVersion::ALL.into_iter().flat_map(AddressingVersion::every_part);
    Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]).parts_if_present(blocks)
}

fn request(id: Option<&str>, version: AddressingVersion) -> Correlation {
    let plan = recipe().sign(signed_by_alice()).plan().expect("a plan");
    let addressing = Addressing::new(version).action("urn:pay");
    let addressing = id.into_iter().fold(addressing, |addressing, id| addressing.message_id(id));
    plan.message(BARE).addressing(addressing).secure().expect("secured").correlation
}

/// A message of Alice's with these blocks.
fn reply(blocks: &str) -> String {
    let header = format!("<s:Header>{blocks}</s:Header><s:Body>");
    recipe().sign(signed_by_alice()).secured(&BARE.replace("<s:Body>", &header))
}

/// The holder of the key of the reply is not the one of the request.
fn open(sent: &Correlation, message: &str) -> Result<(), OpenError> {
    let sent = Correlation::from_text(&sent.to_text()).expect("the same state");
    receiver_of_anyone().answering(&of_another_key(sent)).open(message).map(drop)
}

/// Alice signs both here, so the state is that of Bob's request.
fn of_another_key(sent: Correlation) -> Correlation {
    let text = sent.to_text();
    let left_out = ["own-key ", "method ", "end "];
    let is_left_out = |line: &&str| left_out.iter().any(|start| line.starts_with(start));
    let left: Vec<&str> = text.lines().filter(|line| !is_left_out(line)).collect();
    Correlation::from_text(&format!("{}\nend {}\n", left.join("\n"), left.len() - 1)).expect("a state")
}

fn receiver_of_anyone() -> Receiver {
    Receiver::new(trust(), Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache)
        .understands_addressing()
}

fn relates(version: AddressingVersion, to: &str, kind: &str) -> String {
    format!("<w:RelatesTo xmlns:w='{}'{kind}>{to}</w:RelatesTo>", version.namespace())
}

#[test]
fn a_reply_answers_the_request_that_it_relates_to() {
    for version in AddressingVersion::ALL {
        let sent = request(Some("urn:uuid:A"), version);
        let reply_kind = match version {
            AddressingVersion::V1_0 => " RelationshipType='http://www.w3.org/2005/08/addressing/reply'",
            AddressingVersion::V2004_08 => " RelationshipType='w:Reply'",
        };
        for answering in [
            relates(version, "urn:uuid:A", ""),
            relates(version, "urn:uuid:A", reply_kind),
            relates(version, "\n urn:uuid:A ", ""),
            relates(version, "urn:uuid:B", " RelationshipType='urn:other'"),
            relates(version, "http://www.w3.org/2005/08/addressing/unspecified", ""),
            String::new(),
        ] {
            assert_eq!(open(&sent, &reply(&answering)), Ok(()), "{answering}");
        }
        for other in [
            relates(version, "urn:uuid:B", ""),
            relates(version, "urn:uuid:B", reply_kind),
            relates(version, "URN:UUID:A", ""),
            relates(version, "", ""),
            format!("{}{}", relates(version, "urn:uuid:A", ""), relates(version, "urn:uuid:B", "")),
        ] {
            let message = reply(&other);
            let error = open(&sent, &message).expect_err("refused");
            assert!(matches!(error, OpenError::Requirement(RequirementError::Unrelated { .. })), "{other}: {error}");
            let lax = receiver_of_anyone().dangerous_accept_unrelated_replies();
            let opened = lax.answering(&of_another_key(sent.clone())).open(&message).expect("accepted");
            assert!(opened.evidence().waived.contains(&Waiver::UnrelatedReplies));
        }
    }
}

/// A signed relation that is demanded must be one to a request: a block of another type satisfies no demand.
#[test]
fn a_demanded_relation_names_the_request() {
    for version in AddressingVersion::ALL {
        let sent = request(Some("urn:uuid:A"), version);
        let demanded = Requirements::signed([Part::Body, Part::header_block(version.namespace(), "RelatesTo")]);
        let receiver = Receiver::new(trust(), demanded, DangerousNoReplayCache).understands_addressing();
        let open = |block: &str| receiver.answering(&of_another_key(sent.clone())).open(reply(block)).map(drop);
        assert_eq!(open(&relates(version, "urn:uuid:A", "")), Ok(()));
        for other in [
            relates(version, "urn:uuid:B", " RelationshipType='urn:other'"),
            relates(version, "urn:uuid:A", " RelationshipType='urn:other'"),
            relates(version, "http://www.w3.org/2005/08/addressing/unspecified", ""),
        ] {
            let error = open(&other).expect_err("refused");
            assert!(matches!(error, OpenError::Requirement(RequirementError::NoRelation { .. })), "{other}: {error}");
            // Nor does one of the other version, which nobody signs.
            let [one, two] = AddressingVersion::ALL;
            let unsigned = relates(if version == one { two } else { one }, "urn:uuid:A", "");
            let both = reply(&other).replacen("</s:Header>", &format!("{unsigned}</s:Header>"), 1);
            let error = receiver.answering(&of_another_key(sent.clone())).open(both).map(drop).expect_err("refused");
            assert!(matches!(error, OpenError::Requirement(RequirementError::NoRelation { .. })), "{other}: {error}");
        }
    }
}

#[test]
fn a_request_without_an_id_is_answered_by_any_reply_to_it() {
    let sent = request(None, AddressingVersion::V1_0);
    assert_eq!(open(&sent, &reply(&relates(AddressingVersion::V1_0, "urn:uuid:B", ""))), Ok(()));
}

/// The service of the request knows its MessageID, too, and so does who reads it off the message that was sent.
#[test]
fn the_id_is_known_to_both_sides() {
    let message = reply("<w:MessageID xmlns:w='http://www.w3.org/2005/08/addressing'>urn:uuid:A</w:MessageID>");
    let opened = receiver_of_anyone().open(&message).expect("opens");
    let other = reply(&relates(AddressingVersion::V1_0, "urn:uuid:B", ""));
    for state in [opened.correlation().clone(), Correlation::of_sent(&message).expect("read")] {
        let error = open(&state, &other).expect_err("refused");
        assert!(matches!(error, OpenError::Requirement(RequirementError::Unrelated { .. })), "{error}");
    }
}

/// Where an attacker may move a signed block to: what is around it there, and what it is put before.
const ELSEWHERE: [(&str, &str, &str); 9] = [
    ("", "", "</wsse:Security>"),
    ("", "", "<wsu:Timestamp"),
    ("<x:token xmlns:x='urn:x'>", "</x:token>", "</wsse:Security>"),
    ("<ds:Object>", "</ds:Object>", "</ds:Signature>"),
    ("", "", "</ds:KeyInfo>"),
    ("", "", "</wsse:BinarySecurityToken>"),
    ("<x:block xmlns:x='urn:x'>", "</x:block>", "</s:Header>"),
    (
        "<e:EncryptedHeader xmlns:e='http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd'>",
        "</e:EncryptedHeader>",
        "</s:Header>",
    ),
    (
        "<wsse:Security xmlns:wsse='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd' s:actor='urn:other'>",
        "</wsse:Security>",
        "</s:Header>",
    ),
];

/// The message with the element that has this start tag at another place.
fn moved(message: &str, local: &str, (open, close, before): (&str, &str, &str)) -> String {
    let (start, end) = (format!("<w:{local}"), format!("</w:{local}>"));
    let from = message.find(&start).expect("the block");
    let to = from + message[from..].find(&end).expect("its end") + end.len();
    let without = format!("{}{}", &message[..from], &message[to..]);
    let at = without.rfind(before).expect("a place");
    format!("{}{open}{}{close}{}", &without[..at], &message[from..to], &without[at..])
}

/// Every call that accepts more, and every two of them.
fn lax(receiver: &Receiver) -> impl Iterator<Item = (String, Receiver)> {
    let pairs = CALLS.iter().enumerate().flat_map(|(at, one)| CALLS[at..].iter().map(move |other| (one, other)));
    pairs.map(|((one, first), (other, second))| (format!("{one}, {other}"), second(first(receiver.clone()))))
}

/// The names of the calls of `Receiver` that accept more, from every `impl` of it in a folder of sources.
fn accepting_calls(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).expect("the sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            names.extend(accepting_calls(&path));
            continue;
        }
        let source = fs::read_to_string(path).expect("a source");
        let blocks = source.split("\nimpl ").skip(1).filter(|block| block.starts_with("Receiver {"));
        let calls =
            blocks.flat_map(str::lines).filter_map(|line| line.trim().strip_prefix("pub fn ")?.split('(').next());
        names.extend(
            calls.filter(|name| name.starts_with("accept_") || name.starts_with("dangerous_")).map(str::to_owned),
        );
    }
    names
}

#[test]
fn the_calls_are_all_that_there_are() {
    let public = accepting_calls(concat!(env!("CARGO_MANIFEST_DIR"), "/crates/wss-header/src").as_ref());
    let known =
        |name: &String| CALLS.iter().any(|(known, _)| known == name) || *name == "dangerous_accept_unrelated_replies";
    assert_eq!(public.iter().filter(|name| !known(name)).count(), 0, "{public:?}");
    assert_eq!(public.len(), CALLS.len() + 1);
}

/// Judged where it is, the relation says that it answers another request. Elsewhere it must not be overlooked.
#[test]
fn a_signed_relation_that_was_moved_lets_no_reply_answer_another_request() {
    for version in AddressingVersion::ALL {
        let genuine = reply(&relates(version, "urn:uuid:B", ""));
        let sent = of_another_key(request(Some("urn:uuid:A"), version));
        let own = of_another_key(request(Some("urn:uuid:B"), version));
        // One that understands WS-Addressing, and one that need not.
        for receiver in [receiver_of_anyone(), Receiver::new(trust(), parts(), DangerousNoReplayCache)] {
            assert!(receiver.answering(&own).open(&genuine).is_ok());
            for place in ELSEWHERE {
                let attack = moved(&genuine, "RelatesTo", place);
                for receiver in [receiver.clone(), careless(receiver.clone()), lenient(receiver.clone())] {
                    assert!(receiver.answering(&sent).open(&attack).is_err(), "{place:?}");
                    assert!(receiver.open(&attack).is_err(), "as a request, {place:?}");
                }
            }
        }
        let receiver = Receiver::new(trust(), parts(), DangerousNoReplayCache);
        for place in [ELSEWHERE[0], ELSEWHERE[3]] {
            let attack = moved(&genuine, "RelatesTo", place);
            for (calls, receiver) in lax(&receiver) {
                assert!(receiver.answering(&sent).open(&attack).is_err(), "{calls}, {place:?}");
            }
        }
    }
}

/// Each of them says something of the message, as who it is for and what it means.
#[test]
fn no_signed_block_of_addressing_vanishes_from_the_header() {
    let receiver = Receiver::new(trust(), parts(), DangerousNoReplayCache);
    for (version, local) in
        AddressingVersion::ALL.into_iter().flat_map(|v| ["To", "Action", "MessageID", "From"].map(|l| (v, l)))
    {
        let block = format!("<w:{local} xmlns:w='{}'>urn:bank</w:{local}>", version.namespace());
        let genuine = reply(&block);
        assert!(receiver.open(&genuine).is_ok());
        for place in ELSEWHERE {
            let attack = moved(&genuine, local, place);
            for receiver in [receiver.clone(), careless(receiver.clone()), lenient(receiver.clone())] {
                assert!(receiver.open(&attack).is_err(), "{local} {place:?}");
            }
        }
    }
}

/// Any other block says by an attribute of SOAP that it was one.
#[test]
fn a_signed_block_that_must_be_understood_does_not_vanish_either() {
    let receiver = Receiver::new(trust(), parts(), DangerousNoReplayCache).accept_signed_children_of_unknown_kinds();
    let signed = |attribute: &str| {
        let block = format!("<w:Limit xmlns:w='urn:limit'{attribute}>100</w:Limit>");
        let header = format!("<s:Header>{block}</s:Header><s:Body>");
        let limit = Part::header_block("urn:limit", "Limit");
        let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp, limit]);
        moved(&recipe().sign(signing).secured(&BARE.replace("<s:Body>", &header)), "Limit", ELSEWHERE[0])
    };
    assert!(receiver.open(signed("")).is_ok(), "nothing tells it from the token of a product");
    for attribute in [" s:mustUnderstand='0'", " s:actor=''"] {
        let error = receiver.open(signed(attribute)).map(drop).expect_err("refused");
        assert!(matches!(error, OpenError::Place { .. }), "{error}");
    }
}

/// A relation that is signed as ciphertext, whose key an attacker removed.
#[test]
fn a_relation_that_nobody_decrypted_lets_no_reply_answer_another_request() {
    let version = AddressingVersion::V1_0;
    let relation = Part::header_block(version.namespace(), "RelatesTo");
    let header = format!("<s:Header>{}</s:Header><s:Body>", relates(version, "urn:uuid:B", ""));
    let encrypting = Encrypting::to(&certificate("bob")).parts([relation]);
    let genuine = recipe().encrypt(encrypting).sign(signed_by_alice()).secured(&BARE.replace("<s:Body>", &header));
    let from = genuine.find("<xenc:EncryptedKey").expect("a key");
    let to = genuine.find("</xenc:EncryptedKey>").expect("its end") + "</xenc:EncryptedKey>".len();
    let attack = format!("{}{}", &genuine[..from], &genuine[to..]);
    let receiver = receiver_of_anyone().decrypt_with(identity("bob"));
    let [sent, own] = ["urn:uuid:A", "urn:uuid:B"].map(|id| of_another_key(request(Some(id), version)));
    let opened = receiver.answering(&own).open(&genuine).map(drop);
    assert!(opened.is_ok(), "{opened:?}\n{genuine}");
    let error = receiver.answering(&sent).open(&genuine).map(drop).expect_err("refused");
    assert!(matches!(error, OpenError::Requirement(RequirementError::Unrelated { .. })), "{error}");
    for (calls, receiver) in lax(&receiver) {
        assert!(receiver.answering(&sent).open(&attack).is_err(), "{calls}");
    }
    // One that leaves such blocks to others.
    let wsse11 = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd";
    let receiver = receiver.accept_ciphertext_for_others().understands(wsse11, "EncryptedHeader");
    for (calls, receiver) in lax(&receiver) {
        assert!(receiver.answering(&sent).open(&attack).is_err(), "{calls}");
    }
    let error = receiver.answering(&sent).open(&attack).map(drop).expect_err("refused");
    assert!(matches!(error, OpenError::Requirement(RequirementError::UnreadRelation { .. })), "{error}");
    // A relation that nobody signed says nothing for the one that is signed.
    let header = attack.find("<s:Header>").expect("a Header") + "<s:Header>".len();
    let (start, end) = attack.split_at(header);
    let attack = format!("{start}{}{end}", relates(version, "urn:uuid:A", ""));
    for (calls, receiver) in lax(&receiver) {
        assert!(receiver.answering(&sent).open(&attack).is_err(), "{calls}");
    }
    // A request relates to nothing, and a reply whose relation is beside other ciphertext can be judged.
    assert!(receiver.open(&attack).is_ok());
    let unrelated = receiver.clone().dangerous_accept_unrelated_replies();
    assert!(unrelated.answering(&sent).open(&attack).is_ok());
    // One that is signed does.
    let header = format!("<s:Header>{}<b xmlns='urn:b'/></s:Header><s:Body>", relates(version, "urn:uuid:A", ""));
    let encrypting = Encrypting::to(&certificate("carol")).parts([Part::header_block("urn:b", "b")]);
    let genuine = recipe().encrypt(encrypting).sign(signed_by_alice()).secured(&BARE.replace("<s:Body>", &header));
    assert!(receiver.answering(&sent).open(&genuine).is_ok());
}

/// A confirmation without a value is that of every request without a signature: it tells none from another.
#[test]
fn an_empty_confirmation_is_no_substitute_for_a_relation_that_nobody_decrypted() {
    let version = AddressingVersion::V1_0;
    let unsigned = |id: &str| {
        let plan = recipe().encrypt(Encrypting::to(&certificate("bob")).parts([Part::Body])).plan().expect("a plan");
        let addressing = Addressing::new(version).action("urn:pay").message_id(id);
        plan.message(BARE).addressing(addressing).secure().expect("secured").correlation
    };
    let [sent, own] = ["urn:uuid:A", "urn:uuid:B"].map(unsigned);
    let header = format!("<s:Header>{}</s:Header><s:Body>", relates(version, "urn:uuid:B", ""));
    let relation = Part::header_block(version.namespace(), "RelatesTo");
    let encrypting = Encrypting::to(&certificate("bob")).parts([relation]);
    let plan = recipe().encrypt(encrypting).sign(signed_by_alice()).signature_confirmation().plan().expect("a plan");
    let reply = plan.message(&BARE.replace("<s:Body>", &header)).answering(&own).secure().expect("secured").message;
    assert!(reply.contains("SignatureConfirmation") && !reply.contains(" Value="), "{reply}");
    let receiver = receiver_of_anyone().decrypt_with(identity("bob"));
    let opened = receiver.answering(&own).open(&reply).map(drop);
    assert!(opened.is_ok(), "{opened:?}");
    let from = reply.find("<xenc:EncryptedKey").expect("a key");
    let to = reply.find("</xenc:EncryptedKey>").expect("its end") + "</xenc:EncryptedKey>".len();
    let attack = format!("{}{}", &reply[..from], &reply[to..]);
    let wsse11 = name::WSSE11.uri;
    let receiver = receiver.accept_ciphertext_for_others().understands(wsse11, "EncryptedHeader");
    let error = receiver.answering(&sent).open(&attack).map(drop).expect_err("refused");
    assert!(matches!(error, OpenError::Requirement(RequirementError::UnreadRelation { .. })), "{error}");
}

/// The same, where the request has no MessageID, and the reply confirms its signature.
#[test]
fn a_confirmation_that_nobody_decrypted_lets_no_reply_answer_another_request() {
    let version = AddressingVersion::V1_0;
    let [sent, own] = [(); 2].map(|()| request(None, version));
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::SignatureConfirmation]);
    let plan = recipe().signature_confirmation().encrypt(encrypting).plan().expect("a plan");
    let envelope = BARE.replace("<s:Body>", &format!("<s:Body xmlns:wsu='{}' wsu:Id='B'>", name::WSU.uri));
    let genuine = signed_by_hand(&plan.message(&envelope).answering(&own).secure().expect("secured").message);
    let receiver = receiver_of_anyone().decrypt_with(identity("bob"));
    let [sent, own] = [sent, own].map(of_another_key);
    let opened = receiver.answering(&own).open(&genuine).map(drop);
    assert!(opened.is_ok(), "{opened:?}\n{genuine}");
    assert!(matches!(receiver.answering(&sent).open(&genuine), Err(OpenError::Confirmation)));
    let from = genuine.find("<xenc:EncryptedKey").expect("a key");
    let to = genuine.find("</xenc:EncryptedKey>").expect("its end") + "</xenc:EncryptedKey>".len();
    let attack = format!("{}{}", &genuine[..from], &genuine[to..]);
    let receiver = receiver.accept_ciphertext_for_others();
    for (calls, receiver) in lax(&receiver) {
        assert!(receiver.answering(&sent).open(&attack).is_err(), "{calls}");
    }
    let error = receiver.answering(&sent).open(&attack).map(drop).expect_err("refused");
    assert!(matches!(error, OpenError::Requirement(RequirementError::UnreadRelation { .. })), "{error}");
    assert!(receiver.dangerous_accept_unrelated_replies().answering(&sent).open(&attack).is_ok());
}

/// Signed by Alice: the Body, the Timestamp, and the ciphertext in the Security header.
fn signed_by_hand(message: &str) -> String {
    let document = Document::parse(message, &Limits::default()).expect("well-formed");
    let is_signed = |element: &Element<'_>| ["Body", "Timestamp", "EncryptedData"].contains(&element.name().local);
    let references = document.root().descendants_and_self().filter(is_signed).map(|element| {
        let id = element.attribute("", "Id").or(element.attribute(name::WSU.uri, "Id")).expect("an Id");
        let transforms = vec![Transform::Canonicalization(Canonicalization::default())];
        let subset = Subset::subtree(element);
        NewReference::digest(
            format!("#{id}"),
            &subset,
            transforms,
            DigestMethod::Sha256,
            &Budget::dangerous_unbounded(),
        )
        .expect("digested")
    });
    let references: Vec<_> = references.collect();
    let wsse = format!("xmlns:wsse='{}' xmlns:wsu='{}'", name::WSSE.uri, name::WSU.uri);
    let (of, base64) =
        (X509_V3, "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary");
    let der = base64_encode(certificate("alice").der());
    let token = format!(
        "<wsse:BinarySecurityToken {wsse} wsu:Id='T' ValueType='{of}' EncodingType='{base64}'>{der}</wsse:BinarySecurityToken>"
    );
    let key_info = format!(
        "<wsse:SecurityTokenReference {wsse}><wsse:Reference URI='#T' ValueType='{of}'/></wsse:SecurityTokenReference>"
    );
    let pending = PendingSignature::new(SignatureMethod::RsaSha256, &references, None, Some(key_info));
    let value = pending.value(identity("alice").signing_key().as_ref()).expect("signed");
    let place = message.find("<xenc:EncryptedKey").expect("a key");
    format!("{}{token}{}{}", &message[..place], pending.finish(&value), &message[place..])
}

fn key_for_bob() -> ProtectionToken {
    ProtectionToken::encrypted_to(&certificate("bob")).derived_keys(SecureConversation::V1_3)
}

fn demanding(requirements: Requirements) -> Receiver {
    let trust = Trust::pins([certificate("alice")]);
    Receiver::new(trust, requirements, DangerousNoReplayCache)
        .decrypt_with(identity("bob"))
        .passwords(|user: &str| (user == "ann").then(|| Secret::new(b"s3cret".to_vec())))
}

fn parts() -> Requirements {
    Requirements::signed([Part::Body, Part::Timestamp])
}

fn by_alice(parts: &[Part]) -> Signing {
    Signing::with(&identity("alice")).parts(parts.iter().cloned())
}

/// Whoever has a message that Alice signed for anyone can encrypt it to Bob.
#[test]
fn a_private_key_does_not_sign_where_a_secret_is_demanded() {
    let receiver = demanding(parts().signed_with_secret());
    let mac = Signing::with_token(&key_for_bob()).parts([Part::Body, Part::Timestamp]);
    let endorsing = by_alice(&[Part::Signature]);
    let by_secret = recipe().sign(mac).sign(endorsing.clone()).secured(BARE);
    assert!(receiver.open(&by_secret).is_ok());

    let body = [Part::Body, Part::Timestamp];
    let encrypting = Encrypting::to(&certificate("bob")).parts([Part::Body]);
    for recipe in [
        recipe().sign(by_alice(&body)),
        recipe().sign(by_alice(&body)).encrypt(encrypting),
        recipe().sign(by_alice(&body)).sign(endorsing),
        recipe().sign(Signing::with_token(&key_for_bob()).parts([Part::Timestamp])).sign(by_alice(&body)),
    ] {
        let error = refuse(&receiver, &recipe.secured(BARE));
        assert_eq!(error, OpenError::Requirement(RequirementError::NotByASecret));
    }
}

#[test]
fn the_signature_over_the_parts_does_not_endorse_itself() {
    let x509 = || demanding(parts().x509_token().endorsed_by([RequiredToken::X509]));
    let body = [Part::Body, Part::Timestamp];
    let twice = recipe().sign(by_alice(&body)).sign(by_alice(&[Part::Signature])).secured(BARE);
    assert!(x509().open(&twice).is_ok());
    let either = demanding(parts().endorsed_by([RequiredToken::Username, RequiredToken::X509]));
    assert!(either.open(&twice).is_ok());

    for (what, recipe) in [
        ("one signature", recipe().sign(by_alice(&body))),
        ("two over the parts", recipe().sign(by_alice(&body)).sign(by_alice(&body))),
        ("one over the timestamp", recipe().sign(by_alice(&body)).sign(by_alice(&[Part::Timestamp]))),
        (
            "an anonymous one",
            recipe().sign(by_alice(&body)).sign(Signing::with_token(&key_for_bob()).parts([Part::Signature])),
        ),
    ] {
        let error = refuse(&x509(), &recipe.secured(BARE));
        assert!(matches!(error, OpenError::Requirement(RequirementError::NotEndorsed { .. })), "{what}: {error}");
    }
    // By another kind of token than the one that is demanded.
    let user = demanding(parts().endorsed_by([RequiredToken::Username]));
    let error = refuse(&user, &twice);
    assert!(matches!(error, OpenError::Requirement(RequirementError::NotEndorsed { .. })), "{error}");
    let both = demanding(parts().endorsed_by([RequiredToken::X509]).endorsed_by([RequiredToken::Kerberos]));
    let error = refuse(&both, &twice);
    assert!(matches!(error, OpenError::Requirement(RequirementError::NotEndorsed { .. })), "{error}");
}
