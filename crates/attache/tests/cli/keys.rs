//! `attache keys rotate`: everything moves, nothing is lost, and then the older key may go.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use domain::clock::Clock;
use domain::connection::Integration;
use domain::id::{ConnectionId, Identity, ObjectId, TenantId};
use domain::random::Random;
use domain::secret::RefreshToken;
use serde_json::Value;
use store::people::Person;
use store::{KeyEncryptionKey, Keyring, Store};
use tempfile::TempDir;

use crate::postgres::cluster;
use crate::program::{Running, answer, attache, run, text};

/// A folder with settings and keys, a database, and people who are connected.
pub(crate) struct Vault {
    folder: TempDir,
    url: String,
    /// The files of all keys, the oldest first.
    keys: Vec<PathBuf>,
    pub(crate) people: Vec<(Person, ConnectionId)>,
}

impl Vault {
    pub(crate) async fn new(url: Option<String>, people: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("attache.db");
        let url = url.unwrap_or_else(|| format!("sqlite:{}", file.display()));
        let mut vault = Self {
            folder,
            url,
            keys: Vec::new(),
            people: Vec::new(),
        };
        vault.add_key();
        vault.configure(0, &[]);
        answer(&["db", "migrate"], vault.path());
        let store = vault.open(0, &[]).await;
        let random = Random::operating_system();
        let tenant = TenantId::parse(&random.uuid()).expect("a GUID");
        for number in 0..people {
            let identity = Identity {
                tenant: tenant.clone(),
                object: ObjectId::parse(&random.uuid()).expect("a GUID"),
            };
            let person = store.sign_in_person(&identity, "Somebody", "somebody@nordwind.example");
            let person = person.await.expect("a person");
            let token = RefreshToken::new(format!("{number} 0"));
            let connection = store
                .store_grant(
                    &person.organisation,
                    &person.id,
                    Integration::OutlookCalendar,
                    &[],
                    &person.identity.object,
                    &token,
                )
                .await
                .expect("a connection");
            vault.people.push((person, connection.id));
        }
        vault
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Makes one more key, and answers its place.
    fn add_key(&mut self) -> usize {
        let name = format!("{}.key", self.keys.len());
        answer(&["keys", "generate", "--out", &name], self.path());
        self.keys.push(self.path().join(name));
        self.keys.len() - 1
    }

    fn key(&self, at: usize) -> KeyEncryptionKey {
        let text = fs::read_to_string(&self.keys[at]).expect("a key file");
        KeyEncryptionKey::parse_file(&text).expect("a key")
    }

    /// Writes the settings of a server with these keys.
    pub(crate) fn configure(&self, active: usize, older: &[usize]) {
        let active = format!("file = {:?}", self.keys[active]);
        self.configure_with(&active, older);
    }

    /// The same with whatever seals.
    pub(crate) fn configure_with(&self, active: &str, older: &[usize]) {
        let older: Vec<_> = older.iter().map(|at| &self.keys[*at]).collect();
        let settings = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n[database]\nurl = \"{}\"\n[keys]\n{active}\ndecrypt_only = {older:?}\n\
             [entra]\ntenants = [\"{guid}\"]\nclient_id = \"{guid}\"\nclient_secret = \"x\"\n\
             login = \"http://127.0.0.1:1\"\ngraph = \"http://127.0.0.1:1/v1.0\"\nsimulator = true\n",
            self.url,
            guid = "11111111-2222-3333-4444-555555555555",
        );
        fs::write(self.path().join("attache.toml"), settings).expect("written");
    }

    /// What a server with these keys has.
    pub(crate) async fn open(&self, active: usize, older: &[usize]) -> Store {
        let older = older.iter().map(|at| self.key(*at)).collect();
        let keys = Keyring::new(self.key(active), older).expect("a ring");
        let settings = store::Settings {
            url: self.url.clone(),
            max_connections: 4,
        };
        let (clock, random) = (Clock::system(), Random::operating_system());
        let opened = Store::open(&settings, keys, clock, random).await;
        let (store, writer) = opened.expect("it opens");
        #[expect(
            clippy::disallowed_methods,
            reason = "the test is the wiring; the writer ends with the store"
        )]
        tokio::spawn(writer.run());
        store
    }

    /// The tokens of everybody, in order.
    pub(crate) async fn tokens(&self, store: &Store) -> Vec<String> {
        let mut tokens = Vec::new();
        for (person, connection) in &self.people {
            let opened = store.open_grant(&person.id, connection).await;
            tokens.push(opened.expect("it opens").0.expose().to_owned());
        }
        tokens
    }

    /// How many grants are under this key, and how many under others.
    async fn spread(&self, store: &Store, key: usize) -> (u64, u64) {
        let key = self.key(key);
        let usage = store.keys_in_use().await.expect("a count");
        let count = |this: bool| {
            let of = usage
                .iter()
                .filter(|usage| (usage.key_id == key.id()) == this);
            of.map(|usage| usage.grants).sum()
        };
        (count(true), count(false))
    }
}

fn rotate(vault: &Vault) -> Command {
    let arguments = ["keys", "rotate", "--batch", "1", "--json"];
    let mut command = attache(&arguments, vault.path());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// A server that renews one connection after the other until it is told to stop. Answers every token it kept last.
async fn refresh(vault: &Vault, store: Store, mut last: Vec<u64>, stop: &AtomicBool) -> Vec<u64> {
    while !stop.load(Ordering::SeqCst) {
        for (number, (person, connection)) in vault.people.iter().enumerate().step_by(7) {
            let opened = store.open_grant(&person.id, connection).await;
            let (token, version) = opened.expect("it opens");
            let rounds = &mut last[number];
            assert_eq!(token.expose(), format!("{number} {rounds}"));
            let next = RefreshToken::new(format!("{number} {}", *rounds + 1));
            let kept = store
                .commit_grant(&person.id, connection, version, Some(&next), &[])
                .await;
            assert!(kept.expect("an answer"), "nobody else renews it");
            *rounds += 1;
            // A server has other work too.
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    }
    last
}

/// Kills the command at random places until it was killed so often, beginning with another key whenever it was faster.
async fn kill(vault: &mut Vault, times: usize) {
    let seed = u64::from_be_bytes(Random::operating_system().bytes());
    let random = Random::seeded(seed);
    let begun = Instant::now();
    assert!(rotate(vault).status().expect("it runs").success());
    let idle = begun.elapsed();
    let (mut killed, mut between) = (0, 0);
    let mut last = vec![0; vault.people.len()];
    while killed < times {
        let active = vault.add_key();
        let older: Vec<usize> = (0..active).collect();
        vault.configure(active, &older);
        let server = vault.open(active, &older).await;
        let stop = AtomicBool::new(false);
        let vault = &*vault;
        let killing = async {
            loop {
                let mut child = rotate(vault).spawn().expect("it starts");
                let share = u32::from(u16::from_be_bytes(random.bytes()));
                let span = idle + Duration::from_millis(60);
                tokio::time::sleep(span * share / u32::from(u16::MAX)).await;
                child.kill().expect("it is ours");
                let status = child.wait().expect("it ends");
                if status.signal() != Some(9) {
                    assert!(status.success(), "{status}");
                    break;
                }
                killed += 1;
                let (new, old) = vault.spread(&server, active).await;
                between += usize::from(new > 0 && old > 0);
                if killed == times {
                    break;
                }
            }
            stop.store(true, Ordering::SeqCst);
        };
        let refreshing = refresh(vault, server.clone(), last.clone(), &stop);
        let ((), kept) = tokio::join!(killing, refreshing);
        last = kept;
    }
    assert!(
        between > times / 3,
        "only {between} kills in the middle of it"
    );
    let output = run(&["keys", "rotate", "--json"], vault.path());
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(output.status.success(), "{said}");
    assert_eq!(said["left"], 0);
    let active = vault.keys.len() - 1;
    // Nothing but the newest key.
    let store = vault.open(active, &[]).await;
    let people = u64::try_from(vault.people.len()).expect("few");
    assert_eq!(vault.spread(&store, active).await, (people, 0));
    let expected = last.iter().enumerate();
    let expected: Vec<String> = expected
        .map(|(number, rounds)| format!("{number} {rounds}"))
        .collect();
    assert_eq!(vault.tokens(&store).await, expected);
    vault.configure(active, &[]);
    assert!(answer(&["audit", "verify"], vault.path()).contains("whole"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_that_is_killed_fifty_times_loses_no_connection_on_sqlite() {
    let mut vault = Vault::new(None, 200).await;
    kill(&mut vault, 50).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_that_is_killed_fifty_times_loses_no_connection_on_postgres() {
    let Some(cluster) = cluster() else { return };
    sqlx::any::install_default_drivers();
    let name = format!("attache_keys_{}", std::process::id());
    let run = async |statement: String| {
        use sqlx::Connection as _;
        let mut connection = sqlx::AnyConnection::connect(&cluster.url)
            .await
            .expect("it is there");
        let done = sqlx::raw_sql(sqlx::AssertSqlSafe(statement));
        done.execute(&mut connection).await.expect("it runs");
    };
    run(format!("CREATE DATABASE {name}")).await;
    let (server, query) = cluster.url.split_once('?').unwrap_or((&cluster.url, ""));
    let (server, _) = server
        .rsplit_once('/')
        .expect("the URL ends with a database");
    let mut vault = Vault::new(Some(format!("{server}/{name}?{query}")), 200).await;
    kill(&mut vault, 50).await;
    run(format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_rotation_the_older_key_may_go_and_before_it_a_server_says_which_one_it_lacks() {
    let mut vault = Vault::new(None, 20).await;
    let newer = vault.add_key();
    let (old_id, new_id) = (
        vault.key(0).id().to_owned(),
        vault.key(newer).id().to_owned(),
    );

    // Every server can open what the new key seals, before anything is sealed with it.
    vault.configure(0, &[newer]);
    let said = answer(&["keys", "rotate"], vault.path());
    assert!(said.contains("0 connections sealed anew"), "{said}");

    // Who lacks a key that is needed does not start, says which, and changes nothing.
    vault.configure(newer, &[]);
    let file = vault.path().join("attache.db");
    let before = fs::read(&file).expect("the database");
    for command in [&["serve"][..], &["keys", "rotate"]] {
        let refused = run(command, vault.path());
        let remarks = text(refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{remarks}");
        assert!(remarks.contains(&old_id), "{remarks}");
        assert!(remarks.contains("keys.decrypt_only"), "{remarks}");
    }
    assert!(
        fs::read(&file).expect("the database") == before,
        "nothing is changed"
    );

    vault.configure(newer, &[0]);
    let store = vault.open(newer, &[0]).await;
    let output = run(&["keys", "rotate", "--batch", "7", "--json"], vault.path());
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        (&said["active"], &said["sealed"]),
        (&Value::from(new_id.as_str()), &20.into())
    );
    assert_eq!(said["keys"].as_array().map(Vec::len), Some(1), "{said}");
    let kinds = store::audit::AuditFilter {
        kinds: vec![domain::audit::Kind::KeysRotated],
        limit: 9,
        ..store::audit::AuditFilter::default()
    };
    let organisation = &vault.people[0].0.organisation;
    let entries = store.entries(organisation, &kinds).await.expect("readable");
    let entries: Vec<_> = entries
        .iter()
        .rev()
        .map(|logged| (logged.record.outcome.as_deref(), logged.record.count))
        .collect();
    assert_eq!(
        entries,
        [(Some("begun"), Some(20)), (Some("finished"), Some(20))]
    );

    // The older key is gone, and a server starts; one that has the older key alone does not.
    vault.configure(newer, &[]);
    fs::rename(&vault.keys[0], vault.path().join("away")).expect("moved");
    let mut serve = Running::start(attache(&["serve"], vault.path()));
    serve.remark("attache is ready");
    assert_eq!(serve.stop().0, Some(0));
    fs::rename(vault.path().join("away"), &vault.keys[0]).expect("moved");
    vault.configure(0, &[]);
    let remarks = text(run(&["serve"], vault.path()).stderr);
    assert!(remarks.contains(&new_id), "{remarks}");
    assert_eq!(vault.tokens(&store).await[19], "19 0");
}
