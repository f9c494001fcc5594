#!/usr/bin/env bash
# Instruction counts (callgrind) of whole messages over those of what they cannot do without, which do not depend on load:
# `benches/steps.sh [OCTETS…]`. That is reading the text once, the operations with the keys, and: to sign and to verify, one
# canonical form into a digest; to encrypt and to decrypt, base64 and the cipher. The goal is 1.15 from 10 KB on. Before them: a
# content key that is encrypted and decrypted without a message, over what the backend alone takes for that.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --quiet -p wss-benches --bin step
# The instructions of one run: a fortieth of what 52 take beyond twelve, since the first ones also prepare.
count() {
    local run total=()
    for run in 12 52; do
        total+=("$(valgrind --tool=callgrind --callgrind-out-file=/dev/null target/release/step "$1" "$2" "$3" "$run" 2>&1 |
            sed -n 's/.*Collected : //p')")
    done
    echo $(((total[1] - total[0]) / 40))
}
# A row: what a verb takes over its raw operations.
row() { # verb, key, octets
    awk -v w="$(count "$1" "$2" "$3")" -v r="$(count "raw-$1" "$2" "$3")" -v s="$3" -v v="$1, $2" \
        'BEGIN { printf "%9d octets, %-22s %12d over %12d: %.2f\n", s, v ":", w, r, w / r }'
}
for key in RSA-2048 "ECDH-ES P-256" X25519; do
    row unwrap "$key" 1000
    row wrap "$key" 1000
done
for octets in "${@:-10000 100000 1000000}"; do
    for size in $octets; do
        for key in RSA-2048 "ECDSA P-256" Ed25519; do
            row verify "$key" "$size"
            row sign "$key" "$size"
        done
        for key in RSA-2048 "ECDH-ES P-256" X25519; do
            row decrypt "$key" "$size"
            row encrypt "$key" "$size"
        done
    done
done
