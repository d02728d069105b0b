//! A word of a name, and how one word is like another.

use super::nicknames;
use super::sound::Sound;
use super::spelling::{forms, near, plain};

/// A word with everything it is compared by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    plain: String,
    forms: Vec<String>,
    sounds: Vec<Sound>,
    /// Whether it hangs on the word before it, as in Hans-Peter and O'Neill.
    hangs_on: bool,
}

/// How one word is like another, from the weakest to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Likeness {
    /// By ear.
    Sound,
    /// But for a slip.
    Slip,
    /// Another name of the same person, perhaps.
    Nickname,
    /// One is the first letter of the other.
    Initial,
    /// The asked word begins the other.
    Beginning,
    /// The same, written in another way (`ü`, `ue`, `u`).
    Spelling,
    /// The same.
    Same,
}

impl Word {
    pub(crate) fn of(token: &str) -> Self {
        let forms = forms(token);
        let sounds = forms.iter().map(|form| Sound::of(form)).collect();
        Self {
            plain: plain(token),
            forms,
            sounds,
            hangs_on: false,
        }
    }

    /// The same word, hanging on the one before it or not.
    pub(crate) fn hanging(self, hangs_on: bool) -> Self {
        Self { hangs_on, ..self }
    }

    pub(crate) fn hangs_on(&self) -> bool {
        self.hangs_on
    }

    /// Two words that were written as two and may be one, such as Hans Peter.
    pub(crate) fn joined(&self, other: &Self) -> Self {
        Self::of(&format!("{}{}", self.plain, other.plain)).hanging(self.hangs_on)
    }

    /// In lower case.
    pub(crate) fn plain(&self) -> &str {
        &self.plain
    }

    /// In the letters a to z, umlauts written out.
    pub(crate) fn ascii(&self) -> &str {
        self.forms.first().map_or("", String::as_str)
    }

    pub(crate) fn is_initial(&self) -> bool {
        self.plain.chars().count() == 1
    }

    /// Whether it is the same word, in whatever spelling.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.pairs(other).any(|(mine, theirs)| mine == theirs)
    }

    /// Whether it begins the other word and is shorter.
    pub(crate) fn begins(&self, other: &Self) -> bool {
        self.pairs(other)
            .any(|(mine, theirs)| theirs.len() > mine.len() && theirs.starts_with(mine))
    }

    /// Whether it is the other word but for a slip.
    pub(crate) fn is_near(&self, other: &Self) -> bool {
        self.pairs(other).any(|(mine, theirs)| near(mine, theirs))
    }

    /// Whether a listener might take one for the other.
    pub(crate) fn sounds_like(&self, other: &Self) -> bool {
        let long = self.plain.len() > 2 && other.plain.len() > 2;
        let mut sounds = self
            .sounds
            .iter()
            .flat_map(|mine| other.sounds.iter().map(move |theirs| (mine, theirs)));
        self.is(other) || (long && sounds.any(|(mine, theirs)| mine.is_like(theirs)))
    }

    /// How the asked word is like a word of somebody's name.
    pub(crate) fn likeness(&self, name: &Self) -> Option<Likeness> {
        if self.plain == name.plain {
            return Some(Likeness::Same);
        }
        if self.is(name) {
            return Some(Likeness::Spelling);
        }
        if self.begins(name) {
            let initial = self.is_initial();
            return Some(if initial {
                Likeness::Initial
            } else {
                Likeness::Beginning
            });
        }
        if name.is_initial() && name.begins(self) {
            return Some(Likeness::Initial);
        }
        if self
            .pairs(name)
            .any(|(mine, theirs)| nicknames::same_name(mine, theirs))
        {
            return Some(Likeness::Nickname);
        }
        if self.is_near(name) {
            return Some(Likeness::Slip);
        }
        self.sounds_like(name).then_some(Likeness::Sound)
    }

    fn pairs<'w>(&'w self, other: &'w Self) -> impl Iterator<Item = (&'w str, &'w str)> {
        self.forms.iter().flat_map(|mine| {
            other
                .forms
                .iter()
                .map(move |theirs| (mine.as_str(), theirs.as_str()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(asked: &str, name: &str, expected: Option<Likeness>) {
        let likeness = Word::of(asked).likeness(&Word::of(name));
        assert_eq!(likeness, expected, "{asked} {name}");
    }

    #[test]
    fn a_word_is_like_another_in_the_strongest_way_there_is() {
        check("anna", "Anna", Some(Likeness::Same));
        check("Mueller", "Müller", Some(Likeness::Spelling));
        check("Ann", "Anna", Some(Likeness::Beginning));
        check("A", "Anna", Some(Likeness::Initial));
        check("Anna", "A", Some(Likeness::Initial));
        check("Bill", "William", Some(Likeness::Nickname));
        check("Bergr", "Berger", Some(Likeness::Slip));
        check("Kristof", "Christoph", Some(Likeness::Nickname));
        check("Petterson", "Petersen", Some(Likeness::Slip));
        check("Mayr", "Meier", Some(Likeness::Sound));
        check("Anna", "Ann", Some(Likeness::Nickname));
        check("Berger", "Brandt", None);
        check("Tom", "Tim", None);
    }
}
