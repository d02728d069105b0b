//! Which installation and organisation a command is about.

use clap::Args;
use domain::id::{OrganisationId, TenantId};
use engine::{Engine, Operator};

use crate::commands::{ConfigFile, Misuse};
use crate::wiring::{self, Parts};

/// Which installation and organisation, and how to answer.
#[derive(Debug, Args)]
pub(super) struct Place {
    #[command(flatten)]
    config: ConfigFile,
    /// The organisation's tenant id at Microsoft; needed only when there are several
    #[arg(long, value_name = "TENANT", value_parser = tenant)]
    organisation: Option<TenantId>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// An installation that was opened, and the organisation that was meant.
pub(super) struct Opened {
    pub(super) parts: Parts,
    pub(super) organisation: OrganisationId,
    pub(super) operator: Operator,
}

impl Place {
    /// Opens it.
    pub(super) async fn open(&self) -> anyhow::Result<Opened> {
        let settings = self.config.load()?;
        let parts = wiring::join(&settings).await?;
        let all = parts.store.organisations().await?;
        let mut meant = all
            .into_iter()
            .filter(|(_, tenant)| self.organisation.as_ref().is_none_or(|only| only == tenant));
        let (organisation, more) = (meant.next(), meant.next());
        let organisation = match (organisation, more) {
            (Some((organisation, _)), None) => organisation,
            (Some(_), Some(_)) => {
                let words = "there are several organisations; name one with --organisation";
                return Err(Misuse::new(words).into());
            }
            (None, _) => return Err(Misuse::new("there is no such organisation").into()),
        };
        Ok(Opened {
            parts,
            organisation,
            operator: Operator::at_this_machine(),
        })
    }
}

impl Opened {
    pub(super) fn engine(&self) -> &Engine {
        &self.parts.engine
    }
}

fn tenant(text: &str) -> Result<TenantId, String> {
    TenantId::parse(text).map_err(|_| "a tenant id is a GUID".to_owned())
}
