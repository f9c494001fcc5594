//! The measured messages.
//!
//! Envelopes like those of a purchasing system: five namespaces, a default namespace redeclared deep inside,
//! attributes out of order, prefixed attributes, empty elements, references and text beyond ASCII; and tables of short tags
//! with many attributes. The same octets on every machine.

#![forbid(unsafe_code)]

pub mod chart;
pub mod peers;
#[cfg(feature = "messages")]
mod raw;
#[cfg(feature = "messages")]
pub mod work;

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// A SOAP 1.1 envelope of about `octets` octets.
#[must_use]
pub fn envelope(octets: usize) -> String {
    let mut out = String::with_capacity(octets + 4_096);
    out.push_str(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xmlns:cmn=\"urn:example:common:v1\" xmlns:ord=\"urn:example:order:v2\">\
         <soapenv:Header></soapenv:Header><soapenv:Body><ord:submit batch=\"B-20260501-0001\">",
    );
    let mut random = Lcg(20_260_501);
    let mut number = 0;
    while out.len() + 200 < octets {
        number += 1;
        order(&mut out, &mut random, number);
    }
    out.push_str("</ord:submit></soapenv:Body></soapenv:Envelope>");
    out
}

/// A SOAP 1.1 envelope of about `octets` octets that is nothing but short tags with many attributes, as exported tables are.
#[must_use]
pub fn rows(octets: usize) -> String {
    let mut out = String::with_capacity(octets + 4_096);
    out.push_str(
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:t=\"urn:example:table\"><s:Body>\
         <t:table xmlns=\"urn:example:row\">",
    );
    let mut random = Lcg(20_261_128);
    while out.len() + 200 < octets {
        row(&mut out, &mut random);
    }
    out.push_str("</t:table></s:Body></s:Envelope>");
    out
}

fn row(out: &mut String, random: &mut Lcg) {
    let _infallible = write!(
        out,
        "<r a=\"{}\" b=\"{:02}\" c=\"{}\" d=\"\" e=\"N\" t:k=\"{}\"><v x=\"{}\" y=\"{}\"/><t:w n=\"{}\" id=\"i{}\" m=\"1\">{}</t:w></r>",
        random.next(100),
        random.next(100),
        random.next(10_000),
        random.next(10),
        random.next(1_000),
        random.next(1_000),
        random.next(100),
        random.next(100_000),
        random.next(10),
    );
}

const NAMES: [&str; 6] = [
    "Miller &amp; Sons Ltd",
    "Nordwind Logistik GmbH",
    "Café Génois SARL",
    "Żółw Sp. z o.o.",
    "O&apos;Neill",
    "Acme Supplies",
];
const NOTES: [&str; 4] = ["fragile", "deliver before 10:00 &lt;urgent&gt;", "call on arrival", "line1&#xD;line2"];

fn order(out: &mut String, random: &mut Lcg, number: usize) {
    let _infallible = write!(
        out,
        "<ord:order xsi:type=\"ord:RetailOrder\" status=\"OPEN\" id=\"O-{number:07}\" cmn:rev=\"{}\">\
         <cmn:placed>2026-{:02}-{:02}T10:15:00Z</cmn:placed><ord:customer segment=\"B2B\" no=\"C-{:06}\">\
         <cmn:name>{}</cmn:name><address xmlns=\"urn:example:address:v3\" verified=\"true\" country=\"DE\">\
         <street>Hauptstraße {}</street><zip>{:05}</zip><city>Köln</city></address></ord:customer><ord:lines>",
        random.next(9),
        1 + random.next(12),
        1 + random.next(28),
        random.next(1_000_000),
        NAMES[random.next(6) as usize],
        1 + random.next(200),
        random.next(100_000),
    );
    for line in 0..=random.next(6) {
        let note = match random.next(5) as usize {
            4 => "<cmn:note/>".to_owned(),
            index => format!("<cmn:note lang=\"en\">{}</cmn:note>", NOTES[index]),
        };
        let _infallible = write!(
            out,
            "<ord:line sku=\"AB-{:05}\" n=\"{line}\"><ord:qty uom=\"PCE\">{}</ord:qty>\
             <ord:price currency=\"EUR\" net=\"true\">{}.{:02}</ord:price>{note}</ord:line>",
            random.next(100_000),
            1 + random.next(500),
            random.next(10_000),
            random.next(100),
        );
    }
    out.push_str("</ord:lines></ord:order>");
}

struct Lcg(u64);

impl Lcg {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// The root of the workspace.
///
/// # Panics
/// Never: the crate is in it.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("benches is in the workspace")
}

/// The median of as many runs as fit into a second, at least five.
pub fn median(mut operation: impl FnMut()) -> Duration {
    let mut times = Vec::new();
    let started = Instant::now();
    while times.len() < 20_000 && (times.len() < 5 || started.elapsed() < Duration::from_secs(1)) {
        let before = Instant::now();
        operation();
        times.push(before.elapsed());
    }
    times.sort_unstable();
    times[times.len() / 2]
}
