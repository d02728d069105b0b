//! The handle of a running simulator.

mod consent;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::company::{Person, PersonId};
use crate::entra::scopes::Asked;
use crate::entra::tokens::AccessToken;
use crate::faults::Fault;
use crate::log::{LogEntry, LogFilter};
use crate::mailbox::event::View;
use crate::scenario::{NotAScenario, Running, Scenario};
use crate::state::World;
use crate::tenant::TenantId;

/// How long a token lives that was issued without sign-in.
const MINTED_FOR: SignedDuration = SignedDuration::from_hours(1);

/// The world, shared between the server and its handle.
pub(crate) type Shared = Arc<Mutex<World>>;

/// Where a simulator is reached with TLS.
#[derive(Debug)]
pub(crate) struct Https {
    pub(crate) base: String,
    pub(crate) ca_pem: String,
}

/// A running simulator. It stops when this is dropped.
#[derive(Debug)]
pub struct Simulator {
    base: String,
    https: Option<Https>,
    tenant_id: String,
    client_id: String,
    client_secret: String,
    world: Shared,
    server: JoinHandle<()>,
}

impl Simulator {
    pub(crate) fn new(world: Shared, https: Option<Https>, server: JoinHandle<()>) -> Self {
        let (base, tenant_id, client_id, client_secret) = {
            let world = lock(&world);
            let application = &world.application;
            (
                world.base.clone(),
                world.home().id.clone(),
                application.client_id.clone(),
                application
                    .secrets
                    .first()
                    .map(|secret| secret.value.clone())
                    .unwrap_or_default(),
            )
        };
        Self {
            base,
            https,
            tenant_id,
            client_id,
            client_secret,
            world,
            server,
        }
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// `https://localhost:PORT`, without a slash at the end, when it listens with TLS.
    pub fn https_base(&self) -> Option<&str> {
        self.https.as_ref().map(|https| https.base.as_str())
    }

    /// The certificate that has to be trusted for [`Simulator::https_base`], as PEM.
    pub fn ca_pem(&self) -> Option<&str> {
        self.https.as_ref().map(|https| https.ca_pem.as_str())
    }

    /// The authority to configure: the base and the tenant's GUID.
    pub fn authority(&self) -> String {
        format!("{}/{}", self.base, self.tenant_id)
    }

    /// The Graph root to configure, with its version.
    pub fn graph(&self) -> String {
        format!("{}/v1.0", self.base)
    }

    /// The tenant's GUID.
    pub fn tenant_id(&self) -> &str {
        &self.tenant_id
    }

    /// The registered application's client id.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The registered application's secret.
    pub fn client_secret(&self) -> &str {
        &self.client_secret
    }

    /// Everybody with an account: first the administrator, then the main member.
    pub fn people(&self) -> Vec<Person> {
        self.world().members()
    }

    /// The stored Graph events of a mailbox, complete, in UTC; none for an unknown login.
    pub fn events_of(&self, login: &str) -> Vec<Value> {
        let world = self.world();
        world
            .person_by_login(login)
            .map_or_else(Vec::new, |person| world.events_of(person))
    }

    /// The last requests, newest last.
    pub fn log(&self) -> Vec<LogEntry> {
        self.world().log.entries()
    }

    /// The last requests that fit, newest last.
    pub fn log_of(&self, filter: &LogFilter) -> Vec<LogEntry> {
        self.world().log.select(filter).0
    }

    /// Forgets the requests.
    pub fn clear_log(&self) {
        self.world().log.clear();
    }

    /// Adds a misbehaviour; the first one that fits a request is used.
    pub fn fault(&self, fault: Fault) {
        self.world().faults.add(fault);
    }

    /// The misbehaviour that is set now, counted down.
    pub fn faults(&self) -> Vec<Fault> {
        self.world().faults.set().to_vec()
    }

    /// Ends all misbehaviour.
    pub fn clear_faults(&self) {
        self.world().faults.clear();
    }

    /// An access token for a person with exactly these scopes, without sign-in or consent: for tests and for load.
    /// Nobody gets one when the login or a scope is unknown.
    pub fn token_for(&self, login: &str, scopes: &str) -> Option<String> {
        self.world().mint(login, scopes)
    }

    /// Every code, access token, refresh token and ID token ever issued, to look for leaks.
    pub fn issued_secrets(&self) -> Vec<String> {
        self.world().entra.tokens.issued()
    }

    /// Moves the simulator's clock forward.
    pub fn advance(&self, by: Duration) {
        self.world().clock.advance(by);
    }

    /// Makes the clock show an instant, earlier or later.
    pub fn set_clock(&self, now: jiff::Timestamp) {
        self.world().clock.set(now);
    }

    /// Stops the clock, or lets it run on.
    pub fn freeze_clock(&self, still: bool) {
        self.world().clock.freeze(still);
    }

    /// Begins a scenario instead of the one that runs.
    ///
    /// # Errors
    /// When a step is not a request to the control surface.
    pub fn play(&self, scenario: Scenario) -> Result<(), NotAScenario> {
        scenario.check()?;
        let mut world = self.world();
        world.scenario = Running::begin(scenario, world.clock.now());
        Ok(())
    }

    /// Makes everything as it was at the start: accounts, grants, tokens, calendars, faults, clock and log.
    pub fn reset(&self) {
        self.world().reset();
    }

    /// Ends a person's sessions: refresh tokens are refused (50173), capable access tokens challenged.
    pub fn revoke_sessions(&self, login: &str) {
        let mut world = self.world();
        if let Some(person) = world.person_by_login(login) {
            world.revoke_sessions(person);
        }
    }

    /// Stops serving and closes all connections.
    pub async fn stop(mut self) {
        self.server.abort();
        // An aborted task ends with an error that says so; there is nothing else to learn from it.
        let _ = (&mut self.server).await;
    }

    fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.server.abort();
        #[cfg(feature = "schemas")]
        self.account();
    }
}

#[cfg(feature = "schemas")]
impl Simulator {
    /// Fails the test whose simulator broke Microsoft's types, or broke down.
    fn account(&self) {
        if std::thread::panicking() {
            return;
        }
        assert!(
            !self.world.is_poisoned(),
            "a request made the simulator panic"
        );
        let world = self.world();
        let found = world.violations.found().to_vec();
        drop(world);
        assert!(
            found.is_empty(),
            "{} answers were not Microsoft's: {found:#?}",
            found.len()
        );
    }
}

/// Locks the world. A handler that panicked has answered nobody; the world is still worth reading.
pub(crate) fn lock(world: &Shared) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    /// Everybody with an account at home, in the order of the company.
    pub(crate) fn members(&self) -> Vec<Person> {
        let people = self.directory(TenantId::HOME).filter_map(|person| {
            let account = self.person(person);
            Some(Person {
                login: account.login.clone(),
                password: account.password.clone()?,
                name: account.name(),
                object_id: account.object_id.clone(),
                administrator: account.administrator,
            })
        });
        people.collect()
    }

    /// Issues an access token past everything that guards one. Only the control surface and tests do this.
    pub(crate) fn mint(&mut self, login: &str, scopes: &str) -> Option<String> {
        let person = self.person_by_login(login)?;
        let asked = Asked::parse(scopes).ok()?;
        let issued = self.clock.now();
        Some(self.entra.tokens.new_access(AccessToken {
            person,
            scopes: Arc::new(asked.names),
            issued,
            expires: issued.saturating_add(MINTED_FOR).unwrap_or(issued),
            capable: false,
        }))
    }

    /// What a mailbox holds: single events, series and changed occurrences.
    pub(crate) fn events_of(&self, person: PersonId) -> Vec<Value> {
        let Some(mailbox) = self.mailbox(person) else {
            return Vec::new();
        };
        let view = View::plain();
        let stored = mailbox
            .events
            .iter()
            .flat_map(|event| std::iter::once(event).chain(event.exceptions.values()));
        stored
            .map(|event| Value::Object(event.render(&view)))
            .collect()
    }
}
