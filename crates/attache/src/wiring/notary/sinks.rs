//! Where checkpoints go. Each may get one twice, never half of one; the same checkpoint is the same text.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use domain::audit::{Checkpoint, Note};
use domain::id::OrganisationId;
use jiff::Timestamp;
use store::audit::Kept;
use tokio::net::{UdpSocket, UnixDatagram};

use crate::settings::{Audit, Syslog};

/// Facility 13 (log audit), severity 6 (informational), as RFC 5424 counts them.
const PRIORITY: u32 = 13 * 8 + 6;

/// Every place that gets each checkpoint.
pub(super) struct Sinks {
    directory: Option<PathBuf>,
    file: Option<PathBuf>,
    syslog: Option<Syslog>,
}

impl Sinks {
    pub(super) fn new(settings: &Audit) -> Self {
        Self {
            directory: settings.directory.clone(),
            file: settings.file.clone(),
            syslog: settings.syslog.clone(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.directory.is_none() && self.file.is_none() && self.syslog.is_none()
    }

    /// The largest checkpoint of this record that the folder holds. Who has signed it does not matter: what contradicts it
    /// is for a person to look at.
    ///
    /// # Errors
    /// When the folder cannot be read or holds something else; then nobody knows what was signed already.
    pub(super) async fn last(
        &self,
        organisation: &OrganisationId,
    ) -> anyhow::Result<Option<Checkpoint>> {
        let Some(directory) = &self.directory else {
            return Ok(None);
        };
        let folder = directory.join(organisation.as_str());
        let reading = tokio::task::spawn_blocking(move || {
            last_in(&folder)
                .with_context(|| format!("audit.checkpoint_directory {}", folder.display()))
        });
        reading.await.context("reading did not end")?
    }

    /// Hands a checkpoint to all of them.
    ///
    /// # Errors
    /// When one of them did not take it; then all get it again.
    pub(super) async fn take(&self, kept: &Kept) -> anyhow::Result<()> {
        let (directory, file, taken) = (self.directory.clone(), self.file.clone(), kept.clone());
        let written = tokio::task::spawn_blocking(move || -> anyhow::Result<()> {
            if let Some(folder) = &directory {
                into_directory(folder, &taken)
                    .with_context(|| format!("audit.checkpoint_directory {}", folder.display()))?;
            }
            if let Some(file) = &file {
                append(file, &taken)
                    .with_context(|| format!("audit.checkpoint_file {}", file.display()))?;
            }
            Ok(())
        });
        written.await.context("writing did not end")??;
        match &self.syslog {
            Some(syslog) => send(syslog, &line(kept))
                .await
                .context("audit.checkpoint_syslog"),
            None => Ok(()),
        }
    }
}

/// One file for each, named so that a listing is in order; complete or not there.
fn into_directory(folder: &Path, kept: &Kept) -> anyhow::Result<()> {
    let folder = folder.join(kept.organisation.as_str());
    fs::create_dir_all(&folder)?;
    let name = format!("{:012}.checkpoint", kept.size);
    let draft = folder.join(format!(".{name}"));
    let mut file = File::create(&draft)?;
    file.write_all(kept.note.as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, folder.join(name))?;
    File::open(&folder)?.sync_all()?;
    Ok(())
}

fn last_in(folder: &Path) -> anyhow::Result<Option<Checkpoint>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut last: Option<(i64, PathBuf)> = None;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let size = name
            .to_str()
            .and_then(|name| name.strip_suffix(".checkpoint"));
        let Some(size) = size.and_then(|size| size.parse().ok()) else {
            continue;
        };
        if last.as_ref().is_none_or(|(known, _)| size > *known) {
            last = Some((size, entry.path()));
        }
    }
    let Some((_, path)) = last else {
        return Ok(None);
    };
    let note = Note::parse(&fs::read_to_string(&path)?);
    let checkpoint = note.and_then(|note| Checkpoint::parse(&note.text));
    let checkpoint = checkpoint.with_context(|| format!("{} is no checkpoint", path.display()))?;
    Ok(Some(checkpoint))
}

fn append(file: &Path, kept: &Kept) -> anyhow::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(file)?;
    // One write, so that two instances do not write into each other.
    file.write_all(format!("{}\n", kept.note).as_bytes())?;
    file.sync_all()?;
    Ok(())
}

/// A checkpoint as one line: the note is JSON text there, so its line feeds are two characters.
pub(super) fn line(kept: &Kept) -> String {
    let at: Timestamp = kept.at;
    let note = serde_json::json!({
        "organisation": kept.organisation, "size": kept.size, "checkpoint": kept.note,
    });
    format!("<{PRIORITY}>1 {at} - attache - checkpoint - {note}")
}

async fn send(syslog: &Syslog, line: &str) -> anyhow::Result<()> {
    match syslog {
        Syslog::Unix(path) => {
            let socket = UnixDatagram::unbound()?;
            socket.send_to(line.as_bytes(), path).await?;
        }
        Syslog::Udp(address) => {
            let mut addresses = tokio::net::lookup_host(address).await?;
            let address = addresses.next().context("the host has no address")?;
            let here = if address.is_ipv6() {
                "[::]:0"
            } else {
                "0.0.0.0:0"
            };
            let socket = UdpSocket::bind(here).await?;
            socket.send_to(line.as_bytes(), address).await?;
        }
    }
    Ok(())
}
