//! What the commands of an operator have in common: which installation, which organisation, which words for misuse.

use std::time::Duration;

use clap::Args;
use domain::id::{OrganisationId, PersonId, TenantId};
use engine::{Engine, ErrorKind, Operator};

use crate::commands::{ConfigFile, Misuse};
use crate::wiring::{self, Parts};

/// How long running work and the record may take to end.
pub(super) const FLUSH: Duration = Duration::from_secs(8);

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

pub(super) fn person(text: &str) -> Result<PersonId, String> {
    PersonId::parse(text)
        .map_err(|_| "an id as `attache admin connections list` tells it".to_owned())
}

fn tenant(text: &str) -> Result<TenantId, String> {
    TenantId::parse(text).map_err(|_| "a tenant id is a GUID".to_owned())
}

/// What was asked for wrongly ends with code 2, as all misuse does.
pub(super) fn misuse(error: engine::Error) -> anyhow::Error {
    match error.kind {
        ErrorKind::Invalid => Misuse::new(&error.message).into(),
        ErrorKind::NotFound => {
            Misuse::new("there is nobody and nothing of this id in this organisation").into()
        }
        _ => error.into(),
    }
}
