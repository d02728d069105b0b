//! `[keys]`: what seals the refresh tokens.

mod file;

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use domain::secret::ClientSecret;
use store::KeyEncryptionKey;

use self::file::{key_from, key_in};
use super::reader::{Problem, Reader, text, texts};
use super::server::{is_loopback, origin};
use super::table::{Default, Key, Section};

pub(crate) use self::file::secret_in;

const HOW: &str =
    "a file made by `attache keys generate`, or the same text as keys.value, or keys.vault_address";

pub(super) const SECTION: Section = Section {
    name: "keys",
    about: "The key-encryption keys that seal refresh tokens. They never lie in the database, and belong in no backup of it. \
            docs/keys.md explains how to keep and replace them.",
    keys: &[
        Key {
            name: "file",
            default: Default::Unset("\"attache.key\""),
            accepts: "the path of a file that only its owner can read",
            about: "The active key: a file with one line `id:key`, made by `attache keys generate`. A file that its group \
                    or others can read is refused, except a systemd credential.",
        },
        Key {
            name: "value",
            default: Default::Secret("id:key"),
            accepts: "the text `id:key`",
            about: "The active key itself, instead of `file`, for platforms that hand secrets over in the environment.",
        },
        Key {
            name: "decrypt_only",
            default: Default::Is("[]"),
            accepts: "a list of paths of key files",
            about: "Keys that open what was sealed before, and seal nothing new.",
        },
        Key {
            name: "vault_address",
            default: Default::Unset("\"https://vault.example:8200\""),
            accepts: "an address that begins with https:// (on this machine also http://) and has no path",
            about: "A service with the transit interface of HashiCorp Vault (OpenBao has it too) that has the key. It seals, \
                    unless `file` or `value` is given too: then that one seals, and the service only opens what it sealed.",
        },
        Key {
            name: "vault_mount",
            default: Default::Is("\"transit\""),
            accepts: "the path at which the transit engine is mounted",
            about: "Where the transit engine is in that service.",
        },
        Key {
            name: "vault_key",
            default: Default::Is("\"attache\""),
            accepts: "1 to 30 lower-case letters, digits and hyphens",
            about: "The name of the key there, of type aes256-gcm96. Its newest version at the start of attache seals.",
        },
        Key {
            name: "vault_namespace",
            default: Default::Unset("\"team-a\""),
            accepts: "text",
            about: "The namespace of mount and key, where the service has namespaces.",
        },
        Key {
            name: "vault_token_file",
            default: Default::Unset("\"/run/vault/token\""),
            accepts: "the path of a file that only its owner can read",
            about: "The file with the token for that service. It is read for each request, so whatever keeps the token alive, \
                    such as Vault Agent, may replace it at any time.",
        },
        Key {
            name: "vault_ca_file",
            default: Default::Unset("\"/etc/attache/vault-ca.pem\""),
            accepts: "the path of a PEM file",
            about: "The certificate authority of that service, where it is none of the web's.",
        },
    ],
};

/// The values of `[keys]`.
#[derive(Debug)]
pub(crate) struct Keys {
    /// The file of the active key.
    pub(crate) file: Option<PathBuf>,
    /// The active key itself. It is no client secret; the type only keeps it from being printed.
    pub(crate) value: Option<ClientSecret>,
    /// The files of older keys.
    pub(crate) decrypt_only: Vec<PathBuf>,
    /// The service that has a key.
    pub(crate) vault: Option<Vault>,
}

/// A key in a service with the transit interface of HashiCorp Vault.
#[derive(Debug, Clone)]
pub(crate) struct Vault {
    /// `scheme://host[:port]`, without a slash at the end.
    pub(crate) address: String,
    /// The path of the transit engine, without slashes around it.
    pub(crate) mount: String,
    /// The name of the key.
    pub(crate) key: String,
    /// The namespace, where there are some.
    pub(crate) namespace: Option<String>,
    /// Where the token is.
    pub(crate) token_file: Option<PathBuf>,
    /// The certificate authority, if it is a private one.
    pub(crate) ca_file: Option<PathBuf>,
}

/// The keys that are here: the one that seals, if it is one of them, and those that only open.
pub(crate) type Local = (Option<KeyEncryptionKey>, Vec<KeyEncryptionKey>);

impl Keys {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let path = |reader: &mut Reader, name| reader.optional(&SECTION, name, text);
        Self {
            file: path(reader, "file").map(PathBuf::from),
            value: reader.secret(&SECTION, "value").map(ClientSecret::new),
            decrypt_only: reader
                .value(&SECTION, "decrypt_only", texts)
                .into_iter()
                .map(PathBuf::from)
                .collect(),
            vault: Vault::read(reader),
        }
    }

    pub(super) fn unfinished(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        match (&self.file, &self.value, &self.vault) {
            (None, None, None) => problems.push(Problem::missing("keys.file", HOW)),
            (Some(_), Some(_), _) => problems.push(Problem {
                key: "keys.value".into(),
                place: "the settings".into(),
                found: "keys.file is given too".into(),
                accepted: "one of the two".into(),
            }),
            _ => {}
        }
        let files = self.file.iter().map(|file| ("keys.file", file));
        let older = self.decrypt_only.iter();
        for (key, file) in files.chain(older.map(|file| ("keys.decrypt_only", file))) {
            if let Err(error) = key_in(file) {
                problems.push(unusable(key, &file.display().to_string(), &error, HOW));
            }
        }
        if let Some(Err(error)) = self.value.as_ref().map(|text| key_from(text.expose())) {
            problems.push(unusable("keys.value", "the settings", &error, HOW));
        }
        if let Some(vault) = &self.vault {
            problems.extend(vault.unfinished());
        }
        problems
    }

    /// The keys that are here.
    ///
    /// # Errors
    /// When no key is given at all, a file cannot be read or can be read by others than its owner, or a key is none.
    pub(crate) fn local(&self) -> anyhow::Result<Local> {
        let active = match (&self.file, &self.value) {
            (Some(file), _) => Some(key_in(file)?),
            (None, Some(text)) => Some(key_from(text.expose()).context("keys.value")?),
            (None, None) if self.vault.is_some() => None,
            (None, None) => bail!("keys.file is not set; accepted: {HOW}"),
        };
        let older = self.decrypt_only.iter().map(|file| key_in(file));
        Ok((active, older.collect::<anyhow::Result<_>>()?))
    }
}

impl Vault {
    fn read(reader: &mut Reader) -> Option<Self> {
        let address = reader.optional(&SECTION, "vault_address", |value| {
            let address = origin(&text(value)?)?;
            (address.starts_with("https://") || is_loopback(&address)).then_some(address)
        });
        let path = |reader: &mut Reader, name| reader.optional(&SECTION, name, text);
        // Everything is read, so that everything is shown and checked, whether there is an address or not.
        let mount = reader.value(&SECTION, "vault_mount", |value| path_of(&text(value)?));
        let key = reader.value(&SECTION, "vault_key", |value| name_of(&text(value)?));
        let namespace = path(reader, "vault_namespace");
        let token_file = path(reader, "vault_token_file").map(PathBuf::from);
        let ca_file = path(reader, "vault_ca_file").map(PathBuf::from);
        Some(Self {
            address: address?,
            mount,
            key,
            namespace,
            token_file,
            ca_file,
        })
    }

    fn unfinished(&self) -> Vec<Problem> {
        let accepted = "a file with a token for keys.vault_address, that only its owner can read";
        let Some(file) = &self.token_file else {
            return vec![Problem::missing("keys.vault_token_file", accepted)];
        };
        match secret_in(file) {
            Ok(_) => Vec::new(),
            Err(error) => {
                let place = file.display().to_string();
                vec![unusable("keys.vault_token_file", &place, &error, accepted)]
            }
        }
    }
}

fn unusable(key: &str, place: &str, error: &anyhow::Error, accepted: &str) -> Problem {
    Problem {
        key: key.into(),
        place: place.into(),
        found: format!("{error:#}"),
        accepted: accepted.into(),
    }
}

/// A path of plain names, without slashes around it.
fn path_of(text: &str) -> Option<String> {
    let path = text.trim_matches('/');
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let fits = |part: &str| !part.is_empty() && part != ".." && part.bytes().all(plain);
    path.split('/').all(fits).then(|| path.to_owned())
}

fn name_of(text: &str) -> Option<String> {
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    ((1..=30).contains(&text.len()) && text.bytes().all(letter)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_change_the_address_of_a_request_is_no_mount_and_no_key() {
        assert_eq!(path_of("/team/transit/").as_deref(), Some("team/transit"));
        for not in ["", "/", "a//b", "../sys", "a?b", "a#b", "a b", "a%2fb"] {
            assert_eq!(path_of(not), None, "{not}");
        }
        assert_eq!(name_of("attache-2").as_deref(), Some("attache-2"));
        for not in ["", "A", "a/b", "a.b", &"a".repeat(31)] {
            assert_eq!(name_of(not), None, "{not}");
        }
    }
}
