//! The schedules of many people over a long time: in requests that Microsoft takes, and with one person's failure that
//! person's own.

use domain::people::Address;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{Seen, Unseen};
use crate::error::{Error, Kind};
use crate::graph::Graph;
use crate::graph::query::Query;
use crate::wire::Collection;
use crate::wire::schedule::{Told, VIEW_STEP, WireSchedule};

/// So many addresses in one request; a list counts with each of its members, so a request may still be too big.
const PEOPLE: usize = 20;
/// The longest time in one request.
const DAYS: i64 = 62;
/// The shortest time that a calendar with too many entries is asked for.
const SHORTEST: SignedDuration = SignedDuration::from_hours(24);
/// Requests under way at a time, as Microsoft allows for one mailbox.
const AT_ONCE: usize = 4;

/// One request to be made: some of the people, some of the time.
struct Job {
    who: Vec<usize>,
    from: Timestamp,
    to: Timestamp,
}

impl Graph<'_> {
    /// Free and busy times and working hours of people, in the order of their addresses. Relies on `Calendars.ReadWrite`.
    ///
    /// Twenty people and 62 days go into a request, four requests are under way at a time. What Microsoft refuses as too much
    /// is asked again in halves.
    ///
    /// # Errors
    /// When Microsoft does not answer, asks to wait or rejects the token; see [`Kind`]. A failure of
    /// one person is in that person's place.
    pub async fn schedules(
        &self,
        addresses: &[Address],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Result<Seen, Unseen>>, Error> {
        let everybody: Vec<usize> = (0..addresses.len()).collect();
        let mut people: Vec<Result<Seen, Unseen>> = addresses
            .iter()
            .map(|_| {
                Ok(Seen {
                    times: Vec::new(),
                    hours: None,
                    zone: None,
                })
            })
            .collect();
        let mut jobs: Vec<Job> = parts(from, to)
            .flat_map(|(from, to)| {
                everybody.chunks(PEOPLE).map(move |who| Job {
                    who: who.to_vec(),
                    from,
                    to,
                })
            })
            .collect();
        // Every round halves what was too much, so there are few.
        while !jobs.is_empty() {
            let round = stream::iter(jobs.drain(..))
                .map(|job| async {
                    let answer = self.schedule_page(addresses, &job).await;
                    settled(answer, &job).map(|answer| (job, answer))
                })
                .buffered(AT_ONCE);
            let answers: Vec<(Job, Option<Vec<WireSchedule>>)> = round.try_collect().await?;
            for (job, answer) in answers {
                match answer {
                    Some(schedules) => {
                        job.take(schedules, addresses, &mut people, &mut jobs);
                    }
                    None => job.halve(&mut people, &mut jobs),
                }
            }
        }
        Ok(people)
    }

    async fn schedule_page(
        &self,
        addresses: &[Address],
        job: &Job,
    ) -> Result<Vec<WireSchedule>, Error> {
        let schedules: Vec<&str> = job.who.iter().map(|who| addresses[*who].as_str()).collect();
        let time = |moment: Timestamp| json!({ "dateTime": moment.strftime("%Y-%m-%dT%H:%M:%S").to_string(), "timeZone": "UTC" });
        let body = json!({
            "schedules": schedules,
            "startTime": time(job.from),
            "endTime": time(job.to),
            "availabilityViewInterval": VIEW_STEP.as_secs() / 60,
        });
        let answer: Collection<WireSchedule> = self
            .ask(Query::path("/me/calendar/getSchedule"), &body)
            .await?;
        Ok(answer.value)
    }
}

/// What came of a request: an answer, `None` when a smaller request may do better, or the end of the whole matter.
fn settled(
    answer: Result<Vec<WireSchedule>, Error>,
    job: &Job,
) -> Result<Option<Vec<WireSchedule>>, Error> {
    match answer {
        Ok(schedules) => Ok(Some(schedules)),
        // An answer longer than is read counts as unreadable.
        Err(Error::Garbage { .. }) if job.can_be_halved() => Ok(None),
        Err(error) => match error.kind() {
            Kind::Invalid { .. } => Ok(None),
            _ => Err(error),
        },
    }
}

impl Job {
    fn can_be_halved(&self) -> bool {
        self.who.len() > 1 || self.is_long()
    }

    fn is_long(&self) -> bool {
        self.to.duration_since(self.from) > SHORTEST
    }

    /// Asks again for half of the people; for one person alone, the refusal is about that person.
    fn halve(self, people: &mut [Result<Seen, Unseen>], jobs: &mut Vec<Job>) {
        if let [alone] = self.who.as_slice() {
            people[*alone] = Err(Unseen::NoAccess);
            return;
        }
        let (some, others) = self.who.split_at(self.who.len() / 2);
        jobs.extend([some, others].map(|who| Job {
            who: who.to_vec(),
            ..self
        }));
    }

    /// Takes in what was answered about each of the people.
    fn take(
        &self,
        schedules: Vec<WireSchedule>,
        addresses: &[Address],
        people: &mut [Result<Seen, Unseen>],
        jobs: &mut Vec<Job>,
    ) {
        let mut told: Vec<Option<Told>> = self.who.iter().map(|_| None).collect();
        for schedule in schedules {
            let place = self
                .who
                .iter()
                .position(|who| schedule.is_of(&addresses[*who]));
            if let Some(place) = place {
                told[place] = Some(schedule.told(self.from, self.to));
            }
        }
        for (who, told) in self.who.iter().zip(told) {
            let Ok(seen) = &mut people[*who] else {
                continue;
            };
            match told.unwrap_or(Told::Nothing(Unseen::NoAccess)) {
                Told::Seen(more) => {
                    seen.times.extend(more.times);
                    seen.hours = seen.hours.take().or(more.hours);
                    seen.zone = seen.zone.take().or(more.zone);
                }
                Told::Nothing(why) => people[*who] = Err(why),
                Told::TooMuch if self.is_long() => jobs.extend(self.half_of_the_time(*who)),
                Told::TooMuch => people[*who] = Err(Unseen::TooMuch),
            }
        }
    }

    fn half_of_the_time(&self, who: usize) -> [Job; 2] {
        let step = VIEW_STEP.as_secs();
        let half = self.to.duration_since(self.from).as_secs() / 2 / step * step;
        let middle = self
            .from
            .saturating_add(SignedDuration::from_secs(half))
            .unwrap_or(self.to);
        [(self.from, middle), (middle, self.to)].map(|(from, to)| Job {
            who: vec![who],
            from,
            to,
        })
    }
}

/// A long time in parts that Microsoft takes, each beginning on a step of the availability view.
fn parts(from: Timestamp, to: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    let step = VIEW_STEP.as_secs();
    let at = move |second: i64| Timestamp::from_second(second).unwrap_or(to);
    let first = from.as_second().div_euclid(step) * step;
    let last = (to.as_second() + step - 1).div_euclid(step) * step;
    let mut begins = first;
    std::iter::from_fn(move || {
        (begins < last).then(|| {
            let ends = (begins + DAYS * 86_400).min(last);
            let part = (at(begins), at(ends));
            begins = ends;
            part
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_time_is_asked_in_parts_of_62_days_without_a_gap() {
        let moment = |text: &str| text.parse::<Timestamp>().expect("a moment");
        let parts: Vec<_> = parts(
            moment("2026-01-01T00:07:00Z"),
            moment("2026-04-11T00:01:00Z"),
        )
        .collect();
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0].0, moment("2026-01-01T00:00:00Z"));
        assert_eq!(parts[0].1, moment("2026-03-04T00:00:00Z"));
        assert_eq!(parts[1], (parts[0].1, moment("2026-04-11T00:15:00Z")));
    }
}
