use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::program::{answer, attache, run, text};

#[test]
fn check_tells_every_problem_at_once_and_ends_with_1() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(
        folder.path().join("attache.toml"),
        "[server]\nlisten = \"here\"\n[log]\nlevl = \"info\"\n",
    )
    .expect("written");
    let output = run(&["config", "check"], folder.path());
    let said = text(output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("server.listen in attache.toml: found \"here\""),
        "{said}"
    );
    assert!(said.contains("log.levl"), "{said}");
}

#[test]
fn check_tells_what_serve_still_needs() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(&["config", "check", "--json"], folder.path());
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let problems = said["problems"].as_array().expect("a list");
    let keys: Vec<&str> = problems
        .iter()
        .filter_map(|one| one["key"].as_str())
        .collect();
    assert_eq!(
        keys,
        [
            "entra.tenants",
            "entra.client_id",
            "entra.client_secret",
            "keys.file"
        ]
    );
}

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    answer(&["keys", "generate", "--out", "a.key"], folder.path());
    let file = folder.path().join("a.key");
    let mode = fs::metadata(&file).expect("made").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    fs::write(
        folder.path().join("attache.toml"),
        "[keys]\nfile = \"a.key\"",
    )
    .expect("written");
    let check = || text(run(&["config", "check"], folder.path()).stdout);
    assert!(!check().contains("a.key"));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("changed");
    assert!(check().contains("mode 0640"), "{}", check());
    let again = run(&["keys", "generate", "--out", "a.key"], folder.path());
    assert_eq!(again.status.code(), Some(1), "a key is never overwritten");
}

#[test]
fn show_names_each_value_with_its_source_and_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(
        folder.path().join("a.toml"),
        "[entra]\nclient_secret = \"marked\"\n[database]\nurl = \"postgres://u:marked@h/d\"\n",
    )
    .expect("written");
    let mut command = attache(&["config", "show", "--config", "a.toml"], folder.path());
    let output = command
        .env("ATTACHE_LOG__LEVEL", "debug")
        .output()
        .expect("runs");
    let said = text(output.stdout);
    assert!(
        said.contains("log.level = \"debug\"  # the variable ATTACHE_LOG__LEVEL"),
        "{said}"
    );
    assert!(
        said.contains("entra.client_secret = set  # a.toml"),
        "{said}"
    );
    assert!(said.contains("database.url = set"), "{said}");
    assert!(
        said.contains("policy.token_linger = \"60s\"  # default"),
        "{said}"
    );
    assert!(!said.contains("marked"), "{said}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = attache(&["config", "show"], folder.path());
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert!(output.status.success() && output.stderr.is_empty());
}

#[test]
fn pages_are_written_without_a_server() {
    let folder = tempfile::tempdir().expect("a folder");
    answer(&["pages", "--out", "pages"], folder.path());
    assert!(
        fs::read_dir(folder.path().join("pages"))
            .expect("made")
            .count()
            > 10
    );
}
