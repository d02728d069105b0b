//! `[limits]`: how much agents may do in how long.

use super::reader::{Reader, number};
use super::table::{Default, Key, Section};

pub(super) const SECTION: Section = Section {
    name: "limits",
    about: "How much agents may do in how long. Changes and invitations are counted over all instances and across restarts; \
            calls by each instance for itself. Whatever is refused is told when to come back, and is on record as `limit_hit`.",
    keys: &[
        Key {
            name: "writes_per_minute",
            default: Default::Is("30"),
            accepts: "a whole number from 1 to 1000000",
            about: "How many changes all agents of one person may make to her calendar in any minute.",
        },
        Key {
            name: "invitations_per_day",
            default: Default::Is("50"),
            accepts: "a whole number from 1 to 1000000",
            about: "How many people outside the organisation all agents of one person may invite in any 24 hours.",
        },
        Key {
            name: "calls_per_minute",
            default: Default::Is("600"),
            accepts: "a whole number from 1 to 1000000",
            about: "How many calls one agent may make in a minute.",
        },
        Key {
            name: "organisation_writes_per_minute",
            default: Default::Is("600"),
            accepts: "a whole number from 1 to 1000000",
            about: "How many changes all agents of one organisation may make in any minute.",
        },
        Key {
            name: "organisation_invitations_per_day",
            default: Default::Is("1000"),
            accepts: "a whole number from 1 to 1000000",
            about: "How many people outside all agents of one organisation may invite in any 24 hours.",
        },
        Key {
            name: "organisation_calls_per_minute",
            default: Default::Is("6000"),
            accepts: "a whole number from 1 to 1000000",
            about: "How many calls all agents of one organisation may make in a minute.",
        },
    ],
};

/// The values of `[limits]`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits(pub(crate) engine::Limits);

impl Limits {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let mut value = |key| reader.value(&SECTION, key, number(1..=1_000_000));
        Self(engine::Limits {
            writes_per_minute: value("writes_per_minute"),
            invitations_per_day: value("invitations_per_day"),
            calls_per_minute: value("calls_per_minute"),
            organisation_writes_per_minute: value("organisation_writes_per_minute"),
            organisation_invitations_per_day: value("organisation_invitations_per_day"),
            organisation_calls_per_minute: value("organisation_calls_per_minute"),
        })
    }
}
