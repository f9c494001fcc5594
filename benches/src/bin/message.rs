//! `message OCTETS` writes the measured envelope of that size.

fn main() {
    let octets = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    print!("{}", wss_benches::envelope(octets));
}
