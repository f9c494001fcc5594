#!/usr/bin/env bash
# Gates on instruction counts (callgrind), which do not depend on load: what reading a message of 1 MB costs per octet, and what
# its exclusive canonical form costs beyond that. One message is an order, the other is short tags with many attributes. Then
# what an order of 1 KB costs, most of which does not depend on its length.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --quiet -p wss-benches --no-default-features --bin message --bin gate
count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null target/release/gate "$1" "$2" "${3:-1}" 2>&1 |
        sed -n 's/.*Collected : //p'
}
gate() { # shape, instructions per octet for reading, and for canonicalising
    local message=target/gate-$1.xml
    target/release/message 1000000 "$1" > "$message"
    awk -v e="$(count empty "$message")" -v r="$(count read "$message")" -v c="$(count c14n "$message")" \
        -v n="$(wc -c < "$message")" -v shape="$1" -v gr="$2" -v gc="$3" 'BEGIN {
        reading = (r - e) / n; canonicalising = (c - r) / n
        printf "%s, %d octets: reading %.2f instructions per octet (gate %s), canonicalising %.2f (gate %s)\n",
            shape, n, reading, gr, canonicalising, gc
        exit !(reading <= gr && canonicalising <= gc)
    }'
}
short() { # octets, instructions for reading, and for canonicalising
    local message=target/gate-short.xml
    target/release/message "$1" order > "$message"
    awk -v r1="$(count read "$message" 10)" -v r2="$(count read "$message" 110)" \
        -v c1="$(count c14n "$message" 10)" -v c2="$(count c14n "$message" 110)" -v n="$1" -v gr="$2" -v gc="$3" 'BEGIN {
        reading = (r2 - r1) / 100; canonicalising = (c2 - c1) / 100 - reading
        printf "order, %d octets: reading %d instructions (gate %s), canonicalising %d (gate %s)\n",
            n, reading, gr, canonicalising, gc
        exit !(reading <= gr && canonicalising <= gc)
    }'
}
gate order 12.0 3.3
gate rows 20.5 9.0
short 1000 63000 4000
