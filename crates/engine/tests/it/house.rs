//! One house for every test: engine, store and a Microsoft of its own. Reads like the story.

use std::sync::Arc;
use std::time::Duration;

use domain::audit::Kind;
use domain::caller::Surface;
use domain::clock::Clock;
use domain::id::{ApprovalId, Identity, ObjectId, RequestId, TenantId};
use domain::permission::Level;
use domain::random::Random;
use domain::secret::{AuthorizationCode, BrowserSecret, ClientSecret, StateSecret};
use engine::{
    AgentCaller, Answer, ApprovalView, Begun, Callback, CallbackAnswer, Engine, Error, Finished,
    Instances, LevelChange, Limits, PersonCaller,
};
use microsoft::Microsoft;
use serde_json::Value;
use sim::{LogEntry, Options, Person, Simulator};
use store::audit::{AuditFilter, Logged};
use store::{KeyEncryptionKey, Keyring, Store};
use tokio::task::JoinHandle;

/// Everything a test needs, running.
pub(crate) struct House {
    pub(crate) engine: Engine,
    pub(crate) sim: Arc<Simulator>,
    pub(crate) store: Store,
    pub(crate) random: Random,
    pub(crate) clock: Clock,
    pub(crate) writer: JoinHandle<()>,
    database: Arc<Database>,
    linger: Duration,
    limits: Limits,
    /// The text of the file of its key.
    pub(crate) key: String,
}

/// Where a house keeps what it knows.
pub(crate) enum Database {
    /// A file in a folder of its own.
    Sqlite(tempfile::TempDir),
    /// The address of a database of a cluster.
    Postgres(String),
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}/attache.db", folder.path().display()),
            Self::Postgres(url) => url.clone(),
        }
    }
}

/// A person who has connected, and her agent.
pub(crate) struct Pair {
    pub(crate) person: PersonCaller,
    pub(crate) agent: AgentCaller,
    pub(crate) login: String,
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default(), Duration::from_secs(60)).await
    }

    pub(crate) async fn with(options: Options, token_linger: Duration) -> Self {
        let random = Random::operating_system();
        let (_, key) = KeyEncryptionKey::generate(&random);
        let sim = sim::start(options).await.expect("a free port");
        let (sim, database) = (Arc::new(sim), Arc::new(Database::sqlite()));
        Self::build(
            sim,
            database,
            key,
            Clock::system(),
            token_linger,
            Instances::One,
        )
        .await
    }

    /// One whose agents may do only so much, by a clock that stands still.
    pub(crate) async fn limited(limits: Limits) -> Self {
        let (_, key) = KeyEncryptionKey::generate(&Random::operating_system());
        let sim = sim::start(Options::default()).await.expect("a free port");
        let (sim, database) = (Arc::new(sim), Arc::new(Database::sqlite()));
        let (clock, linger) = (
            Clock::manual(Clock::system().now()),
            Duration::from_secs(60),
        );
        Self::build_limited(sim, database, key, clock, linger, Instances::One, limits).await
    }

    /// One of several instances, on a database of its own so far.
    pub(crate) async fn one_of_several(
        options: Options,
        database: Database,
        clock: Clock,
        token_linger: Duration,
    ) -> Self {
        let (_, key) = KeyEncryptionKey::generate(&Random::operating_system());
        let sim = Arc::new(sim::start(options).await.expect("a free port"));
        let database = Arc::new(database);
        Self::build(sim, database, key, clock, token_linger, Instances::Several).await
    }

    /// Another instance beside this one: the same database, key, clock and Microsoft.
    pub(crate) async fn beside(&self) -> Self {
        Self::build_limited(
            Arc::clone(&self.sim),
            Arc::clone(&self.database),
            self.key.clone(),
            self.clock.clone(),
            self.linger,
            Instances::Several,
            self.limits,
        )
        .await
    }

    async fn build(
        sim: Arc<Simulator>,
        database: Arc<Database>,
        key: String,
        clock: Clock,
        token_linger: Duration,
        instances: Instances,
    ) -> Self {
        // Most tests are about something else.
        let limits = Limits::all(1_000_000);
        Self::build_limited(sim, database, key, clock, token_linger, instances, limits).await
    }

    #[expect(clippy::disallowed_methods, reason = "the test is the wiring")]
    async fn build_limited(
        sim: Arc<Simulator>,
        database: Arc<Database>,
        key: String,
        clock: Clock,
        token_linger: Duration,
        instances: Instances,
        limits: Limits,
    ) -> Self {
        microsoft::install_crypto();
        let random = Random::operating_system();
        let settings = store::Settings {
            url: database.url(),
            max_connections: 4,
        };
        Store::migrate(&settings).await.expect("it migrates");
        let keys = KeyEncryptionKey::parse_file(&key).expect("a key");
        let keys = Keyring::new(keys, vec![]).expect("one key");
        let (store, writer) = Store::open(&settings, keys, clock.clone(), random.clone())
            .await
            .expect("opens");
        let writer = tokio::spawn(writer.run());
        let microsoft = Microsoft::new(
            microsoft::Settings {
                authority: sim.authority(),
                graph: sim.graph(),
                client_id: sim.client_id().to_owned(),
                credential: microsoft::entra::Credential::Secret(ClientSecret::new(
                    sim.client_secret().to_owned(),
                )),
                redirect_uri: "http://127.0.0.1:9/auth/microsoft/callback".into(),
                allowed_tenants: vec![TenantId::parse(sim.tenant_id()).expect("a GUID")],
                timeout: Duration::from_secs(2),
            },
            clock.clone(),
            random.clone(),
        )
        .expect("addresses of this machine");
        let settings = engine::Settings {
            base_url: "http://127.0.0.1:9".into(),
            token_linger,
            session_idle: Duration::from_secs(1800),
            session_absolute: Duration::from_secs(43_200),
            approval_lifetime: Duration::from_secs(900),
            home_domains: vec![],
            limits,
            simulated: true,
            instances,
        };
        let engine = Engine::new(
            store.clone(),
            microsoft,
            clock.clone(),
            random.clone(),
            settings,
        );
        let administrator = &sim.people()[0];
        engine
            .seed_person(
                &identity(&sim, administrator),
                &administrator.name,
                &administrator.login,
                true,
            )
            .await
            .expect("seeded");
        Self {
            engine,
            sim,
            store,
            random,
            clock,
            writer,
            database,
            linger: token_linger,
            limits,
            key,
        }
    }

    pub(crate) fn request(&self) -> RequestId {
        RequestId::random(&self.random)
    }

    /// Somebody signs in.
    pub(crate) async fn signed_in(&self, who: usize) -> PersonCaller {
        let begun = self.engine.begin_sign_in("/").await.expect("begins");
        match self.come_back(&begun, who, None).await.expect("signs in") {
            Finished::SignedIn { session, .. } => self
                .engine
                .person_caller(&session)
                .await
                .expect("a session"),
            Finished::Connected => panic!("signing in does not connect"),
        }
    }

    /// Walks Microsoft's pages as somebody and finishes the attempt.
    pub(crate) async fn come_back(
        &self,
        begun: &Begun,
        who: usize,
        person: Option<&PersonCaller>,
    ) -> Result<Finished, Error> {
        let callback = walk(&begun.location, &self.sim.people()[who]).await;
        self.engine
            .finish(
                callback,
                Some(&copy(&begun.browser)),
                person,
                &self.request(),
            )
            .await
    }

    /// Somebody has connected and has an agent; levels are as given, everything else is unset.
    pub(crate) async fn connected(&self, who: usize, levels: &[(&str, Level)]) -> Pair {
        let person = self.signed_in(who).await;
        let begun = self
            .engine
            .begin_connect(&person, Some("Europe/Berlin"))
            .await
            .expect("begins");
        self.come_back(&begun, who, Some(&person))
            .await
            .expect("connects");
        self.set(levels).await;
        let (key, _) = self
            .engine
            .create_key(&person, "Test agent", Some(30), &self.request())
            .await
            .expect("a key");
        let agent = self
            .engine
            .agent_caller(&key, Surface::Mcp)
            .await
            .expect("a live key");
        self.sim.clear_log();
        Pair {
            login: person.login().to_owned(),
            person,
            agent,
        }
    }

    pub(crate) async fn set(&self, levels: &[(&str, Level)]) {
        let administrator = self.signed_in(0).await;
        let administrator = self
            .engine
            .administrator_caller(administrator)
            .expect("the first is one");
        let shown = self.engine.levels(&administrator).await.expect("a page");
        let from = |tool: &str| {
            let view = shown
                .iter()
                .find(|view| view.definition.name.as_str() == tool);
            view.filter(|view| view.set_at.is_some())
                .map(|view| view.level)
        };
        let change = |(tool, to): &(&str, Level)| LevelChange {
            tool: (*tool).to_owned(),
            from: from(tool),
            to: *to,
        };
        let levels: Vec<_> = levels.iter().map(change).collect();
        self.engine
            .set_levels(&administrator, &levels, &self.request())
            .await
            .expect("set");
    }

    /// It matters to all tools but these what an agent has read of others.
    pub(crate) async fn untainted(&self, tools: &[&str]) {
        let administrator = self.signed_in(0).await;
        let administrator = self
            .engine
            .administrator_caller(administrator)
            .expect("the first is one");
        let seen = self.engine.rules(&administrator).await.expect("rules");
        let tools: Vec<String> = tools.iter().map(|tool| (*tool).to_owned()).collect();
        let request = self.request();
        let set = self
            .engine
            .set_taint_off(&administrator, &tools, seen.version, &request);
        set.await.expect("set");
    }

    pub(crate) async fn call(
        &self,
        pair: &Pair,
        tool: &str,
        arguments: Value,
    ) -> Result<Answer, Error> {
        self.engine
            .call(&pair.agent, &self.request(), tool, arguments)
            .await
    }

    /// Her yes: she opens the card and says yes to what she sees.
    pub(crate) async fn approve(
        &self,
        person: &PersonCaller,
        id: &ApprovalId,
    ) -> Result<ApprovalView, Error> {
        let card = self
            .engine
            .open_approval(person, id, &self.request())
            .await?;
        self.engine
            .approve(person, id, &card.digest, &self.request())
            .await
    }

    /// How a call ended, in one word: its status or its error's code.
    pub(crate) async fn word(&self, pair: &Pair, tool: &str, arguments: Value) -> String {
        match self.call(pair, tool, arguments).await {
            Ok(answer) => answer.body["status"].as_str().unwrap_or("?").to_owned(),
            Err(error) => error.code.to_owned(),
        }
    }

    /// The present moment of this house.
    pub(crate) fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// Where the database is, for those who go behind the store's back.
    pub(crate) fn database(&self) -> String {
        self.database.url()
    }

    /// The requests Graph has seen.
    pub(crate) fn graph_requests(&self) -> Vec<LogEntry> {
        self.sim
            .log()
            .into_iter()
            .filter(|entry| entry.surface == "graph")
            .collect()
    }

    /// The token requests Entra has seen.
    pub(crate) fn token_requests(&self) -> usize {
        self.sim
            .log()
            .iter()
            .filter(|entry| entry.grant_type.as_deref() == Some("refresh_token"))
            .count()
    }

    /// The events of a mailbox with this title.
    pub(crate) fn events(&self, login: &str, title: &str) -> usize {
        self.sim
            .events_of(login)
            .iter()
            .filter(|event| event["subject"] == title)
            .count()
    }

    /// The entries of a person, newest first.
    pub(crate) async fn entries(&self, pair: &Pair, kinds: &[Kind]) -> Vec<Logged> {
        let filter = AuditFilter {
            person: Some(pair.person.id().clone()),
            kinds: kinds.to_vec(),
            limit: 100,
            ..AuditFilter::default()
        };
        self.store
            .entries(pair.person.organisation(), &filter)
            .await
            .expect("readable")
    }
}

pub(crate) fn identity(sim: &Simulator, person: &Person) -> Identity {
    Identity {
        tenant: TenantId::parse(sim.tenant_id()).expect("a GUID"),
        object: ObjectId::parse(&person.object_id).expect("a GUID"),
    }
}

pub(crate) fn copy(secret: &BrowserSecret) -> BrowserSecret {
    BrowserSecret::new(secret.expose().to_owned())
}

/// A browser without scripts at Microsoft's pages, until they lead back to us.
pub(crate) async fn walk(location: &str, person: &Person) -> Callback {
    match tour(location, person, &[]).await {
        Ok(address) => callback(&address),
        Err(page) => panic!("no way on from {page}"),
    }
}

/// The same, with buttons to press on the pages that hold certain words; otherwise the way forward is taken. Where none
/// is, the page on which it ended.
pub(crate) async fn tour(
    location: &str,
    person: &Person,
    presses: &[(&str, &[(&str, &str)])],
) -> Result<String, String> {
    let (mut url, mut fields, mut cookie) = (
        location.to_owned(),
        None::<Vec<(String, String)>>,
        String::new(),
    );
    #[expect(clippy::disallowed_methods, reason = "a browser of the test's own")]
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    for _ in 0..12 {
        let request = match &fields {
            Some(fields) => client.post(&url).form(fields),
            None => client.get(&url),
        };
        let answer = request
            .header("cookie", &cookie)
            .send()
            .await
            .expect("the simulator answers");
        if let Some(set) = answer
            .headers()
            .get("set-cookie")
            .and_then(|value| value.to_str().ok())
        {
            cookie = set.split(';').next().unwrap_or_default().to_owned();
        }
        if let Some(to) = answer
            .headers()
            .get("location")
            .and_then(|value| value.to_str().ok())
        {
            if to.starts_with("http://127.0.0.1:9/") {
                return Ok(to.to_owned());
            }
            (url, fields) = (to.to_owned(), None);
            continue;
        }
        let page = answer.text().await.expect("a page");
        let pressed = presses.iter().find(|(words, _)| page.contains(words));
        let forms = |mark: &str| page.split("<form").skip(1).find(|form| form.contains(mark));
        let form = match pressed {
            Some(_) => forms("name=\"ctx\""),
            None => forms("idSIButton9"),
        };
        let Some(form) = form else {
            return Err(page);
        };
        let action = attribute(form, "action").expect("an action");
        url = url::Url::parse(&url)
            .and_then(|base| base.join(&action))
            .expect("an address")
            .into();
        fields = Some(filled(
            form,
            &page,
            person,
            pressed.map_or(&[][..], |(_, fields)| fields),
        ));
    }
    panic!("Microsoft's pages have no end")
}

/// What a form sends: its own fields, what the person types, and the button that is pressed.
fn filled(
    form: &str,
    page: &str,
    person: &Person,
    press: &[(&str, &str)],
) -> Vec<(String, String)> {
    let mut sent: Vec<(String, String)> = form
        .split("<input")
        .skip(1)
        .filter_map(|input| {
            Some((
                attribute(input, "name")?,
                attribute(input, "value").unwrap_or_default(),
            ))
        })
        .filter(|(name, _)| name != "organization")
        .collect();
    for (name, value) in &mut sent {
        match name.as_str() {
            "loginfmt" => value.clone_from(&person.login),
            "passwd" => value.clone_from(&person.password),
            // The number that the telephone would be asked for.
            "otc" => *value = shown(page),
            _ => {}
        }
    }
    let press = press
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    sent.extend(press);
    sent
}

/// The number on the page for the second factor.
fn shown(page: &str) -> String {
    let after = page.split("idRichContext_DisplaySign\">").nth(1);
    let number = after.and_then(|rest| rest.split('<').next());
    number.unwrap_or_default().to_owned()
}

fn attribute(html: &str, name: &str) -> Option<String> {
    let tag = html.split('>').next()?;
    let value = tag
        .split(&format!(" {name}=\""))
        .nth(1)?
        .split('"')
        .next()?;
    Some(
        value
            .replace("&amp;", "&")
            .replace("&#38;", "&")
            .replace("&quot;", "\"")
            .replace("&#34;", "\""),
    )
}

pub(crate) fn callback(location: &str) -> Callback {
    let url = url::Url::parse(location).expect("an address");
    let get = |name: &str| {
        url.query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    let answer = match get("code") {
        Some(code) => CallbackAnswer::Code(AuthorizationCode::new(code)),
        None => CallbackAnswer::Error {
            error: get("error").unwrap_or_default(),
            subcode: get("error_subcode"),
            description: get("error_description"),
        },
    };
    Callback {
        state: StateSecret::new(get("state").expect("our state comes back")),
        answer,
    }
}
