//! One request to the simulator, made of the fuzzer's bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| sim::fuzz::request(bytes));
