//! Stands in for the key service: it has the key of Bob.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use ws_security::crypto::{DigestMethod, KeyTransport, SignatureMethod};
use ws_security::prelude::*;

use crate::kms::{encryption_algorithm, signing_algorithm};
use crate::{Error, identity};

#[derive(Clone)]
struct Keys {
    bob: Identity,
    token: String,
}

/// Serves those who know `token`, until the task is dropped.
///
/// # Errors
/// If the key cannot be read, or the listener fails.
pub async fn serve(listener: TcpListener, token: String) -> Result<(), Error> {
    let keys = Keys { bob: identity("bob")?, token };
    Ok(axum::serve(listener, Router::new().route("/", post(answer)).with_state(keys)).await?)
}

async fn answer(
    State(keys): State<Keys>,
    headers: HeaderMap,
    Json(question): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let refused = |why| (StatusCode::BAD_REQUEST, Json(json!({ "__type": why })));
    if header("authorization") != format!("Bearer {}", keys.token) {
        return refused("AccessDeniedException");
    }
    if question["KeyId"] != "bob" {
        return refused("NotFoundException");
    }
    let octets = |name| question[name].as_str().and_then(|text| BASE64.decode(text).ok());
    let (field, result) = match header("x-amz-target") {
        "TrentService.Sign" => {
            let methods = [SignatureMethod::RsaSha256, SignatureMethod::RsaSha384, SignatureMethod::RsaSha512];
            let is_it = |method: &SignatureMethod| signing_algorithm(*method) == question["SigningAlgorithm"].as_str();
            let Some((method, message)) = methods.into_iter().find(is_it).zip(octets("Message")) else {
                return refused("ValidationException");
            };
            ("Signature", keys.bob.signing_key().sign(method, &message))
        }
        "TrentService.Decrypt" => {
            let with = |digest| KeyTransport::RsaOaep { digest, mgf: digest, label: Vec::new() };
            let transports = [DigestMethod::Sha1, DigestMethod::Sha256].map(with);
            let is_it =
                |transport: &KeyTransport| encryption_algorithm(transport) == question["EncryptionAlgorithm"].as_str();
            let Some((transport, wrapped)) = transports.into_iter().find(is_it).zip(octets("CiphertextBlob")) else {
                return refused("ValidationException");
            };
            let secret = keys.bob.unwrapping_key().unwrap_key(&transport, &wrapped, None);
            ("Plaintext", secret.map(|secret| secret.as_octets().to_owned()))
        }
        _ => return refused("UnknownOperationException"),
    };
    match result {
        Ok(octets) => (StatusCode::OK, Json(json!({ "KeyId": "bob", field: BASE64.encode(octets) }))),
        Err(_) => refused("InvalidCiphertextException"),
    }
}
