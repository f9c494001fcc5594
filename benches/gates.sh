#!/usr/bin/env bash
# Gates on instruction counts (callgrind), which do not depend on load: reading a 1 MB SOAP message costs at most
# 20 instructions per octet, its exclusive canonical form at most 7 more.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --quiet -p wss-benches
message=target/gate.xml
target/release/message 1000000 > "$message"
octets=$(wc -c < "$message")
count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null target/release/gate "$1" "$message" 2>&1 |
        sed -n 's/.*Collected : //p'
}
empty=$(count empty); read=$(count read); c14n=$(count c14n)
awk -v e="$empty" -v r="$read" -v c="$c14n" -v n="$octets" 'BEGIN {
    reading = (r - e) / n; canonicalising = (c - r) / n
    printf "%d octets: reading %.2f instructions per octet (gate 20), canonicalising %.2f (gate 7)\n", n, reading, canonicalising
    exit !(reading <= 20 && canonicalising <= 7)
}'
