//! What was asked for: an address, or a name with or without what tells its bearer apart ("Anna from Contoso").

use domain::people::Address;

use super::word::Word;

/// At most so many words of a name are looked at.
const MOST_WORDS: usize = 6;

/// Before these words stands a name, after them where its bearer works.
const WHERE: &[&str] = &[
    "from", "at", "of", "in", "with", "von", "vom", "bei", "beim", "aus", "im", "der", "de", "@",
];
/// Words after which a name may go on just as well: "Anna von Berg".
const OF_NAMES: &[&str] = &["von", "vom", "of", "der", "de"];
/// What says nothing about who or where.
const FILLERS: &[&str] = &[
    "the",
    "a",
    "an",
    "our",
    "my",
    "dem",
    "der",
    "die",
    "das",
    "den",
    "einer",
    "einem",
    "unserem",
    "unserer",
    "unsere",
    "meine",
    "mein",
    "firma",
    "company",
    "abteilung",
    "department",
    "dept",
    "team",
    "gruppe",
    "group",
];
/// What stands before or after names without being one.
const TITLES: &[&str] = &[
    "herr",
    "herrn",
    "frau",
    "hr",
    "fr",
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "sir",
    "dr",
    "doktor",
    "doctor",
    "prof",
    "professor",
    "dipl",
    "ing",
    "mag",
    "phd",
    "mba",
    "msc",
    "bsc",
    "med",
    "jur",
    "kollege",
    "kollegin",
    "colleague",
];

/// One way to understand what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reading {
    /// The words of the name, at least one.
    pub(crate) name: Vec<Word>,
    /// What is said about where its bearer works; empty if nothing is.
    pub(crate) place: Vec<Word>,
    /// Whether the words of the place were said to be one, rather than merely left over.
    pub(crate) said: bool,
}

impl Reading {
    /// Whether a place was made of words that may as well belong to the name.
    pub(crate) fn is_guessed(&self) -> bool {
        !self.said && !self.place.is_empty()
    }
}

/// What was asked, in every way it may be meant, the likeliest first.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    /// The complete address in it.
    pub(crate) address: Option<Address>,
    /// At most eight.
    pub(crate) readings: Vec<Reading>,
}

impl Query {
    /// Reads what somebody asked for. Without any word there is no reading.
    pub(crate) fn read(text: &str) -> Self {
        let address = text
            .split(|c: char| c.is_whitespace() || "<>()[],;".contains(c))
            .find_map(|part| Address::parse(part.trim_start_matches("mailto:")).ok());
        let mut readings = Vec::new();
        if address.is_none() {
            read_words(text, &mut readings);
        }
        readings.truncate(8);
        Self { address, readings }
    }

    /// Whether it says where the person works.
    pub(crate) fn says_where(&self) -> bool {
        self.readings.iter().any(|reading| reading.said)
    }
}

fn read_words(text: &str, readings: &mut Vec<Reading>) {
    let (outside, inside) = split_parentheses(text);
    let spaced = outside.replace('@', " @ ");
    let mut tokens: Vec<&str> = spaced
        .split(|c: char| !(c.is_alphanumeric() || is_mark(c) || c == '@'))
        .filter(|token| !token.is_empty())
        .collect();
    if !tokens.iter().all(|token| is_title(token)) {
        tokens.retain(|token| !is_title(token));
    }
    let is = |token: &str, of: &[&str]| of.contains(&token.to_lowercase().as_str());
    let mut add = |name: &[&str], place: &[&str], said: bool| {
        let name: Vec<Word> = names_of(name);
        let place: Vec<Word> = place
            .iter()
            .filter(|token| !is(token, FILLERS) && !is(token, WHERE))
            .map(|token| Word::of(token))
            .chain(inside.iter().map(|token| Word::of(token)))
            .collect();
        let said = said || !inside.is_empty();
        let reading = Reading {
            said: said && !place.is_empty(),
            name,
            place,
        };
        if !reading.name.is_empty() && !readings.contains(&reading) {
            readings.push(reading);
        }
    };
    // Where a name ends for certain, at "from": what comes after is a place. After "von" a name may go on.
    let split = (1..tokens.len()).find(|at| is(tokens[*at], WHERE) && *at + 1 < tokens.len());
    match split {
        Some(at) => {
            let (name, place) = (&tokens[..at], &tokens[at + 1..]);
            add(name, place, true);
            if is(tokens[at], OF_NAMES) {
                add(&tokens, &[], false);
                // "Anna von Berg von Contoso".
                let again = (at + 1..tokens.len())
                    .find(|at| is(tokens[*at], WHERE) && *at + 1 < tokens.len());
                if let Some(at) = again {
                    add(&tokens[..at], &tokens[at + 1..], true);
                }
            }
        }
        None => {
            add(&tokens, &[], false);
            if let [only] = tokens.as_slice()
                && let Some(letters) = initials(only)
            {
                add(
                    &letters.iter().map(String::as_str).collect::<Vec<_>>(),
                    &[],
                    false,
                );
            }
            // "Anna Contoso", "Schmidt Kieler Werft": perhaps the last words are no name.
            for at in (1..tokens.len()).rev() {
                add(&tokens[..at], &tokens[at..], false);
            }
        }
    }
}

/// The words of a name, without what only goes before or after names, unless nothing else is left.
pub(crate) fn names_of(tokens: &[&str]) -> Vec<Word> {
    let mut kept: Vec<&&str> = tokens.iter().filter(|token| !is_title(token)).collect();
    if kept.is_empty() {
        kept = tokens.iter().collect();
    }
    let words = kept.into_iter().map(|token| Word::of(token));
    words
        .filter(|word| word.plain().chars().any(char::is_alphanumeric))
        .take(MOST_WORDS)
        .collect()
}

fn is_title(token: &str) -> bool {
    TITLES.contains(&token.to_lowercase().as_str())
}

/// The text outside of parentheses, and the words inside.
pub(crate) fn split_parentheses(text: &str) -> (String, Vec<String>) {
    let (mut outside, mut inside, mut depth) = (String::new(), String::new(), 0_u32);
    for c in text.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            c if depth > 0 => inside.push(c),
            c => outside.push(c),
        }
        if "()[]".contains(c) {
            outside.push(' ');
            inside.push(' ');
        }
    }
    let is = |token: &str, of: &[&str]| of.contains(&token.to_lowercase().as_str());
    let words = inside
        .split(|c: char| !(c.is_alphanumeric() || is_mark(c)))
        .filter(|token| !token.is_empty() && !is(token, FILLERS) && !is(token, WHERE))
        .map(str::to_owned);
    (outside, words.collect())
}

/// A mark above or below a letter, in decomposed text: part of a word.
pub(crate) fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// `AB` as the letters that begin a first and a last name: two or three, in capitals.
fn initials(token: &str) -> Option<Vec<String>> {
    let letters: Vec<char> = token.chars().collect();
    let fits = (2..=3).contains(&letters.len()) && letters.iter().all(|c| c.is_uppercase());
    fits.then(|| letters.iter().map(char::to_string).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every reading as `name words | place words`; a place that was said has an exclamation mark.
    fn check(text: &str, expected: &[&str]) {
        let shown = |words: &[Word]| {
            let words: Vec<&str> = words.iter().map(Word::plain).collect();
            words.join(" ")
        };
        let readings: Vec<String> = Query::read(text)
            .readings
            .iter()
            .map(|reading| {
                let (name, place) = (shown(&reading.name), shown(&reading.place));
                let said = if reading.said { "!" } else { "" };
                if place.is_empty() {
                    name
                } else {
                    format!("{name} | {place}{said}")
                }
            })
            .collect();
        assert_eq!(readings, expected, "{text}");
    }

    #[test]
    fn a_name_is_its_words_without_titles() {
        check("Anna", &["anna"]);
        check("Frau Dr. Berger", &["berger"]);
        check("Herr", &["herr"]);
        check("O'Neill", &["o neill", "o | neill"]);
        check("Berger, Anna", &["berger anna", "berger | anna"]);
        check("Mu\u{308}ller", &["müller"]);
    }

    #[test]
    fn where_somebody_works_is_told_from_the_name() {
        check("Anna from Contoso", &["anna | contoso!"]);
        check(
            "Anna Berger at Contoso Ltd",
            &["anna berger | contoso ltd!"],
        );
        check("Anna bei der Firma Contoso", &["anna | contoso!"]);
        check("Anna aus dem Marketing", &["anna | marketing!"]);
        check("Frau Berger im Vertrieb", &["berger | vertrieb!"]);
        check("Anna (Vertrieb)", &["anna | vertrieb!"]);
        check("Anna (aus dem Vertrieb)", &["anna | vertrieb!"]);
        check("anna@contoso", &["anna | contoso!"]);
        check("Anna von Contoso", &["anna | contoso!", "anna von contoso"]);
        check(
            "Anna von Berg vom Vertrieb",
            &[
                "anna | berg vertrieb!",
                "anna von berg vom vertrieb",
                "anna von berg | vertrieb!",
            ],
        );
        check("Anna Contoso", &["anna contoso", "anna | contoso"]);
    }

    #[test]
    fn two_capitals_may_be_initials() {
        check("AB", &["ab", "a b"]);
        check("A. B.", &["a b", "a | b"]);
        check("Bo", &["bo"]);
    }

    #[test]
    fn an_address_is_an_address_wherever_it_stands() {
        for text in [
            "anna@x.example",
            "Anna Berger <anna@x.example>",
            "mailto:anna@x.example",
        ] {
            let query = Query::read(text);
            let address = query.address.as_ref().map(Address::as_str);
            assert_eq!(address, Some("anna@x.example"), "{text}");
            assert!(query.readings.is_empty());
        }
        for text in ["", "()", "...", "@"] {
            assert!(Query::read(text).readings.is_empty(), "{text}");
        }
    }
}
