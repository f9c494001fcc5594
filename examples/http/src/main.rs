//! `cargo run -p example-http`: a bank listens on loopback, and a customer orders payments.

use example_http::customer::Customer;
use example_http::{Error, bank};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/pay", listener.local_addr()?);
    println!("the bank listens at {url}");
    let _server = tokio::spawn(bank::serve(listener));

    let mut customer = Customer::of(&url)?;
    println!("the reply, as authenticated:\n{}", customer.pay("1499.90").await?);
    println!("an order without an amount: {}", customer.pay("a lot").await.expect_err("refused"));
    let forged = reqwest::Client::builder().no_proxy().build()?.post(&url).header("content-type", "text/xml");
    println!("an order that nobody signed: {}", forged.body("<forged/>").send().await?.status());
    Ok(())
}
