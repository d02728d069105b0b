//! `[database]`: where connections, levels, approvals and the audit log are kept.

use super::reader::{Reader, boolean, number};
use super::table::{Default, Key, Section};

const DEFAULT_URL: &str = "sqlite:attache.db";

pub(super) const SECTION: Section = Section {
    name: "database",
    about: "Where connections, levels, approvals and the audit log are kept.",
    keys: &[
        Key {
            name: "url",
            default: Default::Secret("sqlite:attache.db"),
            accepts: "sqlite:<file> or postgres://user:password@host/database",
            about: "The database; `sqlite:attache.db` when it is not set. A secret, because an address of PostgreSQL holds \
                    a password.",
        },
        Key {
            name: "max_connections",
            default: Default::Is("8"),
            accepts: "a whole number from 1 to 256",
            about: "How many connections to the database this process opens at most.",
        },
        Key {
            name: "migrate_at_start",
            default: Default::Is("false"),
            accepts: "true or false",
            about: "Whether `serve` brings the database up to date by itself. Otherwise it refuses to start until \
                    `attache db migrate` has run.",
        },
    ],
};

/// The values of `[database]`.
pub(crate) struct Database {
    /// The address, with its password.
    pub(crate) url: String,
    /// The most connections.
    pub(crate) max_connections: u32,
    /// Whether to migrate at start.
    pub(crate) migrate_at_start: bool,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database")
            .field("max_connections", &self.max_connections)
            .field("migrate_at_start", &self.migrate_at_start)
            .finish_non_exhaustive()
    }
}

impl Database {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let url = reader.secret(&SECTION, "url");
        let url = url.unwrap_or_else(|| DEFAULT_URL.into());
        let known = ["sqlite:", "postgres://", "postgresql://"];
        if !known.iter().any(|scheme| url.starts_with(scheme)) {
            reader.refuse_secret(&SECTION, "url");
        }
        Self {
            url,
            max_connections: reader.value(&SECTION, "max_connections", number(1..=256)),
            migrate_at_start: reader.value(&SECTION, "migrate_at_start", boolean),
        }
    }

    /// Whether other processes may serve the same database. A SQLite file belongs to one.
    pub(crate) fn instances(&self) -> engine::Instances {
        if self.url.starts_with("sqlite:") {
            engine::Instances::One
        } else {
            engine::Instances::Several
        }
    }

    /// What the store wants to know.
    pub(crate) fn for_store(&self) -> store::Settings {
        store::Settings {
            url: self.url.clone(),
            max_connections: self.max_connections,
        }
    }
}
