//! One attache against a simulated Microsoft, with as many people as a test wants.

use std::time::Duration;

use axum::Router;
use domain::audit::Kind;
use domain::clock::Clock;
use domain::connection::Integration;
use domain::id::{Identity, ObjectId, OrganisationId, PersonId, TenantId};
use domain::permission::Level;
use domain::random::Random;
use domain::secret::{ClientSecret, RefreshToken, SessionSecret};
use domain::tool::Scope;
use engine::Engine;
use microsoft::Microsoft;
use sim::{Fault, FaultAnswer, Options, Simulator, Surface};
use store::audit::{AuditFilter, Logged};
use store::connections::Connection;
use store::{KeyEncryptionKey, Keyring, Store};
use tempfile::TempDir;

use crate::app::App;

pub(crate) const BASE: &str = "http://localhost:8080";

/// How many requests of agents are worked on at once.
pub(crate) const AGENTS_AT_ONCE: u32 = 4;

/// The parts, joined.
pub(crate) struct Stack {
    pub(crate) engine: Engine,
    pub(crate) sim: Simulator,
    pub(crate) store: Store,
    organisation: OrganisationId,
    pub(crate) router: Router,
    pub(crate) random: Random,
    _folder: TempDir,
}

/// One person with a browser session and an agent.
pub(crate) struct Seat {
    pub(crate) app: App,
    pub(crate) person: PersonId,
}

impl Stack {
    #[expect(
        clippy::disallowed_methods,
        reason = "the record's writer runs beside the test and ends with it"
    )]
    pub(crate) async fn new() -> Self {
        microsoft::install_crypto();
        let sim = sim::start(Options::default()).await.expect("a free port");
        let folder = tempfile::tempdir().expect("a folder");
        let (clock, random) = (Clock::system(), Random::operating_system());
        let settings = store::Settings {
            url: format!("sqlite:{}", folder.path().join("attache.db").display()),
            max_connections: 4,
        };
        Store::migrate(&settings).await.expect("tables");
        let keys = Keyring::new(KeyEncryptionKey::generate(&random).0, Vec::new()).expect("keys");
        let (store, writer) = Store::open(&settings, keys, clock.clone(), random.clone())
            .await
            .expect("a store");
        tokio::spawn(writer.run());
        let tenant = TenantId::parse(sim.tenant_id()).expect("a GUID");
        let microsoft = microsoft::Settings {
            authority: sim.authority(),
            graph: sim.graph(),
            client_id: sim.client_id().to_owned(),
            credential: microsoft::entra::Credential::Secret(ClientSecret::new(
                sim.client_secret().to_owned(),
            )),
            redirect_uri: format!("{BASE}/auth/microsoft/callback"),
            allowed_tenants: vec![tenant.clone()],
            timeout: Duration::from_secs(5),
        };
        let microsoft = Microsoft::new(microsoft, clock.clone(), random.clone()).expect("a client");
        let settings = engine::Settings {
            base_url: BASE.into(),
            token_linger: Duration::from_secs(60),
            session_idle: Duration::from_secs(1800),
            session_absolute: Duration::from_secs(3600),
            approval_lifetime: Duration::from_secs(900),
            home_domains: Vec::new(),
            limits: engine::Limits::all(1_000_000),
            simulated: true,
            instances: engine::Instances::One,
        };
        let engine = Engine::new(store.clone(), microsoft, clock, random.clone(), settings);
        let settings = web::Settings {
            base_url: BASE.into(),
            authority_origin: sim.base().to_owned(),
            allowed_hosts: Vec::new(),
            agents_at_once: AGENTS_AT_ONCE,
        };
        Self {
            router: web::router(engine.clone(), settings),
            organisation: store.organisation_for(&tenant).await.expect("stored"),
            engine,
            sim,
            store,
            random,
            _folder: folder,
        }
    }

    /// A person with this object id who has signed in and has an agent, but no connection.
    pub(crate) async fn person(&self, object: &str, login: &str, administrator: bool) -> Seat {
        let identity = Identity {
            tenant: TenantId::parse(self.sim.tenant_id()).expect("a GUID"),
            object: ObjectId::parse(object).expect("a GUID"),
        };
        let person = self
            .engine
            .seed_person(&identity, "Somebody", login, administrator)
            .await
            .expect("a person");
        let key = self.engine.seed_key(&person, "test").await.expect("a key");
        let (session, hour) = (
            SessionSecret::random(&self.random),
            Duration::from_secs(3600),
        );
        self.store
            .create_session(
                &person,
                &session.hash(),
                domain::clock::Clock::system().now(),
                hour,
                hour,
            )
            .await
            .expect("a session");
        let app = App::at(
            self.router.clone(),
            key.expose().to_owned(),
            session.expose().to_owned(),
        );
        Seat { app, person }
    }

    /// The same with a connection whose grant Microsoft has never seen.
    pub(crate) async fn connected(&self, number: usize) -> Seat {
        let object = format!("00000000-0000-4000-8000-{number:012}");
        let seat = self
            .person(&object, "somebody@nordwind.example", false)
            .await;
        self.store
            .store_grant(
                &self.organisation,
                &seat.person,
                Integration::OutlookCalendar,
                &Scope::ALL,
                &ObjectId::parse(&object).expect("a GUID"),
                &RefreshToken::new("a grant".into()),
            )
            .await
            .expect("a connection");
        seat
    }

    /// So many people who have signed in, every other of whom is connected.
    pub(crate) async fn many(&self, number: usize) {
        for number in 0..number {
            let object = ObjectId::parse(&format!("11111111-0000-4000-8000-{number:012}"));
            let identity = Identity {
                tenant: TenantId::parse(self.sim.tenant_id()).expect("a GUID"),
                object: object.expect("a GUID"),
            };
            let login = format!("person-{number:04}@nordwind.example");
            let person = self
                .engine
                .seed_person(&identity, "Somebody", &login, false);
            let person = person.await.expect("a person");
            if number % 2 == 0 {
                let grant = RefreshToken::new("a grant".into());
                let stored = self.store.store_grant(
                    &self.organisation,
                    &person,
                    Integration::OutlookCalendar,
                    &Scope::ALL,
                    &identity.object,
                    &grant,
                );
                stored.await.expect("a connection");
            }
        }
    }

    /// Somebody whose organisation is another one.
    pub(crate) async fn of_another_organisation(&self) -> PersonId {
        let identity = Identity {
            tenant: TenantId::parse("33333333-3333-4333-8333-333333333333").expect("a GUID"),
            object: ObjectId::parse("44444444-4444-4444-8444-444444444444").expect("a GUID"),
        };
        let person = self
            .engine
            .seed_person(&identity, "Other", "other@else.example", false);
        person.await.expect("a person")
    }

    /// An administrator, who has set this tool to *Always Allow*.
    pub(crate) async fn administrator_who_allows(&self, tool: &str) -> Seat {
        let object = "ffffffff-0000-4000-8000-000000000000";
        let administrator = self.person(object, "admin@nordwind.example", true).await;
        self.allow(tool, &administrator).await;
        administrator
    }

    pub(crate) async fn allow(&self, tool: &str, by: &Seat) {
        self.set(tool, Level::AlwaysAllow, by).await;
    }

    pub(crate) async fn set(&self, tool: &str, level: Level, by: &Seat) {
        self.store
            .set_level(&self.organisation, tool, level, &by.person)
            .await
            .expect("a level");
    }

    pub(crate) async fn connection(&self, seat: &Seat) -> Option<Connection> {
        self.store
            .connection(&seat.person, Integration::OutlookCalendar)
            .await
            .expect("readable")
    }

    /// A person's entries of these kinds, newest first.
    pub(crate) async fn entries(&self, seat: &Seat, kinds: &[Kind]) -> Vec<Logged> {
        let filter = AuditFilter {
            person: Some(seat.person.clone()),
            kinds: kinds.to_vec(),
            limit: 100,
            ..AuditFilter::default()
        };
        let entries = self.store.entries(&self.organisation, &filter).await;
        entries.expect("readable")
    }

    /// From now on this is what a part of Microsoft answers, instead of whatever it answered before.
    pub(crate) fn answers(&self, surface: Surface, answer: FaultAnswer) {
        self.sim.clear_faults();
        self.sim.clear_log();
        self.sim.fault(Fault {
            surface,
            answer,
            ..Fault::default()
        });
    }

    /// The requests for tokens by this kind of grant.
    pub(crate) fn token_requests(&self, grant_type: &str) -> usize {
        let log = self.sim.log();
        let asked = |entry: &&sim::LogEntry| entry.grant_type.as_deref() == Some(grant_type);
        log.iter().filter(asked).count()
    }
}
