//! What other levels would have made of the calls of the last week, as far as the record can tell.

use std::collections::BTreeMap;

use domain::audit::{Kind, Record};
use domain::permission::Level;
use domain::tool::Definition;
use jiff::{SignedDuration, Timestamp};
use store::audit::AuditFilter;

use crate::{AdministratorCaller, Engine, Error, LevelChange, tools};

/// So far back calls are looked at.
const BACK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How many entries are read at a time, and how often at most.
const STEP: u32 = 500;
const STEPS: u32 = 100;

/// The last week under other levels.
#[derive(Debug, Clone)]
pub struct Preview {
    /// From when on calls were looked at: a week ago, or later when there were too many.
    pub since: Timestamp,
    /// Whether there were too many to look at the whole week.
    pub cut: bool,
    /// Every tool whose level would change, and every other that was called.
    pub tools: Vec<ToolPreview>,
    /// How often each rule, or what an agent had read, asked although the levels allowed: the word and the number.
    pub raised: Vec<(String, u64)>,
}

/// One tool of it.
#[derive(Debug, Clone)]
pub struct ToolPreview {
    /// Which tool.
    pub definition: &'static Definition,
    /// Its level now; `None` when nobody has set one.
    pub from: Option<Level>,
    /// The level it would have.
    pub to: Level,
    /// How its calls ended.
    pub was: Outcomes,
    /// How they would have.
    pub would: Outcomes,
}

/// How calls end, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Without asking anybody.
    pub ran: u64,
    /// With a question to the person.
    pub asked: u64,
    /// As unknown tools.
    pub denied: u64,
    /// One of the first two, and the record cannot tell which: whether a rule or the person would have asked.
    pub ran_or_asked: u64,
}

/// How one call ended, as the record has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Ran,
    AskedByLevel,
    /// By the person herself, a rule, or what the agent had read.
    AskedOtherwise,
    DeniedByLevel,
    DeniedByPerson,
}

impl Ended {
    /// Reads an entry that says how a call was decided. A call that ended otherwise - wrong arguments, no connection - is
    /// none, and one that ran after a yes was counted when it asked.
    fn read(record: &Record) -> Option<Self> {
        let reason = record.reason.as_deref();
        match (record.kind, reason) {
            (Kind::CallBegun, _) => record.approval.is_none().then_some(Self::Ran),
            (Kind::ApprovalRequested, Some("level_asks")) => Some(Self::AskedByLevel),
            (Kind::ApprovalRequested, _) => Some(Self::AskedOtherwise),
            (Kind::CallDenied, Some("level_denies")) => Some(Self::DeniedByLevel),
            (Kind::CallDenied, Some("person_denies")) => Some(Self::DeniedByPerson),
            _ => None,
        }
    }

    fn count(self, outcomes: &mut Outcomes) {
        match self {
            Self::Ran => outcomes.ran += 1,
            Self::AskedByLevel | Self::AskedOtherwise => outcomes.asked += 1,
            Self::DeniedByLevel | Self::DeniedByPerson => outcomes.denied += 1,
        }
    }

    /// The same under a level that is another one.
    fn count_under(self, level: Level, outcomes: &mut Outcomes) {
        match (self, level) {
            (_, Level::Deny) | (Self::DeniedByPerson, _) => outcomes.denied += 1,
            (_, Level::Ask) | (Self::AskedOtherwise, Level::AlwaysAllow) => outcomes.asked += 1,
            (Self::Ran, Level::AlwaysAllow) => outcomes.ran += 1,
            // Nobody looked then whether a rule applied, or whether she wants to be asked herself.
            (Self::AskedByLevel | Self::DeniedByLevel, Level::AlwaysAllow) => {
                outcomes.ran_or_asked += 1;
            }
        }
    }
}

impl Engine {
    /// What these changes of levels would have made of the last week's calls. Nothing is changed.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when a name is no tool;
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) when the record cannot be read.
    pub async fn preview(
        &self,
        administrator: &AdministratorCaller,
        changes: &[LevelChange],
    ) -> Result<Preview, Error> {
        if changes.iter().any(|one| tools::find(&one.tool).is_none()) {
            return Err(Error::not_found());
        }
        let now = self.0.clock.now();
        let week_ago = now.checked_sub(BACK).unwrap_or(Timestamp::MIN);
        let (records, reached) = self.decided_since(administrator, week_ago).await?;
        let mut ended: BTreeMap<String, Vec<Ended>> = BTreeMap::new();
        let mut raised: BTreeMap<String, u64> = BTreeMap::new();
        for record in records {
            let (Some(tool), Some(how)) = (&record.tool, Ended::read(&record)) else {
                continue;
            };
            ended.entry(tool.clone()).or_default().push(how);
            if let (Ended::AskedOtherwise, Some(reason)) = (how, &record.reason) {
                *raised.entry(reason.clone()).or_default() += 1;
            }
        }
        let set = self.0.store.levels(administrator.organisation()).await?;
        let tool = |definition: &&'static Definition| {
            let name = definition.name.as_str();
            let from = set.iter().find(|set| set.tool == name).map(|set| set.level);
            let change = changes.iter().find(|change| change.tool == name);
            let to = change.map_or(from.unwrap_or_default(), |change| change.to);
            let calls = ended.get(name).map(Vec::as_slice).unwrap_or_default();
            let changes = from.unwrap_or_default() != to;
            let (mut was, mut would) = (Outcomes::default(), Outcomes::default());
            for call in calls {
                call.count(&mut was);
                match changes {
                    true => call.count_under(to, &mut would),
                    false => call.count(&mut would),
                }
            }
            (change.is_some() || !calls.is_empty()).then_some(ToolPreview {
                definition,
                from,
                to,
                was,
                would,
            })
        };
        Ok(Preview {
            since: reached.unwrap_or(week_ago),
            cut: reached.is_some(),
            tools: tools::DEFINITIONS.iter().filter_map(tool).collect(),
            raised: raised.into_iter().collect(),
        })
    }

    /// The entries about how calls were decided, the newest first; and how far back they reach, if that is not to the end.
    async fn decided_since(
        &self,
        administrator: &AdministratorCaller,
        since: Timestamp,
    ) -> Result<(Vec<Record>, Option<Timestamp>), Error> {
        let (mut records, mut before) = (Vec::new(), None);
        for _ in 0..STEPS {
            let filter = AuditFilter {
                kinds: vec![Kind::CallBegun, Kind::ApprovalRequested, Kind::CallDenied],
                before,
                limit: STEP,
                ..AuditFilter::default()
            };
            let organisation = administrator.organisation();
            let page = self.0.store.entries(organisation, &filter).await?;
            let whole = page.len() < STEP as usize;
            before = page.last().map(|last| last.sequence);
            // Entries of several instances can be a little out of their order in time.
            let over = page.last().is_some_and(|last| last.record.at < since);
            let page = page.into_iter().map(|logged| logged.record);
            records.extend(page.filter(|record| record.at >= since));
            if whole || over {
                return Ok((records, None));
            }
        }
        let reached = records.last().map(|last: &Record| last.at);
        Ok((records, reached))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_is_counted_once_and_a_stricter_level_never_lets_more_run() {
        let all = [
            Ended::Ran,
            Ended::AskedByLevel,
            Ended::AskedOtherwise,
            Ended::DeniedByLevel,
            Ended::DeniedByPerson,
        ];
        let under = |ended: Ended, level| {
            let mut outcomes = Outcomes::default();
            ended.count_under(level, &mut outcomes);
            outcomes
        };
        for ended in all {
            for level in Level::ALL {
                let Outcomes {
                    ran,
                    asked,
                    denied,
                    ran_or_asked,
                } = under(ended, level);
                assert_eq!(ran + asked + denied + ran_or_asked, 1, "{ended:?} {level}");
            }
            assert_eq!(under(ended, Level::Deny).denied, 1);
            assert_eq!(under(ended, Level::Ask).ran, 0);
        }
        let allow = Level::AlwaysAllow;
        assert_eq!(under(Ended::Ran, allow).ran, 1);
        assert_eq!(under(Ended::AskedByLevel, allow).ran_or_asked, 1);
        assert_eq!(under(Ended::AskedOtherwise, allow).asked, 1);
        assert_eq!(under(Ended::DeniedByPerson, allow).denied, 1);
    }
}
