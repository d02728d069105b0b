//! The demo as a child process, and what people do in it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use sqlx::Connection as _;

use crate::browser::Browser;

/// A demo that ends with the test.
pub(crate) struct House {
    child: Child,
    log: Option<std::thread::JoinHandle<String>>,
    pub(crate) said: Value,
    pub(crate) client: reqwest::Client,
    folder: tempfile::TempDir,
}

impl House {
    /// Starts the demo with these variables in its environment.
    pub(crate) fn new(variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut child = Command::new(env!("CARGO_BIN_EXE_attache"))
            .args(["demo", "--json", "--port", "0", "--sim-port", "0", "--data"])
            .arg(folder.path())
            .current_dir(folder.path())
            .env_clear()
            .envs(graph_folder())
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut log = child.stderr.take().expect("piped");
        let log = std::thread::spawn(move || {
            let mut text = String::new();
            log.read_to_string(&mut text).expect("text");
            text
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped"))
            .read_line(&mut line)
            .expect("readable");
        let said = serde_json::from_str(&line).expect("one line of JSON");
        #[expect(clippy::disallowed_methods, reason = "an agent of the test's own")]
        let client = reqwest::Client::new();
        Self {
            child,
            log: Some(log),
            said,
            client,
            folder,
        }
    }

    pub(crate) fn base(&self) -> &str {
        self.said["base"].as_str().expect("an address")
    }

    pub(crate) fn simulator(&self) -> &str {
        self.said["simulator"].as_str().expect("an address")
    }

    pub(crate) fn token(&self) -> &str {
        self.said["agent_token"].as_str().expect("a key")
    }

    pub(crate) fn administrator(&self) -> &Value {
        self.person(|person| person["role"] == "administrator")
    }

    pub(crate) fn member(&self) -> &Value {
        self.person(|person| person["login"] == self.said["agent_of"])
    }

    fn person(&self, fits: impl Fn(&Value) -> bool) -> &Value {
        self.said["people"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|person| fits(person))
            .expect("somebody")
    }

    pub(crate) async fn signed_in(&self, person: &Value) -> Browser {
        let mut browser = Browser::new(self.base());
        browser.open("/").await;
        browser.submit("/sign-in", &[]).await;
        browser.at_microsoft(self.base(), person).await;
        browser
    }

    pub(crate) async fn connect(&self, browser: &mut Browser) {
        self.connect_as(browser, self.member()).await;
    }

    /// The same for somebody else.
    pub(crate) async fn connect_as(&self, browser: &mut Browser, person: &Value) {
        browser.open("/integrations/outlook-calendar").await;
        browser
            .submit("/connect", &[("zone", "Europe/Berlin")])
            .await;
        browser.at_microsoft(self.base(), person).await;
        assert!(
            browser.url.path().ends_with("/outlook-calendar"),
            "{}",
            browser.url
        );
    }

    pub(crate) async fn set(&self, administrator: &mut Browser, levels: &[(&str, &str)]) {
        administrator.open("/administration/tools").await;
        let levels: Vec<_> = levels
            .iter()
            .map(|(tool, level)| (format!("level.{tool}"), *level))
            .collect();
        let levels: Vec<_> = levels
            .iter()
            .map(|(name, level)| (name.as_str(), *level))
            .collect();
        assert_eq!(
            administrator.submit("/administration/tools", &levels).await,
            200
        );
    }

    /// A call over REST: status and body.
    pub(crate) async fn rest(&self, tool: &str, arguments: &Value) -> (u16, Value) {
        self.rest_as(self.token(), tool, arguments).await
    }

    /// The same by whoever has this key.
    pub(crate) async fn rest_as(&self, key: &str, tool: &str, arguments: &Value) -> (u16, Value) {
        // Byte by byte, so that nothing is made of it on the way.
        let tool: String = tool.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let url = format!("{}/api/v1/tools/{tool}", self.base());
        let answer = self
            .client
            .post(url)
            .bearer_auth(key)
            .json(arguments)
            .send()
            .await
            .expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    /// A JSON-RPC request over MCP, in the legacy era without a session.
    pub(crate) async fn mcp(&self, method: &str, params: Value) -> Value {
        self.mcp_as(self.token(), method, params).await
    }

    /// The same by whoever has this key.
    pub(crate) async fn mcp_as(&self, key: &str, method: &str, params: Value) -> Value {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let answer = self
            .client
            .post(format!("{}/mcp", self.base()))
            .bearer_auth(key)
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2025-11-25")
            .json(&body)
            .send()
            .await
            .expect("an answer");
        answer.json().await.expect("JSON")
    }

    /// How many requests, of Graph or for tokens, the simulated Microsoft has been sent since it started.
    pub(crate) async fn asked_of_microsoft(&self) -> u64 {
        let url = format!("{}/_sim/log?top=1", self.simulator());
        let answer = self.client.get(url).send().await.expect("an answer");
        let newest: Value = answer.json().await.expect("JSON");
        newest[0]["number"].as_u64().unwrap_or(0)
    }

    /// Takes from every connection, behind the program's back, the scopes that any tool needs.
    pub(crate) async fn take_scopes(&self) {
        let changed = self
            .behind_its_back("UPDATE connections SET scopes = 'openid'")
            .await;
        assert_eq!(changed, 1, "the member's");
    }

    /// Changes the database behind the program's back; how many rows changed.
    pub(crate) async fn behind_its_back(&self, statement: &'static str) -> u64 {
        let file = self.folder.path().join("attache.db");
        let database = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display()));
        let mut database = database.await.expect("a connection");
        let done = sqlx::query(statement).execute(&mut database).await;
        done.expect("it runs").rows_affected()
    }

    /// Ends the demo and gives everything it logged.
    pub(crate) fn end(mut self) -> String {
        let sent = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(sent.expect("kill runs").success());
        assert!(self.child.wait().expect("it ends").success());
        let log = self.log.take().expect("not yet ended");
        let log = log.join().expect("read");
        conforms(&log);
        log
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let log = self.log.take().and_then(|log| log.join().ok());
        if !std::thread::panicking() {
            conforms(&log.unwrap_or_default());
        }
    }
}

/// Where Microsoft's types are, if they are not in their usual place.
#[expect(
    clippy::disallowed_methods,
    reason = "the demo's simulator holds its answers against them, and the demo has no other environment"
)]
fn graph_folder() -> Option<(&'static str, std::ffi::OsString)> {
    let name = "ATTACHE_TEST_GRAPH";
    Some((name, std::env::var_os(name)?))
}

/// Fails when the simulator inside has answered what Microsoft would not.
fn conforms(log: &str) {
    let violation = log.lines().find(|line| line.contains("sim/schemas:"));
    assert!(violation.is_none(), "{violation:?}");
}
