#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rhambda_fuzz::events(data));
