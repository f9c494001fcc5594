//! Our service.

use axum::Router;
use axum::routing::post;
use tokio::net::TcpListener;
use ws_security::ReferenceForm;
use ws_security::prelude::*;
use wss_tower::{OpenLayer, OpenedRequest, SoapMessage};

use crate::{Error, envelope, identity, receiver, recipe};

/// Serves at `/x509` until the task is dropped.
///
/// # Errors
/// If a key file cannot be read, or the listener fails.
pub async fn serve(listener: TcpListener) -> Result<(), Error> {
    let (own, customer) = (identity("bob")?, identity("alice")?);
    let signing = Signing::with(&own).reference(ReferenceForm::IssuerSerial);
    let plan = recipe(signing, Encrypting::to_requester()).plan()?;
    let security = OpenLayer::new(receiver(own, &customer)?, plan).on_refusal(|why| eprintln!("refused: {why}"));
    Ok(axum::serve(listener, Router::new().route("/x509", post(accept)).layer(security)).await?)
}

/// Answers with what it was asked, under another name, as CXF's service does.
async fn accept(order: OpenedRequest) -> Result<SoapMessage, axum::http::StatusCode> {
    let asked = order.body().xml();
    let content = asked.find("<pay").zip(asked.rfind("</pay>")).and_then(|(from, to)| asked.get(from..to));
    let content = content.and_then(|pay| pay.split_once('>')).ok_or(axum::http::StatusCode::BAD_REQUEST)?.1;
    Ok(envelope(&format!("<accepted xmlns=\"urn:bank\">{content}</accepted>")).into())
}
