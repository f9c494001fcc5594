//! The bank.

use std::time::Duration;

use axum::Router;
use axum::routing::post;
use tokio::net::TcpListener;
use ws_security::prelude::*;
use wss_tower::{OpenLayer, OpenedRequest, SoapMessage};

use crate::kms::Kms;
use crate::{Error, certificate, envelope, required, trust};

/// Serves until the task is dropped. It has the certificate of Bob, and no key.
///
/// # Errors
/// If a certificate cannot be read, or the listener fails.
pub async fn serve(listener: TcpListener, key: Kms) -> Result<(), Error> {
    let own = certificate("bob")?;
    let trust = trust("CN=Alice, O=\"Example, Inc\", C=DE")?;
    let plan = Recipe::new()
        .timestamp(Duration::from_secs(300))
        .sign(Signing::elsewhere(&own).parts([Part::Body, Part::Timestamp]))
        .signature_confirmation()
        .encrypt(Encrypting::to_requester().parts([Part::Body]))
        .plan()?;
    let receiver = Receiver::new(trust, required(), MemoryReplayCache::default()).decrypt_elsewhere(own);
    let security = OpenLayer::new(receiver, plan).sign_elsewhere(key.clone()).decrypt_elsewhere(key);
    let security = security.on_refusal(|why| eprintln!("bank: refused: {why}"));
    Ok(axum::serve(listener, Router::new().route("/", post(pay)).layer(security)).await?)
}

async fn pay(order: OpenedRequest) -> Result<SoapMessage, axum::http::StatusCode> {
    let body = order.body().xml();
    let amount = body.split_once("<pay>").and_then(|(_, rest)| rest.split_once("</pay>"));
    let (amount, _) = amount.ok_or(axum::http::StatusCode::BAD_REQUEST)?;
    Ok(envelope(&format!("<accepted>{amount}</accepted>")).into())
}
