//! When a series ends, in words: `until 2027-03-31`, `bis 31. März 2027`, `10 times`, `for 6 weeks`.

use std::num::NonZeroU32;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::super::{End, RecurrenceError};
use super::Token;
use super::vocabulary::{Unit, Word};

/// Takes the end out of the words, if they say one.
pub(super) fn take(tokens: &mut Vec<Token<'_>>, start: Date) -> Result<End, RecurrenceError> {
    let mut end = End::Never;
    let mut at = 0;
    while at < tokens.len() {
        match found(tokens, at, start)? {
            Some(_) if end != End::Never => {
                return Err(RecurrenceError::form("it ends twice; say one end"));
            }
            Some((which, from, length)) => {
                tokens.drain(from..from + length);
                end = which;
                at = from;
            }
            None => at += 1,
        }
    }
    Ok(end)
}

/// The end that is said at this word: with the place and the number of the words that say it.
fn found(
    tokens: &[Token<'_>],
    at: usize,
    start: Date,
) -> Result<Option<(End, usize, usize)>, RecurrenceError> {
    let word = |at: usize| tokens.get(at).map(|token| token.word);
    match tokens[at].word {
        // From one weekday to another.
        Word::Through if matches!(word(at + 1), Some(Word::Days(_))) => Ok(None),
        Word::Through | Word::Until => {
            let first = (at + 1..tokens.len())
                .find(|at| !matches!(word(*at), Some(Word::Filler | Word::Until | Word::Through)));
            let Some(first) = first else {
                return Err(RecurrenceError::form("the day it ends is missing"));
            };
            if let Some((end, _, length)) = counted(tokens, first)? {
                return Ok(Some((end, at, first + length - at)));
            }
            let (last, length) = date(&tokens[first..]).ok_or_else(|| {
                let said = tokens[first].text;
                RecurrenceError::form(format_args!(
                    "\"{}\" is not a day with its year; write until 2027-03-31",
                    crate::text::one_line(said, 30)
                ))
            })?;
            Ok(Some((End::On(last), at, first + length - at)))
        }
        Word::For => match (word(at + 1), word(at + 2)) {
            (Some(Word::Number(count)), Some(Word::Unit(unit))) => {
                Ok(Some((End::On(after(start, count, unit)?), at, 3)))
            }
            (_, _) => match counted(tokens, at + 1)? {
                Some((end, _, length)) => Ok(Some((end, at, length + 1))),
                None => Err(RecurrenceError::not_understood(tokens[at].text)),
            },
        },
        Word::Number(count) => match (word(at + 1), word(at + 2)) {
            (Some(Word::Unit(unit)), Some(Word::Long)) => {
                Ok(Some((End::On(after(start, count, unit)?), at, 3)))
            }
            (_, _) => counted(tokens, at),
        },
        _ => counted(tokens, at),
    }
}

/// `10 times`, `10x`, if that is what is said here.
fn counted(
    tokens: &[Token<'_>],
    at: usize,
) -> Result<Option<(End, usize, usize)>, RecurrenceError> {
    let word = |at: usize| tokens.get(at).map(|token| token.word);
    let (count, length) = match (word(at), word(at + 1)) {
        (Some(Word::NumberOfTimes(count)), _) => (count, 1),
        (Some(Word::Number(count)), Some(Word::Times)) => (count, 2),
        (_, _) => return Ok(None),
    };
    let mut rest = tokens[at + length..].iter().map(|token| token.word);
    let joined = matches!(rest.clone().next(), Some(Word::Filler | Word::Of));
    let per = rest.find(|word| !matches!(word, Word::Filler | Word::Of));
    // `three times a week` says how often, not when.
    if joined && matches!(per, Some(Word::Unit(_))) {
        return Err(RecurrenceError::form(
            "it does not say on which days; name them",
        ));
    }
    let count = NonZeroU32::new(count)
        .ok_or_else(|| RecurrenceError::form("a series takes place at least once"))?;
    Ok(Some((End::After(count), at, length)))
}

/// The last day of so many units that begin with the start.
fn after(start: Date, count: u32, unit: Unit) -> Result<Date, RecurrenceError> {
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    let span = match unit {
        Unit::Day => 1.day(),
        Unit::Week => 1.week(),
        Unit::Month => 1.month(),
        Unit::Year => 1.year(),
    };
    span.checked_mul(i64::from(count))
        .and_then(|span| start.checked_add(span))
        .and_then(Date::yesterday)
        .map_err(|_| RecurrenceError::too_late())
}

/// A day with its year, and how many words say it.
fn date(tokens: &[Token<'_>]) -> Option<(Date, usize)> {
    let text = tokens.first()?.text;
    if let Ok(date) = text.parse::<Date>() {
        return Some((date, 1)).filter(|_| text.len() == 10);
    }
    if let Ok(date) = Date::strptime("%d.%m.%Y", text) {
        return Some((date, 1));
    }
    let words: Vec<Word> = tokens.iter().take(4).map(|token| token.word).collect();
    let (day, month, year, length) = match words.as_slice() {
        [
            Word::Number(day) | Word::Ordinal(day),
            Word::Month(month),
            Word::Number(year),
            ..,
        ]
        | [
            Word::Month(month),
            Word::Number(day) | Word::Ordinal(day),
            Word::Number(year),
            ..,
        ] => (*day, *month, *year, 3),
        [
            Word::Number(day) | Word::Ordinal(day),
            Word::Of,
            Word::Month(month),
            Word::Number(year),
        ] => (*day, *month, *year, 4),
        _ => return None,
    };
    let year = i16::try_from(year).ok().filter(|year| *year >= 1000)?;
    Date::new(year, month, i8::try_from(day).ok()?)
        .ok()
        .map(|date| (date, length))
}
