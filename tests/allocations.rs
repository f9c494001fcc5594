//! What a message costs in memory: allocations, since a service opens many small ones, and the peak of large ones.

mod common;
#[path = "common/counting.rs"]
mod counting;

use common::*;
use counting::measured;
use ws_security::Limits;
use ws_security::prelude::*;

/// An envelope of about 1 KB, as a purchasing system writes it.
fn order() -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><s:Envelope xmlns:s=\"{SOAP11}\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:c=\"urn:example:common:v1\" \
         xmlns:o=\"urn:example:order:v2\"><s:Header></s:Header><s:Body><o:submit batch=\"B-20260501-0001\">\
         <o:order xsi:type=\"o:Retail\" status=\"OPEN\" id=\"O-0000001\" c:rev=\"3\"><c:placed>2026-05-01T10:15:00Z\
         </c:placed><o:customer segment=\"B2B\" no=\"C-004711\"><c:name>Miller &amp; Sons Ltd</c:name>\
         <address xmlns=\"urn:example:address:v3\" country=\"DE\"><street>Hauptstraße 7</street><zip>50667</zip>\
         <city>Köln</city></address></o:customer><o:lines><o:line sku=\"AB-00815\" n=\"0\"><o:qty uom=\"PCE\">12</o:qty>\
         <o:price currency=\"EUR\" net=\"true\">17.50</o:price><c:note/></o:line><o:line sku=\"AB-00816\" n=\"1\">\
         <o:qty uom=\"PCE\">1</o:qty><o:price currency=\"EUR\" net=\"true\">{AMOUNT}</o:price><c:note lang=\"en\">fragile\
         </c:note></o:line></o:lines></o:order></o:submit></s:Body></s:Envelope>"
    )
}

#[test]
fn a_small_message_opens_with_few_allocations() {
    let message =
        recipe().sign(Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp])).secured(&order());
    let receiver = receiver();
    drop(receiver.open(&message).expect("opens"));
    let (opened, cost) = measured(|| receiver.open(&message));
    drop(opened.expect("opens"));
    println!("{} octets: {} allocations of {} octets, {} at once", message.len(), cost.blocks, cost.octets, cost.peak);
    // The other provider allocates for its RSA.
    let most = if cfg!(feature = "aws-lc-rs") { 37 } else { 42 };
    assert!(cost.blocks <= most, "{} allocations", cost.blocks);
}

/// An envelope of about this many octets: lines of an order.
fn orders(octets: usize) -> String {
    let whole = order();
    let (start, rest) = whole.split_at(whole.find("<o:line ").expect("a line"));
    let (lines, end) = rest.split_at(rest.find("</o:lines>").expect("the end of the lines"));
    [start, &lines.repeat(octets / lines.len()), end].concat()
}

/// Signs and opens a message of this many octets, each within 2.9 times its size beside the message itself.
fn stays_within_memory(octets: usize) {
    let limits = Limits::dangerous_unbounded();
    let envelope = orders(octets);
    let signing = Signing::with(&identity("alice")).parts([Part::Body, Part::Timestamp]);
    let plan = recipe().limits(limits).sign(signing).plan().expect("a plan");
    let receiver = receiver().limits(limits);
    let (message, signed) = measured(|| plan.message(&envelope).secure().expect("secured").message);
    let (opened, verified) = measured(|| receiver.open(&message).expect("opens"));
    assert!(opened.body().xml().len() >= octets);
    for (what, cost, source) in [("signed", signed, envelope.len()), ("opened", verified, message.len())] {
        let times = cost.peak as f64 / source as f64;
        println!("{what}: {source} octets, {times:.2} times that beside them");
        assert!(times <= 2.9, "{what}: {times:.2} times");
    }
}

#[test]
fn a_message_of_ten_megabytes_takes_little_more_memory_than_it_is_long() {
    stays_within_memory(10_000_000);
}

#[test]
#[ignore = "takes long: run it with --ignored"]
fn so_does_one_of_a_hundred_megabytes() {
    stays_within_memory(100_000_000);
}
