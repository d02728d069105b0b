//! How much may be done in how long. What protects others, changes and invitations, is counted in the database: exactly, over
//! all instances, and across restarts. Plain calls are counted in memory, by each instance for itself.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::audit::{Kind, Record};
use domain::id::RequestId;
use domain::limit::{Exceeded, Limit};
use domain::tool::Effect;
use jiff::Timestamp;
use store::audit::AuditFilter;
use store::limits::{Counted, Over, Spending};

use crate::call::Passage;
use crate::{AgentCaller, Engine, Error, ErrorKind};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

/// For how many callers one instance remembers how much they called. A caller it has no room for is refused.
const REMEMBERED: usize = 50_000;

/// How much may be done. Each number is at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Changes to one person's calendar in any minute, by all her agents together.
    pub writes_per_minute: u32,
    /// People outside the organisation whom one person's agents may invite in any 24 hours.
    pub invitations_per_day: u32,
    /// Calls of one agent in a minute, at one instance.
    pub calls_per_minute: u32,
    /// Changes to all calendars of one organisation in any minute.
    pub organisation_writes_per_minute: u32,
    /// People outside whom all agents of one organisation may invite in any 24 hours.
    pub organisation_invitations_per_day: u32,
    /// Calls of all agents of one organisation in a minute, at one instance.
    pub organisation_calls_per_minute: u32,
}

impl Limits {
    /// So much of everything, for tests that are about something else.
    pub const fn all(most: u32) -> Self {
        Self {
            writes_per_minute: most,
            invitations_per_day: most,
            calls_per_minute: most,
            organisation_writes_per_minute: most,
            organisation_invitations_per_day: most,
            organisation_calls_per_minute: most,
        }
    }
}

/// How much who called lately, at this instance.
#[derive(Debug, Default)]
pub(crate) struct Rates(Mutex<HashMap<String, Rate>>);

/// One caller's: when all she has used is free again, and until when her being over is on record.
#[derive(Debug, Clone, Copy, Default)]
struct Rate {
    free_us: i64,
    told_until_us: i64,
}

/// A call too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TooMany {
    wait: Duration,
    /// Whether it is the first of this caller for a minute.
    first: bool,
}

impl Rates {
    /// Counts one call, of a caller who may make `most` in a minute.
    fn count(&self, who: &str, most: u32, now: Timestamp) -> Result<(), TooMany> {
        let now = now.as_microsecond();
        let each = 60_000_000 / i64::from(most.max(1));
        let mut rates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if rates.len() >= REMEMBERED && !rates.contains_key(who) {
            rates.retain(|_, rate| rate.free_us.max(rate.told_until_us) > now);
            if rates.len() >= REMEMBERED {
                let (wait, first) = (MINUTE, false);
                return Err(TooMany { wait, first });
            }
        }
        let rate = rates.entry(who.to_owned()).or_default();
        let free = rate.free_us.max(now) + each;
        let wait = free - now - 60_000_000;
        if wait > 0 {
            let first = rate.told_until_us <= now;
            if first {
                rate.told_until_us = now + 60_000_000;
            }
            let wait = Duration::from_micros(wait.unsigned_abs());
            return Err(TooMany { wait, first });
        }
        rate.free_us = free;
        Ok(())
    }
}

impl Engine {
    /// Whether this agent may call now at all.
    ///
    /// # Errors
    /// `too_many_calls`.
    pub(crate) async fn within_rates(
        &self,
        agent: &AgentCaller,
        request: &RequestId,
    ) -> Result<(), Error> {
        let (limits, now) = (&self.0.settings.limits, self.0.clock.now());
        let caller = &agent.caller;
        for (who, most) in [
            (caller.agent.as_str(), limits.calls_per_minute),
            (
                caller.organisation.as_str(),
                limits.organisation_calls_per_minute,
            ),
        ] {
            let Err(over) = self.0.rates.count(who, most, now) else {
                continue;
            };
            if over.first {
                // Once a minute: whoever calls too often must not fill the record with it.
                let mut record = hit(agent, request, now);
                record.reason = Some("too_many_calls".to_owned());
                record.count = Some(u64::from(most));
                self.0.store.record(record).await?;
            }
            let words = format!(
                "More than {most} calls in a minute. Nothing was done; wait before the next one."
            );
            return Err(limited("too_many_calls", words).after(Some(over.wait)));
        }
        Ok(())
    }

    /// Uses what a call that may happen takes of the limits, just before it happens.
    ///
    /// # Errors
    /// `too_many_writes` or `too_many_invitations`: nothing was used, and nothing may be done.
    pub(crate) async fn spend(&self, passage: &Passage) -> Result<(), Error> {
        match self.spendings(passage) {
            wanted if wanted.is_empty() => Ok(()),
            wanted => {
                let spent = self.0.store.spend(wanted).await?;
                self.unless_over(passage, spent).await
            }
        }
    }

    /// Whether a call that its person is about to be asked about would be within the limits now. It is looked at again when
    /// it happens.
    ///
    /// # Errors
    /// As [`Engine::spend`].
    pub(crate) async fn would_fit(&self, passage: &Passage) -> Result<(), Error> {
        let fits = self.0.store.would_fit(self.spendings(passage)).await?;
        self.unless_over(passage, fits).await
    }

    /// What a call takes: nothing if it only reads. Of an event that exists it is not known who is invited already, so what
    /// counts is whom the call itself adds.
    fn spendings(&self, passage: &Passage) -> Vec<Spending> {
        if passage.tool.definition().effect == Effect::Read {
            return Vec::new();
        }
        let setting = self.setting(&passage.agent, &passage.connection);
        let resolved = passage.tool.resolve(passage.arguments.clone(), &setting);
        // What cannot be resolved is refused before anything is sent.
        let outside = resolved.map_or(0, |resolved| {
            let invited = resolved.card.attendees.iter();
            invited.filter(|attendee| attendee.outside).count()
        });
        let outside = u32::try_from(outside).unwrap_or(u32::MAX);
        let (limits, caller) = (&self.0.settings.limits, &passage.agent.caller);
        let (person, organisation) = (caller.person.as_str(), caller.organisation.as_str());
        let (writes, invitations) = (Counted::Writes, Counted::Invitations);
        let (minute, day) = (MINUTE, DAY);
        [
            (writes, person, limits.writes_per_minute, minute, 1),
            (
                writes,
                organisation,
                limits.organisation_writes_per_minute,
                minute,
                1,
            ),
            (
                invitations,
                person,
                limits.invitations_per_day,
                day,
                outside,
            ),
            (
                invitations,
                organisation,
                limits.organisation_invitations_per_day,
                day,
                outside,
            ),
        ]
        .into_iter()
        .filter(|(.., amount)| *amount > 0)
        .map(|(counted, subject, most, window, amount)| Spending {
            counted,
            subject: subject.to_owned(),
            limit: Limit { most, window },
            amount,
        })
        .collect()
    }

    async fn unless_over(&self, passage: &Passage, spent: Result<(), Over>) -> Result<(), Error> {
        let Err(over) = spent else {
            return Ok(());
        };
        let error = refusal(&over);
        // What is stored comes by again every few seconds until it fits; that it did not is said once.
        if passage.stored.is_some() && self.was_over(passage, error.code).await? {
            return Err(error);
        }
        let mut record = hit(&passage.agent, &passage.request, self.0.clock.now());
        record.call = Some(passage.id.clone());
        record.tool = Some(passage.tool.definition().name.as_str().to_owned());
        record.arguments = Some(passage.digest);
        record.reason = Some(error.code.to_owned());
        record.count = Some(u64::from(over.spending.limit.most));
        self.0.store.record(record).await?;
        Err(error)
    }

    /// Whether it is on record that this call was over this limit.
    async fn was_over(&self, passage: &Passage, code: &str) -> Result<bool, Error> {
        let filter = AuditFilter {
            kinds: vec![Kind::LimitHit],
            call: Some(passage.id.clone()),
            limit: 10,
            ..AuditFilter::default()
        };
        let organisation = &passage.agent.caller.organisation;
        let hits = self.0.store.entries(organisation, &filter).await?;
        Ok(hits
            .iter()
            .any(|hit| hit.record.reason.as_deref() == Some(code)))
    }
}

fn hit(agent: &AgentCaller, request: &RequestId, now: Timestamp) -> Record {
    let caller = &agent.caller;
    let mut record = Record::new(now, Kind::LimitHit, caller.organisation.clone());
    record.person = Some(caller.person.clone());
    record.agent = Some(caller.agent.clone());
    record.surface = Some(caller.surface);
    record.request = Some(request.clone());
    record.outcome = Some("refused".to_owned());
    record
}

/// What is said of a limit, and when to come back.
fn refusal(over: &Over) -> Error {
    let most = over.spending.limit.most;
    let (code, what) = match over.spending.counted {
        Counted::Writes => (
            "too_many_writes",
            format!("More than {most} changes in a minute."),
        ),
        Counted::Invitations => (
            "too_many_invitations",
            format!("More than {most} people outside the organisation would be invited in a day."),
        ),
    };
    match over.exceeded {
        Exceeded::Until(wait) => {
            let words = format!("{what} Nothing was done; wait before trying again.");
            limited(code, words).after(Some(wait))
        }
        Exceeded::Always => {
            let words =
                format!("{what} Nothing was done, and this call alone is too much; ask for less.");
            limited(code, words)
        }
    }
}

fn limited(code: &'static str, words: String) -> Error {
    Error::new(ErrorKind::Limited, code, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R1.
    #[test]
    fn a_caller_may_call_so_often_at_once_and_then_as_often_as_time_passes() {
        let rates = Rates::default();
        let start = Timestamp::from_second(1_772_000_000).expect("a time");
        let at = |ms: i64| start + jiff::SignedDuration::from_millis(ms);
        for _ in 0..60 {
            assert_eq!(rates.count("agent", 60, start), Ok(()));
        }
        let over = rates
            .count("agent", 60, start)
            .expect_err("sixty were made");
        let expected = TooMany {
            wait: Duration::from_secs(1),
            first: true,
        };
        assert_eq!(over, expected);
        let again = rates.count("agent", 60, start).expect_err("still");
        assert!(!again.first, "once a minute is enough for the record");
        assert_eq!(rates.count("another", 60, start), Ok(()));
        assert!(rates.count("agent", 60, at(999)).is_err());
        assert_eq!(rates.count("agent", 60, at(1_000)), Ok(()));
        assert!(rates.count("agent", 60, at(1_001)).is_err());
        for _ in 0..60 {
            assert_eq!(rates.count("agent", 60, at(62_000)), Ok(()));
        }
    }

    /// R2: it stays bounded, and who is not remembered is not let in.
    #[test]
    fn callers_that_there_is_no_room_for_are_refused_until_there_is() {
        let rates = Rates::default();
        let start = Timestamp::from_second(1_772_000_000).expect("a time");
        for number in 0..REMEMBERED {
            assert_eq!(rates.count(&number.to_string(), 1, start), Ok(()));
        }
        assert!(rates.count("one more", 1, start).is_err());
        let later = start + jiff::SignedDuration::from_secs(61);
        assert_eq!(rates.count("one more", 1, later), Ok(()));
        assert_eq!(rates.0.lock().expect("unharmed").len(), 1);
    }
}
