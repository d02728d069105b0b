//! Misbehaviour on request: which requests meet which.

mod answer;
mod asker;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::company::PersonId;
use crate::exchange::Ask;
use crate::random::Seeded;

pub use answer::{FaultAnswer, Framing};
pub(crate) use asker::{Asker, mailbox_of};

/// The longest delay that can be asked for.
const LONGEST_DELAY: Duration = Duration::from_secs(600);
/// How many faults can be set at once.
const MOST: usize = 1_000;

/// One kind of misbehaviour, for the requests it fits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Where it happens.
    pub surface: Surface,
    /// Only for this HTTP method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only for paths that contain this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_contains: Option<String>,
    /// Only for requests of the person with this sign-in name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// Only for requests of the application with this client id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// So many of the requests that fit are let through first.
    #[serde(default)]
    pub skip: u32,
    /// How likely it is for a request that fits, in percent; always, if nothing is said. The chance is seeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// How often; `None` is until cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// Before or after the operation took effect.
    #[serde(default)]
    pub when: When,
    /// How long the answer waits, in milliseconds of real time.
    #[serde(default)]
    pub delay_ms: u64,
    /// What is answered instead.
    #[serde(default)]
    pub answer: FaultAnswer,
}

/// A part of the simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// The token endpoint.
    Token,
    /// The authorization endpoint and its pages.
    Authorize,
    /// Graph.
    Graph,
    /// All of Entra and Graph, discovery and keys included.
    #[default]
    Any,
}

/// Whether a request took effect before it went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Nothing happened.
    #[default]
    Before,
    /// It happened; only the answer was lost.
    After,
}

/// The faults that are set.
#[derive(Debug)]
pub(crate) struct Faults {
    set: Vec<Fault>,
    chance: Seeded,
}

impl Faults {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self {
            set: Vec::new(),
            chance: Seeded::new(seed),
        }
    }

    /// Adds a fault after the others; beyond a thousand the oldest is forgotten.
    pub(crate) fn add(&mut self, fault: Fault) {
        if self.set.len() >= MOST {
            self.set.remove(0);
        }
        self.set.push(fault);
    }

    /// Whether nothing misbehaves.
    #[cfg(any(test, feature = "fuzz"))]
    pub(crate) fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.set.clear();
    }

    /// What is set now, counted down.
    pub(crate) fn set(&self) -> &[Fault] {
        &self.set
    }

    /// Forgets one fault by its place; whether there was one.
    pub(crate) fn remove(&mut self, place: usize) -> bool {
        let there = place < self.set.len();
        if there {
            self.set.remove(place);
        }
        there
    }

    /// The first fault that fits and is due, counted down.
    pub(crate) fn take(
        &mut self,
        ask: &Ask,
        surface: Option<Surface>,
        asker: &Asker,
    ) -> Option<Fault> {
        for place in 0..self.set.len() {
            let fault = &mut self.set[place];
            if !fault.fits(ask, surface, asker) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            let percent = fault.percent.map_or(100, usize::from);
            if percent < 100 && self.chance.below(100) >= percent {
                continue;
            }
            let due = fault.clone();
            if let Some(times) = fault.times.as_mut() {
                *times = times.saturating_sub(1);
                if *times == 0 {
                    self.set.remove(place);
                }
            }
            return Some(due);
        }
        None
    }

    /// Whether any fault asks who a request is from, which is worth finding out only then.
    pub(crate) fn ask_who(&self) -> bool {
        self.set
            .iter()
            .any(|fault| fault.login.is_some() || fault.app.is_some())
    }
}

impl Fault {
    /// Whether no answer ever comes.
    pub(crate) fn stalls(&self) -> bool {
        self.answer == FaultAnswer::Stall
    }

    /// How long the answer waits.
    pub(crate) fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms).min(LONGEST_DELAY)
    }

    fn fits(&self, ask: &Ask, surface: Option<Surface>, asker: &Asker) -> bool {
        let surface_fits = self.surface == Surface::Any || Some(self.surface) == surface;
        let method_fits = self
            .method
            .as_ref()
            .is_none_or(|method| method.eq_ignore_ascii_case(ask.method.as_str()));
        let path_fits = self.path_contains.as_ref().is_none_or(|part| {
            ask.path
                .to_ascii_lowercase()
                .contains(&part.to_ascii_lowercase())
        });
        let is = |wanted: &Option<String>, is: &Option<String>| {
            wanted.as_ref().is_none_or(|wanted| {
                is.as_ref()
                    .is_some_and(|is| is.eq_ignore_ascii_case(wanted))
            })
        };
        surface_fits
            && method_fits
            && path_fits
            && is(&self.login, &asker.login)
            && is(&self.app, &asker.app)
            && self.times != Some(0)
    }
}

/// Requests that wait for their answer, by the mailbox they are about.
#[derive(Debug, Default)]
pub(crate) struct Flights {
    by_mailbox: std::collections::HashMap<PersonId, usize>,
}

impl Flights {
    pub(crate) fn begin(&mut self, mailbox: PersonId) {
        *self.by_mailbox.entry(mailbox).or_default() += 1;
    }

    pub(crate) fn end(&mut self, mailbox: PersonId) {
        if let Some(count) = self.by_mailbox.get_mut(&mailbox) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.by_mailbox.remove(&mailbox);
            }
        }
    }

    /// Whether any request is under way.
    pub(crate) fn any(&self) -> bool {
        !self.by_mailbox.is_empty()
    }

    /// How many requests to a mailbox are under way. One that is answered at once is never among them.
    pub(crate) fn of(&self, mailbox: PersonId) -> usize {
        self.by_mailbox.get(&mailbox).copied().unwrap_or(0)
    }
}
