//! Group commit: whatever is waiting is written in one transaction, so that many callers share one wait for the disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::audit::{Head, Record};
use domain::id::{CallId, OrganisationId, PersonId};
use sqlx::AssertSqlSafe;
use tokio::sync::{mpsc, oneshot};

use super::head_from_row;
use crate::database::{Database, Write};
use crate::error::Error;
use crate::writes::Beside;

/// How many entries may wait; after that, callers wait to be let in.
const WAITING: usize = 1_024;

/// How many entries one transaction takes.
const TOGETHER: usize = 256;

const DOING: &str = "write the record";

/// An entry on its way, and where to say what became of it.
pub(crate) struct Submission {
    pub(crate) record: Record,
    /// What changes with it, or neither does.
    pub(crate) beside: Option<Beside>,
    pub(crate) answer: oneshot::Sender<Result<i64, Error>>,
}

/// Writes the record. Made with the store, run by whoever starts the program's parts.
#[must_use = "nothing is recorded, and so nothing is done, until it runs"]
pub struct AuditWriter {
    database: Database,
    submissions: mpsc::Receiver<Submission>,
    inserts: Vec<Insert>,
}

impl std::fmt::Debug for AuditWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AuditWriter")
    }
}

/// What became of a submission.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It has this number.
    At(i64),
    /// What it says was not so any more.
    NotTrue,
    /// There is no such organisation.
    Nowhere,
}

/// An entry in its place.
struct Placed<'a> {
    record: &'a Record,
    text: String,
    head: Head,
}

impl AuditWriter {
    pub(crate) fn new(database: Database) -> (mpsc::Sender<Submission>, Self) {
        let (sender, submissions) = mpsc::channel(WAITING);
        let sizes = std::iter::successors(Some(TOGETHER), |size| (*size > 1).then_some(size / 2));
        let writer = Self {
            database,
            submissions,
            inserts: sizes.map(Insert::new).collect(),
        };
        (sender, writer)
    }

    /// Writes until the store and all its clones are gone and nothing is waiting; then closes the database.
    pub async fn run(mut self) {
        let mut waiting: Vec<Submission> = Vec::new();
        while self.submissions.recv_many(&mut waiting, TOGETHER).await > 0 {
            let submissions = std::mem::take(&mut waiting);
            // Who has stopped waiting for the answer still has its entry: that errs on the side of the record.
            match self.write(&submissions).await {
                Ok(places) => {
                    for (submission, place) in submissions.into_iter().zip(places) {
                        let Submission { record, answer, .. } = submission;
                        let _ = answer.send(match place {
                            Place::At(number) => Ok(number),
                            Place::NotTrue => Err(Error::NotExecuting),
                            Place::Nowhere => Err(Error::NoOrganisation(record.organisation)),
                        });
                    }
                }
                Err(error) => {
                    let error = Arc::new(error);
                    tracing::error!(%error, entries = submissions.len(), "the record cannot be written");
                    for submission in submissions {
                        let error = Error::NotRecorded(Arc::clone(&error));
                        let _ = submission.answer.send(Err(error));
                    }
                }
            }
        }
        self.database.close().await;
    }

    /// Writes all or nothing, but what would not be true. Answers each entry's place.
    async fn write(&self, submissions: &[Submission]) -> Result<Vec<Place>, Error> {
        let mut places = vec![Place::Nowhere; submissions.len()];
        let mut write = self.database.write().await?;
        for (place, submission) in places.iter_mut().zip(submissions) {
            if let Some(beside) = &submission.beside
                && !beside.apply(&mut write).await?
            {
                *place = Place::NotTrue;
            }
        }
        // In the order of their ids, so that two instances never wait for each other.
        let mut organisations: BTreeMap<&OrganisationId, Vec<usize>> = BTreeMap::new();
        for (at, submission) in submissions.iter().enumerate() {
            if places[at] == Place::Nowhere {
                organisations
                    .entry(&submission.record.organisation)
                    .or_default()
                    .push(at);
            }
        }
        let mut placed = Vec::with_capacity(submissions.len());
        for (organisation, indices) in organisations {
            let Some(mut head) = lock_head(&mut write, organisation).await? else {
                continue;
            };
            for at in indices {
                let record = &submissions[at].record;
                let text = record.to_text();
                head = head.after(organisation, &text);
                places[at] = Place::At(head.sequence);
                placed.push(Placed { record, text, head });
            }
            move_head(&mut write, organisation, head).await?;
        }
        self.insert(&mut write, &placed).await?;
        write.commit(DOING).await?;
        Ok(places)
    }

    async fn insert(&self, write: &mut Write, mut placed: &[Placed<'_>]) -> Result<(), Error> {
        for insert in &self.inserts {
            while placed.len() >= insert.rows {
                let (now, later) = placed.split_at(insert.rows);
                insert.execute(write, now).await?;
                placed = later;
            }
        }
        Ok(())
    }
}

/// An update that changes nothing locks the row on both databases.
async fn lock_head(
    write: &mut Write,
    organisation: &OrganisationId,
) -> Result<Option<Head>, Error> {
    let query = sqlx::query(
        "UPDATE audit_heads SET sequence = sequence WHERE organisation = $1 RETURNING sequence, hash",
    );
    let row = write
        .optional(DOING, query.bind(organisation.as_str()))
        .await?;
    row.as_ref().map(head_from_row).transpose()
}

async fn move_head(
    write: &mut Write,
    organisation: &OrganisationId,
    head: Head,
) -> Result<(), Error> {
    let query =
        sqlx::query("UPDATE audit_heads SET sequence = $2, hash = $3 WHERE organisation = $1");
    let query = query
        .bind(organisation.as_str())
        .bind(head.sequence)
        .bind(head.hash.to_string());
    write.execute(DOING, query).await?;
    Ok(())
}

/// One INSERT of a fixed number of rows. There is one for each power of two, so that any number of entries takes few
/// statements and the database still knows each of them by heart.
struct Insert {
    rows: usize,
    text: Arc<str>,
}

impl Insert {
    const COLUMNS: usize = 9;

    fn new(rows: usize) -> Self {
        let row = |row: usize| {
            let places: Vec<String> = (1..=Self::COLUMNS)
                .map(|column| format!("${}", row * Self::COLUMNS + column))
                .collect();
            format!("({})", places.join(", "))
        };
        let values: Vec<String> = (0..rows).map(row).collect();
        let text = format!(
            "INSERT INTO audit_entries (organisation, sequence, at_ms, kind, person, tool, call, text, hash) VALUES {}",
            values.join(", ")
        );
        Self {
            rows,
            text: text.into(),
        }
    }

    async fn execute(&self, write: &mut Write, placed: &[Placed<'_>]) -> Result<(), Error> {
        let mut query = sqlx::query(AssertSqlSafe(Arc::clone(&self.text)));
        for Placed { record, text, head } in placed {
            query = query
                .bind(record.organisation.as_str())
                .bind(head.sequence)
                .bind(record.at.as_millisecond())
                .bind(record.kind.word())
                .bind(record.person.as_ref().map(PersonId::as_str))
                .bind(record.tool.as_deref())
                .bind(record.call.as_ref().map(CallId::as_str))
                .bind(text.as_str())
                .bind(head.hash.to_string());
        }
        write.execute(DOING, query).await?;
        Ok(())
    }
}
