//! attache as an operator sets it up and people use it, until an agent can call: settings, key, database, first
//! administrator, a level, a connection, a personal key. All of it by its commands and pages.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::browser::Browser;
use crate::server::Server;

/// The program as it is released.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_attache");

const SETTINGS: &str = r#"
[server]
listen = "ATTACHE"
base_url = "http://ATTACHE"
[database]
url = "sqlite:attache.db"
[keys]
file = "attache.key"
[limits]
calls_per_minute = 1000000
organisation_calls_per_minute = 1000000
[entra]
tenants = ["TENANT"]
client_id = "CLIENT"
client_secret = "SECRET"
login = "LOGIN"
graph = "GRAPH"
simulator = true
"#;

/// attache, ready to be called.
pub(crate) struct Installation {
    /// The server.
    pub(crate) attache: Server,
    /// Signs in and gives tokens as long as it lives.
    _sim: Server,
    /// Host and port.
    pub(crate) address: String,
    /// What an agent shows.
    pub(crate) key: String,
    /// From starting the program to its first answer, with an empty database.
    pub(crate) started: Duration,
    /// Resident memory then, in MB.
    pub(crate) started_memory: f64,
}

impl Installation {
    /// Sets it up in an empty folder, with its calendars at this address of Graph.
    pub(crate) async fn new(folder: &Path, graph: &str) -> Self {
        let sim = Server::start(&mut attache(folder, &["sim", "--json", "--port", "0"]));
        let said: Value = serde_json::from_str(&sim.said).expect("JSON");
        let address = free_address();
        let settings = SETTINGS
            .replace("ATTACHE", &address)
            .replace("TENANT", text(&said["tenant"]))
            .replace("CLIENT", text(&said["client_id"]))
            .replace("SECRET", text(&said["client_secret"]))
            .replace("LOGIN", text(&said["simulator"]))
            .replace("GRAPH", graph);
        fs::write(folder.join("attache.toml"), settings).expect("written");
        run(folder, &["keys", "generate", "--out", "attache.key"]);
        run(folder, &["db", "migrate"]);
        let secret = run(folder, &["admin", "bootstrap"]);
        // Its log is written as in production: a line for each request, to a file here.
        let log = fs::File::create(folder.join("attache.log")).expect("a file");
        let mut serve = attache(folder, &["serve"]);
        let (server, started) = Server::answering(serve.stderr(log), &address);
        let started_memory = server.memory("VmRSS");
        let key = prepare(&address, &said["people"][0], secret.trim()).await;
        Self {
            attache: server,
            _sim: sim,
            address,
            key,
            started,
            started_memory,
        }
    }
}

/// One person becomes administrator, allows the tool, connects her calendar and makes a key, which is answered.
async fn prepare(address: &str, person: &Value, secret: &str) -> String {
    let base = format!("http://{address}/");
    let (login, password) = (text(&person["login"]), text(&person["password"]));
    let mut browser = Browser::new(&base);
    browser.open("/").await;
    browser.submit("/sign-in", &[]).await;
    browser.through_microsoft(&base, login, password).await;
    browser.open("/setup").await;
    browser.submit("/setup", &[("secret", secret)]).await;
    browser.open("/administration/tools").await;
    let level = [("level.search_events", "always_allow")];
    browser.submit("/administration/tools", &level).await;
    browser.open("/integrations/outlook-calendar").await;
    let zone = [("zone", "Europe/Berlin")];
    browser.submit("/connect", &zone).await;
    browser.through_microsoft(&base, login, password).await;
    browser.open("/keys").await;
    let key = [("name", "Benchmark"), ("days", "30")];
    browser.submit("/keys", &key).await;
    let (_, shown) = browser
        .html
        .split_once("value=\"attache_key_")
        .expect("the new key is shown");
    let (rest, _) = shown.split_once('"').expect("an attribute ends");
    format!("attache_key_{rest}")
}

/// A command of the program, away from the variables of whoever runs the benchmark.
fn attache(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).current_dir(folder).env_clear();
    command
}

fn run(folder: &Path, arguments: &[&str]) -> String {
    let output = attache(folder, arguments)
        .output()
        .expect("the program runs");
    let remarks = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {remarks}");
    String::from_utf8(output.stdout).expect("text")
}

/// A free port. Somebody could take it before the program does, which a repeated run would show.
fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("bound").to_string()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
