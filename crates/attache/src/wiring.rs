//! What starts, in what order, and how it stops. The one place where background work is started.
//!
//! 1. the key ring, from its files; 2. the store, which checks database and keys; 3. the writer of the audit log;
//! 4. Microsoft's client; 5. the engine; 6. who signs the record; 7. the pages and interfaces; 8. the listener.
//!
//! It stops the other way round: no new connections, running calls end (25 seconds at most), the record is flushed and
//! signed.

mod listener;
mod notary;
mod signals;
mod simulator;

use std::fs::File;
use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use aws_lc_rs::digest::{Context, SHA256};
use domain::canonical::Digest;
use domain::clock::Clock;
use domain::random::Random;
use engine::Engine;
use microsoft::Microsoft;
use store::{Keyring, ServiceKey, Store};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::settings::{Keys, Refused, Settings};
use crate::transit::Transit;

pub(crate) use listener::bind;
pub(crate) use notary::Notary;
pub(crate) use signals::stop_on_signal;

/// How long running calls may take to end; below what service managers grant by default.
const DRAIN: Duration = Duration::from_secs(25);
/// How long the last audit entries may take to be written after that.
const FLUSH: Duration = Duration::from_secs(8);

/// The parts, joined and ready to serve.
pub(crate) struct Parts {
    /// Every use case.
    pub(crate) engine: Engine,
    /// The database, for commands that only read it.
    pub(crate) store: Store,
    /// Ends when every store is gone and everything is written.
    recorder: JoinHandle<()>,
}

/// Opens the store and starts the writer of its audit log.
///
/// # Errors
/// When the keys cannot be used or the store cannot be opened as it is.
pub(crate) async fn open_store(settings: &Settings) -> anyhow::Result<(Store, JoinHandle<()>)> {
    let keys = ring(&settings.keys).await?;
    let (clock, random) = (Clock::system(), Random::operating_system());
    let opened = Store::open(&settings.database.for_store(), keys, clock, random).await;
    let (store, writer) = match opened {
        Ok(opened) => opened,
        Err(error @ store::Error::NotMigrated { .. }) => {
            return Err(error)
                .context("run `attache db migrate`, or set database.migrate_at_start = true");
        }
        Err(error @ store::Error::KeyMissing { .. }) => {
            return Err(error).context(
                "name its file in keys.decrypt_only; `attache keys rotate` then makes it unnecessary",
            );
        }
        Err(error) => return Err(error).context("the database cannot be used"),
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "wiring starts the writer and waits for it when it stops"
    )]
    let recorder = tokio::spawn(writer.run());
    Ok((store, recorder))
}

/// The keys from files and environment, and the one that a service has.
async fn ring(keys: &Keys) -> anyhow::Result<Keyring> {
    let (active, older) = keys.local()?;
    let service = match &keys.vault {
        Some(vault) => {
            let transit = Transit::new(vault)?;
            let version = transit.newest_version().await?;
            Some(ServiceKey::new(&vault.key, version, Arc::new(transit))?)
        }
        None => None,
    };
    let ring = match (active, service) {
        (Some(active), None) => Keyring::new(active, older),
        (Some(active), Some(service)) => {
            Keyring::new(active, older).and_then(|ring| ring.and_service(service))
        }
        (None, Some(service)) => Keyring::with_service(service, older),
        (None, None) => bail!("no key is given"),
    };
    ring.context("the keys do not make a ring")
}

/// Joins store, Microsoft and engine.
///
/// # Errors
/// When a setting is missing or contradicts another, the database cannot be used, or what should be Microsoft says
/// that it is a simulator.
pub(crate) async fn join(settings: &Settings) -> anyhow::Result<Parts> {
    let unfinished = settings.unfinished();
    if !unfinished.is_empty() {
        return Err(Refused(unfinished).into());
    }
    if !settings.entra.simulator {
        simulator::refuse(&settings.entra).await?;
    }
    if settings.database.migrate_at_start {
        let database = settings.database.for_store();
        if let Some(copy) = Store::back_up_before_migrating(&database).await? {
            tracing::info!(copy = %copy.display(), "the database as it was is kept; remove the copy when all is well");
        }
        for name in Store::migrate(&database).await? {
            tracing::info!(migration = name, "migrated the database");
        }
    }
    let (store, recorder) = open_store(settings).await?;
    if settings.server.core_dumps {
        allow_core_dumps();
    }
    let (clock, random) = (Clock::system(), Random::operating_system());
    let microsoft = Microsoft::new(for_microsoft(settings)?, clock.clone(), random.clone())
        .context("Microsoft's client cannot be made from the settings")?;
    let engine = Engine::new(
        store.clone(),
        microsoft,
        clock,
        random,
        for_engine(settings),
    );
    Ok(Parts {
        engine,
        store,
        recorder,
    })
}

impl Parts {
    /// Ends what a command has opened, in order.
    ///
    /// # Errors
    /// When the record was not written when the time was up.
    pub(crate) async fn end(self, limit: Duration) -> anyhow::Result<()> {
        let Self {
            engine,
            store,
            recorder,
        } = self;
        engine.drain(limit).await;
        drop((engine, store));
        match tokio::time::timeout(limit, recorder).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => bail!("the audit log was not flushed in time"),
        }
    }

    /// Serves until `stop`, then ends in order.
    ///
    /// # Errors
    /// When calls still ran or entries were not written when the time was up.
    pub(crate) async fn serve(
        self,
        settings: &Settings,
        listener: TcpListener,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        let Self {
            engine,
            store,
            recorder,
        } = self;
        tracing::info!(tools.digest = %engine::tools::digest(), "serving these definitions of the tools");
        let notary = Notary::new(&settings.audit, store.clone())?.map(Notary::start);
        let build = build(settings).await?;
        if let Err(error) = engine.record_start(&build).await {
            tracing::warn!(error = %error, "that it starts could not be put on record");
        }
        engine.keep_connections_alive();
        engine.keep_forgetting();
        engine.keep_watching_the_clock();
        let router = web::router(engine.clone(), for_web(settings));
        engine.keep_resuming();
        let limits = listener::Limits {
            connections: settings.server.max_connections,
            header_timeout: settings.server.header_timeout,
        };
        let open = listener::accept(listener, router, limits, &stop).await;
        tracing::info!("stopping: no new connections, running calls end");
        let (drained, ()) = tokio::join!(engine.drain(DRAIN), open.close(DRAIN));
        if let Err(error) = engine.record_stop().await {
            tracing::warn!(error = %error, "that it stops could not be put on record");
        }
        if let Some(notary) = notary {
            notary.finish(FLUSH).await;
        }
        drop((engine, store));
        let flushed = tokio::time::timeout(FLUSH, recorder).await;
        match (drained, flushed) {
            (true, Ok(Ok(()))) => Ok(()),
            (false, _) => bail!("calls still ran after {} seconds", DRAIN.as_secs()),
            (true, Ok(Err(_)) | Err(_)) => bail!("the audit log was not flushed in time"),
        }
    }
}

/// What is about to serve: its file, as `sha256sum` names it, and what is set, as `attache config show` tells it.
async fn build(settings: &Settings) -> anyhow::Result<engine::Build> {
    let program = tokio::task::spawn_blocking(program).await??;
    let shown = settings.shown.iter();
    let shown: Vec<String> = shown
        .map(|one| format!("{} = {}", one.key, one.value))
        .collect();
    Ok(engine::Build {
        version: env!("CARGO_PKG_VERSION"),
        program: Digest::parse(&program).context("SHA-256 has 64 hexadecimal digits")?,
        settings: Digest::of("attache settings", &[shown.join("\n").as_bytes()]),
    })
}

fn program() -> anyhow::Result<String> {
    use std::fmt::Write as _;
    let file = std::env::current_exe().and_then(File::open);
    let mut file = file.context("the program's own file cannot be read")?;
    let (mut hash, mut part) = (Context::new(&SHA256), vec![0; 1 << 16]);
    loop {
        match file.read(&mut part)? {
            0 => break,
            read => hash.update(&part[..read]),
        }
    }
    let mut text = String::with_capacity(64);
    for byte in hash.finish().as_ref() {
        write!(text, "{byte:02x}")?;
    }
    Ok(text)
}

/// The settings for Microsoft's client with each credential alone, by the credential's name; none is tried for another.
///
/// # Errors
/// As [`join`] says them.
pub(crate) fn for_each_credential(
    settings: &Settings,
) -> anyhow::Result<Vec<(&'static str, microsoft::Settings)>> {
    let mut all = Vec::new();
    for (name, credential) in settings.entra.credentials()? {
        let mut settings = for_microsoft(settings)?;
        settings.credential = credential;
        all.push((name, settings));
    }
    Ok(all)
}

fn for_microsoft(settings: &Settings) -> anyhow::Result<microsoft::Settings> {
    let entra = &settings.entra;
    Ok(microsoft::Settings {
        authority: entra.authority(),
        graph: entra.graph.clone(),
        client_id: entra
            .client_id
            .clone()
            .context("entra.client_id is not set")?,
        credential: entra.credential()?,
        redirect_uri: format!("{}/auth/microsoft/callback", settings.server.base_url),
        allowed_tenants: entra.tenants.clone(),
        timeout: entra.timeout,
    })
}

fn for_engine(settings: &Settings) -> engine::Settings {
    engine::Settings {
        base_url: settings.server.base_url.clone(),
        token_linger: settings.policy.token_linger,
        session_idle: settings.server.session_idle,
        session_absolute: settings.server.session_absolute,
        approval_lifetime: settings.policy.approval_lifetime,
        home_domains: settings.policy.home_domains.clone(),
        limits: settings.limits.0,
        simulated: settings.entra.simulator,
        instances: settings.database.instances(),
    }
}

fn for_web(settings: &Settings) -> web::Settings {
    web::Settings {
        base_url: settings.server.base_url.clone(),
        authority_origin: settings.entra.login.clone(),
        allowed_hosts: settings.server.allowed_hosts.clone(),
        // A quarter of all connections is left for people.
        agents_at_once: (settings.server.max_connections / 4 * 3).max(1),
    }
}

/// A memory image would hold keys and tokens. Failing is no reason to stop: a container may forbid the call.
pub(crate) fn forbid_core_dumps() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let none = Rlimit {
        current: Some(0),
        // Left, so that the setting can allow them again.
        maximum: getrlimit(Resource::Core).maximum,
    };
    let _ = setrlimit(Resource::Core, none);
    // What collects dumps through a pipe does not heed the limit, but does heed this.
    set_dumpable(false);
}

/// For finding a fault: undoes [`forbid_core_dumps`] as far as whoever started the process allows.
pub(crate) fn allow_core_dumps() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Core).maximum;
    let all = Rlimit {
        current: maximum,
        maximum,
    };
    let _ = setrlimit(Resource::Core, all);
    set_dumpable(true);
}

#[cfg(target_os = "linux")]
fn set_dumpable(yes: bool) {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    let _ = set_dumpable_behavior(match yes {
        true => DumpableBehavior::Dumpable,
        false => DumpableBehavior::NotDumpable,
    });
}

#[cfg(not(target_os = "linux"))]
fn set_dumpable(_yes: bool) {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    use super::*;

    #[test]
    fn memory_is_not_dumped_until_a_setting_says_so() {
        let now = || {
            (
                dumpable_behavior().expect("known"),
                getrlimit(Resource::Core).current,
            )
        };
        forbid_core_dumps();
        assert_eq!(now(), (DumpableBehavior::NotDumpable, Some(0)));
        allow_core_dumps();
        assert_eq!(
            now(),
            (
                DumpableBehavior::Dumpable,
                getrlimit(Resource::Core).maximum
            )
        );
        forbid_core_dumps();
        assert_eq!(now(), (DumpableBehavior::NotDumpable, Some(0)));
    }
}
