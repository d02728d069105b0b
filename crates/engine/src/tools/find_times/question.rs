//! From arguments to a question that can be searched.

use domain::people::Address;
use domain::slots::Wanted;
use domain::time::{When, Zone};
use jiff::civil::{Time, Weekday};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::{Input, MOST_PEOPLE, Setting, input};
use crate::Error;

/// Minutes between possible starts.
const STEP: i64 = 15;
/// The longest window.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 366);

/// What is looked for, and when the window was said to begin.
pub(super) struct Question {
    pub(super) from: Timestamp,
    /// Its `from` is no earlier than the notice allows.
    pub(super) wanted: Wanted,
}

/// Who is to come besides the person: everybody once.
pub(super) struct People {
    pub(super) required: Vec<Address>,
    pub(super) optional: Vec<Address>,
}

impl People {
    /// The people of the arguments, without the person herself. Whoever is both must come.
    pub(super) fn of(input: &Input, own: Option<&Address>) -> Result<Self, Error> {
        let mut taken: Vec<String> = own.iter().map(|own| own.key()).collect();
        let mut once = |texts: &[String], field: &str| -> Result<Vec<Address>, Error> {
            let mut people = Vec::new();
            for (at, text) in texts.iter().enumerate() {
                let address = Address::parse(text).map_err(|_| not_an_address(field, at))?;
                if !taken.contains(&address.key()) {
                    taken.push(address.key());
                    people.push(address);
                }
            }
            Ok(people)
        };
        let people = Self {
            required: once(&input.attendees, "attendees")?,
            optional: once(&input.optional_attendees, "optional_attendees")?,
        };
        if people.all().count() > MOST_PEOPLE {
            return Err(Error::invalid(
                "too_many_attendees",
                "attendees",
                format!("attendees: at most {MOST_PEOPLE} in all."),
            ));
        }
        Ok(people)
    }

    /// Everybody, those who must come first.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Address, bool)> {
        let required = self.required.iter().map(|address| (address, true));
        required.chain(self.optional.iter().map(|address| (address, false)))
    }
}

impl Question {
    /// The question, on the clocks of the zone that is named or the person's.
    pub(super) fn of(input: &Input, setting: &Setting) -> Result<Self, Error> {
        let zone = match &input.zone {
            Some(name) => input::zone(name, "zone")?,
            None => setting.zone("zone")?.clone(),
        };
        let (from, to) = window(input, &zone, setting.now)?;
        let notice = SignedDuration::from_mins(i64::from(input.notice_minutes.unwrap_or(0)));
        let soonest = setting.now.saturating_add(notice).unwrap_or(from);
        let buffer = i64::from(input.buffer_minutes.unwrap_or(0));
        let busy = |word: &str| input.also_busy.iter().any(|text| is(text, word));
        let wanted = Wanted {
            from: from.max(soonest),
            to,
            zone,
            length: i64::from(input.duration_minutes),
            step: STEP,
            before: buffer,
            after: buffer,
            between: input.between.as_deref().map(part_of_day).transpose()?,
            days: weekdays(&input.days)?,
            tentative_blocks: busy("tentative"),
            elsewhere_blocks: busy("elsewhere"),
            outside_hours: input.outside_hours.unwrap_or(false),
        };
        Ok(Self { from, wanted })
    }
}

/// What is wrong with the arguments whoever asks.
pub(super) fn check(input: &Input) -> Result<(), Error> {
    // The zone of the person may not matter; UTC finds what is wrong in any zone.
    let zone = match &input.zone {
        Some(name) => input::zone(name, "zone")?,
        None => Zone::utc(),
    };
    for (field, text) in [("from", &input.from), ("to", &input.to)] {
        if let Some(text) = text {
            input::when(text, &zone, field)?;
        }
    }
    let unknown = |text: &&String| !is(text, "tentative") && !is(text, "elsewhere");
    if input.also_busy.iter().any(|text| unknown(&text)) {
        return Err(Error::invalid(
            "invalid_arguments",
            "also_busy",
            "also_busy: tentative, elsewhere, or both.",
        ));
    }
    weekdays(&input.days)?;
    input.between.as_deref().map(part_of_day).transpose()?;
    Ok(())
}

fn window(input: &Input, zone: &Zone, now: Timestamp) -> Result<(Timestamp, Timestamp), Error> {
    let start_of = |date, field| {
        zone.start_of(date)
            .map_err(|error| input::time_error(&error, field))
    };
    let read = |text: &Option<String>, field| {
        let text = text.as_deref();
        text.map(|text| input::when(text, zone, field)).transpose()
    };
    let from = match read(&input.from, "from")? {
        None => now,
        Some(When::Moment(moment)) => moment.timestamp(),
        Some(When::Day(day)) => start_of(day, "from")?,
    };
    let to = match read(&input.to, "to")? {
        None => {
            let end = zone.at(from.max(now)).checked_add(7.days());
            end.map_or(from, |end| end.timestamp())
        }
        Some(When::Moment(moment)) => moment.timestamp(),
        Some(When::Day(day)) => start_of(day.tomorrow().unwrap_or(day), "to")?,
    };
    if to <= from {
        return Err(Error::invalid(
            "ends_before_start",
            "to",
            "to: the window must end after it starts.",
        ));
    }
    if to <= now {
        return Err(Error::invalid(
            "window_in_the_past",
            "to",
            "to: the window is over. Check the date.",
        ));
    }
    if to.duration_since(from) > LONGEST {
        return Err(Error::invalid(
            "window_too_long",
            "to",
            "to: the window is at most 366 days.",
        ));
    }
    Ok((from, to))
}

/// `morning`, `afternoon`, or two times; `24:00` is midnight.
fn part_of_day(text: &str) -> Result<(Time, Time), Error> {
    let hour = |hour| Time::constant(hour, 0, 0, 0);
    if is(text, "morning") {
        return Ok((hour(6), hour(12)));
    }
    if is(text, "afternoon") {
        return Ok((hour(12), hour(18)));
    }
    let time = |text: &str| match text.trim() {
        "24:00" => Some(hour(0)),
        text if text.len() == 5 => text.parse::<Time>().ok(),
        _ => None,
    };
    text.split_once(['-', '\u{2013}'])
        .and_then(|(start, end)| Some((time(start)?, time(end)?)))
        .filter(|(start, end)| start != end)
        .ok_or_else(|| {
            Error::invalid(
                "invalid_arguments",
                "between",
                "between: morning, afternoon, or two different times such as 09:30-16:00.",
            )
        })
}

fn weekdays(texts: &[String]) -> Result<Vec<Weekday>, Error> {
    const NAMES: [(&str, Weekday); 7] = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    let weekday = |text: &String| {
        let text = text.trim().to_lowercase();
        let named = NAMES
            .iter()
            .find(|(name, _)| *name == text || (text.len() == 3 && name.starts_with(&text)));
        named.map(|(_, day)| *day).ok_or_else(|| {
            Error::invalid(
                "invalid_arguments",
                "days",
                "days: Mon, Tue, Wed, Thu, Fri, Sat, Sun.",
            )
        })
    };
    texts.iter().map(weekday).collect()
}

fn is(text: &str, word: &str) -> bool {
    text.trim().eq_ignore_ascii_case(word)
}

fn not_an_address(field: &str, at: usize) -> Error {
    let field = format!("{field}[{at}]");
    let message = format!(
        "{field}: a complete e-mail address or a handle of search_contacts is needed. Use search_contacts to find it."
    );
    Error::invalid("not_an_address", &field, message)
}
