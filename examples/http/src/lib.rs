//! A bank that takes payment orders, and its customer. Requests and replies are signed and encrypted.
//!
//! The customer signs with its own key and encrypts to the bank's certificate. The bank encrypts the reply to the
//! certificate that signed the request, and the reply confirms the request.

#![forbid(unsafe_code)]

pub mod bank;
pub mod customer;

use std::time::Duration;

use ws_security::prelude::*;

/// Any error.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

fn file(name: &str) -> Result<Vec<u8>, Error> {
    Ok(std::fs::read(format!("{}/../../vectors/keys/{name}", env!("CARGO_MANIFEST_DIR")))?)
}

fn identity(name: &str) -> Result<Identity, Error> {
    Ok(Identity::from_pem(&file(&format!("{name}.pem"))?, &file(&format!("{name}.key"))?)?)
}

fn envelope(body: &str) -> String {
    format!("<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body>{body}</s:Body></s:Envelope>")
}

fn signed_by(own: &Identity) -> Recipe {
    Recipe::new().timestamp(Duration::from_secs(300)).sign(Signing::with(own).parts([Part::Body, Part::Timestamp]))
}

fn required() -> Requirements {
    Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body])
}

fn trusts(signer: &str) -> Result<Trust, Error> {
    Ok(Trust::anchors_pem(&file("ca.pem")?)?.signer(SignerRule::subject(signer)?))
}

#[cfg(test)]
mod tests {
    use crate::{bank, customer::Customer};
    use tokio::net::TcpListener;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn request_and_reply_go_over_loopback() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/pay", listener.local_addr().expect("an address"));
        let _server = tokio::spawn(bank::serve(listener));
        let mut customer = Customer::of(&url).expect("a customer");
        for amount in ["1499.90", "7.00"] {
            let reply = customer.pay(amount).await.expect("accepted");
            assert!(reply.contains(&format!(">{amount}<")), "{reply}");
        }
        assert!(customer.pay("a lot").await.is_err(), "no amount");

        let order = reqwest::Client::builder().no_proxy().build().expect("a client").post(&url);
        let refused = order.header("content-type", "application/soap+xml").body(crate::envelope("<b/>")).send().await;
        assert_eq!(refused.expect("an answer").status(), 400, "nobody signed it");
    }
}
