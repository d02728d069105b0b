//! A server that can be killed, its Microsoft, and people who have connected and given an agent a key.

use std::fs::{File, OpenOptions};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sim::{Company, Options, Rotation, Simulator};

use crate::browser::Browser;
use crate::database::Database;

const SETTINGS: &str = r#"
[server]
listen = "127.0.0.1:PORT"
base_url = "http://127.0.0.1:PORT"
[database]
url = "DATABASE"
migrate_at_start = true
[keys]
KEYS
[entra]
tenants = ["TENANT"]
client_id = "CLIENT"
client_secret = "SECRET"
login = "MICROSOFT"
graph = "MICROSOFT/v1.0"
simulator = true
"#;

/// How long anything may take before the test gives up; nothing is measured by it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Everything a cycle needs.
pub(crate) struct House {
    pub(crate) sim: Simulator,
    pub(crate) database: Database,
    pub(crate) rotation: Rotation,
    pub(crate) people: Vec<Member>,
    pub(crate) base: String,
    pub(crate) client: reqwest::Client,
    /// The settings without the keys.
    pub(crate) settings: String,
    /// How many keys there have been.
    keys: usize,
    pub(crate) server: Option<Child>,
    rotation_under_way: Option<Child>,
}

/// Somebody with a connection and an agent.
pub(crate) struct Member {
    pub(crate) browser: Browser,
    /// Login, password and name, as a browser needs them.
    pub(crate) who: Value,
    pub(crate) object: String,
    pub(crate) key: String,
}

impl House {
    pub(crate) async fn build(database: Database, rotation: Rotation, people: usize) -> Self {
        let levels = [("level.search_events", "always_allow")];
        Self::built(database, rotation, people, &levels).await
    }

    /// The same with other levels, as the administrator's form has them.
    pub(crate) async fn built(
        database: Database,
        rotation: Rotation,
        people: usize,
        levels: &[(&str, &str)],
    ) -> Self {
        let company = Company {
            more_people: people,
            ..Company::default()
        };
        Self::in_company(database, rotation, company, people, levels).await
    }

    /// The same in a company of its own; so many of its last people have a connection and an agent.
    pub(crate) async fn in_company(
        database: Database,
        rotation: Rotation,
        company: Company,
        people: usize,
        levels: &[(&str, &str)],
    ) -> Self {
        let options = Options {
            company,
            rotation,
            log: 4_000,
            ..Options::default()
        };
        let sim = sim::start(options).await.expect("a free port");
        // Somebody else could take it meanwhile, which a repeated run would show.
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port")
            .port();
        let settings = SETTINGS
            .replace("PORT", &port.to_string())
            .replace("DATABASE", &database.url)
            .replace("TENANT", sim.tenant_id())
            .replace("CLIENT", sim.client_id())
            .replace("SECRET", sim.client_secret())
            .replace("MICROSOFT", sim.base());
        #[expect(clippy::disallowed_methods, reason = "an agent of the test's own")]
        let client = reqwest::Client::builder()
            .pool_max_idle_per_host(0)
            .timeout(PATIENCE)
            .build()
            .expect("a client");
        let mut house = Self {
            sim,
            database,
            rotation,
            people: Vec::new(),
            base: format!("http://127.0.0.1:{port}"),
            client,
            settings,
            keys: 0,
            server: None,
            rotation_under_way: None,
        };
        house.add_key();
        house.use_keys(1);
        house.start().await;
        house.settle(people, levels).await;
        house
    }

    /// The first administrator, her levels, and everybody's connection and key.
    async fn settle(&mut self, people: usize, levels: &[(&str, &str)]) {
        let everybody = self.sim.people();
        let mut administrator = self.signed_in(&who(&everybody[0])).await;
        let secret = self.command(&["admin", "bootstrap"]);
        administrator.open("/setup").await;
        let secret = [("secret", secret.trim())];
        assert_eq!(administrator.submit("/setup", &secret).await, 200);
        administrator.open("/administration/tools").await;
        assert_eq!(
            administrator.submit("/administration/tools", levels).await,
            200
        );
        for person in everybody.iter().rev().take(people) {
            let who = who(person);
            let mut browser = self.signed_in(&who).await;
            browser.open("/keys").await;
            let named = [("name", "Agent"), ("days", "30")];
            assert_eq!(browser.submit("/keys", &named).await, 200);
            let key = browser.html.split("attache_key_").nth(1).expect("a key");
            let key = key.split(['<', '"', '&']).next().expect("its end");
            let member = Member {
                key: format!("attache_key_{key}"),
                browser,
                who,
                object: person.object_id.clone(),
            };
            self.people.push(member);
            let number = self.people.len() - 1;
            self.leave(number).await;
            self.return_from_microsoft(number).await;
        }
    }

    pub(crate) async fn signed_in(&self, who: &Value) -> Browser {
        let mut browser = Browser::new(&self.base);
        browser.open("/").await;
        browser.submit("/sign-in", &[]).await;
        browser.at_microsoft(&self.base, who).await;
        browser
    }

    /// Somebody presses Connect and is at Microsoft then.
    pub(crate) async fn leave(&mut self, number: usize) {
        let member = &mut self.people[number];
        member
            .browser
            .open(&format!("{}/integrations/outlook-calendar", self.base))
            .await;
        member
            .browser
            .submit("/connect", &[("zone", "Europe/Berlin")])
            .await;
    }

    /// Somebody does what Microsoft asks; the browser stops before it comes back to attache.
    pub(crate) async fn finish_at_microsoft(&mut self, number: usize) {
        let member = &mut self.people[number];
        member.browser.stops_at = Some("/auth/microsoft/callback");
        member.browser.at_microsoft(&self.base, &member.who).await;
        member.browser.stops_at = None;
    }

    /// Somebody does what Microsoft asks, and is back.
    pub(crate) async fn return_from_microsoft(&mut self, number: usize) {
        let member = &mut self.people[number];
        member.browser.at_microsoft(&self.base, &member.who).await;
        let path = member.browser.url.path();
        assert!(
            path.ends_with("/outlook-calendar"),
            "{}",
            member.browser.url
        );
    }

    /// Somebody ends her connection, undisturbed.
    pub(crate) async fn disconnect(&mut self, number: usize) {
        let browser = &mut self.people[number].browser;
        browser
            .open(&format!(
                "{}/integrations/outlook-calendar/disconnect",
                self.base
            ))
            .await;
        assert_eq!(browser.submit("/disconnect", &[]).await, 200);
    }

    /// Without an access token in its memory.
    pub(crate) async fn restart(&mut self) {
        self.kill();
        self.start().await;
    }

    /// An agent's call: `done`, or the code of why not; `None` when no answer came.
    pub(crate) async fn word(&self, number: usize) -> Option<String> {
        let request = self
            .client
            .post(format!("{}/api/v1/tools/search_events", self.base))
            .bearer_auth(&self.people[number].key)
            .json(&json!({"limit": 1}));
        let answer = request.send().await.ok()?;
        let body: Value = answer.json().await.ok()?;
        let word = body["error"]["code"].as_str().or(body["status"].as_str());
        Some(word.unwrap_or("nonsense").to_owned())
    }

    /// Starts the server and waits until it is ready.
    pub(crate) async fn start(&mut self) {
        let log = self.log();
        let mut command = self.program(&["serve"]);
        let started = command.stdout(Stdio::null()).stderr(log).spawn();
        self.server = Some(started.expect("the program starts"));
        let began = Instant::now();
        while !self.ready().await {
            assert!(began.elapsed() < PATIENCE, "not ready: {}", self.remarks());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    async fn ready(&self) -> bool {
        let answer = self
            .client
            .get(format!("{}/readyz", self.base))
            .send()
            .await;
        answer.is_ok_and(|answer| answer.status() == 200)
    }

    /// SIGKILL, for everything of the program that runs.
    pub(crate) fn kill(&mut self) {
        let rotation = self.rotation_under_way.take();
        for mut process in self.server.take().into_iter().chain(rotation) {
            // A rotation may have ended by itself.
            let _ = process.kill();
            process.wait().expect("it ends");
        }
    }

    /// Makes one more key and answers its id; nothing uses it yet.
    pub(crate) fn add_key(&mut self) -> String {
        self.keys += 1;
        let name = format!("{}.key", self.keys);
        self.command(&["keys", "generate", "--out", &name]);
        let text = std::fs::read_to_string(self.database.folder.path().join(name));
        let text = text.expect("a key file");
        text.split(':').next().expect("an id").to_owned()
    }

    /// From the next start on the newest key seals, and it and those before it, so many in all, open.
    pub(crate) fn use_keys(&self, many: usize) {
        let older: Vec<String> = (1..many)
            .map(|back| format!("\"{}.key\"", self.keys - back))
            .collect();
        let keys = format!(
            "file = \"{}.key\"\ndecrypt_only = [{}]",
            self.keys,
            older.join(", ")
        );
        let settings = self.settings.replace("KEYS", &keys);
        std::fs::write(self.database.folder.path().join("attache.toml"), settings)
            .expect("written");
    }

    /// Begins to move all grants to the newest key.
    pub(crate) fn begin_rotation(&mut self) {
        let log = self.log();
        let mut command = self.program(&["keys", "rotate"]);
        let started = command.stdout(Stdio::null()).stderr(log).spawn();
        self.rotation_under_way = Some(started.expect("the program starts"));
    }

    /// In the end: everybody's connection works, and the record is whole.
    pub(crate) async fn check_all(&mut self) {
        for number in 0..self.people.len() {
            let word = self.word(number).await;
            // Whoever had many cycles has asked Entra often; that wait is what protects her.
            let fine = matches!(word.as_deref(), Some("done" | "microsoft_throttled"));
            assert!(fine, "{word:?} for {number}: {}", self.remarks());
        }
        let verified = self.command(&["audit", "verify"]);
        assert!(!verified.is_empty());
    }

    /// Runs a command to its successful end.
    pub(crate) fn command(&self, arguments: &[&str]) -> String {
        let output = self.program(arguments).output().expect("the program runs");
        let remarks = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {remarks}");
        String::from_utf8(output.stdout).expect("text")
    }

    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        let folder = self.database.folder.path();
        command.args(arguments).current_dir(folder).env_clear();
        command
    }

    pub(crate) fn log(&self) -> File {
        let path = self.database.folder.path().join("server.log");
        let log = OpenOptions::new().append(true).create(true).open(path);
        log.expect("a file")
    }

    /// The last of what the servers said.
    pub(crate) fn remarks(&self) -> String {
        let path = self.database.folder.path().join("server.log");
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let lines: Vec<&str> = text.lines().rev().take(12).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.kill();
    }
}

pub(crate) fn who(person: &sim::Person) -> Value {
    json!({"login": person.login, "password": person.password, "name": person.name})
}

/// The program to kill: the one that was built with this test, or another build of it.
#[expect(
    clippy::disallowed_methods,
    reason = "which build is killed is for whoever runs the test to say"
)]
pub(crate) fn binary() -> std::path::PathBuf {
    let given = std::env::var_os("ATTACHE_KILL_BINARY");
    given.map_or_else(|| env!("CARGO_BIN_EXE_attache").into(), Into::into)
}
