//! The command line: nouns and verbs, one file each.

mod admin;
mod app_manifest;
mod audit;
mod config;
mod db;
mod demo;
mod docs;
mod doctor;
mod keys;
mod pages;
mod serve;
mod sim;

use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};

use crate::settings::{Refused, Settings};

/// Lets AI agents work in a person's Outlook calendar, as that person, only as far as an administrator allows.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Demo(demo::Demo),
    Sim(sim::Sim),
    #[command(subcommand)]
    Config(config::Config),
    #[command(subcommand)]
    Keys(keys::Keys),
    #[command(subcommand)]
    Db(db::Db),
    #[command(subcommand)]
    Admin(admin::Admin),
    #[command(subcommand)]
    Audit(audit::Audit),
    AppManifest(app_manifest::AppManifest),
    Doctor(doctor::Doctor),
    Pages(pages::Pages),
    Docs(docs::Docs),
}

/// Where the settings are.
#[derive(Debug, Args)]
pub(crate) struct ConfigFile {
    /// The settings file [default: attache.toml in the working directory, if there is one]
    #[arg(long, value_name = "FILE", env = "ATTACHE_CONFIG")]
    config: Option<PathBuf>,
}

impl ConfigFile {
    /// Reads file and environment.
    ///
    /// # Errors
    /// Every problem at once.
    pub(crate) fn load(&self) -> Result<Settings, Refused> {
        Settings::load(self.config.as_deref())
    }
}

/// A command that was asked for something it cannot do as asked; the program then ends with code 2.
#[derive(Debug)]
pub(crate) struct Misuse(String);

impl Misuse {
    /// A port that somebody else listens on.
    pub(crate) fn taken(port: u16, flag: &str) -> Self {
        Self(format!(
            "port {port} is taken by another program; choose another with {flag}"
        ))
    }

    /// Anything else, in one sentence.
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Misuse {}

/// Runs one command to its end.
///
/// # Errors
/// What went wrong, for the terminal.
pub(crate) fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Config(config) => config.run(),
        Command::AppManifest(manifest) => manifest.run(),
        Command::Pages(pages) => pages.run(),
        Command::Docs(docs) => docs.run(),
        Command::Serve(serve) => wait(serve.run()),
        Command::Demo(demo) => wait(demo.run()),
        Command::Sim(sim) => wait(sim.run()),
        Command::Keys(keys) => wait(keys.run()),
        Command::Db(db) => wait(db.run()),
        Command::Admin(admin) => wait(admin.run()),
        Command::Audit(audit) => wait(audit.run()),
        Command::Doctor(doctor) => wait(doctor.run()),
    }
}

fn wait(command: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the asynchronous runtime cannot be started")?
        .block_on(command)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example() {
        fn walk(command: &clap::Command) {
            if command.has_subcommands() {
                command.get_subcommands().for_each(walk);
                return;
            }
            let after = command.get_after_help().map(ToString::to_string);
            let name = command.get_name();
            assert!(
                name == "help" || after.is_some_and(|text| text.contains("attache ")),
                "{name}"
            );
        }
        walk(&Cli::command());
    }
}
