//! `[audit]`: what makes the record hold against whoever can write the database.

use std::net::ToSocketAddrs as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use store::audit::SigningKey;

use super::keys::secret_in;
use super::reader::{Problem, Reader, duration, number, text};
use super::table::{Default, Key, Section};

pub(super) const SECTION: Section = Section {
    name: "audit",
    about: "The record of everything that happened. Its checkpoints are signed statements of how it stood; kept out of this \
            machine's reach, they show later that nothing was removed or rewritten. docs/audit.md explains it.",
    keys: &[
        Key {
            name: "signing_key_file",
            default: Default::Unset("\"/etc/attache/audit.key\""),
            accepts: "the path of a file that only its owner can read",
            about: "The key that signs checkpoints, made by `attache audit generate-key`. Without it there are none.",
        },
        Key {
            name: "checkpoint_entries",
            default: Default::Is("1000"),
            accepts: "a whole number from 1 to 100000",
            about: "After how many entries a checkpoint is made, at the latest.",
        },
        Key {
            name: "checkpoint_every",
            default: Default::Is("\"60s\""),
            accepts: "a time from 1s to 1h",
            about: "After how long a checkpoint is made, at the latest, when there are new entries.",
        },
        Key {
            name: "checkpoint_directory",
            default: Default::Unset("\"/mnt/elsewhere/checkpoints\""),
            accepts: "the path of a folder",
            about: "A folder, best on another machine, that gets a file for each checkpoint.",
        },
        Key {
            name: "checkpoint_file",
            default: Default::Unset("\"/mnt/elsewhere/checkpoints.txt\""),
            accepts: "the path of a file",
            about: "A file, best one that can only be appended to, at whose end each checkpoint is written.",
        },
        Key {
            name: "checkpoint_syslog",
            default: Default::Unset("\"unix:/dev/log\""),
            accepts: "unix: and the path of a datagram socket, or udp:// with host and port",
            about: "A syslog collector that gets each checkpoint as one line (RFC 5424). It confirms nothing; use it beside \
                    one of the others where a gap matters.",
        },
        Key {
            name: "retention_days",
            default: Default::Is("0"),
            accepts: "0, or a whole number from 30 to 36500",
            about: "After how many days entries are removed, whole segments at a time and only what a checkpoint that was \
                    handed on stands for; 0 keeps everything. What is left still verifies.",
        },
    ],
};

const HOW: &str = "a file made by `attache audit generate-key`, that only its owner can read";

/// The values of `[audit]`.
#[derive(Debug, Clone)]
pub(crate) struct Audit {
    /// The file of the signing key.
    pub(crate) signing_key_file: Option<PathBuf>,
    /// So many entries make a checkpoint due.
    pub(crate) checkpoint_entries: i64,
    /// So long makes a checkpoint due when there are new entries.
    pub(crate) checkpoint_every: Duration,
    /// Gets a file for each checkpoint.
    pub(crate) directory: Option<PathBuf>,
    /// Each checkpoint is written at its end.
    pub(crate) file: Option<PathBuf>,
    /// Gets each checkpoint as a line.
    pub(crate) syslog: Option<Syslog>,
    /// After so many days entries go; 0 is never.
    pub(crate) retention_days: u32,
}

/// Where a syslog collector listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Syslog {
    /// At a socket of this machine.
    Unix(PathBuf),
    /// At host and port, over UDP.
    Udp(String),
}

impl Audit {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let path = |reader: &mut Reader, name| {
            let path = reader.optional(&SECTION, name, text);
            path.map(PathBuf::from)
        };
        let days = |value: &toml::Value| match number(0..=36_500)(value) {
            Some(1..=29) | None => None,
            Some(days) => Some(days),
        };
        Self {
            signing_key_file: path(reader, "signing_key_file"),
            checkpoint_entries: reader
                .value(&SECTION, "checkpoint_entries", number(1..=100_000))
                .into(),
            checkpoint_every: reader.value(&SECTION, "checkpoint_every", duration(1..=3_600)),
            directory: path(reader, "checkpoint_directory"),
            file: path(reader, "checkpoint_file"),
            syslog: reader.optional(&SECTION, "checkpoint_syslog", |value| syslog(&text(value)?)),
            retention_days: reader.value(&SECTION, "retention_days", days),
        }
    }

    pub(super) fn unfinished(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Some(file) = &self.signing_key_file
            && let Err(error) = self.signing_key()
        {
            problems.push(Problem {
                key: "audit.signing_key_file".into(),
                place: file.display().to_string(),
                found: format!("{error:#}"),
                accepted: HOW.into(),
            });
        }
        if self.retention_days > 0 && (self.signing_key_file.is_none() || !self.hands_on()) {
            problems.push(Problem {
                key: "audit.retention_days".into(),
                place: "the settings".into(),
                found: "nothing would be left to show that only old entries are gone".into(),
                accepted: "0, or also audit.signing_key_file and one of audit.checkpoint_directory, checkpoint_file and checkpoint_syslog".into(),
            });
        }
        problems
    }

    pub(super) fn weaknesses(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.signing_key_file.is_none() {
            found.push("audit.signing_key_file is not set: whoever can write the database can rewrite the record unseen".into());
        } else if !self.hands_on() {
            found.push("no checkpoint leaves this machine: set audit.checkpoint_directory, checkpoint_file or checkpoint_syslog".into());
        }
        found
    }

    fn hands_on(&self) -> bool {
        self.directory.is_some() || self.file.is_some() || self.syslog.is_some()
    }

    /// The key that signs checkpoints, if there is one.
    ///
    /// # Errors
    /// When its file cannot be read, others than its owner can, or it holds no key.
    pub(crate) fn signing_key(&self) -> anyhow::Result<Option<SigningKey>> {
        let Some(file) = &self.signing_key_file else {
            return Ok(None);
        };
        let text = secret_in(file)?;
        let key = SigningKey::parse(text.expose());
        key.map(Some)
            .with_context(|| format!("key file {}", file.display()))
    }
}

fn syslog(text: &str) -> Option<Syslog> {
    if let Some(path) = text.strip_prefix("unix:") {
        return path.starts_with('/').then(|| Syslog::Unix(path.into()));
    }
    let address = text.strip_prefix("udp://")?;
    let (host, port) = address.rsplit_once(':')?;
    // Whether the name exists is found out when it is needed; only its form is judged here.
    let numeric = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    let formed = match numeric {
        Ok(_) => address.to_socket_addrs().is_ok(),
        Err(_) => !host.is_empty() && !host.contains([':', '/', ' ']),
    };
    (formed && port.parse::<u16>().is_ok_and(|port| port > 0))
        .then(|| Syslog::Udp(address.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collector_is_a_socket_of_this_machine_or_host_and_port() {
        assert_eq!(
            syslog("unix:/dev/log"),
            Some(Syslog::Unix("/dev/log".into()))
        );
        for good in [
            "udp://log.example:514",
            "udp://127.0.0.1:514",
            "udp://[::1]:514",
        ] {
            assert!(matches!(syslog(good), Some(Syslog::Udp(_))), "{good}");
        }
        for not in [
            "unix:dev/log",
            "udp://log.example",
            "udp://:514",
            "udp://a:0",
            "tcp://a:1",
            "a:1",
            "udp://a/b:1",
        ] {
            assert_eq!(syslog(not), None, "{not}");
        }
    }
}
