#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| wss_fuzz_harness::targets::graft(octets));
