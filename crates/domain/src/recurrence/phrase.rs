//! A series in plain words, English or German, in any order: `every second Tuesday of the month, 10 times`.
//!
//! Every word counts: one that is not understood, or that does not fit the others, refuses the whole.

mod ending;
mod vocabulary;

use std::num::NonZeroU32;

use jiff::civil::{Date, Weekday};

use super::weekdays::WEEK;
use super::{End, Month, MonthDay, Nth, Pattern, RecurrenceError, Weekdays};
use vocabulary::{Unit, Word};

/// Longer texts are not about a series.
const LONGEST: usize = 200;
/// What we say of a day that not every month has; it goes without saying.
const ASIDES: [&str; 2] = [
    "(in shorter months the last day)",
    "(in kürzeren monaten am letzten tag)",
];

/// A word and what it means.
#[derive(Debug, Clone, Copy)]
struct Token<'t> {
    text: &'t str,
    word: Word,
}

/// What was heard, before it is a pattern.
#[derive(Debug, Default)]
struct Heard {
    every: Option<(Unit, u32)>,
    days: Option<Weekdays>,
    nth: Option<(Nth, Weekdays)>,
    day: Option<MonthDay>,
    /// Whether that is the last day, whatever its number.
    last_day: bool,
    month: Option<Month>,
    first_day: Option<Weekday>,
}

/// Reads the words; what they leave out is as on the day of the first event.
pub(super) fn parse(text: &str, start: Date) -> Result<(Pattern, End), RecurrenceError> {
    if text.chars().count() > LONGEST {
        return Err(RecurrenceError::form("too many words"));
    }
    let mut text = text.to_lowercase();
    for aside in ASIDES {
        text = text.replace(aside, " ");
    }
    for before in ["working day", "business day"] {
        text = text.replace(before, "workday");
    }
    // A sentence may end with a full stop.
    let text = text.trim_end().trim_end_matches('.');
    // `Mon-Fri` is three words, `14-tägig` and `2027-03-31` are one.
    let parts = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')'));
    let parts = parts.flat_map(|part| match part.split_once(['-', '–', '—']) {
        Some((one, other)) if is_day(one) && is_day(other) => vec![one, "-", other],
        Some(_) | None => vec![part],
    });
    let mut tokens = Vec::new();
    for text in parts.filter(|part| !part.is_empty()) {
        let dated = text.len() == 10 || text.split('.').count() == 3;
        // A date is a word for itself; `ending` reads it.
        let word = match vocabulary::meaning(text) {
            None if dated && text.starts_with(|c: char| c.is_ascii_digit()) => Word::Date(0, 0),
            None => return Err(RecurrenceError::not_understood(text)),
            Some(word) => word,
        };
        tokens.push(Token { text, word });
    }
    let end = ending::take(&mut tokens, start)?;
    tokens.retain(|token| token.word != Word::Filler);
    if tokens.is_empty() {
        return Err(RecurrenceError::form("it does not say how it repeats"));
    }
    let heard = Heard::listen(&tokens)?;
    Ok((heard.pattern(start)?, end))
}

fn is_day(text: &str) -> bool {
    matches!(vocabulary::meaning(text), Some(Word::Days(_)))
}

impl Heard {
    fn listen(tokens: &[Token<'_>]) -> Result<Self, RecurrenceError> {
        let words: Vec<Word> = tokens.iter().map(|token| token.word).collect();
        let of_month = words.iter().any(|word| {
            matches!(
                word,
                Word::Unit(Unit::Month | Unit::Year)
                    | Word::Adverb(Unit::Month | Unit::Year, _)
                    | Word::Month(_)
            )
        });
        let mut heard = Self::default();
        let mut at = 0;
        while at < words.len() {
            let every = at > 0 && words[at - 1] == Word::Every;
            let taken = heard
                .hear(&words[at..], of_month, every)
                .ok_or_else(|| heard.refusal(&tokens[at..]))?;
            at += taken;
        }
        Ok(heard)
    }

    /// Why the next words do not fit.
    fn refusal(&self, tokens: &[Token<'_>]) -> RecurrenceError {
        match (tokens[0].word, tokens.get(1).map(|token| token.word)) {
            (Word::Ordinal(5..), Some(Word::Days(_))) => RecurrenceError::cannot_hold(
                "Outlook knows the first to fourth and the last such day of a month, no other",
            ),
            (Word::Ordinal(_) | Word::Last, Some(Word::Days(_))) if self.nth.is_some() => {
                RecurrenceError::cannot_hold(
                    "Outlook repeats on one day of the month; make one event for each day",
                )
            }
            (Word::Ordinal(_) | Word::Last, Some(Word::Days(_))) => RecurrenceError::form(
                "it does not say of which month; say for example \"the first Monday of every month\"",
            ),
            (Word::Ordinal(_) | Word::Number(_), _) if self.day.is_some() => {
                RecurrenceError::cannot_hold(
                    "Outlook repeats on one day of the month; make one event for each day",
                )
            }
            (_, _) => RecurrenceError::not_understood(tokens[0].text),
        }
    }

    /// Takes the next word, and those that belong to it; says how many, or that they do not fit.
    fn hear(&mut self, words: &[Word], of_month: bool, every: bool) -> Option<usize> {
        match *words {
            [Word::Every | Word::Of, ..] => Some(1),
            [Word::From, Word::Days(_), Word::Through, Word::Days(_), ..] => Some(1),
            [Word::Unit(Unit::Week), Word::From, Word::Days(day), ..] => {
                self.first_day = Some(day.iter().next()?);
                Some(3)
            }
            [Word::Unit(Unit::Day), Word::Number(day), ..] if of_month => {
                self.day_of_month(day).map(|()| 2)
            }
            [Word::Unit(unit), ..] => self.every(unit, 1).map(|()| 1),
            [Word::Adverb(unit, interval), ..] => self.every(unit, interval).map(|()| 1),
            [Word::Number(day), Word::Month(month), ..]
            | [Word::Ordinal(day), Word::Month(month), ..]
            | [Word::Ordinal(day), Word::Of, Word::Month(month), ..]
            | [Word::Month(month), Word::Number(day), ..]
            | [Word::Month(month), Word::Ordinal(day), ..] => {
                self.month(month)?;
                let of = usize::from(words[1] == Word::Of);
                self.day_of_month(day).map(|()| 2 + of)
            }
            [Word::Number(interval), Word::Unit(unit), ..] => {
                self.every(unit, interval).map(|()| 2)
            }
            [Word::Number(day), ..] if of_month => self.day_of_month(day).map(|()| 1),
            [Word::Date(day, month), ..] => {
                self.month(month)?;
                self.day_of_month(u32::try_from(day).ok()?).map(|()| 1)
            }
            [Word::Month(month), ..] => self.month(month).map(|()| 1),
            [Word::Days(from), Word::Through, Word::Days(to), ..] => {
                self.add_days(range(from, to)?);
                Some(3)
            }
            [Word::Days(days), ..] => {
                self.add_days(days);
                Some(1)
            }
            [Word::Ordinal(_) | Word::Last, Word::Unit(Unit::Day), ..] if of_month => {
                let day = match words[0] {
                    Word::Ordinal(number) => number,
                    _ => 31,
                };
                self.last_day = words[0] == Word::Last;
                self.day_of_month(day).map(|()| 2)
            }
            [Word::Ordinal(interval), Word::Unit(unit), ..] => {
                self.every(unit, interval).map(|()| 2)
            }
            [Word::Ordinal(_) | Word::Last, Word::Days(_), ..] if of_month => self.hear_nth(words),
            // Every second Tuesday is every other one; the second Tuesday alone is of something unsaid.
            [Word::Ordinal(interval), Word::Days(days), ..] if every => {
                self.add_days(days);
                self.every(Unit::Week, interval).map(|()| 2)
            }
            [Word::Ordinal(day), ..] if of_month => self.day_of_month(day).map(|()| 1),
            _ => None,
        }
    }

    /// `first Monday`, `last Saturday or Sunday`.
    fn hear_nth(&mut self, words: &[Word]) -> Option<usize> {
        let nth = match words[0] {
            Word::Ordinal(number) => Nth::of(i32::try_from(number).ok()?)?,
            _ => Nth::Last,
        };
        let named: Vec<Weekdays> = words[1..]
            .iter()
            .map_while(|word| match word {
                Word::Days(days) => Some(*days),
                _ => None,
            })
            .collect();
        let days = named.iter().copied().reduce(Weekdays::and)?;
        self.nth
            .replace((nth, days))
            .is_none()
            .then_some(1 + named.len())
    }

    fn every(&mut self, unit: Unit, interval: u32) -> Option<()> {
        self.every = match self.every {
            None => Some((unit, interval)),
            // `on the 15th of every month` says month twice.
            Some((before, one)) if before == unit && (one == 1 || interval == 1) => {
                Some((unit, one.max(interval)))
            }
            Some(_) => return None,
        };
        Some(())
    }

    fn day_of_month(&mut self, number: u32) -> Option<()> {
        let day = MonthDay::new(i8::try_from(number).ok()?)?;
        self.day.replace(day).is_none().then_some(())
    }

    fn month(&mut self, number: i8) -> Option<()> {
        let month = Month::new(number)?;
        self.month.replace(month).is_none().then_some(())
    }

    fn add_days(&mut self, days: Weekdays) {
        self.days = Some(self.days.map_or(days, |before| before.and(days)));
    }

    fn pattern(&self, start: Date) -> Result<Pattern, RecurrenceError> {
        let of_month = self.nth.is_some() || self.day.is_some() || self.month.is_some();
        let (unit, interval) = match self.every {
            Some(every) => every,
            None if self.month.is_some() => (Unit::Year, 1),
            None if of_month => (Unit::Month, 1),
            None => (Unit::Week, 1),
        };
        let interval = NonZeroU32::new(interval)
            .ok_or_else(|| RecurrenceError::form("every how many must be at least 1"))?;
        let clash = || RecurrenceError::form("its parts do not fit each other");
        match unit {
            Unit::Day if of_month => Err(clash()),
            Unit::Day if self.days.is_some() => Err(RecurrenceError::cannot_hold(
                "Outlook has no weekdays in a series of every so many days; say every week and the weekdays",
            )),
            Unit::Day => Ok(Pattern::Daily { interval }),
            Unit::Week if of_month => Err(clash()),
            Unit::Week => Ok(Pattern::Weekly {
                interval,
                days: self.days.unwrap_or(Weekdays::only(start.weekday())),
                first_day: self.first_day.unwrap_or(Weekday::Monday),
            }),
            Unit::Month | Unit::Year if self.days.is_some() => Err(RecurrenceError::form(
                "it does not say the how manieth weekday of the month; say for example \"the first Monday of every month\"",
            )),
            Unit::Month if self.month.is_some() => Err(clash()),
            Unit::Month => match (self.nth, self.day) {
                (Some((nth, days)), None) => Ok(Pattern::RelativeMonthly {
                    interval,
                    nth,
                    days,
                }),
                (None, day) => Ok(Pattern::AbsoluteMonthly {
                    interval,
                    day: day.unwrap_or(day_of(start)),
                }),
                (Some(_), Some(_)) => Err(clash()),
            },
            Unit::Year => match (self.month, self.nth, self.day) {
                (Some(month), Some((nth, days)), None) => Ok(Pattern::RelativeYearly {
                    interval,
                    month,
                    nth,
                    days,
                }),
                (Some(month), None, Some(day)) => {
                    let longest = MonthDay::new(month.longest()).expect("a month ends with a day");
                    let day = if self.last_day { longest } else { day };
                    Ok(Pattern::AbsoluteYearly {
                        interval,
                        month,
                        day,
                    })
                }
                (None, None, None) => Ok(Pattern::AbsoluteYearly {
                    interval,
                    month: Month::new(start.month()).expect("a date has a month"),
                    day: day_of(start),
                }),
                (_, _, _) => Err(RecurrenceError::form(
                    "a yearly series needs its month and the day in it",
                )),
            },
        }
    }
}

fn day_of(start: Date) -> MonthDay {
    MonthDay::new(start.day()).expect("a date has a day")
}

/// Monday to Friday; over the end of the week too.
fn range(from: Weekdays, to: Weekdays) -> Option<Weekdays> {
    let (first, last) = (from.iter().next()?, to.iter().next()?);
    let length = usize::from(last.since(first).unsigned_abs());
    let begin = usize::from(first.to_monday_zero_offset().unsigned_abs());
    Weekdays::of((begin..=begin + length).map(|at| WEEK[at % 7]))
}
