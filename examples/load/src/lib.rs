//! Many clients at one SOAP service: throughput, latency, and what the process of the service takes.
//!
//! Requests and replies are what the policy of the interop tests' CXF service demands: signed by a certificate that travels
//! with the message, and encrypted (asymmetric binding, suite `Basic256Sha256`). The same clients thus load ours and CXF's.

#![forbid(unsafe_code)]

pub mod clients;
pub mod process;
pub mod service;

use std::time::Duration;

use ws_security::prelude::*;
use ws_security::{AlgorithmPolicy, ContentEncryption};

/// Any error.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

fn file(name: &str) -> Result<Vec<u8>, Error> {
    Ok(std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR")))?)
}

fn identity(name: &str) -> Result<Identity, Error> {
    Ok(Identity::from_pem(&file(&format!("{name}.pem"))?, &file(&format!("{name}.key"))?)?)
}

fn envelope(body: &str) -> String {
    format!("<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>{body}</s:Body></s:Envelope>")
}

/// A recipe that signs with `signing`, and encrypts the Body as the suite says.
fn recipe(signing: Signing, encrypting: Encrypting) -> Recipe {
    Recipe::new()
        .timestamp(Duration::from_secs(300))
        .sign(signing.parts([Part::Body, Part::Timestamp]))
        .encrypt(encrypting.content(ContentEncryption::Aes256Cbc).parts([Part::Body]))
}

/// A receiver of what `peer` signs, which it knows: CXF's service refers to its certificate and does not send it.
fn receiver(own: Identity, peer: &Identity) -> Result<Receiver, Error> {
    let trust = Trust::anchors_pem(&file("ca.pem")?)?.signer(SignerRule::AnyBelowTheAnchors);
    let trust = trust.known([peer.certificate().clone()]);
    let required = Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body]);
    Ok(Receiver::new(trust, required, MemoryReplayCache::default())
        .decrypt_with(own)
        .algorithms(AlgorithmPolicy::default().admit_cbc())
        .dangerous_decrypt_cbc_before_verification())
}
