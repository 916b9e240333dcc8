#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| execert_fuzz::content::check(data));
