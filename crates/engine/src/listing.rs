//! Which tools an agent is shown.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::audit::{Kind, Record};
use domain::id::AgentId;
use domain::permission::Level;
use domain::policy::visible;
use domain::tool::Effect;
use jiff::{SignedDuration, Timestamp};

use crate::connect::availability;
use crate::tools::{self, Offered};
use crate::{AgentCaller, Engine, Error};

/// The same list is put on record again after this.
const AGAIN: SignedDuration = SignedDuration::from_hours(24);
/// So many agents this instance remembers to have listed tools to.
const AGENTS: usize = 1_000;

/// What was listed to whom lately.
#[derive(Default)]
pub(crate) struct Listings(Mutex<HashMap<AgentId, (Vec<&'static str>, Timestamp)>>);

impl Listings {
    /// Whether this is another list than this agent was shown lately, which it is from now on.
    fn is_news(&self, agent: &AgentId, names: &[&'static str], now: Timestamp) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((before, at)) = known.get(agent)
            && before == names
            && now.duration_since(*at) < AGAIN
        {
            return false;
        }
        if known.len() >= AGENTS {
            known.clear();
        }
        known.insert(agent.clone(), (names.to_vec(), now));
        true
    }

    fn forget(&self, agent: &AgentId) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(agent);
    }
}

impl Engine {
    /// The tools this agent can use now, in the order of the catalogue; `check_approval` last, if any of them asks. A list
    /// that is another than before is on record.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) when the levels cannot be read, or the list cannot be put on
    /// record: then no tool exists.
    pub async fn tools(&self, agent: &AgentCaller) -> Result<Vec<&'static Offered>, Error> {
        let offered = self.offered(agent).await?;
        let names: Vec<_> = offered.iter().map(|one| one.name.as_str()).collect();
        let (caller, now) = (&agent.caller, self.0.clock.now());
        if self.0.listings.is_news(&caller.agent, &names, now) {
            let mut record = Record::new(now, Kind::ToolsListed, caller.organisation.clone());
            record.person = Some(caller.person.clone());
            record.agent = Some(caller.agent.clone());
            record.surface = Some(caller.surface);
            record.client = agent.client.clone();
            record.count = u64::try_from(names.len()).ok();
            record.fields = names.into_iter().map(str::to_owned).collect();
            if let Err(error) = self.0.store.record(record).await {
                self.0.listings.forget(&caller.agent);
                return Err(error.into());
            }
        }
        Ok(offered)
    }

    async fn offered(&self, agent: &AgentCaller) -> Result<Vec<&'static Offered>, Error> {
        let (caller, store) = (&agent.caller, &self.0.store);
        let standings = store.standings(&caller.person, Some(&caller.agent)).await?;
        let set = store.organisation_rules(&caller.organisation).await?;
        let (mut offered, mut asks) = (Vec::new(), false);
        for definition in tools::DEFINITIONS {
            let levels = standings.levels(definition.name.as_str());
            let available = availability(standings.connection.as_ref(), definition);
            if visible(levels, &available).is_ok() {
                offered.extend(tools::offered(definition.name));
                asks |= levels.effective() == Level::Ask
                    || (definition.effect != Effect::Read
                        && set.may_raise(definition.name.as_str()));
            }
        }
        offered.extend(asks.then(tools::check_approval));
        Ok(offered)
    }
}
