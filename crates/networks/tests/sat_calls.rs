//! The later calls of the SAT, beside what a client in use sends.

mod common;

use std::fs;

use common::{certificate, identity};
use wss_networks::sat_mx::{self, CallError};
use wss_xmldsig::Signature;

const SAT: &str = "http://DescargaMasivaTerceros.sat.gob.mx";

/// The call, and the digest that phpcfdi/sat-ws-descarga-masiva makes of it (tests/_files/verify, tests/_files/download).
fn published() -> [(String, &'static str); 2] {
    [
        (
            format!(
                "<des:VerificaSolicitudDescarga xmlns:des=\"{SAT}\"><des:solicitud \
                 IdSolicitud=\"3f30a4e1-af73-4085-8991-e4d97eef16bd\" RfcSolicitante=\"EKU9003173C9\"/></des:VerificaSolicitudDescarga>"
            ),
            "DVHsbfyUP1fm7CPdctOp8N6132E=",
        ),
        (
            format!(
                "<des:PeticionDescargaMasivaTercerosEntrada xmlns:des=\"{SAT}\"><des:peticionDescarga \
                 IdPaquete=\"4e80345d-917f-40bb-a98f-4a73939343c5_01\" RfcSolicitante=\"EKU9003173C9\"></des:peticionDescarga>\
                 </des:PeticionDescargaMasivaTercerosEntrada>"
            ),
            "f0UuGyvdRtYmUtV7HA3c6lVwhdQ=",
        ),
    ]
}

#[test]
fn a_later_call_has_the_digest_of_a_client_in_use_and_a_value_that_verifies() {
    for (call, digest) in published() {
        let signed = sat_mx::signed_call(&call, &identity("alice")).expect("signed");
        assert!(signed.contains(&format!("<DigestValue>{digest}</DigestValue>")), "{signed}");
        let budget = wss_header::Budget::new(&wss_header::Limits::default(), signed.len() as u64);
        let document = wss_c14n::Document::parse_within(&signed, &budget).expect("XML");
        let element = document.elements().find(|element| element.name().local == "Signature").expect("a signature");
        assert_eq!(element.parent(), document.root().children().next(), "it is in the child");
        let signature = Signature::parse(element, &budget).expect("a signature");
        let octets = signature.signed_info().octets(&budget).expect("octets");
        let key = wss_crypto::VerifyingKey::from(certificate("alice").public_key().clone());
        let method = signature.signed_info().method();
        key.verify(method, &octets, signature.value()).expect("the value verifies");
        assert!(key.verify(method, &octets[1..], signature.value()).is_err());
    }
}

/// `WSS_WRITE_GOLDENS=1` writes it.
#[test]
fn a_later_call_is_its_golden_message() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/networks/sat_mx/call.xml");
    let [(call, _), _] = published();
    let signed = sat_mx::signed_call(&call, &identity("alice")).expect("signed");
    let message = format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header/><s:Body>{signed}</s:Body></s:Envelope>"
    );
    if std::env::var_os("WSS_WRITE_GOLDENS").is_some() {
        fs::write(path, &message).expect("written");
    }
    assert_eq!(fs::read_to_string(path).expect("the golden message"), message);
}

#[test]
fn what_is_no_call_or_no_token_is_refused_with_what_to_give() {
    let refused = |call: &str| sat_mx::signed_call(call, &identity("alice")).expect_err(call);
    let [(call, _), _] = published();
    let signed = sat_mx::signed_call(&call, &identity("alice")).expect("signed");
    for call in ["<a/>", "<a><b/><c/></a>", "<a>x<b/></a>", signed.as_str()] {
        assert!(matches!(refused(call), CallError::Form { .. }), "{call}");
    }
    assert!(matches!(refused("a"), CallError::Parse(_)));
    for token in ["", "a\"b", "a b", "a\r\nX: y", "é"] {
        assert_eq!(sat_mx::authorization(token), Err(CallError::Token), "{token:?}");
    }
    assert_eq!(
        sat_mx::authorization("eyJ%26wrap_subject%3d33").as_deref(),
        Ok("WRAP access_token=\"eyJ%26wrap_subject%3d33\"")
    );
    assert!(sat_mx::ACTIONS.iter().all(|action| action.starts_with(SAT)));
}
