//! `attache pages`

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;

use crate::terminal;

/// Write every page in every state as an HTML file, without a server
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  attache pages --out target/pages")]
pub(crate) struct Pages {
    /// The folder to write to; it is made if need be
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl Pages {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let pages = web::render_samples();
        for (name, page) in &pages {
            let file = self.out.join(name);
            let doing = || format!("{} cannot be written", file.display());
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder).with_context(doing)?;
            }
            fs::write(&file, page).with_context(doing)?;
        }
        terminal::answer(&format!(
            "{} pages are in {}",
            pages.len(),
            self.out.display()
        ))?;
        Ok(ExitCode::SUCCESS)
    }
}
