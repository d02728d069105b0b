//! What speaks for a candidate: how her names fit what was asked, and whether she works where it was said.

use super::candidate::{Candidate, tokens};
use super::place::{self, Place};
use super::query::{Query, Reading};
use super::word::{Likeness, Word};

/// How a query fits a person, from the weakest to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Evidence {
    /// A listener might take one for the other.
    SoundsLike,
    /// But for a slip.
    Similar,
    /// By another name she may be called.
    Nickname,
    /// By first letters.
    Initials,
    /// Every word begins a word of the name.
    Beginning,
    /// Every word is a word of the name.
    PartOfName,
    /// The whole name, in any order.
    Name,
    /// The address.
    Address,
}

impl Evidence {
    /// For answers.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::SoundsLike => "sounds_like",
            Self::Similar => "similar",
            Self::Nickname => "nickname",
            Self::Initials => "initials",
            Self::Beginning => "beginning",
            Self::PartOfName => "part_of_name",
            Self::Name => "name",
            Self::Address => "address",
        }
    }
}

/// How one candidate fits. The order of the fields is what candidates are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fit {
    /// Whether she works where it was said; by anybody who was asked for without a place.
    pub(crate) place: Place,
    pub(crate) evidence: Evidence,
    /// Whether no word of her name is left over.
    pub(crate) whole: bool,
    /// The sum of how much the words are alike.
    pub(crate) strength: usize,
    /// Whether a place was made of words that may have been meant as a name.
    pub(crate) guessed: bool,
    /// Whether she may be meant by who only heard the name, or knows her by another.
    pub(crate) by_ear: bool,
    /// Whether one word of three letters or more is exactly one of hers.
    pub(crate) anchored: bool,
    /// Whether a word was said without the one it hangs on, such as Peter for Hans-Peter: another name, perhaps.
    pub(crate) torn: bool,
    /// Which of her names it is.
    pub(crate) name: usize,
}

/// The best fit of a query, or `None` when there is none.
pub(crate) fn fit(query: &Query, candidate: &mut Candidate) -> Option<Fit> {
    if let Some(address) = &query.address {
        return candidate.answers_to(address).then_some(Fit {
            place: Place::Fits,
            evidence: Evidence::Address,
            whole: true,
            strength: 0,
            guessed: false,
            by_ear: true,
            anchored: true,
            torn: false,
            name: 0,
        });
    }
    let readings = query.readings.iter();
    readings
        .filter_map(|reading| of_reading(reading, candidate))
        .max()
}

fn of_reading(reading: &Reading, candidate: &Candidate) -> Option<Fit> {
    let names = candidate.names.iter().enumerate();
    let best = names
        .filter_map(|(at, name)| {
            Some(Fit {
                name: at,
                ..of_name(&reading.name, &name.words)?
            })
        })
        .chain(of_address(&reading.name, candidate))
        .max()?;
    if reading.place.is_empty() {
        return Some(best);
    }
    let place = place::of(&reading.place, candidate);
    // Words that were left over count only where they mean something.
    let counts = reading.said || place.fits();
    counts.then_some(Fit {
        place,
        guessed: reading.is_guessed(),
        ..best
    })
}

/// How the asked words fit a name, however both are divided into words.
fn of_name(asked: &[Word], name: &[Word]) -> Option<Fit> {
    let several = asked.len() > 1;
    let mut best: Option<Fit> = None;
    for asked in divided(asked) {
        for name in divided(name) {
            best = best.max(of_words(&asked, &name, several));
        }
    }
    best.or_else(|| more_than(asked, name))
}

/// The words as they are, and with each two neighbours as one.
fn divided(words: &[Word]) -> Vec<Vec<Word>> {
    let mut all = vec![words.to_vec()];
    for at in 1..words.len() {
        let mut joined = words[..at - 1].to_vec();
        joined.push(words[at - 1].joined(&words[at]));
        joined.extend_from_slice(&words[at + 1..]);
        all.push(joined);
    }
    all
}

/// Every asked word must be like a word of the name, each another one.
fn of_words(asked: &[Word], name: &[Word], several: bool) -> Option<Fit> {
    let table: Vec<Vec<Option<Likeness>>> = asked
        .iter()
        .map(|word| name.iter().map(|part| word.likeness(part)).collect())
        .collect();
    if table.iter().any(|row| row.iter().all(Option::is_none)) {
        return None;
    }
    let pairs = assign(&table, 0, &mut vec![false; name.len()])?.1;
    let weakest = pairs.iter().map(|(likeness, _)| *likeness).min()?;
    let used = |at: usize| pairs.iter().any(|(_, part)| *part == at);
    let whole = name
        .iter()
        .enumerate()
        .all(|(at, part)| used(at) || is_particle(part));
    let torn = (1..name.len()).any(|at| name[at].hangs_on() && used(at) != used(at - 1));
    let by_ear = asked.iter().zip(&pairs).all(|(word, (likeness, part))| {
        *likeness == Likeness::Nickname || word.sounds_like(&name[*part])
    });
    let anchored = asked.iter().zip(&pairs).any(|(word, (likeness, _))| {
        *likeness >= Likeness::Spelling && word.plain().chars().count() > 2
    });
    let evidence = match weakest {
        Likeness::Same | Likeness::Spelling if whole && several => Evidence::Name,
        Likeness::Same | Likeness::Spelling => Evidence::PartOfName,
        Likeness::Beginning => Evidence::Beginning,
        Likeness::Initial => Evidence::Initials,
        Likeness::Nickname => Evidence::Nickname,
        Likeness::Slip => Evidence::Similar,
        Likeness::Sound => Evidence::SoundsLike,
    };
    Some(Fit {
        place: Place::Fits,
        evidence,
        whole,
        strength: pairs
            .iter()
            .map(|(likeness, _)| *likeness as usize + 1)
            .sum(),
        guessed: false,
        by_ear,
        anchored,
        torn,
        name: 0,
    })
}

/// How good an assignment is, its weakest pair first, and for each asked word its likeness and its word of the name.
type Assigned = ((Likeness, usize), Vec<(Likeness, usize)>);

/// The best way to give every asked word from `at` on a word of the name for itself.
fn assign(table: &[Vec<Option<Likeness>>], at: usize, taken: &mut Vec<bool>) -> Option<Assigned> {
    let Some(row) = table.get(at) else {
        return Some(((Likeness::Same, 0), Vec::new()));
    };
    let mut best: Option<Assigned> = None;
    for (part, likeness) in row.iter().enumerate() {
        let Some(likeness) = *likeness else { continue };
        if taken[part] {
            continue;
        }
        taken[part] = true;
        let rest = assign(table, at + 1, taken);
        taken[part] = false;
        let Some(((weakest, sum), mut pairs)) = rest else {
            continue;
        };
        let worth = (weakest.min(likeness), sum + likeness as usize);
        if best.as_ref().is_none_or(|(known, _)| *known < worth) {
            pairs.insert(0, (likeness, part));
            best = Some((worth, pairs));
        }
    }
    best
}

/// More was asked than the name has: a second given name, another surname. All of the name must be there.
fn more_than(asked: &[Word], name: &[Word]) -> Option<Fit> {
    let all = name.len() > 1
        && name
            .iter()
            .all(|part| asked.iter().any(|word| word.is(part)));
    (all && asked.len() > name.len()).then_some(Fit {
        place: Place::Fits,
        evidence: Evidence::Similar,
        whole: false,
        strength: name.len(),
        guessed: false,
        by_ear: false,
        anchored: false,
        torn: false,
        name: 0,
    })
}

/// The part before the `@`, as somebody may say it: `anna.berger`, `aberger`.
fn of_address(asked: &[Word], candidate: &Candidate) -> Option<Fit> {
    let squeezed = |words: &mut dyn Iterator<Item = &str>| words.collect::<String>();
    let local = candidate.address.as_str().rsplit_once('@')?.0;
    let local = Word::of(&squeezed(&mut tokens(local).into_iter()));
    let said = Word::of(&squeezed(&mut asked.iter().map(Word::plain)));
    let evidence = if said.is(&local) {
        Evidence::PartOfName
    } else if said.begins(&local) && said.plain().chars().count() > 2 {
        Evidence::Beginning
    } else {
        return None;
    };
    Some(Fit {
        place: Place::Fits,
        evidence,
        whole: evidence == Evidence::PartOfName,
        strength: 0,
        guessed: false,
        by_ear: evidence == Evidence::PartOfName,
        anchored: false,
        torn: false,
        name: 0,
    })
}

/// Words that a name may be said without.
fn is_particle(word: &Word) -> bool {
    const PARTICLES: &[&str] = &[
        "von", "van", "vom", "zu", "zum", "zur", "der", "den", "de", "del", "della", "di", "da",
        "dos", "el", "al", "bin", "ibn", "la", "le", "ten", "ter", "jr", "sr", "ii", "iii",
    ];
    PARTICLES.contains(&word.plain())
}

#[cfg(test)]
mod tests {
    use domain::people::Source;

    use super::*;
    use crate::tools::search_contacts::candidate::{merge, tests::found};

    fn check(asked: &str, name: &str, expected: &str) {
        let mut somebody = merge(vec![found(Source::Directory, name, &["x1@y.example"])]);
        let fit = fit(&Query::read(asked), &mut somebody[0]);
        let shown = fit.map_or("", |fit| fit.evidence.as_str());
        assert_eq!(shown, expected, "{asked} {name}");
    }

    #[test]
    fn evidence_is_a_ladder() {
        check("x1@y.example", "Anna Berger", "address");
        check("Anna Berger", "Anna Berger", "name");
        check("berger, anna", "Anna Berger", "name");
        check("Anna Leyen", "Anna von der Leyen", "name");
        check("Hans Peter Wagner", "Hanspeter Wagner", "name");
        check("Hanspeter Wagner", "Hans-Peter Wagner", "name");
        check("ONeill", "David O'Neill", "part_of_name");
        check("David O'Neill", "David O’Neill", "name");
        check("annaberger", "Anna Berger", "part_of_name");
        check("Anna", "Anna Berger", "part_of_name");
        check("Anna Berger", "Anna Maria Berger", "part_of_name");
        check("Ann Ber", "Anna Berger", "beginning");
        check("A. Berger", "Anna Berger", "initials");
        check("AB", "Anna Berger", "initials");
        check("Anna Berger", "A. Berger", "initials");
        check("Bill Gates", "William Gates", "nickname");
        check("Ana Bergr", "Anna Berger", "similar");
        check("Anna Maria Berger", "Anna Berger", "similar");
        check("Mayr", "Thomas Meier", "sounds_like");
        check("x1", "Anna Berger", "part_of_name");
        for (asked, name) in [
            ("Anna", "Ben Kraft"),
            ("Anna Anna", "Anna Berger"),
            ("Anna Kraft", "Anna Berger"),
            ("Zoe", "Anna Berger"),
        ] {
            check(asked, name, "");
        }
    }

    #[test]
    fn the_order_of_evidence_is_the_order_of_the_ladder() {
        use Evidence::{
            Address, Beginning, Initials, Name, Nickname, PartOfName, Similar, SoundsLike,
        };
        let ladder = [
            SoundsLike, Similar, Nickname, Initials, Beginning, PartOfName, Name, Address,
        ];
        assert!(ladder.is_sorted());
    }
}
