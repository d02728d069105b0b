//! The record, for administrators: looked through, handed out, and checked. Nobody can change anything in it.

use domain::audit::{Broken, Checkpoint, Entry, Kind, Note, Record, Severity, Verifier, ocsf};
use domain::id::{AgentId, PersonId, RequestId};
use jiff::Timestamp;
use store::audit::{AuditFilter, Logged};

use crate::{AdministratorCaller, Engine, Error, ErrorKind, Listed, PeopleFilter};

/// How many entries are read at a time.
const STEP: u32 = 500;
/// How many steps a page of the list takes at most; then it ends early and goes on with the next.
const STEPS: u32 = 40;
/// How many entries one export from the page holds at most; the command has no such end.
const EXPORTED: usize = 10_000;
/// About how many of the newest entries are checked from the page; the command checks all.
const CHECKED: i64 = 200_000;

/// A word for several kinds of entry, which a filter offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordGroup {
    /// Calls of tools.
    Calls,
    /// Questions and decisions.
    Approvals,
    /// Connecting, renewing, ending.
    Connections,
    /// Signing in and out.
    SignIns,
    /// What administrators and people have set.
    Changes,
    /// The record itself.
    Record,
}

impl RecordGroup {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Calls,
        Self::Approvals,
        Self::Connections,
        Self::SignIns,
        Self::Changes,
        Self::Record,
    ];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Approvals => "approvals",
            Self::Connections => "connections",
            Self::SignIns => "sign_ins",
            Self::Changes => "changes",
            Self::Record => "record",
        }
    }

    fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Calls => &[
                Kind::ToolsListed,
                Kind::CallBegun,
                Kind::CallFinished,
                Kind::CallDenied,
                Kind::CallParked,
                Kind::CallReconciled,
                Kind::LimitHit,
            ],
            Self::Approvals => &[
                Kind::ApprovalRequested,
                Kind::ApprovalDecided,
                Kind::ApprovalEnded,
                Kind::CardRead,
            ],
            Self::Connections => &[
                Kind::ConnectStarted,
                Kind::Connected,
                Kind::ConnectFailed,
                Kind::ConnectionStateChanged,
                Kind::Disconnected,
                Kind::EverybodyDisconnected,
                Kind::TokenRefreshed,
                Kind::TokenRefreshFailed,
            ],
            Self::SignIns => &[Kind::SignedIn, Kind::SignInFailed, Kind::SignedOut],
            Self::Changes => &[
                Kind::AdministratorAppointed,
                Kind::LevelChanged,
                Kind::RulesChanged,
                Kind::OwnLevelChanged,
                Kind::TaintSwitched,
                Kind::KeyCreated,
                Kind::KeyRevoked,
                Kind::KeysRotated,
                Kind::Started,
                Kind::Stopped,
                Kind::ClockJumped,
            ],
            Self::Record => &[
                Kind::CheckpointKeyUsed,
                Kind::EntriesRemoved,
                Kind::RecordBroken,
                Kind::AuditExported,
                Kind::AuditVerified,
                Kind::AuditRead,
            ],
        }
    }
}

/// Which entries of the record to list. The default is all of them.
#[derive(Debug, Clone, Default)]
pub struct RecordFilter {
    /// About or by people whose name or login contains this, or who have this id.
    pub person: String,
    /// Of this agent, by its id.
    pub agent: String,
    /// About this tool.
    pub tool: Option<String>,
    /// Of these kinds.
    pub group: Option<RecordGroup>,
    /// With this outcome.
    pub outcome: Option<String>,
    /// With this reason.
    pub reason: String,
    /// Not before this.
    pub since: Option<Timestamp>,
    /// Before this.
    pub until: Option<Timestamp>,
    /// Older than this: the `next` of the page before.
    pub before: Option<String>,
    /// How many, at most 200.
    pub limit: u32,
}

/// One entry as an administrator reads it.
#[derive(Debug, Clone)]
pub struct RecordView {
    /// Its number.
    pub sequence: i64,
    /// What it says.
    pub record: Record,
    /// The name of the person it is about, as Microsoft has it.
    pub person: Option<String>,
    /// The name of who acted, if that is somebody else.
    pub actor: Option<String>,
}

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordFormat {
    /// A line for each entry: number, text, hash.
    JsonLines,
    /// A line for each entry, as an event of the Open Cybersecurity Schema Framework.
    Ocsf,
}

impl Engine {
    /// Entries of the administrator's organisation, newest first.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a cursor that is not ours; [`ErrorKind::Unavailable`].
    pub async fn record(
        &self,
        administrator: &AdministratorCaller,
        filter: &RecordFilter,
    ) -> Result<Listed<RecordView>, Error> {
        // Each list is put on record once, not each of its pages.
        if filter.before.is_none() {
            let mut record = self.about(&administrator.person, Kind::AuditRead);
            record.actor = Some(administrator.id().clone());
            self.0.store.record(record).await?;
        }
        let wanted = filter.limit.clamp(1, 200) as usize;
        let found = self.found(administrator, filter, wanted).await?;
        let mut items = Vec::with_capacity(found.items.len());
        for logged in found.items {
            items.push(self.record_view(administrator, logged).await?);
        }
        let next = found.next;
        Ok(Listed { items, next })
    }

    /// One entry, and its hash in the chain.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is none with this number.
    pub async fn record_entry(
        &self,
        administrator: &AdministratorCaller,
        sequence: i64,
    ) -> Result<(RecordView, Entry), Error> {
        let organisation = administrator.organisation();
        let chain = self.0.store.chain(organisation, sequence, 1).await?;
        let entry = chain
            .into_iter()
            .next()
            .filter(|entry| entry.sequence == sequence)
            .ok_or_else(Error::not_found)?;
        let record = serde_json::from_str(&entry.text).map_err(|_| Error::not_found())?;
        let logged = Logged { sequence, record };
        Ok((self.record_view(administrator, logged).await?, entry))
    }

    /// The newest ten thousand entries that a filter finds, the oldest first, a line each. That it happened is on record
    /// before the first is read.
    ///
    /// # Errors
    /// `sign_in_again`; [`ErrorKind::Unavailable`]. Then nothing is handed out.
    pub async fn export_record(
        &self,
        administrator: &AdministratorCaller,
        filter: &RecordFilter,
        format: RecordFormat,
        request: &RequestId,
    ) -> Result<String, Error> {
        self.if_fresh(administrator, "/administration/audit")?;
        let mut record = self.about(&administrator.person, Kind::AuditExported);
        record.actor = Some(administrator.id().clone());
        record.request = Some(request.clone());
        record.outcome = Some("begun".to_owned());
        record.reason = Some(match format {
            RecordFormat::JsonLines => "jsonl".to_owned(),
            RecordFormat::Ocsf => "ocsf".to_owned(),
        });
        self.0.store.record(record).await?;
        let mut found = self.found(administrator, filter, EXPORTED).await?.items;
        found.reverse();
        let mut lines = String::new();
        for page in found.chunks(STEP as usize) {
            let (Some(first), Some(last)) = (page.first(), page.last()) else {
                continue;
            };
            for entry in self
                .entries_between(administrator, first.sequence, last.sequence)
                .await?
            {
                // Both are in ascending order of their numbers.
                let wanted = page.binary_search_by_key(&entry.sequence, |logged| logged.sequence);
                if wanted.is_ok() {
                    lines.push_str(&line(&entry, format));
                    lines.push('\n');
                }
            }
        }
        Ok(lines)
    }

    /// Checks the newest entries of the record, about two hundred thousand of them: that each follows from the one before,
    /// and that every checkpoint kept beside them is true and signed by a key that the record names. Answers the number of
    /// the entry that says what was found.
    ///
    /// Whether the record names the right keys is for the command to check, which is given them.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] while another check is under way; [`ErrorKind::Unavailable`].
    pub async fn verify_record(
        &self,
        administrator: &AdministratorCaller,
        request: &RequestId,
    ) -> Result<i64, Error> {
        let Ok(_only) = self.0.verifying.try_lock() else {
            let words = "The record is being checked already. Look again in a minute.";
            return Err(Error::new(ErrorKind::Conflict, "already_verifying", words));
        };
        let (count, found) = self.verified(administrator).await?;
        let mut record = self.about(&administrator.person, Kind::AuditVerified);
        record.actor = Some(administrator.id().clone());
        record.request = Some(request.clone());
        record.count = Some(count);
        record.outcome = Some("whole".to_owned());
        if let Err(broken) = found {
            tracing::error!(organisation.id = %administrator.organisation(), broken = ?broken,
                "the record was checked and is broken. Run `attache audit verify`");
            record.outcome = Some("broken".to_owned());
            record.reason = Some(place(&broken));
            record.severity = Some(Severity::High);
        }
        Ok(self.0.store.record(record).await?)
    }

    /// How many entries were checked, and how they do not fit.
    async fn verified(
        &self,
        administrator: &AdministratorCaller,
    ) -> Result<(u64, Result<(), Broken>), Error> {
        let (store, organisation) = (&self.0.store, administrator.organisation());
        let newest = store.head(organisation).await?.sequence;
        let beginning = store
            .beginning_before(organisation, newest - CHECKED)
            .await?;
        let mut from = beginning.sequence + 1;
        let mut signers = store.signers(organisation).await?;
        let mut checkpoints: Vec<Checkpoint> = Vec::new();
        loop {
            let after = checkpoints.last().map_or(from - 2, |last| last.size);
            let page = store.checkpoints(organisation, after, STEP).await?;
            if page.is_empty() {
                break;
            }
            for kept in page {
                let note = Note::parse(&kept.note);
                let read = note.and_then(|note| Some((Checkpoint::parse(&note.text)?, note)));
                match read {
                    Some((read, note)) if read.size == kept.size => {
                        signers.beside(read.size, note);
                        checkpoints.push(read);
                    }
                    Some(_) | None => return Ok((0, Err(Broken::Checkpoint(kept.size)))),
                }
            }
        }
        // Read after the checkpoints: a head is never behind one.
        let head = store.head(organisation).await?;
        let mut verifier = match Verifier::new(organisation, beginning, checkpoints) {
            Ok(verifier) => verifier,
            Err(broken) => return Ok((0, Err(broken))),
        };
        let mut count = 0;
        while from <= head.sequence {
            let page = store.chain(organisation, from, STEP).await?;
            if page.is_empty() {
                break;
            }
            for entry in page
                .iter()
                .take_while(|entry| entry.sequence <= head.sequence)
            {
                if let Err(broken) = verifier.add(entry) {
                    return Ok((count, Err(broken)));
                }
                (count, from) = (count + 1, entry.sequence + 1);
            }
        }
        let found = match (verifier.finish(Some(head)), signers.unsigned()) {
            (Ok(_), Some(size)) => Err(Broken::Signature(size)),
            (found, _) => found.map(drop),
        };
        Ok((count, found))
    }

    async fn entries_between(
        &self,
        administrator: &AdministratorCaller,
        first: i64,
        last: i64,
    ) -> Result<Vec<Entry>, Error> {
        let (mut from, mut between) = (first, Vec::new());
        while from <= last {
            let organisation = administrator.organisation();
            let page = self.0.store.chain(organisation, from, STEP).await?;
            let Some(end) = page.last().map(|entry| entry.sequence) else {
                break;
            };
            between.extend(page.into_iter().filter(|entry| entry.sequence <= last));
            from = end + 1;
        }
        Ok(between)
    }

    /// The newest entries that a filter finds, so many at most.
    async fn found(
        &self,
        administrator: &AdministratorCaller,
        filter: &RecordFilter,
        wanted: usize,
    ) -> Result<Listed<Logged>, Error> {
        let mut before = match filter.before.as_deref().map(str::parse::<i64>) {
            Some(Ok(sequence)) => Some(sequence),
            Some(Err(_)) => {
                let words = "This is not a cursor of this list. Start again without one.";
                return Err(Error::invalid("invalid_cursor", "before", words));
            }
            None => None,
        };
        let people = self.meant(administrator, &filter.person).await?;
        let agent = filter.agent.trim();
        let reason = Some(filter.reason.trim()).filter(|reason| !reason.is_empty());
        let fits = |record: &Record| {
            let of = |id: &Option<PersonId>| {
                let known =
                    |people: &Vec<PersonId>| id.as_ref().is_some_and(|id| people.contains(id));
                people.as_ref().is_none_or(known)
            };
            (of(&record.person) || of(&record.actor))
                && (agent.is_empty() || record.agent.as_ref().map(AgentId::as_str) == Some(agent))
                && (filter.outcome.is_none() || record.outcome == filter.outcome)
                && (reason.is_none() || record.reason.as_deref() == reason)
        };
        let mut items: Vec<Logged> = Vec::new();
        let steps = STEPS.max(u32::try_from(wanted).unwrap_or(u32::MAX) / STEP + 1);
        for _ in 0..steps {
            let query = AuditFilter {
                kinds: filter
                    .group
                    .map(|group| group.kinds().to_vec())
                    .unwrap_or_default(),
                tool: filter.tool.clone(),
                since: filter.since,
                until: filter.until,
                before,
                limit: STEP,
                ..AuditFilter::default()
            };
            let organisation = administrator.organisation();
            let page = self.0.store.entries(organisation, &query).await?;
            let last_page = page.len() < STEP as usize;
            before = page.last().map(|logged| logged.sequence).or(before);
            for logged in page.into_iter().filter(|logged| fits(&logged.record)) {
                if items.len() == wanted {
                    let next = items.last().map(|last| last.sequence.to_string());
                    return Ok(Listed { items, next });
                }
                items.push(logged);
            }
            if last_page {
                return Ok(Listed { items, next: None });
            }
        }
        let next = before.map(|sequence| sequence.to_string());
        Ok(Listed { items, next })
    }

    /// Whom a filter means; nobody in particular when it is empty.
    async fn meant(
        &self,
        administrator: &AdministratorCaller,
        text: &str,
    ) -> Result<Option<Vec<PersonId>>, Error> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if let Ok(id) = PersonId::parse(text) {
            return Ok(Some(vec![id]));
        }
        let filter = PeopleFilter {
            text: text.to_owned(),
            limit: 200,
            ..PeopleFilter::default()
        };
        let people = self.people(administrator, &filter).await?.items;
        Ok(Some(people.into_iter().map(|person| person.id).collect()))
    }

    async fn record_view(
        &self,
        administrator: &AdministratorCaller,
        logged: Logged,
    ) -> Result<RecordView, Error> {
        let Logged { sequence, record } = logged;
        let person = self.name_of(administrator, record.person.as_ref()).await?;
        let other = record
            .actor
            .as_ref()
            .filter(|_| record.actor != record.person);
        let actor = self.name_of(administrator, other).await?;
        Ok(RecordView {
            sequence,
            record,
            person,
            actor,
        })
    }

    async fn name_of(
        &self,
        administrator: &AdministratorCaller,
        id: Option<&PersonId>,
    ) -> Result<Option<String>, Error> {
        let Some(id) = id else {
            return Ok(None);
        };
        let person = self.0.store.person(id).await?;
        let person = person.filter(|person| person.organisation == *administrator.organisation());
        Ok(person.map(|person| person.name))
    }
}

fn line(entry: &Entry, format: RecordFormat) -> String {
    match format {
        RecordFormat::JsonLines => serde_json::to_string(entry).unwrap_or_default(),
        RecordFormat::Ocsf => ocsf::event(entry)
            .map(|event| event.to_string())
            .unwrap_or_default(),
    }
}

/// How and where, as `attache audit verify --json` has it.
fn place(broken: &Broken) -> String {
    let (how, at) = match broken {
        Broken::Sequence(at) => ("sequence", at),
        Broken::Hash(at) => ("hash", at),
        Broken::Head(at) => ("end", at),
        Broken::Beginning(at) => ("beginning", at),
        Broken::Checkpoint(at) => ("checkpoint", at),
        Broken::Signature(at) => ("signature", at),
        Broken::Missing(at) => ("missing", at),
    };
    format!("{how} at {at}")
}
