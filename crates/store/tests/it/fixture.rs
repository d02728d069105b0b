//! A fresh database for each test, and the small world most of them need.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::audit::{Kind, Record};
use domain::caller::Surface;
use domain::canonical::Digest;
use domain::clock::Clock;
use domain::connection::Integration;
use domain::id::{ApprovalId, CallId, Identity, ObjectId, TenantId};
use domain::random::Random;
use domain::secret::{AgentKey, RefreshToken};
use domain::tool::Scope;
use jiff::Timestamp;
use serde_json::json;
use sqlx::{AnyConnection, Connection as _};
use store::agents::Agent;
use store::approvals::NewApproval;
use store::connections::{Connection, InstanceId};
use store::people::Person;
use store::writes::NewWrite;
use store::{Error, KeyEncryptionKey, Keyring, Settings, Store};
use tempfile::TempDir;
use tokio::sync::Mutex;

use crate::postgres::{Cluster, cluster};

pub(crate) const CALENDAR: Integration = Integration::OutlookCalendar;

/// A database of its own, with the time and the keys that go with it.
pub(crate) struct Fixture {
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    /// The text of the file of the key that seals.
    pub(crate) key: String,
    /// SQLite's folder.
    pub(crate) folder: Option<TempDir>,
    /// PostgreSQL's cluster and the name of the database in it.
    postgres: Option<(&'static Cluster, String)>,
}

impl Fixture {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("attache.db").display());
        Self::new(url, Some(folder), None)
    }

    /// The same where waiting for the disk costs nothing, if there is such a place: for tests of order, not of durability.
    pub(crate) fn in_memory() -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let folder = folder.expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("attache.db").display());
        Self::new(url, Some(folder), None)
    }

    /// A new database in the cluster; `None` when there is no cluster.
    pub(crate) async fn postgres() -> Option<Self> {
        static CREATING: Mutex<()> = Mutex::const_new(());
        static NAMES: AtomicUsize = AtomicUsize::new(0);
        sqlx::any::install_default_drivers();
        let cluster = cluster()?;
        let name = format!(
            "attache_test_{}_{}",
            std::process::id(),
            NAMES.fetch_add(1, Ordering::Relaxed)
        );
        let _one_at_a_time = CREATING.lock().await;
        run(&cluster.url, &format!("CREATE DATABASE {name}")).await;
        let (server, query) = cluster
            .url
            .split_once('?')
            .unwrap_or((cluster.url.as_str(), ""));
        let (server, _) = server
            .rsplit_once('/')
            .expect("the URL ends with a database");
        let url = format!("{server}/{name}?{query}");
        Some(Self::new(url, None, Some((cluster, name))))
    }

    fn new(
        url: String,
        folder: Option<TempDir>,
        postgres: Option<(&'static Cluster, String)>,
    ) -> Self {
        let random = Random::seeded(1);
        let (_, key) = KeyEncryptionKey::generate(&random);
        let morning: Timestamp = "2026-03-02T08:00:00Z".parse().expect("a time");
        Self {
            settings: Settings {
                url,
                max_connections: 6,
            },
            clock: Clock::manual(morning),
            random,
            key,
            folder,
            postgres,
        }
    }

    /// Drops PostgreSQL's database; a test that fails leaves it behind for a look.
    pub(crate) async fn remove(self) {
        if let Some((cluster, name)) = self.postgres {
            run(&cluster.url, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The ring with the fixture's key.
    pub(crate) fn keys(&self) -> Keyring {
        ring(&self.key, &[])
    }

    pub(crate) async fn migrate(&self) {
        Store::migrate(&self.settings).await.expect("it migrates");
    }

    /// Opens the store with these keys and runs its writer.
    pub(crate) async fn open(&self, keys: Keyring) -> Result<Store, Error> {
        let (clock, random) = (self.clock.clone(), self.random.clone());
        let (store, writer) = Store::open(&self.settings, keys, clock, random).await?;
        #[expect(
            clippy::disallowed_methods,
            reason = "the test is the wiring; the writer ends with the store"
        )]
        tokio::spawn(writer.run());
        Ok(store)
    }

    /// A migrated, open store.
    pub(crate) async fn store(&self) -> Store {
        self.migrate().await;
        self.open(self.keys()).await.expect("it opens")
    }

    /// A store with Anna, connected, with an agent.
    pub(crate) async fn world(&self) -> World {
        let store = self.store().await;
        let tenant = TenantId::parse(&self.random.uuid()).expect("a GUID");
        let anna = self.person(&store, &tenant, "Anna Berger").await;
        let connection = self.connect(&store, &anna, "anna's token").await;
        let (agent, _) = self.agent(&store, &anna).await;
        World {
            store,
            tenant,
            anna,
            connection,
            agent,
        }
    }

    pub(crate) async fn person(&self, store: &Store, tenant: &TenantId, name: &str) -> Person {
        let identity = Identity {
            tenant: tenant.clone(),
            object: ObjectId::parse(&self.random.uuid()).expect("a GUID"),
        };
        let login = format!("{}@nordwind.example", name.to_lowercase().replace(' ', "."));
        let person = store.sign_in_person(&identity, name, &login).await;
        person.expect("a person")
    }

    pub(crate) async fn connect(&self, store: &Store, person: &Person, token: &str) -> Connection {
        let token = RefreshToken::new(token.to_owned());
        let connection = store.store_grant(
            &person.organisation,
            &person.id,
            CALENDAR,
            &[Scope::CalendarsReadWrite, Scope::UserRead],
            &person.identity.object,
            &token,
        );
        connection.await.expect("a connection")
    }

    pub(crate) async fn agent(&self, store: &Store, person: &Person) -> (Agent, AgentKey) {
        let key = AgentKey::random(&self.random);
        let agent = store.create_agent(&person.id, "Laptop", &key, None).await;
        (agent.expect("an agent"), key)
    }

    /// Runs a statement behind the store's back.
    pub(crate) async fn sql(&self, statement: &str) {
        run(&self.settings.url, statement).await;
    }

    /// Reads one text column behind the store's back.
    pub(crate) async fn texts(&self, query: &str) -> Vec<String> {
        sqlx::any::install_default_drivers();
        let connection = AnyConnection::connect(&self.settings.url).await;
        let mut connection = connection.expect("a connection");
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(query));
        let texts = query.fetch_all(&mut connection).await.expect("an answer");
        connection.close().await.expect("it closes");
        texts
    }
}

async fn run(url: &str, statement: &str) {
    let connection = AnyConnection::connect(url).await;
    let mut connection = connection.expect("a connection");
    let done = sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
        .execute(&mut connection)
        .await;
    done.expect("it runs");
    connection.close().await.expect("it closes");
}

/// A ring from the texts of key files.
pub(crate) fn ring(active: &str, decrypt_only: &[&str]) -> Keyring {
    let key = |text: &str| KeyEncryptionKey::parse_file(text).expect("a key");
    let older = decrypt_only.iter().map(|text| key(text)).collect();
    Keyring::new(key(active), older).expect("a ring")
}

/// Anna, connected, with an agent.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) tenant: TenantId,
    pub(crate) anna: Person,
    pub(crate) connection: Connection,
    pub(crate) agent: Agent,
}

impl World {
    /// A call of Anna's agent to be stored, with a title that makes its arguments its own.
    pub(crate) fn call(&self, fixture: &Fixture, title: &str) -> NewApproval {
        let arguments = json!({ "title": title });
        NewApproval {
            organisation: self.anna.organisation.clone(),
            person: self.anna.id.clone(),
            connection: self.connection.id.clone(),
            life: self.connection.life,
            agent: self.agent.id.clone(),
            surface: Surface::Mcp,
            tool: "create_event".to_owned(),
            digest: Digest::of_json("test", &arguments),
            arguments,
            card: json!({ "heading": title }),
            summary: format!("Create {title}"),
            expires: fixture.now() + Duration::from_secs(600),
            call: CallId::random(&fixture.random),
        }
    }

    /// Puts on record that a call has begun.
    pub(crate) async fn begin(
        &self,
        fixture: &Fixture,
        new: &NewApproval,
        approval: Option<&ApprovalId>,
    ) -> Result<NewWrite, Error> {
        let write = NewWrite {
            organisation: new.organisation.clone(),
            person: new.person.clone(),
            connection: new.connection.clone(),
            life: new.life,
            agent: new.agent.clone(),
            surface: new.surface,
            tool: new.tool.clone(),
            arguments: new.arguments.clone(),
            digest: new.digest,
            approval: approval.cloned(),
            call: new.call.clone(),
        };
        let mut begun = Record::new(fixture.now(), Kind::CallBegun, new.organisation.clone());
        begun.call = Some(new.call.clone());
        let instance = InstanceId::random(&fixture.random);
        self.store.begin_write(begun, &write, &instance).await?;
        Ok(write)
    }
}
