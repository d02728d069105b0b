//! `attache demo`

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use domain::id::{Identity, ObjectId, TenantId};
use domain::secret::{AgentKey, ClientSecret};
use engine::Engine;
use serde_json::json;
use sim::Simulator;

use super::{audit, keys, sim as simulation};
use crate::settings::Settings;
use crate::{telemetry, terminal, wiring};

/// Try attache on this machine: server, simulator and a small company in one process
///
/// Nothing needs to be configured and nothing leaves this machine. With --data the database and its key are kept; the
/// simulator forgets everything when it stops, so people must connect again.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  attache demo\n  attache demo --port 0 --sim-port 0 --json")]
pub(crate) struct Demo {
    /// The port of attache; 0 takes a free one
    #[arg(long, default_value_t = 8180)]
    port: u16,
    /// The port of the simulator; 0 takes a free one
    #[arg(long, default_value_t = 8181)]
    sim_port: u16,
    /// Keep database and key in this folder [default: a temporary one, removed at the end]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Print one JSON object on one line when ready, and nothing else
    #[arg(long)]
    json: bool,
}

impl Demo {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let mut settings = Settings::from_environment()?;
        telemetry::start(&settings.log);
        let stop = wiring::stop_on_signal()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let listener = wiring::bind(address, "--port").await?;
        let simulator = simulation::start(self.sim_port, "--sim-port").await?;
        let temporary;
        let data = match &self.data {
            Some(kept) => kept.as_path(),
            None => {
                temporary = tempfile::tempdir().context("no temporary folder can be made")?;
                temporary.path()
            }
        };
        configure(&mut settings, listener.local_addr()?, &simulator, data)?;
        let parts = wiring::join(&settings).await?;
        let seeded = seed(&parts.engine, &simulator).await?;
        terminal::answer(&match self.json {
            true => as_json(&settings, &simulator, &seeded),
            false => as_text(&settings, &simulator, &seeded, self.data.as_deref()),
        })?;
        let served = parts.serve(&settings, listener, stop).await;
        simulator.stop().await;
        served?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Who may use the agent's key, and the key.
struct Seeded {
    login: String,
    key: AgentKey,
}

fn configure(
    settings: &mut Settings,
    address: SocketAddr,
    simulator: &Simulator,
    data: &Path,
) -> anyhow::Result<()> {
    std::fs::create_dir_all(data)
        .with_context(|| format!("folder {} cannot be made", data.display()))?;
    let key = data.join("attache.key");
    if !key.exists() {
        keys::generate(&key)?;
    }
    let signing = data.join("audit.key");
    if !signing.exists() {
        audit::generate_key("attache.demo", &signing)?;
    }
    settings.audit.signing_key_file = Some(signing);
    settings.audit.directory = Some(data.join("checkpoints"));
    settings.server.listen = address;
    settings.server.base_url = format!("http://{address}");
    settings.database.url = format!("sqlite:{}", data.join("attache.db").display());
    settings.database.migrate_at_start = true;
    settings.keys.file = Some(key);
    settings.keys.value = None;
    settings.keys.decrypt_only.clear();
    settings.keys.vault = None;
    settings.entra.tenants = vec![TenantId::parse(simulator.tenant_id())?];
    settings.entra.client_id = Some(simulator.client_id().to_owned());
    settings.entra.client_secret = Some(ClientSecret::new(simulator.client_secret().to_owned()));
    settings.entra.login = simulator.base().to_owned();
    settings.entra.graph = simulator.graph();
    settings.entra.simulator = true;
    Ok(())
}

/// Makes everybody known, and a personal key for the first member. Levels stay unset: nothing is possible by default,
/// in the demo too.
async fn seed(engine: &Engine, simulator: &Simulator) -> anyhow::Result<Seeded> {
    let tenant = TenantId::parse(simulator.tenant_id())?;
    let mut member = None;
    for person in simulator.people() {
        let identity = Identity {
            tenant: tenant.clone(),
            object: ObjectId::parse(&person.object_id)?,
        };
        let seeded =
            engine.seed_person(&identity, &person.name, &person.login, person.administrator);
        let id = seeded.await?;
        if member.is_none() && !person.administrator {
            member = Some((id, person.login));
        }
    }
    let (id, login) = member.context("the simulator has no member")?;
    let key = engine.seed_key(&id, "Demo agent").await?;
    Ok(Seeded { login, key })
}

fn as_json(settings: &Settings, simulator: &Simulator, seeded: &Seeded) -> String {
    let people: Vec<_> = simulator
        .people()
        .iter()
        .map(simulation::person_as_json)
        .collect();
    json!({
        "base": settings.server.base_url,
        "simulator": simulator.base(),
        "people": people,
        "agent_token": seeded.key.expose(),
        "agent_of": seeded.login,
    })
    .to_string()
}

fn as_text(
    settings: &Settings,
    simulator: &Simulator,
    seeded: &Seeded,
    data: Option<&Path>,
) -> String {
    let people = simulator.people();
    let who = |administrator| {
        let found = people
            .iter()
            .find(|person| person.administrator == administrator);
        found.map_or_else(String::new, |person| {
            format!("{}  password {}", person.login, person.password)
        })
    };
    let kept = match data {
        Some(data) => format!(
            "Database and key stay in {}. The simulator keeps nothing: after a restart people must connect again.",
            data.display()
        ),
        None => "Everything is forgotten when it stops.".to_owned(),
    };
    format!(
        "attache is ready, with a simulator in Microsoft's place.\n\n  \
         Open               {base}\n  As administrator   {administrator}\n  As member          {member}\n  \
         Everybody else     {simulator}/_sim/\n\n\
         To begin: as administrator, set levels under Tools & Permissions; as member, connect Outlook Calendar.\n\n\
         An agent of {login} can then use\n\n  MCP   {base}/mcp\n  REST  {base}/api/v1/tools\n  \
         with the header  Authorization: Bearer {key}\n\n{kept} Ctrl-C stops it.",
        base = settings.server.base_url,
        administrator = who(true),
        member = who(false),
        simulator = simulator.base(),
        login = seeded.login,
        key = seeded.key.expose(),
    )
}
