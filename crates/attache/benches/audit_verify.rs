//! How fast the record is checked: `attache audit verify`, of a database and of an export of it.
//! `cargo bench -p attache --bench audit_verify`, or with `-- 1000000` for as many entries.
//!
//! The entries are what calls leave: one when it begins, one when it has ended, with Microsoft's ids; a signed checkpoint
//! stands after each thousand, in the database and outside. What is measured is the released program as an auditor runs
//! it, from its start to its end, with the key and every checkpoint that was handed on. Times are shown, never asserted.
//!
//! It reads `/proc`, so it runs on Linux.
#![expect(
    clippy::print_stdout,
    reason = "the figures are what the benchmark is for"
)]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use domain::audit::{Kind, Record, UpstreamRequest};
use domain::caller::Surface;
use domain::canonical::Digest;
use domain::clock::Clock;
use domain::id::{AgentId, CallId, OrganisationId, PersonId, RequestId, TenantId};
use domain::random::Random;
use store::audit::{Made, SigningKey};
use store::{KeyEncryptionKey, Keyring, Store};
use tokio::task::JoinSet;

const ENTRIES: usize = 200_000;
const BETWEEN_CHECKPOINTS: usize = 1_000;
const ROUNDS: usize = 3;
/// The unit of CPU time in `/proc`: `USER_HZ` is 100 on every Linux that Rust runs on.
const TICK: Duration = Duration::from_millis(10);

const SETTINGS: &str = r#"
[keys]
file = "attache.key"
[audit]
signing_key_file = "audit.key"
"#;

fn main() {
    microsoft::install_crypto();
    // Cargo adds `--bench`.
    let entries = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let entries = entries
        .unwrap_or(ENTRIES)
        .next_multiple_of(BETWEEN_CHECKPOINTS);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let folder = folder.path();
    fs::write(folder.join("attache.toml"), SETTINGS).expect("written");
    run(folder, &["keys", "generate", "--out", "attache.key"]);
    run(folder, &["db", "migrate"]);
    let name = ["--name", "attache.example", "--out", "audit.key"];
    let key = run(
        folder,
        &[["audit", "generate-key"].as_slice(), &name].concat(),
    );
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(fill(folder, entries));
    run(folder, &["audit", "export", "--out", "audit.jsonl"]);
    let outside = ["--key", key.trim(), "--checkpoint", "outside", "--json"];
    let stored = [["audit", "verify"].as_slice(), &outside].concat();
    let export = ["audit", "verify", "--file", "audit.jsonl"];
    let export = [export.as_slice(), &outside].concat();
    println!("attache audit verify, {entries} entries, median of {ROUNDS} rounds:");
    println!("| of | seconds | CPU seconds | entries per minute |");
    println!("| --- | --- | --- | --- |");
    measure("an export", entries, folder, &export);
    measure("the database (SQLite)", entries, folder, &stored);
}

/// Checks some times, and shows the round in the middle.
fn measure(what: &str, entries: usize, folder: &Path, arguments: &[&str]) {
    let mut rounds: Vec<(Duration, Duration)> = (0..ROUNDS)
        .map(|_| {
            let (began, used) = (Instant::now(), cpu_of_children());
            let said = run(folder, arguments);
            let took = (began.elapsed(), cpu_of_children() - used);
            let checked = format!("\"entries\":{entries}");
            let signed = format!("\"signed_up_to\":{entries}");
            assert!(said.contains(&checked) && said.contains(&signed), "{said}");
            took
        })
        .collect();
    rounds.sort();
    let (took, used) = rounds[ROUNDS / 2];
    let number = u32::try_from(entries).expect("a number of entries");
    let rate = f64::from(number) / took.as_secs_f64() * 60.0;
    println!(
        "| {what} | {:.2} | {:.2} | {:.1} million |",
        took.as_secs_f64(),
        used.as_secs_f64(),
        rate / 1e6
    );
}

/// Puts entries on record through the store, as a server does, and signs them.
async fn fill(folder: &Path, entries: usize) {
    let random = Random::operating_system();
    let settings = store::Settings {
        url: format!("sqlite:{}", folder.join("attache.db").display()),
        max_connections: 4,
    };
    let read = |name| fs::read_to_string(folder.join(name)).expect("readable");
    let sealing = KeyEncryptionKey::parse_file(&read("attache.key")).expect("our own form");
    let keys = Keyring::new(sealing, Vec::new()).expect("one key");
    let opened = Store::open(&settings, keys, Clock::system(), random.clone()).await;
    let (store, writer) = opened.expect("it opens");
    let mut tasks = JoinSet::new();
    tasks.spawn(writer.run());
    let signing = SigningKey::parse(&read("audit.key")).expect("our own form");
    let tenant = TenantId::parse(&random.uuid()).expect("a GUID");
    let organisation = store.organisation_for(&tenant).await.expect("made");
    let outside = folder.join("outside");
    fs::create_dir(&outside).expect("made");
    let people: Vec<(PersonId, AgentId)> = (0..100)
        .map(|_| (PersonId::random(&random), AgentId::random(&random)))
        .collect();
    for segment in 0..entries / BETWEEN_CHECKPOINTS {
        let mut writers = JoinSet::new();
        for number in 0..BETWEEN_CHECKPOINTS / 2 {
            let (person, agent) = &people[(segment + number) % people.len()];
            let (begun, finished) = call(&random, &organisation, person, agent);
            let store = store.clone();
            writers.spawn(async move {
                store.record(begun).await.expect("recorded");
                store.record(finished).await.expect("recorded");
            });
        }
        writers.join_all().await;
        let made = store.make_checkpoint(&organisation, &signing, None).await;
        let Ok(Made::Checkpoint(kept)) = made else {
            panic!("a checkpoint: {made:?}")
        };
        let name = format!("{:012}.checkpoint", kept.size);
        fs::write(outside.join(name), kept.note).expect("written");
    }
    drop(store);
    tasks.join_all().await;
}

/// What one call leaves on record.
fn call(
    random: &Random,
    organisation: &OrganisationId,
    person: &PersonId,
    agent: &AgentId,
) -> (Record, Record) {
    let mut begun = Record::new(Clock::system().now(), Kind::CallBegun, organisation.clone());
    begun.person = Some(person.clone());
    begun.agent = Some(agent.clone());
    begun.surface = Some(Surface::Mcp);
    begun.request = Some(RequestId::random(random));
    begun.call = Some(CallId::random(random));
    begun.tool = Some("create_event".to_owned());
    begun.arguments = Some(Digest::of("benchmark", &[&random.bytes::<8>()]));
    let mut finished = begun.clone();
    finished.kind = Kind::CallFinished;
    finished.outcome = Some("done".to_owned());
    finished.target = begun.arguments;
    finished.duration_ms = Some(180);
    finished.upstream = (0..2)
        .map(|_| UpstreamRequest {
            client_request_id: random.uuid(),
            request_id: Some(random.uuid()),
            status: Some(201),
        })
        .collect();
    (begun, finished)
}

/// A command of the program, away from the variables of whoever runs the benchmark.
fn run(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_attache"));
    command.args(arguments).current_dir(folder).env_clear();
    let output = command.output().expect("the program runs");
    let remarks = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {remarks}");
    String::from_utf8(output.stdout).expect("text")
}

/// What every child that has ended has used.
fn cpu_of_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").expect("this process");
    // The name of the program is in parentheses and may hold anything; fields are counted after it.
    let (_, fields) = stat.rsplit_once(')').expect("a name");
    let ticks = fields.split_whitespace().skip(13).take(2);
    TICK * ticks
        .map(|ticks| ticks.parse::<u32>().expect("a number"))
        .sum::<u32>()
}
