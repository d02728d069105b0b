//! Who signs the record: from time to time and at the end, each organisation's checkpoint is made, kept, and handed on to
//! where this machine cannot change it any more. Old segments go after that.

mod sinks;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use anyhow::Context as _;
use domain::audit::{Broken, Checkpoint, Kind, Note, Record, Severity};
use domain::clock::Clock;
use domain::id::OrganisationId;
use jiff::SignedDuration;
use store::Store;
use store::audit::{Kept, Made, SigningKey, VerifyingKey};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use self::sinks::Sinks;
use crate::settings::Audit;

/// How often it is looked whether a checkpoint is due.
const LOOK: Duration = Duration::from_secs(2);
/// How many checkpoints are handed on in one round.
const TOGETHER: u32 = 200;

/// Makes checkpoints, hands them on, and removes what is too old.
pub(crate) struct Notary {
    store: Store,
    key: SigningKey,
    sinks: Sinks,
    entries: i64,
    every: Duration,
    retention: Option<SignedDuration>,
    clock: Clock,
    /// What was signed last of each record, as far as is known here: by this process, or by what it found handed on when it
    /// first looked. An older copy of the database that is put back meanwhile is found by it.
    known: HashMap<OrganisationId, Option<Checkpoint>>,
    /// Whose record was found broken: said once, not every two seconds.
    broken: HashSet<OrganisationId>,
}

/// One that works in the background.
pub(crate) struct Working {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Notary {
    /// Who signs as the settings say; nobody when there is no key.
    ///
    /// # Errors
    /// When the key cannot be read.
    pub(crate) fn new(settings: &Audit, store: Store) -> anyhow::Result<Option<Self>> {
        let Some(key) = settings.signing_key()? else {
            return Ok(None);
        };
        let days = i64::from(settings.retention_days);
        Ok(Some(Self {
            store,
            key,
            sinks: Sinks::new(settings),
            entries: settings.checkpoint_entries,
            every: settings.checkpoint_every,
            retention: (days > 0).then(|| SignedDuration::from_hours(24 * days)),
            clock: Clock::system(),
            known: HashMap::new(),
            broken: HashSet::new(),
        }))
    }

    /// Works in the background until it is finished.
    pub(crate) fn start(mut self) -> Working {
        let (stop, mut stopped) = oneshot::channel();
        #[expect(
            clippy::disallowed_methods,
            reason = "wiring starts who signs the record and waits for it when it stops"
        )]
        let task = tokio::spawn(async move {
            loop {
                let (entries, every) = (self.entries, self.every);
                self.round_or_say(entries, every).await;
                tokio::select! {
                    _ = &mut stopped => break,
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
            // What is on record by now is signed before the program ends.
            self.round_or_say(1, Duration::ZERO).await;
        });
        Working { stop, task }
    }

    async fn round_or_say(&mut self, entries: i64, age: Duration) {
        if let Err(error) = self.round(entries, age).await {
            tracing::error!(error = %format!("{error:#}"), "the record could not be signed or handed on; it is tried again");
        }
    }

    /// Signs what is due, hands on what was signed, removes what is too old.
    ///
    /// # Errors
    /// When the database fails or a checkpoint could not be handed on. What was signed stays to be handed on.
    async fn round(&mut self, entries: i64, age: Duration) -> anyhow::Result<()> {
        for organisation in self.store.checkpoints_due(entries, age).await? {
            self.sign(&organisation).await?;
        }
        self.hand_on().await?;
        self.remove_old().await
    }

    /// Signs how the record of an organisation stands. Answers the checkpoint if there was something new.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn sign(
        &mut self,
        organisation: &OrganisationId,
    ) -> anyhow::Result<Option<Kept>> {
        // A record that is not signed any more does not name its key again and again.
        if !self.broken.contains(organisation) {
            self.introduce_key(organisation).await?;
        }
        if !self.known.contains_key(organisation) {
            let last = self.sinks.last(organisation).await?;
            self.known.insert(organisation.clone(), last);
        }
        let known = self.known.get(organisation).and_then(Option::as_ref);
        let (store, key) = (&self.store, &self.key);
        match store.make_checkpoint(organisation, key, known).await? {
            Made::Checkpoint(kept) => {
                let said = Note::parse(&kept.note).and_then(|note| Checkpoint::parse(&note.text));
                self.known.insert(organisation.clone(), said);
                self.broken.remove(organisation);
                Ok(Some(kept))
            }
            Made::Nothing => Ok(None),
            Made::Refused(broken) => {
                self.tell_broken(organisation, &broken).await?;
                Ok(None)
            }
        }
    }

    /// A key that has not signed this record before is named in it, so that older keys stay known when it is replaced.
    async fn introduce_key(&self, organisation: &OrganisationId) -> anyhow::Result<()> {
        let last = self.store.last_checkpoint(organisation, i64::MAX).await?;
        let note = last.and_then(|last| Note::parse(&last.note));
        if note.is_some_and(|note| self.key.public().has_signed(&note)) {
            return Ok(());
        }
        self.name(organisation, self.key.public()).await
    }

    /// Names the keys again whose only naming is among the entries that are about to go: what they have signed of the rest
    /// must still be told from what nobody has.
    async fn name_again(&self, organisation: &OrganisationId, upto: i64) -> anyhow::Result<()> {
        let named = self.store.named_keys(organisation).await?;
        let (going, mut staying): (Vec<_>, Vec<_>) = named
            .into_iter()
            .partition(|(sequence, _)| *sequence <= upto);
        for (sequence, key) in going {
            if staying.iter().any(|(_, known)| *known == key) {
                continue;
            }
            self.name(organisation, &key).await?;
            staying.push((sequence, key));
        }
        Ok(())
    }

    async fn name(&self, organisation: &OrganisationId, key: &VerifyingKey) -> anyhow::Result<()> {
        let kind = Kind::CheckpointKeyUsed;
        let mut record = Record::new(self.clock.now(), kind, organisation.clone());
        record.outcome = Some(key.to_string());
        self.store.record(record).await?;
        Ok(())
    }

    async fn tell_broken(
        &mut self,
        organisation: &OrganisationId,
        broken: &Broken,
    ) -> anyhow::Result<()> {
        if !self.broken.insert(organisation.clone()) {
            return Ok(());
        }
        tracing::error!(organisation.id = %organisation, broken = ?broken,
            "the record does not follow from what was signed last; nothing is signed any more. Run `attache audit verify`");
        let kind = Kind::RecordBroken;
        let mut record = Record::new(self.clock.now(), kind, organisation.clone());
        record.severity = Some(Severity::High);
        self.store.record(record).await?;
        Ok(())
    }

    /// Whose record was found broken.
    pub(crate) fn found_broken(&self) -> Vec<OrganisationId> {
        self.broken.iter().cloned().collect()
    }

    /// Hands on what was signed and has not been handed on everywhere.
    ///
    /// # Errors
    /// When the database fails or somebody did not take one; those that were not taken stay.
    pub(crate) async fn hand_on(&self) -> anyhow::Result<()> {
        if self.sinks.is_empty() {
            return Ok(());
        }
        for kept in self.store.checkpoints_to_publish(TOGETHER).await? {
            self.sinks
                .take(&kept)
                .await
                .context("a checkpoint could not be handed on")?;
            self.store.checkpoint_published(&kept).await?;
        }
        Ok(())
    }

    async fn remove_old(&self) -> anyhow::Result<()> {
        let Some(retention) = self.retention else {
            return Ok(());
        };
        let before = self.clock.now().checked_sub(retention)?;
        for (organisation, _) in self.store.organisations().await? {
            let Some(upto) = self.store.removable(&organisation, before).await? else {
                continue;
            };
            let kind = Kind::EntriesRemoved;
            let mut record = Record::new(self.clock.now(), kind, organisation.clone());
            record.count = u64::try_from(upto.size).ok();
            record.reason = Some("retention".to_owned());
            self.store.record(record).await?;
            self.name_again(&organisation, upto.size).await?;
            self.store.remove_entries(&upto).await?;
        }
        Ok(())
    }
}

impl Working {
    /// Has it sign what is on record, and waits until it has, or the time is up.
    pub(crate) async fn finish(self, patience: Duration) {
        let Self { stop, task } = self;
        let _ = stop.send(());
        if tokio::time::timeout(patience, task).await.is_err() {
            tracing::warn!("the last entries were not signed in time; the next start does it");
        }
    }
}
