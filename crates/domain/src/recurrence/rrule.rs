//! RRULE of RFC 5545, as far as Outlook can hold what it says. What it cannot hold is refused with what to say instead.

use std::num::NonZeroU32;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::{Timestamp, tz::TimeZone};

use super::weekdays::WEEK;
use super::{End, Month, MonthDay, Nth, Pattern, Recurrence, RecurrenceError, Weekdays};
use crate::time::Zone;

const CODES: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// The parts of a rule, each at most once.
#[derive(Default)]
struct Parts {
    freq: Option<String>,
    interval: Option<NonZeroU32>,
    month: Option<Month>,
    month_days: Vec<i8>,
    days: Vec<(Option<i32>, Weekday)>,
    position: Option<i32>,
    first_day: Option<Weekday>,
    count: Option<NonZeroU32>,
    until: Option<String>,
}

/// Reads a rule whose first event is at this wall time of this zone.
pub(super) fn parse(
    text: &str,
    start: DateTime,
    zone: &Zone,
) -> Result<(Pattern, End), RecurrenceError> {
    let text = text.trim().to_ascii_uppercase();
    let text = text.strip_prefix("RRULE:").unwrap_or(&text);
    let mut parts = Parts::default();
    let mut seen = Vec::new();
    for part in text.split(';').filter(|part| !part.is_empty()) {
        let (name, value) = part
            .split_once('=')
            .ok_or_else(|| RecurrenceError::not_understood(part))?;
        if seen.contains(&name) {
            return Err(RecurrenceError::form(format_args!("{name} is given twice")));
        }
        seen.push(name);
        parts.take(name, value)?;
    }
    let end = parts.end(start, zone)?;
    Ok((parts.pattern(start.date())?, end))
}

impl Parts {
    fn take(&mut self, name: &str, value: &str) -> Result<(), RecurrenceError> {
        let wrong = || RecurrenceError::not_understood(&format!("{name}={value}"));
        match name {
            "FREQ" => self.freq = Some(value.to_owned()),
            "INTERVAL" => self.interval = Some(value.parse().map_err(|_| wrong())?),
            "COUNT" => self.count = Some(value.parse().map_err(|_| wrong())?),
            "UNTIL" => self.until = Some(value.to_owned()),
            "WKST" => self.first_day = Some(weekday(value).ok_or_else(wrong)?),
            "BYSETPOS" => self.position = Some(value.parse().map_err(|_| wrong())?),
            "BYMONTH" if value.contains(',') => {
                return Err(RecurrenceError::cannot_hold(
                    "Outlook repeats in one month of the year or in all; make one event for each month",
                ));
            }
            "BYMONTH" => {
                let month = value.parse().ok().and_then(Month::new);
                self.month = Some(month.ok_or_else(wrong)?);
            }
            "BYMONTHDAY" => {
                for number in value.split(',') {
                    self.month_days.push(number.parse().map_err(|_| wrong())?);
                }
            }
            "BYDAY" => {
                for day in value.split(',') {
                    let code = day.get(day.len().saturating_sub(2)..).ok_or_else(wrong)?;
                    let number = Some(&day[..day.len() - code.len()]).filter(|n| !n.is_empty());
                    let number = number.map(|n| n.parse().map_err(|_| wrong())).transpose()?;
                    self.days.push((number, weekday(code).ok_or_else(wrong)?));
                }
            }
            "BYYEARDAY" | "BYWEEKNO" | "BYHOUR" | "BYMINUTE" | "BYSECOND" => {
                return Err(RecurrenceError::cannot_hold(format!(
                    "Outlook has no {name}; say it by weekdays, by the day of the month, and by start"
                )));
            }
            _ => return Err(wrong()),
        }
        Ok(())
    }

    fn end(&self, start: DateTime, zone: &Zone) -> Result<End, RecurrenceError> {
        match (self.count, &self.until) {
            (None, None) => Ok(End::Never),
            (Some(count), None) => Ok(End::After(count)),
            (None, Some(until)) => last_day(until, start, zone)
                .map(End::On)
                .ok_or_else(|| RecurrenceError::not_understood(&format!("UNTIL={until}"))),
            (Some(_), Some(_)) => Err(RecurrenceError::form("COUNT and UNTIL exclude each other")),
        }
    }

    fn pattern(&self, start: Date) -> Result<Pattern, RecurrenceError> {
        let interval = self.interval.unwrap_or(NonZeroU32::MIN);
        let by_month = self.month.is_some() || !self.month_days.is_empty();
        match self.freq.as_deref() {
            Some("DAILY") if by_month || self.position.is_some() => {
                Err(RecurrenceError::cannot_hold(
                    "Outlook's daily series has only an interval; use FREQ=MONTHLY or FREQ=YEARLY",
                ))
            }
            Some("DAILY") if self.days.is_empty() => Ok(Pattern::Daily { interval }),
            Some("DAILY") if interval.get() > 1 => Err(RecurrenceError::cannot_hold(
                "Outlook has no weekdays in a series of every so many days; use FREQ=WEEKLY with BYDAY",
            )),
            Some("WEEKLY") if by_month || self.position.is_some() => {
                Err(RecurrenceError::cannot_hold(
                    "Outlook's weekly series has only weekdays; use FREQ=MONTHLY or FREQ=YEARLY",
                ))
            }
            Some("DAILY" | "WEEKLY") => Ok(Pattern::Weekly {
                interval,
                days: self
                    .plain_days()?
                    .unwrap_or(Weekdays::only(start.weekday())),
                first_day: self.first_day.unwrap_or(Weekday::Monday),
            }),
            Some("MONTHLY") if self.month.is_some() => Err(RecurrenceError::cannot_hold(
                "Outlook has no months in a monthly series; use FREQ=YEARLY with BYMONTH",
            )),
            Some("MONTHLY") => Ok(match self.day_of_month(start)? {
                Of::Number(day) => Pattern::AbsoluteMonthly { interval, day },
                Of::Weekday(nth, days) => Pattern::RelativeMonthly {
                    interval,
                    nth,
                    days,
                },
            }),
            Some("YEARLY") => {
                if self.month.is_none() && (!self.days.is_empty() || !self.month_days.is_empty()) {
                    return Err(RecurrenceError::cannot_hold(
                        "Outlook's yearly series is in one month; add BYMONTH, or use FREQ=MONTHLY",
                    ));
                }
                let of_start = || Month::new(start.month()).expect("a date has a month");
                let month = self.month.unwrap_or_else(of_start);
                Ok(match self.day_of_month(start)? {
                    Of::Number(MonthDay::LAST) => {
                        let day = MonthDay::new(month.longest()).expect("a month ends with a day");
                        Pattern::AbsoluteYearly {
                            interval,
                            month,
                            day,
                        }
                    }
                    Of::Number(day) => Pattern::AbsoluteYearly {
                        interval,
                        month,
                        day,
                    },
                    Of::Weekday(nth, days) => Pattern::RelativeYearly {
                        interval,
                        month,
                        nth,
                        days,
                    },
                })
            }
            Some("HOURLY" | "MINUTELY" | "SECONDLY") => Err(RecurrenceError::cannot_hold(
                "Outlook repeats daily at the most; make one series for each time of day",
            )),
            Some(other) => Err(RecurrenceError::not_understood(&format!("FREQ={other}"))),
            None => Err(RecurrenceError::form("FREQ is missing")),
        }
    }

    /// Weekdays without numbers.
    fn plain_days(&self) -> Result<Option<Weekdays>, RecurrenceError> {
        if self.days.iter().any(|(number, _)| number.is_some()) {
            return Err(RecurrenceError::cannot_hold(
                "a weekday with a number needs FREQ=MONTHLY, or FREQ=YEARLY with BYMONTH",
            ));
        }
        Ok(Weekdays::of(self.days.iter().map(|(_, day)| *day)))
    }

    /// The one day of the month.
    fn day_of_month(&self, start: Date) -> Result<Of, RecurrenceError> {
        let one_only = || {
            RecurrenceError::cannot_hold(
                "Outlook repeats on one day of the month; make one event for each day",
            )
        };
        match (self.month_days.as_slice(), self.days.as_slice()) {
            ([], []) if self.position.is_none() => Ok(Of::Number(
                MonthDay::new(start.day()).expect("a date has a day"),
            )),
            ([-1], []) if self.position.is_none_or(|at| at == 1 || at == -1) => {
                Ok(Of::Number(MonthDay::LAST))
            }
            ([number], []) if self.position.is_none() => MonthDay::new(*number)
                .map(Of::Number)
                .ok_or_else(|| {
                    RecurrenceError::cannot_hold(
                        "Outlook counts days from the first of the month; only the last one (BYMONTHDAY=-1) is counted from its end",
                    )
                }),
            // What Outlook makes of a day that not every month has.
            ([28, .., last], []) if self.position == Some(-1) && follows(&self.month_days) => {
                MonthDay::new(*last).map(Of::Number).ok_or_else(one_only)
            }
            (_, []) => Err(one_only()),
            ([], [(Some(number), day)]) if self.position.is_none() => {
                Ok(Of::Weekday(nth(*number)?, Weekdays::only(*day)))
            }
            ([], days) => match (self.position, self.plain_days()) {
                (Some(position), Ok(Some(days))) => Ok(Of::Weekday(nth(position)?, days)),
                (None, Ok(Some(_))) => Err(RecurrenceError::cannot_hold(
                    "every such weekday of a month is a weekly series: FREQ=WEEKLY with BYDAY; one of them has a number, such as BYDAY=2TU",
                )),
                (_, _) if days.len() > 1 => Err(one_only()),
                (_, _) => Err(RecurrenceError::form("BYSETPOS does not go with a numbered weekday")),
            },
            (_, _) => Err(RecurrenceError::cannot_hold(
                "Outlook goes by the day of the month or by the weekday, not by both",
            )),
        }
    }
}

/// A day of a month, by its number or by its weekday.
enum Of {
    Number(MonthDay),
    Weekday(Nth, Weekdays),
}

fn follows(numbers: &[i8]) -> bool {
    numbers.windows(2).all(|pair| pair[1] == pair[0] + 1)
}

fn nth(number: i32) -> Result<Nth, RecurrenceError> {
    Nth::of(number).ok_or_else(|| {
        RecurrenceError::cannot_hold(
            "Outlook knows the first to fourth and the last (-1) such day of a month, no other",
        )
    })
}

fn weekday(code: &str) -> Option<Weekday> {
    let at = CODES.iter().position(|other| *other == code)?;
    Some(WEEK[at])
}

/// `UNTIL`: a date, a wall time, or a moment in UTC; the last event may start then.
fn last_day(until: &str, start: DateTime, zone: &Zone) -> Option<Date> {
    if until.len() == 8 {
        return Date::strptime("%Y%m%d", until).ok();
    }
    let wall = match until.strip_suffix('Z') {
        Some(utc) => {
            let moment: Timestamp = DateTime::strptime("%Y%m%dT%H%M%S", utc)
                .ok()?
                .to_zoned(TimeZone::UTC)
                .ok()?
                .timestamp();
            zone.at(moment).datetime()
        }
        None => DateTime::strptime("%Y%m%dT%H%M%S", until).ok()?,
    };
    if wall.time() < start.time() {
        wall.date().yesterday().ok()
    } else {
        Some(wall.date())
    }
}

/// The rule of a series. A day that not every month has is written so that RFC 5545 means what Outlook does.
pub(super) fn write(series: &Recurrence) -> String {
    let mut rule = String::new();
    let mut add = |name: &str, value: &str| {
        let gap = if rule.is_empty() { "" } else { ";" };
        rule.push_str(&format!("{gap}{name}={value}"));
    };
    let freq = match series.pattern {
        Pattern::Daily { .. } => "DAILY",
        Pattern::Weekly { .. } => "WEEKLY",
        Pattern::AbsoluteMonthly { .. } | Pattern::RelativeMonthly { .. } => "MONTHLY",
        Pattern::AbsoluteYearly { .. } | Pattern::RelativeYearly { .. } => "YEARLY",
    };
    add("FREQ", freq);
    if series.interval() > 1 {
        add("INTERVAL", &series.interval().to_string());
    }
    match series.pattern {
        Pattern::Daily { .. } => {}
        Pattern::Weekly {
            days, first_day, ..
        } => {
            add("BYDAY", &codes(days));
            if first_day != Weekday::Monday {
                add("WKST", code(first_day));
            }
        }
        Pattern::AbsoluteMonthly { day, .. } => write_day(&mut add, day, 31),
        Pattern::AbsoluteYearly { month, day, .. } => {
            add("BYMONTH", &month.number().to_string());
            write_day(&mut add, day, month.longest());
        }
        Pattern::RelativeMonthly { nth, days, .. } => write_nth(&mut add, nth, days),
        Pattern::RelativeYearly {
            month, nth, days, ..
        } => {
            add("BYMONTH", &month.number().to_string());
            write_nth(&mut add, nth, days);
        }
    }
    match series.end {
        End::Never => {}
        End::On(last) => add("UNTIL", &last.strftime("%Y%m%d").to_string()),
        End::After(count) => add("COUNT", &count.to_string()),
    }
    rule
}

/// `longest` is the number of the last day the month can have; only February's and the shorter months' days are missing.
fn write_day(add: &mut impl FnMut(&str, &str), day: MonthDay, longest: i8) {
    match day.number() {
        29 if longest == 29 => add("BYMONTHDAY", "-1"),
        31 if longest == 31 => add("BYMONTHDAY", "-1"),
        29 | 30 if longest == 31 => {
            let days: Vec<String> = (28..=day.number()).map(|day| day.to_string()).collect();
            add("BYMONTHDAY", &days.join(","));
            add("BYSETPOS", "-1");
        }
        number => add("BYMONTHDAY", &number.to_string()),
    }
}

fn write_nth(add: &mut impl FnMut(&str, &str), nth: Nth, days: Weekdays) {
    if days.count() == 1 {
        add("BYDAY", &format!("{}{}", nth.number(), codes(days)));
    } else {
        add("BYDAY", &codes(days));
        add("BYSETPOS", &nth.number().to_string());
    }
}

fn code(day: Weekday) -> &'static str {
    CODES[usize::from(day.to_monday_zero_offset().unsigned_abs())]
}

fn codes(days: Weekdays) -> String {
    days.iter().map(code).collect::<Vec<_>>().join(",")
}
