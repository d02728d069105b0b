//! The verdict: one person, a question which one, or nobody. In doubt it is a question.

use domain::people::Source;
use domain::text::one_line;
use serde_json::{Value, json};

use super::candidate::Candidate;
use super::evidence::{self, Evidence, Fit};
use super::query::Query;
use crate::taint::Foreigns;

/// What was found for a query.
pub(crate) struct Verdict {
    status: Status,
    /// The best first.
    listed: Vec<(Candidate, Fit)>,
    message: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// Exactly one person can be meant.
    Done,
    /// Ask which.
    Ambiguous,
    /// Nobody.
    NotFound,
}

const WHICH: &str =
    "Several people may be meant, or the name is only similar. Ask which one; do not choose.";
const NOT_THERE: &str =
    "Somebody of this name is known, but not there. Ask who is meant; do not choose.";
const INCOMPLETE: &str = "Not everybody could be looked at, so somebody else of this name may exist. Make sure that this is who is meant.";
const NOBODY: &str = "Nobody of this name was found. Ask for the address.";
const NOBODY_YET: &str = "Nobody of this name was found, but not everybody could be looked at. Try again later, or ask for the address.";
const NO_ADDRESS: &str =
    "Nobody with this address is known here. Use it only if the person gave it herself.";

impl Verdict {
    /// Decides. `complete` says whether everybody was looked at who could be meant.
    pub(crate) fn of(query: &Query, candidates: Vec<Candidate>, complete: bool) -> Self {
        let mut listed: Vec<(Candidate, Fit)> = candidates
            .into_iter()
            .filter_map(|mut candidate| {
                let fit = evidence::fit(query, &mut candidate)?;
                Some((candidate, fit))
            })
            .collect();
        listed.sort_by(|(a, a_fit), (b, b_fit)| {
            let order = (b_fit.place.fits(), b_fit).cmp(&(a_fit.place.fits(), a_fit));
            order
                .then_with(|| b.from.len().cmp(&a.from.len()))
                .then_with(|| a.relevance.cmp(&b.relevance))
                .then_with(|| a.address.key().cmp(&b.address.key()))
        });
        let fits: Vec<Fit> = listed.iter().map(|(_, fit)| *fit).collect();
        let (status, message) = match fits.split_first() {
            None if query.address.is_some() => (Status::NotFound, Some(NO_ADDRESS)),
            None if !complete => (Status::NotFound, Some(NOBODY_YET)),
            None => (Status::NotFound, Some(NOBODY)),
            Some((best, _)) if query.says_where() && !best.place.fits() => {
                (Status::Ambiguous, Some(NOT_THERE))
            }
            Some((best, others)) if !is_clear(best, others) => (Status::Ambiguous, Some(WHICH)),
            Some((best, _)) if !complete && best.evidence != Evidence::Address => {
                (Status::Ambiguous, Some(INCOMPLETE))
            }
            Some(_) => (Status::Done, None),
        };
        match status {
            Status::Done => listed.truncate(1),
            Status::Ambiguous => drop_the_unlikely(&mut listed),
            Status::NotFound => {}
        }
        Self {
            status,
            listed,
            message,
        }
    }

    /// Whether the whole name or the address was found, and nobody else can be meant by it.
    pub(crate) fn is_settled(&self) -> bool {
        let best = self.listed.first();
        self.status == Status::Done && best.is_some_and(|(_, fit)| fit.evidence >= Evidence::Name)
    }

    /// The candidates that are shown, at most so many.
    pub(crate) fn shown(&self, limit: usize) -> impl Iterator<Item = &Candidate> {
        self.listed
            .iter()
            .take(limit)
            .map(|(candidate, _)| candidate)
    }

    /// The answer, with at most so many people and their handles in the same order.
    pub(crate) fn body(
        &self,
        limit: usize,
        handles: &[domain::handle::Handle],
        foreign: &Foreigns,
    ) -> Value {
        let status = match self.status {
            Status::Done => "done",
            Status::Ambiguous => "ambiguous",
            Status::NotFound => "not_found",
        };
        let people: Vec<Value> = self
            .listed
            .iter()
            .take(limit)
            .enumerate()
            .map(|(at, (candidate, fit))| {
                let mut person = shown(candidate, fit, self.status == Status::Ambiguous, foreign);
                if let Some(handle) = handles.get(at) {
                    person["handle"] = handle.as_str().into();
                }
                person
            })
            .collect();
        let mut body = json!({"status": status, "people": people});
        if self.listed.len() > limit {
            body["more"] = (self.listed.len() - limit).into();
        }
        if let Some(message) = self.message {
            body["message"] = message.into();
        }
        body
    }
}

/// Whether exactly one person can be meant. A slip, a sound, a nickname or the beginning of a name never says so.
fn is_clear(best: &Fit, others: &[Fit]) -> bool {
    let rival = |than: Evidence, ears: bool| {
        others.iter().any(|other| {
            other.place.rivals(best.place) && (other.evidence >= than || (ears && other.by_ear))
        })
    };
    match best.evidence {
        Evidence::Address => others.is_empty(),
        _ if best.guessed || best.torn => false,
        Evidence::Name => !rival(Evidence::Name, false),
        // Who knows only a part may have heard it, or say the short form of it.
        Evidence::PartOfName => !rival(Evidence::PartOfName, true),
        Evidence::Initials => best.anchored && best.whole && !rival(Evidence::Initials, true),
        Evidence::Beginning | Evidence::Nickname | Evidence::Similar | Evidence::SoundsLike => {
            false
        }
    }
}

/// Where somebody fits well, those who fit only by a slip are no help; where somebody works there, neither are others.
fn drop_the_unlikely(listed: &mut Vec<(Candidate, Fit)>) {
    let Some((_, best)) = listed.first() else {
        return;
    };
    let best = *best;
    listed.retain(|(_, fit)| {
        let there = !best.place.fits() || fit.place.rivals(best.place);
        let near = best.evidence < Evidence::PartOfName
            || fit.by_ear
            || fit.evidence >= Evidence::Initials;
        there && near
    });
}

fn shown(candidate: &Candidate, fit: &Fit, ambiguous: bool, foreign: &Foreigns) -> Value {
    let name = candidate.names.get(fit.name).or(candidate.names.first());
    let mut person = json!({
        "name": name.map_or("", |name| name.shown.as_str()),
        "address": candidate.address,
        "match": fit.evidence.as_str(),
        "from": sources(candidate),
    });
    let office = candidate.office.as_ref().filter(|_| ambiguous);
    let facts = [
        ("job_title", candidate.job_title.as_ref()),
        ("department", candidate.department.as_ref()),
        ("company", candidate.company.as_ref()),
        ("office", office),
    ];
    let mut told = vec![name.map_or("", |name| name.shown.as_str())];
    for (name, fact) in facts {
        if let Some(fact) = fact {
            told.push(fact);
            person[name] = one_line(fact, 60).into();
        }
    }
    // What the person wrote into her own contacts is hers; anything else may come from an invitation.
    if candidate.from != [Source::Contacts] {
        foreign.of(Some(&candidate.address), told);
    }
    if !candidate.other_addresses.is_empty() {
        let others: Vec<_> = candidate.other_addresses.iter().take(3).collect();
        person["other_addresses"] = json!(others);
    }
    for (name, is) in [("group", candidate.group), ("guest", candidate.guest)] {
        if is {
            person[name] = true.into();
        }
    }
    person
}

fn sources(candidate: &Candidate) -> Vec<Source> {
    let mut sources = candidate.from.clone();
    sources.sort();
    sources
}

#[cfg(test)]
mod tests {
    use domain::people::Found;

    use super::*;
    use crate::tools::search_contacts::candidate::{merge, tests::found};

    fn everybody() -> Vec<Found> {
        use Source::{Contacts, Directory, People};
        let mut known = found(People, "Anna Berger", &["Anna.Berger@n.example"]);
        known.department = Some("Marketing".into());
        let mut tyler = found(Contacts, "Tyler Kim", &["tyler@other.example"]);
        tyler.company = Some("Other Ltd".into());
        vec![
            found(Directory, "Anna Berger", &["anna.berger@n.example"]),
            known,
            found(Directory, "Anna Brandt", &["anna.brandt@n.example"]),
            found(Directory, "Jürgen Groß", &["j.gross@n.example"]),
            found(Directory, "Thomas Meier", &["thomas.meier@n.example"]),
            found(Directory, "Thomas Meyer", &["thomas.meyer@n.example"]),
            found(Directory, "Hans-Peter Vogt", &["hp.vogt@n.example"]),
            found(Directory, "Josef Huber", &["josef.huber@n.example"]),
            found(Directory, "Eva Lang", &["eva1@n.example"]),
            found(Contacts, "Eva Lang", &["eva2@home.example"]),
            tyler,
        ]
    }

    fn check(asked: &str, complete: bool, expected: &str) {
        let verdict = Verdict::of(&Query::read(asked), merge(everybody()), complete);
        let body = verdict.body(5, &[], &Foreigns::default());
        let people = body["people"].as_array().into_iter().flatten();
        let names: Vec<&str> = people
            .filter_map(|person| person["name"].as_str())
            .collect();
        let shown = format!(
            "{} {}",
            body["status"].as_str().unwrap_or_default(),
            names.join(", ")
        );
        assert_eq!(shown, expected, "{asked}");
    }

    #[test]
    fn one_person_is_an_answer_and_more_are_a_question() {
        check("Anna Berger", true, "done Anna Berger");
        check("berger, anna", true, "done Anna Berger");
        check("Anna", true, "ambiguous Anna Berger, Anna Brandt");
        check("anna b", true, "ambiguous Anna Berger, Anna Brandt");
        check("anna.brandt@n.example", true, "done Anna Brandt");
        check("Juergen Gross", true, "done Jürgen Groß");
        check("jurgen", true, "done Jürgen Groß");
        check("Vogt", true, "done Hans-Peter Vogt");
        check("Hans Peter Vogt", true, "done Hans-Peter Vogt");
        check("Hanspeter Vogt", true, "done Hans-Peter Vogt");
        check("J. Groß", true, "done Jürgen Groß");
        check("Eva Lang", true, "ambiguous Eva Lang, Eva Lang");
        check(
            "Anna from Other",
            true,
            "ambiguous Anna Brandt, Anna Berger",
        );
        check("Tyler from Other", true, "done Tyler Kim");
        check("Zoe", true, "not_found ");
        check("zoe@n.example", true, "not_found ");
    }

    #[test]
    fn weak_evidence_is_never_an_answer_even_if_there_is_one_person_only() {
        check("Tiler", true, "ambiguous Tyler Kim");
        check("Tyl", true, "ambiguous Tyler Kim");
        check("Sepp Huber", true, "ambiguous Josef Huber");
        check("Ana Bergr", true, "ambiguous Anna Berger");
        check("JG", true, "ambiguous Jürgen Groß");
        check("Thomas Maier", true, "ambiguous Thomas Meier, Thomas Meyer");
        check("Maier", true, "ambiguous Thomas Meier, Thomas Meyer");
        check("Peter Vogt", true, "ambiguous Hans-Peter Vogt");
        check("Tyler Other", true, "ambiguous Tyler Kim");
    }

    #[test]
    fn a_part_of_a_name_that_sounds_like_another_is_a_question() {
        check("Meier", true, "ambiguous Thomas Meier, Thomas Meyer");
        check("Thomas Meier", true, "done Thomas Meier");
    }

    #[test]
    fn who_was_not_looked_at_may_be_meant() {
        check("Anna Berger", false, "ambiguous Anna Berger");
        check("anna.berger@n.example", false, "done Anna Berger");
    }

    #[test]
    fn a_department_that_is_not_known_is_not_ruled_out() {
        check(
            "Anna aus dem Marketing",
            true,
            "ambiguous Anna Berger, Anna Brandt",
        );
    }
}
