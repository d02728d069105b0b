use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::program::{Running, answer, attache, get, run, text};

const SETTINGS: &str = r#"
[server]
listen = "127.0.0.1:LISTEN"
base_url = "http://127.0.0.1:LISTEN"
[database]
url = "sqlite:attache.db"
[keys]
file = "attache.key"
[entra]
tenants = ["TENANT"]
client_id = "CLIENT"
client_secret = "SECRET"
login = "LOGIN"
graph = "LOGIN/v1.0"
simulator = true
"#;

/// A free port. Somebody could take it before the program does, which a repeated run would show.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("bound").port()
}

/// A simulator, and settings and a key of an installation at it whose `[server]` says this too; where it is going to be.
fn installed(folder: &Path, server: &str) -> (Running, String) {
    let mut sim = Running::start(attache(&["sim", "--json", "--port", "0"], folder));
    let said: Value = serde_json::from_str(&sim.line()).expect("JSON");
    let word = |key: &str| said[key].as_str().expect("a text").to_owned();
    let port = free_port();
    let settings = SETTINGS
        .replace("[server]", &format!("[server]\n{server}"))
        .replace("LISTEN", &port.to_string())
        .replace("TENANT", &word("tenant"))
        .replace("CLIENT", &word("client_id"))
        .replace("SECRET", &word("client_secret"))
        .replace("LOGIN", &word("simulator"));
    fs::write(folder.join("attache.toml"), settings).expect("written");
    answer(&["keys", "generate", "--out", "attache.key"], folder);
    (sim, format!("http://127.0.0.1:{port}"))
}

#[test]
fn r5_connections_that_send_nothing_or_no_end_are_closed_and_keep_nobody_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = "max_connections = 16\nheader_timeout = \"1s\"";
    let (_sim, base) = installed(folder.path(), server);
    answer(&["db", "migrate"], folder.path());
    let mut serve = Running::start(attache(&["serve"], folder.path()));
    serve.remark("attache is ready");
    let host = base.strip_prefix("http://").expect("http");
    let hostile = |begun: &str| {
        let mut stream = TcpStream::connect(host).expect("somebody listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .expect("a limit");
        stream.write_all(begun.as_bytes()).expect("sent");
        stream
    };
    let begun = ["", "G", "GET /approvals HTTP/1.1\r\nHost: "];
    let mut open: Vec<_> = (0..15).map(|n| hostile(begun[n % 3])).collect();
    assert_eq!(get(&base, "/livez"), 200, "there is one place left");
    open.extend((0..15).map(|n| hostile(begun[n % 3])));
    assert_eq!(get(&base, "/livez"), 200, "places become free");
    for mut stream in open {
        let mut rest = Vec::new();
        let ended = stream.read_to_end(&mut rest);
        // A reset is an end too.
        assert!(
            ended.is_ok() || ended.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset),
            "not closed within a minute"
        );
        assert!(!rest.starts_with(b"HTTP/1.1 200"));
    }
    assert_eq!(serve.stop(), (Some(0), String::new()));
}

#[test]
fn serve_starts_on_a_migrated_database_only_and_stops_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_sim, base) = installed(folder.path(), "");

    let early = run(&["serve"], folder.path());
    let remarks = text(early.stderr);
    assert_eq!(early.status.code(), Some(1));
    assert!(remarks.contains("attache db migrate"), "{remarks}");

    assert!(answer(&["db", "migrate"], folder.path()).contains("applied"));
    assert!(answer(&["db", "migrate"], folder.path()).contains("up to date"));

    let mut serve = Running::start(attache(&["serve"], folder.path()));
    serve.remark("attache is ready");
    // The error stream is collected here as in a service, so the secret itself must not be in it.
    let hint = serve.remark("no administrator yet");
    assert!(hint.contains("attache admin bootstrap"), "{hint}");
    assert_eq!(get(&base, "/readyz"), 200);
    let secret = answer(&["admin", "bootstrap"], folder.path());
    assert_eq!(secret.trim().len(), 43, "256 random bits");
    assert_eq!(serve.stop(), (Some(0), String::new()));
}

#[test]
fn serve_refuses_what_is_not_microsoft() {
    let folder = tempfile::tempdir().expect("a folder");
    answer(&["keys", "generate", "--out", "attache.key"], folder.path());
    let guid = "11111111-2222-3333-4444-555555555555";
    // A simulator speaks HTTPS too, which makes it no more Microsoft's.
    for login in ["http://127.0.0.1:1", "https://localhost:8443"] {
        let settings = SETTINGS
            .replace("LISTEN", "0")
            .replace("TENANT", guid)
            .replace("CLIENT", guid)
            .replace("simulator = true", "")
            .replace("LOGIN", login);
        fs::write(folder.path().join("attache.toml"), settings).expect("written");
        let output = run(&["serve"], folder.path());
        let remarks = text(output.stderr);
        assert_eq!(output.status.code(), Some(1), "{login}");
        assert!(
            remarks.contains("entra.login") && remarks.contains("entra.graph"),
            "{login}: {remarks}"
        );
    }
}

#[test]
fn serve_has_no_option_that_starts_a_simulator() {
    let folder = tempfile::tempdir().expect("a folder");
    let help = answer(&["serve", "--help"], folder.path());
    assert!(!help.to_lowercase().contains("simul"), "{help}");
    for option in ["--sim", "--sim-port", "--https-port"] {
        let refused = run(&["serve", option, "0"], folder.path());
        assert_eq!(refused.status.code(), Some(2), "{option}");
    }
    let source = include_str!("../../src/commands/serve.rs");
    assert!(!source.contains("sim::"), "serve names the simulator");
}
