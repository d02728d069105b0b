//! L1: while attache cannot write what it does, it does nothing; when it can again, it works again, by itself.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sim::Rotation;

use crate::browser::Browser;
use crate::database::Database;
use crate::house::{House, PATIENCE, who};

/// How the database is taken away from a running server.
enum Taken {
    /// Its folder is a small file system, and somebody else filled it.
    Disk(PathBuf),
    /// The server's files may not grow: what a full disk is to a process, without a right to mount one.
    Quota,
    /// Its files cannot be written any more.
    ReadOnly(PathBuf),
    /// PostgreSQL is stopped.
    Stopped(Cluster),
}

impl Taken {
    fn take(&mut self, house: &House) {
        match self {
            Self::Disk(folder) => fill(folder),
            Self::Quota => limit_files(house, "1:unlimited"),
            Self::ReadOnly(folder) => assert!(immutable(folder, "+i"), "it worked before"),
            Self::Stopped(cluster) => cluster.say("stop"),
        }
    }

    fn give_back(&mut self, house: &House) {
        match self {
            Self::Disk(folder) => std::fs::remove_file(folder.join("filler")).expect("removed"),
            Self::Quota => limit_files(house, "unlimited:unlimited"),
            Self::ReadOnly(folder) => assert!(immutable(folder, "-i"), "it worked before"),
            Self::Stopped(cluster) => cluster.say("start"),
        }
    }
}

impl Drop for Taken {
    /// A failed test leaves nothing behind that cannot be removed.
    fn drop(&mut self) {
        match self {
            Self::Disk(folder) => {
                run("umount", &["--lazy"], folder);
            }
            Self::ReadOnly(folder) => {
                immutable(folder, "-i");
            }
            Self::Quota | Self::Stopped(_) => {}
        }
    }
}

/// Until nothing more fits.
fn fill(folder: &Path) {
    let mut filler = std::fs::File::create(folder.join("filler")).expect("room for a name");
    let block = [0; 4_096];
    for size in [4_096, 256, 1] {
        while filler.write_all(&block[..size]).is_ok() {}
    }
}

fn limit_files(house: &House, limit: &str) {
    let server = house.server.as_ref().expect("it runs").id();
    let limited = Command::new("prlimit")
        .args([format!("--pid={server}"), format!("--fsize={limit}")])
        .status();
    assert!(limited.expect("prlimit runs").success());
}

/// Marks the files of the database, or takes the mark away; `false` where that is not possible.
fn immutable(folder: &Path, how: &str) -> bool {
    ["attache.db", "attache.db-wal", "attache.db-shm"]
        .iter()
        .all(|name| run("chattr", &[how], &folder.join(name)))
}

fn run(program: &str, arguments: &[&str], path: &Path) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).arg(path).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn skipped(why: &str) {
    // Not by a macro: what those print, the test harness keeps to itself when a test passes.
    let _ = writeln!(std::io::stderr(), "{why}: SKIPPED");
}

/// A PostgreSQL of the test's own, to be stopped and started.
struct Cluster {
    keeper: Child,
    answers: BufReader<ChildStdout>,
}

impl Cluster {
    /// It and the address of its database; `None` where there is none to start.
    fn start() -> Option<(Self, String)> {
        let script = include_str!("../../../store/tests/it/postgres.sh");
        let mut keeper = Command::new("sh")
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let answers = BufReader::new(keeper.stdout.take().expect("piped"));
        let mut cluster = Self { keeper, answers };
        match cluster.answer().as_str() {
            "absent" => None,
            url => Some((cluster, url.to_owned())),
        }
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("text");
        assert!(!line.is_empty(), "PostgreSQL's keeper has died");
        line.trim().to_owned()
    }

    fn say(&mut self, word: &str) {
        let input = self.keeper.stdin.as_mut().expect("piped");
        writeln!(input, "{word}").expect("it listens");
        assert_eq!(self.answer(), "done");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// A call over REST: its status and body.
async fn call(house: &House, tool: &str, arguments: &Value) -> (u16, Value) {
    let url = format!("{}/api/v1/tools/{tool}", house.base);
    let key = &house.people[0].key;
    let request = house.client.post(url).bearer_auth(key).json(arguments);
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    (status, answer.json().await.expect("JSON"))
}

/// The same over MCP: what the agent reads.
async fn call_mcp(house: &House, tool: &str, arguments: &Value) -> Value {
    let params = json!({"name": tool, "arguments": arguments});
    let request = house
        .client
        .post(format!("{}/mcp", house.base))
        .bearer_auth(&house.people[0].key)
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2025-11-25")
        .json(&json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}));
    let answer = request.send().await.expect("an answer");
    answer.json().await.expect("JSON")
}

async fn status(house: &House, path: &str) -> u16 {
    let answer = house.client.get(format!("{}{path}", house.base)).send();
    answer.await.expect("an answer").status().as_u16()
}

fn create(title: &str) -> Value {
    json!({"title": title, "start": "2031-03-04T10:00", "duration_minutes": 30})
}

/// Whether an error says what it is, what to do, and which request it was.
fn is_clear(error: &Value) -> bool {
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    text("code") == "unavailable"
        && text("message").contains("did nothing")
        && text("message").contains("Try again")
        && text("request_id").starts_with("req_")
}

/// Whose calendar has a working connection, whose agent may read and create and must ask to update, and one approval of
/// whom waits.
async fn prepared(house: &House) -> (Browser, Value, String) {
    let mut chief = house.signed_in(&who(&house.sim.people()[0])).await;
    chief.open("/administration/tools").await;
    let levels = [
        ("level.create_event", "always_allow"),
        ("level.update_event", "ask"),
    ];
    assert_eq!(chief.submit("/administration/tools", &levels).await, 200);
    let (code, made) = call(house, "create_event", &create("Before")).await;
    assert_eq!((code, &made["status"]), (200, &json!("done")), "{made}");
    let event = made["event"]["id"].clone();
    assert!(event.is_string(), "{made}");
    let change = json!({"id": event, "title": "Approved"});
    let (_, asked) = call(house, "update_event", &change).await;
    assert_eq!(asked["status"], "approval_required", "{asked}");
    let mut owner = house.people[0].browser.clone();
    let link = asked["link"].as_str().expect("a link");
    assert_eq!(owner.open(link).await, 200);
    let approval = asked["approval_id"].as_str().expect("an id").to_owned();
    (owner, event, approval)
}

async fn nothing_is_done_without_the_record(mut house: House, mut taken: Taken) {
    let (mut owner, event, approval) = prepared(&house).await;
    house.sim.clear_log();

    taken.take(&house);
    for (tool, arguments) in [
        ("search_events", json!({"limit": 1})),
        ("create_event", create("Never")),
        ("update_event", json!({"id": event, "title": "Never"})),
    ] {
        let (code, body) = call(&house, tool, &arguments).await;
        let clear = is_clear(&body["error"]);
        assert!(code == 503 && clear, "{tool}: {code} {body}");
        let body = call_mcp(&house, tool, &arguments).await;
        let told = body.to_string();
        assert!(
            told.contains("unavailable") && told.contains("req_"),
            "{tool}: {told}"
        );
    }
    let code = owner.submit("/approve", &[]).await;
    let told = &owner.html;
    assert!(code == 503 && told.contains("req_"), "{code}: {told}");
    assert_eq!(status(&house, "/readyz").await, 503);
    assert_eq!(status(&house, "/livez").await, 200);
    let asked: Vec<_> = house
        .sim
        .log()
        .into_iter()
        .map(|entry| entry.path)
        .collect();
    assert_eq!(asked, [""; 0], "neither Entra nor Graph was asked");

    taken.give_back(&house);
    // No restart, and the very next call works: whatever was broken is noticed in the call itself.
    let (code, body) = call(&house, "search_events", &json!({"limit": 1})).await;
    assert_eq!(code, 200, "{body}: {}", house.remarks());
    assert_eq!(status(&house, "/readyz").await, 200);
    let path = format!("/approvals/{approval}");
    assert_eq!(owner.open(&path).await, 200);
    assert_eq!(owner.submit("/approve", &[]).await, 200);
    let titles = titles(&house);
    assert!(titles.contains(&"Approved".to_owned()), "{titles:?}");
    assert!(!titles.contains(&"Never".to_owned()), "{titles:?}");
    let (code, body) = call(&house, "create_event", &create("Afterwards")).await;
    assert_eq!((code, &body["status"]), (200, &json!("done")), "{body}");
    let began = Instant::now();
    while !house.command(&["audit", "verify"]).contains("whole") {
        assert!(began.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    house.kill();
}

fn titles(house: &House) -> Vec<String> {
    let login = house.people[0].who["login"].as_str().expect("a login");
    let events = house.sim.events_of(login);
    let title = |event: &Value| event["subject"].as_str().unwrap_or_default().to_owned();
    events.iter().map(title).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_full_disk_nothing_is_asked_of_microsoft_and_all_is_well_when_there_is_room() {
    let database = Database::sqlite();
    let folder = database.folder.path().to_path_buf();
    if !run("mount", &["-t", "tmpfs", "-o", "size=4m", "tmpfs"], &folder) {
        skipped("no right to mount a file system: a disk is not filled");
        return;
    }
    let taken = Taken::Disk(folder);
    let house = House::build(database, Rotation::Strict, 1).await;
    nothing_is_done_without_the_record(house, taken).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_files_that_may_not_grow_nothing_is_asked_of_microsoft() {
    let house = House::build(Database::sqlite(), Rotation::Strict, 1).await;
    nothing_is_done_without_the_record(house, Taken::Quota).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_database_that_cannot_be_written_nothing_is_asked_of_microsoft() {
    let database = Database::sqlite();
    let folder = database.folder.path().to_path_buf();
    let house = House::build(database, Rotation::Strict, 1).await;
    if !(immutable(&folder, "+i") && immutable(&folder, "-i")) {
        skipped("no right to make files immutable: a database is not made read-only");
        return;
    }
    nothing_is_done_without_the_record(house, Taken::ReadOnly(folder)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_stopped_postgresql_nothing_is_asked_of_microsoft_and_all_is_well_when_it_runs() {
    let Some((cluster, url)) = Cluster::start() else {
        skipped("no initdb: no PostgreSQL is stopped");
        return;
    };
    let database = Database {
        url,
        folder: tempfile::tempdir().expect("a folder"),
    };
    let house = House::build(database, Rotation::Strict, 1).await;
    nothing_is_done_without_the_record(house, Taken::Stopped(cluster)).await;
}
