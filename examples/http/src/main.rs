//! `cargo run -p example-http`: a bank listens on loopback, a customer orders, a replay and a tampered twin fail.

use example_http::{Bank, Customer};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/pay", listener.local_addr()?);
    println!("the bank listens at {url}");
    let _server = tokio::spawn(Bank::new()?.serve(listener));

    let customer = Customer::new()?;
    let order = customer.order("1499.90")?;
    println!("the order, {} octets on the wire", order.len());
    println!("the reply, as authenticated:\n{}", customer.send(&url, order.clone()).await?);
    println!("the same order again: {}", customer.send(&url, order).await.expect_err("a replay"));
    Ok(())
}
