//! What happened, as a person may see it: her own entries of the audit log.

use domain::audit::{Entry, Kind, Record};
use domain::caller::Surface;
use domain::id::{AgentId, CallId};
use jiff::Timestamp;
use store::audit::AuditFilter;

use crate::{Engine, Error, Listed, PersonCaller, tools};

/// Which entries to list.
#[derive(Debug, Clone, Default)]
pub struct ActivityFilter {
    /// Only of this tool.
    pub tool: Option<String>,
    /// Only with this outcome (`done`, `failed`, `denied`, `approved`, `declined`, …).
    pub outcome: Option<String>,
    /// Only by this agent of hers, by its id.
    pub agent: Option<String>,
    /// Only not before this.
    pub since: Option<Timestamp>,
    /// Only before this.
    pub until: Option<Timestamp>,
    /// Only older than this: the `next` of the page before.
    pub before: Option<String>,
    /// How many, at most 200.
    pub limit: u32,
}

/// One entry on the Activity page.
#[derive(Debug, Clone)]
pub struct ActivityView {
    /// Its number in the log.
    pub sequence: i64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: Kind,
    /// Which tool, by its title.
    pub tool_title: Option<String>,
    /// Which agent, by the name of its key.
    pub agent_name: Option<String>,
    /// Over which surface.
    pub surface: Option<Surface>,
    /// How it ended, or what was decided: a word of ours.
    pub outcome: Option<String>,
    /// Why: a word of ours.
    pub reason: Option<String>,
    /// How long it took.
    pub duration_ms: Option<i64>,
    /// Which call.
    pub call: Option<CallId>,
}

/// What a person is shown: what was done or decided, not that it began.
const SHOWN: &[Kind] = &[
    Kind::SignedIn,
    Kind::SignedOut,
    Kind::AdministratorAppointed,
    Kind::Connected,
    Kind::ConnectFailed,
    Kind::ConnectionStateChanged,
    Kind::Disconnected,
    Kind::LevelChanged,
    Kind::OwnLevelChanged,
    Kind::KeyCreated,
    Kind::KeyRevoked,
    Kind::CallFinished,
    Kind::CallDenied,
    Kind::CallParked,
    Kind::CallReconciled,
    Kind::LimitHit,
    Kind::ApprovalRequested,
    Kind::ApprovalDecided,
    Kind::CardRead,
];

impl Engine {
    /// A person's own entries, newest first.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Invalid`] for a cursor that is not ours; [`crate::ErrorKind::Unavailable`].
    pub async fn activity(
        &self,
        person: &PersonCaller,
        filter: ActivityFilter,
    ) -> Result<Listed<ActivityView>, Error> {
        let wanted = filter.limit.clamp(1, 200) as usize;
        let mut before = match filter.before.as_deref().map(str::parse::<i64>) {
            Some(Ok(sequence)) => Some(sequence),
            Some(Err(_)) => {
                return Err(Error::invalid(
                    "invalid_cursor",
                    "before",
                    "This is not a cursor of this list. Start again without one.",
                ));
            }
            None => None,
        };
        let names = self.agent_names(person).await?;
        let mut items: Vec<ActivityView> = Vec::new();
        // The outcome is inside the entry, so a page is filled from as many pages of the log as it takes, within reason.
        for _ in 0..20 {
            let query = AuditFilter {
                person: Some(person.id().clone()),
                kinds: SHOWN.to_vec(),
                tool: filter.tool.clone(),
                since: filter.since,
                until: filter.until,
                before,
                limit: 200,
                ..AuditFilter::default()
            };
            let page = self.0.store.entries(person.organisation(), &query).await?;
            before = page.last().map(|logged| logged.sequence);
            let last_page = page.len() < 200;
            for logged in page {
                let record = logged.record;
                let of = record.agent.as_ref().map(AgentId::as_str);
                let fits = (filter.outcome.is_none() || record.outcome == filter.outcome)
                    && (filter.agent.is_none() || of == filter.agent.as_deref());
                if !fits || only_begun(&record) {
                    continue;
                }
                if items.len() == wanted {
                    let next = items.last().map(|last| last.sequence.to_string());
                    return Ok(Listed { items, next });
                }
                items.push(view(logged.sequence, record, &names));
            }
            if last_page {
                return Ok(Listed { items, next: None });
            }
        }
        let next = before.map(|sequence| sequence.to_string());
        Ok(Listed { items, next })
    }

    /// One of a person's own entries: as she is shown it, and everything that is on record of it.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is none with this number that she is shown.
    pub async fn activity_entry(
        &self,
        person: &PersonCaller,
        sequence: i64,
    ) -> Result<(ActivityView, Record, Entry), Error> {
        let chain = self.0.store.chain(person.organisation(), sequence, 1);
        let entry = chain.await?.into_iter().next();
        let entry = entry.filter(|entry| entry.sequence == sequence);
        let entry = entry.ok_or_else(Error::not_found)?;
        let record: Record = serde_json::from_str(&entry.text).map_err(|_| Error::not_found())?;
        let hers = record.person.as_ref() == Some(person.id());
        if !hers || !SHOWN.contains(&record.kind) || only_begun(&record) {
            return Err(Error::not_found());
        }
        let names = self.agent_names(person).await?;
        Ok((view(sequence, record.clone(), &names), record, entry))
    }
}

/// What has ended is shown, not that it began.
fn only_begun(record: &Record) -> bool {
    record.kind == Kind::Disconnected && record.outcome.as_deref() == Some("begun")
}

fn view(sequence: i64, record: Record, names: &[(AgentId, String)]) -> ActivityView {
    let tool = record.tool.as_deref().and_then(tools::find);
    let named = |id: AgentId| names.iter().find(|(known, _)| *known == id);
    ActivityView {
        sequence,
        at: record.at,
        kind: record.kind,
        tool_title: tool.map(|tool| tool.definition().title()),
        agent_name: record.agent.and_then(named).map(|(_, name)| name.clone()),
        surface: record.surface,
        outcome: record.outcome,
        reason: record.reason,
        duration_ms: record.duration_ms,
        call: record.call,
    }
}
