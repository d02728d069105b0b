use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{Running, answer, attache, run, text};

const SETTINGS: &str = r#"
[server]
listen = "127.0.0.1:0"
base_url = "http://HOST:8080"
[database]
url = "sqlite:attache.db"
migrate_at_start = true
[keys]
file = "attache.key"
[entra]
tenants = ["TENANT"]
client_id = "CLIENT"
client_secret = "SECRET"
login = "MICROSOFT"
graph = "MICROSOFT/v1.0"
simulator = true
"#;

const STRANGER: &str = "11111111-2222-3333-4444-555555555555";

/// A simulator, and settings for it.
struct Office {
    folder: tempfile::TempDir,
    said: Value,
    _sim: Running,
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut sim = Running::start(attache(&["sim", "--json", "--port", "0"], folder.path()));
        let said = serde_json::from_str(&sim.line()).expect("JSON");
        let office = Self {
            folder,
            said,
            _sim: sim,
        };
        answer(&["keys", "generate", "--out", "attache.key"], office.path());
        office.settle(&[]);
        answer(&["db", "migrate"], office.path());
        office
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn word(&self, key: &str) -> &str {
        self.said[key].as_str().expect("a text")
    }

    /// Writes the settings, with some of them different.
    fn settle(&self, different: &[(&str, &str)]) {
        let usual = [
            ("TENANT", self.word("tenant")),
            ("CLIENT", self.word("client_id")),
            ("SECRET", self.word("client_secret")),
            ("MICROSOFT", self.word("simulator")),
            ("HOST", "localhost"),
        ];
        let settings = different
            .iter()
            .chain(&usual)
            .fold(SETTINGS.to_owned(), |text, (name, value)| {
                text.replace(name, value)
            });
        fs::write(self.path().join("attache.toml"), settings).expect("written");
    }

    /// What the doctor finds, by what it is about, when these settings are different.
    fn examined(&self, different: &[(&str, &str)]) -> (i32, Vec<(String, String, String)>) {
        self.settle(different);
        let output = run(&["doctor", "--json"], self.path());
        let all: Value = serde_json::from_str(&text(output.stdout)).expect("JSON");
        let code = output.status.code().expect("it ends");
        assert_eq!(all["healthy"], code == 0);
        let word = |finding: &Value, key: &str| finding[key].as_str().unwrap_or("").to_owned();
        let findings = all["findings"].as_array().expect("a list").iter();
        let findings = findings.map(|it| {
            let says = format!("{} {}", word(it, "found"), word(it, "todo"));
            (word(it, "about"), word(it, "verdict"), says)
        });
        (code, findings.collect())
    }
}

#[test]
fn the_doctor_finds_what_keeps_attache_from_working_and_says_what_to_do() {
    let office = Office::new();
    let (code, findings) = office.examined(&[]);
    assert_eq!(code, 0, "{findings:?}");
    for about in [
        "settings",
        "database and keys",
        "Entra",
        "clock",
        "entra.client_secret",
        "redirect address",
        "Graph",
    ] {
        let good = findings
            .iter()
            .any(|(it, verdict, _)| it == about && verdict == "good");
        assert!(good, "{about}: {findings:?}");
    }

    // What is different, what is then bad, and a word of what to do.
    let cases = [
        ("SECRET", "not-the-secret", "entra.client_secret", "7000215"),
        ("CLIENT", STRANGER, "entra.client_secret", "700016"),
        ("TENANT", STRANGER, "Entra", "entra.tenants"),
        ("HOST", "[::1]", "redirect address", "letter by letter"),
        ("MICROSOFT", "http://127.0.0.1:9", "Entra", "firewall"),
        ("MICROSOFT", "http://127.0.0.1:9", "Graph", "firewall"),
        ("attache.key", "another.key", "settings", "another.key"),
        (
            "attache.db",
            "no/such/folder/a.db",
            "database and keys",
            "sentence above",
        ),
    ];
    for (setting, different, about, word) in cases {
        let (code, findings) = office.examined(&[(setting, different)]);
        let bad: Vec<_> = findings
            .iter()
            .filter(|(_, verdict, _)| verdict == "bad")
            .collect();
        let told = bad
            .iter()
            .any(|(it, _, says)| it == about && says.contains(word));
        assert!(code == 1 && told, "{setting} {different}: {findings:?}");
    }
}

#[test]
fn the_doctor_asks_for_nothing_that_could_be_granted() {
    let office = Office::new();
    office.examined(&[]);
    let log = attache_log(office.word("simulator"));
    let asked: Vec<&Value> = log
        .iter()
        .filter(|entry| entry["grant_type"].is_string())
        .collect();
    assert!(!asked.is_empty());
    for entry in asked {
        assert_eq!(
            (&entry["grant_type"], &entry["status"]),
            (&"refresh_token".into(), &400.into())
        );
    }
}

/// The simulator's log.
fn attache_log(base: &str) -> Vec<Value> {
    let output = std::process::Command::new("curl")
        .args(["--silent", &format!("{base}/_sim/log")])
        .output()
        .expect("curl runs");
    let log: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let entries = log
        .as_array()
        .cloned()
        .or_else(|| log["entries"].as_array().cloned());
    entries.expect("a list")
}
