//! Bytes that are read as a signed body.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orch_fuzz::canonical::check(bytes));
