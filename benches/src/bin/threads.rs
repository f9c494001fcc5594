//! Whether two threads open twice as many messages with one receiver: `threads`. The goal is 1.9.

use std::time::{Duration, Instant};

use wss_benches::work::{Kind, Signatures};

const TIME: Duration = Duration::from_secs(3);

/// The messages that so many threads open in a second.
fn rate(signatures: &Signatures, message: &str, threads: usize) -> f64 {
    let started = Instant::now();
    let opened: u64 = std::thread::scope(|scope| {
        let open = || {
            let mut opened = 0;
            while started.elapsed() < TIME {
                signatures.verify(message);
                opened += 1;
            }
            opened
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(open)).collect();
        running.into_iter().map(|thread| thread.join().expect("a count")).sum()
    });
    opened as f64 / started.elapsed().as_secs_f64()
}

fn main() {
    let signatures = Signatures::with(Kind::Rsa);
    for octets in [1_000, 10_000, 100_000] {
        let message = signatures.sign(&wss_benches::envelope(octets));
        let (one, two) = (rate(&signatures, &message, 1), rate(&signatures, &message, 2));
        println!("{octets} octets: {one:.0} a second on one thread, {two:.0} on two: {:.2} times", two / one);
    }
}
