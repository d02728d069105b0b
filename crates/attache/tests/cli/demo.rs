use std::net::TcpListener;
use std::path::Path;

use serde_json::Value;

use crate::program::{Running, attache, get, run, text};

fn demo(folder: &Path, more: &[&str]) -> (Running, Value) {
    let arguments = ["demo", "--json", "--port", "0", "--sim-port", "0"];
    let mut demo = Running::start(attache(&[&arguments, more].concat(), folder));
    let line = demo.line();
    (
        demo,
        serde_json::from_str(&line).expect("one JSON object on one line"),
    )
}

#[test]
fn the_demo_says_in_one_line_what_to_open_and_whom_to_be_and_stops_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = attache(
        &["demo", "--json", "--port", "0", "--sim-port", "0"],
        folder.path(),
    );
    command.env("TMPDIR", folder.path());
    let mut demo = Running::start(command);
    let said: Value = serde_json::from_str(&demo.line()).expect("JSON");
    let base = said["base"].as_str().expect("where attache is");
    assert!(base.starts_with("http://127.0.0.1:"), "{base}");
    assert_eq!(get(base, "/livez"), 200);
    assert_eq!(get(base, "/readyz"), 200);
    assert_eq!(
        get(said["simulator"].as_str().expect("where it is"), "/_sim/"),
        200
    );
    let people = said["people"].as_array().expect("people");
    let role = |role: &str| people.iter().find(|person| person["role"] == role);
    assert!(role("administrator").is_some_and(|person| person["password"].is_string()));
    assert_eq!(said["agent_of"], role("member").expect("a member")["login"]);
    let key = said["agent_token"].as_str().expect("a key");
    assert!(key.starts_with("attache_key_"));
    assert_eq!(demo.stop(), (Some(0), String::new()));
    let left = std::fs::read_dir(folder.path()).expect("readable").count();
    assert_eq!(left, 0, "the temporary folder is gone");
}

#[test]
fn a_demo_with_a_folder_keeps_its_database_and_key() {
    let folder = tempfile::tempdir().expect("a folder");
    for _ in 0..2 {
        let (demo, _) = demo(folder.path(), &["--data", "kept"]);
        assert_eq!(demo.stop().0, Some(0));
    }
    assert!(folder.path().join("kept/attache.db").exists());
    assert!(folder.path().join("kept/attache.key").exists());
}

#[test]
fn a_taken_port_is_named_with_the_flag_that_changes_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("bound").port().to_string();
    for (arguments, flag) in [
        (["demo", "--port", &port, "--sim-port", "0"], "--port"),
        (["demo", "--port", "0", "--sim-port", &port], "--sim-port"),
    ] {
        let output = run(&arguments, folder.path());
        let remarks = text(output.stderr);
        assert_eq!(output.status.code(), Some(2), "{remarks}");
        assert!(
            remarks.contains(&port) && remarks.contains(flag),
            "{remarks}"
        );
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn the_simulator_runs_alone_and_says_how_to_reach_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut sim = Running::start(attache(&["sim", "--json", "--port", "0"], folder.path()));
    let said: Value = serde_json::from_str(&sim.line()).expect("JSON");
    for key in [
        "authority",
        "graph",
        "tenant",
        "client_id",
        "client_secret",
        "people",
    ] {
        assert!(!said[key].is_null(), "{key}");
    }
    assert_eq!(
        get(
            said["simulator"].as_str().expect("where it is"),
            "/_sim/people"
        ),
        200
    );
    assert_eq!(sim.stop(), (Some(0), String::new()));
}

#[test]
fn the_simulator_listens_with_tls_when_asked_and_writes_whom_to_trust() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["sim", "--json", "--port", "0", "--https-port", "0"];
    let authority = ["--ca-file", "ca.pem", "--ca-folder", "authority"];
    let mut kept = None;
    for _ in 0..2 {
        let command = attache(&[&arguments[..], &authority].concat(), folder.path());
        let mut sim = Running::start(command);
        let said: Value = serde_json::from_str(&sim.line()).expect("JSON");
        let https = said["https"].as_str().expect("where it is with TLS");
        assert!(https.starts_with("https://localhost:"), "{https}");
        let pem = std::fs::read_to_string(folder.path().join("ca.pem")).expect("written");
        assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));
        assert_eq!(kept.get_or_insert_with(|| pem.clone()), &pem);
        assert_eq!(sim.stop(), (Some(0), String::new()));
    }
}

#[test]
fn a_taken_https_port_is_named_with_its_flag() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("bound").port().to_string();
    let output = run(
        &["sim", "--port", "0", "--https-port", &port],
        folder.path(),
    );
    let remarks = text(output.stderr);
    assert_eq!(output.status.code(), Some(2), "{remarks}");
    assert!(remarks.contains(&port) && remarks.contains("--https-port"));
}

#[test]
fn the_simulator_starts_with_a_company_from_a_file_or_says_what_is_wrong_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/contoso.toml");
    let whole = std::fs::read_to_string(example).expect("the example of the documentation");
    std::fs::write(folder.path().join("contoso.toml"), &whole).expect("written");
    let arguments = ["sim", "--json", "--port", "0", "--seed"];
    let started = [&arguments[..], &["contoso.toml"]].concat();
    let mut sim = Running::start(attache(&started, folder.path()));
    let said: Value = serde_json::from_str(&sim.line()).expect("JSON");
    assert_eq!(said["people"][0]["login"], "ada.obi@contoso.example");
    assert_eq!(sim.stop(), (Some(0), String::new()));

    let wrong = whole.replacen("zone = \"Europe/Berlin\"", "zone = \"Europe/Nowhere\"", 1);
    std::fs::write(folder.path().join("wrong.toml"), wrong).expect("written");
    let refused = run(&[&arguments[..], &["wrong.toml"]].concat(), folder.path());
    let remarks = text(refused.stderr);
    assert!(!refused.status.success() && refused.stdout.is_empty());
    for part in ["wrong.toml", "person 1, zone", "Europe/Nowhere"] {
        assert!(remarks.contains(part), "{part}: {remarks}");
    }
}
