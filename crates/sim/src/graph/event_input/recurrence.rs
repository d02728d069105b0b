//! Reading a `patternedRecurrence`.

use jiff::civil::{Date, Weekday};
use serde_json::Value;

use super::{invalid_property, list, member, number, one_of};
use crate::graph::error::GraphError;
use crate::mailbox::event::Event;
use crate::mailbox::recurrence::{End, Pattern, Range, Recurrence, Repeat};
use crate::zones::Zone;

/// Exchange's calendar ends in this year.
const LAST_YEAR: i16 = 4_500;
const KINDS: &[&str] = &[
    "daily",
    "weekly",
    "absoluteMonthly",
    "relativeMonthly",
    "absoluteYearly",
    "relativeYearly",
];
const DAYS: &[&str] = &[
    "sunday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
];
const INDEX: &[&str] = &["first", "second", "third", "fourth", "last"];

/// Reads the pattern and the range for an event that has its times already.
pub(super) fn read(value: &Value, event: &Event) -> Result<Recurrence, GraphError> {
    let pattern = pattern(member(value, "pattern").ok_or_else(invalid_property)?)?;
    let range_value = member(value, "range").ok_or_else(invalid_property)?;
    let zone_name = member(range_value, "recurrencetimezone")
        .and_then(Value::as_str)
        .filter(|name| !name.is_empty());
    let zone = match zone_name {
        Some(name) => Zone::named(name).ok_or_else(|| GraphError::unsupported_zone(name))?,
        None => event.start.zone().clone(),
    };
    let range = range(range_value)?;
    if range.start != event.start.wall().date() {
        return Err(invalid_property());
    }
    let recurrence = Recurrence {
        pattern,
        range,
        zone,
    };
    check(&recurrence)?;
    Ok(recurrence)
}

/// A series has at least one occurrence.
pub(super) fn check(recurrence: &Recurrence) -> Result<(), GraphError> {
    if recurrence.first().is_some() {
        return Ok(());
    }
    let message = "The recurrence has no occurrences in the specified range.";
    Err(GraphError::new(
        400,
        "ErrorRecurrenceHasNoOccurrence",
        message,
    ))
}

/// Fields that do not apply are ignored, but their values are checked all the same.
fn pattern(value: &Value) -> Result<Pattern, GraphError> {
    let kind_name = one_of(member(value, "type").ok_or_else(invalid_property)?, KINDS)?;
    let kind = Repeat::ALL
        .into_iter()
        .find(|kind| kind.name() == kind_name)
        .ok_or_else(invalid_property)?;
    let whole = |name: &str, otherwise: i64| {
        member(value, name)
            .filter(|value| !value.is_null())
            .map_or(Ok(otherwise), number)
    };
    let interval = i32::try_from(whole("interval", 1)?)
        .ok()
        .filter(|interval| *interval >= 1);
    let day_of_month = i8::try_from(whole("dayofmonth", 0)?)
        .ok()
        .filter(|day| (0..=31).contains(day));
    let month = i8::try_from(whole("month", 0)?)
        .ok()
        .filter(|month| (0..=12).contains(month));
    let days = match member(value, "daysofweek") {
        Some(days) => list(days)?
            .iter()
            .map(weekday)
            .collect::<Result<Vec<_>, _>>()?,
        None => Vec::new(),
    };
    let first_day = member(value, "firstdayofweek")
        .filter(|day| !day.is_null())
        .map_or(Ok(Weekday::Sunday), weekday)?;
    let index = member(value, "index")
        .filter(|index| !index.is_null())
        .map_or(Ok("first"), |index| one_of(index, INDEX))?;
    let pattern = Pattern {
        kind,
        interval: interval.ok_or_else(invalid_property)?,
        days,
        first_day,
        day_of_month: day_of_month.ok_or_else(invalid_property)?,
        month: month.ok_or_else(invalid_property)?,
        index,
    };
    let needs_days = matches!(
        kind,
        Repeat::Weekly | Repeat::RelativeMonthly | Repeat::RelativeYearly
    );
    let needs_day = matches!(kind, Repeat::AbsoluteMonthly | Repeat::AbsoluteYearly);
    let needs_month = matches!(kind, Repeat::AbsoluteYearly | Repeat::RelativeYearly);
    let lacking = (needs_days && pattern.days.is_empty())
        || (needs_day && pattern.day_of_month == 0)
        || (needs_month && pattern.month == 0);
    if lacking {
        Err(invalid_property())
    } else {
        Ok(pattern)
    }
}

fn range(value: &Value) -> Result<Range, GraphError> {
    let date = |name: &str| -> Result<Date, GraphError> {
        let text = member(value, name)
            .and_then(Value::as_str)
            .ok_or_else(invalid_property)?;
        text.parse().map_err(|_| invalid_property())
    };
    let start = date("startdate")?;
    let kind = one_of(
        member(value, "type").ok_or_else(invalid_property)?,
        &["endDate", "noEnd", "numbered"],
    )?;
    // The fields of the other kinds of range are looked at all the same.
    let count = member(value, "numberofoccurrences")
        .filter(|count| !count.is_null())
        .map_or(Ok(0), number)?;
    let count = u32::try_from(count).map_err(|_| invalid_property())?;
    let last = member(value, "enddate")
        .filter(|date| !date.is_null())
        .map(|_| date("enddate"))
        .transpose()?;
    if last.is_some_and(|last| last.year() > LAST_YEAR) {
        let message = "The end date of the recurrence is too big.";
        return Err(GraphError::new(
            400,
            "ErrorRecurrenceEndDateTooBig",
            message,
        ));
    }
    let end = match (kind, last) {
        ("noEnd", _) => End::Never,
        ("numbered", _) if count > 0 => End::After(count),
        ("endDate", Some(last)) => End::On(last),
        _ => return Err(invalid_property()),
    };
    if let End::On(last) = end
        && last < start
    {
        return Err(invalid_property());
    }
    Ok(Range { start, end })
}

fn weekday(value: &Value) -> Result<Weekday, GraphError> {
    Ok(match one_of(value, DAYS)? {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        _ => Weekday::Sunday,
    })
}
