//! Messages that cost a receiver much because of what it knows or whom it trusts. What is allocated is counted, and is the
//! same each time; times are those of the processor.

use std::io::Read;
use std::time::SystemTime;

use ws_security::attachments::{Package, Spool};
use ws_security::c14n::base64_encode;
use ws_security::crypto::SystemRandom;
use ws_security::prelude::*;
use ws_security::{
    AssertionTrust, DangerousNoReplayCache, Limits, NewAssertion, OpenError, ProtectionToken, SamlVersion, Secret,
    SecureConversation,
};

use super::counting::{Cost, measured};
use super::der;
use super::shapes::{WSU, by_x509, data, message, numbered};
use crate::common::*;

/// What refusing a message costs.
fn refused(receiver: &Receiver, message: &[u8]) -> (OpenError, Cost) {
    let (outcome, cost) = measured(|| receiver.open(message).map(drop));
    (outcome.expect_err("refused"), cost)
}

/// It takes no more than what is counted of it before, and half as much again.
fn grows_little(what: &str, less: usize, more: usize) {
    println!("{what}: {less}, then {more}");
    assert!(more < less + less / 2, "{what}: {less}, then {more}");
}

/// A signature by so many identifiers of certificates, none of which is known.
fn by_identifiers(count: usize) -> Vec<u8> {
    by_x509(&numbered(count, |i| format!("<d:X509SKI>{}</d:X509SKI>", base64_encode(&[i as u8; 20]))))
}

/// So many ciphertexts by the SHA-1 of a ticket, beside sixteen other tickets of so many octets.
fn ciphertexts_by_ticket(count: usize, octets: usize) -> Vec<u8> {
    const KERBEROS: &str = "http://docs.oasis-open.org/wss/oasis-wss-kerberos-token-profile-1.1#";
    let ticket = base64_encode(&vec![0x60; octets]);
    let tickets =
        format!("<e:BinarySecurityToken ValueType='{KERBEROS}GSS_Kerberosv5_AP_REQ'>{ticket}</e:BinarySecurityToken>")
            .repeat(16);
    let key = |i: usize| {
        format!(
            "<d:KeyInfo><e:SecurityTokenReference><e:KeyIdentifier ValueType='{KERBEROS}Kerberosv5APREQSHA1'>{}</e:KeyIdentifier></e:SecurityTokenReference></d:KeyInfo><x:CipherData>",
            base64_encode(&[i as u8; 20])
        )
    };
    let all = numbered(count, |i| data(&format!("d{i}"), "AAAA").replace("<x:CipherData>", &key(i)));
    let list = format!(
        "<x:ReferenceList>{}</x:ReferenceList>",
        numbered(count, |i| format!("<x:DataReference URI='#d{i}'/>"))
    );
    message("", &format!("{tickets}{list}"), &all)
}

/// An envelope with so many elements with Ids below nested ones of a namespace of so many octets.
fn nested_in_one_namespace(octets: usize, count: usize) -> String {
    // They do not render it themselves.
    let inside = format!("<z xmlns=''>{}</z>", numbered(count, |i| format!("<b u:Id='i{i}'/>")));
    format!(
        "<s:Envelope xmlns:s=\"{SOAP11}\" xmlns:u=\"{WSU}\"><s:Header/><s:Body><a xmlns=\"urn:{}\">{}{inside}{}</a></s:Body></s:Envelope>",
        "x".repeat(octets),
        "<a>".repeat(90),
        "</a>".repeat(90)
    )
}

/// So many genuine ciphertexts inside a header block, below nested elements of a namespace of so many octets. Nobody signed
/// them.
fn plaintexts_in_one_namespace(octets: usize, count: usize) -> Vec<u8> {
    let envelope = nested_in_one_namespace(octets, count);
    let (start, rest) = envelope.split_once("<s:Header/><s:Body>").expect("an empty Header");
    let (block, end) = rest.split_once("</s:Body>").expect("a Body");
    let envelope = format!("{start}<s:Header>{block}</s:Header><s:Body/>{end}");
    let parts = (0..count).map(|i| Part::Id(format!("i{i}")));
    unlimited().encrypt(Encrypting::to(&certificate("bob")).parts(parts)).secured(&envelope).into_bytes()
}

#[test]
fn a_certificate_is_identified_once_for_all_that_may_mean_it() {
    let known = (0..32).map(|nth| Certificate::from_der(&der::nth(nth)).expect("a certificate"));
    let demanded = Requirements::signed([Part::Body, Part::Timestamp]);
    let receiver = Receiver::new(trust().known(known), demanded, DangerousNoReplayCache);
    let costs = [4, 14].map(|count| refused(&receiver, &by_identifiers(count)).1.octets);
    grows_little("octets for identifiers of 32 known certificates", costs[0], costs[1]);
}

#[test]
fn a_ticket_is_read_once_however_many_references_look_for_it() {
    let receiver = receiver().decrypt_with(identity("bob"));
    let costs = [8, 32].map(|count| {
        let (error, cost) = refused(&receiver, &ciphertexts_by_ticket(count, 30_000));
        println!("{error}");
        cost.octets
    });
    grows_little("octets for references by the SHA-1 of a ticket", costs[0], costs[1]);
}

/// A partner signs elements inside the Body, below many of one long namespace.
#[test]
fn the_paths_of_signed_elements_are_charged() {
    let message = |octets: usize, count: usize| {
        let ids = (0..count).map(|nth| Part::Id(format!("i{nth}")));
        let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp].into_iter().chain(ids));
        unlimited().sign(signing).secured(&nested_in_one_namespace(octets, count))
    };
    drop(receiver().open(message(20, 8)).expect("opens"));
    let large = message(20_000, 48);
    let (error, Cost { peak, .. }) = refused(&receiver(), large.as_bytes());
    println!("{peak} for {}: {error}", large.len());
    assert!(peak < 12 * large.len() + (1 << 20), "{peak} for {}", large.len());
    assert!(error.to_string().contains("Limit::KeptOctets"), "{error}");
}

#[test]
fn plaintexts_have_no_paths_where_nobody_signed_them() {
    let receiver = receiver().decrypt_with(identity("bob"));
    for octets in [100, 60_000] {
        let message = plaintexts_in_one_namespace(octets, 56);
        let (error, cost) = refused(&receiver, &message);
        println!("{} octets in {:?} for {}: {error}", cost.octets, cost.took, message.len());
        assert!(cost.octets < 30 * message.len(), "{} octets for {}", cost.octets, message.len());
    }
}

#[test]
fn all_who_vouch_for_an_assertion_share_it() {
    let issuers = AssertionTrust::for_audience("urn:bank").issuer("urn:idp", Trust::pins([certificate("carol")]));
    // Signatures that cover it keep its octets, which a limit counts.
    let receiver = receiver().assertions(issuers).accept_uncovered_holder_tokens();
    let message = |octets: usize| {
        let assertion = NewAssertion::new(SamlVersion::V2_0, "urn:idp", "ann").audience("urn:bank");
        let assertion = assertion.attribute("a", ["x".repeat(octets)]).holder_of_key(&certificate("alice"));
        let assertion = assertion.sign(&identity("carol"), SystemTime::now(), &SystemRandom).expect("signed");
        let signing = || Signing::with(&identity("alice")).holder_of_key_uncovered();
        let recipe = unlimited().token(&assertion).sign(signing().parts([Part::Body, Part::Timestamp]));
        let recipe = (0..5).fold(recipe, |recipe, _| recipe.sign(signing().parts([Part::Timestamp, Part::Body])));
        recipe.secured(&envelope(SOAP11))
    };
    let message = message(200_000);
    let (opened, Cost { peak, .. }) = measured(|| receiver.open(&message).expect("opens"));
    drop(opened);
    println!("{peak} for {}", message.len());
    assert!(peak < 12 * message.len() + (1 << 20), "{peak} for {}", message.len());
}

/// As many decryption steps as a message may have, each of one header block, beside other ones and a Body.
fn decrypted_in_steps(body: &str, namespace: &str) -> String {
    let block = |nth: usize| format!("<b xmlns=\"urn:{nth}:{namespace}\">{}</b>", "y".repeat(200));
    let envelope = format!(
        "<s:Envelope xmlns:s=\"{SOAP11}\"><s:Header>{}</s:Header><s:Body>{body}</s:Body></s:Envelope>",
        numbered(8, block)
    );
    let block = |nth: usize| Part::header_block(format!("urn:{nth}:{namespace}"), "b");
    let key = ProtectionToken::security_context(SecureConversation::V1_3, "urn:context", Secret::new(vec![7; 32]));
    let signing =
        Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp].into_iter().chain((0..8).map(block)));
    let encrypting = |nth| Encrypting::with_token(&key).parts([block(nth)]);
    (0..8).fold(unlimited().sign(signing), |recipe, nth| recipe.encrypt(encrypting(nth))).secured(&envelope)
}

/// The facts of every revision are carried into the next one, but only those of one are held.
#[test]
fn many_revisions_take_no_more_memory_than_one() {
    let every = crate::of_every_token();
    let shapes = [
        ("text", "octets parsed", decrypted_in_steps(&"x".repeat(400_000), "")),
        ("elements", "opened", decrypted_in_steps(&"<a/>".repeat(20_000), "")),
        // What is left of the limit is less than a plaintext, and not than a revision: that fails no decryption.
        ("names", "octets parsed", decrypted_in_steps("<a/>", &"n".repeat(20_000))),
    ];
    for (what, expected, message) in &shapes {
        for (door, run) in crate::doors(&every, &every) {
            let (outcome, Cost { peak, .. }) = measured(|| run(message.as_bytes()));
            println!("{what}: {door}: {peak} for {}: {outcome:.100}", message.len());
            assert!(peak < 12 * message.len() + (1 << 20), "{what}: {door}: {peak} for {}", message.len());
            assert!(door != "open" || outcome.contains(expected), "{what}: {outcome}");
        }
    }
}

/// A stream that brings one octet at a time.
struct Dripping<'m>(&'m [u8]);

impl Read for Dripping<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(&mut out[..1])
    }
}

#[test]
fn a_package_that_comes_octet_by_octet_costs_little_for_each() {
    let text = "x".repeat(70).repeat(1_000);
    let package = format!(
        "Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/xml\r\n\r\n<a/>\r\n--b\r\n\r\n{text}\r\n--b--\r\n"
    );
    let run = |stream: &mut dyn Read| {
        Package::read(stream, &Limits::default(), &Spool::in_folder(std::env::temp_dir())).map(drop)
    };
    let took = (0..3).map(|_| {
        let (outcome, cost) = measured(|| run(&mut Dripping(package.as_bytes())));
        outcome.expect("a package");
        cost.took
    });
    let took = took.min().expect("several");
    println!("{took:?} for {} octets", package.len());
    assert!(took.as_nanos() < 1_000 * package.len() as u128, "{took:?} for {} octets", package.len());
}

/// A receiver that decrypts what no list names stops at the limit, and so does what explains the message.
#[test]
fn an_explanation_of_unlisted_ciphertext_stops_at_the_limit() {
    let receiver = receiver().decrypt_with(identity("bob")).accept_unlisted_encrypted_data();
    let message = |count: usize| {
        let data = "<x:EncryptedData/>".repeat(count);
        let signature = "<d:Signature xmlns:d='http://www.w3.org/2000/09/xmldsig#'/>".repeat(8);
        format!(
            "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' xmlns:x='http://www.w3.org/2001/04/xmlenc#' \
             xmlns:w='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'><s:Header><w:Security>\
             {signature}</w:Security></s:Header><s:Body>{data}</s:Body></s:Envelope>"
        )
    };
    let explained = |count: usize| measured(|| receiver.explain(message(count).as_bytes()).to_string()).1;
    let (less, more) = (explained(10_000), explained(40_000));
    assert!(more.took < less.took.max(crate::NOISE) * 10, "{:?} and {:?}", less.took, more.took);
    let len = message(40_000).len();
    assert!(more.peak < 12 * len + (1 << 20), "{} octets for {len}", more.peak);
}
