//! What must not compile.

#[test]
fn the_dangerous_thing_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/fences/*.rs");
}
