//! Files with secrets: read only when nobody else can.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use domain::secret::ClientSecret;
use store::KeyEncryptionKey;

use crate::settings::credentials_folder;

pub(super) fn key_in(file: &Path) -> anyhow::Result<KeyEncryptionKey> {
    let text = secret_in(file)?;
    key_from(text.expose()).with_context(|| format!("key file {}", file.display()))
}

pub(super) fn key_from(text: &str) -> anyhow::Result<KeyEncryptionKey> {
    Ok(KeyEncryptionKey::parse_file(text.trim())?)
}

/// The text of a file that only its owner can read, without the space around it. The type only keeps it from being
/// printed.
///
/// # Errors
/// When the file cannot be read, others can use it, or nothing is in it.
pub(crate) fn secret_in(file: &Path) -> anyhow::Result<ClientSecret> {
    let name = file.display();
    let text = std::fs::read_to_string(file);
    let text = ClientSecret::new(text.with_context(|| format!("file {name} cannot be read"))?);
    refuse_wide(file)?;
    match text.expose().trim() {
        "" => bail!("file {name} is empty"),
        trimmed => Ok(ClientSecret::new(trimmed.to_owned())),
    }
}

/// A key that others can read is no longer a key.
fn refuse_wide(file: &Path) -> anyhow::Result<()> {
    let mode = std::fs::metadata(file)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 && !is_credential(file, mode) {
        bail!(
            "file {name} has mode {mode:04o}: others than its owner may use it; run `chmod 600 {name}`",
            name = file.display()
        );
    }
    Ok(())
}

/// systemd shows a credential to its service alone. Where it grants this by an access list, the mode reads 0440.
fn is_credential(file: &Path, mode: u32) -> bool {
    let Some(folder) = credentials_folder() else {
        return false;
    };
    let closed = std::fs::metadata(&folder).is_ok_and(|is| is.permissions().mode() & 0o007 == 0);
    mode & 0o337 == 0 && file.parent() == Some(&folder) && closed
}
