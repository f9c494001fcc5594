//! The client.

use http::Request;
use tower::{Layer, Service, ServiceExt};
use ws_security::prelude::*;
use wss_tower::{HttpClient, SecureLayer, SecureService, SoapMessage};

use crate::{Error, envelope, identity, required, signed_by, trusts};

/// The customer of a bank.
pub struct Customer {
    bank: SecureService<HttpClient>,
    url: String,
}

impl Customer {
    /// The customer of the bank at `url`, whose certificate it knows.
    ///
    /// # Errors
    /// If a key file cannot be read.
    pub fn of(url: &str) -> Result<Self, Error> {
        let own = identity("alice")?;
        let to_bank = Encrypting::to(identity("bob")?.certificate()).parts([Part::Body, Part::Signature]);
        let plan = signed_by(&own).encrypt(to_bank).plan()?;
        let (trust, required) = (trusts("CN=Bob, O=Exemple, C=FR")?, required().signature_confirmation());
        let receiver = Receiver::new(trust, required, MemoryReplayCache::default()).decrypt_with(own);
        let http = HttpClient(reqwest::Client::builder().no_proxy().build()?);
        Ok(Self { bank: SecureLayer::new(plan, receiver).layer(http), url: url.to_owned() })
    }

    /// Orders a payment, and returns the authenticated Body of the reply.
    ///
    /// # Errors
    /// If the bank refuses it, or the reply does not prove what is required.
    pub async fn pay(&mut self, amount: &str) -> Result<String, Error> {
        let order = format!("<b:pay xmlns:b=\"urn:bank\"><b:to>Ann</b:to><b:amount>{amount}</b:amount></b:pay>");
        let request = Request::post(&self.url).body(SoapMessage::from(envelope(&order)).action("urn:bank:pay"))?;
        Ok(self.bank.ready().await?.call(request).await?.into_body().body().xml().to_owned())
    }
}
