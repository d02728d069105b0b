//! What happened, as a person may see it: her own entries of the audit log.

use domain::audit::Kind;
use domain::caller::Surface;
use domain::id::CallId;
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
    Kind::KeyCreated,
    Kind::KeyRevoked,
    Kind::CallFinished,
    Kind::CallDenied,
    Kind::CallParked,
    Kind::CallReconciled,
    Kind::LimitHit,
    Kind::ApprovalRequested,
    Kind::ApprovalDecided,
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
                before,
                limit: 200,
                ..AuditFilter::default()
            };
            let page = self.0.store.entries(person.organisation(), &query).await?;
            before = page.last().map(|logged| logged.sequence);
            let last_page = page.len() < 200;
            for logged in page {
                let record = logged.record;
                // What has ended is shown, not that it began.
                if record.kind == Kind::Disconnected && record.outcome.as_deref() == Some("begun") {
                    continue;
                }
                if filter.outcome.is_some() && record.outcome != filter.outcome {
                    continue;
                }
                if items.len() == wanted {
                    let next = items.last().map(|last| last.sequence.to_string());
                    return Ok(Listed { items, next });
                }
                items.push(ActivityView {
                    sequence: logged.sequence,
                    at: record.at,
                    kind: record.kind,
                    tool_title: record
                        .tool
                        .as_deref()
                        .and_then(tools::find)
                        .map(|tool| tool.definition().title()),
                    agent_name: record.agent.and_then(|id| {
                        names
                            .iter()
                            .find(|(known, _)| *known == id)
                            .map(|(_, name)| name.clone())
                    }),
                    surface: record.surface,
                    outcome: record.outcome,
                    reason: record.reason,
                    duration_ms: record.duration_ms,
                    call: record.call,
                });
            }
            if last_page {
                return Ok(Listed { items, next: None });
            }
        }
        let next = before.map(|sequence| sequence.to_string());
        Ok(Listed { items, next })
    }
}
