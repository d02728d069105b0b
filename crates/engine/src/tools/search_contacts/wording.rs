//! What the directory is asked for: it finds words by their beginnings only, so every spelling that may be meant is named.

use super::nicknames;
use super::query::Query;
use super::spelling::held_as;
use super::word::Word;

/// So many clauses one search has at most.
const MOST: usize = 40;

/// Sounds at the beginning of a word that are heard or written in another way.
const ONSETS: &[(&str, &[&str])] = &[
    ("sch", &["sh", "s"]),
    ("ph", &["f"]),
    ("th", &["t"]),
    ("ch", &["k", "c", "sch"]),
    ("ck", &["k"]),
    ("sh", &["sch"]),
    ("kn", &["n"]),
    ("wr", &["r"]),
    ("f", &["v", "ph"]),
    ("v", &["f", "w"]),
    ("w", &["v", "wr"]),
    ("k", &["c", "ch", "g"]),
    ("c", &["k", "ch", "z"]),
    ("t", &["th", "d"]),
    ("d", &["t"]),
    ("b", &["p"]),
    ("p", &["b"]),
    ("g", &["k", "j"]),
    ("j", &["y", "g"]),
    ("y", &["j", "i"]),
    ("z", &["s", "c"]),
    ("s", &["z", "c"]),
    ("i", &["y", "j"]),
    ("r", &["wr"]),
    ("n", &["kn"]),
];
/// Vowels that are heard or written in another way.
const VOWELS: &[(&str, &[&str])] = &[
    ("ei", &["ai", "ey", "ay"]),
    ("ai", &["ei", "ay", "ey"]),
    ("ey", &["ei", "ay", "ai"]),
    ("ay", &["ai", "ei", "ey"]),
    ("eu", &["äu", "oi"]),
    ("äu", &["eu"]),
    ("ie", &["i"]),
    ("ue", &["ü", "u"]),
    ("oe", &["ö", "o"]),
    ("ae", &["ä", "a"]),
    ("ü", &["ue", "u", "i"]),
    ("ö", &["oe", "o", "e"]),
    ("ä", &["ae", "e", "a"]),
    ("u", &["ü", "ue"]),
    ("o", &["ö", "oe"]),
    ("a", &["ä", "e"]),
    ("e", &["ä", "a"]),
    ("i", &["y", "ie", "e"]),
    ("y", &["i"]),
];

/// The names to look for as they were said, in every spelling and by every name they may be short for; and the beginnings
/// of addresses.
pub(crate) fn as_said(query: &Query) -> (Vec<String>, Vec<String>) {
    if let Some(address) = &query.address {
        return (Vec::new(), vec![address.as_str().to_owned()]);
    }
    let (mut names, mut mails) = (Vec::new(), Vec::new());
    // Where a place is only guessed, what is left of the name would find too many.
    let readings = || {
        query
            .readings
            .iter()
            .filter(|reading| !reading.is_guessed())
    };
    for reading in readings() {
        in_every_spelling(&reading.name, &mut names);
        if let [only] = reading.name.as_slice()
            && !only.is_initial()
        {
            push(&mut mails, only.ascii());
        }
    }
    for reading in readings() {
        for at in 1..reading.name.len() {
            let mut joined = reading.name.clone();
            let second = joined.remove(at);
            joined[at - 1] = joined[at - 1].joined(&second);
            in_every_spelling(&joined, &mut names);
        }
        by_other_names(&reading.name, &mut names);
    }
    (names, mails)
}

fn in_every_spelling(name: &[Word], names: &mut Vec<String>) {
    let most = if name.len() == 1 { 6 } else { 4 };
    let spellings = |word: &Word| held_as(word.plain()).into_iter().take(most).collect();
    let words: Vec<Vec<String>> = name.iter().map(spellings).collect();
    every(&words, &mut |text| push(names, text));
}

/// By what else a word of the name may be short for, or long: one at a time, for not all of them are nicknames.
fn by_other_names(name: &[Word], names: &mut Vec<String>) {
    for (at, word) in name.iter().enumerate() {
        for other in nicknames::others(word.ascii(), 6) {
            let mut words: Vec<Vec<String>> = name
                .iter()
                .map(|word| vec![word.plain().to_owned()])
                .collect();
            words[at] = held_as(other).into_iter().take(2).collect();
            every(&words, &mut |text| push(names, text));
        }
    }
}

/// The beginnings to look for when what was said found nobody for certain: short enough that a slip behind them does no
/// harm; and the names that are left where the other words may be a place.
pub(crate) fn as_meant(query: &Query) -> Vec<String> {
    let mut names = Vec::new();
    for reading in &query.readings {
        match reading.name.as_slice() {
            [] => {}
            name if reading.is_guessed() => in_every_spelling(name, &mut names),
            [only] => stems(only.plain(), letters_of(only))
                .iter()
                .for_each(|stem| push(&mut names, stem)),
            words => {
                // A slip is in one word, seldom in two: one is looked for by two letters, the others by one.
                for long in 0..words.len() {
                    let stems: Vec<Vec<String>> = words
                        .iter()
                        .enumerate()
                        .map(|(at, word)| stems(word.plain(), if at == long { 2 } else { 1 }))
                        .collect();
                    every(&stems, &mut |text| push(&mut names, text));
                }
            }
        }
    }
    names
}

/// With how many letters a word that stands alone is looked for.
fn letters_of(word: &Word) -> usize {
    let plain = word.plain();
    match plain.chars().count() {
        0..=4 => 2,
        _ if plain.starts_with("sch") => 4,
        _ => 3,
    }
}

/// The first letters of a word, and those it may begin with if it was misheard; at most ten.
fn stems(word: &str, letters: usize) -> Vec<String> {
    let mut stems = vec![first(word, letters)];
    let mut variants = vec![word.to_owned()];
    let onset = ONSETS.iter().find(|(onset, _)| word.starts_with(onset));
    if let Some((onset, others)) = onset {
        let rest = &word[onset.len()..];
        variants.extend(others.iter().map(|other| format!("{other}{rest}")));
    }
    for variant in variants {
        push(&mut stems, &first(&variant, letters));
        let Some(at) = variant.find(|c: char| "aeiouyäöü".contains(c)) else {
            continue;
        };
        let vowel = VOWELS
            .iter()
            .find(|(vowel, _)| variant[at..].starts_with(vowel));
        for other in vowel.map_or(&[][..], |(_, others)| others) {
            let rest = &variant[at + vowel.map_or(0, |(vowel, _)| vowel.len())..];
            push(
                &mut stems,
                &first(&format!("{}{other}{rest}", &variant[..at]), letters),
            );
        }
    }
    stems.truncate(if letters == 1 { 4 } else { 10 });
    stems
}

fn first(word: &str, letters: usize) -> String {
    word.chars().take(letters).collect()
}

/// Every way to take one spelling of each word.
fn every(words: &[Vec<String>], take: &mut dyn FnMut(&str)) {
    let Some((first, rest)) = words.split_first() else {
        return;
    };
    if rest.is_empty() {
        first.iter().for_each(|word| take(word));
        return;
    }
    for word in first {
        every(rest, &mut |text| take(&format!("{word} {text}")));
    }
}

fn push(names: &mut Vec<String>, text: &str) {
    if names.len() < MOST && !text.is_empty() && !names.iter().any(|name| name == text) {
        names.push(text.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, expected: &[&str]) {
        let (names, _) = as_said(&Query::read(text));
        for name in expected {
            assert!(
                names.iter().any(|asked| asked == name),
                "{text}: {name} is not in {names:?}"
            );
        }
        assert!(names.len() <= MOST);
    }

    /// Whether the beginnings that are asked for find a name.
    fn meant(text: &str, name: &str) {
        let names = as_meant(&Query::read(text));
        let held: Vec<String> = name.split(' ').map(str::to_lowercase).collect();
        let finds = |asked: &String| {
            asked
                .split(' ')
                .all(|word| held.iter().any(|held| held.starts_with(word)))
        };
        assert!(
            names.iter().any(finds),
            "{text}: {name} is not found by {names:?}"
        );
        assert!(names.len() <= MOST);
    }

    #[test]
    fn a_name_is_looked_for_in_every_spelling_and_by_its_full_form() {
        said(
            "Jürgen Groß",
            &["jürgen groß", "juergen gross", "jurgen gross"],
        );
        said("Jurgen Gross", &["jürgen groß"]);
        said("Bill Gates", &["bill gates", "william gates"]);
        said("Uli", &["ulrich", "ulrike"]);
        said("Anna from Contoso", &["anna"]);
        said("Anna von Berg", &["anna", "anna von berg"]);
        said("Hans Peter Lindemann", &["hanspeter lindemann"]);
        let (names, _) = as_said(&Query::read("Anna Berger"));
        assert!(
            !names.contains(&"anna".to_owned()),
            "that would find every Anna"
        );
    }

    #[test]
    fn an_address_is_looked_for_by_itself() {
        let (names, mails) = as_said(&Query::read("anna@x.example"));
        assert!(names.is_empty() && mails == ["anna@x.example"]);
    }

    #[test]
    fn a_slip_or_a_sound_does_not_hide_who_is_meant() {
        for (text, name) in [
            ("Ana Bergr", "Anna Berger"),
            ("Maier", "Thomas Meyer"),
            ("Schmitt", "Anna Schmidt"),
            ("Kristof", "Christoph Weber"),
            ("Filip", "Philipp Weber"),
            ("Vischer", "Eva Fischer"),
            ("Jurgen", "Jürgen Groß"),
            ("Tomas Maier", "Thomas Meier"),
            ("Jonas Peters", "Jonas Peeters"),
            ("Thomas Maier", "Thomas Meyer"),
            ("Katrin Fogel", "Katrin Vogel"),
        ] {
            meant(text, name);
        }
    }
}
