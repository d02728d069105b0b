//! The record: durable before the answer, chained within each organisation, and read back by filters.

mod checkpoints;
mod retention;
mod signers;
mod signing;
mod writer;

use std::sync::Arc;

use domain::audit::{Entry, Head, Kind, Record};
use domain::canonical::Digest;
use domain::id::{CallId, OrganisationId, PersonId};
use jiff::Timestamp;
use sqlx::AssertSqlSafe;
use tokio::sync::oneshot;

pub use self::checkpoints::{Kept, Made};
pub use self::signers::Signers;
pub use self::signing::{SigningKey, VerifyingKey};
pub use self::writer::AuditWriter;
pub(crate) use self::writer::Submission;

use crate::Store;
use crate::error::Error;
use crate::row::Row;
use crate::writes::Beside;

/// Which entries to read. The default is all of them, but a `limit` of 0 reads none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// About or by this person.
    pub person: Option<PersonId>,
    /// Of one of these kinds; of any when empty.
    pub kinds: Vec<Kind>,
    /// About this tool.
    pub tool: Option<String>,
    /// Of this call.
    pub call: Option<CallId>,
    /// Not before this moment.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// With a smaller number than this.
    pub before: Option<i64>,
    /// So many at most.
    pub limit: u32,
}

/// One entry as it is filed: itself, and by what it is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// The entry.
    pub entry: Entry,
    at_ms: i64,
    kind: String,
    person: Option<String>,
    tool: Option<String>,
    call: Option<String>,
}

impl Filed {
    /// Whether it is found by what it says: those who look through the record would miss it otherwise.
    pub fn is_right(&self) -> bool {
        let Ok(record) = serde_json::from_str::<Record>(&self.entry.text) else {
            return false;
        };
        self.at_ms == record.at.as_millisecond()
            && self.kind == record.kind.word()
            && self.person.as_deref() == record.person.as_ref().map(PersonId::as_str)
            && self.tool == record.tool
            && self.call.as_deref() == record.call.as_ref().map(CallId::as_str)
    }
}

/// One entry as it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Its number in the organisation's chain.
    pub sequence: i64,
    /// What it says.
    pub record: Record,
}

impl Store {
    /// Whether somebody writes the record, as far as this process can tell without writing.
    pub fn is_recorded(&self) -> bool {
        !self.0.audit.is_closed()
    }

    /// Puts an entry on record and answers its number. It is durable when this returns.
    ///
    /// # Errors
    /// [`Error::NotRecorded`] when it could not be made durable; then what it announces must not be done.
    pub async fn record(&self, record: Record) -> Result<i64, Error> {
        self.record_beside(record, None).await
    }

    /// The same, with a change that is made in its transaction.
    pub(crate) async fn record_beside(
        &self,
        record: Record,
        beside: Option<Beside>,
    ) -> Result<i64, Error> {
        let stopped = || {
            Error::NotRecorded(Arc::new(Error::NotWritable {
                why: "the writer of the record has stopped".to_owned(),
            }))
        };
        let (answer, answered) = oneshot::channel();
        let submission = Submission {
            record,
            beside,
            answer,
        };
        let sent = self.0.audit.send(submission).await;
        sent.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }

    /// Entries of an organisation, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn entries(
        &self,
        organisation: &OrganisationId,
        filter: &AuditFilter,
    ) -> Result<Vec<Logged>, Error> {
        let text = filtered(filter);
        let mut query = sqlx::query(AssertSqlSafe(text)).bind(organisation.as_str());
        if let Some(person) = &filter.person {
            query = query.bind(person.as_str());
        }
        if let Some(tool) = &filter.tool {
            query = query.bind(tool.as_str());
        }
        if let Some(call) = &filter.call {
            query = query.bind(call.as_str());
        }
        if let Some(since) = &filter.since {
            query = query.bind(since.as_millisecond());
        }
        if let Some(until) = &filter.until {
            query = query.bind(until.as_millisecond());
        }
        if let Some(before) = &filter.before {
            query = query.bind(*before);
        }
        for kind in &filter.kinds {
            query = query.bind(kind.word());
        }
        let query = query.bind(i64::from(filter.limit));
        let rows = self.database().rows("read the record", query).await?;
        rows.iter()
            .map(|row| {
                Ok(Logged {
                    sequence: row.number("sequence")?,
                    record: row.parsed("text", |text| serde_json::from_str(text).ok())?,
                })
            })
            .collect()
    }

    /// The chain of an organisation as it is stored, from the entry with the number `from`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn chain(
        &self,
        organisation: &OrganisationId,
        from: i64,
        limit: u32,
    ) -> Result<Vec<Entry>, Error> {
        let query = sqlx::query(
            "SELECT sequence, text, hash FROM audit_entries
             WHERE organisation = $1 AND sequence >= $2 ORDER BY sequence LIMIT $3",
        );
        let query = query
            .bind(organisation.as_str())
            .bind(from)
            .bind(i64::from(limit));
        let rows = self.database().rows("read the chain", query).await?;
        rows.iter().map(entry_from_row).collect()
    }

    /// The same, with what each entry is found by.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn filed(
        &self,
        organisation: &OrganisationId,
        from: i64,
        limit: u32,
    ) -> Result<Vec<Filed>, Error> {
        let query = sqlx::query(
            "SELECT sequence, text, hash, at_ms, kind, person, tool, call FROM audit_entries
             WHERE organisation = $1 AND sequence >= $2 ORDER BY sequence LIMIT $3",
        );
        let query = query
            .bind(organisation.as_str())
            .bind(from)
            .bind(i64::from(limit));
        let rows = self.database().rows("read the chain", query).await?;
        rows.iter()
            .map(|row| {
                Ok(Filed {
                    entry: entry_from_row(row)?,
                    at_ms: row.number("at_ms")?,
                    kind: row.text("kind")?,
                    person: row.maybe_text("person")?,
                    tool: row.maybe_text("tool")?,
                    call: row.maybe_text("call")?,
                })
            })
            .collect()
    }

    /// Where the chain of an organisation stands.
    ///
    /// # Errors
    /// [`Error::NoOrganisation`], or when the database fails.
    pub async fn head(&self, organisation: &OrganisationId) -> Result<Head, Error> {
        let query = sqlx::query("SELECT sequence, hash FROM audit_heads WHERE organisation = $1");
        let query = query.bind(organisation.as_str());
        match self.database().optional("read a head", query).await? {
            Some(row) => head_from_row(&row),
            None => Err(Error::NoOrganisation(organisation.clone())),
        }
    }
}

fn entry_from_row(row: &Row) -> Result<Entry, Error> {
    Ok(Entry {
        sequence: row.number("sequence")?,
        text: row.text("text")?,
        hash: row.parsed("hash", Digest::parse)?,
    })
}

fn head_from_row(row: &Row) -> Result<Head, Error> {
    Ok(Head {
        sequence: row.number("sequence")?,
        hash: row.parsed("hash", Digest::parse)?,
    })
}

/// The query for a filter. Only its shape depends on the filter; what is looked for is bound, in the order of
/// [`Store::entries`].
fn filtered(filter: &AuditFilter) -> String {
    let mut conditions = vec!["organisation = $1".to_owned()];
    let mut next = 1;
    let mut place = || {
        next += 1;
        format!("${next}")
    };
    if filter.person.is_some() {
        conditions.push(format!("person = {}", place()));
    }
    if filter.tool.is_some() {
        conditions.push(format!("tool = {}", place()));
    }
    if filter.call.is_some() {
        conditions.push(format!("call = {}", place()));
    }
    if filter.since.is_some() {
        conditions.push(format!("at_ms >= {}", place()));
    }
    if filter.until.is_some() {
        conditions.push(format!("at_ms < {}", place()));
    }
    if filter.before.is_some() {
        conditions.push(format!("sequence < {}", place()));
    }
    if !filter.kinds.is_empty() {
        let places: Vec<String> = filter.kinds.iter().map(|_| place()).collect();
        conditions.push(format!("kind IN ({})", places.join(", ")));
    }
    format!(
        "SELECT sequence, text FROM audit_entries WHERE {} ORDER BY sequence DESC LIMIT {}",
        conditions.join(" AND "),
        place()
    )
}
