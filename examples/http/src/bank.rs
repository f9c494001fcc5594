//! The service.

use axum::Router;
use axum::routing::post;
use tokio::net::TcpListener;
use ws_security::prelude::*;
use wss_tower::{OpenLayer, OpenedRequest, SoapMessage};

use crate::{Error, envelope, identity, required, signed_by, trusts};

/// Serves until the task is dropped. Takes orders from Alice.
///
/// # Errors
/// If a key file cannot be read, or the listener fails.
pub async fn serve(listener: TcpListener) -> Result<(), Error> {
    let own = identity("bob")?;
    let trust = trusts("CN=Alice, O=\"Example, Inc\", C=DE")?;
    let receiver = Receiver::new(trust, required(), MemoryReplayCache::default()).decrypt_with(own.clone());
    let reply = signed_by(&own).signature_confirmation().encrypt(Encrypting::to_requester().parts([Part::Body]));
    let security = OpenLayer::new(receiver, reply.plan()?).on_refusal(|why| eprintln!("bank: refused: {why}"));
    Ok(axum::serve(listener, Router::new().route("/pay", post(pay)).layer(security)).await?)
}

async fn pay(order: OpenedRequest) -> Result<SoapMessage, axum::http::StatusCode> {
    let amount = amount_of(order.body().xml()).ok_or(axum::http::StatusCode::BAD_REQUEST)?;
    Ok(envelope(&format!("<b:accepted xmlns:b=\"urn:bank\">{amount:.2}</b:accepted>")).into())
}

fn amount_of(body: &str) -> Option<f64> {
    let tree = roxmltree::Document::parse(body).ok()?;
    tree.descendants().find(|node| node.has_tag_name(("urn:bank", "amount")))?.text()?.parse().ok()
}
