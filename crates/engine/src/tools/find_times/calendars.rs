//! Whose calendars can be seen, and what is in them.

use domain::calendar::Span;
use domain::people::Address;
use domain::slots::{Busy, Hours, Participant};
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use microsoft::graph::{BusyTime, Seen, Unseen};

use super::question::{People, Question};
use super::{Context, Failure};

/// Everybody's times, as far as they can be seen. The person is the first of them.
pub(super) struct Calendars {
    /// For the search.
    pub(super) participants: Vec<Participant>,
    /// Who they are, in the same order.
    pub(super) who: Vec<Who>,
    /// Who is not among them, and why.
    pub(super) unseen: Vec<(Address, Unseen)>,
    /// Whether usual working hours stand in for the person's own, which nobody knows.
    pub(super) assumed: bool,
    /// Up to when the person's own calendar is known, if it holds more than is read.
    pub(super) until: Option<Timestamp>,
}

/// Somebody whose calendar can be seen.
pub(super) struct Who {
    /// `None` for the person when her address is not known.
    pub(super) address: Option<Address>,
    /// The zone of the working hours.
    pub(super) zone: Option<TimeZone>,
    /// Whether the mailbox tells working hours.
    pub(super) tells_hours: bool,
}

impl Calendars {
    /// Asks Microsoft for all of them.
    ///
    /// The person's own times come from her calendar itself, which knows what she declined and what was cancelled; her
    /// working hours, and everything of the others, from their schedules.
    pub(super) async fn read(
        context: &Context<'_>,
        question: &Question,
        people: &People,
    ) -> Result<Self, Failure> {
        let wanted = &question.wanted;
        let own = context.setting.address.as_ref();
        let addresses: Vec<Address> = own
            .into_iter()
            .chain(people.all().map(|(address, _)| address))
            .cloned()
            .collect();
        // Whole days are those of each one's own clocks, which may begin most of a day before ours or after.
        let margin = SignedDuration::from_hours(24) + SignedDuration::from_mins(wanted.before);
        let (from, to) = (
            wanted.from.saturating_sub(margin).unwrap_or(wanted.from),
            wanted.to.saturating_add(margin).unwrap_or(wanted.to),
        );
        let (mine, schedules) = tokio::try_join!(
            context.graph.own_times(from, to),
            context.graph.schedules(&addresses, from, to)
        )?;
        let mut schedules = schedules.into_iter();
        let me = own.and_then(|_| schedules.next()).and_then(Result::ok);
        let own_hours = Seen {
            times: mine.times,
            hours: me.as_ref().and_then(|me| me.hours.clone()),
            zone: me.and_then(|me| me.zone),
        };
        let mut calendars = Self {
            participants: Vec::new(),
            who: Vec::new(),
            unseen: Vec::new(),
            assumed: own_hours.hours.is_none() && wanted.between.is_none() && !wanted.outside_hours,
            until: mine.until,
        };
        calendars.add(own.cloned(), true, own_hours, wanted.zone.zone());
        if calendars.assumed {
            calendars.participants[0].hours = Some(usual(wanted.zone.zone()));
        }
        for ((address, required), schedule) in people.all().zip(schedules) {
            match schedule {
                Ok(seen) => {
                    calendars.add(Some(address.clone()), required, seen, wanted.zone.zone());
                }
                Err(why) => calendars.unseen.push((address.clone(), why)),
            }
        }
        Ok(calendars)
    }

    /// Takes somebody in; whole days are on their clocks, or on ours while nobody knows theirs.
    fn add(&mut self, address: Option<Address>, required: bool, seen: Seen, ours: &TimeZone) {
        let Seen { times, hours, zone } = seen;
        let clocks = zone.as_ref().unwrap_or(ours);
        self.participants.push(Participant {
            required,
            busy: times.iter().filter_map(|time| busy(time, clocks)).collect(),
            hours: hours.clone(),
        });
        self.who.push(Who {
            address,
            zone,
            tells_hours: hours.is_some(),
        });
    }

    /// What answers call somebody.
    pub(super) fn name(&self, who: usize) -> &str {
        let address = self.who.get(who).and_then(|who| who.address.as_ref());
        address.map_or("the person", Address::as_str)
    }
}

fn busy(time: &BusyTime, clocks: &TimeZone) -> Option<Busy> {
    let (start, end) = match time.span {
        Span::Timed { start, end } => (start, end),
        Span::Days { first, last } => {
            let midnight = |date: jiff::civil::Date| {
                let start = date.to_zoned(clocks.clone()).ok()?;
                Some(start.timestamp())
            };
            (midnight(first)?, midnight(last.checked_add(1.day()).ok()?)?)
        }
    };
    Some(Busy {
        start,
        end,
        shows: time.shows,
    })
}

/// What Outlook sets unless somebody says otherwise.
fn usual(zone: &TimeZone) -> Hours {
    Hours {
        days: vec![
            Weekday::Monday,
            Weekday::Tuesday,
            Weekday::Wednesday,
            Weekday::Thursday,
            Weekday::Friday,
        ],
        start: Time::constant(8, 0, 0, 0),
        end: Time::constant(17, 0, 0, 0),
        zone: zone.clone(),
    }
}
