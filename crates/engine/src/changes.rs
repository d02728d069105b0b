//! What administrators have changed about levels and rules, from the record; and taking a change back, which is a change of
//! its own.

use domain::audit::{Kind, Record};
use domain::id::{OrganisationId, RequestId};
use domain::permission::Level;
use domain::policy::AskRule;
use domain::tool::Definition;
use jiff::Timestamp;
use store::audit::{AuditFilter, Logged};

use crate::{AdministratorCaller, Engine, Error, ErrorKind, LevelChange, Listed, Operator, tools};

/// The entries that say what administrators have changed.
const KINDS: [Kind; 3] = [Kind::LevelChanged, Kind::RulesChanged, Kind::TaintSwitched];

/// One change, as an administrator reads it.
#[derive(Debug, Clone)]
pub struct ChangeView {
    /// Its number in the record.
    pub sequence: i64,
    /// When.
    pub at: Timestamp,
    /// By whom, as Microsoft has the name.
    pub by: Option<String>,
    /// What.
    pub change: Change,
    /// Whether it can be taken back.
    pub undo: Undo,
}

/// What was changed, from what to what.
#[derive(Debug, Clone)]
pub enum Change {
    /// The level of a tool.
    Level {
        /// Of this one.
        tool: &'static Definition,
        /// Before; `None` when nobody had set one.
        from: Option<Level>,
        /// After.
        to: Level,
    },
    /// The rules for asking.
    Rules {
        /// Before.
        from: Vec<AskRule>,
        /// After.
        to: Vec<AskRule>,
    },
    /// Whether it matters to a tool what an agent has read of others.
    Taint {
        /// To this one.
        tool: &'static Definition,
        /// Whether it matters afterwards; before, it was the other way round.
        on: bool,
    },
}

/// Whether a change can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undo {
    /// It is how things stand.
    Possible,
    /// The same place was changed again since.
    ChangedSince,
}

impl Change {
    fn read(record: &Record) -> Option<Self> {
        let outcome = record.outcome.as_deref()?;
        let was = record.reason.as_deref()?;
        let tool = || Some(tools::find(record.tool.as_deref()?)?.definition());
        match record.kind {
            Kind::LevelChanged => Some(Self::Level {
                tool: tool()?,
                from: was.strip_prefix("was_").and_then(Level::parse),
                to: Level::parse(outcome)?,
            }),
            Kind::RulesChanged => Some(Self::Rules {
                from: serde_json::from_str(was.strip_prefix("was ")?).ok()?,
                to: serde_json::from_str(outcome).ok()?,
            }),
            Kind::TaintSwitched => Some(Self::Taint {
                tool: tool()?,
                on: outcome == "on",
            }),
            _ => None,
        }
    }

    /// The entries of the record about the same place.
    fn place(&self) -> (Kind, Option<&'static str>) {
        match self {
            Self::Level { tool, .. } => (Kind::LevelChanged, Some(tool.name.as_str())),
            Self::Rules { .. } => (Kind::RulesChanged, None),
            Self::Taint { tool, .. } => (Kind::TaintSwitched, Some(tool.name.as_str())),
        }
    }
}

impl Engine {
    /// What administrators have changed, the newest first.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a cursor that is not ours; [`ErrorKind::Unavailable`].
    pub async fn changes(
        &self,
        administrator: &AdministratorCaller,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Listed<ChangeView>, Error> {
        let organisation = administrator.organisation();
        self.changes_of(organisation, before, limit).await
    }

    /// The same for whoever runs a command.
    ///
    /// # Errors
    /// As there.
    pub async fn operator_changes(
        &self,
        _: &Operator,
        organisation: &OrganisationId,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Listed<ChangeView>, Error> {
        self.changes_of(organisation, before, limit).await
    }

    async fn changes_of(
        &self,
        organisation: &OrganisationId,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Listed<ChangeView>, Error> {
        let before = before.map(str::parse::<i64>).transpose().map_err(|_| {
            let words = "This is not a cursor of this list. Start again without one.";
            Error::invalid("invalid_cursor", "before", words)
        })?;
        let wanted = limit.clamp(1, 100);
        let filter = AuditFilter {
            kinds: KINDS.to_vec(),
            before,
            limit: wanted + 1,
            ..AuditFilter::default()
        };
        let mut found = self.0.store.entries(organisation, &filter).await?;
        let more = found.len() > wanted as usize;
        found.truncate(wanted as usize);
        let last = found.last().map(|last| last.sequence.to_string());
        let mut items = Vec::with_capacity(found.len());
        for logged in found {
            items.extend(self.change_view(organisation, logged).await?);
        }
        let next = last.filter(|_| more);
        Ok(Listed { items, next })
    }

    /// Takes a change back: what was before it counts again, as a new change on record.
    ///
    /// Where nobody had set a level before, *Deny* is set, which is the same to everybody.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is no such change; `changed_since` when the same place was changed again; then
    /// nothing is done. [`ErrorKind::Unavailable`] when it cannot be recorded.
    pub async fn undo_change(
        &self,
        administrator: &AdministratorCaller,
        sequence: i64,
        request: &RequestId,
    ) -> Result<(), Error> {
        let filter = AuditFilter {
            kinds: KINDS.to_vec(),
            before: sequence.checked_add(1),
            limit: 1,
            ..AuditFilter::default()
        };
        let organisation = administrator.organisation();
        let found = self.0.store.entries(organisation, &filter).await?;
        let found = found.into_iter().find(|found| found.sequence == sequence);
        let found = found.ok_or_else(Error::not_found)?;
        let change = Change::read(&found.record).ok_or_else(Error::not_found)?;
        if self.undo(organisation, sequence, &change).await? == Undo::ChangedSince {
            return Err(changed_since());
        }
        let undone = match change {
            Change::Level { tool, from, to } => {
                let change = LevelChange {
                    tool: tool.name.as_str().to_owned(),
                    from: Some(to),
                    to: from.unwrap_or(Level::Deny),
                };
                let set = self.set_levels(administrator, &[change], request).await;
                set.map(drop)
            }
            Change::Rules { from, .. } => {
                let seen = self.rules(administrator).await?.version;
                let set = self.set_rules(administrator, &from, seen, request).await;
                set.map(drop)
            }
            Change::Taint { tool, on } => {
                let set = self.rules(administrator).await?;
                let (name, mut off) = (tool.name.as_str(), set.taint_off);
                off.retain(|other| other != name);
                if on {
                    off.push(name.to_owned());
                }
                let set = self.set_taint_off(administrator, &off, set.version, request);
                set.await.map(drop)
            }
        };
        // Somebody was quicker.
        undone.map_err(|error| match error.code {
            "levels_changed" => changed_since(),
            _ => error,
        })
    }

    async fn change_view(
        &self,
        organisation: &OrganisationId,
        logged: Logged,
    ) -> Result<Option<ChangeView>, Error> {
        let Logged { sequence, record } = logged;
        // What this release cannot read is in the record, and is nothing that it could take back.
        let Some(change) = Change::read(&record) else {
            return Ok(None);
        };
        let by = match &record.actor {
            Some(actor) => self.0.store.person(actor).await?,
            None => None,
        };
        Ok(Some(ChangeView {
            sequence,
            at: record.at,
            by: by.map(|person| person.name),
            undo: self.undo(organisation, sequence, &change).await?,
            change,
        }))
    }

    /// Whether a change is the last one of its place and how things stand now.
    async fn undo(
        &self,
        organisation: &OrganisationId,
        sequence: i64,
        change: &Change,
    ) -> Result<Undo, Error> {
        let store = &self.0.store;
        let (kind, tool) = change.place();
        let filter = AuditFilter {
            kinds: vec![kind],
            tool: tool.map(str::to_owned),
            limit: 1,
            ..AuditFilter::default()
        };
        let newest = store.entries(organisation, &filter).await?;
        let is_newest = newest.iter().any(|newest| newest.sequence == sequence);
        // What was announced and then could not be done is on record and is not how things stand.
        let stands = match change {
            Change::Level { tool, to, .. } => {
                store.level(organisation, tool.name.as_str()).await? == *to
            }
            Change::Rules { to, .. } => store.organisation_rules(organisation).await?.rules == *to,
            Change::Taint { tool, on } => {
                let set = store.organisation_rules(organisation).await?;
                let off = set.taint_off.iter().any(|off| off == tool.name.as_str());
                off != *on
            }
        };
        Ok(if is_newest && stands {
            Undo::Possible
        } else {
            Undo::ChangedSince
        })
    }
}

fn changed_since() -> Error {
    let words =
        "The same was changed again since. Nothing was taken back; look at the newer change.";
    Error::new(ErrorKind::Conflict, "changed_since", words)
}
