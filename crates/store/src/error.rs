//! What can go wrong here. No variant holds content, names, addresses of people, or secrets.

use std::fmt;
use std::sync::Arc;

use domain::id::{ConnectionId, OrganisationId};

use crate::seal::Shut;

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address of the database is not one we can use.
    #[error("the address of the database is not usable: {0}")]
    Settings(&'static str),
    /// The SQLite library has a known fault that can corrupt the database.
    #[error(
        "SQLite {found} can corrupt a database with several connections; 3.51.3 is the oldest that is safe"
    )]
    SqliteTooOld {
        /// The version that was found.
        found: String,
    },
    /// The database must be migrated first.
    #[error("{} migrations are pending, the first is {}; migrate the database first", pending.len(), pending.first().map_or("unknown", String::as_str))]
    NotMigrated {
        /// The names of the migrations.
        pending: Vec<String>,
    },
    /// Migrating failed.
    #[error("the database could not be migrated")]
    Migration(#[source] Cause),
    /// There is no database at the address, it lets this program not in, or the file is none of a database.
    #[error(
        "the database cannot be opened ({why}); check its address, and that what is there is a database for this program"
    )]
    NotOpened {
        /// What the system said.
        why: String,
    },
    /// The database, its file or its folder cannot be written.
    #[error(
        "the database cannot be written ({why}); give this program write access to it and to its folder, and room on the disk"
    )]
    NotWritable {
        /// What the system said.
        why: String,
    },
    /// A key-encryption key is malformed, or one that anybody could guess.
    #[error("the key-encryption key is not usable: {0}")]
    KeyUnusable(&'static str),
    /// Something is sealed under a key that was not given.
    #[error("the key-encryption key {key_id} is missing, and something is sealed under it")]
    KeyMissing {
        /// Which key.
        key_id: String,
    },
    /// The service that has the key-encryption key could not be used. Nothing is wrong with what it sealed.
    #[error("the key service cannot be used now: {why}")]
    KeyService {
        /// What happened.
        why: String,
    },
    /// The key given under this id is not the one that was used before.
    #[error("the key-encryption key {key_id} is not the one this database was sealed with")]
    KeyWrong {
        /// Which key.
        key_id: String,
    },
    /// A sealed grant does not open: its row was altered.
    #[error("the stored grant of connection {connection} is damaged")]
    Damaged {
        /// Whose grant.
        connection: ConnectionId,
    },
    /// There is no grant to open.
    #[error("connection {connection} has no grant")]
    NoGrant {
        /// Which connection.
        connection: ConnectionId,
    },
    /// The person or the agent has as many pending approvals as there may be.
    #[error("too many approvals are pending")]
    TooManyPending,
    /// The stored call is not being executed any more: it was taken back, and nothing may be sent for it.
    #[error("the stored call is not being executed any more")]
    NotExecuting,
    /// The organisation does not exist.
    #[error("there is no organisation {0}")]
    NoOrganisation(OrganisationId),
    /// A grant was destroyed, but its old bytes could not be wiped from SQLite's log, because somebody else is reading.
    #[error(
        "the grant is destroyed, but its former bytes are still in the database's log; disconnect once more"
    )]
    NotWiped,
    /// Something was asked that only SQLite needs.
    #[error("the database is PostgreSQL; use pg_dump for backups")]
    NotSqlite,
    /// A rewrapped grant did not come out as it went in. The earlier one was left in its place.
    #[error("a rewrapped grant does not read back as it was written; nothing was replaced")]
    NotKept,
    /// Somebody else kept changing the same connection; trying again may help.
    #[error("the connection is being changed by somebody else")]
    Overtaken,
    /// An entry could not be made durable. What it announces must not be done.
    #[error("the record cannot be written")]
    NotRecorded(#[source] Arc<Error>),
    /// A stored value is not what this program writes.
    #[error("a stored value in column {column} cannot be read")]
    Unreadable {
        /// In which column.
        column: &'static str,
    },
    /// The database refused or could not be reached.
    #[error("the database failed to {doing}")]
    Database {
        /// What was attempted.
        doing: &'static str,
        /// What the database said.
        source: Cause,
    },
}

/// What a caller can do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The operator must change settings, keys, rights or the database before the program can run.
    Setup,
    /// The database does not answer or cannot be written now; trying later may help.
    Unavailable,
    /// The stored grant was altered; the person must connect again.
    Damaged,
    /// There is no grant; the person must connect.
    NoGrant,
    /// The person must decide about what is pending first.
    TooManyPending,
    /// A fault in the program or in the stored data.
    Internal,
}

impl Error {
    /// What a caller can do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Settings(_)
            | Self::SqliteTooOld { .. }
            | Self::NotMigrated { .. }
            | Self::NotOpened { .. }
            | Self::Migration(_)
            | Self::KeyUnusable(_)
            | Self::NotSqlite
            | Self::KeyMissing { .. }
            | Self::KeyWrong { .. } => Kind::Setup,
            Self::NotWritable { .. }
            | Self::NotWiped
            | Self::Overtaken
            | Self::NotExecuting
            | Self::KeyService { .. } => Kind::Unavailable,
            Self::NotRecorded(source) => source.kind(),
            Self::Damaged { .. } => Kind::Damaged,
            Self::NoGrant { .. } => Kind::NoGrant,
            Self::TooManyPending => Kind::TooManyPending,
            Self::NoOrganisation(_) | Self::Unreadable { .. } | Self::NotKept => Kind::Internal,
            Self::Database { source, .. } if source.refused => Kind::Internal,
            Self::Database { .. } => Kind::Unavailable,
        }
    }

    /// Wraps why a key could not be used. What it was used on is whole as far as anybody knows.
    pub(crate) fn key(shut: Shut) -> Self {
        match shut {
            Shut::KeyMissing(key_id) => Self::KeyMissing { key_id },
            Shut::Unavailable(why) => Self::KeyService { why },
            Shut::Damaged => Self::KeyService {
                why: "it refuses what it has just been given".to_owned(),
            },
        }
    }

    /// Wraps what the database said while we were doing something.
    pub(crate) fn database(doing: &'static str, error: &sqlx::Error) -> Self {
        let cause = Cause::of(error);
        if cause.forbids_writing() {
            return Self::NotWritable {
                why: cause.to_string(),
            };
        }
        Self::Database {
            doing,
            source: cause,
        }
    }

    /// Wraps what the very first connection met. What passes by itself stays a failure of the database.
    pub(crate) fn opening(error: &sqlx::Error) -> Self {
        match Self::database("open", error) {
            Self::Database { source, .. } if source.refused || source.code.is_none() => {
                Self::NotOpened {
                    why: source.to_string(),
                }
            }
            other => other,
        }
    }

    /// Wraps what happened while migrating.
    pub(crate) fn migration(error: &sqlx::migrate::MigrateError) -> Self {
        use sqlx::migrate::MigrateError;
        match error {
            MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => {
                let cause = Cause::of(source);
                if cause.forbids_writing() {
                    return Self::NotWritable {
                        why: cause.to_string(),
                    };
                }
                Self::Migration(cause)
            }
            other => Self::Migration(Cause {
                code: None,
                text: other.to_string(),
                refused: true,
            }),
        }
    }
}

/// What a database said: its code and its sentence, without the detail in which PostgreSQL quotes stored values.
pub struct Cause {
    code: Option<String>,
    text: String,
    refused: bool,
}

impl Cause {
    fn of(error: &sqlx::Error) -> Self {
        match error.as_database_error() {
            Some(database) => {
                let code = database.code().map(|code| code.to_string());
                Self {
                    refused: !code.as_deref().is_some_and(is_passing),
                    code,
                    text: database.message().to_owned(),
                }
            }
            None => Self {
                code: None,
                text: error.to_string(),
                refused: matches!(
                    error,
                    sqlx::Error::ColumnNotFound(_)
                        | sqlx::Error::ColumnDecode { .. }
                        | sqlx::Error::Decode(_)
                        | sqlx::Error::Encode(_)
                ),
            },
        }
    }

    /// SQLite: I/O error, read-only, full, cannot open (extended codes keep the base code in the low byte). PostgreSQL:
    /// read-only transaction, no right, disk full.
    fn forbids_writing(&self) -> bool {
        let Some(code) = self.code.as_deref() else {
            return false;
        };
        if matches!(code, "25006" | "42501" | "53100") {
            return true;
        }
        // PostgreSQL's codes have five characters; SQLite's extended codes stay below that.
        code.len() < 5
            && code
                .parse::<u32>()
                .is_ok_and(|code| matches!(code & 0xff, 8 | 10 | 13 | 14))
    }

    /// Whether the table that was asked for does not exist.
    pub(crate) fn is_missing_table(error: &sqlx::Error) -> bool {
        let cause = Self::of(error);
        cause.code.as_deref() == Some("42P01") || cause.text.starts_with("no such table")
    }
}

/// Busy or locked in SQLite; connection trouble, conflicts, lack of resources and operator's intervention in PostgreSQL.
fn is_passing(code: &str) -> bool {
    let passing_classes = ["08", "40", "53", "55", "57"];
    match code.len() {
        5 => passing_classes.iter().any(|class| code.starts_with(class)),
        _ => code
            .parse::<u32>()
            .is_ok_and(|code| matches!(code & 0xff, 5 | 6)),
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{} (code {code})", self.text),
            None => f.write_str(&self.text),
        }
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Cause {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_databases_are_told_apart() {
        let cause = |code: &str| Cause {
            code: Some(code.to_owned()),
            text: String::new(),
            refused: !is_passing(code),
        };
        for code in ["8", "1032", "10", "13", "14", "25006", "53100"] {
            assert!(cause(code).forbids_writing(), "{code}");
        }
        for code in ["5", "261", "6", "40001", "40P01", "57P01", "08006"] {
            let error = Error::Database {
                doing: "work",
                source: cause(code),
            };
            assert_eq!(error.kind(), Kind::Unavailable, "{code}");
        }
        for code in ["1", "19", "787", "23505", "42P01", "10000"] {
            assert!(!cause(code).forbids_writing(), "{code}");
            assert!(!is_passing(code), "{code}");
        }
    }
}
