//! The settings: one TOML file, overridden by `ATTACHE_SECTION__KEY`, read once at start.
//!
//! Each section is a file with a table of its keys (name, default, what is accepted, what it is for) and a struct of the
//! values. Defaults, error messages, `attache.example.toml` and `docs/config.md` all come from the table.

mod audit;
mod database;
mod document;
mod entra;
mod keys;
mod limits;
mod log;
mod policy;
mod reader;
mod server;
mod table;

use std::fmt;
use std::path::{Path, PathBuf};

pub(crate) use self::audit::{Audit, Syslog};
pub(crate) use self::database::Database;
pub(crate) use self::document::{example, reference};
pub(crate) use self::entra::Entra;
pub(crate) use self::keys::{Keys, Vault, secret_in};
pub(crate) use self::limits::Limits;
pub(crate) use self::log::{Format, Log};
pub(crate) use self::policy::Policy;
use self::reader::Reader;
pub(crate) use self::reader::{Problem, Shown};
pub(crate) use self::server::Server;
use self::table::Section;

/// The file that is read when none is named and it exists.
const USUAL_FILE: &str = "attache.toml";

/// Every section, in the order of the documents.
const SECTIONS: [&Section; 8] = [
    &server::SECTION,
    &database::SECTION,
    &keys::SECTION,
    &entra::SECTION,
    &policy::SECTION,
    &limits::SECTION,
    &audit::SECTION,
    &log::SECTION,
];

/// Everything that can be set, checked.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The listener, the address people use, sessions.
    pub(crate) server: Server,
    /// Where things are kept.
    pub(crate) database: Database,
    /// What seals the refresh tokens.
    pub(crate) keys: Keys,
    /// Microsoft.
    pub(crate) entra: Entra,
    /// Approvals and access tokens.
    pub(crate) policy: Policy,
    /// How much agents may do in how long.
    pub(crate) limits: Limits,
    /// The record and its checkpoints.
    pub(crate) audit: Audit,
    /// The log.
    pub(crate) log: Log,
    /// Every key with its value as it may be shown, and where it came from.
    pub(crate) shown: Vec<Shown>,
}

/// Settings that cannot be used: every problem at once.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) Vec<Problem>);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings cannot be used")?;
        self.0
            .iter()
            .try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for Refused {}

impl Settings {
    /// Reads the file (the named one, else `attache.toml` in the working directory, else none) and the environment.
    ///
    /// # Errors
    /// Every problem of file and environment together: unknown keys, values that are not accepted, unreadable files.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, Refused> {
        let usual = PathBuf::from(USUAL_FILE);
        let file = match file {
            Some(file) => Some(file),
            None => usual.exists().then_some(usual.as_path()),
        };
        let mut reader = Reader::new(&SECTIONS);
        if let Some(file) = file {
            match std::fs::read_to_string(file) {
                Ok(text) => reader.add_file(&file.display().to_string(), &text),
                Err(error) => reader.problem(Problem::unreadable(file, &error)),
            }
        }
        reader.add_environment(environment());
        Self::read(reader)
    }

    /// The environment over the defaults, without any file: for the demo.
    ///
    /// # Errors
    /// Every problem of the environment.
    pub(crate) fn from_environment() -> Result<Self, Refused> {
        let mut reader = Reader::new(&SECTIONS);
        // What goes on in a demo shows in the browser; the terminal is for what to open.
        reader.add_file("the demo's default", "[log]\nlevel = \"warn\"");
        reader.add_environment(environment());
        Self::read(reader)
    }

    /// The defaults, whatever files and environment say.
    pub(crate) fn defaults() -> Self {
        Self::read(Reader::new(&SECTIONS)).expect("the defaults are accepted, as a test shows")
    }

    fn read(mut reader: Reader) -> Result<Self, Refused> {
        let server = Server::read(&mut reader);
        let database = Database::read(&mut reader);
        let keys = Keys::read(&mut reader);
        let entra = Entra::read(&mut reader);
        let policy = Policy::read(&mut reader);
        let limits = Limits::read(&mut reader);
        let audit = Audit::read(&mut reader);
        let log = Log::read(&mut reader);
        let (shown, problems) = reader.finish();
        let settings = Self {
            server,
            database,
            keys,
            entra,
            policy,
            limits,
            audit,
            log,
            shown,
        };
        match problems.is_empty() {
            true => Ok(settings),
            false => Err(Refused(problems)),
        }
    }

    /// What `serve` cannot do without and has not been given, or what contradicts itself.
    pub(crate) fn unfinished(&self) -> Vec<Problem> {
        let mut problems = self.entra.unfinished(&self.server);
        problems.extend(self.keys.unfinished());
        problems.extend(self.audit.unfinished());
        problems
    }

    /// What works and should be better before people depend on it.
    pub(crate) fn weaknesses(&self, now: jiff::Timestamp) -> Vec<String> {
        let mut found = self.server.weaknesses();
        found.extend(self.entra.weaknesses(now));
        found.extend(self.audit.weaknesses());
        found
    }
}

/// The variables that are meant for attache. This is the one place that reads the environment.
fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            name.starts_with("ATTACHE_")
                .then(|| (name, value.to_string_lossy().into_owned()))
        })
        .collect()
}

/// Where systemd has put the credentials of this service, if it has.
fn credentials_folder() -> Option<PathBuf> {
    std::env::vars_os()
        .find(|(name, _)| name == "CREDENTIALS_DIRECTORY")
        .map(|(_, folder)| PathBuf::from(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

    fn read(toml: &str, environment: &[(&str, &str)]) -> Result<Settings, Refused> {
        let mut reader = Reader::new(&SECTIONS);
        reader.add_file("attache.toml", toml);
        reader.add_environment(
            environment
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        );
        Settings::read(reader)
    }

    fn check(toml: &str, environment: &[(&str, &str)], expected: &str) {
        let found = read(toml, environment).expect_err("must be refused");
        assert_eq!(
            found
                .to_string()
                .replace("the settings cannot be used\n  ", ""),
            expected
        );
    }

    #[test]
    fn the_example_has_every_setting_with_its_default() {
        let file = std::fs::read_to_string(format!("{ROOT}/attache.example.toml"))
            .expect("attache.example.toml is committed");
        let from_file = read(&file, &[]).expect("the example is accepted");
        let values = |settings: &Settings| -> Vec<(String, String)> {
            let shown = settings.shown.iter();
            shown.map(|s| (s.key.clone(), s.value.clone())).collect()
        };
        assert_eq!(values(&from_file), values(&Settings::defaults()));
        for section in SECTIONS {
            for key in section.keys {
                assert!(file.contains(&format!("{} = ", key.name)), "{}", key.name);
            }
        }
    }

    #[test]
    fn the_environment_overrides_the_file() {
        let settings = read(
            "[server]\nlisten = \"127.0.0.1:1\"\nallowed_hosts = [\"a.example\"]",
            &[
                ("ATTACHE_SERVER__LISTEN", "127.0.0.1:2"),
                ("ATTACHE_SERVER__ALLOWED_HOSTS", "b.example, c.example"),
                ("ATTACHE_DATABASE__MIGRATE_AT_START", "true"),
                ("ATTACHE_TEST_POSTGRES", "belongs to the tests"),
            ],
        )
        .expect("accepted");
        assert_eq!(settings.server.listen.port(), 2);
        assert_eq!(settings.server.allowed_hosts, ["b.example", "c.example"]);
        assert!(settings.database.migrate_at_start);
    }

    #[test]
    fn an_unknown_key_is_refused_and_names_what_there_is() {
        check(
            "[log]\nlevl = \"info\"",
            &[],
            "log.levl in attache.toml: there is no such setting; accepted: log.level, log.format",
        );
        check(
            "[lock]",
            &[],
            "[lock] in attache.toml: there is no such section; accepted: server, database, keys, entra, policy, limits, audit, log",
        );
        check(
            "",
            &[("ATTACHE_LOG__LEVL", "info")],
            "log.levl in the variable ATTACHE_LOG__LEVL: there is no such setting; accepted: log.level, log.format",
        );
        check(
            "",
            &[("ATTACHE_LEVEL", "info")],
            "ATTACHE_LEVEL in the environment: there is no such setting; accepted: variables named ATTACHE_SECTION__KEY",
        );
    }

    #[test]
    fn a_refused_value_says_where_it_stands_what_it_is_and_what_is_accepted() {
        check(
            "[server]\nlisten = \"localhost\"",
            &[],
            "server.listen in attache.toml: found \"localhost\"; accepted: an IP address and a port",
        );
        check(
            "[policy]\ntoken_linger = 60",
            &[],
            "policy.token_linger in attache.toml: found 60; accepted: a time from 0s to 10m",
        );
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let found = read(
            "[server]\nlisten = 1\n[log]\nlevel = 2\nx = 3",
            &[("ATTACHE_X__Y", "")],
        )
        .expect_err("must be refused");
        assert_eq!(found.0.len(), 4, "{found}");
    }

    #[test]
    fn a_secret_is_given_as_a_value_or_as_a_file_and_never_shown() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("secret");
        std::fs::write(&file, "marked\n").expect("written");
        let file = file.display();
        for toml in [
            "[entra]\nclient_secret = \"marked\"".to_owned(),
            format!("[entra]\nclient_secret_file = \"{file}\""),
        ] {
            let settings = read(&toml, &[]).expect("accepted");
            let secret = settings.entra.client_secret.as_ref().expect("set");
            assert_eq!(secret.expose(), "marked");
            assert!(!format!("{settings:?}").contains("marked"));
            let shown = settings
                .shown
                .iter()
                .find(|s| s.key == "entra.client_secret");
            assert_eq!(shown.expect("listed").value, "set");
        }
        check(
            "[entra]\nclient_secret = 12345",
            &[],
            "entra.client_secret in attache.toml: found a value that is not shown; accepted: text",
        );
        let both = format!("[entra]\nclient_secret = \"a\"\nclient_secret_file = \"{file}\"");
        assert!(read(&both, &[]).is_err(), "either, not both");
    }

    #[test]
    fn broken_toml_is_located_without_quoting_it() {
        let found = read("[entra]\nclient_secret = \"marked", &[]).expect_err("refused");
        assert!(found.to_string().contains("line 2"), "{found}");
        assert!(!found.to_string().contains("marked"), "{found}");
    }
}
