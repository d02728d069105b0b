//! `attache sim`

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use serde_json::json;
use sim::Simulator;

use super::Misuse;
use crate::settings::Settings;
use crate::{telemetry, terminal, wiring};

/// Run the simulator of Microsoft alone, on this machine
///
/// It stands in for Microsoft's sign-in and for Microsoft Graph, with a small company in it. Nothing of it is kept.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  attache sim --port 8181 --json")]
pub(crate) struct Sim {
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 8181)]
    port: u16,
    /// Print one JSON object on one line
    #[arg(long)]
    json: bool,
}

impl Sim {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        telemetry::start(&Settings::defaults().log);
        let stop = wiring::stop_on_signal()?;
        let simulator = start(self.port, "--port").await?;
        terminal::answer(&match self.json {
            true => as_json(&simulator),
            false => as_text(&simulator),
        })?;
        stop.cancelled().await;
        simulator.stop().await;
        Ok(ExitCode::SUCCESS)
    }
}

/// Starts a simulator on loopback.
///
/// # Errors
/// A [`Misuse`] when the port is taken; anything else that the system says.
pub(super) async fn start(port: u16, flag: &str) -> anyhow::Result<Simulator> {
    let options = sim::Options {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        ..sim::Options::default()
    };
    match sim::start(options).await {
        Ok(simulator) => Ok(simulator),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            Err(Misuse::taken(port, flag).into())
        }
        Err(error) => Err(error).context("the simulator cannot be started"),
    }
}

fn as_json(simulator: &Simulator) -> String {
    let people: Vec<_> = simulator.people().iter().map(person_as_json).collect();
    json!({
        "simulator": simulator.base(),
        "authority": simulator.authority(),
        "graph": simulator.graph(),
        "tenant": simulator.tenant_id(),
        "client_id": simulator.client_id(),
        "client_secret": simulator.client_secret(),
        "people": people,
    })
    .to_string()
}

fn as_text(simulator: &Simulator) -> String {
    let mut text = format!(
        "The simulator is ready. It is not Microsoft.\n\n  \
         Control page   {base}/_sim/\n  Authority      {authority}\n  Graph          {graph}\n  \
         Tenant         {tenant}\n  Client id      {client}\n  Client secret  {secret}\n\nPeople:\n",
        base = simulator.base(),
        authority = simulator.authority(),
        graph = simulator.graph(),
        tenant = simulator.tenant_id(),
        client = simulator.client_id(),
        secret = simulator.client_secret(),
    );
    for person in simulator.people() {
        text += &format!("  {}  password {}\n", person.login, person.password);
    }
    text + "\nCtrl-C stops it."
}

/// One person for scripts.
pub(super) fn person_as_json(person: &sim::Person) -> serde_json::Value {
    json!({
        "login": person.login,
        "password": person.password,
        "role": if person.administrator { "administrator" } else { "member" },
    })
}
