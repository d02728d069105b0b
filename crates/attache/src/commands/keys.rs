//! `attache keys`

mod rotate;

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use domain::random::Random;
use store::KeyEncryptionKey;

use crate::terminal;

/// Make and replace the keys that seal refresh tokens
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    Generate(Generate),
    Rotate(rotate::Rotate),
}

/// Make a key file that only its owner can read
///
/// Keep a copy where no backup of the database is kept: without the key nobody's connection opens, with both anybody's
/// does.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  attache keys generate --out /etc/attache/attache.key")]
pub(crate) struct Generate {
    /// The file to make; it must not exist
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Keys {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Generate(generate) => generate.run(),
            Self::Rotate(rotate) => rotate.run().await,
        }
    }
}

impl Generate {
    fn run(self) -> anyhow::Result<ExitCode> {
        let id = generate(&self.out)?;
        let file = self.out.display();
        terminal::answer(&format!(
            "{file} holds the key {id}; set keys.file = \"{file}\""
        ))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Makes a key file and answers the key's id.
///
/// # Errors
/// When the file exists or cannot be written.
pub(super) fn generate(file: &Path) -> anyhow::Result<String> {
    let (key, text) = KeyEncryptionKey::generate(&Random::operating_system());
    let doing = || format!("key file {} cannot be made", file.display());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let mut made = options.open(file).with_context(doing)?;
    writeln!(made, "{text}").with_context(doing)?;
    made.sync_all().with_context(doing)?;
    Ok(key.id().to_owned())
}
