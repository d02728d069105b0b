//! What looks for a card share: people by name, address and answer, and what else takes the person's time.

use domain::calendar::{Event, Span};
use domain::change::{Guest, Role, Whole};
use domain::people::{Address, Mailbox};
use domain::time::Zone;
use microsoft::graph::Graph;

use super::{Setting, verify};
use crate::card::{CardAttendee, CardConflict, CardConflicts, CardSpan, cut};

/// So many conflicts are shown; a number says how many there are.
const SHOWN: usize = 5;

/// The zone of a card's times.
pub(crate) fn zone_of(card: &crate::Card) -> Zone {
    let zone = card.zone.as_deref().and_then(|name| Zone::named(name).ok());
    zone.unwrap_or_else(Zone::utc)
}

/// Somebody who is invited, as Outlook holds her, with her answer.
pub(crate) fn guest(guest: &Guest, whole: &Whole, setting: &Setting) -> CardAttendee {
    let optional = guest.role == Role::Optional;
    let mut shown = CardAttendee::held(&guest.name, &guest.address, optional, &setting.home);
    let answered = whole.event.attendees.iter().find(|attendee| {
        let address = attendee.mailbox.address.as_ref().map(Address::key);
        address == Some(guest.key())
    });
    shown.answer = answered.map(|attendee| attendee.answer);
    shown
}

/// Everybody who is invited, but the organiser: she is named by herself.
pub(crate) fn guests(whole: &Whole, setting: &Setting) -> Vec<CardAttendee> {
    let organizer = whole.event.organizer.as_ref();
    let organizer = organizer.and_then(|who| who.address.as_ref().map(Address::key));
    let others = whole
        .guests
        .iter()
        .filter(|guest| Some(guest.key()) != organizer);
    others.map(|one| guest(one, whole, setting)).collect()
}

/// Who organises an event, if somebody else than the person does.
pub(crate) fn organizer(event: &Event, setting: &Setting) -> Option<CardAttendee> {
    let organizer = event.organizer.as_ref().filter(|_| !event.is_organizer)?;
    Some(mailbox(organizer, setting))
}

fn mailbox(mailbox: &Mailbox, setting: &Setting) -> CardAttendee {
    let address = mailbox.address.as_ref().map_or("", Address::as_str);
    CardAttendee::held(&mailbox.name, address, false, &setting.home)
}

/// How many of these are outside.
pub(crate) fn outside(people: &[CardAttendee]) -> usize {
    people.iter().filter(|one| one.outside).count()
}

/// The person's other events at the time of one of hers. One request.
pub(crate) async fn conflicts(
    graph: &Graph<'_>,
    event: &Event,
    span: &Span,
    zone: &Zone,
) -> Result<CardConflicts, microsoft::Error> {
    let others = verify::beside(graph, event, span, zone).await?;
    Ok(shown(&others, zone))
}

/// Conflicts as a card has them.
pub(crate) fn shown(others: &[Event], zone: &Zone) -> CardConflicts {
    let first = others.iter().take(SHOWN).map(|other| CardConflict {
        title: cut(&other.title, 255),
        span: CardSpan::of(&other.span, zone),
    });
    CardConflicts {
        count: others.len(),
        first: first.collect(),
    }
}
