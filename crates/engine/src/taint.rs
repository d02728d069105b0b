//! What agents have read of others' words, and what follows from it: decision 9.
//!
//! A tool hands foreign text out through [`Foreigns`] only; the engine notes it for the agent, durably, before the answer
//! is given. A write of an agent that has read some asks when it may reach somebody outside, or passes a copy on.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::calendar::Event;
use domain::id::{AgentId, PersonId};
use domain::people::{Address, Mailbox};
use domain::policy::{Facts, Raised};
use domain::taint::{Foreign, Mark, Origin, Readings, TaintKey};
use domain::tool::Definition;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::card::{Card, CardCopied, CardMails, CopiedField};
use crate::{AgentCaller, Engine, Error};

/// What was noted within this time is not noted again, so that reading the same does not mean writing.
const NOTED_FOR: SignedDuration = SignedDuration::from_hours(1);
/// So many agents this instance remembers to have noted something of, and so many texts of each.
const AGENTS: usize = 1_000;
const TEXTS: usize = 2_000;

/// Collects what an answer holds of others' words, while the answer is made.
#[derive(Default)]
pub(crate) struct Foreigns(Mutex<Vec<Foreign>>);

impl Foreigns {
    /// Texts of an event that are handed out. The person's own are none, unless they are private.
    pub(crate) fn event<'t>(&self, event: &Event, texts: impl IntoIterator<Item = &'t str>) {
        let hers = event.is_organizer;
        if hers && !event.private {
            return;
        }
        let by = event.organizer.as_ref().filter(|_| !hers);
        let by = by.and_then(|by| by.address.as_ref());
        let origin = Origin {
            by: by.map(Address::to_string),
            start: Some(event.span.anchor()),
            private: hers,
        };
        self.add(&origin, texts);
    }

    /// What somebody is called, who chose it herself or was given it by others.
    pub(crate) fn name(&self, mailbox: &Mailbox, name: &str) {
        self.of(mailbox.address.as_ref(), [name]);
    }

    /// Texts of somebody else's, whoever it is.
    pub(crate) fn of<'t>(&self, by: Option<&Address>, texts: impl IntoIterator<Item = &'t str>) {
        let origin = Origin {
            by: by.map(Address::to_string),
            ..Origin::default()
        };
        self.add(&origin, texts);
    }

    pub(crate) fn take(&self) -> Vec<Foreign> {
        std::mem::take(&mut self.texts())
    }

    fn add<'t>(&self, origin: &Origin, texts: impl IntoIterator<Item = &'t str>) {
        let texts = texts.into_iter().filter(|text| !text.trim().is_empty());
        self.texts().extend(texts.map(|text| Foreign {
            origin: origin.clone(),
            text: text.to_owned(),
        }));
    }

    fn texts(&self) -> MutexGuard<'_, Vec<Foreign>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What this instance has noted lately.
#[derive(Default)]
pub(crate) struct Noted(Mutex<HashMap<(PersonId, AgentId), OfAgent>>);

struct OfAgent {
    key: TaintKey,
    at: Timestamp,
    texts: HashMap<Mark, Timestamp>,
}

impl Noted {
    /// Whether all of this was noted a short while ago.
    fn holds(&self, who: &(PersonId, AgentId), foreign: &[Foreign], now: Timestamp) -> bool {
        let noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |at: &Timestamp| now.duration_since(*at) < NOTED_FOR;
        noted.get(who).is_some_and(|agent| {
            let known = |one| agent.texts.get(&agent.key.whole(one)).is_some_and(fresh);
            fresh(&agent.at) && foreign.iter().all(known)
        })
    }

    fn add(&self, who: (PersonId, AgentId), key: &TaintKey, foreign: &[Foreign], now: Timestamp) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() >= AGENTS && !noted.contains_key(&who) {
            noted.clear();
        }
        let new = || OfAgent {
            key: key.clone(),
            at: now,
            texts: HashMap::new(),
        };
        let agent = noted.entry(who).or_insert_with(new);
        if agent.key != *key || agent.texts.len() + foreign.len() > TEXTS {
            *agent = new();
        }
        agent.at = now;
        let marks = foreign.iter().map(|one| (key.whole(one), now));
        agent.texts.extend(marks);
    }
}

impl Engine {
    /// Notes that an agent is about to be given these texts, unless that is noted already.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) when it cannot be kept. Then the answer must not be given.
    pub(crate) async fn note_foreign(
        &self,
        agent: &AgentCaller,
        foreign: &[Foreign],
    ) -> Result<(), Error> {
        let now = self.0.clock.now();
        let who = (agent.caller.person.clone(), agent.caller.agent.clone());
        if foreign.is_empty() || self.0.noted.holds(&who, foreign, now) {
            return Ok(());
        }
        let key = self.0.store.note_foreign(&who.0, &who.1, foreign).await?;
        self.0.noted.add(who, &key, foreign, now);
        Ok(())
    }

    /// What an agent has read lately.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) when that cannot be known. Then nothing can be decided.
    pub(crate) async fn readings(&self, agent: &AgentCaller) -> Result<Option<Readings>, Error> {
        let caller = &agent.caller;
        Ok(self.0.store.readings(&caller.person, &caller.agent).await?)
    }

    /// Marks in a card what is copied from what its agent has read, with whose words they are.
    pub(crate) async fn mark_copied(
        &self,
        agent: &AgentCaller,
        card: &mut Card,
    ) -> Result<(), Error> {
        card.copied = match self.readings(agent).await? {
            Some(readings) => copied(&readings, card),
            None => Vec::new(),
        };
        Ok(())
    }
}

/// Whether what an agent has read raises a write of its own to *Ask*. What is not known of the write counts as outside.
///
/// `named` would be the people whom the person has named herself. Only a surface that hears her can know them; an agent's
/// word for it counts nothing, so today there are none.
pub(crate) fn raised(
    readings: &Readings,
    definition: &Definition,
    arguments: &Value,
    card: Option<&Card>,
    facts: &Facts,
) -> Option<Raised> {
    if facts.outside != Some(0) {
        return Some(Raised::TaintOutside);
    }
    let nobody = card.is_some_and(|card| match card.mails {
        Some(mails) => mails == CardMails::Nobody,
        None => card.attendees.is_empty(),
    });
    let mut texts = Vec::new();
    texts_of(definition, arguments, &mut texts);
    let copies = !nobody && texts.iter().any(|text| readings.may_hold(text));
    copies.then_some(Raised::TaintCopied)
}

/// Every text among the arguments, but for who is meant and which event. A new field of a tool is among them by itself.
fn texts_of<'a>(definition: &Definition, arguments: &'a Value, texts: &mut Vec<&'a str>) {
    let members = arguments.as_object().into_iter().flatten();
    let told = members.filter(|(name, _)| {
        let is_person = definition.people.contains(&name.as_str());
        !is_person && *name != "id"
    });
    for (_, value) in told {
        strings(value, texts);
    }
}

fn strings<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, texts)),
        Value::Object(members) => members.values().for_each(|value| strings(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What of a card is copied, field by field.
fn copied(readings: &Readings, card: &Card) -> Vec<CardCopied> {
    let fields = [
        (CopiedField::Title, &card.title),
        (CopiedField::Location, &card.location),
        (CopiedField::Body, &card.body),
        (CopiedField::Comment, &card.comment),
    ];
    let fields = fields
        .into_iter()
        .filter_map(|(field, text)| Some((field, text.as_deref()?)));
    let changes = card
        .changes
        .iter()
        .map(|change| (CopiedField::Change(change.field), change.to.as_str()));
    let marked = |(field, text): (CopiedField, &str)| {
        let found = readings.copied(text).into_iter();
        found
            .map(|one| CardCopied {
                field,
                from: one.from,
                to: one.to,
                origin: one.origin,
            })
            .collect::<Vec<_>>()
    };
    fields.chain(changes).flat_map(marked).collect()
}

#[cfg(test)]
mod tests {
    use domain::random::Random;

    use super::*;

    #[test]
    fn what_was_noted_within_the_hour_is_not_written_again() {
        let random = Random::seeded(1);
        let who = (PersonId::random(&random), AgentId::random(&random));
        let other = (who.0.clone(), AgentId::random(&random));
        let texts = |texts: &[&str]| -> Vec<Foreign> {
            let foreigns = Foreigns::default();
            foreigns.of(None, texts.iter().copied());
            foreigns.take()
        };
        let (noted, key) = (Noted::default(), TaintKey::random(&random));
        let start: Timestamp = "2026-11-27T08:00:00Z".parse().expect("a time");
        let at = |minutes| start + SignedDuration::from_mins(minutes);
        assert!(!noted.holds(&who, &texts(&["a"]), at(0)));
        noted.add(who.clone(), &key, &texts(&["a", "b"]), at(0));
        noted.add(who.clone(), &key, &texts(&["c"]), at(40));
        for (foreign, minute, expected) in [
            (texts(&["a"]), 59, true),
            (texts(&["c", "b"]), 59, true),
            (texts(&["a", "d"]), 59, false),
            (texts(&["a"]), 60, false),
            (texts(&["c"]), 60, true),
            (texts(&["c"]), 100, false),
        ] {
            assert_eq!(
                noted.holds(&who, &foreign, at(minute)),
                expected,
                "{foreign:?} {minute}"
            );
            assert!(!noted.holds(&other, &foreign, at(minute)));
        }
        // A new key marks everything anew.
        noted.add(
            who.clone(),
            &TaintKey::random(&random),
            &texts(&["d"]),
            at(50),
        );
        assert!(!noted.holds(&who, &texts(&["c"]), at(55)));
    }
}
