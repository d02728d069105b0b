//! What administrators do: set levels, and become one in the first place.

use domain::audit::Kind;
use domain::id::{PersonId, RequestId};
use domain::permission::Level;
use domain::secret::BootstrapSecret;
use domain::tool::{Definition, Effect};
use jiff::Timestamp;

use crate::{AdministratorCaller, Engine, Error, ErrorKind, PersonCaller, tools};

/// One tool on the administrator's page.
#[derive(Debug, Clone)]
pub struct LevelView {
    /// Which tool.
    pub definition: &'static Definition,
    /// Its level; [`Level::Deny`] when nobody has set one.
    pub level: Level,
    /// Who set it last, by name; `None` when nobody has.
    pub set_by: Option<String>,
    /// When.
    pub set_at: Option<Timestamp>,
}

impl Engine {
    /// Every tool with its level for the administrator's organisation.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] when the store cannot be reached.
    pub async fn levels(
        &self,
        administrator: &AdministratorCaller,
    ) -> Result<Vec<LevelView>, Error> {
        let set = self.0.store.levels(administrator.organisation()).await?;
        let mut views = Vec::with_capacity(tools::DEFINITIONS.len());
        for definition in tools::DEFINITIONS {
            let set = set.iter().find(|set| set.tool == definition.name.as_str());
            let set_by = match set {
                Some(set) => self
                    .0
                    .store
                    .person(&set.set_by)
                    .await?
                    .map(|person| person.name),
                None => None,
            };
            views.push(LevelView {
                definition,
                level: set.map_or(Level::Deny, |set| set.level),
                set_by,
                set_at: set.map(|set| set.set_at),
            });
        }
        Ok(views)
    }

    /// Sets levels, by tool name. Each counts for every call that starts after this returns. Answers how many changed.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when a name is no tool; then none is set. [`ErrorKind::Unavailable`] when a change cannot be
    /// recorded; then it and those after it are not made.
    pub async fn set_levels(
        &self,
        administrator: &AdministratorCaller,
        levels: &[(String, Level)],
        request: &RequestId,
    ) -> Result<usize, Error> {
        if levels.iter().any(|(name, _)| tools::find(name).is_none()) {
            return Err(Error::not_found());
        }
        let before = self.0.store.levels(administrator.organisation()).await?;
        let mut changed = 0;
        for (name, level) in levels {
            if before
                .iter()
                .any(|set| set.tool == *name && set.level == *level)
            {
                continue;
            }
            let old = before
                .iter()
                .find(|set| set.tool == *name)
                .map_or("unset", |set| set.level.as_str());
            let mut record = self.about(&administrator.person, Kind::LevelChanged);
            record.actor = Some(administrator.id().clone());
            record.request = Some(request.clone());
            record.tool = Some(name.clone());
            record.outcome = Some(level.as_str().to_owned());
            record.reason = Some(format!("was_{old}"));
            self.0.store.record(record).await?;
            self.0
                .store
                .set_level(
                    administrator.organisation(),
                    name,
                    *level,
                    administrator.id(),
                )
                .await?;
            changed += 1;
        }
        Ok(changed)
    }

    /// The levels attache recommends: reads *Always Allow*, everything else *Ask for Permission*.
    pub fn recommended(&self) -> Vec<(&'static Definition, Level)> {
        let level = |effect| match effect {
            Effect::Read => Level::AlwaysAllow,
            Effect::Write | Effect::Destructive => Level::Ask,
        };
        tools::DEFINITIONS
            .iter()
            .map(|definition| (*definition, level(definition.effect)))
            .collect()
    }

    /// A secret that makes one person an administrator, once; `None` when there is an administrator already. The caller
    /// prints it on the machine itself.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] when the store cannot be reached.
    pub async fn issue_bootstrap(&self) -> Result<Option<BootstrapSecret>, Error> {
        for (organisation, _) in self.0.store.organisations().await? {
            if self.0.store.has_administrator(&organisation).await? {
                return Ok(None);
            }
        }
        let secret = BootstrapSecret::random(&self.0.random);
        self.0.store.put_bootstrap(&secret.hash()).await?;
        Ok(Some(secret))
    }

    /// Makes a signed-in person the first administrator, with the secret that was printed on the machine.
    ///
    /// # Errors
    /// [`ErrorKind::Forbidden`] when the secret is wrong or used.
    pub async fn appoint_with_secret(
        &self,
        person: &PersonCaller,
        secret: BootstrapSecret,
        request: &RequestId,
    ) -> Result<(), Error> {
        if !self.0.store.use_bootstrap(&secret.hash()).await? {
            return Err(Error::new(
                ErrorKind::Forbidden,
                "setup_secret_wrong",
                "This secret is wrong or was already used. Restart the server to have a new one printed.",
            ));
        }
        self.appoint(person.id(), Some(request)).await
    }

    pub(crate) async fn appoint(
        &self,
        id: &PersonId,
        request: Option<&RequestId>,
    ) -> Result<(), Error> {
        let person = self
            .0
            .store
            .person(id)
            .await?
            .ok_or_else(Error::not_found)?;
        let mut record = self.about(&person, Kind::AdministratorAppointed);
        record.request = request.cloned();
        self.0.store.record(record).await?;
        self.0.store.set_administrator(id, true).await?;
        Ok(())
    }
}
