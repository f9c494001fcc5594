//! What the meaning of a plaintext takes from its context, under a signature over the ciphertext.
//!
//! The peers here encrypt the text of the envelope unchanged, without the declarations that it needs, and then sign.

mod common;

use common::*;
use ws_security::c14n::{Document, Element, Limits, Writer, name};
use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::tokens::ReferenceForm;
use ws_security::xmlenc::{EncryptedData, EncryptedKey, KeyMethod, PlaintextType, decrypt_xml};
use ws_security::xmlenc::{Encryption, encrypt_octets, write_encrypted_key};
use ws_security::{ContentEncryption, CoverageLost, DangerousNoReplayCache, KeyTransport, OpenError, RequirementError};
use ws_security::{ElementPath, Secret, Waiver};

const GCM: ContentEncryption = ContentEncryption::Aes128Gcm;

/// The envelope with each text of `pieces` encrypted as it is written, under one key for Bob. A text that begins with a
/// header block becomes an `EncryptedHeader`.
fn encrypted_by_peer(envelope: &str, pieces: &[&str]) -> String {
    let bob = certificate("bob");
    let key = Secret::generate(&SystemRandom, GCM.key_len()).expect("random");
    let transport = KeyTransport::oaep_mgf1p();
    let wrapped = bob.public_key().wrap_key(&transport, &key).expect("wrapped");
    let mut message = envelope.to_owned();
    let mut listed = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let id = format!("ED-{at}");
        let start = message.find(piece).unwrap_or_else(|| panic!("{piece} in {message}"));
        let document = Document::parse(message.as_str(), &Limits::default()).expect("well-formed");
        let whole = document.element_at(start).filter(|element| element.span().end == start + piece.len());
        let kind = if whole.is_some() { PlaintextType::Element } else { PlaintextType::Content };
        let in_header = whole.and_then(Element::parent).is_some_and(|parent| parent.name().local == "Header");
        let data = encrypt_octets(piece.as_bytes(), &kind, Encryption::new(GCM, &key).id(id.as_str()), &SystemRandom);
        let data = data.expect("encrypted");
        let placed = match in_header {
            true => format!(
                "<wsse11:EncryptedHeader xmlns:wsse11=\"{}\" xmlns:wsu=\"{}\" wsu:Id=\"EH-{at}\">{data}</wsse11:EncryptedHeader>",
                name::WSSE11.uri,
                name::WSU.uri
            ),
            false => data,
        };
        message.replace_range(start..start + piece.len(), &placed);
        listed.push(id);
    }
    let mut key_info = Writer::within(&[name::XENC, name::DS]);
    ReferenceForm::IssuerSerial.write(&mut key_info, &bob, "");
    let method = KeyMethod::Transport(transport);
    let key = write_encrypted_key(Some("EK-1"), &method, Some(&key_info.finish()), &wrapped, &listed);
    if let Some(start) = message.find("<wsse:Security ") {
        let content = start + message[start..].find('>').expect("a tag") + 1;
        message.insert_str(content, &key);
        return message;
    }
    let security = format!("<wsse:Security xmlns:wsse=\"{}\">{key}</wsse:Security>", name::WSSE.uri);
    message.replacen("<s:Header>", &format!("<s:Header>{security}"), 1)
}

fn signed_by_peer(message: &str, parts: &[Part], prefix_list: &str) -> String {
    let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]).parts(parts.to_vec());
    let plan = recipe().sign(signing.inclusive_prefixes(prefix_list)).plan().expect("a plan");
    plan.message(message).secure().expect("signed").message
}

fn bob() -> Receiver {
    receiver().decrypt_with(identity("bob"))
}

fn lost(error: &OpenError) -> (String, String) {
    match error {
        OpenError::Requirement(RequirementError::CoverageLost {
            part,
            why: CoverageLost::UnsignedNamespace { prefix },
        }) => (part.to_string(), prefix.as_str().to_owned()),
        OpenError::Requirement(RequirementError::CoverageLost {
            part,
            why: CoverageLost::UntoldAbsenceOfDefaultNamespace,
        }) => (part.to_string(), String::new()),
        other => panic!("{other:?}: {other}"),
    }
}

/// An envelope: attributes of Envelope, Header and Body; blocks; content of the Body.
fn frame([envelope, header, body]: [&str; 3], blocks: &str, content: &str) -> String {
    let header = if header.is_empty() { String::new() } else { format!("<h:x xmlns:h=\"urn:h\" {header}/>") };
    format!(
        "<s:Envelope xmlns:s=\"{SOAP11}\" {envelope}><s:Header>{blocks}{header}</s:Header><s:Body {body}>{content}</s:Body></s:Envelope>"
    )
}

const PAY: &str = "xmlns:pay=\"urn:pay\"";

/// Every place of a declaration, every use of it.
#[test]
fn a_plaintext_that_borrows_a_namespace_is_refused_by_the_name_of_the_prefix() {
    let uses = [
        ("<pay:Pay>1</pay:Pay>", "pay", PAY),
        ("<x xmlns=\"urn:x\" pay:to=\"1\"/>", "pay", PAY),
        ("<x xmlns=\"urn:x\"/>text<y xmlns=\"urn:x\"><z><pay:Pay/></z></y>", "pay", PAY),
        ("<x xmlns=\"urn:x\"><o:pay xmlns:o=\"urn:o\" xmlns:pay=\"urn:p\" pay:a=\"\"/><pay:Pay/></x>", "pay", PAY),
        ("<Pay/>", "", "xmlns=\"urn:pay\""),
        ("<Pay/>", "", ""),
        ("<o:x xmlns:o=\"urn:o\"><Pay/></o:x>", "", "xmlns=\"urn:pay\""),
        ("<o:x xmlns:o=\"urn:o\"><Pay/></o:x>", "", ""),
        ("<x xmlns=\"urn:x\"><y/></x><z/>", "", ""),
    ];
    for (text, prefix, declared) in uses {
        for between in ["", "<o:in xmlns:o=\"urn:o\">", "<o:in xmlns:o=\"urn:o\" DECLARED>"] {
            for place in 0..2 {
                let mut places = [""; 3];
                if !between.ends_with("DECLARED>") {
                    places[place * 2] = declared;
                }
                let between = between.replace("DECLARED", declared);
                let end = if between.is_empty() { "" } else { "</o:in>" };
                let envelope = frame(places, "", &format!("{between}{text}{end}"));
                let message = signed_by_peer(&encrypted_by_peer(&envelope, &[text]), &[], "");
                let error = refuse(&bob(), &message);
                assert_eq!(lost(&error), ("Body".to_owned(), prefix.to_owned()), "{envelope}");
                let said = error.to_string();
                assert!(said.contains("PrefixList") && said.contains("Body"), "{said}");
                assert!(said.contains(if prefix.is_empty() { "default" } else { "\"pay\"" }), "{said}");
                // The call that the error names, and its waiver in the evidence.
                let lax = bob().dangerous_accept_unsigned_namespaces_of_plaintext();
                let opened = lax.open(&message).expect("opens");
                assert!(opened.evidence().waived.contains(&Waiver::UnsignedNamespacesOfPlaintext));
                // The narrower call is for a default namespace that is not there.
                let narrow = bob().accept_untold_absence_of_default_namespace();
                assert_eq!(narrow.open(&message).is_ok(), prefix.is_empty() && declared.is_empty(), "{message}");
                if narrow.open(&message).is_ok() {
                    refuse(&narrow, &message.replacen("<s:Envelope ", "<s:Envelope xmlns=\"urn:evil\" ", 1));
                }
                // The plaintext of our sender for the same envelope takes nothing from its context.
                let encrypting = Encrypting::to(&certificate("bob")).parts([Part::Body]);
                let plan = recipe().encrypt(encrypting).sign(signing_body()).plan().expect("a plan");
                let ours = plan.message(&envelope).secure().expect("secured").message;
                let opened = bob().open(&ours).unwrap_or_else(|error| panic!("{error}\n{ours}"));
                assert!(opened.evidence().signatures.iter().all(|signature| signature.lost.is_empty()));
            }
        }
    }
}

fn signing_body() -> Signing {
    Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp])
}

#[test]
fn a_prefix_list_pins_what_a_plaintext_borrows() {
    let cases = [
        ("<pay:Pay/>", [PAY, "", ""], "pay"),
        ("<pay:Pay/>", ["", "", PAY], "s pay"),
        ("<Pay pay:to=\"1\"/>", ["xmlns=\"urn:d\" xmlns:pay=\"urn:pay\"", "", ""], "#default pay"),
        ("<Pay/>", ["xmlns=\"urn:d\"", "", ""], "#default"),
        ("<Pay/>", ["xmlns=\"urn:d\"", "", "xmlns=\"\""], "#default"),
        ("<Pay/>", ["", "", ""], "#default"),
    ];
    for (text, places, list) in cases {
        let envelope = frame(places, "", text);
        let message = signed_by_peer(&encrypted_by_peer(&envelope, &[text]), &[], list);
        let opened = bob().open(&message).unwrap_or_else(|error| panic!("{list}: {error}\n{message}"));
        // The declarations in the `PrefixList` are in the result.
        let tree = roxmltree::Document::parse(opened.body().xml()).expect("XML");
        let body = tree.root_element();
        let genuine = roxmltree::Document::parse(&envelope).expect("XML");
        let place = genuine.descendants().find(|node| node.has_tag_name((SOAP11, "Body"))).expect("Body");
        for prefix in list.split(' ').map(|prefix| (prefix != "#default").then_some(prefix)) {
            let bound = |node: roxmltree::Node<'_, '_>| node.lookup_namespace_uri(prefix).unwrap_or("").to_owned();
            assert_eq!(bound(body), bound(place), "{message}");
        }
        let first = |body: roxmltree::Node<'_, '_>| {
            let child = body.first_element_child().expect("a child");
            (child.tag_name().namespace().unwrap_or("").to_owned(), child.tag_name().name().to_owned())
        };
        assert_eq!(first(body), first(place));
        for (old, new) in [
            ("xmlns:pay=\"urn:pay\"", "xmlns:pay=\"urn:void\""),
            ("xmlns=\"urn:d\"", "xmlns=\"urn:void\""),
            ("xmlns=\"urn:d\"", ""),
            ("<s:Envelope ", "<s:Envelope xmlns=\"urn:void\" "),
            ("<s:Body ", "<s:Body xmlns=\"urn:void\" "),
            ("<s:Body ", "<s:Body xmlns:pay=\"urn:void\" "),
        ] {
            let evil = message.replacen(old, new, 1);
            // A prefix that is declared twice on one element makes the document malformed.
            if evil == message || Document::parse(evil.as_str(), &Limits::default()).is_err() {
                continue;
            }
            if let Ok(opened) = bob().open(&evil) {
                let tree = roxmltree::Document::parse(opened.body().xml()).expect("XML");
                assert_eq!(first(tree.root_element()), first(place), "{evil}");
            }
        }
    }
}

/// The element around the ciphertext uses the prefix, so that its binding is digested; a further ancestor does not tell.
#[test]
fn the_element_around_a_ciphertext_tells_the_prefixes_that_it_uses() {
    let text = "<pay:To>Ann</pay:To>";
    for (around, told) in [
        ("<pay:Pay>TEXT</pay:Pay>", true),
        ("<o:Pay xmlns:o=\"urn:o\" pay:a=\"\">TEXT</o:Pay>", true),
        ("<pay:Pay><o:x xmlns:o=\"urn:o\">TEXT</o:x></pay:Pay>", false),
        ("<pay:Pay><o:x xmlns:o=\"urn:o\"><pay:y>TEXT</pay:y></o:x></pay:Pay>", true),
    ] {
        let envelope = frame([PAY, "", ""], "", &around.replace("TEXT", text));
        let message = signed_by_peer(&encrypted_by_peer(&envelope, &[text]), &[], "");
        match bob().open(&message) {
            Ok(opened) => {
                assert!(told, "{message}");
                assert!(opened.body().xml().contains("Ann"));
                let evil = message.replacen(PAY, "xmlns:pay=\"urn:void\"", 1);
                assert!(matches!(refuse(&bob(), &evil), OpenError::Verify(_)));
            }
            Err(error) => {
                assert!(!told, "{error}");
                assert_eq!(lost(&error).1, "pay");
            }
        }
    }
    // The hidden declaration that the last element could have lost: the digests stay, the meaning does not.
    let hidden = "<pay:Pay><o:x xmlns:o=\"urn:o\" xmlns:pay=\"urn:other\">TEXT</o:x></pay:Pay>".replace("TEXT", text);
    let message = signed_by_peer(&encrypted_by_peer(&frame([PAY, "", ""], "", &hidden), &[text]), &[], "");
    assert_eq!(lost(&refuse(&bob(), &message)).1, "pay");
    let evil = message.replacen(" xmlns:pay=\"urn:other\"", "", 1);
    assert_eq!(lost(&refuse(&bob(), &evil)).1, "pay");
}

/// A header block: the plaintext replaces the apex of the signed data.
#[test]
fn an_encrypted_header_block_keeps_the_namespaces_that_were_signed() {
    let block = "<pay:Note>n</pay:Note>";
    let part = Part::header_block("urn:pay", "Note");
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).also_signed([part.clone()]);
    let demanding = Receiver::new(trust(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"));
    let envelope = frame([PAY, "", ""], block, "<o:x xmlns:o=\"urn:o\"/>");
    let encrypted = encrypted_by_peer(&envelope, &[block]);
    let parts = [Part::Id("EH-0".to_owned())];
    let error = refuse(&demanding, &signed_by_peer(&encrypted, &parts, ""));
    assert_eq!(lost(&error), (part.to_string(), "pay".to_owned()));
    let pinned = signed_by_peer(&encrypted, &parts, "pay");
    let opened = demanding.open(&pinned).unwrap_or_else(|error| panic!("{error}\n{pinned}"));
    assert!(opened.header_block("urn:pay", "Note").is_some());
    let rebound = |message: &str| {
        message.replacen("<s:Header>", "<s:Header xmlns:pay=\"urn:void\">", 1).replacen(
            "<wsse:Security ",
            &format!("<wsse:Security {PAY} "),
            1,
        )
    };
    refuse(&bob(), &rebound(&pinned));
    // What the ciphertext declares itself is not what is around it, though it is the same now.
    let own = |data: &str| data.replacen("<wsse11:EncryptedHeader ", &format!("<wsse11:EncryptedHeader {PAY} "), 1);
    let error = refuse(&demanding, &signed_by_peer(&own(&encrypted), &parts, "pay"));
    assert_eq!(lost(&error), (part.to_string(), "pay".to_owned()));
    // The EncryptedHeader keeps the signed binding, which is not that of the place.
    let kept =
        |message: &str| message.replacen("<wsse11:EncryptedHeader ", &format!("<wsse11:EncryptedHeader {PAY} "), 1);
    let evil = kept(&rebound(&pinned));
    let opened = bob().open(&evil).expect("the block is not demanded");
    assert!(opened.header_block("urn:void", "Note").is_none() && opened.header_block("urn:pay", "Note").is_none());
    // The same where only a value uses the prefix.
    let block = "<o:Note xmlns:o=\"urn:o\">pay:Type</o:Note>";
    let encrypted = encrypted_by_peer(&frame([PAY, "", ""], block, ""), &[block]);
    let message = signed_by_peer(&encrypted, &parts, "pay");
    let opened = bob().open(&message).expect("opens");
    assert!(opened.header_block("urn:o", "Note").expect("a block").xml().contains(PAY));
    let evil = kept(&rebound(&message));
    assert!(bob().open(&evil).expect("not demanded").header_block("urn:o", "Note").is_none());
}

/// The apex that was signed was replaced by an outer plaintext. What is around it was not signed, whatever prefixes it uses.
#[test]
fn a_plaintext_in_a_decrypted_block_takes_no_namespace_from_around_the_block() {
    let inner = "<s:To>Ann</s:To>";
    for (block, is_told) in [
        (format!("<o:Note xmlns:o=\"urn:o\">{inner}</o:Note>"), false),
        (format!("<o:Note xmlns:o=\"urn:o\" xmlns:s=\"{SOAP11}\">{inner}</o:Note>"), true),
    ] {
        let once = encrypted_by_peer(&frame(["", "", ""], &block, ""), &[inner]);
        let once = once.replace("EK-1", "EK-0").replace("ED-0", "ED-9");
        let document = Document::parse(once.as_str(), &Limits::default()).expect("well-formed");
        let note = document.elements().find(|element| element.name().local == "Note").expect("a block").span();
        let message = encrypted_by_peer(&once, &[&once[note]]);
        let message = signed_by_peer(&message, &[Part::Id("EH-0".to_owned())], "");
        let part = Part::header_block("urn:o", "Note");
        let requirements = Requirements::signed([Part::Body, Part::Timestamp]).also_signed([part.clone()]);
        let demanding = Receiver::new(trust(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"));
        match demanding.open(&message) {
            Ok(opened) => assert!(is_told && opened.header_block("urn:o", "Note").is_some(), "{message}"),
            Err(error) => {
                assert!(!is_told, "{error}\n{message}");
                assert_eq!(lost(&error), (part.to_string(), "s".to_owned()));
            }
        }
    }
}

/// An outer plaintext was authenticated octet by octet: its declarations count, used by it or not.
#[test]
fn a_nested_plaintext_takes_namespaces_from_the_plaintext_around_it_alone() {
    let inner = "<pay:To>Ann</pay:To>";
    for (outer, envelope, is_told) in [
        (format!("<o:Pay xmlns:o=\"urn:o\" {PAY}>{inner}</o:Pay>"), "", true),
        (format!("<o:Pay xmlns:o=\"urn:o\" {PAY}><o:x>{inner}</o:x></o:Pay>"), "", true),
        (format!("<o:Pay xmlns:o=\"urn:o\">{inner}</o:Pay>"), PAY, false),
    ] {
        let start = frame([envelope, "", ""], "", &outer);
        let once = encrypted_by_peer(&start, &[inner]);
        let once = once.replace("EK-1", "EK-0").replace("ED-0", "ED-9");
        let document = Document::parse(once.as_str(), &Limits::default()).expect("well-formed");
        let body = document.elements().find(|element| element.name().local == "Body").expect("a Body");
        let around = body.children().next().expect("the outer element").span();
        // The key of the outer ciphertext comes first in the header.
        let message = signed_by_peer(&encrypted_by_peer(&once, &[&once[around]]), &[], "");
        match bob().open(&message) {
            Ok(opened) => assert!(is_told && opened.body().xml().contains("Ann"), "{message}"),
            Err(error) => {
                assert!(!is_told, "{error}\n{message}");
                assert_eq!(lost(&error), ("Body".to_owned(), "pay".to_owned()));
            }
        }
    }
}

/// Of a plaintext that came before, every octet is proven: of what is beside it, only what was digested.
#[test]
fn a_plaintext_takes_no_namespace_from_beside_an_earlier_plaintext() {
    let (earlier, text) = ("<o:a xmlns:o=\"urn:o\"/>", "<pay:To>Ann</pay:To>");
    let declarations = [(" xmlns:pay=\"urn:other\"", false), (" xmlns:pay=\"urn:other\" pay:a=\"\"", true)];
    let both = declarations.into_iter().flat_map(|case| [(case, true), (case, false)]);
    for ((declared, is_told), is_before) in both {
        let (before, after) = if is_before { (earlier, "") } else { ("", earlier) };
        let around = format!("<pay:Pay>{before}<o:x xmlns:o=\"urn:o\"{declared}>{text}</o:x>{after}</pay:Pay>");
        let once = encrypted_by_peer(&frame([PAY, "", ""], "", &around), &[text]);
        let once = once.replace("EK-1", "EK-0").replace("ED-0", "ED-9");
        // The key of the earlier ciphertext comes first in the header.
        let message = signed_by_peer(&encrypted_by_peer(&once, &[earlier]), &[], "");
        let evil = message.replacen(" xmlns:pay=\"urn:other\"", "", 1);
        if is_told {
            assert!(bob().open(&message).expect("opens").body().xml().contains("Ann"));
            assert!(matches!(refuse(&bob(), &evil), OpenError::Verify(_)));
        } else {
            assert_eq!(lost(&refuse(&bob(), &message)).1, "pay");
            assert_eq!(lost(&refuse(&bob(), &evil)).1, "pay");
        }
    }
}

/// A signature that is verified after decryption covers the plaintext in its place, whatever the one over the ciphertext
/// does not tell.
#[test]
fn an_inner_signature_covers_the_plaintext_in_its_place() {
    let envelope = frame([PAY, "", ""], "", "<pay:Pay/>");
    for list in ["", "pay #default"] {
        let signed = signed_by_peer(&envelope, &[], list);
        let encrypted = encrypted_by_peer(&signed, &["<pay:Pay/>"]);
        let outer = Signing::with(&identity("alice")).parts([Part::Body]);
        let twice =
            Recipe::new().sign(outer).plan().expect("a plan").message(&encrypted).secure().expect("signed").message;
        for message in [encrypted, twice] {
            let opened = bob().open(&message).unwrap_or_else(|error| panic!("{error}\n{message}"));
            assert!(opened.body().xml().contains(PAY));
            let evil = message.replacen(PAY, "xmlns:pay=\"urn:void\"", 1);
            assert!(matches!(refuse(&bob(), &evil), OpenError::Verify(_)));
        }
    }
}

/// The Id of ciphertext names nothing once it is decrypted: a reference to it would be to what it never meant.
#[test]
fn a_plaintext_does_not_take_the_id_of_ciphertext() {
    let with = |id: &str| {
        let first = format!("<o:a xmlns:o=\"urn:o\" xmlns:wsu=\"{0}\" wsu:Id=\"{id}\"/>", name::WSU.uri);
        let second = "<o:b xmlns:o=\"urn:o\"/>";
        let envelope = frame(["", "", ""], "", &format!("<o:in xmlns:o=\"urn:o\">{first}{second}</o:in>"));
        signed_by_peer(&encrypted_by_peer(&envelope, &[&first, second]), &[], "")
    };
    assert!(bob().open(with("ED-7")).is_ok());
    // Its own, and that of other ciphertext.
    for retired in ["ED-0", "ED-1"] {
        let error = refuse(&bob(), &with(retired));
        assert!(matches!(error, OpenError::Envelope(_)) && error.to_string().contains(retired), "{error}");
    }
}

/// Our sender declares everything inside that is used, whatever the order of steps, on each element at the top of the content.
#[test]
fn what_we_encrypt_stands_alone() {
    let envelope = frame(
        ["xmlns:pay=\"urn:pay\" xmlns:v=\"urn:v&amp;1\" xml:lang=\"en\"", "", ""],
        "<pay:Note>n</pay:Note>",
        "<pay:A t=\"v:T\"><B/></pay:A><C xmlns=\"urn:c\"/>",
    );
    let note = || Part::header_block("urn:pay", "Note");
    let encrypting = || Encrypting::to(&certificate("bob")).content(GCM).parts([Part::Body, note()]);
    let requirements = Requirements::signed([Part::Body, Part::Timestamp, note()]);
    let demanding = Receiver::new(trust(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"));
    let signing = || signing_body().parts([note()]);
    for (recipe, signed_before) in [
        (recipe().encrypt(encrypting()).sign(signing()), false),
        (recipe().sign(signing()).encrypt(encrypting()), true),
    ] {
        let message = recipe.secured(&envelope);
        let _opened = demanding.open(&message).unwrap_or_else(|error| panic!("{error}\n{message}"));
        let plaintexts = plaintexts(&message);
        assert_eq!(plaintexts.len(), 2);
        for plaintext in plaintexts {
            let alone = format!("<e xmlns=\"urn:e\" xmlns:v=\"urn:e\">{plaintext}</e>");
            let tree = roxmltree::Document::parse(&alone).unwrap_or_else(|error| panic!("{error}: {alone}"));
            for top in tree.root_element().children().filter(roxmltree::Node::is_element) {
                // Only the value in `pay:A` has the prefix `v`, and nothing has that of SOAP.
                let of_value = if top.has_tag_name(("urn:pay", "A")) { "urn:v&1" } else { "urn:e" };
                assert_eq!(top.lookup_namespace_uri(Some("v")), Some(of_value), "{alone}");
                assert_eq!(top.lookup_namespace_uri(Some("s")), None, "{alone}");
                let default = if top.has_tag_name(("urn:c", "C")) { Some("urn:c") } else { None };
                assert_eq!(top.lookup_namespace_uri(None).filter(|uri| !uri.is_empty()), default, "{alone}");
                // Before a signature, the plaintext takes the language of the envelope along. After a signature, that
                // would break it.
                let lang = top.attribute((name::XML, "lang"));
                assert_eq!(lang, (!signed_before).then_some("en"), "{alone}");
            }
        }
    }
}

/// The plaintexts of a message for Bob.
fn plaintexts(message: &str) -> Vec<String> {
    use ws_security::c14n::Budget;
    let budget = Budget::dangerous_unbounded();
    let document = Document::parse(message, &Limits::default()).expect("well-formed");
    let all = |local: &'static str| document.elements().filter(move |element| element.name().local == local);
    let key = EncryptedKey::parse(all("EncryptedKey").next().expect("a key"), &budget).expect("a key");
    let secret = key.unwrap_with(identity("bob").unwrapping_key().as_ref(), Some(GCM.key_len())).expect("unwrapped");
    let data = all("EncryptedData").map(|data| EncryptedData::parse(data).expect("data"));
    data.map(|data| decrypt_xml(&data, &secret, &budget).expect("decrypted").into_xml()).collect()
}

/// What is handed out is in the canonical form that was digested: method, PrefixList, no comments.
#[test]
fn what_is_handed_out_is_what_was_digested() {
    let envelope = frame(
        ["xmlns:pay=\"urn:pay\" xmlns:v=\"urn:v\" xml:lang=\"en\"", "", ""],
        "<pay:Note t=\"v:T\">n</pay:Note>",
        "<pay:A t=\"v:T\"><!-- c --></pay:A>",
    );
    let note = || Part::header_block("urn:pay", "Note");
    for list in ["", "v", "v #default s", "pay v unknown"] {
        let signing = signing_body().parts([note()]).inclusive_prefixes(list);
        let message = recipe().sign(signing).secured(&envelope);
        let opened = receiver().open(&message).expect("opens");
        let pinned = list.contains('v');
        for xml in [opened.body().xml(), opened.header_block("urn:pay", "Note").expect("a block").xml()] {
            assert_eq!(xml.contains("xmlns:v=\"urn:v\""), pinned, "{list}: {xml}");
            assert!(!xml.contains("<!--") && !xml.contains("xml:lang"), "{xml}");
            let digest = ws_security::crypto::Digest::of(ws_security::DigestMethod::Sha256, xml.as_bytes());
            let value = ws_security::c14n::base64_encode(digest.as_octets());
            assert!(message.contains(&value), "{xml}");
        }
    }
}

/// What is put at the end of an element whose last child is empty.
#[test]
fn a_plaintext_behind_an_empty_element_is_not_inside_it() {
    let card = "<o:card xmlns:o=\"urn:o\">4111</o:card>";
    let order = format!("<o:x xmlns:o=\"urn:o\"><o:note/>{card}</o:x>");
    let message = signed_by_peer(&encrypted_by_peer(&frame(["", "", ""], "", &order), &[card]), &[], "");
    let path = ElementPath::in_body([("urn:o", "x"), ("urn:o", "card")]);
    let requirements = Requirements::signed([Part::Body, Part::Timestamp, Part::element(path.clone())]);
    let demanding = Receiver::new(trust(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"));
    let opened = demanding.open(&message).unwrap_or_else(|error| panic!("{error}\n{message}"));
    assert!(opened.element(&path).expect("signed").xml().contains(">4111<"));

    // Signed in clear; the ciphertext behind it is a stranger's.
    let flag = "<f:flag xmlns:f=\"urn:f\"/>";
    let around = format!("xmlns:wsse11=\"{}\" xmlns:wsu=\"{}\"", name::WSSE11.uri, name::WSU.uri);
    let part = Part::header_block("urn:f", "flag");
    let honest =
        signed_by_peer(&frame([&around, "", ""], flag, "<o:x xmlns:o=\"urn:o\"/>"), std::slice::from_ref(&part), "");
    let evil = "<e:evil xmlns:e=\"urn:e\">paid</e:evil>";
    let forged = encrypted_by_peer(&honest.replacen("</s:Header>", &format!("{evil}</s:Header>"), 1), &[evil]);
    assert!(forged.contains("/><wsse11:EncryptedHeader "), "{forged}");
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).also_signed([part]);
    let demanding = Receiver::new(trust(), requirements, DangerousNoReplayCache).decrypt_with(identity("bob"));
    let opened = demanding.open(&forged).unwrap_or_else(|error| panic!("{error}\n{forged}"));
    let block = opened.header_block("urn:f", "flag").expect("signed").xml();
    assert!(!block.contains("paid") && !block.contains("evil"), "{block}");
    assert!(opened.header_block("urn:e", "evil").is_none(), "nobody signed it");
}
