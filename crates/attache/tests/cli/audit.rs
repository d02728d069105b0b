use std::fs;

use serde_json::Value;

use crate::program::{Running, answer, attache, run, text};

/// A folder with the database of a demo that has ended: its administrator was appointed, which is on record.
fn after_a_demo() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = [
        "demo",
        "--json",
        "--port",
        "0",
        "--sim-port",
        "0",
        "--data",
        ".",
    ];
    let mut demo = Running::start(attache(&arguments, folder.path()));
    demo.line();
    assert_eq!(demo.stop().0, Some(0));
    fs::write(
        folder.path().join("attache.toml"),
        "[keys]\nfile = \"attache.key\"\n",
    )
    .expect("written");
    folder
}

#[test]
fn an_untouched_log_verifies_in_the_database_and_as_an_export() {
    let folder = after_a_demo();
    let stored = answer(&["audit", "verify", "--json"], folder.path());
    let stored: Value = serde_json::from_str(&stored).expect("JSON");
    assert_eq!(stored["whole"], true);
    assert!(
        stored["organisations"][0]["entries"].as_i64() >= Some(1),
        "{stored}"
    );
    answer(&["audit", "export", "--out", "log.jsonl"], folder.path());
    let exported = answer(
        &["audit", "verify", "--file", "log.jsonl", "--json"],
        folder.path(),
    );
    let exported: Value = serde_json::from_str(&exported).expect("JSON");
    assert_eq!(exported, stored);
}

#[test]
fn one_changed_word_in_an_export_is_found_and_its_place_named() {
    let folder = after_a_demo();
    answer(&["audit", "export", "--out", "log.jsonl"], folder.path());
    let file = folder.path().join("log.jsonl");
    let log = fs::read_to_string(&file).expect("readable");
    let changed = log.replacen("administrator_appointed", "signed_in", 1);
    assert_ne!(changed, log, "the appointment is on record");
    fs::write(&file, changed).expect("written");
    let output = run(&["audit", "verify", "--file", "log.jsonl"], folder.path());
    let said = text(output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("BROKEN at entry 1"), "{said}");
}
