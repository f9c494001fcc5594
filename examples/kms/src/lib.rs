//! A bank whose private key is in a key service: it never is in the bank's process.
//!
//! `kms` is the bank's client of the key service: the part to copy. `service` plays the key service, and speaks the
//! actions `Sign` and `Decrypt` of AWS KMS (<https://docs.aws.amazon.com/kms/latest/APIReference/>); AWS wants its requests
//! signed besides (SigV4), which its SDK does.

#![forbid(unsafe_code)]

pub mod bank;
pub mod kms;
pub mod service;

use ws_security::prelude::*;

/// Any error.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

fn file(name: &str) -> Result<Vec<u8>, Error> {
    Ok(std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR")))?)
}

/// A certificate of this project's test keys.
///
/// # Errors
/// If it cannot be read.
pub fn certificate(name: &str) -> Result<Certificate, Error> {
    Ok(Certificate::from_pem(&file(&format!("{name}.pem"))?)?)
}

/// An identity of this project's test keys.
///
/// # Errors
/// If it cannot be read.
pub fn identity(name: &str) -> Result<Identity, Error> {
    Ok(Identity::from_pem(&file(&format!("{name}.pem"))?, &file(&format!("{name}.key"))?)?)
}

/// Trust in the signer with this subject, below the test authority.
///
/// # Errors
/// If the authority cannot be read.
pub fn trust(signer: &str) -> Result<Trust, Error> {
    Ok(Trust::anchors_pem(&file("ca.pem")?)?.signer(SignerRule::subject(signer)?))
}

/// What both sides demand of a message.
#[must_use]
pub fn required() -> Requirements {
    Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body])
}

/// An envelope of SOAP 1.2.
#[must_use]
pub fn envelope(body: &str) -> String {
    format!("<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body>{body}</s:Body></s:Envelope>")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::net::TcpListener;
    use tower::{Layer, Service, ServiceExt};
    use ws_security::prelude::*;
    use wss_tower::{ClientError, HttpClient, SecureLayer, SoapMessage};

    use super::{bank, envelope, identity, kms::Kms, required, service, trust};

    async fn pay(url: &str, amount: &str) -> Result<String, ClientError> {
        let alice = identity("alice").expect("alice");
        let plan = Recipe::new()
            .timestamp(Duration::from_secs(300))
            .sign(Signing::with(&alice).parts([Part::Body, Part::Timestamp]))
            .encrypt(Encrypting::to(identity("bob").expect("bob").certificate()).parts([Part::Body]))
            .plan()
            .expect("a plan");
        let required = required().signature_confirmation();
        let receiver =
            Receiver::new(trust("CN=Bob, O=Exemple, C=FR").expect("trust"), required, MemoryReplayCache::default());
        let http = HttpClient(reqwest::Client::builder().no_proxy().build().expect("a client"));
        let mut bank = SecureLayer::new(plan, receiver.decrypt_with(alice)).layer(http);
        let order = SoapMessage::from(envelope(&format!("<pay>{amount}</pay>")));
        let request = http::Request::post(url).body(order).expect("a request");
        Ok(bank.ready().await?.call(request).await?.into_body().body().xml().to_owned())
    }

    async fn listener() -> (TcpListener, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        (listener, url)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_bank_without_its_key_opens_requests_and_answers() {
        let (keys, keys_url) = listener().await;
        let key_service = tokio::spawn(service::serve(keys, "secret token".into()));
        let (orders, url) = listener().await;
        let kms = Kms::new(&keys_url, "bob", "secret token").expect("a client");
        let _bank = tokio::spawn(bank::serve(orders, kms));
        // A long order is opened on another thread than a short one.
        for amount in ["1499.90".to_owned(), "9".repeat(100_000)] {
            let reply = pay(&url, &amount).await.expect("a reply");
            assert!(reply.contains(&format!("<accepted>{amount}</accepted>")), "{reply}");
        }
        let stranger = Kms::new(&keys_url, "bob", "another token").expect("a client");
        let (orders, other_url) = listener().await;
        let _other = tokio::spawn(bank::serve(orders, stranger));
        pay(&other_url, "1").await.expect_err("the key service does not know it");
        key_service.abort();
        pay(&url, "2").await.expect_err("there is no key service");
    }
}
