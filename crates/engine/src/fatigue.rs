//! How tired people are of being asked: who always says yes, at once, has stopped reading. Then fewer and better questions
//! are safer than more.

use std::time::Duration;

use domain::permission::Level;
use domain::tool::Definition;
use jiff::{SignedDuration, Timestamp};
use store::approvals::Decision;

use crate::{AdministratorCaller, Engine, Error, tools};

/// What is longer ago says nothing of today.
const SINCE: SignedDuration = SignedDuration::from_hours(24 * 90);
/// Who decides faster has hardly read.
const QUICK: Duration = Duration::from_secs(2);
/// Fewer decisions suggest nothing.
const ENOUGH: usize = 20;

/// What the people of an organisation made of the requests for one tool, in the last ninety days.
#[derive(Debug, Clone)]
pub struct AskedView {
    /// Which tool.
    pub definition: &'static Definition,
    /// How many requests there were.
    pub requests: usize,
    /// How many of them were decided.
    pub decided: usize,
    /// How many of those were approved.
    pub approved: usize,
    /// Half of the decisions took no longer than this after the request was opened; `None` where that is not known.
    pub median: Option<Duration>,
    /// How many in a hundred took less than two seconds.
    pub quick: usize,
    /// What may be better.
    pub suggestion: Option<Suggestion>,
}

/// What an administrator could set instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suggestion {
    /// *Always Allow* with rules for asking: nearly all is approved, and half of it unread.
    AllowWithRules,
    /// *Deny*: most is declined.
    Deny,
}

impl Engine {
    /// How often people were asked about each tool, what they decided, and how fast. Tools nobody was asked about are not
    /// among them.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) when the store cannot be reached.
    pub async fn asked(
        &self,
        administrator: &AdministratorCaller,
    ) -> Result<Vec<AskedView>, Error> {
        let (store, organisation) = (&self.0.store, administrator.organisation());
        let since = self.0.clock.now().checked_sub(SINCE);
        let since = since.unwrap_or(Timestamp::MIN);
        let decisions = store.decisions(organisation, since).await?;
        let levels = store.levels(organisation).await?;
        let views = tools::DEFINITIONS.iter().filter_map(|definition| {
            let name = definition.name.as_str();
            let level = levels.iter().find(|set| set.tool == name);
            let level = level.map_or(Level::Deny, |set| set.level);
            let of_it = decisions.iter().filter(|one| one.tool == name);
            view(definition, level, &of_it.collect::<Vec<_>>())
        });
        Ok(views.collect())
    }
}

fn view(
    definition: &'static Definition,
    level: Level,
    decisions: &[&Decision],
) -> Option<AskedView> {
    let requests = decisions.len();
    let decided = decisions
        .iter()
        .filter(|one| one.approved.is_some())
        .count();
    let approved = decisions
        .iter()
        .filter(|one| one.approved == Some(true))
        .count();
    let mut took: Vec<Duration> = decisions.iter().filter_map(|one| one.took).collect();
    took.sort_unstable();
    let median = took.get(took.len().saturating_sub(1) / 2).copied();
    let quick = took.iter().filter(|took| **took < QUICK).count() * 100;
    let quick = quick.checked_div(took.len()).unwrap_or_default();
    let suggestion = match level {
        Level::Ask if decided < ENOUGH => None,
        Level::Ask
            if approved * 100 >= decided * 95 && median.is_some_and(|half| half <= QUICK) =>
        {
            Some(Suggestion::AllowWithRules)
        }
        Level::Ask if approved * 2 < decided => Some(Suggestion::Deny),
        Level::Ask | Level::AlwaysAllow | Level::Deny => None,
    };
    (requests > 0).then_some(AskedView {
        definition,
        requests,
        decided,
        approved,
        median,
        quick,
        suggestion,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many approved and so many declined, each after so many milliseconds, and so many that nobody decided.
    fn asked(level: Level, approved: &[u64], declined: &[u64], open: usize) -> Option<AskedView> {
        let decision = |approved: Option<bool>, ms: Option<u64>| Decision {
            tool: "create_event".to_owned(),
            approved,
            took: ms.map(Duration::from_millis),
        };
        let yes = approved.iter().map(|ms| decision(Some(true), Some(*ms)));
        let no = declined.iter().map(|ms| decision(Some(false), Some(*ms)));
        let open = (0..open).map(|_| decision(None, None));
        let all: Vec<Decision> = yes.chain(no).chain(open).collect();
        view(
            tools::DEFINITIONS.first()?,
            level,
            &all.iter().collect::<Vec<_>>(),
        )
    }

    #[test]
    fn a17_who_approves_nearly_all_at_once_is_better_asked_less() {
        let check = |level, approved: &[u64], declined: &[u64], expected| {
            let view = asked(level, approved, declined, 3).expect("somebody was asked");
            assert_eq!(view.suggestion, expected, "{view:?}");
        };
        let allow = Some(Suggestion::AllowWithRules);
        check(Level::Ask, &[900; 97], &[4_000], allow);
        check(Level::Ask, &[2_000; 20], &[], allow);
        check(Level::Ask, &[2_001; 20], &[], None);
        check(Level::Ask, &[900; 19], &[], None);
        check(Level::Ask, &[900; 94], &[900; 6], None);
        check(Level::Ask, &[900; 9], &[900; 11], Some(Suggestion::Deny));
        check(Level::Ask, &[900; 10], &[900; 10], None);
        check(Level::AlwaysAllow, &[900; 98], &[], None);
        check(Level::Deny, &[], &[900; 98], None);
    }

    #[test]
    fn half_of_the_decisions_took_no_longer_than_the_median() {
        let check = |took: &[u64], half: Option<u64>, quick: usize| {
            let view = asked(Level::Ask, took, &[], 1).expect("somebody was asked");
            assert_eq!(
                (view.median, view.quick),
                (half.map(Duration::from_millis), quick)
            );
            assert_eq!((view.requests, view.decided), (took.len() + 1, took.len()));
        };
        check(&[], None, 0);
        check(&[5_000], Some(5_000), 0);
        check(&[9_000, 1_999, 2_000], Some(2_000), 33);
        check(&[100, 200, 300, 4_000], Some(200), 75);
        assert!(asked(Level::Ask, &[], &[], 0).is_none());
    }
}
