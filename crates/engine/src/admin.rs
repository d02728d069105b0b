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

/// One change of a level, as an administrator saw and meant it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelChange {
    /// Which tool, by name.
    pub tool: String,
    /// The level her page showed; `None` when nobody had set one.
    pub from: Option<Level>,
    /// The level she chose.
    pub to: Level,
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

    /// Sets levels. Each counts for every call that starts after this returns. Answers how many changed.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when a name is no tool and `levels_changed` when somebody has set one of them meanwhile; then
    /// none is set. `sign_in_again` when one becomes *Always Allow*. [`ErrorKind::Unavailable`] when a change cannot be recorded; then it and those after it are not made.
    pub async fn set_levels(
        &self,
        administrator: &AdministratorCaller,
        changes: &[LevelChange],
        request: &RequestId,
    ) -> Result<usize, Error> {
        if changes
            .iter()
            .any(|change| tools::find(&change.tool).is_none())
        {
            return Err(Error::not_found());
        }
        let widens = |change: &LevelChange| {
            change.to == Level::AlwaysAllow && change.from != Some(Level::AlwaysAllow)
        };
        if changes.iter().any(widens) {
            self.if_fresh(administrator, "/administration/tools")?;
        }
        let stored = self.0.store.levels(administrator.organisation()).await?;
        let now = |tool: &str| {
            stored
                .iter()
                .find(|set| set.tool == tool)
                .map(|set| set.level)
        };
        if changes
            .iter()
            .any(|change| change.from != now(&change.tool))
        {
            let words = "Somebody changed these levels meanwhile. Nothing was saved; look again.";
            return Err(Error::new(ErrorKind::Conflict, "levels_changed", words));
        }
        let mut changed = 0;
        for LevelChange { tool, from, to } in changes {
            if *from == Some(*to) {
                continue;
            }
            let mut record = self.about(&administrator.person, Kind::LevelChanged);
            record.actor = Some(administrator.id().clone());
            record.request = Some(request.clone());
            record.tool = Some(tool.clone());
            record.outcome = Some(to.as_str().to_owned());
            record.reason = Some(format!("was_{}", from.map_or("unset", Level::as_str)));
            self.0.store.record(record).await?;
            let (organisation, by) = (administrator.organisation(), administrator.id());
            self.0.store.set_level(organisation, tool, *to, by).await?;
            changed += 1;
        }
        Ok(changed)
    }

    /// Sets every tool to the level attache recommends, whatever it was.
    ///
    /// # Errors
    /// As [`Engine::set_levels`].
    pub async fn set_recommended(
        &self,
        administrator: &AdministratorCaller,
        request: &RequestId,
    ) -> Result<usize, Error> {
        let stored = self.0.store.levels(administrator.organisation()).await?;
        let change = |(definition, to): (&Definition, Level)| {
            let tool = definition.name.as_str();
            let from = stored
                .iter()
                .find(|set| set.tool == tool)
                .map(|set| set.level);
            LevelChange {
                tool: tool.to_owned(),
                from,
                to,
            }
        };
        let changes: Vec<_> = self.recommended().into_iter().map(change).collect();
        self.set_levels(administrator, &changes, request).await
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

    /// A secret that makes one person the first administrator of her organisation, once; `None` when every organisation
    /// has one. The caller prints it on the machine itself.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] when the store cannot be reached.
    pub async fn issue_bootstrap(&self) -> Result<Option<BootstrapSecret>, Error> {
        let organisations = self.0.store.organisations().await?;
        let mut wanting = organisations.is_empty();
        for (organisation, _) in organisations {
            wanting |= !self.0.store.has_administrator(&organisation).await?;
        }
        if !wanting {
            return Ok(None);
        }
        let secret = BootstrapSecret::random(&self.0.random);
        self.0.store.put_bootstrap(&secret.hash()).await?;
        Ok(Some(secret))
    }

    /// Makes a signed-in person the first administrator, with the secret that was printed on the machine.
    ///
    /// # Errors
    /// [`ErrorKind::Forbidden`] when her organisation has an administrator already, or the secret is wrong or used.
    pub async fn appoint_with_secret(
        &self,
        person: &PersonCaller,
        secret: BootstrapSecret,
        request: &RequestId,
    ) -> Result<(), Error> {
        if self
            .0
            .store
            .has_administrator(person.organisation())
            .await?
        {
            let words = "Your organisation has an administrator already.";
            return Err(Error::new(
                ErrorKind::Forbidden,
                "setup_already_done",
                words,
            ));
        }
        if !self.0.store.use_bootstrap(&secret.hash()).await? {
            return Err(Error::new(
                ErrorKind::Forbidden,
                "setup_secret_wrong",
                "This secret is wrong or was already used. `attache admin bootstrap` on the server prints a new one.",
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
