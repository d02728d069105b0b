//! The body of an event, made of the fuzzer's bytes: it ends, and nothing invisible comes out.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let body = String::from_utf8_lossy(bytes);
    for clean in [domain::text::html::from_html(&body), domain::text::html::from_text(&body)] {
        let seen = |c: char| c == '\n' || !domain::text::invisible(c);
        assert!(clean.text.chars().all(seen), "{clean:?}");
    }
});
