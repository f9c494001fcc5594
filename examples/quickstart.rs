//! Secures a payment order, opens it, prints the proven facts, and shows that a tampered copy is refused.
//!
//! `cargo run --example quickstart`

use std::error::Error;
use std::time::Duration;

use ws_security::prelude::*;

const ORDER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing">
  <soap:Header>
    <wsa:Action>urn:example:payments:v1/Initiate</wsa:Action>
    <wsa:MessageID>urn:uuid:7c8f2a52-6f5d-4f0f-9a34-1f1f0e4b9a01</wsa:MessageID>
  </soap:Header>
  <soap:Body>
    <pay:Initiate xmlns:pay="urn:example:payments:v1" xmlns:cmn="urn:example:common:v2" batch="B-2026-0815">
      <pay:Order id="O-1">
        <cmn:RequestedDate>2026-11-23</cmn:RequestedDate>
        <pay:Debtor><cmn:Name>Müller &amp; Söhne GmbH</cmn:Name><cmn:IBAN>DE02120300000000202051</cmn:IBAN></pay:Debtor>
        <pay:Creditor><cmn:Name>Łódź Logistics</cmn:Name><cmn:IBAN>PL61109010140000071219812874</cmn:IBAN></pay:Creditor>
        <pay:Amount currency="EUR">1499.90</pay:Amount>
        <cmn:Remittance>Invoice 4711 &lt;urgent&gt;</cmn:Remittance>
      </pay:Order>
    </pay:Initiate>
  </soap:Body>
</soap:Envelope>"#;

fn main() -> Result<(), Box<dyn Error>> {
    // The client: its own key and certificate, and the certificate of the service.
    let alice =
        Identity::from_pem(include_bytes!("../vectors/keys/alice.pem"), include_bytes!("../vectors/keys/alice.key"))?;
    let bob = Identity::from_pem(include_bytes!("../vectors/keys/bob.pem"), include_bytes!("../vectors/keys/bob.key"))?;
    let plan = Recipe::new()
        .timestamp(Duration::from_secs(300))
        .sign(Signing::with(&alice).parts([
            Part::Body,
            Part::Timestamp,
            Part::header_block("http://www.w3.org/2005/08/addressing", "Action"),
        ]))
        .encrypt(Encrypting::to(bob.certificate()).parts([Part::Body, Part::Signature]))
        .plan()?;
    let message = plan.message(ORDER).secure()?.message;
    println!("== the message on the wire, {} octets\n{message}\n", message.len());

    // The service: whom it trusts, what it requires, and its memory of accepted messages.
    let trust = Trust::anchors_pem(include_bytes!("../vectors/keys/ca.pem"))?
        .signer(SignerRule::subject("CN=Alice, O=\"Example, Inc\", C=DE")?);
    let requirements = Requirements::signed([Part::Body, Part::Timestamp]).encrypted([Part::Body]);
    let receiver = Receiver::new(trust, requirements, MemoryReplayCache::default()).decrypt_with(bob);
    let opened = receiver.open(&message)?;
    println!("== the Body, exactly as authenticated\n{}\n", opened.body().xml());
    let tree = roxmltree::Document::parse(opened.body().xml())?;
    let amount = tree.descendants().find(|node| node.has_tag_name(("urn:example:payments:v1", "Amount")));
    println!("amount: {}", amount.and_then(|node| node.text()).unwrap_or("none"));

    println!("\n== the evidence");
    println!("signer: {}", opened.signer());
    for signature in &opened.evidence().signatures {
        let parts: Vec<String> = signature.parts.iter().map(ToString::to_string).collect();
        println!("signed with {:?}: {}", signature.method, parts.join(", "));
    }
    for decrypted in &opened.evidence().decrypted {
        println!("decrypted with {:?}: {}", decrypted.content, decrypted.part);
    }
    for waived in &opened.evidence().waived {
        println!("note: {waived}");
    }

    println!("\n== what is refused");
    println!("the same message again: {}", receiver.open(&message).expect_err("a replay"));
    let unsigned = message.replacen("payments:v1/Initiate", "payments:v1/Refund00", 1);
    println!("another action: {}", receiver.open(&unsigned).expect_err("tampered"));
    let plan = Recipe::new().sign(Signing::with(&alice).parts([Part::Body])).plan()?;
    let signed_only = plan.message(ORDER).secure()?.message;
    println!("no timestamp, not encrypted: {}", receiver.open(&signed_only).expect_err("proves too little"));
    let twin = signed_only.replace("1499.90", "9499.90");
    println!("another amount: {}", receiver.open(&twin).expect_err("tampered"));
    Ok(())
}
