//! How the installation is, for administrators. Nothing of it is told to anybody else.

use std::time::Duration;

use domain::audit::Kind;
use domain::canonical::Digest;
use domain::connection::Integration;
use domain::id::OrganisationId;
use domain::keep_alive;
use jiff::Timestamp;
use store::audit::AuditFilter;

use crate::{AdministratorCaller, Engine, Error, InstallationTrouble, tools};

/// How long Microsoft may take to answer before it counts as out of reach.
const PATIENCE: Duration = Duration::from_secs(4);

/// How the installation is.
#[derive(Debug, Clone)]
pub struct HealthView {
    /// Whether the database can be written.
    pub database: bool,
    /// Whether the record is being written; without it nothing is done.
    pub record: bool,
    /// Since when the organisation's record does not follow from what was signed of it, and so nothing is signed any more.
    pub record_broken: Option<Timestamp>,
    /// When the organisation's record was signed last; `None` when it never was.
    pub record_signed: Option<Timestamp>,
    /// Whether Microsoft's sign-in host answers, as the authority that is set.
    pub entra: bool,
    /// Whether Graph answers.
    pub graph: bool,
    /// What Microsoft has against this installation.
    pub trouble: Option<InstallationTrouble>,
    /// When the certificate ends by which attache proves itself; `None` with a secret, whose end only Entra knows.
    pub credential_until: Option<Timestamp>,
    /// The id of the key that seals what is new.
    pub active_key: String,
    /// Under which other keys connections of the organisation are still sealed, and how many.
    pub older_keys: Vec<(String, u64)>,
    /// How many working connections of the organisation Microsoft is going to end soon, because renewing them fails.
    pub ending: u64,
    /// How many instances hold access tokens now; `None` when this is the only one there can be.
    pub instances: Option<u64>,
    /// Which attache this is.
    pub version: &'static str,
    /// What the definitions of the tools add up to.
    pub tools: Digest,
    /// The time of this machine.
    pub now: Timestamp,
}

impl Engine {
    /// How the installation is, as far as it concerns the administrator's organisation. Microsoft is asked who it is.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Unavailable`] when the store cannot be read.
    pub async fn health(&self, administrator: &AdministratorCaller) -> Result<HealthView, Error> {
        let (store, microsoft) = (&self.0.store, &self.0.microsoft);
        let (organisation, now) = (administrator.organisation(), self.0.clock.now());
        let entra = tokio::time::timeout(PATIENCE, microsoft.probe_directory());
        let graph = tokio::time::timeout(PATIENCE, microsoft.probe_graph());
        let (entra, graph, written) = tokio::join!(entra, graph, store.ready());
        let active_key = store.active_key().to_owned();
        let mut keys = store.keys_in_use().await?;
        keys.retain(|usage| usage.organisation == *organisation && usage.key_id != active_key);
        let (integration, near) = (Integration::OutlookCalendar, keep_alive::near_its_end(now));
        let (record_broken, record_signed) = self.record_signing(organisation).await?;
        let instances = match &self.0.instance {
            Some(_) => Some(store.holding_instances().await?),
            None => None,
        };
        Ok(HealthView {
            database: written.is_ok(),
            record: store.is_recorded(),
            record_broken,
            record_signed,
            entra: matches!(entra, Ok(Ok(_))),
            graph: matches!(graph, Ok(Ok(()))),
            trouble: self.installation_trouble().await?,
            credential_until: microsoft.entra().credential_until(),
            active_key,
            older_keys: keys
                .into_iter()
                .map(|usage| (usage.key_id, usage.grants))
                .collect(),
            ending: store.idle_since(organisation, integration, near).await?,
            instances,
            version: env!("CARGO_PKG_VERSION"),
            tools: tools::digest(),
            now,
        })
    }

    /// Since when nothing is signed because the record does not fit, and when it was signed last.
    async fn record_signing(
        &self,
        organisation: &OrganisationId,
    ) -> Result<(Option<Timestamp>, Option<Timestamp>), Error> {
        let filter = AuditFilter {
            kinds: vec![Kind::RecordBroken],
            limit: 1,
            ..AuditFilter::default()
        };
        let said = self.0.store.entries(organisation, &filter).await?;
        let signed = self.0.store.last_checkpoint(organisation, i64::MAX).await?;
        // What was signed after it was said stands for the entry that says it, so it fits again.
        let said = said.first().filter(|said| {
            let upto = signed.as_ref().map_or(0, |signed| signed.size);
            upto < said.sequence
        });
        Ok((
            said.map(|said| said.record.at),
            signed.map(|signed| signed.at),
        ))
    }
}
