//! `message OCTETS [rows]` writes the measured envelope of that size, or that of short tags and many attributes.

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let octets = arguments.first().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let write =
        if arguments.get(1).is_some_and(|shape| shape == "rows") { wss_benches::rows } else { wss_benches::envelope };
    print!("{}", write(octets));
}
