//! The common parts of tests on whole messages: parties, envelopes, and a receiver with the least configuration.
#![allow(dead_code, reason = "every test binary uses a part of this")]

pub(crate) mod calls;
pub(crate) mod filtered;
pub(crate) mod issued;

use std::path::Path;
use std::time::Duration;

use ws_security::prelude::*;
use ws_security::{DangerousNoReplayCache, OpenError};

pub(crate) const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
pub(crate) const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";
pub(crate) const WSA: &str = "http://www.w3.org/2005/08/addressing";
pub(crate) const AMOUNT: &str = "1499.90";

pub(crate) fn file(name: &str) -> Vec<u8> {
    // The tests of the command line are in a folder further down.
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("vectors/keys"));
    let folder = folders.find(|folder| folder.is_dir()).expect("the keys");
    let path = folder.join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn identity(name: &str) -> Identity {
    Identity::from_pem(&file(&format!("{name}.pem")), &file(&format!("{name}.key"))).expect(name)
}

pub(crate) fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(&file(&format!("{name}.pem"))).expect(name)
}

pub(crate) fn envelope(soap: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"{soap}\" xmlns:a=\"{WSA}\"><s:Header><a:Action>urn:pay</a:Action>\
         <a:To>urn:bank</a:To></s:Header><s:Body><p:Pay xmlns:p=\"urn:p\" batch=\"7\"><p:To>Ann</p:To>\
         <p:Amount cur=\"EUR\">{AMOUNT}</p:Amount></p:Pay></s:Body></s:Envelope>"
    )
}

pub(crate) fn action() -> Part {
    Part::header_block(WSA, "Action")
}

pub(crate) fn recipe() -> Recipe {
    Recipe::new().timestamp(Duration::from_secs(300))
}

/// For what an attacker sends, whatever it costs him.
pub(crate) fn unlimited() -> Recipe {
    recipe().limits(ws_security::Limits::dangerous_unbounded())
}

/// Body, Timestamp and Action signed by Alice.
pub(crate) fn signing() -> Signing {
    Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp, action()])
}

/// A recipe for one message, with every key here.
pub(crate) trait Secures {
    /// The envelope as the recipe secures it.
    fn secured(self, envelope: &str) -> String;
}

impl Secures for Recipe {
    fn secured(self, envelope: &str) -> String {
        self.plan().expect("a plan").message(envelope).secure().expect("secured").message
    }
}

pub(crate) fn signed(soap: &str) -> String {
    recipe().sign(signing()).secured(&envelope(soap))
}

pub(crate) fn trust() -> Trust {
    let rule = SignerRule::subject("CN=Alice, O=\"Example, Inc\", C=DE").expect("a name");
    Trust::anchors_pem(&file("ca.pem")).expect("anchors").signer(rule)
}

/// A receiver with the least configuration.
pub(crate) fn receiver() -> Receiver {
    Receiver::new(trust(), Requirements::signed([Part::Body, Part::Timestamp]), DangerousNoReplayCache)
}

/// The receiver with every call switched on that accepts another shape of a message: none may open a forgery.
pub(crate) fn lenient(receiver: Receiver) -> Receiver {
    receiver
        .accept_inclusive_canonicalization()
        .accept_absent_transforms()
        .accept_local_times()
        .accept_derived_keys_typed_as_encrypted_keys()
        .accept_other_encodings()
        .accept_timestamps_without_created()
        .accept_references_without_hash()
        .accept_element_paths_in_references()
        .accept_encrypted_data_without_type()
        .accept_encrypted_data_as_header_blocks()
        .accept_lengths_of_whole_macs()
        .accept_other_ecdsa_values()
        .accept_hexadecimal_identifiers()
        .accept_certificates_in_pem()
        .accept_encrypted_keys_outside_the_header()
        .accept_unlisted_encrypted_data()
        .accept_longer_secrets()
        .accept_ciphers_by_key_length()
        .accept_times_without_zone()
        .accept_password_types_by_name()
        .accept_token_types_by_name()
        .accept_white_space_around_identifiers()
        .accept_algorithms_in_other_namespaces()
        .accept_unjudged_signatures()
        .accept_fields_in_other_namespaces()
        .accept_timestamps_of_other_shapes()
        .accept_ids_by_other_names()
        .accept_references_of_other_forms()
        .accept_key_info_of_other_shapes()
        .accept_implied_derived_keys()
        .accept_objects_in_signatures()
        .accept_signatures_over_the_whole_document()
        .accept_digests_without_nonce()
        .dangerous_accept_digests_without_created()
}

/// As [`lenient`], and signed elements may be where they mean nothing or another thing: what is handed out must still be
/// genuine.
pub(crate) fn careless(receiver: Receiver) -> Receiver {
    lenient(receiver).accept_signed_children_of_unknown_kinds().accept_interchangeable_elements()
}

/// The error, where the receiver refuses a message with other shapes accepted and without.
pub(crate) fn refuse(receiver: &Receiver, message: &str) -> OpenError {
    refuse_strictly(&lenient(receiver.clone()), message);
    refuse_strictly(receiver, message)
}

/// The error, where a call of [`lenient`] may accept what the receiver refuses.
pub(crate) fn refuse_strictly(receiver: &Receiver, message: &str) -> OpenError {
    match receiver.open(message) {
        Ok(opened) => panic!("accepted: {}\n{message}", opened.body().xml()),
        Err(error) => error,
    }
}
