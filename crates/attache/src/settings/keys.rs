//! `[keys]`: what seals the refresh tokens.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use domain::secret::ClientSecret;
use store::{KeyEncryptionKey, Keyring};

use super::reader::{Problem, Reader, text, texts};
use super::table::{Default, Key, Section};

const HOW: &str = "a file made by `attache keys generate`, or the same text as keys.value";

pub(super) const SECTION: Section = Section {
    name: "keys",
    about: "The key-encryption keys that seal refresh tokens. They never lie in the database, and belong in no backup of it.",
    keys: &[
        Key {
            name: "file",
            default: Default::Unset("\"attache.key\""),
            accepts: "the path of a file that only its owner can read",
            about: "The active key: a file with one line `id:key`, made by `attache keys generate`. A file that its group \
                    or others can read is refused.",
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
}

impl Keys {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            file: reader.optional(&SECTION, "file", text).map(PathBuf::from),
            value: reader.secret(&SECTION, "value").map(ClientSecret::new),
            decrypt_only: reader
                .value(&SECTION, "decrypt_only", texts)
                .into_iter()
                .map(PathBuf::from)
                .collect(),
        }
    }

    pub(super) fn unfinished(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        match (&self.file, &self.value) {
            (None, None) => problems.push(Problem::missing("keys.file", HOW)),
            (Some(_), Some(_)) => problems.push(Problem {
                key: "keys.value".into(),
                place: "the settings".into(),
                found: "keys.file is given too".into(),
                accepted: "one of the two".into(),
            }),
            (Some(_), None) | (None, Some(_)) => {}
        }
        let files = self.file.iter().map(|file| ("keys.file", file));
        let older = self.decrypt_only.iter();
        for (key, file) in files.chain(older.map(|file| ("keys.decrypt_only", file))) {
            if let Err(error) = key_in(file) {
                problems.push(Problem {
                    key: key.into(),
                    place: file.display().to_string(),
                    found: format!("{error:#}"),
                    accepted: HOW.into(),
                });
            }
        }
        if let Some(Err(error)) = self.value.as_ref().map(|text| key_from(text.expose())) {
            problems.push(Problem {
                key: "keys.value".into(),
                place: "the settings".into(),
                found: format!("{error:#}"),
                accepted: HOW.into(),
            });
        }
        problems
    }

    /// The keys, ready for the store.
    ///
    /// # Errors
    /// When no key is given, a file cannot be read or can be read by others than its owner, or a key is none.
    pub(crate) fn ring(&self) -> anyhow::Result<Keyring> {
        let active = match (&self.file, &self.value) {
            (Some(file), _) => key_in(file)?,
            (None, Some(text)) => key_from(text.expose()).context("keys.value")?,
            (None, None) => bail!("keys.file is not set; accepted: {HOW}"),
        };
        let older = self.decrypt_only.iter().map(|file| key_in(file));
        let older = older.collect::<anyhow::Result<Vec<_>>>()?;
        Keyring::new(active, older).context("the keys do not make a ring")
    }
}

fn key_in(file: &Path) -> anyhow::Result<KeyEncryptionKey> {
    let name = file.display();
    let text =
        std::fs::read_to_string(file).with_context(|| format!("key file {name} cannot be read"))?;
    refuse_wide(file)?;
    key_from(&text).with_context(|| format!("key file {name}"))
}

fn key_from(text: &str) -> anyhow::Result<KeyEncryptionKey> {
    Ok(KeyEncryptionKey::parse_file(text.trim())?)
}

/// A key that others can read is no longer a key.
fn refuse_wide(file: &Path) -> anyhow::Result<()> {
    let mode = std::fs::metadata(file)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        bail!(
            "key file {name} has mode {mode:04o}: others than its owner may use it; run `chmod 600 {name}`",
            name = file.display()
        );
    }
    Ok(())
}
