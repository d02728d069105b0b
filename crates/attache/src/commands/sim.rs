//! `attache sim`

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
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
#[command(after_help = "Example:\n  attache sim --port 8181 --json\n  \
                  attache sim --https-port 8443 --ca-file sim-ca.pem")]
pub(crate) struct Sim {
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 8181)]
    port: u16,
    /// Listen with TLS too, on this port; 0 takes a free one
    #[arg(long, value_name = "PORT")]
    https_port: Option<u16>,
    /// Write the certificate that clients have to trust to this file
    #[arg(long, value_name = "FILE", requires = "https_port")]
    ca_file: Option<PathBuf>,
    /// Keep the certificate authority in this folder, so that it is the same after a restart
    #[arg(long, value_name = "FOLDER", requires = "https_port")]
    ca_folder: Option<PathBuf>,
    /// A further name of this machine by which it is asked; may be repeated
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
    /// A company from a file instead of the one that is built in: docs/simulator.md
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// So many more made-up people, for load, each with two hundred events
    #[arg(long, value_name = "N", default_value_t = 0)]
    people: usize,
    /// A file that says what is to happen to this world, and when: docs/simulator.md
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// How many requests the log keeps; 0 switches it off
    #[arg(long, value_name = "N", default_value_t = sim::Options::default().log)]
    log: usize,
    /// Print one JSON object on one line
    #[arg(long)]
    json: bool,
}

impl Sim {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        telemetry::start(&Settings::defaults().log);
        let stop = wiring::stop_on_signal()?;
        let simulator = self.start().await?;
        if let (Some(file), Some(pem)) = (&self.ca_file, simulator.ca_pem()) {
            std::fs::write(file, pem)
                .with_context(|| format!("{} cannot be written", file.display()))?;
        }
        terminal::answer(&match self.json {
            true => as_json(&simulator),
            false => as_text(&simulator),
        })?;
        stop.cancelled().await;
        simulator.stop().await;
        Ok(ExitCode::SUCCESS)
    }

    fn options(&self) -> anyhow::Result<sim::Options> {
        let mut options = sim::Options {
            listen: loopback(self.port),
            log: self.log,
            ..sim::Options::default()
        };
        if let Some(file) = &self.seed {
            let name = file.display();
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("the company {name} cannot be read"))?;
            options.company = sim::Company::parse(&text)
                .with_context(|| format!("the company {name} cannot be used"))?;
        }
        options.company.more_people = self.people;
        if let Some(file) = &self.scenario {
            let name = file.display();
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("the scenario {name} cannot be read"))?;
            options.scenario =
                sim::Scenario::parse(&text).with_context(|| format!("{name} is not a scenario"))?;
        }
        Ok(options)
    }

    async fn start(&self) -> anyhow::Result<Simulator> {
        let tls = self.https_port.map(|port| sim::Tls {
            listen: loopback(port),
            folder: self.ca_folder.clone(),
        });
        let started = sim::start(sim::Options {
            tls,
            names: self.names.clone(),
            ..self.options()?
        });
        match (started.await, self.https_port) {
            (Err(error), Some(port))
                if error.kind() == std::io::ErrorKind::AddrInUse && taken(port).await =>
            {
                Err(Misuse::taken(port, "--https-port").into())
            }
            (started, _) => explained(started, self.port, "--port"),
        }
    }
}

/// Starts a simulator on loopback.
///
/// # Errors
/// A [`Misuse`] when the port is taken; anything else that the system says.
pub(super) async fn start(port: u16, flag: &str) -> anyhow::Result<Simulator> {
    let options = sim::Options {
        listen: loopback(port),
        ..sim::Options::default()
    };
    explained(sim::start(options).await, port, flag)
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// Whether somebody else listens there. Port 0 is never taken.
async fn taken(port: u16) -> bool {
    tokio::net::TcpListener::bind(loopback(port)).await.is_err()
}

fn explained(
    started: std::io::Result<Simulator>,
    port: u16,
    flag: &str,
) -> anyhow::Result<Simulator> {
    match started {
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
        "https": simulator.https_base(),
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
    if let Some(base) = simulator.https_base() {
        text = text.replacen(
            "\n\nPeople",
            &format!("\n  With TLS       {base}\n\nPeople"),
            1,
        );
    }
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
