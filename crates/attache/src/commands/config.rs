//! `attache config`

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use super::ConfigFile;
use crate::settings::{Problem, Settings, Shown};
use crate::terminal;

/// Check and show the settings
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    Check(Check),
    Show(Show),
}

/// Tell everything that is wrong with the settings, and what should be better
///
/// Ends with code 1 when `serve` would refuse them.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  attache config check --config /etc/attache/attache.toml")]
pub(crate) struct Check {
    #[command(flatten)]
    config: ConfigFile,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Print the settings in force, secrets as `set` or `unset`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  attache config show --json")]
pub(crate) struct Show {
    #[command(flatten)]
    config: ConfigFile,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Config {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Check(check) => check.run(),
            Self::Show(show) => show.run(),
        }
    }
}

impl Check {
    fn run(self) -> anyhow::Result<ExitCode> {
        let (problems, weaknesses) = match self.config.load() {
            Ok(settings) => (
                settings.unfinished(),
                settings.weaknesses(domain::clock::Clock::system().now()),
            ),
            Err(refused) => (refused.0, Vec::new()),
        };
        let code = ExitCode::from(u8::from(!problems.is_empty()));
        if self.json {
            let problems: Vec<_> = problems.iter().map(problem_as_json).collect();
            let all = json!({ "problems": problems, "weaknesses": weaknesses });
            terminal::answer(&all.to_string())?;
            return Ok(code);
        }
        for problem in &problems {
            terminal::answer(&format!("problem: {problem}"))?;
        }
        for weakness in &weaknesses {
            terminal::answer(&format!("weakness: {weakness}"))?;
        }
        if problems.is_empty() {
            terminal::answer("the settings can be used")?;
        }
        Ok(code)
    }
}

impl Show {
    fn run(self) -> anyhow::Result<ExitCode> {
        let Settings { shown, .. } = self.config.load()?;
        if self.json {
            let all: serde_json::Map<_, _> = shown.iter().map(shown_as_json).collect();
            terminal::answer(&serde_json::Value::Object(all).to_string())?;
            return Ok(ExitCode::SUCCESS);
        }
        for Shown { key, value, place } in &shown {
            terminal::answer(&format!("{key} = {value}  # {place}"))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn problem_as_json(problem: &Problem) -> serde_json::Value {
    json!({
        "key": problem.key,
        "place": problem.place,
        "found": problem.found,
        "accepted": problem.accepted,
    })
}

fn shown_as_json(shown: &Shown) -> (String, serde_json::Value) {
    let value = json!({ "value": shown.value, "from": shown.place });
    (shown.key.clone(), value)
}
