//! The words of series, English and German together: no word of one means something else in the other.

use jiff::civil::Weekday;

use super::super::Weekdays;
use super::super::weekdays::WEEK;

/// What a series counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Day,
    Week,
    Month,
    Year,
}

/// What one word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// Says nothing by itself.
    Filler,
    /// Between a part and its whole: the 15th of a month is not every 15th month.
    Of,
    /// `every`, which makes `second Tuesday` every other one.
    Every,
    Unit(Unit),
    /// Unit and interval in one word.
    Adverb(Unit, u32),
    Days(Weekdays),
    Month(i8),
    /// A day and a month, such as `24.12.`
    Date(i8, i8),
    Number(u32),
    Ordinal(u32),
    Last,
    /// From one weekday to another; before a date, the end.
    Through,
    /// Before a date, the end.
    Until,
    /// After a number: how often.
    Times,
    /// Number and `times` in one word.
    NumberOfTimes(u32),
    /// With a number and a unit: how long.
    For,
    /// After a number and a unit: how long.
    Long,
    /// Before the day that weeks begin with.
    From,
}

const DAYS: [&[&str]; 7] = [
    &["monday", "mondays", "mon", "mo", "montag", "montags"],
    &[
        "tuesday",
        "tuesdays",
        "tue",
        "tues",
        "dienstag",
        "dienstags",
        "di",
    ],
    &[
        "wednesday",
        "wednesdays",
        "wed",
        "mittwoch",
        "mittwochs",
        "mi",
    ],
    &[
        "thursday",
        "thursdays",
        "thu",
        "thur",
        "thurs",
        "donnerstag",
        "donnerstags",
        "do",
    ],
    &["friday", "fridays", "fri", "fr", "freitag", "freitags"],
    &[
        "saturday",
        "saturdays",
        "sat",
        "sa",
        "samstag",
        "samstags",
        "sonnabend",
        "sonnabends",
    ],
    &["sunday", "sundays", "sun", "sonntag", "sonntags", "so"],
];

const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "januar", "jänner"],
    &["february", "feb", "februar", "feber"],
    &["march", "mar", "märz", "maerz", "mrz"],
    &["april", "apr"],
    &["may", "mai"],
    &["june", "jun", "juni"],
    &["july", "jul", "juli"],
    &["august", "aug"],
    &["september", "sep", "sept"],
    &["october", "oct", "oktober", "okt"],
    &["november", "nov"],
    &["december", "dec", "dezember", "dez"],
];

const NUMBERS: [&[&str]; 12] = [
    &["one", "ein", "eine", "einen"],
    &["two", "zwei"],
    &["three", "drei"],
    &["four", "vier"],
    &["five", "fünf"],
    &["six", "sechs"],
    &["seven", "sieben"],
    &["eight", "acht"],
    &["nine", "neun"],
    &["ten", "zehn"],
    &["eleven", "elf"],
    &["twelve", "zwölf"],
];

/// In German without the ending that the case gives it.
const ORDINALS: [&[&str]; 5] = [
    &["first", "erst"],
    &["second", "other", "zweit"],
    &["third", "dritt"],
    &["fourth", "viert"],
    &["fifth", "fünft"],
];

/// What a word means; `None` for one that means nothing here. The word is in lower case.
pub(super) fn meaning(word: &str) -> Option<Word> {
    single(word).or_else(|| {
        day(word)
            .map(|day| Word::Days(Weekdays::only(day)))
            .or_else(|| Some(Word::Month(month(word)?)))
            .or_else(|| number(word))
    })
}

fn single(word: &str) -> Option<Word> {
    Some(match word {
        "on" | "the" | "a" | "and" | "&" | "+" | "am" | "an" | "der" | "dem" | "den" | "zum"
        | "und" | "or" | "oder" | "repeats" | "repeat" | "repeating" | "recurring" => Word::Filler,
        "of" | "in" | "im" | "des" => Word::Of,
        "every" | "each" | "all" | "alle" | "jeden" | "jede" | "jedes" | "jeder" | "jedem" => {
            Word::Every
        }
        "day" | "days" | "tag" | "tage" | "tagen" | "tages" => Word::Unit(Unit::Day),
        "week" | "weeks" | "woche" | "wochen" => Word::Unit(Unit::Week),
        "month" | "months" | "monat" | "monats" | "monate" | "monaten" => Word::Unit(Unit::Month),
        "year" | "years" | "jahr" | "jahre" | "jahren" | "jahres" => Word::Unit(Unit::Year),
        "daily" | "täglich" => Word::Adverb(Unit::Day, 1),
        "weekly" | "wöchentlich" => Word::Adverb(Unit::Week, 1),
        "biweekly" | "bi-weekly" | "fortnightly" | "zweiwöchentlich" | "14-tägig"
        | "14-täglich" | "vierzehntägig" | "vierzehntäglich" => Word::Adverb(Unit::Week, 2),
        "monthly" | "monatlich" => Word::Adverb(Unit::Month, 1),
        "quarterly" | "vierteljährlich" | "quartalsweise" => Word::Adverb(Unit::Month, 3),
        "half-yearly" | "halbjährlich" => Word::Adverb(Unit::Month, 6),
        "yearly" | "annually" | "jährlich" => Word::Adverb(Unit::Year, 1),
        "weekday" | "weekdays" | "workday" | "workdays" | "werktag" | "werktags" | "werktage"
        | "werktagen" | "arbeitstag" | "arbeitstags" | "arbeitstage" | "arbeitstagen" => {
            Word::Days(Weekdays::WORKING)
        }
        "weekend" | "weekends" | "wochenende" | "wochenenden" => Word::Days(Weekdays::WEEKEND),
        "last" | "letzter" | "letzten" | "letzte" | "letztes" | "letztem" => Word::Last,
        "to" | "through" | "thru" | "bis" | "-" => Word::Through,
        "until" | "till" | "til" | "ending" | "ends" | "after" | "nach" => Word::Until,
        "times" | "time" | "occurrences" | "occurrence" | "mal" | "x" | "termine" | "termin" => {
            Word::Times
        }
        "for" | "für" => Word::For,
        "lang" => Word::Long,
        "from" | "von" | "ab" => Word::From,
        _ => return None,
    })
}

fn day(word: &str) -> Option<Weekday> {
    let word = word.trim_end_matches('.');
    let at = DAYS.iter().position(|names| names.contains(&word))?;
    Some(WEEK[at])
}

fn month(word: &str) -> Option<i8> {
    let word = word.trim_end_matches('.');
    let at = MONTHS.iter().position(|names| names.contains(&word))?;
    i8::try_from(at + 1).ok()
}

fn number(word: &str) -> Option<Word> {
    let small = |table: &[&[&str]], word: &str| {
        let at = table.iter().position(|names| names.contains(&word))?;
        u32::try_from(at + 1).ok()
    };
    if let Ok(number) = word.parse() {
        return Some(Word::Number(number));
    }
    if let Some(number) = small(&NUMBERS, word) {
        return Some(Word::Number(number));
    }
    for ending in ["-mal", "mal", "x"] {
        if let Some(count) = word.strip_suffix(ending) {
            let count = count.parse().ok().or_else(|| small(&NUMBERS, count));
            return count.map(Word::NumberOfTimes);
        }
    }
    if let Some((day, month)) = word.strip_suffix('.').unwrap_or(word).split_once('.') {
        return Some(Word::Date(day.parse().ok()?, month.parse().ok()?));
    }
    for ending in ["st", "nd", "rd", "th", "."] {
        if let Some(number) = word.strip_suffix(ending).and_then(|n| n.parse().ok()) {
            return Some(Word::Ordinal(number));
        }
    }
    let stem = ["en", "er", "es", "em", "e"]
        .iter()
        .find_map(|ending| word.strip_suffix(ending));
    [Some(word), stem]
        .into_iter()
        .flatten()
        .find_map(|word| small(&ORDINALS, word))
        .map(Word::Ordinal)
}
