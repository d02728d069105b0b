//! `attache audit generate-key` and `attache audit key`

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use domain::random::Random;
use store::audit::{SigningKey, VerifyingKey};

use crate::commands::{ConfigFile, Misuse};
use crate::terminal;

/// Make a key that signs checkpoints of the audit log, in a file that only its owner can read
///
/// Prints the public key. Keep that where the checkpoints are kept: with both, anybody can verify an export.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  attache audit generate-key --name attache.example.com --out /etc/attache/audit.key"
)]
pub(crate) struct GenerateKey {
    /// The name of this installation, best the host name people use; it stands in every checkpoint
    #[arg(long)]
    name: String,
    /// The file to make; it must not exist
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Print the public key that verifies checkpoints
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  attache audit key --config /etc/attache/attache.toml > audit.pub"
)]
pub(crate) struct Key {
    #[command(flatten)]
    config: ConfigFile,
}

impl GenerateKey {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let public = generate(&self.name, &self.out)?;
        terminal::note(&format!(
            "{file} holds the key; set audit.signing_key_file = \"{file}\". This is its public key:",
            file = self.out.display()
        ));
        terminal::answer(&public.to_string())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Makes a key file and answers the public key.
///
/// # Errors
/// When the name does not fit, or the file exists or cannot be written.
pub(in crate::commands) fn generate(name: &str, file: &Path) -> anyhow::Result<VerifyingKey> {
    let made = SigningKey::generate(name, &Random::operating_system());
    let (key, text) = made.map_err(|error| Misuse::new(&format!("--name: {error}")))?;
    let doing = || format!("key file {} cannot be made", file.display());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let mut made = options.open(file).with_context(doing)?;
    writeln!(made, "{}", text.as_str()).with_context(doing)?;
    made.sync_all().with_context(doing)?;
    Ok(key.public().clone())
}

impl Key {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let settings = self.config.load()?;
        let key = settings.audit.signing_key()?;
        let key = key.context("audit.signing_key_file is not set; nothing is signed")?;
        terminal::answer(&key.public().to_string())?;
        Ok(ExitCode::SUCCESS)
    }
}
