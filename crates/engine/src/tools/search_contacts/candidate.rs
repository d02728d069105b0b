//! Candidates: what the sources say about one person, put together by address.

use std::collections::HashMap;

use domain::people::{Address, Found, Source};
use domain::text::one_line;

use super::query::{is_mark, names_of, split_parentheses};
use super::spelling::plain;
use super::word::Word;

/// Somebody with everything the sources say about one address.
pub(crate) struct Candidate {
    /// What she is called, the directory's name first.
    pub(crate) names: Vec<Name>,
    /// Where mail goes.
    pub(crate) address: Address,
    pub(crate) other_addresses: Vec<Address>,
    pub(crate) job_title: Option<String>,
    pub(crate) department: Option<String>,
    pub(crate) company: Option<String>,
    pub(crate) office: Option<String>,
    /// What stands in parentheses behind a name.
    pub(crate) notes: Vec<Word>,
    pub(crate) group: bool,
    pub(crate) guest: bool,
    pub(crate) from: Vec<Source>,
    /// Her place among the people Microsoft finds relevant.
    pub(crate) relevance: usize,
}

/// One way in which somebody is called.
pub(crate) struct Name {
    /// For the answer.
    pub(crate) shown: String,
    /// For comparing; at least one.
    pub(crate) words: Vec<Word>,
}

impl Candidate {
    fn new(one: &Found, address: &Address, relevance: usize) -> Self {
        let mut candidate = Self {
            names: Vec::new(),
            address: address.clone(),
            other_addresses: Vec::new(),
            job_title: None,
            department: None,
            company: None,
            office: None,
            notes: Vec::new(),
            group: one.group,
            guest: one.guest,
            from: Vec::new(),
            relevance,
        };
        candidate.hear(one, relevance);
        candidate
    }

    /// Takes over what one more source says; what an earlier one said stays.
    fn hear(&mut self, one: &Found, relevance: usize) {
        for name in called(one) {
            if !self.names.iter().any(|known| known.words == name.words) {
                self.names.push(name);
            }
        }
        let (_, notes) = split_parentheses(&one.name);
        self.notes.extend(notes.iter().map(|note| Word::of(note)));
        let facts = [
            (&mut self.job_title, &one.job_title),
            (&mut self.department, &one.department),
            (&mut self.company, &one.company),
            (&mut self.office, &one.office),
        ];
        for (mine, theirs) in facts {
            if mine.is_none() {
                mine.clone_from(theirs);
            }
        }
        self.group |= one.group;
        self.guest |= one.guest;
        self.relevance = self.relevance.min(relevance);
        if !self.from.contains(&one.source) {
            self.from.push(one.source);
        }
    }

    /// Whether one of the addresses is this one, which then is where mail goes.
    pub(crate) fn answers_to(&mut self, address: &Address) -> bool {
        if self.address == *address {
            return true;
        }
        let at = self
            .other_addresses
            .iter()
            .position(|other| other == address);
        if let Some(at) = at {
            std::mem::swap(&mut self.address, &mut self.other_addresses[at]);
        }
        at.is_some()
    }
}

/// Every way in which a source calls somebody.
fn called(one: &Found) -> Vec<Name> {
    let (outside, _) = split_parentheses(&one.name);
    let (given, surname) = (one.given_name.as_deref(), one.surname.as_deref());
    let mut texts = vec![outside];
    if let (Some(given), Some(surname)) = (given, surname) {
        texts.push(format!("{given} {surname}"));
    }
    if let Some(nickname) = &one.nickname {
        texts.push(format!("{nickname} {}", surname.unwrap_or_default()));
    }
    let shown = if one.name.is_empty() {
        texts.last().cloned()
    } else {
        Some(one.name.clone())
    };
    let shown = one_line(&shown.unwrap_or_default(), 80);
    let names = texts.iter().map(|text| Name {
        shown: shown.clone(),
        words: words_of(text),
    });
    names.filter(|name| !name.words.is_empty()).collect()
}

/// The words of a name; those after a hyphen or an apostrophe hang on the one before.
fn words_of(text: &str) -> Vec<Word> {
    let is_tied = |chunk: &&str| chunk.contains(['-', '\u{2010}', '\u{2011}', '\'', '\u{2019}']);
    let tied = text.split_whitespace().filter(is_tied);
    let hanging: Vec<String> = tied
        .flat_map(|chunk| tokens(chunk).into_iter().skip(1))
        .map(plain)
        .collect();
    let words = names_of(&tokens(text)).into_iter();
    let hang = |word: Word| {
        let hangs_on = hanging.iter().any(|hanging| hanging == word.plain());
        word.hanging(hangs_on)
    };
    words.map(hang).collect()
}

/// The words of a text, at everything that is no letter.
pub(crate) fn tokens(text: &str) -> Vec<&str> {
    text.split(|c: char| !(c.is_alphanumeric() || is_mark(c)))
        .filter(|token| !token.is_empty())
        .collect()
}

/// Puts together what the sources say. Somebody without an address cannot be invited and is left out.
///
/// Directory and people say of an address whose it is; a contact is what the person herself wrote, may hold addresses of
/// several people, and joins the one whose address it names first. It never makes two people one.
pub(crate) fn merge(mut found: Vec<Found>) -> Vec<Candidate> {
    found.sort_by_key(|one| match one.source {
        Source::Directory => 0,
        Source::People => 1,
        Source::Contacts => 2,
    });
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut owners: HashMap<String, usize> = HashMap::new();
    let mut place = 0;
    for one in &found {
        let Some(first) = one.addresses.first() else {
            continue;
        };
        let relevance = if one.source == Source::People {
            place
        } else {
            usize::MAX
        };
        place += usize::from(one.source == Source::People);
        let owner = owners.get(&first.key()).copied().or_else(|| {
            // By another address only if it is the same name: couples and teams share some.
            let mut known = one
                .addresses
                .iter()
                .filter_map(|address| owners.get(&address.key()));
            known.find(|at| same_name(&candidates[**at], one)).copied()
        });
        let owner = owner.unwrap_or_else(|| {
            candidates.push(Candidate::new(one, first, relevance));
            candidates.len() - 1
        });
        let candidate = &mut candidates[owner];
        candidate.hear(one, relevance);
        for address in &one.addresses {
            let mine = *owners.entry(address.key()).or_insert(owner) == owner;
            if mine && candidate.address != *address && !candidate.other_addresses.contains(address)
            {
                candidate.other_addresses.push(address.clone());
            }
        }
    }
    candidates
}

fn same_name(candidate: &Candidate, one: &Found) -> bool {
    let same = |mine: &[Word], theirs: &[Word]| {
        mine.len() == theirs.len()
            && mine
                .iter()
                .all(|word| theirs.iter().any(|their| word.is(their)))
    };
    called(one).iter().any(|name| {
        candidate
            .names
            .iter()
            .any(|known| same(&known.words, &name.words))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Somebody as a source gives her.
    pub(crate) fn found(source: Source, name: &str, addresses: &[&str]) -> Found {
        let address = |text: &&str| Address::parse(text).expect("an address");
        Found {
            name: name.into(),
            given_name: None,
            surname: None,
            nickname: None,
            addresses: addresses.iter().map(address).collect(),
            job_title: None,
            department: None,
            company: None,
            office: None,
            group: false,
            guest: false,
            source,
        }
    }

    fn check(people: Vec<Found>, expected: &[&str]) {
        let shown: Vec<String> = merge(people)
            .iter()
            .map(|candidate| {
                let others = candidate.other_addresses.iter().map(Address::as_str);
                let addresses: Vec<&str> = [candidate.address.as_str()]
                    .into_iter()
                    .chain(others)
                    .collect();
                format!("{} <{}>", candidate.names[0].shown, addresses.join(" "))
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn one_address_is_one_person_whatever_the_sources_call_her() {
        use Source::{Contacts, Directory, People};
        check(
            vec![
                found(Contacts, "Anni", &["Anna@x.example", "anni@home.example"]),
                found(People, "Anna Berger", &["anna@x.example"]),
                found(Directory, "Berger, Anna", &["ANNA@x.example"]),
            ],
            &["Berger, Anna <ANNA@x.example anni@home.example>"],
        );
        check(
            vec![
                found(Directory, "Anna Berger", &["anna@x.example"]),
                found(
                    Contacts,
                    "Anna Berger",
                    &["anni@home.example", "anna@x.example"],
                ),
            ],
            &["Anna Berger <anna@x.example anni@home.example>"],
        );
    }

    #[test]
    fn a_contact_never_makes_two_people_one() {
        use Source::{Contacts, Directory};
        check(
            vec![
                found(Directory, "Anna Berger", &["anna@x.example"]),
                found(Directory, "Ben Kraft", &["ben@x.example"]),
                found(Contacts, "Both", &["anna@x.example", "ben@x.example"]),
                found(
                    Contacts,
                    "Inge Hoffmann",
                    &["inge@h.example", "family@h.example"],
                ),
                found(
                    Contacts,
                    "Karl Hoffmann",
                    &["karl@h.example", "family@h.example"],
                ),
            ],
            &[
                "Anna Berger <anna@x.example>",
                "Ben Kraft <ben@x.example>",
                "Inge Hoffmann <inge@h.example family@h.example>",
                "Karl Hoffmann <karl@h.example>",
            ],
        );
    }

    #[test]
    fn two_of_one_name_stay_two_and_nobody_without_an_address_is_one() {
        use Source::Directory;
        check(
            vec![
                found(Directory, "Anna Berger", &["anna1@x.example"]),
                found(Directory, "Anna Berger", &["anna2@x.example"]),
                found(Directory, "Anna Berger", &[]),
            ],
            &[
                "Anna Berger <anna1@x.example>",
                "Anna Berger <anna2@x.example>",
            ],
        );
    }
}
