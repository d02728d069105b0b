//! How well somebody fits what was asked for.

use domain::people::{Address, Found};
use unicode_normalization::UnicodeNormalization;

/// How a query fits a person, from the weakest to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// One letter more, less, other or swapped.
    Similar,
    /// Every word begins a word of the name.
    Beginning,
    /// Every word is a word of the name.
    Name,
    /// The whole name, in any order.
    WholeName,
    /// The address.
    Address,
}

/// The best fit of a query, or `None` when there is none.
pub(crate) fn of(query: &str, person: &Found) -> Option<Rank> {
    if Address::parse(query).is_ok_and(|address| person.addresses.contains(&address)) {
        return Some(Rank::Address);
    }
    let names: Vec<&str> = [
        Some(&person.name),
        person.given_name.as_ref(),
        person.surname.as_ref(),
        person.nickname.as_ref(),
    ]
    .into_iter()
    .flatten()
    .map(String::as_str)
    .collect();
    spellings(query)
        .iter()
        .filter_map(|asked| {
            names
                .iter()
                .flat_map(|name| spellings(name))
                .filter_map(|name| fit(asked, &name))
                .max()
        })
        .max()
}

fn fit(asked: &str, name: &str) -> Option<Rank> {
    let (asked, name): (Vec<&str>, Vec<&str>) = (words(asked), words(name));
    if asked.is_empty() || name.is_empty() {
        return None;
    }
    let every = |fits: &dyn Fn(&str, &str) -> bool| {
        asked
            .iter()
            .all(|word| name.iter().any(|part| fits(word, part)))
    };
    if every(&|word, part| word == part) {
        // A given name alone is a word of the name, not the name.
        return Some(if asked.len() >= name.len() && name.len() > 1 {
            Rank::WholeName
        } else {
            Rank::Name
        });
    }
    if every(&|word, part| part.starts_with(word)) {
        return Some(Rank::Beginning);
    }
    every(&|word, part| word.chars().count() >= 4 && near(word, part)).then_some(Rank::Similar)
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect()
}

/// A name in lower case as it may be typed: umlauts written out (`jürgen` = `juergen`) and left out (`jurgen`).
fn spellings(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let written: String = lower
        .chars()
        .map(|c| match c {
            'ä' => "ae".to_owned(),
            'ö' => "oe".to_owned(),
            'ü' => "ue".to_owned(),
            'ß' => "ss".to_owned(),
            other => other.to_string(),
        })
        .collect();
    let bare = |text: &str| {
        text.replace('ß', "ss")
            .nfd()
            .filter(|c| !('\u{300}'..='\u{36f}').contains(c))
            .collect::<String>()
    };
    let (written, left) = (bare(&written), bare(&lower));
    if written == left {
        vec![left]
    } else {
        vec![written, left]
    }
}

/// Whether one edit (insert, remove, replace, swap neighbours) turns one word into the other.
fn near(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let same_start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (rest_a, rest_b) = (&a[same_start..], &b[same_start..]);
    match (rest_a, rest_b) {
        ([], []) => true,
        ([_, tail @ ..], rest) if tail == rest => true,
        (rest, [_, tail @ ..]) if tail == rest => true,
        ([_, tail_a @ ..], [_, tail_b @ ..]) if tail_a == tail_b => true,
        ([x, y, tail_a @ ..], [v, w, tail_b @ ..]) => x == w && y == v && tail_a == tail_b,
        (_, _) => false,
    }
}
