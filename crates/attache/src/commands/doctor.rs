//! `attache doctor`

mod findings;
mod microsoft;

use std::process::ExitCode;

use clap::Args;
use domain::clock::Clock;
use serde_json::json;

use super::ConfigFile;
use crate::settings::Settings;
use crate::{terminal, wiring};

use findings::{Finding, Findings};

/// Look at everything attache needs, and say what is wrong and what to do
///
/// Settings, keys and database here; at Microsoft the sign-in host, the application, its credential, its redirect address
/// and Graph. Nobody signs in for it, no token is asked for that could be had, and nothing is changed. Ends with code 1
/// when something is wrong.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  attache doctor --config /etc/attache/attache.toml")]
pub(crate) struct Doctor {
    #[command(flatten)]
    config: ConfigFile,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let mut findings = Findings::new(!self.json);
        match self.config.load() {
            Ok(settings) => examine(&settings, &mut findings).await?,
            Err(refused) => {
                for problem in refused.0 {
                    findings.add(Finding::bad(
                        "settings",
                        &problem.to_string(),
                        "Correct it.",
                    ))?;
                }
            }
        }
        if self.json {
            let all = json!({ "healthy": findings.healthy(), "findings": findings.all() });
            terminal::answer(&all.to_string())?;
        } else {
            terminal::answer(findings.summary())?;
        }
        Ok(ExitCode::from(u8::from(!findings.healthy())))
    }
}

async fn examine(settings: &Settings, findings: &mut Findings) -> anyhow::Result<()> {
    let unfinished = settings.unfinished();
    for problem in &unfinished {
        findings.add(Finding::bad(
            "settings",
            &problem.to_string(),
            "Correct it.",
        ))?;
    }
    for weakness in settings.weaknesses(Clock::system().now()) {
        findings.add(Finding::weak("settings", &weakness, "See docs/config.md."))?;
    }
    if unfinished.is_empty() {
        findings.add(Finding::good("settings", "complete"))?;
    }
    database(settings, findings).await?;
    if unfinished.is_empty() {
        microsoft::examine(settings, findings).await?;
    } else {
        findings.add(Finding::skipped(
            "Microsoft",
            "not asked until the settings are complete",
        ))?;
    }
    Ok(())
}

/// What running servers have heard from Microsoft, and nobody has put right since.
async fn remembered(store: &store::Store, findings: &mut Findings) -> anyhow::Result<()> {
    let Some(trouble) = store.trouble().await? else {
        return findings.add(Finding::good(
            "Microsoft's word",
            "nothing against this installation, as far as servers have heard",
        ));
    };
    let number = trouble
        .code
        .map_or_else(String::new, |code| format!(" AADSTS{code}"));
    let (what, since, last) = (trouble.what, trouble.since, trouble.last);
    let said = format!("{what}{number} since {since}, last heard {last}");
    let todo = "The findings about Microsoft below say what to correct; it is forgotten when a token was given.";
    findings.add(Finding::bad("Microsoft's word", &said, todo))
}

/// Opening the store proves keys, version, migrations and the room to write; it changes nothing that is there.
async fn database(settings: &Settings, findings: &mut Findings) -> anyhow::Result<()> {
    let (store, recorder) = match wiring::open_store(settings).await {
        Ok(opened) => opened,
        Err(error) => {
            let why = format!("{error:#}");
            let todo = "Nothing works without it; the sentence above says what to do.";
            return findings.add(Finding::bad("database and keys", &why, todo));
        }
    };
    match store.ready().await {
        Ok(()) => findings.add(Finding::good(
            "database and keys",
            "open, migrated, can be written",
        ))?,
        Err(error) => {
            let todo = "Look whether the disk is full or the database takes no writes.";
            findings.add(Finding::bad(
                "database and keys",
                &format!("{error:#}"),
                todo,
            ))?;
        }
    }
    remembered(&store, findings).await?;
    let organisations = store.organisations().await?;
    let mut without = 0;
    for (organisation, _) in &organisations {
        without += usize::from(!store.has_administrator(organisation).await?);
    }
    if organisations.is_empty() || without > 0 {
        let todo = "Run `attache admin bootstrap`, sign in, and enter the secret at /setup.";
        findings.add(Finding::weak("administrators", "nobody is one yet", todo))?;
    } else {
        findings.add(Finding::good("administrators", "there are some"))?;
    }
    drop(store);
    Ok(recorder.await?)
}
