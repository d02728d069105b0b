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

/// Somebody writes the database who may not.
fn behind_its_back(folder: &tempfile::TempDir, statements: &[&'static str]) {
    let url = format!("sqlite:{}", folder.path().join("attache.db").display());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        use sqlx::Connection as _;
        sqlx::any::install_default_drivers();
        let mut connection = sqlx::AnyConnection::connect(&url)
            .await
            .expect("the database");
        for statement in statements {
            let done = sqlx::raw_sql(*statement).execute(&mut connection).await;
            done.expect("it is written");
        }
        connection.close().await.expect("closed");
    });
}

/// The public key of the demo in this folder.
fn public_key(folder: &tempfile::TempDir) -> String {
    fs::write(
        folder.path().join("attache.toml"),
        "[keys]\nfile = \"attache.key\"\n[audit]\nsigning_key_file = \"audit.key\"\ncheckpoint_directory = \"checkpoints\"\n",
    )
    .expect("written");
    answer(&["audit", "key"], folder.path()).trim().to_owned()
}

/// What an auditor finds who has an export, the public key, and the checkpoints that were handed on: `whole`, or how and
/// where it is broken.
fn audited(folder: &tempfile::TempDir, key: &str) -> String {
    let arguments = [
        "audit",
        "verify",
        "--file",
        "log.jsonl",
        "--key",
        key,
        "--checkpoint",
        "checkpoints",
        "--json",
    ];
    let output = run(&arguments, folder.path());
    let said: Value = serde_json::from_str(&text(output.stdout)).expect("JSON");
    let first = &said["organisations"][0];
    assert_eq!(output.status.success(), said["whole"] == true);
    match first["broken"].as_str() {
        Some(broken) => format!("{broken} at {}", first["at"]),
        None => format!("whole, signed up to {}", first["signed_up_to"]),
    }
}

#[test]
fn a_server_that_stops_has_signed_everything_and_handed_it_on() {
    let folder = after_a_demo();
    let key = public_key(&folder);
    answer(&["audit", "export", "--out", "log.jsonl"], folder.path());
    let lines = fs::read_to_string(folder.path().join("log.jsonl")).expect("readable");
    let entries = lines
        .lines()
        .filter(|line| line.contains("\"text\""))
        .count();
    assert!(entries >= 2, "the appointment and the key: {lines}");
    assert_eq!(
        audited(&folder, &key),
        format!("whole, signed up to {entries}")
    );
}

#[test]
fn a_log_that_was_rewritten_with_its_end_and_its_checkpoints_is_found_by_one_from_outside() {
    let folder = after_a_demo();
    let key = public_key(&folder);
    answer(&["audit", "export", "--out", "whole.jsonl"], folder.path());
    // The last entry goes, and everything in the export that knows of it.
    let whole = fs::read_to_string(folder.path().join("whole.jsonl")).expect("readable");
    let mut lines: Vec<&str> = whole
        .lines()
        .filter(|line| !line.contains("\"checkpoint\""))
        .collect();
    lines.pop();
    let mut head: Value = serde_json::from_str(lines[0]).expect("JSON");
    let last: Value = serde_json::from_str(lines[lines.len() - 1]).expect("JSON");
    (head["sequence"], head["hash"]) = (last["sequence"].clone(), last["hash"].clone());
    let head = head.to_string();
    lines[0] = &head;
    fs::write(folder.path().join("log.jsonl"), lines.join("\n")).expect("written");
    answer(&["audit", "verify", "--file", "log.jsonl"], folder.path());
    let entries = lines.len();
    assert_eq!(audited(&folder, &key), format!("checkpoint at {entries}"));
    // Nor does it help to leave the organisation out.
    fs::write(folder.path().join("log.jsonl"), "").expect("written");
    assert_eq!(audited(&folder, &key), format!("checkpoint at {entries}"));
}

#[test]
fn a_checkpoint_that_nobody_signed_or_somebody_else_proves_nothing() {
    let folder = after_a_demo();
    public_key(&folder);
    answer(&["audit", "export", "--out", "log.jsonl"], folder.path());
    let verify = |more: &[&str]| {
        let arguments = [
            &[
                "audit",
                "verify",
                "--file",
                "log.jsonl",
                "--checkpoint",
                "checkpoints",
            ],
            more,
        ]
        .concat();
        let output = run(&arguments, folder.path());
        (output.status.code(), text(output.stderr))
    };
    let (code, said) = verify(&[]);
    assert!(code == Some(2) && said.contains("--key"), "{said}");
    let other = answer(
        &[
            "audit",
            "generate-key",
            "--name",
            "other.example",
            "--out",
            "other.key",
        ],
        folder.path(),
    );
    let (code, said) = verify(&["--key", other.trim()]);
    assert!(
        code == Some(1) && said.contains("not signed by a key that was given"),
        "{said}"
    );
}

#[test]
fn a_checkpoint_can_be_made_at_any_time_and_a_rewritten_database_gets_none() {
    let folder = after_a_demo();
    public_key(&folder);
    let made = answer(&["audit", "checkpoint", "--json"], folder.path());
    let made: Value = serde_json::from_str(&made).expect("JSON");
    let note = made["checkpoints"][0]["checkpoint"]
        .as_str()
        .expect("a note");
    assert!(note.starts_with("attache.demo/audit/org_"), "{note}");
    behind_its_back(
        &folder,
        &[
            "DELETE FROM audit_entries WHERE sequence = (SELECT MAX(sequence) FROM audit_entries)",
            "UPDATE audit_heads SET sequence = sequence - 1, hash =
                 (SELECT hash FROM audit_entries e WHERE e.sequence = audit_heads.sequence - 1)",
        ],
    );
    let output = run(&["audit", "checkpoint"], folder.path());
    assert_eq!(output.status.code(), Some(1));
    let output = run(&["audit", "verify"], folder.path());
    let said = text(output.stdout);
    assert!(
        output.status.code() == Some(1) && said.contains("checkpoint"),
        "{said}"
    );
}
