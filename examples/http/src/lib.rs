//! A bank that takes payment orders, and its customer. Requests and replies are signed and encrypted.
//!
//! The customer signs with its own key and encrypts to the bank's certificate. The bank encrypts the reply to the
//! certificate that signed the request.

#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::post;
use tokio::net::TcpListener;
use ws_security::prelude::*;
use ws_security::{Fault, SoapVersion};

type Error = Box<dyn std::error::Error + Send + Sync>;

const SOAP: &str = "http://www.w3.org/2003/05/soap-envelope";
const CONTENT_TYPE: &str = "application/soap+xml; charset=utf-8";

fn identity(name: &str) -> Result<Identity, Error> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/keys");
    let read = |suffix: &str| std::fs::read(format!("{folder}/{name}.{suffix}"));
    Ok(Identity::from_pem(&read("pem")?, &read("key")?)?)
}

fn receiver(expected: &str, own: Identity) -> Result<Receiver, Error> {
    let anchors = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/keys/ca.pem"))?;
    let trust = Trust::anchors_pem(&anchors)?.signer(SignerRule::subject(expected)?);
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body, Part::Signature]);
    Ok(Receiver::new(trust, requirements, MemoryReplayCache::default()).decrypt_with(own))
}

fn secure(own: &Identity, to: &Certificate, body: &str) -> Result<String, Error> {
    let plan = Recipe::new()
        .timestamp(Duration::from_secs(300))
        .sign(Signing::with(own).parts([Part::Body, Part::Timestamp]))
        .encrypt(Encrypting::to(to).parts([Part::Body, Part::Signature]))
        .plan()?;
    Ok(plan.message(&format!("<s:Envelope xmlns:s=\"{SOAP}\"><s:Body>{body}</s:Body></s:Envelope>")).secure()?.message)
}

/// The bank.
pub struct Bank {
    own: Identity,
    receiver: Receiver,
}

impl Bank {
    /// A bank with its own key, which takes orders from Alice.
    ///
    /// # Errors
    /// If a key file cannot be read.
    pub fn new() -> Result<Self, Error> {
        let own = identity("bob")?;
        let receiver = receiver("CN=Alice, O=\"Example, Inc\", C=DE", own.clone())?;
        Ok(Self { own, receiver })
    }

    /// Serves until the task is dropped.
    ///
    /// # Errors
    /// If the listener fails.
    pub async fn serve(self, listener: TcpListener) -> Result<(), Error> {
        let router = Router::new().route("/pay", post(take)).with_state(Arc::new(self));
        Ok(axum::serve(listener, router).await?)
    }

    fn answer(&self, message: &[u8]) -> Result<String, Error> {
        let opened = self.receiver.open(message)?;
        let tree = roxmltree::Document::parse(opened.body().xml())?;
        let amount = tree.descendants().find(|node| node.has_tag_name(("urn:bank", "amount")));
        let amount: f64 = amount.and_then(|node| node.text()).ok_or("no amount")?.parse()?;
        let reply = format!("<b:accepted xmlns:b=\"urn:bank\">{amount:.2}</b:accepted>");
        let customer = opened.signer().certificate().ok_or("no certificate")?;
        secure(&self.own, customer, &reply)
    }
}

async fn take(State(bank): State<Arc<Bank>>, message: Bytes) -> impl IntoResponse {
    match bank.answer(&message) {
        Ok(reply) => (StatusCode::OK, [("content-type", CONTENT_TYPE)], reply),
        Err(error) => {
            // The log gets the reason; the peer gets nothing of it.
            eprintln!("bank: refused: {error}");
            let fault = Fault::refused().envelope(SoapVersion::of(&message));
            (StatusCode::INTERNAL_SERVER_ERROR, [("content-type", CONTENT_TYPE)], fault)
        }
    }
}

/// The customer.
pub struct Customer {
    own: Identity,
    bank: Certificate,
    receiver: Receiver,
    http: reqwest::Client,
}

impl Customer {
    /// A customer that knows the bank's certificate.
    ///
    /// # Errors
    /// If a key file cannot be read.
    pub fn new() -> Result<Self, Error> {
        let own = identity("alice")?;
        let bank = identity("bob")?.certificate().clone();
        let receiver = receiver("CN=Bob, O=Exemple, C=FR", own.clone())?;
        Ok(Self { own, bank, receiver, http: reqwest::Client::builder().no_proxy().build()? })
    }

    /// A secured order.
    ///
    /// # Errors
    /// If the message cannot be secured.
    pub fn order(&self, amount: &str) -> Result<String, Error> {
        let body = format!("<b:pay xmlns:b=\"urn:bank\"><b:to>Ann</b:to><b:amount>{amount}</b:amount></b:pay>");
        secure(&self.own, &self.bank, &body)
    }

    /// Sends a message, opens the reply, and returns its authenticated Body.
    ///
    /// # Errors
    /// If the bank refuses it, or the reply does not prove what is required.
    pub async fn send(&self, url: &str, message: String) -> Result<String, Error> {
        let request = self.http.post(url).header("content-type", CONTENT_TYPE).body(message);
        let reply = request.send().await?.error_for_status()?.bytes().await?;
        Ok(self.receiver.open(&reply[..])?.body().xml().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{Bank, Customer};
    use tokio::net::TcpListener;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn request_and_reply_go_over_loopback() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/pay", listener.local_addr().expect("an address"));
        let _server = tokio::spawn(Bank::new().expect("a bank").serve(listener));
        let customer = Customer::new().expect("a customer");
        let order = customer.order("1499.90").expect("an order");
        let reply = customer.send(&url, order.clone()).await.expect("accepted");
        assert!(reply.contains(">1499.90<"), "{reply}");
        assert!(customer.send(&url, order).await.is_err(), "a replay");
        let tampered = customer.order("1").expect("an order").replacen("aes256-gcm", "aes128-gcm", 1);
        assert!(customer.send(&url, tampered).await.is_err(), "a tampered twin");
        assert!(customer.send(&url, "<a/>".to_owned()).await.is_err());
    }
}
