//! `attache keys rotate`

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use domain::audit::{Kind, Record, Severity};
use domain::clock::Clock;
use domain::connection::ConnectionState;
use domain::id::{ConnectionId, OrganisationId, PersonId};
use serde_json::json;
use store::Store;
use store::connections::KeyUse;

use crate::commands::ConfigFile;
use crate::terminal::{self, Progress};
use crate::wiring;

/// How often the grants are gone through while servers still seal with an older key.
const ROUNDS: usize = 4;
/// How long the record may take to be written at the end.
const FLUSH: Duration = Duration::from_secs(8);

/// Seal every connection with the active key, while attache goes on working
///
/// It can be stopped anywhere and run again. Before it, every server must have the new key, and seal with it:
/// docs/keys.md says how. It ends with code 0 when no connection needs an older key, and with 1 when some still do.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  attache keys rotate --config /etc/attache/attache.toml\n  attache keys rotate --json"
)]
pub(crate) struct Rotate {
    #[command(flatten)]
    config: ConfigFile,
    /// How many connections are sealed in one step; servers wait for a step where they write
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    batch: u32,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// How many grants of an organisation were under which key.
type Moved = BTreeMap<(OrganisationId, String), u64>;

impl Rotate {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let settings = self.config.load()?;
        let (store, recorder) = wiring::open_store(&settings).await?;
        let moved = self.move_all(&store).await?;
        let usage = store.keys_in_use().await?;
        let active = store.active_key().to_owned();
        // The last of the store: what is still to be recorded is written, and old texts are wiped from SQLite's log.
        drop(store);
        match tokio::time::timeout(FLUSH, recorder).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => bail!("the audit log was not flushed in time"),
        }
        let outcome = Outcome::new(active, moved.values().sum(), &usage);
        terminal::answer(&match self.json {
            true => outcome.as_json(),
            false => outcome.as_text(),
        })?;
        Ok(ExitCode::from(u8::from(outcome.left() > 0)))
    }

    /// Goes through the grants until a whole round finds none that can be moved.
    async fn move_all(&self, store: &Store) -> anyhow::Result<Moved> {
        let before = movable(store).await?;
        note_on_record(store, "begun", &before).await?;
        let mut progress = Progress::new("connections sealed", before.values().sum());
        let mut moved = Moved::new();
        for _ in 0..ROUNDS {
            let already: u64 = moved.values().sum();
            self.round(store, &mut moved, &mut progress).await?;
            if moved.values().sum::<u64>() == already || movable(store).await?.is_empty() {
                break;
            }
        }
        note_on_record(store, "finished", &moved).await?;
        Ok(moved)
    }

    /// Goes through the grants once.
    async fn round(
        &self,
        store: &Store,
        moved: &mut Moved,
        progress: &mut Progress,
    ) -> anyhow::Result<()> {
        let mut after: Option<ConnectionId> = None;
        loop {
            let step = store.rewrap(after.as_ref(), self.batch).await;
            let step = step.context("stopped; what is sealed stays sealed, run it again")?;
            for (organisation, person, connection) in step.damaged {
                note_damaged(store, organisation, person).await?;
                terminal::note(&format!(
                    "connection {connection} is damaged and stays as it is; its person must connect again"
                ));
            }
            progress.advance(step.moved.len());
            for one in step.moved {
                *moved.entry(one).or_default() += 1;
            }
            match step.next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }
}

/// The grants that are not under the active key and may open.
async fn movable(store: &Store) -> anyhow::Result<Moved> {
    let mut usage = store.keys_in_use().await?;
    usage.retain(|usage| usage.key_id != store.active_key() && usage.grants > usage.damaged);
    let entry = |usage: KeyUse| {
        let grants = usage.grants - usage.damaged;
        ((usage.organisation, usage.key_id), grants)
    };
    Ok(usage.into_iter().map(entry).collect())
}

async fn note_on_record(store: &Store, outcome: &str, moved: &Moved) -> anyhow::Result<()> {
    for ((organisation, from), count) in moved {
        let mut record = Record::new(
            Clock::system().now(),
            Kind::KeysRotated,
            organisation.clone(),
        );
        record.outcome = Some(outcome.to_owned());
        record.reason = Some(format!("from {from} to {}", store.active_key()));
        record.count = Some(*count);
        store.record(record).await?;
    }
    Ok(())
}

async fn note_damaged(
    store: &Store,
    organisation: OrganisationId,
    person: PersonId,
) -> anyhow::Result<()> {
    let kind = Kind::ConnectionStateChanged;
    let mut record = Record::new(Clock::system().now(), kind, organisation);
    record.person = Some(person);
    record.outcome = Some(ConnectionState::Damaged.as_str().to_owned());
    record.severity = Some(Severity::High);
    store.record(record).await?;
    Ok(())
}

/// How it stands at the end.
struct Outcome {
    active: String,
    moved: u64,
    /// By key: how many grants, and how many of them damaged.
    keys: BTreeMap<String, (u64, u64)>,
}

impl Outcome {
    fn new(active: String, moved: u64, usage: &[KeyUse]) -> Self {
        let mut keys = BTreeMap::from([(active.clone(), (0, 0))]);
        for one in usage {
            let (grants, damaged) = keys.entry(one.key_id.clone()).or_default();
            *grants += one.grants;
            *damaged += one.damaged;
        }
        Self {
            active,
            moved,
            keys,
        }
    }

    /// How many grants need another key than the active one.
    fn left(&self) -> u64 {
        let others = self.keys.iter().filter(|(key, _)| **key != self.active);
        others.map(|(_, (grants, damaged))| grants - damaged).sum()
    }

    fn as_json(&self) -> String {
        let keys: Vec<_> = self
            .keys
            .iter()
            .map(|(key, (grants, damaged))| {
                let needed = *key == self.active || grants > damaged;
                json!({ "key": key, "connections": grants, "damaged": damaged, "needed": needed })
            })
            .collect();
        json!({
            "active": self.active,
            "sealed": self.moved,
            "left": self.left(),
            "keys": keys,
        })
        .to_string()
    }

    fn as_text(&self) -> String {
        let mut lines = vec![format!("{} connections sealed anew", self.moved)];
        for (key, (grants, damaged)) in &self.keys {
            let what = match (*key == self.active, grants - damaged) {
                (true, _) => "the active key",
                (false, 0) => "not needed: it may go",
                (false, _) => "still needed",
            };
            let damaged = match damaged {
                0 => String::new(),
                damaged => format!(" ({damaged} of them damaged)"),
            };
            lines.push(format!("  {key}: {grants} connections{damaged}, {what}"));
        }
        lines.push(match self.left() {
            0 => format!(
                "Every key but {} may be removed from keys.decrypt_only and be destroyed, unless a backup needs it.",
                self.active
            ),
            left => format!(
                "{left} connections are still sealed with another key: a server is running that seals with it. Make {} \
                 the active key of every server, restart them, and run this again.",
                self.active
            ),
        });
        lines.join("\n")
    }
}
