#!/bin/bash
# each target 1800 s, two lines in parallel, niced
cd /work/h/fuzz
export CARGO_TERM_COLOR=never
nice -n 19 cargo +nightly fuzz build --fuzz-dir fuzz --sanitizer none > /tmp/fuzz-build.txt 2>&1
line() { for t in "$@"; do mkdir -p /tmp/fz/$t; cp -r fuzz/corpus/$t/. /tmp/fz/$t/ 2>/dev/null; nice -n 19 cargo +nightly fuzz run --fuzz-dir fuzz --sanitizer none $t /tmp/fz/$t -- -max_len=4096 -max_total_time=1800 -print_final_stats=1 -rss_limit_mb=1500 > /tmp/fuzz-$t.txt 2>&1; echo "rc $?" >> /tmp/fuzz-$t.txt; done; }
line open c14n certificate & line package report parse & wait
