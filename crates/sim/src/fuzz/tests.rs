use proptest::collection::vec;
use proptest::prelude::*;

use super::{Stage, request};

/// Thousands in the ordinary suite; `PROPTEST_CASES` asks for more.
fn cases() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: usual.cases.max(3_000),
        failure_persistence: None,
        max_shrink_iters: 300,
        ..usual
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_request_makes_the_simulator_panic_or_answer_in_another_shape(bytes in vec(any::<u8>(), 0..600)) {
        request(&bytes);
    }
}

/// What arbitrary bytes have found once, and would have to find again.
#[test]
fn a_number_of_more_than_32_bits_is_refused() {
    let mut stage = Stage::new();
    for number in [
        "9223372036854775807",
        "-9223372036854775808",
        "\"2147483648\"",
    ] {
        let body = format!(
            "{{\"subject\":\"x\",\"start\":{{\"dateTime\":\"2026-03-26T10:00:00\",\"timeZone\":\"UTC\"}},\
             \"end\":{{\"dateTime\":\"2026-03-26T11:00:00\",\"timeZone\":\"UTC\"}},\"reminderMinutesBeforeStart\":{number}}}"
        );
        stage.send_as_lena("POST", "/v1.0/me/events", &body);
    }
}
