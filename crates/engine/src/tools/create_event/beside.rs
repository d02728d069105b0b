//! What is in the calendar at the time of a new event: the same event already, and what collides with it. One request.

use std::collections::BTreeSet;

use domain::calendar::{Answer, Event, NewEvent, ShowAs};
use domain::people::{Address, Mailbox};
use domain::text::one_line;
use jiff::SignedDuration;
use microsoft::Error;
use microsoft::graph::View;

use crate::tools::{Context, verify};

/// So many events are looked at.
const MOST: u32 = 250;

/// What is there.
pub(super) struct Beside {
    /// Events of this title, time and people.
    pub(super) same: Vec<Event>,
    /// The others that take the person's time then.
    pub(super) conflicts: Vec<Event>,
}

/// Looks at the time of the event; of a series, at the time of its first one.
pub(super) async fn look(context: &Context<'_>, new: &NewEvent) -> Result<Beside, Error> {
    let (from, to) = verify::window(&new.span, &new.zone);
    // Whole days are matched as days of UTC.
    let day = SignedDuration::from_hours(24);
    let view = View {
        from: from - day,
        to: to + day,
        top: MOST,
        next: None,
    };
    let page = context.graph.calendar_view(view).await?;
    let own = context.setting.address.as_ref();
    let wanted = wanted(new, own);
    let (same, others): (Vec<Event>, Vec<Event>) = page
        .items
        .into_iter()
        .partition(|event| is_same(event, new, &wanted, own));
    let takes_time = new.show_as != Some(ShowAs::Free);
    let conflicts = others
        .into_iter()
        .filter(|event| takes_time && verify::collides(event, from, to, &new.zone))
        .collect();
    Ok(Beside { same, conflicts })
}

fn wanted(new: &NewEvent, own: Option<&Address>) -> BTreeSet<String> {
    let invited = new.required.iter().chain(&new.optional);
    let mut keys: BTreeSet<String> = invited.map(Address::key).collect();
    if let Some(own) = own {
        keys.remove(&own.key());
    }
    keys
}

/// One that the person has declined, or that was called off, is none.
fn is_same(
    event: &Event,
    new: &NewEvent,
    wanted: &BTreeSet<String>,
    own: Option<&Address>,
) -> bool {
    let title = |text: &str| one_line(text, 255).to_lowercase();
    !event.cancelled
        && event.answer != Answer::Declined
        && event.span == new.span
        && title(&event.title) == title(&new.title)
        && people(event, own) == *wanted
}

/// Everybody but the person herself.
fn people(event: &Event, own: Option<&Address>) -> BTreeSet<String> {
    let key = |mailbox: &Mailbox| match &mailbox.address {
        Some(address) => address.key(),
        None => mailbox.name.clone(),
    };
    let invited = event.attendees.iter().map(|attendee| &attendee.mailbox);
    let mut keys: BTreeSet<String> = invited.chain(&event.organizer).map(key).collect();
    if let Some(organizer) = event.organizer.as_ref().filter(|_| event.is_organizer) {
        keys.remove(&key(organizer));
    }
    if let Some(own) = own {
        keys.remove(&own.key());
    }
    keys
}
