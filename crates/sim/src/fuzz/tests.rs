use proptest::collection::vec;
use proptest::prelude::*;

use super::request;

/// Thousands in the ordinary suite; `PROPTEST_CASES` asks for more.
fn cases() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: usual.cases.max(3_000),
        failure_persistence: None,
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
