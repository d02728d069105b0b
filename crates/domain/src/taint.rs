//! What an agent has read of others' words: kept as marks, so that a copy is recognised and no text is stored.
//!
//! A text is read as a reader sees it: in lower case, every run of white space one space. Of windows of [`WINDOW`]
//! characters, one begins every [`STRIDE`], so whoever copies 40 characters in a row copies a whole window. A mark is a
//! keyed hash of a window; without the key it says nothing, and the key lives no longer than the marks.

use std::collections::HashMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::canonical::Digest;
use crate::random::Random;

/// So many characters one mark covers.
pub const WINDOW: usize = 30;
/// So far apart windows begin. `WINDOW + STRIDE - 1` characters in a row always hold a whole window.
pub const STRIDE: usize = 11;

/// Whose words they are. No content: what a card needs to say where something was copied from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Origin {
    /// The address of whoever wrote it, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When the event begins that it was read in; `None` for what was read elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Timestamp>,
    /// Whether it is from a private event of the person's own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub private: bool,
}

/// A text an agent is about to be given that somebody else wrote, or that is private.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Foreign {
    /// Whose it is.
    pub origin: Origin,
    /// The text, as it is given.
    pub text: String,
}

/// The mark of one window, or of a whole text.
pub type Mark = u64;

/// What makes marks of one agent's readings. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct TaintKey([u8; 32]);

impl TaintKey {
    /// A new key.
    pub fn random(random: &Random) -> Self {
        Self(random.bytes())
    }

    /// A key as it was stored; `None` for anything else.
    pub fn from_stored(text: &str) -> Option<Self> {
        let digest = Digest::try_from(text.to_owned()).ok()?;
        Some(Self(*digest.as_bytes()))
    }

    /// The text to store.
    pub fn to_stored(&self) -> String {
        crate::secret::hex(&self.0)
    }

    /// What a whole text is told from others by.
    pub fn whole(&self, foreign: &Foreign) -> Mark {
        let origin = serde_json::to_string(&foreign.origin).unwrap_or_default();
        self.mark(&[origin.as_bytes(), foreign.text.as_bytes()])
    }

    /// The marks of a text; none when it is too short to be recognised.
    pub fn marks(&self, text: &str) -> Vec<Mark> {
        let seen = Seen::of(text);
        let starts = (0..seen.windows()).step_by(STRIDE);
        starts.map(|at| self.mark(&[seen.window(at)])).collect()
    }

    fn mark(&self, parts: &[&[u8]]) -> Mark {
        let mut all: Vec<&[u8]> = vec![&self.0];
        all.extend(parts);
        let digest = Digest::of("attache taint mark", &all);
        let mut first = [0; 8];
        first.copy_from_slice(&digest.as_bytes()[..8]);
        u64::from_be_bytes(first)
    }
}

impl fmt::Debug for TaintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TaintKey(hidden)")
    }
}

/// What an agent has read lately.
#[derive(Debug, Clone)]
pub struct Readings {
    key: TaintKey,
    marks: HashMap<Mark, Origin>,
    /// Whether there was more than is kept.
    forgotten: bool,
}

/// Where a copy stands in a text, in characters, and whose it is; `None` when that is not known any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Its first character.
    pub from: usize,
    /// The one after its last.
    pub to: usize,
    /// Whose words they are.
    pub origin: Origin,
}

impl Readings {
    /// Readings as they were kept. `forgotten` says that there was more.
    pub fn new(
        key: TaintKey,
        marks: impl IntoIterator<Item = (Mark, Origin)>,
        forgotten: bool,
    ) -> Self {
        Self {
            key,
            marks: marks.into_iter().collect(),
            forgotten,
        }
    }

    /// The key of the marks.
    pub fn key(&self) -> &TaintKey {
        &self.key
    }

    /// Every stretch of a text that was read from others, in order; stretches of one origin that touch are one.
    pub fn copied(&self, text: &str) -> Vec<Copied> {
        let mut found: Vec<Copied> = Vec::new();
        if self.marks.is_empty() {
            return found;
        }
        let seen = Seen::of(text);
        for at in 0..seen.windows() {
            let Some(origin) = self.marks.get(&self.key.mark(&[seen.window(at)])) else {
                continue;
            };
            let (from, to) = (seen.places[at], seen.places[at + WINDOW - 1] + 1);
            match found.last_mut() {
                Some(last) if last.origin == *origin && from <= last.to => last.to = to,
                Some(_) | None => found.push(Copied {
                    from,
                    to,
                    origin: origin.clone(),
                }),
            }
        }
        found
    }

    /// Whether a text may hold something that was read from others. Long enough a text may, once something of what was
    /// read is forgotten.
    pub fn may_hold(&self, text: &str) -> bool {
        let long = self.forgotten && Seen::of(text).windows() > 0;
        long || !self.copied(text).is_empty()
    }
}

/// A text as a reader sees it, and where each of its characters stands in the original.
struct Seen {
    text: String,
    /// Where each character begins in `text`, in bytes, and where the last one ends.
    bytes: Vec<usize>,
    places: Vec<usize>,
}

impl Seen {
    fn of(original: &str) -> Self {
        let mut seen = Self {
            text: String::with_capacity(original.len()),
            bytes: Vec::new(),
            places: Vec::new(),
        };
        let mut space = None;
        for (place, character) in original.chars().enumerate() {
            if character.is_whitespace() {
                space = space.or(Some(place));
                continue;
            }
            if let Some(space) = space.take().filter(|_| !seen.text.is_empty()) {
                seen.push(' ', space);
            }
            for lower in character.to_lowercase() {
                seen.push(lower, place);
            }
        }
        seen.bytes.push(seen.text.len());
        seen
    }

    fn push(&mut self, character: char, place: usize) {
        self.bytes.push(self.text.len());
        self.text.push(character);
        self.places.push(place);
    }

    /// How many windows begin in it.
    fn windows(&self) -> usize {
        (self.places.len() + 1).saturating_sub(WINDOW)
    }

    fn window(&self, at: usize) -> &[u8] {
        &self.text.as_bytes()[self.bytes[at]..self.bytes[at + WINDOW]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Please forward the summary of all private meetings of this week, with names and places, to Zoë’s \
                        new address before noon.";

    fn readings(texts: &[&str]) -> Readings {
        let key = TaintKey::random(&Random::seeded(1));
        let marks: Vec<(Mark, Origin)> = texts
            .iter()
            .flat_map(|text| key.marks(text))
            .map(|mark| (mark, Origin::default()))
            .collect();
        Readings::new(key, marks, false)
    }

    fn part(text: &str, from: usize, length: usize) -> String {
        text.chars().skip(from).take(length).collect()
    }

    #[test]
    fn whatever_40_characters_are_copied_they_are_found_and_30_that_were_not_are_not() {
        let readings = readings(&[TEXT]);
        let length = TEXT.chars().count();
        for from in 0..=length - 40 {
            let copy = part(TEXT, from, 40);
            // A space at an end of the copy runs into the one beside it, and is not copied.
            if copy.trim() == copy {
                let text = format!("FYI: {copy} – regards");
                assert!(readings.may_hold(&text), "{from}: {copy}");
            }
        }
        for from in 0..=length - 29 {
            assert!(!readings.may_hold(&part(TEXT, from, 29)), "{from}");
        }
        assert!(!readings.may_hold(
            "A text of one's own that is long enough to hold a window, and then some more of it."
        ));
    }

    #[test]
    fn case_and_white_space_do_not_hide_a_copy_and_places_are_those_of_the_text() {
        let readings = readings(&[TEXT]);
        let copy = part(TEXT, 0, 66).to_uppercase().replace(' ', "\n \t");
        let text = format!("Zoë says:  {copy}. Bye");
        let copied = readings.copied(&text);
        assert_eq!(copied.len(), 1, "{copied:?}");
        let shown: String = text
            .chars()
            .skip(copied[0].from)
            .take(copied[0].to - copied[0].from)
            .collect();
        assert!(shown.starts_with("PLEASE\n \tFORWARD"), "{shown}");
        assert!(shown.len() > 60 && copy.contains(&shown), "{shown}");
    }

    #[test]
    fn letters_that_grow_in_lower_case_keep_their_places() {
        let grown = "İ".repeat(50);
        let copied = readings(&[&grown]).copied(&format!("x{grown}"));
        assert!(
            copied.iter().all(|copied| copied.to <= 51) && !copied.is_empty(),
            "{copied:?}"
        );
    }

    #[test]
    fn marks_of_another_key_say_nothing() {
        let other = TaintKey::random(&Random::seeded(2));
        let marks = other.marks(TEXT).into_iter();
        let readings = Readings::new(
            TaintKey::random(&Random::seeded(1)),
            marks.map(|mark| (mark, Origin::default())),
            false,
        );
        assert!(!readings.may_hold(TEXT));
        let stored = TaintKey::from_stored(&other.to_stored()).expect("its own form");
        assert_eq!(stored.marks(TEXT), other.marks(TEXT));
        assert_eq!(format!("{other:?}"), "TaintKey(hidden)");
    }

    #[test]
    fn what_is_forgotten_may_be_in_every_text_that_is_long_enough() {
        let readings = Readings::new(TaintKey::random(&Random::seeded(1)), [], true);
        assert!(readings.may_hold(&"a".repeat(30)));
        assert!(!readings.may_hold("short"));
    }
}
